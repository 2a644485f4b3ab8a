/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Boxes of ISO/IEC 14496-12 as cmaf.c and mp4.c write them: a box begins, its fields are put behind
 * it in network order, it ends, and its size is written into its head. Any thread; the array is the
 * caller's. Sizes stay below 4 GiB, which the callers see to.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void parlor_box_put (GByteArray *out, const void *data, gsize size);
void parlor_box_put8 (GByteArray *out, guint value);
void parlor_box_put16 (GByteArray *out, guint value);
void parlor_box_put32 (GByteArray *out, guint32 value);
void parlor_box_put64 (GByteArray *out, guint64 value);
void parlor_box_put_zeros (GByteArray *out, guint n);

/** `type`: four characters. Gives where the box begins, for parlor_box_end (). */
guint parlor_box_begin (GByteArray *out, const char *type);
/** Section 4.2: one with a version and 24 bits of flags. */
guint parlor_box_begin_full (GByteArray *out, const char *type, guint version, guint32 flags);
void parlor_box_end (GByteArray *out, guint at);

/** Section 8.2.2: nine numbers that turn and stretch nothing. */
void parlor_box_put_matrix (GByteArray *out);
/** Section 8.2.2, without a duration. `scale`: ticks a second; `next_track`: an id nobody has. */
void parlor_box_put_mvhd (GByteArray *out, guint32 scale, guint32 next_track);
/** Section 8.4.2, without a duration, of no language. */
void parlor_box_put_mdhd (GByteArray *out, guint32 scale);
/** Section 8.7.2: the data are in this very file. */
void parlor_box_put_dinf (GByteArray *out);
/** Section 12.1.3: what stands in a picture's sample entry before its own boxes. Pixels. */
void parlor_box_put_picture_fields (GByteArray *out, guint width, guint height);

G_END_DECLS
