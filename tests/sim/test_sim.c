/* SPDX-License-Identifier: Apache-2.0 */
/* Bandwidth estimation in a simulated network: each plan with several seeds, every check for each
 * of them.
 *
 *   test-sim                     the tests
 *   test-sim --table [SEEDS [PLAN]]    a table with medians and worst seeds, of plans so named
 *   test-sim --beside [SEEDS]    a table: the share beside one TCP flow on bottlenecks of many
 * kinds test-sim --trace PLAN SEED   one run, a line each 100 ms */
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

/* kbit/s of one stream beside a download that begins before it or after it, elsewhere in time each
 * seed. */
static double
beside_rate (guint kbps, guint queue_ms, const SimMedia *media, SimMediaKind tcp, gboolean first,
             guint seed)
{
  const gint64 late_ms = 10000 + 137 * seed;
  double results[SIM_CHECKS_MAX];
  SimPlan plan = {
      .there = {.rate = {{0, kbps}}, .queue_ms = queue_ms, .delay_ms = 25},
      .back = {.delay_ms = 25},
      .media = {*media, {.kind = tcp}},
      .run_ms = 130000,
      .checks = {{SIM_RATE_KBPS, .flow = 0, .from_ms = 30000}},
  };

  plan.media[first ? 0 : 1].begin_ms = late_ms;
  sim_plan_run (&plan, seed, results);
  return results[0];
}

static void
print_beside (guint kbps, guint queue_ms, gboolean layered, guint n_seeds)
{
  static const SimMedia camera = {
      .kind = SIM_LAYERED, .wanted = {{0, 2200}}, .layers_kbps = {150, 500, 1700}};
  const SimMedia elastic = {.kind = SIM_ELASTIC, .wanted = {{0, kbps}}, .max_kbps = kbps};
  static double rates[TABLE_SEEDS_MAX];

  printf ("| %u | %u | %s |", kbps, queue_ms, layered ? "in steps" : "elastic");
  for (guint k = 0; k < 4; k++)
    {
      for (guint seed = 0; seed < n_seeds; seed++)
        rates[seed] = beside_rate (kbps, queue_ms, layered ? &camera : &elastic,
                                   k < 2 ? SIM_TCP : SIM_CUBIC, k % 2 == 1, seed + 1);
      qsort (rates, n_seeds, sizeof *rates, compare_doubles);
      printf (" %.0f, %.0f |", rates[n_seeds / 2], rates[0]);
    }
  printf ("\n");
}

static int
print_besides (guint n_seeds)
{
  static const guint rates[] = {1000, 4000, 20000}, queues[] = {20, 50, 100, 200, 500};

  printf ("| line, kbit/s | queue, ms | picture | beside Reno that came later: median of %u and "
          "least, kbit/s | that was there | CUBIC, later | there |\n"
          "|---|---|---|---|---|---|---|\n",
          n_seeds);
  for (guint layered = 0; layered < 2; layered++)
    for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
      for (guint j = 0; j < G_N_ELEMENTS (queues); j++)
        print_beside (rates[i], queues[j], layered != 0, n_seeds);
  return EXIT_SUCCESS;
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
  if (argc >= 2 && g_str_equal (argv[1], "--beside"))
    return print_besides (argc > 2 ? CLAMP ((guint)atoi (argv[2]), 1, TABLE_SEEDS_MAX)
                                   : TABLE_SEEDS);
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
