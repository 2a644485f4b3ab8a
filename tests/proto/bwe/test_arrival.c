/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/arrival.h"
#include "base/rng.h"
#include "base/time.h"

#define N 4096

static void
test_sorted (void)
{
  static ParlorTwccStatus statuses[N];
  ParlorRng rng;

  parlor_rng_init_seeded (&rng, 9);
  for (guint i = 0; i < N; i++)
    statuses[i] = (ParlorTwccStatus){(guint16)(65000 + i), parlor_rng_below (&rng, 4) != 0,
                                     parlor_rng_below (&rng, 500)};
  parlor_bwe_sort_by_arrival (statuses, N);
  for (guint i = 1; i < N; i++)
    {
      const ParlorTwccStatus *a = &statuses[i - 1], *b = &statuses[i];

      g_assert_true (a->received || !b->received);
      if (a->received && b->received)
        g_assert_cmpint (a->arrival_us, <=, b->arrival_us);
      if (a->received == b->received && (!a->received || a->arrival_us == b->arrival_us))
        g_assert_cmpint ((gint16)(guint16)(b->seq - a->seq), >, 0);
    }
}

static void
test_clock (void)
{
  ParlorBweClock clock = {0};
  gint64 period_us = PARLOR_TWCC_REFERENCE_PERIOD_US, offset_us, first_us;
  gint64 reference_us = period_us - 64000;

  g_assert_true (parlor_bwe_clock_unwrap (&clock, reference_us, 0, &offset_us));
  first_us = reference_us + offset_us;
  g_assert_true (parlor_bwe_clock_unwrap (&clock, 64000, 128000, &offset_us));
  g_assert_cmpint (64000 + offset_us, ==, first_us + 128000);
  /* One from before the wrap that came late. */
  g_assert_true (parlor_bwe_clock_unwrap (&clock, reference_us, 130000, &offset_us));
  g_assert_cmpint (reference_us + offset_us, ==, first_us);
  /* A leap of a day goes on from where the clock would have been. */
  reference_us = 86400 * PARLOR_US_PER_SEC;
  g_assert_false (parlor_bwe_clock_unwrap (&clock, reference_us, 256000, &offset_us));
  g_assert_cmpint (reference_us + offset_us, ==, first_us + 256000);
  g_assert_true (parlor_bwe_clock_unwrap (&clock, reference_us + 64000, 320000, &offset_us));
  g_assert_cmpint (reference_us + 64000 + offset_us, ==, first_us + 320000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/arrival/sorted-with-the-lost-ones-last", test_sorted);
  g_test_add_func ("/proto/bwe/arrival/the-clock-wraps-and-leaps", test_clock);
  return g_test_run ();
}
