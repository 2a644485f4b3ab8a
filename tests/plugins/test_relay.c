/* SPDX-License-Identifier: Apache-2.0 */
/* A room on two workers: two routers, the rings between them, and people on both. In virtual time.
 */
#include "routerbench.h"

#include "base/bytes.h"
#include "base/time.h"
#include "proto/demux.h"
#include "proto/rtp/header.h"
#include "router/state.h"
#include "spsc.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC
#define FRAME_US 33333
#define SOURCE 10
#define VOICE 20
#define SSRC 1000
#define SLOT_SSRC 5000

typedef struct
{
  Bench *benches[2];
  ParlorSpsc *rings[2]; /* to each */
  guint n_rung[2];
  guint n_refused;
  gboolean jammed; /* nothing gets into the rings */
  BenchPeer *publisher;
  BenchCamera cameras[3];
  guint n_cameras;
  gint64 film_us;
} House;

typedef struct
{
  ParlorRelay what;
  guint8 bytes[];
} Message;

static House house;

static gboolean
relay (gpointer user_data, guint worker, const ParlorRelay *what, const guint8 *bytes, gsize length)
{
  Message *room = house.jammed ? NULL
                               : parlor_spsc_reserve (house.rings[worker], sizeof *room + length);
  g_assert_true (house.benches[1 - worker] == user_data);
  if (room == NULL)
    {
      house.n_refused++;
      return FALSE;
    }
  room->what = *what;
  if (length > 0)
    memcpy (room->bytes, bytes, length);
  parlor_spsc_commit (house.rings[worker]);
  return TRUE;
}

static void
relayed (gpointer user_data, guint64 workers)
{
  for (guint i = 0; i < 2; i++)
    house.n_rung[i] += (guint)((workers >> i) & 1);
}

static void
drain (guint worker)
{
  Bench *bench = house.benches[worker];
  gsize length;
  Message *message;
  while ((message = parlor_spsc_peek (house.rings[worker], &length)) != NULL)
    {
      parlor_router_relayed (bench->router, 1 - worker, &message->what, message->bytes,
                             length - sizeof *message, bench->now_us);
      parlor_spsc_pop (house.rings[worker]);
    }
}

static void
run (gint64 span_us)
{
  gint64 end_us = house.benches[0]->now_us + span_us;
  while (house.benches[0]->now_us < end_us)
    {
      gboolean films = house.n_cameras > 0 && house.benches[0]->now_us >= house.film_us;
      for (guint i = 0; films && i < house.n_cameras; i++)
        bench_film (house.publisher, &house.cameras[i]);
      house.film_us += films ? FRAME_US : 0;
      for (guint i = 0; i < 2; i++)
        {
          drain (i);
          bench_run (house.benches[i], MS);
        }
    }
}

static ParlorMirrorConfig
mirror_of (ParlorSourceId id)
{
  ParlorSource *source = g_hash_table_lookup (house.benches[0]->router->sources, &id);
  ParlorMirrorConfig config = {.source = source->config};
  memcpy (config.ext_ids, source->transport->config.ext_ids, sizeof config.ext_ids);
  return config;
}

/* As the control thread does it. */
static void
add_mirror (ParlorSourceId id)
{
  const ParlorMirrorConfig config = mirror_of (id);
  parlor_router_add_mirror (house.benches[1]->router, &config, house.benches[1]->now_us);
  parlor_router_set_relay (house.benches[0]->router, id, 1, TRUE);
}

static void
prepare (guint n_layers, gsize ring_bytes)
{
  static const guint64 bps[] = {150000, 500000, 1700000};
  house = (House){.n_cameras = n_layers};
  for (guint i = 0; i < 2; i++)
    {
      house.benches[i] = bench_new ();
      house.benches[i]->router->config.worker = i;
      house.benches[i]->router->ops.relay = relay;
      house.benches[i]->router->ops.relayed = relayed;
      house.rings[i] = parlor_spsc_new (ring_bytes);
    }
  house.publisher = bench_add_peer (house.benches[0], ROOM);
  if (n_layers == 3)
    bench_add_simulcast (house.publisher, SOURCE, SSRC);
  else
    bench_add_video (house.publisher, SOURCE, SSRC);
  for (guint i = 0; i < n_layers; i++)
    house.cameras[i] = (BenchCamera){.ssrc = SSRC + 2 * i,
                                     .bps = n_layers == 3 ? bps[i] : 1000000,
                                     .height = n_layers == 3 ? 180u << i : 720,
                                     .n_temporal = 1,
                                     .index = 100};
  add_mirror (SOURCE);
  house.film_us = house.benches[0]->now_us + 200 * MS;
  run (500 * MS);
}

static void
finish (void)
{
  for (guint i = 0; i < 2; i++)
    {
      bench_free (house.benches[i]);
      parlor_spsc_free (house.rings[i]);
    }
}

static BenchPeer *
add_viewer (guint worker)
{
  BenchPeer *peer = bench_add_peer (house.benches[worker], ROOM);
  run (300 * MS);
  bench_add_video_slot (peer, 0, SLOT_SSRC, SLOT_SSRC + 1);
  return peer;
}

static void
watch (BenchPeer *peer, ParlorSourceId source, guint height)
{
  parlor_router_select (peer->bench->router, peer->id, 0, source, height, peer->bench->now_us);
}

/* Frames that came whole since packet `from`, judged by the markers: the numbers must follow each
 * other without a gap. */
static guint
count_frames (const BenchPeer *peer, guint from, guint *n_pkts)
{
  guint n = 0;
  guint16 last = 0;
  *n_pkts = 0;
  for (guint i = from; i < peer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
      ParlorRtpHeader header;
      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      if (header.pt != 120) /* probes */
        continue;
      g_assert_true (*n_pkts == 0 || header.seq == (guint16)(last + 1));
      last = header.seq;
      ++*n_pkts;
      n += header.marker;
    }
  return n;
}

static guint
frames_since (const BenchPeer *peer, guint from)
{
  guint n_pkts;
  return count_frames (peer, from, &n_pkts);
}

static const ParlorRouterCounters *
counters (guint worker)
{
  return parlor_router_get_counters (house.benches[worker]->router);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void
test_receivers_of_both_get_the_same (void)
{
  BenchPeer *here, *there[3];
  guint from_here, from_there[3], n_here, n_there;
  prepare (1, 1 << 20);
  here = add_viewer (0);
  watch (here, SOURCE, 0);
  for (guint i = 0; i < 3; i++)
    {
      there[i] = add_viewer (1);
      watch (there[i], SOURCE, 0);
    }
  run (6 * SECOND); /* until the estimates stand */
  from_here = here->rtp->len;
  for (guint i = 0; i < 3; i++)
    from_there[i] = there[i]->rtp->len;
  run (3 * SECOND);
  g_assert_cmpuint (count_frames (here, from_here, &n_here), >=, 88);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (count_frames (there[i], from_there[i], &n_there), >=, 88);
      /* A frame may have been under way. */
      g_assert_cmpint (ABS ((gint)n_there - (gint)n_here), <=, 6);
    }
  g_assert_cmpuint (counters (0)->dropped[PARLOR_DROP_RING], ==, 0);
  g_assert_cmpuint (counters (1)->received_pkts, <, 2000);
  /* One copy however many are there. */
  g_assert_cmpuint (counters (0)->relayed_pkts, <=, counters (0)->received_pkts);
  finish ();
}

static void
test_nothing_crosses_that_nobody_watches (void)
{
  BenchPeer *viewer;
  guint64 n;
  prepare (1, 1 << 20);
  run (SECOND);
  g_assert_cmpuint (counters (0)->relayed_pkts, ==, 0);
  viewer = add_viewer (1);
  watch (viewer, SOURCE, 0);
  run (SECOND);
  g_assert_cmpuint (counters (0)->relayed_pkts, >, 50);
  watch (viewer, 0, 0);
  run (500 * MS);
  n = counters (0)->relayed_pkts;
  run (SECOND);
  g_assert_cmpuint (counters (0)->relayed_pkts, ==, n);
  /* And again, from a key frame on: what was kept is of another time. */
  n = viewer->rtp->len;
  watch (viewer, SOURCE, 0);
  run (SECOND);
  g_assert_cmpuint (frames_since (viewer, (guint)n), >, 15);
  finish ();
}

static void
test_worker_is_rung_once_a_batch (void)
{
  BenchPeer *viewer;
  guint rung;
  guint64 relayed;
  prepare (1, 1 << 20);
  viewer = add_viewer (1);
  watch (viewer, SOURCE, 0);
  run (SECOND);
  rung = house.n_rung[1];
  relayed = counters (0)->relayed_pkts;
  run (SECOND);
  /* Thirty frames of several packets each, and reports. */
  g_assert_cmpuint (counters (0)->relayed_pkts - relayed, >, 90);
  g_assert_cmpuint (house.n_rung[1] - rung, <, 45);
  finish ();
}

static void
test_repeats_come_from_the_mirror (void)
{
  BenchLink link = {.delay_us = 10 * MS};
  BenchPeer *viewer;
  guint64 asked;
  prepare (1, 1 << 20);
  viewer = add_viewer (1);
  viewer->link = &link;
  viewer->nacks = TRUE;
  watch (viewer, SOURCE, 0);
  run (2 * SECOND);
  asked = counters (0)->nacks_answered;
  for (guint i = 0; i < 10; i++)
    {
      viewer->drop_next = 1;
      run (200 * MS);
    }
  g_assert_cmpuint (counters (1)->nacks_answered, >=, 10);
  g_assert_cmpuint (counters (0)->nacks_answered, ==, asked);
  g_assert_cmpuint (parlor_nack_missing (viewer->nack), ==, 0);
  finish ();
}

static void
test_newcomer_gets_a_key_frame (void)
{
  BenchPeer *viewer;
  guint n_keys;
  prepare (1, 1 << 20);
  run (2 * SECOND);
  n_keys = house.cameras[0].n_keys;
  viewer = add_viewer (1);
  watch (viewer, SOURCE, 0);
  run (SECOND);
  g_assert_cmpuint (house.cameras[0].n_keys, >, n_keys);
  g_assert_cmpuint (frames_since (viewer, 0), >, 15);
  finish ();
}

/* The ring was full just when it was asked for, and when it was said that somebody watches. */
static void
test_lost_wishes_are_said_again (void)
{
  BenchPeer *viewer;
  prepare (1, 1 << 20);
  viewer = add_viewer (1);
  house.jammed = TRUE;
  watch (viewer, SOURCE, 0);
  run (100 * MS);
  g_assert_cmpuint (house.n_refused, >, 0);
  g_assert_cmpuint (viewer->rtp->len, ==, 0);
  house.jammed = FALSE;
  run (2 * SECOND);
  g_assert_cmpuint (frames_since (viewer, 0), >, 30);
  finish ();
}

static void
test_full_ring_is_counted_and_passes (void)
{
  BenchPeer *viewer;
  guint from;
  prepare (1, 1 << 20);
  viewer = add_viewer (1);
  watch (viewer, SOURCE, 0);
  run (SECOND);
  house.jammed = TRUE;
  run (300 * MS);
  house.jammed = FALSE;
  g_assert_cmpuint (counters (0)->dropped[PARLOR_DROP_RING], >=, house.n_refused - 20);
  g_assert_cmpuint (counters (0)->dropped[PARLOR_DROP_RING], >, 20);
  run (3 * SECOND);
  from = viewer->rtp->len;
  run (SECOND);
  g_assert_cmpuint (frames_since (viewer, from), >, 25);
  finish ();
}

static guint
last_layers (void)
{
  const ParlorRouterEvent *event = bench_event (house.benches[0], PARLOR_ROUTER_LAYERS, 0);
  return event != NULL ? event->n_rids : 3;
}

static void
test_layers_are_off_when_nobody_watches_them_anywhere (void)
{
  BenchPeer *here, *there;
  prepare (3, 1 << 20);
  here = add_viewer (0);
  there = add_viewer (1);
  watch (here, SOURCE, 180);
  watch (there, SOURCE, 720);
  run (8 * SECOND);
  /* Without the one in the middle, or with all. */
  g_assert_cmpuint (last_layers (), >=, 2);
  watch (there, SOURCE, 180);
  run (8 * SECOND);
  g_assert_cmpuint (last_layers (), ==, 1);
  house.n_cameras = 1;
  run (3 * SECOND);
  watch (there, SOURCE, 720);
  run (600 * MS);
  g_assert_cmpuint (last_layers (), >=, 2);
  finish ();
}

static void
test_publisher_that_begins_anew_is_seen_on (void)
{
  BenchPeer *viewer;
  guint from;
  prepare (1, 1 << 20);
  viewer = add_viewer (1);
  watch (viewer, SOURCE, 0);
  run (SECOND);
  house.cameras[0].index += 20000; /* the same SSRC, other numbers */
  run (2 * SECOND);
  from = viewer->rtp->len;
  run (SECOND);
  g_assert_cmpuint (frames_since (viewer, from), >, 25);

  /* He goes, and comes as another source. */
  house.n_cameras = 0;
  parlor_router_remove_source (house.benches[1]->router, SOURCE, house.benches[1]->now_us);
  run (100 * MS);
  parlor_router_remove_source (house.benches[0]->router, SOURCE, house.benches[0]->now_us);
  bench_add_video (house.publisher, SOURCE + 1, SSRC + 50);
  add_mirror (SOURCE + 1);
  watch (viewer, SOURCE + 1, 0);
  from = viewer->rtp->len;
  house.cameras[0] = (BenchCamera){
      .ssrc = SSRC + 50, .bps = 1000000, .height = 720, .n_temporal = 1, .index = 900};
  house.film_us = house.benches[0]->now_us;
  house.n_cameras = 1;
  run (2 * SECOND);
  g_assert_cmpuint (frames_since (viewer, from), >, 45);
  finish ();
}

static void
test_voice_is_heard_on_both (void)
{
  BenchPeer *speaker, *here, *there;
  prepare (1, 1 << 20);
  house.n_cameras = 0;
  speaker = bench_add_peer (house.benches[0], ROOM);
  here = bench_add_peer (house.benches[0], ROOM);
  there = bench_add_peer (house.benches[1], ROOM);
  run (300 * MS);
  bench_add_voice_slot (here, 0, 7000);
  bench_add_voice_slot (there, 0, 7000);
  bench_add_voice (speaker, VOICE, ROOM, 2000);
  add_mirror (VOICE);
  for (guint i = 0; i < 100; i++)
    {
      bench_send_voice (speaker, 2000, 100 + i, i * 960, 20);
      run (20 * MS);
    }
  g_assert_cmpuint (here->rtp->len, >, 90);
  g_assert_cmpuint (there->rtp->len, >, 90);
  /* His own worker tells of him, not the mirror's. */
  g_assert_nonnull (bench_event (house.benches[0], PARLOR_ROUTER_SOURCE_ACTIVE, 0));
  g_assert_null (bench_event (house.benches[1], PARLOR_ROUTER_SOURCE_ACTIVE, 0));
  finish ();
}

/* What names nothing that is here, or is not from whom it should be. */
static void
test_odd_messages_do_nothing (void)
{
  guint8 bytes[40] = {0x80, 96};
  ParlorRelay what = {.source = 99};
  prepare (1, 1 << 20);
  for (guint type = 0; type < 7; type++)
    for (guint layer = 0; layer < 6; layer++)
      {
        what.type = (guint8)type;
        what.layer = (guint8)layer;
        for (guint worker = 0; worker < 2; worker++)
          {
            ParlorRouter *router = house.benches[worker]->router;
            what.source = 99;
            parlor_router_relayed (router, 1 - worker, &what, bytes, sizeof bytes, 1);
            what.source = SOURCE;
            parlor_router_relayed (router, 5, &what, bytes, 3, 1);
            parlor_router_relayed (router, 200, &what, bytes, sizeof bytes, 1);
          }
      }
  run (100 * MS);
  parlor_router_set_relay (house.benches[0]->router, SOURCE, 1, FALSE);
  parlor_router_set_relay (house.benches[0]->router, SOURCE, 64, TRUE);
  parlor_router_set_relay (house.benches[0]->router, 99, 1, TRUE);
  run (100 * MS);
  g_assert_cmpuint (counters (0)->relayed_pkts, ==, 0);
  finish ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/relay/receivers-of-both-get-the-same",
                   test_receivers_of_both_get_the_same);
  g_test_add_func ("/router/relay/nothing-crosses-that-nobody-watches",
                   test_nothing_crosses_that_nobody_watches);
  g_test_add_func ("/router/relay/worker-is-rung-once-a-batch", test_worker_is_rung_once_a_batch);
  g_test_add_func ("/router/relay/repeats-come-from-the-mirror", test_repeats_come_from_the_mirror);
  g_test_add_func ("/router/relay/newcomer-gets-a-key-frame", test_newcomer_gets_a_key_frame);
  g_test_add_func ("/router/relay/lost-wishes-are-said-again", test_lost_wishes_are_said_again);
  g_test_add_func ("/router/relay/full-ring-is-counted-and-passes",
                   test_full_ring_is_counted_and_passes);
  g_test_add_func ("/router/relay/layers-are-off-when-nobody-watches-them-anywhere",
                   test_layers_are_off_when_nobody_watches_them_anywhere);
  g_test_add_func ("/router/relay/publisher-that-begins-anew-is-seen-on",
                   test_publisher_that_begins_anew_is_seen_on);
  g_test_add_func ("/router/relay/voice-is-heard-on-both", test_voice_is_heard_on_both);
  g_test_add_func ("/router/relay/odd-messages-do-nothing", test_odd_messages_do_nothing);
  return g_test_run ();
}
