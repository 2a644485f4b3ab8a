/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which layer each slot of one receiver gets, within what its path can take. Pure; worker thread.
 *
 * Order: every slot first gets its lowest layer, by priority; then each gets frames enough to be a
 * moving picture (PARLOR_ALLOCATE_MIN_FPS) and the first camera the size that the page shows; then
 * slots are raised to what the page shows, again by priority, one after the other as far as the
 * room goes. A screen comes before cameras; among cameras the larger tile comes first (the page
 * shows who is pinned as its main tile), and the speaker's counts as twice as large as it is. Audio
 * is not in here: the caller takes its rate off the room before, so that it is never starved.
 *
 * A layer of PARLOR_ALLOCATE_ENOUGH_PERCENT of a tile's lines fills it. A layer that a tile has
 * already does so from PARLOR_ALLOCATE_KEPT_PERCENT on, so that a window's edge that is dragged to
 * and fro does not drag the picture with it.
 *
 * More than PARLOR_ALLOCATE_CROWD cameras are a crowd: what is above those first frames and the
 * first camera's size goes into `thrift_bps` (parlor_allocate_thrift_bps), however wide the path
 * is. Smooth movement of forty small faces is worth less than what it costs a laptop and an office
 * line.
 *
 * A slot is only raised when the room exceeds what is needed by PARLOR_ALLOCATE_RAISE_PERCENT, so
 * that an estimate that trembles does not make a picture tremble; what a slot has already is kept
 * as long as it fits.
 */
#pragma once
#include <glib.h>

/** Four sizes in four frame rates each. */
#define PARLOR_ALLOCATE_MAX_LAYERS 16
#define PARLOR_ALLOCATE_RAISE_PERCENT 105
#define PARLOR_ALLOCATE_ENOUGH_PERCENT 80
#define PARLOR_ALLOCATE_KEPT_PERCENT 75
#define PARLOR_ALLOCATE_MIN_FPS 7
#define PARLOR_ALLOCATE_CROWD 9
/** Of a crowd's pictures and sound together, with headers: 3 Mbit/s are promised
 * (docs/performance.md), and key frames come on top. */
#define PARLOR_ALLOCATE_CROWD_BPS (2750 * 1000)
/** Nothing fits: the slot is paused. */
#define PARLOR_ALLOCATE_NONE (-1)
#define PARLOR_ALLOCATE_NO_BOUND G_MAXUINT32

typedef struct
{
  guint32 bps;    /**< as measured lately */
  guint height;   /**< pixels; 0 = not known, counts as its place */
  gboolean alive; /**< packets arrive */
  guint8 rank;    /**< among those of one height: fewer frames a second come before more */
  guint8 fps;     /**< frames a second; 0 = not known, counts as enough */
} ParlorAllocateLayer;

typedef struct
{
  gboolean screen;
  gboolean speaker;    /**< who speaks now */
  guint wanted_height; /**< what the page shows; 0 = as much as there is */
  guint n_layers;
  ParlorAllocateLayer layers[PARLOR_ALLOCATE_MAX_LAYERS];
  gint current; /**< layer sent now; PARLOR_ALLOCATE_NONE = none */
  gint chosen;  /**< out: index in layers, or PARLOR_ALLOCATE_NONE */
  gint ideal;   /**< out: what would be chosen if there were room */
} ParlorAllocateSlot;

/** Is this many cameras a crowd? Then larger layers are worth offering with fewer frames too. */
gboolean parlor_allocate_is_crowd (guint n_cameras);
/** What a receiver's pictures shall take beside so much sound; PARLOR_ALLOCATE_NO_BOUND where they
 * are no crowd. */
guint32 parlor_allocate_thrift_bps (guint n_cameras, guint64 sound_bps);

/** Fills `chosen` and `ideal` of n slots. Returns the bits per second of what was chosen.
 * `wanted_bps` (nullable): what would be chosen if there were room. */
guint64 parlor_allocate (ParlorAllocateSlot *slots, guint n, guint64 room_bps, guint32 thrift_bps,
                         guint64 *wanted_bps);
