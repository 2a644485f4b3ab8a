/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static void
test_find (World *w, gconstpointer data)
{
  ParlorRoomSpec spec = {.alias = "demo", .kind = "live", .title = " Hello "};
  ParlorRoom *demo = parlor_rooms_create (w->rooms, &spec, w->now_us, NULL);
  const ParlorRoomInfo *info = parlor_room_info (demo);
  g_assert_cmpstr (info->kind, ==, "live");
  g_assert_cmpstr (info->title, ==, "Hello");
  g_assert_true (parlor_rooms_find (w->rooms, info->id) == demo);
  g_assert_true (parlor_rooms_find (w->rooms, "demo") == demo);
  g_autofree char *shouted = g_ascii_strup (info->code, -1);
  g_assert_true (parlor_rooms_find (w->rooms, shouted) == demo);
  g_assert_null (parlor_rooms_find (w->rooms, NULL));
  g_assert_null (parlor_rooms_find (w->rooms, "rm_nobody"));
  guint n;
  g_autofree ParlorRoom **list = parlor_rooms_list (w->rooms, &n);
  g_assert_true (n == 2 && list[0] == w->room && list[1] == demo);
}

static void
test_refused (World *w, gconstpointer data)
{
  ParlorRoomSpec bad_kind = {.kind = "party"}, bad_title = {.title = "a\nb"};
  ParlorRoomSpec bad_alias = {.alias = "../etc"}, demo = {.alias = "demo"};
  assert_refused (parlor_rooms_create (w->rooms, &bad_kind, 0, &error), PARLOR_ERROR_BAD_REQUEST);
  assert_refused (parlor_rooms_create (w->rooms, &bad_title, 0, &error), PARLOR_ERROR_BAD_REQUEST);
  assert_refused (parlor_rooms_create (w->rooms, &bad_alias, 0, &error), PARLOR_ERROR_BAD_REQUEST);
  assert_done (parlor_rooms_create (w->rooms, &demo, w->now_us, &error));
  assert_refused (parlor_rooms_create (w->rooms, &demo, 0, &error), PARLOR_ERROR_CONFLICT);
}

static void
test_cap (World *w, gconstpointer data)
{
  for (guint i = 1; i < 5; i++)
    assert_done (parlor_rooms_create (w->rooms, &(ParlorRoomSpec){0}, w->now_us, &error));
  assert_refused (parlor_rooms_create (w->rooms, &(ParlorRoomSpec){0}, 0, &error),
                  PARLOR_ERROR_TOO_MANY);
}

static void
test_unopened (World *w, gconstpointer data)
{
  world_run (w, 24 * 3600 * 1000 - 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 1);
  world_run (w, 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
}

static void
test_unopened_of_stranger (World *w, gconstpointer data)
{
  ParlorRoomSpec spec = {.stranger = "192.0.2.1"}, other = {.stranger = "192.0.2.2"};
  ParlorDenial denial;
  ParlorJoin join = {
      .identity = "a", .role = PARLOR_ROLE_HOST, .granted = GRANT_ALL, .session = (gpointer) "s1"};
  ParlorRoom *opened = parlor_rooms_create (w->rooms, &spec, w->now_us, NULL);
  assert_done (parlor_rooms_create (w->rooms, &spec, w->now_us, &error));
  assert_refused (parlor_rooms_create (w->rooms, &spec, w->now_us, &error), PARLOR_ERROR_TOO_MANY);
  assert_done (parlor_rooms_create (w->rooms, &other, w->now_us, &error));
  g_assert_nonnull (parlor_room_join (opened, &join, w->now_us, &denial)); /* counts no longer */
  assert_done (parlor_rooms_create (w->rooms, &spec, w->now_us, &error));
  world_run (w, 3600 * 1000 - 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 5);
  world_run (w, 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 2); /* the opened one, and w->room */
  assert_done (parlor_rooms_create (w->rooms, &spec, w->now_us, &error));
  assert_done (parlor_rooms_create (w->rooms, &spec, w->now_us, &error));
}

static void
test_live_of_stranger (World *w, gconstpointer data)
{
  ParlorRoomSpec spec = {.kind = "live", .stranger = "192.0.2.1"}, known = {.kind = "live"};
  ParlorDenial denial;
  ParlorJoin join = {
      .identity = "a", .role = PARLOR_ROLE_HOST, .granted = GRANT_ALL, .session = (gpointer) "s1"};
  ParlorRoom *opened = parlor_rooms_create (w->rooms, &spec, w->now_us, NULL);
  assert_done (parlor_rooms_create (w->rooms, &known, w->now_us, &error));
  ParlorParticipant *p = parlor_room_join (opened, &join, w->now_us, &denial);
  world_run (w, 5 * 3600 * 1000);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 3);
  parlor_participant_leave (p, w->now_us);
  world_run (w, 1800 * 1000 - 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 3);
  world_run (w, 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 2);
}

static void
test_empty (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  world_run (w, 5 * 3600 * 1000); /* while somebody is in it nothing ends */
  parlor_participant_leave (p, w->now_us);
  world_run (w, 1799 * 1000);
  p = world_join (w, "a", PARLOR_ROLE_HOST, "s2");
  parlor_participant_leave (p, w->now_us);
  world_run (w, 1800 * 1000 - 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 1);
  world_run (w, 1);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
}

static void
test_kept (World *w, gconstpointer data)
{
  ParlorRoomChange lock = {.has_locked = TRUE, .locked = TRUE};
  parlor_room_set_kept (w->room, TRUE, w->now_us);
  world_run (w, 30 * 24 * 3600 * G_GINT64_CONSTANT (1000)); /* nobody came yet */
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *token = g_strdup (w->token);
  g_autofree char *id = g_strdup (parlor_participant_info (p)->id);
  assert_done (parlor_participant_say (p, "c1", "of this meeting", w->now_us, &error));
  assert_done (parlor_room_change (w->room, p, &lock, w->now_us, &error));
  parlor_participant_leave (p, w->now_us);
  world_run (w, 1800 * 1000 - 1);
  g_assert_cmpuint (parlor_chat_length (parlor_room_chat (w->room)), ==, 1);
  world_run (w, 1);
  g_assert_cmpuint (parlor_chat_length (parlor_room_chat (w->room)), ==, 0);
  g_assert_false (parlor_room_info (w->room)->locked);
  world_run (w, 30 * 24 * 3600 * G_GINT64_CONSTANT (1000));
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 1);
  ParlorParticipant *again = world_resume (w, "a", token, "s2");
  g_assert_cmpstr (again != NULL ? parlor_participant_info (again)->id : "", !=, id);
  parlor_room_set_kept (w->room, FALSE, w->now_us);
  parlor_participant_leave (parlor_room_find_identity (w->room, "a"), w->now_us);
  world_run (w, 1800 * 1000);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
}

static void
on_closed (const ParlorRoom *room, gpointer user_data)
{
  g_string_append (user_data, parlor_room_info (room)->id);
}

static void
test_kept_ends (World *w, gconstpointer data)
{
  g_autoptr (GString) closed = g_string_new (NULL);
  g_autofree char *id = g_strdup (parlor_room_info (w->room)->id);
  parlor_rooms_set_closed (w->rooms, on_closed, closed);
  parlor_room_set_kept (w->room, TRUE, w->now_us);
  ParlorParticipant *host = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  world_join (w, "b", PARLOR_ROLE_GUEST, "s2");
  assert_done (parlor_room_end (w->room, host, w->now_us, &error));
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 0);
  g_assert_nonnull (strstr (w->log->str, "s1<closed ended\n"));
  g_assert_nonnull (strstr (w->log->str, "s2<closed ended\n"));
  world_join (w, "c", PARLOR_ROLE_GUEST, "s3");
  g_assert_cmpstr (closed->str, ==, "");
  assert_done (parlor_room_end (w->room, NULL, w->now_us, &error));
  g_assert_cmpstr (closed->str, ==, id);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
}

static void
test_clock (World *w, gconstpointer data)
{
  world_run (w, 5000);
  g_assert_cmpint (parlor_room_ms (w->room, w->now_us), ==, 0);
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  world_run (w, 1500);
  parlor_participant_leave (p, w->now_us);
  w->wall_ms -= 3600000;
  world_run (w, 500);
  g_assert_cmpint (parlor_room_ms (w->room, w->now_us), ==, 2000);
}

static void
test_shutdown (World *w, gconstpointer data)
{
  world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  parlor_rooms_shutdown (w->rooms, w->now_us);
  world_expect (w, "s1<closed server_shutdown\n");
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  *(int *)user_data = durable;
}

static void
test_flush_without_store (World *w, gconstpointer data)
{
  int durable = -1;
  parlor_rooms_flush (w->rooms, on_flushed, &durable);
  g_assert_cmpint (durable, ==, TRUE);
}

/* Joins and leaves at random: everything comes back to nothing. */
static void
test_churn (World *w, gconstpointer data)
{
  static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
  ParlorParticipant *people[G_N_ELEMENTS (names)] = {NULL};
  for (guint step = 0; step < 2000; step++)
    {
      guint i = g_test_rand_int_range (0, G_N_ELEMENTS (names));
      if (people[i] == NULL)
        people[i] = world_meet (w, names[i], PARLOR_ROLE_MEMBER, names[i]);
      else
        {
          parlor_participant_leave (people[i], w->now_us);
          people[i] = NULL;
        }
      if (step % 7 == 0 && people[i] != NULL)
        world_speaker (w, people[i]);
      world_run (w, g_test_rand_int_range (0, 300));
      world_forget (w);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (people[i] != NULL)
      parlor_participant_leave (people[i], w->now_us);
  world_poll (w);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 0);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
  world_run (w, 1800 * 1000);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
  g_assert_cmpint (parlor_rooms_next_us (w->rooms), ==, G_MAXINT64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/rooms/found-by-id-alias-and-code-as-typed", test_find);
  WORLD_TEST ("/room/rooms/unfit-ones-are-not-made", test_refused);
  WORLD_TEST ("/room/rooms/only-so-many", test_cap);
  WORLD_TEST ("/room/rooms/one-that-nobody-enters-ends-after-a-day", test_unopened);
  WORLD_TEST ("/room/rooms/a-strangers-ends-after-an-hour-and-he-has-few",
              test_unopened_of_stranger);
  WORLD_TEST ("/room/rooms/a-strangers-live-room-ends-when-it-is-empty", test_live_of_stranger);
  WORLD_TEST ("/room/rooms/an-empty-one-ends-after-half-an-hour", test_empty);
  WORLD_TEST ("/room/rooms/a-kept-one-rests-and-the-next-meeting-begins-with-nothing", test_kept);
  WORLD_TEST ("/room/rooms/a-host-ends-a-meeting-of-a-kept-one-and-the-api-the-room",
              test_kept_ends);
  WORLD_TEST ("/room/rooms/the-room-clock-runs-from-the-first-one-in", test_clock);
  WORLD_TEST ("/room/rooms/shutdown-is-told", test_shutdown);
  WORLD_TEST ("/room/rooms/without-a-store-a-flush-is-at-once", test_flush_without_store);
  WORLD_TEST ("/room/rooms/churn-leaves-nothing-behind", test_churn);
  return g_test_run ();
}
