/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

static void
test_table (void)
{
  static const guint status[PARLOR_N_ERRORS] = {400, 401, 403, 404, 409, 410,
                                                413, 415, 422, 429, 503, 500};
  for (int code = 0; code < PARLOR_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (PARLOR_ERROR, code, "x");
      g_assert_cmpuint (parlor_error_http_status (error), ==, status[code]);
      g_assert_nonnull (parlor_error_name (error));
      g_assert_nonnull (parlor_error_rt_name (error));
    }
}

static void
test_foreign (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, 0, "x");
  g_autoptr (GError) beyond = g_error_new_literal (PARLOR_ERROR, PARLOR_N_ERRORS, "x");
  g_assert_cmpuint (parlor_error_http_status (foreign), ==, 500);
  g_assert_cmpstr (parlor_error_name (beyond), ==, "internal");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/each-code-has-a-status-and-names", test_table);
  g_test_add_func ("/base/error/what-is-not-ours-is-internal", test_foreign);
  return g_test_run ();
}
