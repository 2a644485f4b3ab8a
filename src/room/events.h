/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Everything that leaves the domain: one callback, one struct. The types match the `<-` messages of
 * docs/protocol.md one to one; the edge (WebSocket) makes JSON of them, the domain knows none.
 *
 * Threads: control. The callback runs inside the call that caused the event, or inside
 * parlor_rooms_poll (). It must not call a function of the domain that changes something; reading
 * (…_info, lists) is fine. All pointers are borrowed for the call.
 */
#pragma once

#include "room/chat.h"
#include "room/recording_rows.h"
#include "room/rights.h"
#include "room/slots.h"

G_BEGIN_DECLS

typedef struct _ParlorRooms ParlorRooms;
typedef struct _ParlorRoom ParlorRoom;
typedef struct _ParlorParticipant ParlorParticipant;

typedef enum
{
  PARLOR_EVENT_WELCOME,     /**< one: participant, resume_token, resumed, transport_alive */
  PARLOR_EVENT_WAITING,     /**< one: position (again when it changes) */
  PARLOR_EVENT_DENIED,      /**< one, who waited: denial. `session` is over */
  PARLOR_EVENT_PARTICIPANT, /**< all: participant joined or changed */
  PARLOR_EVENT_LEFT,        /**< all: participant (valid until the call returns), leave_reason */
  PARLOR_EVENT_ROOM,        /**< all: lock, lobby or title changed */
  PARLOR_EVENT_CHAT, /**< all, the sender too; or one (a client_id sent twice): message, participant
                        = the sender */
  PARLOR_EVENT_HANDS,      /**< all: participants in order */
  PARLOR_EVENT_REACTION,   /**< all: participant, emoji */
  PARLOR_EVENT_LOBBY,      /**< hosts: participants who wait, in order */
  PARLOR_EVENT_SLOTS,      /**< one: slots (only those that changed; all after each answer) */
  PARLOR_EVENT_SPEAKER,    /**< all: participant, NULL = silence */
  PARLOR_EVENT_SPEAKING,   /**< all: participants who talk now */
  PARLOR_EVENT_MUTED,      /**< one: source, by (NULL = the API) */
  PARLOR_EVENT_ASK_UNMUTE, /**< one: by */
  PARLOR_EVENT_QUALITY,    /**< one: quality */
  PARLOR_EVENT_TRANSPORT,  /**< one: transport_alive = "connected", else "failed" */
  PARLOR_EVENT_MARKER,     /**< all: marker, participant = the author, NULL = the API */
  PARLOR_EVENT_CLOSED,     /**< one: close_reason. `session` is over */
  PARLOR_EVENT_LAYERS,     /**< one: source, rids: the layers of his that somebody watches */
  PARLOR_EVENT_CLOCK, /**< one: slots[0] has mid and rtp_timestamp, room_ms: the picture with this
                         timestamp was taken at that time of the room's clock. Live rooms only */
  PARLOR_EVENT_FIT,   /**< one: slots[0], codec, fit: whether he can see the picture in this slot */
  PARLOR_EVENT_REMOVED, /**< one: recording: he is out of it, as he asked */
  PARLOR_N_EVENTS,
} ParlorRoomEventType;

typedef enum
{
  PARLOR_TO_ONE,   /**< `session` alone */
  PARLOR_TO_ALL,   /**< every session for which parlor_room_event_reaches () */
  PARLOR_TO_HOSTS, /**< of these, the ones with the right to moderate */
  PARLOR_TO_APP,   /**< no page: LEFT of a viewer, for who counts them */
} ParlorAudience;

typedef enum
{
  PARLOR_DENIED_HOST,        /**< "host": a host said no */
  PARLOR_DENIED_LOCKED,      /**< "locked" */
  PARLOR_DENIED_BANNED,      /**< "banned" */
  PARLOR_DENIED_ROOM_CLOSED, /**< "room_closed" */
  PARLOR_DENIED_ROOM_FULL,   /**< "room_full": seats or lobby */
  PARLOR_DENIED_PARTNER,     /**< "partner": no partners here (room/settings.h) */
  PARLOR_N_DENIALS,
} ParlorDenial;

typedef enum
{
  PARLOR_LEFT_LEFT,     /**< "left" */
  PARLOR_LEFT_LOST,     /**< "lost": did not come back in time */
  PARLOR_LEFT_REMOVED,  /**< "removed" */
  PARLOR_LEFT_BANNED,   /**< "banned" */
  PARLOR_LEFT_REPLACED, /**< "replaced" */
  PARLOR_N_LEFTS,
} ParlorLeaveReason;

typedef enum
{
  PARLOR_CLOSED_REMOVED,         /**< "removed", 4403 */
  PARLOR_CLOSED_BANNED,          /**< "banned", 4403 */
  PARLOR_CLOSED_ENDED,           /**< "ended", 4404 */
  PARLOR_CLOSED_REPLACED,        /**< "replaced": the same participant came by another session */
  PARLOR_CLOSED_SERVER_SHUTDOWN, /**< "server_shutdown" */
  PARLOR_CLOSED_TOKEN_EXPIRED,   /**< "token_expired", 4401; the seat is held as after a drop */
  PARLOR_CLOSED_LEFT, /**< "left": by parlor_rooms_leave_by_token (), or a WHIP/WHEP session whose
                         media failed */
  PARLOR_N_CLOSINGS,
} ParlorCloseReason;

/** The words of docs/protocol.md; static. */
const char *parlor_denial_name (ParlorDenial denial);
const char *parlor_leave_reason_name (ParlorLeaveReason reason);
const char *parlor_close_reason_name (ParlorCloseReason reason);

/** Of a picture and a receiver that cannot decode what its publisher sends. */
typedef enum
{
  PARLOR_FIT_OK,          /**< "ok": not so any more */
  PARLOR_FIT_CONVERTING,  /**< "converting": a second encoding is being made */
  PARLOR_FIT_CONVERTED,   /**< "converted": he gets that one */
  PARLOR_FIT_UNAVAILABLE, /**< "unavailable": nobody makes one, or it helps him not */
  PARLOR_N_FITS,
} ParlorFit;
const char *parlor_fit_name (ParlorFit fit);

/** One entry of `slots`. */
typedef struct
{
  const char *mid;
  const ParlorParticipant *participant; /**< NULL = the slot is empty */
  ParlorSourceKind source;              /**< NONE when empty */
  gboolean has_rtp;                     /**< FALSE: announced, its first packet has not left */
  guint32 rtp_timestamp;
} ParlorSlotView;

typedef enum
{
  PARLOR_WHY_OK,
  PARLOR_WHY_UPLINK,
  PARLOR_WHY_DOWNLINK,
  PARLOR_WHY_SERVER,
  PARLOR_WHY_PEER, /**< one's own line is good; whom one looks at has a bad uplink */
  PARLOR_N_WHYS,
} ParlorQualityWhy;
const char *parlor_quality_why_name (ParlorQualityWhy why);

typedef struct
{
  const ParlorParticipant *participant;
  guint level; /**< 3 good … 0 lost */
} ParlorPeerQuality;

typedef struct
{
  guint level; /**< one's own: the worse direction */
  ParlorQualityWhy why;
  ParlorMediaQuality media;
  const ParlorPeerQuality *peers; /**< who is in one's slots */
  guint n_peers;
} ParlorQuality;

typedef struct
{
  ParlorRoomEventType type;
  ParlorAudience audience;
  ParlorRoom *room;
  gpointer session;               /**< TO_ONE: what the edge gave at join */
  ParlorParticipant *participant; /**< subject, or the one addressed */
  ParlorParticipant *by;          /**< nullable */
  const char *resume_token;       /**< a secret; only here, only once */
  gboolean resumed;
  gboolean transport_alive;
  guint position;
  ParlorDenial denial;
  ParlorLeaveReason leave_reason;
  ParlorCloseReason close_reason;
  const ParlorChatMessage *message;
  const char *emoji; /**< static */
  ParlorSourceKind source;
  ParlorParticipant *const *participants;
  guint n_participants;
  const ParlorSlotView *slots;
  guint n_slots;
  const ParlorQuality *quality;
  gint64 room_ms; /**< CLOCK */
  const ParlorMarkerRow *marker;
  const char (*rids)[PARLOR_RID_SIZE]; /**< LAYERS: n_rids of them */
  guint n_rids;
  const char *codec; /**< FIT: what the publisher sends */
  ParlorFit fit;
  const char *recording; /**< REMOVED: "rec_…" */
} ParlorRoomEvent;

typedef void (*ParlorRoomEventFunc) (const ParlorRoomEvent *event, gpointer user_data);

/** Whether an event TO_ALL or TO_HOSTS is for this participant: a page that is in (does not wait)
   and whose session is there. */
gboolean parlor_room_event_reaches (const ParlorRoomEvent *event,
                                    const ParlorParticipant *participant);

G_END_DECLS
