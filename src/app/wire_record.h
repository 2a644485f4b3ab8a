/* SPDX-License-Identifier: Apache-2.0 */
/** Recording's parts, made and ended in their order. Control thread. */
#pragma once

#include "app/config.h"
#include "base/reader.h"
#include "brand/brands.h"
#include "http/metrics.h"
#include "record/away.h"
#include "record/clips.h"
#include "record/supervisor.h"
#include "room/shares.h"
#include "room/rooms.h"

G_BEGIN_DECLS

typedef struct
{
  ParlorRecordings *recordings;
  ParlorShares *shares;
  ParlorSupervisor *supervisor;
  ParlorKeeper *keeper;           /**< nullable */
  ParlorAway *away;               /**< nullable */
  struct _ParlorWireBring *bring; /**< nullable: without an away */
  ParlorClips *clips;
  gint64 keep_local_days; /**< -1 = for ever */
  char *folder;
  char *data_dir;
  ParlorRooms *rooms;         /**< borrowed, from restore () to quit () */
  ParlorAudit *audit;         /**< borrowed, the one of this process; NULL without a store */
  const ParlorBrands *brands; /**< borrowed */
  const ParlorRandom *random; /**< borrowed, set before init () */
  uv_timer_t *purge, *release;
} ParlorWireRecord;

/** Reads what there is. FALSE with an error. `store` and `audit` may be NULL. */
gboolean parlor_wire_record_init (ParlorWireRecord *self, uv_loop_t *loop,
                                  const ParlorConfig *config, ParlorMedia *media,
                                  ParlorStore *store, ParlorAudit *audit, GError **error);
/** Retention, bin, audit: once the brands are there. Finishes erasing what was deleted before. */
void parlor_wire_record_keep (ParlorWireRecord *self, uv_loop_t *loop, const ParlorBrands *brands,
                              ParlorEventFunc happened, gpointer happened_data);
/** After parlor_rooms_load (): what was recorded when the server died goes on, or is sealed. */
void parlor_wire_record_restore (ParlorWireRecord *self, ParlorRooms *rooms, ParlorStore *store,
                                 gint64 now_us);
/** ParlorDecipherFunc; user_data: the ParlorWireRecord. */
ParlorReader *parlor_wire_record_decipher (int *fd, const char *recording, gpointer user_data);
/** keep_still and open_still of ParlorSiteSpec; user_data: the same. */
gboolean parlor_wire_record_keep_still (const char *marker, const GByteArray *bytes,
                                        gpointer user_data);
int parlor_wire_record_open_still (const char *marker, guint64 *size, gpointer user_data);
void parlor_wire_record_metrics (const ParlorWireRecord *self, ParlorMetricsPage *page);
/** While the site is there: who waits for a part of a recording is answered. */
void parlor_wire_record_quit (ParlorWireRecord *self);
/** After the rooms have gone. Run the loop once more afterwards. */
void parlor_wire_record_clear (ParlorWireRecord *self);

G_END_DECLS
