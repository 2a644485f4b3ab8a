/* SPDX-License-Identifier: Apache-2.0 */
/** A batch of writes as one transaction on a PostgreSQL connection, in one round trip (libpq's
 * pipeline). Of the writer's thread. */
#pragma once

#include "store/pg_conn.h"

G_BEGIN_DECLS

typedef struct _ParlorPgWriter ParlorPgWriter;

/** `conn` is borrowed. */
ParlorPgWriter *parlor_pg_writer_new (ParlorPgConn *conn);
void parlor_pg_writer_free (ParlorPgWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPgWriter, parlor_pg_writer_free)

/** As commit () of ParlorBackendOps; connects when it has to. */
gboolean parlor_pg_writer_commit (ParlorPgWriter *writer, const GQueue *batch, guint *refused);

G_END_DECLS
