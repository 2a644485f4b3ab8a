/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

static void
check_text (const char *ip, guint16 port, const char *want)
{
  ParlorAddr addr;
  char text[PARLOR_ADDR_STRING_BYTES];
  g_assert_true (parlor_addr_parse (ip, port, &addr));
  g_assert_cmpstr (parlor_addr_to_string (&addr, text), ==, want);
}

static void
test_text (void)
{
  check_text ("192.0.2.1", 7900, "192.0.2.1:7900");
  check_text ("2001:db8::1", 1, "[2001:db8::1]:1");
  check_text ("::ffff:192.0.2.1", 2, "192.0.2.1:2");
}

static void
test_bad_text (void)
{
  ParlorAddr addr = {.port = 7};
  static const char *const bad[] = {NULL,      "", "192.0.2", "localhost", "2001:db8::1%eth0",
                                    "1.2.3.4 "};
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (parlor_addr_parse (bad[i], 9, &addr));
  g_assert_cmpuint (addr.port, ==, 7);
}

static void
test_sockaddr (void)
{
  ParlorAddr v4, v6, back;
  struct sockaddr_in6 in6;
  struct sockaddr_storage native;
  g_assert_true (parlor_addr_parse ("192.0.2.1", 7900, &v4));
  g_assert_true (parlor_addr_parse ("2001:db8::1", 7900, &v6));
  parlor_addr_to_in6 (&v4, &in6);
  parlor_addr_from_in6 (&in6, &back);
  g_assert_true (parlor_addr_equal (&v4, &back));
  g_assert_false (parlor_addr_equal (&v4, &v6));
  g_assert_cmpuint (parlor_addr_to_native (&v4, &native), ==, sizeof (struct sockaddr_in));
  g_assert_cmpuint (g_ntohs (((struct sockaddr_in *)&native)->sin_port), ==, 7900);
  g_assert_cmpuint (g_ntohl (((struct sockaddr_in *)&native)->sin_addr.s_addr), ==, 0xc0000201);
  g_assert_cmpuint (parlor_addr_to_native (&v6, &native), ==, sizeof (struct sockaddr_in6));
  g_assert_cmpuint (native.ss_family, ==, AF_INET6);
}

static void
test_none (void)
{
  ParlorAddr none = {.port = 7900}, any;
  g_assert_true (parlor_addr_is_none (&none));
  g_assert_true (parlor_addr_parse ("0.0.0.0", 0, &any));
  g_assert_false (parlor_addr_is_none (&any));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/addr/text-of-both-families", test_text);
  g_test_add_func ("/base/addr/bad-text-is-refused-and-changes-nothing", test_bad_text);
  g_test_add_func ("/base/addr/survives-the-way-through-a-sockaddr", test_sockaddr);
  g_test_add_func ("/base/addr/none-is-all-zero-whatever-the-port", test_none);
  return g_test_run ();
}
