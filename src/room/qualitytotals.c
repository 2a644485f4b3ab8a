/* SPDX-License-Identifier: Apache-2.0 */
#include "room/qualitytotals.h"

static const struct
{
  const char *name;
  double bounds[PARLOR_SPREAD_BUCKETS];
} kinds[PARLOR_N_SPREADS] = {
#define LOSS                                                                                       \
  {                                                                                                \
    0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5                                                  \
  }
#define JITTER                                                                                     \
  {                                                                                                \
    0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5                                                  \
  }
    [PARLOR_SPREAD_LOSS_UP] = {"parlor_quality_loss_up_ratio", LOSS},
    [PARLOR_SPREAD_LOSS_DOWN] = {"parlor_quality_loss_down_ratio", LOSS},
    [PARLOR_SPREAD_RTT] = {"parlor_quality_rtt_seconds", {0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2}},
    [PARLOR_SPREAD_JITTER_UP] = {"parlor_quality_jitter_up_seconds", JITTER},
    [PARLOR_SPREAD_JITTER_DOWN] = {"parlor_quality_jitter_down_seconds", JITTER},
    [PARLOR_SPREAD_ESTIMATE] = {"parlor_quality_estimate_bits_per_second",
                                {1e5, 2.5e5, 5e5, 1e6, 2e6, 4e6, 8e6, 1.6e7}},
#undef LOSS
#undef JITTER
};

const double *
parlor_spread_bounds (ParlorSpreadKind kind)
{
  return kinds[kind].bounds;
}

const char *
parlor_spread_name (ParlorSpreadKind kind)
{
  return kinds[kind].name;
}

static void
observe (ParlorQualityTotals *self, ParlorSpreadKind kind, double value)
{
  guint i = 0;
  while (i < PARLOR_SPREAD_BUCKETS && value > kinds[kind].bounds[i])
    i++;
  self->spreads[kind].counts[i]++;
  self->spreads[kind].sum += value;
}

static void
observe_ms (ParlorQualityTotals *self, ParlorSpreadKind kind, gint32 ms)
{
  if (ms >= 0)
    observe (self, kind, ms / 1e3);
}

void
parlor_quality_totals_add (ParlorQualityTotals *self, const ParlorMediaQuality *media,
                           ParlorQualityWhy why)
{
  observe (self, PARLOR_SPREAD_LOSS_UP, CLAMP (media->loss_up, 0, 1));
  observe (self, PARLOR_SPREAD_LOSS_DOWN, CLAMP (media->loss_down, 0, 1));
  observe_ms (self, PARLOR_SPREAD_RTT, media->rtt_ms);
  observe_ms (self, PARLOR_SPREAD_JITTER_UP, media->jitter_up_ms);
  observe_ms (self, PARLOR_SPREAD_JITTER_DOWN, media->jitter_down_ms);
  if (media->estimate_down_bps >= 0)
    observe (self, PARLOR_SPREAD_ESTIMATE, (double)media->estimate_down_bps);
  self->whys[why]++;
}
