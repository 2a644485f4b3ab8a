/* SPDX-License-Identifier: Apache-2.0 */
/** A PostgreSQL server of a test's own: in a temporary folder, reached by a socket there, run by an
 * unprivileged user when the test is root. It dies with the test. */
#pragma once

#include <glib.h>

typedef struct _PgServer PgServer;

/** Makes a cluster and starts it; `durable`: with fsync, for measuring. A machine without
 * PostgreSQL fails the test. */
PgServer *pg_server_new (gboolean durable);
/** Stops it and removes the folder. */
void pg_server_free (PgServer *server);

/** SIGKILL to the server itself; its children end by themselves. */
void pg_server_kill (PgServer *server);
/** SIGSTOP and SIGCONT to it and its children: it accepts and never answers. */
void pg_server_freeze (PgServer *server, gboolean frozen);
void pg_server_start (PgServer *server);

/** A new empty database; its URL (transfer full). */
char *pg_server_make_database (PgServer *server);
/** Runs SQL there; the first field of the first row as a number, -1 without rows. */
gint64 pg_server_ask (const char *url, const char *sql);
