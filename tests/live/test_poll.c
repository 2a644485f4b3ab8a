/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_votes (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  const char *options[] = {"Moon", "Wall"};
  ParlorLiveWho ada = {.person = "pt_a", .visitor = "vis_a", .name = "Ada"};
  ParlorLiveWho reloaded = {.person = "pt_b", .visitor = "vis_a", .name = "Ada"};
  world_go_live (world);
  g_assert_true (parlor_live_ask (world->room, "Which?", options, 2, world_now (world), NULL));
  const char *poll = parlor_live_poll_of (world->room)->id;
  g_assert_false (parlor_live_vote (world->room, &ada, poll, 2, world_now (world), NULL));
  g_assert_true (parlor_live_vote (world->room, &ada, poll, 1, world_now (world), NULL));
  g_assert_false (parlor_live_vote (world->room, &reloaded, poll, 0, world_now (world), &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_cmpstr (parlor_live_poll_of (world->room)->votes, ==, "0 1");
  world_told (world);
  world_pass (world, 1500);
  g_assert_cmpstr (world_told (world), ==, "poll");
  g_assert_true (parlor_live_close_poll (world->room, world_now (world)));
  g_assert_false (parlor_live_close_poll (world->room, world_now (world)));
  ParlorLiveWho bo = {.person = "pt_c", .name = "Bo"};
  g_assert_false (parlor_live_vote (world->room, &bo, poll, 0, world_now (world), NULL));
}

static void
test_bounds (void)
{
  g_autoptr (World) world = world_new ();
  const char *many[] = {"a", "b", "c", "d", "e", "f", "g"};
  world_go_live (world);
  g_assert_false (parlor_live_ask (world->room, "?", many, 1, world_now (world), NULL));
  g_assert_false (parlor_live_ask (world->room, "?", many, 7, world_now (world), NULL));
  g_assert_false (parlor_live_ask (world->room, "", many, 2, world_now (world), NULL));
  g_assert_null (parlor_live_poll_of (world->room));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/poll/a-visitor-votes-once-also-after-a-reload", test_votes);
  g_test_add_func ("/live/poll/two-to-six-answers", test_bounds);
  return g_test_run ();
}
