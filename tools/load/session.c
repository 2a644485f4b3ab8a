/* SPDX-License-Identifier: Apache-2.0 */
#include "load/session.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "base/seq.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtcp/twcc.h"
#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"

/* libwebrtc's limit on the payload of a packet, with room for its extensions. */
#define MAX_PAYLOAD_BYTES 1180
#define VP8_DESCRIPTOR_BYTES 5
#define MARK_BYTES 16
#define OPUS_BYTES 100
#define REPORT_INTERVAL_US PARLOR_US_PER_SEC
#define READ_BYTES 65536

/* A stream that is received: for loss by sequence number. */
typedef struct
{
  guint32 ssrc;
  ParlorSeqUnwrapper unwrapper;
  gint64 first, highest;
  guint64 packets;
} Stream;

struct _LoadSession
{
  LoadContext *context;
  LoadAnswer answer;
  LoadPlace place;
  ParlorPeer *peer;
  int fd;
  gboolean publish, audio_only;
  LoadMoments moments;

  /* publishing */
  guint32 audio_ssrc, video_ssrc, rtx_ssrc, timestamp_base;
  guint64 audio_index, video_index, mark;
  guint16 transport_seq;
  guint picture;
  gint64 began_us;
  gboolean key_frame_wanted;

  /* receiving */
  ParlorRtpExtMap extensions;
  Stream streams[LOAD_MAX_STREAMS];
  guint n_streams;
  ParlorTwccReceiver *twcc;
  gint64 report_us;
  LoadCounts counts;
};

/* --- shared ---------------------------------------------------------------------------------- */

LoadContext *
load_context_new (guint64 seed)
{
  LoadContext *self = g_new0 (LoadContext, 1);

  self->certificate = parlor_certificate_new (g_get_real_time () / PARLOR_US_PER_SEC);
  self->dtls = parlor_dtls_context_new (self->certificate);
  self->crypto = parlor_crypto_new (PARLOR_SRTP_BACKEND_AUTO);
  self->stun = parlor_stun_agent_new ();
  self->seed = seed;
  return self;
}

void
load_context_free (LoadContext *self)
{
  parlor_stun_agent_free (self->stun);
  parlor_crypto_free (self->crypto);
  parlor_dtls_context_free (self->dtls);
  parlor_certificate_free (self->certificate);
  g_free (self);
}

/* --- what arrives ---------------------------------------------------------------------------- */

static void
on_send (gpointer user_data, const guint8 *bytes, gsize length)
{
  LoadSession *self = user_data;

  /* A full socket buffer loses the packet, as a network does. */
  if (send (self->fd, bytes, length, MSG_DONTWAIT) < 0)
    return;
}

static Stream *
get_stream (LoadSession *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].ssrc == ssrc)
      return &self->streams[i];
  if (self->n_streams == LOAD_MAX_STREAMS)
    return NULL;
  self->streams[self->n_streams].ssrc = ssrc;
  return &self->streams[self->n_streams++];
}

static gboolean
is_rtx (const LoadSession *self, guint32 ssrc)
{
  for (guint i = 0; i < self->answer.n_streams; i++)
    if (self->answer.streams[i].rtx_ssrc == ssrc && ssrc != 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_video (const LoadSession *self, guint8 pt)
{
  for (guint i = 0; i < self->answer.n_streams; i++)
    if (!self->answer.streams[i].audio && self->answer.streams[i].pt == pt)
      return TRUE;
  return FALSE;
}

static void
count_packet (LoadSession *self, Stream *stream, guint16 seq, gsize length)
{
  gint64 number = parlor_seq_unwrap16 (&stream->unwrapper, seq);

  if (stream->packets++ == 0)
    stream->first = stream->highest = number;
  stream->highest = MAX (stream->highest, number);
  self->counts.packets++;
  self->counts.bytes += length;
}

static void
count_delay (LoadSession *self, const guint8 *mark, gint64 now_us)
{
  gint64 sent_us = (gint64)parlor_get_u64 (mark + 8);
  gint64 delay_us = now_us - sent_us;

  if (delay_us < 0 || delay_us > 60 * PARLOR_US_PER_SEC)
    return;
  self->counts.delays[MIN (delay_us / LOAD_DELAY_STEP_US, LOAD_DELAY_BUCKETS - 1)]++;
}

static void
on_rtp (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us)
{
  LoadSession *self = user_data;
  ParlorRtpExtList list;
  ParlorRtpHeader header;
  const guint8 *value, *payload;
  Stream *stream;
  guint size, skip;

  g_return_if_fail (packet != NULL);
  if (parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return;
  parlor_rtp_ext_parse (packet, &header, &self->extensions, &list);
  value = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_TRANSPORT_CC, &size);
  if (value != NULL && size == 2)
    parlor_twcc_receiver_push (self->twcc, parlor_get_u16 (value), now_us);
  if (is_rtx (self, header.ssrc))
    {
      self->counts.repeated++;
      return;
    }
  stream = get_stream (self, header.ssrc);
  if (stream == NULL)
    return;
  count_packet (self, stream, header.seq, length);
  if (self->moments.first_rtp_us == 0)
    self->moments.first_rtp_us = now_us;
  skip = is_video (self, header.pt) ? VP8_DESCRIPTOR_BYTES + 10 : 1;
  payload = packet + header.payload_offset;
  if (header.payload_size >= skip + MARK_BYTES)
    count_delay (self, payload + skip, now_us);
}

static void
on_rtcp (gpointer user_data, const guint8 *bytes, gsize length, gint64 now_us)
{
  LoadSession *self = user_data;
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;

  if (parlor_rtcp_reader_init (&reader, bytes, length) != PARLOR_RTCP_OK)
    return;
  while (parlor_rtcp_reader_next (&reader, &packet))
    if (packet.kind == PARLOR_RTCP_PLI || packet.kind == PARLOR_RTCP_FIR)
      self->key_frame_wanted = TRUE;
}

/* --- life ------------------------------------------------------------------------------------ */

static int
open_socket (const ParlorAddr *server, GError **error)
{
  struct sockaddr_storage to;
  socklen_t length = parlor_addr_to_native (server, &to);
  int fd = socket (to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int buffer = 1 << 20, on = 1;

  if (fd >= 0 && connect (fd, (struct sockaddr *)&to, length) == 0)
    {
      setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
      setsockopt (fd, SOL_UDP, UDP_GRO, &on, sizeof on);
      return fd;
    }
  g_set_error (error, LOAD_ERROR, 0, "UDP socket: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
make_identity (LoadContext *context, LoadSession *self, ParlorIceCredentials *local)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES];
  ParlorRng rng;

  parlor_rng_init_seeded (&rng, context->seed++);
  parlor_rng_fill (&rng, random, sizeof random);
  parlor_ice_credentials_make (0, random, local);
  self->audio_ssrc = parlor_rng_u32 (&rng) | 1;
  self->video_ssrc = parlor_rng_u32 (&rng) | 1;
  self->rtx_ssrc = parlor_rng_u32 (&rng) | 1;
  self->timestamp_base = parlor_rng_u32 (&rng);
  self->video_index = parlor_rng_below (&rng, 30000);
  self->audio_index = parlor_rng_below (&rng, 30000);
}

static gboolean
connect_peer (LoadSession *self, const ParlorIceCredentials *local, GError **error)
{
  LoadContext *context = self->context;
  ParlorPeerConfig config = {.local = *local,
                             .server_ufrag = self->answer.ufrag,
                             .server_pwd = self->answer.pwd,
                             .server = self->answer.server,
                             .server_fingerprint = self->answer.fingerprint,
                             .dtls_server = self->answer.dtls_active,
                             .dtls = context->dtls,
                             .crypto = context->crypto,
                             .stun = context->stun,
                             .seed = context->seed++};
  ParlorPeerOps ops = {on_send, on_rtp, on_rtcp, self};

  self->fd = open_socket (&self->answer.server, error);
  if (self->fd < 0)
    return FALSE;
  self->peer = parlor_peer_new (&config, &ops);
  if (self->peer == NULL)
    g_set_error_literal (error, LOAD_ERROR, 0,
                         "the answer's ICE credentials are of an impossible form");
  return self->peer != NULL;
}

LoadSession *
load_session_new (LoadContext *context, const LoadPlace *place, LoadSessionKind kind, gint64 now_us,
                  GError **error)
{
  LoadSession *self = g_new0 (LoadSession, 1);
  ParlorIceCredentials local;
  LoadOffer offer;

  self->context = context;
  self->place = *place;
  self->publish = kind != LOAD_WATCH;
  self->audio_only = kind == LOAD_PUBLISH_AUDIO;
  self->moments.made_us = now_us;
  self->fd = -1;
  self->twcc = parlor_twcc_receiver_new ();
  make_identity (context, self, &local);
  offer = (LoadOffer){&local,           parlor_certificate_fingerprint (context->certificate),
                      self->publish,    self->audio_only,
                      self->audio_ssrc, self->video_ssrc,
                      self->rtx_ssrc};
  if (load_place_negotiate (place, &offer, &self->answer, error)
      && connect_peer (self, &local, error))
    {
      parlor_rtp_ext_map_set (&self->extensions, PARLOR_EXT_TRANSPORT_CC,
                              self->answer.transport_cc ? self->answer.transport_cc
                                                        : LOAD_EXT_TRANSPORT_CC);
      return self;
    }
  load_session_free (self);
  return NULL;
}

void
load_session_free (LoadSession *self)
{
  if (self == NULL)
    return;
  load_place_leave (&self->place, &self->answer);
  load_answer_clear (&self->answer);
  parlor_peer_free (self->peer);
  parlor_twcc_receiver_free (self->twcc);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

const LoadMoments *
load_session_moments (const LoadSession *self)
{
  return &self->moments;
}

int
load_session_fd (const LoadSession *self)
{
  return self->fd;
}

gboolean
load_session_is_connected (const LoadSession *self)
{
  return parlor_peer_is_connected (self->peer);
}

/* --- driving --------------------------------------------------------------------------------- */

static guint
gro_segment (struct msghdr *message)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR (message, c))
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
      return (guint) * (const int *)CMSG_DATA (c);
  return 0;
}

void
load_session_read (LoadSession *self, gint64 now_us)
{
  static guint8 bytes[READ_BYTES];
  char control[CMSG_SPACE (sizeof (int))];

  for (;;)
    {
      struct iovec iov = {bytes, sizeof bytes};
      struct msghdr message = {.msg_iov = &iov,
                               .msg_iovlen = 1,
                               .msg_control = control,
                               .msg_controllen = sizeof control};
      ssize_t n = recvmsg (self->fd, &message, MSG_DONTWAIT);
      gsize segment;

      if (n <= 0)
        return;
      segment = gro_segment (&message);
      if (segment == 0)
        segment = (gsize)n;
      for (gsize at = 0; at < (gsize)n; at += segment)
        parlor_peer_handle (self->peer, bytes + at, MIN (segment, (gsize)n - at), now_us);
    }
}

/* A receiver report of all streams, and transport-wide feedback: what a browser would send. */
static void
send_reports (LoadSession *self, gint64 now_us)
{
  guint8 bytes[1200];
  ParlorRtcpReportBlock blocks[LOAD_MAX_STREAMS];
  gsize length;

  for (guint i = 0; i < self->n_streams; i++)
    blocks[i] = (ParlorRtcpReportBlock){.ssrc = self->streams[i].ssrc,
                                        .highest_seq = (guint32)self->streams[i].highest};
  length = parlor_rtcp_build_rr (bytes, sizeof bytes, self->audio_ssrc, blocks, self->n_streams);
  length += parlor_rtcp_build_sdes (bytes + length, sizeof bytes - length, self->audio_ssrc,
                                    "load");
  parlor_peer_send_rtcp (self->peer, bytes, length);
  self->report_us = now_us + REPORT_INTERVAL_US;
}

static void
send_sender_report (LoadSession *self, gint64 now_us)
{
  guint8 bytes[128];
  guint32 ssrc = self->audio_only ? self->audio_ssrc : self->video_ssrc;
  ParlorRtcpSenderInfo info = {.ssrc = ssrc, .ntp = parlor_ntp_from_unix_us (now_us)};
  gsize length;

  info.rtp_timestamp = self->timestamp_base
                       + (guint32)parlor_us_to_rtp (now_us - self->began_us,
                                                    self->audio_only ? 48000 : 90000);
  length = parlor_rtcp_build_sr (bytes, sizeof bytes, &info, NULL, 0);
  length += parlor_rtcp_build_sdes (bytes + length, sizeof bytes - length, ssrc, "load");
  parlor_peer_send_rtcp (self->peer, bytes, length);
  self->report_us = now_us + REPORT_INTERVAL_US;
}

static void
send_transport_feedback (LoadSession *self, gint64 now_us)
{
  guint8 bytes[1200];
  gsize length = parlor_rtcp_build_rr (bytes, sizeof bytes, self->audio_ssrc, NULL, 0);
  gsize n = parlor_twcc_receiver_poll (self->twcc, now_us, self->audio_ssrc,
                                       self->n_streams > 0 ? self->streams[0].ssrc : 0,
                                       bytes + length, sizeof bytes - length);

  if (n > 0)
    parlor_peer_send_rtcp (self->peer, bytes, length + n);
}

void
load_session_poll (LoadSession *self, gint64 now_us)
{
  if (now_us >= parlor_peer_next_us (self->peer))
    parlor_peer_poll (self->peer, now_us);
  if (!load_session_is_connected (self))
    return;
  if (self->moments.connected_us == 0)
    self->moments.connected_us = now_us;
  if (now_us >= self->report_us && self->publish && self->began_us > 0)
    send_sender_report (self, now_us);
  else if (now_us >= self->report_us && !self->publish)
    send_reports (self, now_us);
  if (now_us >= parlor_twcc_receiver_next_us (self->twcc))
    send_transport_feedback (self, now_us);
}

/* --- publishing ------------------------------------------------------------------------------ */

static gsize
write_header (LoadSession *self, guint8 *packet, guint8 pt, gboolean marker, guint64 index,
              guint32 timestamp, guint32 ssrc, gint64 now_us)
{
  parlor_rtp_write_fixed (packet, pt, marker, (guint16)index, timestamp, ssrc);
  packet[0] |= 0x10;
  parlor_put_u32 (packet + 12, 0xbede0003);
  packet[16] = 0x22; /* abs-send-time, 3 bytes */
  parlor_put_u24 (packet + 17, parlor_abs_send_time_from_us (now_us));
  packet[20] = 0x31; /* transport-cc, 2 bytes */
  parlor_put_u16 (packet + 21, self->transport_seq++);
  packet[23] = 0x40; /* level, 1 byte: -30 dBov, voice */
  packet[24] = 0x80 | 30;
  memset (packet + 25, 0, 3);
  return 28;
}

static void
write_mark (LoadSession *self, guint8 *out, gint64 now_us)
{
  parlor_put_u64 (out, self->mark++);
  parlor_put_u64 (out + 8, (guint64)now_us);
}

static void
send_video_packet (LoadSession *self, gsize payload_bytes, gboolean key, gboolean first,
                   gboolean last, gint64 now_us)
{
  guint8 packet[1400] = {0};
  guint32 timestamp = self->timestamp_base
                      + (guint32)parlor_us_to_rtp (now_us - self->began_us, 90000);
  gsize n = write_header (self, packet, LOAD_VIDEO_PT, last, self->video_index, timestamp,
                          self->video_ssrc, now_us);
  guint8 *payload = packet + n;

  payload[0] = (guint8)(0x80 | (first ? 0x10 : 0));
  payload[1] = 0xc0;
  parlor_put_u16 (payload + 2, (guint16)(0x8000 | (self->picture & 0x7fff)));
  payload[4] = (guint8)self->picture;
  payload[VP8_DESCRIPTOR_BYTES] = key && first ? 0x10 : 0x11;
  if (key && first)
    {
      static const guint8 start[] = {0, 0, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02}; /* 1280×720 */
      memcpy (payload + VP8_DESCRIPTOR_BYTES + 1, start, sizeof start);
    }
  write_mark (self, payload + VP8_DESCRIPTOR_BYTES + 10, now_us);
  parlor_peer_send_rtp (self->peer, packet, n + payload_bytes, self->video_index++);
}

void
load_session_send_video (LoadSession *self, gsize frame_bytes, gint64 now_us)
{
  gsize n_packets = MAX (1, (frame_bytes + MAX_PAYLOAD_BYTES - 1) / MAX_PAYLOAD_BYTES);
  gsize share = frame_bytes / n_packets, larger = frame_bytes % n_packets;
  gboolean key = load_session_take_key_frame_request (self) || self->picture == 0;

  if (self->began_us == 0)
    self->began_us = now_us;
  self->picture++;
  for (gsize i = 0; i < n_packets; i++)
    send_video_packet (self, MAX (share + (i + larger >= n_packets ? 1 : 0), 64), key, i == 0,
                       i + 1 == n_packets, now_us);
}

void
load_session_send_audio (LoadSession *self, gint64 now_us)
{
  guint8 packet[200] = {0};
  guint32 timestamp = self->timestamp_base + (guint32)(self->audio_index * 960);
  gsize n = write_header (self, packet, LOAD_AUDIO_PT, FALSE, self->audio_index, timestamp,
                          self->audio_ssrc, now_us);

  if (self->began_us == 0)
    self->began_us = now_us;
  packet[n] = 0xfc;
  write_mark (self, packet + n + 1, now_us);
  parlor_peer_send_rtp (self->peer, packet, n + OPUS_BYTES, self->audio_index++);
}

gboolean
load_session_take_key_frame_request (LoadSession *self)
{
  gboolean wanted = self->key_frame_wanted;

  self->key_frame_wanted = FALSE;
  return wanted;
}

/* --- counting -------------------------------------------------------------------------------- */

const LoadCounts *
load_session_counts (const LoadSession *self)
{
  LoadCounts *counts = (LoadCounts *)&self->counts;
  const ParlorPeerCounters *peer = parlor_peer_counters (self->peer);

  counts->lost = 0;
  for (guint i = 0; i < self->n_streams; i++)
    {
      guint64 expected = (guint64)(self->streams[i].highest - self->streams[i].first + 1);

      counts->lost += expected > self->streams[i].packets ? expected - self->streams[i].packets : 0;
    }
  counts->refused = 0;
  for (guint i = 0; i < PARLOR_N_SRTP_RESULTS; i++)
    counts->refused += peer->refused[i];
  return counts;
}

void
load_session_reset_counts (LoadSession *self)
{
  memset (&self->counts, 0, sizeof self->counts);
  self->n_streams = 0;
  memset (self->streams, 0, sizeof self->streams);
}
