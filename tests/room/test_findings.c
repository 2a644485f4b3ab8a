/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_state (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_offer (w, p, 1, 1);
  world_forget (w);
  world_media (w, PARLOR_MEDIA_CONNECTED, p);
  world_expect (w, "s1<transport connected\n*<participant a member connected\n");
  world_media (w, PARLOR_MEDIA_FAILED, p);
  world_expect (w, "s1<transport failed\n*<participant a member reconnecting\n");
  world_expect_media (w, "close 1\n");
  world_offer (w, p, 1, 1);
  world_expect_media (w, "open 2 a hears\nnegotiate 2 publish subscribe\n");
  world_media (w, PARLOR_MEDIA_CONNECTED, p);
  world_expect (w, "s1<transport connected\n*<participant a member connected\n");
}

static void
test_active (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_join (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_offer (w, p, 1, 1);
  world_forget (w);
  world_media (w, PARLOR_MEDIA_SOURCE_ACTIVE, p); /* not published: nobody is told */
  world_expect (w, "");
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE);
  world_expect (w, "*<participant a member connecting microphone-active\n");
  world_media (w, PARLOR_MEDIA_SOURCE_IDLE, p);
  world_expect (w, "*<participant a member connecting microphone\n");
  world_media (w, PARLOR_MEDIA_SOURCE_IDLE, p);
  world_expect (w, "");
}

/* Which codec it is stands in the roster, and another one is told. */
static void
test_codec (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  const ParlorSourceInfo *camera = &parlor_participant_info (p)->sources[PARLOR_SOURCE_CAMERA];
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_SOURCE_ACTIVE,
                            .endpoint = parlor_participant_endpoint (p),
                            .source = {parlor_participant_endpoint (p), PARLOR_SOURCE_CAMERA},
                            .codec = "vp8"};
  fake_media_say (&w->media, &event);
  g_assert_cmpstr (camera->codec, ==, "vp8");
  world_forget (w);
  fake_media_say (&w->media, &event);
  world_expect (w, "");
  event.codec = "h264";
  fake_media_say (&w->media, &event);
  g_assert_cmpstr (camera->codec, ==, "h264");
  world_media (w, PARLOR_MEDIA_SOURCE_IDLE, p);
  g_assert_cmpstr (camera->codec, ==, "h264");
}

static void
say_speaking (World *w, ParlorParticipant *first, ParlorParticipant *second)
{
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_SPEAKING, .room = parlor_room_info (w->room)->id};
  if (first != NULL)
    event.speaking[event.n_speaking++] = parlor_participant_endpoint (first);
  if (second != NULL)
    event.speaking[event.n_speaking++] = parlor_participant_endpoint (second);
  fake_media_say (&w->media, &event);
}

static void
test_speaking (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_poll (w);
  world_forget (w);
  say_speaking (w, a, NULL);
  world_poll (w);
  world_expect (w, "*<speaking a\n");
  say_speaking (w, a, NULL); /* no change */
  say_speaking (w, a, b);
  say_speaking (w, b, NULL);
  world_run (w, 199);
  world_expect (w, "");
  world_run (w, 1);
  world_expect (w, "*<speaking b\n");
  world_run (w, 1000);
  parlor_participant_leave (b, w->now_us);
  world_forget (w);
  world_poll (w);
  world_expect (w, "*<speaking \ns1<slots 1=nobody\n");
}

static void
test_speaker_leaves (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  world_speaker (w, a);
  world_forget (w);
  parlor_participant_leave (a, w->now_us);
  world_expect (w, "*<speaker nobody\n*<left a left\n");
}

static void
test_strangers (World *w, gconstpointer data)
{
  for (guint type = PARLOR_MEDIA_CONNECTED; type <= PARLOR_MEDIA_QUALITY; type++)
    {
      ParlorMediaEvent of_nobody = {.type = type, .endpoint = 999, .room = "rm_nowhere"};
      fake_media_say (&w->media, &of_nobody);
    }
  world_poll (w);
  world_expect (w, "");
}

static void
test_layers (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_LAYERS,
                            .endpoint = parlor_participant_endpoint (p),
                            .source = {parlor_participant_endpoint (p), PARLOR_SOURCE_CAMERA},
                            .n_rids = 2,
                            .rids = {"q", "f"}};
  world_forget (w);
  fake_media_say (&w->media, &event);
  world_expect (w, "s1<layers camera q f\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/findings/state-follows-the-transport", test_state);
  WORLD_TEST ("/room/findings/active-is-told-of-what-is-published", test_active);
  WORLD_TEST ("/room/findings/the-codec-of-a-source-is-known", test_codec);
  WORLD_TEST ("/room/findings/speaking-is-told-on-change-every-200-ms-at-most", test_speaking);
  WORLD_TEST ("/room/findings/a-speaker-who-leaves-leaves-silence", test_speaker_leaves);
  WORLD_TEST ("/room/findings/who-publishes-learns-which-layers-are-watched", test_layers);
  WORLD_TEST ("/room/findings/of-endpoints-long-gone-nothing-happens", test_strangers);
  return g_test_run ();
}
