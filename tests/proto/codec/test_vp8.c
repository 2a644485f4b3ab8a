/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp8.h"
#include <string.h>

/* RFC 7741 section 4.6.1: a 6-byte descriptor with all fields, 15-bit picture id 4711, TL0PICIDX
 * 23, TID 2 with Y, KEYIDX 17; behind it the first bytes of a 640x480 key frame (RFC 6386
 * section 9.1). */
static const guint8 full[] = {0x90, 0xf0, 0x92, 0x67, 23,   0xb1, 0x10, 0x02,
                              0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x41};

static void
test_full (void)
{
  ParlorVp8 vp8;
  g_assert_true (parlor_vp8_parse (full, sizeof full, &vp8));
  g_assert_cmpuint (vp8.descriptor_size, ==, 6);
  g_assert_true (vp8.start && vp8.key_frame && !vp8.non_reference);
  g_assert_cmpuint (vp8.picture_id_bits, ==, 15);
  g_assert_cmpuint (vp8.picture_id, ==, 4711);
  g_assert_cmpuint (vp8.tl0_pic_idx, ==, 23);
  g_assert_cmpuint (vp8.tid, ==, 2);
  g_assert_cmpuint (vp8.layer_sync, ==, 1);
  g_assert_cmpuint (vp8.key_idx, ==, 17);
  g_assert_cmpuint (vp8.width, ==, 640);
  g_assert_cmpuint (vp8.height, ==, 480);
}

/* RFC 6386 section 9.1: without its start code, or cut, a key frame says nothing of its size. */
static void
test_no_start_code (void)
{
  ParlorVp8 vp8;
  for (gsize at = 3; at < 6; at++)
    {
      g_autofree guint8 *other = g_memdup2 (full, sizeof full);
      other[6 + at]++;
      g_assert_true (parlor_vp8_parse (other, sizeof full, &vp8));
      g_assert_true (vp8.key_frame);
      g_assert_cmpuint (vp8.width, ==, 0);
      g_assert_cmpuint (vp8.height, ==, 0);
    }
  g_assert_true (parlor_vp8_parse (full, 6 + 9, &vp8));
  g_assert_cmpuint (vp8.height, ==, 0);
}

static void
test_small (void)
{
  static const guint8 plain[] = {0x10, 0x01};
  static const guint8 later[] = {0x00, 0x00};
  static const guint8 partition[] = {0x11, 0x00};
  static const guint8 seven[] = {0xa0, 0x80, 0x7f, 0x01};
  ParlorVp8 vp8;
  g_assert_true (parlor_vp8_parse (plain, sizeof plain, &vp8));
  g_assert_true (vp8.start && !vp8.key_frame);
  g_assert_cmpuint (vp8.picture_id_bits, ==, 0);
  g_assert_true (parlor_vp8_parse (later, sizeof later, &vp8));
  g_assert_false (vp8.start || vp8.key_frame);
  g_assert_true (parlor_vp8_parse (partition, sizeof partition, &vp8));
  g_assert_false (vp8.start || vp8.key_frame);
  g_assert_true (parlor_vp8_parse (seven, sizeof seven, &vp8));
  g_assert_cmpuint (vp8.picture_id, ==, 127);
  g_assert_cmpuint (vp8.picture_id_bits, ==, 7);
  g_assert_cmpuint (vp8.non_reference, ==, 1);
}

/* TID without KEYIDX: the low bits are reserved and mean nothing. */
static void
test_tid_alone (void)
{
  guint8 payload[] = {0x90, 0x20, 0x5f, 0x01};
  ParlorVp8 vp8;
  g_assert_true (parlor_vp8_parse (payload, sizeof payload, &vp8));
  g_assert_true (vp8.has_tid && !vp8.has_key_idx);
  g_assert_cmpuint (vp8.tid, ==, 1);
  g_assert_cmpuint (vp8.key_idx, ==, 0);
}

/* Each byte of every descriptor is cut off; what remains is refused or holds at least one byte of
 * VP8. */
static void
test_truncated (void)
{
  for (guint first = 0; first < 256; first++)
    for (guint second = 0; second < 256; second++)
      for (gsize size = 0; size <= 8; size++)
        {
          guint8 model[8] = {(guint8)first, (guint8)second, 0x80, 1, 2, 3, 4, 5};
          g_autofree guint8 *payload = g_memdup2 (model, size);
          ParlorVp8 vp8;
          gsize need = 2;
          if (first & 0x80)
            need += 1 + (second & 0x80 ? 2 : 0) + (second & 0x40 ? 1 : 0) + (second & 0x30 ? 1 : 0);
          g_assert_cmpint (parlor_vp8_parse (payload, size, &vp8), ==, size >= need);
          if (size >= need)
            g_assert_cmpuint (vp8.descriptor_size, ==, need - 1);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/vp8/all-fields-of-a-key-frame", test_full);
  g_test_add_func ("/proto/codec/vp8/a-key-frame-without-its-code-has-no-size", test_no_start_code);
  g_test_add_func ("/proto/codec/vp8/small-descriptors", test_small);
  g_test_add_func ("/proto/codec/vp8/tid-without-keyidx", test_tid_alone);
  g_test_add_func ("/proto/codec/vp8/every-truncation-is-refused", test_truncated);
  return g_test_run ();
}
