/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/nack.h"
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define LIST 64

/* Two bytes an operation: a packet some numbers ahead or behind, or time that passes. What is asked
 * for is never what has come, and the list and its deadline agree. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (size % 3 * 1000);
  g_autofree guint8 *came = g_malloc0 (65536);
  gint64 now_us = 0;
  guint16 at = (guint16)(size * 977), out[LIST];
  size = MIN (size, 600);
  for (; size >= 2; data += 2, size -= 2)
    {
      now_us += data[0] % 64 * 1000;
      if (data[0] >= 250)
        {
          parlor_nack_reset (nack);
          memset (came, 0, 65536);
        }
      else if (data[0] >= 240)
        parlor_nack_key_frame (nack, (guint16)(at - data[1]));
      else
        {
          guint16 seq = (guint16)(at + (data[0] >= 200 ? data[1] * 16 : (gint8)data[1]));
          ParlorNackResult result = parlor_nack_push (nack, seq, now_us);
          g_assert_true (!came[seq] || result != PARLOR_NACK_RECOVERED);
          if (result == PARLOR_NACK_NEW)
            {
              for (guint16 s = (guint16)(at + 1);
                   s != (guint16)(seq + 1) && (guint16)(seq - at) < 32768; s++)
                came[s] = 0;
              at = seq;
            }
          came[seq] = 1;
        }
      g_assert_cmpuint (parlor_nack_missing (nack), <=, PARLOR_NACK_PENDING_MAX);
      guint n = parlor_nack_poll (nack, now_us, data[1] * 1000, out, LIST);
      for (guint i = 0; i < n; i++)
        g_assert_false (came[out[i]]);
      g_assert_true (parlor_nack_missing (nack) > 0 || parlor_nack_next_us (nack) == G_MAXINT64);
      parlor_nack_take_key_frame_advice (nack);
    }
  return 0;
}
