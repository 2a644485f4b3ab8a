/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Replays (live/replays.h) and what they stand on, which know nothing of each other: the recording
 * is waited for, its render asked for, and a replay whose recording goes is withdrawn. Control
 * thread.
 */
#pragma once

#include "app/wire_live.h"
#include "app/wire_record.h"
#include "app/wire_render.h"
#include "live/replays.h"

G_BEGIN_DECLS

typedef struct
{
  uv_loop_t *loop; /**< borrowed, as all of it */
  const ParlorWireRecord *record;
  const ParlorWireRender *render;
  const ParlorWireLive *live;
  ParlorStore *store; /**< nullable */
  ParlorAudit *audit; /**< nullable */
  ParlorRandom random;
  ParlorEventFunc happened; /**< nullable */
  gpointer happened_data;
} ParlorWireReplaySpec;

typedef struct
{
  ParlorReplays *replays;
  ParlorRecordings *recordings;
  ParlorRenders *renders;
  ParlorVisitors *visitors;
  uv_timer_t *tick;
} ParlorWireReplay;

/** NULL with an error. */
ParlorWireReplay *parlor_wire_replay_new (const ParlorWireReplaySpec *spec, GError **error);
/** Looks at all of them; its own timer does it every second. */
void parlor_wire_replay_tick (ParlorWireReplay *self);
/** Before the live rooms. Run the loop once more afterwards. NULL is ignored. */
void parlor_wire_replay_free (ParlorWireReplay *self);

G_END_DECLS
