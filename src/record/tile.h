/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One picture of a render: what a lane shows at an instant, in the size of its place, with the
 * name drawn in, and above it that somebody is of another company. Only what is shown is decoded: a
 * tile that nobody asks rests, and goes on from the key frame before the instant. A camera that is
 * shown in half its size or less does without frames on which no other rests, where it still shows
 * ten a second and more: so the upper temporal layer of a browser costs nothing there. No
 * picture (no camera, a gap, a damaged file): a still with the name stands. Of one thread.
 */
#pragma once

#include "record/reel.h"

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_TILE_FORMAT "I420"
/** Of all pictures of a render: nothing is turned from one into another on the way. */
#define PARLOR_TILE_COLORIMETRY "bt601"

typedef struct
{
  guint64 decoded, scaled, damaged; /**< frames */
  gint64 decode_us, scale_us;       /**< of a core; scaling with the name */
} ParlorTileStats;

typedef struct _ParlorTile ParlorTile;

/** `lane` and `source` are borrowed for the tile's life. `names`: draw them, and companies. */
ParlorTile *parlor_tile_new (const ParlorPlanLane *lane, const ParlorReelSource *source,
                             gboolean names);
void parlor_tile_free (ParlorTile *self);

/** The picture at `room_ms`, width × height of PARLOR_TILE_FORMAT; borrowed until the next call.
 * The same pointer as before: it is the same picture. Instants must not go backwards. */
GstBuffer *parlor_tile_at (ParlorTile *self, gint64 room_ms, guint width, guint height);
/** It is not shown any more for a while: what it holds is given back. */
void parlor_tile_rest (ParlorTile *self);
void parlor_tile_add_stats (const ParlorTile *self, ParlorTileStats *sum);

/** Before the sandbox closes: loads what draws words, and the fonts. FALSE: no names. */
gboolean parlor_tile_preload (void);

G_END_DECLS
