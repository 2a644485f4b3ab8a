/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Published replays (LIVE section 8): a part of what was recorded of a live room, as a public
 * object of its own with an id that nobody guesses, which plays without a sign-in until it is
 * withdrawn.
 *
 *     preparing → published → withdrawn        preparing → failed → withdrawn
 *     preparing → withdrawn                    withdrawn is for good
 *
 * What is shown is one file that a composer made (a *render*, known here by its id alone), so that
 * what was dropped is in no byte of it. `clock` says what of the stream's clock lies where in that
 * file: pins, comments and taps keep their room_ms and are mapped when they are shown.
 *
 * All rows are in memory, changes go to the sink. Control thread; rows are borrowed and valid until
 * the next call that changes the same one.
 */
#pragma once

#include "base/audit.h"
#include "base/error.h"
#include "base/event.h"
#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_REPLAY_PREPARING,
  PARLOR_REPLAY_PUBLISHED,
  PARLOR_REPLAY_FAILED,
  PARLOR_REPLAY_WITHDRAWN,
  PARLOR_N_REPLAY_STATES,
} ParlorReplayState;

/** A row of `replays`, key (id). No text is NULL. */
typedef struct
{
  char *id; /**< "rpl_…" */
  char *brand;
  char *room;      /**< "rm_…" */
  char *recording; /**< "rec_…" */
  char *render;    /**< "rnd_…"; "" = not begun: the recording is not sealed yet */
  char *entry;     /**< "ent_…" by which taps in it are known; "" = not published yet */
  char *title;
  char *state;      /**< a name of ParlorReplayState */
  char *reason;     /**< why it failed or was withdrawn: "host", "expired", "recording_gone", … */
  char *created_by; /**< id of who published; "" = a host's token */
  char *exclude;    /**< ids or identities of who is left out, one a line */
  char *cuts;       /**< "from_ms to_ms", one a line, in order, none touching another */
  char *clock;      /**< "from_ms to_ms file_ms", one a line; "" = not made yet */
  gint64 from_ms, to_ms; /**< the stream's clock; -1 = from the beginning, to the end */
  gint64 width, height;  /**< of the picture */
  gint64 duration_ms;    /**< of the file; 0 = not made yet */
  gint64 created_ms, published_ms, withdrawn_ms; /**< wall clock; 0 = not yet */
  gint64 expires_ms;                             /**< wall clock; 0 = never */
} ParlorReplayRow;
extern const ParlorRecordKind parlor_replay_kind;

/** Of one room that are not withdrawn; of one brand, all. */
#define PARLOR_REPLAYS_OF_ROOM_MAX 10
#define PARLOR_REPLAYS_OF_BRAND_MAX 20000
#define PARLOR_REPLAY_CUTS_MAX 50
#define PARLOR_REPLAY_EXCLUDE_MAX 4096 /* bytes */

typedef struct
{
  gint64 from_ms, to_ms;
} ParlorReplayCut;

typedef struct _ParlorReplays ParlorReplays;

/** Borrowed; `sink`, `audit` and `happened` nullable. */
typedef struct
{
  ParlorRecordSink *sink;
  ParlorRandom random;
  ParlorAudit *audit;
  ParlorEventFunc happened; /**< replay.published, replay.withdrawn, replay.failed */
  gpointer happened_data;
} ParlorReplaysSpec;

ParlorReplays *parlor_replays_new (const ParlorReplaysSpec *spec);
void parlor_replays_free (ParlorReplays *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorReplays, parlor_replays_free)
/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_replays_load (gconstpointer row, gpointer self);

/** Borrowed. */
typedef struct
{
  const char *brand, *room, *recording;
  const char *title;
  const char *created_by;      /**< "" = a host's token */
  const char *exclude;         /**< nullable */
  gint64 from_ms, to_ms;       /**< -1 = open */
  const ParlorReplayCut *cuts; /**< nullable, any order; those that touch become one */
  guint n_cuts;
  gint64 width, height;
  gint64 expires_ms; /**< 0 = never */
} ParlorReplaySpec;

/** Begins one: *preparing*. NULL: BAD_REQUEST (title, cuts, an end before the beginning or in the
    past), TOO_MANY. */
const ParlorReplayRow *parlor_replays_add (ParlorReplays *self, const ParlorReplaySpec *spec,
                                           gint64 wall_ms, GError **error);
/** NULL = there is none. */
const ParlorReplayRow *parlor_replays_get (const ParlorReplays *self, const char *id);
/** The newest first; transfer container. */
GPtrArray *parlor_replays_of_room (const ParlorReplays *self, const char *room);
/** Those that anybody may see now, the newest first; transfer container. */
GPtrArray *parlor_replays_shown (const ParlorReplays *self, const char *brand, gint64 wall_ms);
/** How many of a recording are published. */
guint parlor_replays_of_recording (const ParlorReplays *self, const char *recording);
/** All in that state, the oldest first; transfer container. */
GPtrArray *parlor_replays_in_state (const ParlorReplays *self, ParlorReplayState state);

ParlorReplayState parlor_replay_state (const ParlorReplayRow *row);
/** Published, and its end has not come. */
gboolean parlor_replay_is_open (const ParlorReplayRow *row, gint64 wall_ms);

/* FALSE: NOT_FOUND, CONFLICT (its state, named). */

/** Its file is being made. */
gboolean parlor_replays_begun (ParlorReplays *self, const char *id, const char *render,
                               GError **error);
/** Its file stands: whoever has the link sees it. `entry`: by which taps in it are known. */
gboolean parlor_replays_publish (ParlorReplays *self, const char *id, const char *clock,
                                 gint64 duration_ms, const char *entry, gint64 wall_ms,
                                 GError **error);
gboolean parlor_replays_fail (ParlorReplays *self, const char *id, const char *reason,
                              gint64 wall_ms, GError **error);
/** For good; a second time changes nothing and is TRUE. `actor` "" = the server itself. */
gboolean parlor_replays_withdraw (ParlorReplays *self, const char *id, const char *reason,
                                  const char *actor, gint64 wall_ms, GError **error);

/* ---- the clock --------------------------------------------------------------------------------
 */

/** What of the stream's clock lies where in the file. */
typedef struct
{
  gint64 from_ms, to_ms; /**< room_ms */
  gint64 file_ms;        /**< of from_ms */
} ParlorReplayPart;

/** ParlorReplayPart, in order; lines that are none are left out. (Transfer full.) */
GArray *parlor_replay_parts (const char *clock);
/** -1 = that instant is not in the file. */
gint64 parlor_replay_to_file (const GArray *parts, gint64 room_ms);
/** The first instant from `from_ms` on and before `to_ms` (-1 = without end) that is in the file;
    -1 = there is none. */
gint64 parlor_replay_first_kept (const GArray *parts, gint64 from_ms, gint64 to_ms);

G_END_DECLS
