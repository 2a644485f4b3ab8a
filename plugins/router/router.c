/* SPDX-License-Identifier: Apache-2.0 */
#include "router/router.h"

#include "base/warm.h"
#include "ice/stun.h"
#include "proto/demux.h"
#include "router/allocation.h"
#include "router/audioroom.h"
#include "router/estimate.h"
#include "router/feedback.h"
#include "router/internal.h"
#include "router/receive.h"
#include "router/relay.h"
#include "router/sender.h"
#include "router/slot.h"
#include "router/source.h"
#include "router/transport.h"

/* How often idle sources and layers are looked for. */
#define TICK_US (250 * PARLOR_US_PER_MS)
/* Messages of one flush where there is more to do: some 0.6 ms of the kernel's work, of which the
 * look at the socket between two flushes is a fortieth. */
#define YIELD_MESSAGES 128
#define YIELD_BYTES_LEFT (16 * 1024)
/* So few more are not worth it: small rooms' frames would come in parts, of which the second waits
 * for its pacer (60 rooms of 1 -> 10: p99 from 6 to 18 ms and more). */
#define YIELD_LEFT 64
/* RTCP's sender report (RFC 3550 section 12.1). */
#define REPORT_TYPE 200

static void
free_room (gpointer room)
{
  parlor_audio_room_free (room);
}

static void
free_orphan (gpointer dtls)
{
  parlor_dtls_free (dtls);
}

static void
free_transport (gpointer transport)
{
  parlor_transport_free (transport);
}

ParlorRouter *
parlor_router_new (const ParlorRouterConfig *config, const ParlorRouterOps *ops)
{
  ParlorRouter *self = g_new0 (ParlorRouter, 1);

  self->config = *config;
  self->ops = *ops;
  self->crypto = parlor_crypto_new (config->crypto);
  if (self->crypto == NULL)
    self->crypto = parlor_crypto_new (PARLOR_SRTP_BACKEND_AUTO);
  self->stun = parlor_stun_agent_new ();
  self->transports = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_transport);
  self->sources = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->rooms = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_room);
  self->tuples = g_hash_table_new_full (parlor_tuple_hash, parlor_tuple_equal_func, g_free, NULL);
  self->ufrags = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->orphans = g_hash_table_new_full (NULL, NULL, free_orphan, NULL);
  self->transport_timers = parlor_timer_heap_new ();
  self->room_timers = parlor_timer_heap_new ();
  self->dirty_layers = g_ptr_array_new ();
  self->dirty_transports = g_ptr_array_new ();
  self->tick_us = PARLOR_NEVER_US;
  parlor_rng_init_seeded (&self->random, config->seed);
  self->statuses = g_new (ParlorTwccStatus, PARLOR_TWCC_MAX_STATUSES);
  self->foreign = parlor_foreign_new (parlor_router_random (self));
  return self;
}

void
parlor_router_free (ParlorRouter *self)
{
  GHashTableIter iter;
  gpointer value;

  if (self == NULL)
    return;
  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      g_hash_table_iter_steal (&iter);
      parlor_source_free (value, 0);
    }
  g_hash_table_unref (self->sources);
  g_hash_table_unref (self->transports);
  g_hash_table_unref (self->orphans);
  g_hash_table_unref (self->rooms);
  g_hash_table_unref (self->tuples);
  g_hash_table_unref (self->ufrags);
  g_ptr_array_unref (self->dirty_layers);
  g_ptr_array_unref (self->dirty_transports);
  parlor_timer_heap_free (self->transport_timers);
  parlor_timer_heap_free (self->room_timers);
  parlor_foreign_free (self->foreign);
  g_free (self->statuses);
  parlor_stun_agent_free (self->stun);
  parlor_crypto_free (self->crypto);
  g_free (self);
}

/* --- for the other files of this folder --------------------------------------------------------
 */

gboolean
parlor_router_tell (ParlorRouter *self, const ParlorRouterEvent *event)
{
  return self->ops.event (self->ops.user_data, event);
}

guint64
parlor_router_random (ParlorRouter *self)
{
  return parlor_rng_u64 (&self->random);
}

guint8 *
parlor_router_reserve (ParlorRouter *self, gsize bytes)
{
  guint8 *room = parlor_outbox_reserve (&self->outbox, bytes);

  if (room != NULL)
    return room;
  self->ops.send (self->ops.user_data, &self->outbox);
  return parlor_outbox_reserve (&self->outbox, bytes);
}

void
parlor_router_send_datagram (ParlorRouter *self, const ParlorTuple *tuple, const guint8 *bytes,
                             gsize length)
{
  memcpy (parlor_router_reserve (self, length), bytes, length);
  parlor_outbox_commit (&self->outbox, tuple, length, 0);
  self->counters.messages++;
}

void
parlor_router_send_behind (ParlorRouter *self, const ParlorTuple *tuple, const guint8 *bytes,
                           gsize length)
{
  if (!self->config.gso || !parlor_outbox_append (&self->outbox, tuple, bytes, length))
    parlor_router_send_datagram (self, tuple, bytes, length);
}

void
parlor_router_mark_transport (ParlorRouter *self, ParlorTransport *transport)
{
  transport->touched = TRUE;
  parlor_router_mark_sending (self, transport);
}

void
parlor_router_mark_heard (ParlorRouter *self, ParlorTransport *transport)
{
  transport->heard = TRUE;
  parlor_router_mark_sending (self, transport);
}

void
parlor_router_mark_sending (ParlorRouter *self, ParlorTransport *transport)
{
  if (transport->dirty)
    return;
  transport->dirty = TRUE;
  g_ptr_array_add (self->dirty_transports, transport);
}

void
parlor_router_mark_layer (ParlorRouter *self, ParlorLayer *layer)
{
  if (layer->dirty)
    return;
  layer->dirty = TRUE;
  g_ptr_array_add (self->dirty_layers, layer);
}

void
parlor_router_purge_source (ParlorRouter *self, const ParlorSource *source)
{
  GHashTableIter iter;
  gpointer transport;

  g_hash_table_iter_init (&iter, self->transports);
  while (g_hash_table_iter_next (&iter, NULL, &transport))
    for (guint i = 0; i < source->n_layers; i++)
      parlor_sender_purge (transport, NULL, &source->layers[i]);
}

/* --- rooms ----------------------------------------------------------------------------------- */

static ParlorAudioRoom *
get_room (ParlorRouter *self, ParlorRoomId id)
{
  ParlorAudioRoom *room = g_hash_table_lookup (self->rooms, &id);

  if (room != NULL || id == 0)
    return room;
  room = parlor_audio_room_new (self, id);
  g_hash_table_insert (self->rooms, &room->id, room);
  return room;
}

static void
drop_empty_room (ParlorRouter *self, ParlorAudioRoom *room)
{
  if (room != NULL && parlor_audio_room_is_empty (room))
    g_hash_table_remove (self->rooms, &room->id);
}

/* --- what the control thread asks for ----------------------------------------------------------
 */

void
parlor_router_add_transport (ParlorRouter *self, const ParlorTransportConfig *config, gint64 now_us)
{
  ParlorTransport *transport;

  if (g_hash_table_contains (self->transports, &config->id))
    return;
  transport = parlor_transport_new (self, config, now_us);
  g_hash_table_insert (self->transports, &transport->config.id, transport);
  transport->room = get_room (self, config->room);
  if (transport->room != NULL)
    parlor_audio_room_add_transport (transport->room, transport);
  self->counters.transports++;
  parlor_router_mark_transport (self, transport);
}

void
parlor_router_restart_ice (ParlorRouter *self, ParlorTransportId id,
                           const ParlorIceCredentials *local, const char *remote_ufrag,
                           gint64 now_us)
{
  ParlorTransport *transport = g_hash_table_lookup (self->transports, &id);

  if (transport == NULL)
    return;
  parlor_transport_restart_ice (transport, local, remote_ufrag, now_us);
  parlor_router_mark_transport (self, transport);
}

void
parlor_router_remove_transport (ParlorRouter *self, ParlorTransportId id, gint64 now_us)
{
  ParlorTransport *transport = g_hash_table_lookup (self->transports, &id);
  ParlorAudioRoom *room;

  if (transport == NULL)
    return;
  parlor_transport_say_goodbye (transport);
  while (transport->sources->len > 0)
    parlor_router_remove_source (
        self, ((ParlorSource *)g_ptr_array_index (transport->sources, 0))->config.id, now_us);
  room = transport->room;
  if (room != NULL)
    parlor_audio_room_remove_transport (room, transport);
  if (transport->dirty)
    g_ptr_array_remove (self->dirty_transports, transport);
  parlor_timer_heap_cancel (self->transport_timers, &transport->timer);
  self->counters.transports--;
  self->counters.connected -= transport->connected;
  self->counters.slots_reduced -= transport->n_reduced;
  self->counters.slots_paused -= transport->n_paused;
  g_hash_table_remove (self->transports, &id);
  drop_empty_room (self, room);
}

static ParlorSource *
insert_source (ParlorRouter *self, const ParlorSourceConfig *config, ParlorTransport *transport,
               ParlorMirror *mirror, gint64 now_us)
{
  ParlorSource *source = parlor_source_new (self, config, transport, mirror,
                                            config->speaks ? get_room (self, config->room) : NULL);

  g_hash_table_insert (self->sources, &source->config.id, source);
  self->tick_us = MIN (self->tick_us, now_us + TICK_US);
  return source;
}

void
parlor_router_add_source (ParlorRouter *self, const ParlorSourceConfig *config, gint64 now_us)
{
  ParlorTransport *transport = g_hash_table_lookup (self->transports, &config->transport);
  ParlorSource *source;

  if ((config->transport != 0 && transport == NULL)
      || g_hash_table_contains (self->sources, &config->id))
    return;
  source = insert_source (self, config, transport, NULL, now_us);
  self->counters.sources++;
  if (transport == NULL)
    return;
  g_ptr_array_add (transport->sources, source);
  if (transport->twcc == NULL && transport->config.transport_cc)
    transport->twcc = parlor_twcc_receiver_new ();
}

void
parlor_router_remove_source (ParlorRouter *self, ParlorSourceId id, gint64 now_us)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &id);
  ParlorAudioRoom *room;

  if (source == NULL)
    return;
  room = source->room;
  g_hash_table_remove (self->sources, &id);
  if (source->transport != NULL)
    g_ptr_array_remove_fast (source->transport->sources, source);
  self->counters.sources -= source->mirror == NULL;
  parlor_source_free (source, now_us);
  drop_empty_room (self, room);
}

void
parlor_router_add_mirror (ParlorRouter *self, const ParlorMirrorConfig *config, gint64 now_us)
{
  if (config->owner >= PARLOR_ROUTER_MAX_WORKERS
      || g_hash_table_contains (self->sources, &config->source.id))
    return;
  insert_source (self, &config->source, NULL, parlor_mirror_new (config), now_us);
}

void
parlor_router_set_relay (ParlorRouter *self, ParlorSourceId id, guint worker, gboolean on)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &id);

  if (source != NULL && source->mirror == NULL && worker < PARLOR_ROUTER_MAX_WORKERS)
    parlor_relay_set (source, worker, on);
}

void
parlor_router_open_source (ParlorRouter *self, ParlorSourceId id, gboolean open)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &id);

  if (source != NULL)
    parlor_source_set_open (source, open);
}

void
parlor_router_add_slot (ParlorRouter *self, const ParlorSlotConfig *config, gint64 now_us)
{
  ParlorTransport *transport = g_hash_table_lookup (self->transports, &config->transport);

  if (transport == NULL || config->index >= PARLOR_ROUTER_MAX_SLOTS
      || transport->slots[config->index] != NULL)
    return;
  transport->slots[config->index] = parlor_slot_new (transport, config);
  transport->n_slots = MAX (transport->n_slots, config->index + 1);
  if (config->automatic && transport->room != NULL)
    parlor_audio_room_look_soon (transport->room);
}

/* Its room fills it again. */
static void
give_back (ParlorTransport *transport, ParlorSlot *slot)
{
  slot->is_given = FALSE;
  if (transport->room != NULL)
    parlor_audio_room_look_soon (transport->room);
}

void
parlor_router_select (ParlorRouter *self, ParlorTransportId id, guint slot, ParlorSourceId source,
                      guint height, gint64 now_us)
{
  ParlorTransport *transport = g_hash_table_lookup (self->transports, &id);

  if (transport == NULL || slot >= PARLOR_ROUTER_MAX_SLOTS || transport->slots[slot] == NULL)
    return;
  if (transport->slots[slot]->config.automatic && source == 0)
    {
      give_back (transport, transport->slots[slot]);
      return;
    }
  transport->slots[slot]->is_given = TRUE;
  parlor_slot_select (transport->slots[slot], g_hash_table_lookup (self->sources, &source), height,
                      now_us);
}

gboolean
parlor_router_set_tap (ParlorRouter *self, ParlorSourceId id, ParlorRouterTapFunc func,
                       gpointer user_data)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &id);

  if (source == NULL)
    return FALSE;
  source->tap = func;
  source->tap_data = user_data;
  if (func != NULL)
    for (guint i = 0; i < source->n_layers; i++)
      parlor_layer_want_key_frame (&source->layers[i], PARLOR_LAYER_PLI_INTERVAL_US,
                                   PARLOR_KEY_TAP);
  return TRUE;
}

/* --- datagrams ------------------------------------------------------------------------------- */

/* Whoever owns it counts it among what was received. */
static void
hand_over (ParlorRouter *self, guint worker, const guint8 *bytes, gsize length,
           const ParlorTuple *tuple, gint64 arrival_us)
{
  self->counters.received_pkts--;
  self->ops.hand_over (self->ops.user_data, worker, bytes, length, tuple, arrival_us);
}

gboolean
parlor_router_is_at (const ParlorRouter *self, const ParlorTuple *tuple, gint64 now_us)
{
  const ParlorTransport *owner = g_hash_table_lookup (self->tuples, tuple);

  return owner != NULL && !owner->failed && parlor_ice_lite_holds (owner->ice, tuple, now_us);
}

/* Somebody else's session lives at this address: who checks a path from there writes his sender's
 * address himself, and would take the session's packets, or send it what it never asked for.
 * `transport`: whose path is checked; NULL = of another worker's. */
static gboolean
is_taken (ParlorRouter *self, const ParlorTransport *transport, const ParlorTuple *tuple,
          gint64 now_us)
{
  const ParlorTransport *owner = g_hash_table_lookup (self->tuples, tuple);

  if (owner == NULL) /* checks of those who live there are handed over */
    return transport != NULL && parlor_foreign_holds (self->foreign, tuple, now_us);
  return owner != transport && !owner->failed && parlor_ice_lite_holds (owner->ice, tuple, now_us);
}

static void
receive_stun (ParlorRouter *self, const guint8 *bytes, gsize length, const ParlorTuple *tuple,
              gint64 arrival_us, gint64 now_us)
{
  const char *ufrag;
  gsize ufrag_length;
  ParlorTransport *transport;
  gint worker;

  self->counters.stun_pkts++;
  if (!parlor_ice_stun_username (bytes, length, &ufrag, &ufrag_length))
    {
      self->counters.dropped[PARLOR_DROP_STUN]++;
      return;
    }
  transport = parlor_router_find_ufrag (self, ufrag, ufrag_length);
  if (is_taken (self, transport, tuple, now_us))
    {
      self->counters.dropped[PARLOR_DROP_STUN]++;
      return;
    }
  if (transport != NULL)
    {
      parlor_transport_receive_stun (transport, bytes, length, tuple, now_us);
      parlor_router_mark_transport (self, transport);
      return;
    }
  worker = parlor_ice_ufrag_worker (ufrag, ufrag_length);
  if (worker < 0 || (guint)worker == self->config.worker || (guint)worker >= self->config.n_workers)
    {
      self->counters.dropped[PARLOR_DROP_STUN]++;
      return;
    }
  self->counters.stun_pkts--;
  parlor_foreign_put (self->foreign, tuple, (guint)worker, now_us);
  hand_over (self, (guint)worker, bytes, length, tuple, arrival_us);
}

static void
receive_unknown (ParlorRouter *self, const guint8 *bytes, gsize length, const ParlorTuple *tuple,
                 gint64 arrival_us, gint64 now_us)
{
  gint worker = self->config.n_workers > 1 ? parlor_foreign_find (self->foreign, tuple, now_us)
                                           : -1;

  if (worker < 0)
    self->counters.dropped[PARLOR_DROP_UNKNOWN_TUPLE]++;
  else
    hand_over (self, (guint)worker, bytes, length, tuple, arrival_us);
}

gconstpointer
parlor_router_foresee (const ParlorRouter *self, const guint8 *bytes, gsize length,
                       const ParlorTuple *tuple)
{
  const ParlorTransport *transport;

  if (parlor_demux (bytes, length) != PARLOR_PACKET_RTCP)
    return NULL;
  transport = g_hash_table_lookup (self->tuples, tuple);
  if (transport == NULL)
    return NULL;
  /* All but its configuration and the list of its slots. */
  parlor_warm (transport, G_STRUCT_OFFSET (ParlorTransport, red));
  parlor_warm (&transport->srtp_in, 1);
  parlor_warm (&transport->ice,
               G_STRUCT_OFFSET (ParlorTransport, slots) - G_STRUCT_OFFSET (ParlorTransport, ice));
  parlor_warm (&transport->n_slots, sizeof *transport - G_STRUCT_OFFSET (ParlorTransport, n_slots));
  return transport;
}

void
parlor_router_foresee_more (gconstpointer whose)
{
  const ParlorTransport *transport = whose;

  if (transport->srtp_in != NULL)
    parlor_srtp_in_warm (transport->srtp_in);
  parlor_ice_lite_warm (transport->ice);
  parlor_bwe_warm_feedback (transport->bwe);
}

void
parlor_router_foresee_most (gconstpointer whose)
{
  const ParlorTransport *transport = whose;

  if (transport->srtp_in != NULL)
    parlor_srtp_in_warm_more (transport->srtp_in);
  if (transport->bwe != NULL)
    parlor_bwe_warm_feedback_more (transport->bwe);
}

void
parlor_router_receive (ParlorRouter *self, guint8 *bytes, gsize length, const ParlorTuple *tuple,
                       gint64 arrival_us, gint64 now_us)
{
  ParlorPacketKind kind = parlor_demux (bytes, length);
  ParlorTransport *transport;

  self->counters.received_pkts++;
  if (kind == PARLOR_PACKET_STUN)
    {
      receive_stun (self, bytes, length, tuple, arrival_us, now_us);
      return;
    }
  transport = g_hash_table_lookup (self->tuples, tuple);
  if (transport == NULL)
    {
      receive_unknown (self, bytes, length, tuple, arrival_us, now_us);
      return;
    }
  switch (kind)
    {
    case PARLOR_PACKET_RTP:
      if (parlor_receive_rtp (transport, bytes, length, arrival_us, now_us))
        parlor_ice_lite_heard (transport->ice, tuple, now_us);
      break;
    case PARLOR_PACKET_RTCP:
      if (parlor_receive_rtcp (transport, bytes, length, now_us))
        parlor_ice_lite_heard (transport->ice, tuple, now_us);
      parlor_router_mark_heard (self, transport);
      return;
    case PARLOR_PACKET_DTLS:
      parlor_transport_receive_dtls (transport, bytes, length, now_us);
      break;
    default:
      self->counters.dropped[PARLOR_DROP_MALFORMED]++;
      break;
    }
  parlor_router_mark_transport (self, transport);
}

/* The other side of what a tap gets. Whoever injects may lie: what is not of these seconds counts
 * for nothing. */
static void
take_injected_report (ParlorSource *source, const guint8 *report, gint64 now_us)
{
  ParlorLayer *layer = &source->layers[0];
  gint64 local_us = (gint64)parlor_get_u64 (report + 8);

  if (local_us < now_us - PARLOR_REPORT_NEAR_US || local_us > now_us + PARLOR_REPORT_NEAR_US)
    return;
  layer->has_sr = TRUE;
  layer->sr_rtp = parlor_get_u32 (report + 16);
  layer->sr_local_us = local_us;
  layer->sr_arrival_us = now_us;
  parlor_relay_report (layer);
}

void
parlor_router_inject (ParlorRouter *self, ParlorSourceId id, guint8 *rtp, gsize length,
                      gint64 arrival_us, gint64 now_us)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &id);
  ParlorRtpHeader header;
  ParlorLayer *layer;

  if (source == NULL || source->transport != NULL || source->mirror != NULL)
    return;
  if (length == PARLOR_TAP_REPORT_BYTES && rtp[1] == REPORT_TYPE)
    {
      take_injected_report (source, rtp, now_us);
      return;
    }
  if (parlor_rtp_parse (rtp, length, &header) != PARLOR_RTP_OK)
    {
      self->counters.dropped[PARLOR_DROP_MALFORMED]++;
      return;
    }
  self->counters.received_pkts++;
  layer = &source->layers[0];
  if (!layer->has_sr)
    {
      /* No sender reports come this way: the first arrival ties its clock to ours. */
      layer->has_sr = TRUE;
      layer->sr_rtp = header.timestamp;
      layer->sr_local_us = layer->sr_arrival_us = arrival_us;
    }
  parlor_layer_receive (layer, rtp, length, &header, FALSE, arrival_us, now_us);
}

gboolean
parlor_router_take_key_frame_wish (ParlorRouter *self, ParlorSourceId id, gint64 now_us)
{
  ParlorSource *source = g_hash_table_lookup (self->sources, &id);

  if (source == NULL || !source->key_wanted
      || (source->key_told_us != 0 && now_us - source->key_told_us < PARLOR_LAYER_PLI_INTERVAL_US))
    return FALSE;
  source->key_wanted = FALSE;
  source->key_told_us = now_us;
  self->counters.key_frame_requests[source->key_cause]++;
  return TRUE;
}

void
parlor_router_dtls_done (ParlorRouter *self, ParlorTransportId id, ParlorDtls *dtls, gint64 now_us)
{
  ParlorTransport *transport = g_hash_table_lookup (self->transports, &id);

  if (transport == NULL)
    {
      g_hash_table_remove (self->orphans, dtls);
      return;
    }
  parlor_transport_dtls_done (transport, now_us);
  parlor_router_mark_transport (self, transport);
}

/* --- flush ----------------------------------------------------------------------------------- */

static void
run_timers (ParlorRouter *self, gint64 now_us)
{
  ParlorTimer *timer;

  while ((timer = parlor_timer_heap_pop_due (self->transport_timers, now_us)) != NULL)
    {
      ParlorTransport *transport = PARLOR_TIMER_OWNER (timer, ParlorTransport, timer);

      if (now_us >= parlor_transport_next_us (transport))
        parlor_transport_handle_timeout (transport, now_us);
      parlor_router_mark_transport (self, transport);
    }
  while ((timer = parlor_timer_heap_pop_due (self->room_timers, now_us)) != NULL)
    parlor_audio_room_poll (PARLOR_TIMER_OWNER (timer, ParlorAudioRoom, timer), now_us);
}

/* What the control thread had no room for; it may have none again. */
static void
tell_again (ParlorRouter *self)
{
  GHashTableIter iter;
  gpointer transport;

  self->has_untold = FALSE;
  g_hash_table_iter_init (&iter, self->transports);
  while (g_hash_table_iter_next (&iter, NULL, &transport))
    for (guint i = 0; i < ((ParlorTransport *)transport)->n_slots; i++)
      if (((ParlorTransport *)transport)->slots[i] != NULL)
        parlor_slot_tell_again (((ParlorTransport *)transport)->slots[i]);
}

static void
tick (ParlorRouter *self, gint64 now_us)
{
  GHashTableIter iter;
  gpointer source;

  if (self->has_untold) /* also where the last source has gone, and with it the tick */
    self->tick_us = MIN (self->tick_us, now_us + TICK_US);
  if (now_us < self->tick_us)
    return;
  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, NULL, &source))
    parlor_source_tick (source, now_us);
  if (self->has_untold)
    tell_again (self);
  self->tick_us = g_hash_table_size (self->sources) > 0 ? now_us + TICK_US : PARLOR_NEVER_US;
}

static void
fan_out (ParlorRouter *self, gint64 now_us)
{
  for (guint i = 0; i < self->dirty_layers->len; i++)
    {
      ParlorLayer *layer = g_ptr_array_index (self->dirty_layers, i);

      layer->dirty = FALSE;
      parlor_layer_fan_out (layer, now_us);
    }
  g_ptr_array_set_size (self->dirty_layers, 0);
}

static void
look_at_estimate (ParlorTransport *transport, gint64 now_us)
{
  parlor_estimate_poll (transport, now_us);
  if (now_us >= transport->allocate_us)
    parlor_allocation_run (transport, now_us);
  transport->others_us = MIN (transport->calm_us, parlor_estimate_next_us (transport));
  transport->others_us = MIN (transport->others_us, transport->allocate_us);
  transport->heard = FALSE;
}

static void
look_at_deadlines (ParlorTransport *transport, gint64 now_us)
{
  if (now_us >= parlor_feedback_due_us (transport))
    parlor_feedback_poll (transport, now_us);
  transport->calm_us = MIN (parlor_transport_next_us (transport),
                            parlor_feedback_next_us (transport));
  look_at_estimate (transport, now_us);
  transport->touched = FALSE;
}

static void
serve_transport (ParlorRouter *self, ParlorTransport *transport, gint64 now_us)
{
  gint64 next_us;

  transport->dirty = FALSE;
  parlor_sender_run (transport, now_us);
  if (transport->touched || now_us >= parlor_feedback_reports_us (transport))
    look_at_deadlines (transport, now_us);
  else if (transport->heard)
    look_at_estimate (transport, now_us);
  next_us = MIN (transport->others_us, parlor_sender_next_us (transport));
  /* A deadline that passed while this ran is looked at in the next flush, not in this one for ever.
   */
  next_us = next_us == PARLOR_NEVER_US ? next_us : MAX (next_us, now_us + 1);
  if (!parlor_timer_is_armed (&transport->timer) || transport->timer.deadline_us != next_us)
    parlor_timer_heap_set (self->transport_timers, &transport->timer, next_us);
}

/* n_left: receivers that wait. */
static gboolean
has_enough (const ParlorRouter *self, guint n_left)
{
  const ParlorOutbox *outbox = &self->outbox;

  return self->config.yields && n_left > YIELD_LEFT && outbox->n_datagrams > 0
         && (outbox->n_datagrams >= YIELD_MESSAGES
             || outbox->used + YIELD_BYTES_LEFT > outbox->capacity);
}

/* One at least, whatever was sent before. */
static void
serve_transports (ParlorRouter *self, gint64 now_us)
{
  GPtrArray *all = self->dirty_transports;
  guint i = 0;

  /* The first have nobody before them. */
  for (guint first = 0; first < MIN (all->len, 4); first++)
    parlor_sender_warm (g_ptr_array_index (all, first));
  for (guint first = 0; first < MIN (all->len, 2); first++)
    parlor_sender_warm_more (g_ptr_array_index (all, first));
  while (i < all->len && (i == 0 || !has_enough (self, all->len - i)))
    {
      if (i + 4 < all->len)
        parlor_sender_warm (g_ptr_array_index (all, i + 4));
      if (i + 2 < all->len)
        parlor_sender_warm_more (g_ptr_array_index (all, i + 2));
      serve_transport (self, g_ptr_array_index (all, i), now_us);
      i++;
    }
  if (i > 0)
    g_ptr_array_remove_range (all, 0, i);
}

void
parlor_router_flush (ParlorRouter *self, gint64 now_us)
{
  /* First, so that others forward while this one does. */
  parlor_relay_ring (self);
  run_timers (self, now_us);
  tick (self, now_us);
  fan_out (self, now_us);
  serve_transports (self, now_us);
  parlor_relay_ring (self);
  if (self->outbox.n_datagrams > 0)
    self->ops.send (self->ops.user_data, &self->outbox);
}

gint64
parlor_router_next_us (const ParlorRouter *self)
{
  /* Who speaks, rates of layers, idle sources. */
  gint64 calm_us = MIN (parlor_timer_heap_next_us (self->room_timers), self->tick_us);

  if (self->dirty_layers->len > 0 || self->dirty_transports->len > 0)
    return 0;
  return MIN (parlor_timer_heap_next_us (self->transport_timers), parlor_patient_us (calm_us));
}

const ParlorRouterCounters *
parlor_router_get_counters (const ParlorRouter *self)
{
  return &self->counters;
}

void
parlor_router_count_unsent (ParlorRouter *self, guint n_pkts)
{
  self->counters.dropped[PARLOR_DROP_SEND] += n_pkts;
  self->counters.forwarded_pkts -= MIN (self->counters.forwarded_pkts, n_pkts);
}

const char *
parlor_drop_reason_name (ParlorDropReason reason)
{
  static const char *const names[PARLOR_N_DROPS] = {
      [PARLOR_DROP_UNKNOWN_TUPLE] = "unknown_tuple",
      [PARLOR_DROP_STUN] = "stun",
      [PARLOR_DROP_DTLS] = "dtls",
      [PARLOR_DROP_MALFORMED] = "malformed",
      [PARLOR_DROP_AUTH] = "auth",
      [PARLOR_DROP_REPLAY] = "replay",
      [PARLOR_DROP_UNKNOWN_SSRC] = "unknown_ssrc",
      [PARLOR_DROP_UNKNOWN_PT] = "unknown_pt",
      [PARLOR_DROP_MUTED] = "muted",
      [PARLOR_DROP_RTCP] = "rtcp",
      [PARLOR_DROP_QUEUE] = "queue",
      [PARLOR_DROP_STALE] = "stale",
      [PARLOR_DROP_RING] = "ring",
      [PARLOR_DROP_SEND] = "send",
  };

  return (guint)reason < PARLOR_N_DROPS ? names[reason] : "unknown";
}

const char *
parlor_refusal_name (ParlorRefusal refusal)
{
  static const char *const names[PARLOR_ROUTER_N_REFUSALS] = {
      [PARLOR_REFUSAL_TOO_SOON] = "too_soon",
      [PARLOR_REFUSAL_TOO_MANY] = "too_many",
      [PARLOR_REFUSAL_OVER_BUDGET] = "over_budget",
      [PARLOR_REFUSAL_GONE] = "gone",
  };

  return (guint)refusal < PARLOR_ROUTER_N_REFUSALS ? names[refusal] : "unknown";
}
