/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "world.h"

#include <string.h>

static ParlorJoin
join_of (const char *identity, const char *session)
{
  return (ParlorJoin){.identity = identity,
                      .name = identity,
                      .role = PARLOR_ROLE_MEMBER,
                      .granted = GRANT_ALL,
                      .session = (gpointer)session};
}

static ParlorParticipant *
publish (World *w, const ParlorJoin *join, GError **error)
{
  ParlorMediaAnswer answer = {0};
  ParlorParticipant *p = parlor_room_publish (w->room, join, "v=0", 3, &answer, w->now_us, error);
  parlor_media_answer_clear (&answer);
  return p;
}

static ParlorParticipant *
play (World *w, const ParlorJoin *join, const char *publisher, GError **error)
{
  ParlorMediaAnswer answer = {0};
  ParlorParticipant *p = parlor_room_play (w->room, join, publisher, "v=0", 3, &answer, w->now_us,
                                           error);
  parlor_media_answer_clear (&answer);
  return p;
}

static ParlorParticipant *
must_publish (World *w, const char *identity, const char *session)
{
  ParlorParticipant *p = NULL;
  ParlorJoin join = join_of (identity, session);
  assert_done ((p = publish (w, &join, &error)));
  return p;
}

static ParlorParticipant *
must_play (World *w, const char *publisher, const char *session)
{
  ParlorParticipant *p = NULL;
  ParlorJoin join = join_of ("viewer", session);
  assert_done ((p = play (w, &join, publisher, &error)));
  return p;
}

static void
test_publish (World *w, gconstpointer data)
{
  ParlorParticipant *p = must_publish (w, "obs", "w1");
  world_expect_media (w, "open 1 obs\nnegotiate 1 publish\n");
  world_expect (w, "*<participant obs member connecting microphone camera\n");
  g_assert_cmpint (parlor_participant_info (p)->kind, ==, PARLOR_PARTICIPANT_PUBLISHER);
  parlor_participant_leave (p, w->now_us);
  world_expect (w, "*<left obs left\n");
}

static void
test_replaced (World *w, gconstpointer data)
{
  ParlorParticipant *p = must_publish (w, "obs", "w1");
  world_forget (w);
  g_assert_true (must_publish (w, "obs", "w2") == p);
  world_expect (w, "w1<closed replaced\n*<participant obs member connecting microphone camera\n");
  world_expect_media (w, "open 2 obs\nnegotiate 2 publish\nclose 1\n");
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 1);
}

static void
test_refused_replacement (World *w, gconstpointer data)
{
  ParlorParticipant *p = must_publish (w, "obs", "w1");
  ParlorJoin join = join_of ("obs", "w2");
  world_forget (w);
  w->media.refuse_negotiate = TRUE;
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_UNPROCESSABLE);
  world_expect (w, "");
  world_expect_media (w, "open 2 obs\nclose 2\n");
  g_assert_cmpstr (parlor_participant_session (p), ==, "w1");
}

static void
test_rights (World *w, gconstpointer data)
{
  ParlorJoin join = join_of ("x", "w1");
  join.granted = PARLOR_RIGHT_SUBSCRIBE;
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_FORBIDDEN);
  join.granted = PARLOR_RIGHTS_PUBLISH;
  assert_refused (play (w, &join, NULL, &error), PARLOR_ERROR_FORBIDDEN);
  join.granted = GRANT_ALL;
  join.role = PARLOR_ROLE_VIEWER;
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_FORBIDDEN);
  assert_done (play (w, &join, NULL, &error));
}

static void
test_microphone_only (World *w, gconstpointer data)
{
  ParlorJoin join = join_of ("x", "w1");
  join.granted = PARLOR_RIGHT_PUBLISH_MICROPHONE;
  ParlorParticipant *p = NULL;
  assert_done ((p = publish (w, &join, &error)));
  world_expect_media (w, "open 1 x\nnegotiate 1 publish\nstop 1 camera\nstop 1 screen\n"
                         "stop 1 screen_audio\n");
  g_assert_false (parlor_participant_info (p)->sources[PARLOR_SOURCE_CAMERA].published);
}

static void
test_gates (World *w, gconstpointer data)
{
  ParlorJoin join = join_of ("x", "w1");
  must_publish (w, "obs", "w0");
  ParlorRoomChange lock = {.has_locked = TRUE, .locked = TRUE};
  assert_done (parlor_room_change (w->room, NULL, &lock, w->now_us, &error));
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_CONFLICT);
  assert_refused (play (w, &join, NULL, &error), PARLOR_ERROR_CONFLICT);
  must_publish (w, "obs", "w2"); /* who was inside comes back */
  ParlorRoomChange lobby = {.has_locked = TRUE, .has_lobby = TRUE, .lobby = TRUE};
  assert_done (parlor_room_change (w->room, NULL, &lobby, w->now_us, &error));
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_FORBIDDEN);
  assert_refused (play (w, &join, NULL, &error), PARLOR_ERROR_FORBIDDEN);
}

static void
test_players (World *w, gconstpointer data)
{
  ParlorJoin third = join_of ("v", "p3");
  must_play (w, NULL, "p1");
  must_play (w, NULL, "p2");
  assert_refused (play (w, &third, NULL, &error), PARLOR_ERROR_TOO_MANY);
  world_expect (w, "");
  g_assert_cmpuint (parlor_room_n_participants (w->room), ==, 0);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 2);
}

static void
test_stage_before_publisher (World *w, gconstpointer data)
{
  must_play (w, NULL, "p1");
  world_poll (w);
  world_expect_media (w, "open 1 viewer hears\nnegotiate 1 subscribe\n");
  must_publish (w, "obs", "w1");
  world_forget (w);
  world_poll (w);
  world_expect_media (w, "select 1/1 = 2 camera 0\n");
}

static void
test_one_publisher (World *w, gconstpointer data)
{
  must_publish (w, "other", "w0");
  must_play (w, "obs", "p1");
  world_poll (w);
  world_forget (w);
  ParlorParticipant *p = must_publish (w, "obs", "w1");
  world_forget (w);
  world_poll (w);
  world_expect_media (w, "select 2/0 = 3 microphone 0\nselect 2/1 = 3 camera 0\n");
  must_publish (w, "obs", "w2");
  world_forget (w);
  world_poll (w);
  world_expect_media (w, "select 2/0 = 4 microphone 0\nselect 2/1 = 4 camera 0\n");
  parlor_participant_leave (p, w->now_us);
  world_forget (w);
  world_poll (w);
  world_expect_media (w, "select 2/0 = 0 nothing 0\nselect 2/1 = 0 nothing 0\n");
}

static void
test_failed (World *w, gconstpointer data)
{
  ParlorParticipant *p = must_publish (w, "obs", "w1");
  ParlorParticipant *player = must_play (w, NULL, "p1");
  world_forget (w);
  world_media (w, PARLOR_MEDIA_FAILED, player);
  world_expect (w, "p1<closed left\n");
  world_media (w, PARLOR_MEDIA_FAILED, p);
  world_expect (w, "w1<closed left\n*<left obs lost\n");
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 0);
}

static void
test_patch (World *w, gconstpointer data)
{
  char *answer, *ufrag;
  ParlorParticipant *p = must_publish (w, "obs", "w1");
  world_forget (w);
  assert_done (parlor_participant_patch (p, "a=x", 3, &answer, &ufrag, &error));
  world_expect_media (w, "patch 1 a=x\n");
}

static void
test_inject (World *w, gconstpointer data)
{
  ParlorParticipant *p = NULL;
  ParlorJoin join = join_of ("tone", "i1");
  assert_done ((p = parlor_room_enter (w->room, &join, w->now_us, &error)));
  world_expect_media (w, "open 1 tone\n");
  g_assert_cmpint (parlor_participant_info (p)->state, ==, PARLOR_PARTICIPANT_CONNECTED);
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE);
  g_assert_true (parlor_participant_info (p)->sources[PARLOR_SOURCE_MICROPHONE].published);
}

static void
test_identity (World *w, gconstpointer data)
{
  g_autofree char *long_one = g_strnfill (PARLOR_IDENTITY_MAX + 1, 'x');
  const char *const unfit[] = {"", "a\nb", "\xff", long_one};
  for (guint i = 0; i < G_N_ELEMENTS (unfit); i++)
    {
      ParlorJoin join = join_of (unfit[i], "w1");
      assert_refused (publish (w, &join, &error), PARLOR_ERROR_BAD_REQUEST);
      assert_refused (play (w, &join, NULL, &error), PARLOR_ERROR_BAD_REQUEST);
      g_assert_cmpint (world_denial (w, unfit[i], PARLOR_ROLE_HOST, "s1"), ==,
                       PARLOR_DENIED_BANNED);
    }
  world_expect_media (w, "");
}

static gboolean
is_welcome (const ParlorRoom *room, const char *identity, gpointer welcome)
{
  return *(gboolean *)welcome || strcmp (identity, "obs") != 0;
}

/* By WHIP and by page, anew, over his own session and by his resume token. */
static void
test_entry (World *w, gconstpointer data)
{
  gboolean welcome = TRUE;
  ParlorDenial denial;
  ParlorJoin join = join_of ("obs", "w2"), back = join_of ("obs", "s3");
  parlor_rooms_add_entry (w->rooms, is_welcome, &welcome);
  must_publish (w, "obs", "w1");
  world_join (w, "obs", PARLOR_ROLE_MEMBER, "s1");
  back.resume = w->token;
  welcome = FALSE;
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_FORBIDDEN);
  g_assert_null (parlor_room_join (w->room, &back, w->now_us, &denial));
  g_assert_cmpint (denial, ==, PARLOR_DENIED_HOST);
  parlor_rooms_remove_entry (w->rooms, &welcome);
  must_publish (w, "obs", "w2");
  parlor_rooms_add_entry (w->rooms, is_welcome, &welcome);
  parlor_participant_leave (parlor_room_find_identity (w->room, "obs"), w->now_us);
  parlor_participant_leave (parlor_room_find_identity (w->room, "obs"), w->now_us);
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_FORBIDDEN);
  g_assert_cmpint (world_denial (w, "obs", PARLOR_ROLE_MEMBER, "s2"), ==, PARLOR_DENIED_HOST);
  must_publish (w, "other", "w4");
}

static void
test_no_media (World *w, gconstpointer data)
{
  ParlorJoin join = join_of ("x", "w1");
  w->media.refuse_open = TRUE;
  assert_refused (publish (w, &join, &error), PARLOR_ERROR_UNAVAILABLE);
  assert_refused (parlor_room_enter (w->room, &join, w->now_us, &error), PARLOR_ERROR_UNAVAILABLE);
  g_assert_cmpuint (parlor_rooms_count_participants (w->rooms), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/session/a-publisher-is-a-participant", test_publish);
  WORLD_TEST ("/room/session/the-same-identity-replaces-and-stays-who-he-is", test_replaced);
  WORLD_TEST ("/room/session/a-refused-offer-leaves-the-old-session", test_refused_replacement);
  WORLD_TEST ("/room/session/what-is-not-granted-is-forbidden", test_rights);
  WORLD_TEST ("/room/session/sources-without-right-are-stopped", test_microphone_only);
  WORLD_TEST ("/room/session/locks-and-lobbies-hold-here-too", test_gates);
  WORLD_TEST ("/room/session/players-are-counted-not-shown", test_players);
  WORLD_TEST ("/room/session/a-player-may-come-before-the-publisher", test_stage_before_publisher);
  WORLD_TEST ("/room/session/a-player-of-one-follows-him-alone", test_one_publisher);
  WORLD_TEST ("/room/session/lost-media-ends-the-session", test_failed);
  WORLD_TEST ("/room/session/a-patch-goes-to-the-endpoint", test_patch);
  WORLD_TEST ("/room/session/an-injected-source-has-an-endpoint-and-no-session", test_inject);
  WORLD_TEST ("/room/session/whom-the-entry-refuses-comes-in-by-no-door", test_entry);
  WORLD_TEST ("/room/session/an-unfit-identity-does-not-come-in", test_identity);
  WORLD_TEST ("/room/session/no-media-no-participant", test_no_media);
  return g_test_run ();
}
