/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rows of a live room, and what leaves the domain for the pages: one callback, one struct. The
 * edge makes JSON of it (docs/protocol.md, "Live rooms").
 *
 * Control thread. The callback runs inside the call that caused the event or inside
 * parlor_live_poll (); it changes nothing in the domain. All pointers are borrowed for the call.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

typedef struct _ParlorLive ParlorLive;
typedef struct _ParlorLiveRoom ParlorLiveRoom;

typedef enum
{
  PARLOR_LIVE_SCHEDULED,
  PARLOR_LIVE_ON, /**< on air */
  PARLOR_LIVE_PAUSED,
  PARLOR_LIVE_ENDED,
  PARLOR_N_LIVE_STATES,
} ParlorLiveState;
/** "scheduled", "live", "paused", "ended". */
const char *parlor_live_state_name (ParlorLiveState state);
gboolean parlor_live_state_from_name (const char *name, ParlorLiveState *state);

/** A row of `live_rooms`, key (room). Texts are never NULL. */
typedef struct
{
  char *room; /**< "rm_…" */
  char *brand;
  char *title;
  char *summary;       /**< for the link's preview; may be "" */
  char *image;         /**< of the preview; may be "" */
  char *host;          /**< who presents, as shown; may be "" */
  gint64 state;        /**< ParlorLiveState */
  gint64 scheduled_ms; /**< wall clock; 0 = when the host likes */
  gint64 live_ms;      /**< wall clock when it first went live; 0 = not yet */
  gint64 ended_ms;
  gint64 made_ms;
  gint64 epoch;  /**< how often the server restarted since it was made: clients' mappings of RTP
                    to room_ms end with it */
  gint64 slow_s; /**< slow mode */
  gint64 likes;
  gint64 peak;     /**< the most who watched at a time */
  char *blocked;   /**< words, one a line */
  char *rep_group; /**< who answers its viewers; "" = the brand's first group */
} ParlorLiveInfo;

/** A row of `pins`, key (id). */
typedef struct
{
  char *id; /**< "pin_…" */
  char *room;
  char *sku;
  char *note;     /**< what the host says about it now; may be "" */
  gint64 from_ms; /**< room_ms */
  gint64 to_ms;   /**< room_ms; -1 = still pinned */
  gint64 at_ms;   /**< wall clock of the beginning */
  char *title;    /**< what it was called then, and what it cost; "" = not known */
  char *price;
} ParlorPin;

typedef enum
{
  PARLOR_COMMENT_DELETED = 1 << 0,
  PARLOR_COMMENT_SHADOWED = 1 << 1, /**< for its author alone */
  PARLOR_COMMENT_PINNED = 1 << 2,
  PARLOR_COMMENT_BY_HOST = 1 << 3,
  PARLOR_COMMENT_BY_BOT = 1 << 4,
  PARLOR_COMMENT_HELD = 1 << 5, /**< in memory alone: the brand is asked; nobody sees it yet */
  /* The highest: rows with any of them are found by "at least". */
  PARLOR_COMMENT_MUTES = 1 << 6,   /**< by this one its author was muted, and still is */
  PARLOR_COMMENT_SHADOWS = 1 << 7, /**< by this one he was shadowed, and still is */
} ParlorCommentFlags;
/** Of a room at most; with one more the oldest may speak again. */
#define PARLOR_QUIET_MAX 1000
#define PARLOR_COMMENT_QUIETS (PARLOR_COMMENT_MUTES | PARLOR_COMMENT_SHADOWS)

/** A row of `comments`, key (id). */
typedef struct
{
  char *id; /**< "cmt_…" */
  char *room;
  char *client_id;
  char *person;  /**< "pt_…" */
  char *visitor; /**< may be "" */
  char *name;
  char *text;
  gint64 room_ms;
  gint64 at_ms;
  gint64 flags; /**< ParlorCommentFlags */
} ParlorComment;

/** A row of `polls`, key (id). */
typedef struct
{
  char *id; /**< "pol_…" */
  char *room;
  char *question;
  char *options; /**< one a line */
  char *votes;   /**< "3 0 12", as many as options */
  gint64 from_ms;
  gint64 to_ms; /**< -1 = open */
} ParlorPoll;

extern const ParlorRecordKind parlor_live_kind;
extern const ParlorRecordKind parlor_pin_kind;
extern const ParlorRecordKind parlor_comment_kind;
extern const ParlorRecordKind parlor_poll_kind;

typedef struct
{
  const char *person; /**< "pt_…" */
  const char *name;
  gboolean on_stage; /**< FALSE: he asked and waits, or */
  gboolean invited;  /**< a host asked him and he has not answered */
  gboolean agrees;   /**< he may be recorded there */
} ParlorStageGuest;

typedef enum
{
  PARLOR_LIVE_EVENT_STATE,    /**< all: state, title, schedule, slow mode changed */
  PARLOR_LIVE_EVENT_PIN,      /**< all: pin, NULL = taken down; room_ms */
  PARLOR_LIVE_EVENT_COMMENTS, /**< all: comments, in order */
  PARLOR_LIVE_EVENT_GONE,     /**< all: comment is not to be seen any more */
  PARLOR_LIVE_EVENT_TOP,      /**< all: comment on top, NULL = none */
  PARLOR_LIVE_EVENT_AUDIENCE, /**< all: viewers, likes */
  PARLOR_LIVE_EVENT_POLL,     /**< all: poll */
  PARLOR_LIVE_EVENT_GUESTS,   /**< hosts: who is or wants to be on stage changed */
  PARLOR_LIVE_EVENT_QUIET,    /**< hosts: who is made quiet changed */
  PARLOR_LIVE_EVENT_ADMITTED, /**< one (person): come on stage; the app adds the right to publish */
  PARLOR_LIVE_EVENT_INVITED,  /**< one (person): a host asks him to come on stage */
  PARLOR_LIVE_EVENT_OFF_STAGE, /**< one (person): the stage is over, or he was refused */
  PARLOR_LIVE_EVENT_SCREENED,  /**< one (person): his comment was held; reason NULL = it is said */
} ParlorLiveEventType;

typedef struct _ParlorLiveEvent
{
  ParlorLiveEventType type;
  ParlorLiveRoom *room;
  gint64 room_ms;     /**< when it happened on the stream's clock */
  const char *person; /**< ADMITTED, INVITED, OFF_STAGE, SCREENED */
  const char *reason; /**< SCREENED: why it is not said */
  const ParlorPin *pin;
  const ParlorComment *comment;
  const ParlorComment *const *comments;
  guint n_comments;
  const ParlorPoll *poll;
  guint viewers;
  gint64 likes;
} ParlorLiveEvent;

typedef void (*ParlorLiveEventFunc) (const ParlorLiveEvent *event, gpointer user_data);

G_END_DECLS
