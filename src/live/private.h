/* SPDX-License-Identifier: Apache-2.0 */
/** The inside of live rooms, for the files of this folder only. */
#pragma once

#include "live/live.h"

G_BEGIN_DECLS

#define NEVER_US G_MAXINT64
#define SECOND_US G_GINT64_CONSTANT (1000000)

struct _ParlorLive
{
  ParlorLiveSpec spec;
  GHashTable *by_room; /* id in the room's info → ParlorLiveRoom, borrowed */
  GPtrArray *rooms;    /* owns ParlorLiveRoom, the oldest first */
};

/* What is known of one voice in one room: rates, mutes, the vote. */
typedef struct
{
  gint64 comment_credit_us;
  gint64 last_comment_us;
  gint64 like_credit_us;
  gboolean muted;
  gboolean shadowed;
  char poll[PARLOR_ID_SIZE]; /* in which he voted last */
} Voice;

typedef struct
{
  ParlorStageGuest guest;
  char person[PARLOR_ID_SIZE];
  char *name;
} Guest;

struct _ParlorLiveRoom
{
  ParlorLive *live; /* borrowed */
  ParlorLiveInfo info;

  GPtrArray *pins; /* owns ParlorPin, the oldest first; the last may be up */

  GPtrArray *comments;    /* owns ParlorComment, the oldest first: COMMENTS_KEPT at most, and those
                             by which somebody was made quiet */
  guint n_held;           /* of them: PARLOR_COMMENT_HELD */
  GHashTable *by_client;  /* "voice/client_id" (owned) → ParlorComment */
  GPtrArray *untold;      /* borrowed: comments that go with the next batch */
  ParlorComment *top;     /* borrowed */
  GHashTable *voices;     /* key (owned) → Voice (owned) */
  gint64 room_credit_us;  /* of all comments together */
  gint64 comments_due_us; /* NEVER_US = no batch waits */

  ParlorPoll *poll; /* owned, nullable */
  gboolean poll_untold;

  GPtrArray *guests; /* owns Guest, in the order of asking */

  guint viewers;
  guint told_viewers;
  gint64 told_likes;
  gint64 audience_due_us; /* NEVER_US = nothing new */
  gint64 audience_told_us;
};

/* tables.c */
void parlor_live_emit (ParlorLiveRoom *room, const ParlorLiveEvent *event);
void parlor_live_save (const ParlorLiveRoom *room);
void parlor_live_put (const ParlorLiveRoom *room, const ParlorRecordKind *kind, gconstpointer row);
/** For webhooks: begin () and end () of the sink are the caller's. */
void parlor_live_happened (const ParlorLiveRoom *room, const char *type, ParlorLiveNow now,
                           const ParlorDatum *data, guint n);
void parlor_live_begin (const ParlorLiveRoom *room);
void parlor_live_end (const ParlorLiveRoom *room);
gboolean parlor_live_refuse (GError **error, int code, const char *message);
/** One of `burst` at once, then one an interval. */
gboolean parlor_live_take_credit (gint64 *credit_us, gint64 interval_us, guint burst,
                                  gint64 now_us);
gboolean parlor_live_is_over (const ParlorLiveRoom *room, GError **error);

/* voices.c */
/** Under which a voice is known. */
const char *parlor_voice_key (const char *visitor, const char *person);
Voice *parlor_live_voice (ParlorLiveRoom *room, const ParlorLiveWho *who);
Voice *parlor_live_voice_by_key (ParlorLiveRoom *room, const char *key);
/** Of the voice of who said it. */
const char *parlor_comment_key (const ParlorComment *comment);

/* comments.c */
void parlor_live_comments_init (ParlorLiveRoom *room);
void parlor_live_comments_clear (ParlorLiveRoom *room);
void parlor_live_comments_poll (ParlorLiveRoom *room, gint64 now_us);

/* moderation.c */
ParlorComment *parlor_live_find_comment (const ParlorLiveRoom *room, const char *id);
void parlor_live_hide_comment (ParlorLiveRoom *room, ParlorComment *comment, gint64 room_ms);
/** Its author is as quiet as it says; where it came back from the store. */
void parlor_live_quiet_again (ParlorLiveRoom *room, const ParlorComment *comment);

/* shelf.c */
void parlor_pin_free (gpointer pin);

/* stage.c */
void parlor_guest_free (gpointer guest);
void parlor_live_clear_stage (ParlorLiveRoom *room, ParlorLiveNow now);

/* audience.c */
void parlor_live_audience_touch (ParlorLiveRoom *room, gint64 now_us);
/** TRUE: it is the beat; *room_ms = its instant. */
gboolean parlor_live_audience_poll (ParlorLiveRoom *room, gint64 now_us, gint64 *room_ms);

/* poll.c */
void parlor_poll_free (ParlorPoll *poll);
void parlor_live_poll_tell (ParlorLiveRoom *room, gint64 room_ms);

G_END_DECLS
