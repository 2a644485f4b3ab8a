/* SPDX-License-Identifier: Apache-2.0 */
#include "record/childenv.h"

static void
test_secrets (void)
{
  const char *const all[] = {"PATH=/usr/bin",    "PARLOR_RECORDING_KEY_FILE=/k",
                             "GST_DEBUG=3",      "AWS_SECRET_ACCESS_KEY=s",
                             "PGPASSWORD=p",     "LC_ALL=C",
                             "PATHETIC=x",       "PARLOR_CHILD_WORD=w",
                             "LANG=zh_CN.UTF-8", NULL};
  const char *const left[] = {"PATH=/usr/bin",       "GST_DEBUG=3",      "LC_ALL=C",
                              "PARLOR_CHILD_WORD=w", "LANG=zh_CN.UTF-8", NULL};
  g_auto (GStrv) passed = parlor_child_environment_of (all);
  g_assert_true (g_strv_equal ((const char *const *)passed, left));
}

static void
test_own (void)
{
  g_setenv ("PARLOR_DATABASE_URL", "postgres://user:word@host", TRUE);
  g_setenv ("PARLOR_CHILD_WORD", "w", TRUE);
  g_auto (GStrv) passed = parlor_child_environment ();
  g_assert_null (g_environ_getenv (passed, "PARLOR_DATABASE_URL"));
  g_assert_cmpstr (g_environ_getenv (passed, "PARLOR_CHILD_WORD"), ==, "w");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/childenv/what-may-be-a-secret-stays-behind", test_secrets);
  g_test_add_func ("/record/childenv/it-is-of-this-process", test_own);
  return g_test_run ();
}
