/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How large and how many pictures a second a stage process makes: less when it uses more of the
 * processor than it may, or when what comes out is late; more again when there has long been room.
 * A step up that did not last is tried again ever later.
 *
 * Pure: time comes in as `now_us` (monotonic); of one thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint lines; /**< of a picture's shorter side, at most */
  guint fps;   /**< at most */
  guint bps;
} ParlorStageLevel;

/** Pictures that come out later than this after they came in are late. */
#define PARLOR_STAGE_LATE_US (400 * G_GINT64_CONSTANT (1000))
#define PARLOR_STAGE_UP_US (10 * G_GINT64_CONSTANT (1000000))
#define PARLOR_STAGE_UP_MAX_US (160 * G_GINT64_CONSTANT (1000000))

typedef struct _ParlorStagePace ParlorStagePace;

/** `cap_percent` of one core, 10 to 400. Begins with the best level. */
ParlorStagePace *parlor_stage_pace_new (guint cap_percent, gint64 now_us);
void parlor_stage_pace_free (ParlorStagePace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStagePace, parlor_stage_pace_free)

/** About once a second: the process's time of all cores so far, and how late the last pictures
 * were. TRUE: the level is another. */
gboolean parlor_stage_pace_look (ParlorStagePace *self, gint64 cpu_us, gint64 late_us,
                                 gint64 now_us);
/** Borrowed, constant. */
const ParlorStageLevel *parlor_stage_pace_level (const ParlorStagePace *self);

/** The size of a picture of width × height at this level: never larger, even, of its shape. */
void parlor_stage_level_size (const ParlorStageLevel *level, guint width, guint height,
                              guint *out_width, guint *out_height);

G_END_DECLS
