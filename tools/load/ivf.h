/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A file of VP8 frames, or of Opus packets, in an IVF container, read as a whole and played over
 * and over. No clock.
 */
#pragma once

#include <glib.h>

typedef struct
{
  const guint8 *bytes; /**< (transfer none) lives as long as the file */
  gsize length;
  gboolean key;
} LoadFrame;

/** What a file says it holds. */
#define LOAD_IVF_VP8 "VP80"
/** A packet a frame, each of one Opus frame (RFC 6716 section 3.2.2, code 0) of 20 ms. */
#define LOAD_IVF_OPUS "OPUS"
/** So many bytes a packet of Opus may have, that there is room for a mark behind it. */
#define LOAD_OPUS_MAX_BYTES 1000

typedef struct _LoadIvf LoadIvf;

/** NULL: `error` says what is wrong with it: it must hold `fourcc`; VP8 begins with a key frame. */
LoadIvf *load_ivf_new (const char *path, const char *fourcc, GError **error);
/** The same of bytes, which are copied. */
LoadIvf *load_ivf_new_from_bytes (const guint8 *bytes, gsize length, const char *fourcc,
                                  GError **error);
void load_ivf_free (LoadIvf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadIvf, load_ivf_free)

guint load_ivf_n_frames (const LoadIvf *self);
/** Frames a second by its time base, 1 to 240; 30 where it says none. */
guint load_ivf_fps (const LoadIvf *self);
/** `index` counts on for ever: behind the last frame comes the first. */
LoadFrame load_ivf_frame (const LoadIvf *self, guint64 index);
/** The first index from `index` on that is a key frame. */
guint64 load_ivf_next_key (const LoadIvf *self, guint64 index);
