/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/trend.h"
#include <math.h>
#include "base/time.h"

/* goog_cc trendline_estimator.cc. */
#define SMOOTHING 0.9
#define GAIN 4.0
#define DELTAS_MAX 60
#define FIRST_THRESHOLD_MS 12.5
#define THRESHOLD_MIN_MS 6.0
#define THRESHOLD_MAX_MS 600.0
#define THRESHOLD_UP 0.0087
#define THRESHOLD_DOWN 0.039
#define ADAPT_WITHIN_MS 15.0
#define ADAPT_STEP_MAX_MS 100.0
#define OVER_FOR_MS 10.0
#define JITTER_SHARE (1.0 / 16) /* RFC 3550 section 6.4.1 */

void
parlor_bwe_trend_init (ParlorBweTrend *self)
{
  *self = (ParlorBweTrend){
      .threshold_ms = FIRST_THRESHOLD_MS,
      .over_ms = -1,
      .first_arrival_us = -1,
      .last_update_us = -1,
  };
}

void
parlor_bwe_trend_forget (ParlorBweTrend *self)
{
  self->n = self->next = 0;
  self->n_over = 0;
  self->over_ms = -1;
  self->delay_ms = self->smoothed_ms = self->slope = 0;
  self->first_arrival_us = -1;
  self->usage = PARLOR_BWE_USAGE_NORMAL;
}

/* Least squares through the window; FALSE: all at one time. */
static gboolean
fit (const ParlorBweTrend *self, double *slope)
{
  double sum_x = 0, sum_y = 0, sum_xy = 0, sum_xx = 0, above, below;

  /* From one of the points, not from zero: the products stay small, and exact. */
  for (guint i = 0; i < PARLOR_BWE_TREND_WINDOW; i++)
    {
      double x = self->x_ms[i] - self->x_ms[0], y = self->y_ms[i] - self->y_ms[0];

      sum_x += x;
      sum_y += y;
      sum_xy += x * y;
      sum_xx += x * x;
    }
  above = sum_xy - sum_x * sum_y / PARLOR_BWE_TREND_WINDOW;
  below = sum_xx - sum_x * sum_x / PARLOR_BWE_TREND_WINDOW;
  if (below < 1e-9)
    return FALSE;
  *slope = above / below;
  return TRUE;
}

static void
adapt_threshold (ParlorBweTrend *self, double modified_ms, gint64 at_us)
{
  double size_ms = fabs (modified_ms), step_ms;
  double k = size_ms < self->threshold_ms ? THRESHOLD_DOWN : THRESHOLD_UP;

  if (self->last_update_us < 0 || size_ms > self->threshold_ms + ADAPT_WITHIN_MS)
    {
      self->last_update_us = at_us; /* one leap, such as a new path, is no reason */
      return;
    }
  step_ms = CLAMP ((double)(at_us - self->last_update_us) / 1e3, 0, ADAPT_STEP_MAX_MS);
  self->threshold_ms = CLAMP (self->threshold_ms + k * (size_ms - self->threshold_ms) * step_ms,
                              THRESHOLD_MIN_MS, THRESHOLD_MAX_MS);
  self->last_update_us = at_us;
}

static void
judge (ParlorBweTrend *self, double slope, double sent_delta_ms, gint64 at_us)
{
  double modified_ms = self->n_deltas * slope * GAIN;

  if (modified_ms > self->threshold_ms)
    {
      self->over_ms = self->over_ms < 0 ? sent_delta_ms / 2 : self->over_ms + sent_delta_ms;
      self->n_over++;
      if (self->over_ms > OVER_FOR_MS && self->n_over > 1 && slope >= self->slope)
        {
          self->over_ms = 0;
          self->n_over = 0;
          self->usage = PARLOR_BWE_USAGE_OVER;
        }
    }
  else
    {
      self->over_ms = -1;
      self->n_over = 0;
      self->usage = modified_ms < -self->threshold_ms ? PARLOR_BWE_USAGE_UNDER
                                                      : PARLOR_BWE_USAGE_NORMAL;
    }
  self->slope = slope;
  adapt_threshold (self, modified_ms, at_us);
}

void
parlor_bwe_trend_push (ParlorBweTrend *self, gint64 sent_delta_us, gint64 arrival_delta_us,
                       gint64 at_us)
{
  double delta_ms = (double)(arrival_delta_us - sent_delta_us) / 1e3, slope = self->slope;

  if (self->first_arrival_us < 0)
    self->first_arrival_us = at_us;
  self->n_deltas = MIN (self->n_deltas + 1, DELTAS_MAX);
  self->jitter_ms += (fabs (delta_ms) - self->jitter_ms) * JITTER_SHARE;
  self->delay_ms += delta_ms;
  self->smoothed_ms = SMOOTHING * self->smoothed_ms + (1 - SMOOTHING) * self->delay_ms;
  self->x_ms[self->next] = (double)(at_us - self->first_arrival_us) / 1e3;
  self->y_ms[self->next] = self->smoothed_ms;
  self->next = (self->next + 1) % PARLOR_BWE_TREND_WINDOW;
  self->n = MIN (self->n + 1, PARLOR_BWE_TREND_WINDOW);
  if (self->n < PARLOR_BWE_TREND_WINDOW || !fit (self, &slope))
    return;
  judge (self, slope, (double)sent_delta_us / 1e3, at_us);
}
