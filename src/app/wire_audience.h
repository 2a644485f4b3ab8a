/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Broadcasts, links that are passed on, bots and hours: made, read from the store, and joined with
 * rooms and pages by wire_live.c, whose second they share.
 *
 * Control thread.
 */
#pragma once

#include "live/bots.h"
#include "live/broadcasts.h"
#include "live/hours.h"
#include "live/invites.h"
#include "live/live.h"
#include "room/clock.h"
#include "room/room.h"
#include "room/rooms.h"
#include "room/store.h"
#include "service/service.h"
#include "signal/signal.h"

G_BEGIN_DECLS

/** Borrowed, to outlive the parts. */
typedef struct
{
  ParlorClock *clock;
  ParlorRandom random;
  ParlorStore *store; /**< nullable */
  ParlorRooms *rooms;
  ParlorEventFunc happened; /**< nullable */
  gpointer happened_data;
  guint tick_s; /**< between two `stats.tick`; 0 = 60 */
} ParlorWireAudienceSpec;

/** The domains are for the edges to use. */
typedef struct
{
  ParlorWireAudienceSpec spec;
  ParlorBroadcasts *broadcasts;
  ParlorInvites *invites;
  ParlorBots *bots;
  ParlorLiveHours *hours;
  ParlorSignal *signal; /**< borrowed; NULL until there are pages */
  GHashTable *likes;    /**< room (owned) → likes that were counted */
} ParlorWireAudience;

/** NULL with an error when the store cannot be read. */
ParlorWireAudience *parlor_wire_audience_new (const ParlorWireAudienceSpec *spec, GError **error);
/** NULL is ignored. */
void parlor_wire_audience_free (ParlorWireAudience *wire);

/** A room that was there at the start, as the store has it. */
void parlor_wire_audience_begin (ParlorWireAudience *wire, const ParlorLiveInfo *info);
/** What happened in a live room is counted. */
void parlor_wire_audience_event (ParlorWireAudience *wire, const ParlorLiveEvent *event);
/** A viewer came. */
void parlor_wire_audience_joined (ParlorWireAudience *wire, const ParlorRoomInfo *room);
/** Once a second, of each live room. */
void parlor_wire_audience_count (ParlorWireAudience *wire, const ParlorLiveInfo *info,
                                 ParlorRoom *room, guint viewers);
/** Once a second. */
void parlor_wire_audience_second (ParlorWireAudience *wire);
/** He is erased: by each of his browsers, and by what the brand calls him. */
void parlor_wire_audience_forget (ParlorWireAudience *wire, const char *visitor);
void parlor_wire_audience_forget_customer (ParlorWireAudience *wire,
                                           const ParlorCustomer *customer);

G_END_DECLS
