/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One frame of a written file as a PNG of its full size: decoded from the key frame before it, in
 * the recorder's process. One thread at a time.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Loads what is needed later; FALSE: a plugin is missing, there will be no stills. Without
 * decoders of AV1 or H.264 there are none of theirs. */
gboolean parlor_still_preload (void);

/** The last frame at or before `file_ms` of the file `name` in `folder`, in a codec that the
 * manifest names ("VP8", "VP9", "AV1", "H264"), written to `png`; both are as record/safe.h has it
 * for `vault_key` (nullable). FALSE: no such frame, or it cannot be decoded or written. */
gboolean parlor_still_make (const char *folder, const char *name, const char *codec, gint64 file_ms,
                            const char *png, const guint8 *vault_key);

G_END_DECLS
