/* SPDX-License-Identifier: Apache-2.0 */
/* The VP9 payload descriptor (RFC 9628 section 4.2). Pure; worker thread.
 *
 *       |I|P|L|F|B|E|V|Z|
 *   I:  |M| PICTURE ID  |  M: 15 bits
 *   L:  | TID |U| SID |D|  and TL0PICIDX in non-flexible mode
 *   P,F:| P_DIFF      |N|  up to three times
 *   V:  scalability structure
 */
#pragma once
#include <glib.h>

#define PARLOR_VP9_SPATIAL_MAX 8

typedef struct
{
  guint16 descriptor_size;
  guint8 inter_picture; /* P */
  guint8 flexible;      /* F */
  guint8 begin, end;    /* B, E: first and last packet of this spatial layer's frame */
  guint8 has_layers;    /* L */
  guint8 tid, sid;
  guint8 up_switch;     /* U */
  guint8 inter_layer;   /* D: depends on the spatial layer below */
  guint8 not_ref_upper; /* Z */
  guint8 has_tl0;
  guint8 tl0_pic_idx;
  guint8 picture_id_bits;               /* 0, 7, 15 */
  guint8 picture_id_offset, tl0_offset; /* 0 = absent */
  guint16 picture_id;
  guint8 has_structure; /* V */
  guint8 n_spatial;     /* of the structure; 0 without it */
  guint8 key_frame;     /* begin of a picture that needs nothing before: !P, B, SID 0 */
  guint16 width[PARLOR_VP9_SPATIAL_MAX], height[PARLOR_VP9_SPATIAL_MAX]; /* 0 = not told */
} ParlorVp9;

/* FALSE = truncated, more than three reference indices, or no byte behind the descriptor. */
gboolean parlor_vp9_parse (const guint8 *payload, gsize size, ParlorVp9 *out);
