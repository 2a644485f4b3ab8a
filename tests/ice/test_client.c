/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/client.h"

#include "ice/lite.h"
#include "ice/stun_private.h"

#include <stun/usages/ice.h>

#include "check.h"

#define SEC G_GINT64_CONSTANT (1000000)
#define PWD "0123456789012345678901"

typedef struct
{
  ParlorStunAgent *agent;
  ParlorIceCredentials server;
  ParlorIceLite *lite;
  ParlorIceClient *client;
  guint8 check[PARLOR_ICE_CLIENT_CHECK_MAX], reply[PARLOR_ICE_REPLY_MAX];
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES] = {9};
  f->agent = parlor_stun_agent_new ();
  parlor_ice_credentials_make (0, random, &f->server);
  f->lite = parlor_ice_lite_new (&f->server, "peer");
  f->client = parlor_ice_client_new ("peer", PWD, f->server.ufrag, f->server.pwd, 7);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_ice_client_free (f->client);
  parlor_ice_lite_free (f->lite);
  parlor_stun_agent_free (f->agent);
}

static gsize
answer (Fixture *f, gsize length, gint64 now_us)
{
  ParlorTuple from = test_tuple ("198.51.100.7", 4000);
  ParlorIceResult result;
  parlor_ice_lite_handle (f->lite, f->agent, f->check, length, &from, now_us, f->reply, &result);
  g_assert_cmpint (result.verdict, ==, PARLOR_ICE_OK);
  return result.reply_length;
}

static void
test_retries (Fixture *f, gconstpointer data)
{
  gint64 now_us = 0, wait_us = PARLOR_ICE_CLIENT_RETRY_US;
  for (guint i = 0; i < 20; i++)
    {
      g_assert_cmpuint (parlor_ice_client_poll (f->client, f->agent, now_us, f->check), >, 0);
      g_assert_cmpint (parlor_ice_client_next_us (f->client), ==, now_us + wait_us);
      g_assert_cmpuint (
          parlor_ice_client_poll (f->client, f->agent, now_us + wait_us - 1, f->check), ==, 0);
      now_us += wait_us;
      wait_us = MIN (wait_us * 2, PARLOR_ICE_CLIENT_RETRY_MAX_US);
    }
  g_assert_false (parlor_ice_client_connected (f->client));
}

static void
test_consent (Fixture *f, gconstpointer data)
{
  gint64 now_us = 0;
  for (guint i = 0; i < 50; i++)
    {
      gsize length = parlor_ice_client_poll (f->client, f->agent, now_us, f->check);
      g_assert_cmpuint (length, >, 0);
      g_assert_true (parlor_ice_client_handle (f->client, f->agent, f->reply,
                                               answer (f, length, now_us), now_us + 1000));
      gint64 wait_us = parlor_ice_client_next_us (f->client) - now_us;
      g_assert_cmpint (wait_us, >=, 4 * SEC);
      g_assert_cmpint (wait_us, <=, 6 * SEC + 1000);
      now_us += wait_us;
    }
  g_assert_false (parlor_ice_client_expired (f->client, now_us));
  g_assert_true (parlor_ice_client_expired (f->client, now_us + 30 * SEC));
}

static void
test_forged_reply (Fixture *f, gconstpointer data)
{
  gsize length = parlor_ice_client_poll (f->client, f->agent, 0, f->check);
  gsize reply_length = answer (f, length, 0);
  for (gsize i = 0; i < reply_length; i++)
    {
      f->reply[i] ^= 0x10;
      g_assert_false (parlor_ice_client_handle (f->client, f->agent, f->reply, reply_length, 1));
      f->reply[i] ^= 0x10;
    }
  g_assert_false (parlor_ice_client_handle (f->client, f->agent, f->check, length, 1));
  g_assert_true (parlor_ice_client_handle (f->client, f->agent, f->reply, reply_length, 1));
  g_assert_false (parlor_ice_client_handle (f->client, f->agent, f->reply, reply_length, 1));
}

static void
test_bad_credentials (Fixture *f, gconstpointer data)
{
  g_assert_null (parlor_ice_client_new ("p", PWD, f->server.ufrag, f->server.pwd, 7));
  g_assert_null (parlor_ice_client_new ("peer", "short", f->server.ufrag, f->server.pwd, 7));
  g_assert_null (parlor_ice_client_new ("peer", PWD, NULL, f->server.pwd, 7));
  g_assert_null (parlor_ice_client_new ("peer", PWD, f->server.ufrag, "a b", 7));
}

/* What a server sends that is not lite: a check as the controlled side, our fragment first. */
static gsize
ask (Fixture *f, const char *pwd, guint8 *request)
{
  static const char username[] = "peer:server";
  StunMessage message;
  StunTransactionId id;
  gsize length = stun_usage_ice_conncheck_create (
      &f->agent->agent, &message, request, PARLOR_ICE_CLIENT_CHECK_MAX, (const uint8_t *)username,
      strlen (username), (const uint8_t *)pwd, strlen (pwd), false, false, 1, 9, NULL,
      STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
  stun_message_id (&message, id);
  stun_agent_forget_transaction (&f->agent->agent, id);
  return length;
}

static void
test_answer (Fixture *f, gconstpointer data)
{
  ParlorTuple from = test_tuple ("198.51.100.7", 4000);
  guint8 request[PARLOR_ICE_CLIENT_CHECK_MAX], reply[PARLOR_ICE_CLIENT_CHECK_MAX];
  gsize length = ask (f, PWD, request);
  gsize n = parlor_ice_client_answer (f->client, f->agent, request, length, &from.peer, reply);
  g_assert_cmpuint (n, >, 20);
  g_assert_cmphex (reply[0] << 8 | reply[1], ==, 0x0101);
  g_assert_cmpmem (reply + 8, 12, request + 8, 12);
  length = ask (f, "another-password-of-24-c", request);
  g_assert_cmpuint (
      parlor_ice_client_answer (f->client, f->agent, request, length, &from.peer, reply), ==, 0);
}

#define ADD(name, func) g_test_add ("/ice/client/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("repeats-with-doubled-waits", test_retries);
  ADD ("keeps-consent-every-5-s-and-expires-after-30", test_consent);
  ADD ("believes-no-forged-reply", test_forged_reply);
  ADD ("answers-an-authentic-check-and-no-other", test_answer);
  ADD ("refuses-bad-credentials", test_bad_credentials);
  return g_test_run ();
}
