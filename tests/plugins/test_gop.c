/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for newcomers, by the numbers and times of what came. */
#include "router/gop.h"

#include <glib.h>

static const ParlorGopPart inside = {.kept = TRUE, .small = TRUE},
                           ending = {.kept = TRUE, .ends = TRUE, .small = TRUE};

static gboolean
put (ParlorGop *gop, guint16 seq, guint32 timestamp, gboolean key, const ParlorGopPart *part)
{
  ParlorPacketInfo info = {.header = {.seq = seq, .timestamp = timestamp},
                           .frame = {.valid = TRUE, .key_frame = key}};
  static const guint8 bytes[20];

  return parlor_gop_put (gop, bytes, sizeof bytes, &info, part);
}

/* Parameter sets and the slice's beginning both say that they are of a key frame. */
static void
test_first_comes_last (void)
{
  ParlorGop *gop = parlor_gop_new ();
  gsize bytes;

  g_assert_true (put (gop, 101, 3000, TRUE, &inside));
  g_assert_false (put (gop, 102, 3000, FALSE, &ending));
  g_assert_false (put (gop, 103, 6000, FALSE, &ending));
  g_assert_false (put (gop, 100, 3000, TRUE, &inside));
  g_assert_cmpint (parlor_gop_kind (gop), ==, PARLOR_GOP_WHOLE);
  g_assert_cmpuint (parlor_gop_length (gop, PARLOR_GOP_WHOLE, &bytes), ==, 4);
  g_assert_cmpuint (parlor_gop_info (gop, 0)->header.seq, ==, 100);
  g_assert_false (put (gop, 100, 3000, TRUE, &inside)); /* again */
  g_assert_cmpint (parlor_gop_kind (gop), ==, PARLOR_GOP_WHOLE);
  parlor_gop_free (gop);
}

static void
test_one_before_is_left_out (void)
{
  ParlorGop *gop = parlor_gop_new ();
  gsize bytes;

  put (gop, 100, 3000, TRUE, &ending);
  g_assert_false (put (gop, 99, 0, TRUE, &ending));
  g_assert_cmpuint (parlor_gop_length (gop, PARLOR_GOP_WHOLE, &bytes), ==, 1);
  g_assert_cmpuint (parlor_gop_info (gop, 0)->header.seq, ==, 100);
  parlor_gop_free (gop);
}

/* Numbers come round, with few of the base layer among them. */
static void
test_long_without_a_key_frame (void)
{
  static const ParlorGopPart upper = {.ends = TRUE, .small = TRUE};
  ParlorGop *gop = parlor_gop_new ();

  put (gop, 7, 0, TRUE, &ending);
  for (guint i = 1; i < 40000; i++)
    {
      put (gop, (guint16)(7 + i), 3000 * i, FALSE, &upper);
      if (i < 0x4000)
        g_assert_cmpint (parlor_gop_kind (gop), ==, PARLOR_GOP_WHOLE);
      else
        g_assert_cmpint (parlor_gop_kind (gop), ==, PARLOR_GOP_STILL);
    }
  g_assert_true (put (gop, (guint16)(7 + 40000), 3000 * 40000, TRUE, &ending));
  g_assert_cmpint (parlor_gop_kind (gop), ==, PARLOR_GOP_WHOLE);
  parlor_gop_free (gop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/gop/a-key-frame-whose-first-packet-comes-last-is-whole",
                   test_first_comes_last);
  g_test_add_func ("/router/gop/a-key-frame-from-before-is-left-out", test_one_before_is_left_out);
  g_test_add_func ("/router/gop/a-stream-may-go-on-for-long-without-a-key-frame",
                   test_long_without_a_key_frame);
  return g_test_run ();
}
