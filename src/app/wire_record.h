/* SPDX-License-Identifier: Apache-2.0 */
/** Recording's parts, made and ended in their order. Control thread. */
#pragma once

#include "app/config.h"
#include "http/metrics.h"
#include "record/supervisor.h"
#include "room/rooms.h"

G_BEGIN_DECLS

typedef struct
{
  ParlorRecordings *recordings;
  ParlorSupervisor *supervisor;
  char *folder;
} ParlorWireRecord;

/** Reads what there is. FALSE with an error. `store` may be NULL. */
gboolean parlor_wire_record_init (ParlorWireRecord *self, uv_loop_t *loop,
                                  const ParlorConfig *config, ParlorMedia *media,
                                  ParlorStore *store, GError **error);
/** After parlor_rooms_load (): what was recorded when the server died goes on, or is sealed. */
void parlor_wire_record_restore (ParlorWireRecord *self, ParlorRooms *rooms, ParlorStore *store,
                                 gint64 now_us);
void parlor_wire_record_metrics (const ParlorWireRecord *self, ParlorMetricsPage *page);
/** After the rooms have gone. Run the loop once more afterwards. */
void parlor_wire_record_clear (ParlorWireRecord *self);

G_END_DECLS
