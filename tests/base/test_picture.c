/* SPDX-License-Identifier: Apache-2.0 */
#include "base/picture.h"

#include <string.h>

static void
add_segment (GByteArray *out, guint8 marker, const void *body, guint length)
{
  guint8 head[] = {0xff, marker, (guint8)((length + 2) >> 8), (guint8)(length + 2)};
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, body, length);
}

static GByteArray *
make_jpeg (void)
{
  static const guint8 frame[] = {8, 0, 4, 0, 6, 1, 1, 0x11, 0};
  static const guint8 scan[] = {1, 1, 0, 0, 63, 0};
  static const guint8 coded[] = {0x12, 0xff, 0x00, 0xff, 0xd0, 0x56, 0xff, 0xd9};
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const guint8 *)"\xff\xd8", 2);
  add_segment (out, 0xe0, "JFIF\0\1\1\0\0\1\0\1\0\0", 14);
  add_segment (out, 0xe1, "Exif\0\0GPS 31.3 N", 16);
  add_segment (out, 0xe2, "MPF\0another picture", 19);
  add_segment (out, 0xfe, "made by Mei", 11);
  add_segment (out, 0xc0, frame, sizeof frame);
  add_segment (out, 0xda, scan, sizeof scan);
  g_byte_array_append (out, coded, sizeof coded);
  g_byte_array_append (out, (const guint8 *)"GPS after the end", 17);
  return out;
}

static gboolean
has (const GByteArray *bytes, const char *text)
{
  gsize n = strlen (text);
  for (gsize i = 0; i + n <= bytes->len; i++)
    if (!memcmp (bytes->data + i, text, n))
      return TRUE;
  return FALSE;
}

static void
test_jpeg (void)
{
  ParlorPictureInfo info;
  g_autoptr (GByteArray) in = make_jpeg ();
  g_autoptr (GByteArray) out = parlor_picture_clean (in->data, in->len, &info);
  g_assert_nonnull (out);
  g_assert_cmpstr (info.type, ==, "image/jpeg");
  g_assert_cmpuint (info.width, ==, 6);
  g_assert_cmpuint (info.height, ==, 4);
  g_assert_true (has (out, "JFIF"));
  g_assert_false (has (out, "GPS"));
  g_assert_false (has (out, "Mei"));
  g_assert_false (has (out, "another"));
  g_assert_true (out->data[out->len - 2] == 0xff && out->data[out->len - 1] == 0xd9);
}

static void
test_cut (void)
{
  ParlorPictureInfo info;
  g_autoptr (GByteArray) in = make_jpeg ();
  for (guint n = 0; n < 80; n++) /* before its coded data it is none */
    {
      g_autoptr (GByteArray) out = parlor_picture_clean (in->data, n, &info);
      g_assert_null (out);
    }
}

static void
test_others (void)
{
  static const char *const others[] = {
      "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
      "GIF89a\1\0\1\0\0\0\0;                ",
      "<!doctype html><script>alert(1)</script>",
      "%PDF-1.7 and what follows in it",
  };
  ParlorPictureInfo info;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_null (parlor_picture_clean ((const guint8 *)others[i], strlen (others[i]) + 1, &info));
}

static void
test_large (void)
{
  ParlorPictureInfo info;
  g_autoptr (GByteArray) in = make_jpeg ();
  for (guint i = 0; i + 9 < in->len; i++)
    if (in->data[i] == 0xff && in->data[i + 1] == 0xc0)
      in->data[i + 5] = in->data[i + 6] = 0xff; /* 65,535 rows */
  g_assert_null (parlor_picture_clean (in->data, in->len, &info));
  g_byte_array_set_size (in, PARLOR_PICTURE_BYTES + 1);
  g_assert_null (parlor_picture_clean (in->data, in->len, &info));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/picture/a-photo-tells-neither-place-nor-device", test_jpeg);
  g_test_add_func ("/base/picture/half-a-photo-is-none", test_cut);
  g_test_add_func ("/base/picture/what-is-no-picture-is-refused", test_others);
  g_test_add_func ("/base/picture/what-is-too-large-is-refused", test_large);
  return g_test_run ();
}
