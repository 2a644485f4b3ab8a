/* SPDX-License-Identifier: Apache-2.0 */
#include "room/qualitylog.h"

#include <string.h>

#define S G_GINT64_CONSTANT (1000000)
#define UNKNOWN PARLOR_QUALITY_UNKNOWN

static ParlorMediaQuality
calm (void)
{
  return (ParlorMediaQuality){.rtt_ms = 40,
                              .jitter_up_ms = 3,
                              .jitter_down_ms = -1,
                              .up_bps = 1000000,
                              .down_bps = 2000000,
                              .estimate_down_bps = -1,
                              .height_up = 720};
}

static guint32
field (const ParlorQualityLog *log, guint i, ParlorQualityField which)
{
  guint n;
  const ParlorQualitySample *samples = parlor_quality_log_samples (log, &n);
  g_assert_cmpuint (i, <, n);
  return samples[i].v[which];
}

static guint
length (const ParlorQualityLog *log)
{
  guint n;
  parlor_quality_log_samples (log, &n);
  return n;
}

static void
test_gathers (void)
{
  g_autoptr (ParlorQualityLog) log = parlor_quality_log_new (5 * S);
  ParlorMediaQuality media = calm ();
  for (guint i = 0; i < 4; i++)
    parlor_quality_log_report (log, &media, 3, (5 + 2 * i) * S);
  media.loss_up = 0.05;
  media.rtt_ms = 400;
  media.height_up = 180;
  media.key_asked[PARLOR_KEY_LOSS] = 2;
  media.estimate_down_bps = 300000;
  media.shown[PARLOR_SHOWN_SMALL] = 9;
  media.shown[PARLOR_SHOWN_LARGE] = 1;
  parlor_quality_log_report (log, &media, 1, 14 * S);
  parlor_quality_log_report (log, &media, 1, 15 * S); /* the next ten seconds */
  g_assert_cmpuint (length (log), ==, 2);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_AT_S), ==, 0);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_REPORTS), ==, 5);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_LEVEL), ==, 1);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_LOSS_UP), ==, 100); /* a fifth of 5 % */
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_RTT_MS), ==, 400);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_UP_KBPS), ==, 1000);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_HEIGHT_UP), ==, 180);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_KEYS + PARLOR_KEY_LOSS), ==, 2);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_JITTER_DOWN_MS), ==, UNKNOWN);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_ESTIMATE_KBPS), ==, 300);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_SMALL), ==, 9);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_MIDDLE), ==, 0);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_SHOWN + PARLOR_SHOWN_LARGE), ==, 1);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_FREEZES), ==, UNKNOWN);
  g_assert_cmpuint (field (log, 1, PARLOR_QUALITY_AT_S), ==, 10);
}

/* Ten hours, every two seconds: no more than the cap, no gap, and the sums are right. */
static void
test_long_stay (void)
{
  g_autoptr (ParlorQualityLog) log = parlor_quality_log_new (0);
  ParlorMediaQuality media = calm ();
  guint n_reports = 10 * 3600 / 2;
  media.key_asked[PARLOR_KEY_NEWCOMER] = 1;
  for (guint i = 0; i < n_reports; i++)
    {
      parlor_quality_log_report (log, &media, 3, 2 * i * S);
      g_assert_cmpuint (length (log), <=, PARLOR_QUALITY_SAMPLES);
    }
  guint period_s = parlor_quality_log_period_s (log);
  g_assert_cmpuint (period_s, ==, 320);
  for (guint i = 0; i < length (log); i++)
    {
      g_assert_cmpuint (field (log, i, PARLOR_QUALITY_AT_S), ==, i * period_s);
      g_assert_cmpuint (field (log, i, PARLOR_QUALITY_UP_KBPS), ==, 1000);
    }
  g_assert_cmpuint (length (log), ==, (36000 + period_s - 1) / period_s);
  g_assert_cmpuint (parlor_quality_log_total (log, PARLOR_QUALITY_REPORTS), ==, n_reports);
  g_assert_cmpuint (parlor_quality_log_total (log, PARLOR_QUALITY_KEYS + PARLOR_KEY_NEWCOMER), ==,
                    n_reports);
}

/* Somebody whose reports are far apart has samples far apart; time that goes back does no harm. */
static void
test_gaps (void)
{
  g_autoptr (ParlorQualityLog) log = parlor_quality_log_new (0);
  ParlorMediaQuality media = calm ();
  for (guint i = 0; i < 1000; i++)
    parlor_quality_log_report (log, &media, 3, (gint64)i * 700 * S);
  parlor_quality_log_report (log, &media, 3, 0);
  parlor_quality_log_report (log, &media, 3, G_MAXINT64 / 2);
  g_assert_cmpuint (length (log), <=, PARLOR_QUALITY_SAMPLES);
  g_assert_cmpuint (parlor_quality_log_total (log, PARLOR_QUALITY_REPORTS), ==, 1002);
  for (guint i = 1; i < length (log); i++)
    g_assert_cmpuint (field (log, i, PARLOR_QUALITY_AT_S), >,
                      field (log, i - 1, PARLOR_QUALITY_AT_S));
}

static void
test_page (void)
{
  g_autoptr (ParlorQualityLog) log = parlor_quality_log_new (0);
  ParlorPageWatch watch = {.at_us = 0};
  ParlorMediaQuality media = calm ();
  ParlorPageTotals since;
  parlor_quality_log_report (log, &media, 3, 2 * S);
  parlor_page_watch_take (&watch, &(ParlorPageTotals){100, 2, 900, 48000}, 5 * S, &since);
  parlor_quality_log_page (log, &since, 5 * S);
  parlor_page_watch_take (&watch, &(ParlorPageTotals){250, 3, 1100, 48000}, 9 * S, &since);
  parlor_quality_log_page (log, &since, 9 * S);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_FRAMES), ==, 250);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_FREEZES), ==, 3);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_FREEZE_MS), ==, 1100);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_CONCEALED_MS), ==, 1000);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_RTT_MS), ==, 40);
  g_assert_cmpuint (field (log, 0, PARLOR_QUALITY_REPORTS), ==, 1);
  /* a new peer connection: its counters begin anew */
  parlor_page_watch_take (&watch, &(ParlorPageTotals){30, 1, 200, 0}, 14 * S, &since);
  g_assert_cmpuint (since.frames, ==, 30);
  g_assert_cmpuint (since.freezes, ==, 1);
}

static void
test_lying_page (void)
{
  ParlorPageWatch watch = {.at_us = 0};
  ParlorPageTotals since, lie = {G_MAXUINT32, G_MAXUINT32, G_MAXUINT32, G_MAXUINT64};
  parlor_page_watch_take (&watch, &lie, 5 * S, &since);
  g_assert_cmpuint (since.freeze_ms, <=, 27 * 10000);
  g_assert_cmpuint (since.freezes, <=, 27 * 10000 / 150);
  g_assert_cmpuint (since.frames, <=, 27 * 10 * 240);
  g_assert_cmpuint (since.concealed, <=, 4 * 48 * 10000);
  parlor_page_watch_take (&watch, &lie, 10 * S, &since);
  g_assert_cmpuint (since.freezes, ==, 0); /* nothing new */
  parlor_page_watch_take (&watch, &(ParlorPageTotals){0}, G_MININT64 / 4, &since);
  g_assert_cmpuint (since.frames, ==, 0);
}

static void
test_stored_form (void)
{
  g_autoptr (ParlorQualityLog) log = parlor_quality_log_new (0);
  ParlorQualitySample back[PARLOR_QUALITY_SAMPLES];
  ParlorMediaQuality media = calm ();
  guint n;
  for (guint i = 0; i < 100; i++)
    {
      media.loss_down = i / 1000.0;
      media.down_bps = i == 50 ? G_MAXINT64 : i * 1000;
      parlor_quality_log_report (log, &media, 3, (gint64)i * 10 * S);
    }
  g_autoptr (GBytes) bytes = parlor_quality_pack (log);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, <, 100 * 48);
  g_assert_cmpuint (parlor_quality_unpack (data, size, back), ==, 100);
  const ParlorQualitySample *samples = parlor_quality_log_samples (log, &n);
  g_assert_cmpmem (back, 100 * sizeof *back, samples, n * sizeof *samples);
  for (gsize cut = 0; cut < size; cut++) /* torn: whole samples only, and no read beyond */
    {
      g_autofree guint8 *part = g_memdup2 (data, cut);
      g_assert_cmpuint (parlor_quality_unpack (part, cut, back), <, 100);
    }
}

static void
test_other_versions (void)
{
  ParlorQualitySample back[PARLOR_QUALITY_SAMPLES];
  const guint8 older[] = {1, 3, 11, 6, 4}; /* three fields */
  g_assert_cmpuint (parlor_quality_unpack (older, sizeof older, back), ==, 1);
  g_assert_cmpuint (back[0].v[PARLOR_QUALITY_AT_S], ==, 10);
  g_assert_cmpuint (back[0].v[PARLOR_QUALITY_LEVEL], ==, 3);
  g_assert_cmpuint (back[0].v[PARLOR_QUALITY_LOSS_UP], ==, UNKNOWN);
  guint8 newer[2 + 200] = {1, 200};
  memset (newer + 2, 1, 200);
  g_assert_cmpuint (parlor_quality_unpack (newer, sizeof newer, back), ==, 1);
  g_assert_cmpuint (back[0].v[PARLOR_QUALITY_CONCEALED_MS], ==, 0);
  const guint8 unknown[] = {2, 3, 11, 6, 4}, nothing[] = {1, 0, 0},
               long_number[] = {1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
  g_assert_cmpuint (parlor_quality_unpack (unknown, sizeof unknown, back), ==, 0);
  g_assert_cmpuint (parlor_quality_unpack (nothing, sizeof nothing, back), ==, 0);
  g_assert_cmpuint (parlor_quality_unpack (long_number, sizeof long_number, back), ==, 0);
}

static void
test_names (void)
{
  for (guint i = 0; i < PARLOR_QUALITY_N_FIELDS; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (parlor_quality_field_name (i), !=, parlor_quality_field_name (j));
  for (guint i = 0; i < PARLOR_N_KEY_CAUSES; i++)
    g_assert_true (g_str_has_suffix (parlor_quality_field_name (PARLOR_QUALITY_KEYS + i),
                                     parlor_key_cause_name (i)));
  g_assert_null (parlor_quality_field_name (PARLOR_QUALITY_N_FIELDS));
  g_assert_null (parlor_key_cause_name (PARLOR_N_KEY_CAUSES));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/qualitylog/reports-of-ten-seconds-become-a-sample", test_gathers);
  g_test_add_func ("/room/qualitylog/a-stay-of-any-length-has-a-bounded-number", test_long_stay);
  g_test_add_func ("/room/qualitylog/gaps-and-clocks-do-no-harm", test_gaps);
  g_test_add_func ("/room/qualitylog/a-pages-totals-become-what-is-new", test_page);
  g_test_add_func ("/room/qualitylog/a-page-cannot-report-what-cannot-be", test_lying_page);
  g_test_add_func ("/room/qualitylog/what-is-stored-comes-back", test_stored_form);
  g_test_add_func ("/room/qualitylog/other-versions-are-read-as-far-as-known", test_other_versions);
  g_test_add_func ("/room/qualitylog/each-field-has-a-name", test_names);
  return g_test_run ();
}
