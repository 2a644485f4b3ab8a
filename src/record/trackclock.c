/* SPDX-License-Identifier: Apache-2.0 */
#include "record/trackclock.h"

void
parlor_track_clock_arrival (ParlorTrackClock *clock, gint64 file_us, gint64 room_us)
{
  gint64 offset_us = room_us - file_us;
  if (!clock->has_arrival || offset_us < clock->arrival_offset_us)
    clock->arrival_offset_us = offset_us;
  clock->has_arrival = TRUE;
}

void
parlor_track_clock_report (ParlorTrackClock *clock, gint64 file_us, gint64 local_us,
                           gint64 arrival_us)
{
  clock->delays_us[clock->n_delays++ % PARLOR_TRACK_CLOCK_WINDOW] = arrival_us - local_us;
  clock->report_offset_us = local_us - file_us;
  clock->has_report = TRUE;
}

/* The shared offset was fixed by the sender's first report; what his clock has drifted since is in
 * every report's delay, the network's jitter only in some. */
gint64
parlor_track_clock_offset (const ParlorTrackClock *clock)
{
  gint64 least_us = clock->delays_us[0];
  if (!clock->has_report)
    return clock->arrival_offset_us;
  for (guint i = 1; i < MIN (clock->n_delays, PARLOR_TRACK_CLOCK_WINDOW); i++)
    least_us = MIN (least_us, clock->delays_us[i]);
  return clock->report_offset_us + least_us;
}

gboolean
parlor_track_clock_take (ParlorTrackClock *clock, gint64 *offset_us, gboolean *by_report)
{
  *offset_us = parlor_track_clock_offset (clock);
  *by_report = clock->has_report;
  if (!clock->has_arrival && !clock->has_report)
    return FALSE;
  if (clock->has_told && clock->told_report == clock->has_report
      && ABS (*offset_us - clock->told_us) < PARLOR_TRACK_CLOCK_STEP_US)
    return FALSE;
  clock->has_told = TRUE;
  clock->told_us = *offset_us;
  clock->told_report = clock->has_report;
  return TRUE;
}
