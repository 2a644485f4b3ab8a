/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tally.h"

static void
test_cap (void)
{
  g_autoptr (ParlorTally) tally = parlor_tally_new (2);
  g_assert_true (parlor_tally_take (tally, "192.0.2.1"));
  g_assert_true (parlor_tally_has_room (tally, "192.0.2.1"));
  g_assert_true (parlor_tally_take (tally, "192.0.2.1"));
  g_assert_false (parlor_tally_has_room (tally, "192.0.2.1"));
  g_assert_false (parlor_tally_take (tally, "192.0.2.1"));
  g_assert_true (parlor_tally_take (tally, "192.0.2.2"));
  parlor_tally_give (tally, "192.0.2.1");
  g_assert_true (parlor_tally_take (tally, "192.0.2.1"));
  g_assert_false (parlor_tally_take (tally, "192.0.2.1"));
}

static void
test_forgets (void)
{
  g_autoptr (ParlorTally) tally = parlor_tally_new (5);
  for (guint i = 0; i < 3; i++)
    g_assert_true (parlor_tally_take (tally, "unknown"));
  g_assert_cmpuint (parlor_tally_addresses (tally), ==, 1);
  for (guint i = 0; i < 3; i++)
    parlor_tally_give (tally, "unknown");
  g_assert_cmpuint (parlor_tally_addresses (tally), ==, 0);
}

static void
test_networks (void)
{
  g_autoptr (ParlorTally) tally = parlor_tally_new (1);
  g_assert_true (parlor_tally_take (tally, "2001:db8:0:1::1"));
  g_assert_false (parlor_tally_take (tally, "2001:db8:0:1:ffff::2"));
  g_assert_true (parlor_tally_take (tally, "2001:db8:0:2::1"));
  g_assert_true (parlor_tally_take (tally, "::ffff:192.0.2.1"));
  g_assert_true (parlor_tally_take (tally, "::ffff:192.0.2.2"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/tally/an-address-has-its-fill-and-no-other", test_cap);
  g_test_add_func ("/base/tally/what-is-gone-is-forgotten", test_forgets);
  g_test_add_func ("/base/tally/a-network-of-ipv6-is-one", test_networks);
  return g_test_run ();
}
