/* SPDX-License-Identifier: Apache-2.0 */
#include "http/qualityfile.h"

/* A meeting of many has a million numbers: printf would take a second over them. */
static void
append_number (GString *out, guint32 number)
{
  char digits[10];
  guint n = 0;
  do
    digits[n++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0)
    g_string_append_c (out, digits[--n]);
}

/* Ids are made of letters, digits and _; of another text nothing goes into a file. */
static const char *
plain (const char *text)
{
  const char *at = text;
  while (at && (g_ascii_isalnum (*at) || *at == '_' || *at == '-'))
    at++;
  return at && !*at ? text : "";
}

static guint
samples_of (const ParlorQualityRow *row, ParlorQualitySample *samples)
{
  gsize length = 0;
  const guint8 *bytes = row->samples ? g_bytes_get_data (row->samples, &length) : NULL;
  return bytes ? parlor_quality_unpack (bytes, length, samples) : 0;
}

static void
append_stay (GString *out, const ParlorQualityRow *row)
{
  ParlorQualitySample samples[PARLOR_QUALITY_SAMPLES];
  guint n = samples_of (row, samples);
  g_string_append_printf (
      out,
      "{\"participant\":\"%s\",\"kind\":\"%s\",\"from\":%" G_GINT64_FORMAT
      ",\"to\":%" G_GINT64_FORMAT ",\"period_s\":%" G_GINT64_FORMAT ",\"samples\":[",
      plain (row->participant), plain (row->kind), row->from_ms, row->to_ms, row->period_s);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < PARLOR_QUALITY_N_FIELDS; j++)
      {
        g_string_append (out, j ? "," : i ? "],\n[" : "\n[");
        if (samples[i].v[j] == PARLOR_QUALITY_UNKNOWN)
          g_string_append (out, "null");
        else
          append_number (out, samples[i].v[j]);
      }
  g_string_append (out, n ? "]]}" : "]}");
}

GString *
parlor_quality_to_json (const char *room, const ParlorQualityRow *const *rows, guint n_rows)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "{\"room\":\"%s\",\"fields\":[", plain (room));
  for (guint i = 0; i < PARLOR_QUALITY_N_FIELDS; i++)
    g_string_append_printf (out, "%s\"%s\"", i ? "," : "", parlor_quality_field_name (i));
  g_string_append (out, "],\"stays\":[");
  for (guint i = 0; i < n_rows; i++)
    {
      g_string_append (out, i ? ",\n" : "\n");
      append_stay (out, rows[i]);
    }
  g_string_append (out, "]}\n");
  return out;
}

static void
append_lines (GString *out, const ParlorQualityRow *row)
{
  ParlorQualitySample samples[PARLOR_QUALITY_SAMPLES];
  guint n = samples_of (row, samples);
  for (guint i = 0; i < n; i++)
    {
      gint64 at_s = row->from_ms / 1000 + samples[i].v[PARLOR_QUALITY_AT_S];
      g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_s);
      g_autofree char *time = at ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;
      g_string_append_printf (out, "%s,%s,%s,%" G_GINT64_FORMAT, plain (row->participant),
                              plain (row->kind), time ? time : "", row->period_s);
      for (guint j = 0; j < PARLOR_QUALITY_N_FIELDS; j++)
        {
          g_string_append_c (out, ',');
          if (samples[i].v[j] != PARLOR_QUALITY_UNKNOWN)
            append_number (out, samples[i].v[j]);
        }
      g_string_append (out, "\r\n");
    }
}

GString *
parlor_quality_to_csv (const ParlorQualityRow *const *rows, guint n_rows)
{
  GString *out = g_string_new ("participant,kind,time,period_s");
  for (guint i = 0; i < PARLOR_QUALITY_N_FIELDS; i++)
    g_string_append_printf (out, ",%s", parlor_quality_field_name (i));
  g_string_append (out, "\r\n");
  for (guint i = 0; i < n_rows; i++)
    append_lines (out, rows[i]);
  return out;
}
