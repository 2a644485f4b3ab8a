/* SPDX-License-Identifier: Apache-2.0 */
#include "room/scene.h"
#include "world.h"

#include <string.h>

static guint
cast_of (World *w, ParlorCastMember cast[PARLOR_CAST_MAX])
{
  world_poll (w);
  return parlor_room_cast (w->room, cast);
}

static void
test_one_needs_none (World *w, gconstpointer data)
{
  ParlorCastMember cast[PARLOR_CAST_MAX];
  g_assert_cmpuint (cast_of (w, cast), ==, 0);
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  g_assert_cmpuint (cast_of (w, cast), ==, 0);
  world_source (w, a, PARLOR_SOURCE_SCREEN, TRUE, FALSE); /* his own screen beside him */
  g_assert_cmpuint (cast_of (w, cast), ==, 0);
}

static void
test_two_are_a_cast (World *w, gconstpointer data)
{
  ParlorCastMember cast[PARLOR_CAST_MAX];
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  g_assert_cmpuint (cast_of (w, cast), ==, 2);
  g_assert_cmpuint (cast[0].picture.endpoint, ==, parlor_participant_endpoint (a));
  g_assert_cmpint (cast[0].picture.kind, ==, PARLOR_SOURCE_CAMERA);
  g_assert_cmpuint (cast[1].sound.endpoint, ==, parlor_participant_endpoint (b));
  g_assert_cmpint (cast[1].sound.kind, ==, PARLOR_SOURCE_MICROPHONE);
  world_source (w, b, PARLOR_SOURCE_CAMERA, TRUE, TRUE);
  g_assert_cmpuint (cast_of (w, cast), ==, 2);
  g_assert_cmpuint (cast[1].picture.endpoint, ==, 0);
  world_source (w, b, PARLOR_SOURCE_MICROPHONE, TRUE, TRUE);
  g_assert_cmpuint (cast_of (w, cast), ==, 0);
}

static void
test_the_newest_screen_comes_first (World *w, gconstpointer data)
{
  ParlorCastMember cast[PARLOR_CAST_MAX];
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_source (w, a, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  world_source (w, b, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  g_assert_cmpuint (cast_of (w, cast), ==, 3);
  g_assert_cmpuint (cast[0].picture.endpoint, ==, parlor_participant_endpoint (b));
  g_assert_cmpint (cast[0].picture.kind, ==, PARLOR_SOURCE_SCREEN);
  g_assert_cmpuint (cast[0].sound.endpoint, ==, 0);
}

static void
test_there_is_an_end (World *w, gconstpointer data)
{
  ParlorCastMember cast[PARLOR_CAST_MAX];
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    world_meet (w, names[i], PARLOR_ROLE_MEMBER, names[i]);
  g_assert_cmpuint (cast_of (w, cast), ==, PARLOR_CAST_MAX);
}

/* A host's pin is his own choice of one. */
static void
test_a_pin_needs_none (World *w, gconstpointer data)
{
  ParlorCastMember cast[PARLOR_CAST_MAX];
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  assert_done (
      parlor_room_pin_stage (w->room, a, parlor_participant_info (a)->id, w->now_us, &error));
  g_assert_cmpuint (cast_of (w, cast), ==, 0);
}

static ParlorParticipant *
play (World *w, const char *publisher)
{
  g_autoptr (GError) error = NULL;
  ParlorMediaAnswer answer = {0};
  ParlorJoin join = {.identity = "w",
                     .name = "w",
                     .role = PARLOR_ROLE_MEMBER,
                     .granted = GRANT_ALL,
                     .session = (gpointer) "s9"};
  ParlorParticipant *p = parlor_room_play (w->room, &join, publisher, "v=0", 3, &answer, w->now_us,
                                           &error);
  g_assert_no_error (error);
  parlor_media_answer_clear (&answer);
  world_poll (w);
  return p;
}

static void
test_a_player_gets_it_and_gives_it_back (World *w, gconstpointer data)
{
  ParlorEndpointSpec spec = {.room = parlor_room_info (w->room)->id, .label = "stage"};
  ParlorMedia *media = &w->media.parent;
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  g_assert_false (parlor_room_has_stage_players (w->room));
  ParlorParticipant *player = play (w, NULL);
  g_assert_true (parlor_room_has_stage_players (w->room));
  g_assert_cmpuint (parlor_participant_picture (player).endpoint, ==,
                    parlor_participant_endpoint (a));
  ParlorEndpointId scene = media->ops->open (media, &spec, NULL);
  world_forget (w);
  parlor_room_set_scene (w->room, scene);
  world_poll (w);
  g_autofree char *picture = g_strdup_printf ("= %" G_GUINT64_FORMAT " camera", scene);
  g_autofree char *sound = g_strdup_printf ("= %" G_GUINT64_FORMAT " screen_audio", scene);
  g_assert_nonnull (strstr (w->media.log->str, picture));
  g_assert_nonnull (strstr (w->media.log->str, sound));
  g_assert_cmpuint (parlor_participant_picture (player).endpoint, ==, scene);
  world_forget (w);
  parlor_room_set_scene (w->room, 0);
  world_poll (w);
  g_assert_null (strstr (w->media.log->str, picture));
  g_assert_nonnull (strstr (w->media.log->str, "= 0 nothing 0\n"));
  g_assert_cmpuint (parlor_participant_picture (player).endpoint, ==,
                    parlor_participant_endpoint (a));
}

/* Who chose one publisher sees him. */
static void
test_a_player_of_one_keeps_him (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *player = play (w, "a");
  g_assert_false (parlor_room_has_stage_players (w->room));
  parlor_room_set_scene (w->room, 99);
  world_poll (w);
  g_assert_cmpuint (parlor_participant_picture (player).endpoint, ==,
                    parlor_participant_endpoint (a));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/scene/one-alone-needs-none", test_one_needs_none);
  WORLD_TEST ("/room/scene/two-are-a-cast", test_two_are_a_cast);
  WORLD_TEST ("/room/scene/the-newest-screen-comes-first", test_the_newest_screen_comes_first);
  WORLD_TEST ("/room/scene/a-cast-has-an-end", test_there_is_an_end);
  WORLD_TEST ("/room/scene/a-pin-needs-none", test_a_pin_needs_none);
  WORLD_TEST ("/room/scene/a-player-gets-it-and-gives-it-back",
              test_a_player_gets_it_and_gives_it_back);
  WORLD_TEST ("/room/scene/a-player-of-one-keeps-him", test_a_player_of_one_keeps_him);
  return g_test_run ();
}
