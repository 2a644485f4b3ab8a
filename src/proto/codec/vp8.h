/* SPDX-License-Identifier: Apache-2.0 */
/* The VP8 payload descriptor (RFC 7741 section 4.2) and the few bits of the payload header that
 * forwarding needs (section 4.3). Pure; worker thread.
 *
 *        0 1 2 3 4 5 6 7
 *       |X|R|N|S|R| PID |   S: start of a partition, PID: partition
 *   X:  |I|L|T|K|  RSV  |
 *   I:  |M| PictureID   |   M: 15 bits, one byte more
 *   L:  |   TL0PICIDX   |
 *   T/K:|TID|Y| KEYIDX  |
 */
#pragma once
#include <glib.h>

typedef struct
{
  guint8 descriptor_size; /* the VP8 payload begins here */
  guint8 start;           /* first packet of the frame: S set and partition 0 */
  guint8 key_frame;       /* start of a key frame */
  guint8 non_reference;
  guint8 has_tl0, has_tid, has_key_idx;
  guint8 picture_id_bits; /* 0, 7 or 15 */
  guint8 tl0_pic_idx;
  guint8 tid;        /* 0 when !has_tid */
  guint8 layer_sync; /* Y */
  guint8 key_idx;
  guint8 picture_id_offset, tl0_offset,
      tid_offset; /* 0 = absent; KEYIDX stands in the byte of tid_offset */
  guint16 picture_id;
  guint16 width, height; /* of a key frame's start, without scale bits; 0 = not told */
} ParlorVp8;

/* FALSE = truncated, or no byte of VP8 behind the descriptor. */
gboolean parlor_vp8_parse (const guint8 *payload, gsize size, ParlorVp8 *out);
