/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who was let in can do to the others through the media path. */
#include "routerbench.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC

static void
film (Bench *bench, BenchPeer *publisher, BenchCamera *camera, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      bench_film (publisher, camera);
      bench_run (bench, 33 * MS);
    }
}

static guint64
refused (const Bench *bench)
{
  return parlor_router_get_counters (bench->router)->dropped[PARLOR_DROP_RTCP];
}

/* --- feedback ----------------------------------------------------------------------------------
 */

/* 24 bytes that tell of 4,096 packets, all lost but the last. */
static gsize
put_twcc (guint8 *out, guint16 base, guint8 count)
{
  memset (out, 0, 28);
  out[0] = 0x80 | PARLOR_RTCP_FMT_TWCC;
  out[1] = PARLOR_RTCP_PT_RTPFB;
  parlor_put_u16 (out + 2, 28 / 4 - 1);
  parlor_put_u32 (out + 8, 5000);
  parlor_put_u16 (out + 12, base);
  parlor_put_u16 (out + 14, 4096);
  out[19] = count;
  parlor_put_u16 (out + 20, 4095);         /* lost */
  parlor_put_u16 (out + 22, 1u << 13 | 1); /* received */
  return 28;
}

static gsize
put_remb (guint8 *out, guint64 bps)
{
  guint exponent = 0;

  while (bps >> exponent > 0x3ffff)
    exponent++;
  memset (out, 0, 24);
  out[0] = 0x8f;
  out[1] = 206;
  parlor_put_u16 (out + 2, 24 / 4 - 1);
  memcpy (out + 12, "REMB", 4);
  out[16] = 1;
  out[17] = (guint8)(exponent << 2 | (bps >> exponent >> 16));
  parlor_put_u16 (out + 18, (guint16)(bps >> exponent));
  parlor_put_u32 (out + 20, 5000);
  return 24;
}

/* A few words stand for thousands of packets, forty times in a datagram: what a peer says beyond
 * what a session can have to say is not worked through. */
static void
test_feedback_of_everything (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
  guint8 count = 0;
  guint n_sent = 0, got;

  film (bench, publisher, &camera, 30);
  for (guint i = 0; i < 500; i++)
    {
      guint8 bytes[1200];
      gsize length = 0;

      for (; length + 28 <= sizeof bytes; n_sent++)
        length += put_twcc (bytes + length, (guint16)(n_sent * 4096), count++);
      g_assert_true (parlor_peer_send_rtcp (receiver->peer, bytes, length));
      bench_run (bench, 1 * MS);
    }
  /* Half a second: what was saved, and what came in. A refused packet ends its datagram. */
  g_assert_cmpuint (refused (bench), >=, 450);
  /* Who lies is sent less, and not nothing; the publisher's session is as it was. */
  got = receiver->rtp->len;
  film (bench, publisher, &camera, 90);
  g_assert_cmpuint (receiver->rtp->len, >, got);
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, publisher->id));
}

/* An estimate that jumps each time chooses all layers anew each time. */
static void
test_remb_that_jumps (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};

  film (bench, publisher, &camera, 30);
  for (guint i = 0; i < 500; i++)
    {
      guint8 bytes[1200];
      gsize length = 0;

      while (length + 48 <= sizeof bytes)
        {
          length += put_remb (bytes + length, 30000);
          length += put_remb (bytes + length, G_MAXUINT32 * (guint64)1000);
        }
      g_assert_true (parlor_peer_send_rtcp (receiver->peer, bytes, length));
      bench_run (bench, 1 * MS);
    }
  g_assert_cmpuint (refused (bench), >=, 450);
}

/* 4 bytes ask for 17 packets, 290 times in a datagram. */
static void
test_nack_of_everything (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};

  film (bench, publisher, &camera, 30);
  for (guint i = 0; i < 500; i++)
    {
      guint8 bytes[1200];

      memset (bytes, 0xff, sizeof bytes);
      bytes[0] = 0x81;
      bytes[1] = PARLOR_RTCP_PT_RTPFB;
      parlor_put_u16 (bytes + 2, sizeof bytes / 4 - 1);
      parlor_put_u32 (bytes + 8, 5000);
      g_assert_true (parlor_peer_send_rtcp (receiver->peer, bytes, sizeof bytes));
      bench_run (bench, 1 * MS);
    }
  g_assert_cmpuint (refused (bench), >=, 450);
}

/* What honest peers say is heard: ten seconds at a rate that fills a path. */
static void
test_honest_feedback (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {
      .ssrc = 1000, .bps = 8000000, .height = 1080, .n_temporal = 1, .picture = 1};

  film (bench, publisher, &camera, 300);
  g_assert_cmpuint (receiver->rtp->len, >, 1000);
  g_assert_cmpuint (refused (bench), ==, 0);
}

/* --- whose address -----------------------------------------------------------------------------
 */

/* Who was let in writes another's address on his checks. He must get nothing of the other's, take
 * nothing from him, and have nothing sent to him. */
static void
test_anothers_address (void)
{
  BenchPeer *publisher, *receiver, *thief;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
  guint before;

  film (bench, publisher, &camera, 30);
  before = receiver->rtp->len;
  thief = bench_add_peer (bench, ROOM);
  thief->tuple = publisher->tuple;
  film (bench, publisher, &camera, 300); /* ten seconds, in which it checks all the time */
  g_assert_cmpuint (receiver->rtp->len - before, >=, 300);
  g_assert_false (parlor_peer_is_connected (thief->peer));
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, publisher->id));
}

/* A port that is used again: its owner has been silent for a while. */
static void
test_address_used_again (void)
{
  BenchPeer *publisher, *receiver, *next;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);

  receiver->mute = TRUE;
  receiver->deaf = TRUE;
  bench_run (bench, 8 * SECOND);
  next = bench_add_peer (bench, ROOM);
  next->tuple = receiver->tuple;
  receiver->tuple.peer.port++; /* what is sent to the address goes to the new one */
  bench_run (bench, 3 * SECOND);
  g_assert_true (parlor_peer_is_connected (next->peer));
}

/* Who has nothing to say is heard by his checks alone, each 4 to 6 s. */
static void
test_silent_owner (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *owner = bench_add_peer (bench, ROOM), *thief;

  bench_run (bench, 1 * SECOND);
  g_assert_true (parlor_peer_is_connected (owner->peer));
  thief = bench_add_peer (bench, ROOM);
  thief->tuple = owner->tuple;
  bench_run (bench, 60 * SECOND); /* it begins anew each 1.6 s, and gives up by itself */
  g_assert_false (parlor_peer_is_connected (thief->peer));
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, thief->id));
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, owner->id));
}

static guint64
refused_checks (const Bench *bench)
{
  return parlor_router_get_counters (bench->router)->dropped[PARLOR_DROP_STUN];
}

/* From a rebind until pictures come again: until the next check, which comes after 6 s at most. */
static gint64
time_to_picture (Bench *bench, BenchPeer *publisher, BenchCamera *camera, BenchPeer *receiver)
{
  gint64 begun_us = bench->now_us;
  guint got = receiver->rtp->len;

  while (receiver->rtp->len == got && bench->now_us - begun_us < 30 * SECOND)
    film (bench, publisher, camera, 1);
  return bench->now_us - begun_us;
}

/* A NAT that gives another port each time, while the old way was heard a moment ago: no check is
 * refused, and pictures come with the first one. */
static void
test_rebind_waits_for_nothing (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};

  for (guint16 port = 20000; port < 20010; port++)
    {
      film (bench, publisher, &camera, 30);
      receiver->tuple.peer.port = port;
      g_assert_cmpint (time_to_picture (bench, publisher, &camera, receiver), <=,
                       6 * SECOND + 100 * MS);
    }
  /* And a port that it had before. */
  receiver->tuple.peer.port = 20000;
  g_assert_cmpint (time_to_picture (bench, publisher, &camera, receiver), <=,
                   6 * SECOND + 100 * MS);
  g_assert_cmpuint (refused_checks (bench), ==, 0);
}

/* One NAT for two: the second is given what the first has just left. */
static void
test_rebind_to_what_was_left (void)
{
  BenchPeer *publisher, *first, *second;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &first, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
  guint16 left = first->tuple.peer.port;

  second = bench_add_peer (bench, ROOM);
  bench_add_video_slot (second, 0, 5000, 5001);
  film (bench, publisher, &camera, 30);
  parlor_router_select (bench->router, second->id, 0, 1, 0, bench->now_us);
  film (bench, publisher, &camera, 30);
  first->tuple.peer.port = 20000;
  time_to_picture (bench, publisher, &camera, first);
  second->tuple.peer.port = left;
  g_assert_cmpint (time_to_picture (bench, publisher, &camera, second), <=, 6 * SECOND + 100 * MS);
  g_assert_cmpuint (refused_checks (bench), ==, 0);
}

/* The same where the address is one of another worker's: as long as something comes from it. */
static void
test_another_workers_address (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *thief = bench_add_peer (bench, ROOM);
  guint8 check[40] = {0, 1, 0, 20, 0x21, 0x12, 0xa4, 0x42};
  guint8 media[40] = {0x80};

  check[20 + 1] = 6; /* USERNAME */
  check[20 + 3] = 13;
  memcpy (check + 24, "Bxxxxxxx:peer", 13);
  bench_receive (bench, &thief->tuple, check, sizeof check);
  for (guint i = 0; i < 100; i++)
    {
      bench_receive (bench, &thief->tuple, media, sizeof media);
      bench_run (bench, 100 * MS);
    }
  g_assert_cmpuint (bench->n_handed_over, ==, 101);
  g_assert_false (parlor_peer_is_connected (thief->peer));
  bench_run (bench, 5 * SECOND); /* nobody talks from there any more */
  g_assert_true (parlor_peer_is_connected (thief->peer));
}

/* And who is of another worker takes none of this one's: what he checks is not even handed over
 * while its owner lives there. */
static void
test_another_workers_thief (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint8 check[40] = {0, 1, 0, 20, 0x21, 0x12, 0xa4, 0x42};

  check[20 + 1] = 6; /* USERNAME */
  check[20 + 3] = 13;
  memcpy (check + 24, "Bxxxxxxx:peer", 13);
  bench_receive (bench, &publisher->tuple, check, sizeof check);
  g_assert_cmpuint (bench->n_handed_over, ==, 0);
  g_assert_cmpuint (refused_checks (bench), ==, 1);
  publisher->mute = TRUE;
  bench_run (bench, 8 * SECOND);
  bench_receive (bench, &publisher->tuple, check, sizeof check);
  g_assert_cmpuint (bench->n_handed_over, ==, 1);
}

/* --- handshakes --------------------------------------------------------------------------------
 */

/* They say ClientHello, and nothing to what is answered. */
static void
test_half_open (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *silent[140], *late;
  guint n_failed = 0;

  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    silent[i] = bench_add_peer (bench, ROOM);
  for (guint t = 0; t < 2000; t++)
    {
      bench_run (bench, 1 * MS);
      for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
        silent[i]->deaf = TRUE; /* the path's check has been answered in the first step */
    }
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->connected, ==, 0);
  late = bench_add_peer (bench, ROOM);
  bench_run (bench, 12 * SECOND);
  g_assert_true (parlor_peer_is_connected (late->peer));
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    n_failed += bench_event (bench, PARLOR_ROUTER_FAILED, silent[i]->id) != NULL;
  g_assert_cmpuint (n_failed, >, 0);
}

/* --- clocks ------------------------------------------------------------------------------------
 */

static void
send_report (BenchPeer *peer, guint64 ntp, guint32 rtp)
{
  guint8 bytes[64];
  const ParlorRtcpSenderInfo info = {
      .ssrc = 1000, .ntp = ntp, .rtp_timestamp = rtp, .packets = 1, .octets = 1};
  gsize length = parlor_rtcp_build_sr (bytes, sizeof bytes, &info, NULL, 0);

  g_assert_true (parlor_peer_send_rtcp (peer->peer, bytes, length));
  bench_run (peer->bench, 33 * MS);
}

/* What receivers and the recorder are told of a stream's time stays near ours, whatever the
 * publisher's clock says. */
static void
test_wild_clock (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
  static const gint64 clocks_us[] = {0, 3600 * SECOND, -86400 * SECOND, 0};
  guint64 ntp = parlor_ntp_from_unix_us (G_GINT64_CONSTANT (1700000000) * SECOND);

  for (guint i = 0; i < G_N_ELEMENTS (clocks_us); i++)
    {
      const ParlorRouterEvent *event;

      film (bench, publisher, &camera, 3);
      send_report (publisher,
                   parlor_ntp_from_unix_us (G_GINT64_CONSTANT (1700000000) * SECOND + clocks_us[i]
                                            + bench->now_us),
                   camera.picture * 3000);
      film (bench, publisher, &camera, 400); /* the clock is told each ten seconds */
      event = bench_event (bench, PARLOR_ROUTER_SLOT_CLOCK, receiver->id);
      g_assert_nonnull (event);
      g_assert_cmpint (ABS (event->capture_us - bench->now_us), <, 30 * SECOND);
    }
  send_report (publisher, G_MAXUINT64, 0);
  send_report (publisher, 0, 0);
  send_report (publisher, ntp, 0);
  film (bench, publisher, &camera, 400);
  g_assert_cmpint (
      ABS (bench_event (bench, PARLOR_ROUTER_SLOT_CLOCK, receiver->id)->capture_us - bench->now_us),
      <, 30 * SECOND);
}

/* --- anything at all ---------------------------------------------------------------------------
 */

typedef struct
{
  BenchPeer *peer;
  guint32 ssrcs[4];
  guint64 index[4];
} Liar;

/* MID, RID, times, levels, descriptors of random bytes; a random part of the whole may be cut off.
 */
static gsize
put_anything (GRand *random, guint8 *packet, guint32 ssrc, guint64 index)
{
  static const guint8 pts[] = {96, 96, 96, 97, 111, 63, 100};
  gsize at = 12, extension, payload;

  parlor_rtp_write_fixed (packet, pts[g_rand_int_range (random, 0, G_N_ELEMENTS (pts))],
                          g_rand_boolean (random), (guint16)index, g_rand_int (random), ssrc);
  if (g_rand_boolean (random))
    {
      extension = 4 * (gsize)g_rand_int_range (random, 0, 8);
      packet[0] |= 0x10;
      parlor_put_u16 (packet + at, g_rand_boolean (random) ? 0xbede : 0x1000);
      parlor_put_u16 (packet + at + 2, (guint16)(extension / 4));
      for (gsize i = 0; i < extension; i++)
        packet[at + 4 + i] = (guint8)g_rand_int_range (random, 0,
                                                       g_rand_boolean (random) ? 96 : 256);
      at += 4 + extension;
    }
  payload = at;
  for (gsize n = (gsize)g_rand_int_range (random, 0, 3) * 20 + 20; n > 0; n--)
    packet[at++] = (guint8)g_rand_int (random);
  if (g_rand_int_range (random, 0, 3) == 0) /* the beginning of a key frame of VP8 */
    memcpy (packet + payload, "\x90\xe0\x80\x01\x01\x00\x10\x00\x00\x9d\x01\x2a\x80\x02\x68\x01",
            16);
  if (g_rand_int_range (random, 0, 8) == 0)
    {
      packet[0] |= 0x20;
      packet[at - 1] = (guint8)g_rand_int (random);
    }
  return g_rand_int_range (random, 0, 8) == 0 ? (gsize)g_rand_int_range (random, 12, (gint32)at)
                                              : at;
}

static void
say_anything (GRand *random, Liar *liar)
{
  guint8 packet[400] = {0};
  guint which = (guint)g_rand_int_range (random, 0, G_N_ELEMENTS (liar->ssrcs));
  guint step = (guint)g_rand_int_range (random, 0, 40);

  liar->index[which] += step == 0 ? 20000 : step == 1 ? 2500 : step < 6 ? step : 1;
  gsize length = put_anything (random, packet, liar->ssrcs[which], liar->index[which]);
  parlor_peer_send_rtp (liar->peer->peer, packet, length, liar->index[which]);
}

static void
report_anything (GRand *random, BenchPeer *peer, guint32 media_ssrc, guint32 other_ssrc)
{
  guint8 packet[400];
  gsize length = 4 * (gsize)g_rand_int_range (random, 3, sizeof packet / 4);

  for (gsize i = 0; i < length; i++)
    packet[i] = (guint8)g_rand_int (random);
  packet[0] = 0x80 | (packet[0] & 0x1f);
  packet[1] = (guint8)(200 + packet[1] % 8);
  parlor_put_u16 (packet + 2, (guint16)(length / 4 - 1));
  if (g_rand_boolean (random)) /* a NACK, more often than chance has one */
    {
      packet[0] = 0x81;
      packet[1] = PARLOR_RTCP_PT_RTPFB;
    }
  parlor_put_u32 (packet + (packet[1] == PARLOR_RTCP_PT_RTPFB ? 8 : 4),
                  g_rand_int_range (random, 0, 4) != 0 ? media_ssrc : other_ssrc);
  parlor_peer_send_rtcp (peer->peer, packet, length);
}

static void
change_anything (GRand *random, Bench *bench, BenchPeer *viewer)
{
  ParlorSourceId source = (ParlorSourceId)g_rand_int_range (random, 0, 4);

  if (g_rand_boolean (random))
    parlor_router_select (bench->router, viewer->id, (guint)g_rand_int_range (random, 0, 2), source,
                          (guint)g_rand_int_range (random, 0, 3) * 180, bench->now_us);
  else
    parlor_router_open_source (bench->router, source, g_rand_int_range (random, 0, 4) != 0);
}

/* Two who publish anything at all: whoever watches gets each number once, with a tag that is good,
 * and what is honest goes on. A number used for two packets would show itself as a replay. */
static void
test_anything (void)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (Bench) bench = bench_new ();
      Liar liars[2];
      BenchPeer *honest, *viewer;
      BenchCamera camera = {
          .ssrc = 9000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
      const ParlorPeerCounters *counters;

      for (guint i = 0; i < G_N_ELEMENTS (liars); i++)
        {
          liars[i] = (Liar){
              bench_add_peer (bench, ROOM), {1000, 1001, 2000, 77 + i}, {1000, 2000, 3000, 4000}};
          bench_add_video (liars[i].peer, 1 + i, 1000);
          bench_add_voice (liars[i].peer, 10 + i, ROOM, 2000);
          bench_add_video_slot (liars[i].peer, 0, 6000 + i, 0);
        }
      honest = bench_add_peer (bench, ROOM);
      bench_add_video (honest, 3, 9000);
      viewer = bench_add_peer (bench, ROOM);
      bench_add_video_slot (viewer, 0, 5000, 5001);
      bench_add_video_slot (viewer, 1, 5002, 0);
      bench_add_video_slot (viewer, 2, 5004, 5005);
      bench_add_voice_slot (viewer, 3, 5006);
      bench_run (bench, 500 * MS);
      parlor_router_select (bench->router, viewer->id, 2, 3, 0, bench->now_us);
      for (guint step = 0; step < 3000; step++)
        {
          Liar *liar = &liars[g_rand_int_range (random, 0, G_N_ELEMENTS (liars))];

          say_anything (random, liar);
          if (g_rand_int_range (random, 0, 4) == 0)
            report_anything (random, liar->peer, 6000, liar->ssrcs[0]);
          if (g_rand_int_range (random, 0, 8) == 0)
            report_anything (random, viewer, 5000, 5004);
          if (g_rand_int_range (random, 0, 30) == 0)
            change_anything (random, bench, viewer);
          if (step % 16 == 0)
            bench_film (honest, &camera);
          if (g_rand_boolean (random))
            bench_run (bench, g_rand_int_range (random, 1, 4) * MS);
        }
      counters = parlor_peer_counters (viewer->peer);
      for (guint i = 0; i < PARLOR_N_SRTP_RESULTS; i++)
        if (i != PARLOR_SRTP_OK)
          g_assert_cmpuint (counters->refused[i], ==, 0);
      g_assert_cmpuint (counters->rtp_pkts, >, 200);
      g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, honest->id));
      g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, viewer->id));
    }
}

/* Frames of one SSRC that came, by their times. */
static guint
count_frames (const BenchPeer *peer, guint32 ssrc)
{
  g_autoptr (GHashTable) times = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < peer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);

      if (parlor_get_u32 (packet + 8) == ssrc)
        g_hash_table_add (times, GUINT_TO_POINTER (parlor_get_u32 (packet + 4)));
    }
  return g_hash_table_size (times);
}

/* Half a minute of what nobody could mean, under good keys, a thousand packets a second, and
 * reports of the same kind: each picture of somebody else is seen by who watches both. */
static void
test_garbage_of_ones_own (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (30);
  g_autoptr (Bench) bench = bench_new ();
  BenchCamera camera = {.ssrc = 9000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
  Liar liar = {bench_add_peer (bench, ROOM), {1000, 1001, 2000, 77}, {1000, 2000, 3000, 4000}};
  BenchPeer *honest = bench_add_peer (bench, ROOM), *viewer = bench_add_peer (bench, ROOM);
  guint n_filmed = 0;

  bench_add_video (liar.peer, 1, 1000);
  bench_add_voice (liar.peer, 10, ROOM, 2000);
  bench_add_video_slot (liar.peer, 0, 6000, 6001);
  bench_add_video (honest, 3, 9000);
  bench_add_video_slot (viewer, 0, 5000, 5001);
  bench_add_video_slot (viewer, 2, 5004, 5005);
  bench_add_voice_slot (viewer, 3, 5006);
  bench_run (bench, 500 * MS);
  parlor_router_select (bench->router, liar.peer->id, 0, 3, 0, bench->now_us);
  parlor_router_select (bench->router, viewer->id, 0, 1, 0, bench->now_us);
  parlor_router_select (bench->router, viewer->id, 2, 3, 0, bench->now_us);
  bench_run (bench, 100 * MS);
  for (guint step = 0; step < 30 * 1000; step++)
    {
      say_anything (random, &liar);
      if (step % 4 == 0)
        report_anything (random, liar.peer, 6000, 9000);
      if (step % 33 == 0)
        {
          bench_film (honest, &camera);
          n_filmed++;
        }
      bench_run (bench, 1 * MS);
    }
  bench_run (bench, 500 * MS);
  g_assert_cmpuint (n_filmed, >, 900);
  g_assert_cmpuint (count_frames (viewer, 5004), ==, n_filmed);
  g_assert_cmpuint (count_frames (viewer, 5000), >, 0); /* what he sends is passed on, too */
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, honest->id));
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, viewer->id));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/hostile/feedback-of-everything-is-refused",
                   test_feedback_of_everything);
  g_test_add_func ("/router/hostile/an-estimate-that-jumps-is-refused", test_remb_that_jumps);
  g_test_add_func ("/router/hostile/asking-for-everything-is-refused", test_nack_of_everything);
  g_test_add_func ("/router/hostile/what-honest-peers-say-is-heard", test_honest_feedback);
  g_test_add_func ("/router/hostile/anothers-address-is-not-taken", test_anothers_address);
  g_test_add_func ("/router/hostile/an-address-is-used-again", test_address_used_again);
  g_test_add_func ("/router/hostile/who-only-checks-keeps-the-address", test_silent_owner);
  g_test_add_func ("/router/hostile/a-rebind-waits-for-nothing", test_rebind_waits_for_nothing);
  g_test_add_func ("/router/hostile/a-rebind-may-be-to-what-another-left",
                   test_rebind_to_what_was_left);
  g_test_add_func ("/router/hostile/another-workers-address-is-not-taken",
                   test_another_workers_address);
  g_test_add_func ("/router/hostile/another-workers-thief-takes-no-address",
                   test_another_workers_thief);
  g_test_add_func ("/router/hostile/half-open-handshakes-make-room", test_half_open);
  g_test_add_func ("/router/hostile/a-wild-clock-is-met-anew", test_wild_clock);
  g_test_add_func ("/router/hostile/anything-at-all-uses-no-number-twice", test_anything);
  g_test_add_func ("/router/hostile/half-a-minute-of-garbage-costs-others-nothing",
                   test_garbage_of_ones_own);
  return g_test_run ();
}
