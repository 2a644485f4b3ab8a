/* SPDX-License-Identifier: Apache-2.0 */
#include "router/source.h"

#include "proto/codec/h264sps.h"
#include "base/warm.h"
#include "proto/codec/vp8.h"
#include "proto/codec/vp9.h"
#include "router/allocation.h"
#include "router/audioroom.h"
#include "router/gop.h"
#include "router/internal.h"
#include "router/layered.h"
#include "router/redundancy.h"
#include "router/relay.h"
#include "router/sender.h"
#include "router/slot.h"
#include "router/withhold.h"

/* 2 s of a 10 Mbit/s screen; untouched pages cost nothing. */
#define VIDEO_HISTORY_PKTS 2048
#define VIDEO_HISTORY_BYTES (3 * 1024 * 1024)
#define AUDIO_HISTORY_PKTS 128
#define AUDIO_HISTORY_BYTES (64 * 1024)
/* How long a gap may be mere reordering (docs of proto/nack.h). */
#define REORDER_WAIT_US 5000

/* What a packet has on its way to a receiver beyond what it has clear: tag, UDP, IPv4. */
#define OVERHEAD_BYTES (16 + 28)
/* So many packets behind, a key frame's first one still begins what is kept: a second of 2.5
 * Mbit/s. */
#define LATE_KEY_PKTS 260
/* Of layers above this rate only the key frame is kept for newcomers: what follows could not be
   caught up with. */
#define GOP_WHOLE_BPS (800 * 1000)
/* So long nobody has watched a layer before its publisher is told, and so long is waited for one
   that is watched again. */
#define UNWATCHED_US (5 * PARLOR_US_PER_SEC)
#define WAKE_US (4 * PARLOR_US_PER_SEC)
/* A rate is the average of about a second; of frames, which are few, of four. */
#define RATE_SHARE 4
#define FRAMES_SHARE 16

static const ParlorRtpExtMap no_extensions;

static gboolean
has_nack (const ParlorSourceConfig *config)
{
  for (guint i = 0; i < config->n_codecs; i++)
    if (config->codecs[i].nack)
      return TRUE;
  return FALSE;
}

ParlorSource *
parlor_source_new (ParlorRouter *router, const ParlorSourceConfig *config,
                   ParlorTransport *transport, ParlorMirror *mirror, ParlorAudioRoom *room)
{
  ParlorSource *self = g_new0 (ParlorSource, 1);

  self->router = router;
  self->config = *config;
  self->transport = transport;
  self->room = room;
  self->open = TRUE;
  self->slots = g_ptr_array_new ();
  self->mirror = mirror;
  self->extensions = transport != NULL ? &transport->extensions
                     : mirror != NULL  ? &mirror->extensions
                                       : &no_extensions;
  self->n_layers = MAX (config->n_layers, 1);
  self->watched = (guint8)((1u << self->n_layers) - 1);
  for (guint i = 0; i < self->n_layers; i++)
    {
      ParlorLayer *layer = &self->layers[i];

      layer->source = self;
      layer->index = i;
      layer->ssrc = config->layers[i].ssrc;
      layer->rtx_ssrc = config->layers[i].rtx_ssrc;
      g_strlcpy (layer->rid, config->layers[i].rid, sizeof layer->rid);
      layer->number = ++router->last_layer_number;
      layer->asks = transport != NULL && has_nack (config);
      layer->pli_due_us = PARLOR_NEVER_US;
    }
  if (room != NULL)
    parlor_audio_room_add_voice (room, self);
  return self;
}

static void
forget_streams (ParlorTransport *transport, const ParlorSource *source)
{
  guint kept = 0;

  for (guint i = 0; i < transport->n_streams; i++)
    if (transport->streams[i].layer == NULL || transport->streams[i].layer->source != source)
      transport->streams[kept++] = transport->streams[i];
  transport->n_streams = kept;
}

static void
free_layer (ParlorLayer *layer, ParlorRouter *router)
{
  if (layer->dirty)
    g_ptr_array_remove_fast (router->dirty_layers, layer);
  parlor_history_free (layer->history);
  parlor_nack_free (layer->nack);
  parlor_gop_free (layer->gop);
  parlor_layered_free (layer->layered);
  g_free (layer->infos);
}

void
parlor_source_free (ParlorSource *self, gint64 now_us)
{
  /* Packets of it may wait in queues of receivers that show something else by now. */
  parlor_router_purge_source (self->router, self);
  while (self->slots->len > 0)
    parlor_slot_select (g_ptr_array_index (self->slots, 0), NULL, 0, now_us);
  if (self->room != NULL)
    parlor_audio_room_remove_voice (self->room, self);
  if (self->transport != NULL)
    forget_streams (self->transport, self);
  for (guint i = 0; i < self->n_layers; i++)
    free_layer (&self->layers[i], self->router);
  g_ptr_array_unref (self->slots);
  g_free (self->relays);
  g_free (self->mirror);
  g_free (self);
}

void
parlor_source_set_open (ParlorSource *self, gboolean open)
{
  if (self->open == open)
    return;
  self->open = open;
  if (self->room != NULL && !open)
    parlor_audio_room_silence (self->room, self);
  if (open && !self->config.audio)
    for (guint i = 0; i < self->n_layers; i++)
      parlor_layer_want_key_frame (&self->layers[i], PARLOR_LAYER_PLI_INTERVAL_US,
                                   PARLOR_KEY_RESET);
}

/* --- choosing a layer ------------------------------------------------------------------------ */

gboolean
parlor_layer_arrives (const ParlorLayer *layer, gint64 now_us)
{
  return layer->last_arrival_us > 0 && now_us - layer->last_arrival_us < PARLOR_LAYER_IDLE_US;
}

gboolean
parlor_layer_may_come (const ParlorLayer *layer, gint64 now_us)
{
  return layer->off && (layer->woken_us == 0 || now_us - layer->woken_us < WAKE_US);
}

/* Unknown heights count by their place: SDP lists layers, but says not in which order, so what the
 * key frames told comes first. */
guint
parlor_layer_height (const ParlorLayer *layer)
{
  return layer->height > 0 ? layer->height : layer->index + 1;
}

guint32
parlor_layer_bps (const ParlorLayer *layer)
{
  /* What web/src/media/config.ts asks for, by place from the smallest. */
  static const guint32 usual[PARLOR_ROUTER_MAX_LAYERS] = {150000, 500000, 1700000, 2500000};
  guint place = 0;

  if (layer->bps > 0 || layer->source->n_layers == 1)
    return layer->bps;
  for (guint i = 0; i < layer->source->n_layers; i++)
    place += parlor_layer_height (&layer->source->layers[i]) < parlor_layer_height (layer);
  return usual[place];
}

const guint8 *
parlor_layer_find (const ParlorLayer *layer, guint16 seq, gint64 now_us,
                   const ParlorPacketInfo **info)
{
  gsize length;
  const guint8 *packet = parlor_history_find (layer->history, seq, now_us, &length);

  *info = &layer->infos[seq & layer->info_mask];
  if (packet != NULL && (*info)->header.seq == seq)
    return packet;
  if (layer->layered != NULL)
    return parlor_layered_find_kept (layer->layered, seq, info);
  return layer->gop != NULL ? parlor_gop_find (layer->gop, seq, info) : NULL;
}

void
parlor_layer_forget_kept (ParlorLayer *layer)
{
  if (layer->gop != NULL)
    parlor_gop_clear (layer->gop);
  if (layer->layered != NULL)
    parlor_layered_forget (layer->layered);
}

ParlorLayer *
parlor_source_choose_layer (ParlorSource *self, guint height, gint64 now_us)
{
  ParlorLayer *largest = NULL, *enough = NULL;

  if (self->n_layers == 1)
    return &self->layers[0];
  for (guint i = 0; i < self->n_layers; i++)
    {
      ParlorLayer *layer = &self->layers[i];

      if (!parlor_layer_arrives (layer, now_us))
        continue;
      if (largest == NULL || parlor_layer_height (layer) > parlor_layer_height (largest))
        largest = layer;
      if (height > 0 && parlor_layer_height (layer) >= height
          && (enough == NULL || parlor_layer_height (layer) < parlor_layer_height (enough)))
        enough = layer;
    }
  return enough != NULL ? enough : largest;
}

static void
retarget_slots (ParlorSource *self, gint64 now_us)
{
  for (guint i = 0; i < self->slots->len; i++)
    parlor_allocation_run (((ParlorSlot *)g_ptr_array_index (self->slots, i))->transport, now_us);
}

void
parlor_layer_want_key_frame (ParlorLayer *layer, gint64 interval_us, ParlorKeyCause cause)
{
  gint64 due_us = layer->pli_sent_us > 0 ? layer->pli_sent_us + interval_us : 0;

  if (layer->source->mirror != NULL && !layer->source->config.audio)
    {
      parlor_mirror_want_key_frame (layer, interval_us, cause);
      return;
    }
  if (layer->source->config.audio || layer->pli_due_us <= due_us)
    return;
  if (layer->source->transport == NULL)
    {
      layer->source->key_wanted = TRUE;
      layer->source->key_cause = cause;
      return;
    }
  layer->pli_due_us = due_us;
  layer->pli_cause = cause;
  parlor_router_mark_transport (layer->source->router, layer->source->transport);
}

/* A layer that has not been met has the temporal layers of one beside it: one encoder makes them.
 */
static const ParlorLayer *
alike (const ParlorLayer *layer)
{
  const ParlorSource *source = layer->source;

  for (guint i = 0; layer->bps == 0 && i < source->n_layers; i++)
    if (source->layers[i].top_temporal > 0 && source->layers[i].bps > 0)
      return &source->layers[i];
  return layer;
}

guint8
parlor_layer_top_temporal (const ParlorLayer *layer)
{
  return alike (layer)->top_temporal;
}

guint32
parlor_layer_temporal_bps (const ParlorLayer *layer, guint8 temporal)
{
  const ParlorLayer *known = alike (layer);

  if (temporal >= PARLOR_LAYER_MAX_TEMPORAL || known->bps == 0)
    return parlor_layer_bps (layer);
  return (guint32)((guint64)parlor_layer_bps (layer) * known->temporal_bps[temporal] / known->bps);
}

guint8
parlor_layer_fps (const ParlorLayer *layer, guint8 temporal)
{
  guint at = MIN (temporal, PARLOR_LAYER_MAX_TEMPORAL - 1);

  return (guint8)MIN ((alike (layer)->temporal_mfps[at] + 500) / 1000, G_MAXUINT8);
}

/* --- receiving ------------------------------------------------------------------------------- */

gint
parlor_source_find_codec (const ParlorSource *self, guint8 pt, gboolean *is_rtx)
{
  for (guint i = 0; i < self->config.n_codecs; i++)
    {
      const ParlorRouterCodec *codec = &self->config.codecs[i];

      *is_rtx = codec->rtx_pt == pt;
      if (codec->pt == pt || codec->red_pt == pt || *is_rtx)
        return (gint)i;
    }
  return -1;
}

static void
drop (ParlorLayer *layer, ParlorDropReason reason)
{
  layer->source->router->counters.dropped[reason]++;
}

static void
begin_layer (ParlorLayer *layer, ParlorCodec codec, gint64 now_us)
{
  gboolean audio = layer->source->config.audio;
  guint slots = audio ? AUDIO_HISTORY_PKTS : VIDEO_HISTORY_PKTS;

  layer->history = parlor_history_new (slots, audio ? AUDIO_HISTORY_BYTES : VIDEO_HISTORY_BYTES,
                                       PARLOR_HISTORY_AGE_US);
  layer->infos = g_new0 (ParlorPacketInfo, slots);
  layer->info_mask = slots - 1;
  layer->nack = parlor_nack_new (REORDER_WAIT_US);
  layer->gop = audio ? NULL : parlor_gop_new ();
  layer->first_arrival_us = now_us;
  parlor_rtp_stats_init (&layer->stats, parlor_codec_info (codec)->clock_hz);
}

/* RED is unwrapped on the way in: its last block is the packet, the others may be what was lost
 * before it. FALSE = malformed. */
static gboolean
unwrap_red (ParlorLayer *layer, guint8 *packet, gsize *length, ParlorRtpHeader *header, guint8 *pt,
            gint64 arrival_us, gint64 now_us)
{
  guint8 *payload = packet + header->payload_offset;
  const guint8 *primary;
  ParlorRed red;
  gsize size;

  if (!parlor_red_parse (payload, header->payload_size, &red))
    return FALSE;
  parlor_redundancy_recover (layer, packet, header, &red, arrival_us, now_us);
  primary = parlor_red_primary (payload, &red, &size, pt);
  memmove (payload, primary, size);
  packet[0] &= (guint8)~0x20;
  header->payload_size = (guint16)size;
  header->padding_size = 0;
  *length = header->payload_offset + size;
  parlor_rtp_set_pt (packet, *pt);
  return TRUE;
}

/* The sender began its numbering anew: what was before is another stream. */
static void
restart_numbering (ParlorLayer *layer)
{
  GPtrArray *slots = layer->source->slots;

  parlor_history_clear (layer->history);
  parlor_layer_forget_kept (layer);
  parlor_nack_reset (layer->nack);
  layer->number = ++layer->source->router->last_layer_number;
  for (guint i = 0; i < slots->len; i++)
    {
      ParlorSlot *slot = g_ptr_array_index (slots, i);

      if (slot->layer != layer)
        continue;
      slot->layer = NULL;
      parlor_sender_purge (slot->transport, slot, layer);
    }
  parlor_layer_want_key_frame (layer, PARLOR_LAYER_PLI_INTERVAL_US, PARLOR_KEY_RESET);
}

void
parlor_layer_restart (ParlorLayer *layer)
{
  if (layer->history == NULL)
    return;
  parlor_rtp_stats_init (&layer->stats, layer->stats.clock_hz);
  restart_numbering (layer);
}

/* FALSE: it has been here, or cannot be placed. */
static gboolean
is_new (ParlorLayer *layer, const ParlorRtpHeader *header, gboolean repaired, gint64 arrival_us)
{
  ParlorRtpStatsResult result = parlor_rtp_stats_push (
      &layer->stats, header->seq, header->timestamp, header->payload_size, repaired, arrival_us);
  ParlorNackResult nack;

  if (result == PARLOR_RTP_STATS_JUMP)
    return FALSE;
  if (result == PARLOR_RTP_STATS_RESTARTED)
    restart_numbering (layer);
  nack = parlor_nack_push (layer->nack, header->seq, arrival_us);
  return nack == PARLOR_NACK_NEW || nack == PARLOR_NACK_RECOVERED;
}

static void
learn_height (ParlorLayer *layer, ParlorCodec codec, const guint8 *payload, gsize size,
              gint64 now_us)
{
  guint height = 0;
  ParlorVp8 vp8;
  ParlorVp9 vp9;

  if (codec == PARLOR_CODEC_VP8 && parlor_vp8_parse (payload, size, &vp8))
    height = vp8.height;
  else if (codec == PARLOR_CODEC_VP9 && parlor_vp9_parse (payload, size, &vp9) && vp9.n_spatial > 0)
    height = vp9.height[vp9.n_spatial - 1];
  else if (codec == PARLOR_CODEC_H264)
    height = parlor_h264_height (payload, size);
  if (height == 0 || height == layer->height)
    return;
  layer->height = height;
  retarget_slots (layer->source, now_us);
}

/* Of a mirror its own worker tells. */
static void
tell (const ParlorSource *self, const ParlorRouterEvent *event)
{
  if (self->mirror == NULL)
    parlor_router_tell (self->router, event);
}

static void
note_arrival (ParlorLayer *layer, ParlorCodecKey key, gint64 now_us)
{
  ParlorSource *source = layer->source;
  ParlorCodec codec = parlor_codec_key_codec (key);
  gboolean was_idle = !parlor_layer_arrives (layer, now_us);

  layer->last_arrival_us = now_us;
  if (layer->woken_us != 0)
    layer->off = FALSE;
  layer->woken_us = 0;
  if (!source->active || source->codec != codec)
    {
      source->active = TRUE;
      source->codec = codec;
      tell (source, &(ParlorRouterEvent){.type = PARLOR_ROUTER_SOURCE_ACTIVE,
                                         .transport = source->config.transport,
                                         .source = source->config.id,
                                         .codec = codec,
                                         .codec_key = key});
      if (source->room != NULL)
        parlor_audio_room_look_soon (source->room);
    }
  if (was_idle && !source->config.audio)
    retarget_slots (source, now_us);
}

static void
note_rate (ParlorLayer *layer, const ParlorPacketInfo *info, gsize length)
{
  guint8 temporal = MIN (info->frame.temporal, PARLOR_LAYER_MAX_TEMPORAL - 1);

  layer->top_temporal = MAX (layer->top_temporal, temporal);
  layer->tick_bytes[temporal] += (guint32)(length + OVERHEAD_BYTES);
  layer->tick_frames[temporal] += info->header.marker;
}

static void
hear (ParlorLayer *layer, const guint8 *packet, const ParlorPacketInfo *info, gint64 now_us)
{
  ParlorSource *source = layer->source;
  gboolean voice;
  guint8 level;

  if (source->room != NULL
      && parlor_rtp_ext_audio_level (packet, &info->extensions, &level, &voice))
    parlor_audio_room_hear (source->room, source, level, now_us);
}

/* TRUE: a group of pictures begins with it. */
static gboolean
keep_for_newcomers (ParlorLayer *layer, const guint8 *packet, gsize length,
                    const ParlorPacketInfo *info)
{
  const ParlorGopPart part = {.kept = info->frame.temporal == 0 && !info->withheld,
                              .ends = info->header.marker,
                              .small = layer->bps < GOP_WHOLE_BPS};

  if (layer->layered != NULL)
    return parlor_layered_keep (layer->layered, packet, length, info, GOP_WHOLE_BPS);
  return layer->gop != NULL && parlor_gop_put (layer->gop, packet, length, info, &part);
}

/* The first packet of a key frame was lost, and came again after those behind it: they are looked
 * at anew. */
static void
keep_those_behind (ParlorLayer *layer, guint16 seq, gint64 now_us)
{
  if (parlor_seq16_diff (layer->stats.max_seq, seq) > LATE_KEY_PKTS)
    return;
  while (parlor_seq16_newer (layer->stats.max_seq, seq))
    {
      gsize length;
      const guint8 *packet = parlor_history_find (layer->history, ++seq, now_us, &length);
      const ParlorPacketInfo *info = &layer->infos[seq & layer->info_mask];

      if (packet != NULL && info->header.seq == seq)
        keep_for_newcomers (layer, packet, length, info);
    }
}

/* Keeps the packet and what was read of it, for this flush and for repeats. FALSE: too large or too
 * old. */
static gboolean
keep (ParlorLayer *layer, const guint8 *packet, gsize length, const ParlorPacketInfo *info,
      gint64 now_us)
{
  if (!parlor_history_put (layer->history, info->header.seq, packet, length, now_us))
    return FALSE;
  layer->infos[info->header.seq & layer->info_mask] = *info;
  if (keep_for_newcomers (layer, packet, length, info))
    keep_those_behind (layer, info->header.seq, now_us);
  if (layer->n_fresh == PARLOR_LAYER_MAX_FRESH)
    parlor_layer_fan_out (layer, now_us);
  layer->fresh[layer->n_fresh++] = info->header.seq;
  parlor_router_mark_layer (layer->source->router, layer);
  return TRUE;
}

static void
tap (ParlorLayer *layer, const guint8 *packet, gsize length, gint64 arrival_us, gint64 now_us)
{
  ParlorSource *source = layer->source;

  if (source->tap != NULL && parlor_source_choose_layer (source, 0, now_us) == layer)
    source->tap (source->tap_data, packet, length, arrival_us);
}

/* A stream whose packets carry dependency descriptors goes by them alone from then on. */
static void
read_descriptor (ParlorLayer *layer, const guint8 *packet, gsize length, ParlorPacketInfo *info,
                 gint64 now_us)
{
  guint size;

  if (layer->layered == NULL)
    {
      if (parlor_rtp_ext_find (packet, &info->extensions, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, &size)
          == NULL)
        return;
      layer->layered = parlor_layered_new (layer->info_mask + 1);
      parlor_gop_clear (layer->gop);
    }
  /* It may bring another structure: what waits is read by the one before. */
  if (info->frame.key_frame)
    parlor_layer_fan_out (layer, now_us);
  if (!parlor_layered_read (layer->layered, packet, length + OVERHEAD_BYTES, info)
      && info->header.payload_size > 0)
    parlor_layer_want_key_frame (layer, PARLOR_LAYER_PLI_PATIENT_US, PARLOR_KEY_LAYER);
}

void
parlor_layer_receive (ParlorLayer *layer, guint8 *packet, gsize length, ParlorRtpHeader *header,
                      gboolean repaired, gint64 arrival_us, gint64 now_us)
{
  ParlorSource *source = layer->source;
  ParlorPacketInfo info = {.arrival_us = arrival_us};
  guint32 number = layer->number;
  gboolean is_rtx;
  guint8 pt = header->pt;
  gint codec = parlor_source_find_codec (source, pt, &is_rtx);
  ParlorCodec name;

  if (codec >= 0 && source->config.codecs[codec].red_pt == pt)
    {
      if (!unwrap_red (layer, packet, &length, header, &pt, arrival_us, now_us))
        {
          drop (layer, PARLOR_DROP_MALFORMED);
          return;
        }
      header->pt = pt;
      codec = parlor_source_find_codec (source, pt, &is_rtx);
    }
  if (codec < 0 || is_rtx)
    {
      drop (layer, PARLOR_DROP_UNKNOWN_PT);
      return;
    }
  name = parlor_codec_key_codec (source->config.codecs[codec].key);
  if (layer->history == NULL)
    begin_layer (layer, name, now_us);
  if (!is_new (layer, header, repaired, arrival_us))
    return;
  note_arrival (layer, source->config.codecs[codec].key, now_us);
  if (!source->open)
    {
      drop (layer, PARLOR_DROP_MUTED);
      return;
    }
  info.header = *header;
  info.codec = (guint8)codec;
  parlor_rtp_ext_parse (packet, header, source->extensions, &info.extensions);
  parlor_codec_inspect (name, packet + header->payload_offset, header->payload_size, header->marker,
                        &info.frame);
  if (!info.frame.valid && header->payload_size > 0)
    drop (layer, PARLOR_DROP_MALFORMED);
  if (name == PARLOR_CODEC_AV1 || name == PARLOR_CODEC_VP9)
    read_descriptor (layer, packet, length, &info, now_us);
  else /* it names frames of one stream: over switches to others it would lie */
    info.extensions.found[PARLOR_EXT_DEPENDENCY_DESCRIPTOR] = 0;
  if (info.frame.key_frame && !source->config.audio)
    {
      layer->pli_due_us = PARLOR_NEVER_US;
      source->key_wanted = FALSE;
      parlor_nack_key_frame (layer->nack, header->seq);
      learn_height (layer, name, packet + header->payload_offset, header->payload_size, now_us);
    }
  info.withheld = name == PARLOR_CODEC_H264 && parlor_layer_withholds (layer, &info, now_us);
  if (!info.withheld)
    note_rate (layer, &info, length);
  hear (layer, packet, &info, now_us);
  if (source->relays != NULL && source->relays->active != 0)
    parlor_relay_packet (layer, packet, length, repaired, layer->number != number, arrival_us);
  if (keep (layer, packet, length, &info, now_us))
    tap (layer, packet, length, arrival_us, now_us);
}

/* --- giving ---------------------------------------------------------------------------------- */

/* A slot, its receiver, the end of the receiver's queue: each names the next. */
static void
warm_slot (const GPtrArray *slots, guint i)
{
  if (i < slots->len)
    parlor_warm (g_ptr_array_index (slots, i), G_STRUCT_OFFSET (ParlorSlot, raised_us));
}

static void
warm_transport (const GPtrArray *slots, guint i)
{
  if (i < slots->len)
    parlor_warm (((ParlorSlot *)g_ptr_array_index (slots, i))->transport,
                 G_STRUCT_OFFSET (ParlorTransport, srtp_in));
}

static void
warm_lane (const GPtrArray *slots, guint i)
{
  const ParlorSlot *slot = i < slots->len ? g_ptr_array_index (slots, i) : NULL;
  const ParlorSendLane *lane;

  if (slot == NULL)
    return;
  lane = &slot->transport->lanes[slot->config.audio ? PARLOR_LANE_SOUND : PARLOR_LANE_PICTURES];
  if (lane->size > 0)
    parlor_warm (parlor_send_lane_at (lane, lane->tail), sizeof *lane->items);
}

static void
warm_ahead (const GPtrArray *slots, guint i)
{
  warm_slot (slots, i + 9);
  warm_transport (slots, i + 6);
  warm_lane (slots, i + 3);
}

/* The first have nobody before them: a small room has no others. */
static void
warm_first (const GPtrArray *slots)
{
  for (guint i = 0; i < 9; i++)
    warm_slot (slots, i);
  for (guint i = 0; i < 6; i++)
    warm_transport (slots, i);
  for (guint i = 0; i < 3; i++)
    warm_lane (slots, i);
}

void
parlor_layer_fan_out (ParlorLayer *layer, gint64 now_us)
{
  GPtrArray *slots = layer->source->slots;

  warm_first (slots);
  for (guint i = 0; i < slots->len; i++)
    {
      ParlorSlot *slot = g_ptr_array_index (slots, i);

      warm_ahead (slots, i);
      if (slot->layer != layer && slot->target != layer)
        continue;
      for (guint j = 0; j < layer->n_fresh; j++)
        parlor_slot_forward (slot, layer, &layer->infos[layer->fresh[j] & layer->info_mask],
                             now_us);
    }
  layer->n_fresh = 0;
}

static guint32
average (guint32 before, guint64 now, guint share)
{
  if (before == 0)
    return (guint32)MIN (now, G_MAXUINT32);
  return (guint32)MIN (((guint64)before * (share - 1) + now) / share, G_MAXUINT32);
}

static void
measure (ParlorLayer *layer, gint64 span_us)
{
  guint64 bytes = 0, frames = 0;

  for (guint t = 0; t < PARLOR_LAYER_MAX_TEMPORAL; t++)
    bytes += layer->tick_bytes[t];
  if (bytes == 0) /* switched off, or a screen that stands still: it will come at its old rate */
    return;
  bytes = 0;
  for (guint t = 0; t < PARLOR_LAYER_MAX_TEMPORAL; t++)
    {
      bytes += layer->tick_bytes[t];
      frames += layer->tick_frames[t];
      layer->tick_bytes[t] = layer->tick_frames[t] = 0;
      layer->temporal_mfps[t] = average (layer->temporal_mfps[t],
                                         frames * 1000 * PARLOR_US_PER_SEC / (guint64)span_us,
                                         FRAMES_SHARE);
      layer->temporal_bps[t] = average (
          layer->temporal_bps[t], bytes * 8 * PARLOR_US_PER_SEC / (guint64)span_us, RATE_SHARE);
    }
  layer->bps = layer->temporal_bps[PARLOR_LAYER_MAX_TEMPORAL - 1];
}

static void
measure_layers (ParlorSource *self, gint64 now_us)
{
  gint64 span_us = now_us - self->measured_us;

  self->measured_us = now_us;
  if (span_us <= 0 || span_us > 2 * PARLOR_US_PER_SEC)
    return;
  for (guint i = 0; i < self->n_layers; i++)
    {
      if (parlor_layer_arrives (&self->layers[i], now_us))
        measure (&self->layers[i], span_us);
      if (self->layers[i].layered != NULL)
        parlor_layered_tick (self->layers[i].layered, span_us);
    }
  for (guint i = 0; !self->config.audio && i < self->slots->len; i++)
    parlor_allocation_mark (((ParlorSlot *)g_ptr_array_index (self->slots, i))->transport);
}

/* --- who watches ----------------------------------------------------------------------------- */

static guint8
bit_of (const ParlorLayer *layer)
{
  return (guint8)(1u << layer->index);
}

/* What the slots here are sent, or are to be. */
static guint8
find_shown (const ParlorSource *self)
{
  guint8 shown = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      const ParlorSlot *slot = g_ptr_array_index (self->slots, i);

      if (slot->target != NULL)
        shown |= bit_of (slot->target);
      if (slot->layer != NULL)
        shown |= bit_of (slot->layer);
    }
  return shown;
}

/* The smallest stays on: newcomers begin with it, and it shows that the camera is there. So does
   one that does not come though it may: its publisher has not the path or the processor for it, and
   whoever switches it off would not see it come back. */
static guint8
find_watched (const ParlorSource *self, gint64 now_us)
{
  const ParlorLayer *lowest = &self->layers[0];
  guint8 watched = 0;

  if (self->tap != NULL)
    return (guint8)((1u << self->n_layers) - 1);
  for (guint i = 0; i < self->n_layers; i++)
    {
      const ParlorLayer *layer = &self->layers[i];

      if (parlor_layer_height (layer) < parlor_layer_height (lowest))
        lowest = layer;
      if (!parlor_layer_arrives (layer, now_us))
        watched |= self->watched & bit_of (layer);
    }
  return watched | find_shown (self) | parlor_relay_watched (self) | bit_of (lowest);
}

static void
set_watched (ParlorLayer *layer, gboolean before, gboolean now, gint64 now_us)
{
  if (now && !before)
    layer->woken_us = now_us;
  if (now)
    return;
  layer->off = TRUE;
  layer->woken_us = 0;
}

static void
tell_watched (ParlorSource *self, guint8 watched, gint64 now_us)
{
  ParlorRouterEvent event = {
      .type = PARLOR_ROUTER_LAYERS, .transport = self->config.transport, .source = self->config.id};

  for (guint i = 0; i < self->n_layers; i++)
    {
      ParlorLayer *layer = &self->layers[i];
      guint8 bit = bit_of (layer);

      set_watched (layer, (self->watched & bit) != 0, (watched & bit) != 0, now_us);
      if ((watched & bit) != 0)
        g_strlcpy (event.rids[event.n_rids++], layer->rid, PARLOR_ROUTER_RID_SIZE);
    }
  self->watched = watched;
  self->unwatched_us = 0;
  parlor_relay_layers (self);
  parlor_router_tell (self->router, &event);
}

void
parlor_source_look_who_watches (ParlorSource *self, gint64 now_us)
{
  guint8 watched;

  if (self->n_layers < 2 || self->transport == NULL || self->layers[0].rid[0] == '\0')
    return;
  watched = find_watched (self, now_us);
  if ((watched & ~self->watched) != 0)
    tell_watched (self, watched | self->watched, now_us);
  else if (watched == self->watched)
    self->unwatched_us = 0;
  else if (self->unwatched_us == 0)
    self->unwatched_us = now_us;
  else if (now_us - self->unwatched_us >= UNWATCHED_US)
    tell_watched (self, watched, now_us);
}

void
parlor_source_tick (ParlorSource *self, gint64 now_us)
{
  gboolean active = FALSE;

  measure_layers (self, now_us);
  if (self->mirror != NULL)
    parlor_mirror_tick (self, find_shown (self), now_us);
  else
    parlor_source_look_who_watches (self, now_us);

  for (guint i = 0; i < self->n_layers; i++)
    active |= self->layers[i].last_arrival_us > 0
              && now_us - self->layers[i].last_arrival_us < PARLOR_SOURCE_IDLE_US;
  if (active || !self->active)
    return;
  self->active = FALSE;
  if (self->room != NULL)
    parlor_audio_room_silence (self->room, self);
  tell (self, &(ParlorRouterEvent){.type = PARLOR_ROUTER_SOURCE_IDLE,
                                   .transport = self->config.transport,
                                   .source = self->config.id});
}
