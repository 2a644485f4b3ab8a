/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/burst.h"
#include "base/time.h"

static void
test_groups (void)
{
  ParlorBweBurst burst;
  ParlorBweDelta delta;

  parlor_bwe_burst_init (&burst);
  g_assert_false (parlor_bwe_burst_push (&burst, 0, 100000, &delta));
  g_assert_false (parlor_bwe_burst_push (&burst, 5000, 101000, &delta));
  g_assert_false (parlor_bwe_burst_push (&burst, 20000, 120000, &delta));
  g_assert_true (parlor_bwe_burst_push (&burst, 40000, 143000, &delta));
  g_assert_cmpint (delta.sent_us, ==, 15000);
  g_assert_cmpint (delta.arrival_us, ==, 19000);
  /* Left before its group: came by another way. */
  g_assert_false (parlor_bwe_burst_push (&burst, 39000, 144000, &delta));
  g_assert_true (parlor_bwe_burst_push (&burst, 60000, 163000, &delta));
  g_assert_cmpint (delta.sent_us, ==, 20000);
  g_assert_cmpint (delta.arrival_us, ==, 23000);
}

/* What a radio link let go at once is one group, though it left over 40 ms. */
static void
test_let_go_at_once (void)
{
  ParlorBweBurst burst;
  ParlorBweDelta delta;
  guint n = 0;

  parlor_bwe_burst_init (&burst);
  for (gint i = 0; i < 5; i++)
    n += parlor_bwe_burst_push (&burst, i * 10000, 200000 + i * 100, &delta);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (burst.current.packets, ==, 5);
}

static void
test_clock_jump (void)
{
  ParlorBweBurst burst;
  ParlorBweDelta delta;

  parlor_bwe_burst_init (&burst);
  parlor_bwe_burst_push (&burst, 0, 0, &delta);
  parlor_bwe_burst_push (&burst, 20000, 20000, &delta);
  parlor_bwe_burst_push (&burst, 40000, 40000 + 10 * PARLOR_US_PER_SEC, &delta);
  g_assert_false (parlor_bwe_burst_push (&burst, 60000, 60000 + 10 * PARLOR_US_PER_SEC, &delta));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/burst/what-left-together-is-one-group", test_groups);
  g_test_add_func ("/proto/bwe/burst/what-was-let-go-at-once-is-one-group", test_let_go_at_once);
  g_test_add_func ("/proto/bwe/burst/a-leap-of-the-clock-begins-anew", test_clock_jump);
  return g_test_run ();
}
