/* SPDX-License-Identifier: Apache-2.0 */
/* What one receiver gets as its path changes: layers, pacing, repeats, probes. In virtual time.
 *
 *   test-path             the tests
 *   test-path --beside    a table: beside a download on lines of many kinds */
#include "routerbench.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC
#define FRAME_US 33333

typedef struct
{
  Bench *bench;
  BenchPeer *publisher;
  BenchCamera cameras[3];
  guint n_cameras;
  guint voice_index;
  gint64 film_us, voice_us;
  struct _Download *download; /* beside the viewers; NULL = none */
} Stage;

/* TCP Reno (RFC 5681) with selective acknowledgements, that always has more to send. */
typedef struct _Download
{
  BenchLink *link;
  double window, threshold; /* in segments */
  GQueue flight;            /* of Segment, in order */
  guint next, recover;
  guint64 bytes; /* acknowledged */
} Download;

typedef struct
{
  guint number;
  gint64 ack_us; /* -1 = lost */
} Segment;

#define SEGMENT_BYTES 1472

/* Somebody with a camera in three sizes, and a voice. */
static void
stage_init (Stage *self)
{
  static const struct
  {
    guint64 bps;
    guint height;
  } sizes[] = {{150000, 180}, {500000, 360}, {1700000, 720}};

  *self = (Stage){.bench = bench_new (), .n_cameras = 3};
  self->publisher = bench_add_peer (self->bench, ROOM);
  bench_add_simulcast (self->publisher, 1, 1000);
  bench_add_voice (self->publisher, 2, ROOM, 2000);
  for (guint i = 0; i < 3; i++)
    self->cameras[i] = (BenchCamera){.ssrc = 1000 + 2 * i,
                                     .bps = sizes[i].bps,
                                     .height = sizes[i].height,
                                     .n_temporal = 3,
                                     .index = 100};
  bench_run (self->bench, 500 * MS);
  self->film_us = self->voice_us = self->bench->now_us;
}

static void
download_send (Download *self, gint64 now_us)
{
  while (self->flight.length < (guint)self->window)
    {
      Segment *segment = g_new0 (Segment, 1);
      gint64 at_us;

      segment->number = self->next++;
      segment->ack_us = bench_link_pass (self->link, SEGMENT_BYTES, now_us, &at_us)
                            ? at_us + self->link->delay_us
                            : -1;
      g_queue_push_tail (&self->flight, segment);
    }
}

/* One halving for all that was under way when a loss is seen. */
static void
download_lose (Download *self, guint number)
{
  if (number < self->recover)
    return;
  self->recover = self->next;
  self->threshold = self->window = MAX (self->window / 2, 2);
}

/* The links keep the order, so a lost one is known as soon as one behind it was acknowledged. */
static void
download_run (Download *self, gint64 now_us)
{
  guint n_lost = 0;

  for (GList *each = self->flight.head; each != NULL;)
    {
      Segment *segment = each->data;
      GList *next = each->next;

      if (segment->ack_us > now_us)
        break;
      each = next;
      n_lost += segment->ack_us < 0;
      if (segment->ack_us < 0)
        continue;
      for (; n_lost > 0; n_lost--)
        {
          Segment *lost = g_queue_pop_head (&self->flight);

          download_lose (self, lost->number);
          g_free (lost);
        }
      g_free (g_queue_pop_head (&self->flight));
      self->bytes += SEGMENT_BYTES;
      self->window += self->window < self->threshold ? 1 : 1 / self->window;
    }
  download_send (self, now_us);
}

static void
stage_run (Stage *self, gint64 span_us)
{
  gint64 end_us = self->bench->now_us + span_us;

  while (self->bench->now_us < end_us)
    {
      if (self->bench->now_us >= self->film_us)
        {
          for (guint i = 0; i < self->n_cameras; i++)
            bench_film (self->publisher, &self->cameras[i]);
          self->film_us += FRAME_US;
        }
      if (self->bench->now_us >= self->voice_us)
        {
          guint i = self->voice_index++;

          bench_send_voice (self->publisher, 2000, 100 + i, i * 960, 20);
          self->voice_us += 20 * MS;
        }
      if (self->download != NULL)
        download_run (self->download, self->bench->now_us);
      bench_run (self->bench, MS);
    }
}

static BenchPeer *
stage_add_viewer (Stage *self, BenchLink *link, guint height)
{
  BenchPeer *viewer = bench_add_peer (self->bench, ROOM);

  viewer->link = link;
  bench_add_video_slot (viewer, 0, 5000, 5001);
  bench_add_voice_slot (viewer, 1, 6000);
  stage_run (self, 500 * MS);
  parlor_router_select (self->bench->router, viewer->id, 0, 1, height, self->bench->now_us);
  return viewer;
}

static void
stage_clear (Stage *self)
{
  bench_free (self->bench);
}

/* kbit/s that came through the link in this time. */
static guint64
stage_measure (Stage *self, BenchLink *link, gint64 span_us)
{
  guint64 before = link->bytes;

  stage_run (self, span_us);
  return (link->bytes - before) * 8 * 1000 / (guint64)span_us;
}

static guint
count_pt (const BenchPeer *peer, guint from, guint8 pt)
{
  guint n = 0;

  for (guint i = from; i < peer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
      ParlorRtpHeader header;

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      n += header.pt == pt;
    }
  return n;
}

static ParlorRtpHeader
video_at (const BenchPeer *peer, guint wanted)
{
  ParlorRtpHeader header = {0};

  for (guint i = 0, n = 0; i < peer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      if (header.pt == 120 && n++ == wanted)
        return header;
    }
  g_assert_not_reached ();
}

/* Numbers of the video stream that never came, by themselves or by RTX; the last `margin` do not
 * count. */
static guint
count_gaps (const BenchPeer *peer, guint from, guint margin, guint *n_all)
{
  guint8 came[65536] = {0};
  guint first = G_MAXUINT, last = 0, gaps = 0;

  for (guint i = from; i < peer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
      ParlorRtpHeader header;
      guint seq;

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      if (header.pt == 109)
        continue;
      seq = header.pt == 120 ? header.seq : parlor_get_u16 (packet + header.payload_offset);
      came[seq] = 1;
      if (header.pt != 120)
        continue;
      first = first == G_MAXUINT ? seq : first;
      last = seq;
    }
  g_assert_cmpuint (first + margin, <, last);
  for (guint seq = first; seq < last - margin; seq++)
    gaps += !came[seq];
  *n_all = last - margin - first;
  return gaps;
}

static void
test_fall_and_rise (void)
{
  BenchLink link = {.bps = 3000000, .queue_us = 3 * SECOND, .delay_us = 25 * MS},
            wide = {.delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewer, *other;
  guint voices, gaps, all;
  gint64 span_us = 0;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  other = stage_add_viewer (&stage, &wide, 0);
  stage_run (&stage, 6 * SECOND);
  /* All three sizes, and then the largest. */
  g_assert_cmpuint (stage_measure (&stage, &link, SECOND), >, 1600);
  link.bps = 300000;
  viewer->worst_gap_us = 0;
  stage_run (&stage, 2 * SECOND);
  voices = count_pt (viewer, 0, 109);
  g_assert_cmpuint (stage_measure (&stage, &link, 2 * SECOND), <=, 330);
  link.most_queued_us = 0;
  stage_run (&stage, 6 * SECOND);
  g_test_message ("queued %d ms", (int)(link.most_queued_us / 1000));
  g_assert_cmpint (link.most_queued_us, <, 200 * MS);
  /* The voice was never late by more than that, and never lost. */
  g_assert_cmpint (ABS ((gint)(count_pt (viewer, 0, 109) - voices) - 8 * 50), <=, 20);
  g_test_message ("longest gap %d ms", (int)(viewer->worst_gap_us / MS));
  g_assert_cmpint (viewer->worst_gap_us, <, SECOND);
  /* Some picture stays. */
  g_assert_cmpuint (stage_measure (&stage, &link, 2 * SECOND), >, 100);
  link.bps = 3000000;
  while (span_us < 12 * SECOND && stage_measure (&stage, &link, 500 * MS) < 1600)
    span_us += 500 * MS;
  g_test_message ("back after %d ms", (int)(span_us / 1000));
  g_assert_cmpint (span_us, <=, 10 * SECOND);
  g_assert_cmpuint (link.n_overflown, ==, 0);
  g_assert_cmpuint (parlor_router_get_counters (stage.bench->router)->replays, ==, 2);
  g_assert_cmpuint (count_gaps (viewer, 0, 50, &all), ==, 0);
  gaps = count_gaps (other, 0, 5, &all);
  g_assert_cmpuint (gaps, ==, 0);
  g_assert_cmpuint (all, >, 20 * 30 * 5);
  stage_clear (&stage);
}

static void
check_loss (guint lost_per_mille, guint least_kbps)
{
  BenchLink link = {
      .bps = 4000000, .queue_us = 300 * MS, .delay_us = 25 * MS, .lost_per_mille = lost_per_mille};
  Stage stage;
  BenchPeer *viewer;
  guint from, gaps, all;
  guint64 kbps;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  viewer->nacks = TRUE;
  stage_run (&stage, 10 * SECOND);
  from = viewer->rtp->len;
  kbps = stage_measure (&stage, &link, 20 * SECOND);
  gaps = count_gaps (viewer, from, 200, &all);
  g_test_message ("%d kbit/s, %u of %u never came", (int)kbps, gaps, all);
  g_assert_cmpuint (kbps, >=, least_kbps);
  g_assert_cmpuint (gaps * 200, <=, all);
  stage_clear (&stage);
}

static void
test_ten_percent_loss (void)
{
  check_loss (100, 1500);
}

static void
test_twenty_percent_loss (void)
{
  check_loss (200, 600);
}

static void
test_two_behind_one (void)
{
  BenchLink link = {.bps = 2000000, .queue_us = 300 * MS, .delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewers[2];
  gsize before[2], got[2];

  stage_init (&stage);
  for (guint i = 0; i < 2; i++)
    viewers[i] = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 10 * SECOND);
  for (guint i = 0; i < 2; i++)
    before[i] = viewers[i]->bytes_in;
  link.most_queued_us = 0;
  stage_run (&stage, 20 * SECOND);
  for (guint i = 0; i < 2; i++)
    got[i] = (viewers[i]->bytes_in - before[i]) * 8 / 20000;
  g_test_message ("%d and %d kbit/s, queue %d ms", (int)got[0], (int)got[1],
                  (int)(link.most_queued_us / 1000));
  /* The middle size each, sound, and what both look for. */
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (got[i], >=, 400);
  g_assert_cmpuint (MAX (got[0], got[1]) * 100, <=, MIN (got[0], got[1]) * 150);
  g_assert_cmpint (link.most_queued_us, <=, 200 * MS);
  stage_clear (&stage);
}

typedef struct
{
  guint64 bps;
  gint64 queue_us, delay_us;
  gint64 begun_us; /* the download, so long after a picture */
  guint height;    /* that the page asks for; 0 = all */
} Beside;

typedef struct
{
  guint media, tcp; /* kbit/s */
} BesideRates;

static BesideRates
beside_tcp (const Beside *what)
{
  BenchLink link = {.bps = what->bps, .queue_us = what->queue_us, .delay_us = what->delay_us};
  Download download = {.link = &link, .window = 10, .threshold = 1e9};
  Stage stage;
  BenchPeer *viewer;
  gsize media;
  guint64 tcp;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, what->height);
  stage_run (&stage, 10 * SECOND + what->begun_us);
  stage.download = &download;
  stage_run (&stage, 20 * SECOND);
  media = viewer->bytes_in;
  tcp = download.bytes;
  stage_run (&stage, 60 * SECOND);
  media = (viewer->bytes_in - media) * 8 / 60000;
  tcp = (download.bytes - tcp) * 8 / 60000;
  g_queue_clear_full (&download.flight, g_free);
  stage_clear (&stage);
  return (BesideRates){(guint)media, (guint)tcp};
}

#define BESIDE_LINE .bps = 4000000, .delay_us = 25 * MS

static int
compare_guints (gconstpointer a, gconstpointer b)
{
  return (int)*(const guint *)a - (int)*(const guint *)b;
}

/* Both live, though a picture comes in steps: sound alone (57 kbit/s) was left before a drain that
 * was for nothing told of the other (decision 0118). How it goes hangs on where between two
 * pictures the other begins. */
static void
test_beside_tcp (void)
{
  guint media[3];

  for (guint i = 0; i < G_N_ELEMENTS (media); i++)
    {
      BesideRates rates = beside_tcp (
          &(Beside){BESIDE_LINE, .queue_us = 150 * MS, .begun_us = i * 274 * MS});

      g_test_message ("%u kbit/s beside TCP with %u", rates.media, rates.tcp);
      g_assert_cmpuint (rates.media, >=, 120);
      g_assert_cmpuint (rates.tcp * 4, >=, rates.media + rates.tcp);
      g_assert_cmpuint (rates.media + rates.tcp, >=, 3200);
      media[i] = rates.media;
    }
  qsort (media, G_N_ELEMENTS (media), sizeof *media, compare_guints);
  g_assert_cmpuint (media[1], >=, 200);
}

/* The same where the other's queue is deeper. */
static void
test_beside_tcp_deep (void)
{
  static const gint64 queues[] = {300 * MS, 600 * MS};

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      BesideRates rates = beside_tcp (&(Beside){BESIDE_LINE, .queue_us = queues[i]});

      g_test_message ("queue %d ms: %u kbit/s beside TCP with %u", (int)(queues[i] / MS),
                      rates.media, rates.tcp);
      g_assert_cmpuint (rates.media, >=, 200);
      g_assert_cmpuint (rates.tcp * 4, >=, rates.media + rates.tcp);
    }
}

/* A short queue, which is empty each time the other yields (decision 0164). */
static void
test_beside_tcp_short (void)
{
  for (guint i = 0; i < 3; i++)
    {
      BesideRates rates = beside_tcp (
          &(Beside){BESIDE_LINE, .queue_us = 50 * MS, .begun_us = i * 274 * MS});

      g_test_message ("%u kbit/s beside TCP with %u", rates.media, rates.tcp);
      g_assert_cmpuint (rates.media, >=, 300);
      g_assert_cmpuint (rates.tcp * 4, >=, rates.media + rates.tcp);
    }
}

/* Medians and least of some beginnings, elsewhere between two pictures each. */
static void
print_beside (const Beside *what)
{
  guint media[9], tcp[9];
  Beside one = *what;

  for (guint i = 0; i < G_N_ELEMENTS (media); i++)
    {
      BesideRates rates;

      one.begun_us = i * 137 * MS;
      rates = beside_tcp (&one);
      media[i] = rates.media;
      tcp[i] = rates.tcp;
    }
  qsort (media, G_N_ELEMENTS (media), sizeof *media, compare_guints);
  qsort (tcp, G_N_ELEMENTS (tcp), sizeof *tcp, compare_guints);
  printf ("| %d | %d | %d | %u | %u | %u |\n", (int)(what->bps / 1000), (int)(what->queue_us / MS),
          (int)(2 * what->delay_us / MS), media[G_N_ELEMENTS (media) / 2], media[0],
          tcp[G_N_ELEMENTS (tcp) / 2]);
}

static int
print_besides (void)
{
  static const guint64 rates[] = {2000000, 4000000, 8000000};
  static const gint64 queues[] = {50 * MS, 150 * MS, 300 * MS, 600 * MS},
                      delays[] = {10 * MS, 25 * MS, 75 * MS};

  printf ("| line, kbit/s | queue, ms | RTT, ms | pictures and sound, median of 9 | least | TCP "
          "|\n|---|---|---|---|---|---|\n");
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    for (guint j = 0; j < G_N_ELEMENTS (queues); j++)
      for (guint k = 0; k < G_N_ELEMENTS (delays); k++)
        if (rates[i] == 4000000 || delays[k] == 25 * MS)
          print_beside (&(Beside){rates[i], queues[j], delays[k], 0, 0});
  return EXIT_SUCCESS;
}

/* A path that lets go each 20 ms what has come until then, as Wi-Fi does: bursts have no spacing
 * that would tell of a rate, and each waits. */
static void
test_bunches (void)
{
  BenchLink link = {.bps = 3000000, .queue_us = SECOND, .delay_us = 25 * MS, .bunch_us = 20 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint64 kbps;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 8 * SECOND);
  kbps = stage_measure (&stage, &link, 10 * SECOND);
  g_test_message ("steady: %d kbit/s", (int)kbps);
  g_assert_cmpuint (kbps, >, 1600);
  for (guint i = 0; i < 3; i++)
    {
      parlor_router_select (stage.bench->router, viewer->id, 0, 1, 180, stage.bench->now_us);
      stage_run (&stage, 2 * SECOND);
      link.most_queued_us = 0;
      parlor_router_select (stage.bench->router, viewer->id, 0, 1, 720, stage.bench->now_us);
      stage_run (&stage, 2 * SECOND);
      kbps = stage_measure (&stage, &link, SECOND);
      g_test_message ("large again: %d kbit/s, queue %d ms", (int)kbps,
                      (int)(link.most_queued_us / MS));
      g_assert_cmpuint (kbps, >, 1600);
      g_assert_cmpint (link.most_queued_us, <, 200 * MS);
    }
  link.bps = 700000;
  stage_run (&stage, 5 * SECOND);
  link.most_queued_us = 0;
  kbps = stage_measure (&stage, &link, 10 * SECOND);
  g_test_message ("at 700: %d kbit/s, queue %d ms", (int)kbps, (int)(link.most_queued_us / MS));
  g_assert_cmpuint (kbps, >, 150);
  g_assert_cmpint (link.most_queued_us, <, 300 * MS);
  stage_clear (&stage);
}

/* It knows REMB alone, and says so each second. */
static void
test_remb (void)
{
  BenchLink link = {.bps = 4000000, .queue_us = SECOND, .delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint64 kbps = 0;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  viewer->no_feedback = TRUE;
  for (guint i = 0; i < 30; i++)
    {
      ParlorRtcpRemb remb = {.sender_ssrc = 9,
                             .bitrate_bps = i < 15 ? 800000 : 2500000,
                             .n_ssrcs = 1,
                             .ssrcs = {5000}};
      guint8 bytes[64];
      ParlorRtcpReportBlock block = {.ssrc = 5000, .highest_seq = viewer->last_video_seq};

      kbps = stage_measure (&stage, &link, SECOND);
      parlor_peer_send_rtcp (viewer->peer, bytes,
                             parlor_rtcp_build_rr (bytes, sizeof bytes, 9, &block, 1));
      parlor_peer_send_rtcp (viewer->peer, bytes,
                             parlor_rtcp_build_remb (bytes, sizeof bytes, &remb));
      if (i >= 6 && i < 15)
        {
          g_assert_cmpuint (kbps, <=, 800);
          g_assert_cmpuint (kbps, >=, 450);
        }
    }
  g_test_message ("%d kbit/s of 2500", (int)kbps);
  g_assert_cmpuint (kbps, >, 1600);
  stage_clear (&stage);
}

/* The page asks for a small tile. */
static void
test_small_tile (void)
{
  BenchLink link = {.delay_us = 10 * MS};
  Stage stage;
  BenchPeer *viewer;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 180);
  link.bps = 100000000;
  stage_run (&stage, 4 * SECOND);
  g_assert_cmpuint (stage_measure (&stage, &link, 2 * SECOND), <, 300);
  parlor_router_select (stage.bench->router, viewer->id, 0, 1, 720, stage.bench->now_us);
  stage_run (&stage, 2 * SECOND);
  g_assert_cmpuint (stage_measure (&stage, &link, 2 * SECOND), >, 1600);
  stage_clear (&stage);
}

/* A path that has shown a bound, and a window that is dragged small and large. What the page asked
 * for is no raise that did not last, and the large picture's key frame, after little was sent, is
 * no fall of the path. */
static void
test_window_to_and_fro (void)
{
  BenchLink link = {.bps = 3000000, .queue_us = SECOND, .delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewer;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 6 * SECOND);
  link.bps = 300000;
  stage_run (&stage, 6 * SECOND);
  link.bps = 3000000;
  stage_run (&stage, 12 * SECOND);
  for (guint i = 0; i < 6; i++)
    {
      guint height = stage.cameras[2].height;

      parlor_router_select (stage.bench->router, viewer->id, 0, 1, 180, stage.bench->now_us);
      stage_run (&stage, SECOND);
      g_assert_cmpuint (stage_measure (&stage, &link, SECOND), <, 400);
      parlor_router_select (stage.bench->router, viewer->id, 0, 1, height, stage.bench->now_us);
      stage_run (&stage, 2 * SECOND);
      g_assert_cmpuint (stage_measure (&stage, &link, SECOND), >, 1600);
    }
  stage_clear (&stage);
}

static guint
watched (const Bench *bench)
{
  const ParlorRouterEvent *event = bench_event (bench, PARLOR_ROUTER_LAYERS, 0);
  guint mask = 0;

  g_assert_nonnull (event);
  for (guint i = 0; i < event->n_rids; i++)
    mask |= event->rids[i][0] == 'q' ? 1 : event->rids[i][0] == 'h' ? 2 : 4;
  return mask;
}

/* The publisher does as it is told, and the layer that nobody watched comes back when it is. */
static void
test_unwatched_layers (void)
{
  BenchLink link = {.bps = 100000000, .delay_us = 10 * MS};
  Stage stage;
  BenchPeer *viewer;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 180);
  stage_run (&stage, 7 * SECOND);
  g_assert_cmpuint (watched (stage.bench), ==, 1);
  stage.cameras[1].off = stage.cameras[2].off = TRUE;
  stage_run (&stage, 5 * SECOND);
  parlor_router_select (stage.bench->router, viewer->id, 0, 1, 720, stage.bench->now_us);
  stage_run (&stage, SECOND);
  g_assert_cmpuint (watched (stage.bench) & 4, ==, 4);
  stage.cameras[2].off = FALSE;
  stage.cameras[2].key_wanted = TRUE;
  stage_run (&stage, SECOND);
  g_assert_cmpuint (stage_measure (&stage, &link, 2 * SECOND), >, 1600);
  /* Nobody watches: the smallest stays. */
  parlor_router_select (stage.bench->router, viewer->id, 0, 0, 0, stage.bench->now_us);
  stage_run (&stage, 7 * SECOND);
  g_assert_cmpuint (watched (stage.bench), ==, 1);
  stage_clear (&stage);
}

/* A page that says yes and does not do it: what there is is shown. */
static void
test_layer_that_does_not_come_back (void)
{
  BenchLink link = {.bps = 100000000, .delay_us = 10 * MS};
  Stage stage;
  BenchPeer *viewer;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 180);
  stage_run (&stage, 7 * SECOND);
  stage.cameras[2].off = TRUE;
  stage_run (&stage, 3 * SECOND);
  parlor_router_select (stage.bench->router, viewer->id, 0, 1, 720, stage.bench->now_us);
  stage_run (&stage, 7 * SECOND);
  g_assert_cmpuint (stage_measure (&stage, &link, 2 * SECOND), >, 450);
  stage_clear (&stage);
}

/* One layer alone, of which fewer frames fit. */
static void
test_fewer_frames (void)
{
  BenchLink link = {.bps = 3000000, .queue_us = SECOND, .delay_us = 20 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint from, all;
  guint64 kbps;

  stage_init (&stage);
  stage.cameras[0].off = stage.cameras[1].off = TRUE;
  stage.cameras[2].bps = 1000000;
  viewer = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 5 * SECOND);
  link.bps = 700000;
  stage_run (&stage, 10 * SECOND);
  from = viewer->rtp->len;
  kbps = stage_measure (&stage, &link, 10 * SECOND);
  g_test_message ("%d kbit/s", (int)kbps);
  g_assert_cmpuint (kbps, >, 200);
  g_assert_cmpuint (count_gaps (viewer, from, 20, &all), ==, 0);
  stage_clear (&stage);
}

/* A single size of which all frames need all others, far above what the path takes. */
static void
test_too_much_is_a_still (void)
{
  BenchLink link = {.bps = 4000000, .queue_us = SECOND, .delay_us = 20 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint64 kbps;
  guint n_keys, from, all;

  stage_init (&stage);
  stage.cameras[0].off = stage.cameras[1].off = TRUE;
  stage.cameras[2].n_temporal = 1;
  viewer = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 5 * SECOND);
  link.bps = 500000;
  stage_run (&stage, 10 * SECOND);
  link.most_queued_us = 0;
  n_keys = stage.cameras[2].n_keys;
  from = viewer->rtp->len;
  kbps = stage_measure (&stage, &link, 10 * SECOND);
  g_test_message ("%d kbit/s, %d ms queued, %u key frames", (int)kbps,
                  (int)(link.most_queued_us / MS), stage.cameras[2].n_keys - n_keys);
  g_assert_cmpuint (kbps, >, 100);
  g_assert_cmpint (link.most_queued_us, <, 300 * MS);
  g_assert_cmpuint (stage.cameras[2].n_keys - n_keys, <=, 6);
  g_assert_cmpuint (stage.cameras[2].n_keys - n_keys, >=, 2);
  g_assert_cmpuint (count_gaps (viewer, from, 20, &all), ==, 0);
  stage_clear (&stage);
}

/* A receiver that asks for everything, a thousand times a second, gets its share of repeats. */
static void
test_greedy_nacks (void)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 10 * MS};
  Stage stage;
  BenchPeer *viewer;
  const ParlorRouterCounters *counters;
  guint64 forwarded, repeated;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 4 * SECOND);
  counters = parlor_router_get_counters (stage.bench->router);
  forwarded = counters->forwarded_pkts;
  repeated = counters->retransmitted_pkts;
  for (guint i = 0; i < 5000; i++)
    {
      guint8 nack[128];
      guint16 seqs[64], last = viewer->last_video_seq;
      gsize length;

      for (guint j = 0; j < G_N_ELEMENTS (seqs); j++)
        seqs[j] = (guint16)(last - j);
      length = parlor_rtcp_build_nack (nack, sizeof nack, 9, 5000, seqs, G_N_ELEMENTS (seqs), NULL);
      parlor_peer_send_rtcp (viewer->peer, nack, length);
      stage_run (&stage, MS);
    }
  forwarded = counters->forwarded_pkts - forwarded;
  repeated = counters->retransmitted_pkts - repeated;
  g_test_message ("%d repeats of %d", (int)repeated, (int)forwarded);
  g_assert_cmpuint (repeated, >, 0);
  g_assert_cmpuint (repeated * 100, <=, forwarded * 10);
  stage_clear (&stage);
}

/* It negotiated transport-wide feedback and never sends any: its reports are what there is. */
static void
test_no_feedback (void)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint64 kbps;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 0);
  viewer->no_feedback = TRUE;
  for (guint i = 0; i < 30; i++)
    {
      guint8 bytes[64];
      ParlorRtcpReportBlock block = {.ssrc = 5000, .highest_seq = viewer->last_video_seq};

      stage_run (&stage, SECOND);
      parlor_peer_send_rtcp (viewer->peer, bytes,
                             parlor_rtcp_build_rr (bytes, sizeof bytes, 9, &block, 1));
    }
  kbps = stage_measure (&stage, &link, 5 * SECOND);
  g_test_message ("%d kbit/s", (int)kbps);
  g_assert_cmpuint (kbps, >, 1600);
  g_assert_cmpint (viewer->worst_gap_us, <, 2 * SECOND);
  stage_clear (&stage);
}

/* Who asked for one layer alone hears nothing of probes; who could use more is sent them. */
static void
test_probes_only_when_wanted (void)
{
  BenchLink link = {.bps = 1500000, .queue_us = 300 * MS, .delay_us = 20 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint before;

  stage_init (&stage);
  viewer = stage_add_viewer (&stage, &link, 360);
  stage_run (&stage, 6 * SECOND);
  before = viewer->n_padding;
  stage_run (&stage, 10 * SECOND);
  g_assert_cmpuint (viewer->n_padding, ==, before);
  parlor_router_select (stage.bench->router, viewer->id, 0, 1, 0, stage.bench->now_us);
  stage_run (&stage, 10 * SECOND);
  g_assert_cmpuint (viewer->n_padding, >, before);
  stage_clear (&stage);
}

/* The publisher's last key frames are seconds old, and he is not asked for one of the layer that
 * the newcomer begins with. */
static void
test_newcomer (void)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint n_keys, all, n;
  gint64 joined_us;
  ParlorRtpHeader first, last;

  stage_init (&stage);
  stage_run (&stage, 9 * SECOND);
  n_keys = stage.cameras[1].n_keys;
  viewer = stage_add_viewer (&stage, &link, 360);
  joined_us = stage.bench->now_us;
  stage_run (&stage, 60 * MS);
  /* Its key frame was sent at once. */
  n = count_pt (viewer, 0, 120);
  g_assert_cmpuint (n, >, 0);
  first = video_at (viewer, 0);
  stage_run (&stage, SECOND - 60 * MS);
  g_assert_cmpuint (stage.cameras[1].n_keys, <=, n_keys + 1);
  g_assert_cmpuint (stage.cameras[0].n_keys, ==, 1);
  g_assert_cmpuint (count_gaps (viewer, 0, 5, &all), ==, 0);
  last = video_at (viewer, count_pt (viewer, 0, 120) - 1);
  /* All of it took the time that passed, though it shows nine seconds. */
  g_assert_cmpint (ABS ((gint64)(last.timestamp - first.timestamp) * 1000 / 90
                        - (stage.bench->now_us - joined_us)),
                   <, 300 * MS);
  for (guint i = 1; i < count_pt (viewer, 0, 120); i++)
    g_assert_cmpint ((gint32)(video_at (viewer, i).timestamp - video_at (viewer, i - 1).timestamp),
                     >=, 0);
  g_assert_cmpuint (parlor_router_get_counters (stage.bench->router)->replays, ==, 1);
  stage_clear (&stage);
}

/* A layer that is too large to be caught up with: its key frame stands still until the next. */
static void
test_newcomer_still (void)
{
  BenchLink link = {.bps = 10000000, .queue_us = SECOND, .delay_us = 25 * MS};
  Stage stage;
  BenchPeer *viewer;
  guint all;

  stage_init (&stage);
  stage.cameras[0].off = stage.cameras[1].off = TRUE;
  stage_run (&stage, 5 * SECOND);
  viewer = stage_add_viewer (&stage, &link, 0);
  stage_run (&stage, 150 * MS);
  g_assert_cmpuint (count_pt (viewer, 0, 120), >=, 7);
  stage_run (&stage, 2 * SECOND);
  g_assert_cmpuint (stage.cameras[2].n_keys, ==, 2);
  g_assert_cmpuint (count_pt (viewer, 0, 120), >, 200);
  g_assert_cmpuint (count_gaps (viewer, 0, 5, &all), ==, 0);
  stage_clear (&stage);
}

static void
test_many_newcomers (void)
{
  static BenchLink links[40];
  Stage stage;
  gint64 worst_us = 0;
  guint before[3];

  stage_init (&stage);
  stage_run (&stage, 10 * SECOND);
  for (guint i = 0; i < 3; i++)
    before[i] = stage.cameras[i].n_keys;
  for (guint i = 0; i < 40; i++)
    {
      BenchPeer *viewer;
      gint64 waits_us = 0;

      links[i] = (BenchLink){.bps = 20000000, .queue_us = SECOND, .delay_us = 25 * MS};
      viewer = stage_add_viewer (&stage, &links[i], 0);
      for (; waits_us < SECOND && count_pt (viewer, 0, 120) == 0; waits_us += 5 * MS)
        stage_run (&stage, 5 * MS);
      worst_us = MAX (worst_us, waits_us);
    }
  g_test_message ("worst first picture %d ms; key frames %u %u %u in 22 s", (int)(worst_us / MS),
                  stage.cameras[0].n_keys - before[0], stage.cameras[1].n_keys - before[1],
                  stage.cameras[2].n_keys - before[2]);
  g_assert_cmpint (worst_us, <=, 100 * MS);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (stage.cameras[i].n_keys - before[i], <=, 12);
  stage_clear (&stage);
}

/* As they come in life: what they shall see is chosen before their paths stand. One stream that is
 * too large to be caught up with. */
static void
test_storm (void)
{
  Stage stage;
  guint before, n_blind = 0;
  BenchPeer *viewers[50];

  stage_init (&stage);
  stage.cameras[0].off = stage.cameras[1].off = TRUE;
  stage_run (&stage, 5 * SECOND);
  before = stage.cameras[2].n_keys;
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    {
      viewers[i] = bench_add_peer (stage.bench, ROOM);
      bench_add_video_slot (viewers[i], 0, 5000, 5001);
      parlor_router_select (stage.bench->router, viewers[i]->id, 0, 1, 0, stage.bench->now_us);
      stage_run (&stage, 200 * MS);
      n_blind += count_pt (viewers[i], 0, 120) < 7; /* packets of a key frame */
    }
  g_test_message ("%u key frames in 10 s, %u saw nothing after 200 ms",
                  stage.cameras[2].n_keys - before, n_blind);
  g_assert_cmpuint (n_blind, ==, 0);
  g_assert_cmpuint (stage.cameras[2].n_keys - before, <=, 5);
  /* And all of them go on. */
  stage_run (&stage, 3 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    g_assert_cmpuint (count_pt (viewers[i], 0, 120), >, 100);
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  if (argc >= 2 && g_str_equal (argv[1], "--beside"))
    return print_besides ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path/a-tenth-of-the-rate-and-back", test_fall_and_rise);
  g_test_add_func ("/path/ten-percent-loss-is-mended", test_ten_percent_loss);
  g_test_add_func ("/path/twenty-percent-loss-is-mended", test_twenty_percent_loss);
  g_test_add_func ("/path/two-behind-one-bottleneck-both-see", test_two_behind_one);
  g_test_add_func ("/path/beside-a-download-both-live", test_beside_tcp);
  g_test_add_func ("/path/beside-a-download-with-a-deep-queue-both-live", test_beside_tcp_deep);
  g_test_add_func ("/path/beside-a-download-with-a-short-queue-both-live", test_beside_tcp_short);
  g_test_add_func ("/path/what-comes-in-bunches-is-no-queue", test_bunches);
  g_test_add_func ("/path/a-receiver-with-remb-alone-is-served", test_remb);
  g_test_add_func ("/path/a-small-tile-gets-a-small-layer", test_small_tile);
  g_test_add_func ("/path/a-window-to-and-fro-makes-no-picture-wait", test_window_to_and_fro);
  g_test_add_func ("/path/layers-that-nobody-watches-are-told", test_unwatched_layers);
  g_test_add_func ("/path/a-layer-that-does-not-come-back-is-done-without",
                   test_layer_that_does_not_come_back);
  g_test_add_func ("/path/fewer-frames-where-one-layer-is-too-much", test_fewer_frames);
  g_test_add_func ("/path/too-much-of-one-size-comes-as-stills", test_too_much_is_a_still);
  g_test_add_func ("/path/a-receiver-without-feedback-is-served", test_no_feedback);
  g_test_add_func ("/path/probes-only-where-more-is-wanted", test_probes_only_when_wanted);
  g_test_add_func ("/path/repeats-keep-to-their-share", test_greedy_nacks);
  g_test_add_func ("/path/a-newcomer-begins-with-what-is-kept", test_newcomer);
  g_test_add_func ("/path/a-newcomer-to-a-large-layer-sees-a-still", test_newcomer_still);
  g_test_add_func ("/path/many-newcomers-cost-few-key-frames", test_many_newcomers);
  g_test_add_func ("/path/a-storm-of-newcomers-costs-half-a-key-frame-a-second", test_storm);
  return g_test_run ();
}
