/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/aimd.h"
#include <math.h>
#include "base/time.h"

/* goog_cc aimd_rate_control.cc and link_capacity_estimator.cc. */
#define DECREASE 0.85
#define INCREASE_PER_SEC 1.08
#define ABOVE_ACKED 1.5
#define ABOVE_ACKED_BPS 10e3
#define ABOVE_ACKED_WHEN_KNOWN 1.08
#define ADDITIVE_MIN_BPS 4e3 /* a second */
#define PACKET_BITS (1200.0 * 8)
#define FRAMES_PER_SEC 30.0
#define RESPONSE_EXTRA_US (100 * PARLOR_US_PER_MS)
#define REPEAT_MIN_US (10 * PARLOR_US_PER_MS)
#define REPEAT_MAX_US (200 * PARLOR_US_PER_MS)
#define CAPACITY_SHARE 0.05
#define DEVIATION_MIN 0.4
#define DEVIATION_MAX 2.5
#define DEVIATIONS 3.0
#define MORE_ROOM 1.1
/* Layers' rates are about 1 to 3.4; the smallest beside sound takes 200 kbit/s. */
#define NEXT_LAYER_TIMES 3.5
#define NEXT_LAYER_BPS 150e3

void
parlor_bwe_aimd_init (ParlorBweAimd *self, double start_bps, double min_bps, double max_bps)
{
  *self = (ParlorBweAimd){
      .bps = CLAMP (start_bps, min_bps, max_bps),
      .min_bps = min_bps,
      .max_bps = max_bps,
      .capacity_deviation = DEVIATION_MIN,
      .state = PARLOR_BWE_AIMD_INCREASE,
      .last_change_us = -1,
      .last_decrease_us = -1,
  };
}

/* How far a rate may be from the capacity and still count as near it. The deviation is kept as a
 * share of the square root, so that small rates may vary more. */
static double
capacity_margin (const ParlorBweAimd *self)
{
  return DEVIATIONS * sqrt (self->capacity_deviation * self->capacity_bps / 1e3) * 1e3;
}

static void
note_capacity (ParlorBweAimd *self, double bps)
{
  double error_kbps;

  if (self->capacity_bps <= 0)
    {
      self->capacity_bps = bps;
      return;
    }
  error_kbps = (self->capacity_bps - bps) / 1e3;
  self->capacity_bps += CAPACITY_SHARE * (bps - self->capacity_bps);
  self->capacity_deviation += CAPACITY_SHARE
                              * (error_kbps * error_kbps / MAX (self->capacity_bps / 1e3, 1)
                                 - self->capacity_deviation);
  self->capacity_deviation = CLAMP (self->capacity_deviation, DEVIATION_MIN, DEVIATION_MAX);
}

static void
change_to (ParlorBweAimd *self, double bps, gint64 now_us)
{
  self->bps = CLAMP (bps, self->min_bps, self->max_bps);
  self->last_change_us = now_us;
}

/* How fast to grow, a second. */
static double
slope (const ParlorBweAimd *self, gint64 rtt_us)
{
  double response_sec = 2 * (double)(rtt_us + RESPONSE_EXTRA_US) / 1e6;
  double frame_bits = self->bps / FRAMES_PER_SEC;
  double packet_bits = frame_bits / ceil (frame_bits / PACKET_BITS);

  return MAX (packet_bits / response_sec, ADDITIVE_MIN_BPS);
}

/* What was never tried is not known: no rise beyond it. Below the capacity it takes little to rise
 * to it; above, only what got through counts. */
static double
limit (const ParlorBweAimd *self, double acked_bps)
{
  double bps = ABOVE_ACKED * acked_bps + ABOVE_ACKED_BPS;

  if (acked_bps <= 0)
    return self->max_bps;
  if (self->capacity_bps > 0)
    bps = MIN (bps, MAX (self->capacity_bps, ABOVE_ACKED_WHEN_KNOWN * acked_bps));
  return bps;
}

static void
increase (ParlorBweAimd *self, double acked_bps, double growth_bps, gint64 rtt_us, gint64 now_us)
{
  double bps = self->bps, seconds, most;

  if (self->last_change_us < 0)
    self->last_change_us = now_us;
  seconds = CLAMP ((double)(now_us - self->last_change_us) / 1e6, 0, 1);
  if (self->capacity_bps > 0 && acked_bps > MORE_ROOM * self->capacity_bps + capacity_margin (self))
    self->capacity_bps = 0; /* there is more room than there was */
  most = limit (self, acked_bps);
  if (growth_bps > 0) /* beside another the next layer's room must be shown by taking it */
    most = MAX (most, NEXT_LAYER_TIMES * acked_bps + NEXT_LAYER_BPS);
  if (most <= self->bps) /* the usual case: what is sent does not show more room */
    {
      change_to (self, self->bps, now_us);
      return;
    }
  if (growth_bps > 0)
    bps += growth_bps * seconds;
  else if (self->capacity_bps > 0)
    bps += slope (self, rtt_us) * seconds;
  else
    bps = MAX (bps * pow (INCREASE_PER_SEC, seconds), bps + 1e3 * seconds);
  change_to (self, MAX (self->bps, MIN (bps, most)), now_us);
}

static gboolean
may_decrease (const ParlorBweAimd *self, double acked_bps, gint64 rtt_us, gint64 now_us)
{
  gint64 wait_us = CLAMP (rtt_us, REPEAT_MIN_US, REPEAT_MAX_US);

  return self->last_decrease_us < 0 || now_us - self->last_decrease_us >= wait_us
         || (acked_bps > 0 && acked_bps < self->bps / 2);
}

static gboolean
decrease (ParlorBweAimd *self, double acked_bps, gint64 now_us)
{
  double before_bps = self->bps, bps = acked_bps > 0 ? DECREASE * acked_bps : self->bps / 2;

  if (bps > self->bps && self->capacity_bps > 0)
    bps = DECREASE * self->capacity_bps;
  if (acked_bps > 0)
    {
      if (self->capacity_bps > 0 && acked_bps < self->capacity_bps - capacity_margin (self))
        self->capacity_bps = 0;
      note_capacity (self, acked_bps);
    }
  change_to (self, MIN (bps, self->bps), now_us);
  self->last_decrease_us = now_us;
  self->state = PARLOR_BWE_AIMD_HOLD;
  return self->bps < before_bps;
}

gboolean
parlor_bwe_aimd_update (ParlorBweAimd *self, ParlorBweUsage usage, double acked_bps,
                        double growth_bps, gint64 rtt_us, gint64 now_us)
{
  if (usage == PARLOR_BWE_USAGE_OVER)
    return may_decrease (self, acked_bps, rtt_us, now_us) && decrease (self, acked_bps, now_us);
  if (usage == PARLOR_BWE_USAGE_UNDER) /* the queue empties: let it */
    self->state = PARLOR_BWE_AIMD_HOLD;
  else if (self->state == PARLOR_BWE_AIMD_HOLD)
    {
      self->state = PARLOR_BWE_AIMD_INCREASE;
      self->last_change_us = now_us;
    }
  else
    increase (self, acked_bps, growth_bps, rtt_us, now_us);
  return FALSE;
}

void
parlor_bwe_aimd_note_capacity (ParlorBweAimd *self, double bps)
{
  if (ABS (bps - self->capacity_bps) > capacity_margin (self))
    self->capacity_bps = 0;
  note_capacity (self, bps);
}

void
parlor_bwe_aimd_set (ParlorBweAimd *self, double bps, gint64 now_us)
{
  if (bps < self->bps)
    self->last_decrease_us = now_us;
  if (self->capacity_bps > 0 && bps > self->capacity_bps + capacity_margin (self))
    self->capacity_bps = 0;
  change_to (self, bps, now_us);
}
