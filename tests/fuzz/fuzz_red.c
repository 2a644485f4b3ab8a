/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/red.h"
#include "proto/rtp/redmaker.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The primary of what parses lies at its end; and any payload can be wrapped, with parts
 * of it as earlier frames: all that goes along is found again. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRed red, again;
  if (size > 8192)
    return 0;
  gsize room = size + PARLOR_RED_OVERHEAD_MAX;
  g_autofree guint8 *out = g_malloc (room);
  if (parlor_red_parse (data, size, &red))
    {
      gsize primary;
      guint8 pt;
      const guint8 *at = parlor_red_primary (data, &red, &primary, &pt);
      g_assert_true (at > data && at + primary == data + size);
    }
  for (guint n = 1; n <= PARLOR_RED_DEPTH + 1; n++)
    {
      ParlorRedFrame frames[PARLOR_RED_DEPTH + 1];
      for (guint i = 0; i < n; i++)
        frames[i] = (ParlorRedFrame){i * 960u * (size > 0 ? data[0] : 1u),
                                     (guint16)(size / (n - i)), data};
      gsize total = parlor_red_make (out, room, 111, frames, n);
      g_assert_true (total > size && total <= room);
      g_assert_true (parlor_red_parse (out, total, &again));
      g_assert_cmpuint (again.blocks[again.count - 1].size, ==, size);
      g_assert_cmpuint (parlor_red_make (out, total - 1, 111, frames, n), ==, 0);
    }
  return 0;
}
