/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
say_quality (World *w, ParlorParticipant *p, double up, double down, gint32 rtt_ms)
{
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_QUALITY,
                            .endpoint = parlor_participant_endpoint (p),
                            .quality = {.loss_up = up, .loss_down = down, .rtt_ms = rtt_ms}};
  fake_media_say (&w->media, &event);
}

static void
test_levels (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  say_quality (w, p, 0, 0, 40);
  world_expect (w, "s1<quality 3 ok\n");
  say_quality (w, p, 0.05, 0, 40);
  world_expect (w, "s1<quality 2 uplink\n");
  say_quality (w, p, 0, 0.2, 40);
  world_expect (w, "s1<quality 1 downlink\n");
  say_quality (w, p, 0, 0, 500);
  world_expect (w, "s1<quality 2 uplink\n");
  say_quality (w, p, 0, 0, -1); /* an unknown round trip is no bad one */
  world_expect (w, "s1<quality 3 ok\n");
}

static void
test_pictures (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_QUALITY,
                            .endpoint = parlor_participant_endpoint (p),
                            .quality = {.rtt_ms = 40, .n_reduced = 1}};
  fake_media_say (&w->media, &event);
  world_expect (w, "s1<quality 2 downlink\n");
  event.quality.n_paused = 1;
  fake_media_say (&w->media, &event);
  world_expect (w, "s1<quality 1 downlink\n");
}

static void
test_peer (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_poll (w);
  say_quality (w, b, 0.3, 0, 40);
  world_forget (w);
  say_quality (w, a, 0, 0, 40);
  world_expect (w, "s1<quality 3 peer b:1\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/quality/loss-and-round-trip-become-levels-with-a-reason", test_levels);
  WORLD_TEST ("/room/quality/pictures-that-the-path-does-not-take-count", test_pictures);
  WORLD_TEST ("/room/quality/a-bad-uplink-of-whom-one-sees-is-said", test_peer);
  return g_test_run ();
}
