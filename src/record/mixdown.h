/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where the pictures and sounds of a render become one file: stock `compositor` and `audiomixer`,
 * VP8 and Opus in WebM. Everything is fed by one thread, tick by tick; composing with encoding,
 * mixing, and writing have a thread each.
 */
#pragma once

#include "record/plan.h"

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_MIXDOWN_FPS 30

typedef struct
{
  const char *path;        /**< there must be nothing */
  const guint8 *vault_key; /**< nullable, see record/safe.h */
  guint width, height;     /**< 0 × 0 = sound alone */
  guint fps;               /**< divides 48,000 */
  guint n_tiles;           /**< the most that a scene has; 0 to PARLOR_LAYOUT_TILES_MAX */
  guint n_voices;
  guint64 coded; /**< the first ticks' pictures come encoded; 0 = none; with pictures alone */
} ParlorMixdownSpec;

typedef struct _ParlorMixdown ParlorMixdown;

/** NULL: GST_CORE_ERROR (an element is missing), G_FILE_ERROR. */
ParlorMixdown *parlor_mixdown_new (const ParlorMixdownSpec *spec, GError **error);
/** Without end () the file is worth nothing. NULL is ignored. */
void parlor_mixdown_free (ParlorMixdown *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorMixdown, parlor_mixdown_free)

/** From the next tick on pictures stand so. Waits until all that came before is composed. */
gboolean parlor_mixdown_scene (ParlorMixdown *self, const ParlorPlanScene *scene);
/** A tick's pictures, one a tile of the scene, in its place's size; they are borrowed, shared and
 * not changed any more. */
gboolean parlor_mixdown_pictures (ParlorMixdown *self, GstBuffer *const *pictures);
/** A tick's picture as the encoder would have made it: for the first spec.coded ticks, instead of
 * scene () and pictures (). Takes `picture`, whose time is set here. */
gboolean parlor_mixdown_coded (ParlorMixdown *self, GstBuffer *picture);
/** A tick's sound of a voice: parlor_mixdown_samples () samples of 2 channels; NULL = silence.
 * All voices once, before the tick's pictures. */
gboolean parlor_mixdown_sound (ParlorMixdown *self, guint voice, const gint16 *samples);
/** The tick is over. FALSE with an error: the disk, as a rule. */
gboolean parlor_mixdown_tick (ParlorMixdown *self, GError **error);
guint parlor_mixdown_samples (const ParlorMixdown *self);

/** Everything has come. `goes_on` (nullable) is asked while it waits. FALSE: the file is not whole.
 */
gboolean parlor_mixdown_end (ParlorMixdown *self, gboolean (*goes_on) (gpointer user_data),
                             gpointer user_data, GError **error);

/** Before the sandbox closes: loads all elements. FALSE: `*missing` is one that is not there. */
gboolean parlor_mixdown_preload (const char **missing);

G_END_DECLS
