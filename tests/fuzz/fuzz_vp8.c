/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/codec.h"
#include "proto/codec/vp8.h"
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Patching touches the descriptor alone, and what was written is read back. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorVp8 vp8, again;
  ParlorFrameInfo info;
  parlor_codec_inspect (PARLOR_CODEC_VP8, data, size, FALSE, &info);
  g_assert_cmpint (parlor_vp8_parse (data, size, &vp8), ==, info.valid);
  if (!info.valid)
    return 0;
  g_autofree guint8 *copy = g_memdup2 (data, size);
  parlor_vp8_patch (copy, &vp8, 0x5a5a & 0x7fff, 0xa5, 21);
  g_assert_true (parlor_vp8_parse (copy, size, &again));
  g_assert_cmpuint (again.descriptor_size, ==, vp8.descriptor_size);
  g_assert_cmpuint (again.tid, ==, vp8.tid);
  if (vp8.picture_id_bits)
    g_assert_cmpuint (again.picture_id, ==, 0x5a5a & (vp8.picture_id_bits == 15 ? 0x7fff : 0x7f));
  if (vp8.has_tl0)
    g_assert_cmpuint (again.tl0_pic_idx, ==, 0xa5);
  if (vp8.has_key_idx)
    g_assert_cmpuint (again.key_idx, ==, 21);
  g_assert_cmpint (
      memcmp (copy + vp8.descriptor_size, data + vp8.descriptor_size, size - vp8.descriptor_size),
      ==, 0);
  return 0;
}
