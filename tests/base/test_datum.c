/* SPDX-License-Identifier: Apache-2.0 */
#include "base/datum.h"

static void
a_value_is_found_by_name_and_type (void)
{
  const char *const reps[] = {"rep_a", "rep_b", NULL};
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("rep", "rep_a"), PARLOR_DATUM_INT ("n", 7),
      PARLOR_DATUM_FLAG ("yes", 4),       PARLOR_DATUM_CONTENT ("text", "hello"),
      PARLOR_DATUM_TEXTS ("reps", reps),
  };
  guint n = G_N_ELEMENTS (data);
  g_assert_cmpstr (parlor_datum_text (data, n, "rep"), ==, "rep_a");
  g_assert_cmpstr (parlor_datum_text (data, n, "text"), ==, "hello");
  g_assert_null (parlor_datum_text (data, n, "n"));
  g_assert_cmpint (parlor_datum_int (data, n, "n", -1), ==, 7);
  g_assert_cmpint (parlor_datum_int (data, n, "rep", -1), ==, -1);
  g_assert_true (parlor_datum_flag (data, n, "yes", FALSE));
  g_assert_true (parlor_datum_flag (data, n, "no", TRUE));
  g_assert_cmpstr (parlor_datum_find (data, n, "reps", PARLOR_DATUM_IS_TEXTS)->texts[1], ==,
                   "rep_b");
  g_assert_true (data[3].content);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/datum/a-value-is-found-by-name-and-type",
                   a_value_is_found_by_name_and_type);
  return g_test_run ();
}
