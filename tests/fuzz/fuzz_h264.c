/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/h264.h"
#include "proto/codec/codec.h"
#include "proto/codec/h264sps.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The codec's own reading and the common one agree, and nothing is told of a payload that cannot be
 * read. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorH264 own;
  ParlorFrameInfo info, zero = {0};
  gboolean valid = parlor_h264_parse (data, size, &own);
  parlor_codec_inspect (PARLOR_CODEC_H264, data, size, FALSE, &info);
  g_assert_cmpint (valid, ==, info.valid);
  g_assert_true (!info.bidirectional || own.begins_nal);
  if (!valid)
    g_assert_cmpmem (&info, sizeof info, &zero, sizeof zero);
  g_assert_true (info.picture_id_offset < MAX (size, 1) && info.tl0_offset < MAX (size, 1));
  g_assert_cmpuint (parlor_h264_height (data, size), <=, 2 * 16384);
  return 0;
}
