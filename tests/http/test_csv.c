/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that a spreadsheet reads as what they are. */
#include "http/csv.h"

#include <string.h>

static char *
cell (const char *text)
{
  GString *csv = parlor_csv_new ();
  parlor_csv_text (csv, text);
  char *said = g_strdup (csv->str + 3);
  g_string_free (csv, TRUE);
  return said;
}

static void
test_mark (void)
{
  GString *csv = parlor_csv_new ();
  parlor_csv_text (csv, "a,b");
  parlor_csv_number (csv, -7);
  parlor_csv_text (csv, NULL);
  parlor_csv_end_line (csv);
  parlor_csv_moment (csv, G_GINT64_CONSTANT (1795348800000), 480);
  parlor_csv_moment (csv, 0, 480);
  parlor_csv_end_line (csv);
  g_assert_cmpstr (csv->str, ==, "\xef\xbb\xbf\"a,b\",-7,\"\"\r\n\"2026-11-22 20:00:00\",\"\"\r\n");
  g_string_free (csv, TRUE);
}

static void
test_formulas (void)
{
  static const char *const bad[] = {
      "=1+1", "+1+1",  "-1+1",  "@SUM(A1)",           "\t=1", "\r=1", "  =1", "\n=1",   "＝1",
      "＋1",  "－1+2", "＠SUM", "=cmd|' /C calc'!A0", "-",    "-1.",  "--1",  "+86 138"};
  static const char *const good[] = {"-1", "-12.50", "0.5", "lin@shop.example", "a=b", "", "价格"};
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *said = cell (bad[i]);
      if (said[0] != '"' || said[1] != '\'')
        g_error ("%s is a formula", said);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *said = cell (good[i]), *wanted = g_strdup_printf ("\"%s\"", good[i]);
      g_assert_cmpstr (said, ==, wanted);
    }
}

static void
test_quotes (void)
{
  g_autofree char *said = cell ("a \"b\"\r\nc");
  g_assert_cmpstr (said, ==, "\"a \"\"b\"\"\r\nc\"");
  g_autofree char *sly = cell ("\"=1+1");
  g_assert_cmpstr (sly, ==, "\"\"\"=1+1\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/csv/it-has-a-mark-and-lines", test_mark);
  g_test_add_func ("/http/csv/no-cell-is-a-formula", test_formulas);
  g_test_add_func ("/http/csv/quotes-stay-inside", test_quotes);
  return g_test_run ();
}
