/* SPDX-License-Identifier: Apache-2.0 */
#include "app/log.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static void
test_one_line (void)
{
  g_autofree char *line = parlor_log_line (PARLOR_LOG_WARNING, 0, 1700000000000, "one-line",
                                           "two\nlines\x1b[31m and \x7f");
  g_assert_cmpstr (line, ==, "2023-11-14T22:13:20Z warning two lines [31m and  \n");
}

static void
test_repetition (void)
{
  guint shown = 0;
  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *line = parlor_log_line (PARLOR_LOG_INFO, i * 1000, 0, "repeated %d", "x");
      shown += line != NULL;
    }
  g_assert_cmpuint (shown, ==, 5);
  g_autofree char *other = parlor_log_line (PARLOR_LOG_INFO, 1000, 0, "another", "x");
  g_assert_nonnull (other);
  g_autofree char *later = parlor_log_line (PARLOR_LOG_INFO, 11 * SECOND, 0, "repeated %d", "x");
  g_assert_nonnull (strstr (later, "995 more"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/log/one-message-is-one-line", test_one_line);
  g_test_add_func ("/app/log/repetition-is-held-back-and-counted", test_repetition);
  return g_test_run ();
}
