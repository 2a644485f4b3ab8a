/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ssrf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const char *
judge (const char *text)
{
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  if (strchr (text, ':'))
    {
      g_assert_cmpint (inet_pton (AF_INET6, text, &v6.sin6_addr), ==, 1);
      return parlor_ssrf_judge ((struct sockaddr *)&v6);
    }
  g_assert_cmpint (inet_pton (AF_INET, text, &v4.sin_addr), ==, 1);
  return parlor_ssrf_judge ((struct sockaddr *)&v4);
}

static void
what_is_not_public_is_refused (void)
{
  static const char *const refused[] = {
      "0.0.0.0",
      "0.255.255.255",
      "10.0.0.1",
      "10.255.255.255",
      "100.64.0.1",
      "100.127.255.255",
      "127.0.0.1",
      "127.255.255.254",
      "169.254.169.254",
      "172.16.0.1",
      "172.31.255.255",
      "192.0.0.8",
      "192.0.2.1",
      "192.168.0.1",
      "192.88.99.1",
      "198.18.0.1",
      "198.19.255.255",
      "198.51.100.7",
      "203.0.113.9",
      "224.0.0.1",
      "239.255.255.255",
      "240.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "::7f00:1",
      "::ffff:127.0.0.1",
      "::ffff:10.0.0.1",
      "::ffff:169.254.169.254",
      "64:ff9b::127.0.0.1",
      "64:ff9b::10.1.2.3",
      "64:ff9b:1::1",
      "100::1",
      "fc00::1",
      "fd12:3456::1",
      "fe80::1",
      "febf::1",
      "fec0::1",
      "ff02::1",
      "2001::1",
      "2001:db8::1",
      "2001:10::1",
      "2002:7f00:1::1",
      "2002:808:808::1",
      "3fff::1",
      "4000::1",
      "2606:4700::5efe:a00:1",
      "2606:4700::200:5efe:a00:1",
  };
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    if (!judge (refused[i]))
      g_error ("%s was let through", refused[i]);
}

static void
what_is_public_is_let_through (void)
{
  static const char *const fine[] = {
      "1.1.1.1",        "9.255.255.255",    "11.0.0.0",     "100.63.255.255", "100.128.0.0",
      "126.0.0.1",      "128.0.0.1",        "169.253.0.1",  "172.15.0.1",     "172.32.0.1",
      "192.167.1.1",    "223.255.255.255",  "2606:4700::1", "2a00:1450::1",   "2400:3200::1",
      "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
  };
  for (guint i = 0; i < G_N_ELEMENTS (fine); i++)
    if (judge (fine[i]))
      g_error ("%s was refused: %s", fine[i], judge (fine[i]));
}

static void
urls_that_mean_something_else_are_refused (void)
{
  static const char *const refused[] = {
      "",
      "ftp://example.com/",
      "file:///etc/passwd",
      "gopher://example.com/",
      "http://example.com/",
      "HTTPS://example.com/",
      "https://",
      "https:///x",
      "https://user@example.com/",
      "https://user:pw@example.com/",
      "https://example.com@10.0.0.1/",
      "https://example.com/#x",
      "https://example.com:0/",
      "https://example.com:65536/",
      "https://example.com:/",
      "https://example.com:80x/",
      "https://0x7f.1/",
      "https://0x7f000001/",
      "https://2130706433/",
      "https://127.1/",
      "https://0177.0.0.1/",
      "https://127.0.0.1./",
      "https://1.2.3.4.5/",
      "https://[::1/",
      "https://[::1]x/",
      "https://[127.0.0.1]/",
      "https://[fe80::1%25eth0]/",
      "https://exa mple.com/",
      "https://example.com\\@10.0.0.1/",
      "https://example.com/\r\nHost: x",
      "https://ex%61mple.com/",
      "https://.example.com/",
      "https://example..com/",
      "https://\xe3\x80\x82/",
  };
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      const char *why = NULL;
      g_autoptr (ParlorTarget) target = parlor_target_new (refused[i], FALSE, &why);
      if (target || !why)
        g_error ("\"%s\" was taken", refused[i]);
    }
}

static void
good_urls_are_taken_apart (void)
{
  const char *why = NULL;
  g_autoptr (ParlorTarget) a = parlor_target_new ("https://crm.example.com/in?x=1", FALSE, &why);
  g_assert_cmpstr (a->host, ==, "crm.example.com");
  g_assert_cmpuint (a->port, ==, 443);
  g_autoptr (ParlorTarget) b = parlor_target_new ("https://[2606:4700::1]:8443", FALSE, &why);
  g_assert_cmpstr (b->host, ==, "2606:4700::1");
  g_assert_cmpuint (b->port, ==, 8443);
  g_autoptr (ParlorTarget) c = parlor_target_new ("http://127.0.0.1:9000/x", TRUE, &why);
  g_assert_cmpstr (c->scheme, ==, "http");
  g_assert_cmpuint (c->port, ==, 9000);
  g_autofree char *path = g_strnfill (2000, 'x');
  g_autofree char *url = g_strconcat ("https://a.example/", path, NULL);
  g_assert_null (parlor_target_new (url, FALSE, &why));
}

static void
configured_networks_hold_what_they_say (void)
{
  ParlorNet net;
  struct sockaddr_in a = {.sin_family = AF_INET};
  g_assert_true (parlor_net_parse ("10.1.0.0/16", &net));
  inet_pton (AF_INET, "10.1.255.1", &a.sin_addr);
  g_assert_true (parlor_net_holds (&net, (struct sockaddr *)&a));
  inet_pton (AF_INET, "10.2.0.1", &a.sin_addr);
  g_assert_false (parlor_net_holds (&net, (struct sockaddr *)&a));
  g_assert_true (parlor_net_parse ("10.2.0.1", &net));
  g_assert_true (parlor_net_holds (&net, (struct sockaddr *)&a));
  g_assert_true (parlor_net_parse ("fd00::/8", &net));
  g_assert_false (parlor_net_holds (&net, (struct sockaddr *)&a));
  static const char *const bad[] = {"",           "10.1.0.0/33", "10.1/16",
                                    "fd00::/129", "x/8",         "1.2.3.4/8/8"};
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (parlor_net_parse (bad[i], &net));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/ssrf/what-is-not-public-is-refused", what_is_not_public_is_refused);
  g_test_add_func ("/hooks/ssrf/what-is-public-is-let-through", what_is_public_is_let_through);
  g_test_add_func ("/hooks/ssrf/urls-that-mean-something-else-are-refused",
                   urls_that_mean_something_else_are_refused);
  g_test_add_func ("/hooks/ssrf/good-urls-are-taken-apart", good_urls_are_taken_apart);
  g_test_add_func ("/hooks/ssrf/configured-networks-hold-what-they-say",
                   configured_networks_hold_what_they_say);
  return g_test_run ();
}
