/* SPDX-License-Identifier: Apache-2.0 */
#include "load/peer.h"

#include <string.h>

#include "proto/demux.h"
#include "proto/rtp/header.h"

#define MAX_PACKET_BYTES 1400

struct _ParlorPeer
{
  ParlorPeerOps ops;
  ParlorAddr server;
  ParlorCrypto *crypto;
  ParlorStunAgent *stun;
  ParlorIceClient *ice;
  ParlorDtls *dtls;
  ParlorSrtpIn *in;
  ParlorSrtpOut *out;
  ParlorSrtpProfile profile;
  ParlorPeerCounters counters;
};

ParlorPeer *
parlor_peer_new (const ParlorPeerConfig *config, const ParlorPeerOps *ops)
{
  ParlorIceClient *ice = parlor_ice_client_new (config->local.ufrag, config->local.pwd,
                                                config->server_ufrag, config->server_pwd,
                                                config->seed);
  ParlorPeer *self;

  if (ice == NULL)
    return NULL;
  self = g_new0 (ParlorPeer, 1);
  self->ops = *ops;
  self->server = config->server;
  self->crypto = config->crypto;
  self->stun = config->stun;
  self->ice = ice;
  self->dtls = parlor_dtls_new (config->dtls,
                                config->dtls_server ? PARLOR_DTLS_SERVER : PARLOR_DTLS_CLIENT,
                                &config->server_fingerprint, 1);
  return self;
}

void
parlor_peer_free (ParlorPeer *self)
{
  if (self == NULL)
    return;
  parlor_srtp_in_free (self->in);
  parlor_srtp_out_free (self->out);
  parlor_dtls_free (self->dtls);
  parlor_ice_client_free (self->ice);
  g_free (self);
}

static void
send_dtls_output (ParlorPeer *self)
{
  guint8 datagram[PARLOR_DTLS_MTU];
  gsize length;

  while ((length = parlor_dtls_poll_output (self->dtls, datagram, sizeof datagram)) > 0)
    self->ops.send (self->ops.user_data, datagram, length);
}

static void
take_keys (ParlorPeer *self)
{
  ParlorSrtpKeys keys;

  if (self->in != NULL || parlor_dtls_state (self->dtls) != PARLOR_DTLS_CONNECTED
      || !parlor_dtls_get_keys (self->dtls, &keys))
    return;
  self->in = parlor_srtp_in_new (self->crypto, &keys);
  self->out = parlor_srtp_out_new (self->crypto, &keys);
  self->profile = keys.profile;
  parlor_srtp_keys_clear (&keys);
}

static void
handle_rtp (ParlorPeer *self, guint8 *bytes, gsize length, gint64 now_us)
{
  ParlorSrtpResult result = parlor_srtp_in_unprotect_rtp (self->in, bytes, &length, NULL);

  self->counters.refused[result] += result != PARLOR_SRTP_OK;
  if (result != PARLOR_SRTP_OK)
    return;
  self->counters.rtp_pkts++;
  self->ops.rtp (self->ops.user_data, bytes, length, now_us);
}

static void
handle_rtcp (ParlorPeer *self, guint8 *bytes, gsize length, gint64 now_us)
{
  ParlorSrtpResult result = parlor_srtp_in_unprotect_rtcp (self->in, bytes, &length);

  self->counters.refused[result] += result != PARLOR_SRTP_OK;
  if (result != PARLOR_SRTP_OK)
    return;
  self->counters.rtcp_pkts++;
  self->ops.rtcp (self->ops.user_data, bytes, length, now_us);
}

static void
handle_stun (ParlorPeer *self, const guint8 *bytes, gsize length, gint64 now_us)
{
  guint8 reply[PARLOR_ICE_CLIENT_CHECK_MAX];
  gsize n;

  if (parlor_ice_client_handle (self->ice, self->stun, bytes, length, now_us))
    {
      parlor_dtls_start (self->dtls, now_us);
      return;
    }
  n = parlor_addr_is_none (&self->server)
          ? 0
          : parlor_ice_client_answer (self->ice, self->stun, bytes, length, &self->server, reply);
  if (n > 0)
    self->ops.send (self->ops.user_data, reply, n);
}

void
parlor_peer_handle (ParlorPeer *self, guint8 *bytes, gsize length, gint64 now_us)
{
  switch (parlor_demux (bytes, length))
    {
    case PARLOR_PACKET_STUN:
      handle_stun (self, bytes, length, now_us);
      break;
    case PARLOR_PACKET_DTLS:
      parlor_dtls_handle (self->dtls, bytes, length, now_us);
      take_keys (self);
      break;
    case PARLOR_PACKET_RTP:
      if (self->in != NULL)
        handle_rtp (self, bytes, length, now_us);
      break;
    case PARLOR_PACKET_RTCP:
      if (self->in != NULL)
        handle_rtcp (self, bytes, length, now_us);
      break;
    default:
      break;
    }
  send_dtls_output (self);
}

void
parlor_peer_poll (ParlorPeer *self, gint64 now_us)
{
  guint8 check[PARLOR_ICE_CLIENT_CHECK_MAX];
  gsize length = parlor_ice_client_poll (self->ice, self->stun, now_us, check);

  if (length > 0)
    self->ops.send (self->ops.user_data, check, length);
  if (now_us >= parlor_dtls_next_us (self->dtls))
    parlor_dtls_handle_timeout (self->dtls, now_us);
  send_dtls_output (self);
}

gint64
parlor_peer_next_us (const ParlorPeer *self)
{
  return MIN (parlor_ice_client_next_us (self->ice), parlor_dtls_next_us (self->dtls));
}

gboolean
parlor_peer_is_connected (const ParlorPeer *self)
{
  return self->out != NULL;
}

gboolean
parlor_peer_has_failed (const ParlorPeer *self, gint64 now_us)
{
  ParlorDtlsState state = parlor_dtls_state (self->dtls);

  return state == PARLOR_DTLS_FAILED || state == PARLOR_DTLS_CLOSED
         || parlor_ice_client_expired (self->ice, now_us);
}

ParlorSrtpProfile
parlor_peer_profile (const ParlorPeer *self)
{
  return self->profile;
}

gboolean
parlor_peer_send_rtp (ParlorPeer *self, const guint8 *packet, gsize length, guint64 index)
{
  guint8 protected[MAX_PACKET_BYTES + PARLOR_SRTP_OVERHEAD_MAX];
  ParlorRtpHeader header;
  ParlorSrtpJob job;

  if (self->out == NULL || length > MAX_PACKET_BYTES
      || parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return FALSE;
  job = (ParlorSrtpJob){.out = self->out,
                        .head = packet,
                        .head_length = header.payload_offset,
                        .header_length = header.payload_offset,
                        .payload = packet + header.payload_offset,
                        .payload_length = header.payload_size,
                        .padding = header.padding_size,
                        .index = index,
                        .dst = protected};
  if (parlor_srtp_protect (self->crypto, &job, 1) != 1)
    return FALSE;
  self->ops.send (self->ops.user_data, protected, job.dst_length);
  return TRUE;
}

gboolean
parlor_peer_send_rtcp (ParlorPeer *self, const guint8 *packet, gsize length)
{
  guint8 protected[MAX_PACKET_BYTES + PARLOR_SRTCP_OVERHEAD_MAX];

  if (self->out == NULL || length > MAX_PACKET_BYTES)
    return FALSE;
  memcpy (protected, packet, length);
  if (parlor_srtp_out_protect_rtcp (self->out, protected, &length, sizeof protected)
      != PARLOR_SRTP_OK)
    return FALSE;
  self->ops.send (self->ops.user_data, protected, length);
  return TRUE;
}

const ParlorPeerCounters *
parlor_peer_counters (const ParlorPeer *self)
{
  return &self->counters;
}
