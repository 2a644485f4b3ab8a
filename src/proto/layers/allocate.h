/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which layer each slot of one receiver gets, within what its path can take. Pure; worker thread.
 *
 * Order: every slot first gets its lowest layer, by priority; then slots are raised to what the
 * page shows, again by priority, one after the other as far as the room goes. A screen comes before
 * cameras; among cameras the larger tile comes first (the page shows pinned people and the speaker
 * larger). Audio is not in here: the caller takes its rate off the room before, so that it is never
 * starved.
 *
 * A slot is only raised when the room exceeds what is needed by PARLOR_ALLOCATE_RAISE_PERCENT, so
 * that an estimate that trembles does not make a picture tremble; what a slot has already is kept
 * as long as it fits.
 */
#pragma once
#include <glib.h>

#define PARLOR_ALLOCATE_MAX_LAYERS 8
#define PARLOR_ALLOCATE_RAISE_PERCENT 105
/** Nothing fits: the slot is paused. */
#define PARLOR_ALLOCATE_NONE (-1)

typedef struct
{
  guint32 bps;    /**< as measured lately */
  guint height;   /**< pixels; 0 = not known, counts as its place */
  gboolean alive; /**< packets arrive */
  guint8 rank;    /**< among those of one height: fewer frames a second come before more */
} ParlorAllocateLayer;

typedef struct
{
  gboolean screen;
  guint wanted_height; /**< what the page shows; 0 = as much as there is */
  guint n_layers;
  ParlorAllocateLayer layers[PARLOR_ALLOCATE_MAX_LAYERS];
  gint current; /**< layer sent now; PARLOR_ALLOCATE_NONE = none */
  gint chosen;  /**< out: index in layers, or PARLOR_ALLOCATE_NONE */
  gint ideal;   /**< out: what would be chosen if there were room */
} ParlorAllocateSlot;

/** Fills `chosen` of n slots. Returns the bits per second of what was chosen. `wanted_bps`
 * (nullable): what would be chosen if there were room. */
guint64 parlor_allocate (ParlorAllocateSlot *slots, guint n, guint64 room_bps, guint64 *wanted_bps);
