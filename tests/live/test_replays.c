/* SPDX-License-Identifier: Apache-2.0 */
#include "live/replays.h"

#include "world.h"

#include <string.h>

static World *world; /* of the running test */

static void
happened (const ParlorEvent *event, gpointer user_data)
{
  g_string_append_printf (world->happened, "%s%s", world->happened->len ? " " : "", event->type);
  world->loose_happened += world->depth == 0;
  g_assert_cmpstr (event->entity, ==, "rm_1");
}

static ParlorReplays *
make (void)
{
  return parlor_replays_new (
      &(ParlorReplaysSpec){.sink = &world->sink, .random = world->random, .happened = happened});
}

static const ParlorReplaySpec good = {.brand = "br_1",
                                      .room = "rm_1",
                                      .recording = "rec_1",
                                      .title = "Lamps",
                                      .created_by = "usr_1",
                                      .from_ms = -1,
                                      .to_ms = -1,
                                      .width = 1280,
                                      .height = 720};

static const char *
add (ParlorReplays *replays)
{
  const ParlorReplayRow *row = parlor_replays_add (replays, &good, world->wall_ms, NULL);
  g_assert_nonnull (row);
  return row->id;
}

static void
test_life (void)
{
  g_autoptr (World) w = world = world_new ();
  g_autoptr (ParlorReplays) replays = make ();
  g_autoptr (GError) error = NULL;
  w->loose_puts = 0; /* of the room */
  const char *id = add (replays);
  const ParlorReplayRow *row = parlor_replays_get (replays, id);
  g_assert_true (g_str_has_prefix (id, "rpl_"));
  g_assert_cmpstr (row->state, ==, "preparing");
  g_assert_false (parlor_replay_is_open (row, w->wall_ms));
  g_assert_true (parlor_replays_begun (replays, id, "rnd_1", NULL));
  g_assert_true (parlor_replays_publish (replays, id, "0 5000 0", 5000, "ent_1", w->wall_ms, NULL));
  g_assert_true (parlor_replay_is_open (row, w->wall_ms));
  g_assert_cmpuint (parlor_replays_of_recording (replays, "rec_1"), ==, 1);
  g_assert_false (parlor_replays_begun (replays, id, "rnd_2", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_true (parlor_replays_withdraw (replays, id, "host", "usr_1", w->wall_ms, NULL));
  g_assert_true (parlor_replays_withdraw (replays, id, "again", "usr_1", w->wall_ms, NULL));
  g_assert_cmpstr (row->reason, ==, "host");
  g_assert_false (parlor_replay_is_open (row, w->wall_ms));
  g_assert_cmpuint (parlor_replays_of_recording (replays, "rec_1"), ==, 0);
  g_clear_error (&error);
  g_assert_false (parlor_replays_publish (replays, id, "", 1, "", w->wall_ms, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_cmpstr (world_happened (w), ==, "replay.published replay.withdrawn");
  g_assert_cmpuint (w->loose_puts + w->loose_happened, ==, 0);
}

/* What nobody saw is not told to have gone. */
static void
test_cancelled (void)
{
  g_autoptr (World) w = world = world_new ();
  g_autoptr (ParlorReplays) replays = make ();
  g_autoptr (GError) error = NULL;
  g_autofree char *one = g_strdup (add (replays)), *other = g_strdup (add (replays));
  g_assert_true (parlor_replays_withdraw (replays, one, "host", "", w->wall_ms, NULL));
  g_assert_cmpstr (world_happened (w), ==, "");
  g_assert_true (parlor_replays_fail (replays, other, "disk_full", w->wall_ms, NULL));
  g_assert_cmpstr (parlor_replays_get (replays, other)->reason, ==, "disk_full");
  g_assert_cmpstr (world_happened (w), ==, "replay.failed");
  g_assert_false (parlor_replays_fail (replays, one, "x", w->wall_ms, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_null (parlor_replays_get (replays, "rpl_unknown"));
  g_assert_null (parlor_replays_get (replays, NULL));
}

static void
test_expires (void)
{
  g_autoptr (World) w = world = world_new ();
  g_autoptr (ParlorReplays) replays = make ();
  ParlorReplaySpec spec = good;
  spec.expires_ms = w->wall_ms + 1000;
  const ParlorReplayRow *row = parlor_replays_add (replays, &spec, w->wall_ms, NULL);
  parlor_replays_publish (replays, row->id, "0 1 0", 1, "", w->wall_ms, NULL);
  g_assert_true (parlor_replay_is_open (row, w->wall_ms + 999));
  g_assert_false (parlor_replay_is_open (row, w->wall_ms + 1000));
  g_autoptr (GPtrArray) now = parlor_replays_shown (replays, "br_1", w->wall_ms);
  g_autoptr (GPtrArray) then = parlor_replays_shown (replays, "br_1", w->wall_ms + 1000);
  g_autoptr (GPtrArray) others = parlor_replays_shown (replays, "br_2", w->wall_ms);
  g_assert_cmpuint (now->len, ==, 1);
  g_assert_cmpuint (then->len, ==, 0);
  g_assert_cmpuint (others->len, ==, 0);
}

static void
test_order (void)
{
  g_autoptr (World) w = world = world_new ();
  g_autoptr (ParlorReplays) replays = make (), again = make ();
  g_autofree char *old = g_strdup (add (replays));
  w->wall_ms += 1000;
  g_autofree char *young = g_strdup (add (replays));
  /* Loaded in any order. */
  parlor_replays_load (parlor_replays_get (replays, young), again);
  parlor_replays_load (parlor_replays_get (replays, old), again);
  g_autoptr (GPtrArray) rows = parlor_replays_of_room (again, "rm_1");
  g_assert_cmpstr (((ParlorReplayRow *)rows->pdata[0])->id, ==, young);
  g_assert_cmpstr (((ParlorReplayRow *)rows->pdata[1])->id, ==, old);
  g_autoptr (GPtrArray) waiting = parlor_replays_in_state (again, PARLOR_REPLAY_PREPARING);
  g_assert_cmpstr (((ParlorReplayRow *)waiting->pdata[0])->id, ==, old);
}

static void
check_refused (ParlorReplays *replays, ParlorReplaySpec spec, gint code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_replays_add (replays, &spec, world->wall_ms, &error));
  g_assert_error (error, PARLOR_ERROR, code);
}

static void
test_refusals (void)
{
  g_autoptr (World) w = world = world_new ();
  g_autoptr (ParlorReplays) replays = make ();
  const ParlorReplayCut empty = {500, 500}, negative = {-1, 5};
  ParlorReplayCut many[PARLOR_REPLAY_CUTS_MAX + 1];
  ParlorReplaySpec bad = good;
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    many[i] = (ParlorReplayCut){i * 10, i * 10 + 5};
  bad.to_ms = 0;
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.from_ms = 100;
  bad.to_ms = 100;
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.cuts = &empty;
  bad.n_cuts = 1;
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  bad.cuts = &negative;
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  bad.cuts = many;
  bad.n_cuts = G_N_ELEMENTS (many);
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.title = " ";
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.expires_ms = w->wall_ms;
  check_refused (replays, bad, PARLOR_ERROR_BAD_REQUEST);
  for (guint i = 0; i < PARLOR_REPLAYS_OF_ROOM_MAX; i++)
    add (replays);
  check_refused (replays, good, PARLOR_ERROR_TOO_MANY);
}

static void
test_cuts (void)
{
  g_autoptr (World) w = world = world_new ();
  g_autoptr (ParlorReplays) replays = make ();
  const ParlorReplayCut cuts[] = {{900, 1000}, {0, 100}, {100, 200}, {950, 2000}, {300, 400}};
  ParlorReplaySpec spec = good;
  spec.cuts = cuts;
  spec.n_cuts = G_N_ELEMENTS (cuts);
  g_assert_cmpstr (parlor_replays_add (replays, &spec, w->wall_ms, NULL)->cuts, ==,
                   "0 200\n300 400\n900 2000");
}

static void
test_clock (void)
{
  g_autoptr (GArray)
      parts = parlor_replay_parts ("1000 3000 0\nnonsense\n5000 4000 7\n5000 9000 2000");
  g_assert_cmpuint (parts->len, ==, 2);
  g_assert_cmpint (parlor_replay_to_file (parts, 999), ==, -1);
  g_assert_cmpint (parlor_replay_to_file (parts, 1000), ==, 0);
  g_assert_cmpint (parlor_replay_to_file (parts, 2999), ==, 1999);
  g_assert_cmpint (parlor_replay_to_file (parts, 3000), ==, -1);
  g_assert_cmpint (parlor_replay_to_file (parts, 5000), ==, 2000);
  g_assert_cmpint (parlor_replay_to_file (parts, 9000), ==, -1);
  g_assert_cmpint (parlor_replay_first_kept (parts, 0, -1), ==, 1000);
  g_assert_cmpint (parlor_replay_first_kept (parts, 0, 1000), ==, -1);
  g_assert_cmpint (parlor_replay_first_kept (parts, 3500, 6000), ==, 5000);
  g_assert_cmpint (parlor_replay_first_kept (parts, 3500, 5000), ==, -1);
  g_assert_cmpint (parlor_replay_first_kept (parts, 6000, -1), ==, 6000);
  g_autoptr (GArray) none = parlor_replay_parts (NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/replays/one-is-made-published-and-withdrawn-for-good", test_life);
  g_test_add_func ("/live/replays/what-nobody-saw-goes-in-silence", test_cancelled);
  g_test_add_func ("/live/replays/an-end-that-was-set-closes-it", test_expires);
  g_test_add_func ("/live/replays/rows-stand-by-their-age-after-a-restart", test_order);
  g_test_add_func ("/live/replays/what-is-no-wish-is-refused", test_refusals);
  g_test_add_func ("/live/replays/cuts-that-touch-become-one", test_cuts);
  g_test_add_func ("/live/replays/the-clock-has-holes", test_clock);
  return g_test_run ();
}
