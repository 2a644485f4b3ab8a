/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#define ROOM "rm_aaaaaaaaaaaaaaaaaaaaaaaaaa"

static ParlorStaffing
look (World *world)
{
  g_autoptr (ParlorStaffingLook) found = parlor_service_look (world->brand, world->now.wall_ms);
  g_assert_nonnull (found);
  g_assert_cmpuint (parlor_staffing_of (found, "rm_other").from_room, ==, 0);
  return parlor_staffing_of (found, ROOM);
}

static void
test_presence (void)
{
  g_autoptr (World) world = world_new ();
  g_assert_cmpuint (look (world).present, ==, 0);
  ParlorRep *lin = world_rep (world, "lin", 1, FALSE);
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  world_rep (world, "zoe", 6, TRUE);
  g_assert_cmpuint (look (world).present, ==, 2);
  g_assert_cmpuint (look (world).free, ==, 2);
  parlor_service_rep_suspend (wang, TRUE, world->now);
  g_assert_cmpuint (look (world).present, ==, 1);
  parlor_service_rep_suspend (wang, FALSE, world->now);
  parlor_service_rep_disconnected (lin, world->now); /* stale: nobody is given to him */
  g_assert_cmpuint (look (world).present, ==, 1);
  parlor_service_rep_connected (lin, world->now);
  g_assert_cmpuint (look (world).present, ==, 2);
}

static void
test_full (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 1, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  g_assert_cmpuint (look (world).free, ==, 0); /* an offer is a seat */
  parlor_service_accept (lin, world->offer, world->now, NULL);
  g_assert_cmpuint (look (world).present, ==, 1);
  g_assert_cmpuint (look (world).free, ==, 0);
  world_answer (world, binding->conversation, lin, "what is it?");
  world_pass (world, 601);
  g_assert_cmpuint (look (world).free, ==, 1);
}

static void
test_waiting (void)
{
  g_autoptr (World) world = world_new ();
  ParlorBinding *one = world_bind (world, "vis_a"), *two = world_bind (world, "vis_b");
  g_assert_cmpuint (look (world).waiting, ==, 0); /* who has written nothing waits for nothing */
  world_say (world, one, "hello");
  gint64 first_ms = world->now.wall_ms;
  world_pass (world, 5);
  world_say (world, two, "hello");
  g_free (two->conversation->room);
  two->conversation->room = g_strdup (ROOM);
  ParlorStaffing now = look (world);
  g_assert_cmpuint (now.waiting, ==, 2);
  g_assert_cmpuint (now.from_room, ==, 1);
  g_assert_cmpint (now.since_ms, ==, first_ms);
  g_assert_cmpint (now.open_ms, ==, 0);
  g_assert_cmpuint (now.present, ==, 0);
}

static void
test_no_group (void)
{
  g_autoptr (World) world = world_new ();
  ParlorServiceBrand *bare = parlor_service_add_brand (world->service, "br_bare", "Bare",
                                                       PARLOR_CONFIRM_FIRST);
  g_assert_null (parlor_service_look (bare, world->now.wall_ms));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/staffing/who-is-there-is-counted-at-once", test_presence);
  g_test_add_func ("/service/staffing/an-offer-takes-a-seat", test_full);
  g_test_add_func ("/service/staffing/the-longest-waiting-is-told", test_waiting);
  g_test_add_func ("/service/staffing/a-brand-without-groups-has-no-staff", test_no_group);
  return g_test_run ();
}
