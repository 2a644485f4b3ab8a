/* SPDX-License-Identifier: Apache-2.0 */
/* Does the queue grow? Part of bwe.h; worker thread. goog_cc's TrendlineEstimator: the slope of a
 * straight line through the smoothed delays of the last 20 groups, compared with a threshold that
 * widens when the path jitters or other flows push (draft-ietf-rmcat-gcc-02 section 5.4; Carlucci
 * et al., "Analysis and Design of the Google Congestion Control", 2016). */
#pragma once
#include <glib.h>

#define PARLOR_BWE_TREND_WINDOW 20

typedef enum
{
  PARLOR_BWE_USAGE_NORMAL = 0,
  PARLOR_BWE_USAGE_OVER,
  PARLOR_BWE_USAGE_UNDER,
} ParlorBweUsage;

typedef struct
{
  ParlorBweUsage usage;
  double threshold_ms;
  double jitter_ms; /* mean deviation of a group's delay from that of the group before */
  double delay_ms, smoothed_ms;
  double slope;
  double over_ms; /* for how long above the threshold; -1 = not */
  guint n_over;
  guint n_deltas; /* ever, up to 60 */
  gint64 first_arrival_us, last_update_us;
  guint n, next;
  double x_ms[PARLOR_BWE_TREND_WINDOW], y_ms[PARLOR_BWE_TREND_WINDOW];
} ParlorBweTrend;

void parlor_bwe_trend_init (ParlorBweTrend *self);
/* Begins a new line; what was learned of the path (threshold, jitter) stays. */
void parlor_bwe_trend_forget (ParlorBweTrend *self);
/* One more pair of groups (burst.h); `at_us`: arrival of the later one, the receiver's clock. The
 * answer is `usage`. */
void parlor_bwe_trend_push (ParlorBweTrend *self, gint64 sent_delta_us, gint64 arrival_delta_us,
                            gint64 at_us);
