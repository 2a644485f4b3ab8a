/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/rival.h"
#include "base/time.h"

#define MS PARLOR_US_PER_MS

/* Twice: a cut at 100 ms of queue, then a second at `after_us`. */
static void
two_cuts (ParlorBweRival *rival, gint64 after_us, gint64 *now_us)
{
  for (guint i = 0; i < 2; i++)
    {
      parlor_bwe_rival_update (rival, 100 * MS, MS, 50 * MS, TRUE, *now_us);
      for (guint k = 0; k < 30; k++)
        parlor_bwe_rival_update (rival, after_us, MS, 50 * MS, FALSE, *now_us += 50 * MS);
    }
}

static void
test_refilled (void)
{
  ParlorBweRival rival;
  gint64 now_us = 0;

  parlor_bwe_rival_init (&rival);
  two_cuts (&rival, 60 * MS, &now_us);
  g_assert_false (parlor_bwe_rival_bears (&rival, 100 * MS));
  /* Flows like ours fill no queue until it loses. */
  two_cuts (&rival, 98 * MS, &now_us);
  g_assert_false (parlor_bwe_rival_bears (&rival, 100 * MS));
  g_assert_cmpfloat (parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us), ==, 1);
  two_cuts (&rival, 98 * MS, &now_us);
  g_assert_true (parlor_bwe_rival_bears (&rival, 100 * MS));
  g_assert_false (parlor_bwe_rival_bears (&rival, 500 * MS));
  g_assert_cmpfloat (parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us), <, 1);
  g_assert_cmpfloat (parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us + 1), ==, 1);
  g_assert_cmpfloat (parlor_bwe_rival_growth (100 * MS), >, parlor_bwe_rival_growth (200 * MS));
}

static void
test_ends (void)
{
  ParlorBweRival rival;
  gint64 now_us = 0;

  parlor_bwe_rival_init (&rival);
  parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us);
  two_cuts (&rival, 98 * MS, &now_us);
  g_assert_true (rival.active);
  for (guint i = 0; i < 22; i++)
    parlor_bwe_rival_update (&rival, 5 * MS, MS, 50 * MS, FALSE, now_us += 50 * MS);
  g_assert_false (rival.active);
  two_cuts (&rival, 98 * MS, &now_us);
  g_assert_true (rival.active);
  parlor_bwe_rival_update (&rival, 100 * MS, MS, 50 * MS, FALSE, now_us += 21 * PARLOR_US_PER_SEC);
  g_assert_false (rival.active);
}

/* Who gets little of what the path has shown bears more, and longer; not for good. */
static void
test_poor (void)
{
  ParlorBweRival rival;
  gint64 now_us = 0;

  parlor_bwe_rival_init (&rival);
  parlor_bwe_rival_note_rate (&rival, 1e6, 3e6, 50 * MS);
  g_assert_true (rival.poor);
  parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us);
  two_cuts (&rival, 98 * MS, &now_us);
  g_assert_true (parlor_bwe_rival_bears (&rival, 700 * MS));
  parlor_bwe_rival_update (&rival, 100 * MS, MS, 50 * MS, FALSE, now_us += 21 * PARLOR_US_PER_SEC);
  g_assert_true (rival.active);
  parlor_bwe_rival_update (&rival, 100 * MS, MS, 50 * MS, FALSE, now_us += PARLOR_US_PER_SEC * 100);
  g_assert_false (rival.active);
  g_assert_true (rival.poor);
  parlor_bwe_rival_note_rate (&rival, 2e6, 2e6, 50 * MS);
  g_assert_false (rival.poor);
  /* What was shown long ago counts no more. */
  parlor_bwe_rival_note_rate (&rival, 1e6, 1e6, 300 * PARLOR_US_PER_SEC);
  g_assert_false (rival.poor);
}

/* A drain that left the queue as it was, on a path that loses, needs no further question. */
static void
test_drain (void)
{
  ParlorBweRival rival;
  gint64 now_us = PARLOR_US_PER_SEC;

  parlor_bwe_rival_init (&rival);
  g_assert_false (parlor_bwe_rival_take_drain (&rival, now_us));
  g_assert_false (parlor_bwe_rival_was_there (&rival, now_us));
  parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us);
  g_assert_true (parlor_bwe_rival_take_drain (&rival, now_us));
  g_assert_true (parlor_bwe_rival_bears (&rival, 100 * MS));
  parlor_bwe_rival_end (&rival);
  g_assert_false (parlor_bwe_rival_bears (&rival, 100 * MS));
  g_assert_true (parlor_bwe_rival_was_there (&rival, now_us + 59 * PARLOR_US_PER_SEC));
  g_assert_false (parlor_bwe_rival_was_there (&rival, now_us + 61 * PARLOR_US_PER_SEC));
  /* That loss was long ago. */
  g_assert_false (parlor_bwe_rival_take_drain (&rival, now_us + 61 * PARLOR_US_PER_SEC));
}

/* An empty queue at `passed_bps` for a second, then one of `queue_us` at `got_bps`, and a cut. */
static void
fill_once (ParlorBweRival *rival, double passed_bps, double got_bps, gint64 queue_us,
           gint64 *now_us)
{
  for (guint k = 0; k < 40; k++)
    {
      gboolean full = k >= 20;

      *now_us += 50 * MS;
      parlor_bwe_rival_note_queue (rival, full ? queue_us : 2 * MS);
      parlor_bwe_rival_note_rate (rival, full ? got_bps : passed_bps, 3e6, 50 * MS);
      parlor_bwe_rival_update (rival, full ? queue_us : 2 * MS, MS, 50 * MS, k == 39, *now_us);
    }
}

static void
test_short (void)
{
  ParlorBweRival rival;
  gint64 now_us = PARLOR_US_PER_SEC;

  parlor_bwe_rival_init (&rival);
  fill_once (&rival, 6e5, 3e5, 50 * MS, &now_us);
  fill_once (&rival, 3e5, 1e5, 50 * MS, &now_us);
  g_assert_false (rival.active); /* nobody's queue has overflowed */
  parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us);
  fill_once (&rival, 3e5, 1e5, 50 * MS, &now_us);
  g_assert_true (parlor_bwe_rival_bears (&rival, 60 * MS));
  /* No more than is his: a deeper one would be ours. */
  g_assert_false (parlor_bwe_rival_bears (&rival, 120 * MS));
  /* Empty for a second is nothing new, for three it is. */
  for (guint i = 0; i < 40; i++)
    parlor_bwe_rival_update (&rival, 5 * MS, MS, 50 * MS, FALSE, now_us += 50 * MS);
  g_assert_true (rival.active);
  for (guint i = 0; i < 40; i++)
    parlor_bwe_rival_update (&rival, 5 * MS, MS, 50 * MS, FALSE, now_us += 50 * MS);
  g_assert_false (rival.active);
}

/* A path that takes less than it did has a queue where it always comes, or a deep one. */
static void
test_not_short (void)
{
  static const struct
  {
    double passed_bps, got_bps;
    gint64 queue_us;
  } ours[] = {{3e5, 2.8e5, 50 * MS}, {2.8e6, 2e6, 50 * MS}, {3e5, 1e5, 400 * MS}};

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      ParlorBweRival rival;
      gint64 now_us = PARLOR_US_PER_SEC;

      parlor_bwe_rival_init (&rival);
      parlor_bwe_rival_on_loss (&rival, 0.1, 50 * MS, now_us);
      for (guint k = 0; k < 5; k++)
        fill_once (&rival, ours[i].passed_bps, ours[i].got_bps, ours[i].queue_us, &now_us);
      g_assert_false (rival.active && rival.is_short);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/rival/a-queue-that-is-refilled-is-not-ours", test_refilled);
  g_test_add_func ("/proto/bwe/rival/a-drain-that-empties-nothing-tells-of-it", test_drain);
  g_test_add_func ("/proto/bwe/rival/who-has-little-bears-more", test_poor);
  g_test_add_func ("/proto/bwe/rival/it-ends-when-the-queue-does-or-by-time", test_ends);
  g_test_add_func ("/proto/bwe/rival/a-short-queue-where-more-had-passed-is-not-ours", test_short);
  g_test_add_func ("/proto/bwe/rival/a-deep-queue-or-where-it-always-was-is-no-short-one",
                   test_not_short);
  return g_test_run ();
}
