/* SPDX-License-Identifier: Apache-2.0 */
#include "routerbench.h"

#include <string.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "base/time.h"
#include "proto/demux.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"

#define ARENA_BYTES (4 * PARLOR_MESSAGE_MAX_BYTES)
#define N_DATAGRAMS 256
#define LATE_US (20 * PARLOR_US_PER_MS)

typedef struct
{
  ParlorTransportId transport;
  ParlorDtls *dtls;
  GBytes *bytes;
} Step;

/* A datagram on its way: up with the tuple it has, or down to a peer. */
typedef struct
{
  ParlorTuple tuple;
  GBytes *bytes;
  gint64 at_us;
} Flying;

static void
free_flying (Flying *flying)
{
  g_bytes_unref (flying->bytes);
  g_free (flying);
}

/* --- what the router does to the world ---------------------------------------------------------
 */

static gboolean
on_event (gpointer user_data, const ParlorRouterEvent *event)
{
  Bench *self = user_data;

  if (self->hears_nothing)
    return FALSE;
  g_assert_cmpuint (self->n_events, <, BENCH_MAX_EVENTS);
  self->events[self->n_events++] = *event;
  return TRUE;
}

static void
on_dtls_step (gpointer user_data, ParlorTransportId transport, ParlorDtls *dtls,
              const guint8 *bytes, gsize length)
{
  Bench *self = user_data;
  Step *step = g_new0 (Step, 1);

  step->transport = transport;
  step->dtls = dtls;
  step->bytes = g_bytes_new (bytes, length);
  g_queue_push_tail (&self->steps, step);
}

static void
on_hand_over (gpointer user_data, guint worker, const guint8 *bytes, gsize length,
              const ParlorTuple *tuple, gint64 arrival_us)
{
  ((Bench *)user_data)->n_handed_over++;
}

static void
arrive (BenchPeer *peer, guint8 *bytes, gsize length)
{
  peer->bytes_in += length;
  if (peer->drop_next > 0 && parlor_demux (bytes, length) == PARLOR_PACKET_RTP)
    peer->drop_next--;
  else if (!peer->deaf)
    parlor_peer_handle (peer->peer, bytes, length, peer->bench->now_us);
}

static guint
draw (BenchLink *link)
{
  link->random = link->random * 1664525u + 1013904223u; /* the same in each run */
  return (link->random >> 12) % 1000;
}

/* In a burst everything is lost; it begins and ends so that share and length come true. */
static gboolean
is_lost (BenchLink *link, gboolean down)
{
  guint leave = 1000 / MAX (link->burst_pkts, 1),
        enter = leave * link->burst_per_mille / (1000 - link->burst_per_mille);

  if (down && link->burst_per_mille > 0)
    link->in_burst = link->in_burst ? draw (link) >= leave : draw (link) < MAX (enter, 1);
  return draw (link) < (down ? link->lost_per_mille : link->lost_up_per_mille) || link->dark
         || (down && link->in_burst);
}

gboolean
bench_link_pass (BenchLink *link, gsize length, gint64 now_us, gint64 *at_us)
{
  gint64 wait_us = MAX (link->busy_us - now_us, 0);

  *at_us = now_us + wait_us + link->delay_us;
  if (is_lost (link, TRUE))
    return FALSE;
  if (link->bps == 0)
    return TRUE;
  if (link->queue_us > 0 && wait_us > link->queue_us)
    {
      link->n_overflown++;
      return FALSE;
    }
  link->most_queued_us = MAX (link->most_queued_us, wait_us);
  link->busy_us = now_us + wait_us + (gint64)((length + 28) * 8 * PARLOR_US_PER_SEC / link->bps);
  link->bytes += length + 28;
  *at_us = link->busy_us + link->delay_us;
  if (link->bunch_us > 0)
    *at_us = (*at_us + link->bunch_us - 1) / link->bunch_us * link->bunch_us;
  if (link->late_at_us == 0 && link->busy_us - now_us >= LATE_US)
    link->late_at_us = *at_us;
  return TRUE;
}

/* The header is clear under SRTP: pt 120 and 121. */
static gboolean
is_picture (const guint8 *bytes, gsize length)
{
  return parlor_demux (bytes, length) == PARLOR_PACKET_RTP
         && ((bytes[1] & 0x7f) == 120 || (bytes[1] & 0x7f) == 121);
}

static void
go_down (BenchPeer *peer, guint8 *bytes, gsize length)
{
  Flying *flying;
  gint64 at_us;

  if (peer->link == NULL)
    {
      arrive (peer, bytes, length);
      return;
    }
  if (peer->link->sound_only && is_picture (bytes, length))
    return;
  if (!bench_link_pass (peer->link, length, peer->bench->now_us, &at_us))
    return;
  flying = g_new0 (Flying, 1);
  flying->bytes = g_bytes_new (bytes, length);
  flying->at_us = at_us;
  g_queue_push_tail (&peer->down, flying);
}

static void
land_below (BenchPeer *peer)
{
  Flying *flying;

  while ((flying = g_queue_peek_head (&peer->down)) != NULL && flying->at_us <= peer->bench->now_us)
    {
      gsize length;
      g_autofree guint8 *copy = NULL;

      g_queue_pop_head (&peer->down);
      copy = g_memdup2 (g_bytes_get_data (flying->bytes, &length),
                        g_bytes_get_size (flying->bytes));
      arrive (peer, copy, g_bytes_get_size (flying->bytes));
      free_flying (flying);
    }
}

static void
deliver (Bench *self, const ParlorAddr *to, guint8 *bytes, gsize length)
{
  for (guint i = 0; i < self->n_peers; i++)
    {
      BenchPeer *peer = &self->peers[i];

      if (!parlor_addr_equal (&peer->tuple.peer, to))
        continue;
      go_down (peer, bytes, length);
      return;
    }
  self->n_to_strangers++;
}

static void
deliver_message (Bench *self, const ParlorOutbox *outbox, const ParlorDatagram *datagram)
{
  gsize step = datagram->segment_bytes > 0 ? datagram->segment_bytes : datagram->length;
  ParlorAddr to;

  parlor_addr_from_in6 (&datagram->peer, &to);
  for (gsize at = 0; at < datagram->length; at += step)
    {
      gsize length = MIN (step, datagram->length - at);
      g_autofree guint8 *copy = g_memdup2 (outbox->arena + datagram->offset + at, length);

      deliver (self, &to, copy, length);
    }
}

static void
on_send (gpointer user_data, ParlorOutbox *outbox)
{
  Bench *self = user_data;
  ParlorOutbox sent = *outbox;
  /* Delivery makes peers answer, and answers may reach the router only later: they fly. */
  guint8 *arena = sent.arena;
  ParlorDatagram *datagrams = sent.datagrams;

  self->arena = g_malloc (ARENA_BYTES);
  self->datagrams = g_new (ParlorDatagram, N_DATAGRAMS);
  parlor_outbox_begin (outbox, self->arena, ARENA_BYTES, self->datagrams, N_DATAGRAMS);
  self->n_messages += sent.n_datagrams;
  for (guint i = 0; i < sent.n_datagrams; i++)
    deliver_message (self, &sent, &datagrams[i]);
  g_free (arena);
  g_free (datagrams);
}

/* --- peers ----------------------------------------------------------------------------------- */

static void
peer_send (gpointer user_data, const guint8 *bytes, gsize length)
{
  BenchPeer *peer = user_data;
  Flying *flying;

  if (peer->mute || (peer->no_dtls && parlor_demux (bytes, length) == PARLOR_PACKET_DTLS)
      || (peer->link != NULL && is_lost (peer->link, FALSE)))
    return;
  flying = g_new0 (Flying, 1);
  flying->tuple = peer->tuple;
  flying->bytes = g_bytes_new (bytes, length);
  flying->at_us = peer->bench->now_us + (peer->link != NULL ? peer->link->delay_us : 0);
  if (peer->checked_us == 0 && parlor_demux (bytes, length) == PARLOR_PACKET_STUN)
    peer->checked_us = flying->at_us;
  g_queue_push_tail (&peer->bench->flight, flying);
}

static void
note_missing (BenchPeer *peer, const guint8 *packet, const ParlorRtpHeader *header, gint64 now_us)
{
  if (header->pt != 120 && header->pt != 121)
    return;
  if (peer->nack == NULL)
    peer->nack = parlor_nack_new (0);
  if (header->pt == 120)
    peer->nack_ssrc = header->ssrc;
  if (header->pt == 120 || header->payload_size >= 2)
    parlor_nack_push (
        peer->nack,
        header->pt == 120 ? header->seq : parlor_get_u16 (packet + header->payload_offset), now_us);
}

/* FALSE: padding, which nobody is given. */
static gboolean
note_number (BenchPeer *peer, const guint8 *packet, gsize length, gint64 now_us)
{
  ParlorRtpHeader header;
  ParlorRtpExtMap map = {0};
  ParlorRtpExtList list;
  const guint8 *value;
  guint size;

  g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
  if (peer->nacks)
    note_missing (peer, packet, &header, now_us);
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_TRANSPORT_CC, 3);
  parlor_rtp_ext_parse (packet, &header, &map, &list);
  value = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_TRANSPORT_CC, &size);
  if (value != NULL)
    parlor_twcc_receiver_push (peer->twcc, parlor_get_u16 (value), now_us);
  if (header.pt == 120)
    {
      if (peer->last_video_us > 0)
        peer->worst_gap_us = MAX (peer->worst_gap_us, now_us - peer->last_video_us);
      peer->last_video_us = now_us;
      peer->last_video_seq = header.seq;
    }
  peer->n_padding += header.payload_size == 0;
  return header.payload_size > 0;
}

static void
send_feedback (BenchPeer *peer, gint64 now_us)
{
  guint8 bytes[1200];
  guint16 seqs[64];
  gsize length;

  if (!peer->no_feedback && now_us >= parlor_twcc_receiver_next_us (peer->twcc)
      && (length = parlor_twcc_receiver_poll (peer->twcc, now_us, 9, 5000, bytes, sizeof bytes))
             > 0)
    {
      parlor_peer_send_rtcp (peer->peer, bytes, length);
      peer->n_feedbacks++;
    }
  if (peer->nack != NULL && now_us >= parlor_nack_next_us (peer->nack))
    {
      guint n = parlor_nack_poll (peer->nack, now_us, 2 * peer->link->delay_us, seqs,
                                  G_N_ELEMENTS (seqs));

      length = n > 0
                   ? parlor_rtcp_build_nack (bytes, sizeof bytes, 9, peer->nack_ssrc, seqs, n, NULL)
                   : 0;
      if (length > 0)
        parlor_peer_send_rtcp (peer->peer, bytes, length);
    }
}

static void
peer_rtp (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us)
{
  BenchPeer *peer = user_data;

  if (!note_number (peer, packet, length, now_us))
    return;
  g_ptr_array_add (peer->rtp, g_bytes_new (packet, length));
  if (peer->on_rtp != NULL)
    peer->on_rtp (peer->user_data, packet, length, now_us);
}

static void
peer_rtcp (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us)
{
  g_ptr_array_add (((BenchPeer *)user_data)->rtcp, g_bytes_new (packet, length));
}

static ParlorFingerprint
fingerprint_of (const ParlorCertificate *cert)
{
  ParlorFingerprint fingerprint;

  g_assert_true (
      parlor_fingerprint_parse ("sha-256", parlor_certificate_fingerprint (cert), &fingerprint));
  return fingerprint;
}

static void
make_credentials (guint worker, guint seed, ParlorIceCredentials *out)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES];

  ParlorRng rng;

  parlor_rng_init_seeded (&rng, seed);
  parlor_rng_fill (&rng, random, sizeof random);
  parlor_ice_credentials_make (worker, random, out);
}

BenchPeer *
bench_add_peer (Bench *self, ParlorRoomId room)
{
  BenchPeer *peer = &self->peers[self->n_peers];
  ParlorTransportConfig transport = {.id = 100 + self->n_peers,
                                     .room = room,
                                     .dtls_role = PARLOR_DTLS_SERVER,
                                     .transport_cc = TRUE};
  ParlorPeerConfig config = {.dtls = self->client_dtls,
                             .crypto = self->crypto,
                             .stun = self->stun,
                             .seed = 77 + self->n_peers};
  ParlorPeerOps ops = {peer_send, peer_rtp, peer_rtcp, peer};

  peer->bench = self;
  peer->number = self->n_peers++;
  peer->id = transport.id;
  peer->rtp = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  peer->twcc = parlor_twcc_receiver_new ();
  peer->rtcp = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_assert_true (
      parlor_addr_parse ("192.0.2.1", (guint16)(10000 + peer->number), &peer->tuple.peer));
  g_assert_true (parlor_addr_parse ("198.51.100.1", 7900, &peer->tuple.local));
  make_credentials (0, 2 * peer->number + 1, &transport.local);
  make_credentials (0, 2 * peer->number + 2, &config.local);
  g_strlcpy (transport.remote_ufrag, config.local.ufrag, sizeof transport.remote_ufrag);
  g_strlcpy (transport.cname, "parlor", sizeof transport.cname);
  transport.remote_fingerprint = fingerprint_of (self->client_cert);
  transport.ext_ids[PARLOR_EXT_MID] = 1;
  transport.ext_ids[PARLOR_EXT_ABS_SEND_TIME] = 2;
  transport.ext_ids[PARLOR_EXT_TRANSPORT_CC] = 3;
  transport.ext_ids[PARLOR_EXT_AUDIO_LEVEL] = 4;
  transport.ext_ids[PARLOR_EXT_DEPENDENCY_DESCRIPTOR] = 5;
  transport.rtcp_ssrc = 0x51000000 + peer->number;
  config.server_ufrag = transport.local.ufrag;
  config.server_pwd = transport.local.pwd;
  config.server_fingerprint = fingerprint_of (self->server_cert);
  parlor_router_add_transport (self->router, &transport, self->now_us);
  peer->peer = parlor_peer_new (&config, &ops);
  g_assert_nonnull (peer->peer);
  return peer;
}

/* --- time ------------------------------------------------------------------------------------ */

static void
run_steps (Bench *self)
{
  Step *step;

  while ((step = g_queue_pop_head (&self->steps)) != NULL)
    {
      gsize length;
      const guint8 *bytes = g_bytes_get_data (step->bytes, &length);

      parlor_dtls_start (step->dtls, self->now_us);
      if (length > 0)
        parlor_dtls_handle (step->dtls, bytes, length, self->now_us);
      parlor_dtls_handle_timeout (step->dtls, self->now_us);
      parlor_router_dtls_done (self->router, step->transport, step->dtls, self->now_us);
      g_bytes_unref (step->bytes);
      g_free (step);
    }
}

void
bench_forget_steps (Bench *self)
{
  Step *step;

  while ((step = g_queue_pop_head (&self->steps)) != NULL)
    {
      g_bytes_unref (step->bytes);
      g_free (step);
    }
}

static void
land (Bench *self)
{
  guint n = g_queue_get_length (&self->flight);

  for (guint i = 0; i < n; i++)
    {
      Flying *flying = g_queue_pop_head (&self->flight);
      gsize length;
      const guint8 *bytes = g_bytes_get_data (flying->bytes, &length);

      if (flying->at_us > self->now_us)
        {
          g_queue_push_tail (&self->flight, flying);
          continue;
        }
      bench_receive (self, &flying->tuple, bytes, length);
      free_flying (flying);
    }
  for (guint i = 0; i < self->n_peers; i++)
    land_below (&self->peers[i]);
}

void
bench_receive (Bench *self, const ParlorTuple *tuple, const guint8 *bytes, gsize length)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);

  parlor_router_receive (self->router, copy, length, tuple, self->now_us, self->now_us);
}

void
bench_run (Bench *self, gint64 span_us)
{
  gint64 end_us = self->now_us + span_us;

  while (self->now_us < end_us)
    {
      for (guint i = 0; i < self->n_peers; i++)
        {
          if (self->now_us >= parlor_peer_next_us (self->peers[i].peer))
            parlor_peer_poll (self->peers[i].peer, self->now_us);
          send_feedback (&self->peers[i], self->now_us);
        }
      land (self);
      run_steps (self);
      parlor_router_flush (self->router, self->now_us);
      self->now_us += 1000;
    }
}

static Bench *
make (gboolean yields)
{
  Bench *self = g_new0 (Bench, 1);
  ParlorRouterConfig config = {
      .n_workers = 2, .gso = TRUE, .yields = yields, .seed = 5, .crypto = PARLOR_SRTP_BACKEND_AUTO};
  ParlorRouterOps ops = {.event = on_event,
                         .dtls_step = on_dtls_step,
                         .hand_over = on_hand_over,
                         .send = on_send,
                         .user_data = self};

  self->now_us = 1000 * PARLOR_US_PER_SEC;
  self->server_cert = parlor_certificate_new (1000);
  self->client_cert = parlor_certificate_new (1000);
  self->server_dtls = parlor_dtls_context_new (self->server_cert);
  self->client_dtls = parlor_dtls_context_new (self->client_cert);
  self->crypto = parlor_crypto_new (PARLOR_SRTP_BACKEND_AUTO);
  self->stun = parlor_stun_agent_new ();
  config.dtls = self->server_dtls;
  self->router = parlor_router_new (&config, &ops);
  return self;
}

Bench *
bench_new (void)
{
  return make (FALSE);
}

Bench *
bench_new_yielding (void)
{
  return make (TRUE);
}

void
bench_free (Bench *self)
{
  run_steps (self);
  parlor_router_free (self->router);
  for (guint i = 0; i < self->n_peers; i++)
    {
      parlor_peer_free (self->peers[i].peer);
      g_ptr_array_unref (self->peers[i].rtp);
      g_ptr_array_unref (self->peers[i].rtcp);
      g_clear_pointer (&self->peers[i].sent, g_ptr_array_unref);
      parlor_twcc_receiver_free (self->peers[i].twcc);
      parlor_nack_free (self->peers[i].nack);
      while (!g_queue_is_empty (&self->peers[i].down))
        free_flying (g_queue_pop_head (&self->peers[i].down));
    }
  while (!g_queue_is_empty (&self->flight))
    free_flying (g_queue_pop_head (&self->flight));
  parlor_stun_agent_free (self->stun);
  parlor_crypto_free (self->crypto);
  parlor_dtls_context_free (self->server_dtls);
  parlor_dtls_context_free (self->client_dtls);
  parlor_certificate_free (self->server_cert);
  parlor_certificate_free (self->client_cert);
  g_free (self->arena);
  g_free (self->datagrams);
  g_free (self);
}

const ParlorRouterEvent *
bench_event (const Bench *self, ParlorRouterEventType type, ParlorTransportId transport)
{
  for (guint i = self->n_events; i-- > 0;)
    if (self->events[i].type == type && (transport == 0 || self->events[i].transport == transport))
      return &self->events[i];
  return NULL;
}

/* --- tracks ---------------------------------------------------------------------------------- */

static const ParlorRouterCodec no_codec = {.rtx_pt = PARLOR_ROUTER_NO_PT,
                                           .red_pt = PARLOR_ROUTER_NO_PT};

static ParlorRouterCodec
codec (const char *name, guint32 clock_hz, guint channels, guint8 pt, guint8 rtx_pt, gboolean nack)
{
  ParlorRouterCodec result = no_codec;

  result.key = parlor_codec_key_from_format (name, clock_hz, channels, NULL);
  g_assert_cmpuint (result.key, !=, PARLOR_CODEC_KEY_NONE);
  result.pt = pt;
  result.rtx_pt = rtx_pt;
  result.nack = nack;
  return result;
}

ParlorSourceId
bench_add_video (BenchPeer *peer, ParlorSourceId id, guint32 ssrc)
{
  ParlorSourceConfig config = {
      .id = id, .transport = peer->id, .mid = "1", .n_codecs = 1, .n_layers = 1};

  config.codecs[0] = codec ("VP8", 90000, 0, 96, 97, TRUE);
  config.layers[0].ssrc = ssrc;
  config.layers[0].rtx_ssrc = ssrc + 1;
  parlor_router_add_source (peer->bench->router, &config, peer->bench->now_us);
  return id;
}

ParlorSourceId
bench_add_simulcast (BenchPeer *peer, ParlorSourceId id, guint32 ssrc)
{
  static const char *const rids[] = {"q", "h", "f"};
  ParlorSourceConfig config = {
      .id = id, .transport = peer->id, .mid = "1", .n_codecs = 1, .n_layers = 3};

  config.codecs[0] = codec ("VP8", 90000, 0, 96, 97, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      config.layers[i].ssrc = ssrc + 2 * i;
      config.layers[i].rtx_ssrc = ssrc + 2 * i + 1;
      g_strlcpy (config.layers[i].rid, rids[i], sizeof config.layers[i].rid);
    }
  parlor_router_add_source (peer->bench->router, &config, peer->bench->now_us);
  return id;
}

/* --- cameras --------------------------------------------------------------------------------- */

gboolean
bench_next_rtcp (const BenchPeer *peer, BenchRtcp *at, ParlorRtcpPacket *packet)
{
  for (;;)
    {
      gsize length;
      const guint8 *bytes;

      if (at->is_open && parlor_rtcp_reader_next (&at->reader, packet))
        return TRUE;
      at->is_open = at->n_compounds < peer->rtcp->len;
      if (!at->is_open)
        return FALSE;
      bytes = g_bytes_get_data (g_ptr_array_index (peer->rtcp, at->n_compounds++), &length);
      g_assert_cmpint (parlor_rtcp_reader_init (&at->reader, bytes, length), ==, PARLOR_RTCP_OK);
    }
}

static void
look_for_requests (BenchPeer *peer, BenchCamera *camera)
{
  ParlorRtcpPacket packet;
  guint32 sender, media;

  while (bench_next_rtcp (peer, &camera->asked, &packet))
    if (packet.kind == PARLOR_RTCP_PLI && parlor_rtcp_parse_pli (&packet, &sender, &media)
        && media == camera->ssrc)
      camera->key_wanted = TRUE;
}

/* L1T3: 0 2 1 2; L1T2: 0 1. */
static guint
temporal_of (const BenchCamera *camera)
{
  static const guint three[] = {0, 2, 1, 2};

  return camera->n_temporal == 3 ? three[camera->picture % 4]
                                 : camera->picture % MAX (camera->n_temporal, 1);
}

static void
send_frame (BenchPeer *peer, BenchCamera *camera, gboolean key, guint temporal, gsize bytes)
{
  guint n = MAX ((guint)((bytes + 1099) / 1100), 1);

  for (guint i = 0; i < n; i++)
    {
      guint8 packet[1400] = {0};
      guint8 *payload = packet + 12;
      const guint8 start[] = {0,
                              0,
                              0x9d,
                              0x01,
                              0x2a,
                              0x80,
                              0x02,
                              (guint8)camera->height,
                              (guint8)(camera->height >> 8)};

      parlor_rtp_write_fixed (packet, 96, i + 1 == n, (guint16)camera->index,
                              camera->picture * 3000, camera->ssrc);
      payload[0] = 0x80 | (i == 0 ? 0x10 : 0) | (temporal > 0 ? 0x20 : 0); /* X, S, N */
      payload[1] = 0xe0;                                                   /* I, L, T */
      parlor_put_u16 (payload + 2, (guint16)(0x8000 | (camera->picture & 0x7fff)));
      payload[4] = (guint8)camera->tl0;
      payload[5] = (guint8)(temporal << 6 | (temporal > 0 ? 0x20 : 0)); /* TID, Y */
      payload[6] = key && i == 0 ? 0x10 : 0x11;
      if (key && i == 0)
        memcpy (payload + 7, start, sizeof start);
      if (peer->sent != NULL)
        g_ptr_array_add (peer->sent, g_bytes_new (packet, 12 + MAX (bytes / n, 20)));
      parlor_peer_send_rtp (peer->peer, packet, 12 + MAX (bytes / n, 20), camera->index++);
    }
}

void
bench_film (BenchPeer *peer, BenchCamera *camera)
{
  gboolean key;
  guint temporal;
  gsize bytes = camera->bps / 8 / 30;

  look_for_requests (peer, camera);
  if (camera->off)
    return;
  key = camera->key_wanted || camera->n_keys == 0;
  camera->key_wanted = FALSE;
  camera->n_keys += key;
  if (key)
    camera->picture = (camera->picture + 3) & ~3u; /* the pattern begins anew */
  temporal = key ? 0 : temporal_of (camera);
  camera->tl0 += temporal == 0;
  send_frame (peer, camera, key, temporal, key ? 4 * bytes : bytes);
  camera->picture++;
}

ParlorSourceId
bench_add_voice (BenchPeer *peer, ParlorSourceId id, ParlorRoomId room, guint32 ssrc)
{
  ParlorSourceConfig config = {.id = id,
                               .transport = peer->id,
                               .room = room,
                               .audio = TRUE,
                               .speaks = TRUE,
                               .mid = "0",
                               .n_codecs = 1,
                               .n_layers = 1};

  config.codecs[0] = codec ("opus", 48000, 2, 111, PARLOR_ROUTER_NO_PT, FALSE);
  config.layers[0].ssrc = ssrc;
  parlor_router_add_source (peer->bench->router, &config, peer->bench->now_us);
  return id;
}

void
bench_add_video_slot (BenchPeer *peer, guint index, guint32 ssrc, guint32 rtx_ssrc)
{
  ParlorSlotConfig config = {
      .transport = peer->id, .index = index, .ssrc = ssrc, .rtx_ssrc = rtx_ssrc, .n_codecs = 1};

  config.transport_cc = TRUE;
  g_snprintf (config.mid, sizeof config.mid, "v%u", index);
  config.codecs[0] = codec ("VP8", 90000, 0, 120, rtx_ssrc != 0 ? 121 : PARLOR_ROUTER_NO_PT, TRUE);
  parlor_router_add_slot (peer->bench->router, &config, peer->bench->now_us);
}

void
bench_add_voice_slot (BenchPeer *peer, guint index, guint32 ssrc)
{
  ParlorSlotConfig config = {.transport = peer->id,
                             .index = index,
                             .audio = TRUE,
                             .automatic = TRUE,
                             .ssrc = ssrc,
                             .n_codecs = 1};

  config.transport_cc = TRUE;
  g_snprintf (config.mid, sizeof config.mid, "a%u", index);
  config.codecs[0] = codec ("opus", 48000, 2, 109, PARLOR_ROUTER_NO_PT, FALSE);
  parlor_router_add_slot (peer->bench->router, &config, peer->bench->now_us);
}

Bench *
bench_new_pair (BenchPeer **publisher, BenchPeer **receiver, guint32 rtx_ssrc)
{
  Bench *bench = bench_new ();

  *publisher = bench_add_peer (bench, 7);
  *receiver = bench_add_peer (bench, 7);
  bench_add_video (*publisher, 1, 1000);
  bench_add_video_slot (*receiver, 0, 5000, rtx_ssrc);
  bench_run (bench, PARLOR_US_PER_SEC / 2);
  parlor_router_select (bench->router, (*receiver)->id, 0, 1, 0, bench->now_us);
  return bench;
}

void
bench_send_video (BenchPeer *peer, guint32 ssrc, guint64 index, guint32 timestamp, gboolean key,
                  gboolean first, gboolean marker, guint picture, gsize bytes)
{
  guint8 packet[1400] = {0};
  guint8 *payload = packet + 12;

  parlor_rtp_write_fixed (packet, 96, marker, (guint16)index, timestamp, ssrc);
  payload[0] = 0x80 | (first ? 0x10 : 0);                    /* X, S */
  payload[1] = 0xc0;                                         /* I, L */
  parlor_put_u16 (payload + 2, (guint16)(0x8000 | picture)); /* 15 bits */
  payload[4] = (guint8)picture;                              /* TL0PICIDX */
  payload[5] = key && first ? 0x10 : 0x11;                   /* P: 0 = key frame; show_frame */
  if (key && first)
    {
      const guint8 start[] = {0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}; /* 640×360 */
      memcpy (payload + 6, start, sizeof start);
    }
  parlor_peer_send_rtp (peer->peer, packet, 12 + MAX (bytes, 20), index);
}

void
bench_send_voice (BenchPeer *peer, guint32 ssrc, guint64 index, guint32 timestamp, guint8 level)
{
  guint8 packet[60] = {0};

  parlor_rtp_write_fixed (packet, 111, FALSE, (guint16)index, timestamp, ssrc);
  packet[0] |= 0x10;
  parlor_put_u32 (packet + 12, 0xbede0001);
  packet[16] = 0x40; /* id 4, one byte */
  packet[17] = 0x80 | level;
  packet[20] = 0xfc; /* Opus: CELT, 20 ms, stereo, one frame */
  memset (packet + 21, 0x55, sizeof packet - 21);
  parlor_peer_send_rtp (peer->peer, packet, sizeof packet, index);
}
