/* SPDX-License-Identifier: Apache-2.0 */
#include "router/slot.h"

#include "base/time.h"
#include "router/allocation.h"
#include "router/estimate.h"
#include "router/internal.h"
#include "router/layered.h"
#include "router/redundancy.h"
#include "router/replay.h"
#include "router/relay.h"
#include "router/resend.h"
#include "router/sender.h"
#include "router/source.h"

/* RFC 3550 section 5.1 wants a random start. Below 2^15 nobody can mistake the first wrap; above
   the munger's window a late packet of the beginning stays above zero. */
#define FIRST_SEQ_MIN 1024
#define FIRST_SEQ_MASK 0x3fff
/* Numbers that can be asked for again: 1.7 s up to 2.5 Mbit/s, 5 s of voice; of less as many as
   there are. */
#define VIDEO_NACK_SLOTS 512
#define VIDEO_NACK_MS 1700
#define AUDIO_NACK_SLOTS 256
#define AUDIO_NACK_MS 5000
/* Sent again so often without a request; then only who still asks still wants it. */
#define UNASKED_REPEATS_MAX 4
#define SMALL_BPS (250 * 1000)
/* How long it takes to notice that somebody speaks (src/proto/speaker.c: four packets of smoothing,
   and 50 ms between looks); more would be heard as delay. */
#define CATCH_UP_US (140 * PARLOR_US_PER_MS)
#define CATCH_UP_PKTS 7

static gboolean
needs_resend (const ParlorSlotConfig *config)
{
  for (guint i = 0; i < config->n_codecs; i++)
    if (config->codecs[i].nack
        && (config->rtx_ssrc == 0 || config->codecs[i].rtx_pt == PARLOR_ROUTER_NO_PT))
      return TRUE;
  return FALSE;
}

static gboolean
has_nack (const ParlorSlotConfig *config)
{
  for (guint i = 0; i < config->n_codecs; i++)
    if (config->codecs[i].nack)
      return TRUE;
  return FALSE;
}

ParlorSlot *
parlor_slot_new (ParlorTransport *transport, const ParlorSlotConfig *config)
{
  ParlorSlot *self = g_new0 (ParlorSlot, 1);
  guint64 random = parlor_router_random (transport->router);

  self->transport = transport;
  self->config = *config;
  parlor_head_shape_init (&self->shape, transport->extensions.id_of, config->mid,
                          (guint)strnlen (config->mid, PARLOR_ROUTER_MID_SIZE - 1));
  if (!config->transport_cc)
    self->shape.ids[PARLOR_EXT_TRANSPORT_CC] = 0;
  self->rtx_index = FIRST_SEQ_MIN + ((random >> 16) & FIRST_SEQ_MASK);
  parlor_munger_init (&self->munger, config->ssrc, config->audio ? 48000 : 90000,
                      (guint16)(FIRST_SEQ_MIN + (random & FIRST_SEQ_MASK)),
                      (guint32)(random >> 32));
  if (needs_resend (config))
    self->resend = parlor_resend_new ();
  return self;
}

static void
leave_source (ParlorSlot *self)
{
  if (self->source != NULL)
    g_ptr_array_remove_fast (self->source->slots, self);
  self->source = NULL;
  self->layer = self->target = NULL;
}

void
parlor_slot_free (ParlorSlot *self)
{
  if (self == NULL)
    return;
  parlor_sender_purge (self->transport, self, NULL);
  leave_source (self);
  parlor_nack_map_free (self->nack_map);
  parlor_resend_free (self->resend);
  g_free (self->svc);
  g_free (self);
}

/* --- which source, which layer --------------------------------------------------------------- */

/* The receiver's payload types for each of the source's codecs: an equal key first, else one that
 * decodes it. */
static void
match_codecs (ParlorSlot *self)
{
  const ParlorSourceConfig *source = &self->source->config;

  for (guint i = 0; i < source->n_codecs; i++)
    {
      const ParlorRouterCodec *match = NULL;

      for (guint j = 0; j < self->config.n_codecs; j++)
        {
          const ParlorRouterCodec *own = &self->config.codecs[j];

          if (own->key == source->codecs[i].key)
            {
              match = own;
              break;
            }
          if (match == NULL && parlor_codec_key_decodes (own->key, source->codecs[i].key))
            match = own;
        }
      self->codec_pts[i] = match != NULL ? match->pt : PARLOR_ROUTER_NO_PT;
      self->codec_rtx_pts[i] = match != NULL && self->config.rtx_ssrc != 0 ? match->rtx_pt
                                                                           : PARLOR_ROUTER_NO_PT;
    }
  parlor_redundancy_match (self);
}

static void
tell_shown (ParlorSlot *self, gboolean has_rtp, guint32 rtp_timestamp)
{
  self->untold = !parlor_router_tell (
      self->transport->router,
      &(ParlorRouterEvent){.type = PARLOR_ROUTER_SLOT_SHOWN,
                           .transport = self->transport->config.id,
                           .source = self->source != NULL ? self->source->config.id : 0,
                           .slot = self->config.index,
                           .has_rtp = has_rtp,
                           .rtp_timestamp = rtp_timestamp});
  self->untold_has_rtp = has_rtp;
  self->untold_rtp = rtp_timestamp;
  self->transport->router->has_untold |= self->untold;
}

void
parlor_slot_tell_again (ParlorSlot *self)
{
  if (self->untold)
    tell_shown (self, self->untold_has_rtp, self->untold_rtp);
}

static void
begin_source (ParlorSlot *self)
{
  g_ptr_array_add (self->source->slots, self);
  if (self->source->mirror != NULL && !self->source->mirror->told)
    parlor_mirror_tell (self->source, 0, FALSE);
  match_codecs (self);
  self->untold = FALSE; /* of the one before */
  self->announce = TRUE;
  if (self->config.audio)
    self->target = &self->source->layers[0];
}

void
parlor_slot_begin_anew (ParlorSlot *self)
{
  self->layer = NULL;
  /* The one of a small layer costs others little, and there is nothing else to show. */
  if (self->target != NULL)
    parlor_layer_want_key_frame (self->target,
                                 parlor_layer_bps (self->target) < SMALL_BPS
                                     ? PARLOR_LAYER_PLI_INTERVAL_US
                                     : PARLOR_LAYER_PLI_PATIENT_US,
                                 PARLOR_KEY_PATH);
}

void
parlor_slot_select (ParlorSlot *self, ParlorSource *source, guint height, gint64 now_us)
{
  self->height = height;
  if (source != self->source)
    {
      leave_source (self);
      self->source = source;
      self->raise_us = self->raised_us = self->seen_us = 0;
      if (source == NULL)
        tell_shown (self, FALSE, 0);
      else
        begin_source (self);
    }
  if (!self->config.audio)
    parlor_allocation_run (self->transport, now_us);
}

void
parlor_slot_ready (ParlorSlot *self, gint64 now_us)
{
  if (self->config.audio)
    return;
  parlor_allocation_run (self->transport, now_us);
  if (self->target != NULL && self->layer == NULL)
    parlor_slot_begin (self, now_us);
}

/* --- forwarding ------------------------------------------------------------------------------ */

static ParlorMungerIn
munger_in (const ParlorLayer *layer, const ParlorPacketInfo *info)
{
  return (ParlorMungerIn){.source = layer->number,
                          .timestamp = info->header.timestamp,
                          .seq = info->header.seq,
                          .picture_id = info->frame.picture_id,
                          .picture_id_bits = info->frame.picture_id_bits,
                          .tl0_pic_idx = info->frame.tl0_pic_idx,
                          .key_idx = info->frame.key_idx,
                          .now_us = info->arrival_us};
}

void
parlor_slot_take_layer (ParlorSlot *self, ParlorLayer *layer, guint8 temporal)
{
  self->layer = layer;
  self->temporal = temporal;
  self->joins = FALSE;
  if (self->nack_map == NULL && has_nack (&self->config))
    self->nack_map = self->config.audio ? parlor_nack_map_new (AUDIO_NACK_SLOTS, AUDIO_NACK_MS)
                                        : parlor_nack_map_new (VIDEO_NACK_SLOTS, VIDEO_NACK_MS);
}

/* The switch is on the first packet of a key frame, or on any packet of a voice. */
static gboolean
begins_here (ParlorSlot *self, ParlorLayer *layer, const ParlorPacketInfo *info)
{
  if (layer != self->target || (!self->source->config.audio && !info->frame.key_frame))
    return FALSE;
  parlor_slot_take_layer (self, layer, self->max_temporal);
  return TRUE;
}

/* A key frame that comes while the past still runs by: that is over, and what was kept of it is
 * gone. */
static gboolean
overtakes_replay (ParlorSlot *self, ParlorLayer *layer, const ParlorPacketInfo *info)
{
  if (!info->frame.key_frame || self->config.audio
      || !parlor_sender_replays (self->transport, self))
    return FALSE;
  parlor_sender_purge (self->transport, self, layer);
  parlor_slot_take_layer (self, layer, self->max_temporal);
  return TRUE;
}

/* Temporal layers change between frames: down with any, up where the stream says that it may be
   done. */
static gboolean
is_left_out (ParlorSlot *self, const ParlorFrameInfo *frame)
{
  if (frame->begins_frame)
    {
      if (self->temporal > self->max_temporal)
        self->temporal = self->max_temporal;
      else if (frame->temporal > self->temporal && frame->temporal <= self->max_temporal
               && frame->layer_sync)
        self->temporal = frame->temporal;
    }
  return frame->temporal > self->temporal;
}

/* Frames are numbered on over switches, as packets are: a receiver takes a key frame with a number
   that lies behind for one that came late. */
static void
begin_frames (ParlorSlot *self, const ParlorLayer *layer, guint16 frame_number)
{
  if (self->framed_layer == layer->number)
    return;
  self->frame_offset = (guint16)(self->last_frame + 1 - frame_number);
  self->framed_layer = layer->number;
}

/* Who sees something smaller meanwhile shares the next key frame with all who come. */
static gint64
patience_us (const ParlorSlot *self, const ParlorLayered *layered)
{
  guint spatial, temporal;

  return parlor_svc_layers (self->svc, parlor_layered_structure (layered), &spatial, &temporal)
                 && spatial < self->max_spatial
             ? PARLOR_LAYER_PLI_NEWCOMER_US
             : PARLOR_LAYER_PLI_PATIENT_US;
}

void
parlor_slot_choose_layers (ParlorSlot *self, ParlorLayer *layer, const ParlorPacketInfo *info,
                           const ParlorDd *dd, ParlorSendItem *item)
{
  ParlorSvcOut out;

  item->layered = item->left_out = TRUE;
  if (item->begins)
    {
      if (self->svc == NULL)
        self->svc = g_new (ParlorSvc, 1);
      parlor_svc_init (self->svc);
    }
  if (dd == NULL || self->svc == NULL)
    return;
  if (item->begins)
    begin_frames (self, layer, dd->frame_number);
  parlor_svc_want (self->svc, item->replay ? item->spatial : self->max_spatial,
                   item->replay ? 0 : self->max_temporal);
  parlor_svc_packet (self->svc, parlor_layered_structure (layer->layered), dd,
                     info->header.timestamp, info->header.marker, &out);
  item->left_out = !out.forward;
  item->marker = out.marker;
  item->tells = out.tell_active;
  item->frame_number = (guint16)(dd->frame_number + self->frame_offset);
  item->active_targets = self->active_targets = out.active_targets;
  if (out.forward && parlor_seq16_newer (item->frame_number, self->last_frame))
    self->last_frame = item->frame_number;
  if (parlor_svc_needs_key_frame (self->svc))
    parlor_layer_want_key_frame (layer, patience_us (self, layer->layered), PARLOR_KEY_LAYER);
}

void
parlor_slot_forward (ParlorSlot *self, ParlorLayer *layer, const ParlorPacketInfo *info,
                     gint64 now_us)
{
  ParlorTransport *transport = self->transport;
  gboolean begins = FALSE;
  ParlorSendItem item;

  if (!transport->can_send || transport->srtp_out == NULL
      || self->codec_pts[info->codec] == PARLOR_ROUTER_NO_PT)
    return;
  if (layer == self->layer)
    begins = overtakes_replay (self, layer, info);
  else if (!(begins = begins_here (self, layer, info)))
    return;
  if (transport->bwe == NULL && !self->config.audio)
    parlor_estimate_begin (transport, now_us);
  item = (ParlorSendItem){.slot = self,
                          .layer = layer,
                          .source_seq = info->header.seq,
                          .bytes = info->header.payload_offset + info->header.payload_size,
                          .codec = info->codec,
                          .begins = begins,
                          .joins = self->joins};
  if (layer->layered != NULL)
    parlor_slot_choose_layers (self, layer, info,
                               parlor_layered_find (layer->layered, info->header.seq), &item);
  else
    item.left_out = !self->config.audio && (is_left_out (self, &info->frame) || info->withheld);
  self->joins = FALSE;
  if (!parlor_sender_push (transport, &item))
    parlor_slot_begin_anew (self);
}

static gboolean
is_fresh (const ParlorLayer *layer, guint16 seq)
{
  for (guint i = 0; i < layer->n_fresh; i++)
    if (layer->fresh[i] == seq)
      return TRUE;
  return FALSE;
}

void
parlor_slot_catch_up (ParlorSlot *self, gint64 now_us)
{
  ParlorLayer *layer = self->target;
  const ParlorPacketInfo *info;

  if (layer == NULL || layer->history == NULL || self->layer != NULL)
    return;
  for (guint i = CATCH_UP_PKTS; i-- > 0;)
    {
      guint16 seq = (guint16)(layer->stats.max_seq - i);

      if (is_fresh (layer, seq)) /* it comes by itself, and those behind it */
        return;
      if (parlor_layer_find (layer, seq, now_us, &info) != NULL
          && now_us - info->arrival_us <= CATCH_UP_US)
        parlor_slot_forward (self, layer, info, now_us);
    }
}

/* SRTP's index of a number that leaves: rollover counter above it. The unwrapper begins one cycle
 * up, RFC 3711 at zero. */
static guint64
srtp_index (ParlorSlot *self, guint16 seq)
{
  return (guint64)(parlor_seq_unwrap16 (&self->unwrapper, seq) - 0x10000);
}

/* Of a replay only base layers are kept, and what came after the last of them is older than who
   joins. */
static void
leave_out_before (ParlorSlot *self, const ParlorSendItem *item)
{
  ParlorMungerIn in = {.source = item->layer->number};
  ParlorMungerOut out;

  if (item->begins || !(item->replay || item->joins))
    return;
  for (guint16 seq = (guint16)(self->last_source_seq + 1);
       parlor_seq16_newer (item->source_seq, seq); seq++)
    {
      in.seq = seq;
      parlor_munger_drop (&self->munger, &in, &out);
    }
}

static void
note_source_seq (ParlorSlot *self, const ParlorSendItem *item)
{
  if (item->begins || parlor_seq16_newer (item->source_seq, self->last_source_seq))
    self->last_source_seq = item->source_seq;
}

static ParlorCodec
codec_of (const ParlorLayer *layer, const ParlorPacketInfo *info)
{
  return parlor_codec_key_codec (layer->source->config.codecs[info->codec].key);
}

static void
leave_out (ParlorSlot *self, const ParlorSendItem *item, const ParlorPacketInfo *info)
{
  ParlorMungerIn in = {.source = item->layer->number, .seq = item->source_seq};
  ParlorMungerOut out;

  if (info != NULL)
    in = munger_in (item->layer, info);
  /* Pictures of VP9 name others by how many ids they lie apart (RFC 9628 section 4.2). */
  if (info != NULL && codec_of (item->layer, info) == PARLOR_CODEC_VP9)
    in.picture_id_bits = 0;
  /* What begins a stream is not left out of the one before it; nothing can go on from it. */
  if (item->begins)
    {
      if (!item->left_out)
        parlor_slot_begin_anew (self);
      return;
    }
  leave_out_before (self, item);
  note_source_seq (self, item);
  parlor_munger_drop (&self->munger, &in, &out);
}

static void
begin_stream (ParlorSlot *self, const ParlorSendItem *item, ParlorMungerIn in)
{
  self->clock_told_us = 0;
  if (item->replay)
    {
      in.timestamp = self->replay_source_rtp;
      in.now_us = self->replay_us;
    }
  parlor_munger_switch (&self->munger, &in);
  parlor_munger_timestamp (&self->munger, in.source, in.timestamp, &self->replay_rtp);
}

static void
announce (ParlorSlot *self, guint32 rtp_timestamp)
{
  self->announce = FALSE;
  tell_shown (self, TRUE, rtp_timestamp);
  /* The slot's sender report goes at once: lip sync begins with it. */
  self->transport->touched = TRUE;
  self->transport->rtcp_us = 0;
}

gboolean
parlor_slot_number (ParlorSlot *self, ParlorSendItem *item, const ParlorPacketInfo *info)
{
  ParlorMungerIn in;
  ParlorMungerOut out;

  if (item->left_out || info == NULL)
    {
      leave_out (self, item, info);
      return FALSE;
    }
  in = munger_in (item->layer, info);
  if (item->begins)
    begin_stream (self, item, in);
  leave_out_before (self, item);
  note_source_seq (self, item);
  if (parlor_munger_map (&self->munger, &in, &out) != PARLOR_MUNGER_SEND)
    return FALSE;
  item->index = srtp_index (self, out.seq);
  item->timestamp = item->replay ? self->replay_rtp + item->timestamp : out.timestamp;
  item->picture_id = out.picture_id;
  item->tl0_pic_idx = out.tl0_pic_idx;
  item->key_idx = out.key_idx;
  if (!item->layered)
    item->marker = info->header.marker || (out.first && self->config.audio);
  self->last_source = info->header.timestamp;
  if (item->layer->source == self->source)
    self->seen_us = MAX (self->seen_us, info->arrival_us);
  if (self->announce && item->layer->source == self->source)
    announce (self, item->timestamp);
  return TRUE;
}

/* --- beginning ---------------------------------------------------------------------------------
 */

void
parlor_slot_begin (ParlorSlot *self, gint64 now_us)
{
  ParlorTransport *transport = self->transport;
  ParlorReplayShown shown = PARLOR_REPLAY_NOTHING;

  if (transport->can_send && transport->srtp_out != NULL && self->source->open)
    {
      if (transport->bwe == NULL)
        parlor_estimate_begin (transport, now_us);
      if (self->layer != NULL || self->target == NULL)
        return;
      shown = parlor_replay_begin (self, now_us);
    }
  /* Whose path does not stand yet will begin with that, and needs no key frame before. */
  else if (parlor_replay_is_something_kept (self))
    return;
  if (shown != PARLOR_REPLAY_ALL)
    parlor_layer_want_key_frame (self->target,
                                 shown == PARLOR_REPLAY_LESS ? PARLOR_LAYER_PLI_NEWCOMER_US
                                                             : PARLOR_LAYER_PLI_INTERVAL_US,
                                 self->seen_us != 0 ? PARLOR_KEY_LAYER : PARLOR_KEY_NEWCOMER);
}

void
parlor_slot_recover (ParlorSlot *self)
{
  if (!self->config.audio && self->target != NULL)
    parlor_layer_want_key_frame (self->target, PARLOR_LAYER_PLI_INTERVAL_US, PARLOR_KEY_PATH);
}

/* --- what the receiver says ------------------------------------------------------------------ */

static ParlorLayer *
layer_by_number (ParlorSlot *self, guint16 number)
{
  for (guint i = 0; self->source != NULL && i < self->source->n_layers; i++)
    if ((guint16)self->source->layers[i].number == number)
      return &self->source->layers[i];
  return NULL;
}

/* What stands in the history speaks of all targets. */
static gboolean
tells_targets (const ParlorLayer *layer, const guint8 *packet, const ParlorPacketInfo *info)
{
  ParlorDd room;
  const ParlorDd *dd = parlor_layered_look (layer->layered, packet, info, &room);

  return dd != NULL && (dd->has_structure || dd->has_active);
}

static void
refuse (ParlorSlot *self, ParlorRefusal refusal)
{
  self->transport->router->counters.nacks_refused[refusal]++;
}

/* The receiver's share of repeats allows it. */
static gboolean
may_repeat (ParlorSlot *self, ParlorNackEntry *entry, gsize bytes, gboolean spare, gint64 now_us)
{
  switch (parlor_nack_responder_ask (&self->transport->responder, entry, bytes, spare, now_us))
    {
    case PARLOR_NACK_ANSWER_SEND:
      return TRUE;
    case PARLOR_NACK_ANSWER_TOO_SOON:
      refuse (self, PARLOR_REFUSAL_TOO_SOON);
      return FALSE;
    case PARLOR_NACK_ANSWER_TOO_MANY:
      refuse (self, PARLOR_REFUSAL_TOO_MANY);
      return FALSE;
    case PARLOR_NACK_ANSWER_OVER_BUDGET:
    default:
      refuse (self, PARLOR_REFUSAL_OVER_BUDGET);
      return FALSE;
    }
}

static gboolean
is_spare (const ParlorPacketInfo *info)
{
  return info->frame.temporal > 0 || info->frame.discardable;
}

/* RFC 4588 where it was negotiated: a packet of its own, with its own number. */
static gboolean
repeat_by_rtx (ParlorSlot *self, ParlorNackEntry *entry, gint64 now_us)
{
  ParlorLayer *layer = layer_by_number (self, entry->source);
  const ParlorPacketInfo *info;
  const guint8 *packet = NULL;
  guint length;
  ParlorSendItem item;

  if (layer != NULL && layer->history != NULL)
    packet = parlor_layer_find (layer, entry->source_seq, now_us, &info);
  if (packet == NULL)
    {
      refuse (self, PARLOR_REFUSAL_GONE);
      return FALSE;
    }
  length = info->header.payload_offset + info->header.payload_size;
  if (!may_repeat (self, entry, length, is_spare (info), now_us))
    return FALSE;
  item = (ParlorSendItem){.slot = self,
                          .layer = layer,
                          .index = self->rtx_index++,
                          .timestamp = entry->timestamp,
                          .bytes = (guint16)MIN (length, G_MAXUINT16),
                          .source_seq = entry->source_seq,
                          .original_seq = entry->seq,
                          .picture_id = entry->picture_id,
                          .tl0_pic_idx = entry->tl0_pic_idx,
                          .key_idx = entry->key_idx,
                          .codec = info->codec,
                          .retransmission = TRUE,
                          .marker = entry->flags,
                          .layered = layer->layered != NULL,
                          .tells = layer->layered != NULL && tells_targets (layer, packet, info),
                          .frame_number = entry->frame_number,
                          .active_targets = self->active_targets};
  return parlor_sender_push (self->transport, &item);
}

/* Without RTX: the very bytes again. */
static gboolean
repeat_bytes (ParlorSlot *self, ParlorNackEntry *entry, gint64 now_us)
{
  ParlorRouter *router = self->transport->router;
  gsize length;
  const guint8 *bytes = parlor_resend_find (self->resend, entry->seq, &length);

  if (bytes == NULL)
    refuse (self, PARLOR_REFUSAL_GONE);
  if (bytes == NULL || !self->transport->can_send
      || !may_repeat (self, entry, length, FALSE, now_us))
    return FALSE;
  parlor_router_send_datagram (router, &self->transport->tuple, bytes, length);
  router->counters.retransmitted_pkts++;
  return TRUE;
}

void
parlor_slot_nacked (ParlorSlot *self, const guint16 *seqs, guint n, gint64 now_us)
{
  for (guint i = 0; self->nack_map != NULL && i < n; i++)
    {
      ParlorNackEntry *entry = parlor_nack_map_find (self->nack_map, seqs[i]);

      if (entry == NULL)
        {
          refuse (self, PARLOR_REFUSAL_GONE);
          continue;
        }
      if (self->resend != NULL ? repeat_bytes (self, entry, now_us)
                               : repeat_by_rtx (self, entry, now_us))
        self->transport->router->counters.nacks_answered++;
    }
}

guint8
parlor_slot_repeats (const ParlorSlot *self, guint16 seq)
{
  const ParlorNackEntry *entry = self->nack_map != NULL ? parlor_nack_map_find (self->nack_map, seq)
                                                        : NULL;

  return entry != NULL ? (guint8)entry->repeats : 0;
}

void
parlor_slot_lost (ParlorSlot *self, guint16 seq, guint8 sending, gint64 now_us)
{
  ParlorNackEntry *entry = self->nack_map != NULL ? parlor_nack_map_find (self->nack_map, seq)
                                                  : NULL;

  if (entry != NULL && self->resend == NULL && entry->repeats < UNASKED_REPEATS_MAX
      && entry->repeats <= sending && repeat_by_rtx (self, entry, now_us))
    self->transport->router->counters.repaired_pkts++;
}

void
parlor_slot_key_frame_wanted (ParlorSlot *self, gint64 now_us)
{
  ParlorLayer *layer = self->target != NULL ? self->target : self->layer;

  if (layer != NULL && !self->source->config.audio)
    parlor_layer_want_key_frame (layer, PARLOR_LAYER_PLI_INTERVAL_US, PARLOR_KEY_RECEIVER);
}

gboolean
parlor_slot_sender_info (const ParlorSlot *self, gint64 now_us, ParlorRtcpSenderInfo *info)
{
  const ParlorLayer *layer = self->layer;
  gint64 since_us, ntp_us;
  guint32 source_rtp;

  if (layer == NULL || !layer->has_sr || self->packets == 0)
    return FALSE;
  since_us = now_us - layer->sr_arrival_us;
  source_rtp = layer->sr_rtp + (guint32)parlor_us_to_rtp (since_us, layer->stats.clock_hz);
  if (!parlor_munger_timestamp (&self->munger, layer->number, source_rtp, &info->rtp_timestamp))
    return FALSE;
  ntp_us = layer->sr_local_us + since_us;
  info->ssrc = self->config.ssrc;
  info->ntp = parlor_ntp_from_unix_us (ntp_us);
  info->packets = (guint32)self->packets;
  info->octets = (guint32)self->octets;
  return TRUE;
}
