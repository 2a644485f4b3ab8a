/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One frame of a written file as a PNG of its full size: decoded from the key frame before it, in
 * the recorder's process. One thread at a time.
 */
#pragma once

#include "proto/codec/codec.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/** Loads what is needed later; FALSE: a plugin is missing, there will be no stills. */
gboolean parlor_still_preload (void);

/** The last frame at or before `file_ms` of the WebM file at `path`, written to `png`; both
 * are as record/safe.h has it for `vault_key` (nullable). FALSE: no
 * such frame, or it cannot be decoded or written. */
gboolean parlor_still_make (const char *path, ParlorCodec codec, gint64 file_ms, const char *png,
                            const guint8 *vault_key);

G_END_DECLS
