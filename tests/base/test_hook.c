/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hook.h"

static void
every_hook_has_a_name_and_a_budget (void)
{
  for (guint i = 0; i < PARLOR_N_HOOKS; i++)
    {
      const ParlorHookInfo *info = parlor_hook_info ((ParlorHookKind)i);
      ParlorHookKind back = PARLOR_N_HOOKS;
      g_assert_cmpuint (info->budget_ms, >, 0);
      g_assert_cmpuint (info->heard_ms, >=, info->budget_ms);
      g_assert_true (parlor_hook_from_name (info->name, &back));
      g_assert_cmpuint (back, ==, i);
    }
  ParlorHookKind none;
  g_assert_false (parlor_hook_from_name ("route.nobody", &none));
  g_assert_null (parlor_hook_info (PARLOR_N_HOOKS));
}

static void
every_outcome_has_a_name (void)
{
  for (guint i = 0; i < PARLOR_N_HOOK_OUTCOMES; i++)
    g_assert_nonnull (parlor_hook_outcome_name ((ParlorHookOutcome)i));
  g_assert_null (parlor_hook_outcome_name (PARLOR_N_HOOK_OUTCOMES));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/hook/every-hook-has-a-name-and-a-budget",
                   every_hook_has_a_name_and_a_budget);
  g_test_add_func ("/base/hook/every-outcome-has-a-name", every_outcome_has_a_name);
  return g_test_run ();
}
