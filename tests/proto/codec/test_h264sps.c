/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/h264sps.h"
#include <string.h>

static gsize
from_hex (const char *hex, guint8 *out)
{
  gsize n = strlen (hex) / 2;
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8)(g_ascii_xdigit_value (hex[2 * i]) << 4
                      | g_ascii_xdigit_value (hex[2 * i + 1]));
  return n;
}

static const struct
{
  const char *sps;
  guint lines;
} sets[] = {
    {"6742c01e8c8d405017fcb00f08846a", 360}, /* OpenH264, constrained baseline */
    {"6742c00d8c8d40a0cbcf00f08846a0", 180}, {"6742e01fda014016e4", 720}, /* without cropping */
    {"6742e01fda0280bfe540", 360},           {"6742e01fda05067e74", 180},
    {"6764001facca80780447da", 1080}, /* high profile, fields: 34 units of two, 4 lines each cropped
                                       */
    {"6764001fbcca80780227e250", 1080}, /* 4:2:2 is cropped by single lines */
};

static void
test_sets (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      guint8 bytes[64];
      gsize n = from_hex (sets[i].sps, bytes);
      g_test_message ("%s", sets[i].sps);
      g_assert_cmpuint (parlor_h264_height (bytes, n), ==, sets[i].lines);
    }
}

/* Of a set alone, as it stands in a file. */
static void
test_size (void)
{
  guint8 bytes[64];
  guint width = 0, height = 0;
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      gsize n = from_hex (sets[i].sps, bytes);
      g_assert_true (parlor_h264_size (bytes, n, &width, &height));
      g_assert_cmpuint (height, ==, sets[i].lines);
      g_assert_cmpuint (width, ==, sets[i].lines * 16 / 9);
      g_assert_false (parlor_h264_size (bytes, 1, &width, &height));
      bytes[0] = 0x68; /* a picture's parameters, not a sequence's */
      g_assert_false (parlor_h264_size (bytes, n, &width, &height));
    }
}

static void
test_aggregate (void)
{
  guint8 bytes[64] = {0x78, 0, 2, 0x68, 0xce, 0};
  gsize n = from_hex (sets[0].sps, bytes + 7);
  bytes[6] = (guint8)n;
  g_assert_cmpuint (parlor_h264_height (bytes, 7 + n), ==, 360);
  bytes[6]++; /* longer than there is */
  g_assert_cmpuint (parlor_h264_height (bytes, 7 + n), ==, 0);
}

/* Cut anywhere it tells nothing, or what it told before: the end of a set says nothing of size. */
static void
test_truncated (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      guint8 bytes[64];
      gsize n = from_hex (sets[i].sps, bytes);
      for (gsize cut = 0; cut < n; cut++)
        {
          g_autofree guint8 *copy = g_memdup2 (bytes, MAX (cut, 1));
          guint lines = parlor_h264_height (copy, cut);
          g_assert_true (lines == 0 || lines == sets[i].lines);
          if (cut < 6)
            g_assert_cmpuint (lines, ==, 0);
        }
    }
}

static void
test_others (void)
{
  static const guint8 idr[] = {0x65, 0xb8, 0, 4}, fragment[] = {0x7c, 0x87, 0x42, 0xc0, 0x1e};
  g_assert_cmpuint (parlor_h264_height (idr, sizeof idr), ==, 0);
  g_assert_cmpuint (parlor_h264_height (fragment, sizeof fragment), ==, 0);
}

static void
test_lies (void)
{
  for (guint round = 0; round < 200000; round++)
    {
      guint8 bytes[32];
      gsize n = (gsize)g_test_rand_int_range (0, sizeof bytes);
      for (gsize i = 0; i < n; i++)
        bytes[i] = g_test_rand_bit () ? (guint8)g_test_rand_int_range (0, 256) : 0;
      if (n > 0)
        bytes[0] = g_test_rand_bit () ? 0x67 : 0x78;
      g_autofree guint8 *copy = g_memdup2 (bytes, MAX (n, 1));
      g_assert_cmpuint (parlor_h264_height (copy, n), <=, 2 * 16384);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/h264sps/width-and-height-of-a-set", test_size);
  g_test_add_func ("/proto/codec/h264/sets-tell-how-many-lines", test_sets);
  g_test_add_func ("/proto/codec/h264/a-set-in-an-aggregate-is-found", test_aggregate);
  g_test_add_func ("/proto/codec/h264/a-set-that-is-cut-tells-nothing-else", test_truncated);
  g_test_add_func ("/proto/codec/h264/other-payloads-tell-nothing", test_others);
  g_test_add_func ("/proto/codec/h264/sets-that-lie-stay-inside", test_lies);
  return g_test_run ();
}
