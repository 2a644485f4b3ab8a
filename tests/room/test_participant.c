/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_source (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_forget (w);
  ParlorSourceChange camera = {PARLOR_SOURCE_CAMERA, TRUE, FALSE, 1280, 720};
  assert_done (parlor_participant_set_source (p, &camera, w->now_us, &error));
  world_expect (w, "*<participant a member connecting camera\n");
  g_assert_cmpuint (parlor_participant_info (p)->sources[PARLOR_SOURCE_CAMERA].width, ==, 1280);
  world_source (w, p, PARLOR_SOURCE_CAMERA, TRUE, TRUE);
  world_expect (w, "*<participant a member connecting camera-muted\n");
  world_source (w, p, PARLOR_SOURCE_CAMERA, FALSE, FALSE);
  world_expect (w, "*<participant a member connecting\n");
  ParlorSourceChange none = {.source = PARLOR_SOURCE_NONE, .on = TRUE};
  assert_refused (parlor_participant_set_source (p, &none, 0, &error), PARLOR_ERROR_BAD_REQUEST);
  none.source = PARLOR_N_SOURCES;
  assert_refused (parlor_participant_set_source (p, &none, 0, &error), PARLOR_ERROR_BAD_REQUEST);
}

/* The roster's word and what is forwarded are one, whatever packets come. */
static void
test_closed_while_muted (World *w, gconstpointer data)
{
  static const char *const names[] = {NULL, "microphone", "camera", "screen", "screen_audio"};
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_offer (w, p, 1, 1);
  world_forget (w);
  for (guint kind = PARLOR_SOURCE_MICROPHONE; kind < PARLOR_N_SOURCES; kind++)
    {
      g_autofree char *let = g_strdup_printf ("let 1 %s\n", names[kind]);
      g_autofree char *stop = g_strdup_printf ("stop 1 %s\n", names[kind]);
      world_source (w, p, kind, TRUE, FALSE);
      world_expect_media (w, "");
      world_source (w, p, kind, TRUE, TRUE);
      world_expect_media (w, stop);
      world_source (w, p, kind, TRUE, FALSE);
      world_expect_media (w, let);
      world_source (w, p, kind, FALSE, FALSE);
      world_expect_media (w, stop);
      world_source (w, p, kind, FALSE, FALSE);
      world_expect_media (w, "");
      world_source (w, p, kind, TRUE, TRUE);
      world_expect_media (w, "");
      world_source (w, p, kind, TRUE, FALSE);
      world_expect_media (w, let);
    }
}

/* A page that joins muted says so before its first offer; a session after it opens nothing. */
static void
test_closed_in_next_session (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, TRUE);
  world_source (w, p, PARLOR_SOURCE_CAMERA, FALSE, FALSE);
  world_forget (w);
  world_offer (w, p, 1, 1);
  world_expect_media (w, "open 1 a hears\nnegotiate 1 publish subscribe\nstop 1 microphone\n"
                         "stop 1 camera\n");
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE);
  world_expect_media (w, "let 1 microphone\n");
  world_offer (w, p, 1, 1);
  world_expect_media (w, "negotiate 1 publish subscribe\nstop 1 camera\n");
}

static void
test_rights (World *w, gconstpointer data)
{
  ParlorDenial denial;
  ParlorJoin join = {.identity = "a",
                     .role = PARLOR_ROLE_MEMBER,
                     .granted = PARLOR_RIGHT_PUBLISH_MICROPHONE,
                     .session = (gpointer) "s1"};
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  for (guint kind = PARLOR_SOURCE_CAMERA; kind < PARLOR_N_SOURCES; kind++)
    {
      ParlorSourceChange change = {.source = kind, .on = TRUE};
      assert_refused (parlor_participant_set_source (p, &change, 0, &error),
                      PARLOR_ERROR_FORBIDDEN);
    }
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE);
  world_forget (w);
  world_offer (w, p, 1, 1);
  g_assert_true (w->media.offer.publish);
  g_assert_false (w->media.offer.subscribe);
  g_assert_cmpuint (w->media.offer.n_senders, ==, 1);
  g_assert_cmpint (w->media.senders[0].source, ==, PARLOR_SOURCE_MICROPHONE);
  world_expect_media (w, "open 1 a\nnegotiate 1 publish\nstop 1 camera\nstop 1 screen\n"
                         "stop 1 screen_audio\n");
}

static void
test_viewer_publishes_nothing (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_VIEWER, "s1");
  world_offer (w, p, 1, 1);
  g_assert_false (w->media.offer.publish);
  g_assert_true (w->media.offer.subscribe);
}

static void
test_refused_offer (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorMediaOffer offer = {.sdp = "v=0", .publish = TRUE, .subscribe = TRUE};
  ParlorMediaAnswer answer = {0};
  w->media.refuse_negotiate = TRUE;
  assert_refused (parlor_participant_negotiate (p, &offer, &answer, 0, &error),
                  PARLOR_ERROR_UNPROCESSABLE);
  world_expect_media (w, "open 1 a hears\nclose 1\n");
  g_assert_cmpuint (parlor_participant_endpoint (p), ==, 0);
  w->media.refuse_negotiate = FALSE;
  world_offer (w, p, 1, 1);
  world_forget (w);
  w->media.refuse_negotiate = TRUE; /* what runs is untouched */
  assert_refused (parlor_participant_negotiate (p, &offer, &answer, 0, &error),
                  PARLOR_ERROR_UNPROCESSABLE);
  world_expect_media (w, "");
  g_assert_cmpuint (parlor_participant_endpoint (p), ==, 2);
}

static void
test_all_slots_after_answer (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_offer (w, p, 1, 1);
  world_forget (w);
  world_poll (w);
  world_expect (w, "s1<slots 0=nobody 1=nobody 2=nobody 3=nobody\n");
  w->media.restarted = TRUE;
  world_offer (w, p, 1, 1);
  world_poll (w);
  world_expect (w, "s1<slots 0=nobody 1=nobody 2=nobody 3=nobody\n");
}

static void
test_name (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_forget (w);
  assert_done (parlor_participant_set_name (p, "  Robert'); DROP TABLE rooms;-- ", 0, &error));
  world_expect (w, "*<participant Robert'); DROP TABLE rooms;-- member connecting\n");
  assert_refused (parlor_participant_set_name (p, "a\x07", 0, &error), PARLOR_ERROR_BAD_REQUEST);
  assert_refused (parlor_participant_set_name (p, " ", 0, &error), PARLOR_ERROR_BAD_REQUEST);
}

static void
test_hands (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_join (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_forget (w);
  assert_done (parlor_participant_raise_hand (b, TRUE, 0, &error));
  assert_done (parlor_participant_raise_hand (a, TRUE, 0, &error));
  assert_done (parlor_participant_raise_hand (a, TRUE, 0, &error));
  world_expect (w, "*<hands b\n*<hands b,a\n");
  g_assert_cmpuint (parlor_participant_info (a)->hand, ==, 2);
  parlor_participant_leave (b, w->now_us);
  world_expect (w, "*<hands a\n*<left b left\n");
  g_assert_cmpuint (parlor_participant_info (a)->hand, ==, 1);
  assert_done (parlor_participant_raise_hand (a, FALSE, 0, &error));
  world_expect (w, "*<hands \n");
  g_assert_cmpuint (parlor_participant_info (a)->hand, ==, 0);
}

static void
test_reaction (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_forget (w);
  assert_done (parlor_participant_react (p, "🎉", w->now_us, &error));
  world_expect (w, "*<reaction a 🎉\n");
  assert_refused (parlor_participant_react (p, "x", 0, &error), PARLOR_ERROR_BAD_REQUEST);
}

static void
test_chat (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_run (w, 1234);
  world_forget (w);
  assert_done (parlor_participant_say (p, "c1", " hello ", w->now_us, &error));
  world_expect (w, "*<chat a: hello\n");
  assert_done (parlor_participant_say (p, "c1", "hello", w->now_us, &error));
  world_expect (w, "s1<chat a: hello\n"); /* again to him, and to him alone */
  const ParlorChatMessage *message = parlor_chat_get (parlor_room_chat (w->room), 0);
  g_assert_cmpint (message->room_ms, ==, 1234);
  g_assert_cmpint (message->at_ms, ==, w->wall_ms);
  g_assert_cmpuint (parlor_chat_length (parlor_room_chat (w->room)), ==, 1);
  g_autofree char *longest = g_strnfill (PARLOR_CHAT_TEXT_MAX, 'x');
  g_autofree char *longer = g_strnfill (PARLOR_CHAT_TEXT_MAX + 1, 'x');
  assert_done (parlor_participant_say (p, "c2", longest, w->now_us, &error));
  assert_refused (parlor_participant_say (p, "c3", longer, 0, &error), PARLOR_ERROR_BAD_REQUEST);
  assert_refused (parlor_participant_say (p, "c3", " ", 0, &error), PARLOR_ERROR_BAD_REQUEST);
  assert_refused (parlor_participant_say (p, NULL, "x", 0, &error), PARLOR_ERROR_BAD_REQUEST);
}

static void
test_flood (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  for (guint i = 0; i < 20; i++)
    assert_done (parlor_participant_react (p, "👍", w->now_us, &error));
  assert_refused (parlor_participant_react (p, "👍", w->now_us, &error), PARLOR_ERROR_TOO_MANY);
  assert_refused (parlor_participant_say (p, "c", "x", w->now_us, &error), PARLOR_ERROR_TOO_MANY);
  world_run (w, 10000);
  assert_done (parlor_participant_say (p, "c", "x", w->now_us, &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/participant/a-source-is-told-to-all", test_source);
  WORLD_TEST ("/room/participant/what-is-muted-or-off-is-not-forwarded", test_closed_while_muted);
  WORLD_TEST ("/room/participant/a-session-opens-nothing-that-is-muted-or-off",
              test_closed_in_next_session);
  WORLD_TEST ("/room/participant/sources-without-right-are-neither-told-nor-sent", test_rights);
  WORLD_TEST ("/room/participant/a-viewer-publishes-nothing", test_viewer_publishes_nothing);
  WORLD_TEST ("/room/participant/a-refused-offer-changes-nothing", test_refused_offer);
  WORLD_TEST ("/room/participant/all-slots-are-told-after-an-answer", test_all_slots_after_answer);
  WORLD_TEST ("/room/participant/a-name-is-only-text", test_name);
  WORLD_TEST ("/room/participant/hands-move-up-when-one-goes", test_hands);
  WORLD_TEST ("/room/participant/reactions-reach-all", test_reaction);
  WORLD_TEST ("/room/participant/one-client-id-is-one-message", test_chat);
  WORLD_TEST ("/room/participant/a-flood-of-words-is-stopped", test_flood);
  return g_test_run ();
}
