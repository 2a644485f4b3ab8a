/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/acked.h"
#include "base/time.h"

/* 1,250 bytes each 10 ms are 1 Mbit/s. */
static gint64
feed (ParlorBweAcked *acked, gint64 from_us, guint n, gint64 step_us)
{
  for (guint i = 0; i < n; i++)
    parlor_bwe_acked_push (acked, from_us += step_us, 1250, FALSE);
  return from_us;
}

static void
test_follows (void)
{
  ParlorBweAcked acked;
  gint64 now_us;

  parlor_bwe_acked_init (&acked);
  now_us = feed (&acked, 0, 40, 10000);
  g_assert_cmpfloat (acked.bps, ==, 0);
  now_us = feed (&acked, now_us, 60, 10000);
  g_assert_cmpfloat_with_epsilon (acked.bps, 1e6, 3e4);
  g_assert_cmpfloat_with_epsilon (parlor_bwe_acked_recent_bps (&acked, PARLOR_BWE_ACKED_RECENT_US),
                                  1e6, 1e4);
  now_us = feed (&acked, now_us, 4, 40000);
  g_assert_cmpfloat_with_epsilon (parlor_bwe_acked_recent_bps (&acked, PARLOR_BWE_ACKED_RECENT_US),
                                  0.4e6, 0.05e6);
  now_us = feed (&acked, now_us, 4, 40000);
  g_assert_cmpfloat_with_epsilon (parlor_bwe_acked_recent_bps (&acked, PARLOR_BWE_ACKED_RECENT_US),
                                  0.25e6, 1e4);
  g_assert_cmpfloat (acked.bps, >, 0.4e6);
  feed (&acked, now_us, 80, 40000);
  g_assert_cmpfloat_with_epsilon (acked.bps, 0.25e6, 5e4);
}

/* After a fall the shorter window is right when the longer one still is between. */
static void
test_early (void)
{
  ParlorBweAcked acked;
  gint64 now_us;

  parlor_bwe_acked_init (&acked);
  now_us = feed (&acked, 0, 100, 5000);
  feed (&acked, now_us, 5, 20000);
  g_assert_cmpfloat_with_epsilon (parlor_bwe_acked_recent_bps (&acked, PARLOR_BWE_ACKED_EARLY_US),
                                  0.5e6, 1e4);
  g_assert_cmpfloat (parlor_bwe_acked_recent_bps (&acked, PARLOR_BWE_ACKED_RECENT_US), >, 1e6);
}

static void
test_pause (void)
{
  ParlorBweAcked acked;
  gint64 now_us;

  parlor_bwe_acked_init (&acked);
  now_us = feed (&acked, 0, 200, 10000);
  now_us = feed (&acked, now_us + 30 * PARLOR_US_PER_SEC, 200, 10000);
  g_assert_cmpfloat_with_epsilon (acked.bps, 1e6, 3e4);
  parlor_bwe_acked_gap (&acked);
  g_assert_cmpfloat (parlor_bwe_acked_recent_bps (&acked, PARLOR_BWE_ACKED_RECENT_US), ==, 0);
  feed (&acked, now_us + 300000, 50, 10000);
  g_assert_cmpfloat_with_epsilon (acked.bps, 1e6, 3e4);
}

/* A leap is followed at once when it was announced, and slowly when not. */
static void
test_expected_change (void)
{
  ParlorBweAcked told, untold;
  gint64 now_us;

  parlor_bwe_acked_init (&told);
  now_us = feed (&told, 0, 200, 10000);
  untold = told;
  parlor_bwe_acked_expect_change (&told);
  feed (&told, now_us, 110, 2000);
  feed (&untold, now_us, 110, 2000);
  g_assert_cmpfloat (told.bps, >, 1.1 * untold.bps);
  g_assert_cmpfloat (told.bps, <, 5.1e6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/acked/follows-the-rate", test_follows);
  g_test_add_func ("/proto/bwe/acked/the-short-window-sees-a-fall-first", test_early);
  g_test_add_func ("/proto/bwe/acked/a-pause-or-a-gap-is-no-low-rate", test_pause);
  g_test_add_func ("/proto/bwe/acked/an-expected-change-counts-more", test_expected_change);
  return g_test_run ();
}
