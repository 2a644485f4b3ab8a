/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/nack.h"
#include "base/time.h"
#include <string.h>

#define RTT (50 * PARLOR_US_PER_MS)

static guint
poll_all (ParlorNack *nack, gint64 now_us, guint16 *out)
{
  return parlor_nack_poll (nack, now_us, RTT, out, PARLOR_NACK_PENDING_MAX);
}

static void
test_once_per_rtt (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[PARLOR_NACK_PENDING_MAX];
  g_assert_cmpint (parlor_nack_next_us (nack), ==, G_MAXINT64);
  g_assert_cmpint (parlor_nack_push (nack, 65534, 0), ==, PARLOR_NACK_NEW);
  g_assert_cmpint (parlor_nack_push (nack, 2, 1000), ==, PARLOR_NACK_NEW);
  g_assert_cmpint (parlor_nack_next_us (nack), ==, 1000);
  g_assert_cmpuint (poll_all (nack, 1000, out), ==, 3);
  g_assert_cmpuint (out[0], ==, 65535);
  g_assert_cmpuint (out[1], ==, 0);
  g_assert_cmpuint (out[2], ==, 1);
  g_assert_cmpint (parlor_nack_next_us (nack), ==, 1000 + RTT);
  g_assert_cmpuint (poll_all (nack, 999 + RTT, out), ==, 0);
  g_assert_cmpint (parlor_nack_push (nack, 0, 2000), ==, PARLOR_NACK_RECOVERED);
  g_assert_cmpint (parlor_nack_push (nack, 0, 2000), ==, PARLOR_NACK_DUPLICATE);
  g_assert_cmpint (parlor_nack_push (nack, 2, 2000), ==, PARLOR_NACK_DUPLICATE);
  g_assert_cmpuint (poll_all (nack, 1000 + RTT, out), ==, 2);
  g_assert_cmpuint (out[1], ==, 1);
  g_assert_cmpint (parlor_nack_push (nack, 65535, 3000), ==, PARLOR_NACK_RECOVERED);
  g_assert_cmpint (parlor_nack_push (nack, 1, 3000), ==, PARLOR_NACK_RECOVERED);
  g_assert_cmpint (parlor_nack_next_us (nack), ==, G_MAXINT64);
  g_assert_cmpuint (parlor_nack_missing (nack), ==, 0);
  g_assert_false (parlor_nack_take_key_frame_advice (nack));
}

static void
test_reorder (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (5000);
  guint16 out[PARLOR_NACK_PENDING_MAX];
  parlor_nack_push (nack, 10, 0);
  parlor_nack_push (nack, 12, 0);
  g_assert_cmpuint (poll_all (nack, 4999, out), ==, 0);
  g_assert_cmpint (parlor_nack_push (nack, 11, 4999), ==, PARLOR_NACK_RECOVERED);
  g_assert_cmpuint (poll_all (nack, 100000, out), ==, 0);
}

static void
test_gives_up_by_tries (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[PARLOR_NACK_PENDING_MAX];
  guint asked = 0;
  parlor_nack_push (nack, 10, 0);
  parlor_nack_push (nack, 12, 0);
  for (gint64 now_us = 0; now_us <= PARLOR_US_PER_SEC; now_us += 1000)
    asked += poll_all (nack, now_us, out);
  g_assert_cmpuint (asked, ==, PARLOR_NACK_TRIES_MAX);
  g_assert_cmpuint (parlor_nack_missing (nack), ==, 0);
  g_assert_true (parlor_nack_take_key_frame_advice (nack));
  g_assert_false (parlor_nack_take_key_frame_advice (nack));
  g_assert_cmpint (parlor_nack_next_us (nack), ==, G_MAXINT64);
}

static void
test_gives_up_by_age (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[4];
  guint asked = 0;
  parlor_nack_push (nack, 10, 0);
  parlor_nack_push (nack, 12, 0);
  for (gint64 now_us = 0; now_us <= 3 * PARLOR_US_PER_SEC; now_us += 10000)
    asked += parlor_nack_poll (nack, now_us, 600 * PARLOR_US_PER_MS, out, 4);
  g_assert_cmpuint (asked, ==, 4);
  g_assert_true (parlor_nack_take_key_frame_advice (nack));
}

static void
test_cap (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[PARLOR_NACK_PENDING_MAX];
  parlor_nack_push (nack, 0, 0);
  parlor_nack_push (nack, PARLOR_NACK_PENDING_MAX + 1, 0);
  g_assert_cmpuint (parlor_nack_missing (nack), ==, PARLOR_NACK_PENDING_MAX);
  g_assert_false (parlor_nack_take_key_frame_advice (nack));
  parlor_nack_push (nack, PARLOR_NACK_PENDING_MAX + 4, 0);
  g_assert_cmpuint (parlor_nack_missing (nack), ==, PARLOR_NACK_PENDING_MAX);
  g_assert_true (parlor_nack_take_key_frame_advice (nack));
  g_assert_cmpuint (poll_all (nack, 0, out), ==, PARLOR_NACK_PENDING_MAX);
  g_assert_cmpuint (out[0], ==, 3);
  g_assert_cmpuint (out[PARLOR_NACK_PENDING_MAX - 1], ==, PARLOR_NACK_PENDING_MAX + 3);
  parlor_nack_push (nack, 2 * PARLOR_NACK_PENDING_MAX + 10, 0);
  g_assert_cmpuint (parlor_nack_missing (nack), ==, 0);
  g_assert_true (parlor_nack_take_key_frame_advice (nack));
}

static void
test_small_list (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[2];
  parlor_nack_push (nack, 0, 0);
  parlor_nack_push (nack, 6, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (parlor_nack_next_us (nack), <=, 0);
      g_assert_cmpuint (parlor_nack_poll (nack, 0, RTT, out, 2), ==, 2);
      g_assert_cmpuint (out[0], ==, 1 + 2 * i);
    }
  g_assert_cmpuint (parlor_nack_poll (nack, 0, RTT, out, 2), ==, 1);
  g_assert_cmpuint (out[0], ==, 5);
}

static void
test_key_frame (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[PARLOR_NACK_PENDING_MAX];
  parlor_nack_push (nack, 0, 0);
  parlor_nack_push (nack, 5, 0);
  parlor_nack_push (nack, 10, 0);
  parlor_nack_key_frame (nack, 8);
  g_assert_cmpuint (poll_all (nack, 0, out), ==, 2);
  g_assert_cmpuint (out[0], ==, 8);
  g_assert_cmpuint (out[1], ==, 9);
}

static void
test_too_old (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  parlor_nack_push (nack, 10000, 0);
  g_assert_cmpint (parlor_nack_push (nack, 10000 - 4095, 0), ==, PARLOR_NACK_RECOVERED);
  g_assert_cmpint (parlor_nack_push (nack, 10000 - 4096, 0), ==, PARLOR_NACK_TOO_OLD);
  parlor_nack_reset (nack);
  g_assert_cmpint (parlor_nack_push (nack, 3, 0), ==, PARLOR_NACK_NEW);
}

/* A lossy stream with repeats that may be lost too, against a set of what is missing. */
static void
test_model (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);
  guint16 out[PARLOR_NACK_PENDING_MAX];
  static guint8 tries[70000 * 2];
  static guint8 came[70000 * 2];
  memset (tries, 0, sizeof tries);
  memset (came, 0, sizeof came);
  gint64 now_us = 0;
  for (guint i = 0; i < 70000; i++, now_us += 1000)
    {
      if (i == 0 || g_rand_int_range (rand, 0, 100) >= 10)
        {
          g_assert_cmpint (parlor_nack_push (nack, (guint16)i, now_us), ==, PARLOR_NACK_NEW);
          came[i] = 1;
        }
      guint n = poll_all (nack, now_us, out);
      for (guint k = 0; k < n; k++)
        {
          guint seq = i - (guint16)(i - out[k]);
          g_assert_cmpuint (came[seq], ==, 0);
          g_assert_cmpuint (++tries[seq], <=, PARLOR_NACK_TRIES_MAX);
          if (g_rand_int_range (rand, 0, 100) >= 20)
            {
              g_assert_cmpint (parlor_nack_push (nack, out[k], now_us), ==, PARLOR_NACK_RECOVERED);
              came[seq] = 1;
            }
        }
    }
  guint lost = 0;
  for (guint i = 0; i < 69000; i++)
    lost += !came[i];
  g_assert_cmpuint (lost, <, 5);
}

/* Numbers 0 to n - 1 of which each `each`-th is lost for good; returns the next. */
static guint16
push_lossy (ParlorNack *nack, guint n, guint each, gint64 now_us)
{
  for (guint i = 0; i < n; i++)
    if (i % each != each - 1)
      parlor_nack_push (nack, (guint16)i, now_us);
  parlor_nack_key_frame (nack, (guint16)n);
  return (guint16)n;
}

/* Times in ms at which the number is asked for within two round trips. */
static guint
ask_times (ParlorNack *nack, gint64 from_us, guint *times)
{
  guint16 out[PARLOR_NACK_PENDING_MAX];
  guint n = 0;

  for (guint ms = 0; ms < 2 * RTT / PARLOR_US_PER_MS; ms++)
    if (parlor_nack_poll (nack, from_us + ms * PARLOR_US_PER_MS, RTT, out, G_N_ELEMENTS (out)) > 0)
      times[n++] = ms;
  return n;
}

static void
test_echo (void)
{
  g_autoptr (ParlorNack) clean = parlor_nack_new (0), lossy = parlor_nack_new (0);
  guint times[100];
  guint16 next = push_lossy (clean, 1000, 500, 0);

  parlor_nack_push (clean, next, 0);
  parlor_nack_push (clean, (guint16)(next + 2), 0);
  g_assert_cmpuint (ask_times (clean, 0, times), ==, 2);
  g_assert_cmpuint (times[1], ==, 50);
  next = push_lossy (lossy, 1000, 10, 0);
  parlor_nack_push (lossy, next, 0);
  parlor_nack_push (lossy, (guint16)(next + 2), 0);
  g_assert_cmpuint (ask_times (lossy, 0, times), ==, 4);
  g_assert_cmpuint (times[1], ==, 15);
  g_assert_cmpuint (times[2], ==, 50);
  g_assert_cmpuint (times[3], ==, 65);
}

/* A publisher that receives nothing tells no round trip; its repeats do. */
static void
test_rtt_of_repeats (void)
{
  g_autoptr (ParlorNack) nack = parlor_nack_new (0);
  guint16 out[4];

  parlor_nack_push (nack, 1, 0);
  parlor_nack_push (nack, 3, 0);
  g_assert_cmpuint (parlor_nack_poll (nack, 0, 0, out, 4), ==, 1);
  g_assert_cmpint (parlor_nack_next_us (nack), ==, 100 * PARLOR_US_PER_MS);
  parlor_nack_push (nack, 2, 40 * PARLOR_US_PER_MS);
  parlor_nack_push (nack, 5, PARLOR_US_PER_SEC);
  g_assert_cmpuint (parlor_nack_poll (nack, PARLOR_US_PER_SEC, 0, out, 4), ==, 1);
  g_assert_cmpint (parlor_nack_next_us (nack), ==, PARLOR_US_PER_SEC + 50 * PARLOR_US_PER_MS);
}

static void
test_answer_once_per_rtt (void)
{
  ParlorNackResponder responder;
  ParlorNackEntry entry = {0};
  parlor_nack_responder_init (&responder, 0);
  parlor_nack_responder_update (&responder, 10000000, 25, RTT, 0);
  guint sent = 0;
  for (gint64 now_us = 0; now_us < 2 * PARLOR_US_PER_SEC; now_us += 1000)
    sent += parlor_nack_responder_ask (&responder, &entry, 1200, FALSE, now_us)
            == PARLOR_NACK_ANSWER_SEND;
  g_assert_cmpuint (sent, ==, PARLOR_NACK_TRIES_MAX);
  g_assert_cmpuint (entry.repeats, ==, PARLOR_NACK_TRIES_MAX);
  g_assert_cmpuint (responder.sent, ==, sent);
  g_assert_cmpuint (responder.too_soon, ==, 9 * 36);
  g_assert_cmpuint (responder.too_many, ==, 2000 - 10 - 9 * 36);
}

/* The second request is late or early by what the way up trembles: refused, it would be made again
 * only a round trip later. */
static void
test_answer_a_little_early (void)
{
  ParlorNackResponder responder;
  ParlorNackEntry entry = {0};

  parlor_nack_responder_init (&responder, 0);
  parlor_nack_responder_update (&responder, 10000000, 25, RTT, 0);
  g_assert_cmpint (parlor_nack_responder_ask (&responder, &entry, 1200, FALSE, 1000), ==,
                   PARLOR_NACK_ANSWER_SEND);
  g_assert_cmpint (parlor_nack_responder_ask (&responder, &entry, 1200, FALSE, 1000 + RTT / 2), ==,
                   PARLOR_NACK_ANSWER_TOO_SOON);
  g_assert_cmpint (parlor_nack_responder_ask (&responder, &entry, 1200, FALSE, RTT - 8000), ==,
                   PARLOR_NACK_ANSWER_SEND);
}

/* Everything is asked for, again and again: what goes out stays within the share of the media's
 * rate. */
static void
check_budget (guint32 media_bps, guint8 loss, gint64 want_bps)
{
  ParlorNackResponder responder;
  gint64 bits = 0;
  parlor_nack_responder_init (&responder, 0);
  parlor_nack_responder_update (&responder, media_bps, loss, RTT, 0);
  for (gint64 now_us = 0; now_us < 20 * PARLOR_US_PER_SEC; now_us += 1000)
    {
      ParlorNackEntry fresh = {0};
      if (parlor_nack_responder_ask (&responder, &fresh, 1200, FALSE, now_us)
          == PARLOR_NACK_ANSWER_SEND)
        bits += 1200 * 8;
    }
  g_assert_cmpint (bits / 20, >=, want_bps * 98 / 100 - 9600);
  g_assert_cmpint (bits / 20, <=, want_bps * 106 / 100 + 5000);
}

static guint
repeats_in_a_row (ParlorNackResponder *responder, gboolean spare, gint64 now_us)
{
  guint n = 0;

  for (ParlorNackEntry entry = {0};
       parlor_nack_responder_ask (responder, &entry, 1200, spare, now_us)
       == PARLOR_NACK_ANSWER_SEND;
       entry = (ParlorNackEntry){0})
    n++;
  return n;
}

/* 0.6 s of 2.5 Mbit/s saved: three quarters for anything, the last one for what others need. */
static void
test_kept (void)
{
  ParlorNackResponder responder;
  gint64 now_us = 0;

  parlor_nack_responder_init (&responder, now_us);
  for (guint i = 0; i < 30; i++, now_us += PARLOR_US_PER_SEC)
    parlor_nack_responder_update (&responder, 2500000, 0, RTT, now_us);
  g_assert_cmpuint (repeats_in_a_row (&responder, TRUE, now_us), ==, 1500000 * 3 / 4 / 9600);
  g_assert_cmpuint (repeats_in_a_row (&responder, TRUE, now_us), ==, 0);
  g_assert_cmpuint (repeats_in_a_row (&responder, FALSE, now_us), ==,
                    1500000 / 9600 - 1500000 * 3 / 4 / 9600);
  g_assert_cmpuint (responder.over_budget, ==, 3);
}

static void
test_budget (void)
{
  check_budget (2500000, 0, 125000);
  check_budget (2500000, 26, 2500000 * (1500 * 26 / 230 + 50) / 1000);
  check_budget (2500000, 128, 1250000);
  check_budget (2500000, 255, 1250000);
  check_budget (10000, 0, 50000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/nack/gap-is-asked-once-per-rtt", test_once_per_rtt);
  g_test_add_func ("/proto/nack/reordering-is-not-asked-for", test_reorder);
  g_test_add_func ("/proto/nack/ten-tries-then-a-key-frame-is-advised", test_gives_up_by_tries);
  g_test_add_func ("/proto/nack/two-seconds-then-it-is-given-up", test_gives_up_by_age);
  g_test_add_func ("/proto/nack/the-list-is-bounded-and-keeps-the-newest", test_cap);
  g_test_add_func ("/proto/nack/a-small-list-is-filled-in-turns", test_small_list);
  g_test_add_func ("/proto/nack/a-key-frame-ends-the-wait-for-what-is-older", test_key_frame);
  g_test_add_func ("/proto/nack/what-is-too-far-back-is-told", test_too_old);
  g_test_add_func ("/proto/nack/ten-percent-loss-is-mended-within-its-tries", test_model);
  g_test_add_func ("/proto/nack/where-much-is-lost-a-request-has-an-echo", test_echo);
  g_test_add_func ("/proto/nack/the-round-trip-is-learnt-from-repeats", test_rtt_of_repeats);
  g_test_add_func ("/proto/nack/a-packet-is-repeated-once-per-rtt-and-ten-times-at-most",
                   test_answer_once_per_rtt);
  g_test_add_func ("/proto/nack/a-request-a-little-early-is-heard", test_answer_a_little_early);
  g_test_add_func ("/proto/nack/a-part-of-the-repeats-is-kept-for-what-pictures-need", test_kept);
  g_test_add_func ("/proto/nack/repeats-keep-to-their-share-of-the-rate", test_budget);
  return g_test_run ();
}
