/* SPDX-License-Identifier: Apache-2.0 */
/* When packets arrived, as feedback tells it. Part of bwe.h; worker thread. */
#pragma once
#include <glib.h>
#include "proto/rtcp/twcc.h"

/* By arrival, the lost ones last; what arrived together, by number. In place, and n log n whatever
 * the peer sends. */
void parlor_bwe_sort_by_arrival (ParlorTwccStatus *statuses, guint n);

/* The receiver's clock without its wrap. All zero = nothing seen. */
typedef struct
{
  gboolean started;
  gint64 reference_us; /* newest reference time, as the receiver wrote it */
  gint64 unwrapped_us; /* the same, unwrapped */
  gint64 at_us;        /* ours, when it came */
} ParlorBweClock;

/* `offset_us`: to add to the arrivals of this feedback. Half the period is six days, so the nearest
 * turn is the right one. FALSE: the clock has leapt by more than 10 s against ours; arrivals cannot
 * be compared with those before, and the clock goes on from where it would have been. */
gboolean parlor_bwe_clock_unwrap (ParlorBweClock *self, gint64 reference_us, gint64 now_us,
                                  gint64 *offset_us);
