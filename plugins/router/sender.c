/* SPDX-License-Identifier: Apache-2.0 */
#include "router/sender.h"

#include "base/time.h"
#include "router/internal.h"
#include "router/resend.h"

/* The header with all extensions, RTX's OSN 2, a rewritten VP8 descriptor 6. */
#define HEAD_BYTES (PARLOR_RTP_HEADER_MAX + 8)
/* RTP padding that may make two packets of a message equal: what libwebrtc's one-byte differences
   and a first packet's extensions need. More would be waste. */
#define MAX_EQUAL_PADDING 32
#define MAX_GROUP PARLOR_GSO_MAX_SEGMENTS

/* A message in the making: jobs point into heads and into histories. */
typedef struct
{
  guint n;
  ParlorSrtpJob jobs[MAX_GROUP];
  const ParlorSendItem *items[MAX_GROUP];
  guint16 wire_bytes[MAX_GROUP];
  guint8 heads[MAX_GROUP][HEAD_BYTES];
} Assembly;

/* --- the queue ------------------------------------------------------------------------------- */

static inline guint
queue_length (const ParlorTransport *self)
{
  return self->queue_tail - self->queue_head;
}

static inline ParlorSendItem *
queue_at (const ParlorTransport *self, guint position)
{
  return &self->queue[position & (self->queue_size - 1)];
}

static gboolean
grow_queue (ParlorTransport *self)
{
  guint size = self->queue_size * 2;
  ParlorSendItem *queue;

  if (size > PARLOR_SENDER_MAX_QUEUE)
    return FALSE;
  queue = g_new (ParlorSendItem, size);
  for (guint i = self->queue_head; i != self->queue_tail; i++)
    queue[i & (size - 1)] = *queue_at (self, i);
  g_free (self->queue);
  self->queue = queue;
  self->queue_size = size;
  return TRUE;
}

gboolean
parlor_sender_push (ParlorTransport *self, const ParlorSendItem *item)
{
  if (queue_length (self) == self->queue_size && !grow_queue (self))
    {
      self->router->counters.dropped[PARLOR_DROP_QUEUE]++;
      return FALSE;
    }
  if (item->retransmission)
    *queue_at (self, --self->queue_head) = *item;
  else
    *queue_at (self, self->queue_tail++) = *item;
  parlor_router_mark_sending (self->router, self);
  return TRUE;
}

void
parlor_sender_purge (ParlorTransport *self, const ParlorSlot *slot, const ParlorLayer *layer)
{
  guint kept = self->queue_head;

  for (guint i = self->queue_head; i != self->queue_tail; i++)
    {
      ParlorSendItem item = *queue_at (self, i);

      if ((slot == NULL || item.slot == slot) && (layer == NULL || item.layer == layer))
        continue;
      *queue_at (self, kept++) = item;
    }
  self->queue_tail = kept;
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
write_header (ParlorTransport *self, const ParlorSendItem *item, const guint8 *packet,
              const ParlorPacketInfo *info, guint8 pt, guint8 *head, gint64 now_us)
{
  const ParlorSlotConfig *config = &item->slot->config;
  ParlorRtpExtOut what = {.ids = self->extensions.id_of,
                          .mid = config->mid[0] != '\0' ? config->mid : NULL,
                          .mid_size = item->slot->mid_bytes};
  ParlorRtpExtLayout layout;
  ParlorRtpHeader bare = info->header;

  bare.csrc_count = 0; /* the sources of a mixer behind the publisher mean nothing here */
  if (!parlor_rtp_ext_write (head, HEAD_BYTES, packet, &bare, &info->extensions, &what, &layout))
    return 0;
  parlor_rtp_set_pt (head, pt);
  parlor_rtp_set_marker (head, item->marker);
  parlor_rtp_set_seq (head, (guint16)item->index);
  parlor_rtp_set_timestamp (head, item->timestamp);
  parlor_rtp_set_ssrc (head, item->retransmission ? config->rtx_ssrc : config->ssrc);
  parlor_rtp_ext_patch_abs_send_time (head, layout.abs_send_time_offset,
                                      parlor_abs_send_time_from_us (now_us));
  if (layout.twcc_offset > 0)
    parlor_rtp_ext_patch_twcc (head, layout.twcc_offset, self->twcc_seq++);
  return layout.header_size;
}

/* Fills job and head from what the history still has. FALSE: it is gone, or this receiver cannot
 * decode it. */
static gboolean
assemble (ParlorTransport *self, Assembly *assembly, const ParlorSendItem *item, gint64 now_us)
{
  const ParlorPacketInfo *info = &item->layer->infos[item->source_seq & item->layer->info_mask];
  ParlorSrtpJob *job = &assembly->jobs[assembly->n];
  guint8 *head = assembly->heads[assembly->n];
  gsize length;
  const guint8 *packet = parlor_history_find (item->layer->history, item->source_seq, now_us,
                                              &length);
  guint8 pt = item->retransmission ? item->slot->codec_rtx_pts[item->codec]
                                   : item->slot->codec_pts[item->codec];
  guint n, copied;

  if (packet == NULL || info->header.seq != item->source_seq || pt == PARLOR_ROUTER_NO_PT)
    return FALSE;
  n = write_header (self, item, packet, info, pt, head, now_us);
  if (n == 0)
    return FALSE;
  job->header_length = (guint16)n;
  if (item->retransmission)
    {
      parlor_put_u16 (head + n, item->original_seq);
      n += 2;
    }
  copied = write_picture (head + n, packet + info->header.payload_offset, &info->frame, item);
  n += copied;
  job->out = self->srtp_out;
  job->head = head;
  job->head_length = (guint16)n;
  job->payload = packet + info->header.payload_offset + copied;
  job->payload_length = (guint16)(info->header.payload_size - copied);
  job->padding = 0;
  job->index = item->index;
  assembly->items[assembly->n] = item;
  assembly->wire_bytes[assembly->n] = (guint16)(n + job->payload_length + self->overhead);
  assembly->n++;
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
  job->padding = (guint8)padding;
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
  entry = parlor_nack_map_put (slot->nack_map, (guint16)item->index);
  entry->source = item->layer->number;
  entry->timestamp = item->timestamp;
  entry->seq = (guint16)item->index;
  entry->source_seq = item->source_seq;
  entry->last_repeat_ms = (guint32)(now_us / PARLOR_US_PER_MS);
  entry->picture_id = item->picture_id;
  entry->tl0_pic_idx = item->tl0_pic_idx;
  entry->key_idx = item->key_idx;
  entry->flags = item->marker;
}

static void
count_sent (ParlorTransport *self, const Assembly *assembly, guint first, guint n, gint64 now_us)
{
  for (guint i = first; i < first + n; i++)
    {
      ParlorSlot *slot = assembly->items[i]->slot;
      const ParlorSrtpJob *job = &assembly->jobs[i];

      if (assembly->items[i]->retransmission)
        {
          self->router->counters.retransmitted_pkts++;
          continue;
        }
      self->router->counters.forwarded_pkts++;
      slot->packets++;
      slot->octets += job->head_length - job->header_length + job->payload_length;
      slot->last_rtp = assembly->items[i]->timestamp;
      slot->last_sent_us = now_us;
      remember (slot, assembly->items[i], now_us);
      if (slot->resend != NULL)
        parlor_resend_store (slot->resend, (guint16)job->index, job->dst, job->dst_length);
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

static gsize
burst_bytes (void)
{
  return (gsize)((gint64)PARLOR_SENDER_PACE_BPS / 8 * PARLOR_SENDER_BURST_US / PARLOR_US_PER_SEC);
}

/* Takes packets off the queue, as many as one burst may have. Returns their bytes. */
static gsize
take_burst (ParlorTransport *self, Assembly *assembly, gint64 now_us)
{
  gsize bytes = 0, limit = burst_bytes ();

  assembly->n = 0;
  while (queue_length (self) > 0 && assembly->n < MAX_GROUP && (bytes < limit || assembly->n < 2))
    {
      const ParlorSendItem *item = queue_at (self, self->queue_head++);

      if (assemble (self, assembly, item, now_us))
        bytes += assembly->wire_bytes[assembly->n - 1];
    }
  return bytes;
}

void
parlor_sender_run (ParlorTransport *self, gint64 now_us)
{
  static const guint max_bursts = 64;
  Assembly assembly;

  if (!self->can_send || self->srtp_out == NULL)
    {
      self->queue_head = self->queue_tail;
      return;
    }
  for (guint burst = 0; burst < max_bursts && queue_length (self) > 0 && now_us >= self->pace_us;
       burst++)
    {
      gsize bytes = take_burst (self, &assembly, now_us);
      guint16 segment_bytes;

      for (guint first = 0, n; first < assembly.n; first += n)
        {
          n = group_size (&assembly, first, self->router->config.gso, &segment_bytes);
          send_group (self, &assembly, first, n, segment_bytes, now_us);
        }
      self->pace_us = MAX (self->pace_us, now_us - PARLOR_SENDER_BURST_US)
                      + (gint64)bytes * 8 * PARLOR_US_PER_SEC / PARLOR_SENDER_PACE_BPS;
    }
}

gint64
parlor_sender_next_us (const ParlorTransport *self)
{
  return queue_length (self) > 0 && self->can_send ? self->pace_us : PARLOR_NEVER_US;
}
