/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/sent.h"
#include "base/time.h"

static void
test_told_once (void)
{
  ParlorBweSent sent;
  ParlorBweSentPacket packet;

  parlor_bwe_sent_init (&sent);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 5, TRUE, &packet), ==, PARLOR_BWE_TOLD_UNKNOWN);
  g_assert_true (parlor_bwe_sent_push (&sent, 65535, 100, 0, FALSE, 1000));
  g_assert_true (parlor_bwe_sent_push (&sent, 0, 200, 7, TRUE, 2000));
  g_assert_false (parlor_bwe_sent_push (&sent, 0, 200, 0, FALSE, 3000));
  g_assert_false (parlor_bwe_sent_push (&sent, 65534, 200, 0, FALSE, 3000));
  g_assert_cmpint (sent.flight_bytes, ==, 300);
  g_assert_cmpint (parlor_bwe_sent_oldest_flight_us (&sent), ==, 1000);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 65535, FALSE, &packet), ==, PARLOR_BWE_TOLD_NEW);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 65535, FALSE, &packet), ==, PARLOR_BWE_TOLD_AGAIN);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 65535, TRUE, &packet), ==, PARLOR_BWE_TOLD_LATE);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 65535, TRUE, &packet), ==, PARLOR_BWE_TOLD_AGAIN);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 0, TRUE, &packet), ==, PARLOR_BWE_TOLD_NEW);
  g_assert_cmpint (packet.sent_us, ==, 2000);
  g_assert_cmpuint (packet.bytes, ==, 200);
  g_assert_cmpuint (packet.cluster, ==, 7);
  g_assert_true (packet.padding);
  g_assert_cmpint (sent.flight_bytes, ==, 0);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 1, TRUE, &packet), ==, PARLOR_BWE_TOLD_UNKNOWN);
  parlor_bwe_sent_clear (&sent);
}

static void
test_jumps_and_age (void)
{
  ParlorBweSent sent;
  ParlorBweSentPacket packet;
  gint64 now_us = 1000;

  parlor_bwe_sent_init (&sent);
  parlor_bwe_sent_push (&sent, 10, 100, 0, FALSE, now_us);
  parlor_bwe_sent_push (&sent, 20, 100, 0, FALSE, now_us);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 15, TRUE, &packet), ==, PARLOR_BWE_TOLD_UNKNOWN);
  parlor_bwe_sent_push (&sent, 20 + 30000, 100, 0, FALSE, now_us);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 20, TRUE, &packet), ==, PARLOR_BWE_TOLD_UNKNOWN);
  g_assert_cmpint (sent.flight_bytes, ==, 100);
  now_us += PARLOR_BWE_SENT_AGE_US + 1;
  parlor_bwe_sent_push (&sent, 30021, 50, 0, FALSE, now_us);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 30020, TRUE, &packet), ==, PARLOR_BWE_TOLD_UNKNOWN);
  g_assert_cmpint (sent.flight_bytes, ==, 50);
  parlor_bwe_sent_forget (&sent);
  g_assert_cmpint (parlor_bwe_sent_tell (&sent, 30021, TRUE, &packet), ==, PARLOR_BWE_TOLD_UNKNOWN);
  g_assert_cmpint (sent.flight_bytes, ==, 0);
  parlor_bwe_sent_clear (&sent);
}

static void
test_flight_before (void)
{
  ParlorBweSent sent;
  ParlorBweSentPacket packet;

  parlor_bwe_sent_init (&sent);
  g_assert_cmpuint (parlor_bwe_sent_flight_before (&sent, 1000, 3000), ==, 0);
  for (guint16 i = 0; i < 10; i++)
    parlor_bwe_sent_push (&sent, i, 1000, 0, FALSE, 1000 * (i + 1));
  g_assert_cmpuint (parlor_bwe_sent_flight_before (&sent, 1000, 3000), ==, 0);
  g_assert_cmpuint (parlor_bwe_sent_flight_before (&sent, 2001, 3000), ==, 2000);
  g_assert_cmpuint (parlor_bwe_sent_flight_before (&sent, G_MAXINT64, 3000), ==, 3000);
  parlor_bwe_sent_tell (&sent, 8, TRUE, &packet);
  g_assert_cmpuint (parlor_bwe_sent_flight_before (&sent, G_MAXINT64, 3000), ==, 1000);
  g_assert_cmpuint (parlor_bwe_sent_flight_before (&sent, 10000, 3000), ==, 0);
  parlor_bwe_sent_clear (&sent);
}

/* The ring against a plain list, over several wraps of the number and of the 32-bit time. */
static void
test_against_a_list (void)
{
  static gint64 times[65536];
  ParlorBweSent sent;
  ParlorBweSentPacket packet;
  gint64 now_us = G_GINT64_CONSTANT (0xfffff000);

  parlor_bwe_sent_init (&sent);
  for (guint i = 0; i < 200000; i++)
    {
      now_us += 777;
      times[i & 0xffff] = now_us;
      g_assert_true (parlor_bwe_sent_push (&sent, (guint16)i, 1 + i % 1400, 0, FALSE, now_us));
      if (i < 4000)
        continue;
      g_assert_cmpint (parlor_bwe_sent_tell (&sent, (guint16)(i - 4000), TRUE, &packet), ==,
                       PARLOR_BWE_TOLD_NEW);
      g_assert_cmpint (packet.sent_us, ==, times[(i - 4000) & 0xffff]);
      g_assert_cmpuint (packet.bytes, ==, 1 + (i - 4000) % 1400);
      g_assert_cmpint (sent.flight_bytes, >, 0);
    }
  parlor_bwe_sent_clear (&sent);
}

/* 2.5 Mbit/s with a round trip of 100 ms: 4 KiB; without any feedback it grows, and not for ever.
 */
static void
test_size_follows_the_rate (void)
{
  ParlorBweSent sent;
  ParlorBweSentPacket packet;
  gint64 now_us = 0;

  parlor_bwe_sent_init (&sent);
  g_assert_null (sent.ring);
  for (guint i = 0; i < 20000; i++, now_us += 3800)
    {
      parlor_bwe_sent_push (&sent, (guint16)i, 1200, 0, FALSE, now_us);
      if (i >= 26)
        g_assert_cmpint (parlor_bwe_sent_tell (&sent, (guint16)(i - 26), TRUE, &packet), ==,
                         PARLOR_BWE_TOLD_NEW);
    }
  g_assert_cmpint (sent.mask + 1, <=, 512);
  for (guint i = 20000; i < 60000; i++, now_us += 200)
    parlor_bwe_sent_push (&sent, (guint16)i, 1200, 0, FALSE, now_us);
  g_assert_cmpint (sent.mask + 1, ==, PARLOR_BWE_SENT_RING);
  parlor_bwe_sent_clear (&sent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/sent/each-number-is-told-once", test_told_once);
  g_test_add_func ("/proto/bwe/sent/what-left-before-and-has-not-come-is-counted",
                   test_flight_before);
  g_test_add_func ("/proto/bwe/sent/jumps-and-age-forget", test_jumps_and_age);
  g_test_add_func ("/proto/bwe/sent/as-a-plain-list-would", test_against_a_list);
  g_test_add_func ("/proto/bwe/sent/size-follows-the-rate", test_size_follows_the_rate);
  return g_test_run ();
}
