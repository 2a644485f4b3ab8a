/* SPDX-License-Identifier: Apache-2.0 */
#include "router/feedback.h"

#include "router/estimate.h"
#include "router/internal.h"
#include "router/redundancy.h"
#include "router/relay.h"
#include "router/slot.h"
#include "router/source.h"
#include "router/withhold.h"

/* Reports: RFC 3550 section 6.2 asks for 5 s on average; browsers send every second, and round
 * trips and lip sync live on them. */
#define REPORT_INTERVAL_US PARLOR_US_PER_SEC
/* A publisher's clock drifts by some 50 ppm: half a millisecond in this time. */
#define CLOCK_INTERVAL_US (10 * PARLOR_US_PER_SEC)
#define QUALITY_INTERVAL_US (2 * PARLOR_US_PER_SEC)
/* What everybody is told of, he is told with others: the control thread wakes once for many. */
#define QUALITY_GRID_US (250 * PARLOR_US_PER_MS)
/* What one RTCP datagram may have before SRTCP's part, so that it fits any path. */
#define DATAGRAM_BYTES 1150
#define MAX_NACKS_AT_ONCE 128
/* What a peer's RTCP may cost the worker, in units of about 20 ns: a status of transport-wide
 * feedback, a number asked for again. A session of 20 Mbit/s spends some 5,000 a second. Within
 * what is saved lies what a path lets through at once after two seconds of silence. */
#define WORK_PER_SEC 150000
#define WORK_SAVED 50000
/* A packet; what may choose all layers anew: an estimate's input. */
#define WORK_PACKET 10
#define WORK_ESTIMATE 100
/* Fewer packets are worth no hurry: a voice alone has its fifth after 80 ms. */
#define FEW_PKTS 5

/* --- sending --------------------------------------------------------------------------------- */

/* A datagram in the making; packets are appended whole. */
typedef struct
{
  ParlorTransport *transport;
  gsize length;
  guint8 bytes[DATAGRAM_BYTES + PARLOR_SRTCP_OVERHEAD_MAX];
} Compound;

static void
compound_send (Compound *self)
{
  ParlorTransport *transport = self->transport;

  if (self->length > 0 && transport->can_send && transport->srtp_out != NULL
      && parlor_srtp_out_protect_rtcp (transport->srtp_out, self->bytes, &self->length,
                                       sizeof self->bytes)
             == PARLOR_SRTP_OK)
    {
      parlor_router_send_behind (transport->router, &transport->tuple, self->bytes, self->length);
      transport->router->counters.rtcp_pkts++;
    }
  self->length = 0;
}

static guint8 *
compound_room (Compound *self, gsize *room)
{
  *room = DATAGRAM_BYTES - self->length;
  return self->bytes + self->length;
}

/* A compound packet begins with a report, even where there is nothing to report (RFC 3550
 * section 6.1). */
static void
compound_begin (Compound *self)
{
  if (self->length == 0)
    self->length = parlor_rtcp_build_rr (self->bytes, DATAGRAM_BYTES,
                                         self->transport->config.rtcp_ssrc, NULL, 0);
}

enum
{
  UP,
  DOWN,
};

/* In clock units, as reports have it. A peer's word: it is bounded before it is reckoned with. */
static void
note_jitter (ParlorTransport *self, guint way, gboolean audio, guint32 jitter, guint32 clock_hz)
{
  gint64 us = (gint64)jitter * PARLOR_US_PER_SEC / MAX (clock_hz, 1);
  gint32 *worst = &self->jitter_us[way][audio != FALSE];

  *worst = (gint32)MAX (*worst, MIN (us, 60 * PARLOR_US_PER_SEC));
}

static guint
report_blocks (ParlorTransport *self, ParlorRtcpReportBlock *blocks, gint64 now_us)
{
  guint n = 0;

  for (guint i = 0; i < self->sources->len; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers && n < PARLOR_RTCP_MAX_BLOCKS; j++)
        {
          ParlorLayer *layer = &source->layers[j];
          ParlorRtpReport report;

          if (layer->history == NULL || layer->ssrc == 0
              || !parlor_rtp_stats_report (&layer->stats, &report))
            continue;
          blocks[n++] = (ParlorRtcpReportBlock){
              .ssrc = layer->ssrc,
              .fraction_lost = report.fraction_lost,
              .cumulative_lost = report.cumulative_lost,
              .highest_seq = report.highest_seq,
              .jitter = report.jitter,
              .last_sr = layer->has_sr ? parlor_ntp_compact (layer->sr_ntp) : 0,
              .delay_last_sr = layer->has_sr
                                   ? parlor_ntp_compact_from_us (now_us - layer->sr_arrival_us)
                                   : 0};
          note_jitter (self, UP, source->config.audio, report.jitter, layer->stats.clock_hz);
          self->lost_up += report.fraction_lost;
          self->expected_up += 256;
        }
    }
  return n;
}

static void
report_sources (Compound *compound, gint64 now_us)
{
  ParlorTransport *self = compound->transport;
  ParlorRtcpReportBlock blocks[PARLOR_RTCP_MAX_BLOCKS];
  guint n = report_blocks (self, blocks, now_us);
  gsize room;
  guint8 *at = compound_room (compound, &room);

  compound->length += parlor_rtcp_build_rr (at, room, self->config.rtcp_ssrc, blocks, n);
  at = compound_room (compound, &room);
  compound->length += parlor_rtcp_build_sdes (at, room, self->config.rtcp_ssrc, self->config.cname);
}

/* The control thread learns what the report says: pages put what happens, and sound and picture of
 * one person, on one clock. */
static void
tell_clock (ParlorSlot *slot, const ParlorRtcpSenderInfo *info, gint64 now_us)
{
  const ParlorLayer *layer = slot->layer;

  if (slot->clock_told_us != 0 && now_us - slot->clock_told_us < CLOCK_INTERVAL_US)
    return;
  slot->clock_told_us = now_us;
  parlor_router_tell (
      slot->transport->router,
      &(ParlorRouterEvent){.type = PARLOR_ROUTER_SLOT_CLOCK,
                           .transport = slot->transport->config.id,
                           .source = slot->source->config.id,
                           .slot = slot->config.index,
                           .has_rtp = TRUE,
                           .rtp_timestamp = info->rtp_timestamp,
                           .capture_us = layer->sr_local_us + now_us - layer->sr_arrival_us});
}

/* One SR and its CNAME a slot that was sent on lately; full datagrams go out on the way. */
static void
report_slots (Compound *compound, gint64 now_us)
{
  ParlorTransport *self = compound->transport;

  for (guint i = 0; i < self->n_slots; i++)
    {
      ParlorSlot *slot = self->slots[i];
      ParlorRtcpSenderInfo info;
      gsize room;
      guint8 *at;

      if (slot == NULL || now_us - slot->last_sent_us > 2 * REPORT_INTERVAL_US
          || !parlor_slot_sender_info (slot, now_us, &info))
        continue;
      at = compound_room (compound, &room);
      if (room < 128)
        {
          compound_send (compound);
          at = compound_room (compound, &room);
        }
      compound->length += parlor_rtcp_build_sr (at, room, &info, NULL, 0);
      slot->sr_compact = parlor_ntp_compact (info.ntp);
      slot->sr_sent_us = now_us;
      tell_clock (slot, &info, now_us);
      at = compound_room (compound, &room);
      compound->length += parlor_rtcp_build_sdes (at, room, info.ssrc, self->config.cname);
    }
}

static void
send_reports (Compound *compound, gint64 now_us)
{
  report_sources (compound, now_us);
  report_slots (compound, now_us);
  compound->transport->rtcp_us = now_us + REPORT_INTERVAL_US;
}

static gint64
nack_rtt_us (const ParlorTransport *self)
{
  return MAX (self->rtt_us, 0);
}

static void
ask_again (Compound *compound, ParlorLayer *layer, gint64 now_us)
{
  ParlorTransport *self = compound->transport;
  guint16 seqs[MAX_NACKS_AT_ONCE];
  guint n, packed;
  gsize room;
  guint8 *at;

  if (layer->nack == NULL || layer->ssrc == 0 || !layer->asks)
    return;
  n = parlor_nack_poll (layer->nack, now_us, nack_rtt_us (self), seqs, MAX_NACKS_AT_ONCE);
  if (n > 0)
    {
      compound_begin (compound);
      at = compound_room (compound, &room);
      compound->length += parlor_rtcp_build_nack (at, room, self->config.rtcp_ssrc, layer->ssrc,
                                                  seqs, n, &packed);
      self->router->counters.nacks_sent += packed;
    }
  if (parlor_nack_take_key_frame_advice (layer->nack))
    parlor_layer_want_key_frame (layer, PARLOR_LAYER_PLI_INTERVAL_US, PARLOR_KEY_LOSS);
}

static void
ask_key_frame (Compound *compound, ParlorLayer *layer, gint64 now_us)
{
  gsize room;
  guint8 *at;

  if (now_us < layer->pli_due_us || layer->ssrc == 0)
    return;
  compound_begin (compound);
  at = compound_room (compound, &room);
  compound->length += parlor_rtcp_build_pli (at, room, compound->transport->config.rtcp_ssrc,
                                             layer->ssrc);
  layer->pli_sent_us = now_us;
  layer->pli_due_us = now_us + PARLOR_LAYER_PLI_INTERVAL_US; /* until one comes */
  compound->transport->router->counters.key_frame_requests[layer->pli_cause]++;
  compound->transport->key_asked[layer->pli_cause] +=
      compound->transport->key_asked[layer->pli_cause] < G_MAXUINT8;
}

static void
ask_publisher (Compound *compound, gint64 now_us)
{
  ParlorTransport *self = compound->transport;

  for (guint i = 0; i < self->sources->len; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers; j++)
        {
          if (compound->length > DATAGRAM_BYTES / 2)
            compound_send (compound);
          ask_again (compound, &source->layers[j], now_us);
          ask_key_frame (compound, &source->layers[j], now_us);
        }
    }
}

/* When the publisher is to hear what came: 20 times a second, and half as often where that is next
 * to nothing, as a voice alone: libwebrtc's receivers do no more (remote_estimator_proxy.cc: 100
 * ms).
 */
static gint64
transport_feedback_us (const ParlorTransport *self)
{
  gint64 due_us = self->twcc != NULL ? parlor_twcc_receiver_next_us (self->twcc) : PARLOR_NEVER_US;

  if (due_us == PARLOR_NEVER_US || parlor_twcc_receiver_waiting (self->twcc) >= FEW_PKTS)
    return due_us;
  return due_us + PARLOR_TWCC_INTERVAL_US;
}

static void
send_transport_feedback (Compound *compound, gint64 now_us)
{
  ParlorTransport *self = compound->transport;

  if (now_us < transport_feedback_us (self))
    return;
  for (;;)
    {
      gsize room, n;
      guint8 *at;

      compound_begin (compound);
      at = compound_room (compound, &room);
      n = parlor_twcc_receiver_poll (self->twcc, now_us, self->config.rtcp_ssrc, self->media_ssrc,
                                     at, room);
      compound->length += n;
      compound_send (compound);
      if (n == 0 || now_us < parlor_twcc_receiver_next_us (self->twcc))
        return;
    }
}

static double
ratio (guint64 part, guint64 whole)
{
  return whole > 0 ? (double)part / (double)whole : 0;
}

/* What feedback tells of all packets; else the worst slot counts: it is what the person sees. */
static double
loss_down (const ParlorTransport *self, gint64 now_us)
{
  guint8 worst = 0;
  ParlorBweView view;

  if (self->bwe != NULL)
    {
      parlor_bwe_view (self->bwe, &view);
      if (view.feedbacks > 0)
        return view.loss;
    }

  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL && now_us - self->slots[i]->reported_us < 2 * QUALITY_INTERVAL_US)
      worst = MAX (worst, self->slots[i]->fraction_lost);
  return worst / 256.0;
}

/* What a person hears counts; frames of pictures are spread by their sender. */
static gint32
take_jitter_ms (ParlorTransport *self, guint way)
{
  gint32 us = self->jitter_us[way][1] >= 0 ? self->jitter_us[way][1] : self->jitter_us[way][0];

  self->jitter_us[way][0] = self->jitter_us[way][1] = -1;
  return us < 0 ? -1 : us / (gint32)PARLOR_US_PER_MS;
}

static guint16
height_up (const ParlorTransport *self, gint64 now_us)
{
  guint height = 0;

  for (guint i = 0; i < self->sources->len; i++)
    {
      const ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers; j++)
        if (parlor_layer_arrives (&source->layers[j], now_us))
          height = MAX (height, source->layers[j].height);
    }
  return (guint16)MIN (height, G_MAXUINT16);
}

static guint8
fps_up (const ParlorTransport *self, gint64 now_us)
{
  guint8 fps = 0;

  for (guint i = 0; i < self->sources->len; i++)
    {
      const ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; !source->config.audio && j < source->n_layers; j++)
        if (parlor_layer_arrives (&source->layers[j], now_us))
          fps = MAX (fps, parlor_layer_fps (&source->layers[j], PARLOR_TEMPORAL_ALL));
    }
  return fps;
}

static gboolean
has_b_frames (const ParlorTransport *self, gint64 now_us)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      const ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers; j++)
        if (parlor_layer_has_b_frames (&source->layers[j], now_us))
          return TRUE;
    }
  return FALSE;
}

/* Whose pictures go back in what receivers get; 0 = none. */
static ParlorSourceId
going_back (const ParlorTransport *self, gint64 now_us)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      const ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers; j++)
        if (parlor_layer_keeps_b_frames (&source->layers[j], now_us))
          return source->config.id;
    }
  return 0;
}

static guint16
height_down (const ParlorTransport *self)
{
  guint height = 0;

  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL && self->slots[i]->layer != NULL)
      height = MAX (height, self->slots[i]->layer->height);
  return (guint16)MIN (height, G_MAXUINT16);
}

/* Of a stream with several layers the slot knows which of them it has. */
static void
count_shown (const ParlorTransport *self, guint8 shown[PARLOR_N_SHOWN])
{
  for (guint i = 0; i < self->n_slots; i++)
    {
      const ParlorSlot *slot = self->slots[i];

      if (slot == NULL || slot->config.audio || slot->layer == NULL)
        continue;
      shown[parlor_shown_of (slot->layer->layered != NULL ? slot->target_height
                                                          : slot->layer->height)]++;
    }
}

static void
plan_quality (ParlorTransport *self, gint64 now_us)
{
  self->quality_told_us = now_us;
  self->quality_us = (now_us + QUALITY_INTERVAL_US) / QUALITY_GRID_US * QUALITY_GRID_US;
}

void
parlor_feedback_begin (ParlorTransport *self, gint64 now_us)
{
  self->rtcp_us = now_us + REPORT_INTERVAL_US;
  self->work_left = WORK_SAVED;
  self->work_us = now_us;
  plan_quality (self, now_us);
}

static void
tell_quality (ParlorTransport *self, gint64 now_us)
{
  gint64 span_us = MAX (now_us - self->quality_told_us, 1);
  ParlorRouterEvent event = {
      .type = PARLOR_ROUTER_QUALITY,
      .transport = self->config.id,
      .loss_up = (float)ratio (self->lost_up, self->expected_up),
      .loss_down = (float)loss_down (self, now_us),
      .rtt_ms = self->rtt_us < 0 ? -1 : (gint32)(self->rtt_us / PARLOR_US_PER_MS),
      .up_bps = (gint64)(self->bytes_in - self->bytes_in_mark) * 8 * PARLOR_US_PER_SEC / span_us,
      .down_bps = (gint64)(self->bytes_out - self->bytes_out_mark) * 8 * PARLOR_US_PER_SEC
                  / span_us,
      .n_reduced = self->n_reduced,
      .n_paused = self->n_paused,
      .jitter_up_ms = take_jitter_ms (self, UP),
      .jitter_down_ms = take_jitter_ms (self, DOWN),
      .height_up = height_up (self, now_us),
      .height_down = height_down (self),
      .fps_up = fps_up (self, now_us),
      .b_frames = has_b_frames (self, now_us),
      .source = going_back (self, now_us),
      .estimate_bps = self->bwe != NULL ? (gint64)parlor_bwe_target_bps (self->bwe) : -1};

  count_shown (self, event.shown);
  memcpy (event.key_asked, self->key_asked, sizeof event.key_asked);
  memset (self->key_asked, 0, sizeof self->key_asked);
  parlor_router_tell (self->router, &event);
  if (self->bwe == NULL) /* sound alone: there is no estimate that would say it */
    parlor_nack_responder_update (&self->responder,
                                  (guint32)((self->bytes_out - self->bytes_out_mark) * 8
                                            * PARLOR_US_PER_SEC / (guint64)span_us),
                                  (guint8)MIN (loss_down (self, now_us) * 256, 255),
                                  MAX (self->rtt_us, 0), now_us);
  self->bytes_in_mark = self->bytes_in;
  self->bytes_out_mark = self->bytes_out;
  self->lost_up = self->expected_up = 0;
  plan_quality (self, now_us);
}

void
parlor_feedback_poll (ParlorTransport *self, gint64 now_us)
{
  Compound compound;

  if (!self->connected || self->failed)
    return;
  compound.transport = self;
  compound.length = 0;
  if (now_us >= self->rtcp_us)
    send_reports (&compound, now_us);
  ask_publisher (&compound, now_us);
  compound_send (&compound);
  send_transport_feedback (&compound, now_us);
  if (now_us >= self->quality_us)
    tell_quality (self, now_us);
}

static gint64
layer_next_us (const ParlorLayer *layer)
{
  gint64 next_us = layer->nack != NULL && layer->asks ? parlor_nack_next_us (layer->nack)
                                                      : PARLOR_NEVER_US;

  if (layer->ssrc != 0)
    next_us = MIN (next_us, layer->pli_due_us);
  return next_us;
}

/* Reports, and what the publisher's estimate lives on. */
static gint64
regular_us (const ParlorTransport *self)
{
  return MIN (parlor_feedback_reports_us (self), transport_feedback_us (self));
}

/* Repeats and key frames. */
static gint64
asks_us (const ParlorTransport *self)
{
  gint64 next_us = PARLOR_NEVER_US;

  for (guint i = 0; i < self->sources->len; i++)
    {
      const ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers; j++)
        next_us = MIN (next_us, layer_next_us (&source->layers[j]));
    }
  return next_us;
}

gint64
parlor_feedback_due_us (const ParlorTransport *self)
{
  if (!self->connected || self->failed)
    return PARLOR_NEVER_US;
  return MIN (regular_us (self), asks_us (self));
}

gint64
parlor_feedback_next_us (const ParlorTransport *self)
{
  if (!self->connected || self->failed)
    return PARLOR_NEVER_US;
  return MIN (parlor_patient_us (regular_us (self)), asks_us (self));
}

/* --- receiving ------------------------------------------------------------------------------- */

static ParlorSlot *
find_slot (ParlorTransport *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL
        && (self->slots[i]->config.ssrc == ssrc
            || (ssrc != 0 && self->slots[i]->config.rtx_ssrc == ssrc)))
      return self->slots[i];
  return NULL;
}

static ParlorLayer *
find_layer (ParlorTransport *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].ssrc == ssrc && !self->streams[i].rtx)
      return self->streams[i].layer;
  return NULL;
}

/* What a tap learns of a sender report: RFC 3550 section 6.4.1's sender info, in whose NTP field
 * stands the instant on our own monotonic clock in microseconds. */
static void
tap_report (const ParlorLayer *layer, gint64 now_us)
{
  const ParlorSource *source = layer->source;
  guint8 report[PARLOR_TAP_REPORT_BYTES] = {0x80, 200, 0, 6};
  guint64 local = GUINT64_TO_BE ((guint64)layer->sr_local_us);
  guint32 ssrc = GUINT32_TO_BE (layer->ssrc), rtp = GUINT32_TO_BE (layer->sr_rtp);

  if (source->tap == NULL)
    return;
  memcpy (report + 4, &ssrc, 4);
  memcpy (report + 8, &local, 8);
  memcpy (report + 16, &rtp, 4);
  source->tap (source->tap_data, report, sizeof report, now_us);
}

static void
take_sender_info (ParlorTransport *self, const ParlorRtcpSenderInfo *info, gint64 now_us)
{
  ParlorLayer *layer = find_layer (self, info->ssrc);
  gint64 peer_us = parlor_ntp_to_unix_us (info->ntp);

  if (layer == NULL)
    return;
  /* One offset for all sources of a peer, fixed by its first report: differences between its
   * reports are what lip sync rests on. A clock that was set, or lies, is met anew: what is told
   * of the stream's time stays near ours. */
  if (!self->has_ntp_offset || ABS (peer_us + self->ntp_offset_us - now_us) > PARLOR_REPORT_NEAR_US)
    self->ntp_offset_us = now_us - peer_us;
  self->has_ntp_offset = TRUE;
  layer->has_sr = TRUE;
  layer->sr_ntp = info->ntp;
  layer->sr_rtp = info->rtp_timestamp;
  layer->sr_local_us = peer_us + self->ntp_offset_us;
  layer->sr_arrival_us = now_us;
  parlor_relay_report (layer);
  tap_report (layer, now_us);
}

static void
take_reports (ParlorTransport *self, const ParlorRtcpReports *reports, gint64 now_us)
{
  for (guint i = 0; i < reports->n_blocks; i++)
    {
      const ParlorRtcpReportBlock *block = &reports->blocks[i];
      ParlorSlot *slot = find_slot (self, block->ssrc);
      gint64 rtt_us;

      if (slot == NULL || slot->config.ssrc != block->ssrc)
        continue;
      parlor_redundancy_take_report (self, slot, block, now_us);
      if (slot->layer != NULL)
        note_jitter (self, DOWN, slot->config.audio, block->jitter, slot->layer->stats.clock_hz);
      slot->fraction_lost = block->fraction_lost;
      slot->reported_us = now_us;
      rtt_us = 0;
      if (block->last_sr != 0 && slot->sr_compact == block->last_sr)
        rtt_us = now_us - slot->sr_sent_us - parlor_ntp_compact_to_us (block->delay_last_sr);
      if (rtt_us > 0 && rtt_us < 60 * PARLOR_US_PER_SEC)
        self->rtt_us = self->rtt_us < 0 ? rtt_us : (self->rtt_us * 7 + rtt_us) / 8;
      if (!slot->config.audio)
        parlor_estimate_take_report (self, block->fraction_lost, MAX (rtt_us, 0), now_us);
    }
}

static void
take_nack (ParlorTransport *self, const ParlorRtcpPacket *packet, gint64 now_us)
{
  guint16 seqs[PARLOR_RTCP_MAX_NACK_SEQS];
  guint32 sender, media;
  gint n = parlor_rtcp_parse_nack (packet, &sender, &media, seqs, G_N_ELEMENTS (seqs));
  ParlorSlot *slot = n > 0 ? find_slot (self, media) : NULL;

  if (slot != NULL)
    parlor_slot_nacked (slot, seqs, (guint)n, now_us);
}

static void
take_key_frame_request (ParlorTransport *self, guint32 ssrc, gint64 now_us)
{
  ParlorSlot *slot = find_slot (self, ssrc);

  if (slot != NULL && slot->source != NULL)
    parlor_slot_key_frame_wanted (slot, now_us);
}

static void
take_fir (ParlorTransport *self, const ParlorRtcpPacket *packet, gint64 now_us)
{
  ParlorRtcpFirEntry entries[PARLOR_RTCP_MAX_FIR_ENTRIES];
  guint32 sender;
  gint n = parlor_rtcp_parse_fir (packet, &sender, entries, G_N_ELEMENTS (entries));

  for (gint i = 0; i < n; i++)
    take_key_frame_request (self, entries[i].ssrc, now_us);
}

/* As many statuses as it announces: a few words of run lengths stand for thousands. */
static gint64
statuses_of (const ParlorRtcpPacket *packet)
{
  guint n = packet->body_size >= 12 ? parlor_get_u16 (packet->body + 10) : 0;

  return MIN (n, PARLOR_TWCC_MAX_STATUSES);
}

static gint64
work_of (const ParlorRtcpPacket *packet)
{
  switch (packet->kind)
    {
    case PARLOR_RTCP_TWCC:
      return WORK_ESTIMATE + statuses_of (packet);
    case PARLOR_RTCP_REMB:
      return WORK_ESTIMATE;
    case PARLOR_RTCP_SR:
    case PARLOR_RTCP_RR:
      return WORK_PACKET + (gint64)packet->count * WORK_ESTIMATE;
    case PARLOR_RTCP_NACK: /* four bytes name up to 17 */
      return WORK_PACKET + (gint64)packet->body_size * 17 / 4;
    default:
      return WORK_PACKET;
    }
}

/* FALSE: this peer has had its share of the worker's time; what it says counts again in a moment.
 */
static gboolean
afford (ParlorTransport *self, gint64 work, gint64 now_us)
{
  gint64 gained = (now_us - self->work_us) * WORK_PER_SEC / PARLOR_US_PER_SEC;

  if (gained > 0)
    {
      self->work_left = MIN (self->work_left + gained, WORK_SAVED);
      self->work_us = now_us;
    }
  if (work > self->work_left)
    return FALSE;
  self->work_left -= work;
  return TRUE;
}

static gboolean
take_packet (ParlorTransport *self, const ParlorRtcpPacket *packet, gint64 now_us)
{
  ParlorRtcpSenderInfo info;
  ParlorRtcpReports reports;
  ParlorRtcpRemb remb;
  guint32 sender, media;

  switch (packet->kind)
    {
    case PARLOR_RTCP_SR:
      if (!parlor_rtcp_parse_sr (packet, &info, &reports))
        return FALSE;
      take_sender_info (self, &info, now_us);
      take_reports (self, &reports, now_us);
      return TRUE;
    case PARLOR_RTCP_RR:
      if (!parlor_rtcp_parse_rr (packet, &reports))
        return FALSE;
      take_reports (self, &reports, now_us);
      return TRUE;
    case PARLOR_RTCP_NACK:
      take_nack (self, packet, now_us);
      return TRUE;
    case PARLOR_RTCP_PLI:
      if (!parlor_rtcp_parse_pli (packet, &sender, &media))
        return FALSE;
      take_key_frame_request (self, media, now_us);
      return TRUE;
    case PARLOR_RTCP_FIR:
      take_fir (self, packet, now_us);
      return TRUE;
    case PARLOR_RTCP_REMB:
      if (!parlor_rtcp_parse_remb (packet, &remb))
        return FALSE;
      parlor_estimate_take_remb (self, remb.bitrate_bps, now_us);
      return TRUE;
    case PARLOR_RTCP_TWCC:
      return parlor_estimate_take_feedback (self, packet, now_us);
    default:
      return TRUE;
    }
}

void
parlor_feedback_receive (ParlorTransport *self, const guint8 *bytes, gsize length, gint64 now_us)
{
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;
  gboolean sound = parlor_rtcp_reader_init (&reader, bytes, length) == PARLOR_RTCP_OK;

  while (sound && parlor_rtcp_reader_next (&reader, &packet))
    sound = afford (self, work_of (&packet), now_us) && take_packet (self, &packet, now_us);
  if (!sound)
    self->router->counters.dropped[PARLOR_DROP_RTCP]++;
}
