/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A render: a recording's plan becomes one file. Every tick is asked of the room's clock, so sound
 * and pictures are as they were to each other, whatever their senders' clocks did.
 *
 * Of one thread, which it keeps until the file is whole; in parlor-composer and tests alone.
 */
#pragma once

#include "record/plan.h"
#include "record/remnant.h"
#include "record/tile.h"

G_BEGIN_DECLS

typedef struct
{
  ParlorReelSource source; /**< the recording; the file is enciphered as it is; no error */
  const char *out;         /**< the file; there must be none */
  guint width, height;     /**< as the plan's; not read where the plan has sound alone */
  gboolean audio_only;
  gboolean names; /**< are drawn in */
  /** Nullable: what a render of the same plan left, size included; not at `out`. Its pictures are
   * taken as they are; sound is made anew. */
  const ParlorRemnant *remnant;
  /** Nullable; about ten times a second. FALSE: it is not wanted any more. */
  gboolean (*goes_on) (gint64 done_ms, gint64 all_ms, gpointer user_data);
  gpointer user_data;
} ParlorComposeSpec;

/** Frames a second of a file with pictures, and of sound alone: what Opus calls a frame. */
guint parlor_compose_fps (gboolean audio_only);
/** A span of the plan has so many frames: none of them reaches beyond its end. */
guint64 parlor_compose_ticks (const ParlorPlanSpan *span, guint fps);

typedef struct
{
  gint64 duration_ms; /**< of the file */
  guint64 ticks;
  ParlorTileStats tiles;
  gint64 voices_us; /**< decoding sound */
} ParlorComposeStats;

/** FALSE with an error, or without one: it was not wanted any more. What is at `out` then is
 * nothing. A file of the plan that is not there, or cannot be read, ends it (G_FILE_ERROR), at the
 * beginning where it can be seen; one that holds nonsense is a gap. */
gboolean parlor_compose (const ParlorPlan *plan, const ParlorComposeSpec *spec,
                         ParlorComposeStats *stats, GError **error);

G_END_DECLS
