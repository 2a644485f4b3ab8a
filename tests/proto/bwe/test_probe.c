/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/probe.h"
#include "base/time.h"

/* Sends the cluster as asked through a path of this capacity, and the answer. */
static double
answer (ParlorBweProber *prober, ParlorBweCluster *cluster, double capacity_bps, gint64 *now_us,
        gboolean *full)
{
  double arrival_us = (double)*now_us + 30000, sent_us = (double)*now_us, asked_bps = cluster->bps;
  guint8 id = cluster->id;
  guint bytes = 0;

  for (guint n = 0; n < cluster->want_packets || bytes < cluster->want_bytes; n++)
    {
      arrival_us = MAX (arrival_us, sent_us + 30000) + 1200 * 8e6 / capacity_bps;
      parlor_bwe_prober_on_sent (prober, id, 1200);
      parlor_bwe_prober_on_received (prober, id, 1200, (gint64)sent_us, (gint64)arrival_us);
      sent_us += 1200 * 8e6 / asked_bps;
      bytes += 1200;
    }
  *now_us = (gint64)arrival_us + 30000;
  return parlor_bwe_prober_result (prober, 0, full, *now_us);
}

static void
test_climbs (void)
{
  ParlorBweProber prober;
  ParlorBweCluster *cluster;
  gboolean full = FALSE;
  gint64 now_us = 1000;
  double bps = 0;
  guint n = 0;

  parlor_bwe_prober_init (&prober, 20e6, now_us);
  parlor_bwe_prober_set_wanted (&prober, 5e6, 300e3, now_us);
  parlor_bwe_prober_poll (&prober, 300e3, TRUE, 0, now_us);
  while ((cluster = parlor_bwe_prober_take (&prober, now_us)) != NULL && n++ < 10)
    {
      g_assert_cmpfloat (cluster->bps, <=, 1.25 * 5e6);
      g_assert_cmpuint (cluster->want_packets, >=, 5);
      bps = MAX (bps, answer (&prober, cluster, 3e6, &now_us, &full));
    }
  g_assert_cmpfloat_with_epsilon (bps, 0.95 * 3e6, 0.15e6);
  g_assert_true (full);
  g_assert_cmpuint (n, <, 6);
  g_assert_false (parlor_bwe_prober_is_busy (&prober));
}

static void
test_only_when_wanted (void)
{
  ParlorBweProber prober;
  gint64 now_us = 1000;

  parlor_bwe_prober_init (&prober, 20e6, now_us);
  parlor_bwe_prober_set_wanted (&prober, 200e3, 300e3, now_us);
  g_assert_cmpint (parlor_bwe_prober_next_us (&prober, 300e3), ==, G_MAXINT64);
  parlor_bwe_prober_poll (&prober, 300e3, TRUE, 0, now_us += PARLOR_US_PER_SEC);
  g_assert_false (parlor_bwe_prober_is_busy (&prober));
  parlor_bwe_prober_set_wanted (&prober, 1e6, 300e3, now_us);
  g_assert_cmpint (parlor_bwe_prober_next_us (&prober, 300e3), <=, now_us + 50000);
  parlor_bwe_prober_poll (&prober, 300e3, FALSE, 0, now_us += 50000);
  g_assert_false (parlor_bwe_prober_is_busy (&prober));
  parlor_bwe_prober_poll (&prober, 300e3, TRUE, 0, now_us += 5 * PARLOR_US_PER_SEC);
  g_assert_true (parlor_bwe_prober_is_busy (&prober));
}

static void
test_lapses (void)
{
  ParlorBweProber prober;
  gint64 now_us = 1000;

  parlor_bwe_prober_init (&prober, 20e6, now_us);
  parlor_bwe_prober_poll (&prober, 300e3, TRUE, 0, now_us);
  while (parlor_bwe_prober_take (&prober, now_us) != NULL)
    ;
  g_assert_cmpint (prober.sent, ==, 2);
  now_us = parlor_bwe_prober_next_us (&prober, 300e3);
  g_assert_cmpint (now_us, <, 3 * PARLOR_US_PER_SEC);
  parlor_bwe_prober_poll (&prober, 300e3, FALSE, 0, now_us);
  g_assert_cmpint (prober.failed, ==, 2);
  g_assert_false (parlor_bwe_prober_is_busy (&prober));
}

/* A receiver that claims that all came at once, or before it left, gains nothing. */
static void
test_impossible_times (void)
{
  ParlorBweProber prober;
  ParlorBweCluster *cluster;
  gboolean full;
  gint64 now_us = 1000;

  for (gint64 spread_us = -1000; spread_us <= 10; spread_us += 5)
    {
      parlor_bwe_prober_init (&prober, 20e6, now_us);
      parlor_bwe_prober_poll (&prober, 300e3, TRUE, 0, now_us);
      cluster = parlor_bwe_prober_take (&prober, now_us);
      for (guint i = 0; i < 8; i++)
        {
          parlor_bwe_prober_on_sent (&prober, cluster->id, 1200);
          parlor_bwe_prober_on_received (&prober, cluster->id, 1200, now_us + i * 10000,
                                         now_us + i * spread_us);
        }
      g_assert_cmpfloat (parlor_bwe_prober_result (&prober, 0, &full, now_us + 200000), <=, 1e6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/probe/climbs-to-the-capacity", test_climbs);
  g_test_add_func ("/proto/bwe/probe/only-when-more-is-wanted-and-allowed", test_only_when_wanted);
  g_test_add_func ("/proto/bwe/probe/one-never-sent-lapses", test_lapses);
  g_test_add_func ("/proto/bwe/probe/impossible-times-show-no-more-than-was-sent",
                   test_impossible_times);
  return g_test_run ();
}
