/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A part of one recorded file as a file of its own, of which nothing is written down: a new head,
 * and behind it the blocks (WebM) or fragments (MP4) of the part as they lie in the whole, with
 * their times moved. Who has the part can have nothing else of the file: it begins with the last
 * frame at or before `from_ms` that can be decoded by itself, and ends before the first one at
 * `to_ms`. A duration, and an index that players seek by, are of the part.
 *
 * A clip is a list of where its bytes come from; reading it reads the whole file's. Pure but for
 * the reader that it is given. One thread. Bytes may be anybody's: there is no clip of them then.
 */
#pragma once

#include "base/reader.h"

G_BEGIN_DECLS

typedef struct _ParlorClip ParlorClip;

/** `file`: borrowed for the call; a finished one of record/webm.h, or of record/mp4.h (`is_mp4`).
 * Times are the file's own. NULL: it cannot be read, is no such file, or has nothing in between. */
ParlorClip *parlor_clip_new (ParlorReader *file, gboolean is_mp4, gint64 from_ms, gint64 to_ms);
ParlorClip *parlor_clip_ref (ParlorClip *self);
void parlor_clip_unref (ParlorClip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorClip, parlor_clip_unref)

/** The file's instant that is the clip's 0. */
gint64 parlor_clip_start_ms (const ParlorClip *self);
/** What it takes of memory, about. */
gsize parlor_clip_cost (const ParlorClip *self);
/** Its bytes. `file` (owned in every outcome): the same one again. NULL: it has another size. */
ParlorReader *parlor_clip_reader (ParlorClip *self, ParlorReader *file);

G_END_DECLS
