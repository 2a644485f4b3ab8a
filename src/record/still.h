/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Frames of a written file, or of one that is being written, as PNG of their full size: decoded
 * from the key frame before, in the recorder's process. Any thread; one at a time a file.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Loads what is needed later; FALSE: a plugin is missing, there will be no stills. Without
 * decoders of AV1 or H.264 there are none of theirs. */
gboolean parlor_still_preload (void);

typedef enum
{
  PARLOR_STILL_NONE, /**< no such frame, or it cannot be decoded or written */
  PARLOR_STILL_MADE,
  PARLOR_STILL_LATER, /**< as it was asked by `wants_next` */
} ParlorStillResult;

typedef struct
{
  gint64 file_ms;           /**< the last frame at or before it */
  const char *png;          /**< where to; borrowed */
  gboolean wants_next;      /**< not if it is the file's last frame so far: a later one may be it */
  ParlorStillResult result; /**< out */
} ParlorStill;

/** Of the file `name` in `folder`, in a codec that the manifest names ("VP8", "VP9", "AV1",
 * "H264"); all are as record/safe.h has it for `vault_key` (nullable). What lies behind one key
 * frame is decoded once. `stills` (borrowed, as what they point to) get into the order of their
 * instants. */
void parlor_still_make (const char *folder, const char *name, const char *codec,
                        const guint8 *vault_key, ParlorStill **stills, guint n);

G_END_DECLS
