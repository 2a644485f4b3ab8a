/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of known counters and tones, and what is read back from a render of them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define REEL_FPS 30
#define REEL_BITS 12
/* A tone of 1 kHz so long at each whole second of the file. */
#define REEL_TONE_MS 200

/* Frames of which each shows its number, from `first` on: black and white bars, one a bit, beside
 * each other. */
void reel_write_camera (const char *path, guint width, guint height, guint first, guint n);
/* The same in three temporal layers. */
void reel_write_camera_layers (const char *path, guint width, guint height, guint first, guint n);
/* Something that moves everywhere, at the bitrate of a camera of this size. */
void reel_write_moving (const char *path, guint width, guint height, guint n);
/* The same as browsers send it: in three temporal layers, of which the upper has every other
 * frame. */
void reel_write_layered (const char *path, guint width, guint height, guint n);
void reel_write_tone (const char *path, guint seconds);

/* (-1: no counter there.) `x` … `height`: where the picture stands in the frame; `grey` has
 * `stride` bytes a line. */
gint reel_read_counter (const guint8 *grey, guint stride, guint x, guint y, guint width,
                        guint height);

typedef void (*ReelFrameFunc) (const guint8 *grey, guint width, guint height, gint64 time_ms,
                               gpointer user_data);
/* Every frame of a file with pictures. FALSE: it does not play. */
gboolean reel_play (const char *path, ReelFrameFunc func, gpointer user_data);
/* All sound of a file as mono samples of 48 kHz (gint16; transfer full); NULL: it does not play. */
GArray *reel_listen (const char *path);
/* The first sample from `from` on at which it is loud for 5 ms; -1 = none is. */
gint64 reel_find_tone (const GArray *sound, gint64 from);

G_END_DECLS
