/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_quality.h"

void
parlor_wire_quality_metrics (const ParlorQualityTotals *totals, ParlorMetricsPage *page)
{
  for (guint i = 0; i < PARLOR_N_SPREADS; i++)
    {
      const ParlorSpread *spread = &totals->spreads[i];
      parlor_metrics_add_histogram (page, parlor_spread_name (i), parlor_spread_bounds (i),
                                    PARLOR_SPREAD_BUCKETS, spread->counts, spread->sum);
    }
  for (guint i = 0; i < PARLOR_N_WHYS; i++)
    parlor_metrics_add (page, "parlor_quality_reports_total", "limited_by",
                        parlor_quality_why_name (i), (double)totals->whys[i]);
  parlor_metrics_add (page, "parlor_page_freezes_total", NULL, NULL, (double)totals->freezes);
  parlor_metrics_add (page, "parlor_page_freeze_seconds_total", NULL, NULL,
                      (double)totals->freeze_ms / 1e3);
  parlor_metrics_add (page, "parlor_page_concealed_seconds_total", NULL, NULL,
                      (double)totals->concealed_ms / 1e3);
  parlor_metrics_add (page, "parlor_quality_stays_unkept_total", NULL, NULL,
                      (double)totals->unkept);
}
