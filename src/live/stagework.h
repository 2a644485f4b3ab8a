/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which stage processes are to run: one for each wish that stands, as many as the node has places
 * for. A wish is said again in every round; one that is not said any more keeps its process for
 * PARLOR_STAGE_GRACE_US, since viewers come and go. A process that ends by itself comes back, at
 * first at once and then ever later.
 *
 * Pure: time comes in as `now_us` (monotonic), nothing is started here. Whoever owns it starts and
 * ends processes as told.
 */
#pragma once

#include "base/ids.h"

G_BEGIN_DECLS

#define PARLOR_STAGE_GRACE_US (5 * G_GINT64_CONSTANT (1000000))
/** The first wait after an end, which doubles up to the last; after a run of PARLOR_STAGE_GOOD_US
 * it begins anew. */
#define PARLOR_STAGE_RETRY_US (G_GINT64_CONSTANT (250000))
#define PARLOR_STAGE_RETRY_MAX_US (30 * G_GINT64_CONSTANT (1000000))
#define PARLOR_STAGE_GOOD_US (30 * G_GINT64_CONSTANT (1000000))
/** So many ends in a row, and viewers are told that it does not work. */
#define PARLOR_STAGE_FAILS 3

typedef enum
{
  PARLOR_STAGE_SECOND, /**< a second encoding of one picture */
  PARLOR_STAGE_SCENE,  /**< one picture and sound of all on stage */
} ParlorStageTask;

/** What a process is for. All of it together is its name. */
typedef struct
{
  ParlorStageTask task;
  char room[PARLOR_ID_SIZE];
  guint64 endpoint; /**< whose picture; 0 for a scene */
  guint source;     /**< which of his; 0 for a scene */
} ParlorStageJob;

typedef enum
{
  PARLOR_STAGE_IDLE,    /**< nobody wishes it, or nobody has looked yet */
  PARLOR_STAGE_FULL,    /**< all places are taken */
  PARLOR_STAGE_FAILING, /**< it ended PARLOR_STAGE_FAILS times, and waits */
  PARLOR_STAGE_RUNNING, /**< or comes back in a moment */
} ParlorStageState;

typedef enum
{
  PARLOR_STAGE_START,
  PARLOR_STAGE_STOP,
} ParlorStageVerb;

typedef struct
{
  ParlorStageVerb verb;
  guint64 id; /**< of this run; never reused */
  ParlorStageJob job;
} ParlorStageOrder;

typedef struct _ParlorStageWork ParlorStageWork;

/** `places`: processes at a time on this node; 0 = none, every wish is PARLOR_STAGE_FULL. */
ParlorStageWork *parlor_stage_work_new (guint places);
void parlor_stage_work_free (ParlorStageWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStageWork, parlor_stage_work_free)

/** How much a wish weighs; where several in a round are of one job the most of them counts. */
typedef enum
{
  PARLOR_STAGE_NICER,  /**< without it the picture is worse (it jerks) */
  PARLOR_STAGE_NEEDED, /**< without it something is not seen at all */
} ParlorStageNeed;

/** Before decide (), once a round for each viewer's need of a job. */
void parlor_stage_work_wish (ParlorStageWork *self, const ParlorStageJob *job, ParlorStageNeed need,
                             gint64 now_us);
/**
 * What is to be done now; at most `max` orders (ask again when it was as many). Places go first to
 * what is needed, then to the room that has the fewest, then to whoever waits longest. Where there
 * is none, what is needed takes that of a run which nobody needs any more than to see nicer. An
 * order to start counts as done: a process that does not come is reported by ended ().
 */
guint parlor_stage_work_decide (ParlorStageWork *self, gint64 now_us, ParlorStageOrder *orders,
                                guint max);
/** A run is over without having been stopped. Unknown ids are ignored. */
void parlor_stage_work_ended (ParlorStageWork *self, guint64 id, gint64 now_us);

ParlorStageState parlor_stage_work_state (const ParlorStageWork *self, const ParlorStageJob *job);
/** Whether a needed job that is not there yet would get a place now. */
gboolean parlor_stage_work_has_place (const ParlorStageWork *self);
guint parlor_stage_work_running (const ParlorStageWork *self);
/** Jobs that wait for a place. */
guint parlor_stage_work_waiting (const ParlorStageWork *self);

G_END_DECLS
