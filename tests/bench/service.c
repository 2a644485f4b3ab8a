/* SPDX-License-Identifier: Apache-2.0 */
/* The service domain at the sizes it is to hold on one node: bench-service [BINDINGS]. Prints what
 * was measured; judges nothing. No store: what is measured is the domain's own work and memory. */
#include "service/load.h"
#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPS 15000
#define DECISIONS 50000
#define LOOKUPS 1000000
#define CUSTOMERS 5000

static guint64 seed = 88172645463325252u;

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    {
      seed ^= seed << 13;
      seed ^= seed >> 7;
      seed ^= seed << 17;
      out[i] = (guint8)seed;
    }
}

static ParlorMoment
now_of (gpointer user_data)
{
  return (ParlorMoment){g_get_monotonic_time (), g_get_real_time () / 1000};
}

static void
on_notice (const ParlorServiceNotice *notice, gpointer user_data)
{
}

static ParlorService *
make (void)
{
  ParlorServiceSpec spec = {.random = {fill, NULL}, .notice = on_notice, .now = now_of};
  ParlorService *service = parlor_service_new (&spec);
  parlor_service_add_brand (service, "br_bench", "Bench", PARLOR_CONFIRM_NEVER);
  ParlorGroupSpec group = {.name = "All", .welcome = "Hello"};
  parlor_service_put_group (service, parlor_service_brand (service, "br_bench"), &group, NULL);
  return service;
}

static void
add_reps (ParlorService *service, guint n, const char *skills)
{
  ParlorServiceBrand *brand = parlor_service_brand (service, "br_bench");
  const char *group = ((ParlorGroup *)brand->groups->pdata[0])->id;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *ref = g_strdup_printf ("rep%u", i);
      ParlorRepSpec spec = {.ref = ref, .name = ref, .groups = group, .skills = skills};
      ParlorRep *rep = parlor_service_put_rep (service, brand, &spec, now_of (NULL), NULL);
      parlor_service_rep_connected (rep, now_of (NULL));
    }
}

static int
by_size (const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? -1 : x > y;
}

static void
print_times (const char *what, gint64 *ns, guint n)
{
  qsort (ns, n, sizeof *ns, by_size);
  printf ("%-44s p50 %8.1f us   p99 %8.1f us   max %9.1f us\n", what, ns[n / 2] / 1e3,
          ns[n - 1 - n / 100] / 1e3, ns[n - 1] / 1e3);
}

static gint64
now_ns (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

static void
tap (ParlorService *service, guint i)
{
  char visitor[32], id[32];
  g_snprintf (visitor, sizeof visitor, "vis_%u", i);
  g_snprintf (id, sizeof id, "tap_%08u", i);
  ParlorTapSpec spec = {.brand = "br_bench", .visitor = visitor, .tap = id, .room_ms = -1};
  parlor_service_tap (service, &spec, now_of (NULL), NULL);
}

static void
spread (const ParlorServiceBrand *brand, guint *least, guint *most)
{
  *least = G_MAXUINT;
  *most = 0;
  for (guint i = 0; i < brand->reps->len; i++)
    {
      guint n = ((ParlorRep *)brand->reps->pdata[i])->bindings.length;
      *least = MIN (*least, n);
      *most = MAX (*most, n);
    }
}

/* A tap of a stranger: touch, choice among 15,000, binding, conversation, welcome. */
static void
bench_routing (void)
{
  ParlorService *service = make ();
  add_reps (service, REPS, "");
  g_autofree gint64 *ns = g_new (gint64, DECISIONS);
  for (guint i = 0; i < DECISIONS; i++)
    {
      gint64 began = now_ns ();
      tap (service, i);
      ns[i] = now_ns () - began;
    }
  guint least, most;
  spread (parlor_service_brand (service, "br_bench"), &least, &most);
  print_times ("tap among 15,000 reps, to bound", ns, DECISIONS);
  printf ("%-44s %u to %u a rep\n", "  fairness", least, most);
  parlor_service_free (service);
}

/* The worst question: a skill that only the last one has. */
static void
bench_skills (void)
{
  ParlorService *service = make ();
  ParlorServiceBrand *brand = parlor_service_brand (service, "br_bench");
  add_reps (service, REPS, "");
  ParlorGroupSpec change = {.id = ((ParlorGroup *)brand->groups->pdata[0])->id, .skills = "rare"};
  parlor_service_put_group (service, brand, &change, NULL);
  ParlorRepSpec expert = {.ref = "rep14999", .skills = "rare"};
  parlor_service_put_rep (service, brand, &expert, now_of (NULL), NULL);
  g_autofree gint64 *ns = g_new (gint64, 2000);
  for (guint i = 0; i < 2000; i++)
    {
      gint64 began = now_ns ();
      tap (service, i);
      ns[i] = now_ns () - began;
    }
  print_times ("the same, one of them has the skill", ns, 2000);
  parlor_service_free (service);
}

static double
resident_mib (void)
{
  unsigned long pages = 0;
  FILE *file = fopen ("/proc/self/statm", "re");
  if (!file || fscanf (file, "%*s %lu", &pages) != 1)
    pages = 0;
  if (file)
    fclose (file);
  return (double)pages * 4096 / (1 << 20);
}

static void
load_one (ParlorService *service, const char *group, const char *rep, guint i)
{
  char customer[32], conversation[32], binding[32], visitor[32];
  g_snprintf (customer, sizeof customer, "cus_%08u", i);
  g_snprintf (conversation, sizeof conversation, "cnv_%08u", i);
  g_snprintf (binding, sizeof binding, "bnd_%08u", i);
  g_snprintf (visitor, sizeof visitor, "vis_%08u", i);
  ParlorCustomerRow c = {.id = customer, .brand = (char *)"br_bench", .visitor = visitor};
  ParlorConversationRow v = {.id = conversation,
                             .brand = (char *)"br_bench",
                             .customer = customer,
                             .state = (char *)"ended",
                             .room_ms = -1};
  ParlorBindingRow b = {.id = binding,
                        .customer = customer,
                        .group_id = (char *)group,
                        .rep = (char *)rep,
                        .conversation = conversation,
                        .state = (char *)"active"};
  parlor_service_load (service, &parlor_customer_kind, &c, now_of (NULL));
  parlor_service_load (service, &parlor_conversation_kind, &v, now_of (NULL));
  parlor_service_load (service, &parlor_binding_kind, &b, now_of (NULL));
}

static void
bench_bindings (guint n)
{
  ParlorService *service = make ();
  ParlorServiceBrand *brand = parlor_service_brand (service, "br_bench");
  add_reps (service, 1000, "");
  const char *group = ((ParlorGroup *)brand->groups->pdata[0])->id;
  double before = resident_mib ();
  gint64 began = now_ns ();
  for (guint i = 0; i < n; i++)
    load_one (service, group, ((ParlorRep *)brand->reps->pdata[i % 1000])->id, i);
  printf ("%-44s %.1f s, %.0f MiB, %u left out\n", "loading that many bindings",
          (double)(now_ns () - began) / 1e9, resident_mib () - before,
          parlor_service_left_out (service));
  g_autofree gint64 *ns = g_new (gint64, LOOKUPS);
  guint found = 0;
  for (guint i = 0; i < LOOKUPS; i++)
    {
      char visitor[32];
      guint32 pick;
      fill ((guint8 *)&pick, sizeof pick, NULL);
      g_snprintf (visitor, sizeof visitor, "vis_%08u", pick % n);
      gint64 at = now_ns ();
      const ParlorCustomer *customer = parlor_service_customer_of (brand, visitor);
      found += customer && parlor_customer_binding (customer, brand->groups->pdata[0]);
      ns[i] = now_ns () - at;
    }
  print_times ("whose person is it, at random", ns, LOOKUPS);
  printf ("%-44s %u of %u\n", "  found", found, LOOKUPS);
  parlor_service_free (service);
}

static void
bench_departure (void)
{
  ParlorService *service = make ();
  ParlorServiceBrand *brand = parlor_service_brand (service, "br_bench");
  add_reps (service, 1, "");
  for (guint i = 0; i < CUSTOMERS; i++)
    tap (service, i);
  ParlorRep *leaver = brand->reps->pdata[0];
  add_reps (service, 50, "");
  ParlorTransferSpec spec = {.from = leaver, .departure = TRUE, .notice = "Somebody else is here."};
  gint64 began = now_ns ();
  ParlorJob *job = parlor_service_transfer (service, &spec, now_of (NULL), NULL);
  while (job->finished_ms == 0) /* it goes in short turns */
    parlor_service_poll (service, now_of (NULL));
  printf ("%-44s %.1f ms for %u customers, %u left behind\n", "a departure",
          (double)(now_ns () - began) / 1e6, job->items->len, leaver->bindings.length);
  parlor_service_free (service);
}

/* 300 words of keyword rules, on messages of about 60 characters, one in a hundred with a hit. */
static void
bench_rules (void)
{
  ParlorService *service = make ();
  ParlorServiceBrand *brand = parlor_service_brand (service, "br_bench");
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < 300; i++)
    g_ptr_array_add (words, g_strdup_printf ("假货%u号", i));
  g_ptr_array_add (words, NULL);
  ParlorRuleSpec spec = {
      .name = "Rule", .words = (const char *const *)words->pdata, .chat = TRUE, .comments = TRUE};
  parlor_service_put_rule (brand, &spec, NULL);
  g_autofree gint64 *ns = g_new (gint64, DECISIONS);
  gint64 all_ns = now_ns ();
  for (guint i = 0; i < DECISIONS; i++)
    {
      g_autofree char *text = g_strdup_printf (
          "这款白茶的口感怎么样？我在直播间看到价格是 %u 元，想问一下什么时候发货%s，谢谢！", i,
          i % 100 ? "" : "，听说有假货17号");
      ParlorJudged said = {.comment = TRUE, .place = "rm_1", .by = "x", .text = text};
      gint64 began = now_ns ();
      parlor_service_judge (brand, &said, now_of (NULL));
      ns[i] = now_ns () - began;
    }
  all_ns = now_ns () - all_ns;
  print_times ("a message against 300 words", ns, DECISIONS);
  printf ("%-44s %.0f a second, %u of %u kept hits are right\n", "  messages",
          DECISIONS * 1e9 / all_ns, brand->hits->len, MIN (100u, DECISIONS / 100u));
  parlor_service_free (service);
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint)strtoul (argv[1], NULL, 10) : 3000000;
  bench_routing ();
  bench_skills ();
  bench_rules ();
  bench_departure ();
  printf ("%u bindings\n", n);
  bench_bindings (n);
  return 0;
}
