/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One connection to PostgreSQL by libpq's asynchronous calls: nothing waits without an end, not
 * even for a server that accepts and never answers, and closing the store ends every wait. Of one
 * thread.
 */
#pragma once

#include <libpq-fe.h>

#include "store/backend.h"
#include "store/statement.h"

G_BEGIN_DECLS

typedef struct _ParlorPgConn ParlorPgConn;

/** Not connected yet. `url` is copied and never shown; `backend` is borrowed. `answer_ms`: how long
    an answer may take. */
ParlorPgConn *parlor_pg_conn_new (const char *url, ParlorBackend *backend, guint answer_ms);
void parlor_pg_conn_free (ParlorPgConn *conn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPgConn, parlor_pg_conn_free)

/** Connects when it is not connected: at most 5 s; after failures not before a while, that grows
    from 0.1 to 1 s. FALSE with PARLOR_ERROR_UNAVAILABLE. */
gboolean parlor_pg_conn_open (ParlorPgConn *conn, GError **error);
/** Closes it; what was in flight is lost. */
void parlor_pg_conn_drop (ParlorPgConn *conn);

/** libpq's, for sending; NULL = not connected. Its calls fail on one that broke. */
PGconn *parlor_pg_conn_pq (ParlorPgConn *conn);
/** Another number for each connection made: what was prepared is gone. */
guint parlor_pg_conn_generation (ParlorPgConn *conn);

/** Waits for the next result of what was sent (PQclear () it); NULL = its end. When the connection
    breaks or the time is up it is dropped: NULL, and pq () is NULL. */
PGresult *parlor_pg_conn_next (ParlorPgConn *conn);

/** Runs statements without parameters and forgets their rows. FALSE with an error: `what` was
    tried. */
gboolean parlor_pg_conn_do (ParlorPgConn *conn, const char *sql, const char *what, GError **error);

/** Sets PARLOR_ERROR_UNAVAILABLE with the server's message; `result` nullable: the connection's. */
void parlor_pg_set_error (GError **error, ParlorPgConn *conn, const PGresult *result,
                          const char *what);

/** ParlorAsk; `conn` must be open. */
gboolean parlor_pg_ask (gpointer conn, const ParlorSqlQuery *query, const ParlorRowShape *shape,
                        ParlorRecordVisit visit, gpointer user_data, GError **error);

G_END_DECLS
