/* SPDX-License-Identifier: Apache-2.0 */
#include "http/csv.h"

#include <string.h>

GString *
parlor_csv_new (void)
{
  return g_string_new ("\xef\xbb\xbf");
}

static void
begin_cell (GString *csv)
{
  char last = csv->str[csv->len - 1];
  if (csv->len > 3 && last != '\n')
    g_string_append_c (csv, ',');
}

/* "-12.50" is a number and no formula. */
static gboolean
is_number (const char *text)
{
  gsize at = *text == '-' ? 1 : 0, whole = strspn (text + at, "0123456789");
  const char *rest = text + at + whole;
  if (!whole)
    return FALSE;
  return !*rest || (*rest == '.' && rest[1] && !rest[1 + strspn (rest + 1, "0123456789")]);
}

/* Spreadsheets skip blanks and look at wide forms too. */
static gboolean
is_formula (const char *text)
{
  static const char *const begins[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
  text += strspn (text, " \n");
  for (guint i = 0; i < G_N_ELEMENTS (begins); i++)
    if (g_str_has_prefix (text, begins[i]))
      return !is_number (text);
  return FALSE;
}

void
parlor_csv_text (GString *csv, const char *text)
{
  begin_cell (csv);
  g_string_append_c (csv, '"');
  if (text && is_formula (text))
    g_string_append_c (csv, '\'');
  for (; text && *text; text++)
    {
      if (*text == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *text);
    }
  g_string_append_c (csv, '"');
}

void
parlor_csv_number (GString *csv, gint64 number)
{
  begin_cell (csv);
  g_string_append_printf (csv, "%" G_GINT64_FORMAT, number);
}

void
parlor_csv_moment (GString *csv, gint64 ms, int utc_offset_min)
{
  g_autoptr (GDateTime) utc = ms ? g_date_time_new_from_unix_utc (ms / 1000) : NULL;
  g_autoptr (GDateTime) there = utc ? g_date_time_add_minutes (utc, utc_offset_min) : NULL;
  g_autofree char *text = there ? g_date_time_format (there, "%Y-%m-%d %H:%M:%S") : NULL;
  parlor_csv_text (csv, text);
}

void
parlor_csv_end_line (GString *csv)
{
  g_string_append (csv, "\r\n");
}

void
parlor_csv_reply (ParlorHttpReply *reply, GString *csv, const char *name)
{
  g_autofree char *disposition = g_strdup_printf ("attachment; filename=\"%s\"", name);
  reply->status = 200;
  reply->body = g_string_free_to_bytes (csv);
  parlor_http_reply_header (reply, "Content-Type", "text/csv; charset=utf-8");
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
  parlor_http_reply_header (reply, "Content-Disposition", disposition);
}
