/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/time.h"

/* One run while it is made, with a sample each SIM_SAMPLE_US. */
typedef struct
{
  const SimPlan *plan;
  SimWorld world;
  SimLink there, back;
  SimFlow *flows[SIM_FLOWS_MAX];
  guint n_flows;
  guint n_samples, samples_max;
  guint32 *queue_us, *back_queue_us;
  guint32 *target_kbps[SIM_FLOWS_MAX];
  guint32 *arrived_bytes[SIM_FLOWS_MAX];
  gboolean trace;
} Run;

static void
print_line (Run *run)
{
  ParlorBweView view;

  printf ("%7.1f s queue %5u ms", (double)run->world.now_us / 1e6,
          run->queue_us[run->n_samples] / 1000);
  for (guint i = 0; i < run->n_flows; i++)
    {
      guint64 bytes = 0;

      for (guint k = run->n_samples >= 9 ? run->n_samples - 9 : 0; k <= run->n_samples; k++)
        bytes += run->arrived_bytes[i][k];
      printf (" | got %5u", (guint)(bytes * 8 / 100));
      if (sim_flow_bwe (run->flows[i]) == NULL)
        continue;
      parlor_bwe_view (sim_flow_bwe (run->flows[i]), &view);
      printf (
          " target %5u delay %5u loss-cap %5u acked %5u loss %4.1f%% rtt %3d q %4d probes %d/%d %s",
          view.target_bps / 1000, view.delay_bps / 1000, view.loss_bps / 1000,
          view.acked_bps / 1000, view.loss * 100, (int)(view.rtt_us / 1000),
          (int)(view.queue_us / 1000), (int)view.probes_failed, (int)view.probes_sent,
          parlor_bwe_state_name (view.state));
    }
  printf ("\n");
}

static void
take_sample (SimWorld *world, gpointer owner, SimPacket *packet)
{
  Run *run = owner;

  if (run->n_samples >= run->samples_max)
    return;
  run->queue_us[run->n_samples] = (guint32)sim_link_queue_us (&run->there, world->now_us);
  run->back_queue_us[run->n_samples] = (guint32)sim_link_queue_us (&run->back, world->now_us);
  for (guint i = 0; i < run->n_flows; i++)
    sim_flow_sample (run->flows[i], &run->target_kbps[i][run->n_samples],
                     &run->arrived_bytes[i][run->n_samples]);
  if (run->trace && run->n_samples % 10 == 0)
    print_line (run);
  run->n_samples++;
  sim_world_at (world, world->now_us + SIM_SAMPLE_US, take_sample, run, NULL);
}

static void
run_begin (Run *run, const SimPlan *plan, guint64 seed)
{
  *run = (Run){.plan = plan, .samples_max = (guint)(plan->run_ms * 1000 / SIM_SAMPLE_US)};
  sim_world_init (&run->world, seed);
  sim_link_init (&run->there, &plan->there);
  sim_link_init (&run->back, &plan->back);
  run->queue_us = g_new0 (guint32, run->samples_max);
  run->back_queue_us = g_new0 (guint32, run->samples_max);
  for (guint i = 0; i < SIM_FLOWS_MAX && plan->media[i].kind != 0; i++, run->n_flows++)
    {
      gboolean reverse = plan->media[i].reverse;

      run->flows[i] = sim_flow_new (&run->world, &plan->media[i],
                                    reverse ? &run->back : &run->there,
                                    reverse ? &run->there : &run->back);
      run->target_kbps[i] = g_new0 (guint32, run->samples_max);
      run->arrived_bytes[i] = g_new0 (guint32, run->samples_max);
    }
  sim_world_at (&run->world, 0, take_sample, run, NULL);
}

static void
run_end (Run *run)
{
  for (guint i = 0; i < run->n_flows; i++)
    {
      sim_flow_free (run->flows[i]);
      g_free (run->target_kbps[i]);
      g_free (run->arrived_bytes[i]);
    }
  g_free (run->queue_us);
  g_free (run->back_queue_us);
  sim_link_clear (&run->there);
  sim_link_clear (&run->back);
  sim_world_clear (&run->world);
}

/* --- Metrics --------------------------------------------------------------------------------- */

typedef struct
{
  guint from, to; /* samples */
} Span;

static int
compare_u32 (const void *a, const void *b)
{
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

  return (x > y) - (x < y);
}

static double
quantile (const guint32 *values, Span span, double share)
{
  guint n = span.to - span.from;
  g_autofree guint32 *sorted = g_memdup2 (values + span.from, n * sizeof *values);

  qsort (sorted, n, sizeof *sorted, compare_u32);
  return sorted[(guint)(share * (n - 1))];
}

static double
bits (const Run *run, guint flow, Span span)
{
  double sum = 0;

  for (guint i = span.from; i < span.to; i++)
    sum += 8.0 * run->arrived_bytes[flow][i];
  return sum;
}

static double
all_bits (const Run *run, Span span)
{
  double sum = 0;

  for (guint i = 0; i < run->n_flows; i++)
    sum += bits (run, i, span);
  return sum;
}

static double
unfairness (const Run *run, Span span)
{
  double most = 0, least = G_MAXDOUBLE;

  for (guint i = 0; i < run->n_flows; i++)
    if (sim_flow_bwe (run->flows[i]) != NULL)
      {
        most = MAX (most, bits (run, i, span));
        least = MIN (least, bits (run, i, span));
      }
  return 100 * most / MAX (least, 1);
}

static double
above_after_ms (const Run *run, const SimCheck *check, Span span)
{
  for (guint i = span.from; i < span.to; i++)
    if (run->target_kbps[check->flow][i] >= (guint)check->arg)
      return (i - span.from) * (SIM_SAMPLE_US / 1e3);
  return G_MAXINT;
}

static double
measure (const Run *run, const SimCheck *check)
{
  gint64 to_ms = check->to_ms != 0 ? check->to_ms : run->plan->run_ms;
  Span span = {(guint)(check->from_ms * 1000 / SIM_SAMPLE_US),
               MIN ((guint)(to_ms * 1000 / SIM_SAMPLE_US), run->n_samples)};
  const guint32 *target = run->target_kbps[check->flow];
  gint64 from_us = check->from_ms * 1000, to_us = to_ms * 1000;

  switch (check->metric)
    {
    case SIM_USED_PERCENT:
      return 100 * all_bits (run, span) / sim_link_capacity_bits (&run->there, from_us, to_us);
    case SIM_SHARE_PERCENT:
      return 100 * bits (run, check->flow, span) / MAX (all_bits (run, span), 1);
    case SIM_RATE_KBPS:
      return bits (run, check->flow, span) / (double)(to_ms - check->from_ms);
    case SIM_TARGET_MEDIAN_KBPS:
      return quantile (target, span, 0.5);
    case SIM_TARGET_LEAST_KBPS:
      return quantile (target, span, 0);
    case SIM_TARGET_MOST_KBPS:
      return quantile (target, span, 1);
    case SIM_TARGET_ABOVE_AFTER_MS:
      return above_after_ms (run, check, span);
    case SIM_QUEUE_MEDIAN_MS:
      return quantile (run->queue_us, span, 0.5) / 1e3;
    case SIM_QUEUE_MOST_MS:
      return quantile (run->queue_us, span, 1) / 1e3;
    case SIM_BACK_QUEUE_MEDIAN_MS:
      return quantile (run->back_queue_us, span, 0.5) / 1e3;
    case SIM_UNFAIR_PERCENT:
      return unfairness (run, span);
    }
  g_assert_not_reached ();
}

void
sim_plan_run (const SimPlan *plan, guint64 seed, double results[SIM_CHECKS_MAX])
{
  Run run;

  run_begin (&run, plan, seed);
  sim_world_run (&run.world, plan->run_ms * PARLOR_US_PER_MS);
  for (guint i = 0; i < SIM_CHECKS_MAX && plan->checks[i].metric != 0; i++)
    results[i] = measure (&run, &plan->checks[i]);
  run_end (&run);
}

void
sim_plan_trace (const SimPlan *plan, guint64 seed)
{
  Run run;

  run_begin (&run, plan, seed);
  run.trace = TRUE;
  sim_world_run (&run.world, plan->run_ms * PARLOR_US_PER_MS);
  run_end (&run);
}

gboolean
sim_check_holds (const SimCheck *check, double result)
{
  return (check->at_least == 0 || result >= check->at_least)
         && (check->at_most == 0 || result <= check->at_most);
}

const char *
sim_metric_name (SimMetric metric)
{
  static const char *const names[] = {
      "",
      "used %",
      "share %",
      "rate kbit/s",
      "target median kbit/s",
      "target least kbit/s",
      "target most kbit/s",
      "target reached after ms",
      "queue median ms",
      "queue most ms",
      "queue back median ms",
      "best / worst %",
  };

  return names[metric];
}
