/* SPDX-License-Identifier: Apache-2.0 */
/** The rows of room/store.h as statements and queries, the same for every SQL database. Any
 * thread. */
#pragma once

#include "store/statement.h"

G_BEGIN_DECLS

/** As parlor_statements_run (), for rooms' writes; the statements are static. */
ParlorRunResult parlor_room_rows_run (const ParlorWrite *write, ParlorRun run, gpointer runner);

/** ParlorStoreOps.load over any database. */
gboolean parlor_room_rows_load (ParlorAsk ask, gpointer asker, gint64 participants_since_ms,
                                guint chat_limit, const ParlorStoreVisitor *visitor,
                                gpointer user_data, GError **error);

G_END_DECLS
