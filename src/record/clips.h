/* SPDX-License-Identifier: Apache-2.0 */
/** Clips (record/clip.h) that somebody looks at: a player asks for many parts of the same one, and
 * it is found out once what it is made of, or that there is none. Control thread. */
#pragma once

#include "record/clip.h"

G_BEGIN_DECLS

/** So many, and so much memory, are kept; the one that was not asked for longest goes. */
#define PARLOR_CLIPS_MAX 256
#define PARLOR_CLIPS_BYTES_MAX ((gsize)64 << 20)

typedef struct _ParlorClips ParlorClips;

ParlorClips *parlor_clips_new (void);
/** NULL is ignored. */
void parlor_clips_free (ParlorClips *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorClips, parlor_clips_free)

/** A ParlorClipFunc (base/reader.h); `self`: this object. */
ParlorReader *parlor_clips_read (ParlorReader *file, const char *name, gboolean is_mp4,
                                 gint64 from_ms, gint64 to_ms, gint64 *start_ms, gpointer self);
/** Kept now. */
guint parlor_clips_count (const ParlorClips *self);

G_END_DECLS
