/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/acked.h"
#include <math.h>
#include "base/time.h"

/* goog_cc bitrate_estimator.cc: windows, uncertainties (rates in kbit/s) and the variance that each
 * window adds. */
#define FIRST_WINDOW_US (500 * PARLOR_US_PER_MS)
#define WINDOW_US (150 * PARLOR_US_PER_MS)
#define UNCERTAINTY 10.0
#define UNCERTAINTY_LOW_WHEN_LIMITED 20.0
#define ADDED_VARIANCE 5.0
#define FIRST_VARIANCE 50.0
#define CHANGE_VARIANCE 200.0
#define RECENT_MIN_PKTS 4

void
parlor_bwe_acked_init (ParlorBweAcked *self)
{
  *self = (ParlorBweAcked){.variance = FIRST_VARIANCE, .last_us = -1};
}

static void
take_sample (ParlorBweAcked *self, double sample_kbps, gboolean app_limited)
{
  double kbps = self->bps / 1e3, scale = UNCERTAINTY, deviation, sample_variance, variance;

  if (kbps <= 0)
    {
      self->bps = sample_kbps * 1e3;
      return;
    }
  if (app_limited && sample_kbps < kbps)
    scale = UNCERTAINTY_LOW_WHEN_LIMITED;
  deviation = scale * fabs (kbps - sample_kbps) / kbps;
  sample_variance = MAX (deviation * deviation, 1e-6);
  variance = self->variance + ADDED_VARIANCE;
  kbps = (sample_variance * kbps + variance * sample_kbps) / (sample_variance + variance);
  self->bps = MAX (kbps, 0.1) * 1e3;
  self->variance = sample_variance * variance / (sample_variance + variance);
}

static void
note_recent (ParlorBweAcked *self, gint64 arrival_us, guint bytes)
{
  self->recent[self->next_recent].arrival_us = arrival_us;
  self->recent[self->next_recent].bytes = bytes;
  self->next_recent = (self->next_recent + 1) % PARLOR_BWE_ACKED_RECENT;
  self->n_recent = MIN (self->n_recent + 1, PARLOR_BWE_ACKED_RECENT);
}

void
parlor_bwe_acked_push (ParlorBweAcked *self, gint64 arrival_us, guint bytes, gboolean app_limited)
{
  gint64 window_us = self->bps > 0 ? WINDOW_US : FIRST_WINDOW_US;

  arrival_us = MAX (arrival_us, self->last_us);
  note_recent (self, arrival_us, bytes);
  if (self->last_us >= 0)
    self->window_us += arrival_us - self->last_us;
  self->last_us = arrival_us;
  if (self->window_us > 4 * window_us) /* a pause is not a low rate */
    self->window_us = self->window_bits = 0;
  if (self->window_us >= window_us)
    {
      take_sample (self, self->window_bits * 1e3 / (double)self->window_us, app_limited);
      self->window_us = 0;
      self->window_bits = 0;
    }
  self->window_bits += 8.0 * bytes;
}

void
parlor_bwe_acked_gap (ParlorBweAcked *self)
{
  self->last_us = -1;
  self->window_us = 0;
  self->window_bits = 0;
  self->n_recent = 0;
}

void
parlor_bwe_acked_expect_change (ParlorBweAcked *self)
{
  self->variance += CHANGE_VARIANCE;
}

double
parlor_bwe_acked_recent_bps (const ParlorBweAcked *self, gint64 window_us)
{
  gint64 first_us = self->last_us;
  double bits = 0;
  guint n = 0;

  for (; n < self->n_recent; n++)
    {
      guint at = (self->next_recent + 2 * PARLOR_BWE_ACKED_RECENT - 1 - n)
                 % PARLOR_BWE_ACKED_RECENT;

      if (self->last_us - self->recent[at].arrival_us > window_us)
        break;
      bits += 8.0 * self->recent[at].bytes;
      /* The time before the first packet is not known: its bytes do not count. */
      if (self->recent[at].arrival_us < first_us || n + 1 == self->n_recent)
        first_us = self->recent[at].arrival_us;
    }
  if (n < RECENT_MIN_PKTS || first_us >= self->last_us)
    return 0;
  bits -= 8.0
          * self->recent[(self->next_recent + 2 * PARLOR_BWE_ACKED_RECENT - n)
                         % PARLOR_BWE_ACKED_RECENT]
                .bytes;
  return bits * 1e6 / (double)(self->last_us - first_us);
}
