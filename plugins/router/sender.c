/* SPDX-License-Identifier: Apache-2.0 */
#include "router/sender.h"

#include "base/time.h"
#include "base/warm.h"
#include "router/internal.h"
#include "router/layered.h"
#include "router/redundancy.h"
#include "router/repair.h"
#include "router/resend.h"
#include "router/slot.h"
#include "router/source.h"

/* The header with all extensions, RTX's OSN 2, a rewritten VP8 descriptor 6. */
#define HEAD_BYTES (PARLOR_RTP_HEADER_MAX + 8)
/* RTP padding that may make two packets of a message equal: what libwebrtc's one-byte differences
   and a first packet's extensions need. More would be waste. */
#define MAX_EQUAL_PADDING 32
#define MAX_GROUP PARLOR_GSO_MAX_SEGMENTS
/* Packets of sound in one burst that are wrapped: three voices, and one that was late. */
#define MAX_WRAPPED 4
#define DD_NUMBER_AT 1
/* A packet of a probe: RTP counts its padding in one byte, and MAX_EQUAL_PADDING may come on top.
 */
#define PADDING_BYTES 220
/* IPv4 and UDP, which the path carries too. */
#define NETWORK_BYTES 28
/* While a queue is drained the rate is next to nothing, and not for long: what waits is not old by
   that. */
#define WAITING_LEAST_BPS (150 * 1000)
/* Receivers whose rest waits are served together, by one wake-up; what was late by this is made up
 * for in the next burst. */
#define PACE_GRID_US PARLOR_US_PER_MS
/* What each packet sent touches of an estimate. */
#define BWE_SENT_BYTES 192
/* A probe that could not be filled in this time says nothing any more. */
#define PROBE_LASTS_US (250 * PARLOR_US_PER_MS)

/* A message in the making: jobs point into heads and into histories. */
typedef struct
{
  guint n;
  ParlorSrtpJob jobs[MAX_GROUP];
  ParlorSendItem *items[MAX_GROUP]; /* NULL = padding */
  guint16 wire_bytes[MAX_GROUP];
  guint16 numbers[MAX_GROUP]; /* transport-wide */
  guint8 counted[MAX_GROUP];  /* there is one */
  guint8 heads[MAX_GROUP][HEAD_BYTES];
  ParlorHeadDescriptor dd; /* of the packet whose head is being written */
  guint n_wrapped;
  guint8 wrapped[MAX_WRAPPED][PARLOR_REDUNDANCY_BYTES];
} Assembly;

/* --- the queue ------------------------------------------------------------------------------- */

static ParlorLane
lane_of (const ParlorSendItem *item)
{
  if (item->retransmission)
    return PARLOR_LANE_REPEATS;
  return item->slot->config.audio ? PARLOR_LANE_SOUND : PARLOR_LANE_PICTURES;
}

gboolean
parlor_sender_push (ParlorTransport *self, const ParlorSendItem *item)
{
  if (!parlor_send_lane_push (&self->lanes[lane_of (item)], item))
    {
      self->router->counters.dropped[PARLOR_DROP_QUEUE]++;
      return FALSE;
    }
  parlor_router_mark_sending (self->router, self);
  return TRUE;
}

guint
parlor_sender_room (const ParlorTransport *self)
{
  return PARLOR_LANE_MAX - parlor_send_lane_length (&self->lanes[PARLOR_LANE_PICTURES]);
}

typedef struct
{
  const ParlorSlot *slot;
  const ParlorLayer *layer;
} Owner;

static gboolean
is_of (ParlorSendItem *item, gpointer user_data)
{
  const Owner *owner = user_data;

  return (owner->slot == NULL || item->slot == owner->slot)
         && (owner->layer == NULL || item->layer == owner->layer);
}

void
parlor_sender_purge (ParlorTransport *self, const ParlorSlot *slot, const ParlorLayer *layer)
{
  Owner owner = {slot, layer};

  for (guint i = 0; i < PARLOR_N_LANES; i++)
    parlor_send_lane_filter (&self->lanes[i], is_of, &owner);
}

gboolean
parlor_sender_replays (const ParlorTransport *self, const ParlorSlot *slot)
{
  const ParlorSendLane *lane = &self->lanes[PARLOR_LANE_PICTURES];

  for (guint i = lane->head; i != lane->tail; i++)
    {
      const ParlorSendItem *item = parlor_send_lane_at (lane, i);

      if (item->slot == slot && item->replay)
        return TRUE;
    }
  return FALSE;
}

void
parlor_sender_clear (ParlorTransport *self)
{
  for (guint i = 0; i < PARLOR_N_LANES; i++)
    parlor_send_lane_clear (&self->lanes[i]);
}

gint64
parlor_sender_waiting_us (const ParlorTransport *self)
{
  gsize bytes = self->lanes[PARLOR_LANE_PICTURES].bytes;

  return (gint64)bytes * 8 * PARLOR_US_PER_SEC / MAX (self->pace_bps, WAITING_LEAST_BPS);
}

static gboolean
began_to_leave (const ParlorSendItem *item, const ParlorPacketInfo *info)
{
  return info != NULL && !item->begins && item->slot->packets > 0
         && info->header.timestamp == item->slot->last_source;
}

typedef struct
{
  gint64 now_us;
  gboolean all;
  guint64 spared; /* slots by index: what waits begins with a key frame from here on */
} Stale;

/* TRUE: of a key frame that nothing newer stands in for. */
static gboolean
is_spared (Stale *stale, const ParlorSendItem *item, const ParlorPacketInfo *info)
{
  ParlorSlot *slot = item->slot;
  guint64 bit = G_GUINT64_CONSTANT (1) << slot->config.index;

  if (item->begins && slot->begin_seq == item->source_seq && info != NULL)
    {
      stale->spared |= bit;
      slot->begin_rtp = info->header.timestamp;
    }
  if ((stale->spared & bit) == 0)
    return FALSE;
  return !stale->all || (info != NULL && info->header.timestamp == slot->begin_rtp);
}

static gboolean
is_stale (Stale *stale, const ParlorSendItem *item)
{
  const ParlorPacketInfo *info;
  const guint8 *packet = parlor_layer_find (item->layer, item->source_seq, stale->now_us, &info);

  info = packet != NULL ? info : NULL;
  return !is_spared (stale, item, info) && !began_to_leave (item, info) && !item->left_out;
}

/* It stays in its place, so that what is left out is told to the slot's numbers in order. */
static void
leave_out (ParlorTransport *self, ParlorSendItem *item)
{
  self->lanes[PARLOR_LANE_PICTURES].bytes -= item->bytes;
  item->bytes = 0;
  item->left_out = TRUE;
  self->router->counters.dropped[PARLOR_DROP_STALE]++;
}

/* Slots by index in whose queue something begins with a key frame. */
static guint64
find_begins (ParlorSendLane *lane)
{
  guint64 begins = 0;

  for (guint i = lane->head; i != lane->tail; i++)
    {
      const ParlorSendItem *item = parlor_send_lane_at (lane, i);

      if (!item->begins)
        continue;
      begins |= G_GUINT64_CONSTANT (1) << item->slot->config.index;
      item->slot->begin_seq = item->source_seq;
    }
  return begins;
}

void
parlor_sender_drop_stale (ParlorTransport *self, gboolean all, gint64 now_us)
{
  ParlorSendLane *lane = &self->lanes[PARLOR_LANE_PICTURES];
  Stale stale = {.now_us = now_us, .all = all};
  guint64 begins = find_begins (lane), cut = 0;

  for (guint i = lane->head; i != lane->tail; i++)
    {
      ParlorSendItem *item = parlor_send_lane_at (lane, i);
      guint64 bit = G_GUINT64_CONSTANT (1) << item->slot->config.index;

      if (!is_stale (&stale, item))
        continue;
      leave_out (self, item);
      /* Its bytes are gone, and nothing else begins. */
      if (item->begins && item->source_seq == item->slot->begin_seq)
        begins &= ~bit;
      /* What begins behind it does not miss it. */
      if ((stale.spared & bit) != 0 || (begins & bit) == 0)
        cut |= bit;
    }
  for (guint i = 0; i < self->n_slots; i++)
    if ((cut >> i) & 1)
      parlor_slot_begin_anew (self->slots[i]);
}

/* --- one packet's head --------------------------------------------------------------------- */

/* The numbers of VP8's descriptor that go on over switches stand in its first bytes: these are
   copied and rewritten, the rest of the payload is the publisher's own. Returns how many bytes were
   copied. */
static guint
write_picture (guint8 *out, const guint8 *payload, const ParlorFrameInfo *frame,
               const ParlorSendItem *item)
{
  guint n = 0;

  if (frame->picture_id_bits > 0)
    n = frame->picture_id_offset + (frame->picture_id_bits == 15 ? 2u : 1u);
  n = MAX (n, frame->tl0_offset > 0 ? frame->tl0_offset + 1u : 0);
  n = MAX (n, frame->key_idx_offset > 0 ? frame->key_idx_offset + 1u : 0);
  memcpy (out, payload, n);
  if (frame->picture_id_bits == 15)
    parlor_put_u16 (out + frame->picture_id_offset, item->picture_id | 0x8000);
  else if (frame->picture_id_bits == 7)
    out[frame->picture_id_offset] = item->picture_id & 0x7f;
  if (frame->tl0_offset > 0)
    out[frame->tl0_offset] = item->tl0_pic_idx;
  if (frame->key_idx_offset > 0)
    out[frame->key_idx_offset] = (guint8)((out[frame->key_idx_offset] & 0xe0)
                                          | (item->key_idx & 0x1f));
  return n;
}

/* Header and extensions as this receiver has them. Returns their size. */
static guint
write_header (ParlorTransport *self, Assembly *assembly, const ParlorSlot *slot,
              const ParlorLayer *layer, const guint8 *packet, const ParlorPacketInfo *info,
              gint64 now_us)
{
  guint8 *head = assembly->heads[assembly->n];
  ParlorRtpExtLayout layout;

  if (!parlor_heads_write (&self->router->heads, &slot->shape, layer, packet, info, &assembly->dd,
                           head, &layout))
    return 0;
  parlor_rtp_ext_patch_abs_send_time (head, layout.abs_send_time_offset,
                                      parlor_abs_send_time_from_us (now_us));
  assembly->counted[assembly->n] = layout.twcc_offset > 0;
  if (layout.twcc_offset > 0)
    {
      assembly->numbers[assembly->n] = self->twcc_seq++;
      parlor_rtp_ext_patch_twcc (head, layout.twcc_offset, assembly->numbers[assembly->n]);
    }
  return layout.header_size;
}

static void
finish_head (guint8 *head, guint8 pt, gboolean marker, guint64 index, guint32 timestamp,
             guint32 ssrc)
{
  parlor_rtp_set_pt (head, pt);
  parlor_rtp_set_marker (head, marker);
  parlor_rtp_set_seq (head, (guint16)index);
  parlor_rtp_set_timestamp (head, timestamp);
  parlor_rtp_set_ssrc (head, ssrc);
}

/* Head and payload become a job. */
static void
add_job (ParlorTransport *self, Assembly *assembly, ParlorSendItem *item, guint header_length,
         guint head_length, const guint8 *payload, guint payload_length, guint64 index)
{
  ParlorSrtpJob *job = &assembly->jobs[assembly->n];

  job->out = self->srtp_out;
  job->head = assembly->heads[assembly->n];
  job->header_length = (guint16)header_length;
  job->head_length = (guint16)head_length;
  job->payload = payload;
  job->payload_length = (guint16)payload_length;
  job->padding = 0;
  job->index = index;
  assembly->items[assembly->n] = item;
  assembly->wire_bytes[assembly->n] = (guint16)(head_length + payload_length + self->overhead);
  assembly->n++;
}

/* The payload of a packet of sound with the frames before it; NULL = it goes as it is. */
static const guint8 *
wrap_sound (Assembly *assembly, const ParlorSendItem *item, const guint8 *packet,
            const ParlorPacketInfo *info, guint8 *pt, gsize *size, gint64 now_us)
{
  guint8 *out = assembly->wrapped[assembly->n_wrapped];

  if (!item->slot->config.audio || assembly->n_wrapped == MAX_WRAPPED)
    return NULL;
  *size = parlor_redundancy_wrap (item->slot, item, packet, info, out, pt, now_us);
  if (*size == 0)
    return NULL;
  assembly->n_wrapped++;
  item->slot->transport->router->counters.redundant_pkts++;
  return out;
}

/* The packet's descriptor for this receiver: frames are numbered as he has them, and he is told
 * which targets still come. Returns its size. */
static guint8
write_descriptor (Assembly *assembly, const ParlorSendItem *item, const guint8 *packet,
                  const ParlorPacketInfo *info)
{
  const ParlorLayered *layered = item->layer->layered;
  ParlorDd room;
  const ParlorDd *dd = layered != NULL ? parlor_layered_look (layered, packet, info, &room) : NULL;
  guint size;
  const guint8 *data = parlor_rtp_ext_find (packet, &info->extensions,
                                            PARLOR_EXT_DEPENDENCY_DESCRIPTOR, &size);

  if (dd == NULL || data == NULL)
    return 0;
  if (item->tells)
    size = (guint)parlor_dd_write (assembly->dd.bytes, sizeof assembly->dd.bytes, data, dd,
                                   parlor_layered_structure (layered)->n_targets,
                                   item->active_targets);
  else
    memcpy (assembly->dd.bytes, data, size);
  if (size > DD_NUMBER_AT + 1)
    parlor_put_u16 (assembly->dd.bytes + DD_NUMBER_AT, item->frame_number);
  return (guint8)size;
}

/* Gives the packet its numbers and fills job and head from what the history still has. FALSE:
 * nothing is sent for it. */
static gboolean
assemble (ParlorTransport *self, Assembly *assembly, ParlorSendItem *item, gint64 now_us)
{
  const ParlorPacketInfo *info;
  const ParlorSlotConfig *config = &item->slot->config;
  guint8 *head = assembly->heads[assembly->n];
  const guint8 *packet = parlor_layer_find (item->layer, item->source_seq, now_us, &info);
  guint8 pt = item->retransmission ? item->slot->codec_rtx_pts[item->codec]
                                   : item->slot->codec_pts[item->codec];
  guint n, header_length, copied;
  const guint8 *wrapped;
  gsize size;

  if (!item->retransmission && !parlor_slot_number (item->slot, item, packet != NULL ? info : NULL))
    return FALSE;
  if (packet == NULL || pt == PARLOR_ROUTER_NO_PT)
    return FALSE;
  wrapped = wrap_sound (assembly, item, packet, info, &pt, &size, now_us);
  assembly->dd.size = item->layered ? write_descriptor (assembly, item, packet, info) : 0;
  n = header_length = write_header (self, assembly, item->slot, item->layer, packet, info, now_us);
  if (n == 0)
    return FALSE;
  finish_head (head, pt, item->marker, item->index, item->timestamp,
               item->retransmission ? config->rtx_ssrc : config->ssrc);
  if (item->retransmission)
    {
      parlor_put_u16 (head + n, item->original_seq);
      n += 2;
    }
  if (wrapped != NULL)
    {
      add_job (self, assembly, item, n, n, wrapped, (guint)size, item->index);
      return TRUE;
    }
  copied = write_picture (head + n, packet + info->header.payload_offset, &info->frame, item);
  add_job (self, assembly, item, header_length, n + copied,
           packet + info->header.payload_offset + copied, info->header.payload_size - copied,
           item->index);
  return TRUE;
}

/* RFC 4588 allows no payload without a number that it repeats, but a packet of nothing but padding
   is not one: receivers count it and throw it away. */
static gboolean
assemble_padding (ParlorTransport *self, Assembly *assembly, gint64 now_us)
{
  static const ParlorPacketInfo bare = {.header.payload_offset = PARLOR_RTP_FIXED_SIZE};
  ParlorSlot *slot = self->probe.padding;
  guint8 *head = assembly->heads[assembly->n];
  guint8 fixed[PARLOR_RTP_FIXED_SIZE] = {0x80};
  guint n;

  assembly->dd.size = 0;
  n = write_header (self, assembly, slot, NULL, fixed, &bare, now_us);

  if (n == 0)
    return FALSE;
  finish_head (head, self->probe.padding_pt, FALSE, slot->rtx_index, slot->last_rtp,
               slot->config.rtx_ssrc);
  head[0] |= 0x20;
  add_job (self, assembly, NULL, n, n, NULL, 0, slot->rtx_index++);
  assembly->jobs[assembly->n - 1].padding = PADDING_BYTES;
  assembly->wire_bytes[assembly->n - 1] += PADDING_BYTES;
  return TRUE;
}

/* --- messages -------------------------------------------------------------------------------- */

/* How many jobs from `first` on make one GSO message: all of one size after padding, the last may
 * be smaller. */
static guint
group_size (const Assembly *assembly, guint first, gboolean gso, guint16 *segment_bytes)
{
  guint16 largest = assembly->wire_bytes[first], smallest = largest;
  guint i = first + 1;

  for (; gso && i < assembly->n; i++)
    {
      guint16 size = assembly->wire_bytes[i];

      if (MAX (largest, size) - MIN (smallest, size) > MAX_EQUAL_PADDING
          || (i - first + 1) * (gsize)MAX (largest, size) > PARLOR_MESSAGE_MAX_BYTES)
        break;
      largest = MAX (largest, size);
      smallest = MIN (smallest, size);
    }
  *segment_bytes = largest;
  if (gso && i < assembly->n && assembly->wire_bytes[i] < largest
      && (i - first + 1) * (gsize)largest <= PARLOR_MESSAGE_MAX_BYTES)
    i++;
  return i - first;
}

static void
pad_to (ParlorSrtpJob *job, guint16 *wire_bytes, guint16 segment_bytes)
{
  guint16 padding = segment_bytes - *wire_bytes;

  if (padding == 0)
    return;
  job->padding = (guint8)(job->padding + padding);
  ((guint8 *)job->head)[0] |= 0x20;
  *wire_bytes = segment_bytes;
}

/* For NACKs: what this number was. */
static void
remember (ParlorSlot *slot, const ParlorSendItem *item, gint64 now_us)
{
  ParlorNackEntry *entry;

  if (slot->nack_map == NULL)
    return;
  entry = parlor_nack_map_put (slot->nack_map, (guint16)item->index,
                               (guint16)(now_us / PARLOR_US_PER_MS));
  entry->source = (guint16)item->layer->number;
  entry->timestamp = item->timestamp;
  entry->source_seq = item->source_seq;
  entry->picture_id = item->picture_id;
  entry->tl0_pic_idx = item->tl0_pic_idx;
  entry->key_idx = item->key_idx;
  entry->frame_number = item->frame_number;
  entry->flags = item->marker;
}

static void
tell_estimate (ParlorTransport *self, const Assembly *assembly, guint i, gint64 now_us)
{
  const ParlorSendItem *item = assembly->items[i];
  gsize bytes = assembly->wire_bytes[i] + NETWORK_BYTES;
  ParlorProbe *probe = &self->probe;

  if (self->bwe == NULL || !assembly->counted[i])
    return;
  parlor_bwe_on_sent (self->bwe, assembly->numbers[i], bytes,
                      item == NULL           ? PARLOR_BWE_SENT_PADDING
                      : item->retransmission ? PARLOR_BWE_SENT_RETRANSMISSION
                                             : PARLOR_BWE_SENT_MEDIA,
                      probe->cluster, now_us);
  if (item != NULL)
    parlor_repair_note (self, assembly->numbers[i], item->slot,
                        item->retransmission ? item->original_seq : (guint16)item->index,
                        item->retransmission);
  if (probe->cluster == 0)
    return;
  probe->bytes_left -= (guint32)MIN (probe->bytes_left, bytes);
  probe->pkts_left -= probe->pkts_left > 0;
  if (probe->bytes_left == 0 && probe->pkts_left == 0)
    probe->cluster = 0;
}

static void
count_media (ParlorTransport *self, const ParlorSendItem *item, const ParlorSrtpJob *job,
             gint64 now_us)
{
  ParlorSlot *slot = item->slot;

  self->router->counters.forwarded_pkts++;
  slot->packets++;
  self->media_bytes += job->dst_length;
  slot->octets += job->head_length - job->header_length + job->payload_length;
  slot->last_rtp = item->timestamp;
  slot->last_sent_us = now_us;
  remember (slot, item, now_us);
  if (slot->resend != NULL)
    parlor_resend_store (slot->resend, (guint16)job->index, job->dst, job->dst_length);
}

static void
count_sent (ParlorTransport *self, const Assembly *assembly, guint first, guint n, gint64 now_us)
{
  for (guint i = first; i < first + n; i++)
    {
      const ParlorSendItem *item = assembly->items[i];

      if (item == NULL)
        self->router->counters.probe_pkts++;
      else if (item->retransmission)
        self->router->counters.retransmitted_pkts++;
      else
        count_media (self, item, &assembly->jobs[i], now_us);
      tell_estimate (self, assembly, i, now_us);
    }
}

static void
send_group (ParlorTransport *self, Assembly *assembly, guint first, guint n, guint16 segment_bytes,
            gint64 now_us)
{
  ParlorRouter *router = self->router;
  guint8 *start = parlor_router_reserve (router, (gsize)n * segment_bytes);
  guint8 *dst = start;

  for (guint i = first; i < first + n; i++)
    {
      if (i + 1 < first + n || segment_bytes - assembly->wire_bytes[i] <= MAX_EQUAL_PADDING)
        pad_to (&assembly->jobs[i], &assembly->wire_bytes[i], segment_bytes);
      assembly->jobs[i].dst = dst;
      dst += assembly->wire_bytes[i];
    }
  if (parlor_srtp_protect (router->crypto, assembly->jobs + first, n) != n)
    {
      router->counters.dropped[PARLOR_DROP_MALFORMED] += n;
      return;
    }
  parlor_outbox_commit (&router->outbox, &self->tuple, (gsize)(dst - start), segment_bytes);
  self->bytes_out += (gsize)(dst - start);
  count_sent (self, assembly, first, n, now_us);
}

/* --- pacing ---------------------------------------------------------------------------------- */

static guint32
rate_bps (const ParlorTransport *self)
{
  return self->probe.cluster != 0 ? self->probe.bps : self->pace_bps;
}

static void
take_lane (ParlorTransport *self, Assembly *assembly, ParlorLane which, gsize limit, gsize *bytes,
           gint64 now_us)
{
  ParlorSendLane *lane = &self->lanes[which];

  while (parlor_send_lane_length (lane) > 0 && assembly->n < MAX_GROUP
         && (*bytes < limit || assembly->n < 2))
    if (assemble (self, assembly, parlor_send_lane_pop (lane), now_us))
      *bytes += assembly->wire_bytes[assembly->n - 1];
}

static gboolean
is_padding (const ParlorTransport *self)
{
  return self->probe.cluster != 0 && self->probe.padding != NULL;
}

static void
fill_probe (ParlorTransport *self, Assembly *assembly, gsize limit, gsize *bytes, gint64 now_us)
{
  gsize wanted = MIN (limit, *bytes + self->probe.bytes_left);

  while (assembly->n < MAX_GROUP && (*bytes < wanted || assembly->n < 2)
         && assemble_padding (self, assembly, now_us))
    *bytes += assembly->wire_bytes[assembly->n - 1];
}

/* What one burst may have. What the time before left over would go right behind it: it goes in the
 * same message, which is what a send costs. A probe is measured as it is. */
static gsize
burst_bytes (const ParlorTransport *self, gint64 now_us)
{
  gint64 span_us = PARLOR_SENDER_BURST_US;

  if (self->probe.cluster == 0)
    span_us += CLAMP (now_us - self->pace_us, 0, PARLOR_SENDER_BURST_US);
  return (gsize)((gint64)rate_bps (self) / 8 * span_us / PARLOR_US_PER_SEC);
}

/* A message is of one size but for its last packet. One packet of sound goes with the pictures as
 * that, instead of as a message of its own before them: later by what one burst takes at most. */
static gboolean
sound_may_end (const ParlorTransport *self, gint64 now_us)
{
  guint n_pictures = parlor_send_lane_length (&self->lanes[PARLOR_LANE_PICTURES]);

  return now_us >= self->pace_us && n_pictures > 0 && n_pictures < MAX_GROUP
         && parlor_send_lane_length (&self->lanes[PARLOR_LANE_SOUND]) == 1;
}

/* Takes packets off the queue: all sound, and of the rest as much as one burst may have. Returns
 * their bytes. */
static gsize
take_burst (ParlorTransport *self, Assembly *assembly, gint64 now_us)
{
  gsize limit = burst_bytes (self, now_us);
  gsize bytes = 0;

  gboolean sound_ends = sound_may_end (self, now_us);

  assembly->n = assembly->n_wrapped = 0;
  if (!sound_ends)
    take_lane (self, assembly, PARLOR_LANE_SOUND, G_MAXSIZE, &bytes, now_us);
  if (now_us < self->pace_us)
    return bytes;
  take_lane (self, assembly, PARLOR_LANE_REPEATS, limit, &bytes, now_us);
  take_lane (self, assembly, PARLOR_LANE_PICTURES, limit, &bytes, now_us);
  if (is_padding (self))
    fill_probe (self, assembly, limit, &bytes, now_us);
  if (sound_ends)
    take_lane (self, assembly, PARLOR_LANE_SOUND, G_MAXSIZE, &bytes, now_us);
  return bytes;
}

static gboolean
has_paced (const ParlorTransport *self)
{
  return parlor_send_lane_length (&self->lanes[PARLOR_LANE_REPEATS]) > 0
         || parlor_send_lane_length (&self->lanes[PARLOR_LANE_PICTURES]) > 0 || is_padding (self);
}

static gboolean
may_send (const ParlorTransport *self, gint64 now_us)
{
  return parlor_send_lane_length (&self->lanes[PARLOR_LANE_SOUND]) > 0
         || (now_us >= self->pace_us && has_paced (self));
}

static void
forget_all (ParlorTransport *self)
{
  for (guint i = 0; i < PARLOR_N_LANES; i++)
    {
      self->lanes[i].head = self->lanes[i].tail;
      self->lanes[i].bytes = 0;
    }
}

void
parlor_sender_warm (const ParlorTransport *self)
{
  parlor_warm (self->srtp_out, 128);
  parlor_warm (self->bwe, BWE_SENT_BYTES);
}

void
parlor_sender_warm_more (const ParlorTransport *self)
{
  if (self->srtp_out != NULL)
    parlor_srtp_out_warm (self->srtp_out);
  if (self->bwe != NULL)
    parlor_bwe_warm (self->bwe);
  for (guint i = 0; i < PARLOR_N_LANES; i++)
    {
      const ParlorSendLane *lane = &self->lanes[i];
      const ParlorSlot *slot = parlor_send_lane_length (lane) > 0
                                   ? parlor_send_lane_at (lane, lane->head)->slot
                                   : NULL;

      if (slot != NULL && slot->nack_map != NULL)
        parlor_nack_map_warm (slot->nack_map, (guint16)(slot->munger.last_out_seq + 1));
    }
}

void
parlor_sender_run (ParlorTransport *self, gint64 now_us)
{
  static const guint max_bursts = 64;
  Assembly assembly;

  if (!self->can_send || self->srtp_out == NULL)
    {
      forget_all (self);
      return;
    }
  if (self->probe.cluster != 0 && now_us >= self->probe.until_us)
    self->probe.cluster = 0;
  for (guint burst = 0; burst < max_bursts && may_send (self, now_us); burst++)
    {
      guint32 bps = rate_bps (self);
      gsize bytes = take_burst (self, &assembly, now_us);
      guint16 segment_bytes;

      for (guint first = 0, n; first < assembly.n; first += n)
        {
          n = group_size (&assembly, first, self->router->config.gso, &segment_bytes);
          send_group (self, &assembly, first, n, segment_bytes, now_us);
        }
      self->pace_us = MAX (self->pace_us, now_us - PARLOR_SENDER_BURST_US)
                      + (gint64)bytes * 8 * PARLOR_US_PER_SEC / MAX (bps, 1);
    }
  for (guint i = 0; i < PARLOR_N_LANES; i++)
    parlor_send_lane_shrink (&self->lanes[i]);
}

void
parlor_sender_probe (ParlorTransport *self, const ParlorBweProbe *probe, gint64 now_us)
{
  self->probe = (ParlorProbe){.cluster = probe->cluster,
                              .bps = probe->bps,
                              .bytes_left = probe->bytes,
                              .pkts_left = probe->packets,
                              .until_us = now_us + PROBE_LASTS_US};
  for (guint i = 0; i < self->n_slots && self->probe.padding == NULL; i++)
    {
      ParlorSlot *slot = self->slots[i];

      if (slot == NULL || slot->config.rtx_ssrc == 0 || !slot->config.transport_cc)
        continue;
      for (guint j = 0; j < slot->config.n_codecs; j++)
        if (slot->config.codecs[j].rtx_pt != PARLOR_ROUTER_NO_PT)
          {
            self->probe.padding = slot;
            self->probe.padding_pt = slot->config.codecs[j].rtx_pt;
            break;
          }
    }
  parlor_router_mark_sending (self->router, self);
}

gint64
parlor_sender_next_us (const ParlorTransport *self)
{
  if (!has_paced (self) || !self->can_send)
    return PARLOR_NEVER_US;
  if (self->probe.cluster != 0)
    return self->pace_us;
  return (self->pace_us + PACE_GRID_US - 1) / PACE_GRID_US * PACE_GRID_US;
}
