/* SPDX-License-Identifier: Apache-2.0 */
#include "http/metrics.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct
{
  ParlorMetricsSource func;
  gpointer user_data;
} Source;

struct _ParlorMetrics
{
  GArray *sources; /* Source */
};

struct _ParlorMetricsPage
{
  GString *text;
  GHashTable *typed; /* owned names whose TYPE line is written */
};

ParlorMetrics *
parlor_metrics_new (void)
{
  ParlorMetrics *metrics = g_new0 (ParlorMetrics, 1);
  metrics->sources = g_array_new (FALSE, FALSE, sizeof (Source));
  return metrics;
}

void
parlor_metrics_free (ParlorMetrics *metrics)
{
  if (!metrics)
    return;
  g_array_unref (metrics->sources);
  g_free (metrics);
}

void
parlor_metrics_add_source (ParlorMetrics *metrics, ParlorMetricsSource source, gpointer user_data)
{
  Source entry = {source, user_data};
  g_array_append_val (metrics->sources, entry);
}

static void
append_escaped (GString *text, const char *value)
{
  for (; *value; value++)
    if (*value == '\n')
      g_string_append (text, "\\n");
    else if (*value == '"' || *value == '\\')
      g_string_append_printf (text, "\\%c", *value);
    else
      g_string_append_c (text, *value);
}

void
parlor_metrics_add (ParlorMetricsPage *page, const char *name, const char *label,
                    const char *label_value, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  if (g_hash_table_add (page->typed, g_strdup (name)))
    g_string_append_printf (page->text, "# TYPE %s %s\n", name,
                            g_str_has_suffix (name, "_total") ? "counter" : "gauge");
  g_string_append (page->text, name);
  if (label)
    {
      g_string_append_printf (page->text, "{%s=\"", label);
      append_escaped (page->text, label_value ? label_value : "");
      g_string_append (page->text, "\"}");
    }
  g_string_append_printf (page->text, " %s\n", g_ascii_dtostr (number, sizeof number, value));
}

void
parlor_metrics_add_histogram (ParlorMetricsPage *page, const char *name, const double *bounds,
                              guint n, const guint64 *counts, double sum)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  guint64 so_far = 0;
  g_hash_table_add (page->typed, g_strdup (name));
  g_string_append_printf (page->text, "# TYPE %s histogram\n", name);
  for (guint i = 0; i <= n; i++)
    {
      so_far += counts[i];
      g_string_append_printf (page->text, "%s_bucket{le=\"%s\"} %" G_GUINT64_FORMAT "\n", name,
                              i < n ? g_ascii_dtostr (number, sizeof number, bounds[i]) : "+Inf",
                              so_far);
    }
  g_string_append_printf (page->text, "%s_sum %s\n%s_count %" G_GUINT64_FORMAT "\n", name,
                          g_ascii_dtostr (number, sizeof number, sum), name, so_far);
}

static double
cpu_seconds (void)
{
  struct rusage usage;
  if (getrusage (RUSAGE_SELF, &usage))
    return 0;
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double
resident_bytes (void)
{
  g_autofree char *text = NULL;
  unsigned long size = 0, resident = 0;
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      || sscanf (text, "%lu %lu", &size, &resident) != 2)
    return 0;
  return (double)resident * (double)sysconf (_SC_PAGESIZE);
}

static double
open_fds (void)
{
  double n = 0;
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  while (dir && g_dir_read_name (dir))
    n++;
  if (dir)
    g_dir_close (dir);
  return n;
}

char *
parlor_metrics_print (ParlorMetrics *metrics)
{
  ParlorMetricsPage page = {g_string_new (NULL),
                            g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL)};
  parlor_metrics_add (&page, "process_cpu_seconds_total", NULL, NULL, cpu_seconds ());
  parlor_metrics_add (&page, "process_resident_memory_bytes", NULL, NULL, resident_bytes ());
  parlor_metrics_add (&page, "process_open_fds", NULL, NULL, open_fds ());
  for (guint i = 0; i < metrics->sources->len; i++)
    {
      const Source *source = &g_array_index (metrics->sources, Source, i);
      source->func (&page, source->user_data);
    }
  g_hash_table_unref (page.typed);
  return g_string_free (page.text, FALSE);
}
