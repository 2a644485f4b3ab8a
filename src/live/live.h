/* SPDX-License-Identifier: Apache-2.0 */
/**
 * All live rooms of this node (LIVE sections 1, 3 and 8). Start reading here.
 *
 * A live room stands on a room of the room domain, which it knows by id alone: that one has the
 * people, the media and the clock. This one has the state (scheduled, live, paused, ended), the
 * shelf's pin, the comments, likes, polls, who is or wants to be on stage, and how many watch.
 *
 * Time: `now_us` is monotonic and moves deadlines; `room_ms` is the stream's clock (milliseconds
 * since the room first opened, never paused) and stamps what viewers see; `wall_ms` is for people.
 * They come together in ParlorLiveNow.
 *
 * Control thread. Nothing waits. A ParlorLiveRoom belongs to the registry: keep the room's id.
 */
#pragma once

#include "base/error.h"
#include "base/event.h"
#include "base/ids.h"
#include "base/record.h"
#include "live/events.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 now_us;
  gint64 wall_ms;
  gint64 room_ms; /**< of the room the call is about; 0 before it opened */
} ParlorLiveNow;

/** What the domain stands on; borrowed, must outlive the registry. */
typedef struct
{
  ParlorRecordSink *sink; /**< NULL = nothing survives a restart */
  ParlorRandom random;
  /** Nullable: a pin then does not know what its product was called and cost. */
  const struct _ParlorProducts *products;
  ParlorLiveEventFunc event;
  ParlorEventFunc happened; /**< for webhooks and boards; nullable */
  /** Whether nobody but the house may be called so; nullable = everybody may. */
  gboolean (*is_protected) (const char *brand, const char *name, gpointer user_data);
  /** Whether the house's rules let `name` say this in `room`; nullable = everything. */
  gboolean (*may_say) (const char *brand, const char *room, const char *name, const char *text,
                       gint64 room_ms, gpointer user_data);
  /** Whether somebody is asked before this viewer's comment is shown; TRUE: his word comes by
      parlor_live_screened (), never from inside. Nullable = nobody. */
  gboolean (*screen) (const char *brand, const ParlorComment *comment, gpointer user_data);
  /** The stream's clock of a room, for what happens in poll (). */
  gint64 (*room_ms) (const char *room, gint64 now_us, gpointer user_data);
  gpointer user_data;
} ParlorLiveSpec;

ParlorLive *parlor_live_new (const ParlorLiveSpec *spec);
void parlor_live_free (ParlorLive *live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorLive, parlor_live_free)

/** Whether nobody but the house may be called so. */
gboolean parlor_live_is_protected (const ParlorLive *live, const char *brand, const char *name);

/** Rows that the store kept (copied), rooms first. A room that was on air counts one restart more.
    Pins: those that are still up; comments: the last of each room, and those by which
    somebody was made quiet; the same twice is one. At start. */
void parlor_live_load_room (ParlorLive *live, const ParlorLiveInfo *row);
void parlor_live_load_pin (ParlorLive *live, const ParlorPin *row);
void parlor_live_load_comment (ParlorLive *live, const ParlorComment *row);
void parlor_live_load_poll (ParlorLive *live, const ParlorPoll *row);

/** Makes a live room of the room `info->room`, scheduled; room, brand, title, summary, image, host,
    rep_group (nullable) and scheduled_ms are taken. BAD_REQUEST, CONFLICT (is one already). */
ParlorLiveRoom *parlor_live_open (ParlorLive *live, const ParlorLiveInfo *info, ParlorLiveNow now,
                                  GError **error);
/** NULL = that room is no live room. */
ParlorLiveRoom *parlor_live_find (ParlorLive *live, const char *room);
/** Of a brand, NULL = all; the newest first; free the array (transfer container). */
ParlorLiveRoom **parlor_live_list (ParlorLive *live, const char *brand, guint *n);
const ParlorLiveInfo *parlor_live_info (const ParlorLiveRoom *room);

/**
 * The one way between the states: scheduled → live ↔ paused → ended, scheduled → ended. The same
 * state again changes nothing and is TRUE. CONFLICT names the state it is in.
 */
gboolean parlor_live_set_state (ParlorLiveRoom *room, ParlorLiveState state, ParlorLiveNow now,
                                GError **error);
/** What a host says anew; NULL and -1 leave it, "" and 0 take it away. */
typedef struct
{
  const char *title, *summary, *image, *host;
  const char *rep_group; /**< the caller knows that there is such a group */
  gint64 scheduled_ms;
} ParlorLiveEdit;
/** Everybody gets STATE. BAD_REQUEST; CONFLICT for a time to begin at when it has begun: nothing is
    changed then. */
gboolean parlor_live_edit (ParlorLiveRoom *room, const ParlorLiveEdit *edit, ParlorLiveNow now,
                           GError **error);

/* ---- shelf ---------------------------------------------------------------------------------- */

/** Pins a product; what was pinned ends at the same instant. That the sku exists the caller has
    checked. The same sku again only changes the note. `note` nullable. BAD_REQUEST, CONFLICT
    (ended). */
gboolean parlor_live_pin (ParlorLiveRoom *room, const char *sku, const char *note,
                          ParlorLiveNow now, GError **error);
/** FALSE = nothing was pinned. */
gboolean parlor_live_unpin (ParlorLiveRoom *room, ParlorLiveNow now);
/** What the pinned product is called and costs is another since a moment: that is what stands with
    the pin from now on. */
void parlor_live_pin_changed (ParlorLiveRoom *room);
/** NULL = nothing. */
const ParlorPin *parlor_live_current_pin (const ParlorLiveRoom *room);
/** All pins of this room since the start, oldest first: the chapters. Borrowed. */
const ParlorPin *const *parlor_live_pins (const ParlorLiveRoom *room, guint *n);

/* ---- voices --------------------------------------------------------------------------------- */

#define PARLOR_COMMENT_MAX 200 /* characters */

/** Who speaks. Borrowed for the call. */
typedef struct
{
  const char *person;  /**< "pt_…": to whom answers go */
  const char *visitor; /**< "vis_…", whom mutes and votes stick to; NULL or "" = the person */
  const char *name;
  gboolean is_host; /**< passes rates, slow mode and the name check */
  gboolean is_bot; /**< of live/bots.h, which counts what it says: passes slow mode, the rate of one
                      voice and the name check */
  gboolean agrees; /**< to be recorded on stage; ask_stage () alone looks at it */
} ParlorLiveWho;

/**
 * Says something. The comment is told to all in the next batch (within 250 ms), in the order of the
 * calls; returned at once (borrowed), so that its author sees it. The same client_id of the same
 * author again returns the first. A shadowed author gets his comment and nobody else does.
 * BAD_REQUEST, FORBIDDEN (muted, a blocked word), CONFLICT (the name is the house's: choose
 * another; or ended), TOO_MANY (rate or slow mode). A comment with HELD is nobody's yet, its author
 * hears SCREENED.
 */
const ParlorComment *parlor_live_comment (ParlorLiveRoom *room, const ParlorLiveWho *who,
                                          const char *client_id, const char *text,
                                          ParlorLiveNow now, GError **error);
/** The word on a comment that was held (ids): it is said now, or, with a reason, never; nor where
    its author was muted or the stream ended meanwhile. Nothing where there is none of it. */
void parlor_live_screened (ParlorLive *live, const char *room, const char *comment,
                           const char *reason, gint64 now_us);
/** The last ones that everybody may see, oldest first, at most `max`; free the array. */
const ParlorComment **parlor_live_comments (const ParlorLiveRoom *room, guint max, guint *n);
/** What a comment that was kept is judged by long after it was said; without the room. */
typedef struct _ParlorCommentSieve ParlorCommentSieve;
ParlorCommentSieve *parlor_comment_sieve_new (const ParlorLiveRoom *room);
void parlor_comment_sieve_free (ParlorCommentSieve *sieve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorCommentSieve, parlor_comment_sieve_free)
/** It is not deleted, its author not shadowed, and no word in it is blocked. */
gboolean parlor_comment_stands (const ParlorCommentSieve *sieve, const ParlorComment *comment);
/** NULL = none is pinned. */
const ParlorComment *parlor_live_top_comment (const ParlorLiveRoom *room);

typedef enum
{
  PARLOR_MODERATE_DELETE,
  PARLOR_MODERATE_PIN, /**< on top of the comments */
  PARLOR_MODERATE_UNPIN,
  PARLOR_MODERATE_MUTE, /**< its author speaks no more here */
  PARLOR_MODERATE_UNMUTE,
  PARLOR_MODERATE_SHADOW, /**< its author does not notice that nobody hears him */
  PARLOR_MODERATE_UNSHADOW,
  PARLOR_N_MODERATIONS,
} ParlorModeration;
/** "delete", "pin", "unpin", "mute", "unmute", "shadow", "unshadow". */
gboolean parlor_moderation_from_name (const char *name, ParlorModeration *moderation);
/** By the comment's id. NOT_FOUND. */
gboolean parlor_live_moderate (ParlorLiveRoom *room, ParlorModeration what, const char *comment,
                               ParlorLiveNow now, GError **error);
/** The comments by which somebody was muted or shadowed who still is (their flags tell), the oldest
    first; free the array. */
const ParlorComment **parlor_live_quiet (const ParlorLiveRoom *room, guint *n);
/** What this visitor said goes from memory and from everybody's page; the rows are the caller's. */
void parlor_live_forget_visitor (ParlorLiveRoom *room, const char *visitor, ParlorLiveNow now);
/** Seconds between two comments of one person; 0 = off, at most 600. */
void parlor_live_set_slow (ParlorLiveRoom *room, guint seconds, ParlorLiveNow now);
/** A comment that contains one of these is refused; at most 200 words of at most 40 characters, the
    rest is cut off. */
void parlor_live_set_blocked (ParlorLiveRoom *room, const char *const *words, guint n,
                              ParlorLiveNow now);

/** n <= 20 hearts of one person; more than 10 a second of him are not counted. Never refused. */
void parlor_live_like (ParlorLiveRoom *room, const ParlorLiveWho *who, guint n, ParlorLiveNow now);

#define PARLOR_POLL_OPTIONS 6
/** Asks the audience; a poll that is open ends. 2 to 6 options. BAD_REQUEST, CONFLICT (ended). */
gboolean parlor_live_ask (ParlorLiveRoom *room, const char *question, const char *const *options,
                          guint n, ParlorLiveNow now, GError **error);
gboolean parlor_live_close_poll (ParlorLiveRoom *room, ParlorLiveNow now);
/** One vote a visitor; CONFLICT (voted, or closed), BAD_REQUEST. */
gboolean parlor_live_vote (ParlorLiveRoom *room, const ParlorLiveWho *who, const char *poll,
                           guint option, ParlorLiveNow now, GError **error);
/** The open one, else the last; NULL = none was. */
const ParlorPoll *parlor_live_poll_of (const ParlorLiveRoom *room);

/* ---- the stage and the audience -------------------------------------------------------------- */

/** A viewer asks to come on stage, or comes because a host asked him (and says so again: only
    whether he may be recorded is taken anew). CONFLICT, TOO_MANY (50 wait, 6 are there). */
gboolean parlor_live_ask_stage (ParlorLiveRoom *room, const ParlorLiveWho *who, ParlorLiveNow now,
                                GError **error);
/** A host asks a viewer to come on stage: he is told and nothing more, until he answers by
    ask_stage () or leave_stage (). One who asks already is admitted. CONFLICT, TOO_MANY (50 wait).
 */
gboolean parlor_live_invite (ParlorLiveRoom *room, const ParlorLiveWho *who, ParlorLiveNow now,
                             GError **error);
/** A viewer who asked is admitted; without `asked_only` also one who did not, by who answers for
    it: he is told, the app gives him the right to publish. At most 6 are on stage. TOO_MANY. */
gboolean parlor_live_admit (ParlorLiveRoom *room, const ParlorLiveWho *who, gboolean asked_only,
                            ParlorLiveNow now, GError **error);
/** He withdraws, refuses, is refused, leaves or is sent off; by nobody noticed if he was neither.
 */
void parlor_live_leave_stage (ParlorLiveRoom *room, const char *person, ParlorLiveNow now);
/** Admitted, and neither left nor sent off since. */
gboolean parlor_live_is_on_stage (const ParlorLiveRoom *room, const char *person);
/** He is a guest in any of the ways, and said that he may be recorded. */
gboolean parlor_live_guest_agrees (const ParlorLiveRoom *room, const char *person);
/** In the order of asking. Borrowed. */
const ParlorStageGuest *const *parlor_live_guests (const ParlorLiveRoom *room, guint *n);

/** How many watch now. Told to all at most once a second. */
void parlor_live_set_viewers (ParlorLiveRoom *room, guint viewers, ParlorLiveNow now);

/** Only `viewers` and `likes` of it: as they are now. */
ParlorLiveEvent parlor_live_audience (const ParlorLiveRoom *room);

/** When poll () has something to do; G_MAXINT64 = never. */
gint64 parlor_live_next_us (const ParlorLive *live);
void parlor_live_poll (ParlorLive *live, gint64 now_us);

G_END_DECLS
