/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_hold (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 1999);
  world_expect (w, "");
  world_run (w, 1);
  world_expect (w, "*<participant a member reconnecting microphone camera\n");
  world_run (w, 12999);
  world_expect (w, "");
  world_run (w, 1);
  world_expect (w, "*<left a lost\n");
  world_expect_media (w, "close 1\n");
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
}

static void
test_back_within_hold (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 14000);
  world_forget (w);
  world_resume (w, "a", w->token, "s2");
  world_expect (w, "s2<welcome a resumed alive\n" /* the first thing that a page hears */
                   "*<participant a member connected microphone camera\n");
  world_poll (w);
  world_expect (w, "s2<slots 0=nobody 1=nobody 2=nobody 3=nobody 4=nobody\n");
  world_run (w, 60000);
  world_expect (w, "");
  world_expect_media (w, "");
}

static void
test_seat_after_hold (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *id = g_strdup (parlor_participant_info (p)->id);
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 300000);
  world_forget (w);
  p = world_resume (w, "a", w->token, "s2");
  g_assert_cmpstr (parlor_participant_info (p)->id, ==, id);
  world_expect (w, "s2<welcome a resumed gone\n*<participant a host connecting\n");
}

static void
test_seat_ends (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *id = g_strdup (parlor_participant_info (p)->id);
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 15000 + 600000);
  p = world_resume (w, "a", w->token, "s2");
  g_assert_cmpstr (parlor_participant_info (p)->id, !=, id);
  g_assert_cmpint (parlor_participant_info (p)->role, ==, PARLOR_ROLE_MEMBER);
}

static void
test_still_sends (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_media (w, PARLOR_MEDIA_SOURCE_ACTIVE, p);
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 40000);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
  world_media (w, PARLOR_MEDIA_SOURCE_IDLE, p);
  world_run (w, 15000);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
}

static void
test_leave (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *id = g_strdup (parlor_participant_info (p)->id);
  g_autofree char *token = g_strdup (w->token);
  parlor_participant_leave (p, w->now_us);
  world_expect (w, "*<left a left\n");
  world_expect_media (w, "close 1\n");
  p = world_resume (w, "a", token, "s2");
  g_assert_cmpstr (parlor_participant_info (p)->id, !=, id); /* for good */
}

static void
test_beacon (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_assert_false (parlor_rooms_leave_by_token (w->rooms, "nobody's", w->now_us));
  g_assert_false (parlor_rooms_leave_by_token (w->rooms, NULL, w->now_us));
  g_assert_true (parlor_rooms_leave_by_token (w->rooms, w->token, w->now_us));
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 1499);
  world_expect (w, "");
  world_run (w, 501);
  world_expect (w, "*<left a left\n");
}

static void
test_beacon_of_reload (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  parlor_rooms_leave_by_token (w->rooms, w->token, w->now_us);
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 1000);
  g_assert_true (world_resume (w, "a", w->token, "s2") == p);
  world_forget (w);
  world_run (w, 60000);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
}

static void
test_expired (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorJoin join = {
      .identity = "a", .granted = GRANT_ALL, .valid_us = 60000000, .session = (gpointer) "s1"};
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  world_forget (w);
  world_run (w, 59999);
  world_expect (w, "");
  world_run (w, 1);
  world_expect (w, "s1<closed token_expired\n");
  join.resume = w->token;
  join.session = "s2";
  g_assert_true (parlor_room_join (w->room, &join, w->now_us, &denial) == p);
}

/* Packets that still come make no token valid: who brings no new one is out when his seat is. */
static void
test_expired_and_sending (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorJoin join = {.identity = "a",
                     .granted = GRANT_ALL,
                     .valid_us = 60000000,
                     .role = PARLOR_ROLE_MEMBER,
                     .session = (gpointer) "s1"};
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  world_offer (w, p, 3, 2);
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE);
  world_media (w, PARLOR_MEDIA_CONNECTED, p);
  world_media (w, PARLOR_MEDIA_SOURCE_ACTIVE, p);
  world_run (w, 60000 + 14999);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
  world_run (w, 1);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
}

static void
test_wall_clock_step (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  parlor_participant_disconnect (p, "s1", w->now_us);
  w->wall_ms += 3600000;
  world_run (w, 14999);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
  w->wall_ms -= 7200000;
  world_run (w, 1);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
}

static void
test_seats_bounded (World *w, gconstpointer data)
{
  g_autofree char *first = NULL;
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *identity = g_strdup_printf ("p%u", i);
      ParlorParticipant *p = world_join (w, identity, PARLOR_ROLE_HOST, "s1");
      if (i == 0)
        first = g_strdup (w->token);
      parlor_participant_disconnect (p, "s1", w->now_us);
      world_run (w, 15000);
    }
  ParlorParticipant *p = world_resume (w, "p0", first, "s2");
  g_assert_cmpint (parlor_participant_info (p)->role, ==, PARLOR_ROLE_MEMBER);
  p = world_resume (w, "p29", w->token, "s3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/seat/held-15-seconds-and-reconnecting-after-two", test_hold);
  WORLD_TEST ("/room/seat/back-in-time-nobody-left", test_back_within_hold);
  WORLD_TEST ("/room/seat/later-he-comes-back-with-id-and-role", test_seat_after_hold);
  WORLD_TEST ("/room/seat/after-ten-minutes-the-token-is-worth-nothing", test_seat_ends);
  WORLD_TEST ("/room/seat/whose-packets-still-come-is-not-thrown-out", test_still_sends);
  WORLD_TEST ("/room/seat/who-leaves-leaves-for-good", test_leave);
  WORLD_TEST ("/room/seat/a-closed-tab-has-left-within-two-seconds", test_beacon);
  WORLD_TEST ("/room/seat/a-reload-is-no-leave", test_beacon_of_reload);
  WORLD_TEST ("/room/seat/an-expired-token-ends-the-session-not-the-seat", test_expired);
  WORLD_TEST ("/room/seat/an-expired-token-is-not-outlived-by-packets", test_expired_and_sending);
  WORLD_TEST ("/room/seat/no-timer-notices-the-wall-clock", test_wall_clock_step);
  WORLD_TEST ("/room/seat/only-so-many-seats-are-kept", test_seats_bounded);
  return g_test_run ();
}
