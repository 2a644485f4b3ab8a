/* SPDX-License-Identifier: Apache-2.0 */
/* The domain over a store, through a restart. */
#include "room/recording.h"
#include "store/memory.h"
#include "world.h"

static void
set_up (World *w, gconstpointer data)
{
  w->store = parlor_store_memory_new ();
  world_set_up (w, NULL);
}

static void
tear_down (World *w, gconstpointer data)
{
  world_tear_down (w, NULL);
  w->store->ops->close (w->store, 0);
}

static const char *
id_of (const ParlorParticipant *p)
{
  return parlor_participant_info (p)->id;
}

static void
test_back_after_crash (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *id = g_strdup (id_of (p));
  assert_done (parlor_participant_set_name (p, "Lin", w->now_us, &error));
  world_run (w, 60000);
  world_restart (w);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
  p = world_resume (w, "a", w->token, "s2");
  g_assert_cmpstr (id_of (p), ==, id);
  g_assert_true (parlor_participant_can (p, PARLOR_RIGHT_MODERATE));
  world_expect (w, "s2<welcome Lin resumed gone\n*<participant Lin host connecting\n");
}

static void
test_seat_after_crash_ends (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *id = g_strdup (id_of (p));
  world_restart (w);
  world_run (w, 600000);
  g_assert_cmpstr (id_of (world_resume (w, "a", w->token, "s2")), !=, id);
}

static void
test_left_long_ago (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *id = g_strdup (id_of (p));
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 300000);
  w->wall_ms += 3600000; /* the server was off for an hour */
  world_restart (w);
  g_assert_cmpstr (id_of (world_resume (w, "a", w->token, "s2")), !=, id);
}

static void
test_left_for_good (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *id = g_strdup (id_of (p));
  parlor_participant_leave (p, w->now_us);
  world_restart (w);
  g_assert_cmpstr (id_of (world_resume (w, "a", w->token, "s2")), !=, id);
}

static void
test_room_state (World *w, gconstpointer data)
{
  ParlorRoomChange change = {
      .has_locked = TRUE, .locked = TRUE, .has_lobby = TRUE, .lobby = TRUE, .title = "Kept"};
  g_autofree char *code = g_strdup (parlor_room_info (w->room)->code);
  world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  assert_done (parlor_room_change (w->room, NULL, &change, w->now_us, &error));
  world_run (w, 10000);
  w->wall_ms += 5000; /* five seconds off */
  world_restart (w);
  const ParlorRoomInfo *info = parlor_room_info (w->room);
  g_assert_true (info->locked && info->lobby);
  g_assert_cmpstr (info->title, ==, "Kept");
  g_assert_cmpstr (info->code, ==, code);
  g_assert_cmpint (parlor_room_ms (w->room, w->now_us), ==, 15000);
}

static void
test_clock_never_back (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  world_run (w, 10000);
  assert_done (parlor_participant_say (p, "c1", "x", w->now_us, &error));
  w->wall_ms -= 3600000;
  world_restart (w);
  g_assert_cmpint (parlor_room_ms (w->room, w->now_us), >=, 10000);
}

static void
test_chat (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  assert_done (parlor_participant_say (p, "c1", "kept", w->now_us, &error));
  world_restart (w);
  g_assert_cmpuint (parlor_chat_length (parlor_room_chat (w->room)), ==, 1);
  p = world_resume (w, "a", w->token, "s2");
  assert_done (parlor_participant_say (p, "c1", "kept", w->now_us, &error));
  g_assert_cmpuint (parlor_chat_length (parlor_room_chat (w->room)), ==, 1); /* not twice */
}

static void
test_bans (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  assert_done (parlor_room_remove (w->room, NULL, id_of (p), TRUE, w->now_us, &error));
  world_restart (w);
  g_assert_cmpint (world_denial (w, "a", PARLOR_ROLE_MEMBER, "s2"), ==, PARLOR_DENIED_BANNED);
}

static void
test_ended (World *w, gconstpointer data)
{
  g_autofree char *id = g_strdup (parlor_room_info (w->room)->id);
  ParlorRoom *other = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){0}, w->now_us, NULL);
  assert_done (parlor_room_end (w->room, NULL, w->now_us, &error));
  w->room = other;
  world_restart (w);
  g_assert_null (parlor_rooms_find (w->rooms, id));
  g_assert_nonnull (w->room);
}

static void
test_empty_after_crash (World *w, gconstpointer data)
{
  world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  world_restart (w);
  world_run (w, 1800 * 1000);
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
}

static void
test_strangers (World *w, gconstpointer data)
{
  g_assert_false (parlor_room_info (w->room)->by_stranger);
  w->room = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){.stranger = "192.0.2.1"}, w->now_us,
                                 NULL);
  world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  world_restart (w);
  g_assert_true (parlor_room_info (w->room)->by_stranger);
}

static guint
restore_marker (World *w, const char *id, gint64 room_ms)
{
  const ParlorRoomInfo *info = parlor_room_info (w->room);
  const ParlorMarkerRow row = {.id = (char *)id,
                               .version = 1,
                               .room = (char *)info->id,
                               .brand = (char *)info->brand,
                               .kind = (char *)"question",
                               .text = (char *)"why?",
                               .author = (char *)"a",
                               .room_ms = room_ms};
  guint n = 0;
  parlor_rooms_restore_marker (w->rooms, &row);
  parlor_room_markers (w->room, &n);
  return n;
}

/* Guests of one meeting of a series are not those of the next one. */
static void
test_earlier_meetings (World *w, gconstpointer data)
{
  parlor_room_set_kept (w->room, TRUE, w->now_us);
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  assert_done (parlor_participant_say (p, "c1", "of the first", w->now_us, &error));
  parlor_participant_leave (p, w->now_us);
  world_run (w, 3600 * 1000);
  p = world_join (w, "b", PARLOR_ROLE_HOST, "s2");
  world_run (w, 5000);
  assert_done (parlor_participant_say (p, "c2", "of the second", w->now_us, &error));
  world_restart (w);
  parlor_room_set_kept (w->room, TRUE, w->now_us);
  const ParlorChat *chat = parlor_room_chat (w->room);
  g_assert_cmpuint (parlor_chat_length (chat), ==, 1);
  g_assert_cmpstr (parlor_chat_get (chat, 0)->text, ==, "of the second");
  g_assert_cmpuint (restore_marker (w, "mk_first", 100), ==, 0);
  g_assert_cmpuint (restore_marker (w, "mk_second", parlor_room_ms (w->room, w->now_us)), ==, 1);
  world_run (w, 3600 * 1000);
  world_restart (w);
  parlor_room_set_kept (w->room, TRUE, w->now_us);
  g_assert_cmpuint (parlor_chat_length (parlor_room_chat (w->room)), ==, 0);
  g_assert_cmpuint (restore_marker (w, "mk_third", parlor_room_ms (w->room, w->now_us)), ==, 0);
}

#define ADD(name, test) g_test_add ("/room/persist/" name, World, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("after-a-crash-he-is-who-he-was", test_back_after_crash);
  ADD ("ten-minutes-after-the-start-no-more", test_seat_after_crash_ends);
  ADD ("who-left-an-hour-before-does-not-come-back", test_left_long_ago);
  ADD ("who-left-for-good-does-not-come-back", test_left_for_good);
  ADD ("lock-lobby-title-code-and-clock-go-on", test_room_state);
  ADD ("the-room-clock-never-runs-back", test_clock_never_back);
  ADD ("chat-is-there-and-not-twice", test_chat);
  ADD ("what-was-said-in-a-meeting-that-is-over-stays-there", test_earlier_meetings);
  ADD ("bans-hold", test_bans);
  ADD ("a-strangers-room-stays-one", test_strangers);
  ADD ("ended-rooms-stay-ended", test_ended);
  ADD ("a-room-to-which-nobody-returns-ends", test_empty_after_crash);
  return g_test_run ();
}
