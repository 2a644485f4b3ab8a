/* SPDX-License-Identifier: Apache-2.0 */
#include "router/transport.h"

#include "base/time.h"
#include "router/estimate.h"
#include "router/feedback.h"
#include "router/internal.h"
#include "router/repair.h"
#include "router/sender.h"
#include "router/slot.h"

/* A ClientHello with many extensions, fragmented and repeated, while a step runs: more is not
 * honest. */
#define MAX_WAITING_DTLS_BYTES 16384

/* A half-open handshake holds some 64 KiB: so many of them are 8 MiB a worker. Whoever comes then
   is not answered yet, and repeats its ClientHello. */
#define MAX_HANDSHAKING 120
/* One that has taken so long goes when others wait: whoever opens handshakes and says no more would
   else keep everybody out. A bad path needs about a second. */
#define SLOW_HANDSHAKE_US (5 * PARLOR_US_PER_SEC)

static void fail (ParlorTransport *self);

/* The longest one, if it is slow. */
static void
make_room (ParlorRouter *router, gint64 now_us)
{
  ParlorTransport *oldest = g_queue_peek_head (&router->handshakes);

  if (oldest != NULL && now_us - oldest->handshake_us >= SLOW_HANDSHAKE_US)
    {
      router->counters.dtls_failed[PARLOR_DTLS_TIMED_OUT]++;
      fail (oldest);
    }
}

static gboolean
begin_handshake (ParlorTransport *self, gint64 now_us)
{
  GQueue *all = &self->router->handshakes;

  if (self->handshake.data != NULL || self->connected)
    return TRUE;
  if (all->length >= MAX_HANDSHAKING)
    make_room (self->router, now_us);
  if (all->length >= MAX_HANDSHAKING)
    return FALSE;
  self->handshake.data = self;
  self->handshake_us = now_us;
  g_queue_push_tail_link (all, &self->handshake);
  return TRUE;
}

static void
end_handshake (ParlorTransport *self)
{
  if (self->handshake.data != NULL)
    g_queue_unlink (&self->router->handshakes, &self->handshake);
  self->handshake.data = NULL;
}

static gint64
ufrag_key (const char *ufrag)
{
  gint64 key;

  G_STATIC_ASSERT (PARLOR_ICE_UFRAG_LENGTH == sizeof key);
  memcpy (&key, ufrag, sizeof key);
  return key;
}

static void
add_ufrag (ParlorTransport *self, const char *ufrag)
{
  gint64 key = ufrag_key (ufrag);

  g_hash_table_insert (self->router->ufrags, g_memdup2 (&key, sizeof key), self);
}

static void
drop_ufrag (ParlorTransport *self, const char *ufrag)
{
  gint64 key = ufrag_key (ufrag);

  if (g_hash_table_lookup (self->router->ufrags, &key) == self)
    g_hash_table_remove (self->router->ufrags, &key);
}

static void
drop_retired_ufrags (ParlorTransport *self)
{
  char ufrag[PARLOR_ICE_UFRAG_LENGTH + 1];

  while (parlor_ice_lite_pop_retired (self->ice, ufrag))
    drop_ufrag (self, ufrag);
}

ParlorTransport *
parlor_router_find_ufrag (ParlorRouter *self, const char *ufrag, gsize length)
{
  gint64 key;

  if (length != PARLOR_ICE_UFRAG_LENGTH)
    return NULL;
  key = ufrag_key (ufrag);
  return g_hash_table_lookup (self->ufrags, &key);
}

ParlorTransport *
parlor_transport_new (ParlorRouter *router, const ParlorTransportConfig *config, gint64 now_us)
{
  ParlorTransport *self = g_new0 (ParlorTransport, 1);

  self->router = router;
  self->config = *config;
  for (guint i = 1; i < PARLOR_EXT_COUNT; i++)
    if (config->ext_ids[i] != 0)
      parlor_rtp_ext_map_set (&self->extensions, (ParlorRtpExt)i, config->ext_ids[i]);
  parlor_nack_responder_init (&self->responder, now_us);
  self->ice = parlor_ice_lite_new (&config->local, config->remote_ufrag);
  self->dtls = parlor_dtls_new (router->config.dtls, config->dtls_role, &config->remote_fingerprint,
                                1);
  self->dtls_waiting = g_byte_array_new ();
  self->sources = g_ptr_array_new ();
  self->pace_bps = PARLOR_SENDER_PACE_BPS;
  self->allocate_us = PARLOR_NEVER_US;
  self->twcc_seq = (guint16)parlor_router_random (router);
  self->begun_us = now_us;
  self->rtt_us = -1;
  self->rtcp_us = self->quality_us = PARLOR_NEVER_US;
  memset (self->jitter_us, 0xff, sizeof self->jitter_us);
  add_ufrag (self, config->local.ufrag);
  return self;
}

static void
drop_tuples (ParlorTransport *self)
{
  ParlorTuple tuples[PARLOR_ICE_MAX_TUPLES];
  guint n = parlor_ice_lite_tuples (self->ice, tuples);

  for (guint i = 0; i < n; i++)
    if (g_hash_table_lookup (self->router->tuples, &tuples[i]) == self)
      g_hash_table_remove (self->router->tuples, &tuples[i]);
}

static gboolean
ufrag_is_ours (gpointer key, gpointer value, gpointer transport)
{
  return value == transport;
}

void
parlor_transport_free (ParlorTransport *self)
{
  if (self == NULL)
    return;
  end_handshake (self);
  drop_tuples (self);
  g_hash_table_foreach_remove (self->router->ufrags, ufrag_is_ours, self);
  for (guint i = 0; i < self->n_slots; i++)
    parlor_slot_free (self->slots[i]);
  /* A step that still runs has the object until dtls_done () finds no transport. */
  if (self->dtls_busy)
    g_hash_table_add (self->router->orphans, self->dtls);
  else
    parlor_dtls_free (self->dtls);
  g_byte_array_unref (self->dtls_waiting);
  g_free (self->streams);
  parlor_ice_lite_free (self->ice);
  parlor_srtp_in_free (self->srtp_in);
  parlor_srtp_out_free (self->srtp_out);
  parlor_twcc_receiver_free (self->twcc);
  g_ptr_array_unref (self->sources);
  parlor_sender_clear (self);
  parlor_bwe_free (self->bwe);
  parlor_repair_free (self->repair);
  g_free (self);
}

void
parlor_transport_restart_ice (ParlorTransport *self, const ParlorIceCredentials *local,
                              const char *remote_ufrag, gint64 now_us)
{
  parlor_ice_lite_restart (self->ice, local, remote_ufrag);
  drop_retired_ufrags (self);
  add_ufrag (self, local->ufrag);
  self->begun_us = now_us;
}

void
parlor_transport_recover (ParlorTransport *self)
{
  for (guint i = 0; self->connected && i < self->n_slots; i++)
    if (self->slots[i] != NULL)
      parlor_slot_recover (self->slots[i]);
}

static void
update_path (ParlorTransport *self, gint64 now_us)
{
  const ParlorTuple *selected = parlor_ice_lite_selected (self->ice, now_us);
  gboolean could_send = self->can_send;

  self->can_send = selected != NULL;
  if (self->can_send && !could_send) /* consent had run out: much was not even sent */
    parlor_transport_recover (self);
  if (selected == NULL || parlor_tuple_equal (&self->tuple, selected))
    return;
  if (memcmp (self->tuple.peer.ip, selected->peer.ip, sizeof selected->peer.ip) != 0)
    parlor_estimate_route_changed (self, now_us);
  self->tuple = *selected;
}

static void
fail (ParlorTransport *self)
{
  if (self->failed)
    return;
  self->failed = TRUE;
  end_handshake (self);
  self->can_send = FALSE;
  parlor_router_tell (self->router, &(ParlorRouterEvent){.type = PARLOR_ROUTER_FAILED,
                                                         .transport = self->config.id});
}

/* --- DTLS ------------------------------------------------------------------------------------ */

static void
run_step (ParlorTransport *self, const guint8 *bytes, gsize length)
{
  const ParlorRouterOps *ops = &self->router->ops;

  self->dtls_busy = TRUE;
  ops->dtls_step (ops->user_data, self->config.id, self->dtls, bytes, length);
}

static void
wait_for_step (ParlorTransport *self, const guint8 *bytes, gsize length)
{
  guint8 size[2];

  if (length > G_MAXUINT16 || self->dtls_waiting->len + length + 2 > MAX_WAITING_DTLS_BYTES)
    {
      self->router->counters.dropped[PARLOR_DROP_DTLS]++;
      return;
    }
  parlor_put_u16 (size, (guint16)length);
  g_byte_array_append (self->dtls_waiting, size, 2);
  g_byte_array_append (self->dtls_waiting, bytes, (guint)length);
}

static void
send_dtls_output (ParlorTransport *self)
{
  guint8 datagram[PARLOR_DTLS_MTU];
  gsize length;

  while ((length = parlor_dtls_poll_output (self->dtls, datagram, sizeof datagram)) > 0)
    if (self->can_send)
      parlor_router_send_datagram (self->router, &self->tuple, datagram, length);
}

static void
become_connected (ParlorTransport *self, gint64 now_us)
{
  ParlorSrtpKeys keys;

  if (self->connected || !parlor_dtls_get_keys (self->dtls, &keys))
    return;
  self->srtp_in = parlor_srtp_in_new (self->router->crypto, &keys);
  self->srtp_out = parlor_srtp_out_new (self->router->crypto, &keys);
  self->overhead = parlor_srtp_out_overhead (self->srtp_out);
  self->connected = TRUE;
  end_handshake (self);
  self->connected_us = now_us;
  parlor_feedback_begin (self, now_us);
  self->router->counters.connected++;
  parlor_router_tell (self->router, &(ParlorRouterEvent){.type = PARLOR_ROUTER_CONNECTED,
                                                         .transport = self->config.id,
                                                         .profile = keys.profile});
  parlor_srtp_keys_clear (&keys);
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL)
      parlor_slot_ready (self->slots[i], now_us);
}

static void
take_dtls_state (ParlorTransport *self, gint64 now_us)
{
  send_dtls_output (self);
  switch (parlor_dtls_state (self->dtls))
    {
    case PARLOR_DTLS_CONNECTED:
      /* One that was given up in the midst of a step stays so: that was told. */
      if (!self->failed)
        become_connected (self, now_us);
      break;
    case PARLOR_DTLS_FAILED:
      self->router->counters.dtls_failed[parlor_dtls_failure (self->dtls)] += !self->failed;
      fail (self);
      break;
    case PARLOR_DTLS_CLOSED:
      fail (self);
      break;
    default:
      break;
    }
}

void
parlor_transport_dtls_done (ParlorTransport *self, gint64 now_us)
{
  GByteArray *waiting = self->dtls_waiting;
  gsize length;

  self->dtls_busy = FALSE;
  take_dtls_state (self, now_us);
  if (waiting->len < 2 || self->failed)
    return;
  length = parlor_get_u16 (waiting->data);
  run_step (self, waiting->data + 2, length);
  g_byte_array_remove_range (waiting, 0, (guint)length + 2);
}

void
parlor_transport_receive_dtls (ParlorTransport *self, const guint8 *bytes, gsize length,
                               gint64 now_us)
{
  if (self->failed)
    self->router->counters.dropped[PARLOR_DROP_DTLS]++;
  else if (self->dtls_busy)
    wait_for_step (self, bytes, length);
  else if (self->connected)
    {
      /* Cheap from here on: an alert, or the last flight asked for again. */
      parlor_dtls_handle (self->dtls, bytes, length, now_us);
      take_dtls_state (self, now_us);
    }
  else if (begin_handshake (self, now_us))
    run_step (self, bytes, length);
  else
    self->router->counters.dropped[PARLOR_DROP_DTLS]++;
}

void
parlor_transport_say_goodbye (ParlorTransport *self)
{
  if (!self->connected || self->dtls_busy)
    return;
  parlor_dtls_close (self->dtls);
  send_dtls_output (self);
}

/* --- ICE ------------------------------------------------------------------------------------- */

static void
take_ice_result (ParlorTransport *self, const ParlorIceResult *result, const ParlorTuple *tuple,
                 gint64 now_us)
{
  ParlorRouter *router = self->router;

  if (result->tuple_evicted && g_hash_table_lookup (router->tuples, &result->evicted) == self)
    g_hash_table_remove (router->tuples, &result->evicted);
  /* Also when it is not new: another session may have taken it in between (a port used again). */
  if (g_hash_table_lookup (router->tuples, tuple) != self)
    g_hash_table_replace (router->tuples, g_memdup2 (tuple, sizeof *tuple), self);
  drop_retired_ufrags (self);
  update_path (self, now_us);
  if (!self->failed && self->config.dtls_role == PARLOR_DTLS_CLIENT && !self->dtls_busy
      && parlor_dtls_state (self->dtls) == PARLOR_DTLS_NEW && begin_handshake (self, now_us))
    run_step (self, NULL, 0);
}

void
parlor_transport_receive_stun (ParlorTransport *self, const guint8 *bytes, gsize length,
                               const ParlorTuple *tuple, gint64 now_us)
{
  guint8 reply[PARLOR_ICE_REPLY_MAX];
  ParlorIceResult result;

  parlor_ice_lite_handle (self->ice, self->router->stun, bytes, length, tuple, now_us, reply,
                          &result);
  if (result.reply_length > 0)
    parlor_router_send_datagram (self->router, tuple, reply, result.reply_length);
  if (result.verdict == PARLOR_ICE_OK)
    take_ice_result (self, &result, tuple, now_us);
  else if (!result.authenticated)
    self->router->counters.dropped[PARLOR_DROP_STUN]++;
}

/* Until when it must stand; a session that stands ends by its consent alone. */
static gint64
connect_deadline_us (const ParlorTransport *self)
{
  if (self->connected)
    return PARLOR_NEVER_US;
  /* Whether a check has come does not depend on the time that is asked for. */
  return self->begun_us
         + (parlor_ice_lite_state (self->ice, self->begun_us) == PARLOR_ICE_NEW
                ? PARLOR_TRANSPORT_ICE_TIMEOUT_US
                : PARLOR_TRANSPORT_DTLS_TIMEOUT_US);
}

gint64
parlor_transport_next_us (const ParlorTransport *self)
{
  gint64 next_us = MIN (parlor_ice_lite_next_us (self->ice), connect_deadline_us (self));

  if (self->failed)
    return PARLOR_NEVER_US;
  return self->dtls_busy ? next_us : MIN (next_us, parlor_dtls_next_us (self->dtls));
}

void
parlor_transport_handle_timeout (ParlorTransport *self, gint64 now_us)
{
  parlor_ice_lite_handle_timeout (self->ice, now_us);
  drop_retired_ufrags (self);
  update_path (self, now_us);
  if (parlor_ice_lite_state (self->ice, now_us) == PARLOR_ICE_EXPIRED
      || now_us >= connect_deadline_us (self))
    fail (self);
  if (self->failed || self->dtls_busy || now_us < parlor_dtls_next_us (self->dtls))
    return;
  if (!self->connected)
    run_step (self, NULL, 0);
  else
    {
      parlor_dtls_handle_timeout (self->dtls, now_us);
      take_dtls_state (self, now_us);
    }
}
