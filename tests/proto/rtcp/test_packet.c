/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtcp/packet.h"

#include <string.h>

/* The only packet of a datagram that must be sound. */
static ParlorRtcpPacket
only_packet (const guint8 *data, gsize size)
{
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet = {0}, second;

  g_assert_cmpint (parlor_rtcp_reader_init (&reader, data, size), ==, PARLOR_RTCP_OK);
  g_assert_true (parlor_rtcp_reader_next (&reader, &packet));
  g_assert_false (parlor_rtcp_reader_next (&reader, &second));
  return packet;
}

static ParlorRtcpReason
reason_of (const guint8 *data, gsize size)
{
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;
  ParlorRtcpReason reason = parlor_rtcp_reader_init (&reader, data, size);

  if (reason != PARLOR_RTCP_OK)
    g_assert_false (parlor_rtcp_reader_next (&reader, &packet));
  return reason;
}

/* --- Vectors, laid out by hand after the drawings of the RFCs ------------------------------- */

/* RFC 3550 section 6.4.1: SR with one block; -2 lost. */
static const guint8 sr_bytes[] = {0x81, 200,  0,    12,   0x11, 0x22, 0x33, 0x44, 0xe8, 0x01, 0x02,
                                  0x03, 0x80, 0,    0,    0,    0,    1,    0x5f, 0x90, 0,    0,
                                  0x03, 0xe8, 0,    0x0f, 0x42, 0x40, 0xaa, 0xbb, 0xcc, 0xdd, 0x40,
                                  0xff, 0xff, 0xfe, 0,    1,    0x12, 0x34, 0,    0,    0x01, 0x00,
                                  0xaa, 0xaa, 0xbb, 0xbb, 0,    1,    0,    0};

static void
test_sr (void)
{
  ParlorRtcpPacket packet = only_packet (sr_bytes, sizeof sr_bytes);
  ParlorRtcpSenderInfo info;
  ParlorRtcpReports reports;
  guint8 out[64];

  g_assert_true (parlor_rtcp_parse_sr (&packet, &info, &reports));
  g_assert_cmphex (info.ssrc, ==, 0x11223344);
  g_assert_cmphex (info.ntp, ==, 0xe801020380000000);
  g_assert_cmpuint (info.rtp_timestamp, ==, 0x00015f90);
  g_assert_cmpuint (info.packets, ==, 1000);
  g_assert_cmpuint (info.octets, ==, 1000000);
  g_assert_cmpuint (reports.n_blocks, ==, 1);
  g_assert_cmphex (reports.blocks[0].ssrc, ==, 0xaabbccdd);
  g_assert_cmpuint (reports.blocks[0].fraction_lost, ==, 64);
  g_assert_cmpint (reports.blocks[0].cumulative_lost, ==, -2);
  g_assert_cmphex (reports.blocks[0].highest_seq, ==, 0x00011234);
  g_assert_cmpuint (reports.blocks[0].jitter, ==, 256);
  g_assert_cmphex (reports.blocks[0].last_sr, ==, 0xaaaabbbb);
  g_assert_cmpuint (reports.blocks[0].delay_last_sr, ==, 65536);
  g_assert_cmpuint (parlor_rtcp_build_sr (out, sizeof out, &info, reports.blocks, 1), ==,
                    sizeof sr_bytes);
  g_assert_cmpmem (out, sizeof sr_bytes, sr_bytes, sizeof sr_bytes);
}

static void
test_rr_full (void)
{
  ParlorRtcpReportBlock blocks[PARLOR_RTCP_MAX_BLOCKS];
  ParlorRtcpReports reports;
  guint8 out[1024];
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = (ParlorRtcpReportBlock){i + 1, (guint8)i, (gint32)i - 15, i << 16, i, i * 3, i * 5};
  size = parlor_rtcp_build_rr (out, sizeof out, 7, blocks, G_N_ELEMENTS (blocks));
  g_assert_cmpuint (size, ==, 8 + 31 * 24);
  ParlorRtcpPacket packet = only_packet (out, size);
  g_assert_true (parlor_rtcp_parse_rr (&packet, &reports));
  g_assert_cmpuint (reports.sender_ssrc, ==, 7);
  g_assert_cmpuint (reports.n_blocks, ==, 31);
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_assert_cmpuint (reports.blocks[i].ssrc, ==, i + 1);
      g_assert_cmpuint (reports.blocks[i].fraction_lost, ==, i);
      g_assert_cmpint (reports.blocks[i].cumulative_lost, ==, (gint)i - 15);
      g_assert_cmpuint (reports.blocks[i].highest_seq, ==, i << 16);
      g_assert_cmpuint (reports.blocks[i].delay_last_sr, ==, i * 5);
    }
}

static void
test_lost_is_clamped (void)
{
  ParlorRtcpReportBlock blocks[2] = {{.cumulative_lost = 20000000}, {.cumulative_lost = -20000000}};
  ParlorRtcpReports reports;
  guint8 out[64];
  gsize size = parlor_rtcp_build_rr (out, sizeof out, 1, blocks, 2);
  ParlorRtcpPacket packet = only_packet (out, size);

  g_assert_true (parlor_rtcp_parse_rr (&packet, &reports));
  g_assert_cmpint (reports.blocks[0].cumulative_lost, ==, 0x7fffff);
  g_assert_cmpint (reports.blocks[1].cumulative_lost, ==, -0x800000);
}

/* RFC 3550 section 6.5: two chunks, the first with NOTE before CNAME. */
static const guint8 sdes_bytes[] = {0x82, 202, 0, 7, 0, 0, 0, 1, 7, 1, 'n', 1,   4,   'j', 'o', 'h',
                                    'n',  0,   0, 0, 0, 0, 0, 2, 1, 3, 'a', 'n', 'n', 0,   0,   0};

static void
test_sdes (void)
{
  ParlorRtcpPacket packet = only_packet (sdes_bytes, sizeof sdes_bytes);
  char cname[16];
  guint32 ssrc = 0;

  g_assert_true (parlor_rtcp_parse_sdes_cname (&packet, 0, &ssrc, cname, sizeof cname));
  g_assert_cmpuint (ssrc, ==, 1);
  g_assert_cmpstr (cname, ==, "john");
  g_assert_true (parlor_rtcp_parse_sdes_cname (&packet, 2, NULL, cname, sizeof cname));
  g_assert_cmpstr (cname, ==, "ann");
  g_assert_false (parlor_rtcp_parse_sdes_cname (&packet, 3, NULL, cname, sizeof cname));
  g_assert_false (parlor_rtcp_parse_sdes_cname (&packet, 1, NULL, cname, 4));
}

static void
test_sdes_round_trip (void)
{
  for (guint length = 1; length <= 255; length++)
    {
      char name[256] = {0}, cname[256];
      guint8 out[300];

      memset (name, 'x', length);
      ParlorRtcpPacket packet = only_packet (out,
                                             parlor_rtcp_build_sdes (out, sizeof out, 9, name));
      g_assert_true (parlor_rtcp_parse_sdes_cname (&packet, 9, NULL, cname, sizeof cname));
      g_assert_cmpstr (cname, ==, name);
    }
}

static void
test_sdes_without_end (void)
{
  guint8 bytes[sizeof sdes_bytes];
  char cname[64];

  memcpy (bytes, sdes_bytes, sizeof bytes);
  bytes[12] = 200; /* CNAME runs out of the packet */
  ParlorRtcpPacket packet = only_packet (bytes, sizeof bytes);
  g_assert_false (parlor_rtcp_parse_sdes_cname (&packet, 0, NULL, cname, sizeof cname));
  memcpy (bytes, sdes_bytes, sizeof bytes);
  for (gsize at = 8; at < sizeof bytes; at += 2) /* empty items to the last byte, and no end */
    {
      bytes[at] = 2;
      bytes[at + 1] = 0;
    }
  packet = only_packet (bytes, sizeof bytes);
  g_assert_false (parlor_rtcp_parse_sdes_cname (&packet, 0, NULL, cname, sizeof cname));
  memcpy (bytes, sdes_bytes, sizeof bytes);
  packet = only_packet (bytes, sizeof bytes);
  bytes[12] = 4;
  bytes[13] = 0; /* a NUL inside the name */
  g_assert_false (parlor_rtcp_parse_sdes_cname (&packet, 1, NULL, cname, sizeof cname));
}

/* RFC 4585 section 6.2.1: 65534 lost, and by the mask 65535, 1 (bits 0 and 2) and 14 (bit 15). */
static const guint8 nack_bytes[] = {0x81, 205, 0, 3, 0,    0,    0,    5,
                                    0,    0,   0, 6, 0xff, 0xfe, 0x80, 0x05};

static void
test_nack (void)
{
  static const guint16 expected[] = {65534, 65535, 1, 14};
  ParlorRtcpPacket packet = only_packet (nack_bytes, sizeof nack_bytes);
  guint16 seqs[16];
  guint32 sender, media;
  guint8 out[32];
  guint n_packed;

  g_assert_cmpint (parlor_rtcp_parse_nack (&packet, &sender, &media, seqs, 16), ==, 4);
  g_assert_cmpuint (sender, ==, 5);
  g_assert_cmpuint (media, ==, 6);
  g_assert_cmpmem (seqs, sizeof expected, expected, sizeof expected);
  g_assert_cmpint (parlor_rtcp_parse_nack (&packet, &sender, &media, seqs, 2), ==, 2);
  g_assert_cmpuint (parlor_rtcp_build_nack (out, sizeof out, 5, 6, expected, 4, &n_packed), ==,
                    sizeof nack_bytes);
  g_assert_cmpuint (n_packed, ==, 4);
  g_assert_cmpmem (out, sizeof nack_bytes, nack_bytes, sizeof nack_bytes);
}

static void
test_nack_over_the_end (void)
{
  guint16 seqs[] = {10, 11, 500, 501, 900};
  guint8 out[12 + 8];
  guint n_packed;

  g_assert_cmpuint (parlor_rtcp_build_nack (out, sizeof out, 1, 2, seqs, 5, &n_packed), ==, 20);
  g_assert_cmpuint (n_packed, ==, 4);
  g_assert_cmpuint (parlor_rtcp_build_nack (out, 15, 1, 2, seqs, 5, &n_packed), ==, 0);
  g_assert_cmpuint (n_packed, ==, 0);
}

static void
test_nack_random_round_trip (void)
{
  GRand *rand = g_rand_new_with_seed (1);

  for (guint round = 0; round < 500; round++)
    {
      guint16 seqs[200], back[200];
      guint n = (guint)g_rand_int_range (rand, 1, 200), n_packed;
      guint16 seq = (guint16)g_rand_int (rand);
      guint32 sender, media;
      guint8 out[1400];

      for (guint i = 0; i < n; i++)
        seqs[i] = seq = (guint16)(seq + g_rand_int_range (rand, 1, 40));
      gsize size = parlor_rtcp_build_nack (out, sizeof out, 1, 2, seqs, n, &n_packed);
      ParlorRtcpPacket packet = only_packet (out, size);
      g_assert_cmpuint (n_packed, ==, n);
      g_assert_cmpint (parlor_rtcp_parse_nack (&packet, &sender, &media, back, 200), ==, (gint)n);
      g_assert_cmpmem (back, n * sizeof *back, seqs, n * sizeof *seqs);
    }
  g_rand_free (rand);
}

static void
test_pli_and_fir (void)
{
  static const guint8 pli_bytes[] = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
  static const ParlorRtcpFirEntry entries[] = {{0x01020304, 9}, {5, 255}};
  ParlorRtcpFirEntry found[4];
  guint32 sender, media;
  guint8 out[64];

  ParlorRtcpPacket packet = only_packet (pli_bytes, sizeof pli_bytes);
  g_assert_true (parlor_rtcp_parse_pli (&packet, &sender, &media));
  g_assert_cmpuint (sender, ==, 1);
  g_assert_cmpuint (media, ==, 2);
  g_assert_cmpuint (parlor_rtcp_build_pli (out, sizeof out, 1, 2), ==, sizeof pli_bytes);
  g_assert_cmpmem (out, sizeof pli_bytes, pli_bytes, sizeof pli_bytes);

  packet = only_packet (out, parlor_rtcp_build_fir (out, sizeof out, 7, entries, 2));
  g_assert_cmpint (parlor_rtcp_parse_fir (&packet, &sender, found, 4), ==, 2);
  g_assert_cmpuint (sender, ==, 7);
  g_assert_cmpuint (found[0].ssrc, ==, 0x01020304);
  g_assert_cmpuint (found[1].seq, ==, 255);
  g_assert_cmpint (parlor_rtcp_parse_fir (&packet, &sender, found, 1), ==, 1);
  g_assert_false (parlor_rtcp_parse_pli (&packet, &sender, &media));
}

/* draft-alvestrand-rmcat-remb-03 section 2.2: exponent 6, mantissa 0x2aaaa = 11,184,768 bit/s. */
static void
test_remb (void)
{
  static const guint8 bytes[] = {0x8f, 206, 0,   5,   0, 0,    0,    1,    0, 0, 0, 0,
                                 'R',  'E', 'M', 'B', 1, 0x1a, 0xaa, 0xaa, 0, 0, 0, 77};
  ParlorRtcpPacket packet = only_packet (bytes, sizeof bytes);
  ParlorRtcpRemb remb;
  guint8 out[64];

  g_assert_true (parlor_rtcp_parse_remb (&packet, &remb));
  g_assert_cmpuint (remb.bitrate_bps, ==, (guint64)0x2aaaa << 6);
  g_assert_cmpuint (remb.n_ssrcs, ==, 1);
  g_assert_cmpuint (remb.ssrcs[0], ==, 77);
  g_assert_cmpuint (parlor_rtcp_build_remb (out, sizeof out, &remb), ==, sizeof bytes);
  g_assert_cmpmem (out, sizeof bytes, bytes, sizeof bytes);
}

static void
test_remb_extremes (void)
{
  static const guint64 rates[] = {0, 1, 0x3ffff, 0x40000, 1000000, 1234567890, G_MAXINT64};
  ParlorRtcpRemb back;
  guint8 out[64];

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      ParlorRtcpRemb remb = {.bitrate_bps = rates[i]};
      ParlorRtcpPacket packet = only_packet (out, parlor_rtcp_build_remb (out, sizeof out, &remb));

      g_assert_true (parlor_rtcp_parse_remb (&packet, &back));
      g_assert_cmpuint (back.bitrate_bps, <=, rates[i]);
      g_assert_cmpuint (back.bitrate_bps, >=, rates[i] - rates[i] / 0x20000);
    }
  out[17] = 0xff; /* exponent 63 */
  ParlorRtcpPacket packet = only_packet (out, 20);
  g_assert_true (parlor_rtcp_parse_remb (&packet, &back));
  g_assert_cmpuint (back.bitrate_bps, ==, (guint64)G_MAXINT64);
  out[16] = 1; /* announces an SSRC that is not there */
  g_assert_false (parlor_rtcp_parse_remb (&packet, &back));
}

/* --- Framing ------------------------------------------------------------------------------- */

static void
test_compound (void)
{
  static const ParlorRtcpKind kinds[] = {PARLOR_RTCP_SR, PARLOR_RTCP_SDES, PARLOR_RTCP_NACK,
                                         PARLOR_RTCP_UNKNOWN};
  static const guint8 app[] = {0x80, 204, 0, 2, 0, 0, 0, 1, 't', 'e', 's', 't'};
  guint8 data[256];
  gsize size = 0;
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;

  memcpy (data, sr_bytes, sizeof sr_bytes);
  size += sizeof sr_bytes;
  memcpy (data + size, sdes_bytes, sizeof sdes_bytes);
  size += sizeof sdes_bytes;
  memcpy (data + size, nack_bytes, sizeof nack_bytes);
  size += sizeof nack_bytes;
  memcpy (data + size, app, sizeof app);
  size += sizeof app;
  g_assert_cmpint (parlor_rtcp_reader_init (&reader, data, size), ==, PARLOR_RTCP_OK);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_true (parlor_rtcp_reader_next (&reader, &packet));
      g_assert_cmpint (packet.kind, ==, kinds[i]);
    }
  g_assert_false (parlor_rtcp_reader_next (&reader, &packet));
  for (gsize cut = 1; cut < sizeof app; cut++) /* the last packet is cut: nothing is read */
    g_assert_cmpint (reason_of (data, size - cut), !=, PARLOR_RTCP_OK);
}

static void
test_refusals (void)
{
  static const struct
  {
    guint8 bytes[12];
    gsize size;
    ParlorRtcpReason reason;
  } cases[] = {
      {{0}, 0, PARLOR_RTCP_ERROR_SHORT},
      {{0x80, 201, 0}, 3, PARLOR_RTCP_ERROR_SHORT},
      {{0x40, 201, 0, 1, 0, 0, 0, 1}, 8, PARLOR_RTCP_ERROR_VERSION},
      {{0x80, 96, 0, 1, 0, 0, 0, 1}, 8, PARLOR_RTCP_ERROR_TYPE},
      {{0x80, 201, 0, 2, 0, 0, 0, 1}, 8, PARLOR_RTCP_ERROR_LENGTH},
      {{0x80, 201, 0, 1, 0, 0, 0, 1, 0}, 9, PARLOR_RTCP_ERROR_SHORT},
      {{0x81, 201, 0, 1, 0, 0, 0, 1}, 8, PARLOR_RTCP_ERROR_FORMAT},
      {{0x82, 203, 0, 1, 0, 0, 0, 1}, 8, PARLOR_RTCP_ERROR_FORMAT},
      {{0x81, 206, 0, 1, 0, 0, 0, 1}, 8, PARLOR_RTCP_ERROR_FORMAT},
      {{0xa0, 201, 0, 1, 0, 0, 0, 0}, 8, PARLOR_RTCP_ERROR_PADDING},
      {{0xa0, 201, 0, 1, 0, 0, 0, 8}, 8, PARLOR_RTCP_ERROR_PADDING},
      {{0xa0, 201, 0, 1, 0, 0, 0, 4}, 8, PARLOR_RTCP_ERROR_FORMAT},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (reason_of (cases[i].bytes, cases[i].size), ==, cases[i].reason);
}

/* Padding of one byte, as libwebrtc makes it, is taken; before the last packet none is. */
static void
test_padding (void)
{
  guint8 data[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x80, 201, 0, 1, 0, 0, 0, 2};
  ParlorRtcpPacket packet = only_packet (data, 12);

  g_assert_cmpuint (packet.body_size, ==, 7);
  g_assert_cmpint (reason_of (data, sizeof data), ==, PARLOR_RTCP_ERROR_PADDING);
  data[0] = 0x80;
  g_assert_cmpint (reason_of (data, sizeof data), ==, PARLOR_RTCP_OK);
}

/* One byte too few, and nothing is written at all. */
static void
test_builders_keep_bounds (void)
{
  const ParlorRtcpSenderInfo info = {.ssrc = 1};
  const ParlorRtcpReportBlock block = {.ssrc = 2};
  const ParlorRtcpFirEntry fir = {3, 4};
  const ParlorRtcpRemb remb = {.n_ssrcs = 1, .bitrate_bps = 1};
  const guint16 seq = 5;
  gsize sizes[7] = {0};
  guint8 out[256];

  for (gsize room = 0; room <= 128; room++)
    {
      gsize i = 0;
      gsize written[7];

      memset (out, 0xee, sizeof out);
      written[i++] = parlor_rtcp_build_sr (out, room, &info, &block, 1);
      written[i++] = parlor_rtcp_build_rr (out, room, 1, &block, 1);
      written[i++] = parlor_rtcp_build_sdes (out, room, 1, "name");
      written[i++] = parlor_rtcp_build_nack (out, room, 1, 2, &seq, 1, NULL);
      written[i++] = parlor_rtcp_build_pli (out, room, 1, 2);
      written[i++] = parlor_rtcp_build_fir (out, room, 1, &fir, 1);
      written[i++] = parlor_rtcp_build_remb (out, room, &remb);
      for (gsize j = 0; j < i; j++)
        {
          g_assert_cmpuint (written[j], <=, room);
          if (written[j] > 0 && sizes[j] == 0)
            {
              sizes[j] = written[j];
              g_assert_cmpuint (written[j], ==, room); /* exactly when it fits */
            }
        }
      g_assert_cmphex (out[room], ==, 0xee);
    }
  for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
    g_assert_cmpuint (sizes[j], >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtcp/packet/sr-is-read-and-written-to-the-byte", test_sr);
  g_test_add_func ("/proto/rtcp/packet/rr-holds-31-blocks", test_rr_full);
  g_test_add_func ("/proto/rtcp/packet/cumulative-loss-is-clamped-to-24-bits",
                   test_lost_is_clamped);
  g_test_add_func ("/proto/rtcp/packet/sdes-cname-is-found-by-ssrc", test_sdes);
  g_test_add_func ("/proto/rtcp/packet/sdes-of-any-length-comes-back", test_sdes_round_trip);
  g_test_add_func ("/proto/rtcp/packet/sdes-that-runs-out-is-refused", test_sdes_without_end);
  g_test_add_func ("/proto/rtcp/packet/nack-expands-pid-and-mask-over-the-wrap", test_nack);
  g_test_add_func ("/proto/rtcp/packet/nack-says-how-many-fitted", test_nack_over_the_end);
  g_test_add_func ("/proto/rtcp/packet/nack-of-random-gaps-comes-back",
                   test_nack_random_round_trip);
  g_test_add_func ("/proto/rtcp/packet/pli-and-fir-are-read-and-written", test_pli_and_fir);
  g_test_add_func ("/proto/rtcp/packet/remb-is-read-and-written-to-the-byte", test_remb);
  g_test_add_func ("/proto/rtcp/packet/remb-of-any-rate-is-rounded-down-little",
                   test_remb_extremes);
  g_test_add_func ("/proto/rtcp/packet/compound-is-read-whole-or-not-at-all", test_compound);
  g_test_add_func ("/proto/rtcp/packet/broken-framing-has-a-reason", test_refusals);
  g_test_add_func ("/proto/rtcp/packet/padding-stands-last-only", test_padding);
  g_test_add_func ("/proto/rtcp/packet/builders-never-write-past-the-room",
                   test_builders_keep_bounds);
  return g_test_run ();
}
