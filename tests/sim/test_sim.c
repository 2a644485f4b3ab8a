/* SPDX-License-Identifier: Apache-2.0 */
/* Bandwidth estimation in a simulated network: each plan with several seeds, every check for each
 * of them.
 *
 *   test-sim                     the tests
 *   test-sim --table [SEEDS [PLAN]]    a table with medians and worst seeds, of plans so named
 *   test-sim --trace PLAN SEED   one run, a line each 100 ms */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan.h"

#define SEEDS 5
#define TABLE_SEEDS 11
#define TABLE_SEEDS_MAX 1000

static void
test_plan (gconstpointer data)
{
  const SimPlan *plan = data;
  double results[SIM_CHECKS_MAX];

  for (guint64 seed = 1; seed <= SEEDS; seed++)
    {
      sim_plan_run (plan, seed, results);
      for (guint i = 0; i < SIM_CHECKS_MAX && plan->checks[i].metric != 0; i++)
        if (!sim_check_holds (&plan->checks[i], results[i]))
          {
            g_test_message ("seed %d, check %u: %s is %.0f, bounds %d to %d (0 = none)", (int)seed,
                            i, sim_metric_name (plan->checks[i].metric), results[i],
                            plan->checks[i].at_least, plan->checks[i].at_most);
            g_test_fail ();
          }
    }
}

/* The same seed twice is the same run, to the last digit; another seed is not. */
static void
test_repeats_itself (void)
{
  double first[SIM_CHECKS_MAX] = {0}, again[SIM_CHECKS_MAX] = {0}, other[SIM_CHECKS_MAX] = {0};

  sim_plan_run (&sim_plans[0], 7, first);
  sim_plan_run (&sim_plans[0], 7, again);
  sim_plan_run (&sim_plans[0], 8, other);
  g_assert_true (memcmp (first, again, sizeof first) == 0);
  g_assert_true (memcmp (first, other, sizeof first) != 0);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static gboolean
print_check (const SimPlan *plan, guint which, double *results, guint n)
{
  const SimCheck *check = &plan->checks[which];
  gboolean low_is_bad = check->at_least != 0;
  double worst;
  gboolean holds = TRUE;
  char bound[32];

  for (guint i = 0; i < n; i++)
    holds = holds && sim_check_holds (check, results[i]);
  qsort (results, n, sizeof *results, compare_doubles);
  worst = low_is_bad ? results[0] : results[n - 1];
  if (check->at_least != 0 && check->at_most != 0)
    g_snprintf (bound, sizeof bound, "%d to %d", check->at_least, check->at_most);
  else
    g_snprintf (bound, sizeof bound, "%s %d",
                low_is_bad ? ">=" : "<=", low_is_bad ? check->at_least : check->at_most);
  printf ("| %s | flow %u, %s | %s | %.0f | %.0f | %s |\n", which == 0 ? plan->name : "",
          check->flow, sim_metric_name (check->metric), bound, results[n / 2], worst,
          holds ? "yes" : "NO");
  return holds;
}

static int
print_table (guint n_seeds, const char *only)
{
  static double results[SIM_CHECKS_MAX][TABLE_SEEDS_MAX];
  double one[SIM_CHECKS_MAX];
  gboolean all = TRUE;

  printf ("| plan | measure | bound | median of %u seeds | worst | holds "
          "|\n|---|---|---|---|---|---|\n",
          n_seeds);
  for (guint p = 0; p < sim_n_plans; p++)
    {
      if (only != NULL && strstr (sim_plans[p].name, only) == NULL)
        continue;
      for (guint seed = 0; seed < n_seeds; seed++)
        {
          sim_plan_run (&sim_plans[p], seed + 1, one);
          for (guint i = 0; i < SIM_CHECKS_MAX; i++)
            results[i][seed] = one[i];
        }
      for (guint i = 0; i < SIM_CHECKS_MAX && sim_plans[p].checks[i].metric != 0; i++)
        all = print_check (&sim_plans[p], i, results[i], n_seeds) && all;
    }
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
print_trace (const char *name, guint64 seed)
{
  for (guint i = 0; i < sim_n_plans; i++)
    if (g_str_equal (sim_plans[i].name, name))
      {
        sim_plan_trace (&sim_plans[i], seed);
        return EXIT_SUCCESS;
      }
  fprintf (stderr, "no plan %s\n", name);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  if (argc >= 2 && g_str_equal (argv[1], "--table"))
    return print_table (argc > 2 ? CLAMP ((guint)atoi (argv[2]), 1, TABLE_SEEDS_MAX) : TABLE_SEEDS,
                        argc > 3 ? argv[3] : NULL);
  if (argc == 4 && g_str_equal (argv[1], "--trace"))
    return print_trace (argv[2], (guint64)atoi (argv[3]));
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/a-seed-repeats-itself", test_repeats_itself);
  for (guint i = 0; i < sim_n_plans; i++)
    {
      g_autofree char *path = g_strdup_printf ("/sim/%s", sim_plans[i].name);

      g_test_add_data_func (path, &sim_plans[i], test_plan);
    }
  return g_test_run ();
}
