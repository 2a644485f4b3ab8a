/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/trend.h"
#include "base/rng.h"

/* n groups 10 ms apart, each `grow_us` later than the one before; the last answer. */
static ParlorBweUsage
feed (ParlorBweTrend *trend, gint64 *at_us, guint n, gint64 grow_us)
{
  for (guint i = 0; i < n; i++)
    {
      *at_us += 10000 + grow_us;
      parlor_bwe_trend_push (trend, 10000, 10000 + grow_us, *at_us);
    }
  return trend->usage;
}

static void
test_queue (void)
{
  ParlorBweTrend trend;
  gint64 at_us = 0;

  parlor_bwe_trend_init (&trend);
  g_assert_cmpint (feed (&trend, &at_us, 100, 0), ==, PARLOR_BWE_USAGE_NORMAL);
  g_assert_cmpint (feed (&trend, &at_us, 12, 3000), ==, PARLOR_BWE_USAGE_OVER);
  g_assert_cmpint (feed (&trend, &at_us, 60, -600), ==, PARLOR_BWE_USAGE_UNDER);
  g_assert_cmpint (feed (&trend, &at_us, 200, 0), ==, PARLOR_BWE_USAGE_NORMAL);
}

static void
test_jitter (void)
{
  ParlorBweTrend trend;
  ParlorRng rng;
  gint64 at_us = 0, before_us = 0;
  guint n_over = 0;

  parlor_rng_init_seeded (&rng, 1);
  parlor_bwe_trend_init (&trend);
  for (guint i = 1; i < 3000; i++)
    {
      at_us = i * 10000 + parlor_rng_below (&rng, 9000);
      parlor_bwe_trend_push (&trend, 10000, at_us - before_us, at_us);
      n_over += i > 500 && trend.usage == PARLOR_BWE_USAGE_OVER;
      before_us = at_us;
    }
  g_assert_cmpuint (n_over, <, 25);
  g_assert_cmpfloat (trend.threshold_ms, >=, 6);
  g_assert_cmpfloat (trend.jitter_ms, >, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/trend/a-growing-queue-is-overuse", test_queue);
  g_test_add_func ("/proto/bwe/trend/jitter-is-not", test_jitter);
  return g_test_run ();
}
