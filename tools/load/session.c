/* SPDX-License-Identifier: Apache-2.0 */
#include "load/session.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/time.h"
#include "load/delay.h"
#include "load/rt.h"
#include "proto/rtcp/packet.h"

#define READ_BYTES 65536
/* UDP and IPv4. */
#define HEADER_BYTES 28
#define PERSON_AUDIO_SLOTS 3
/* Signalling is read so often; media does not wait for it. */
#define SIGNALLING_INTERVAL_US (100 * PARLOR_US_PER_MS)

struct _LoadSession
{
  LoadContext *context;
  LoadPlace place;
  LoadSessionKind kind;
  LoadAnswer answer;
  LoadRt *rt; /* a person's */
  gboolean lost;
  ParlorPeer *peer;
  int fd;
  LoadMoments moments;
  gint64 signalling_us;
  LoadDelay *up, *down; /* owned; NULL = the path takes no time */
  ParlorRng losses;
  LoadSender sender;
  LoadReceiver receiver;
};

static gboolean
publishes (const LoadSession *self)
{
  return self->kind != LOAD_WATCH;
}

static gboolean
receives (const LoadSession *self)
{
  return self->kind == LOAD_WATCH || self->kind == LOAD_PERSON;
}

/* --- shared ---------------------------------------------------------------------------------- */

LoadContext *
load_context_new (guint64 seed, ParlorSrtpProfile profile)
{
  LoadContext *self = g_new0 (LoadContext, 1);

  self->certificate = parlor_certificate_new (g_get_real_time () / PARLOR_US_PER_SEC);
  self->dtls = parlor_dtls_context_new (self->certificate);
  if (profile != PARLOR_SRTP_PROFILE_NONE)
    parlor_dtls_context_set_profile (self->dtls, profile);
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
send_now (gpointer user_data, guint8 *bytes, gsize length, gint64 now_us)
{
  LoadSession *self = user_data;

  if (self->moments.check_us == 0)
    self->moments.check_us = now_us;
  /* A full socket buffer loses the packet, as a network does. */
  if (send (self->fd, bytes, length, MSG_DONTWAIT) < 0)
    return;
}

static gboolean
is_lost_here (LoadSession *self)
{
  return self->place.lost_per_mille > 0
         && parlor_rng_u32 (&self->losses) % 1000 < self->place.lost_per_mille;
}

static void
on_send (gpointer user_data, const guint8 *bytes, gsize length)
{
  LoadSession *self = user_data;

  if (is_lost_here (self))
    return;
  if (self->up != NULL)
    load_delay_push (self->up, bytes, length, g_get_monotonic_time ());
  else
    send_now (self, (guint8 *)bytes, length, g_get_monotonic_time ());
}

static void
handle (gpointer user_data, guint8 *bytes, gsize length, gint64 now_us)
{
  LoadSession *self = user_data;

  parlor_peer_handle (self->peer, bytes, length, now_us);
}

static void
on_rtp (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us)
{
  LoadSession *self = user_data;

  load_receiver_rtp (&self->receiver, packet, length, now_us);
}

static void
ask_key_frame (LoadSession *self, const ParlorRtcpPacket *packet)
{
  guint32 sender, media = 0;

  if (packet->kind == PARLOR_RTCP_PLI && parlor_rtcp_parse_pli (packet, &sender, &media))
    load_sender_want_key_frame (&self->sender, media);
  else if (packet->kind == PARLOR_RTCP_FIR)
    load_sender_want_key_frame (&self->sender, 0);
}

static void
repeat (LoadSession *self, const ParlorRtcpPacket *packet)
{
  guint32 sender, media;
  guint16 seqs[PARLOR_RTCP_MAX_NACK_SEQS];
  gint n = parlor_rtcp_parse_nack (packet, &sender, &media, seqs, G_N_ELEMENTS (seqs));

  if (n > 0)
    load_sender_repeat (&self->sender, media, seqs, (guint)n);
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
    if (packet.kind == PARLOR_RTCP_NACK)
      repeat (self, &packet);
    else
      ask_key_frame (self, &packet);
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
      setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
      return fd;
    }
  g_set_error (error, LOAD_ERROR, 0, "UDP socket: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Draws who it is; fills the offer that says so. */
static void
make_identity (LoadSession *self, ParlorIceCredentials *local, LoadOffer *own)
{
  const guint n_layers[] = {[LOAD_PUBLISH] = self->place.layers, [LOAD_PERSON] = LOAD_MAX_LAYERS};
  guint n = self->kind < G_N_ELEMENTS (n_layers) ? n_layers[self->kind] : 0;
  guint8 random[PARLOR_ICE_RANDOM_BYTES];
  guint32 audio, video[LOAD_MAX_LAYERS], rtx;
  ParlorRng rng;

  parlor_rng_init_seeded (&rng, self->context->seed++);
  parlor_rng_fill (&rng, random, sizeof random);
  parlor_ice_credentials_make (0, random, local);
  audio = parlor_rng_u32 (&rng) | 1;
  for (guint i = 0; i < LOAD_MAX_LAYERS; i++)
    video[i] = parlor_rng_u32 (&rng) | 1;
  rtx = parlor_rng_u32 (&rng) | 1;
  load_sender_init (&self->sender, audio, video, n, &rng);
  for (guint i = 0; i < n; i++)
    load_sender_offer_rtx (&self->sender, i, rtx + i);
  self->sender.number = self->place.number;
  if (n > 1)
    {
      self->sender.audio_mid = '0';
      self->sender.video_mid = '1';
    }
  *own = (LoadOffer){.local = local,
                     .fingerprint = parlor_certificate_fingerprint (self->context->certificate),
                     .publish = publishes (self),
                     .audio_only = self->kind == LOAD_PUBLISH_AUDIO,
                     .layered = n > 1,
                     .audio_ssrc = audio,
                     .video_ssrc = video[0],
                     .rtx_ssrc = rtx,
                     .n_audio = PERSON_AUDIO_SLOTS,
                     .n_video = self->place.tiles};
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
  self->peer = self->sender.peer = self->receiver.peer = parlor_peer_new (&config, &ops);
  if (self->peer == NULL)
    g_set_error_literal (error, LOAD_ERROR, 0,
                         "the answer's ICE credentials are of an impossible form");
  return self->peer != NULL;
}

static gboolean
move_server (LoadSession *self, GError **error)
{
  ParlorAddr *server = &self->answer.server;

  if (self->place.media == NULL || parlor_addr_parse (self->place.media, server->port, server))
    return TRUE;
  g_set_error (error, LOAD_ERROR, 0, "--media-address %s: not an IP address", self->place.media);
  return FALSE;
}

static gboolean
negotiate (LoadSession *self, const LoadOffer *own, GError **error)
{
  const LoadPlace *place = &self->place;

  if (self->kind != LOAD_PERSON)
    return load_place_negotiate (place, own, &self->answer, error);
  self->rt = load_rt_join (place, own, &self->answer, error);
  return self->rt != NULL;
}

LoadSession *
load_session_new (LoadContext *context, const LoadPlace *place, LoadSessionKind kind, gint64 now_us,
                  GError **error)
{
  LoadSession *self = g_new0 (LoadSession, 1);
  ParlorIceCredentials local;
  LoadOffer own;

  self->context = context;
  self->place = *place;
  self->kind = kind;
  self->moments.made_us = now_us;
  self->fd = -1;
  parlor_rng_init_seeded (&self->losses, context->seed++);
  if (place->delay_us > 0)
    {
      self->up = load_delay_new (place->delay_us, send_now, self);
      self->down = load_delay_new (place->delay_us, handle, self);
    }
  make_identity (self, &local, &own);
  if (negotiate (self, &own, error) && move_server (self, error)
      && connect_peer (self, &local, error))
    {
      load_receiver_init (&self->receiver, &self->answer, own.audio_ssrc);
      self->receiver.late_us = place->late_us;
      self->receiver.marks_behind = place->marks_behind;
      self->receiver.sounds_behind = place->sounds_behind;
      self->receiver.unmarked = place->unmarked;
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
  load_rt_free (self->rt);
  load_place_leave (&self->place, &self->answer);
  load_answer_clear (&self->answer);
  parlor_peer_free (self->peer);
  load_receiver_clear (&self->receiver);
  load_sender_clear (&self->sender);
  load_delay_free (self->up);
  load_delay_free (self->down);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

gboolean
load_session_is_bad (const LoadSession *self)
{
  return self->place.lost_per_mille > 0;
}

LoadMoments
load_session_moments (const LoadSession *self)
{
  LoadMoments moments = self->moments;

  moments.first_rtp_us = self->receiver.first_rtp_us;
  moments.first_picture_us = self->receiver.first_picture_us;
  return moments;
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

gboolean
load_session_is_lost (const LoadSession *self)
{
  return self->lost;
}

const char *
load_session_resume (const LoadSession *self)
{
  return self->rt != NULL ? load_rt_resume (self->rt) : NULL;
}

LoadSender *
load_session_sender (LoadSession *self)
{
  return &self->sender;
}

LoadReceiver *
load_session_receiver (LoadSession *self)
{
  return receives (self) ? &self->receiver : NULL;
}

/* --- driving --------------------------------------------------------------------------------- */

static gint64
clock_us (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * PARLOR_US_PER_SEC + now.tv_nsec / PARLOR_NS_PER_US;
}

/* What the kernel tells of a message: its segments' size (0 = it is one), and when it came. What
 * keeps this thread from reading, such as others' handshakes, is no delay of the server's. */
static void
read_control (struct msghdr *message, guint *segment, gint64 *arrival_us)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR (message, c))
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
      {
        *segment = (guint) * (const int *)CMSG_DATA (c);
      }
    else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
      {
        struct timespec came;
        gint64 ago_us;

        memcpy (&came, CMSG_DATA (c), sizeof came);
        ago_us = clock_us (CLOCK_REALTIME) - came.tv_sec * PARLOR_US_PER_SEC
                 - came.tv_nsec / PARLOR_NS_PER_US;
        *arrival_us = clock_us (CLOCK_MONOTONIC) - CLAMP (ago_us, 0, PARLOR_US_PER_SEC);
      }
}

static void
arrive (LoadSession *self, guint8 *bytes, gsize length, gint64 now_us)
{
  if (is_lost_here (self))
    return;
  if (self->down != NULL)
    load_delay_push (self->down, bytes, length, now_us);
  else
    handle (self, bytes, length, now_us);
}

void
load_session_read (LoadSession *self, gint64 now_us)
{
  static guint8 bytes[READ_BYTES];
  char control[CMSG_SPACE (sizeof (int)) + CMSG_SPACE (sizeof (struct timespec))];

  for (;;)
    {
      struct iovec iov = {bytes, sizeof bytes};
      struct msghdr message = {.msg_iov = &iov,
                               .msg_iovlen = 1,
                               .msg_control = control,
                               .msg_controllen = sizeof control};
      ssize_t n = recvmsg (self->fd, &message, MSG_DONTWAIT);
      guint segment = 0;
      gint64 arrival_us = now_us;

      if (n <= 0)
        return;
      read_control (&message, &segment, &arrival_us);
      if (segment == 0)
        segment = (guint)n;
      self->receiver.counts.datagram_bytes += (gsize)n
                                              + HEADER_BYTES * (((gsize)n + segment - 1) / segment);
      for (gsize at = 0; at < (gsize)n; at += segment)
        arrive (self, bytes + at, MIN (segment, (gsize)n - at), arrival_us);
    }
}

static void
on_layers (gpointer user_data, const char *rids)
{
  LoadSession *self = user_data;

  for (guint i = 0; i < self->sender.n_layers; i++)
    self->sender.layers[i].off = strchr (rids, self->sender.layers[i].rid) == NULL;
}

void
load_session_poll (LoadSession *self, gint64 now_us)
{
  if (self->up != NULL)
    {
      load_delay_poll (self->up, now_us);
      load_delay_poll (self->down, now_us);
    }
  if (now_us >= parlor_peer_next_us (self->peer))
    parlor_peer_poll (self->peer, now_us);
  if (self->rt != NULL && now_us >= self->signalling_us)
    {
      self->lost = !load_rt_poll (self->rt, on_layers, self);
      self->signalling_us = now_us + SIGNALLING_INTERVAL_US;
    }
  if (!load_session_is_connected (self))
    return;
  if (self->moments.connected_us == 0)
    self->moments.connected_us = now_us;
  if (publishes (self))
    load_sender_poll (&self->sender, now_us);
  if (receives (self))
    load_receiver_poll (&self->receiver, now_us);
}
