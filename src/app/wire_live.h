/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Makes the live rooms' domains, reads what the store kept of them, and joins them with rooms and
 * pages: states move the stage, the roster is counted as the audience, who leaves leaves the stage.
 *
 * Control thread.
 */
#pragma once

#include "app/wire_audience.h"
#include "base/event.h"
#include "base/hook.h"
#include "brand/brands.h"
#include "http/token.h"
#include "live/handoffs.h"
#include "live/live.h"
#include "live/products.h"
#include "live/visitors.h"
#include "room/clock.h"
#include "room/rooms.h"
#include "room/store.h"
#include "service/service.h"
#include "signal/signal.h"

#include <uv.h>

G_BEGIN_DECLS

/** Borrowed, to outlive the parts. */
typedef struct
{
  uv_loop_t *loop;
  ParlorClock *clock;
  ParlorRandom random;
  ParlorStore *store; /**< nullable */
  ParlorRooms *rooms;
  ParlorKeyring *keyring;   /**< signs the tokens of who comes on stage */
  ParlorEventFunc happened; /**< nullable */
  gpointer happened_data;
  ParlorHooks *hooks; /**< nullable: `product.resolve` is asked when a product is pinned,
                         `message.screen` before a comment is shown */
  guint tick_s;       /**< between two `stats.tick`; 0 = 60 */
  gboolean demo;      /**< puts some products on the demo brand's shelf */
} ParlorWireLiveSpec;

/** The domains are for the edges to use. */
typedef struct
{
  ParlorWireLiveSpec spec;
  ParlorProducts *products;
  ParlorVisitors *visitors;
  ParlorHandoffs *handoffs;
  ParlorLive *live;
  ParlorWireAudience *audience;
  struct _ParlorWireScreen *screen;
  ParlorSignal *signal; /**< borrowed; set by parlor_wire_live_start () */
  ParlorBrands *brands; /**< borrowed, with the next; set by parlor_wire_live_set_house () */
  ParlorService *service;
  GHashTable *houses; /**< brand → the names that only the house bears */
  gpointer clockwork; /**< its timer */
  gpointer asked;     /**< the way back of questions that are open; owned by them */
} ParlorWireLive;

/** NULL with an error when the store cannot be read. */
ParlorWireLive *parlor_wire_live_new (const ParlorWireLiveSpec *spec, GError **error);
/** What is told goes to these pages; counting begins. */
void parlor_wire_live_start (ParlorWireLive *wire, ParlorSignal *signal);
/** From now on nobody in the comments is called like a brand or one of its reps. */
void parlor_wire_live_set_house (ParlorWireLive *wire, ParlorBrands *brands,
                                 ParlorService *service);
/** Before the loop is closed, which then runs once more. NULL is ignored. */
void parlor_wire_live_free (ParlorWireLive *wire);

/** For ParlorSiteSpec; `wire`: a ParlorWireLive. */
void parlor_wire_live_shelf_changed (const char *brand, gpointer wire);

/** Every event of the room domain passes by. */
void parlor_wire_live_room_event (ParlorWireLive *wire, const ParlorRoomEvent *event);
/** A token with which this viewer publishes from the stage (transfer full). `wire`: a
    ParlorWireLive. For ParlorSignalSpec. */
char *parlor_wire_live_stage_token (ParlorParticipant *viewer, gpointer wire);

/** A bot's word of the brand in this live room, or (NULL) in all of its that are live now. For
    ParlorWireServiceSpec. */
void parlor_wire_live_say (const char *brand, const char *room, const char *name, const char *text,
                           gpointer wire);
/** What is in memory of a visitor, and of a customer by his names, who is erased. For
    ParlorWireServiceSpec. */
void parlor_wire_live_forget (const char *visitor, gpointer wire);
void parlor_wire_live_forget_customer (const ParlorCustomer *customer, gpointer wire);

gint64 parlor_wire_live_next_us (const ParlorWireLive *wire);
void parlor_wire_live_poll (ParlorWireLive *wire, gint64 now_us);

G_END_DECLS
