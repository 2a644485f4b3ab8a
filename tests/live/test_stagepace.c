/* SPDX-License-Identifier: Apache-2.0 */
#include "live/stagepace.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

typedef struct
{
  ParlorStagePace *pace;
  gint64 now_us, cpu_us;
} World;

static void
set_up (World *w, gconstpointer data)
{
  *w = (World){parlor_stage_pace_new (100, SECOND_US), SECOND_US, 0};
}

static void
tear_down (World *w, gconstpointer data)
{
  parlor_stage_pace_free (w->pace);
}

/* So many seconds at this load; returns how often the level changed. */
static guint
play (World *w, guint seconds, guint percent, gint64 late_us)
{
  guint n = 0;
  for (guint i = 0; i < seconds; i++)
    {
      w->now_us += SECOND_US;
      w->cpu_us += SECOND_US * percent / 100;
      n += parlor_stage_pace_look (w->pace, w->cpu_us, late_us, w->now_us);
    }
  return n;
}

static guint
lines (const World *w)
{
  return parlor_stage_pace_level (w->pace)->lines;
}

static void
test_holds_the_best (World *w, gconstpointer data)
{
  g_assert_cmpuint (play (w, 60, 80, 0), ==, 0);
  g_assert_cmpuint (lines (w), ==, 720);
}

static void
test_goes_down (World *w, gconstpointer data)
{
  g_assert_cmpuint (play (w, 4, 130, 0), >=, 1);
  g_assert_cmpuint (lines (w), <, 720);
}

static void
test_lateness_counts_too (World *w, gconstpointer data)
{
  g_assert_cmpuint (play (w, 4, 20, PARLOR_STAGE_LATE_US + 1), >=, 1);
  g_assert_cmpuint (lines (w), <, 720);
}

static void
test_ends_at_the_smallest (World *w, gconstpointer data)
{
  play (w, 100, 200, SECOND_US);
  g_assert_cmpuint (lines (w), ==, 180);
  g_assert_cmpuint (play (w, 100, 200, SECOND_US), ==, 0);
}

static void
test_comes_up_slowly (World *w, gconstpointer data)
{
  play (w, 2, 130, 0);
  g_assert_cmpuint (lines (w), ==, 540);
  g_assert_cmpuint (play (w, 9, 20, 0), ==, 0);
  g_assert_cmpuint (play (w, 3, 20, 0), ==, 1);
  g_assert_cmpuint (lines (w), ==, 720);
}

/* Up, and at once too much again: every further attempt waits twice as long. */
static void
test_failed_attempts_get_rare (World *w, gconstpointer data)
{
  guint changes[2] = {0};
  for (guint i = 0; i < 2000; i++)
    changes[i / 1000] += play (w, 1, lines (w) == 720 ? 130 : 20, 0);
  g_assert_cmpuint (changes[0], >=, 6);
  g_assert_cmpuint (changes[1], <=, 14);
}

static void
test_sizes (void)
{
  const ParlorStageLevel level = {360, 30, 1};
  guint width, height;
  parlor_stage_level_size (&level, 1920, 1080, &width, &height);
  g_assert_cmpuint (width, ==, 640);
  g_assert_cmpuint (height, ==, 360);
  parlor_stage_level_size (&level, 720, 1280, &width, &height);
  g_assert_cmpuint (width, ==, 360);
  g_assert_cmpuint (height, ==, 640);
  parlor_stage_level_size (&level, 321, 181, &width, &height);
  g_assert_cmpuint (width, ==, 320);
  g_assert_cmpuint (height, ==, 180);
  parlor_stage_level_size (&level, 1, 1, &width, &height);
  g_assert_cmpuint (width, ==, 2);
  g_assert_cmpuint (height, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, World, NULL, set_up, func, tear_down)
  ADD ("/live/stagepace/what-fits-stays", test_holds_the_best);
  ADD ("/live/stagepace/too-much-of-the-processor-makes-it-smaller", test_goes_down);
  ADD ("/live/stagepace/lateness-makes-it-smaller", test_lateness_counts_too);
  ADD ("/live/stagepace/it-ends-at-the-smallest", test_ends_at_the_smallest);
  ADD ("/live/stagepace/it-grows-again-slowly", test_comes_up_slowly);
  ADD ("/live/stagepace/attempts-that-fail-get-rare", test_failed_attempts_get_rare);
  g_test_add_func ("/live/stagepace/sizes-keep-their-shape", test_sizes);
  return g_test_run ();
}
