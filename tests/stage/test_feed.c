/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/feed.h"

#include "base/bytes.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND ((gint64)G_USEC_PER_SEC)
#define VP8 96
#define OPUS 111

typedef struct
{
  int fds[2]; /* [1] is the daemon's */
  ParlorStageFeed *feed;
  guint n;
  guint16 seqs[16];
  gint64 times_ns[16];
  ParlorCodec codecs[16];
  gboolean lost[16];
  guint reports;
  gint64 report_local_us, report_ns;
} World;

static void
on_packet (guint8 *packet, gsize length, ParlorCodec codec, gint64 time_ns, gboolean lost,
           gpointer user_data)
{
  World *world = user_data;
  g_assert_cmpuint (world->n, <, G_N_ELEMENTS (world->seqs));
  g_assert_cmpuint (length, >=, 12);
  world->seqs[world->n] = parlor_get_u16 (packet + 2);
  world->times_ns[world->n] = time_ns;
  world->codecs[world->n] = codec;
  world->lost[world->n++] = lost;
}

static void
on_report (gint64 local_us, gint64 time_ns, gpointer user_data)
{
  World *world = user_data;
  world->reports++;
  world->report_local_us = local_us;
  world->report_ns = time_ns;
}

static void
set_up (World *world, gconstpointer unused)
{
  ParlorRtpFormats formats;
  ParlorStageFeedOps ops = {on_packet, on_report, world};
  parlor_rtp_formats_read (&formats, "96=VP8/90000,111=opus/48000/2,63=red/48000/2");
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, world->fds), ==, 0);
  world->feed = parlor_stage_feed_new (world->fds[0], &formats, &ops);
}

static void
tear_down (World *world, gconstpointer unused)
{
  parlor_stage_feed_free (world->feed);
  for (guint i = 0; i < G_N_ELEMENTS (world->fds); i++)
    if (world->fds[i] >= 0)
      close (world->fds[i]);
}

static void
put (World *world, const void *bytes, gsize size)
{
  g_assert_cmpint (send (world->fds[1], bytes, size, MSG_NOSIGNAL), ==, (gssize)size);
}

static void
put_frame (World *world, const guint8 *bytes, guint16 size)
{
  guint8 head[2];
  parlor_put_u16 (head, size);
  put (world, head, sizeof head);
  put (world, bytes, size);
}

static void
put_packet (World *world, guint8 pt, guint16 seq, guint32 timestamp, guint32 ssrc)
{
  guint8 packet[20] = {0x80, pt};
  parlor_put_u16 (packet + 2, seq);
  parlor_put_u32 (packet + 4, timestamp);
  parlor_put_u32 (packet + 8, ssrc);
  put_frame (world, packet, sizeof packet);
}

/* What the feed has asked of the daemon since the last time: letters. */
static char *
asked (World *world)
{
  char letters[32];
  ssize_t n = recv (world->fds[1], letters, sizeof letters, MSG_DONTWAIT);
  return g_strndup (letters, n > 0 ? (gsize)n : 0);
}

static void
test_order (World *world, gconstpointer unused)
{
  put_packet (world, VP8, 65534, 0, 7);
  put_packet (world, VP8, 0, 6000, 7);
  put_packet (world, VP8, 65535, 3000, 7);
  g_assert_true (parlor_stage_feed_read (world->feed, SECOND));
  g_assert_cmpuint (world->n, ==, 3);
  g_assert_cmpuint (world->seqs[0], ==, 65534);
  g_assert_cmpuint (world->seqs[1], ==, 65535);
  g_assert_cmpuint (world->seqs[2], ==, 0);
  g_assert_cmpint (world->codecs[0], ==, PARLOR_CODEC_VP8);
  g_assert_cmpint ((world->times_ns[2] - world->times_ns[0]) / 1000, ==, 6000 * SECOND / 90000);
  g_assert_false (world->lost[2]);
}

static void
test_lost (World *world, gconstpointer unused)
{
  put_packet (world, VP8, 1, 0, 7);
  put_packet (world, VP8, 3, 6000, 7);
  parlor_stage_feed_read (world->feed, SECOND);
  g_assert_cmpuint (world->n, ==, 1);
  gint64 due_us = parlor_stage_feed_next_us (world->feed);
  g_assert_cmpint (due_us, >, SECOND);
  g_assert_true (parlor_stage_feed_read (world->feed, due_us));
  g_assert_cmpuint (world->n, ==, 2);
  g_assert_true (world->lost[1]);
}

static void
test_pieces (World *world, gconstpointer unused)
{
  guint8 frame[22] = {0, 20, 0x80, OPUS, 0, 1};
  for (guint i = 0; i < sizeof frame; i++)
    {
      g_assert_cmpuint (world->n, ==, 0);
      put (world, frame + i, 1);
      g_assert_true (parlor_stage_feed_read (world->feed, SECOND));
    }
  g_assert_cmpuint (world->n, ==, 1);
}

/* Each line is a frame that is none of ours. */
static void
test_nonsense (World *world, gconstpointer unused)
{
  static const guint8 versions[20] = {0x40, VP8}, stranger[20] = {0x80, 97},
                      extension[16] = {0x90, VP8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 255, 255},
                      padded[13] = {0xa0, VP8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 7, 200},
                      red[13] = {0x80, 63, 0, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0x80 | OPUS};
  static guint8 large[65535] = {0x80, VP8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7};
  put_frame (world, versions, 0);
  put_frame (world, versions, sizeof versions);
  put_frame (world, stranger, sizeof stranger);
  put_frame (world, stranger, 11);
  put_frame (world, extension, sizeof extension);
  put_frame (world, padded, sizeof padded);
  put_frame (world, red, sizeof red);
  put_frame (world, large, sizeof large);
  put_packet (world, VP8, 2, 0, 7);
  for (guint i = 0; i < 4; i++)
    g_assert_true (parlor_stage_feed_read (world->feed, SECOND));
  g_assert_cmpuint (world->n, ==, 1);
  g_assert_cmpuint (world->seqs[0], ==, 2);
}

static void
test_new_stream (World *world, gconstpointer unused)
{
  put_packet (world, VP8, 500, 900000, 7);
  parlor_stage_feed_read (world->feed, 10 * SECOND);
  put_packet (world, VP8, 9, 123, 8);
  parlor_stage_feed_read (world->feed, 12 * SECOND);
  g_assert_cmpuint (world->n, ==, 2);
  g_assert_cmpint (world->times_ns[1] - world->times_ns[0], ==, 2 * SECOND * 1000);
}

static void
test_jump (World *world, gconstpointer unused)
{
  put_packet (world, OPUS, 1, 0, 7);
  parlor_stage_feed_read (world->feed, 10 * SECOND);
  put_packet (world, OPUS, 2, 0x7fffffff, 7);
  parlor_stage_feed_read (world->feed, 11 * SECOND);
  g_assert_cmpint (world->times_ns[1] - world->times_ns[0], ==, SECOND * 1000);
}

static void
test_key_frame (World *world, gconstpointer unused)
{
  g_autofree char *first = asked (world);
  g_assert_cmpstr (first, ==, "R");
  put_packet (world, OPUS, 1, 0, 6);
  parlor_stage_feed_read (world->feed, SECOND);
  g_autofree char *sound = asked (world);
  g_assert_cmpstr (sound, ==, "");
  put_packet (world, VP8, 1, 0, 7);
  parlor_stage_feed_read (world->feed, SECOND);
  parlor_stage_feed_want_key_frame (world->feed, SECOND + SECOND / 2 - 1);
  g_autofree char *once = asked (world);
  g_assert_cmpstr (once, ==, "K");
  parlor_stage_feed_want_key_frame (world->feed, SECOND + SECOND / 2);
  g_autofree char *again = asked (world);
  g_assert_cmpstr (again, ==, "K");
}

static void
test_report (World *world, gconstpointer unused)
{
  guint8 report[28] = {0x80, 200, 0, 6};
  parlor_put_u32 (report + 4, 7);
  parlor_put_u64 (report + 8, 123456789);
  parlor_put_u32 (report + 16, 48000);
  put_frame (world, report, sizeof report);
  parlor_stage_feed_read (world->feed, SECOND);
  g_assert_cmpuint (world->reports, ==, 0); /* of nobody yet */
  put_packet (world, OPUS, 1, 0, 7);
  parlor_stage_feed_read (world->feed, SECOND);
  put_frame (world, report, sizeof report);
  report[7] = 8; /* another source's */
  put_frame (world, report, sizeof report);
  parlor_stage_feed_read (world->feed, SECOND);
  g_assert_cmpuint (world->reports, ==, 1);
  g_assert_cmpint (world->report_local_us, ==, 123456789);
  g_assert_cmpint (world->report_ns - world->times_ns[0], ==, SECOND * 1000);
}

static void
test_end (World *world, gconstpointer unused)
{
  g_assert_true (parlor_stage_feed_read (world->feed, SECOND));
  put_packet (world, VP8, 1, 0, 7);
  close (world->fds[1]);
  world->fds[1] = -1;
  g_assert_true (parlor_stage_feed_read (world->feed, SECOND));
  g_assert_cmpuint (world->n, ==, 1);
  g_assert_false (parlor_stage_feed_read (world->feed, SECOND));
}

#define TEST(name, func) g_test_add ("/stage/feed/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("packets-come-in-the-order-of-their-numbers", test_order);
  TEST ("what-does-not-come-is-waited-for-and-told", test_lost);
  TEST ("a-frame-may-come-byte-by-byte", test_pieces);
  TEST ("nonsense-is-left-out-and-what-follows-is-taken", test_nonsense);
  TEST ("another-stream-goes-on-where-the-last-one-was", test_new_stream);
  TEST ("a-timestamp-that-jumps-does-not-move-the-line", test_jump);
  TEST ("a-key-frame-is-asked-for-twice-a-second-at-most", test_key_frame);
  TEST ("a-report-of-this-stream-ties-the-line-to-the-clock", test_report);
  TEST ("what-was-sent-before-the-end-is-given", test_end);
  return g_test_run ();
}
