/* SPDX-License-Identifier: Apache-2.0 */
/** Live rooms with a clock that the test moves, a sink that remembers, and ears for what is told.
 */
#pragma once

#include "live/handoffs.h"
#include "live/live.h"
#include "live/products.h"
#include "live/visitors.h"

typedef struct
{
  ParlorRecordSink sink; /* first: the sink is the world */
  ParlorRandom random;
  ParlorLive *live;
  ParlorLiveRoom *room; /* of "rm_1", brand "br_1" */
  gint64 now_us, wall_ms, room_ms;
  guint32 seed;
  int depth;        /* of begin () */
  guint puts;       /* rows */
  guint loose_puts; /* of them outside a transaction */
  guint removes;
  GString *told;     /* "state pin comments:2 …" */
  GString *happened; /* "room.live product.pinned …" */
  guint loose_happened;
  ParlorLiveEvent last; /* shallow */
  gboolean screens;     /* the brand is asked about comments */
  guint screened;       /* how often it was */
  char last_sku[PARLOR_SKU_MAX + 1];
} World;

World *world_new (void);
/** The same with a catalogue, borrowed. */
World *world_new_with (const ParlorProducts *products);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

ParlorLiveNow world_now (const World *world);
/** Time goes on, and what was due is done. */
void world_pass (World *world, gint64 ms);
/** What was told since the last call; borrowed until the next. */
const char *world_told (World *world);
const char *world_happened (World *world);
void world_go_live (World *world);
