/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/ext.h"

/* A packet with the given extension block; payload "PAYLOAD". */
static gsize
make_packet (guint8 *out, guint16 profile, const guint8 *block, gsize size)
{
  gsize words = (size + 3) / 4;
  parlor_rtp_write_fixed (out, 96, TRUE, 7, 8, 9);
  out[0] |= 0x10;
  parlor_put_u16 (out + 12, profile);
  parlor_put_u16 (out + 14, (guint16)words);
  memset (out + 16, 0, words * 4);
  memcpy (out + 16, block, size);
  memcpy (out + 16 + words * 4, "PAYLOAD", 7);
  return 16 + words * 4 + 7;
}

static void
parse (const guint8 *packet, gsize size, const ParlorRtpExtMap *map, ParlorRtpHeader *header,
       ParlorRtpExtList *list)
{
  g_assert_cmpint (parlor_rtp_parse (packet, size, header), ==, PARLOR_RTP_OK);
  parlor_rtp_ext_parse (packet, header, map, list);
}

static void
check_value (const guint8 *packet, const ParlorRtpExtList *list, ParlorRtpExt ext, const char *want)
{
  guint size = 0;
  const guint8 *value = parlor_rtp_ext_find (packet, list, ext, &size);
  if (!want)
    {
      g_assert_null (value);
      return;
    }
  g_assert_nonnull (value);
  g_assert_cmpmem (value, size, want, strlen (want));
}

static void
test_uris (void)
{
  for (guint i = 1; i < PARLOR_EXT_COUNT; i++)
    g_assert_cmpint (parlor_rtp_ext_from_uri (parlor_rtp_ext_uri ((ParlorRtpExt)i)), ==, i);
  g_assert_null (parlor_rtp_ext_uri (PARLOR_EXT_NONE));
  g_assert_null (parlor_rtp_ext_uri (PARLOR_EXT_COUNT));
  g_assert_cmpint (parlor_rtp_ext_from_uri (NULL), ==, PARLOR_EXT_NONE);
  g_assert_cmpint (parlor_rtp_ext_from_uri ("urn:ietf:params:rtp-hdrext:sdes:midd"), ==,
                   PARLOR_EXT_NONE);
}

static void
test_map (void)
{
  ParlorRtpExtMap map = {0};
  g_assert_true (parlor_rtp_ext_map_set (&map, PARLOR_EXT_MID, 4));
  g_assert_false (parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 4));
  g_assert_false (parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 0));
  g_assert_false (parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 15));
  g_assert_false (parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 256));
  g_assert_false (parlor_rtp_ext_map_set (&map, PARLOR_EXT_NONE, 5));
  g_assert_false (parlor_rtp_ext_map_set (&map, PARLOR_EXT_COUNT, 5));
  g_assert_true (parlor_rtp_ext_map_set (&map, PARLOR_EXT_MID, 5));
  g_assert_true (parlor_rtp_ext_map_set (&map, PARLOR_EXT_MID, 5)); /* said twice */
  g_assert_true (parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 4));
  g_assert_cmpuint (map.ext_at[5], ==, PARLOR_EXT_MID);
  g_assert_cmpuint (map.id_of[PARLOR_EXT_RID], ==, 4);
}

/* RFC 8285 section 4.2 (figure) and 4.3: padding between elements, unknown ids, the stop at 15. */
static void
test_one_byte (void)
{
  static const guint8 block[] = {0x10, 0x85, 0x00, 0x32, 'a', 'b', 'c',
                                 0x70, 'x',  0xf0, 0x21, 'n', 'o'};
  ParlorRtpExtMap map = {0};
  guint8 packet[128];
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  guint8 level;
  gboolean voice;
  char text[PARLOR_RTP_EXT_TEXT_SIZE];
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_AUDIO_LEVEL, 1);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_TOFFSET, 2);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 3);
  parse (packet, make_packet (packet, 0xbede, block, sizeof block), &map, &h, &list);
  g_assert_cmpuint (list.count, ==, 2);
  g_assert_cmpuint (list.malformed, ==, 0);
  g_assert_true (parlor_rtp_ext_audio_level (packet, &list, &level, &voice));
  g_assert_cmpuint (level, ==, 5);
  g_assert_true (voice);
  g_assert_true (parlor_rtp_ext_text (packet, &list, PARLOR_EXT_RID, text));
  g_assert_cmpstr (text, ==, "abc");
  check_value (packet, &list, PARLOR_EXT_TOFFSET, NULL);
}

static void
test_two_byte (void)
{
  static const guint8 block[] = {3,   2,   'h', 'i', 0,   0,   20,  0,   21,
                                 17,  '0', '1', '2', '3', '4', '5', '6', '7',
                                 '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g'};
  ParlorRtpExtMap map = {0};
  guint8 packet[128];
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  char text[PARLOR_RTP_EXT_TEXT_SIZE];
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_MID, 3);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_VIDEO_TIMING, 20);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 21);
  parse (packet, make_packet (packet, 0x1007, block, sizeof block), &map, &h, &list);
  check_value (packet, &list, PARLOR_EXT_MID, "hi");
  check_value (packet, &list, PARLOR_EXT_VIDEO_TIMING, "");
  check_value (packet, &list, PARLOR_EXT_RID, "0123456789abcdefg");
  g_assert_false (parlor_rtp_ext_text (packet, &list, PARLOR_EXT_RID, text));
  g_assert_cmpstr (text, ==, "");
}

static void
test_foreign_profile (void)
{
  static const guint8 block[] = {0x10, 0x85, 0, 0};
  ParlorRtpExtMap map = {0};
  guint8 packet[64];
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_AUDIO_LEVEL, 1);
  parse (packet, make_packet (packet, 0xbeef, block, sizeof block), &map, &h, &list);
  g_assert_cmpuint (list.count, ==, 0);
}

static void
test_text_is_checked (void)
{
  static const guint8 block[] = {0x12, 'a', '"', 'b', 0x20, '/'};
  ParlorRtpExtMap map = {0};
  guint8 packet[64];
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  char text[PARLOR_RTP_EXT_TEXT_SIZE];
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_MID, 1);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 2);
  parse (packet, make_packet (packet, 0xbede, block, sizeof block), &map, &h, &list);
  g_assert_false (parlor_rtp_ext_text (packet, &list, PARLOR_EXT_MID, text));
  g_assert_false (parlor_rtp_ext_text (packet, &list, PARLOR_EXT_RID, text));
  memcpy (packet + 17, "_-0", 3);
  g_assert_true (parlor_rtp_ext_text (packet, &list, PARLOR_EXT_MID, text));
  g_assert_cmpstr (text, ==, "_-0");
}

/* The two-byte form has elements of no length: a level that is none, a name that is none. */
static void
test_empty_elements (void)
{
  static const guint8 block[] = {1, 0, 2, 0};
  ParlorRtpExtMap map = {0};
  guint8 packet[64], level = 99;
  gboolean voice;
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  char text[PARLOR_RTP_EXT_TEXT_SIZE];
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_AUDIO_LEVEL, 1);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_MID, 2);
  parse (packet, make_packet (packet, 0x1000, block, sizeof block), &map, &h, &list);
  g_assert_cmpuint (list.count, ==, 2);
  g_assert_false (parlor_rtp_ext_audio_level (packet, &list, &level, &voice));
  g_assert_cmpuint (level, ==, 99);
  g_assert_false (parlor_rtp_ext_text (packet, &list, PARLOR_EXT_MID, text));
}

static void
check_block (guint16 profile, const guint8 *block, gsize size, const ParlorRtpExtMap *map)
{
  guint8 model[128];
  g_autofree guint8 *packet = NULL;
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  gsize total = make_packet (model, profile, block, size) - 7;
  packet = g_memdup2 (model, total);
  parse (packet, total, map, &h, &list);
  for (guint i = 0; i < list.count; i++)
    {
      g_assert_cmpuint (list.elements[i].offset, >=, 16);
      g_assert_cmpuint (list.elements[i].offset + list.elements[i].size, <=, total);
    }
}

/* Every id and length byte at every place of blocks up to 64 bytes, in both forms. */
static void
test_lies (void)
{
  ParlorRtpExtMap map = {0};
  guint8 block[64];
  for (guint ext = 1; ext < PARLOR_EXT_COUNT; ext++)
    parlor_rtp_ext_map_set (&map, (ParlorRtpExt)ext, ext < 15 ? ext : ext + 1);
  for (gsize size = 4; size <= 64; size += 4)
    for (gsize at = 0; at < size; at++)
      for (guint lie = 0; lie < 256; lie++)
        {
          memset (block, 0, sizeof block);
          block[at] = (guint8)lie;
          check_block (0xbede, block, size, &map);
          check_block (0x1000, block, size, &map);
          block[at] = 5;
          if (at + 1 < size)
            block[at + 1] = (guint8)lie;
          check_block (0x1000, block, size, &map);
        }
}

static void
test_truncated_is_told (void)
{
  static const guint8 block[] = {0x10, 0x85, 0x2f, 1};
  ParlorRtpExtMap map = {0};
  guint8 packet[64];
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_AUDIO_LEVEL, 1);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_RID, 2);
  parse (packet, make_packet (packet, 0xbede, block, sizeof block), &map, &h, &list);
  g_assert_cmpuint (list.malformed, ==, 1);
  g_assert_cmpuint (list.count, ==, 1);
}

/* Reads what ext_write made with the receiver's map, as the receiver would. */
static void
parse_written (guint8 *out, const ParlorRtpExtLayout *layout, const ParlorRtpExtMap *map,
               ParlorRtpExtList *list)
{
  ParlorRtpHeader h;
  parse (out, layout->header_size, map, &h, list);
  g_assert_cmpuint (h.payload_offset, ==, layout->header_size);
  g_assert_cmpuint (list->malformed, ==, 0);
}

static void
test_write (void)
{
  static const guint8 block[] = {0x10, 0x85, 0x30, '0',  0x40, 'h',  0x52, 1, 2, 3,
                                 0x61, 4,    5,    0x70, 0x01, 0x92, 6,    7, 8};
  ParlorRtpExtMap in = {0}, receiver = {0};
  guint8 packet[128], out[PARLOR_RTP_HEADER_MAX];
  ParlorRtpHeader h;
  ParlorRtpExtList list, got;
  ParlorRtpExtLayout layout;
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_AUDIO_LEVEL, 1);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_MID, 3);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_RID, 4);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_ABS_SEND_TIME, 5);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_TRANSPORT_CC, 6);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_VIDEO_ORIENTATION, 7);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_PLAYOUT_DELAY, 9);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_AUDIO_LEVEL, 10);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_MID, 11);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_RID, 12);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_ABS_SEND_TIME, 2);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_TRANSPORT_CC, 3);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_VIDEO_ORIENTATION, 1);
  parse (packet, make_packet (packet, 0xbede, block, sizeof block), &in, &h, &list);
  ParlorRtpExtOut what = {.ids = receiver.id_of, .mid = "video7", .mid_size = 6};
  g_assert_true (parlor_rtp_ext_write (out, sizeof out, packet, &h, &list, &what, &layout));
  g_assert_cmpmem (out + 1, 11, packet + 1, 11);
  parlor_rtp_ext_patch_abs_send_time (out, layout.abs_send_time_offset, 0x414243);
  parlor_rtp_ext_patch_twcc (out, layout.twcc_offset, 0x5859);
  parse_written (out, &layout, &receiver, &got);
  check_value (out, &got, PARLOR_EXT_AUDIO_LEVEL, "\x85");
  check_value (out, &got, PARLOR_EXT_MID, "video7");
  check_value (out, &got, PARLOR_EXT_RID, NULL);
  check_value (out, &got, PARLOR_EXT_ABS_SEND_TIME, "ABC");
  check_value (out, &got, PARLOR_EXT_TRANSPORT_CC, "XY");
  check_value (out, &got, PARLOR_EXT_VIDEO_ORIENTATION, "\x01");
  check_value (out, &got, PARLOR_EXT_PLAYOUT_DELAY, NULL);
  g_assert_cmpuint (got.count, ==, 5);
  g_assert_cmpuint (parlor_get_u16 (out + 12), ==, 0xbede);
}

static void
test_write_nothing (void)
{
  ParlorRtpExtMap none = {0};
  guint8 packet[64], out[PARLOR_RTP_HEADER_MAX];
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  ParlorRtpExtLayout layout;
  static const guint8 block[] = {0x10, 0x85};
  parse (packet, make_packet (packet, 0xbede, block, sizeof block), &none, &h, &list);
  ParlorRtpExtOut what = {.ids = none.id_of, .mid = "0", .mid_size = 1};
  g_assert_true (parlor_rtp_ext_write (out, sizeof out, packet, &h, &list, &what, &layout));
  g_assert_cmpuint (layout.header_size, ==, 12);
  g_assert_cmpuint (layout.abs_send_time_offset, ==, 0);
  g_assert_cmpuint (layout.twcc_offset, ==, 0);
  g_assert_cmpuint (out[0], ==, 0x80);
  g_assert_false (parlor_rtp_ext_write (out, 11, packet, &h, &list, &what, &layout));
}

/* Seventeen bytes do not fit the one-byte form, nor does id 16. */
static void
test_write_two_byte (void)
{
  ParlorRtpExtMap in = {0}, receiver = {0};
  guint8 packet[64], out[PARLOR_RTP_HEADER_MAX], dd[17];
  ParlorRtpHeader h;
  ParlorRtpExtList list, got;
  ParlorRtpExtLayout layout;
  static const guint8 block[] = {0x10, 0x85, 0x22, 1, 2, 3};
  memset (dd, 'd', sizeof dd);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_AUDIO_LEVEL, 1);
  parlor_rtp_ext_map_set (&in, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, 2);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_AUDIO_LEVEL, 1);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, 2);
  parlor_rtp_ext_map_set (&receiver, PARLOR_EXT_TRANSPORT_CC, 3);
  parse (packet, make_packet (packet, 0xbede, block, sizeof block), &in, &h, &list);
  ParlorRtpExtOut what = {.ids = receiver.id_of, .dd = dd, .dd_size = sizeof dd};
  g_assert_true (parlor_rtp_ext_write (out, sizeof out, packet, &h, &list, &what, &layout));
  g_assert_cmpuint (parlor_get_u16 (out + 12), ==, 0x1000);
  parlor_rtp_ext_patch_twcc (out, layout.twcc_offset, 0x5859);
  parse_written (out, &layout, &receiver, &got);
  check_value (out, &got, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, "ddddddddddddddddd");
  check_value (out, &got, PARLOR_EXT_AUDIO_LEVEL, "\x85");
  check_value (out, &got, PARLOR_EXT_TRANSPORT_CC, "XY");
  /* A buffer that has not all of it gets nothing. */
  for (gsize room = 12; room < layout.header_size; room++)
    g_assert_false (parlor_rtp_ext_write (out, room, packet, &h, &list, &what, &layout));
}

/* With a byte less room than the bound, the quick way is not taken: both must write the same. */
static void
check_general_way (const guint8 *want, const ParlorRtpExtLayout *want_layout, const guint8 *packet,
                   const ParlorRtpHeader *h, const ParlorRtpExtList *list,
                   const ParlorRtpExtOut *what)
{
  guint8 out[PARLOR_RTP_HEADER_MAX];
  ParlorRtpExtLayout layout;
  if (!parlor_rtp_ext_write (out, PARLOR_RTP_HEADER_MAX - 1, packet, h, list, what, &layout))
    return;
  g_assert_cmpmem (out, layout.header_size, want, want_layout->header_size);
  g_assert_cmpuint (layout.twcc_offset, ==, want_layout->twcc_offset);
  g_assert_cmpuint (layout.abs_send_time_offset, ==, want_layout->abs_send_time_offset);
}

/* Whatever comes in, what goes out is well formed, within the bound, and holds no other hop's
 * values. */
static void
test_write_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  for (guint round = 0; round < 20000; round++)
    {
      ParlorRtpExtMap in = {0}, receiver = {0};
      guint8 block[600], packet[700], out[PARLOR_RTP_HEADER_MAX];
      ParlorRtpHeader h;
      ParlorRtpExtList list, got;
      ParlorRtpExtLayout layout;
      gsize size = (gsize)g_rand_int_range (rand, 0, round % 10 ? 80 : 600);
      for (gsize i = 0; i < size; i++)
        block[i] = (guint8)g_rand_int_range (rand, 0, round % 3 ? 256 : 24);
      for (guint ext = 1; ext < PARLOR_EXT_COUNT; ext++)
        {
          parlor_rtp_ext_map_set (&in, (ParlorRtpExt)ext, (guint)g_rand_int_range (rand, 0, 24));
          parlor_rtp_ext_map_set (&receiver, (ParlorRtpExt)ext,
                                  (guint)g_rand_int_range (rand, 0, round % 2 ? 15 : 40));
        }
      parse (packet, make_packet (packet, round & 1 ? 0xbede : 0x1000, block, size), &in, &h,
             &list);
      ParlorRtpExtOut what = {.ids = receiver.id_of, .mid = "m", .mid_size = (guint8)(round & 1)};
      g_assert_true (parlor_rtp_ext_write (out, sizeof out, packet, &h, &list, &what, &layout));
      parse_written (out, &layout, &receiver, &got);
      check_general_way (out, &layout, packet, &h, &list, &what);
      check_value (out, &got, PARLOR_EXT_RID, NULL);
      check_value (out, &got, PARLOR_EXT_TRANSPORT_CC_V2, NULL);
      g_assert_true ((layout.twcc_offset != 0) == (receiver.id_of[PARLOR_EXT_TRANSPORT_CC] != 0));
      g_assert_true ((layout.abs_send_time_offset != 0)
                     == (receiver.id_of[PARLOR_EXT_ABS_SEND_TIME] != 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/ext/uris-go-both-ways", test_uris);
  g_test_add_func ("/proto/rtp/ext/one-id-names-one-extension", test_map);
  g_test_add_func ("/proto/rtp/ext/one-byte-form", test_one_byte);
  g_test_add_func ("/proto/rtp/ext/two-byte-form", test_two_byte);
  g_test_add_func ("/proto/rtp/ext/foreign-profile-is-no-extension", test_foreign_profile);
  g_test_add_func ("/proto/rtp/ext/what-has-no-length-says-nothing", test_empty_elements);
  g_test_add_func ("/proto/rtp/ext/text-of-odd-characters-is-refused", test_text_is_checked);
  g_test_add_func ("/proto/rtp/ext/every-lie-about-lengths-up-to-64-bytes-stays-inside", test_lies);
  g_test_add_func ("/proto/rtp/ext/a-truncated-element-ends-the-list-and-is-told",
                   test_truncated_is_told);
  g_test_add_func ("/proto/rtp/ext/a-receiver-gets-its-own-ids-and-hop-values", test_write);
  g_test_add_func ("/proto/rtp/ext/nothing-agreed-means-no-block-at-all", test_write_nothing);
  g_test_add_func ("/proto/rtp/ext/large-values-take-the-two-byte-form", test_write_two_byte);
  g_test_add_func ("/proto/rtp/ext/random-input-makes-well-formed-output", test_write_random);
  return g_test_run ();
}
