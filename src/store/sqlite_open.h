/* SPDX-License-Identifier: Apache-2.0 */
/** Opening a database of ours and bringing it to the present version. Any thread, one connection a
 * thread. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * A connection in WAL mode, synchronous=FULL, foreign keys on, with the function parlor_contains
 * (text, needle), for writing or reading. Waits up to `busy_timeout_ms` for locks. NULL with
 * PARLOR_ERROR_UNAVAILABLE. Close with sqlite3_close ().
 */
sqlite3 *parlor_sqlite_open (const char *path, guint busy_timeout_ms, GError **error);

/** Applies what is missing of the migrations in the order of their numbers, each in one
   transaction; one that came later with a lower number too. PARLOR_ERROR_UNAVAILABLE: not ours,
   newer than this program, or the disk. */
gboolean parlor_sqlite_migrate (sqlite3 *db, GError **error);

/** Sets PARLOR_ERROR_UNAVAILABLE from the connection's last error; `what` says what was tried. */
void parlor_sqlite_set_error (GError **error, sqlite3 *db, const char *what);

G_END_DECLS
