/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The service of reps, tied to store, pages, rooms and hooks. Made after rooms and signalling,
 * freed after the last socket and before the store is closed.  Thread: control.
 */
#pragma once

#include "app/config.h"
#include "brand/brands.h"
#include "http/metrics.h"
#include "http/service.h"
#include "http/token.h"
#include "live/products.h"
#include "room/rooms.h"
#include "room/store.h"
#include "signal/signal.h"

G_BEGIN_DECLS

typedef struct _ParlorWireService ParlorWireService;

/** Borrowed, to outlive the service. */
typedef struct
{
  const ParlorConfig *config;
  ParlorClock *clock;
  ParlorRandom random;
  ParlorStore *store; /**< nullable */
  ParlorRooms *rooms;
  ParlorKeyring *keyring;
  ParlorSignal *signal;
  ParlorBrands *brands;
  ParlorProducts *products; /**< nullable */
  ParlorHooks *hooks;       /**< nullable: the built-in answers */
  ParlorAudit *audit;       /**< nullable */
  ParlorEventFunc happened; /**< nullable */
  gpointer happened_data;
  /** A customer leaves the log of events and what waits to be sent (erase_data); nullable. */
  void (*erase_elsewhere) (const char *customer, ParlorRecordFlushed done, gpointer done_data,
                           gpointer user_data);
  gpointer erase_data;
  /** What rooms have in memory of an erased customer's visitor; nullable. */
  void (*forget_visitor) (const char *visitor, gpointer user_data);
  void (*forget_customer) (const ParlorCustomer *customer, gpointer user_data); /**< nullable */
  gpointer forget_data;
  /** A word in a bot's name in this room, or (NULL) in all of the brand's that are live
      (forget_data); nullable. */
  void (*say_in_rooms) (const char *brand, const char *room, const char *name, const char *text,
                        gpointer user_data);
} ParlorWireServiceSpec;

/** Loads what the store kept, makes the demo's reps, gives the signalling its desk. NULL with one
    line. */
ParlorWireService *parlor_wire_service_new (const ParlorWireServiceSpec *spec, GError **error);
void parlor_wire_service_free (ParlorWireService *wire);

/** What HTTP serves it by. */
const ParlorServiceSite *parlor_wire_service_site (ParlorWireService *wire);
/** Runs what is due; returns the next deadline (monotonic, G_MAXINT64 = none). */
gint64 parlor_wire_service_poll (ParlorWireService *wire);
/** Who came into or left a call's room. */
void parlor_wire_service_room_event (ParlorWireService *wire, const ParlorRoomEvent *event);
void parlor_wire_service_metrics (ParlorWireService *wire, ParlorMetricsPage *page);

G_END_DECLS
