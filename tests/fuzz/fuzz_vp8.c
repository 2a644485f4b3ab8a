/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/codec.h"
#include "proto/codec/vp8.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A descriptor leaves a payload behind it, and its numbers fit their widths. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorVp8 vp8;
  ParlorFrameInfo info;
  parlor_codec_inspect (PARLOR_CODEC_VP8, data, size, FALSE, &info);
  g_assert_cmpint (parlor_vp8_parse (data, size, &vp8), ==, info.valid);
  if (!info.valid)
    return 0;
  g_assert_cmpuint (vp8.descriptor_size, <, size);
  g_assert_cmpuint (vp8.picture_id, <, 1u << vp8.picture_id_bits);
  g_assert_cmpuint (vp8.tid, <, 4);
  g_assert_cmpuint (vp8.key_idx, <, 32);
  return 0;
}
