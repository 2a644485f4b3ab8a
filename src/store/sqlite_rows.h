/* SPDX-License-Identifier: Apache-2.0 */
/** Writes and records as rows. One object belongs to one connection and its thread. */
#pragma once

#include <sqlite3.h>

#include "store/write.h"

G_BEGIN_DECLS

typedef struct _ParlorSqliteRows ParlorSqliteRows;

/** Prepares the statements; `db` is borrowed. NULL with PARLOR_ERROR_UNAVAILABLE. */
ParlorSqliteRows *parlor_sqlite_rows_new (sqlite3 *db, GError **error);
void parlor_sqlite_rows_free (ParlorSqliteRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSqliteRows, parlor_sqlite_rows_free)

/** Does one write inside the running transaction; SQLITE_OK, or SQLite's primary result code. */
int parlor_sqlite_rows_apply (ParlorSqliteRows *rows, const ParlorWrite *write);

/** ParlorStoreOps.load over any connection. */
gboolean parlor_sqlite_rows_load (sqlite3 *db, gint64 participants_since_ms, guint chat_limit,
                                  const ParlorStoreVisitor *visitor, gpointer user_data,
                                  GError **error);

G_END_DECLS
