/* SPDX-License-Identifier: Apache-2.0 */
/* What the router tells of each peer every 2 s: jitter, heights, why key frames were asked for. */
#include "proto/rtcp/packet.h"
#include "routerbench.h"

#define ROOM 7
#define MS 1000
#define SECOND (1000 * MS)

static Bench *
pair_new (BenchPeer **publisher, BenchPeer **receiver)
{
  Bench *bench = bench_new ();
  *publisher = bench_add_peer (bench, ROOM);
  *receiver = bench_add_peer (bench, ROOM);
  bench_add_video (*publisher, 1, 1000);
  bench_add_video_slot (*receiver, 0, 5000, 5001);
  bench_run (bench, 500 * MS);
  parlor_router_select (bench->router, (*receiver)->id, 0, 1, 0, bench->now_us);
  return bench;
}

static void
film_for (BenchPeer *peer, BenchCamera *camera, gint64 span_us)
{
  gint64 end_us = peer->bench->now_us + span_us;
  while (peer->bench->now_us < end_us)
    {
      bench_film (peer, camera);
      bench_run (peer->bench, 33 * MS);
    }
}

/* Asked of the publisher in all events so far. */
static guint
asked (const Bench *bench, ParlorTransportId id, ParlorKeyCause cause)
{
  guint n = 0;
  for (guint i = 0; i < bench->n_events; i++)
    if (bench->events[i].type == PARLOR_ROUTER_QUALITY && bench->events[i].transport == id)
      n += bench->events[i].key_asked[cause];
  return n;
}

static void
ask_key_frame (BenchPeer *receiver)
{
  guint8 pli[16];
  gsize length = parlor_rtcp_build_pli (pli, sizeof pli, 9, 5000);
  parlor_peer_send_rtcp (receiver->peer, pli, length);
}

static void
test_causes (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = pair_new (&publisher, &receiver);
  BenchCamera camera = {.ssrc = 1000, .bps = 500000, .height = 360, .n_temporal = 1, .picture = 1};
  const guint64 *counted;

  camera.index = camera.picture = 1;
  bench_send_video (publisher, 1000, 0, 0, FALSE, TRUE, TRUE, 0, 900); /* no key frame */
  bench_run (bench, 700 * MS);
  film_for (publisher, &camera, 3 * SECOND);
  g_assert_cmpuint (asked (bench, publisher->id, PARLOR_KEY_NEWCOMER), >=, 1);
  g_assert_cmpuint (asked (bench, publisher->id, PARLOR_KEY_RECEIVER), ==, 0);
  ask_key_frame (receiver);
  film_for (publisher, &camera, 3 * SECOND);
  g_assert_cmpuint (asked (bench, publisher->id, PARLOR_KEY_RECEIVER), ==, 1);
  for (guint i = 0; i < PARLOR_N_KEY_CAUSES; i++)
    g_assert_cmpuint (asked (bench, receiver->id, i), ==, 0);
  counted = parlor_router_get_counters (bench->router)->key_frame_requests;
  for (guint i = 0; i < PARLOR_N_KEY_CAUSES; i++)
    g_assert_cmpuint (counted[i], ==, asked (bench, publisher->id, i));
}

static void
test_heights (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = pair_new (&publisher, &receiver);
  BenchCamera camera = {.ssrc = 1000, .bps = 500000, .height = 360, .n_temporal = 1, .picture = 1};
  const ParlorRouterEvent *told;

  film_for (publisher, &camera, 5 * SECOND);
  told = bench_event (bench, PARLOR_ROUTER_SOURCE_ACTIVE, publisher->id);
  g_assert_cmpint (told->codec, ==, PARLOR_CODEC_VP8);
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, publisher->id);
  g_assert_cmpuint (told->height_up, ==, 360);
  g_assert_cmpuint (told->height_down, ==, 0);
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, receiver->id);
  g_assert_cmpuint (told->height_up, ==, 0);
  g_assert_cmpuint (told->height_down, ==, 360);
  bench_run (bench, 5 * SECOND);
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, publisher->id);
  g_assert_cmpuint (told->height_up, ==, 0);
}

static void
report_jitter (BenchPeer *receiver, guint32 jitter)
{
  const ParlorRtcpReportBlock block = {.ssrc = 5000, .jitter = jitter};
  guint8 report[64];
  gsize length = parlor_rtcp_build_rr (report, sizeof report, 9, &block, 1);
  parlor_peer_send_rtcp (receiver->peer, report, length);
}

/* The worst that was told since event `from`; -1 = none. */
static gint32
worst_down (const Bench *bench, guint from, ParlorTransportId id)
{
  gint32 worst = -1;
  for (guint i = from; i < bench->n_events; i++)
    if (bench->events[i].type == PARLOR_ROUTER_QUALITY && bench->events[i].transport == id)
      worst = MAX (worst, bench->events[i].jitter_down_ms);
  return worst;
}

static void
test_jitter (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = pair_new (&publisher, &receiver);
  BenchCamera camera = {.ssrc = 1000, .bps = 500000, .height = 360, .n_temporal = 1, .picture = 1};
  const ParlorRouterEvent *told;
  guint seen;

  film_for (publisher, &camera, 1 * SECOND);
  report_jitter (receiver, 90 * 20);
  report_jitter (receiver, 90 * 7);
  film_for (publisher, &camera, 4 * SECOND);
  g_assert_cmpint (worst_down (bench, 0, receiver->id), ==, 20);
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, receiver->id);
  g_assert_cmpint (told->jitter_up_ms, ==, -1);
  g_assert_cmpint (told->jitter_down_ms, ==, -1); /* of the last two seconds nothing was said */
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, publisher->id);
  g_assert_cmpint (told->jitter_up_ms, >=, 0);
  g_assert_cmpint (told->jitter_up_ms, <=, 40);
  seen = bench->n_events;
  report_jitter (receiver, G_MAXUINT32); /* thirteen hours */
  film_for (publisher, &camera, 4 * SECOND);
  g_assert_cmpint (worst_down (bench, seen, receiver->id), ==, 60000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/quality/requests-for-key-frames-have-a-cause", test_causes);
  g_test_add_func ("/router/quality/heights-of-what-comes-and-what-is-sent", test_heights);
  g_test_add_func ("/router/quality/jitter-of-both-ways-and-no-lie-of-it", test_jitter);
  return g_test_run ();
}
