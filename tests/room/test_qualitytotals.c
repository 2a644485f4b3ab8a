/* SPDX-License-Identifier: Apache-2.0 */
#include "room/qualitytotals.h"

static guint64
sum (const ParlorSpread *spread)
{
  guint64 n = 0;
  for (guint i = 0; i <= PARLOR_SPREAD_BUCKETS; i++)
    n += spread->counts[i];
  return n;
}

static void
test_buckets (void)
{
  ParlorQualityTotals totals = {0};
  ParlorMediaQuality media = {.loss_up = 0.02,
                              .rtt_ms = 60000,
                              .jitter_up_ms = 5,
                              .jitter_down_ms = -1,
                              .estimate_down_bps = -1};
  parlor_quality_totals_add (&totals, &media, PARLOR_WHY_OK);
  media.rtt_ms = -1;
  media.estimate_down_bps = 300000;
  parlor_quality_totals_add (&totals, &media, PARLOR_WHY_UPLINK);
  g_assert_cmpuint (totals.spreads[PARLOR_SPREAD_LOSS_UP].counts[3], ==, 2); /* up to 0.02 */
  g_assert_cmpuint (totals.spreads[PARLOR_SPREAD_LOSS_DOWN].counts[0], ==, 2);
  g_assert_cmpuint (totals.spreads[PARLOR_SPREAD_RTT].counts[PARLOR_SPREAD_BUCKETS], ==, 1);
  g_assert_cmpuint (sum (&totals.spreads[PARLOR_SPREAD_RTT]), ==, 1);
  g_assert_cmpfloat (totals.spreads[PARLOR_SPREAD_RTT].sum, ==, 60);
  g_assert_cmpuint (sum (&totals.spreads[PARLOR_SPREAD_JITTER_DOWN]), ==, 0);
  g_assert_cmpuint (totals.spreads[PARLOR_SPREAD_ESTIMATE].counts[2], ==, 1);
  g_assert_cmpuint (totals.whys[PARLOR_WHY_UPLINK], ==, 1);
}

static void
test_bounds_rise (void)
{
  for (guint i = 0; i < PARLOR_N_SPREADS; i++)
    for (guint j = 1; j < PARLOR_SPREAD_BUCKETS; j++)
      g_assert_cmpfloat (parlor_spread_bounds (i)[j], >, parlor_spread_bounds (i)[j - 1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/qualitytotals/each-report-falls-into-one-bucket", test_buckets);
  g_test_add_func ("/room/qualitytotals/bounds-rise", test_bounds_rise);
  return g_test_run ();
}
