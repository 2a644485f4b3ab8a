/* SPDX-License-Identifier: Apache-2.0 */
#include "routerbench.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/header.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS

static ParlorRtpHeader
header_at (const BenchPeer *peer, guint i)
{
  gsize length;
  const guint8 *packet;
  ParlorRtpHeader header;

  g_assert_cmpuint (i, <, peer->rtp->len);
  packet = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
  g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
  return header;
}

static const guint8 *
payload_at (const BenchPeer *peer, guint i)
{
  ParlorRtpHeader header = header_at (peer, i);

  return (const guint8 *)g_bytes_get_data (g_ptr_array_index (peer->rtp, i), NULL)
         + header.payload_offset;
}

/* How many RTCP packets of a kind the peer got. */
static guint
count_rtcp (const BenchPeer *peer, ParlorRtcpKind kind)
{
  BenchRtcp at = {0};
  ParlorRtcpPacket packet;
  guint n = 0;

  while (bench_next_rtcp (peer, &at, &packet))
    n += packet.kind == kind;
  return n;
}

/* `n` frames of `n_packets`, the first one a key frame when `key`; 33 ms apart. */
static void
send_frames (BenchPeer *publisher, guint64 *index, guint *picture, guint n, guint n_packets,
             gboolean key)
{
  for (guint i = 0; i < n; i++)
    {
      for (guint j = 0; j < n_packets; j++)
        bench_send_video (publisher, 1000, (*index)++, *picture * 3000, key && i == 0, j == 0,
                          j + 1 == n_packets, *picture, 1000 + j);
      (*picture)++;
      bench_run (publisher->bench, 33 * MS);
    }
}

static void
test_connects (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);

  bench_run (bench, 500 * MS);
  g_assert_true (parlor_peer_is_connected (peer->peer));
  g_assert_cmpint (parlor_peer_profile (peer->peer), ==, PARLOR_SRTP_AEAD_AES_128_GCM);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_CONNECTED, peer->id));
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->connected, ==, 1);
}

static void
test_forwards (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 40000;
  guint picture = 10;

  send_frames (publisher, &index, &picture, 10, 4, TRUE);
  g_assert_cmpuint (receiver->rtp->len, ==, 40);
  for (guint i = 0; i < 40; i++)
    {
      ParlorRtpHeader header = header_at (receiver, i);

      g_assert_cmpuint (header.ssrc, ==, 5000);
      g_assert_cmpuint (header.pt, ==, 120);
      g_assert_cmpuint (header.marker, ==, i % 4 == 3);
      g_assert_cmpuint (header.seq, ==, (guint16)(header_at (receiver, 0).seq + i));
      g_assert_cmpuint (header.timestamp, ==, header_at (receiver, 0).timestamp + i / 4 * 3000);
      g_assert_true (header.has_ext);
    }
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->forwarded_pkts, ==, 40);
}

static void
test_frame_is_one_message (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1, before;

  send_frames (publisher, &index, &picture, 5, 4, TRUE);
  before = bench->n_messages;
  for (guint j = 0; j < 8; j++)
    bench_send_video (publisher, 1000, index++, 999000, FALSE, j == 0, j == 7, picture,
                      1000 + j % 2);
  bench_run (bench, 2 * MS);
  g_assert_cmpuint (receiver->rtp->len, ==, 28);
  g_assert_cmpuint (bench->n_messages - before, ==, 1);
}

/* One packet of sound is the last of the pictures' message; two are heard before them. */
static void
test_sound_ends_the_message (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1, voice = 0;

  bench_add_voice (publisher, 2, ROOM, 2000);
  bench_add_voice_slot (receiver, 1, 6000);
  send_frames (publisher, &index, &picture, 5, 4, TRUE);
  for (; voice < 50; voice++)
    {
      bench_send_voice (publisher, 2000, 100 + voice, voice * 960, 20);
      bench_run (bench, 20 * MS);
    }
  for (guint n_voices = 1; n_voices <= 2; n_voices++)
    {
      const ParlorRouterCounters *counters = parlor_router_get_counters (bench->router);
      guint64 before = bench->n_messages - counters->rtcp_pkts;
      guint had = receiver->rtp->len;

      for (guint i = 0; i < n_voices; i++, voice++)
        bench_send_voice (publisher, 2000, 100 + voice, voice * 960, 20);
      for (guint j = 0; j < 3; j++)
        bench_send_video (publisher, 1000, index++, picture * 3000, FALSE, j == 0, j == 2, picture,
                          1000);
      picture++;
      bench_run (bench, 2 * MS);
      g_assert_cmpuint (receiver->rtp->len, ==, had + 3 + n_voices);
      g_assert_cmpuint (header_at (receiver, had).pt, ==, n_voices == 1 ? 120 : 109);
      g_assert_cmpuint (header_at (receiver, had + 2 + n_voices).pt, ==, n_voices == 1 ? 109 : 120);
      g_assert_cmpuint (bench->n_messages - counters->rtcp_pkts - before, ==, n_voices);
      bench_run (bench, 18 * MS);
    }
}

static void
test_waits_for_key_frame (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;

  send_frames (publisher, &index, &picture, 5, 2, FALSE);
  g_assert_cmpuint (receiver->rtp->len, ==, 0);
  g_assert_cmpuint (count_rtcp (publisher, PARLOR_RTCP_PLI), >=, 1);
  send_frames (publisher, &index, &picture, 1, 2, TRUE);
  g_assert_cmpuint (receiver->rtp->len, ==, 2);
}

static void
test_pli_limited (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;
  guint8 pli[16];
  gsize length = parlor_rtcp_build_pli (pli, sizeof pli, 9, 5000);
  guint before;

  send_frames (publisher, &index, &picture, 2, 2, TRUE);
  before = count_rtcp (publisher, PARLOR_RTCP_PLI);
  for (guint i = 0; i < 300; i++)
    {
      parlor_peer_send_rtcp (receiver->peer, pli, length);
      bench_run (bench, 10 * MS);
    }
  g_assert_cmpuint (count_rtcp (publisher, PARLOR_RTCP_PLI) - before, <=, 7);
  g_assert_cmpuint (count_rtcp (publisher, PARLOR_RTCP_PLI) - before, >=, 5);
}

static void
send_nack (BenchPeer *receiver, guint32 ssrc, guint16 seq)
{
  guint8 nack[32];
  gsize length = parlor_rtcp_build_nack (nack, sizeof nack, 9, ssrc, &seq, 1, NULL);

  g_assert_cmpuint (length, >, 0);
  g_assert_true (parlor_peer_send_rtcp (receiver->peer, nack, length));
}

static void
test_rtx (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1, n;
  ParlorRtpHeader original, repeat;
  BenchLink link = {.delay_us = 40 * MS};

  receiver->link = &link;
  send_frames (publisher, &index, &picture, 5, 4, TRUE);
  bench_run (bench, 2000 * MS);
  send_frames (publisher, &index, &picture, 20, 4, FALSE);
  bench_run (bench, 300 * MS);
  n = receiver->rtp->len;
  original = header_at (receiver, n - 3);
  send_nack (receiver, 5000, original.seq);
  bench_run (bench, 20 * MS);
  /* At once again: one is on its way. */
  send_nack (receiver, 5000, original.seq);
  bench_run (bench, 150 * MS);
  g_assert_cmpuint (receiver->rtp->len, ==, n + 1);
  repeat = header_at (receiver, n);
  g_assert_cmpuint (repeat.ssrc, ==, 5001);
  g_assert_cmpuint (repeat.pt, ==, 121);
  g_assert_cmpuint (repeat.timestamp, ==, original.timestamp);
  g_assert_cmpuint (parlor_get_u16 (payload_at (receiver, n)), ==, original.seq);
  g_assert_cmpmem (payload_at (receiver, n) + 2, repeat.payload_size - 2u,
                   payload_at (receiver, n - 3), original.payload_size);
}

static void
test_repeat_without_rtx (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 0);
  guint64 index = 1;
  guint picture = 1, n;
  const ParlorPeerCounters *counters = parlor_peer_counters (receiver->peer);

  send_frames (publisher, &index, &picture, 20, 4, TRUE);
  bench_run (bench, 300 * MS);
  n = receiver->rtp->len;
  /* What arrived is repeated as the very same bytes: the receiver's replay window says so. */
  send_nack (receiver, 5000, header_at (receiver, n - 1).seq);
  bench_run (bench, 20 * MS);
  g_assert_cmpuint (counters->refused[PARLOR_SRTP_REPLAY], ==, 1);
  /* What was lost arrives. */
  receiver->drop_next = 1;
  send_frames (publisher, &index, &picture, 1, 1, FALSE);
  g_assert_cmpuint (receiver->rtp->len, ==, n);
  bench_run (bench, 300 * MS);
  send_nack (receiver, 5000, (guint16)(header_at (receiver, n - 1).seq + 1));
  bench_run (bench, 20 * MS);
  g_assert_cmpuint (receiver->rtp->len, ==, n + 1);
}

static void
test_publisher_is_asked_again (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;

  send_frames (publisher, &index, &picture, 3, 4, TRUE);
  index++;
  send_frames (publisher, &index, &picture, 3, 4, FALSE);
  g_assert_cmpuint (count_rtcp (publisher, PARLOR_RTCP_NACK), >=, 1);
}

static void
test_feedback_and_reports (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint8 sr[64];
  ParlorRtcpSenderInfo info = {.ssrc = 1000,
                               .ntp = parlor_ntp_from_unix_us (5000000),
                               .rtp_timestamp = 3000,
                               .packets = 1,
                               .octets = 1};
  gsize length = parlor_rtcp_build_sr (sr, sizeof sr, &info, NULL, 0);
  guint64 index = 1;
  guint picture = 1;

  send_frames (publisher, &index, &picture, 10, 4, TRUE);
  parlor_peer_send_rtcp (publisher->peer, sr, length);
  send_frames (publisher, &index, &picture, 60, 4, FALSE);
  g_assert_cmpuint (count_rtcp (publisher, PARLOR_RTCP_RR), >=, 2);
  g_assert_cmpuint (count_rtcp (receiver, PARLOR_RTCP_SR), >=, 1);
  g_assert_cmpuint (count_rtcp (receiver, PARLOR_RTCP_SDES), >=, 1);
}

/* It was lost on the way in, and asked for again: those who come later begin with it all the same.
 */
static void
test_late_beginning_is_kept (void)
{
  BenchPeer *publisher, *receiver, *late;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1, replays;
  guint picture = 1, n = 0;

  send_frames (publisher, &index, &picture, 5, 2, TRUE);
  for (guint64 i = index + 1; i < index + 3; i++)
    bench_send_video (publisher, 1000, i, picture * 3000, TRUE, FALSE, i == index + 2, picture,
                      1000);
  bench_run (bench, 40 * MS);
  bench_send_video (publisher, 1000, index, picture * 3000, TRUE, TRUE, FALSE, picture, 1000);
  index += 3;
  picture++;
  send_frames (publisher, &index, &picture, 3, 2, FALSE);
  late = bench_add_peer (bench, ROOM);
  bench_add_video_slot (late, 0, 5010, 5011);
  bench_run (bench, 500 * MS);
  replays = parlor_router_get_counters (bench->router)->replays;
  parlor_router_select (bench->router, late->id, 0, 1, 0, bench->now_us);
  bench_run (bench, 200 * MS);
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->replays, ==, replays + 1);
  for (guint i = 0; i < late->rtp->len; i++)
    n += (((const guint8 *)g_bytes_get_data (g_ptr_array_index (late->rtp, i), NULL))[1] & 0x7f)
         == 120;
  /* The whole key frame, and all since. */
  g_assert_cmpuint (n, ==, 3 + 3 * 2);
}

static void
test_switch_goes_on (void)
{
  BenchPeer *a, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&a, &receiver, 5001);
  BenchPeer *b = bench_add_peer (bench, ROOM);
  guint64 index = 1;
  guint picture = 1, n;
  const ParlorRouterEvent *shown;

  bench_add_video (b, 2, 2000);
  bench_run (bench, 500 * MS);
  send_frames (a, &index, &picture, 5, 2, TRUE);
  n = receiver->rtp->len;
  parlor_router_select (bench->router, receiver->id, 0, 2, 0, bench->now_us);
  bench_send_video (b, 2000, 60000, 777, TRUE, TRUE, TRUE, 500, 900);
  bench_run (bench, 20 * MS);
  g_assert_cmpuint (receiver->rtp->len, ==, n + 1);
  g_assert_cmpuint (header_at (receiver, n).seq, ==,
                    (guint16)(header_at (receiver, n - 1).seq + 1));
  g_assert_cmpuint (header_at (receiver, n).timestamp - header_at (receiver, n - 1).timestamp, <,
                    90000);
  /* The picture id goes on, whatever the new source counts from. */
  g_assert_cmpuint (parlor_get_u16 (payload_at (receiver, n) + 2) & 0x7fff, ==,
                    ((parlor_get_u16 (payload_at (receiver, n - 1) + 2) & 0x7fff) + 1));
  shown = bench_event (bench, PARLOR_ROUTER_SLOT_SHOWN, receiver->id);
  g_assert_cmpuint (shown->source, ==, 2);
  g_assert_true (shown->has_rtp);
  g_assert_cmpuint (shown->rtp_timestamp, ==, header_at (receiver, n).timestamp);
}

/* The ring of events is full while a slot begins, and while it is emptied. */
static void
test_shown_is_heard (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  const ParlorRouterEvent *shown;
  guint64 index = 1;
  guint picture = 1;

  bench->hears_nothing = TRUE;
  send_frames (publisher, &index, &picture, 20, 2, TRUE);
  g_assert_null (bench_event (bench, PARLOR_ROUTER_SLOT_SHOWN, receiver->id));
  bench->hears_nothing = FALSE;
  send_frames (publisher, &index, &picture, 20, 2, FALSE);
  shown = bench_event (bench, PARLOR_ROUTER_SLOT_SHOWN, receiver->id);
  g_assert_nonnull (shown);
  g_assert_cmpuint (shown->source, ==, 1);
  g_assert_true (shown->has_rtp);
  g_assert_cmpuint (shown->rtp_timestamp, ==, header_at (receiver, 0).timestamp);
  bench->hears_nothing = TRUE;
  parlor_router_remove_source (bench->router, 1, bench->now_us); /* the last: no tick is due */
  bench_run (bench, 50 * MS);
  bench->hears_nothing = FALSE;
  bench_run (bench, 2000 * MS);
  shown = bench_event (bench, PARLOR_ROUTER_SLOT_SHOWN, receiver->id);
  g_assert_cmpuint (shown->source, ==, 0);
  g_assert_false (shown->has_rtp);
}

static void
test_closed_source (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1, n;

  send_frames (publisher, &index, &picture, 3, 2, TRUE);
  n = receiver->rtp->len;
  parlor_router_open_source (bench->router, 1, FALSE);
  send_frames (publisher, &index, &picture, 3, 2, TRUE);
  g_assert_cmpuint (receiver->rtp->len, ==, n);
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->dropped[PARLOR_DROP_MUTED], ==, 6);
  parlor_router_open_source (bench->router, 1, TRUE);
  send_frames (publisher, &index, &picture, 1, 2, TRUE);
  g_assert_cmpuint (receiver->rtp->len, ==, n + 2);
}

static void
test_voices (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peers[6];

  for (guint i = 0; i < 6; i++)
    {
      peers[i] = bench_add_peer (bench, ROOM);
      bench_add_voice (peers[i], 10 + i, ROOM, 3000 + i);
      for (guint j = 0; j < 3; j++)
        bench_add_voice_slot (peers[i], j, 6000 + 10 * i + j);
    }
  bench_run (bench, 500 * MS);
  /* Peers 0 to 3 talk, 4 and 5 are silent. */
  for (guint t = 0; t < 150; t++)
    {
      for (guint i = 0; i < 6; i++)
        bench_send_voice (peers[i], 3000 + i, 100 + t, t * 960, i < 4 ? 20 : 127);
      bench_run (bench, 20 * MS);
    }
  for (guint i = 0; i < 6; i++)
    {
      guint last_second = 0;

      for (guint j = peers[i]->rtp->len - 150; j < peers[i]->rtp->len; j++)
        last_second += header_at (peers[i], j).pt == 109;
      g_assert_cmpuint (last_second, ==, 150); /* three streams, 50 a second each */
      g_assert_cmpuint (peers[i]->rtp->len, <=, 3 * 150);
    }
  /* Nobody hears himself: slots of peer 0 never show source 10. */
  for (guint i = 0; i < bench->n_events; i++)
    if (bench->events[i].type == PARLOR_ROUTER_SLOT_SHOWN
        && bench->events[i].transport == peers[0]->id)
      g_assert_cmpuint (bench->events[i].source, !=, 10);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_SPEAKER, 0));
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_SPEAKING, 0));
}

static void
test_strangers (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);
  ParlorTuple stranger = peer->tuple;
  guint8 junk[200];
  guint64 dropped;

  bench_run (bench, 500 * MS);
  stranger.peer.port = 999;
  for (guint first = 0; first < 256; first++)
    for (guint size = 0; size < sizeof junk; size += 13)
      {
        memset (junk, (int)first, sizeof junk);
        bench_receive (bench, &stranger, junk, size);
      }
  dropped = parlor_router_get_counters (bench->router)->dropped[PARLOR_DROP_UNKNOWN_TUPLE]
            + parlor_router_get_counters (bench->router)->dropped[PARLOR_DROP_STUN];
  bench_run (bench, 100 * MS);
  g_assert_cmpuint (dropped, ==, 256 * 16);
  g_assert_cmpuint (bench->n_to_strangers, ==, 0);
  g_assert_true (parlor_peer_is_connected (peer->peer));
}

/* What another worker owns is received there. */
static void
test_handed_over_is_not_received (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);
  const ParlorRouterCounters *counters = parlor_router_get_counters (bench->router);
  guint8 check[40] = {0, 1, 0, 20, 0x21, 0x12, 0xa4, 0x42};

  check[20 + 1] = 6; /* USERNAME */
  check[20 + 3] = 13;
  memcpy (check + 24, "Bxxxxxxx:peer", 13);
  bench_receive (bench, &peer->tuple, check, sizeof check);
  check[0] = 0x80;
  bench_receive (bench, &peer->tuple, check, sizeof check);
  g_assert_cmpuint (bench->n_handed_over, ==, 2);
  g_assert_cmpuint (counters->received_pkts, ==, 0);
  g_assert_cmpuint (counters->stun_pkts, ==, 0);
}

static void
test_junk_from_the_victims_tuple (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;
  guint8 junk[100];

  for (guint i = 0; i < 1000000; i++)
    {
      for (guint j = 0; j < sizeof junk; j++)
        junk[j] = (guint8)g_test_rand_int ();
      junk[0] = (guint8)(0x80 | (junk[0] & 0x3f));
      bench_receive (bench, &publisher->tuple, junk, (gsize)g_test_rand_int_range (0, sizeof junk));
    }
  send_frames (publisher, &index, &picture, 3, 2, TRUE);
  g_assert_cmpuint (receiver->rtp->len, ==, 6);
}

static void
test_consent_ends (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);

  bench_run (bench, 500 * MS);
  peer->mute = TRUE;
  bench_run (bench, 29 * PARLOR_US_PER_SEC);
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
  bench_run (bench, 8 * PARLOR_US_PER_SEC);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
}

/* The peer's certificate is not the one that its offer named. */
static void
test_wrong_fingerprint (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (ParlorCertificate) other = parlor_certificate_new (1000);
  g_autoptr (ParlorDtlsContext) dtls = parlor_dtls_context_new (other);
  ParlorDtlsContext *honest = bench->client_dtls;
  BenchPeer *peer;

  bench->client_dtls = dtls;
  peer = bench_add_peer (bench, ROOM);
  bench->client_dtls = honest;
  bench_run (bench, 2 * PARLOR_US_PER_SEC);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
  g_assert_null (bench_event (bench, PARLOR_ROUTER_CONNECTED, peer->id));
  g_assert_cmpuint (
      parlor_router_get_counters (bench->router)->dtls_failed[PARLOR_DTLS_WRONG_FINGERPRINT], ==,
      1);
}

static void
test_no_ice_in_time (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);

  peer->mute = TRUE;
  bench_run (bench, 14 * PARLOR_US_PER_SEC);
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
  bench_run (bench, 2 * PARLOR_US_PER_SEC);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
}

/* A restart before the first check begins the fifteen seconds again, and not for ever. */
static void
test_no_ice_after_restart (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);
  ParlorIceCredentials local;
  guint8 random[PARLOR_ICE_RANDOM_BYTES] = {0};

  peer->mute = TRUE;
  bench_run (bench, 10 * PARLOR_US_PER_SEC);
  parlor_ice_credentials_make (0, random, &local);
  parlor_router_restart_ice (bench->router, peer->id, &local, "again", bench->now_us);
  bench_run (bench, 10 * PARLOR_US_PER_SEC);
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
  bench_run (bench, 6 * PARLOR_US_PER_SEC);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
}

/* It keeps a place for half a minute, and costs no time while it does. */
static void
test_ice_without_dtls (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);

  peer->no_dtls = TRUE;
  bench_run (bench, 20 * PARLOR_US_PER_SEC);
  parlor_router_flush (bench->router, bench->now_us);
  parlor_router_flush (bench->router, bench->now_us + 1);
  g_assert_cmpint (parlor_router_next_us (bench->router), >, bench->now_us + 10 * MS);
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
  bench_run (bench, 11 * PARLOR_US_PER_SEC);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, peer->id));
}

/* While its owner was silent somebody else's session was checked from the same address: when that
 * one is silent in turn, the owner's next check takes it back. */
static void
test_address_comes_back (void)
{
  BenchPeer *publisher, *receiver, *other;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;

  publisher->mute = TRUE;
  bench_run (bench, 8 * PARLOR_US_PER_SEC);
  other = bench_add_peer (bench, ROOM);
  other->tuple = publisher->tuple;
  bench_run (bench, 1 * PARLOR_US_PER_SEC);
  other->mute = TRUE;
  publisher->mute = FALSE;
  bench_run (bench, 14 * PARLOR_US_PER_SEC);
  send_frames (publisher, &index, &picture, 3, 2, TRUE);
  g_assert_cmpuint (receiver->rtp->len, ==, 6);
}

static void
test_new_address (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;

  send_frames (publisher, &index, &picture, 3, 2, TRUE);
  receiver->tuple.peer.port = 22222;
  bench_run (bench, 7 * PARLOR_US_PER_SEC); /* its next consent check comes from there */
  send_frames (publisher, &index, &picture, 3, 2, FALSE);
  g_assert_cmpuint (receiver->rtp->len, ==, 12);
  g_assert_cmpuint (bench->n_to_strangers, <, 40);
}

static void
test_publisher_leaves (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  guint64 index = 1;
  guint picture = 1;

  send_frames (publisher, &index, &picture, 3, 2, TRUE);
  parlor_router_remove_transport (bench->router, publisher->id, bench->now_us);
  g_assert_cmpuint (bench_event (bench, PARLOR_ROUTER_SLOT_SHOWN, receiver->id)->source, ==, 0);
  bench_run (bench, 100 * MS);
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->transports, ==, 1);
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->sources, ==, 0);
  g_assert_true (
      parlor_peer_has_failed (publisher->peer, bench->now_us)); /* close_notify reached it */
}

static void
test_goes_while_a_step_runs (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *peer = bench_add_peer (bench, ROOM);

  for (guint i = 0; i < 30 && g_queue_is_empty (&bench->steps); i++)
    {
      parlor_peer_poll (peer->peer, bench->now_us);
      while (!g_queue_is_empty (&bench->flight))
        bench_run (bench, 1000);
      bench->now_us += 1000;
    }
  parlor_router_remove_transport (bench->router, peer->id, bench->now_us);
  bench_run (bench, 100 * MS);
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->transports, ==, 0);
}

/* Whoever runs steps has ended: one that was asked for before its transport went, and one of a
 * transport that is still there. What they had is freed with the router. */
static void
test_steps_that_never_run (void)
{
  Bench *bench = bench_new ();
  BenchPeer *peers[2] = {bench_add_peer (bench, ROOM), bench_add_peer (bench, ROOM)};

  for (guint k = 0; k < G_N_ELEMENTS (peers); k++)
    peers[k]->no_dtls = TRUE;
  bench_run (bench, 200 * MS);
  for (guint k = 0; k < G_N_ELEMENTS (peers); k++)
    {
      const guint8 rubbish[20] = {22, 0xfe, 0xfd};

      bench_receive (bench, &peers[k]->tuple, rubbish, sizeof rubbish);
    }
  g_assert_cmpuint (g_queue_get_length (&bench->steps), ==, 2);
  parlor_router_remove_transport (bench->router, peers[0]->id, bench->now_us);
  bench_forget_steps (bench);
  bench_free (bench);
}

static void
count_tap (gpointer user_data, const guint8 *rtp, gsize length, gint64 arrival_us)
{
  ++*(guint *)user_data;
}

static void
test_tap_and_inject (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *receiver = bench_add_peer (bench, ROOM);
  ParlorSourceConfig config = {.id = 50, .room = ROOM, .n_codecs = 1, .n_layers = 1};
  guint8 packet[64] = {0};
  guint tapped = 0;

  config.codecs[0] = (ParlorRouterCodec){
      .key = parlor_codec_key_from_format ("VP8", 90000, 0, NULL),
      .pt = 96,
      .rtx_pt = PARLOR_ROUTER_NO_PT,
      .red_pt = PARLOR_ROUTER_NO_PT};
  parlor_router_add_source (bench->router, &config, bench->now_us);
  bench_add_video_slot (receiver, 0, 5000, 5001);
  bench_run (bench, 500 * MS);
  parlor_router_select (bench->router, receiver->id, 0, 50, 0, bench->now_us);
  g_assert_true (parlor_router_set_tap (bench->router, 50, count_tap, &tapped));
  for (guint16 i = 0; i < 5; i++)
    {
      const guint8 start[] = {0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};

      parlor_rtp_write_fixed (packet, 96, TRUE, (guint16)(65533 + i), i * 3000u, 4242);
      memcpy (packet + 12, start, sizeof start);
      parlor_router_inject (bench->router, 50, packet, sizeof packet, bench->now_us, bench->now_us);
      bench_run (bench, 10 * MS);
    }
  g_assert_cmpuint (tapped, ==, 5);
  g_assert_cmpuint (receiver->rtp->len, ==, 5);
}

/* Who injects is asked as a publisher is: for a newcomer, and not more often than twice a second.
 */
static void
test_inject_is_asked (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *receiver = bench_add_peer (bench, ROOM);
  const guint8 start[] = {0x10, 0x01, 0, 0}; /* VP8, no key frame */
  ParlorSourceConfig source = {.id = 50, .room = ROOM, .n_codecs = 1};
  guint8 packet[64], pli[16];
  gsize length = parlor_rtcp_build_pli (pli, sizeof pli, 9, 5000);
  guint n = 0;

  source.codecs[0] = (ParlorRouterCodec){
      .key = parlor_codec_key_from_format ("VP8", 90000, 0, NULL),
      .pt = 96,
      .rtx_pt = PARLOR_ROUTER_NO_PT,
      .red_pt = PARLOR_ROUTER_NO_PT};
  parlor_router_add_source (bench->router, &source, bench->now_us);
  bench_add_video_slot (receiver, 0, 5000, 5001);
  bench_run (bench, 500 * MS);
  g_assert_false (parlor_router_take_key_frame_wish (bench->router, 50, bench->now_us));
  parlor_router_select (bench->router, receiver->id, 0, 50, 0, bench->now_us);
  for (guint i = 0; i < 300; i++)
    {
      parlor_rtp_write_fixed (packet, 96, TRUE, (guint16)i, i * 900, 4242);
      memcpy (packet + 12, start, sizeof start);
      parlor_router_inject (bench->router, 50, packet, sizeof packet, bench->now_us, bench->now_us);
      parlor_peer_send_rtcp (receiver->peer, pli, length);
      bench_run (bench, 10 * MS);
      n += parlor_router_take_key_frame_wish (bench->router, 50, bench->now_us);
    }
  g_assert_cmpuint (n, >=, 5);
  g_assert_cmpuint (n, <=, 7);
}

/* A report comes in the form in which a tap would give it; what is not of now says nothing. */
static void
test_injected_reports (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *receiver = bench_add_peer (bench, ROOM);
  const guint8 start[] = {0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
  ParlorSourceConfig source = {.id = 50, .room = ROOM, .n_codecs = 1};
  guint8 packet[64] = {0}, report[PARLOR_TAP_REPORT_BYTES] = {0x80, 200, 0, 6};
  gint64 taken_us;

  source.codecs[0] = (ParlorRouterCodec){
      .key = parlor_codec_key_from_format ("VP8", 90000, 0, NULL),
      .pt = 96,
      .rtx_pt = PARLOR_ROUTER_NO_PT,
      .red_pt = PARLOR_ROUTER_NO_PT};
  parlor_router_add_source (bench->router, &source, bench->now_us);
  bench_add_video_slot (receiver, 0, 5000, 5001);
  bench_run (bench, 500 * MS);
  parlor_router_select (bench->router, receiver->id, 0, 50, 0, bench->now_us);
  taken_us = bench->now_us - 300 * MS; /* so long the way here took */
  parlor_put_u64 (report + 8, (guint64)taken_us);
  parlor_put_u32 (report + 16, 1000);
  parlor_router_inject (bench->router, 50, report, sizeof report, bench->now_us, bench->now_us);
  parlor_put_u64 (report + 8, 5);
  parlor_router_inject (bench->router, 50, report, sizeof report, bench->now_us, bench->now_us);
  for (guint i = 0; i < 100; i++)
    {
      parlor_rtp_write_fixed (packet, 96, TRUE, (guint16)i, 1000 + i * 1800, 4242);
      memcpy (packet + 12, start, sizeof start);
      parlor_router_inject (bench->router, 50, packet, sizeof packet, bench->now_us, bench->now_us);
      bench_run (bench, 20 * MS);
    }
  const ParlorRouterEvent *clock = bench_event (bench, PARLOR_ROUTER_SLOT_CLOCK, receiver->id);
  g_assert_nonnull (clock);
  g_assert_cmpint (clock->capture_us, >, taken_us - MS);
  g_assert_cmpint (clock->capture_us, <, bench->now_us - 250 * MS);
}

/* An automatic slot hears what it is given in place of the room, and the room again. */
static void
test_given_voice (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *speaker = bench_add_peer (bench, ROOM), *receiver = bench_add_peer (bench, ROOM);
  ParlorSourceConfig mixed = {.id = 60, .room = ROOM, .audio = TRUE, .n_codecs = 1};
  guint8 packet[16] = {0};

  mixed.codecs[0] = (ParlorRouterCodec){
      .key = parlor_codec_key_from_format ("opus", 48000, 2, NULL),
      .pt = 111,
      .rtx_pt = PARLOR_ROUTER_NO_PT,
      .red_pt = PARLOR_ROUTER_NO_PT};
  bench_add_voice (speaker, 1, ROOM, 3000);
  parlor_router_add_source (bench->router, &mixed, bench->now_us);
  bench_add_voice_slot (receiver, 0, 6000);
  bench_run (bench, 500 * MS);
  for (guint phase = 0; phase < 3; phase++)
    {
      ParlorRtpHeader header;
      const guint8 *last;
      gsize length;
      guint before;

      if (phase > 0)
        parlor_router_select (bench->router, receiver->id, 0, phase == 1 ? 60 : 0, 0,
                              bench->now_us);
      before = receiver->rtp->len;
      for (guint i = 0; i < 50; i++)
        {
          guint number = phase * 50 + i;

          parlor_rtp_write_fixed (packet, 111, FALSE, (guint16)number, number * 960, 3000);
          packet[12] = 'v';
          parlor_peer_send_rtp (speaker->peer, packet, sizeof packet, number);
          packet[12] = 'm';
          parlor_router_inject (bench->router, 60, packet, sizeof packet, bench->now_us,
                                bench->now_us);
          bench_run (bench, 20 * MS);
        }
      g_assert_cmpuint (receiver->rtp->len, >, before + 30);
      last = g_bytes_get_data (g_ptr_array_index (receiver->rtp, receiver->rtp->len - 1), &length);
      g_assert_cmpint (parlor_rtp_parse (last, length, &header), ==, PARLOR_RTP_OK);
      g_assert_cmpint (last[header.payload_offset], ==, phase == 1 ? 'm' : 'v');
    }
}

/* Six who talk, each in a room of his own and at moments of his own, and then nobody: who is
 * loudest in each room, feedback and reports are looked at together. */
static void
test_what_can_wait_shares_wake_ups (void)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *speakers[6];
  guint n_wakeups = 0;
  gint64 next_us, end_us;

  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    {
      speakers[i] = bench_add_peer (bench, ROOM + i);
      bench_add_voice (speakers[i], 20 + i, ROOM + i, 3000 + i);
    }
  bench_run (bench, 500 * MS);
  for (guint number = 0; number < 25; number++)
    for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
      {
        bench_send_voice (speakers[i], 3000 + i, number, number * 960, 30);
        bench_run (bench, 3 * MS);
      }
  end_us = bench->now_us + 200 * MS;
  while ((next_us = parlor_router_next_us (bench->router)) < end_us)
    {
      bench->now_us = MAX (bench->now_us + 1, next_us);
      parlor_router_flush (bench->router, bench->now_us);
      n_wakeups++;
    }
  g_assert_cmpuint (n_wakeups, >, 0);
  g_assert_cmpuint (n_wakeups, <=, 200 / 20 + 2);
}

/* Two seconds of a voice with transport-wide numbers, a packet every `span_ms`. */
static guint
feedback_at (guint span_ms)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchPeer *speaker = bench_add_peer (bench, ROOM);
  guint8 packet[60] = {0};

  bench_add_voice (speaker, 20, ROOM, 3000);
  bench_run (bench, 500 * MS);
  for (guint i = 0; i < 2000 / span_ms; i++)
    {
      parlor_rtp_write_fixed (packet, 111, FALSE, (guint16)i, i * 960, 3000);
      packet[0] |= 0x10;
      parlor_put_u32 (packet + 12, 0xbede0001);
      packet[16] = 0x31; /* id 3, two bytes */
      parlor_put_u16 (packet + 17, (guint16)i);
      parlor_peer_send_rtp (speaker->peer, packet, sizeof packet, i);
      bench_run (bench, span_ms * MS);
    }
  return count_rtcp (speaker, PARLOR_RTCP_TWCC);
}

/* A voice alone is told of ten times a second, what may be a picture twenty times. */
static void
test_feedback_by_need (void)
{
  guint voice = feedback_at (20), more = feedback_at (5);

  g_assert_cmpuint (voice, >=, 14);
  g_assert_cmpuint (voice, <=, 21);
  g_assert_cmpuint (more, >=, 28);
  g_assert_cmpuint (more, <=, 41);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/a-peer-connects-and-gets-gcm", test_connects);
  g_test_add_func ("/router/video-reaches-the-slot-under-its-own-numbers", test_forwards);
  g_test_add_func ("/router/a-frame-leaves-as-one-message", test_frame_is_one_message);
  g_test_add_func ("/router/one-sound-ends-the-pictures-message", test_sound_ends_the_message);
  g_test_add_func ("/router/a-slot-begins-with-a-key-frame", test_waits_for_key_frame);
  g_test_add_func ("/router/key-frame-requests-are-two-a-second", test_pli_limited);
  g_test_add_func ("/router/a-nack-is-answered-by-rtx-once-a-round-trip", test_rtx);
  g_test_add_func ("/router/a-nack-without-rtx-gets-the-same-bytes", test_repeat_without_rtx);
  g_test_add_func ("/router/a-gap-is-asked-of-the-publisher", test_publisher_is_asked_again);
  g_test_add_func ("/router/reports-go-both-ways", test_feedback_and_reports);
  g_test_add_func ("/router/a-key-frame-whose-beginning-came-late-is-kept",
                   test_late_beginning_is_kept);
  g_test_add_func ("/router/a-switch-goes-on-in-all-numbers", test_switch_goes_on);
  g_test_add_func ("/router/what-a-slot-shows-is-said-until-it-is-heard", test_shown_is_heard);
  g_test_add_func ("/router/a-closed-source-is-not-forwarded", test_closed_source);
  g_test_add_func ("/router/three-voices-are-heard-and-never-ones-own", test_voices);
  g_test_add_func ("/router/strangers-get-nothing", test_strangers);
  g_test_add_func ("/router/what-is-handed-over-counts-with-its-owner",
                   test_handed_over_is_not_received);
  g_test_add_func ("/router/junk-from-the-victims-address-harms-nothing",
                   test_junk_from_the_victims_tuple);
  g_test_add_func ("/router/consent-ends-after-thirty-seconds", test_consent_ends);
  g_test_add_func ("/router/a-wrong-fingerprint-is-refused-and-counted", test_wrong_fingerprint);
  g_test_add_func ("/router/no-check-in-fifteen-seconds-fails", test_no_ice_in_time);
  g_test_add_func ("/router/an-ice-restart-does-not-keep-what-never-stood",
                   test_no_ice_after_restart);
  g_test_add_func ("/router/checks-without-dtls-fail-after-thirty-seconds", test_ice_without_dtls);
  g_test_add_func ("/router/an-address-that-was-taken-comes-back", test_address_comes_back);
  g_test_add_func ("/router/a-new-address-is-followed", test_new_address);
  g_test_add_func ("/router/a-publisher-leaves-and-slots-are-emptied", test_publisher_leaves);
  g_test_add_func ("/router/a-transport-goes-while-its-step-runs", test_goes_while_a_step_runs);
  g_test_add_func ("/router/steps-that-never-run-are-freed-with-it", test_steps_that_never_run);
  g_test_add_func ("/router/taps-and-injected-sources", test_tap_and_inject);
  g_test_add_func ("/router/injected-reports-tell-the-time", test_injected_reports);
  g_test_add_func ("/router/an-automatic-slot-may-be-given-a-voice", test_given_voice);
  g_test_add_func ("/router/feedback-comes-as-often-as-there-is-something-to-say",
                   test_feedback_by_need);
  g_test_add_func ("/router/what-can-wait-shares-wake-ups", test_what_can_wait_shares_wake_ups);
  g_test_add_func ("/router/who-injects-is-asked-for-key-frames", test_inject_is_asked);
  return g_test_run ();
}
