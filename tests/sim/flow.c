/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"
#include <math.h>
#include "base/seq.h"
#include "base/time.h"
#include "proto/rtcp/packet.h"
#include "proto/rtcp/twcc.h"

#define TICK_US (5 * PARLOR_US_PER_MS)
#define FRAME_US 33333
#define AUDIO_US (20 * PARLOR_US_PER_MS)
#define AUDIO_BYTES 120 /* 48 kbit/s with headers */
#define AUDIO_KBPS 48
#define PACKET_BYTES 1200
#define TCP_BYTES 1500
#define FEEDBACK_OVERHEAD 60
#define CUBIC_C 0.4
#define CUBIC_KEEPS 0.7
/* An encoder or a forwarder holds no more than this back. */
#define BACKLOG_MAX_US (250 * PARLOR_US_PER_MS)
/* The receiver's clock, so that its reference time wraps 20 s into each run. */
#define RECEIVER_CLOCK_US (PARLOR_TWCC_REFERENCE_PERIOD_US - 20 * PARLOR_US_PER_SEC)

typedef struct
{
  double cwnd, ssthresh;
  gint64 next, flight, highest_acked, recover;
  gint64 last_ack_us;
  double most;   /* CUBIC: the window before the last cut */
  gint64 cut_us; /* when that was; 0 = never */
  GQueue sent;   /* numbers under way */
  gint64 left;   /* of an answer, still to be sent; of a long flow there is always more */
  gint64 rests_until_us;
} Tcp;

struct _SimFlow
{
  SimMedia media;
  SimWorld *world;
  SimLink *there, *back;
  ParlorBwe *bwe;
  ParlorTwccReceiver *receiver;
  guint16 seq;
  gint64 next_frame_us, next_audio_us;
  gint64 video_bytes; /* waiting in the pacer */
  double budget_bytes, probe_budget_bytes;
  ParlorBweProbe probe; /* cluster 0 = none */
  guint probe_packets, probe_bytes;
  guint layer;
  guint64 arrived_bytes, sampled_bytes;
  Tcp tcp;
};

/* --- Media ----------------------------------------------------------------------------------- */

static gboolean
is_paused (const SimFlow *self)
{
  gint64 now_ms = self->world->now_us / PARLOR_US_PER_MS;

  return now_ms >= self->media.pause.from_ms && now_ms < self->media.pause.to_ms;
}

static guint
wanted_kbps (const SimFlow *self)
{
  guint kbps = self->media.wanted[0].kbps;

  if (is_paused (self))
    return 0;
  for (guint i = 1; i < G_N_ELEMENTS (self->media.wanted) && self->media.wanted[i].kbps; i++)
    if (self->world->now_us >= self->media.wanted[i].at_ms * PARLOR_US_PER_MS)
      kbps = self->media.wanted[i].kbps;
  return kbps;
}

/* Up only with some room to spare, down at once. */
static guint
choose_layer (SimFlow *self, guint room_kbps)
{
  guint best = 0, kbps = 0;

  for (guint i = 0; i < SIM_LAYERS_MAX && self->media.layers_kbps[i] != 0; i++)
    {
      guint need = self->media.layers_kbps[i];

      if (i + 1 > self->layer)
        need = need * 11 / 10;
      if (need <= room_kbps)
        {
          best = i + 1;
          kbps = self->media.layers_kbps[i];
        }
    }
  self->layer = best;
  return kbps;
}

static guint
video_kbps (SimFlow *self)
{
  guint target = parlor_bwe_target_bps (self->bwe) / 1000, wanted = wanted_kbps (self);
  guint room = MIN (target, wanted);

  room = room > AUDIO_KBPS + 30 ? room - AUDIO_KBPS : 0;
  return self->media.kind == SIM_LAYERED ? choose_layer (self, room) : room;
}

static void
make_media (SimFlow *self)
{
  gint64 now_us = self->world->now_us, pacing = parlor_bwe_pacing_bps (self->bwe);

  for (; self->next_frame_us <= now_us; self->next_frame_us += FRAME_US)
    {
      double noise = 1 + 0.15 * sim_world_normal (self->world);
      double bytes = video_kbps (self) * (FRAME_US / 8e3) * CLAMP (noise, 0.5, 1.5);

      if (self->video_bytes * 8 * PARLOR_US_PER_SEC < BACKLOG_MAX_US * pacing)
        self->video_bytes += (gint64)bytes;
    }
}

static void on_media (SimWorld *world, gpointer owner, SimPacket *packet);

static void
send_packet (SimFlow *self, guint bytes, gboolean padding)
{
  SimPacket *packet = g_new0 (SimPacket, 1);
  ParlorBweSentFlags flags = padding ? PARLOR_BWE_SENT_PADDING : PARLOR_BWE_SENT_MEDIA;

  packet->bytes = bytes;
  packet->number = self->seq++;
  packet->cluster = self->probe.cluster;
  packet->padding = padding;
  parlor_bwe_on_sent (self->bwe, (guint16)packet->number, bytes, flags, packet->cluster,
                      self->world->now_us);
  if (self->probe.cluster != 0)
    {
      self->probe_packets++;
      self->probe_bytes += bytes;
      if (self->probe_packets >= self->probe.packets && self->probe_bytes >= self->probe.bytes)
        self->probe = (ParlorBweProbe){0};
    }
  sim_link_send (self->world, self->there, packet, on_media, self);
}

static guint
take_video (SimFlow *self)
{
  guint bytes = (guint)MIN (self->video_bytes, PACKET_BYTES);

  self->video_bytes -= bytes;
  return bytes;
}

static void
pace_probe (SimFlow *self)
{
  self->probe_budget_bytes += self->probe.bps * (TICK_US / 8e6);
  while (self->probe.cluster != 0 && self->probe_budget_bytes > 0)
    {
      guint bytes = take_video (self);
      gboolean padding = bytes == 0;

      if (padding && self->media.no_padding)
        return;
      bytes = padding ? PACKET_BYTES : bytes;
      self->probe_budget_bytes -= bytes;
      send_packet (self, bytes, padding);
    }
}

static void
pace (SimFlow *self)
{
  double step = parlor_bwe_pacing_bps (self->bwe) * (TICK_US / 8e6);

  for (; self->next_audio_us <= self->world->now_us; self->next_audio_us += AUDIO_US)
    if (!is_paused (self))
      send_packet (self, AUDIO_BYTES, FALSE);
  if (self->probe.cluster != 0)
    {
      pace_probe (self);
      return;
    }
  self->budget_bytes = MIN (self->budget_bytes + step, step);
  while (self->budget_bytes > 0 && self->video_bytes > 0)
    {
      guint bytes = take_video (self);

      self->budget_bytes -= bytes;
      send_packet (self, bytes, FALSE);
    }
}

static void
on_feedback (SimWorld *world, gpointer owner, SimPacket *packet)
{
  static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];
  SimFlow *self = owner;
  ParlorTwccFeedback feedback;
  ParlorRtcpReader reader;
  ParlorRtcpPacket rtcp;

  g_assert_cmpint (parlor_rtcp_reader_init (&reader, packet->rtcp, packet->rtcp_size), ==,
                   PARLOR_RTCP_OK);
  while (parlor_rtcp_reader_next (&reader, &rtcp))
    {
      g_assert_cmpint (parlor_twcc_parse (&rtcp, &feedback, statuses, G_N_ELEMENTS (statuses)), ==,
                       PARLOR_RTCP_OK);
      parlor_bwe_on_feedback (self->bwe, &feedback, statuses, world->now_us);
    }
  g_free (packet);
}

static void
on_back (SimWorld *world, gpointer owner, SimPacket *packet)
{
  SimFlow *self = owner;

  sim_world_at (world, world->now_us + self->media.farther_ms * PARLOR_US_PER_MS, on_feedback, self,
                packet);
}

static void
tell_back (SimFlow *self)
{
  gint64 now_us = self->world->now_us + RECEIVER_CLOCK_US;

  while (now_us >= parlor_twcc_receiver_next_us (self->receiver))
    {
      SimPacket *packet = g_new0 (SimPacket, 1);

      packet->rtcp_size = parlor_twcc_receiver_poll (self->receiver, now_us, 1, 2, packet->rtcp,
                                                     sizeof packet->rtcp);
      if (packet->rtcp_size == 0)
        {
          g_free (packet);
          return;
        }
      packet->bytes = (guint)packet->rtcp_size + FEEDBACK_OVERHEAD;
      sim_link_send (self->world, self->back, packet, on_back, self);
    }
}

static void
on_media (SimWorld *world, gpointer owner, SimPacket *packet)
{
  SimFlow *self = owner;

  parlor_twcc_receiver_push (self->receiver, (guint16)packet->number,
                             world->now_us + RECEIVER_CLOCK_US);
  if (!packet->padding)
    self->arrived_bytes += packet->bytes;
  tell_back (self);
  g_free (packet);
}

static void
tick_media (SimWorld *world, gpointer owner, SimPacket *packet)
{
  SimFlow *self = owner;

  parlor_bwe_set_wanted (self->bwe, wanted_kbps (self) * 1000, world->now_us);
  parlor_bwe_poll (self->bwe, world->now_us);
  g_assert_cmpint (parlor_bwe_next_us (self->bwe), >, world->now_us);
  make_media (self);
  if (self->probe.cluster == 0 && parlor_bwe_take_probe (self->bwe, &self->probe, world->now_us))
    self->probe_packets = self->probe_bytes = self->probe_budget_bytes = 0;
  pace (self);
  tell_back (self);
  sim_world_at (world, world->now_us + TICK_US, tick_media, self, NULL);
}

/* --- TCP: Reno with selective acknowledgements ----------------------------------------------- */

static void on_segment (SimWorld *world, gpointer owner, SimPacket *packet);

/* Zero: it never ends. */
static gboolean
is_short (const SimFlow *self)
{
  return self->media.answer_kb[1] > 0;
}

/* The next answer is another connection's: it begins with RFC 6928's window. */
static void
begin_answer (SimFlow *self)
{
  guint kb = self->media.answer_kb[0]
             + parlor_rng_below (&self->world->rng,
                                 self->media.answer_kb[1] - self->media.answer_kb[0] + 1);

  self->tcp.left = kb * 1000 / TCP_BYTES;
  self->tcp.cwnd = 10;
  self->tcp.ssthresh = 1e9;
  self->tcp.recover = self->tcp.next;
}

/* All of it has come: some time passes before somebody asks for more. */
static void
rest (SimFlow *self)
{
  if (!is_short (self) || self->tcp.left > 0 || !g_queue_is_empty (&self->tcp.sent))
    return;
  self->tcp.rests_until_us = self->world->now_us
                             - (gint64)(self->media.rest_ms * 1e3
                                        * log (sim_world_chance (self->world)));
  begin_answer (self);
}

static void
tcp_send (SimFlow *self)
{
  if (is_short (self) && self->world->now_us < self->tcp.rests_until_us)
    return;
  while (self->tcp.flight < (gint64)self->tcp.cwnd && (!is_short (self) || self->tcp.left > 0))
    {
      SimPacket *packet = g_new0 (SimPacket, 1);

      self->tcp.left--;
      packet->bytes = TCP_BYTES;
      packet->number = (guint32)self->tcp.next++;
      self->tcp.flight++;
      g_queue_push_tail (&self->tcp.sent, GUINT_TO_POINTER (packet->number));
      sim_link_send (self->world, self->there, packet, on_segment, self);
    }
}

/* RFC 9438 section 4.6. */
static double
share_kept (const SimFlow *self)
{
  return self->media.kind == SIM_CUBIC ? CUBIC_KEEPS : 0.5;
}

/* Three later ones have come: lost. One halving for all that was under way then. */
static void
tcp_find_lost (SimFlow *self)
{
  Tcp *tcp = &self->tcp;

  while (!g_queue_is_empty (&tcp->sent)
         && (gint64)GPOINTER_TO_UINT (g_queue_peek_head (&tcp->sent)) + 3 <= tcp->highest_acked)
    {
      gint64 number = GPOINTER_TO_UINT (g_queue_pop_head (&tcp->sent));

      tcp->flight--;
      tcp->left++; /* it goes again, under another number */
      if (number < tcp->recover)
        continue;
      tcp->most = tcp->cwnd;
      tcp->cut_us = self->world->now_us;
      tcp->ssthresh = tcp->cwnd = MAX (tcp->cwnd * share_kept (self), 2);
      tcp->recover = tcp->next;
    }
}

/* RFC 9438 section 4.2: in packets and seconds, C 0.4; not below what Reno would have (4.3). */
static double
cubic_window (const Tcp *tcp, gint64 now_us)
{
  double k = cbrt (tcp->most * (1 - CUBIC_KEEPS) / CUBIC_C);
  double seconds = (double)(now_us - tcp->cut_us) / 1e6 - k;

  return CUBIC_C * seconds * seconds * seconds + tcp->most;
}

static void
tcp_grow (SimFlow *self)
{
  Tcp *tcp = &self->tcp;

  if (tcp->cwnd < tcp->ssthresh)
    tcp->cwnd += 1;
  else if (self->media.kind == SIM_CUBIC && tcp->cut_us > 0
           && cubic_window (tcp, self->world->now_us) > tcp->cwnd)
    tcp->cwnd += MIN (cubic_window (tcp, self->world->now_us) - tcp->cwnd, tcp->cwnd / 2)
                 / tcp->cwnd;
  else
    tcp->cwnd += 0.5 / tcp->cwnd;
}

static void
on_ack (SimWorld *world, gpointer owner, SimPacket *packet)
{
  SimFlow *self = owner;
  Tcp *tcp = &self->tcp;

  tcp->last_ack_us = world->now_us;
  if (g_queue_remove (&tcp->sent, GUINT_TO_POINTER (packet->number)))
    {
      tcp->flight--;
      if (self->media.kind == SIM_CUBIC)
        tcp_grow (self);
      else
        tcp->cwnd += tcp->cwnd < tcp->ssthresh ? 1 : 1 / tcp->cwnd;
    }
  tcp->highest_acked = MAX (tcp->highest_acked, (gint64)packet->number);
  tcp_find_lost (self);
  rest (self);
  tcp_send (self);
  g_free (packet);
}

static void
on_segment (SimWorld *world, gpointer owner, SimPacket *packet)
{
  SimFlow *self = owner;

  self->arrived_bytes += packet->bytes;
  packet->bytes = 60;
  sim_link_send (world, self->back, packet, on_ack, self);
}

static void
tick_tcp (SimWorld *world, gpointer owner, SimPacket *packet)
{
  SimFlow *self = owner;
  Tcp *tcp = &self->tcp;

  if (is_short (self) && g_queue_is_empty (&tcp->sent))
    tcp->last_ack_us = world->now_us;
  if (world->now_us - tcp->last_ack_us > PARLOR_US_PER_SEC)
    {
      tcp->ssthresh = MAX (tcp->cwnd / 2, 2);
      tcp->cwnd = 2;
      tcp->flight = 0;
      tcp->left += g_queue_get_length (&tcp->sent);
      g_queue_clear (&tcp->sent);
      tcp->recover = tcp->next;
      tcp->last_ack_us = world->now_us;
    }
  tcp_send (self);
  sim_world_at (world, world->now_us + 50 * PARLOR_US_PER_MS, tick_tcp, self, NULL);
}

/* --------------------------------------------------------------------------------------------- */

SimFlow *
sim_flow_new (SimWorld *world, const SimMedia *media, SimLink *there, SimLink *back)
{
  SimFlow *self = g_new0 (SimFlow, 1);
  ParlorBweConfig config = {
      .start_bps = media->start_kbps * 1000,
      .max_bps = media->max_kbps * 1000,
      .transport_cc = TRUE,
  };
  gint64 begin_us = media->begin_ms * PARLOR_US_PER_MS;

  self->media = *media;
  self->world = world;
  self->there = there;
  self->back = back;
  if (media->kind == SIM_TCP || media->kind == SIM_CUBIC)
    {
      self->tcp = (Tcp){.cwnd = 10, .ssthresh = 1e9, .highest_acked = -1, .last_ack_us = begin_us};
      g_queue_init (&self->tcp.sent);
      if (is_short (self))
        begin_answer (self);
      sim_world_at (world, begin_us, tick_tcp, self, NULL);
      return self;
    }
  begin_us += parlor_rng_below (&world->rng, 5000);
  self->bwe = parlor_bwe_new (&config, begin_us);
  self->receiver = parlor_twcc_receiver_new ();
  self->seq = (guint16)parlor_rng_u32 (&world->rng);
  self->next_audio_us = begin_us;
  self->next_frame_us = begin_us + parlor_rng_below (&world->rng, FRAME_US);
  sim_world_at (world, begin_us, tick_media, self, NULL);
  return self;
}

void
sim_flow_free (SimFlow *self)
{
  g_queue_clear (&self->tcp.sent);
  parlor_twcc_receiver_free (self->receiver);
  parlor_bwe_free (self->bwe);
  g_free (self);
}

void
sim_flow_sample (SimFlow *self, guint32 *target_kbps, guint32 *arrived_bytes)
{
  *target_kbps = self->bwe != NULL ? parlor_bwe_target_bps (self->bwe) / 1000 : 0;
  *arrived_bytes = (guint32)(self->arrived_bytes - self->sampled_bytes);
  self->sampled_bytes = self->arrived_bytes;
}

const ParlorBwe *
sim_flow_bwe (const SimFlow *self)
{
  return self->bwe;
}
