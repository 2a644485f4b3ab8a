/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/header.h"

static void
test_plain (void)
{
  static const guint8 packet[] = {0x80, 0xe0, 0x12, 0x34, 1,   2,   3,  4,
                                  0xca, 0xfe, 0xba, 0xbe, 'a', 'b', 'c'};
  ParlorRtpHeader h;
  g_assert_cmpint (parlor_rtp_parse (packet, sizeof packet, &h), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (h.pt, ==, 96);
  g_assert_cmpuint (h.marker, ==, 1);
  g_assert_cmpuint (h.seq, ==, 0x1234);
  g_assert_cmpuint (h.timestamp, ==, 0x01020304);
  g_assert_cmpuint (h.ssrc, ==, 0xcafebabe);
  g_assert_cmpuint (h.has_ext, ==, 0);
  g_assert_cmpuint (h.payload_offset, ==, 12);
  g_assert_cmpuint (h.payload_size, ==, 3);
}

static void
test_all_parts (void)
{
  static const guint8 packet[] = {0xb2, 0x60, 0,    1,    0, 0, 0,   2,   0, 0,    0,
                                  3,    0,    0,    0,    4, 0, 0,   0,   5, 0xbe, 0xde,
                                  0,    1,    0x10, 0xff, 0, 0, 'x', 'y', 0, 0,    3};
  ParlorRtpHeader h;
  g_assert_cmpint (parlor_rtp_parse (packet, sizeof packet, &h), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (h.csrc_count, ==, 2);
  g_assert_cmpuint (h.ext_profile, ==, 0xbede);
  g_assert_cmpuint (h.ext_offset, ==, 24);
  g_assert_cmpuint (h.ext_size, ==, 4);
  g_assert_cmpuint (h.payload_offset, ==, 28);
  g_assert_cmpuint (h.payload_size, ==, 2);
  g_assert_cmpuint (h.padding_size, ==, 3);
  g_assert_cmpint (parlor_rtp_parse_protected (packet, sizeof packet, &h), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (h.payload_size, ==, 5);
  g_assert_cmpuint (h.padding_size, ==, 0);
}

/* The rules of RFC 3550, said once more and slowly. */
static ParlorRtpResult
reference (const guint8 *p, gsize size)
{
  if (size < 12)
    return PARLOR_RTP_SHORT;
  if ((p[0] & 0xc0) != 0x80)
    return PARLOR_RTP_BAD_VERSION;
  gsize at = 12 + (p[0] % 16) * 4;
  if (at > size)
    return PARLOR_RTP_BAD_CSRC;
  if (p[0] & 0x10)
    {
      if (at + 4 > size || at + 4 + (p[at + 2] * 256 + p[at + 3]) * 4 > size)
        return PARLOR_RTP_BAD_EXTENSION;
      at += 4 + (p[at + 2] * 256 + p[at + 3]) * 4;
    }
  if ((p[0] & 0x20) && (size == at || p[size - 1] == 0 || p[size - 1] > size - at))
    return PARLOR_RTP_BAD_PADDING;
  return PARLOR_RTP_OK;
}

static void
check_lie (const guint8 *model, gsize size)
{
  /* A heap copy of this very size, so that the sanitizer sees every byte too far. */
  g_autofree guint8 *packet = g_memdup2 (model, size);
  ParlorRtpHeader h;
  ParlorRtpResult result = parlor_rtp_parse (packet, size, &h);
  g_assert_cmpint (result, ==, reference (model, size));
  if (result == PARLOR_RTP_OK)
    g_assert_cmpuint (h.payload_offset + h.payload_size + h.padding_size, ==, size);
}

/* Every first byte, every size up to 64, every length an extension may claim and every padding
 * count. */
static void
test_lies (void)
{
  guint8 model[64] = {0};
  for (gsize size = 0; size <= 64; size++)
    for (guint first = 0; first < 256; first++)
      {
        gsize at = 12 + (first & 15) * 4;
        for (guint claim = 0; claim <= 16; claim++)
          {
            memset (model, 0, sizeof model);
            model[0] = (guint8)first;
            if (at + 4 <= sizeof model)
              parlor_put_u16 (model + at + 2, (guint16)(claim == 16 ? 0xffff : claim));
            check_lie (model, size);
          }
        for (guint padding = 0; padding < 70 && (first & 0x20) && size > 12; padding++)
          {
            memset (model, 0, sizeof model);
            model[0] = (guint8)first;
            model[size - 1] = (guint8)padding;
            check_lie (model, size);
          }
      }
}

static void
test_long (void)
{
  g_autofree guint8 *packet = g_malloc0 (65536);
  ParlorRtpHeader h;
  packet[0] = 0x80;
  g_assert_cmpint (parlor_rtp_parse (packet, 65536, &h), ==, PARLOR_RTP_LONG);
  g_assert_cmpint (parlor_rtp_parse (packet, 65535, &h), ==, PARLOR_RTP_OK);
}

static void
test_setters (void)
{
  guint8 packet[32] = {0};
  ParlorRtpHeader h;
  parlor_rtp_write_fixed (packet, 111, FALSE, 1, 2, 3);
  parlor_rtp_set_marker (packet, TRUE);
  parlor_rtp_set_pt (packet, 127);
  parlor_rtp_set_seq (packet, 65535);
  parlor_rtp_set_timestamp (packet, 0xfffefdfc);
  parlor_rtp_set_ssrc (packet, 0x80000001);
  g_assert_cmpint (parlor_rtp_parse (packet, 12, &h), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (h.pt, ==, 127);
  g_assert_true (h.marker);
  g_assert_cmpuint (h.seq, ==, 65535);
  g_assert_cmpuint (h.timestamp, ==, 0xfffefdfc);
  g_assert_cmpuint (h.ssrc, ==, 0x80000001);
  parlor_rtp_set_marker (packet, FALSE);
  g_assert_cmpint (parlor_rtp_parse (packet, 12, &h), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (h.pt, ==, 127);
  g_assert_false (h.marker);
}

static void
test_pad (void)
{
  guint8 packet[300] = {0};
  ParlorRtpHeader h;
  parlor_rtp_write_fixed (packet, 96, FALSE, 1, 2, 3);
  g_assert_cmpuint (parlor_rtp_pad (packet, 20, 0), ==, 20);
  g_assert_cmpuint (packet[0], ==, 0x80);
  g_assert_cmpuint (parlor_rtp_pad (packet, 20, 255), ==, 275);
  g_assert_cmpint (parlor_rtp_parse (packet, 275, &h), ==, PARLOR_RTP_OK);
  g_assert_cmpuint (h.padding_size, ==, 255);
  g_assert_cmpuint (h.payload_size, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/header/plain-packet", test_plain);
  g_test_add_func ("/proto/rtp/header/csrc-extension-and-padding-are-told-apart", test_all_parts);
  g_test_add_func ("/proto/rtp/header/every-lie-about-lengths-up-to-64-bytes-is-caught", test_lies);
  g_test_add_func ("/proto/rtp/header/more-than-64-kib-is-refused", test_long);
  g_test_add_func ("/proto/rtp/header/setters-touch-only-their-field", test_setters);
  g_test_add_func ("/proto/rtp/header/padding-can-be-added-and-read-back", test_pad);
  return g_test_run ();
}
