/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "link.h"

#define MS G_GINT64_CONSTANT (1000)
#define SECOND G_GINT64_CONSTANT (1000000)
#define PACKETS 20000

/* What came out, by number of packet. */
typedef struct
{
  guint n, n_overtaken, longest_gap, gaps;
  gint64 least_us, most_us, sum_us, last_us;
  guint64 fate; /* a hash of numbers and times */
} Seen;

static void
take (RelayLink *link, gint64 now_us, gint64 every_us, Seen *seen, guint32 *highest)
{
  guint32 number;
  guint8 out[2000];
  while (relay_link_pop (link, now_us, out, sizeof out) > 0)
    {
      memcpy (&number, out, sizeof number);
      gint64 late_us = now_us - number * every_us;
      guint gap = seen->n > 0 && number > *highest ? number - *highest - 1 : 0;
      seen->n_overtaken += number < *highest;
      *highest = MAX (number, *highest);
      seen->longest_gap = MAX (seen->longest_gap, gap);
      seen->gaps += gap > 0;
      seen->least_us = seen->n == 0 ? late_us : MIN (seen->least_us, late_us);
      seen->most_us = MAX (seen->most_us, late_us);
      seen->sum_us += late_us;
      seen->last_us = now_us;
      seen->fate = seen->fate * 31 + number * 7 + (guint64)late_us;
      seen->n++;
    }
}

/* n packets of that size, one each every_us, then silence until all is out. */
static Seen
run (RelayLink *link, guint n, gsize size, gint64 every_us)
{
  Seen seen = {0};
  guint32 highest = 0;
  guint8 bytes[1500] = {0};
  for (guint32 i = 0; i < n; i++)
    {
      for (gint64 next_us; (next_us = relay_link_next_us (link)) <= i * every_us;)
        take (link, next_us, every_us, &seen, &highest);
      memcpy (bytes, &i, sizeof i);
      relay_link_push (link, i * every_us, bytes, size);
      take (link, i * every_us, every_us, &seen, &highest);
    }
  for (gint64 next_us; (next_us = relay_link_next_us (link)) != G_MAXINT64;)
    take (link, next_us, every_us, &seen, &highest);
  return seen;
}

static Seen
run_with (RelayConditions conditions, guint64 seed)
{
  g_autoptr (RelayLink) link = relay_link_new (seed);
  relay_link_set (link, &conditions);
  return run (link, PACKETS, 1000, 2 * MS);
}

static void
test_a_perfect_line_does_nothing (void)
{
  Seen seen = run_with ((RelayConditions){0}, 1);
  g_assert_cmpuint (seen.n, ==, PACKETS);
  g_assert_cmpint (seen.most_us, ==, 0);
  g_assert_cmpuint (seen.n_overtaken, ==, 0);
}

static void
test_delay_and_jitter_keep_the_order (void)
{
  Seen seen = run_with ((RelayConditions){.delay_us = 25 * MS, .jitter_us = 10 * MS}, 1);
  g_assert_cmpuint (seen.n, ==, PACKETS);
  g_assert_cmpuint (seen.n_overtaken, ==, 0);
  g_assert_cmpint (seen.least_us, >=, 25 * MS);
  g_assert_cmpint (seen.least_us, <, 27 * MS);
  g_assert_cmpint (seen.most_us, >, 45 * MS);
  g_assert_cmpint (seen.sum_us / seen.n, >, 33 * MS);
}

static void
test_random_loss_has_its_share_and_short_gaps (void)
{
  Seen seen = run_with ((RelayConditions){.loss = 0.1}, 1);
  g_assert_cmpuint (seen.n, >, PACKETS * 0.89);
  g_assert_cmpuint (seen.n, <, PACKETS * 0.91);
  g_assert_cmpuint (seen.longest_gap, <, 10);
}

static void
test_bursts_have_their_share_and_length (void)
{
  Seen seen = run_with ((RelayConditions){.burst_loss = 0.05, .burst_pkts = 8}, 1);
  double lost = PACKETS - seen.n;
  g_assert_cmpfloat (lost / PACKETS, >, 0.035);
  g_assert_cmpfloat (lost / PACKETS, <, 0.065);
  g_assert_cmpfloat (lost / seen.gaps, >, 6);
  g_assert_cmpfloat (lost / seen.gaps, <, 10);
}

static void
test_what_is_held_back_is_overtaken (void)
{
  Seen seen = run_with (
      (RelayConditions){.delay_us = 5 * MS, .reorder = 0.05, .reorder_us = 9 * MS}, 1);
  g_assert_cmpuint (seen.n, ==, PACKETS);
  g_assert_cmpuint (seen.n_overtaken, >, PACKETS * 0.04);
  g_assert_cmpuint (seen.n_overtaken, <, PACKETS * 0.06);
  g_assert_cmpint (seen.most_us, ==, 14 * MS);
}

static void
test_a_bottleneck_gives_its_rate_and_its_queue (void)
{
  g_autoptr (RelayLink) link = relay_link_new (1);
  relay_link_set (link, &(RelayConditions){.rate_kbps = 1000, .queue_ms = 150});
  /* 4 Mbit/s into 1 Mbit/s, for 10 s. */
  Seen seen = run (link, 5000, 1000, 2 * MS);
  double seconds = seen.last_us / 1e6;
  g_assert_cmpfloat (seen.n * 8000 / seconds, >, 0.99e6);
  g_assert_cmpfloat (seen.n * 8000 / seconds, <, 1.01e6);
  g_assert_cmpint (seen.most_us, <=, 158 * MS);
  g_assert_cmpint (seen.most_us, >, 130 * MS);
  g_assert_cmpuint (relay_link_counts (link)->dropped + seen.n, ==, 5000);
}

static void
test_a_rate_below_the_cap_is_not_touched (void)
{
  Seen seen = run_with ((RelayConditions){.rate_kbps = 8000, .queue_ms = 100}, 1);
  g_assert_cmpuint (seen.n, ==, PACKETS);
  g_assert_cmpint (seen.most_us, ==, 1 * MS);
}

static void
test_the_queue_is_told_and_runs_dry_at_a_new_rate (void)
{
  g_autoptr (RelayLink) link = relay_link_new (1);
  guint8 bytes[1000] = {0}, out[1000];
  relay_link_set (link, &(RelayConditions){.rate_kbps = 1000, .queue_ms = 1000});
  for (guint i = 0; i < 100; i++)
    relay_link_push (link, 0, bytes, sizeof bytes);
  g_assert_cmpint (relay_link_queue_us (link, 0), ==, 800 * MS);
  relay_link_set (link, &(RelayConditions){.rate_kbps = 8000, .queue_ms = 1000});
  g_assert_cmpint (relay_link_queue_us (link, 0), ==, 107 * MS);
  for (gint64 next_us; (next_us = relay_link_next_us (link)) <= 107 * MS;)
    while (relay_link_pop (link, next_us, out, sizeof out) > 0)
      continue;
  g_assert_cmpuint (relay_link_counts (link)->popped, ==, 100);
  g_assert_cmpint (relay_link_queue_us (link, SECOND), ==, 0);
}

static void
test_a_blackhole_swallows_until_it_ends (void)
{
  g_autoptr (RelayLink) link = relay_link_new (1);
  relay_link_set (link, &(RelayConditions){.blackhole = TRUE});
  Seen seen = run (link, 100, 100, MS);
  g_assert_cmpuint (seen.n, ==, 0);
  g_assert_cmpuint (relay_link_counts (link)->lost, ==, 100);
  relay_link_set (link, &(RelayConditions){0});
  seen = run (link, 100, 100, MS);
  g_assert_cmpuint (seen.n, ==, 100);
}

static void
test_a_late_caller_is_told (void)
{
  g_autoptr (RelayLink) link = relay_link_new (1);
  guint8 byte = 0;
  relay_link_set (link, &(RelayConditions){.delay_us = 25 * MS});
  relay_link_push (link, 0, &byte, 1);
  g_assert_cmpuint (relay_link_pop (link, 28 * MS, &byte, 1), ==, 1);
  g_assert_cmpint (relay_link_take_late_us (link), ==, 3 * MS);
  g_assert_cmpint (relay_link_take_late_us (link), ==, 0);
}

static void
test_one_seed_is_one_fate (void)
{
  const RelayConditions bad = {.delay_us = 25 * MS,
                               .jitter_us = 5 * MS,
                               .loss = 0.05,
                               .reorder = 0.01,
                               .reorder_us = 20 * MS};
  Seen one = run_with (bad, 7), again = run_with (bad, 7), other = run_with (bad, 8);
  g_assert_cmpuint (one.fate, ==, again.fate);
  g_assert_cmpuint (one.fate, !=, other.fate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/link/a-perfect-line-does-nothing", test_a_perfect_line_does_nothing);
  g_test_add_func ("/net/link/delay-and-jitter-keep-the-order",
                   test_delay_and_jitter_keep_the_order);
  g_test_add_func ("/net/link/random-loss-has-its-share-and-short-gaps",
                   test_random_loss_has_its_share_and_short_gaps);
  g_test_add_func ("/net/link/bursts-have-their-share-and-length",
                   test_bursts_have_their_share_and_length);
  g_test_add_func ("/net/link/what-is-held-back-is-overtaken", test_what_is_held_back_is_overtaken);
  g_test_add_func ("/net/link/a-bottleneck-gives-its-rate-and-its-queue",
                   test_a_bottleneck_gives_its_rate_and_its_queue);
  g_test_add_func ("/net/link/a-rate-below-the-cap-is-not-touched",
                   test_a_rate_below_the_cap_is_not_touched);
  g_test_add_func ("/net/link/the-queue-is-told-and-runs-dry-at-a-new-rate",
                   test_the_queue_is_told_and_runs_dry_at_a_new_rate);
  g_test_add_func ("/net/link/a-blackhole-swallows-until-it-ends",
                   test_a_blackhole_swallows_until_it_ends);
  g_test_add_func ("/net/link/a-late-caller-is-told", test_a_late_caller_is_told);
  g_test_add_func ("/net/link/one-seed-is-one-fate", test_one_seed_is_one_fate);
  return g_test_run ();
}
