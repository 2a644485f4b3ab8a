/* SPDX-License-Identifier: Apache-2.0 */
/** Everybody's quality as numbers of `/metrics`. Thread: control. */
#pragma once

#include "http/metrics.h"
#include "room/qualitytotals.h"

G_BEGIN_DECLS

/** As many series whoever is here: histograms, and counters by reason. */
void parlor_wire_quality_metrics (const ParlorQualityTotals *totals, ParlorMetricsPage *page);

G_END_DECLS
