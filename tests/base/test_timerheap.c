/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timerheap.h"
#include <string.h>

typedef struct
{
  guint number;
  ParlorTimer timer;
} Owner;

static void
test_order (void)
{
  g_autoptr (ParlorTimerHeap) heap = parlor_timer_heap_new ();
  Owner owners[5] = {{0, {0, 0}}, {1, {0, 0}}, {2, {0, 0}}, {3, {0, 0}}, {4, {0, 0}}};
  static const gint64 deadlines[5] = {50, 10, 40, 20, 30};
  g_assert_cmpint (parlor_timer_heap_next_us (heap), ==, G_MAXINT64);
  for (guint i = 0; i < 5; i++)
    parlor_timer_heap_set (heap, &owners[i].timer, deadlines[i]);
  g_assert_cmpint (parlor_timer_heap_next_us (heap), ==, 10);
  g_assert_null (parlor_timer_heap_pop_due (heap, 9));
  static const guint want[5] = {1, 3, 4, 2, 0};
  for (guint i = 0; i < 5; i++)
    {
      ParlorTimer *timer = parlor_timer_heap_pop_due (heap, 50);
      g_assert_nonnull (timer);
      g_assert_cmpuint (PARLOR_TIMER_OWNER (timer, Owner, timer)->number, ==, want[i]);
      g_assert_false (parlor_timer_is_armed (timer));
    }
  g_assert_null (parlor_timer_heap_pop_due (heap, G_MAXINT64 - 1));
}

static void
test_never (void)
{
  g_autoptr (ParlorTimerHeap) heap = parlor_timer_heap_new ();
  ParlorTimer timer = {0};
  parlor_timer_heap_cancel (heap, &timer);
  parlor_timer_heap_set (heap, &timer, 5);
  parlor_timer_heap_set (heap, &timer, G_MAXINT64);
  g_assert_false (parlor_timer_is_armed (&timer));
  g_assert_cmpuint (parlor_timer_heap_size (heap), ==, 0);
}

#define N 300

static gint64
model_next (const gint64 *model)
{
  gint64 next = G_MAXINT64;
  for (guint i = 0; i < N; i++)
    next = MIN (next, model[i]);
  return next;
}

/* Sets, moves, cancels and pops at random, against an array that is searched. */
static void
test_model (void)
{
  g_autoptr (ParlorTimerHeap) heap = parlor_timer_heap_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  static ParlorTimer timers[N];
  gint64 model[N];
  memset (timers, 0, sizeof timers);
  for (guint i = 0; i < N; i++)
    model[i] = G_MAXINT64;
  for (guint step = 0; step < 60000; step++)
    {
      guint i = (guint)g_rand_int_range (rand, 0, N);
      gint64 value = g_rand_int_range (rand, 0, 500) + step / 10;
      if (step % 7 == 0)
        {
          ParlorTimer *due = parlor_timer_heap_pop_due (heap, value);
          g_assert_true ((due != NULL) == (model_next (model) <= value));
          if (due)
            {
              g_assert_cmpint (model[due - timers], ==, model_next (model));
              model[due - timers] = G_MAXINT64;
            }
        }
      else
        {
          model[i] = step % 5 == 0 ? G_MAXINT64 : value;
          parlor_timer_heap_set (heap, &timers[i], model[i]);
          g_assert_true (parlor_timer_is_armed (&timers[i]) == (model[i] != G_MAXINT64));
        }
      g_assert_cmpint (parlor_timer_heap_next_us (heap), ==, model_next (model));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/timerheap/pops-in-order-of-deadline-and-not-before", test_order);
  g_test_add_func ("/base/timerheap/never-means-idle", test_never);
  g_test_add_func ("/base/timerheap/agrees-with-a-searched-array", test_model);
  return g_test_run ();
}
