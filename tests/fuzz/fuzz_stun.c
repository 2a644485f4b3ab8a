/* SPDX-License-Identifier: Apache-2.0 */
/* STUN datagrams against the look-up of a ufrag, ICE-lite and our client. The first byte chooses:
 * even, the rest is the datagram; odd, the rest is attributes that are put into an authentic check,
 * because no fuzzer finds an HMAC. */
#include <stun/stunagent.h>
#include <string.h>

#include "ice/client.h"
#include "ice/lite.h"

#define PEER "peer"
#define PWD "0123456789012345678901"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  ParlorStunAgent *agent;
  ParlorIceCredentials local;
  ParlorIceLite *lite;
  ParlorIceClient *client;
  ParlorTuple from;
} Ends;

static void
set_up (Ends *ends)
{
  const guint8 random[PARLOR_ICE_RANDOM_BYTES] = {1, 2, 3};
  memset (ends, 0, sizeof *ends);
  ends->agent = parlor_stun_agent_new ();
  parlor_ice_credentials_make (3, random, &ends->local);
  ends->lite = parlor_ice_lite_new (&ends->local, PEER);
  ends->client = parlor_ice_client_new (PEER, PWD, ends->local.ufrag, ends->local.pwd, 1);
  g_assert_true (parlor_addr_parse ("192.0.2.1", 4000, &ends->from.peer));
}

static void
tear_down (Ends *ends)
{
  parlor_ice_client_free (ends->client);
  parlor_ice_lite_free (ends->lite);
  parlor_stun_agent_free (ends->agent);
}

static void
give (Ends *ends, const guint8 *bytes, gsize size)
{
  guint8 check[PARLOR_ICE_CLIENT_CHECK_MAX], reply[PARLOR_ICE_REPLY_MAX];
  ParlorIceResult result;
  const char *ufrag = NULL;
  gsize length = 0;
  if (parlor_ice_stun_username (bytes, size, &ufrag, &length))
    g_assert_true (length > 0 && (const guint8 *)ufrag >= bytes
                   && (const guint8 *)ufrag + length < bytes + size);
  parlor_ice_lite_handle (ends->lite, ends->agent, bytes, size, &ends->from, 1, reply, &result);
  g_assert_cmpuint (result.reply_length, <=, sizeof reply);
  g_assert_true (result.authenticated || result.reply_length == 0);
  g_assert_true (result.authenticated || !parlor_ice_lite_is_validated (ends->lite, &ends->from));
  g_assert_cmpint (parlor_ice_lite_is_validated (ends->lite, &ends->from), ==,
                   result.verdict == PARLOR_ICE_OK);
  g_assert_cmpuint (parlor_ice_client_poll (ends->client, ends->agent, 0, check), >, 0);
  g_assert_false (parlor_ice_client_handle (ends->client, ends->agent, bytes, size, 1));
}

static void
give_authentic (Ends *ends, const guint8 *attributes, gsize size)
{
  static const guint16 known[] = {0};
  StunAgent agent;
  StunMessage message;
  char username[64];
  guint8 bytes[2048];
  gsize body = MIN (size & ~(gsize)3, 1200);
  stun_agent_init (&agent, known, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  g_snprintf (username, sizeof username, "%s:" PEER, ends->local.ufrag);
  stun_agent_init_request (&agent, &message, bytes, sizeof bytes, STUN_BINDING);
  stun_message_append_string (&message, STUN_ATTRIBUTE_USERNAME, username);
  gsize length = stun_message_length (&message);
  memcpy (bytes + length, attributes, body);
  bytes[2] = (guint8)((length - 20 + body) >> 8);
  bytes[3] = (guint8)(length - 20 + body);
  length = stun_agent_finish_message (&agent, &message, (const guint8 *)ends->local.pwd,
                                      strlen (ends->local.pwd));
  if (length > 0)
    give (ends, bytes, length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Ends ends;
  if (size == 0)
    return 0;
  set_up (&ends);
  if (data[0] & 1)
    give_authentic (&ends, data + 1, size - 1);
  else
    give (&ends, data + 1, size - 1);
  tear_down (&ends);
  return 0;
}
