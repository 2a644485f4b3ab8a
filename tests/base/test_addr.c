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

/* Each row's kinds as letters: u(nspecified) l(oopback) k (link-local). */
static void
test_kinds (void)
{
  static const struct
  {
    const char *ip, *kinds;
  } rows[] = {
      {"0.0.0.0", "u"},
      {"::", "u"},
      {"127.0.0.1", "l"},
      {"127.255.255.255", "l"},
      {"::1", "l"},
      {"::ffff:127.0.0.1", "l"},
      {"128.0.0.0", ""},
      {"126.255.255.255", ""},
      {"::2", ""},
      {"169.254.0.1", "k"},
      {"169.253.255.255", ""},
      {"fe80::1", "k"},
      {"febf::", "k"},
      {"fec0::", ""},
      {"10.1.2.3", ""},
      {"11.0.0.0", ""},
      {"172.16.0.0", ""},
      {"172.31.255.255", ""},
      {"172.32.0.0", ""},
      {"172.15.255.255", ""},
      {"192.168.0.1", ""},
      {"192.169.0.0", ""},
      {"100.64.0.0", ""},
      {"100.127.255.255", ""},
      {"100.128.0.0", ""},
      {"fc00::", ""},
      {"fdff::1", ""},
      {"fe00::", ""},
      {"224.0.0.1", ""},
      {"239.255.255.255", ""},
      {"240.0.0.1", ""},
      {"255.255.255.255", ""},
      {"ff02::1", ""},
      {"2001:db8::1", ""},
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ParlorAddr a;
      char kinds[6] = "";
      g_assert_true (parlor_addr_parse (rows[i].ip, 1, &a));
      g_strlcat (kinds, parlor_addr_is_unspecified (&a) ? "u" : "", sizeof kinds);
      g_strlcat (kinds, parlor_addr_is_loopback (&a) ? "l" : "", sizeof kinds);
      g_strlcat (kinds, parlor_addr_is_link_local (&a) ? "k" : "", sizeof kinds);
      g_assert_cmpstr (kinds, ==, rows[i].kinds);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/addr/text-of-both-families", test_text);
  g_test_add_func ("/base/addr/bad-text-is-refused-and-changes-nothing", test_bad_text);
  g_test_add_func ("/base/addr/survives-the-way-through-a-sockaddr", test_sockaddr);
  g_test_add_func ("/base/addr/none-is-all-zero-whatever-the-port", test_none);
  g_test_add_func ("/base/addr/kinds-end-where-their-rfcs-say", test_kinds);
  return g_test_run ();
}
