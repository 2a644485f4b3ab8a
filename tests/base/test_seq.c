/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seq.h"

static void
test_compare (void)
{
  g_assert_true (parlor_seq16_newer (1, 0));
  g_assert_true (parlor_seq16_newer (0, 65535));
  g_assert_true (parlor_seq16_newer (32767, 0));
  g_assert_false (parlor_seq16_newer (0, 0));
  g_assert_false (parlor_seq16_newer (32768, 0));
  g_assert_false (parlor_seq16_newer (0, 32768));
  g_assert_cmpint (parlor_seq16_diff (3, 65534), ==, 5);
  g_assert_cmpint (parlor_seq16_diff (65534, 3), ==, -5);
  g_assert_true (parlor_seq32_newer (5, 0xfffffff0u));
  g_assert_cmpint (parlor_seq32_diff (5, 0xfffffff0u), ==, 21);
}

/* A walk of steps within half the circle, against the sum of the steps. */
static void
test_walk (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  ParlorSeqUnwrapper u16 = {0};
  gint64 at16 = 65500 + 0x10000, top16 = at16;
  for (guint i = 0; i < 200000; i++)
    {
      g_assert_cmpint (parlor_seq_peek16 (&u16, (guint16)at16), ==, at16);
      g_assert_cmpint (parlor_seq_unwrap16 (&u16, (guint16)at16), ==, at16);
      top16 = MAX (top16, at16);
      at16 = top16 + g_rand_int_range (rand, -32768 + 1, 32768);
      if (at16 < 0)
        at16 = top16;
    }
  g_assert_cmpint (top16, >, 1000000);
}

static void
test_first_is_positive (void)
{
  ParlorSeqUnwrapper self = {0};
  g_assert_cmpint (parlor_seq_unwrap16 (&self, 0), ==, 65536);
  g_assert_cmpint (parlor_seq_unwrap16 (&self, 65535), ==, 65535);
  g_assert_cmpint (self.highest, ==, 65536);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/seq/order-on-the-circle-as-in-rfc-1982", test_compare);
  g_test_add_func ("/base/seq/unwrapping-follows-a-walk-over-many-cycles", test_walk);
  g_test_add_func ("/base/seq/what-comes-before-the-first-stays-positive", test_first_is_positive);
  return g_test_run ();
}
