/* SPDX-License-Identifier: Apache-2.0 */
/* H.264 payloads (RFC 6184 sections 5.2 to 5.8): single NAL units, STAP-A (24) and FU-A (28), as
 * packetization modes 0 and 1 allow them. Pure; worker thread. Of a slice no more than its type is
 * parsed. */
#pragma once
#include <glib.h>

typedef struct
{
  guint8 nal_type;  /* of the packet: 1 to 23, 24 STAP-A, 28 FU-A */
  guint8 has_idr;   /* an IDR slice (5), or the beginning of one */
  guint8 has_sps;   /* a sequence parameter set (7) */
  guint8 has_pps;   /* a picture parameter set (8) */
  guint8 key_part;  /* IDR, SPS or PPS, also a later fragment of an IDR */
  guint8 key_frame; /* a switch may begin here: SPS in it, or an IDR slice begins (encoders that
                       send their sets apart) */
  guint8 fu_start, fu_end;
  guint8 begins_nal; /* not a later fragment of an FU-A */
  guint8
      ref_idc; /* the largest nal_ref_idc; 0 = nothing refers to it. Types 6 and 9 to 12 always have
                  0 (ITU-T H.264 section 7.4.1), so of them it tells nothing of the picture */
  guint8 has_slice; /* a slice (1 to 5), or a part of one; else only what goes with a picture: sets,
                       SEI, delimiter, filler, ends */
  guint8 has_b;     /* a B slice begins in it (ITU-T H.264 table 7-6: slice_type 1 or 6) */
} ParlorH264;

/* FALSE = empty, truncated aggregate, a NAL of type 0 or 25 to 27, 29 to 31, or an FU-A with start
 * and end at once. */
gboolean parlor_h264_parse (const guint8 *payload, gsize size, ParlorH264 *out);
