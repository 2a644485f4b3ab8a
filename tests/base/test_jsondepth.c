/* SPDX-License-Identifier: Apache-2.0 */
#include "base/jsondepth.h"

#include <string.h>

static gboolean
too_deep (const char *text, guint max_depth)
{
  return parlor_json_is_too_deep (text, strlen (text), max_depth);
}

static void
test_depth (void)
{
  g_assert_false (too_deep ("", 0));
  g_assert_false (too_deep ("1", 0));
  g_assert_true (too_deep ("{", 0));
  g_assert_false (too_deep ("{\"a\":[1,2]}", 2));
  g_assert_true (too_deep ("{\"a\":[1,{}]}", 2));
  g_assert_false (too_deep ("[[],[],[]]", 2)); /* beside is not within */
  g_assert_false (too_deep ("]]]][[", 2));     /* nobody digs below the ground */
  g_assert_true (too_deep ("]]]][[[", 2));
}

static void
test_strings (void)
{
  g_assert_false (too_deep ("\"[[[[\"", 0));
  g_assert_false (too_deep ("[\"\\\"[[[\"]", 1)); /* the quote is escaped */
  g_assert_true (too_deep ("[\"\\\\\"[[", 1));    /* the backslash is */
  g_assert_false (parlor_json_is_too_deep ("\"\\", 2, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/jsondepth/counts-what-is-open", test_depth);
  g_test_add_func ("/base/jsondepth/brackets-in-strings-do-not-count", test_strings);
  return g_test_run ();
}
