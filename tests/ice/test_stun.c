/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/stun.h"

#include <string.h>

#include "check.h"
#include "ice/stun_private.h"

/* RFC 5769 section 2.1: user "evtj:h6vY", password "VOkJxbRl1RmTxUk/WvJxBt". */
static const guint8 sample_request[] =
    "\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x10STUN test client\x00\x24\x00\x04\x6e\x00\x01\xff"
    "\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36\x00\x06\x00\x09"
    "evtj:h6vY\x20\x20\x20"
    "\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\x71"
    "\xa2"
    "\x80\x28\x00\x04\xe5\x7a\x3b\xcf";
/* Section 2.2: 192.0.2.1:32853. Section 2.3: 2001:db8:1234:5678:11:2233:4455:6677 port 32853. */
static const guint8 sample_reply4[] =
    "\x01\x01\x00\x3c\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x0btest vector\x20\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
    "\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53\xf0\x6b\xe7"
    "\xd7"
    "\x80\x28\x00\x04\xc0\x7d\x4c\x96";
static const guint8 sample_reply6[] =
    "\x01\x01\x00\x48\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x0btest "
    "vector\x20\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79"
    "\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9\x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9"
    "\x7c"
    "\x82\x92\xc2\x75\xbf\xe3\xed\x41\x80\x28\x00\x04\xc8\xfb\x0b\x4c";
static char sample_password[] = "VOkJxbRl1RmTxUk/WvJxBt";

static bool
give_password (StunAgent *agent, StunMessage *message, uint8_t *username, uint16_t username_length,
               uint8_t **password, size_t *password_length, void *user_data)
{
  g_assert_cmpmem (username, username_length, "evtj:h6vY", 9);
  *password = (uint8_t *)sample_password;
  *password_length = strlen (sample_password);
  return true;
}

static void
test_rfc5769_request (void)
{
  g_autoptr (ParlorStunAgent) agent = parlor_stun_agent_new ();
  StunMessage message;
  const char *ufrag;
  gsize length;
  guint8 bytes[sizeof sample_request - 1];
  memcpy (bytes, sample_request, sizeof bytes);
  g_assert_true (parlor_ice_stun_username (bytes, sizeof bytes, &ufrag, &length));
  g_assert_cmpmem (ufrag, length, "evtj", 4);
  g_assert_cmpint (
      stun_agent_validate (&agent->agent, &message, bytes, sizeof bytes, give_password, NULL), ==,
      STUN_VALIDATION_SUCCESS);
  bytes[sizeof bytes - 9] ^= 1;
  g_assert_cmpint (
      stun_agent_validate (&agent->agent, &message, bytes, sizeof bytes, give_password, NULL), !=,
      STUN_VALIDATION_SUCCESS);
}

static void
check_reply (const guint8 *reply, gsize length, const char *ip)
{
  g_autoptr (ParlorStunAgent) agent = parlor_stun_agent_new ();
  StunMessage message;
  struct sockaddr_storage address;
  struct sockaddr_in *in = (struct sockaddr_in *)&address;
  socklen_t address_length = sizeof address;
  ParlorAddr want;
  agent->agent.sent_ids[0] = (StunAgentSavedIds){.method = STUN_BINDING,
                                                 .key = (uint8_t *)sample_password,
                                                 .key_len = strlen (sample_password),
                                                 .valid = true};
  memcpy (agent->agent.sent_ids[0].id, reply + 4, sizeof (StunTransactionId));
  g_assert_cmpint (stun_agent_validate (&agent->agent, &message, reply, length, NULL, NULL), ==,
                   STUN_VALIDATION_SUCCESS);
  g_assert_cmpint (stun_message_find_xor_addr (&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
                                               &address, &address_length),
                   ==, STUN_MESSAGE_RETURN_SUCCESS);
  g_assert_true (parlor_addr_parse (ip, 32853, &want));
  g_assert_cmpuint (g_ntohs (in->sin_port), ==, want.port);
  if (address.ss_family == AF_INET)
    g_assert_cmpmem (&in->sin_addr, 4, want.ip + 12, 4);
  else
    g_assert_cmpmem (&((struct sockaddr_in6 *)&address)->sin6_addr, 16, want.ip, 16);
}

static void
test_rfc5769_replies (void)
{
  check_reply (sample_reply4, sizeof sample_reply4 - 1, "192.0.2.1");
  check_reply (sample_reply6, sizeof sample_reply6 - 1, "2001:db8:1234:5678:11:2233:4455:6677");
}

static void
test_lies (void)
{
  const char *ufrag = NULL;
  gsize length = 0;
  guint8 bytes[sizeof sample_request - 1];
  for (gsize n = 0; n < sizeof bytes; n++)
    g_assert_false (parlor_ice_stun_username (sample_request, n, &ufrag, &length));
  memcpy (bytes, sample_request, sizeof bytes);
  bytes[22] = 0xff; /* SOFTWARE longer than the message */
  g_assert_false (parlor_ice_stun_username (bytes, sizeof bytes, &ufrag, &length));
  memcpy (bytes, sample_request, sizeof bytes);
  bytes[0] = 0x01; /* a reply */
  g_assert_false (parlor_ice_stun_username (bytes, sizeof bytes, &ufrag, &length));
  memcpy (bytes, sample_request, sizeof bytes);
  bytes[4] ^= 1; /* not the cookie */
  g_assert_false (parlor_ice_stun_username (bytes, sizeof bytes, &ufrag, &length));
  memcpy (bytes, sample_request, sizeof bytes);
  *(guint8 *)memchr (bytes, ':', sizeof bytes) = '.';
  g_assert_false (parlor_ice_stun_username (bytes, sizeof bytes, &ufrag, &length));
  g_assert_null (ufrag);
  g_assert_cmpuint (length, ==, 0);
}

/* 20 bytes of header, and one attribute of `type` with four bytes. */
static gboolean
has_username (guint16 type, const char *value)
{
  guint8 bytes[28] = {0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42};
  const char *ufrag;
  gsize length;
  bytes[20] = (guint8)(type >> 8);
  bytes[21] = (guint8)type;
  bytes[23] = 4;
  memcpy (bytes + 24, value, 4);
  return parlor_ice_stun_username (bytes, sizeof bytes, &ufrag, &length);
}

static void
test_one_attribute (void)
{
  g_assert_true (has_username (0x0006, "ab:c"));
  g_assert_false (has_username (0x0006, ":abc")); /* nobody's */
  g_assert_false (has_username (0x0006, "abcd"));
  g_assert_false (has_username (0x8022, "ab:c")); /* SOFTWARE, and no more */
  g_assert_false (has_username (0x0008, "ab:c")); /* what stands behind it is not vouched for */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ice/stun/rfc5769-request-is-read-and-authentic", test_rfc5769_request);
  g_test_add_func ("/ice/stun/rfc5769-replies-of-both-families-are-authentic",
                   test_rfc5769_replies);
  g_test_add_func ("/ice/stun/lies-have-no-username", test_lies);
  g_test_add_func ("/ice/stun/one-attribute-is-a-name-or-none", test_one_attribute);
  return g_test_run ();
}
