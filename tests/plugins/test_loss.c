/* SPDX-License-Identifier: Apache-2.0 */
/* What people see and hear behind a bad line: the whole router, real ICE, DTLS and SRTP, in virtual
 * time. Each row has its control, which is the same with a good line.
 *
 *   test-loss                    the tests
 *   test-loss --table [SEEDS [ROW]]    a table with medians and worst seeds, of rows so named
 *   test-loss --bound [SEEDS]          what a fall costs senders that know more */
#include "player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC
#define FRAME_US 33333
/* A sanitizer looks for memory and not for rates (decision 0158). */
#ifdef __SANITIZE_ADDRESS__
#define SEEDS 1
#else
#define SEEDS 3
#endif
#define SEEDS_MAX 100
/* What runs longer is run with one seed. */
#define LONG_MS (180 * 1000)
/* Loss begins then; the page needs some seconds to see it and to hold back. */
#define SETTLE_US (8 * SECOND)
/* Who looks on at another's fall: 1/1000. */
#define OTHER_WHOLE_LEAST 995
#define OTHER_MADE_UP_MOST 2
#define VIDEO_SSRC 5000
#define SOUND_SSRC 6000
#define CAMERA_SSRC 1000

typedef struct
{
  const char *name; /* a sentence: the test's name too */
  BenchLink line;
  gboolean up;                /* the publisher's leg is bad; else the viewer's */
  gint64 gap_ms, gap_each_ms; /* nothing passes for so long, each so often */
  const BenchLink *fall;      /* not nothing: the line is this one for so long */
  guint n_sizes;              /* of the camera; 0 = three. 640 × 360 has two */
  gboolean sound_alone;       /* nobody has a camera */
  gboolean reports;           /* no transport-wide feedback comes: receiver reports alone */
  gint64 hold_ms;             /* what the page has the browser hold back (patience.ts) */
  gint64 run_ms;
  /* Goals, 1/1000: */
  guint whole_least, freeze_most, sound_least;
  guint made_up_most;    /* 0 = none asked */
  guint sound_lost_most; /* likewise */
  guint keys_most;       /* requests for key frames in all */
  gint64 worst_most_ms;  /* longest gap; 0 = none asked */
} Row;

#define LINE .bps = 4000000, .queue_us = 300 * MS, .delay_us = 25 * MS

#define WIDE .bps = 3000000, .queue_us = 300 * MS, .delay_us = 25 * MS

/* What a queue holds it holds in bytes. */
static const BenchLink narrow = {.bps = 300000, .queue_us = SECOND, .delay_us = 25 * MS};

#define BOTH_WAYS(share) .lost_per_mille = share, .lost_up_per_mille = share

static const Row rows[] = {
    {.name = "a-good-line",
     .line = {LINE},
     .hold_ms = 50,
     .run_ms = 60000,
     .whole_least = 999,
     .sound_least = 999},
    {.name = "ten-percent-lost-at-the-viewers",
     .line = {LINE, BOTH_WAYS (100)},
     .hold_ms = 250,
     .run_ms = 60000,
     .whole_least = 995,
     .freeze_most = 5,
     .sound_least = 995},
    {.name = "ten-percent-lost-at-the-publishers",
     .line = {LINE, BOTH_WAYS (100)},
     .up = TRUE,
     .hold_ms = 250,
     .run_ms = 60000,
     .whole_least = 995,
     .freeze_most = 5},
    {.name = "ten-percent-lost-of-1500-kbit",
     .line = {.bps = 1500000, .queue_us = 300 * MS, .delay_us = 25 * MS, BOTH_WAYS (100)},
     .hold_ms = 250,
     .run_ms = 60000,
     .whole_least = 995,
     .freeze_most = 5,
     .sound_least = 995},
    {.name = "a-fifth-lost-each-way-for-ten-minutes",
     .line = {LINE, BOTH_WAYS (200)},
     .hold_ms = 325,
     .run_ms = 600000,
     .whole_least = 980,
     .freeze_most = 30,
     .sound_least = 980},
    {.name = "a-fifth-lost-each-way-at-the-publishers",
     .line = {LINE, BOTH_WAYS (200)},
     .up = TRUE,
     .hold_ms = 325,
     .run_ms = 60000,
     .whole_least = 980,
     .freeze_most = 30},
    {.name = "five-percent-lost-in-bursts-of-eight",
     .line = {LINE, .burst_per_mille = 50, .burst_pkts = 8, .lost_up_per_mille = 50},
     .hold_ms = 250,
     .run_ms = 60000,
     .whole_least = 990,
     .freeze_most = 10,
     .sound_least = 960,
     .keys_most = 1,
     .worst_most_ms = 900},
    {.name = "a-good-line-told-of-by-reports-alone",
     .line = {LINE},
     .reports = TRUE,
     .hold_ms = 50,
     .run_ms = 60000,
     .whole_least = 999,
     .sound_least = 999},
    /* By the draft's law of reports more than a tenth is too much: fewer pictures for a while. */
    {.name = "ten-percent-lost-told-of-by-reports-alone",
     .line = {LINE, BOTH_WAYS (100)},
     .reports = TRUE,
     .hold_ms = 250,
     .run_ms = 60000,
     .whole_least = 960,
     .freeze_most = 10,
     .sound_least = 995},
    {.name = "sound-alone-ten-percent-lost",
     .line = {LINE, BOTH_WAYS (100)},
     .sound_alone = TRUE,
     .reports = TRUE,
     .hold_ms = 100,
     .run_ms = 60000,
     .sound_least = 995},
    {.name = "sound-alone-on-128-kbit",
     .line = {.bps = 128000, .queue_us = 300 * MS, .delay_us = 25 * MS, BOTH_WAYS (50)},
     .sound_alone = TRUE,
     .reports = TRUE,
     .hold_ms = 100,
     .run_ms = 60000,
     .sound_least = 990},
    /* 5 % of the time is the gaps themselves. */
    {.name = "half-a-second-of-nothing-each-ten-seconds",
     .line = {LINE},
     .gap_ms = 500,
     .gap_each_ms = 10000,
     .hold_ms = 50,
     .run_ms = 120000,
     .whole_least = 940,
     .freeze_most = 60,
     .sound_least = 940,
     .keys_most = 12,
     .worst_most_ms = 900},
    /* Back within a second, and within three. */
    {.name = "ten-seconds-of-nothing",
     .line = {LINE},
     .gap_ms = 10000,
     .gap_each_ms = 20000,
     .hold_ms = 50,
     .run_ms = 30000,
     .whole_least = 630,
     .freeze_most = 367,
     .sound_least = 630,
     .keys_most = 60,
     .worst_most_ms = 11000},
    {.name = "thirty-seconds-of-nothing",
     .line = {LINE},
     .gap_ms = 30000,
     .gap_each_ms = 40000,
     .hold_ms = 50,
     .run_ms = 60000,
     .whole_least = 450,
     .freeze_most = 550,
     .sound_least = 450,
     .keys_most = 200,
     .worst_most_ms = 33000},
    {.name = "a-small-picture-after-ten-seconds-of-nothing",
     .line = {LINE},
     .n_sizes = 2,
     .gap_ms = 10000,
     .gap_each_ms = 20000,
     .hold_ms = 50,
     .run_ms = 30000,
     .whole_least = 630,
     .freeze_most = 367,
     .sound_least = 630,
     .keys_most = 2,
     .worst_most_ms = 10500},
    {.name = "one-picture-of-one-size-after-ten-seconds-of-nothing",
     .line = {LINE},
     .n_sizes = 1,
     .gap_ms = 10000,
     .gap_each_ms = 20000,
     .hold_ms = 50,
     .run_ms = 30000,
     .whole_least = 630,
     .freeze_most = 367,
     .sound_least = 630,
     .keys_most = 2,
     .worst_most_ms = 10500},
    {.name = "a-small-picture-after-three-seconds-of-nothing",
     .line = {LINE},
     .n_sizes = 2,
     .gap_ms = 3000,
     .gap_each_ms = 15000,
     .hold_ms = 50,
     .run_ms = 30000,
     .whole_least = 780,
     .freeze_most = 220,
     .sound_least = 780,
     .keys_most = 2,
     .worst_most_ms = 3500},
    /* What stands in the queue before feedback can tell is heard: at 1.5 Mbit/s that is 5 ms a ms.
     */
    {.name = "a-fall-to-a-tenth-of-the-rate",
     .line = {WIDE},
     .fall = &narrow,
     .gap_ms = 15000,
     .gap_each_ms = 25000,
     .hold_ms = 50,
     .run_ms = 30000,
     .whole_least = 960,
     .freeze_most = 15,
     .sound_least = 920,
     .made_up_most = 24,
     .sound_lost_most = 10,
     .worst_most_ms = 500},
    {.name = "a-small-picture-falls-to-a-tenth-of-the-rate",
     .line = {WIDE},
     .fall = &narrow,
     .n_sizes = 2,
     .gap_ms = 15000,
     .gap_each_ms = 25000,
     .hold_ms = 50,
     .run_ms = 30000,
     .whole_least = 970,
     .freeze_most = 10,
     .sound_least = 960,
     .made_up_most = 10,
     .sound_lost_most = 10,
     .worst_most_ms = 300},
};

/* --- a room ---------------------------------------------------------------------------------- */

/* When pictures stop of themselves, so that what is heard is what no sender can spare. */
typedef enum
{
  FORESIGHT_NONE,     /* the router as it is */
  FORESIGHT_ALL,      /* before the fall */
  FORESIGHT_AT_ONCE,  /* when feedback of each packet by itself would have come */
  FORESIGHT_FEEDBACK, /* with the first feedback that tells of a late packet */
  N_FORESIGHTS,
} Foresight;

typedef struct
{
  Bench *bench;
  BenchPeer *publisher, *viewer, *onlooker;
  BenchCamera cameras[3];
  BenchLink good, bad;
  BenchRtcp asked;
  guint n_sizes;
  guint64 rtx_index[3];
  guint voice_index;
  gint64 film_us, voice_us;
  Foresight foresight;
  gint64 told_us;         /* so long after the fall it ended them */
  Player *player, *other; /* other: behind a good line, where the row is about a fall; or NULL */
} Stage;

static void
add_sound_slot (BenchPeer *viewer)
{
  ParlorSlotConfig config = {.transport = viewer->id,
                             .index = 1,
                             .audio = TRUE,
                             .automatic = TRUE,
                             .transport_cc = TRUE,
                             .mid = "a1",
                             .ssrc = SOUND_SSRC,
                             .n_codecs = 1};

  config.codecs[0] = (ParlorRouterCodec){
      .key = parlor_codec_key_from_format ("opus", 48000, 2, NULL),
      .pt = 109,
      .rtx_pt = PARLOR_ROUTER_NO_PT,
      .red_pt = 63};
  parlor_router_add_slot (viewer->bench->router, &config, viewer->bench->now_us);
}

static void
repeat (Stage *self, guint camera, guint16 seq)
{
  GPtrArray *sent = self->publisher->sent;

  for (guint i = sent->len; i > 0; i--)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (sent, i - 1), &length);
      guint8 again[1400];

      if (parlor_get_u32 (packet + 8) != self->cameras[camera].ssrc
          || parlor_get_u16 (packet + 2) != seq)
        continue;
      memcpy (again, packet, 12);
      again[1] = (guint8)((packet[1] & 0x80) | 97);
      parlor_put_u16 (again + 2, (guint16)self->rtx_index[camera]);
      parlor_put_u32 (again + 8, self->cameras[camera].ssrc + 1);
      parlor_put_u16 (again + 12, seq);
      memcpy (again + 14, packet + 12, length - 12);
      parlor_peer_send_rtp (self->publisher->peer, again, length + 2, self->rtx_index[camera]++);
      return;
    }
}

static void
answer (Stage *self, const ParlorRtcpPacket *packet)
{
  guint32 sender, media;
  guint16 seqs[256];
  gint n = parlor_rtcp_parse_nack (packet, &sender, &media, seqs, G_N_ELEMENTS (seqs));

  for (gint i = 0; i < n; i++)
    repeat (self, (media - CAMERA_SSRC) / 2, seqs[i]);
}

/* The publisher's browser repeats what it is asked for. */
static void
answer_requests (Stage *self)
{
  ParlorRtcpPacket packet;

  while (bench_next_rtcp (self->publisher, &self->asked, &packet))
    if (packet.kind == PARLOR_RTCP_NACK)
      answer (self, &packet);
}

static void
stage_run (Stage *self, gint64 span_us)
{
  gint64 end_us = self->bench->now_us + span_us;

  while (self->bench->now_us < end_us)
    {
      for (; self->bench->now_us >= self->film_us; self->film_us += FRAME_US)
        for (guint i = 0; i < self->n_sizes; i++)
          bench_film (self->publisher, &self->cameras[i]);
      for (; self->bench->now_us >= self->voice_us; self->voice_us += 20 * MS)
        {
          guint i = self->voice_index++;

          bench_send_voice (self->publisher, 2000, 100 + i, i * 960, 20);
        }
      bench_run (self->bench, MS);
      answer_requests (self);
      player_poll (self->player, self->bench->now_us);
      if (self->other != NULL)
        player_poll (self->other, self->bench->now_us);
    }
}

static void
add_publisher (Stage *self, guint n_sizes)
{
  static const struct
  {
    guint64 bps;
    guint height;
  } sizes[] = {{150000, 180}, {500000, 360}, {1500000, 720}};

  self->n_sizes = n_sizes > 0 ? n_sizes : 3;
  self->publisher = bench_add_peer (self->bench, ROOM);
  bench_add_simulcast (self->publisher, 1, CAMERA_SSRC);
  bench_add_voice (self->publisher, 2, ROOM, 2000);
  self->publisher->sent = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < 3; i++)
    self->cameras[i] = (BenchCamera){.ssrc = CAMERA_SSRC + 2 * i,
                                     .bps = sizes[i].bps,
                                     .height = sizes[i].height,
                                     .n_temporal = 3,
                                     .index = 100};
}

/* Somebody who looks on, and shall not notice. */
static void
add_other (Stage *self)
{
  BenchPeer *peer = bench_add_peer (self->bench, ROOM);

  peer->link = &self->good;
  bench_add_video_slot (peer, 0, VIDEO_SSRC, VIDEO_SSRC + 1);
  add_sound_slot (peer);
  self->onlooker = peer;
  self->other = player_new (peer, VIDEO_SSRC, 50 * MS, 20 * MS);
}

/* Everything is well; then the line becomes what the row says. */
static void
stage_init (Stage *self, const Row *row, guint32 seed)
{
  *self = (Stage){.bench = bench_new (), .good = {LINE}, .bad = {LINE, .random = seed}};
  self->good.delay_us = 5 * MS;
  add_publisher (self, row->n_sizes);
  if (row->sound_alone)
    self->n_sizes = 0;
  self->viewer = bench_add_peer (self->bench, ROOM);
  self->publisher->link = row->up ? &self->bad : &self->good;
  self->viewer->link = row->up ? &self->good : &self->bad;
  bench_add_video_slot (self->viewer, 0, VIDEO_SSRC, VIDEO_SSRC + 1);
  add_sound_slot (self->viewer);
  self->player = player_new (self->viewer, VIDEO_SSRC, row->hold_ms * MS,
                             2 * self->viewer->link->delay_us + 10 * MS);
  if (row->reports)
    {
      self->viewer->no_feedback = TRUE;
      player_report (self->player, SOUND_SSRC);
    }
  if (row->fall != NULL)
    add_other (self);
  bench_run (self->bench, 500 * MS);
  self->film_us = self->voice_us = self->bench->now_us;
  parlor_router_select (self->bench->router, self->viewer->id, 0, 1, 0, self->bench->now_us);
  if (self->other != NULL)
    parlor_router_select (self->bench->router, self->onlooker->id, 0, 1, 0, self->bench->now_us);
  stage_run (self, 6 * SECOND);
  self->bad = row->line;
  self->bad.random = seed;
}

static void
stage_clear (Stage *self)
{
  player_free (self->player);
  if (self->other != NULL)
    player_free (self->other);
  bench_free (self->bench);
}

/* --- a row ----------------------------------------------------------------------------------- */

typedef struct
{
  double whole, freeze, sound, made_up; /* 1/1000 */
  double sound_lost;                    /* likewise: never came, or when its turn was over */
  double told_ms; /* pictures went on for so long after a fall, where they were stopped */
  double keys, worst_ms;
  double other_whole, other_made_up; /* 1/1000, of who looks on, where somebody does */
} Result;

/* Runs until a packet has come late, and the peer's next feedback (if it takes one) is at the
 * router. Returns how long that took. */
static gint64
run_until_told (Stage *stage, gboolean by_feedback)
{
  gint64 began_us = stage->bench->now_us;
  guint n_feedbacks;

  stage->bad.late_at_us = 0;
  while (stage->bad.late_at_us == 0 || stage->bench->now_us < stage->bad.late_at_us)
    stage_run (stage, MS);
  n_feedbacks = stage->viewer->n_feedbacks;
  while (by_feedback && stage->viewer->n_feedbacks == n_feedbacks)
    stage_run (stage, MS);
  stage_run (stage, stage->bad.delay_us);
  return stage->bench->now_us - began_us;
}

/* The line has fallen; gives how long pictures went on. */
static gint64
stop_pictures (Stage *stage, Foresight foresight)
{
  gint64 span_us = 0;

  if (foresight == FORESIGHT_NONE)
    return 0;
  if (foresight != FORESIGHT_ALL)
    span_us = run_until_told (stage, foresight == FORESIGHT_FEEDBACK);
  stage->bad.sound_only = TRUE;
  return span_us;
}

static void
stage_fall (Stage *stage, const Row *row)
{
  BenchLink before = stage->bad;

  if (row->fall == NULL)
    {
      stage->bad.dark = TRUE;
      stage_run (stage, row->gap_ms * MS);
      stage->bad.dark = FALSE;
      return;
    }
  stage->bad.bps = row->fall->bps;
  stage->bad.queue_us = row->fall->queue_us;
  stage->told_us = stop_pictures (stage, stage->foresight);
  stage_run (stage, row->gap_ms * MS - stage->told_us);
  stage->bad.bps = before.bps;
  stage->bad.sound_only = FALSE;
  stage->bad.queue_us = before.queue_us;
}

static void
run_with_gaps (Stage *stage, const Row *row)
{
  gint64 left_us = row->run_ms * MS;

  while (row->gap_each_ms > 0 && left_us >= row->gap_each_ms * MS)
    {
      stage_run (stage, (row->gap_each_ms - row->gap_ms) * MS);
      stage_fall (stage, row);
      left_us -= row->gap_each_ms * MS;
    }
  stage_run (stage, left_us);
}

static Result
run_row_with (const Row *row, guint32 seed, Foresight foresight)
{
  PlayerCounts counts, other = {0};
  Stage stage;
  double span_us = (double)(row->run_ms * MS);

  stage_init (&stage, row, seed * 7919);
  stage.foresight = foresight;
  stage_run (&stage, SETTLE_US);
  /* Feedback comes each 50 ms: what a fall costs hangs on where between two it lies. */
  if (row->fall != NULL)
    stage_run (&stage, (gint64)(seed * 3) % 10 * 7 * MS);
  player_take (stage.player, stage.bench->now_us);
  if (stage.other != NULL)
    player_take (stage.other, stage.bench->now_us);
  run_with_gaps (&stage, row);
  counts = player_take (stage.player, stage.bench->now_us);
  if (stage.other != NULL)
    other = player_take (stage.other, stage.bench->now_us);
  stage_clear (&stage);
  return (Result){.whole = 1000 * counts.decoded / (span_us / FRAME_US),
                  .freeze = 1000 * (double)counts.freeze_us / span_us,
                  .sound = 1000 * counts.sound / (span_us / (20 * MS)),
                  .made_up = 1000 * counts.made_up / (span_us / (20 * MS)),
                  .sound_lost = 1000 * counts.sound_lost / (span_us / (20 * MS)),
                  .told_ms = (double)stage.told_us / MS,
                  .keys = counts.key_asked,
                  .worst_ms = (double)counts.worst_us / MS,
                  .other_whole = 1000 * other.decoded / (span_us / FRAME_US),
                  .other_made_up = 1000 * other.made_up / (span_us / (20 * MS))};
}

static Result
run_row (const Row *row, guint32 seed)
{
  return run_row_with (row, seed, FORESIGHT_NONE);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  for (guint32 seed = 1; seed <= (row->run_ms > LONG_MS ? 1 : SEEDS); seed++)
    {
      Result result = run_row (row, seed);

      g_test_message ("seed %u: %.1f whole, %.1f frozen, %.1f heard, %.1f made up, %.0f key "
                      "frames asked for, longest gap %.0f ms",
                      seed, result.whole, result.freeze, result.sound, result.made_up, result.keys,
                      result.worst_ms);
      g_assert_cmpfloat (result.whole, >=, row->whole_least);
      g_assert_cmpfloat (result.freeze, <=, row->freeze_most);
      g_assert_cmpfloat (result.sound, >=, row->sound_least);
      if (row->made_up_most > 0)
        g_assert_cmpfloat (result.made_up, <=, row->made_up_most);
      if (row->sound_lost_most > 0)
        g_assert_cmpfloat (result.sound_lost, <=, row->sound_lost_most);
      if (row->fall != NULL)
        {
          g_test_message ("the other: %.1f whole, %.1f made up", result.other_whole,
                          result.other_made_up);
          g_assert_cmpfloat (result.other_whole, >=, OTHER_WHOLE_LEAST);
          g_assert_cmpfloat (result.other_made_up, <=, OTHER_MADE_UP_MOST);
        }
      g_assert_cmpfloat (result.keys, <=, row->keys_most);
      if (row->worst_most_ms > 0)
        g_assert_cmpfloat (result.worst_ms, <=, row->worst_most_ms);
    }
}

static void
make_hole (Stage *self)
{
  self->bad.dark = TRUE;
  stage_run (self, 40 * MS);
  self->bad.dark = FALSE;
  stage_run (self, 2007 * MS);
}

/* A hole is told by feedback and asked for, in this order or the other, while the repeats are on
 * their way. What left before the first hole is not remembered (repair.h): the others are counted.
 */
static void
test_once (void)
{
  static const Row row = {.line = {LINE}, .hold_ms = 250};
  const ParlorRouterCounters *counters;
  PlayerCounts counts;
  guint64 before;
  Stage stage;

  stage_init (&stage, &row, 1);
  counters = parlor_router_get_counters (stage.bench->router);
  make_hole (&stage);
  player_take (stage.player, stage.bench->now_us);
  before = counters->retransmitted_pkts;
  for (guint i = 0; i < 10; i++)
    make_hole (&stage);
  counts = player_take (stage.player, stage.bench->now_us);
  g_assert_cmpuint (counts.asked, >, 50);
  g_assert_cmpuint (counters->retransmitted_pkts - before, ==, counts.asked);
  stage_clear (&stage);
}

/* --- the table ------------------------------------------------------------------------------- */

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static void
print_column (double *values, guint n, gboolean low_is_bad, double unit)
{
  qsort (values, n, sizeof *values, compare_doubles);
  printf (" %.2f | %.2f |", values[n / 2] / unit, values[low_is_bad ? 0 : n - 1] / unit);
}

static void
print_row (const Row *row, guint n_seeds)
{
  double whole[SEEDS_MAX], freeze[SEEDS_MAX], sound[SEEDS_MAX], keys[SEEDS_MAX], worst[SEEDS_MAX],
      made_up[SEEDS_MAX], lost[SEEDS_MAX];

  for (guint i = 0; i < n_seeds; i++)
    {
      Result result = run_row (row, i + 1);

      whole[i] = result.whole;
      freeze[i] = result.freeze;
      sound[i] = 1000 - result.sound;
      keys[i] = result.keys;
      made_up[i] = result.made_up;
      lost[i] = result.sound_lost;
      worst[i] = result.worst_ms;
    }
  printf ("| %s |", row->name);
  print_column (whole, n_seeds, TRUE, 10);
  print_column (freeze, n_seeds, FALSE, 10);
  print_column (sound, n_seeds, FALSE, 10);
  print_column (lost, n_seeds, FALSE, 10);
  print_column (made_up, n_seeds, FALSE, 10);
  print_column (keys, n_seeds, FALSE, 1);
  print_column (worst, n_seeds, FALSE, 1);
  printf ("\n");
}

static int
print_table (guint n_seeds, const char *only)
{
  printf (
      "| row | frames whole %% | worst | frozen %% | worst | sound missing %% | worst | sound lost "
      "%% | worst | sound made up %% | worst | key frames asked for | worst | longest gap ms | "
      "worst "
      "|\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (only == NULL || strstr (rows[i].name, only) != NULL)
      print_row (&rows[i], n_seeds);
  return EXIT_SUCCESS;
}

static void
print_bound (const Row *row, Foresight foresight, guint n_seeds)
{
  static const char *const names[N_FORESIGHTS] = {
      "the router", "knew it before", "told of each packet at once",
      "stops with the first feedback that tells of a late packet"};
  double made_up[SEEDS_MAX], lost[SEEDS_MAX], told[SEEDS_MAX];

  for (guint i = 0; i < n_seeds; i++)
    {
      Result result = run_row_with (row, i + 1, foresight);

      made_up[i] = result.made_up;
      lost[i] = result.sound_lost;
      told[i] = result.told_ms;
    }
  printf ("| %s | %s |", row->name, names[foresight]);
  print_column (told, n_seeds, FALSE, 1);
  print_column (made_up, n_seeds, FALSE, 10);
  print_column (lost, n_seeds, FALSE, 10);
  printf ("\n");
}

static int
print_bounds (guint n_seeds)
{
  printf ("| row | sender | pictures go on for ms | worst | sound made up %% | worst | sound lost "
          "%% | worst |\n|---|---|---|---|---|---|---|---|\n");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (Foresight j = 0; j < N_FORESIGHTS && rows[i].fall != NULL; j++)
      print_bound (&rows[i], j, n_seeds);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  if (argc >= 2 && g_str_equal (argv[1], "--bound"))
    return print_bounds (argc > 2 ? CLAMP ((guint)atoi (argv[2]), 1, SEEDS_MAX) : SEEDS);
  if (argc >= 2 && g_str_equal (argv[1], "--table"))
    return print_table (argc > 2 ? CLAMP ((guint)atoi (argv[2]), 1, SEEDS_MAX) : SEEDS,
                        argc > 3 ? argv[3] : NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loss/what-was-repeated-is-not-repeated-again-by-feedback", test_once);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/loss/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
