/* SPDX-License-Identifier: Apache-2.0 */
/* A byte stream from a stranger, cut as its first byte says; what comes out goes through the queue
 * of the other way and must come out of it as it went in, but for what was dropped whole. */
#include "proto/framing.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_stream (ParlorFrameQueue *queue, ParlorFrameReader *back)
{
  const guint8 *bytes, *packet;
  gsize n, room, length;
  while ((n = parlor_frame_queue_peek (queue, &bytes)) > 0)
    {
      guint8 *at = parlor_frame_reader_room (back, &room);
      n = MIN (n, room);
      memcpy (at, bytes, n);
      parlor_frame_reader_add (back, n);
      parlor_frame_queue_sent (queue, n);
      while (parlor_frame_reader_next (back, &packet, &length))
        g_assert_true (length > 0 && length <= PARLOR_FRAME_MAX_BYTES);
      g_assert_false (back->broken);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static ParlorFrameReader reader, back;
  g_autoptr (ParlorFrameQueue) queue = parlor_frame_queue_new (8 * PARLOR_FRAME_MAX_BYTES);
  if (size < 2)
    return 0;
  gsize piece = (gsize)data[0] + 1;
  guint8 drain_every = data[1] | 1;
  guint n_packets = 0;
  data += 2;
  size -= 2;
  parlor_frame_reader_init (&reader);
  parlor_frame_reader_init (&back);
  while (size > 0 && !reader.broken)
    {
      const guint8 *packet;
      gsize room, length;
      guint8 *at = parlor_frame_reader_room (&reader, &room);
      g_assert_cmpuint (room, >, 0);
      gsize n = MIN (MIN (room, piece), size);
      memcpy (at, data, n);
      parlor_frame_reader_add (&reader, n);
      data += n;
      size -= n;
      while (parlor_frame_reader_next (&reader, &packet, &length))
        {
          parlor_frame_queue_push (queue, packet, length);
          if (++n_packets % drain_every == 0)
            check_stream (queue, &back);
        }
    }
  check_stream (queue, &back);
  return 0;
}
