/* SPDX-License-Identifier: Apache-2.0 */
/* From "the queue grows" to a rate. Part of bwe.h; worker thread. goog_cc's AimdRateControl
 * (draft-ietf-rmcat-gcc-02 section 5.5): up by 8 % a second while the path's capacity is not known,
 * by about one packet a response time near it; down to 85 % of what got through. */
#pragma once
#include <glib.h>
#include "proto/bwe/trend.h"

typedef struct
{
  double bps;
  double min_bps, max_bps; /* constant */
  /* The rate at which the path was full the last times; 0 = not known. */
  double capacity_bps;
  double capacity_deviation; /* of the root, kbit/s, as a share: see aimd.c */
  enum
  {
    PARLOR_BWE_AIMD_HOLD = 0,
    PARLOR_BWE_AIMD_INCREASE,
  } state;
  gint64 last_change_us, last_decrease_us; /* -1 = never */
} ParlorBweAimd;

void parlor_bwe_aimd_init (ParlorBweAimd *self, double start_bps, double min_bps, double max_bps);
/* `acked_bps` 0 = not known; `growth_bps`: a second, 0 = what the path's knowledge says. TRUE:
 * `bps` went down. */
gboolean parlor_bwe_aimd_update (ParlorBweAimd *self, ParlorBweUsage usage, double acked_bps,
                                 double growth_bps, gint64 rtt_us, gint64 now_us);
/* The path was seen to be full at this rate, whatever is sent now. */
void parlor_bwe_aimd_note_capacity (ParlorBweAimd *self, double bps);
/* Known from elsewhere (a probe, a drain): as if it had been reached. */
void parlor_bwe_aimd_set (ParlorBweAimd *self, double bps, gint64 now_us);
