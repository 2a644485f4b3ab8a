/* SPDX-License-Identifier: Apache-2.0 */
/** The inside of the domain's objects, for the files of this folder only. */
#pragma once

#include "base/tally.h"
#include "base/timerheap.h"
#include "room/hands.h"
#include "room/lobby.h"
#include "room/moderation.h"
#include "room/participant.h"
#include "room/qualitylog.h"
#include "room/qualitytotals.h"
#include "room/recording.h"
#include "room/room.h"
#include "room/rooms.h"
#include "room/settings.h"
#include "base/text.h"

G_BEGIN_DECLS

#define NEVER_US G_MAXINT64
#define SECOND_US G_GINT64_CONSTANT (1000000)

typedef struct _ParlorRecording ParlorRecording;

typedef struct
{
  ParlorEntryFunc may_enter;
  gpointer user_data;
} ParlorGate;

struct _ParlorRooms
{
  ParlorRoomsSpec spec;
  GPtrArray *rooms;  /* owns ParlorRoom, the oldest first */
  GHashTable *by_id; /* keys in the room */
  GHashTable *by_code;
  GHashTable *by_alias;
  GHashTable *by_endpoint; /* endpoint id → ParlorParticipant */
  GHashTable *by_resume;   /* ParlorHash → ParlorParticipant who is in */
  ParlorTimerHeap *timers; /* of the rooms */
  ParlorTally *unopened;   /* rooms with a stranger, by his address */
  guint n_people;
  gboolean draining;
  ParlorQualityTotals quality;
  gint64 purged_us; /* rows of quality that are too old were looked for; 0 = never */
  ParlorGate gates[PARLOR_GATES_MAX];
  guint n_gates;
  ParlorRoomClosed closed; /* nullable */
  gpointer closed_data;
  ParlorRemovalFunc removal; /* nullable */
  gpointer removal_data;
};

/* Who left and may come back by his resume token. */
typedef struct
{
  char *id;
  char *identity;
  char *name;
  ParlorRole role;
  ParlorRights granted;
  gboolean guest;
  ParlorHash resume;
  gint64 joined_ms;
  gint64 left_ms;
  gint64 until_us;
} ParlorSeat;

typedef struct
{
  char *identity; /* "" = any */
  ParlorHash token;
} ParlorBan;

struct _ParlorRoom
{
  ParlorRooms *rooms; /* borrowed */
  ParlorRoomInfo info;
  char id[PARLOR_ID_SIZE];
  char code[PARLOR_CODE_SIZE];
  char shown_code[PARLOR_CODE_SIZE];
  char brand[PARLOR_ID_TEXT];
  char *alias;
  char *title;
  char *stranger;   /* against whom it counts, until somebody comes in; NULL = nobody */
  gint64 opened_ms; /* wall clock at room_ms 0; 0 = not yet */
  gint64 opened_us; /* the same on the monotonic clock */
  gint64 rested_ms; /* room_ms at which the last meeting here was over; 0 = none was */

  GHashTable *people; /* id → ParlorParticipant, owned: roster, waiting and players */
  GPtrArray *roster;  /* borrowed, in the order of joining */
  GPtrArray *players; /* borrowed */
  GHashTable *seats;  /* ParlorHash → ParlorSeat, owned */
  GPtrArray *bans;    /* owns ParlorBan, the oldest first */
  ParlorLobby *lobby;
  ParlorHands *hands;
  ParlorChat *chat;
  ParlorRecording *recording;

  ParlorParticipant *speaker; /* borrowed, as the next three */
  ParlorParticipant *stage_speaker;
  ParlorParticipant *stage_pin;
  ParlorParticipant *speaking[PARLOR_MAX_SPEAKING];
  guint n_speaking;
  gboolean speaking_untold;
  gint64 speaking_next_us; /* not before */
  gint64 stage_next_us;    /* when stage_speaker becomes speaker; NEVER_US = no change ahead */
  guint64 n_screens_ever;
  guint n_stays;               /* of which a row is kept */
  gboolean dirty;              /* slots are to be chosen anew */
  gint64 choose_next_us;       /* not before */
  gboolean untold;             /* somebody has slots to be told */
  gint64 empty_since_us;       /* NEVER_US = somebody is here */
  ParlorTimer timer;           /* next deadline, at the latest */
  ParlorRoomSettings settings; /* texts owned */
  gboolean ending;
  gboolean kept;    /* it has a schedule: emptiness does not close it */
  gboolean resting; /* nobody came since the last meeting here was over */
  ParlorStage stage;
  ParlorEndpointId scene; /* 0 = none */
};

typedef struct
{
  char participant[PARLOR_ID_SIZE];
  guint height;
} ParlorTile;

struct _ParlorParticipant
{
  ParlorRoom *room; /* borrowed */
  ParlorParticipantInfo info;
  char id[PARLOR_ID_SIZE];
  char *identity;
  char *name;
  char *company; /* NULL = he is nobody's */
  ParlorRights granted;
  ParlorHash resume;
  ParlorHash device;
  ParlorHash network;    /* of his client address */
  gpointer session;      /* the edge's; NULL = away */
  gint64 away_us;        /* since when; NEVER_US = session is there */
  gint64 leave_us;       /* when the seat is given up; NEVER_US */
  gint64 expires_us;     /* of his token; NEVER_US */
  gboolean missed;       /* away for so long that the others are told */
  gboolean said_goodbye; /* by beacon */
  gboolean expired;      /* his token, and he brought no new one */

  ParlorEndpointId endpoint; /* 0 = none */
  gboolean media_stands;
  gboolean media_stood; /* at any time: then its lack is "reconnecting" */
  gboolean own_muted[PARLOR_N_SOURCES];
  gboolean withdrawn[PARLOR_N_SOURCES]; /* his page said that it is off */
  gboolean server_muted[PARLOR_N_SOURCES];
  ParlorEndpointId recorded[PARLOR_N_SOURCES]; /* under which it is written; 0 = it is not */
  guint64 screen_order;                        /* the larger, the newer */
  ParlorSlotTable *slots;                      /* NULL = not negotiated */

  gboolean has_view;
  gboolean visible;
  char pinned[PARLOR_ID_SIZE];
  char screen[PARLOR_ID_SIZE];
  guint n_tiles;
  ParlorTile *tiles; /* owned, n_tiles at least */
  char *publisher;   /* a player's: whom it wants; NULL = the stage */

  guint uplink_level; /* 3 good … 0 lost */
  guint level;
  ParlorMediaQuality told; /* of him, last; the next says when */
  gint64 told_us;          /* NEVER_US = not yet */
  ParlorPageWatch page;
  ParlorQualityLog *stay;  /* NULL = not begun, or an audience's, which is counted alone */
  gint64 stay_ms, kept_us; /* wall clock of its begin; its row was written last */
  guint n_said;            /* in the window that began at said_us */
  gint64 said_us;
};

/* rooms.c */
ParlorRoom *parlor_rooms_adopt (ParlorRooms *rooms, ParlorRoom *room);
void parlor_rooms_drop (ParlorRooms *rooms, ParlorRoom *room);
/** Counts no longer against whoever made it. */
void parlor_rooms_forget_stranger (ParlorRooms *rooms, ParlorRoom *room);

/* room.c */
ParlorRoom *parlor_room_new (ParlorRooms *rooms, const ParlorRoomRecord *record);
void parlor_room_free (ParlorRoom *room);
void parlor_room_emit (ParlorRoom *room, const ParlorRoomEvent *event);
void parlor_room_tell_closed (ParlorParticipant *participant, ParlorCloseReason reason);
void parlor_room_tell_participant (ParlorParticipant *participant);
void parlor_room_tell_hands (ParlorRoom *room);
void parlor_room_tell_lobby (ParlorRoom *room);
/** A deadline of this room: next_us () will be no later. */
void parlor_room_wake (ParlorRoom *room, gint64 at_us);
/** Slots are to be chosen anew, at the next poll; in a large room some ms later, with what else
 * changes. */
void parlor_room_touch (ParlorRoom *room);
/** Somebody has slots to be told, at the next poll. */
void parlor_room_untell (ParlorRoom *room);
void parlor_room_poll (ParlorRoom *room, gint64 now_us);
void parlor_room_open_clock (ParlorRoom *room, gint64 now_us);
void parlor_room_close (ParlorRoom *room, gint64 now_us);
/** The meeting is over and the room is kept: what the next one need not know of it goes. */
void parlor_room_rest (ParlorRoom *room, gint64 now_us);
/** Everybody is sent away and the room rests. */
void parlor_room_adjourn (ParlorRoom *room, gint64 now_us);
/** Whether that instant of the room's clock is of a meeting that is over: who comes now is told
 * nothing of it. */
gboolean parlor_room_is_over (const ParlorRoom *room, gint64 room_ms);
gint64 parlor_room_wall_ms (const ParlorRoom *room);
const ParlorRoomLimits *parlor_room_limits (const ParlorRoom *room);
gboolean parlor_room_is_empty (const ParlorRoom *room);
/** When it ends if nobody comes; NEVER_US while somebody is here. */
gint64 parlor_room_empty_deadline (const ParlorRoom *room);

/* join.c */
ParlorParticipant *parlor_participant_new (ParlorRoom *room, const ParlorJoin *join,
                                           ParlorParticipantKind kind, gint64 now_us);
void parlor_participant_free (ParlorParticipant *participant);
void parlor_participant_enter (ParlorParticipant *participant, gint64 now_us);
void parlor_participant_welcome (ParlorParticipant *participant, const char *resume_token,
                                 gboolean resumed);
void parlor_participant_admit (ParlorParticipant *participant, gint64 now_us);
/* What the domains behind parlor_rooms_add_entry () say; asked of who comes back as well. */
gboolean parlor_room_may_enter (const ParlorRoom *room, const char *identity);
/* Whether a host is asked about him. */
gboolean parlor_room_asks (const ParlorRoom *room, const ParlorJoin *join);
gboolean parlor_room_gate (ParlorRoom *room, const ParlorJoin *join, guint taken, guint cap,
                           ParlorDenial *denial);

/* seat.c */
void parlor_participant_depart (ParlorParticipant *participant, ParlorLeaveReason reason,
                                gboolean keep_seat, gint64 now_us);
void parlor_participant_set_away (ParlorParticipant *participant, gint64 now_us);
void parlor_participant_set_back (ParlorParticipant *participant, gpointer session);
/* His state from what is known of him; TRUE = it is another than before. */
gboolean parlor_participant_take_state (ParlorParticipant *participant);
/* The same, and everybody is told of a new one. */
void parlor_participant_refresh_state (ParlorParticipant *participant);
gint64 parlor_participant_next_us (const ParlorParticipant *participant);
void parlor_participant_poll (ParlorParticipant *participant, gint64 now_us);
void parlor_room_keep_seat (ParlorRoom *room, ParlorSeat *seat);
gint64 parlor_room_poll_seats (ParlorRoom *room, gint64 now_us);
void parlor_seat_free (ParlorSeat *seat);
gboolean parlor_participant_is_listed (const ParlorParticipant *participant);

/* recordbook.c */
ParlorRecording *parlor_recording_new (const char *room_kind);
void parlor_recording_free (ParlorRecording *recording);

/* recording.c */
/** Who is to be written is; nobody else. */
void parlor_recording_sync (ParlorRoom *room, gint64 now_us);
void parlor_recording_poll (ParlorRoom *room, gint64 now_us);
/** Every event of the room, before it goes out. */
void parlor_recording_watch (ParlorRoom *room, const ParlorRoomEvent *event);
void parlor_recording_close (ParlorRoom *room, gint64 now_us);
/** The same, and another meeting's begins with nothing of this one. */
void parlor_recording_rest (ParlorRoom *room, gint64 now_us);
void parlor_rooms_recorder_event (const ParlorRecorderEvent *event, gpointer user_data);

/* settings.c */
void parlor_room_clear_settings (ParlorRoom *room);
void parlor_room_forget_settings (ParlorRoom *room);

/* bans.c */
gboolean parlor_room_is_banned (const ParlorRoom *room, const ParlorJoin *join);
void parlor_room_ban (ParlorRoom *room, const char *identity, const ParlorHash *token);
void parlor_ban_free (ParlorBan *ban);

/* negotiate.c */
ParlorEndpointId parlor_room_open_endpoint (ParlorRoom *room, const char *identity,
                                            gboolean hears_room, GError **error);
/** Opens and negotiates; 0: nothing is left of it. */
ParlorEndpointId parlor_room_open_session (ParlorRoom *room, const char *identity,
                                           gboolean hears_room, const ParlorMediaOffer *offer,
                                           ParlorMediaAnswer *answer, GError **error);
/** Closes the one he has. */
void parlor_participant_set_endpoint (ParlorParticipant *participant, ParlorEndpointId endpoint);
void parlor_participant_close_endpoint (ParlorParticipant *participant);
void parlor_participant_take_answer (ParlorParticipant *participant,
                                     const ParlorMediaAnswer *answer);
/** Are packets of this source forwarded? What the page calls off or muted is not, whatever it
 * sends; a source of which nothing was said (a WHIP publisher's) is. */
gboolean parlor_participant_is_open (const ParlorParticipant *participant, ParlorSourceKind kind);
void parlor_participant_apply_open (ParlorParticipant *participant, ParlorSourceKind kind);
void parlor_participant_refresh_source (ParlorParticipant *participant, ParlorSourceKind kind);

/* choose.c */
void parlor_room_choose (ParlorRoom *room, gint64 now_us);
void parlor_room_tell_slots (ParlorRoom *room);

/* findings.c */
void parlor_rooms_media_event (const ParlorMediaEvent *event, gpointer user_data);
void parlor_room_set_speaker (ParlorRoom *room, ParlorParticipant *speaker, gint64 now_us);
void parlor_room_poll_speaking (ParlorRoom *room, gint64 now_us);
void parlor_room_forget_speaker (ParlorRoom *room, ParlorParticipant *participant);

/* quality.c */
/** The stay is over, or the program is about to end: its row is written. */
void parlor_participant_keep_stay (ParlorParticipant *participant, gint64 now_us);
void parlor_rooms_purge_quality (ParlorRooms *rooms, gint64 now_us);
void parlor_participant_report_quality (ParlorParticipant *participant,
                                        const ParlorMediaQuality *media, gint64 now_us);

/* persist.c: nothing without a store */
/** What is saved and told between the two is one transaction; pairs nest. */
void parlor_room_begin (ParlorRoom *room);
void parlor_room_end_changes (ParlorRoom *room);
/** happened.c: "room.created", "participant.joined", … `reason` nullable. */
void parlor_room_happened (ParlorRoom *room, const char *type, gint64 now_us);
void parlor_participant_happened (const ParlorParticipant *participant, const char *type,
                                  const char *reason, gint64 now_us);

void parlor_room_save (const ParlorRoom *room, gint64 closed_ms);
void parlor_participant_save (const ParlorParticipant *participant);
void parlor_seat_save (const ParlorRoom *room, const ParlorSeat *seat);
void parlor_room_save_ban (const ParlorRoom *room, const ParlorBan *ban, const char *by);
void parlor_room_save_chat (const ParlorRoom *room, const ParlorChatMessage *message);
void parlor_room_forget_saved (const ParlorRoom *room, const char *participant);

G_END_DECLS
