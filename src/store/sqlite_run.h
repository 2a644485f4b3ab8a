/* SPDX-License-Identifier: Apache-2.0 */
/** Statements and queries on one SQLite connection; of its thread. */
#pragma once

#include <sqlite3.h>

#include "store/statement.h"

G_BEGIN_DECLS

typedef struct _ParlorSqliteRunner ParlorSqliteRunner;

/** `db` is borrowed. What is run is prepared once and kept. */
ParlorSqliteRunner *parlor_sqlite_runner_new (sqlite3 *db);
void parlor_sqlite_runner_free (ParlorSqliteRunner *runner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSqliteRunner, parlor_sqlite_runner_free)

/** ParlorRun, inside the running transaction. */
ParlorRunResult parlor_sqlite_run (gpointer runner, const ParlorStatement *statement,
                                   gconstpointer record);

/** ParlorAsk. */
gboolean parlor_sqlite_ask (gpointer runner, const ParlorSqlQuery *query,
                            const ParlorRowShape *shape, ParlorRecordVisit visit,
                            gpointer user_data, GError **error);

G_END_DECLS
