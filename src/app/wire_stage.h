/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stage processes (src/stage) of live rooms: looks who cannot decode what is on stage, does what
 * live/stagework.h decides, and tells viewers how it stands with their picture; and who, with
 * others on stage, is given one picture of all.
 *
 * Control thread.
 */
#pragma once

#include "app/wire_hls.h"
#include "live/live.h"
#include "room/rooms.h"

#include <uv.h>

G_BEGIN_DECLS

typedef struct
{
  uv_loop_t *loop;
  ParlorMedia *media;
  ParlorRooms *rooms;
  ParlorLive *live;
  ParlorWireHls *hls;
  guint places;      /**< processes at a time */
  guint cap_percent; /**< of a core, for each */
} ParlorWireStageSpec;

typedef struct _ParlorWireStage ParlorWireStage;

/** All borrowed, to outlive the object. */
ParlorWireStage *parlor_wire_stage_new (const ParlorWireStageSpec *spec);
/** Ends its processes. Before the loop is closed, which then runs once more. NULL is ignored. */
void parlor_wire_stage_free (ParlorWireStage *self);

/** For ParlorSiteSpec: how it is with the picture of a player that has just come. */
ParlorFit parlor_wire_stage_judge (const ParlorParticipant *player, gpointer wire_stage);
void parlor_wire_stage_metrics (const ParlorWireStage *self, ParlorMetricsPage *page);

G_END_DECLS
