/* SPDX-License-Identifier: Apache-2.0 */
/** Bringing the schema `parlor` of a PostgreSQL database to the present version. */
#pragma once

#include "store/pg_conn.h"

G_BEGIN_DECLS

/** Makes the schema, applies what is missing of the migrations in the order of their numbers, each
    in one transaction; several programs that start at a time do it one after another.
    PARLOR_ERROR_UNAVAILABLE: see parlor_store_postgres_new (). */
gboolean parlor_pg_migrate (ParlorPgConn *conn, GError **error);

G_END_DECLS
