/* SPDX-License-Identifier: Apache-2.0 */
#include "load/sender.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "load/sdp.h"
#include "proto/rtcp/packet.h"
#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"
#include "proto/rtp/rtx.h"

/* libwebrtc's limit on the payload of a packet, with room for its extensions. */
#define MAX_PAYLOAD_BYTES 1180
#define OPUS_BYTES 100
/* A key frame of a steady scene, beside the others. */
#define KEY_FRAME_TIMES 4
#define REPORT_INTERVAL_US PARLOR_US_PER_SEC

void
load_sender_init (LoadSender *self, guint32 audio_ssrc, const guint32 *ssrc, guint n_layers,
                  ParlorRng *rng)
{
  /* As web/src/media/config.ts shares 2350 kbit/s out. */
  static const LoadLayer three[LOAD_MAX_LAYERS] = {
      {.rid = 'q', .width = 320, .height = 180, .share = 0.064},
      {.rid = 'h', .width = 640, .height = 360, .share = 0.213},
      {.rid = 'f', .width = 1280, .height = 720, .share = 0.723},
  };
  static const LoadLayer one = {.width = 1280, .height = 720, .share = 1};

  self->audio_ssrc = audio_ssrc;
  self->level = 0x80 | LOAD_LEVEL_VOICE;
  self->n_layers = n_layers;
  self->timestamp_base = parlor_rng_u32 (rng);
  self->audio_index = parlor_rng_below (rng, 30000);
  for (guint i = 0; i < n_layers; i++)
    {
      self->layers[i] = n_layers == 1 ? one : three[i];
      self->layers[i].ssrc = ssrc[i];
      self->layers[i].index = parlor_rng_below (rng, 30000);
    }
}

void
load_sender_clear (LoadSender *self)
{
  for (guint i = 0; i < LOAD_MAX_LAYERS; i++)
    g_clear_pointer (&self->layers[i].repeats, load_repeats_free);
}

void
load_sender_offer_rtx (LoadSender *self, guint layer, guint32 rtx_ssrc)
{
  self->layers[layer].rtx_ssrc = rtx_ssrc;
  self->layers[layer].repeats = load_repeats_new ();
}

/* --- packets --------------------------------------------------------------------------------- */

static gsize
put_ext (guint8 *at, guint id, const void *bytes, guint length)
{
  at[0] = (guint8)(id << 4 | (length - 1));
  memcpy (at + 1, bytes, length);
  return length + 1;
}

/* RFC 8285 one-byte elements; ids as the offers of sdp.c have them. */
static gsize
write_extensions (LoadSender *self, guint8 *at, char mid, char rid, gint64 now_us)
{
  guint8 time[3], seq[2], level = self->level;
  gsize n = 4;

  parlor_put_u24 (time, parlor_abs_send_time_from_us (now_us));
  parlor_put_u16 (seq, self->transport_seq++);
  n += put_ext (at + n, LOAD_EXT_ABS_SEND_TIME, time, sizeof time);
  n += put_ext (at + n, LOAD_EXT_TRANSPORT_CC, seq, sizeof seq);
  n += put_ext (at + n, LOAD_EXT_LEVEL, &level, 1);
  if (mid != '\0')
    n += put_ext (at + n, LOAD_EXT_MID, &mid, 1);
  if (rid != '\0')
    n += put_ext (at + n, LOAD_EXT_RID, &rid, 1);
  while (n % 4 != 0)
    at[n++] = 0;
  parlor_put_u32 (at, 0xbede0000u | (guint32)(n / 4 - 1));
  return n;
}

static gsize
write_header (LoadSender *self, guint8 *packet, guint8 pt, gboolean marker, guint64 index,
              guint32 timestamp, guint32 ssrc)
{
  parlor_rtp_write_fixed (packet, pt, marker, (guint16)index, timestamp, ssrc);
  packet[0] |= 0x10;
  return 12;
}

/* Each packet says when it left itself: those before it of the same frame took this thread's time,
 * not the server's. */
static void
write_mark (const LoadSender *self, guint8 *out, guint64 counter)
{
  parlor_put_u64 (out, (guint64)self->number << LOAD_MARK_NUMBER_SHIFT | counter);
  parlor_put_u64 (out + 8, (guint64)g_get_monotonic_time ());
}

/* RFC 7741 section 4.3: the start code and size of a key frame. */
static void
write_key_frame_start (const LoadLayer *layer, guint8 *frame)
{
  const guint8 start[] = {0x10,
                          0,
                          0,
                          0x9d,
                          0x01,
                          0x2a,
                          (guint8)layer->width,
                          (guint8)(layer->width >> 8),
                          (guint8)layer->height,
                          (guint8)(layer->height >> 8)};

  memcpy (frame, start, sizeof start);
}

typedef struct
{
  gboolean key, first, last;
  guint temporal;
  gint64 now_us;
  const guint8 *bytes; /* nullable: made up */
} Part;

/* RFC 7741 section 4.2 with all fields: picture id of 15 bits, TL0PICIDX, TID and Y. */
static void
write_descriptor (const LoadLayer *layer, guint8 *payload, const Part *part)
{
  gboolean sync = part->temporal > 0; /* each refers to the base layer alone */

  payload[0] = (guint8)(0x80 | (part->first ? 0x10 : 0) | (part->temporal == 2 ? 0x20 : 0));
  payload[1] = 0xf0;
  parlor_put_u16 (payload + 2, (guint16)(0x8000 | (layer->picture & 0x7fff)));
  payload[4] = (guint8)layer->tl0;
  payload[5] = (guint8)(part->temporal << 6 | (sync ? 0x20 : 0));
}

static void
send_kept (LoadSender *self, LoadLayer *layer, const guint8 *packet, gsize length)
{
  if (layer->repeats != NULL)
    load_repeats_keep (layer->repeats, (guint16)layer->index, packet, length);
  self->sent += parlor_peer_send_rtp (self->peer, packet, length, layer->index++);
}

static void
send_video_packet (LoadSender *self, LoadLayer *layer, gsize payload_bytes, const Part *part)
{
  guint8 packet[LOAD_PACKET_MAX] = {0};
  guint32 timestamp = self->timestamp_base
                      + (guint32)parlor_us_to_rtp (part->now_us - self->began_us, 90000);
  gsize n = write_header (self, packet, LOAD_VIDEO_PT, part->last, layer->index, timestamp,
                          layer->ssrc);
  guint8 *payload;

  n += write_extensions (self, packet + n, self->video_mid, layer->rid, part->now_us);
  payload = packet + n;
  write_descriptor (layer, payload, part);
  if (part->bytes != NULL)
    memcpy (payload + LOAD_VP8_DESCRIPTOR_BYTES, part->bytes,
            payload_bytes - LOAD_VP8_DESCRIPTOR_BYTES - (part->last ? LOAD_MARK_BYTES : 0));
  else
    payload[LOAD_VP8_DESCRIPTOR_BYTES] = 0x11;
  if (part->bytes == NULL && part->key && part->first)
    write_key_frame_start (layer, payload + LOAD_VP8_DESCRIPTOR_BYTES);
  if (part->bytes == NULL)
    write_mark (self, payload + LOAD_VIDEO_MARK_AT, self->video_mark++);
  else if (part->last)
    write_mark (self, payload + payload_bytes - LOAD_MARK_BYTES, self->video_mark++);
  send_kept (self, layer, packet, n + payload_bytes);
}

/* Chromium's three temporal layers: of four frames the base has one and two fifths of the bits, the
   middle one has one and a fifth, the upper has two and two fifths. */
static guint
next_temporal (const LoadSender *self, const LoadLayer *layer, gsize *frame_bytes)
{
  static const guint order[] = {0, 2, 1, 2};
  guint temporal = self->n_layers > 1 ? order[layer->since_key % G_N_ELEMENTS (order)] : 0;

  if (self->n_layers > 1)
    *frame_bytes = *frame_bytes * (temporal == 0 ? 8 : 4) / 5;
  return temporal;
}

static void
send_layer (LoadSender *self, LoadLayer *layer, gsize frame_bytes, gint64 now_us)
{
  gboolean key = layer->key_wanted || layer->picture == 0;
  guint temporal;
  gsize n_packets, share, larger;

  layer->since_key = key ? 0 : layer->since_key + 1;
  temporal = next_temporal (self, layer, &frame_bytes);
  frame_bytes *= key ? KEY_FRAME_TIMES : 1;
  n_packets = MAX (1, (frame_bytes + MAX_PAYLOAD_BYTES - 1) / MAX_PAYLOAD_BYTES);
  share = frame_bytes / n_packets;
  larger = frame_bytes % n_packets;
  self->n_keys += key;
  layer->key_wanted = FALSE;
  layer->picture++;
  layer->tl0 += temporal == 0;
  for (gsize i = 0; i < n_packets; i++)
    {
      const Part part = {key, i == 0, i + 1 == n_packets, temporal, now_us, NULL};

      send_video_packet (self, layer, MAX (share + (i + larger >= n_packets ? 1 : 0), 64), &part);
    }
}

void
load_sender_video (LoadSender *self, gsize frame_bytes, gint64 now_us)
{
  if (self->began_us == 0)
    self->began_us = now_us;
  for (guint i = 0; i < self->n_layers; i++)
    if (!self->layers[i].off)
      send_layer (self, &self->layers[i], (gsize)(frame_bytes * self->layers[i].share), now_us);
}

/* Equal parts; the last one has the mark behind it. */
static void
send_frame (LoadSender *self, LoadLayer *layer, const LoadFrame *frame, gint64 now_us)
{
  const gsize room = MAX_PAYLOAD_BYTES - LOAD_VP8_DESCRIPTOR_BYTES - LOAD_MARK_BYTES;
  gsize n_packets = (frame->length + room - 1) / room, at = 0;

  for (gsize i = 0; i < n_packets; i++)
    {
      gsize end = frame->length * (i + 1) / n_packets;
      const Part part = {.key = frame->key,
                         .first = i == 0,
                         .last = i + 1 == n_packets,
                         .now_us = now_us,
                         .bytes = frame->bytes + at};

      send_video_packet (self, layer,
                         LOAD_VP8_DESCRIPTOR_BYTES + end - at + (part.last ? LOAD_MARK_BYTES : 0),
                         &part);
      at = end;
    }
}

void
load_sender_play (LoadSender *self, const LoadIvf *file, gint64 now_us)
{
  LoadLayer *layer = &self->layers[0];
  LoadFrame frame;

  if (self->began_us == 0)
    self->began_us = now_us;
  if (layer->key_wanted)
    layer->at = load_ivf_next_key (file, layer->at);
  frame = load_ivf_frame (file, layer->at++);
  layer->key_wanted = FALSE;
  layer->picture++;
  layer->tl0++;
  self->n_keys += frame.key;
  send_frame (self, layer, &frame, now_us);
}

/* RFC 8852 section 3.2: a repeat names its stream by another extension than the stream itself. */
static void
name_as_repeat (guint8 *packet, const ParlorRtpHeader *header)
{
  for (gsize at = 16; at < header->payload_offset; at += 2 + (packet[at] & 0x0f))
    if (packet[at] == 0)
      return;
    else if (packet[at] >> 4 == LOAD_EXT_RID)
      packet[at] = (guint8)(LOAD_EXT_REPAIRED_RID << 4 | (packet[at] & 0x0f));
}

static void
repeat_one (LoadSender *self, LoadLayer *layer, guint16 seq)
{
  guint8 out[LOAD_PACKET_MAX + PARLOR_RTX_OVERHEAD];
  ParlorRtpHeader header;
  gsize length;
  const guint8 *packet = load_repeats_find (layer->repeats, seq, &length);

  if (packet == NULL || parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return;
  length = parlor_rtx_encapsulate (out, sizeof out, packet, &header, LOAD_VIDEO_RTX_PT,
                                   layer->rtx_ssrc, (guint16)layer->rtx_index);
  if (length > 0)
    name_as_repeat (out, &header);
  if (length > 0)
    self->repeated += parlor_peer_send_rtp (self->peer, out, length, layer->rtx_index++);
}

void
load_sender_repeat (LoadSender *self, guint32 ssrc, const guint16 *seqs, guint n)
{
  for (guint i = 0; i < self->n_layers; i++)
    for (guint k = 0; k < n && self->layers[i].repeats != NULL && self->layers[i].ssrc == ssrc; k++)
      repeat_one (self, &self->layers[i], seqs[k]);
}

static gsize
write_made_up (LoadSender *self, guint8 *payload)
{
  payload[0] = 0xfc;
  write_mark (self, payload + LOAD_AUDIO_MARK_AT, self->audio_mark++);
  return OPUS_BYTES;
}

/* One frame of the same length a packet, with padding (sender.h). */
static gsize
write_padded (LoadSender *self, guint8 *payload, const LoadFrame *frame)
{
  payload[0] = frame->bytes[0] | 3;
  payload[1] = 0x41;
  payload[2] = LOAD_MARK_BYTES;
  memcpy (payload + 3, frame->bytes + 1, frame->length - 1);
  write_mark (self, payload + 2 + frame->length, self->audio_mark++);
  return 2 + frame->length + LOAD_MARK_BYTES;
}

void
load_sender_audio (LoadSender *self, const LoadIvf *file, gint64 now_us)
{
  guint8 packet[LOAD_PACKET_MAX] = {0};
  guint32 timestamp = self->timestamp_base + (guint32)(self->audio_index * 960);
  gsize n = write_header (self, packet, LOAD_AUDIO_PT, FALSE, self->audio_index, timestamp,
                          self->audio_ssrc);

  if (self->began_us == 0)
    self->began_us = now_us;
  n += write_extensions (self, packet + n, self->audio_mid, '\0', now_us);
  if (file != NULL)
    {
      LoadFrame frame = load_ivf_frame (file, self->audio_mark);

      n += write_padded (self, packet + n, &frame);
    }
  else
    {
      n += write_made_up (self, packet + n);
    }
  self->sent += parlor_peer_send_rtp (self->peer, packet, n, self->audio_index++);
}

void
load_sender_want_key_frame (LoadSender *self, guint32 ssrc)
{
  gboolean known = FALSE;

  for (guint i = 0; i < self->n_layers; i++)
    known |= self->layers[i].ssrc == ssrc;
  for (guint i = 0; i < self->n_layers; i++)
    self->layers[i].key_wanted |= !known || self->layers[i].ssrc == ssrc;
}

/* --- reports --------------------------------------------------------------------------------- */

static gsize
append_report (LoadSender *self, guint8 *at, gsize room, guint32 ssrc, guint clock_hz,
               gint64 now_us)
{
  ParlorRtcpSenderInfo info = {.ssrc = ssrc, .ntp = parlor_ntp_from_unix_us (now_us)};
  gsize n;

  info.rtp_timestamp = self->timestamp_base
                       + (guint32)parlor_us_to_rtp (now_us - self->began_us, clock_hz);
  n = parlor_rtcp_build_sr (at, room, &info, NULL, 0);
  return n + parlor_rtcp_build_sdes (at + n, room - n, ssrc, "load");
}

void
load_sender_poll (LoadSender *self, gint64 now_us)
{
  guint8 bytes[512];
  gsize n = 0;

  if (self->began_us == 0 || now_us < self->report_us)
    return;
  for (guint i = 0; i < self->n_layers; i++)
    n += append_report (self, bytes + n, sizeof bytes - n, self->layers[i].ssrc, 90000, now_us);
  if (self->n_layers == 0)
    n = append_report (self, bytes, sizeof bytes, self->audio_ssrc, 48000, now_us);
  parlor_peer_send_rtcp (self->peer, bytes, n);
  self->report_us = now_us + REPORT_INTERVAL_US;
}
