/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/pushback.h"
#include "base/time.h"

#define MS PARLOR_US_PER_MS

static void
test_least (void)
{
  ParlorBwePath path;

  parlor_bwe_path_init (&path);
  parlor_bwe_path_push (&path, -5000000, 50 * MS, 0);
  g_assert_cmpint (path.queue_us, ==, 0);
  parlor_bwe_path_push (&path, -5000000 + 70 * MS, 120 * MS, 50 * MS);
  g_assert_cmpint (path.queue_us, ==, 70 * MS);
  g_assert_cmpint (path.rtt_us, >, 50 * MS);
  /* A path that has become longer for good is no queue after a while. */
  for (gint64 now_us = 0; now_us < 45 * PARLOR_US_PER_SEC; now_us += PARLOR_US_PER_SEC)
    parlor_bwe_path_push (&path, -5000000 + 70 * MS, 120 * MS, now_us);
  g_assert_cmpint (path.queue_us, ==, 0);
}

static void
test_drain (void)
{
  ParlorBwePath path;
  ParlorBweDrain drain = {0};
  gint64 now_us = PARLOR_US_PER_SEC;

  parlor_bwe_path_init (&path);
  parlor_bwe_path_push (&path, 0, 50 * MS, 0);
  g_assert_false (parlor_bwe_drain_update (&drain, &path, 300e3, 3e6, 30000, FALSE, now_us));
  g_assert_cmpfloat (parlor_bwe_drain_bps (&drain, &path, 30000), ==, G_MAXDOUBLE);
  parlor_bwe_path_push (&path, 120 * MS, 170 * MS, now_us);
  g_assert_false (parlor_bwe_drain_update (&drain, &path, 2.9e6, 3e6, 80000, FALSE, now_us));
  g_assert_true (parlor_bwe_drain_update (&drain, &path, 300e3, 3e6, 60000, FALSE, now_us));
  g_assert_cmpfloat (parlor_bwe_drain_bps (&drain, &path, 60000), ==, 30e3);
  g_assert_cmpint (drain.until_us, <=, now_us + 4 * PARLOR_US_PER_SEC);
  parlor_bwe_path_push (&path, 10 * MS, 60 * MS, now_us += PARLOR_US_PER_SEC);
  parlor_bwe_drain_update (&drain, &path, 300e3, 250e3, 3000, FALSE, now_us);
  g_assert_false (drain.active);
}

/* Of somebody who sends little a small queue is enough to know, and is known at once. */
static void
test_early (void)
{
  ParlorBwePath path;
  ParlorBweDrain drain = {0};

  parlor_bwe_path_init (&path);
  parlor_bwe_path_push (&path, 0, 50 * MS, 0);
  parlor_bwe_path_push (&path, 35 * MS, 85 * MS, PARLOR_US_PER_SEC);
  g_assert_false (
      parlor_bwe_drain_update (&drain, &path, 300e3, 600e3, 7000, FALSE, PARLOR_US_PER_SEC));
  g_assert_false (/* as much comes out as goes in */
                  parlor_bwe_drain_update (&drain, &path, 590e3, 600e3, 7000, TRUE,
                                           PARLOR_US_PER_SEC));
  g_assert_false (/* nothing is under way that would wait */
                  parlor_bwe_drain_update (&drain, &path, 300e3, 600e3, 3000, TRUE,
                                           PARLOR_US_PER_SEC));
  g_assert_true (
      parlor_bwe_drain_update (&drain, &path, 300e3, 600e3, 7000, TRUE, PARLOR_US_PER_SEC));
}

/* Of a feedback over the fall its first packet met no queue, its last two did. */
static void
test_newest (void)
{
  ParlorBwePath path;
  ParlorBweDrain drain = {0};

  parlor_bwe_path_init (&path);
  parlor_bwe_path_push (&path, 0, 50 * MS, 0);
  parlor_bwe_path_push (&path, 0, 50 * MS, PARLOR_US_PER_SEC);
  g_assert_cmpint (path.newest_us, ==, 0);
  g_assert_false (parlor_bwe_drain_listens (&drain, &path));
  /* One that is late alone is no queue. */
  parlor_bwe_path_push_last (&path, 10 * MS, 61 * MS);
  g_assert_cmpint (path.newest_us, ==, 0);
  parlor_bwe_path_push_last (&path, 29 * MS, 61 * MS);
  g_assert_cmpint (path.newest_us, ==, 61 * MS);
  g_assert_true (parlor_bwe_drain_listens (&drain, &path));
  g_assert_false (
      parlor_bwe_drain_update (&drain, &path, 700e3, 1600e3, 25000, FALSE, PARLOR_US_PER_SEC));
  g_assert_true (
      parlor_bwe_drain_update (&drain, &path, 700e3, 1600e3, 25000, TRUE, PARLOR_US_PER_SEC));
  /* What it takes was known too late to be right, and is corrected as soon as there is a queue. */
  parlor_bwe_path_push (&path, 89 * MS, 140 * MS, PARLOR_US_PER_SEC + 60 * MS);
  parlor_bwe_drain_update (&drain, &path, 300e3, 1600e3, 30000, TRUE, PARLOR_US_PER_SEC + 60 * MS);
  g_assert_cmpfloat (drain.capacity_bps, ==, 300e3);
}

/* What is usual is learnt; what is late beyond that holds for a while, not for good. */
static void
test_overdue (void)
{
  ParlorBweOverdue overdue = {0};
  gint64 now_us = PARLOR_US_PER_SEC, limit_us;

  g_assert_cmpint (parlor_bwe_overdue_limit_us (&overdue), ==, G_MAXINT64);
  for (guint i = 0; i < 100; i++)
    parlor_bwe_overdue_push (&overdue, i % 2 * 20 * MS, FALSE, now_us += 50 * MS);
  limit_us = parlor_bwe_overdue_limit_us (&overdue);
  g_assert_cmpint (limit_us, >, 30 * MS);
  g_assert_cmpint (limit_us, <, 70 * MS);
  g_assert_cmpint (overdue.until_us, ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      parlor_bwe_overdue_push (&overdue, 200 * MS, TRUE, now_us += 50 * MS);
      g_assert_cmpint (overdue.until_us, ==, now_us + 100 * MS);
      g_assert_cmpint (parlor_bwe_overdue_limit_us (&overdue), ==, limit_us);
    }
  parlor_bwe_overdue_push (&overdue, 200 * MS, TRUE, now_us += 50 * MS);
  g_assert_cmpint (overdue.until_us, ==, 0);
  g_assert_cmpint (parlor_bwe_overdue_limit_us (&overdue), >, limit_us);
  parlor_bwe_overdue_push (&overdue, 200 * MS, TRUE, now_us += 50 * MS);
  g_assert_cmpint (overdue.until_us, >, now_us);
  parlor_bwe_overdue_push (&overdue, 0, FALSE, now_us + 50 * MS);
  g_assert_cmpint (overdue.until_us, ==, 0);
}

static void
test_app_limit (void)
{
  ParlorBweAppLimit app;
  gint64 now_us = 0;

  parlor_bwe_app_limit_init (&app, now_us);
  for (guint i = 0; i < 100; i++)
    parlor_bwe_app_limit_push (&app, 1250, 1e6, now_us += 10 * MS);
  g_assert_false (app.limited);
  for (guint i = 0; i < 200; i++)
    parlor_bwe_app_limit_push (&app, 250, 1e6, now_us += 10 * MS);
  g_assert_true (app.limited);
  for (guint i = 0; i < 100; i++)
    parlor_bwe_app_limit_push (&app, 1250, 1e6, now_us += 10 * MS);
  g_assert_false (app.limited);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/pushback/the-queue-is-what-is-above-the-least", test_least);
  g_test_add_func ("/proto/bwe/pushback/a-steep-fall-drains-the-queue", test_drain);
  g_test_add_func ("/proto/bwe/pushback/who-sends-little-drains-early", test_early);
  g_test_add_func ("/proto/bwe/pushback/the-last-packets-of-a-feedback-count-where-few-came",
                   test_newest);
  g_test_add_func ("/proto/bwe/pushback/what-has-not-come-holds-for-a-while", test_overdue);
  g_test_add_func ("/proto/bwe/pushback/app-limited-below-65-percent", test_app_limit);
  return g_test_run ();
}
