/* SPDX-License-Identifier: Apache-2.0 */
/* Raw datagrams into a whole router in which somebody is waited for, from strangers and from where
 * he may come: two bytes a datagram (what and from where; its length), then its bytes. Nobody has
 * proved anything: not a byte is sent, no handshake begins, each datagram is dropped and
 * counted once. Checks are given the right user name where the input says so; only their integrity
 * stays wrong, since no fuzzer finds an HMAC. */
#include <string.h>

#include "base/time.h"
#include "router/outbox.h"
#include "router/router.h"

#define ARENA_BYTES PARLOR_OUTBOX_MIN_BYTES
#define MAX_DATAGRAMS 64
#define REMOTE "peer"
#define STUN_HEADER 20

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  ParlorRouter *router;
  ParlorIceCredentials local;
  guint8 *arena;
  ParlorDatagram datagrams[PARLOR_OUTBOX_MIN_DATAGRAMS];
  guint n_handed_over, n_given;
  gint64 now_us;
} Server;

static gboolean
on_event (gpointer user_data, const ParlorRouterEvent *event)
{
  g_assert_cmpint (event->type, ==, PARLOR_ROUTER_FAILED);
  return TRUE;
}

static void
on_dtls_step (gpointer user_data, ParlorTransportId transport, ParlorDtls *dtls,
              const guint8 *bytes, gsize length)
{
  g_assert_not_reached (); /* nobody has a valid tuple */
}

static void
on_hand_over (gpointer user_data, guint worker, const guint8 *bytes, gsize length,
              const ParlorTuple *tuple, gint64 arrival_us)
{
  g_assert_cmpuint (worker, ==, 1);
  ((Server *)user_data)->n_handed_over++;
}

static void
on_send (gpointer user_data, ParlorOutbox *outbox)
{
  Server *self = user_data;

  g_assert_cmpuint (outbox->n_datagrams, ==, 0);
  parlor_outbox_begin (outbox, self->arena, ARENA_BYTES, self->datagrams,
                       G_N_ELEMENTS (self->datagrams));
}

/* One for all inputs: making a key takes longer than all else. */
static const ParlorDtlsContext *
dtls_context (void)
{
  static ParlorCertificate *certificate;
  static ParlorDtlsContext *context;

  if (context == NULL)
    {
      certificate = parlor_certificate_new (1000);
      context = parlor_dtls_context_new (certificate);
    }
  g_assert_nonnull (certificate); /* it is held here, or it would pass for lost */
  return context;
}

static void
set_up (Server *self)
{
  static const guint8 random[PARLOR_ICE_RANDOM_BYTES] = {1, 2, 3};
  const ParlorRouterOps ops = {.event = on_event,
                               .dtls_step = on_dtls_step,
                               .hand_over = on_hand_over,
                               .send = on_send,
                               .user_data = self};
  const ParlorRouterConfig config = {
      .n_workers = 2, .dtls = dtls_context (), .gso = TRUE, .seed = 5};
  ParlorTransportConfig transport = {.id = 1, .room = 1, .rtcp_ssrc = 7, .cname = "parlor"};

  memset (self, 0, sizeof *self);
  self->arena = g_malloc (ARENA_BYTES);
  self->now_us = PARLOR_US_PER_SEC;
  self->router = parlor_router_new (&config, &ops);
  parlor_ice_credentials_make (0, random, &self->local);
  transport.local = self->local;
  g_strlcpy (transport.remote_ufrag, REMOTE, sizeof transport.remote_ufrag);
  parlor_router_add_transport (self->router, &transport, self->now_us);
}

/* A check for whom is waited for, or for another worker's: everything but its integrity is the
 * input's. */
static gsize
write_check (const Server *self, gboolean of_another, const guint8 *data, gsize size, guint8 *out)
{
  static const guint8 head[] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
  char name[32];
  gsize name_size, length = STUN_HEADER;

  g_snprintf (name, sizeof name, "%s:" REMOTE, self->local.ufrag);
  if (of_another)
    name[0] = 'B';
  name_size = strlen (name);
  memset (out, 0, STUN_HEADER);
  memcpy (out, head, sizeof head);
  out[length + 1] = 6; /* USERNAME, RFC 8489 section 14.3 */
  out[length] = out[length + 2] = 0;
  out[length + 3] = (guint8)name_size;
  memset (out + length + 4, 0, sizeof name);
  memcpy (out + length + 4, name, name_size);
  length += 4 + ((name_size + 3) & ~(gsize)3);
  memcpy (out + length, data, size & ~(gsize)3);
  length += size & ~(gsize)3;
  out[2] = (guint8)((length - STUN_HEADER) >> 8);
  out[3] = (guint8)(length - STUN_HEADER);
  return length;
}

static void
give (Server *self, guint8 how, const guint8 *data, gsize size)
{
  static const gint64 pauses_us[] = {0, 1000, 300 * PARLOR_US_PER_MS, 4 * PARLOR_US_PER_SEC};
  g_autofree guint8 *bytes = NULL;
  ParlorTuple tuple;

  if (how & 4)
    {
      guint8 check[512];

      size = write_check (self, (how & 8) != 0, data, size, check);
      bytes = g_memdup2 (check, size);
    }
  else
    bytes = g_memdup2 (data, size);
  g_assert_true (parlor_addr_parse ("192.0.2.1", (guint16)(4000 + (how & 3)), &tuple.peer));
  g_assert_true (parlor_addr_parse ("198.51.100.1", 7900, &tuple.local));
  parlor_router_receive (self->router, bytes, size, &tuple, self->now_us, self->now_us);
  self->n_given++;
  parlor_router_flush (self->router, self->now_us);
  self->now_us += pauses_us[how >> 6];
  parlor_router_flush (self->router, self->now_us);
}

static void
check_counters (const Server *self)
{
  const ParlorRouterCounters *counters = parlor_router_get_counters (self->router);
  guint64 n = self->n_handed_over;

  for (guint i = 0; i < PARLOR_N_DROPS; i++)
    n += counters->dropped[i];
  g_assert_cmpuint (n, ==, self->n_given);
  g_assert_cmpuint (counters->messages, ==, 0);
  g_assert_cmpuint (counters->received_pkts, ==, self->n_given - self->n_handed_over);
  g_assert_cmpuint (counters->rtcp_pkts, ==, 0);
  g_assert_cmpuint (counters->connected, ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Server server;

  set_up (&server);
  while (size >= 2 && server.n_given < MAX_DATAGRAMS)
    {
      guint8 how = data[0];
      gsize length = MIN (data[1], size - 2);

      give (&server, how, data + 2, length);
      data += 2 + length;
      size -= 2 + length;
    }
  check_counters (&server);
  parlor_router_free (server.router);
  g_free (server.arena);
  return 0;
}
