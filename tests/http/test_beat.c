/* SPDX-License-Identifier: Apache-2.0 */
#include "http/beat.h"

static uv_timer_t often, seldom;
static guint n_often, n_seldom, n_wakes;

static void
on_often (uv_timer_t *timer)
{
  parlor_beat (timer, on_often, 10);
  n_often++;
}

static void
on_seldom (uv_timer_t *timer)
{
  parlor_beat (timer, on_seldom, 30);
  if (++n_seldom == 2)
    uv_stop (timer->loop);
}

static void
on_wake (uv_check_t *check)
{
  n_wakes++;
}

static void
test_next_turn_is_at_a_multiple (void)
{
  uv_loop_t loop;
  g_assert_cmpint (uv_loop_init (&loop), ==, 0);
  uv_timer_init (&loop, &often);
  for (guint64 period_ms = 1; period_ms < 2000; period_ms += 249)
    {
      parlor_beat (&often, on_often, period_ms);
      guint64 wait_ms = uv_timer_get_due_in (&often);
      g_assert_cmpuint (wait_ms, >=, 1);
      g_assert_cmpuint (wait_ms, <=, period_ms);
      g_assert_cmpuint ((uv_now (&loop) + wait_ms) % period_ms, ==, 0);
    }
  uv_close ((uv_handle_t *)&often, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&loop), ==, 0);
}

/* The slow one has no wake-up of its own, whenever it was set. */
static void
test_who_ticks_seldom_wakes_with_who_ticks_often (void)
{
  uv_loop_t loop;
  uv_check_t check;
  g_assert_cmpint (uv_loop_init (&loop), ==, 0);
  uv_timer_init (&loop, &often);
  uv_timer_init (&loop, &seldom);
  uv_check_init (&loop, &check);
  uv_check_start (&check, on_wake);
  parlor_beat (&often, on_often, 10);
  uv_sleep (3);
  uv_update_time (&loop);
  parlor_beat (&seldom, on_seldom, 30);
  uv_run (&loop, UV_RUN_DEFAULT);
  g_assert_cmpuint (n_seldom, ==, 2);
  /* The loop looks once before its first wait; a late turn is one of several at once. */
  g_assert_cmpuint (n_often, <=, n_wakes);
  g_assert_cmpuint (n_wakes, <=, n_often + 1);
  uv_close ((uv_handle_t *)&often, NULL);
  uv_close ((uv_handle_t *)&seldom, NULL);
  uv_close ((uv_handle_t *)&check, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&loop), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/beat/next-turn-is-at-a-multiple", test_next_turn_is_at_a_multiple);
  g_test_add_func ("/http/beat/who-ticks-seldom-wakes-with-who-ticks-often",
                   test_who_ticks_seldom_wakes_with_who_ticks_often);
  return g_test_run ();
}
