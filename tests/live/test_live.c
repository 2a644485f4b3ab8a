/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_states (void)
{
  g_autoptr (World) world = world_new ();
  static const struct
  {
    ParlorLiveState to;
    gboolean may;
    const char *happens;
  } steps[] = {
      {PARLOR_LIVE_PAUSED, FALSE, ""}, {PARLOR_LIVE_ON, TRUE, "room.live"},
      {PARLOR_LIVE_ON, TRUE, ""},      {PARLOR_LIVE_SCHEDULED, FALSE, ""},
      {PARLOR_LIVE_PAUSED, TRUE, ""},  {PARLOR_LIVE_ON, TRUE, ""},
      {PARLOR_LIVE_PAUSED, TRUE, ""},  {PARLOR_LIVE_ENDED, TRUE, "room.ended"},
      {PARLOR_LIVE_ON, FALSE, ""},     {PARLOR_LIVE_ENDED, TRUE, ""},
  };
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean did = parlor_live_set_state (world->room, steps[i].to, world_now (world), &error);
      g_assert_cmpint (did, ==, steps[i].may);
      if (!did)
        g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
      g_assert_cmpstr (world_happened (world), ==, steps[i].happens);
    }
  g_assert_cmpuint (world->loose_happened, ==, 0);
}

static void
test_first_live (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  gint64 first_ms = parlor_live_info (world->room)->live_ms;
  g_assert_cmpint (first_ms, ==, world->wall_ms);
  world_pass (world, 60000);
  parlor_live_set_state (world->room, PARLOR_LIVE_PAUSED, world_now (world), NULL);
  parlor_live_set_state (world->room, PARLOR_LIVE_ON, world_now (world), NULL);
  g_assert_cmpint (parlor_live_info (world->room)->live_ms, ==, first_ms);
}

static void
test_restart (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  ParlorLiveInfo row;
  parlor_record_copy (&parlor_live_kind, &row, parlor_live_info (world->room));
  g_autoptr (World) next = world_new ();
  row.room[3] = '2';
  parlor_live_load_room (next->live, &row);
  ParlorLiveRoom *back = parlor_live_find (next->live, "rm_2");
  g_assert_cmpint (parlor_live_info (back)->state, ==, PARLOR_LIVE_ON);
  g_assert_cmpint (parlor_live_info (back)->epoch, ==, row.epoch + 1);
  parlor_record_clear (&parlor_live_kind, &row);
}

static void
test_one_each (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorLiveInfo again = {.room = (char *)"rm_1", .brand = (char *)"br_1"};
  g_assert_null (parlor_live_open (world->live, &again, world_now (world), &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  ParlorLiveInfo bad = {
      .room = (char *)"rm_3", .brand = (char *)"br_1", .image = (char *)"javascript:alert(1)"};
  g_clear_error (&error);
  g_assert_null (parlor_live_open (world->live, &bad, world_now (world), &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/live/states-follow-the-table-and-no-other", test_states);
  g_test_add_func ("/live/live/a-pause-does-not-begin-the-stream-anew", test_first_live);
  g_test_add_func ("/live/live/a-restart-counts-an-epoch-and-stays-on-air", test_restart);
  g_test_add_func ("/live/live/a-room-is-one-live-room-and-judges-its-words", test_one_each);
  return g_test_run ();
}
