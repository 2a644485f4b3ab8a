/* SPDX-License-Identifier: Apache-2.0 */
#include "record/trackclock.h"

#include "base/rng.h"

#define MS G_GINT64_CONSTANT (1000)
#define HOUR (3600 * G_GINT64_CONSTANT (1000000))

static void
test_arrival (void)
{
  ParlorTrackClock clock = {0};
  gint64 offset_us;
  gboolean by_report;
  g_assert_false (parlor_track_clock_take (&clock, &offset_us, &by_report));
  parlor_track_clock_arrival (&clock, 0, 5000 * MS);
  g_assert_true (parlor_track_clock_take (&clock, &offset_us, &by_report));
  g_assert_cmpint (offset_us, ==, 5000 * MS);
  g_assert_false (by_report);
  parlor_track_clock_arrival (&clock, 40 * MS, 5100 * MS);
  g_assert_false (parlor_track_clock_take (&clock, &offset_us, &by_report));
}

static void
test_report (void)
{
  ParlorTrackClock clock = {0};
  gint64 offset_us;
  gboolean by_report;
  parlor_track_clock_arrival (&clock, 0, 5000 * MS);
  g_assert_true (parlor_track_clock_take (&clock, &offset_us, &by_report));
  parlor_track_clock_report (&clock, 1000 * MS, 5960 * MS, 5960 * MS);
  g_assert_true (parlor_track_clock_take (&clock, &offset_us, &by_report));
  g_assert_true (by_report);
  g_assert_cmpint (offset_us, ==, 4960 * MS);
}

/* Two sources of one sender whose clock runs 200 ppm too fast, over two hours of a network with up
 * to 80 ms of jitter: what was captured at one instant stands at one instant. */
static void
test_drift (void)
{
  ParlorTrackClock sound = {0}, picture = {0};
  ParlorRng rng;
  const gint64 ppm = 200;
  gint64 worst_us = 0, worst_drift_us = 0;
  parlor_rng_init_seeded (&rng, 7);
  for (gint64 t = 0; t < 2 * HOUR; t += G_USEC_PER_SEC)
    {
      gint64 sender_us = t + t / 1000000 * ppm;
      gint64 jitter_us = parlor_rng_below (&rng, 80 * 1000);
      gint64 other_us = parlor_rng_below (&rng, 80 * 1000);
      parlor_track_clock_report (&sound, sender_us, sender_us, t + jitter_us);
      parlor_track_clock_report (&picture, sender_us, sender_us, t + other_us);
      gint64 sound_us = sender_us + parlor_track_clock_offset (&sound);
      gint64 picture_us = sender_us + parlor_track_clock_offset (&picture);
      if (t < 30 * G_USEC_PER_SEC)
        continue;
      worst_us = MAX (worst_us, ABS (sound_us - picture_us));
      worst_drift_us = MAX (worst_drift_us, ABS (sound_us - t));
    }
  g_assert_cmpint (worst_us, <=, 40 * MS);
  g_assert_cmpint (worst_drift_us, <=, 60 * MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/trackclock/the-earliest-arrival-counts-at-first", test_arrival);
  g_test_add_func ("/record/trackclock/a-report-knows-better", test_report);
  g_test_add_func ("/record/trackclock/two-hours-of-drift-and-jitter", test_drift);
  return g_test_run ();
}
