/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/h264.h"

static ParlorH264
parse (const guint8 *payload, gsize size)
{
  ParlorH264 h264;
  g_assert_true (parlor_h264_parse (payload, size, &h264));
  return h264;
}

static void
test_single (void)
{
  ParlorH264 idr = parse ((const guint8[]){0x65, 0x88}, 2);
  ParlorH264 delta = parse ((const guint8[]){0x41, 0x9a}, 2);
  ParlorH264 loose = parse ((const guint8[]){0x01, 0x9a}, 2);
  ParlorH264 pps = parse ((const guint8[]){0x68, 0xce}, 2);
  g_assert_true (idr.has_idr && idr.key_frame && idr.key_part && idr.ref_idc == 3);
  g_assert_true (!delta.key_frame && !delta.key_part && delta.ref_idc == 2);
  g_assert_cmpuint (loose.ref_idc, ==, 0);
  g_assert_true (pps.has_pps && pps.key_part && !pps.key_frame);
}

static void
test_stap (void)
{
  static const guint8 stap[] = {0x78, 0, 3, 0x67, 0x42, 0xe0, 0, 2, 0x68, 0xce};
  ParlorH264 h264 = parse (stap, sizeof stap);
  g_assert_cmpuint (h264.nal_type, ==, 24);
  g_assert_true (h264.has_sps && h264.has_pps && !h264.has_idr && h264.key_frame);
  for (gsize size = 0; size < sizeof stap; size++)
    if (size != 6)
      g_assert_false (parlor_h264_parse (stap, size, &h264));
  static const guint8 empty_nal[] = {0x78, 0, 0, 0, 1, 0x67};
  g_assert_false (parlor_h264_parse (empty_nal, sizeof empty_nal, &h264));
}

static void
test_fu (void)
{
  ParlorH264 start = parse ((const guint8[]){0x7c, 0x85, 1}, 3);
  ParlorH264 middle = parse ((const guint8[]){0x7c, 0x05, 1}, 3);
  ParlorH264 end = parse ((const guint8[]){0x7c, 0x45, 1}, 3);
  ParlorH264 h264;
  g_assert_true (start.fu_start && start.key_frame && start.has_idr && start.begins_nal);
  g_assert_true (!middle.key_frame && middle.key_part && !middle.begins_nal);
  g_assert_true (end.fu_end && !end.key_frame && end.key_part);
  g_assert_false (parlor_h264_parse ((const guint8[]){0x7c, 0xc5, 1}, 3, &h264));
  g_assert_false (parlor_h264_parse ((const guint8[]){0x7c, 0x85}, 2, &h264));
  g_assert_false (parlor_h264_parse ((const guint8[]){0x7c, 0x80, 1}, 3, &h264));
  g_assert_false (parlor_h264_parse ((const guint8[]){0x7c, 0x9c, 1}, 3, &h264));
}

static void
test_types (void)
{
  for (guint type = 0; type < 32; type++)
    {
      guint8 payload[5] = {(guint8)(0x60 | type), type == 24 ? 0 : 0x81, 2, 0x41, 0};
      ParlorH264 h264;
      gboolean want = (type >= 1 && type <= 24) || type == 28;
      g_assert_cmpint (parlor_h264_parse (payload, 5, &h264), ==, want);
    }
}

/* first_mb_in_slice 0 and slice_type 1 is 1 010, slice_type 6 is 1 00111, of macroblock 3 behind
   00100. */
static void
test_b_slices (void)
{
  static const guint8 stap[] = {0x18, 0, 2, 0x09, 0x30, 0, 2, 0x01, 0xa0};
  g_assert_true (parse ((const guint8[]){0x01, 0xa0}, 2).has_b);
  g_assert_true (parse ((const guint8[]){0x21, 0x9c}, 2).has_b); /* others refer to it */
  g_assert_true (parse ((const guint8[]){0x01, 0x22, 0x80}, 3).has_b);
  g_assert_true (parse ((const guint8[]){0x1c, 0x81, 0xa0}, 3).has_b);
  g_assert_true (parse (stap, sizeof stap).has_b);
  g_assert_false (parse ((const guint8[]){0x41, 0x9a}, 2).has_b);       /* P */
  g_assert_false (parse ((const guint8[]){0x65, 0xb8}, 2).has_b);       /* I */
  g_assert_false (parse ((const guint8[]){0x06, 0xa0}, 2).has_b);       /* SEI */
  g_assert_false (parse ((const guint8[]){0x1c, 0x01, 0xa0}, 3).has_b); /* goes on */
}

/* What has no slice goes with a picture, and its ref_idc tells nothing of it. */
static void
test_has_slice (void)
{
  static const guint8 front[] = {0x18, 0, 2, 0x09, 0x30, 0, 2, 0x06, 0x05};
  static const guint8 sets[] = {0x78, 0, 3, 0x67, 0x42, 0xe0, 0, 2, 0x68, 0xce};
  static const guint8 whole[] = {0x18, 0, 2, 0x09, 0x30, 0, 2, 0x01, 0xa0};
  for (guint8 type = 1; type <= 23; type++)
    {
      g_assert_cmpint (parse ((const guint8[]){type, 0xff}, 2).has_slice, ==, type <= 5);
      g_assert_cmpint (parse ((const guint8[]){0x1c, 0x80 | type, 0xff}, 3).has_slice, ==,
                       type <= 5);
      g_assert_cmpint (parse ((const guint8[]){0x1c, 0x40 | type, 0xff}, 3).has_slice, ==,
                       type <= 5);
    }
  g_assert_false (parse (front, sizeof front).has_slice);
  g_assert_false (parse (sets, sizeof sets).has_slice);
  g_assert_true (parse (whole, sizeof whole).has_slice);
}

/* A slice's header that ends early, or that is longer than any, tells nothing. */
static void
test_b_slice_bounds (void)
{
  guint8 nal[40] = {0x01};
  ParlorH264 h264;
  for (gsize size = 1; size <= sizeof nal; size++)
    {
      g_autofree guint8 *exact = g_memdup2 (nal, size);
      g_assert_true (parlor_h264_parse (exact, size, &h264));
      g_assert_false (h264.has_b);
    }
  g_assert_false (parse ((const guint8[]){0x01, 0x80}, 2).has_b);
  g_assert_false (parse ((const guint8[]){0x01, 0x00, 0x01}, 3).has_b);
}

/* Aggregates with every first length, in every size up to 64. */
static void
test_lies (void)
{
  for (gsize size = 0; size <= 64; size++)
    for (guint claim = 0; claim <= 70; claim++)
      for (guint second = 0; second <= 70; second++)
        {
          guint8 model[160] = {0x78, 0, (guint8)claim};
          model[3 + claim + 1] = (guint8)second;
          g_autofree guint8 *payload = g_memdup2 (model, size);
          ParlorH264 h264;
          gsize end = 3 + claim;
          gboolean want = size >= 4 && claim > 0
                          && (end == size
                              || (end + 3 <= size && second > 0 && end + 2 + second == size));
          gboolean got = parlor_h264_parse (payload, size, &h264);
          if (want)
            g_assert_true (got);
          else if (end > size || claim == 0)
            g_assert_false (got);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/h264/single-nal-units", test_single);
  g_test_add_func ("/proto/codec/h264/an-aggregate-with-sps-begins-a-key-frame", test_stap);
  g_test_add_func ("/proto/codec/h264/fragments-begin-once", test_fu);
  g_test_add_func ("/proto/codec/h264/only-mode-0-and-1-types-are-taken", test_types);
  g_test_add_func ("/proto/codec/h264/b-slices-are-told-where-they-begin", test_b_slices);
  g_test_add_func ("/proto/codec/h264/a-slice-in-the-packet-is-told-in-every-form", test_has_slice);
  g_test_add_func ("/proto/codec/h264/a-cut-slice-header-tells-nothing", test_b_slice_bounds);
  g_test_add_func ("/proto/codec/h264/lies-of-aggregates-up-to-64-bytes-stay-inside", test_lies);
  return g_test_run ();
}
