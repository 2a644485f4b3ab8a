/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Renders: a recording, or a part of it, as one file. A render is asked for, waits for its turn, is
 * made by a composer (room/composer.h), and then lies beside the recording until it is removed or
 * the recording goes. Any number of layouts of one recording may stand side by side.
 *
 *     queued → running → ready | failed        cancelled or removed: there is no row any more
 *
 * A server that ends in the middle begins the render again; a composer that dies is given one more
 * chance. Control thread.
 */
#pragma once

#include "base/ids.h"
#include "room/composer.h"
#include "room/recordings.h"

G_BEGIN_DECLS

#define PARLOR_RENDERS_OF_RECORDING_MAX 20
#define PARLOR_RENDERS_WAITING_MAX 200
#define PARLOR_RENDER_ATTEMPTS 2

typedef struct
{
  char *id; /**< "rnd_…" */
  char *brand, *recording;
  char *requested_by; /**< an id, for the audit */
  char *state;        /**< "queued", "running", "ready", "failed" */
  char *layout;
  char *exclude;         /**< ids or identities, one a line; NULL = nobody is left out */
  char *people;          /**< ids of who is in it, one a line; NULL = not ready */
  gint64 from_ms, to_ms; /**< the room's clock; -1 = from the beginning, to the end */
  gint64 height;         /**< of the picture */
  gint64 width;          /**< 0 = 16:9 */
  char *cuts;            /**< "from_ms to_ms", one a line: is left out; NULL = nothing */
  char *clock; /**< "from_ms to_ms file_ms", one a line; NULL = not ready, or made before this was
                  kept */
  gboolean names;                 /**< are drawn in */
  gint64 created_ms, finished_ms; /**< wall clock; 0 = not yet */
  gint64 attempts;
  gint64 bytes, duration_ms;
  char *sha256; /**< of the file; NULL = not ready */
  char *reason; /**< why it failed; NULL */
} ParlorRenderRow;
extern const ParlorRecordKind parlor_render_kind;

typedef struct _ParlorRenders ParlorRenders;

/** Everything borrowed. */
typedef struct
{
  ParlorRecordings *recordings;
  ParlorComposer *composer; /**< nullable: renders wait */
  ParlorRandom random;
  ParlorAudit *audit;       /**< nullable */
  ParlorEventFunc happened; /**< nullable */
  gpointer happened_data;
  gint64 (*wall_ms) (void);
  /** Nullable. The recording's files lie here; else they are on their way: it is asked again. */
  gboolean (*is_here) (const char *recording, gpointer user_data);
  gpointer here_data;
  guint at_once; /**< so many are made at a time; 0 = 1 */
} ParlorRendersSpec;

/** Rows go to the recordings' sink. */
ParlorRenders *parlor_renders_new (const ParlorRendersSpec *spec);
/** What runs is given up; its row stays, to be begun again. NULL is ignored. */
void parlor_renders_free (ParlorRenders *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRenders, parlor_renders_free)

/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_renders_load (gconstpointer row, gpointer self);
/** After the rows are loaded, and about once a second: what waits is begun, what belongs to a
 * deleted recording goes. */
void parlor_renders_tick (ParlorRenders *self);

typedef struct
{
  const char *layout;    /**< "speaker", "grid", "screen_with_speaker", "audio_only" */
  const char *exclude;   /**< nullable */
  gint64 from_ms, to_ms; /**< -1 = open */
  gint64 height;         /**< 180 to 1,080, even; to 1,280 where the width is said */
  gint64 width;          /**< 180 to 1,280, even; 0 = 16:9 */
  const char *cuts;      /**< as in the row; nullable */
  gboolean names;
} ParlorRenderWish;

/** Borrowed until the next change. NULL: NOT_FOUND, BAD_REQUEST, CONFLICT (the recording is not
 * sealed), TOO_MANY. */
const ParlorRenderRow *parlor_renders_ask (ParlorRenders *self, const char *recording,
                                           const ParlorRenderWish *wish, const char *actor,
                                           GError **error);
/** Cancels what waits or runs, removes what stands. FALSE: NOT_FOUND. */
gboolean parlor_renders_remove (ParlorRenders *self, const char *recording, const char *id,
                                const char *actor, GError **error);
/** NULL = there is none of this recording. */
const ParlorRenderRow *parlor_renders_get (const ParlorRenders *self, const char *recording,
                                           const char *id);
/** How far it is; both 0 = it does not run. */
void parlor_renders_progress (const ParlorRenders *self, const char *id, gint64 *done_ms,
                              gint64 *all_ms);
/** The oldest first; rows are borrowed until the next change. */
GPtrArray *parlor_renders_of (const ParlorRenders *self, const char *recording);
/** Of how many is it the turn before this one; 0 = it runs, or is next. */
guint parlor_renders_before (const ParlorRenders *self, const char *id);
guint parlor_renders_in_state (const ParlorRenders *self, const char *state);
/** Ids of the recordings whose files are wanted by one that waits or runs, each once: borrowed
 * until the next change; transfer container. */
GPtrArray *parlor_renders_wanted (const ParlorRenders *self);

/** Those of a recording that show one of these people (NULL-terminated), and those that are in the
 * making; as parlor_renders_of (). */
GPtrArray *parlor_renders_with (const ParlorRenders *self, const char *recording,
                                const char *const *ids);
/** These people are erased from the recording: their renders wait to be made `again`, or are
 * removed; wishes that left them out, by id or `identity` (nullable), forget that. Returns how
 * many renders that were. */
guint parlor_renders_forget (ParlorRenders *self, const char *recording, const char *const *ids,
                             const char *identity, gboolean again, const char *actor);
/** While `held` no render of this recording is begun. Counts: as many ends as beginnings. */
void parlor_renders_hold_back (ParlorRenders *self, const char *recording, gboolean held);

G_END_DECLS
