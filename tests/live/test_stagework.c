/* SPDX-License-Identifier: Apache-2.0 */
#include "live/stagework.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)
#define MAX_ORDERS 8

static ParlorStageOrder orders[MAX_ORDERS];

static ParlorStageJob
job_of (const char *room, guint64 endpoint)
{
  ParlorStageJob job = {.task = PARLOR_STAGE_SECOND, .endpoint = endpoint, .source = 2};
  g_strlcpy (job.room, room, sizeof job.room);
  return job;
}

/* A round in which these are wished. */
static guint
play_round (ParlorStageWork *work, gint64 now_us, const ParlorStageJob *jobs, guint n)
{
  for (guint i = 0; i < n; i++)
    parlor_stage_work_wish (work, &jobs[i], PARLOR_STAGE_NEEDED, now_us);
  return parlor_stage_work_decide (work, now_us, orders, MAX_ORDERS);
}

static void
test_begins_with_the_first (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (2);
  ParlorStageJob job = job_of ("rm_a", 7);
  g_assert_cmpint (parlor_stage_work_state (work, &job), ==, PARLOR_STAGE_IDLE);
  g_assert_cmpuint (play_round (work, 1, &job, 1), ==, 1);
  g_assert_cmpint (orders[0].verb, ==, PARLOR_STAGE_START);
  g_assert_cmpuint (orders[0].job.endpoint, ==, 7);
  g_assert_cmpint (parlor_stage_work_state (work, &job), ==, PARLOR_STAGE_RUNNING);
  g_assert_cmpuint (play_round (work, 2, &job, 1), ==, 0);
  g_assert_cmpuint (parlor_stage_work_running (work), ==, 1);
}

static void
test_ends_after_a_grace (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (2);
  ParlorStageJob job = job_of ("rm_a", 7);
  play_round (work, 1, &job, 1);
  guint64 id = orders[0].id;
  g_assert_cmpuint (play_round (work, PARLOR_STAGE_GRACE_US, NULL, 0), ==, 0);
  g_assert_cmpuint (play_round (work, PARLOR_STAGE_GRACE_US, &job, 1), ==, 0);
  g_assert_cmpuint (play_round (work, 2 * PARLOR_STAGE_GRACE_US, NULL, 0), ==, 1);
  g_assert_cmpint (orders[0].verb, ==, PARLOR_STAGE_STOP);
  g_assert_cmpuint (orders[0].id, ==, id);
  g_assert_cmpuint (parlor_stage_work_running (work), ==, 0);
  g_assert_cmpint (parlor_stage_work_state (work, &job), ==, PARLOR_STAGE_IDLE);
}

static void
test_no_more_than_there_are_places (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (1);
  ParlorStageJob jobs[] = {job_of ("rm_a", 7), job_of ("rm_b", 8)};
  g_assert_cmpuint (play_round (work, 1, jobs, 2), ==, 1);
  g_assert_cmpint (parlor_stage_work_state (work, &jobs[0]), ==, PARLOR_STAGE_RUNNING);
  g_assert_cmpint (parlor_stage_work_state (work, &jobs[1]), ==, PARLOR_STAGE_FULL);
  g_assert_cmpuint (parlor_stage_work_waiting (work), ==, 1);
  g_assert_false (parlor_stage_work_has_place (work));
  /* The first one's viewers leave: the place goes to the second. */
  g_assert_cmpuint (play_round (work, 1 + PARLOR_STAGE_GRACE_US, &jobs[1], 1), ==, 2);
  g_assert_cmpint (orders[0].verb, ==, PARLOR_STAGE_STOP);
  g_assert_cmpint (orders[1].verb, ==, PARLOR_STAGE_START);
  g_assert_cmpuint (orders[1].job.endpoint, ==, 8);
  g_assert_cmpint (parlor_stage_work_state (work, &jobs[1]), ==, PARLOR_STAGE_RUNNING);
}

static void
test_a_room_with_none_comes_first (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (2);
  ParlorStageJob jobs[] = {job_of ("rm_a", 1), job_of ("rm_a", 2), job_of ("rm_b", 3)};
  g_assert_cmpuint (play_round (work, 1, jobs, 3), ==, 2);
  g_assert_cmpuint (orders[0].job.endpoint, ==, 1);
  g_assert_cmpuint (orders[1].job.endpoint, ==, 3);
  g_assert_cmpint (parlor_stage_work_state (work, &jobs[1]), ==, PARLOR_STAGE_FULL);
}

static void
test_without_places_nothing_runs (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (0);
  ParlorStageJob job = job_of ("rm_a", 1);
  g_assert_cmpuint (play_round (work, 1, &job, 1), ==, 0);
  g_assert_cmpint (parlor_stage_work_state (work, &job), ==, PARLOR_STAGE_FULL);
}

static void
test_comes_back_ever_later (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (1);
  ParlorStageJob job = job_of ("rm_a", 1);
  gint64 now_us = SECOND_US, wait_us = PARLOR_STAGE_RETRY_US;
  for (guint i = 0; i < 12; i++)
    {
      g_assert_cmpuint (play_round (work, now_us, &job, 1), ==, 1);
      parlor_stage_work_ended (work, orders[0].id, now_us);
      g_assert_cmpint (parlor_stage_work_state (work, &job), ==,
                       i + 1 >= PARLOR_STAGE_FAILS ? PARLOR_STAGE_FAILING : PARLOR_STAGE_RUNNING);
      g_assert_cmpuint (play_round (work, now_us + wait_us - 1, &job, 1), ==, 0);
      now_us += wait_us;
      wait_us = MIN (wait_us * 2, PARLOR_STAGE_RETRY_MAX_US);
    }
  /* It holds for long: the next end is forgiven. */
  g_assert_cmpuint (play_round (work, now_us, &job, 1), ==, 1);
  now_us += PARLOR_STAGE_GOOD_US;
  parlor_stage_work_ended (work, orders[0].id, now_us);
  g_assert_cmpuint (play_round (work, now_us + PARLOR_STAGE_RETRY_US, &job, 1), ==, 1);
}

/* A place in which nobody is, because its process waits, is another's. */
static void
test_one_that_waits_holds_no_place (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (1);
  ParlorStageJob jobs[] = {job_of ("rm_a", 1), job_of ("rm_b", 2)};
  play_round (work, 1, jobs, 2);
  parlor_stage_work_ended (work, orders[0].id, 2);
  g_assert_cmpuint (play_round (work, 3, jobs, 2), ==, 1);
  g_assert_cmpuint (orders[0].job.endpoint, ==, 2);
}

/* Who sees a picture jerk has it nicer as long as nobody sees nothing at all. */
static void
test_needed_goes_before_nicer (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (1);
  ParlorStageJob jerks = job_of ("rm_a", 1), black = job_of ("rm_b", 2);
  parlor_stage_work_wish (work, &jerks, PARLOR_STAGE_NICER, 1);
  g_assert_cmpuint (parlor_stage_work_decide (work, 1, orders, MAX_ORDERS), ==, 1);
  guint64 run = orders[0].id;
  g_assert_true (parlor_stage_work_has_place (work)); /* for something needed */
  parlor_stage_work_wish (work, &jerks, PARLOR_STAGE_NICER, 2);
  parlor_stage_work_wish (work, &black, PARLOR_STAGE_NEEDED, 2);
  g_assert_cmpuint (parlor_stage_work_decide (work, 2, orders, MAX_ORDERS), ==, 2);
  g_assert_cmpint (orders[0].verb, ==, PARLOR_STAGE_STOP);
  g_assert_cmpuint (orders[0].id, ==, run);
  g_assert_cmpint (orders[1].verb, ==, PARLOR_STAGE_START);
  g_assert_cmpuint (orders[1].job.endpoint, ==, 2);
  g_assert_cmpint (parlor_stage_work_state (work, &jerks), ==, PARLOR_STAGE_FULL);
  g_assert_false (parlor_stage_work_has_place (work));
  /* Nobody is sent away for what is only nicer, and what both need is needed. */
  parlor_stage_work_wish (work, &black, PARLOR_STAGE_NEEDED, 3);
  parlor_stage_work_wish (work, &black, PARLOR_STAGE_NICER, 3);
  parlor_stage_work_wish (work, &jerks, PARLOR_STAGE_NICER, 3);
  g_assert_cmpuint (parlor_stage_work_decide (work, 3, orders, MAX_ORDERS), ==, 0);
  g_assert_false (parlor_stage_work_has_place (work));
}

static void
test_nobody_yields_for_nothing (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (2);
  ParlorStageJob jerks = job_of ("rm_a", 1), black = job_of ("rm_b", 2), none = job_of ("rm_c", 3);
  parlor_stage_work_wish (work, &jerks, PARLOR_STAGE_NICER, 1);
  parlor_stage_work_wish (work, &black, PARLOR_STAGE_NEEDED, 1);
  g_assert_cmpuint (parlor_stage_work_decide (work, 1, orders, MAX_ORDERS), ==, 2);
  g_assert_cmpuint (orders[0].job.endpoint, ==, 2); /* first what is needed */
  parlor_stage_work_wish (work, &jerks, PARLOR_STAGE_NICER, 2);
  parlor_stage_work_wish (work, &none, PARLOR_STAGE_NICER, 2);
  g_assert_cmpuint (parlor_stage_work_decide (work, 2, orders, MAX_ORDERS), ==, 0);
  g_assert_cmpuint (parlor_stage_work_running (work), ==, 2);
}

static void
test_unknown_ends_are_nothing (void)
{
  g_autoptr (ParlorStageWork) work = parlor_stage_work_new (1);
  parlor_stage_work_ended (work, 0, 1);
  parlor_stage_work_ended (work, 99, 1);
  g_assert_cmpuint (parlor_stage_work_running (work), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/stagework/begins-with-the-first-viewer", test_begins_with_the_first);
  g_test_add_func ("/live/stagework/ends-a-while-after-the-last", test_ends_after_a_grace);
  g_test_add_func ("/live/stagework/no-more-than-there-are-places",
                   test_no_more_than_there_are_places);
  g_test_add_func ("/live/stagework/a-room-with-none-comes-first",
                   test_a_room_with_none_comes_first);
  g_test_add_func ("/live/stagework/without-places-nothing-runs", test_without_places_nothing_runs);
  g_test_add_func ("/live/stagework/what-ends-comes-back-ever-later", test_comes_back_ever_later);
  g_test_add_func ("/live/stagework/one-that-waits-holds-no-place",
                   test_one_that_waits_holds_no_place);
  g_test_add_func ("/live/stagework/what-is-needed-goes-before-what-is-nicer",
                   test_needed_goes_before_nicer);
  g_test_add_func ("/live/stagework/nobody-yields-for-what-is-nicer",
                   test_nobody_yields_for_nothing);
  g_test_add_func ("/live/stagework/ends-of-strangers-are-nothing", test_unknown_ends_are_nothing);
  return g_test_run ();
}
