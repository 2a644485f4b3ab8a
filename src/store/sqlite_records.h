/* SPDX-License-Identifier: Apache-2.0 */
/** Records of base/record.h over SQLite. One object belongs to one connection and its thread. */
#pragma once

#include <sqlite3.h>

#include "store/write.h"

G_BEGIN_DECLS

typedef struct _ParlorSqliteRecords ParlorSqliteRecords;

/** `db` is borrowed. Statements are prepared when a kind or a question is first met, and kept. */
ParlorSqliteRecords *parlor_sqlite_records_new (sqlite3 *db);
void parlor_sqlite_records_free (ParlorSqliteRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSqliteRecords, parlor_sqlite_records_free)

/** A put or a remove inside the running transaction; SQLITE_OK, or SQLite's primary result code,
    SQLITE_SCHEMA where the table does not fit the description. */
int parlor_sqlite_records_apply (ParlorSqliteRecords *records, const ParlorWrite *write);

/** As in ParlorBackendOps. */
gboolean parlor_sqlite_records_find (ParlorSqliteRecords *records, const ParlorFind *find,
                                     GPtrArray *rows, GError **error);
gboolean parlor_sqlite_records_load (sqlite3 *db, const ParlorRecordKind *kind,
                                     ParlorRecordVisit visit, gpointer user_data, GError **error);

G_END_DECLS
