/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

static void
test_a_whole_schedule_is_read (void)
{
  char *why = NULL;
  g_autoptr (GArray) steps = relay_schedule_parse (
      "[{\"at_ms\":0,\"up\":{\"delay_ms\":25,\"jitter_ms\":1.5,\"loss\":0.1},\"down\":{\"burst\":"
      "{\"loss\":0.05,\"packets\":8},\"reorder\":{\"share\":0.01,\"ms\":20},\"rate_kbps\":300}},"
      "{\"at_ms\":2500.5,\"rebind\":true},{\"at_ms\":9000,\"down\":{\"blackhole\":true}}]",
      &why);
  g_assert_null (why);
  g_assert_cmpuint (steps->len, ==, 3);
  const RelayStep *step = &g_array_index (steps, RelayStep, 0);
  g_assert_true (step->has_up && step->has_down && !step->rebind);
  g_assert_cmpuint (step->up.delay_us, ==, 25000);
  g_assert_cmpuint (step->up.jitter_us, ==, 1500);
  g_assert_cmpfloat (step->up.loss, ==, 0.1);
  g_assert_cmpfloat (step->down.burst_loss, ==, 0.05);
  g_assert_cmpfloat (step->down.burst_pkts, ==, 8);
  g_assert_cmpfloat (step->down.reorder, ==, 0.01);
  g_assert_cmpuint (step->down.reorder_us, ==, 20000);
  g_assert_cmpuint (step->down.rate_kbps, ==, 300);
  g_assert_cmpuint (step->down.queue_ms, ==, 200);
  step++;
  g_assert_true (step->rebind && !step->has_up && !step->has_down);
  g_assert_cmpint (step->at_us, ==, 2500500);
  step++;
  g_assert_true (step->has_down && step->down.blackhole);
}

static void
test_an_error_is_told (void)
{
  static const char *const wrong[] = {
      "",
      "{}",
      "[{}]",
      "[1]",
      "[{\"at_ms\":0,\"sideways\":{}}]",
      "[{\"at_ms\":0,\"up\":1}]",
      "[{\"at_ms\":0,\"up\":{\"los\":0.1}}]",
      "[{\"at_ms\":5,\"up\":{}},{\"at_ms\":4,\"up\":{}}]",
      "[{\"at_ms\":0,\"up\":{\"burst\":{\"loss\":0.1}}}]",
  };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *why = NULL;
      g_assert_null (relay_schedule_parse (wrong[i], &why));
      g_assert_cmpstr (why, !=, NULL);
      g_assert_cmpstr (why, !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/schedule/a-whole-schedule-is-read", test_a_whole_schedule_is_read);
  g_test_add_func ("/net/schedule/an-error-is-told", test_an_error_is_told);
  return g_test_run ();
}
