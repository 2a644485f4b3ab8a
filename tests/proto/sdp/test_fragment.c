/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/sdp/fragment.h"

static ParlorSdpFragment *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  ParlorSdpFragment *fragment = parlor_sdp_fragment_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return fragment;
}

/* As in RFC 9725 section 4.3.1. */
static const char trickle[] = "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
                              "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
                              "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host "
                              "generation 0 ufrag EsAw network-id 1\r\n"
                              "a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host "
                              "generation 0 ufrag EsAw network-id 2\r\n"
                              "a=candidate:broken\r\n"
                              "a=end-of-candidates\r\n";

static void
test_trickle (void)
{
  g_autoptr (ParlorSdpFragment) fragment = parse (trickle);

  g_assert_cmpstr (fragment->ufrag, ==, "EsAw");
  g_assert_cmpstr (fragment->pwd, ==, "P2uYro0UCOQ4zxjKXaWCBui1");
  g_assert_cmpstr (fragment->mid, ==, "0");
  g_assert_cmpuint (fragment->n_candidates, ==, 2);
  g_assert_cmpuint (fragment->n_ignored, ==, 1);
  g_assert_cmpuint (fragment->candidates[1].port, ==, 61765);
  g_assert_true (fragment->end_of_candidates);
  g_assert_false (fragment->ice_lite);
}

static void
test_end_alone (void)
{
  g_autoptr (ParlorSdpFragment) fragment = parse ("a=end-of-candidates");

  g_assert_true (fragment->end_of_candidates);
  g_assert_cmpstr (fragment->ufrag, ==, "");
}

static void
test_many_candidates (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "a=candidate:%u 1 udp 1 192.0.2.1 %u typ host\r\n", i, i + 1);
  g_autoptr (ParlorSdpFragment) fragment = parse (text->str);
  g_assert_cmpuint (fragment->n_candidates, ==, PARLOR_SDP_MAX_FRAGMENT_CANDIDATES);
  g_assert_cmpuint (fragment->n_ignored, ==, 200 - PARLOR_SDP_MAX_FRAGMENT_CANDIDATES);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *text, *words;
  } cases[] = {
      {"hello", "line 1: is not"},
      {"a=mid:0\r\n\r\na=mid:1\r\n", "line 2: is not"},
      {"a=ice-ufrag:x\r\n", "line 1: a=ice-ufrag"},
      {"a=ice-ufrag:abcd\r\n", "go together"},
      {"a=ice-pwd:0123456789012345678901\r\n", "go together"},
      {"a=ice-pwd:tiny\r\n", "line 1: a=ice-pwd"},
      {"a=ice-ufrag:abcd\r\na=ice-ufrag:efgh\r\n", "line 2: a=ice-ufrag differs"},
      {"a=ice-pwd:0123456789012345678901\r\na=ice-pwd:1123456789012345678901\r\n",
       "line 2: a=ice-pwd differs"},
      {"a=mid:a b\r\n", "line 1: a=mid"},
      {"", "1 to"},
  };
  g_autofree char *huge = g_strnfill (40000, 'a');
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) why = NULL;

      g_assert_null (parlor_sdp_fragment_parse (cases[i].text, strlen (cases[i].text), &why));
      g_assert_error (why, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_MALFORMED);
      g_assert_nonnull (strstr (why->message, cases[i].words));
    }
  g_assert_null (parlor_sdp_fragment_parse (huge, 40000, &error));
  g_assert_error (error, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_MALFORMED);
}

/* Sections of a bundle say the same again; of several mids the first names the transport. */
static void
test_said_again (void)
{
  g_autoptr (ParlorSdpFragment)
      fragment = parse ("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=mid:0\r\n"
                        "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=mid:1\r\n");

  g_assert_cmpstr (fragment->ufrag, ==, "abcd");
  g_assert_cmpstr (fragment->pwd, ==, "0123456789012345678901");
  g_assert_cmpstr (fragment->mid, ==, "0");
}

static void
test_restart (void)
{
  static const char *const mids[] = {"audio0", "video1"};
  ParlorSdpCandidate candidates[2] = {{.address = "192.0.2.1", .port = 7900, .priority = 9},
                                      {.address = "2001:db8::1", .port = 7900, .priority = 8}};
  g_autofree char *text = parlor_sdp_fragment_build ("newufrag", "0123456789012345678901", mids, 2,
                                                     candidates, 2);
  g_autoptr (ParlorSdpFragment) fragment = parse (text);

  g_assert_cmpstr (fragment->ufrag, ==, "newufrag");
  g_assert_cmpstr (fragment->pwd, ==, "0123456789012345678901");
  g_assert_cmpstr (fragment->mid, ==, "audio0");
  g_assert_true (fragment->ice_lite);
  g_assert_true (fragment->end_of_candidates);
  g_assert_cmpuint (fragment->n_candidates, ==, 2);
  g_assert_cmpstr (fragment->candidates[1].address, ==, "2001:db8::1");
  g_assert_nonnull (strstr (text, "a=group:BUNDLE audio0 video1\r\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sdp/fragment/trickled-candidates-are-read", test_trickle);
  g_test_add_func ("/proto/sdp/fragment/end-of-candidates-may-stand-alone", test_end_alone);
  g_test_add_func ("/proto/sdp/fragment/candidates-are-bounded", test_many_candidates);
  g_test_add_func ("/proto/sdp/fragment/nonsense-is-refused-with-line-and-reason", test_refusals);
  g_test_add_func ("/proto/sdp/fragment/restart-that-is-built-is-read", test_restart);
  g_test_add_func ("/proto/sdp/fragment/what-is-said-again-is-the-same", test_said_again);
  return g_test_run ();
}
