/* SPDX-License-Identifier: Apache-2.0 */
/* How much gets through: the rate of what feedback says has arrived, on the receiver's clock. Part
 * of bwe.h; worker thread. Two answers, since two questions are asked of it:
 *
 * - `bps`: goog_cc's BitrateEstimator, a Bayesian average over windows of 150 ms (the first 500
 *   ms). A sample far from the estimate counts as uncertain; while less is sent than might be, low
 *   samples count as more uncertain still, since they say nothing of the path.
 * - parlor_bwe_acked_recent_bps: the spacing of the last packets. On a path that has a queue this
 *   is its capacity, known some 100 ms after it has changed, when the average still is far off. */
#pragma once
#include <glib.h>

#define PARLOR_BWE_ACKED_RECENT 32
/* Of the spacing: steady, quick after a change, and of one key frame. */
#define PARLOR_BWE_ACKED_RECENT_US (200 * PARLOR_US_PER_MS)
#define PARLOR_BWE_ACKED_EARLY_US (100 * PARLOR_US_PER_MS)
#define PARLOR_BWE_ACKED_BURST_US (50 * PARLOR_US_PER_MS)

typedef struct
{
  double bps; /* 0 = not known yet */
  double variance;
  gint64 window_us; /* of arrival time gathered so far */
  double window_bits;
  gint64 last_us; /* arrival; -1 = none */
  guint n_recent, next_recent;
  struct
  {
    gint64 arrival_us;
    guint32 bytes;
  } recent[PARLOR_BWE_ACKED_RECENT];
} ParlorBweAcked;

void parlor_bwe_acked_init (ParlorBweAcked *self);
/* In order of arrival; an earlier arrival than the last counts as the last. */
void parlor_bwe_acked_push (ParlorBweAcked *self, gint64 arrival_us, guint bytes,
                            gboolean app_limited);
/* What arrived between the last push and the next is not known. */
void parlor_bwe_acked_gap (ParlorBweAcked *self);
/* A probe has shown that the rate may be another one: trust the next samples more. */
void parlor_bwe_acked_expect_change (ParlorBweAcked *self);
/* Over the packets of the last `window_us` (one of the three above), at least 4 of them; 0 = cannot
 * be told. */
double parlor_bwe_acked_recent_bps (const ParlorBweAcked *self, gint64 window_us);
