/* SPDX-License-Identifier: Apache-2.0 */
/* A flush that yields: what comes meanwhile does not wait for all of a large room. Virtual time. */
#include "routerbench.h"

#include "base/time.h"
#include "proto/rtp/header.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define N 200 /* receivers; a flush makes 128 messages */
#define FRAME_PKTS 3
#define VIDEO_PT 120
#define VOICE_PT 109

typedef struct
{
  Bench *bench;
  BenchPeer *publisher, *receivers[N];
  guint64 index;
  guint picture, voice;
} Hall;

static void
speak (Hall *self)
{
  bench_send_voice (self->publisher, 2000, 100 + self->voice, self->voice * 960, 20);
  self->voice++;
}

static void
film (Hall *self, gboolean key)
{
  for (guint j = 0; j < FRAME_PKTS; j++)
    bench_send_video (self->publisher, 1000, self->index++, self->picture * 3000, key, j == 0,
                      j + 1 == FRAME_PKTS, self->picture, 300);
  self->picture++;
}

static void
add_receiver (Hall *self, guint i)
{
  BenchPeer *peer = bench_add_peer (self->bench, ROOM);

  bench_add_video_slot (peer, 0, 5000, 5001);
  bench_add_voice_slot (peer, 1, 6000);
  peer->no_feedback = TRUE;
  self->receivers[i] = peer;
}

/* Everybody sees and hears the one; then nothing is sent for a while. */
static void
prepare (Hall *self, Bench *bench)
{
  *self = (Hall){.bench = bench, .index = 1, .picture = 1};
  self->publisher = bench_add_peer (bench, ROOM);
  bench_add_video (self->publisher, 1, 1000);
  bench_add_voice (self->publisher, 2, ROOM, 2000);
  for (guint i = 0; i < N; i++)
    add_receiver (self, i);
  bench_run (bench, 700 * MS);
  for (guint i = 0; i < N; i++)
    parlor_router_select (bench->router, self->receivers[i]->id, 0, 1, 0, bench->now_us);
  for (guint i = 0; i < 50; i++)
    {
      if (i % 5 == 0)
        film (self, i == 0);
      speak (self);
      bench_run (bench, 20 * MS);
    }
  bench_run (bench, 40 * MS);
  for (guint i = 0; i < N; i++)
    g_ptr_array_set_size (self->receivers[i]->rtp, 0);
}

static guint
count (const Hall *self, guint8 pt)
{
  guint n = 0;

  for (guint i = 0; i < N; i++)
    for (guint j = 0; self->receivers[i] != NULL && j < self->receivers[i]->rtp->len; j++)
      {
        gsize length;
        ParlorRtpHeader header;
        const guint8 *packet = g_bytes_get_data (g_ptr_array_index (self->receivers[i]->rtp, j),
                                                 &length);

        g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
        n += header.pt == pt;
      }
  return n;
}

static guint
count_messages (const Hall *self)
{
  return self->bench->n_messages
         - (guint)parlor_router_get_counters (self->bench->router)->rtcp_pkts;
}

static void
test_rest_comes_next (void)
{
  g_autoptr (Bench) bench = bench_new_yielding ();
  Hall hall;
  guint at_once;

  prepare (&hall, bench);
  film (&hall, FALSE);
  bench_run (bench, MS);
  at_once = count (&hall, VIDEO_PT);
  g_assert_cmpuint (at_once, >=, 100 * FRAME_PKTS);
  g_assert_cmpuint (at_once, <=, 128 * FRAME_PKTS);
  g_assert_cmpint (parlor_router_next_us (bench->router), ==, 0);
  bench_run (bench, 2 * MS);
  g_assert_cmpuint (count (&hall, VIDEO_PT), ==, N * FRAME_PKTS);
  g_assert_cmpint (parlor_router_next_us (bench->router), >, 0);
}

/* To whom the frame was not sent yet, sound that comes meanwhile goes in the same message. */
static void
test_sound_joins (void)
{
  g_autoptr (Bench) bench = bench_new_yielding ();
  Hall hall;
  guint before, had;

  prepare (&hall, bench);
  before = count_messages (&hall);
  film (&hall, FALSE);
  bench_run (bench, MS);
  had = count (&hall, VIDEO_PT) / FRAME_PKTS;
  speak (&hall);
  bench_run (bench, MS);
  g_assert_cmpuint (count (&hall, VIDEO_PT), ==, N * FRAME_PKTS);
  bench_run (bench, 3 * MS);
  g_assert_cmpuint (count (&hall, VOICE_PT), ==, N);
  g_assert_cmpuint (count_messages (&hall) - before, <=, had + N + 4);
}

/* Packets that come faster than they can be sent. */
static void
test_full (void)
{
  g_autoptr (Bench) bench = bench_new_yielding ();
  Hall hall;

  prepare (&hall, bench);
  for (guint i = 0; i < 40; i++)
    {
      speak (&hall);
      bench_run (bench, MS);
    }
  g_assert_cmpint (parlor_router_next_us (bench->router), ==, 0);
  film (&hall, FALSE);
  bench_run (bench, 10 * MS);
  g_assert_cmpuint (count (&hall, VOICE_PT), ==, 40 * N);
  g_assert_cmpuint (count (&hall, VIDEO_PT), ==, N * FRAME_PKTS);
}

static void
test_goes_in_between (void)
{
  static const guint gone[] = {0, 60, 130, N - 1};
  g_autoptr (Bench) bench = bench_new_yielding ();
  Hall hall;

  prepare (&hall, bench);
  film (&hall, FALSE);
  bench_run (bench, MS);
  speak (&hall);
  bench_run (bench, MS);
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    {
      parlor_router_remove_transport (bench->router, hall.receivers[gone[i]]->id, bench->now_us);
      hall.receivers[gone[i]] = NULL;
    }
  bench_run (bench, 5 * MS);
  g_assert_cmpuint (count (&hall, VOICE_PT), ==, N - G_N_ELEMENTS (gone));
  g_assert_cmpuint (count (&hall, VIDEO_PT), ==, (N - G_N_ELEMENTS (gone)) * FRAME_PKTS);
}

static void
test_all_at_once_else (void)
{
  g_autoptr (Bench) bench = bench_new ();
  Hall hall;

  prepare (&hall, bench);
  film (&hall, FALSE);
  bench_run (bench, MS);
  g_assert_cmpuint (count (&hall, VIDEO_PT), ==, N * FRAME_PKTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/yield/the-rest-of-a-long-flush-is-the-next-ones", test_rest_comes_next);
  g_test_add_func ("/yield/sound-goes-with-the-pictures-that-wait", test_sound_joins);
  g_test_add_func ("/yield/a-full-worker-loses-nothing", test_full);
  g_test_add_func ("/yield/who-goes-in-between-is-forgotten", test_goes_in_between);
  g_test_add_func ("/yield/else-a-flush-makes-all", test_all_at_once_else);
  return g_test_run ();
}
