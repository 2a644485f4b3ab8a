/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/demux.h"

static ParlorPacketKind
kind_of (guint8 first, guint8 second, gsize size)
{
  guint8 data[64] = {first, second};
  return parlor_demux (data, size);
}

/* The whole table of RFC 9443 section 3, byte by byte. */
static void
test_first_byte (void)
{
  for (guint first = 0; first < 256; first++)
    {
      ParlorPacketKind want = first <= 3                     ? PARLOR_PACKET_STUN
                              : first >= 20 && first <= 63   ? PARLOR_PACKET_DTLS
                              : first >= 64 && first <= 79   ? PARLOR_PACKET_TURN_CHANNEL
                              : first >= 128 && first <= 191 ? PARLOR_PACKET_RTP
                                                             : PARLOR_PACKET_UNKNOWN;
      g_assert_cmpint (kind_of ((guint8)first, 0, 64), ==, want);
    }
}

static void
test_rtcp_by_payload_type (void)
{
  for (guint second = 0; second < 256; second++)
    {
      gboolean rtcp = (second & 0x7f) >= 64 && (second & 0x7f) <= 95 && second >= 128;
      g_assert_cmpint (kind_of (0x80, (guint8)second, 64), ==,
                       rtcp ? PARLOR_PACKET_RTCP : PARLOR_PACKET_RTP);
    }
}

static void
test_short (void)
{
  static const struct
  {
    guint8 first, second;
    gsize least;
    ParlorPacketKind kind;
  } rows[] = {
      {0x00, 0x01, 20, PARLOR_PACKET_STUN},     {22, 0xfe, 13, PARLOR_PACKET_DTLS},
      {0x40, 0, 4, PARLOR_PACKET_TURN_CHANNEL}, {0x80, 96, 12, PARLOR_PACKET_RTP},
      {0x80, 200, 8, PARLOR_PACKET_RTCP},
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize size = 0; size <= 64; size++)
      g_assert_cmpint (kind_of (rows[i].first, rows[i].second, size), ==,
                       size >= rows[i].least ? rows[i].kind : PARLOR_PACKET_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/demux/first-byte-decides-as-in-rfc-9443", test_first_byte);
  g_test_add_func ("/proto/demux/rtcp-is-told-from-rtp-by-payload-type", test_rtcp_by_payload_type);
  g_test_add_func ("/proto/demux/shorter-than-the-smallest-packet-is-unknown", test_short);
  return g_test_run ();
}
