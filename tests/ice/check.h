/* SPDX-License-Identifier: Apache-2.0 */
/* Connectivity checks for the tests of ice, of every kind that a peer could send. */
#pragma once
#include <stun/stunagent.h>
#include <string.h>

#include "ice/lite.h"

typedef struct
{
  const char *local_ufrag, *remote_ufrag, *pwd; /* local = the receiver's, whose password it is */
  guint32 priority;                             /* 0 = no PRIORITY attribute */
  gboolean nominate, controlled, no_role;
  gboolean no_integrity, no_fingerprint;
  guint16 extra_attribute; /* 0 = none */
} TestCheck;

#define TEST_CHECK_MAX 640

/* Writes the check, returns its length. */
static inline gsize
test_check_make (const TestCheck *check, guint8 *buffer)
{
  static const guint16 known[] = {0};
  StunAgent agent;
  StunMessage message;
  char username[2 * PARLOR_ICE_UFRAG_SIZE];
  g_snprintf (username, sizeof username, "%s:%s", check->local_ufrag, check->remote_ufrag);
  stun_agent_init (&agent, known, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS
                       | (check->no_fingerprint ? 0 : STUN_AGENT_USAGE_USE_FINGERPRINT));
  g_assert_true (stun_agent_init_request (&agent, &message, buffer, TEST_CHECK_MAX, STUN_BINDING));
  if (check->extra_attribute)
    stun_message_append32 (&message, (StunAttribute)check->extra_attribute, 1);
  if (check->priority)
    stun_message_append32 (&message, STUN_ATTRIBUTE_PRIORITY, check->priority);
  if (check->nominate)
    stun_message_append_flag (&message, STUN_ATTRIBUTE_USE_CANDIDATE);
  if (!check->no_role)
    stun_message_append64 (&message,
                           check->controlled ? STUN_ATTRIBUTE_ICE_CONTROLLED
                                             : STUN_ATTRIBUTE_ICE_CONTROLLING,
                           G_GUINT64_CONSTANT (0x0123456789abcdef));
  stun_message_append_string (&message, STUN_ATTRIBUTE_USERNAME, username);
  gsize length = stun_agent_finish_message (&agent, &message,
                                            check->no_integrity ? NULL : (const guint8 *)check->pwd,
                                            check->no_integrity ? 0 : strlen (check->pwd));
  g_assert_cmpuint (length, >, 0);
  return length;
}

static inline ParlorTuple
test_tuple (const char *ip, guint16 port)
{
  ParlorTuple tuple = {0};
  g_assert_true (parlor_addr_parse (ip, port, &tuple.peer));
  g_assert_true (parlor_addr_parse ("192.0.2.100", 7900, &tuple.local));
  return tuple;
}
