/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The real-time protocol (docs/protocol.md) over WebSockets: sockets, their sessions, and the way
 * from a domain event to the people it is for.
 *
 * A session is one socket. It becomes a participant's by `join`, is told DENIED or CLOSED at the
 * end, and hands the seat back when the socket drops. Start reading at messages.c, the table.
 *
 * Thread: control.
 */
#pragma once

#include "room/auth.h"
#include "room/clock.h"
#include "base/ids.h"
#include "room/rooms.h"
#include "signal/websocket.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct _ParlorSignal ParlorSignal;
typedef struct _ParlorDesk ParlorDesk; /* desk.h */
/* Of src/live, by name alone: not every file here needs to know them. */
typedef struct _ParlorLive ParlorLive;
typedef struct _ParlorProducts ParlorProducts;
typedef struct _ParlorVisitors ParlorVisitors;
typedef struct _ParlorBrands ParlorBrands;
typedef struct _ParlorPasses ParlorPasses;
typedef struct _ParlorBroadcasts ParlorBroadcasts;
typedef struct _ParlorInvites ParlorInvites;

/** Everything borrowed, to outlive the object. */
typedef struct
{
  uv_loop_t *loop;
  ParlorRooms *rooms;
  ParlorAuth *auth;
  ParlorClock *clock;
  ParlorRandom random;
  guint max_sockets;            /**< in all; 0 = 20,000. One more is closed with 4429 */
  guint max_sockets_of_address; /**< of one client address; 0 = 2,000 */
  gboolean demo; /**< a trusted socket may join without a token, and makes the room it names */
  /** RTCIceServer objects for this person (transfer full array); nullable. */
  json_t *(*ice_servers) (const char *identity, gpointer user_data);
  gpointer ice_data;
  ParlorLive *live;               /**< nullable: there are no live rooms */
  const ParlorProducts *products; /**< of the shelves; not NULL with `live` */
  ParlorBrands *brands;           /**< nullable: no page of a brand's own site is let in */
  ParlorVisitors *visitors;       /**< nullable: such pages have no visitors */
  ParlorPasses *passes;           /**< nullable: nobody is rung */
  ParlorBroadcasts *broadcasts;   /**< nullable: nobody speaks to all */
  ParlorInvites *invites;         /**< nullable: who led whom is not known */
  /** A token with which this viewer may publish from the stage (transfer full). */
  char *(*stage_token) (ParlorParticipant *viewer, gpointer user_data);
  gpointer stage_data;
} ParlorSignalSpec;

ParlorSignal *parlor_signal_new (const ParlorSignalSpec *spec);
/** Aborts all sockets; run the loop once more before it is closed, then the memory goes. */
void parlor_signal_free (ParlorSignal *signal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSignal, parlor_signal_free)

/** A socket after its handshake. */
typedef struct
{
  int fd; /**< owned from now on */
  const void *extra;
  gsize extra_length;
  const char *peer;     /**< the client's numeric address, copied; NULL = known to nobody */
  const char *base_url; /**< copied; "https://meet.example", for join_url */
  gboolean trusted;     /**< needs no token: the demo's loopback */
  const char *visitors; /**< who the browser's device keys say it is, by brand: "br_a=vis_x br_b=…",
                           copied; NULL = unknown */
  const char *origin;   /**< of a page that is not ours, copied: it is let in where the brand has
                           this origin, and its `visitor` key is judged by it; NULL = ours */
  gboolean of_all;      /**< `origin` is one of the configuration's: good for every brand */
  gboolean deflates;    /**< the handshake agreed on PARLOR_DEFLATE_AGREED */
  ParlorPrincipal
      principal; /**< who made the request that was upgraded (parlor_site_principal ()) */
} ParlorSignalSocket;

/** More than may be here are closed at once: 4429 "too many". */
void parlor_signal_adopt (ParlorSignal *signal, const ParlorSignalSocket *socket);

/** Reps and their customers are reached by this desk (borrowed, to outlive the signalling's last
    socket); once, before the first socket. */
void parlor_signal_set_desk (ParlorSignal *signal, ParlorDesk *desk);

/** A domain event. TO_ONE events of sessions that are not sockets are to be kept away from here. */
void parlor_signal_event (ParlorSignal *signal, const ParlorRoomEvent *event);

/** A key, a sign-in or a role was taken back: closes (4401) every socket whose principal does not
    stand any more. Each socket asks by itself too, every 2.5 s and at each message. */
void parlor_signal_recheck (ParlorSignal *signal);

/** What happened in a live room, to those whom it is for. `event` is of live/events.h. */
struct _ParlorLiveEvent;
void parlor_signal_live_event (ParlorSignal *signal, const struct _ParlorLiveEvent *event);

/** The shelf of this brand changed: all its live rooms are told. */
void parlor_signal_shelf (ParlorSignal *signal, const char *brand);

/** Once a second: hosts of live rooms hear how many of the brand's reps are there and how many
    viewers wait for one, when it is not what they heard last; viewers, whether anybody is. */
void parlor_signal_staffing (ParlorSignal *signal);

/** Rings this signed-in person of the brand, on every page of his that listens (`json` is taken);
    how many pages that are. */
guint parlor_signal_ring (ParlorSignal *signal, const char *brand, const char *user, json_t *json);

/** Open sockets, joined or not. */
guint parlor_signal_sessions (const ParlorSignal *signal);

typedef struct
{
  ParlorWebSocketStats sockets;
  guint64 refused_sockets;  /**< there were too many */
  guint64 refused_messages; /**< answered by `error` */
} ParlorSignalStats;

const ParlorSignalStats *parlor_signal_stats (const ParlorSignal *signal);

G_END_DECLS
