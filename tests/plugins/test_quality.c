/* SPDX-License-Identifier: Apache-2.0 */
/* What the router tells of each peer every 2 s: jitter, heights, why key frames were asked for. */
#include "proto/rtcp/packet.h"
#include "routerbench.h"

#define ROOM 7
#define MS 1000
#define SECOND (1000 * MS)

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
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
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
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
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
  for (guint i = 0; i < PARLOR_N_SHOWN; i++)
    g_assert_cmpuint (told->shown[i], ==, i == PARLOR_SHOWN_MIDDLE ? 1 : 0);
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
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
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

/* --- H.264 with B-frames --------------------------------------------------------------------- */

static ParlorRouterCodec
h264 (guint8 pt)
{
  return (ParlorRouterCodec){.key = parlor_codec_key_from_format ("H264", 90000, 0, NULL),
                             .pt = pt,
                             .rtx_pt = PARLOR_ROUTER_NO_PT,
                             .red_pt = PARLOR_ROUTER_NO_PT,
                             .nack = TRUE};
}

static Bench *
h264_pair_new (BenchPeer **publisher, BenchPeer **receiver)
{
  Bench *bench = bench_new ();
  *publisher = bench_add_peer (bench, ROOM);
  *receiver = bench_add_peer (bench, ROOM);
  ParlorSourceConfig source = {.id = 1,
                               .transport = (*publisher)->id,
                               .mid = "1",
                               .codecs = {h264 (96)},
                               .n_codecs = 1,
                               .layers = {{.ssrc = 1000}},
                               .n_layers = 1};
  ParlorSlotConfig slot = {.transport = (*receiver)->id,
                           .mid = "v0",
                           .ssrc = 5000,
                           .codecs = {h264 (120)},
                           .n_codecs = 1};
  parlor_router_add_source (bench->router, &source, bench->now_us);
  parlor_router_add_slot (bench->router, &slot, bench->now_us);
  bench_run (bench, 500 * MS);
  parlor_router_select (bench->router, (*receiver)->id, 0, 1, 0, bench->now_us);
  return bench;
}

/* A picture in two fragments, as encoders send them that stamp by decoding time. */
static void
send_h264 (BenchPeer *peer, guint16 *seq, guint32 at, guint8 nal, guint8 slice)
{
  guint8 packet[200] = {0};
  for (guint part = 0; part < 2; part++)
    {
      parlor_rtp_write_fixed (packet, 96, part == 1, *seq, at, 1000);
      packet[12] = (nal & 0x60) | 28;
      packet[13] = (nal & 0x1f) | (part == 0 ? 0x80 : 0x40);
      packet[14] = part == 0 ? slice : 0x55;
      parlor_peer_send_rtp (peer->peer, packet, sizeof packet, *seq);
      (*seq)++;
    }
}

/* pattern: I, P, B (nothing refers to it) and R (a B-frame that others refer to), over and over. */
static void
send_pattern (BenchPeer *peer, const char *pattern, guint n)
{
  guint16 seq = 100;
  for (guint i = 0; i < n; i++)
    {
      char what = i == 0 ? 'I' : pattern[i % strlen (pattern)];
      guint8 nal = what == 'I' ? 0x65 : what == 'P' ? 0x41 : what == 'R' ? 0x21 : 0x01;
      send_h264 (peer, &seq, 3000 * i, nal, what == 'I' ? 0x88 : what == 'P' ? 0x9a : 0xa0);
      bench_run (peer->bench, 33 * MS);
    }
}

static guint
count_unreferred (BenchPeer *peer, guint *n, gboolean *continuous)
{
  guint unreferred = 0;
  guint16 last = 0;
  *n = peer->rtp->len;
  *continuous = TRUE;
  for (guint i = 0; i < peer->rtp->len; i++)
    {
      ParlorRtpHeader header;
      gsize length;
      const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
      g_assert_cmpint (parlor_rtp_parse (bytes, length, &header), ==, PARLOR_RTP_OK);
      unreferred += (bytes[header.payload_offset] & 0x60) == 0;
      *continuous &= i == 0 || header.seq == (guint16)(last + 1);
      last = header.seq;
    }
  return unreferred;
}

static void
test_b_frames (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = h264_pair_new (&publisher, &receiver);
  const ParlorRouterEvent *told;
  gboolean continuous;
  guint n;

  send_pattern (publisher, "PRBB", 150);
  g_assert_cmpuint (count_unreferred (receiver, &n, &continuous), ==, 0);
  g_assert_cmpuint (n, >=, 2 * 70); /* half of 150 pictures */
  g_assert_true (continuous);
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, publisher->id);
  g_assert_true (told->b_frames);
  g_assert_cmpuint (told->fps_up, >=, 10);
  g_assert_cmpuint (told->fps_up, <=, 20);
  g_assert_cmpuint (told->source, ==, 1); /* others refer to some of those: pictures go back */
  g_assert_false (bench_event (bench, PARLOR_ROUTER_QUALITY, receiver->id)->b_frames);
  g_assert_cmpuint (bench_event (bench, PARLOR_ROUTER_QUALITY, receiver->id)->source, ==, 0);
}

static void
test_no_pyramid (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = h264_pair_new (&publisher, &receiver);
  const ParlorRouterEvent *told;
  send_pattern (publisher, "PBB", 150);
  told = bench_event (bench, PARLOR_ROUTER_QUALITY, publisher->id);
  g_assert_true (told->b_frames);
  g_assert_cmpuint (told->source, ==, 0); /* all of them are left out */
}

/* Pictures that nothing refers to are no B-frames by that alone: phones make them. */
static void
test_no_b_frames (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = h264_pair_new (&publisher, &receiver);
  guint16 seq = 100;
  gboolean continuous;
  guint n;

  for (guint i = 0; i < 90; i++)
    {
      send_h264 (publisher, &seq, 3000 * i,
                 i == 0  ? 0x65
                 : i % 2 ? 0x01
                         : 0x41,
                 i == 0 ? 0x88 : 0x9a);
      bench_run (bench, 33 * MS);
    }
  g_assert_cmpuint (count_unreferred (receiver, &n, &continuous), >=, 2 * 40);
  g_assert_true (continuous);
  g_assert_false (bench_event (bench, PARLOR_ROUTER_QUALITY, publisher->id)->b_frames);
}

/* One NAL unit in one packet. Its second byte is a slice's header: I, P or B. */
static void
send_nal (BenchPeer *peer, guint16 seq, guint32 at, guint8 nal, guint8 slice, gboolean marker)
{
  guint8 packet[100] = {0};
  parlor_rtp_write_fixed (packet, 96, marker, seq, at, 1000);
  packet[12] = nal;
  packet[13] = slice;
  parlor_peer_send_rtp (peer->peer, packet, sizeof packet, seq);
}

/* A picture is a word: its NAL units one after another, the last with the marker. */
typedef struct
{
  char letter;
  guint8 nal, slice;
} Nal;

static const Nal nals[] = {{'S', 0x67, 0x42}, {'T', 0x68, 0xce}, {'I', 0x65, 0x88},
                           {'P', 0x41, 0x9a}, {'B', 0x01, 0xa0}, {'R', 0x21, 0xa0},
                           {'e', 0x06, 0x05}, {'a', 0x09, 0x30}, {'f', 0x0c, 0xff}};

static const Nal *
nal_of (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (nals); i++)
    if (nals[i].letter == letter)
      return &nals[i];
  g_assert_not_reached ();
}

static void
send_picture (BenchPeer *peer, guint16 *seq, guint32 at, const char *picture)
{
  for (; *picture != '\0'; picture++, (*seq)++)
    {
      const Nal *nal = nal_of (*picture);
      send_nal (peer, *seq, at, nal->nal, nal->slice, picture[1] == '\0');
    }
  bench_run (peer->bench, 33 * MS);
}

/* What came, in the same letters; '.' is a marker. Numbers have no gap. */
static char *
read_pictures (BenchPeer *peer)
{
  GString *got = g_string_new (NULL);
  guint16 last = 0;
  for (guint i = 0; i < peer->rtp->len; i++)
    {
      ParlorRtpHeader header;
      gsize length;
      const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (peer->rtp, i), &length);
      g_assert_cmpint (parlor_rtp_parse (bytes, length, &header), ==, PARLOR_RTP_OK);
      if (i > 0)
        g_assert_cmpuint (header.seq, ==, (guint16)(last + 1));
      last = header.seq;
      for (guint j = 0; j < G_N_ELEMENTS (nals); j++)
        if (nals[j].nal == bytes[header.payload_offset])
          g_string_append_c (got, nals[j].letter);
      if (header.marker)
        g_string_append_c (got, '.');
    }
  return g_string_free (got, FALSE);
}

static void
assert_pictures (const char *const *pictures, const char *want)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = h264_pair_new (&publisher, &receiver);
  g_autofree char *got = NULL;
  guint16 seq = 100;

  for (guint i = 0; pictures[i] != NULL; i++)
    send_picture (publisher, &seq, 3000 * i, pictures[i]);
  bench_run (bench, SECOND);
  got = read_pictures (receiver);
  g_assert_cmpstr (got, ==, want);
}

/* Filler of a constant rate, delimiters, SEI: by the standard nothing refers to them, whatever
   picture they are of. */
static void
test_whole_pictures (void)
{
  /* The end of a kept picture stays, that of a withheld one goes with it. */
  assert_pictures ((const char *const[]){"STI", "B", "Pf", "Bf", "BBff", "STIf", "Rf", "P", NULL},
                   "STI.Pf.STIf.Rf.P.");
  /* What stands in front goes, and no picture is cut by it. */
  assert_pictures (
      (const char *const[]){"STI", "B", "aB", "aP", "aeB", "aePf", "aeBf", "aSTeI", "aeP", NULL},
      "STI.P.Pf.STeI.P.");
  /* Of the first one with a B slice, or with a set before it, something is out already: all is. */
  assert_pictures ((const char *const[]){"STI", "aBf", "aBf", "TBf", "P", NULL}, "STI.aBf.TBf.P.");
  /* Without B-frames all is as it was. */
  assert_pictures ((const char *const[]){"aSTeI", "aePf", "Pf", "P", NULL}, "STeI.aePf.Pf.P.");
}

/* The end of a picture comes when others were there: it goes the way of its own. */
static void
test_late_end (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = h264_pair_new (&publisher, &receiver);
  guint16 seq = 100;

  send_picture (publisher, &seq, 0, "STI");
  send_nal (publisher, 103, 3000, 0x01, 0xa0, FALSE);
  send_nal (publisher, 105, 6000, 0x41, 0x9a, FALSE);
  send_nal (publisher, 107, 9000, 0x41, 0x9a, TRUE);
  bench_run (bench, 2 * MS);
  send_nal (publisher, 104, 3000, 0x0c, 0xff, TRUE);
  send_nal (publisher, 106, 6000, 0x0c, 0xff, TRUE);
  bench_run (bench, SECOND);
  g_assert_cmpuint (receiver->rtp->len, ==, 6); /* all but the two of the B-frame */
  for (guint i = 0; i < receiver->rtp->len; i++)
    {
      gsize length;
      const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (receiver->rtp, i), &length);
      ParlorRtpHeader header;
      g_assert_cmpint (parlor_rtp_parse (bytes, length, &header), ==, PARLOR_RTP_OK);
      g_assert_cmphex (bytes[header.payload_offset], !=, 0x01);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/quality/requests-for-key-frames-have-a-cause", test_causes);
  g_test_add_func ("/router/quality/heights-of-what-comes-and-what-is-sent", test_heights);
  g_test_add_func ("/router/quality/jitter-of-both-ways-and-no-lie-of-it", test_jitter);
  g_test_add_func ("/router/quality/b-frames-are-told-and-no-viewer-gets-them", test_b_frames);
  g_test_add_func ("/router/quality/b-frames-that-are-left-out-go-back-nowhere", test_no_pyramid);
  g_test_add_func ("/router/quality/a-picture-nothing-refers-to-is-no-b-frame", test_no_b_frames);
  g_test_add_func ("/router/quality/of-a-stream-with-b-frames-pictures-go-or-come-whole",
                   test_whole_pictures);
  g_test_add_func ("/router/quality/a-late-end-goes-the-way-of-its-picture", test_late_end);
  return g_test_run ();
}
