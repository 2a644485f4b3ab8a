/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Numbers for `/metrics` in Prometheus' text format (version 0.0.4). Nobody registers a counter
 * here: whoever has numbers adds a source, and is asked when a scrape comes.
 *
 * Thread: control.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorMetrics ParlorMetrics;
typedef struct _ParlorMetricsPage ParlorMetricsPage;

/** Writes its numbers by parlor_metrics_add (), numbers of one name one after another. */
typedef void (*ParlorMetricsSource) (ParlorMetricsPage *page, gpointer user_data);

ParlorMetrics *parlor_metrics_new (void);
void parlor_metrics_free (ParlorMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorMetrics, parlor_metrics_free)

void parlor_metrics_add_source (ParlorMetrics *metrics, ParlorMetricsSource source,
                                gpointer user_data);

/** Names that end in "_total" are counters, all others gauges. label and label_value NULL = none;
    a label's value is escaped. */
void parlor_metrics_add (ParlorMetricsPage *page, const char *name, const char *label,
                         const char *label_value, double value);

/** A histogram: `counts` has n + 1 numbers, each of what lies in its bucket alone (above the bound
    before, up to its own; the last above all). Prometheus' own sums are made of it. */
void parlor_metrics_add_histogram (ParlorMetricsPage *page, const char *name, const double *bounds,
                                   guint n, const guint64 *counts, double sum);

/** The page (transfer full): process_cpu_seconds_total, process_resident_memory_bytes,
    process_open_fds, then every source. */
char *parlor_metrics_print (ParlorMetrics *metrics);

G_END_DECLS
