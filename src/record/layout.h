/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where pictures stand on a canvas: what a render of a recording and a live room's stage share. All
 * numbers are pixels and even, since pictures have half as many colours as points (I420). Pictures
 * keep their shape inside their place. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** More people than that are not told apart on 1,280 × 720. */
#define PARLOR_LAYOUT_TILES_MAX 16
#define PARLOR_LAYOUT_SIDE_MIN 64
#define PARLOR_LAYOUT_SIDE_MAX 3840

typedef enum
{
  PARLOR_LAYOUT_SPEAKER,             /**< who speaks, alone */
  PARLOR_LAYOUT_GRID,                /**< everybody, screens first */
  PARLOR_LAYOUT_SCREEN_WITH_SPEAKER, /**< the shared screen, who speaks beside it */
  PARLOR_LAYOUT_AUDIO_ONLY,
  PARLOR_N_LAYOUTS,
} ParlorLayout;

/** "speaker", "grid", "screen_with_speaker", "audio_only"; NULL = no such layout. */
const char *parlor_layout_name (ParlorLayout layout);
gboolean parlor_layout_from_name (const char *name, ParlorLayout *out);

typedef struct
{
  guint x, y, width, height;
} ParlorRect;

/** `n` places (1 to PARLOR_LAYOUT_TILES_MAX) of one size in rows, as large as 16:9 tiles can be;
 * an unfinished row stands in the middle. Sides: PARLOR_LAYOUT_SIDE_MIN to _MAX. */
void parlor_layout_grid (guint width, guint height, guint n, ParlorRect *out);
/** out[0]: the screen, four fifths of the width; out[1] to out[n]: a column beside it, from the
 * top. `n`: 0 to PARLOR_LAYOUT_TILES_MAX - 1; with 0 the screen has it all. */
void parlor_layout_beside (guint width, guint height, guint n, ParlorRect *out);
/** The largest picture of this shape in the middle of `place`. Any numbers; 0 × 0 fills it. */
ParlorRect parlor_layout_fit (const ParlorRect *place, guint width, guint height);

G_END_DECLS
