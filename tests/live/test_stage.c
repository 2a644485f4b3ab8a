/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static ParlorLiveWho
who (const char *person)
{
  return (ParlorLiveWho){.person = person, .name = person};
}

static void
test_guest (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorLiveWho ada = who ("pt_a"), bo = who ("pt_b");
  g_assert_false (parlor_live_ask_stage (world->room, &ada, world_now (world), &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  world_go_live (world);
  g_assert_true (parlor_live_ask_stage (world->room, &ada, world_now (world), NULL));
  g_assert_false (parlor_live_is_on_stage (world->room, "pt_a")); /* asking is not being */
  g_assert_true (parlor_live_ask_stage (world->room, &ada, world_now (world), NULL));
  g_assert_cmpstr (world_told (world), ==, "guests");
  g_assert_false (parlor_live_admit (world->room, &bo, TRUE, world_now (world), NULL));
  g_assert_true (parlor_live_admit (world->room, &ada, TRUE, world_now (world), NULL));
  g_assert_true (parlor_live_admit (world->room, &ada, TRUE, world_now (world), NULL));
  g_assert_cmpstr (world_told (world), ==, "admitted guests");
  guint n;
  g_assert_true (parlor_live_guests (world->room, &n)[0]->on_stage);
  g_assert_true (parlor_live_is_on_stage (world->room, "pt_a"));
  parlor_live_leave_stage (world->room, "pt_a", world_now (world));
  g_assert_false (parlor_live_is_on_stage (world->room, "pt_a"));
  parlor_live_leave_stage (world->room, "pt_a", world_now (world));
  g_assert_cmpstr (world_told (world), ==, "off-stage guests");
  parlor_live_guests (world->room, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_invited (void)
{
  g_autoptr (World) world = world_new ();
  ParlorLiveWho ada = who ("pt_a"), bo = who ("pt_b");
  g_assert_false (parlor_live_invite (world->room, &ada, world_now (world), NULL));
  world_go_live (world);
  g_assert_true (parlor_live_invite (world->room, &ada, world_now (world), NULL));
  g_assert_true (parlor_live_invite (world->room, &ada, world_now (world), NULL));
  g_assert_cmpstr (world_told (world), ==, "invited guests"); /* and nobody is on air by it */
  g_assert_false (parlor_live_is_on_stage (world->room, "pt_a"));
  g_assert_false (parlor_live_guest_agrees (world->room, "pt_a"));
  ada.agrees = TRUE;
  g_assert_true (parlor_live_ask_stage (world->room, &ada, world_now (world), NULL));
  g_assert_cmpstr (world_told (world), ==, "admitted guests");
  g_assert_true (parlor_live_is_on_stage (world->room, "pt_a"));
  g_assert_true (parlor_live_guest_agrees (world->room, "pt_a"));
  g_assert_true (parlor_live_invite (world->room, &bo, world_now (world), NULL));
  parlor_live_leave_stage (world->room, "pt_b", world_now (world)); /* no */
  g_assert_cmpstr (world_told (world), ==, "invited guests off-stage guests");
  g_assert_true (parlor_live_ask_stage (world->room, &bo, world_now (world), NULL));
  g_assert_true (parlor_live_invite (world->room, &bo, world_now (world), NULL)); /* he asked */
  g_assert_true (parlor_live_is_on_stage (world->room, "pt_b"));
  g_assert_false (parlor_live_guest_agrees (world->room, "pt_b"));
}

static void
test_caps (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  guint asked = 0, on = 0;
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = g_strdup_printf ("pt_%u", i);
      ParlorLiveWho one = who (name);
      asked += parlor_live_ask_stage (world->room, &one, world_now (world), NULL);
      on += i < 10 && parlor_live_admit (world->room, &one, TRUE, world_now (world), NULL);
    }
  g_assert_cmpuint (on, ==, 6);
  g_assert_cmpuint (asked, ==, 56);
  parlor_live_set_state (world->room, PARLOR_LIVE_ENDED, world_now (world), NULL);
  guint n;
  parlor_live_guests (world->room, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_audience (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  for (guint i = 1; i <= 5; i++)
    {
      parlor_live_set_viewers (world->room, i, world_now (world));
      world_pass (world, 300);
    }
  g_assert_cmpstr (world_told (world), ==, "audience audience");
  world_pass (world, 1000);
  g_assert_cmpuint (world->last.viewers, ==, 5);
  g_assert_cmpint (parlor_live_info (world->room)->peak, ==, 5);
  parlor_live_set_viewers (world->room, 2, world_now (world));
  g_assert_cmpint (parlor_live_info (world->room)->peak, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/stage/a-viewer-asks-is-admitted-and-leaves", test_guest);
  g_test_add_func ("/live/stage/who-is-asked-is-on-air-when-he-says-so", test_invited);
  g_test_add_func ("/live/stage/six-are-on-stage-and-fifty-wait", test_caps);
  g_test_add_func ("/live/stage/the-count-is-told-once-a-second-and-the-peak-stays", test_audience);
  return g_test_run ();
}
