/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "room/scene.h"

#include <string.h>

static const char *
id_of (const ParlorParticipant *p)
{
  return parlor_participant_info (p)->id;
}

static void
test_two (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_join (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_offer (w, b, 1, 2);
  world_source (w, b, PARLOR_SOURCE_CAMERA, TRUE, FALSE);
  world_forget (w);
  world_poll (w);
  g_assert_nonnull (strstr (w->media.log->str, "select 1/1 = 2 camera 360\n"));
  g_assert_nonnull (strstr (w->media.log->str, "select 2/1 = 1 camera 360\n"));
  world_expect (w, "s1<slots 1=b.camera\n"
                   "s2<slots 0=nobody 1=a.camera 2=nobody 3=nobody 4=nobody\n");
  parlor_participant_leave (a, w->now_us);
  world_forget (w);
  world_poll (w);
  world_expect_media (w, "select 2/1 = 0 nothing 0\n");
  world_expect (w, "s2<slots 1=nobody\n");
}

static void
test_shown (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_poll (w);
  world_forget (w);
  ParlorMediaEvent shown = {.type = PARLOR_MEDIA_SLOT_SHOWN,
                            .endpoint = parlor_participant_endpoint (a),
                            .source = {parlor_participant_endpoint (b), PARLOR_SOURCE_CAMERA},
                            .slot = 1,
                            .has_rtp = TRUE,
                            .rtp_timestamp = 4711};
  fake_media_say (&w->media, &shown);
  world_poll (w);
  world_expect (w, "s1<slots 1=b.camera@4711\n");
  shown.slot = 0; /* the media plane chose b's voice for the audio slot */
  shown.source.kind = PARLOR_SOURCE_MICROPHONE;
  fake_media_say (&w->media, &shown);
  world_poll (w);
  world_expect (w, "s1<slots 0=b.microphone@4711\n");
  parlor_participant_leave (b, w->now_us);
  world_forget (w);
  world_poll (w);
  world_expect (w, "s1<slots 0=nobody 1=nobody\n");
}

static void
test_muted_camera (World *w, gconstpointer data)
{
  world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_poll (w);
  world_forget (w);
  world_source (w, b, PARLOR_SOURCE_CAMERA, TRUE, TRUE);
  world_poll (w);
  world_expect_media (w, "stop 2 camera\nselect 1/1 = 0 nothing 0\n");
}

static void
test_screen (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  ParlorParticipant *c = world_meet (w, "c", PARLOR_ROLE_MEMBER, "s3");
  world_source (w, b, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  world_source (w, b, PARLOR_SOURCE_SCREEN_AUDIO, TRUE, FALSE);
  world_poll (w);
  world_forget (w);
  /* Another takes over in one step: picture and sound of the slots change together. */
  world_source (w, c, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  world_forget (w);
  world_poll (w);
  g_assert_nonnull (strstr (w->log->str, "s1<slots 3=c.screen 4=nobody\n"));
  g_assert_null (strstr (w->log->str, "s3<")); /* c goes on with b's: never his own */
  world_forget (w);
  ParlorView view = {.visible = TRUE, .screen = id_of (b)};
  parlor_participant_set_view (a, &view, w->now_us);
  world_poll (w);
  g_assert_nonnull (strstr (w->log->str, "3=b.screen 4=b.screen_audio"));
  world_source (w, b, PARLOR_SOURCE_SCREEN, FALSE, FALSE);
  world_forget (w);
  world_poll (w);
  g_assert_nonnull (strstr (w->log->str, "s1<slots 3=c.screen 4=nobody\n"));
}

static void
test_view (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  ParlorParticipant *c = world_meet (w, "c", PARLOR_ROLE_MEMBER, "s3");
  ParlorParticipant *d = world_meet (w, "d", PARLOR_ROLE_MEMBER, "s4");
  ParlorViewTile tiles[] = {{id_of (b), 320, 180}, {"pt_nobody", 1, 1}, {id_of (c), 640, 720}};
  ParlorView view = {.tiles = tiles, .n_tiles = 3, .visible = TRUE};
  world_poll (w);
  world_forget (w);
  parlor_participant_set_view (a, &view, w->now_us);
  world_poll (w);
  world_expect_media (w, "select 1/1 = 2 camera 180\nselect 1/2 = 3 camera 720\n");
  world_expect (w, ""); /* the same faces in the same slots */
  view.pinned = id_of (d);
  parlor_participant_set_view (a, &view, w->now_us);
  world_poll (w);
  world_expect_media (w, "select 1/2 = 4 camera 360\n");
  world_expect (w, "s1<slots 2=d.camera\n");
  view.visible = FALSE;
  parlor_participant_set_view (a, &view, w->now_us);
  world_poll (w);
  world_expect_media (w, "select 1/1 = 0 nothing 0\nselect 1/2 = 0 nothing 0\n");
}

static void
test_speaker (World *w, gconstpointer data)
{
  ParlorParticipant *last = NULL;
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    last = world_meet (w, names[i], PARLOR_ROLE_MEMBER, names[i]);
  world_speaker (w, last);
  world_expect (w, "*<speaker e\n");
  world_poll (w);
  g_assert_nonnull (strstr (w->log->str, "a<slots 2=e.camera\n"));
  world_forget (w);
  world_speaker (w, NULL);
  world_expect (w, "*<speaker nobody\n");
  world_poll (w);
  world_expect (w, ""); /* silence moves nobody */
}

static ParlorParticipant *
watch (World *w)
{
  ParlorMediaAnswer answer = {0};
  ParlorParticipant *p = NULL;
  ParlorJoin join = {.identity = "v", .granted = GRANT_ALL, .session = (gpointer) "p1"};
  assert_done ((p = parlor_room_play (w->room, &join, NULL, "v=0", 3, &answer, w->now_us, &error)));
  parlor_media_answer_clear (&answer);
  world_poll (w);
  return p;
}

static gboolean
stage_turned_to (World *w, guint endpoint, const char *kind)
{
  g_autofree char *line = g_strdup_printf ("select 3/1 = %u %s 0\n", endpoint, kind);
  gboolean found = strstr (w->media.log->str, line) != NULL;
  if (!found)
    g_assert_null (strstr (w->media.log->str, "select 3/1"));
  world_forget (w);
  return found;
}

static void
test_stage (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  watch (w);
  g_assert_true (stage_turned_to (w, 1, "camera"));
  world_speaker (w, a);
  world_poll (w);
  world_speaker (w, b);
  world_run (w, 999);
  g_assert_false (stage_turned_to (w, 2, "camera")); /* a cough turns no stage */
  world_run (w, 1);
  g_assert_true (stage_turned_to (w, 2, "camera"));
  world_speaker (w, a);
  world_run (w, 500);
  world_speaker (w, b);
  world_run (w, 5000);
  g_assert_false (stage_turned_to (w, 1, "camera"));
  world_source (w, a, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  world_poll (w);
  g_assert_true (stage_turned_to (w, 1, "screen"));
  world_forget (w);
  assert_done (parlor_room_pin_stage (w->room, a, id_of (b), w->now_us, &error));
  assert_done (parlor_room_pin_stage (w->room, a, id_of (b), w->now_us, &error));
  const char *told = strstr (w->log->str, "room \"");
  g_assert_nonnull (told);
  g_assert_null (strstr (told + 1, "room \"")); /* the same again tells nobody anything */
  g_assert_true (parlor_room_stage_pin (w->room) == b);
  world_poll (w);
  g_assert_true (stage_turned_to (w, 2, "camera"));
  parlor_participant_leave (b, w->now_us);
  world_poll (w);
  g_assert_true (stage_turned_to (w, 1, "screen"));
  g_assert_null (parlor_room_stage_pin (w->room));
}

/* Where many come at a time their slots are chosen together, the answers told at once all the same.
 */
static void
test_large_room (World *w, gconstpointer data)
{
  static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
  ParlorParticipant *p = NULL;
  for (guint i = 0; i < 40; i++)
    p = world_meet (w, names[i % 8], PARLOR_ROLE_MEMBER, names[i % 8]);
  world_run (w, 1000);
  world_forget (w);
  world_source (w, p, PARLOR_SOURCE_SCREEN, TRUE, FALSE);
  world_poll (w);
  g_assert_nonnull (strstr (w->media.log->str, "screen")); /* the first change at once */
  world_forget (w);
  world_source (w, p, PARLOR_SOURCE_SCREEN, FALSE, FALSE);
  world_offer (w, p, 1, 2);
  world_run (w, 49);
  g_assert_null (strstr (w->media.log->str, "select"));
  g_assert_nonnull (strstr (w->log->str, "slots 0=nobody 1=nobody"));
  world_run (w, 1);
  g_assert_nonnull (strstr (w->media.log->str, "nothing"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/choose/two-see-each-other-and-nobody-himself", test_two);
  WORLD_TEST ("/room/choose/the-first-timestamp-is-told-when-it-is-known", test_shown);
  WORLD_TEST ("/room/choose/a-muted-camera-takes-no-slot", test_muted_camera);
  WORLD_TEST ("/room/choose/the-newest-screen-with-its-sound-unless-chosen", test_screen);
  WORLD_TEST ("/room/choose/a-view-changes-only-what-it-changes", test_view);
  WORLD_TEST ("/room/choose/the-speaker-has-a-slot-and-silence-moves-nobody", test_speaker);
  WORLD_TEST ("/room/choose/the-stage-turns-after-a-second", test_stage);
  g_test_add ("/room/choose/in-a-large-room-changes-are-gathered", World, GUINT_TO_POINTER (100),
              world_set_up, test_large_room, world_tear_down);
  return g_test_run ();
}
