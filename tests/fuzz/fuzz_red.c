/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/red.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What parses can be written again, whole and thinned; and any payload can be wrapped. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRed red, again;
  if (size > 8192)
    return 0;
  gsize room = size + PARLOR_RED_OVERHEAD_MAX;
  g_autofree guint8 *out = g_malloc (room);
  if (parlor_red_parse (data, size, &red))
    for (guint32 max = 0; max <= PARLOR_RED_OFFSET_MAX; max += 960)
      {
        gsize n = parlor_red_rewrite (out, size, data, &red, max, 111);
        g_assert_true (n >= 1 && n <= size);
        g_assert_true (parlor_red_parse (out, n, &again));
        g_assert_cmpuint (again.blocks[again.count - 1].size, ==, red.blocks[red.count - 1].size);
      }
  g_autoptr (ParlorRedEncoder) encoder = parlor_red_encoder_new ();
  for (guint32 i = 0; i < 4; i++)
    {
      gsize n = parlor_red_encode (encoder, out, room, i * 960, 111, data, size / (i + 1), i);
      g_assert_true (n > 0 && parlor_red_parse (out, n, &again));
      g_assert_cmpuint (again.blocks[again.count - 1].size, ==, size / (i + 1));
    }
  return 0;
}
