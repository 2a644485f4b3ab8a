/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How it is for everybody of this node together: one observation a person every 2 s, in as many
 * buckets whoever is here. For `/metrics`; nobody can be told apart in it.
 *
 * Pure; *control* thread.
 */
#pragma once

#include "room/events.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_SPREAD_LOSS_UP, /**< 0..1, as the next */
  PARLOR_SPREAD_LOSS_DOWN,
  PARLOR_SPREAD_RTT,       /**< seconds, as the next two */
  PARLOR_SPREAD_JITTER_UP, /**< RFC 3550 section 6.4.1 */
  PARLOR_SPREAD_JITTER_DOWN,
  PARLOR_SPREAD_ESTIMATE, /**< bits a second that the way down takes */
  PARLOR_N_SPREADS,
} ParlorSpreadKind;

#define PARLOR_SPREAD_BUCKETS 8

typedef struct
{
  guint64 counts[PARLOR_SPREAD_BUCKETS + 1]; /**< up to each bound; the last: above all */
  double sum;
} ParlorSpread;

typedef struct
{
  ParlorSpread spreads[PARLOR_N_SPREADS];
  guint64 whys[PARLOR_N_WHYS];              /**< reports by what limits */
  guint64 freezes, freeze_ms, concealed_ms; /**< as pages reported, within what can be */
  guint64 unkept; /**< stays of which no row is kept: their room had too many */
} ParlorQualityTotals;

/** PARLOR_SPREAD_BUCKETS upper bounds, rising; static. */
const double *parlor_spread_bounds (ParlorSpreadKind kind);
/** "parlor_quality_rtt_seconds", …; static. */
const char *parlor_spread_name (ParlorSpreadKind kind);

void parlor_quality_totals_add (ParlorQualityTotals *self, const ParlorMediaQuality *media,
                                ParlorQualityWhy why);

G_END_DECLS
