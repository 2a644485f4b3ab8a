/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/rtx.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is wrapped comes back, but for its padding; and what a stranger calls RTX is unwrapped or
 * refused. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRtpHeader h, rtx, back;
  if (size > 4096 || parlor_rtp_parse (data, size, &h) != PARLOR_RTP_OK)
    return 0;
  gsize room = size + PARLOR_RTX_OVERHEAD;
  g_autofree guint8 *wrapped = g_malloc (room);
  gsize n = parlor_rtx_encapsulate (wrapped, room, data, &h, 97, 1, 2);
  g_assert_cmpint (parlor_rtp_parse (wrapped, n, &rtx), ==, PARLOR_RTP_OK);
  guint8 *original = parlor_rtx_decapsulate (wrapped, &n, &rtx, h.pt, h.ssrc);
  g_assert_cmpint (parlor_rtp_parse (original, n, &back), ==, PARLOR_RTP_OK);
  g_assert_cmpmem (original + 1, n - 1, data + 1, size - h.padding_size - 1);

  g_autofree guint8 *foreign = g_memdup2 (data, size);
  n = size;
  original = parlor_rtx_decapsulate (foreign, &n, &h, 96, 3);
  if (original)
    {
      g_assert_cmpint (parlor_rtp_parse (original, n, &back), ==, PARLOR_RTP_OK);
      g_assert_cmpuint (back.payload_size, ==, h.payload_size);
      g_assert_cmpuint (back.seq, ==, h.seq);
    }
  return 0;
}
