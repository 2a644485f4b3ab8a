/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a VP8 frame (RFC 6386 section 9.2 to 9.11, its tables in 19.2) as far as it tells
 * whether any later frame rests on this one: what who decodes little can leave out. A payload
 * descriptor says the same (RFC 7741, N), but a file has none. Pure, any thread.
 *
 *   tag:  |size0..2|S|ver|P| size3..18 |   P: 0 = key frame; then, in a key frame, 7 bytes more
 *   then, in the bits of a boolean coder (section 7): segments, loop filter and its deltas,
 *   partitions, quantizers, which of the three pictures this one replaces, whether its
 *   probabilities stay
 */
#pragma once
#include <glib.h>

/* What was said before and holds on; zeroed at the beginning of a file. */
typedef struct
{
  gint8 deltas[8]; /* of the loop filter: of 4 references, of 4 modes */
} ParlorVp8Head;

/* Of each frame in its order, whole. TRUE: it can be left out, and all others are decoded as they
 * would be. FALSE also for what is no VP8 or is cut off. */
gboolean parlor_vp8_is_spare (ParlorVp8Head *self, const guint8 *frame, gsize size);
