/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where a file's time lies on the room's clock. A file counts in its sender's RTP clock from its
 * first frame; the sender's clock runs a little faster or slower than ours, and only sender reports
 * (RFC 3550 section 6.4) tell what a microphone and a camera heard and saw at the same instant.
 * Until the first report the earliest arrival counts.
 *
 * All times in microseconds; "room" is the room's clock. Pure; one thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_TRACK_CLOCK_WINDOW 16
/** A smaller change is jitter; a fifth of what an ear notices between sound and lips. */
#define PARLOR_TRACK_CLOCK_STEP_US (8 * G_GINT64_CONSTANT (1000))

/** All zero to begin with. */
typedef struct
{
  gboolean has_arrival, has_report, has_told;
  gint64 arrival_offset_us; /* the smallest room − file of packets */
  gint64 report_offset_us;  /* room − file as the last report says, without delay */
  gint64 delays_us[PARLOR_TRACK_CLOCK_WINDOW];
  guint n_delays;
  gint64 told_us;
  gboolean told_report;
} ParlorTrackClock;

void parlor_track_clock_arrival (ParlorTrackClock *clock, gint64 file_us, gint64 room_us);
/** `local_us`: when it was captured, by the offset that all of the sender's sources share;
 * `arrival_us`: when the report came. */
void parlor_track_clock_report (ParlorTrackClock *clock, gint64 file_us, gint64 local_us,
                                gint64 arrival_us);
/** room − file now. */
gint64 parlor_track_clock_offset (const ParlorTrackClock *clock);
/** TRUE: it is so much another that it must be written down; *offset_us is what to write, and
 * *by_report whether reports say so. */
gboolean parlor_track_clock_take (ParlorTrackClock *clock, gint64 *offset_us, gboolean *by_report);

G_END_DECLS
