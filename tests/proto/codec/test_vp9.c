/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp9.h"

/* Non-flexible key frame of three spatial layers with a structure (RFC 9628 section 4.2.1): I L B
 * V, 15-bit picture id 300. */
static void
test_structure (void)
{
  static const guint8 payload[] = {0xaa, 0x81, 0x2c, 0x00, 0x07, 0x58, 0x01, 0x40, 0x00, 0xb4, 0x02,
                                   0x80, 0x01, 0x68, 0x05, 0x00, 0x02, 0xd0, 0x01, 0x24, 0x01, 'v'};
  ParlorVp9 vp9;
  /* 0x58: three layers, sizes, a group of one picture, which has one reference. */
  g_assert_true (parlor_vp9_parse (payload, sizeof payload, &vp9));
  g_assert_true (vp9.begin && !vp9.end && !vp9.inter_picture && !vp9.flexible && vp9.key_frame);
  g_assert_cmpuint (vp9.picture_id, ==, 300);
  g_assert_cmpuint (vp9.picture_id_bits, ==, 15);
  g_assert_cmpuint (vp9.tl0_pic_idx, ==, 7);
  g_assert_cmpuint (vp9.tl0_offset, ==, 4);
  g_assert_cmpuint (vp9.n_spatial, ==, 3);
  g_assert_cmpuint (vp9.width[0], ==, 320);
  g_assert_cmpuint (vp9.height[2], ==, 720);
  g_assert_cmpuint (vp9.descriptor_size, ==, sizeof payload - 1);
}

static void
test_flexible (void)
{
  static const guint8 payload[] = {0xfd, 0x05, 0x77, 0x03, 0x02, 'v'};
  static const guint8 four[] = {0xfd, 0x05, 0x77, 0x03, 0x03, 0x03, 0x02, 'v'};
  ParlorVp9 vp9;
  g_assert_true (parlor_vp9_parse (payload, sizeof payload, &vp9));
  g_assert_true (vp9.flexible && vp9.inter_picture && vp9.begin && vp9.end && vp9.not_ref_upper);
  g_assert_false (vp9.key_frame || vp9.has_tl0);
  g_assert_cmpuint (vp9.picture_id, ==, 5);
  g_assert_cmpuint (vp9.tid, ==, 3);
  g_assert_cmpuint (vp9.sid, ==, 3);
  g_assert_true (vp9.up_switch && vp9.inter_layer);
  g_assert_cmpuint (vp9.descriptor_size, ==, 5);
  g_assert_false (parlor_vp9_parse (four, sizeof four, &vp9));
}

/* The upper layer of a key picture depends on the one below: no switch may begin there. */
static void
test_upper_layer (void)
{
  static const guint8 payload[] = {0xa8, 0x05, 0x03, 0x01, 'v'};
  ParlorVp9 vp9;
  g_assert_true (parlor_vp9_parse (payload, sizeof payload, &vp9));
  g_assert_cmpuint (vp9.sid, ==, 1);
  g_assert_false (vp9.key_frame);
}

static void
test_lies (void)
{
  for (guint first = 0; first < 256; first++)
    for (guint filler = 0; filler < 256; filler++)
      for (gsize size = 0; size <= 64; size++)
        {
          guint8 model[64];
          for (gsize i = 0; i < sizeof model; i++)
            model[i] = i == 0 ? (guint8)first : (guint8)filler;
          g_autofree guint8 *payload = g_memdup2 (model, size);
          ParlorVp9 vp9;
          if (parlor_vp9_parse (payload, size, &vp9))
            g_assert_cmpuint (vp9.descriptor_size, <, size);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/vp9/key-frame-with-a-structure", test_structure);
  g_test_add_func ("/proto/codec/vp9/flexible-mode-has-at-most-three-references", test_flexible);
  g_test_add_func ("/proto/codec/vp9/an-upper-layer-begins-no-key-frame", test_upper_layer);
  g_test_add_func ("/proto/codec/vp9/lies-up-to-64-bytes-stay-inside", test_lies);
  return g_test_run ();
}
