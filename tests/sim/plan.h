/* SPDX-License-Identifier: Apache-2.0 */
/* A plan is data: Conditions (the bottleneck and the way back), Media (what uses it), Run (how
 * long) and Check (what must be true of what was measured). */
#pragma once
#include "flow.h"

#define SIM_FLOWS_MAX 12
#define SIM_CHECKS_MAX 6

typedef enum
{
  SIM_USED_PERCENT = 1, /* media that arrived, of what the bottleneck could carry */
  SIM_SHARE_PERCENT,    /* this flow's, of what all flows got through */
  SIM_RATE_KBPS,        /* media that arrived */
  SIM_TARGET_MEDIAN_KBPS,
  SIM_TARGET_LEAST_KBPS,
  SIM_TARGET_MOST_KBPS,
  SIM_TARGET_ABOVE_AFTER_MS, /* from from_ms, until the target is first >= arg kbit/s */
  SIM_QUEUE_MEDIAN_MS,
  SIM_QUEUE_MOST_MS,
  SIM_BACK_QUEUE_MEDIAN_MS, /* of the way back */
  SIM_UNFAIR_PERCENT,       /* 100 × the best media flow's rate / the worst one's */
} SimMetric;

typedef struct
{
  SimMetric metric;
  guint flow;
  gint64 from_ms, to_ms; /* to_ms 0 = the end */
  gint arg;
  gint at_least, at_most; /* 0 = no such bound */
} SimCheck;

typedef struct
{
  const char *name; /* a sentence: the test's name too */
  SimLinkConfig there, back;
  SimMedia media[SIM_FLOWS_MAX];
  gint64 run_ms;
  SimCheck checks[SIM_CHECKS_MAX];
} SimPlan;

extern const SimPlan sim_plans[];
extern const guint sim_n_plans;

/* Runs the plan once and writes one number for each check. */
void sim_plan_run (const SimPlan *plan, guint64 seed, double results[SIM_CHECKS_MAX]);
/* As sim_plan_run, and prints what was so each 100 ms. */
void sim_plan_trace (const SimPlan *plan, guint64 seed);
gboolean sim_check_holds (const SimCheck *check, double result);
const char *sim_metric_name (SimMetric metric);
