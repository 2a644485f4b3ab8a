/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/stats.h"

static ParlorRtpStatsResult
push (ParlorRtpStats *stats, guint16 seq)
{
  return parlor_rtp_stats_push (stats, seq, (guint32)seq * 3000, 100, FALSE, (gint64)seq * 33333);
}

static void
test_nothing (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  g_assert_false (parlor_rtp_stats_report (&stats, &report));
}

static void
test_loss (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  g_assert_cmpint (push (&stats, 65530), ==, PARLOR_RTP_STATS_FIRST);
  for (guint i = 1; i < 16; i++)
    if (i % 4 != 0)
      g_assert_cmpint (push (&stats, (guint16)(65530 + i)), ==, PARLOR_RTP_STATS_NEWER);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.highest_seq, ==, 65530 + 15);
  g_assert_cmpint (report.cumulative_lost, ==, 3);
  g_assert_cmpuint (report.fraction_lost, ==, 3 * 256 / 16);
  /* The late ones come: nothing is lost any more, and the fraction cannot be negative. */
  g_assert_cmpint (push (&stats, (guint16)(65530 + 4)), ==, PARLOR_RTP_STATS_LATE);
  g_assert_cmpint (push (&stats, (guint16)(65530 + 8)), ==, PARLOR_RTP_STATS_LATE);
  g_assert_cmpint (push (&stats, (guint16)(65530 + 12)), ==, PARLOR_RTP_STATS_LATE);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpint (report.cumulative_lost, ==, 0);
  g_assert_cmpuint (report.fraction_lost, ==, 0);
  g_assert_cmpint (push (&stats, (guint16)(65530 + 12)), ==, PARLOR_RTP_STATS_LATE);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpint (report.cumulative_lost, ==, -1);
}

static void
test_all_lost_but_one (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  push (&stats, 0);
  parlor_rtp_stats_report (&stats, &report);
  push (&stats, 3000);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.fraction_lost, ==, 255);
  g_assert_cmpint (report.cumulative_lost, ==, 2999);
}

static void
test_cycles (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  for (guint i = 0; i < 200000; i++)
    push (&stats, (guint16)i);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.highest_seq, ==, 199999);
  g_assert_cmpint (report.cumulative_lost, ==, 0);
}

/* More came than was expected in an interval: the fraction is zero, not 255 (RFC 3550 A.3). */
static void
test_gain (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  push (&stats, 10);
  push (&stats, 14);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.fraction_lost, ==, 3 * 256 / 5);
  push (&stats, 15);
  push (&stats, 11);
  push (&stats, 12);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.fraction_lost, ==, 0);
}

/* RFC 3550 A.1: a jump is believed only when the next number follows it. */
static void
test_restart (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  push (&stats, 100);
  g_assert_cmpint (push (&stats, 20000), ==, PARLOR_RTP_STATS_JUMP);
  g_assert_cmpint (push (&stats, 101), ==, PARLOR_RTP_STATS_NEWER);
  g_assert_cmpint (push (&stats, 20001), ==, PARLOR_RTP_STATS_JUMP);
  g_assert_cmpint (push (&stats, 20002), ==, PARLOR_RTP_STATS_RESTARTED);
  g_assert_cmpint (push (&stats, 20003), ==, PARLOR_RTP_STATS_NEWER);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.highest_seq, ==, 20003);
  g_assert_cmpint (report.cumulative_lost, ==, 0);
}

static void
test_repaired (void)
{
  ParlorRtpStats stats;
  parlor_rtp_stats_init (&stats, 90000);
  push (&stats, 10000);
  g_assert_cmpint (parlor_rtp_stats_push (&stats, 5000, 1, 1, TRUE, 900000000), ==,
                   PARLOR_RTP_STATS_LATE);
  g_assert_cmpint (push (&stats, 5000), ==, PARLOR_RTP_STATS_JUMP);
}

/* One packet in two comes 10 ms late: the transit changes by 10 ms each time, and the estimate goes
 * there. */
static void
test_jitter (void)
{
  ParlorRtpStats stats;
  ParlorRtpReport report;
  parlor_rtp_stats_init (&stats, 90000);
  for (guint i = 0; i < 2000; i++)
    for (guint packet = 0; packet < 3; packet++)
      parlor_rtp_stats_push (&stats, (guint16)(i * 3 + packet), i * 3000, 1, FALSE,
                             i * 33333 + (i & 1) * 10000 + packet * 2000);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.jitter, >=, 890);
  g_assert_cmpuint (report.jitter, <=, 910);
  /* Somebody's clock steps by an hour: no jitter. */
  for (guint i = 2000; i < 2100; i++)
    parlor_rtp_stats_push (&stats, (guint16)(i * 3), i * 3000, 1, FALSE,
                           G_GINT64_CONSTANT (3600000000) + i * 33333 + (i & 1) * 10000);
  g_assert_true (parlor_rtp_stats_report (&stats, &report));
  g_assert_cmpuint (report.jitter, <=, 910);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/stats/nothing-received-is-no-report", test_nothing);
  g_test_add_func ("/proto/rtp/stats/lost-and-late-packets-over-the-wrap", test_loss);
  g_test_add_func ("/proto/rtp/stats/the-fraction-stays-a-byte", test_all_lost_but_one);
  g_test_add_func ("/proto/rtp/stats/late-ones-make-no-negative-fraction", test_gain);
  g_test_add_func ("/proto/rtp/stats/cycles-are-counted", test_cycles);
  g_test_add_func ("/proto/rtp/stats/a-jump-is-believed-at-the-second-packet", test_restart);
  g_test_add_func ("/proto/rtp/stats/repairs-come-however-late", test_repaired);
  g_test_add_func ("/proto/rtp/stats/jitter-is-of-frames-and-survives-a-clock-step", test_jitter);
  return g_test_run ();
}
