/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/framing.h"

#include <string.h>

#include "base/rng.h"

/* Feeds bytes in pieces of at most `piece`; what comes out is appended, each packet behind its
   length, so that whatever is whole comes out as it went in. */
static void
feed (ParlorFrameReader *reader, const guint8 *bytes, gsize length, gsize piece, GByteArray *out)
{
  while (length > 0 && !reader->broken)
    {
      const guint8 *packet;
      gsize room, n;
      guint8 *at = parlor_frame_reader_room (reader, &room);
      g_assert_cmpuint (room, >, 0);
      gsize now = MIN (MIN (room, piece), length);
      memcpy (at, bytes, now);
      parlor_frame_reader_add (reader, now);
      bytes += now;
      length -= now;
      while (parlor_frame_reader_next (reader, &packet, &n))
        {
          const guint8 header[] = {(guint8)(n >> 8), (guint8)n};
          g_byte_array_append (out, header, 2);
          g_byte_array_append (out, packet, (guint)n);
        }
    }
}

static GByteArray *
stream_of (guint n_packets, guint32 seed)
{
  GByteArray *stream = g_byte_array_new ();
  ParlorRng rng;
  parlor_rng_init_seeded (&rng, seed);
  for (guint i = 0; i < n_packets; i++)
    {
      guint n = 1 + parlor_rng_below (&rng, PARLOR_FRAME_MAX_BYTES);
      const guint8 header[] = {(guint8)(n >> 8), (guint8)n};
      g_byte_array_append (stream, header, 2);
      for (guint j = 0; j < n; j++)
        {
          guint8 byte = (guint8)(i + j);
          g_byte_array_append (stream, &byte, 1);
        }
    }
  return stream;
}

static void
test_any_cut (void)
{
  static const gsize pieces[] = {1, 2, 3, 700, 1448, 9000};
  g_autoptr (GByteArray) stream = stream_of (60, 7);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      ParlorFrameReader reader;
      parlor_frame_reader_init (&reader);
      feed (&reader, stream->data, stream->len, pieces[i], out);
      g_assert_false (reader.broken);
      g_assert_cmpmem (out->data, out->len, stream->data, stream->len);
    }
}

static void
test_lies (void)
{
  static const guint8 nothing[] = {0, 1, 7, 0, 0, 0, 1, 7}, huge[] = {0x08, 0x01, 1, 2, 3};
  g_autoptr (GByteArray) out = g_byte_array_new ();
  ParlorFrameReader reader;
  parlor_frame_reader_init (&reader);
  feed (&reader, nothing, sizeof nothing, 100, out);
  g_assert_true (reader.broken);
  g_assert_cmpuint (out->len, ==, 3); /* what came before it, and nothing after */
  parlor_frame_reader_init (&reader);
  feed (&reader, huge, sizeof huge, 1, out);
  g_assert_true (reader.broken);
  g_assert_cmpuint (out->len, ==, 3);
}

/* Takes all that waits and counts the packets; each has its number in its first two bytes. */
static GArray *
drain (ParlorFrameQueue *queue, gsize at_once, gsize at_most)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  GByteArray *stream = g_byte_array_new ();
  const guint8 *bytes;
  gsize n, done = 0;
  while (done < at_most && (n = parlor_frame_queue_peek (queue, &bytes)) > 0)
    {
      n = MIN (MIN (n, at_once), at_most - done);
      g_byte_array_append (stream, bytes, (guint)n);
      parlor_frame_queue_sent (queue, n);
      done += n;
    }
  for (gsize at = 0; at + 4 <= stream->len;)
    {
      gsize length = (gsize)(stream->data[at] << 8 | stream->data[at + 1]);
      guint number = (guint)(stream->data[at + 2] << 8 | stream->data[at + 3]);
      g_array_append_val (numbers, number);
      at += 2 + length;
    }
  g_byte_array_unref (stream);
  return numbers;
}

static guint
push (ParlorFrameQueue *queue, guint number, gsize length)
{
  guint8 packet[PARLOR_FRAME_MAX_BYTES] = {(guint8)(number >> 8), (guint8)number};
  return parlor_frame_queue_push (queue, packet, length);
}

static void
test_queue_in_order (void)
{
  g_autoptr (ParlorFrameQueue) queue = parlor_frame_queue_new (20000);
  for (guint round = 0; round < 50; round++)
    {
      for (guint i = 0; i < 9; i++)
        g_assert_cmpuint (push (queue, round * 9 + i, 3 + (round * 131 + i * 977) % 1500), ==, 0);
      g_autoptr (GArray) numbers = drain (queue, 1000, G_MAXSIZE);
      g_assert_cmpuint (numbers->len, ==, 9);
      for (guint i = 0; i < 9; i++)
        g_assert_cmpuint (g_array_index (numbers, guint, i), ==, round * 9 + i);
      g_assert_cmpuint (parlor_frame_queue_bytes (queue), ==, 0);
    }
}

/* Nobody reads: the queue holds no more than it may, the newest are there, and what was begun is
   whole. */
static void
test_slow_reader (void)
{
  g_autoptr (ParlorFrameQueue) queue = parlor_frame_queue_new (20000);
  const guint8 *bytes;
  guint n_dropped = 0;
  push (queue, 0, 1000);
  g_assert_cmpuint (parlor_frame_queue_peek (queue, &bytes), ==, 1002);
  parlor_frame_queue_sent (queue, 500); /* the half of the first has left */
  for (guint i = 1; i <= 1000; i++)
    {
      n_dropped += push (queue, i, 1000);
      g_assert_cmpuint (parlor_frame_queue_bytes (queue), <=, 20000 + 502);
    }
  g_assert_cmpuint (parlor_frame_queue_peek (queue, &bytes), ==, 502);
  parlor_frame_queue_sent (queue, 502);
  g_autoptr (GArray) numbers = drain (queue, 7, G_MAXSIZE);
  g_assert_cmpuint (numbers->len + n_dropped, ==, 1000);
  for (guint i = 0; i < numbers->len; i++)
    g_assert_cmpuint (g_array_index (numbers, guint, i), ==, 1001 - numbers->len + i);
}

static void
test_queue_refuses (void)
{
  g_autoptr (ParlorFrameQueue) queue = parlor_frame_queue_new (20000);
  guint8 packet[PARLOR_FRAME_MAX_BYTES + 1] = {0};
  g_assert_cmpuint (parlor_frame_queue_push (queue, packet, sizeof packet), ==, 1);
  g_assert_cmpuint (parlor_frame_queue_push (queue, packet, 0), ==, 1);
  g_assert_cmpuint (parlor_frame_queue_bytes (queue), ==, 0);
  g_assert_cmpuint (parlor_frame_queue_push (queue, packet, PARLOR_FRAME_MAX_BYTES), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/framing/packets-come-out-however-the-stream-is-cut", test_any_cut);
  g_test_add_func ("/proto/framing/a-length-that-lies-ends-the-stream", test_lies);
  g_test_add_func ("/proto/framing/what-is-queued-leaves-in-order", test_queue_in_order);
  g_test_add_func ("/proto/framing/a-slow-reader-loses-the-oldest-whole", test_slow_reader);
  g_test_add_func ("/proto/framing/what-no-frame-holds-is-dropped", test_queue_refuses);
  return g_test_run ();
}
