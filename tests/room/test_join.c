/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "world.h"

#include "room/settings.h"

static void
test_welcome (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  world_expect (w, "s1<welcome a new gone\n*<participant a host connecting\n");
  world_join (w, "b", PARLOR_ROLE_GUEST, "s2");
  world_expect (w, "s2<welcome b new gone\n*<participant b guest connecting\n");
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 2);
  g_assert_true (parlor_room_participant (w->room, 0) == a);
  g_assert_true (parlor_room_find (w->room, parlor_participant_info (a)->id) == a);
  g_assert_true (parlor_room_find_identity (w->room, "a") == a);
  g_assert_cmpuint (parlor_room_n_hosts (w->room), ==, 1);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 2);
}

static void
test_resume (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *id = g_strdup (parlor_participant_info (p)->id);
  world_join (w, "b", PARLOR_ROLE_MEMBER, "s9");
  const char *token = g_hash_table_lookup (w->tokens, "s1");
  world_media (w, PARLOR_MEDIA_CONNECTED, p);
  parlor_participant_disconnect (p, "s1", w->now_us);
  world_run (w, 1000);
  world_forget (w);
  g_assert_true (world_resume (w, "a", token, "s2") == p);
  g_assert_cmpstr (parlor_participant_info (p)->id, ==, id);
  world_expect (w, "s2<welcome a resumed gone\n*<participant a member connecting\n");
  world_run (w, 60000);
  world_expect (w, "");
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 2);
}

static void
test_replaced (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *token = g_strdup (w->token);
  g_assert_true (world_resume (w, "a", token, "s2") == p);
  world_expect (w, "s1<closed replaced\ns2<welcome a resumed alive\n"
                   "*<participant a member connected microphone camera\n");
  parlor_participant_disconnect (p, "s1", w->now_us); /* the old socket's close changes nothing */
  g_assert_cmpstr (parlor_participant_session (p), ==, "s2");
  world_expect_media (w, "");
}

static void
test_two_devices (World *w, gconstpointer data)
{
  ParlorParticipant *first = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *second = world_join (w, "a", PARLOR_ROLE_MEMBER, "s2");
  g_assert_true (first != second);
  g_assert_true (parlor_room_find_identity (w->room, "a") == second);
}

static void
test_foreign_token (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_HOST, "s1");
  g_autofree char *token = g_strdup (w->token);
  ParlorParticipant *thief = world_resume (w, "b", token, "s2");
  g_assert_true (thief != p);
  g_assert_false (parlor_participant_can (thief, PARLOR_RIGHT_MODERATE));
  g_assert_cmpstr (parlor_participant_session (p), ==, "s1");
}

static void
test_made_identity (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorParticipant *p = world_join (w, "anon-1", PARLOR_ROLE_GUEST, "s1");
  g_autofree char *token = g_strdup (w->token);
  ParlorJoin join = {.identity = "anon-2",
                     .identity_is_made = TRUE,
                     .guest = TRUE,
                     .resume = token,
                     .session = (gpointer) "s2"};
  g_assert_true (parlor_room_join (w->room, &join, w->now_us, &denial) == p);
  g_assert_cmpstr (parlor_participant_info (p)->identity, ==, "anon-1");
  g_assert_true (parlor_participant_can (p, GRANT_ALL)); /* as granted then */
}

/* The room's code is in everybody's link: it gives nobody back what a pass or a token gave him. */
static void
test_guest_takes_no_seat (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorParticipant *host = world_join (w, "inv_1", PARLOR_ROLE_HOST, "s1");
  g_autofree char *token = g_strdup (w->token);
  ParlorJoin join = {.identity = "g_1",
                     .identity_is_made = TRUE,
                     .guest = TRUE,
                     .role = PARLOR_ROLE_GUEST,
                     .resume = token,
                     .session = (gpointer) "s2"};
  ParlorParticipant *other = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_assert_true (other != host);
  g_assert_false (parlor_participant_can (other, PARLOR_RIGHT_MODERATE));
  g_autofree char *own = g_strdup (w->token);
  parlor_participant_disconnect (host, "s1", w->now_us); /* and none of the seat that is kept */
  world_run (w, 60000);
  join.session = (gpointer) "s3";
  ParlorParticipant *later = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_assert_cmpint (parlor_participant_info (later)->role, ==, PARLOR_ROLE_GUEST);
  g_assert_cmpstr (parlor_participant_info (later)->identity, ==, "g_1");
  join.identity = "g_2";
  join.resume = own;
  join.session = (gpointer) "s4";
  g_assert_true (parlor_room_join (w->room, &join, w->now_us, &denial)
                 == other); /* his own he may */
}

static void
test_other_room (World *w, gconstpointer data)
{
  world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *token = g_strdup (w->token);
  w->room = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){0}, w->now_us, NULL);
  ParlorParticipant *p = world_resume (w, "a", token, "s2");
  g_assert_true (parlor_participant_room (p) == w->room);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 2);
}

static void
test_locked (World *w, gconstpointer data)
{
  ParlorRoomChange lock = {.has_locked = TRUE, .locked = TRUE};
  ParlorParticipant *inside = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *token = g_strdup (w->token);
  assert_done (parlor_room_change (w->room, NULL, &lock, w->now_us, &error));
  world_forget (w);
  g_assert_cmpint (world_denial (w, "b", PARLOR_ROLE_MEMBER, "s2"), ==, PARLOR_DENIED_LOCKED);
  world_expect (w, "");
  g_assert_cmpint (world_denial (w, "c", PARLOR_ROLE_HOST, "s3"), ==, PARLOR_N_DENIALS);
  g_assert_true (world_resume (w, "a", token, "s4") == inside);
}

static ParlorParticipant *
come_as_partner (World *w, const char *session, ParlorDenial *denial)
{
  const ParlorJoin join = {.identity = "prt_1",
                           .name = "Li",
                           .company = "ACME",
                           .role = PARLOR_ROLE_PARTNER,
                           .granted = GRANT_ALL,
                           .session = (gpointer)session};
  *denial = PARLOR_N_DENIALS;
  return parlor_room_join (w->room, &join, w->now_us, denial);
}

static void
test_partner (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorRoomSettings settings = {.partners = PARLOR_PARTNERS_ALLOW};
  ParlorParticipant *first = come_as_partner (w, "s1", &denial);
  g_assert_false (parlor_participant_info (first)->waiting);
  g_assert_cmpstr (parlor_participant_info (first)->company, ==, "ACME");
  assert_done (parlor_participant_say (first, "c1", "hello", w->now_us, &error));
  g_assert_cmpstr (parlor_chat_get (parlor_room_chat (w->room), 0)->company, ==, "ACME");
  settings.partners = PARLOR_PARTNERS_LOBBY;
  parlor_room_set_settings (w->room, &settings);
  g_assert_true (parlor_participant_info (come_as_partner (w, "s2", &denial))->waiting);
  g_assert_cmpint (world_denial (w, "g", PARLOR_ROLE_GUEST, "s3"), ==, PARLOR_N_DENIALS);
  settings.partners = PARLOR_PARTNERS_DENY;
  parlor_room_set_settings (w->room, &settings);
  g_assert_null (come_as_partner (w, "s4", &denial));
  g_assert_cmpint (denial, ==, PARLOR_DENIED_PARTNER);
  g_assert_nonnull (parlor_room_find_identity (w->room, "prt_1"));
}

static void
test_full (World *w, gconstpointer data)
{
  static const char *const sessions[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
                                         "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    world_join (w, sessions[i], PARLOR_ROLE_MEMBER, sessions[i]);
  g_assert_cmpint (world_denial (w, "x", PARLOR_ROLE_HOST, "x"), ==, PARLOR_DENIED_ROOM_FULL);
  ParlorParticipant *last = parlor_room_find_identity (w->room, "j");
  parlor_participant_leave (last, w->now_us);
  g_assert_cmpint (world_denial (w, "x", PARLOR_ROLE_HOST, "x"), ==, PARLOR_N_DENIALS);
}

static void
test_name (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorJoin join = {.identity = "a", .name = "evil\nname", .session = (gpointer) "s1"};
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_assert_cmpstr (parlor_participant_info (p)->name, ==, "a");
  g_autofree char *longest = g_strnfill (PARLOR_IDENTITY_MAX, 'x');
  join = (ParlorJoin){.identity = longest, .session = (gpointer) "s2"};
  p = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_assert_cmpuint (strlen (parlor_participant_info (p)->name), ==, PARLOR_NAME_MAX);
}

/* --- the lobby --- */

static void
turn_on_lobby (World *w)
{
  ParlorRoomChange lobby = {.has_lobby = TRUE, .lobby = TRUE};
  assert_done (parlor_room_change (w->room, NULL, &lobby, w->now_us, &error));
  world_forget (w);
}

static void
test_lobby (World *w, gconstpointer data)
{
  ParlorParticipant *host = world_join (w, "host", PARLOR_ROLE_HOST, "s1");
  turn_on_lobby (w);
  ParlorParticipant *a = world_join (w, "a", PARLOR_ROLE_GUEST, "s2");
  world_expect (w, "hosts<lobby a\ns2<waiting 1\n");
  ParlorParticipant *b = world_join (w, "b", PARLOR_ROLE_MEMBER, "s3");
  world_expect (w, "hosts<lobby a,b\ns2<waiting 1\ns3<waiting 2\n");
  g_assert_true (parlor_participant_info (a)->waiting);
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
  assert_done (
      parlor_room_admit (w->room, host, parlor_participant_info (a)->id, w->now_us, &error));
  world_expect (w, "s2<welcome a new gone\n*<participant a guest connecting\n"
                   "hosts<lobby b\ns3<waiting 1\n");
  assert_done (
      parlor_room_deny (w->room, host, parlor_participant_info (b)->id, w->now_us, &error));
  world_expect (w, "s3<denied host\nhosts<lobby \n");
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 2);
}

static void
test_waiting_is_nothing (World *w, gconstpointer data)
{
  turn_on_lobby (w);
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorMediaOffer offer = {.sdp = "v=0", .publish = TRUE, .subscribe = TRUE};
  ParlorMediaAnswer answer = {0};
  ParlorSourceChange camera = {.source = PARLOR_SOURCE_CAMERA, .on = TRUE};
  assert_refused (parlor_participant_negotiate (p, &offer, &answer, 0, &error),
                  PARLOR_ERROR_FORBIDDEN);
  assert_refused (parlor_participant_set_source (p, &camera, 0, &error), PARLOR_ERROR_FORBIDDEN);
  assert_refused (parlor_participant_say (p, "c", "hi", 0, &error), PARLOR_ERROR_FORBIDDEN);
  assert_refused (parlor_participant_react (p, "👍", 0, &error), PARLOR_ERROR_FORBIDDEN);
  assert_refused (parlor_participant_raise_hand (p, TRUE, 0, &error), PARLOR_ERROR_FORBIDDEN);
  ParlorRoomEvent all = {.audience = PARLOR_TO_ALL, .room = w->room};
  g_assert_false (parlor_room_event_reaches (&all, p));
}

static void
test_lobby_off (World *w, gconstpointer data)
{
  ParlorRoomChange off = {.has_lobby = TRUE};
  turn_on_lobby (w);
  world_join (w, "a", PARLOR_ROLE_GUEST, "s1");
  world_join (w, "b", PARLOR_ROLE_GUEST, "s2");
  world_forget (w);
  assert_done (parlor_room_change (w->room, NULL, &off, w->now_us, &error));
  world_expect (w, "*<room \"Talk\"\ns1<welcome a new gone\n*<participant a guest connecting\n"
                   "s2<welcome b new gone\n*<participant b guest connecting\nhosts<lobby \n");
}

static void
test_lobby_bounded (World *w, gconstpointer data)
{
  turn_on_lobby (w);
  world_join (w, "a", PARLOR_ROLE_GUEST, "s1");
  world_join (w, "b", PARLOR_ROLE_GUEST, "s2");
  ParlorParticipant *c = world_join (w, "c", PARLOR_ROLE_GUEST, "s3");
  g_assert_cmpint (world_denial (w, "d", PARLOR_ROLE_GUEST, "s4"), ==, PARLOR_DENIED_ROOM_FULL);
  parlor_participant_disconnect (c, "s3", w->now_us);
  g_assert_cmpint (world_denial (w, "d", PARLOR_ROLE_GUEST, "s4"), ==, PARLOR_N_DENIALS);
}

static gboolean
may_wait (World *w, const char *device, const char *address, const char *session)
{
  ParlorDenial denial;
  ParlorJoin join = {.identity = session,
                     .role = PARLOR_ROLE_GUEST,
                     .device = device,
                     .address = address,
                     .session = (gpointer)session};
  if (parlor_room_join (w->room, &join, w->now_us, &denial) != NULL)
    return TRUE;
  g_assert_cmpint (denial, ==, PARLOR_DENIED_ROOM_FULL);
  return FALSE;
}

static void
test_lobby_of_device (World *w, gconstpointer data)
{
  turn_on_lobby (w);
  g_assert_true (may_wait (w, "x", "192.0.2.1", "s1"));
  g_assert_true (may_wait (w, "x", "192.0.2.2", "s2"));
  g_assert_false (may_wait (w, "x", "192.0.2.3", "s3"));
  g_assert_true (may_wait (w, "y", "192.0.2.3", "s3"));
}

/* Whatever a device calls itself; and who says neither is not taken for one person. */
static void
test_lobby_of_address (World *w, gconstpointer data)
{
  turn_on_lobby (w);
  g_assert_true (may_wait (w, "x", "2001:db8::1", "s1"));
  g_assert_true (may_wait (w, NULL, "2001:db8::2", "s2"));
  g_assert_false (may_wait (w, "z", "2001:db8::3", "s3"));
  g_assert_true (may_wait (w, NULL, "2001:db8:1::1", "s4"));
}

static void
test_host_sees_lobby (World *w, gconstpointer data)
{
  turn_on_lobby (w);
  world_join (w, "a", PARLOR_ROLE_GUEST, "s1");
  world_forget (w);
  world_join (w, "host", PARLOR_ROLE_HOST, "s2");
  g_assert_nonnull (strstr (w->log->str, "hosts<lobby a\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/join/a-partner-comes-as-the-room-allows", test_partner);
  WORLD_TEST ("/room/join/welcome-to-him-and-news-to-all", test_welcome);
  WORLD_TEST ("/room/join/a-resume-token-leads-to-the-same-participant", test_resume);
  WORLD_TEST ("/room/join/the-older-session-is-replaced", test_replaced);
  WORLD_TEST ("/room/join/without-resume-the-same-identity-is-a-second-device", test_two_devices);
  WORLD_TEST ("/room/join/a-resume-token-of-another-identity-is-worth-nothing", test_foreign_token);
  WORLD_TEST ("/room/join/without-a-token-resume-says-who-it-is", test_made_identity);
  WORLD_TEST ("/room/join/a-guest-comes-back-to-a-guests-seat-alone", test_guest_takes_no_seat);
  WORLD_TEST ("/room/join/a-resume-token-of-another-room-is-worth-nothing", test_other_room);
  WORLD_TEST ("/room/join/a-lock-stops-neither-hosts-nor-who-comes-back", test_locked);
  WORLD_TEST ("/room/join/a-full-room-is-full-until-somebody-leaves", test_full);
  WORLD_TEST ("/room/join/an-unfit-name-gives-way-to-the-identity", test_name);
  WORLD_TEST ("/room/lobby/admit-one-deny-the-other", test_lobby);
  WORLD_TEST ("/room/lobby/who-waits-can-do-nothing-and-hears-nothing", test_waiting_is_nothing);
  WORLD_TEST ("/room/lobby/turned-off-lets-all-in", test_lobby_off);
  WORLD_TEST ("/room/lobby/only-so-many-wait", test_lobby_bounded);
  WORLD_TEST ("/room/lobby/only-so-many-of-one-device-wait", test_lobby_of_device);
  WORLD_TEST ("/room/lobby/only-so-many-of-one-address-wait", test_lobby_of_address);
  WORLD_TEST ("/room/lobby/a-host-who-comes-sees-who-waits", test_host_sees_lobby);
  return g_test_run ();
}
