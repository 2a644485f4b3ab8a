/* SPDX-License-Identifier: Apache-2.0 */
/* The funnel: exact whatever comes twice, in whatever order. */
#include "service/funnel.h"

#include <stdio.h>
#include <string.h>

#define NOON_MS G_GINT64_CONSTANT (1795348800000) /* 2026-11-22 12:00 UTC */

static ParlorFactRow
fact (const char *id, ParlorFunnelStage stage, const char *visitor, const char *room)
{
  return (ParlorFactRow){.id = (char *)id,
                         .stage = (char *)parlor_funnel_stage_name (stage),
                         .visitor = (char *)visitor,
                         .room = (char *)room,
                         .at_ms = NOON_MS};
}

static const ParlorFunnelLine *
line (ParlorFunnel *funnel, guint at, guint n)
{
  g_autoptr (GPtrArray) lines = parlor_funnel_lines (funnel);
  g_assert_cmpuint (lines->len, ==, n);
  return lines->pdata[at];
}

static void
test_names (void)
{
  for (guint i = 0; i < PARLOR_N_FUNNEL_STAGES; i++)
    g_assert_cmpint (parlor_funnel_stage_parse (parlor_funnel_stage_name ((ParlorFunnelStage)i)),
                     ==, i);
  g_assert_cmpint (parlor_funnel_stage_parse ("sold"), ==, -1);
  g_assert_null (parlor_funnel_stage_name (PARLOR_N_FUNNEL_STAGES));
  g_assert_null (parlor_funnel_by_name (PARLOR_N_BYS));
}

/* An evening of 1,000 viewers; each fact comes one to three times, shuffled. */
static void
test_evening (void)
{
  static const guint of[PARLOR_N_FUNNEL_STAGES] = {1000, 900, 400, 400, 300, 200,
                                                   190,  50,  120, 100, 40,  5};
  g_autoptr (ParlorFunnel) funnel = parlor_funnel_new (1u << PARLOR_BY_ROOM, 0);
  g_autoptr (GPtrArray) facts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  for (guint stage = 0; stage < PARLOR_N_FUNNEL_STAGES; stage++)
    for (guint i = 0; i < of[stage]; i++)
      for (gint32 times = g_rand_int_range (random, 1, 4); times; times--)
        g_ptr_array_add (facts, g_strdup_printf ("%u %u", stage, i));
  for (guint i = facts->len; i > 1; i--)
    {
      guint j = (guint)g_rand_int_range (random, 0, (gint32)i);
      gpointer other = facts->pdata[j];
      facts->pdata[j] = facts->pdata[i - 1];
      facts->pdata[i - 1] = other;
    }
  for (guint i = 0; i < facts->len; i++)
    {
      guint stage, person;
      g_assert_cmpint (sscanf (facts->pdata[i], "%u %u", &stage, &person), ==, 2);
      g_autofree char *visitor = g_strdup_printf ("vis_%u", person);
      ParlorFactRow row = fact (facts->pdata[i], stage, visitor, person % 2 ? "rm_b" : "rm_a");
      row.value = (char *)"10.10";
      row.currency = (char *)"CNY";
      parlor_funnel_add (funnel, &row);
    }
  for (guint at = 0; at < 2; at++)
    {
      const ParlorFunnelLine *one = line (funnel, at, 2);
      gboolean first = !strcmp (one->keys[PARLOR_BY_ROOM], "rm_a");
      for (guint stage = 0; stage < PARLOR_N_FUNNEL_STAGES; stage++)
        g_assert_cmpuint (one->counts[stage], ==, (of[stage] + first) / 2);
      g_assert_cmpuint (one->visitors, ==, 500);
      g_assert_cmpuint (one->unsummed, ==, 0);
      gint64 *cny = g_hash_table_lookup (one->revenue, "CNY");
      g_assert_cmpint (*cny, ==, (first ? 20 - 3 : 20 - 2) * 10100000);
    }
}

static void
test_groups (void)
{
  guint by = 1u << PARLOR_BY_DAY | 1u << PARLOR_BY_REP_ID;
  g_autoptr (ParlorFunnel) shanghai = parlor_funnel_new (by, 480);
  ParlorFactRow row = fact ("tap:1", PARLOR_FUNNEL_TAP, "vis_a", NULL);
  g_assert_true (parlor_funnel_add (shanghai, &row));
  row = fact ("tap:2", PARLOR_FUNNEL_TAP, "vis_a", NULL);
  row.rep = (char *)"rep_a";
  row.at_ms += 5 * 3600 * 1000; /* 01:00 of the next day there */
  g_assert_true (parlor_funnel_add (shanghai, &row));
  const ParlorFunnelLine *one = line (shanghai, 0, 2);
  g_assert_cmpstr (one->keys[PARLOR_BY_DAY], ==, "2026-11-22");
  g_assert_null (one->keys[PARLOR_BY_REP_ID]);
  one = line (shanghai, 1, 2);
  g_assert_cmpstr (one->keys[PARLOR_BY_DAY], ==, "2026-11-23");
  g_assert_cmpstr (one->keys[PARLOR_BY_REP_ID], ==, "rep_a");
  g_assert_null (one->keys[PARLOR_BY_ROOM]); /* it is not grouped by that */
}

static void
test_money (void)
{
  static const struct
  {
    const char *value, *shown;
  } one[] = {{"0.1", "0.10"},
             {"1299", "1299.00"},
             {"0.000001", "0.000001"},
             {"19.999", "19.999"},
             {"999999999999", "999999999999.00"}};
  for (guint i = 0; i < G_N_ELEMENTS (one); i++)
    for (guint back = 0; back < 2; back++)
      {
        g_autoptr (ParlorFunnel) funnel = parlor_funnel_new (0, 0);
        ParlorFactRow row = fact ("x", back ? PARLOR_FUNNEL_REFUNDED : PARLOR_FUNNEL_ORDERED, NULL,
                                  NULL);
        row.value = (char *)one[i].value;
        row.currency = (char *)"EUR";
        parlor_funnel_add (funnel, &row);
        gint64 *sum = g_hash_table_lookup (line (funnel, 0, 1)->revenue, "EUR");
        g_autofree char *shown = parlor_funnel_money (*sum);
        g_assert_cmpstr (shown + back, ==, one[i].shown);
        g_assert_true (!back || *shown == '-');
      }
  static const char *const never[] = {"1000000000000", "0.0000001", "1e3", "-1", ""};
  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    {
      g_autoptr (ParlorFunnel) funnel = parlor_funnel_new (0, 0);
      ParlorFactRow row = fact ("x", PARLOR_FUNNEL_ORDERED, NULL, NULL);
      row.value = (char *)never[i];
      parlor_funnel_add (funnel, &row);
      g_assert_cmpuint (line (funnel, 0, 1)->unsummed, ==, 1);
      g_assert_cmpuint (line (funnel, 0, 1)->counts[PARLOR_FUNNEL_ORDERED], ==, 1);
    }
}

static void
test_strange (void)
{
  g_autoptr (ParlorFunnel) funnel = parlor_funnel_new (0, 0);
  ParlorFactRow row = fact ("x", PARLOR_FUNNEL_TAP, NULL, NULL);
  row.stage = (char *)"sold";
  g_assert_false (parlor_funnel_add (funnel, &row));
  row = fact (NULL, PARLOR_FUNNEL_TAP, NULL, NULL);
  g_assert_false (parlor_funnel_add (funnel, &row));
  g_autoptr (GPtrArray) lines = parlor_funnel_lines (funnel);
  g_assert_cmpuint (lines->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/funnel/every-stage-has-a-name", test_names);
  g_test_add_func ("/service/funnel/what-comes-twice-counts-once", test_evening);
  g_test_add_func ("/service/funnel/days-are-the-askers", test_groups);
  g_test_add_func ("/service/funnel/money-is-exact", test_money);
  g_test_add_func ("/service/funnel/what-is-no-fact-is-left-out", test_strange);
  return g_test_run ();
}
