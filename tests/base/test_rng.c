/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include <string.h>

static void
test_repeats (void)
{
  ParlorRng a, b, c;
  guint8 bytes_a[37], bytes_b[37], bytes_c[37];
  parlor_rng_init_seeded (&a, 1);
  parlor_rng_init_seeded (&b, 1);
  parlor_rng_init_seeded (&c, 2);
  parlor_rng_fill (&a, bytes_a, sizeof bytes_a);
  parlor_rng_fill (&b, bytes_b, sizeof bytes_b);
  parlor_rng_fill (&c, bytes_c, sizeof bytes_c);
  g_assert_cmpmem (bytes_a, 37, bytes_b, 37);
  g_assert_true (memcmp (bytes_a, bytes_c, 37) != 0);
  g_assert_cmpuint (parlor_rng_u64 (&a), ==, parlor_rng_u64 (&b));
}

/* First words that SplitMix64 makes of seed 0 (the reference program's), run through xoshiro256**'s
 * first output: rotl (s1 * 5, 7) * 9. */
static void
test_vector (void)
{
  ParlorRng self;
  parlor_rng_init_seeded (&self, 0);
  g_assert_cmphex (self.state[0], ==, G_GUINT64_CONSTANT (0xe220a8397b1dcdaf));
  g_assert_cmphex (self.state[1], ==, G_GUINT64_CONSTANT (0x6e789e6aa1b965f4));
  guint64 x = G_GUINT64_CONSTANT (0x6e789e6aa1b965f4) * 5;
  g_assert_cmphex (parlor_rng_u64 (&self), ==, (x << 7 | x >> 57) * 9);
}

static void
test_system (void)
{
  ParlorRng self;
  parlor_rng_init_system (&self);
  guint64 a = parlor_rng_u64 (&self), b = parlor_rng_u64 (&self);
  g_assert_true (a != b);
  guint8 bytes[1000] = {0}, zeros = 0;
  parlor_rng_fill (&self, bytes, sizeof bytes);
  for (guint i = 0; i < sizeof bytes; i++)
    zeros += bytes[i] == 0;
  g_assert_cmpuint (zeros, <, 40);
}

static void
test_below (void)
{
  ParlorRng self;
  guint counts[10] = {0};
  parlor_rng_init_seeded (&self, 5);
  g_assert_cmpuint (parlor_rng_below (&self, 0), ==, 0);
  g_assert_cmpuint (parlor_rng_below (&self, 1), ==, 0);
  for (guint i = 0; i < 100000; i++)
    counts[parlor_rng_below (&self, 10)]++;
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (ABS ((gint)counts[i] - 10000), <, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/rng/one-seed-makes-one-stream", test_repeats);
  g_test_add_func ("/base/rng/begins-as-its-authors-say", test_vector);
  g_test_add_func ("/base/rng/the-system-source-does-not-repeat", test_system);
  g_test_add_func ("/base/rng/below-is-fair", test_below);
  return g_test_run ();
}
