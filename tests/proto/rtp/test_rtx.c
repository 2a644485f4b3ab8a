/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/rtx.h"

/* With CSRC, extension and padding, so that all offsets matter. */
static const guint8 packet[] = {0xb1, 0xe0, 0x12, 0x34, 1,   2,   3,    4,    0xca, 0xfe,
                                0xba, 0xbe, 9,    9,    9,   9,   0xbe, 0xde, 0,    1,
                                0x10, 0x7f, 0,    0,    'd', 'a', 't',  'a',  0,    2};

static void
test_round_trip (void)
{
  guint8 rtx[64];
  ParlorRtpHeader h, r, back;
  g_assert_cmpint (parlor_rtp_parse (packet, sizeof packet, &h), ==, PARLOR_RTP_OK);
  gsize size = parlor_rtx_encapsulate (rtx, sizeof rtx, packet, &h, 97, 0xdeadbeef, 65535);
  g_assert_cmpuint (size, ==, sizeof packet);
  g_assert_cmpint (parlor_rtp_parse (rtx, size, &r), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (r.pt, ==, 97);
  g_assert_cmpuint (r.ssrc, ==, 0xdeadbeef);
  g_assert_cmpuint (r.seq, ==, 65535);
  g_assert_cmpuint (r.timestamp, ==, h.timestamp);
  g_assert_true (r.marker);
  g_assert_cmpuint (parlor_get_u16 (rtx + r.payload_offset), ==, 0x1234);
  guint8 *original = parlor_rtx_decapsulate (rtx, &size, &r, 96, 0xcafebabe);
  g_assert_true (original == rtx + 2);
  g_assert_cmpint (parlor_rtp_parse (original, size, &back), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (back.pt, ==, r.pt);
  g_assert_cmpuint (back.seq, ==, r.seq);
  g_assert_cmpuint (back.ssrc, ==, r.ssrc);
  g_assert_cmpuint (back.ext_offset, ==, r.ext_offset);
  g_assert_cmpuint (back.payload_offset, ==, r.payload_offset);
  g_assert_cmpuint (back.payload_size, ==, r.payload_size);
  /* All but the padding is as it was. */
  g_assert_cmpuint (size, ==, sizeof packet - 2);
  g_assert_cmpuint (original[0], ==, packet[0] & 0xdf);
  g_assert_cmpmem (original + 1, size - 1, packet + 1, sizeof packet - 3);
}

static void
test_no_room (void)
{
  guint8 rtx[64];
  ParlorRtpHeader h;
  g_assert_cmpint (parlor_rtp_parse (packet, sizeof packet, &h), ==, PARLOR_RTP_OK);
  for (gsize room = 0; room < sizeof packet; room++)
    g_assert_cmpuint (parlor_rtx_encapsulate (rtx, room, packet, &h, 97, 1, 1), ==, 0);
}

/* A probe of padding alone has no original number. */
static void
test_probe (void)
{
  guint8 probe[300];
  ParlorRtpHeader h;
  for (guint payload = 0; payload < 4; payload++)
    {
      parlor_rtp_write_fixed (probe, 97, FALSE, 1, 2, 3);
      gsize size = parlor_rtp_pad (probe, 12 + payload, 255);
      g_assert_cmpint (parlor_rtp_parse (probe, size, &h), ==, PARLOR_RTP_OK);
      guint8 *original = parlor_rtx_decapsulate (probe, &size, &h, 96, 4);
      g_assert_true ((original != NULL) == (payload >= 2));
      if (original)
        {
          g_assert_cmpint (parlor_rtp_parse (original, size, &h), ==, PARLOR_RTP_OK);
          g_assert_cmpuint (h.payload_size, ==, payload - 2);
          g_assert_cmpuint (h.padding_size, ==, 255);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/rtx/there-and-back", test_round_trip);
  g_test_add_func ("/proto/rtp/rtx/no-room-writes-nothing", test_no_room);
  g_test_add_func ("/proto/rtp/rtx/a-probe-is-no-original", test_probe);
  return g_test_run ();
}
