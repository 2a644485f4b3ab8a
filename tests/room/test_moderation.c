/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static const char *
id_of (const ParlorParticipant *p)
{
  return parlor_participant_info (p)->id;
}

/* Every function of moderation.h by everybody who may not. */
static void
test_default_deny (World *w, gconstpointer data)
{
  static const ParlorRole roles[] = {PARLOR_ROLE_VIEWER, PARLOR_ROLE_GUEST, PARLOR_ROLE_MEMBER};
  static const char *const sessions[] = {"s1", "s2", "s3"};
  const ParlorRoomChange lock = {.has_locked = TRUE, .locked = TRUE};
  const char *id = id_of (world_join (w, "target", PARLOR_ROLE_MEMBER, "s0"));
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      ParlorParticipant *by = world_join (w, sessions[i], roles[i], sessions[i]);
      ParlorRoom *room = w->room;
      world_forget (w);
      assert_refused (parlor_room_admit (room, by, id, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_deny (room, by, id, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_change (room, by, &lock, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_mute_all (room, by, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_mute (room, by, id, PARLOR_SOURCE_MICROPHONE, 0, &error),
                      PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_ask_unmute (room, by, id, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_lower_hand (room, by, id, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_remove (room, by, id, TRUE, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_set_role (room, by, id_of (by), PARLOR_ROLE_HOST, 0, &error),
                      PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_pin_stage (room, by, NULL, 0, &error), PARLOR_ERROR_FORBIDDEN);
      assert_refused (parlor_room_end (room, by, 0, &error), PARLOR_ERROR_FORBIDDEN);
      world_expect (w, "");
    }
}

static void
test_host_of_another_room (World *w, gconstpointer data)
{
  ParlorRoom *here = w->room;
  w->room = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){0}, w->now_us, NULL);
  ParlorParticipant *stranger = world_join (w, "x", PARLOR_ROLE_HOST, "s1");
  assert_refused (parlor_room_end (here, stranger, 0, &error), PARLOR_ERROR_FORBIDDEN);
}

static void
test_mute_all (World *w, gconstpointer data)
{
  ParlorParticipant *host = world_meet (w, "host", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s2");
  world_join (w, "silent", PARLOR_ROLE_MEMBER, "s3");
  world_poll (w);
  world_forget (w);
  assert_done (parlor_room_mute_all (w->room, host, w->now_us, &error));
  world_expect (w, "s2<muted microphone by host\n"
                   "*<participant a member connected microphone-muted camera\n");
  world_expect_media (w, "stop 2 microphone\n");
  world_source (w, a, PARLOR_SOURCE_MICROPHONE, TRUE, TRUE); /* an echo of it opens nothing */
  world_expect_media (w, "");
  world_source (w, a, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE); /* he himself does */
  world_expect_media (w, "let 2 microphone\n");
}

static void
test_mute_survives_offer (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  assert_done (parlor_room_mute (w->room, NULL, id_of (a), PARLOR_SOURCE_CAMERA, 0, &error));
  world_expect (w, "s1<muted camera by nobody\n"
                   "*<participant a member connected microphone camera-muted\n");
  world_forget (w);
  world_offer (w, a, 1, 1);
  world_expect_media (w, "negotiate 1 publish subscribe\nstop 1 camera\n");
  assert_refused (parlor_room_mute (w->room, NULL, id_of (a), PARLOR_SOURCE_SCREEN, 0, &error),
                  PARLOR_ERROR_NOT_FOUND);
}

static void
test_ask_unmute (World *w, gconstpointer data)
{
  ParlorParticipant *host = world_meet (w, "host", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s2");
  assert_done (parlor_room_ask_unmute (w->room, host, id_of (a), 0, &error));
  world_expect (w, "s2<ask_unmute by host\n");
  world_expect_media (w, "");
}

static void
test_lower_hand (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  assert_done (parlor_participant_raise_hand (a, TRUE, 0, &error));
  world_forget (w);
  assert_done (parlor_room_lower_hand (w->room, NULL, id_of (a), 0, &error));
  world_expect (w, "*<hands \n");
}

static void
test_remove (World *w, gconstpointer data)
{
  ParlorParticipant *host = world_meet (w, "host", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s2");
  g_autofree char *token = g_strdup (w->token);
  g_autofree char *id = g_strdup (id_of (a));
  world_poll (w);
  world_forget (w);
  assert_done (parlor_room_remove (w->room, host, id, FALSE, w->now_us, &error));
  world_expect (w, "s2<closed removed\n*<left a removed\n");
  assert_refused (parlor_room_remove (w->room, host, id, FALSE, 0, &error), PARLOR_ERROR_NOT_FOUND);
  a = world_resume (w, "a", token, "s3"); /* removed, not banned: in again, as somebody new */
  g_assert_cmpstr (id_of (a), !=, id);
}

static void
test_ban (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorParticipant *host = world_join (w, "host", PARLOR_ROLE_HOST, "s1");
  ParlorJoin join = {.identity = "a",
                     .role = PARLOR_ROLE_GUEST,
                     .granted = GRANT_ALL,
                     .device = "the-browser",
                     .session = (gpointer) "s2"};
  ParlorParticipant *a = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_autofree char *token = g_strdup (w->token);
  world_join (w, "a", PARLOR_ROLE_GUEST, "s3"); /* his telephone */
  world_forget (w);
  assert_done (parlor_room_remove (w->room, host, id_of (a), TRUE, w->now_us, &error));
  g_assert_nonnull (strstr (w->log->str, "s2<closed banned\n"));
  g_assert_nonnull (strstr (w->log->str, "s3<closed banned\n"));
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
  g_assert_cmpint (world_denial (w, "a", PARLOR_ROLE_HOST, "s4"), ==, PARLOR_DENIED_BANNED);
  join.identity = "innocent"; /* a new identity in the same browser */
  g_assert_null (parlor_room_join (w->room, &join, w->now_us, &denial));
  g_assert_cmpint (denial, ==, PARLOR_DENIED_BANNED);
  join.device = NULL;
  join.resume = token; /* or with the old seat's token */
  g_assert_null (parlor_room_join (w->room, &join, w->now_us, &denial));
  join.resume = NULL;
  g_assert_nonnull (parlor_room_join (w->room, &join, w->now_us, &denial));
  assert_refused (parlor_room_remove (w->room, host, id_of (host), TRUE, 0, &error),
                  PARLOR_ERROR_CONFLICT);
}

static void
test_role (World *w, gconstpointer data)
{
  ParlorParticipant *host = world_join (w, "host", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *a = world_join (w, "a", PARLOR_ROLE_GUEST, "s2");
  ParlorRoom *room = w->room;
  world_forget (w);
  assert_refused (parlor_room_set_role (room, host, id_of (host), PARLOR_ROLE_MEMBER, 0, &error),
                  PARLOR_ERROR_CONFLICT);
  assert_refused (parlor_room_set_role (room, host, id_of (a), PARLOR_ROLE_VIEWER, 0, &error),
                  PARLOR_ERROR_BAD_REQUEST);
  assert_done (parlor_room_set_role (room, host, id_of (a), PARLOR_ROLE_HOST, 0, &error));
  world_expect (w, "*<participant a host connecting\n");
  g_assert_true (parlor_participant_can (a, PARLOR_RIGHT_MODERATE));
  assert_done (parlor_room_set_role (room, a, id_of (host), PARLOR_ROLE_MEMBER, 0, &error));
  g_assert_false (parlor_participant_can (host, PARLOR_RIGHT_MODERATE));
  g_assert_false (parlor_participant_can (a, PARLOR_RIGHT_RECORD)); /* his token never said so */
}

static void
test_role_survives_resume (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *token = g_strdup (w->token);
  assert_done (parlor_room_set_role (w->room, NULL, id_of (a), PARLOR_ROLE_HOST, 0, &error));
  world_resume (w, "a", token, "s2");
  g_assert_true (parlor_participant_can (a, PARLOR_RIGHT_MODERATE));
}

static void
test_change (World *w, gconstpointer data)
{
  ParlorRoomChange change = {.has_locked = TRUE, .locked = TRUE, .title = " New "};
  world_forget (w);
  assert_done (parlor_room_change (w->room, NULL, &change, 0, &error));
  world_expect (w, "*<room \"New\" locked\n");
  assert_done (parlor_room_change (w->room, NULL, &change, 0, &error));
  world_expect (w, "");
  change.title = "a\nb";
  change.locked = FALSE;
  assert_refused (parlor_room_change (w->room, NULL, &change, 0, &error), PARLOR_ERROR_BAD_REQUEST);
  g_assert_true (parlor_room_info (w->room)->locked);
}

static void
test_end (World *w, gconstpointer data)
{
  ParlorRoomChange lobby = {.has_lobby = TRUE, .lobby = TRUE};
  ParlorParticipant *host = world_meet (w, "host", PARLOR_ROLE_HOST, "s1");
  assert_done (parlor_room_change (w->room, host, &lobby, 0, &error));
  world_join (w, "a", PARLOR_ROLE_GUEST, "s2");
  g_autofree char *code = g_strdup (parlor_room_info (w->room)->code);
  g_autofree char *token = g_strdup (w->token);
  world_forget (w);
  assert_done (parlor_room_end (w->room, host, w->now_us, &error));
  g_assert_nonnull (strstr (w->log->str, "s1<closed ended\n"));
  g_assert_nonnull (strstr (w->log->str, "s2<closed ended\n"));
  world_expect_media (w, "close 1\n");
  g_assert_null (parlor_rooms_find (w->rooms, code));
  g_assert_cmpuint (parlor_rooms_count (w->rooms), ==, 0);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 0);
  g_assert_false (parlor_rooms_leave_by_token (w->rooms, token, w->now_us));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/moderation/nobody-but-hosts-can-do-any-of-it", test_default_deny);
  WORLD_TEST ("/room/moderation/a-host-elsewhere-is-nobody-here", test_host_of_another_room);
  WORLD_TEST ("/room/moderation/mute-all-spares-hosts-and-yields-to-himself", test_mute_all);
  WORLD_TEST ("/room/moderation/a-mute-survives-a-new-offer", test_mute_survives_offer);
  WORLD_TEST ("/room/moderation/unmuting-another-is-only-asked", test_ask_unmute);
  WORLD_TEST ("/room/moderation/a-host-lowers-a-hand", test_lower_hand);
  WORLD_TEST ("/room/moderation/who-is-removed-comes-back-as-new", test_remove);
  WORLD_TEST ("/room/moderation/who-is-banned-comes-back-by-no-way-we-know", test_ban);
  WORLD_TEST ("/room/moderation/co-hosts-are-made-and-unmade", test_role);
  WORLD_TEST ("/room/moderation/a-co-host-stays-one-when-he-comes-back", test_role_survives_resume);
  WORLD_TEST ("/room/moderation/a-change-is-told-once", test_change);
  WORLD_TEST ("/room/moderation/the-end-is-told-to-all-and-leaves-nothing", test_end);
  return g_test_run ();
}
