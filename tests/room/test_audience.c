/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms of the kind "live": who watches is counted and not listed, and sees what the stage allows.
 */
#include "world.h"

#include <string.h>

static void
set_up (World *w, gconstpointer data)
{
  world_set_up (w, data);
  ParlorRoomSpec spec = {.kind = "live", .title = "Lamps"};
  w->room = parlor_rooms_create (w->rooms, &spec, w->now_us, NULL);
}

static void
test_counted (World *w, gconstpointer data)
{
  world_join (w, "h", PARLOR_ROLE_HOST, "host");
  world_forget (w);
  ParlorParticipant *v = world_join (w, "v", PARLOR_ROLE_VIEWER, "s1");
  g_assert_true (parlor_participant_info (v)->audience);
  g_assert_null (strstr (w->log->str, "*<participant"));
  g_assert_cmpuint (parlor_room_n_audience (w->room), ==, 1);
  g_assert_false (parlor_participant_can (v, PARLOR_RIGHT_CHAT));
  g_assert_false (parlor_participant_can (v, PARLOR_RIGHT_PUBLISH_CAMERA));
  parlor_participant_disconnect (v, "s1", w->now_us);
  g_assert_cmpuint (parlor_room_n_audience (w->room), ==, 0);
  world_forget (w);
  world_run (w, 16000);
  world_expect (w, "app<left v lost\n");
}

static void
test_stage (World *w, gconstpointer data)
{
  ParlorMediaOffer offer = {.sdp = "v=0", .sdp_length = 3, .subscribe = TRUE};
  ParlorMediaAnswer answer = {0};
  ParlorParticipant *h = world_meet (w, "h", PARLOR_ROLE_HOST, "host");
  ParlorParticipant *v = world_join (w, "v", PARLOR_ROLE_VIEWER, "s1");
  parlor_room_set_stage (w->room, PARLOR_STAGE_CLOSED);
  assert_refused (parlor_participant_negotiate (v, &offer, &answer, w->now_us, &error),
                  PARLOR_ERROR_CONFLICT);
  parlor_room_set_stage (w->room, PARLOR_STAGE_OPEN);
  world_offer (w, v, 1, 2);
  world_forget (w);
  world_poll (w);
  g_assert_nonnull (strstr (w->media.log->str, "camera"));
  world_forget (w);
  parlor_room_set_stage (w->room, PARLOR_STAGE_PAUSED);
  world_poll (w);
  g_assert_nonnull (strstr (w->media.log->str, "stop 1 microphone"));
  g_assert_nonnull (strstr (w->media.log->str, "stop 1 camera"));
  world_forget (w);
  parlor_room_set_stage (w->room, PARLOR_STAGE_OPEN);
  g_assert_nonnull (strstr (w->media.log->str, "let 1 camera"));
  g_assert_true (parlor_participant_can (h, PARLOR_RIGHT_MODERATE));
}

static void
test_players (World *w, gconstpointer data)
{
  ParlorJoin join = {.identity = "p",
                     .role = PARLOR_ROLE_VIEWER,
                     .granted = PARLOR_RIGHT_SUBSCRIBE,
                     .session = (gpointer) "p1"};
  ParlorMediaAnswer answer = {0};
  parlor_room_set_stage (w->room, PARLOR_STAGE_CLOSED);
  assert_refused (parlor_room_play (w->room, &join, NULL, "v=0", 3, &answer, w->now_us, &error)
                      != NULL,
                  PARLOR_ERROR_CONFLICT);
  parlor_room_set_stage (w->room, PARLOR_STAGE_OPEN);
  assert_done (parlor_room_play (w->room, &join, NULL, "v=0", 3, &answer, w->now_us, &error)
               != NULL);
  parlor_media_answer_clear (&answer);
}

static void
test_clock (World *w, gconstpointer data)
{
  world_meet (w, "h", PARLOR_ROLE_HOST, "host");
  ParlorParticipant *v = world_join (w, "v", PARLOR_ROLE_VIEWER, "s1");
  gint64 opened_us = w->now_us;
  world_offer (w, v, 1, 2);
  world_run (w, 3000);
  world_forget (w);
  ParlorMediaEvent clock = {.type = PARLOR_MEDIA_SLOT_CLOCK,
                            .endpoint = parlor_participant_endpoint (v),
                            .slot = 1,
                            .rtp_timestamp = 4711,
                            .capture_us = opened_us + 2500000};
  fake_media_say (&w->media, &clock);
  g_assert_true (g_str_has_prefix (w->log->str, "s1<clock "));
  g_assert_nonnull (strstr (w->log->str, " 4711=2500\n"));
}

static void
test_stays (World *w, gconstpointer data)
{
  ParlorParticipant *h = world_join (w, "h", PARLOR_ROLE_HOST, "host");
  parlor_participant_leave (h, w->now_us);
  world_run (w, 3 * 3600 * 1000);
  g_assert_nonnull (parlor_rooms_find (w->rooms, parlor_room_info (w->room)->id));
}

#define LIVE_TEST(path, test) g_test_add (path, World, NULL, set_up, test, world_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  LIVE_TEST ("/room/audience/viewers-are-counted-and-not-listed", test_counted);
  LIVE_TEST ("/room/audience/they-see-what-the-stage-allows", test_stage);
  LIVE_TEST ("/room/audience/plain-players-see-no-rehearsal", test_players);
  LIVE_TEST ("/room/audience/a-picture-tells-its-time-on-the-rooms-clock", test_clock);
  LIVE_TEST ("/room/audience/a-live-room-does-not-end-for-being-empty", test_stays);
  return g_test_run ();
}
