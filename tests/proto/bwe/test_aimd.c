/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/aimd.h"
#include "base/time.h"

#define RTT (50 * PARLOR_US_PER_MS)

static void
run (ParlorBweAimd *aimd, gint64 *now_us, guint seconds, double acked_bps)
{
  for (guint i = 0; i < seconds * 20; i++)
    parlor_bwe_aimd_update (aimd, PARLOR_BWE_USAGE_NORMAL, acked_bps, 0, RTT,
                            *now_us += 50 * PARLOR_US_PER_MS);
}

static void
test_up_and_down (void)
{
  ParlorBweAimd aimd;
  gint64 now_us = 0;

  parlor_bwe_aimd_init (&aimd, 1e6, 30e3, 5e6);
  run (&aimd, &now_us, 5, 1.2e6);
  g_assert_cmpfloat_with_epsilon (aimd.bps, 1.47e6, 0.03e6); /* 1.08^5 */
  g_assert_true (
      parlor_bwe_aimd_update (&aimd, PARLOR_BWE_USAGE_OVER, 1.4e6, 0, RTT, now_us += RTT));
  g_assert_cmpfloat_with_epsilon (aimd.bps, 0.85 * 1.4e6, 1);
  g_assert_false (parlor_bwe_aimd_update (&aimd, PARLOR_BWE_USAGE_OVER, 1.3e6, 0, RTT, now_us + 1));
  /* Near a known capacity by packets, not by percent. */
  run (&aimd, &now_us, 5, 1.2e6);
  g_assert_cmpfloat (aimd.bps, >, 1.25e6);
  g_assert_cmpfloat (aimd.bps, <, 1.4e6);
}

static void
test_not_beyond_what_was_tried (void)
{
  ParlorBweAimd aimd;
  gint64 now_us = 0;

  parlor_bwe_aimd_init (&aimd, 1e6, 30e3, 5e6);
  run (&aimd, &now_us, 60, 0.8e6);
  g_assert_cmpfloat_with_epsilon (aimd.bps, 1.21e6, 0.01e6);
  run (&aimd, &now_us, 60, 0.1e6);
  g_assert_cmpfloat_with_epsilon (aimd.bps, 1.21e6, 0.01e6); /* and it does not fall */
  parlor_bwe_aimd_set (&aimd, 9e9, now_us);
  g_assert_cmpfloat (aimd.bps, ==, 5e6);
  for (guint i = 0; i < 100; i++)
    parlor_bwe_aimd_update (&aimd, PARLOR_BWE_USAGE_OVER, 1, 0, RTT, now_us += PARLOR_US_PER_SEC);
  g_assert_cmpfloat (aimd.bps, ==, 30e3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/aimd/up-by-8-percent-down-to-85", test_up_and_down);
  g_test_add_func ("/proto/bwe/aimd/not-beyond-what-was-tried", test_not_beyond_what_was_tried);
  return g_test_run ();
}
