/* SPDX-License-Identifier: Apache-2.0 */
/**
 * All rooms of this node: making, finding, closing, and the one place that knows deadlines. Start
 * reading here.
 *
 * Control thread only, as everything in this folder that is not marked otherwise. Nothing waits.
 * Much is put off and gathered (slot choices, who speaks): after any call into the domain and
 * before it sleeps the loop calls parlor_rooms_poll () when parlor_rooms_next_us () <= now.
 */
#pragma once

#include "base/event.h"
#include "base/principal.h"
#include "room/clock.h"
#include "base/error.h"
#include "room/events.h"
#include "room/qualitytotals.h"
#include "room/recorder.h"
#include "room/recordings.h"
#include "room/store.h"

G_BEGIN_DECLS

/** Every cap and every time in one place; parlor_room_limits_default () fills it. */
typedef struct
{
  guint rooms;        /**< 10,000 open at a time */
  guint participants; /**< 1,000 pages and WHIP publishers a room; as many seats kept for those who
                         left */
  guint audience;     /**< 12,000 viewers of a live room, whose pages are not in the roster */
  guint players;      /**< 2,000 WHEP players a room */
  guint lobby;        /**< 100 waiting a room */
  guint lobby_of_device;      /**< 5 of them of one browser, as it calls itself */
  guint lobby_of_address;     /**< 30 of one client address: a class behind one router, and yet one
                                 holder of the link cannot keep the others out */
  guint bans;                 /**< 1,000 a room; the oldest goes first */
  guint chat_length;          /**< 4,000 characters a message */
  guint chat_history;         /**< 200 messages */
  guint chat_per_10s;         /**< 20 messages or reactions a person */
  gboolean roster_players;    /**< FALSE: WHEP players are not shown among the participants */
  gint64 seat_hold_us;        /**< 15 s after a WebSocket dropped */
  gint64 reconnecting_us;     /**< 2 s: then "reconnecting" in the roster */
  gint64 beacon_hold_us;      /**< 1.5 s after a page said goodbye by beacon (it may be a reload) */
  gint64 resume_us;           /**< 10 min: a resume token after that is worth nothing */
  gint64 empty_us;            /**< 30 min without anybody: the room is closed */
  gint64 unopened_us;         /**< 24 h: so is one into which nobody ever came */
  gint64 unopened_keyless_us; /**< 1 h for those that a stranger made, */
  guint unopened_keyless;     /**< of which one client address may have 200 */
} ParlorRoomLimits;

void parlor_room_limits_default (ParlorRoomLimits *limits);

/** What the domain stands on; borrowed, must outlive the registry. */
typedef struct
{
  ParlorRoomLimits limits;
  ParlorClock *clock; /**< wall_ms for stamps; now_us only when an event of the media comes in */
  ParlorRandom random;
  ParlorMedia *media; /**< NULL: negotiation is PARLOR_ERROR_UNAVAILABLE */
  ParlorStore *store; /**< NULL: nothing survives a restart */
  ParlorRoomEventFunc event;
  gpointer user_data;
  ParlorRecorder *recorder;     /**< NULL: nothing is recorded; takes over its event function */
  ParlorRecordings *recordings; /**< needed with `recorder` */
  /** Nullable: told of room.created, live (somebody came in first), ended and participant.joined,
      left, role, share.started, stopped, recording.*, consent.* and marker.created, in the store's
     transaction of the change. Of a live room src/live tells live and ended; here it is
     room.closed. */
  ParlorEventFunc happened;
  gpointer happened_data;
} ParlorRoomsSpec;

/** Whether somebody of this identity may enter now, anew or again, by page, WHIP or WHEP. */
typedef gboolean (*ParlorEntryFunc) (const ParlorRoom *room, const char *identity,
                                     gpointer user_data);

/** Takes over the media's event function. */
ParlorRooms *parlor_rooms_new (const ParlorRoomsSpec *spec);
/** Ends without a word to anybody: see parlor_rooms_shutdown (). */
void parlor_rooms_free (ParlorRooms *rooms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRooms, parlor_rooms_free)
/** One more gate, which a domain made after the rooms keeps: whom any of them refuses is denied as
    one whom a host must admit. At most PARLOR_GATES_MAX; `user_data` tells them apart. */
#define PARLOR_GATES_MAX 2
void parlor_rooms_add_entry (ParlorRooms *rooms, ParlorEntryFunc may_enter, gpointer user_data);
/** That gate is no more; of who keeps none nothing changes. */
void parlor_rooms_remove_entry (ParlorRooms *rooms, gconstpointer user_data);

/** A room is being closed, for good: inside the transaction of it. */
typedef void (*ParlorRoomClosed) (const ParlorRoom *room, gpointer user_data);
/** What other domains keep of a room goes with it. NULL = nothing. */
void parlor_rooms_set_closed (ParlorRooms *rooms, ParlorRoomClosed closed, gpointer user_data);

/** Who is or was in this recording ("rec_…") wants all of himself out of it, once it is sealed:
 * inside the transaction of his no. `held`: a legal hold has to be lifted first. FALSE: NOT_FOUND.
 */
typedef gboolean (*ParlorRemovalFunc) (const ParlorParticipant *participant, const char *recording,
                                       gboolean *held, gpointer user_data, GError **error);
/** NULL = nobody can be taken out. */
void parlor_rooms_set_removal (ParlorRooms *rooms, ParlorRemovalFunc removal, gpointer user_data);

/** Reads what the store kept: rooms with their chat, bans, and the seats to which resume tokens
   lead. Once, before the first join. FALSE: the store's error. */
gboolean parlor_rooms_load (ParlorRooms *rooms, gint64 now_us, GError **error);

typedef struct
{
  const char *brand; /**< "br_…"; NULL = PARLOR_DEMO_BRAND */
  const char *kind;  /**< "meeting" (NULL too), "live", "consult" */
  const char *title; /**< NULL = "" */
  const char
      *alias; /**< name by which URLs may call it, unique; 1 to 64 of [A-Za-z0-9._-]; NULL = none */
  gboolean lobby;
  const char *stranger; /**< the client address of one who made it without a key; NULL = somebody
                           who may. A restart forgets the address, not that it was one */
} ParlorRoomSpec;

/** A new open room (borrowed; valid until its last CLOSED). BAD_REQUEST, CONFLICT (alias taken),
 * TOO_MANY (in all, or this stranger's that nobody entered). */
ParlorRoom *parlor_rooms_create (ParlorRooms *rooms, const ParlorRoomSpec *spec, gint64 now_us,
                                 GError **error);
/** By "rm_…", by alias, or by join code as people type it; NULL = no such open room. */
ParlorRoom *parlor_rooms_find (ParlorRooms *rooms, const char *name);
/** The same, of this brand only; brand NULL or "" finds nothing. What edges use for callers. */
ParlorRoom *parlor_rooms_find_of (ParlorRooms *rooms, const char *brand, const char *name);
/** Open rooms, the oldest first; free the array (transfer container). */
ParlorRoom **parlor_rooms_list (ParlorRooms *rooms, guint *n);
guint parlor_rooms_count (const ParlorRooms *rooms);
/** Whose endpoint it is; borrowed, NULL = nobody's. */
ParlorParticipant *parlor_rooms_at_endpoint (const ParlorRooms *rooms, ParlorEndpointId endpoint);
/** People in rooms now: pages, publishers, players; not those who wait. */
guint parlor_rooms_count_participants (const ParlorRooms *rooms);

/** How it is for everybody together; borrowed. */
const ParlorQualityTotals *parlor_rooms_quality (const ParlorRooms *rooms);

/** Tells `flushed` when everything done so far survives a crash; at once (inside the call) without
   a store. The answer to making or closing a room waits for it. */
void parlor_rooms_flush (ParlorRooms *rooms, ParlorStoreFlushed flushed, gpointer user_data);

/** The beacon of a page that goes: the seat is given up `beacon_hold_us` from now unless the page
   comes back by then. FALSE when the token is nobody's (the caller answers the same to both). */
gboolean parlor_rooms_leave_by_token (ParlorRooms *rooms, const char *resume_token, gint64 now_us);

/** While draining no room is made (UNAVAILABLE); those that are open go on. */
void parlor_rooms_set_draining (ParlorRooms *rooms, gboolean draining);
gboolean parlor_rooms_is_draining (const ParlorRooms *rooms);

/** SIGTERM: every session gets CLOSED server_shutdown; seats stay in the store. */
void parlor_rooms_shutdown (ParlorRooms *rooms, gint64 now_us);

/** When poll () has something to do; <= now: at once; G_MAXINT64 = never. */
gint64 parlor_rooms_next_us (const ParlorRooms *rooms);
void parlor_rooms_poll (ParlorRooms *rooms, gint64 now_us);

G_END_DECLS
