/* SPDX-License-Identifier: Apache-2.0 */
/** A file of VP8 frames in an IVF container, read as a whole and played over and over. No clock. */
#pragma once

#include <glib.h>

typedef struct
{
  const guint8 *bytes; /**< (transfer none) lives as long as the file */
  gsize length;
  gboolean key;
} LoadFrame;

typedef struct _LoadIvf LoadIvf;

/** NULL: `error` says what is wrong with it: it must begin with a key frame, and be VP8. */
LoadIvf *load_ivf_new (const char *path, GError **error);
/** The same of bytes, which are copied. */
LoadIvf *load_ivf_new_from_bytes (const guint8 *bytes, gsize length, GError **error);
void load_ivf_free (LoadIvf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadIvf, load_ivf_free)

guint load_ivf_n_frames (const LoadIvf *self);
/** Frames a second by its time base, 1 to 240; 30 where it says none. */
guint load_ivf_fps (const LoadIvf *self);
/** `index` counts on for ever: behind the last frame comes the first. */
LoadFrame load_ivf_frame (const LoadIvf *self, guint64 index);
/** The first index from `index` on that is a key frame. */
guint64 load_ivf_next_key (const LoadIvf *self, guint64 index);
