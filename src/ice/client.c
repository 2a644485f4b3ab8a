/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/client.h"

#include <arpa/inet.h>
#include <stun/usages/ice.h>

#include "ice/stun_private.h"

/* A reply may overtake a repeated check: so many of the last checks may still be answered. */
#define MAX_PENDING 4
/* A peer-reflexive candidate of the highest local preference (RFC 8445 section 5.1.2.1), as
 * section 7.1.1 asks. */
#define PRIORITY (110u << 24 | 65535u << 8 | 255u)
#define CONSENT_US G_GINT64_CONSTANT (30000000)

typedef struct
{
  gboolean valid;
  StunTransactionId id;
  gint64 sent_us;
} Check;

struct _ParlorIceClient
{
  char username[2 * PARLOR_ICE_UFRAG_SIZE];
  char password[PARLOR_ICE_PWD_SIZE];
  char local_password[PARLOR_ICE_PWD_SIZE];
  guint64 random; /* state of a generator for jitter */
  guint64 tie_breaker;
  Check pending[MAX_PENDING];
  guint n_sent;
  gint64 next_us, retry_us;
  gboolean connected, has_mapped;
  gint64 confirmed_us, rtt_us;
  ParlorAddr mapped;
};

/* xorshift64* is plenty for jitter; transaction ids come from libnice's own source. */
static guint64
next_random (ParlorIceClient *self)
{
  self->random ^= self->random >> 12;
  self->random ^= self->random << 25;
  self->random ^= self->random >> 27;
  return self->random * G_GUINT64_CONSTANT (2685821657736338717);
}

ParlorIceClient *
parlor_ice_client_new (const char *local_ufrag, const char *local_pwd, const char *remote_ufrag,
                       const char *remote_pwd, guint64 seed)
{
  if (!parlor_ice_ufrag_valid (local_ufrag) || !parlor_ice_pwd_valid (local_pwd)
      || !parlor_ice_ufrag_valid (remote_ufrag) || !parlor_ice_pwd_valid (remote_pwd))
    return NULL;
  ParlorIceClient *self = g_new0 (ParlorIceClient, 1);
  g_snprintf (self->username, sizeof self->username, "%s:%s", remote_ufrag, local_ufrag);
  g_strlcpy (self->password, remote_pwd, sizeof self->password);
  g_strlcpy (self->local_password, local_pwd, sizeof self->local_password);
  self->random = seed | 1;
  self->tie_breaker = next_random (self);
  self->retry_us = PARLOR_ICE_CLIENT_RETRY_US;
  self->next_us = G_MININT64;
  self->rtt_us = -1;
  return self;
}

void
parlor_ice_client_free (ParlorIceClient *client)
{
  g_free (client);
}

static void
schedule (ParlorIceClient *self, gint64 now_us)
{
  if (self->connected)
    {
      gint64 every = PARLOR_ICE_CLIENT_CONSENT_EVERY_US;
      self->next_us = now_us + every * 4 / 5
                      + (gint64)(next_random (self) % (guint64)(every * 2 / 5));
      return;
    }
  self->next_us = now_us + self->retry_us;
  self->retry_us = MIN (self->retry_us * 2, PARLOR_ICE_CLIENT_RETRY_MAX_US);
}

gsize
parlor_ice_client_poll (ParlorIceClient *client, ParlorStunAgent *agent, gint64 now_us,
                        guint8 *buffer)
{
  StunMessage message;
  if (now_us < client->next_us)
    return 0;
  schedule (client, now_us);
  gsize length = stun_usage_ice_conncheck_create (
      &agent->agent, &message, buffer, PARLOR_ICE_CLIENT_CHECK_MAX,
      (const uint8_t *)client->username, strlen (client->username),
      (const uint8_t *)client->password, strlen (client->password), true, true, PRIORITY,
      client->tie_breaker, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
  Check *check = &client->pending[client->n_sent++ % MAX_PENDING];
  stun_message_id (&message, check->id);
  /* The agent is shared by many clients and has few places: the client remembers for itself. */
  stun_agent_forget_transaction (&agent->agent, check->id);
  check->valid = length > 0;
  check->sent_us = now_us;
  return length;
}

gint64
parlor_ice_client_next_us (const ParlorIceClient *client)
{
  return client->next_us;
}

static Check *
find_check (ParlorIceClient *self, const guint8 *bytes)
{
  for (guint i = 0; i < MAX_PENDING; i++)
    if (self->pending[i].valid
        && !memcmp (self->pending[i].id, bytes + 4, sizeof (StunTransactionId)))
      return &self->pending[i];
  return NULL;
}

/* libnice validates replies against its list of transactions: lend it this one. */
static gboolean
validate_reply (ParlorIceClient *self, StunAgent *agent, const Check *check, const guint8 *bytes,
                gsize length, StunMessage *reply)
{
  StunAgentSavedIds *place = &agent->sent_ids[0];
  StunAgentSavedIds kept = *place;
  *place = (StunAgentSavedIds){.method = STUN_BINDING,
                               .key = (uint8_t *)self->password,
                               .key_len = strlen (self->password),
                               .valid = true};
  memcpy (place->id, check->id, sizeof place->id);
  StunValidationStatus status = stun_agent_validate (agent, reply, bytes, length, NULL, NULL);
  *place = kept;
  return status == STUN_VALIDATION_SUCCESS;
}

static void
keep_mapped (ParlorIceClient *self, const struct sockaddr_storage *address)
{
  const struct sockaddr_in *in = (const struct sockaddr_in *)address;
  char ip[INET_ADDRSTRLEN];
  if (address->ss_family == AF_INET6)
    parlor_addr_from_in6 ((const struct sockaddr_in6 *)address, &self->mapped);
  else if (!parlor_addr_parse (inet_ntop (AF_INET, &in->sin_addr, ip, sizeof ip),
                               g_ntohs (in->sin_port), &self->mapped))
    return;
  self->has_mapped = TRUE;
}

gboolean
parlor_ice_client_handle (ParlorIceClient *client, ParlorStunAgent *agent, const guint8 *bytes,
                          gsize length, gint64 now_us)
{
  StunMessage reply;
  struct sockaddr_storage address;
  socklen_t address_length = sizeof address;
  Check *check;
  if (!parlor_stun_header_valid (bytes, length) || !(check = find_check (client, bytes))
      || !validate_reply (client, &agent->agent, check, bytes, length, &reply)
      || stun_usage_ice_conncheck_process (&reply, &address, &address_length,
                                           STUN_USAGE_ICE_COMPATIBILITY_RFC5245)
             != STUN_USAGE_ICE_RETURN_SUCCESS)
    return FALSE;
  keep_mapped (client, &address);
  client->rtt_us = now_us - check->sent_us;
  client->confirmed_us = now_us;
  check->valid = FALSE;
  if (!client->connected)
    {
      client->connected = TRUE;
      schedule (client, now_us);
    }
  return TRUE;
}

static bool
give_local_password (StunAgent *agent, StunMessage *message, uint8_t *username,
                     uint16_t username_length, uint8_t **password, size_t *password_length,
                     void *user_data)
{
  ParlorIceClient *self = user_data;
  *password = (uint8_t *)self->local_password;
  *password_length = strlen (self->local_password);
  return true;
}

gsize
parlor_ice_client_answer (ParlorIceClient *client, ParlorStunAgent *agent, const guint8 *bytes,
                          gsize length, const ParlorAddr *from, guint8 *reply)
{
  StunMessage request, message;
  struct sockaddr_storage address;
  socklen_t address_length = parlor_addr_to_native (from, &address);
  size_t reply_length = PARLOR_ICE_CLIENT_CHECK_MAX;
  bool controlling = true;
  if (!parlor_stun_header_valid (bytes, length)
      || parlor_stun_type (bytes) != PARLOR_STUN_BINDING_REQUEST
      || stun_agent_validate (&agent->agent, &request, bytes, length, give_local_password, client)
             != STUN_VALIDATION_SUCCESS
      || stun_usage_ice_conncheck_create_reply (
             &agent->agent, &request, &message, reply, &reply_length, &address, address_length,
             &controlling, client->tie_breaker, STUN_USAGE_ICE_COMPATIBILITY_RFC5245)
             != STUN_USAGE_ICE_RETURN_SUCCESS)
    return 0;
  return reply_length;
}

gboolean
parlor_ice_client_connected (const ParlorIceClient *client)
{
  return client->connected;
}

gboolean
parlor_ice_client_expired (const ParlorIceClient *client, gint64 now_us)
{
  return client->connected && now_us - client->confirmed_us >= CONSENT_US;
}

gboolean
parlor_ice_client_mapped (const ParlorIceClient *client, ParlorAddr *mapped)
{
  if (client->has_mapped)
    *mapped = client->mapped;
  return client->has_mapped;
}

gint64
parlor_ice_client_rtt_us (const ParlorIceClient *client)
{
  return client->rtt_us;
}
