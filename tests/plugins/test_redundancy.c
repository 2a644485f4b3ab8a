/* SPDX-License-Identifier: Apache-2.0 */
/* RED on both legs, through a router with real peers in virtual time. */
#include "routerbench.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"
#include "proto/rtp/red.h"
#include "proto/rtp/redmaker.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define PT 109
#define RED_PT 63
#define SSRC 6000

static ParlorRouterCodec
opus (guint8 pt, guint8 red_pt)
{
  return (ParlorRouterCodec){.key = parlor_codec_key_from_format ("opus", 48000, 2, NULL),
                             .pt = pt,
                             .rtx_pt = PARLOR_ROUTER_NO_PT,
                             .red_pt = red_pt};
}

/* One who talks and one who hears him. */
static Bench *
talk (BenchPeer **publisher, BenchPeer **receiver, guint8 red_pt, gboolean automatic)
{
  Bench *bench = bench_new ();
  ParlorSourceConfig source = {.id = 1,
                               .room = ROOM,
                               .audio = TRUE,
                               .speaks = TRUE,
                               .mid = "0",
                               .n_codecs = 1,
                               .n_layers = 1};
  ParlorSlotConfig slot = {.audio = TRUE, .automatic = automatic, .ssrc = SSRC, .n_codecs = 1};

  *publisher = bench_add_peer (bench, ROOM);
  *receiver = bench_add_peer (bench, ROOM);
  source.transport = (*publisher)->id;
  source.codecs[0] = opus (111, 112);
  source.layers[0].ssrc = 3000;
  parlor_router_add_source (bench->router, &source, bench->now_us);
  slot.transport = (*receiver)->id;
  slot.codecs[0] = opus (PT, red_pt);
  g_strlcpy (slot.mid, "a0", sizeof slot.mid);
  parlor_router_add_slot (bench->router, &slot, bench->now_us);
  bench_run (bench, 500 * MS);
  return bench;
}

/* n frames of 20 ms that say their number. */
static void
say (BenchPeer *publisher, guint *number, guint n)
{
  for (guint i = 0; i < n; i++, (*number)++)
    {
      guint8 packet[12 + 4] = {0};

      parlor_rtp_write_fixed (packet, 111, FALSE, (guint16)*number, *number * 960, 3000);
      parlor_put_u32 (packet + 12, 0xfc000000 | *number);
      parlor_peer_send_rtp (publisher->peer, packet, sizeof packet, *number);
      bench_run (publisher->bench, 20 * MS);
    }
}

static const guint8 *
packet_at (const BenchPeer *peer, guint i, ParlorRtpHeader *header)
{
  gsize length;
  const guint8 *packet;

  g_assert_cmpuint (i, <, peer->rtp->len);
  packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
  g_assert_cmpint (parlor_rtp_parse (packet, length, header), ==, PARLOR_RTP_OK);
  return packet + header->payload_offset;
}

static guint
last_pt (const BenchPeer *peer)
{
  ParlorRtpHeader header;

  for (guint i = peer->rtp->len; i > 0; i--)
    {
      packet_at (peer, i - 1, &header);
      if (header.ssrc == SSRC)
        return header.pt;
    }
  g_assert_not_reached ();
}

static void
report (BenchPeer *receiver, guint8 fraction_lost)
{
  guint8 bytes[64];
  ParlorRtpHeader header;
  ParlorRtcpReportBlock block = {.ssrc = SSRC, .fraction_lost = fraction_lost};

  for (guint i = receiver->rtp->len; i > 0; i--)
    {
      packet_at (receiver, i - 1, &header);
      if (header.ssrc == SSRC)
        break;
    }
  block.highest_seq = header.seq;
  parlor_peer_send_rtcp (receiver->peer, bytes,
                         parlor_rtcp_build_rr (bytes, sizeof bytes, 77, &block, 1));
  bench_run (receiver->bench, 5 * MS);
}

static void
test_who_loses_packets_gets_earlier_frames_too (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = talk (&publisher, &receiver, RED_PT, TRUE);
  guint number = 100, first;

  say (publisher, &number, 50);
  g_assert_cmpuint (last_pt (receiver), ==, PT);
  report (receiver, 0);
  say (publisher, &number, 50);
  g_assert_cmpuint (last_pt (receiver), ==, PT);
  report (receiver, 26); /* a tenth */
  first = receiver->rtp->len;
  say (publisher, &number, 50);
  g_assert_cmpuint (receiver->rtp->len, ==, first + 50);
  for (guint i = first; i < receiver->rtp->len; i++)
    {
      ParlorRtpHeader header;
      ParlorRed red;
      const guint8 *payload = packet_at (receiver, i, &header);
      guint own;

      g_assert_cmpuint (header.pt, ==, RED_PT);
      g_assert_true (parlor_red_parse (payload, header.payload_size, &red));
      g_assert_cmpuint (red.count, ==, 3);
      own = parlor_get_u32 (payload + red.blocks[2].offset);
      for (guint back = 0; back < 3; back++)
        {
          g_assert_cmpuint (red.blocks[2 - back].pt, ==, PT);
          g_assert_cmpuint (red.blocks[2 - back].ts_offset, ==, back * 960);
          g_assert_cmpuint (red.blocks[2 - back].size, ==, 4);
          g_assert_cmpuint (parlor_get_u32 (payload + red.blocks[2 - back].offset), ==, own - back);
        }
    }
}

static void
test_who_does_not_take_it_gets_none (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = talk (&publisher, &receiver, PARLOR_ROUTER_NO_PT, TRUE);
  guint number = 100;

  say (publisher, &number, 20);
  report (receiver, 0);
  say (publisher, &number, 20);
  report (receiver, 128);
  say (publisher, &number, 20);
  g_assert_cmpuint (last_pt (receiver), ==, PT);
}

/* His report names a loss that his path, of which he tells packet by packet, did not have. */
static void
test_the_publishers_loss_is_not_the_receivers (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = talk (&publisher, &receiver, RED_PT, TRUE);
  guint number = 100;

  bench_add_video (publisher, 2, 1000);
  bench_add_video_slot (receiver, 1, 5000, 5001);
  parlor_router_select (bench->router, receiver->id, 1, 2, 0, bench->now_us);
  for (guint i = 0; i < 60; i++)
    {
      bench_send_video (publisher, 1000, 100 + i, i * 3000, i == 0, TRUE, TRUE, i, 500);
      say (publisher, &number, 2);
      if (i % 20 == 19)
        report (receiver, 26);
    }
  g_assert_cmpuint (last_pt (receiver), ==, PT);
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->redundant_pkts, ==, 0);
}

/* The frame before the one that a slot begins with is in the history, but not of its time. */
static void
test_nothing_from_before_a_switch (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = talk (&publisher, &receiver, RED_PT, FALSE);
  guint number = 100, first;
  ParlorRtpHeader header;
  ParlorRed red;

  parlor_router_select (bench->router, receiver->id, 0, 1, 0, bench->now_us);
  say (publisher, &number, 20);
  report (receiver, 0);
  say (publisher, &number, 20);
  report (receiver, 128);
  parlor_router_select (bench->router, receiver->id, 0, 0, 0, bench->now_us);
  say (publisher, &number, 10);
  first = receiver->rtp->len;
  parlor_router_select (bench->router, receiver->id, 0, 1, 0, bench->now_us);
  say (publisher, &number, 10);
  for (guint i = 0; i < 3; i++)
    {
      const guint8 *payload = packet_at (receiver, first + i, &header);

      g_assert_true (parlor_red_parse (payload, header.payload_size, &red));
      g_assert_cmpuint (red.count, ==, i + 1);
    }
}

/* A RED packet of the publisher with `depth` earlier frames. */
static void
say_with_earlier (BenchPeer *publisher, guint number, guint depth)
{
  guint8 packet[12 + 64] = {0}, frames[3][4];
  ParlorRedFrame list[3];
  gsize size;

  for (guint i = 0; i <= depth; i++)
    {
      guint which = number - depth + i;

      parlor_put_u32 (frames[i], 0xfc000000 | which);
      list[i] = (ParlorRedFrame){which * 960, 4, frames[i]};
    }
  parlor_rtp_write_fixed (packet, 112, FALSE, (guint16)number, number * 960, 3000);
  size = parlor_red_make (packet + 12, sizeof packet - 12, 111, list, depth + 1);
  parlor_peer_send_rtp (publisher->peer, packet, 12 + size, number);
  bench_run (publisher->bench, 20 * MS);
}

static void
test_what_a_publisher_lost_is_taken_from_the_next (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = talk (&publisher, &receiver, RED_PT, TRUE);
  ParlorRtpHeader header;
  guint16 seq;

  for (guint number = 100; number < 150; number++)
    if (number % 10 != 5 && number != 126)
      say_with_earlier (publisher, number, 2);
  /* The 6 lost ones came all the same, two in a row among them, in order and under their numbers.
   */
  g_assert_cmpuint (receiver->rtp->len, ==, 50);
  packet_at (receiver, 0, &header);
  seq = header.seq;
  for (guint i = 0; i < receiver->rtp->len; i++)
    {
      const guint8 *payload = packet_at (receiver, i, &header);

      g_assert_cmpuint (header.pt, ==, PT);
      g_assert_cmpuint (header.seq, ==, (guint16)(seq + i));
      g_assert_cmphex (parlor_get_u32 (payload), ==, 0xfc000000 | (100 + i));
    }
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->recovered_pkts, ==, 6);
}

static void
test_a_lost_frame_that_is_not_in_it_stays_lost (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = talk (&publisher, &receiver, RED_PT, TRUE);

  for (guint number = 100; number < 120; number++)
    if (number < 105 || number > 107)
      say_with_earlier (publisher, number, 1);
  g_assert_cmpuint (receiver->rtp->len, ==, 18);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redundancy/who-loses-packets-gets-earlier-frames-too",
                   test_who_loses_packets_gets_earlier_frames_too);
  g_test_add_func ("/redundancy/who-does-not-take-it-gets-none",
                   test_who_does_not_take_it_gets_none);
  g_test_add_func ("/redundancy/the-publishers-loss-is-not-the-receivers",
                   test_the_publishers_loss_is_not_the_receivers);
  g_test_add_func ("/redundancy/nothing-from-before-a-switch", test_nothing_from_before_a_switch);
  g_test_add_func ("/redundancy/what-a-publisher-lost-is-taken-from-the-next",
                   test_what_a_publisher_lost_is_taken_from_the_next);
  g_test_add_func ("/redundancy/a-lost-frame-that-is-not-in-it-stays-lost",
                   test_a_lost_frame_that_is_not_in_it_stays_lost);
  return g_test_run ();
}
