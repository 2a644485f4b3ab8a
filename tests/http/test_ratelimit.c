/* SPDX-License-Identifier: Apache-2.0 */
#include "http/ratelimit.h"

#define SECOND G_USEC_PER_SEC

static void
test_burst (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (5, 60, 100);
  for (int i = 0; i < 5; i++)
    g_assert_cmpint (parlor_rate_limit_take (limit, "a", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", 0), ==, SECOND);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", SECOND / 2), ==, SECOND / 2);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", SECOND), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", SECOND), ==, SECOND);
}

static void
test_keys_are_apart (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (1, 60, 100);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "b", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", 0), >, 0);
}

static void
test_wait_takes_nothing (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (1, 60, 100);
  for (int i = 0; i < 10; i++)
    g_assert_cmpint (parlor_rate_limit_wait (limit, "a", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "a", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_wait (limit, "a", 0), ==, SECOND);
}

static void
test_bounded (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (2, 60, 100);
  for (int i = 0; i < 100000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%d", i);
      parlor_rate_limit_take (limit, key, 0);
    }
  g_assert_cmpuint (parlor_rate_limit_size (limit), ==, 100);
  /* The strangers share one bucket by now, the known are as they were. */
  g_assert_cmpint (parlor_rate_limit_take (limit, "stranger", 0), >, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "5", 0), ==, 0);
  /* Full buckets are forgotten as soon as the room is needed. */
  g_assert_cmpint (parlor_rate_limit_take (limit, "stranger", 10 * SECOND), ==, 0);
  g_assert_cmpuint (parlor_rate_limit_size (limit), ==, 1);
}

/* A guesser with a million addresses meets the same wall, also where he only asks. */
static void
test_many_addresses (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (5, 5, 100);
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("192.0.2.%d", i);
      parlor_rate_limit_take (limit, key, 0);
    }
  for (int i = 0; i < 5; i++)
    {
      g_assert_cmpint (parlor_rate_limit_wait (limit, "198.51.100.1", 0), ==, 0);
      g_assert_cmpint (parlor_rate_limit_take (limit, "198.51.100.1", 0), ==, 0);
    }
  g_assert_cmpint (parlor_rate_limit_wait (limit, "198.51.100.2", 0), >, 0);
}

static void
test_ipv6_network (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (1, 1, 100);
  g_assert_cmpint (parlor_rate_limit_take (limit, "2001:db8:1:2::1", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "2001:db8:1:2:ffff::9", 0), >, 0);
  g_assert_cmpint (parlor_rate_limit_wait (limit, "2001:db8:1:2::7", 0), >, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "2001:db8:1:3::1", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "::ffff:192.0.2.1", 0), ==, 0);
  g_assert_cmpint (parlor_rate_limit_take (limit, "::ffff:192.0.2.2", 0), ==, 0);
}

static void
test_five_hundred_in_five_seconds (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (600, 6000, 100);
  for (int i = 0; i < 500; i++)
    g_assert_cmpint (parlor_rate_limit_take (limit, "one address", i * (SECOND / 100)), ==, 0);
}

static void
test_no_limit (void)
{
  g_autoptr (ParlorRateLimit) limit = parlor_rate_limit_new (0, 0, 1);
  for (int i = 0; i < 10000; i++)
    g_assert_cmpint (parlor_rate_limit_take (limit, "a", 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/ratelimit/burst-then-one-an-interval", test_burst);
  g_test_add_func ("/http/ratelimit/keys-do-not-share", test_keys_are_apart);
  g_test_add_func ("/http/ratelimit/asking-takes-nothing", test_wait_takes_nothing);
  g_test_add_func ("/http/ratelimit/memory-is-bounded", test_bounded);
  g_test_add_func ("/http/ratelimit/many-addresses-share-what-is-left", test_many_addresses);
  g_test_add_func ("/http/ratelimit/an-ipv6-address-is-its-network", test_ipv6_network);
  g_test_add_func ("/http/ratelimit/default-lets-500-joins-in-5-s-through",
                   test_five_hundred_in_five_seconds);
  g_test_add_func ("/http/ratelimit/zero-is-no-limit", test_no_limit);
  return g_test_run ();
}
