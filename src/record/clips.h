/* SPDX-License-Identifier: Apache-2.0 */
/** Clips (record/clip.h) that somebody looks at: a player asks for many parts of the same one, and
 * it is found out once what it is made of, or that there is none. Control thread. */
#pragma once

#include <uv.h>

#include "record/clip.h"

G_BEGIN_DECLS

/** So many, and so much memory, are kept; the one that was not asked for longest goes. */
#define PARLOR_CLIPS_MAX 256
#define PARLOR_CLIPS_BYTES_MAX ((gsize)64 << 20)

/** So many are found out at once, or wait for it. */
#define PARLOR_CLIPS_WAITING_MAX 64

typedef struct _ParlorClips ParlorClips;

/** `loop`: borrowed; its own threads find out. */
ParlorClips *parlor_clips_new (uv_loop_t *loop);
/** Runs the loop until what is under way is found out: who waits for it is answered. Nothing is
 * begun any more: all is BUSY. */
void parlor_clips_quit (ParlorClips *self);
/** After quit, unless nothing was ever prepared. NULL is ignored. */
void parlor_clips_free (ParlorClips *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorClips, parlor_clips_free)

/** A ParlorClipPrepareFunc (base/reader.h); `self`: this object. */
ParlorClipState parlor_clips_prepare (ParlorReader *file, const char *name, gboolean is_mp4,
                                      gint64 from_ms, gint64 to_ms,
                                      void (*done) (gpointer done_data), gpointer done_data,
                                      gpointer self);
/** A ParlorClipFunc (base/reader.h); `self`: this object. What was not prepared, or was forgotten
 * since, is found out in the call. */
ParlorReader *parlor_clips_read (ParlorReader *file, const char *name, gboolean is_mp4,
                                 gint64 from_ms, gint64 to_ms, gint64 *start_ms, gpointer self);
/** Kept now. */
guint parlor_clips_count (const ParlorClips *self);

G_END_DECLS
