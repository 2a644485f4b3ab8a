/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Pictures that people send: what one is by its content, and a copy without what it tells besides
 * the picture (place, time, device, names: EXIF, XMP, IPTC, comments, text). No pixel is decoded:
 * JPEG (ISO 10918-1 annex B), PNG (ISO 15948 section 5) and WebP (RFC 9649 section 2.4) are walked
 * by their segments and chunks, and everything that a picture does not need is left out. What
 * stands after the picture's end is left out too.
 *
 * A JPEG that says by EXIF that it lies on its side keeps the picture as it lies; the page draws a
 * photo anew before it sends it, so that this is seldom seen.
 *
 * Pure, any thread. Remote bytes are data: whatever does not fit is NULL.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_PICTURE_BYTES (10u << 20)
#define PARLOR_PICTURE_SIDE 16384 /**< more pixels a side are refused: they cost who draws them */

typedef struct
{
  const char *type; /**< static: "image/jpeg", "image/png" or "image/webp" */
  guint width, height;
} ParlorPictureInfo;

/** The cleaned copy (transfer full) and what it is; NULL: no picture of these kinds, broken, too
    large, or of too many pixels. `size` 0..PARLOR_PICTURE_BYTES. */
GByteArray *parlor_picture_clean (const guint8 *data, gsize size, ParlorPictureInfo *info);

G_END_DECLS
