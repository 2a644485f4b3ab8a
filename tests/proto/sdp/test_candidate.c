/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/sdp/candidate.h"

static gboolean
parse (const char *line, ParlorSdpCandidate *candidate)
{
  return parlor_sdp_candidate_parse (line, strlen (line), candidate);
}

static void
test_browser_lines (void)
{
  ParlorSdpCandidate c;

  g_assert_true (
      parse ("candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 "
             "ufrag 4ZcD network-id 1",
             &c));
  g_assert_cmpstr (c.foundation, ==, "1467250027");
  g_assert_cmpuint (c.component, ==, 1);
  g_assert_false (c.tcp);
  g_assert_cmpuint (c.priority, ==, 2122260223);
  g_assert_cmpstr (c.address, ==, "192.168.0.196");
  g_assert_cmpuint (c.port, ==, 46243);
  g_assert_cmpint (c.type, ==, PARLOR_SDP_CANDIDATE_HOST);
  g_assert_cmpstr (c.ufrag, ==, "4ZcD");

  g_assert_true (
      parse ("a=candidate:3 1 UDP 1686052863 2001:db8::1 9 typ srflx raddr fe80::1 rport 7", &c));
  g_assert_cmpint (c.type, ==, PARLOR_SDP_CANDIDATE_SRFLX);
  g_assert_cmpstr (c.related_address, ==, "fe80::1");
  g_assert_cmpuint (c.related_port, ==, 7);

  g_assert_true (parse (
      "candidate:0 1 UDP 2122252543 4b1e1d2c-3a5f-4f7e-9f0e-1f0d5b1f8a11.local 55000 typ host",
      &c));
  g_assert_true (g_str_has_suffix (c.address, ".local"));

  g_assert_true (parse ("candidate:2 1 TCP 2105524479 192.0.2.1 9 typ host tcptype active", &c));
  g_assert_true (c.tcp);
}

static void
test_refused_lines (void)
{
  static const char *const lines[] = {
      "",
      "candidate:",
      "candidate:1 1 udp 1 192.0.2.1 9 typ",
      "candidate:1 0 udp 1 192.0.2.1 9 typ host",
      "candidate:1 256 udp 1 192.0.2.1 9 typ host",
      "candidate:1 1 sctp 1 192.0.2.1 9 typ host",
      "candidate:1 1 udp 0 192.0.2.1 9 typ host",
      "candidate:1 1 udp 4294967296 192.0.2.1 9 typ host",
      "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
      "candidate:1 1 udp 1 192.0.2.1 0 typ host",
      "candidate:1 1 udp 1 192.0.2.1 9 typ guest",
      "candidate:1 1 udp 1 192.0.2.1 9 tip host",
      "candidate:1 1 udp 1 <script> 9 typ host",
      "candidate:1 1 udp 1 192.0.2.1 9 typ host odd",
      "candidate:1 1 udp 1 192.0.2.1 9 typ host ufrag x",
      "candidate:1 1 udp 1 192.0.2.1 9 typ srflx raddr 1.1.1.1 rport 70000",
      "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 9 typ host",
      "candidate: 1 udp 1 192.0.2.1 9 typ host",
      "b=candidate:1 1 udp 1 192.0.2.1 9 typ host",
  };
  ParlorSdpCandidate c;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_test_message ("%s", lines[i]);
      g_assert_false (parse (lines[i], &c));
    }
  g_autofree char *longer = g_strnfill (5000, 'x');
  memcpy (longer, "candidate:", 10);
  g_assert_false (parse (longer, &c));
}

static void
test_round_trip (void)
{
  static const char *const addresses[] = {"192.0.2.7", "2001:db8::7"};

  for (guint type = 0; type <= PARLOR_SDP_CANDIDATE_RELAY; type++)
    for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
      {
        ParlorSdpCandidate in = {.port = 7900, .type = (ParlorSdpCandidateType)type}, out;
        g_autoptr (GString) text = g_string_new (NULL);

        in.priority = parlor_sdp_candidate_priority (in.type, (guint16)(65535 - i));
        g_strlcpy (in.address, addresses[i], sizeof in.address);
        parlor_sdp_candidate_append (text, &in);
        g_assert_true (parse (text->str, &out));
        g_assert_cmpstr (out.address, ==, in.address);
        g_assert_cmpuint (out.port, ==, 7900);
        g_assert_cmpuint (out.priority, ==, in.priority);
        g_assert_cmpint (out.type, ==, in.type);
        g_assert_cmpuint (out.component, ==, 1);
        g_assert_cmpstr (out.foundation, !=, "");
        g_assert_true ((out.related_address[0] == '\0') == (type == PARLOR_SDP_CANDIDATE_HOST));
      }
}

/* RFC 8445 section 5.1.2.1, with the numbers of its recommended preferences. */
static void
test_priority (void)
{
  g_assert_cmpuint (parlor_sdp_candidate_priority (PARLOR_SDP_CANDIDATE_HOST, 65535), ==,
                    2130706431);
  g_assert_cmpuint (parlor_sdp_candidate_priority (PARLOR_SDP_CANDIDATE_SRFLX, 65535), ==,
                    1694498815);
  g_assert_cmpuint (parlor_sdp_candidate_priority (PARLOR_SDP_CANDIDATE_RELAY, 65535), ==,
                    16777215);
}

/* RFC 6544 sections 4.2 and 4.5: behind a peer-reflexive one of UDP, before a relay. */
static void
test_tcp (void)
{
  const ParlorSdpCandidate passive = {.tcp = TRUE,
                                      .address = "192.0.2.7",
                                      .port = 7901,
                                      .priority = parlor_sdp_candidate_tcp_priority (8191)};
  g_autoptr (GString) line = g_string_new (NULL);
  ParlorSdpCandidate back;

  parlor_sdp_candidate_append (line, &passive);
  g_assert_true (g_str_has_suffix (line->str, " 192.0.2.7 7901 typ host tcptype passive"));
  g_assert_true (parse (line->str, &back));
  g_assert_true (back.tcp);
  g_assert_cmpuint (back.priority, ==, (90u << 24) + ((4u << 13) + 8191) * 256 + 255);
  g_assert_cmpuint (parlor_sdp_candidate_tcp_priority (G_MAXUINT16), ==, back.priority);
  g_assert_cmpuint (back.priority, <,
                    parlor_sdp_candidate_priority (PARLOR_SDP_CANDIDATE_SRFLX, 0));
  g_assert_cmpuint (back.priority, >,
                    parlor_sdp_candidate_priority (PARLOR_SDP_CANDIDATE_RELAY, 65535));
}

static void
test_credentials (void)
{
  g_autofree char *longest = g_strnfill (256, 'a');
  g_autofree char *longer = g_strnfill (257, 'a');

  g_assert_true (parlor_sdp_ufrag_is_valid ("aB+/"));
  g_assert_true (parlor_sdp_ufrag_is_valid (longest));
  g_assert_false (parlor_sdp_ufrag_is_valid ("abc"));
  g_assert_false (parlor_sdp_ufrag_is_valid (longer));
  g_assert_false (parlor_sdp_ufrag_is_valid ("abc:d"));
  g_assert_true (parlor_sdp_password_is_valid ("0123456789012345678901"));
  g_assert_false (parlor_sdp_password_is_valid ("012345678901234567890"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/sdp/candidate/lines-of-browsers-are-read", test_browser_lines);
  g_test_add_func ("/proto/sdp/candidate/broken-lines-are-refused", test_refused_lines);
  g_test_add_func ("/proto/sdp/candidate/what-is-written-is-read", test_round_trip);
  g_test_add_func ("/proto/sdp/candidate/priority-follows-the-formula", test_priority);
  g_test_add_func ("/proto/sdp/candidate/tcp-is-passive-and-comes-behind-udp", test_tcp);
  g_test_add_func ("/proto/sdp/candidate/credentials-have-a-length-and-an-alphabet",
                   test_credentials);
  return g_test_run ();
}
