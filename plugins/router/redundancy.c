/* SPDX-License-Identifier: Apache-2.0 */
#include "router/redundancy.h"

#include "router/source.h"
#include <string.h>

/* What half a second of feedback weighs, in packets. */
#define LOSS_UNITS 100
/* More in one report is a new numbering, or a receiver that lies. */
#define MAX_REPORTED 10000
/* What a recovered packet may need: a header as the publisher's, a frame of RED. */
#define RECOVERED_BYTES (PARLOR_RTP_HEADER_MAX + PARLOR_RED_LENGTH_MAX)

/* --- to receivers ---------------------------------------------------------------------------- */

void
parlor_redundancy_match (ParlorSlot *slot)
{
  const ParlorSourceConfig *source = &slot->source->config;

  for (guint i = 0; i < source->n_codecs; i++)
    {
      slot->codec_red_pts[i] = PARLOR_ROUTER_NO_PT;
      for (guint j = 0; slot->config.audio && j < slot->config.n_codecs; j++)
        if (slot->config.codecs[j].pt == slot->codec_pts[i])
          slot->codec_red_pts[i] = slot->config.codecs[j].red_pt;
    }
}

/* Feedback tells of the path several times a second; Chromium's reports on sound come each 5 s, and
 * count what never came to us as lost too. */
static gboolean
is_told_by_feedback (const ParlorTransport *self)
{
  ParlorBweView view;

  if (self->bwe == NULL)
    return FALSE;
  parlor_bwe_view (self->bwe, &view);
  return view.feedbacks > 0;
}

void
parlor_redundancy_take_loss (ParlorTransport *self, const ParlorBweView *view, gint64 now_us)
{
  if (view->feedbacks > 0)
    parlor_red_choice_report (&self->red, (guint)(view->loss * LOSS_UNITS + 0.5F), LOSS_UNITS,
                              now_us);
}

void
parlor_redundancy_take_report (ParlorTransport *self, ParlorSlot *slot,
                               const ParlorRtcpReportBlock *block, gint64 now_us)
{
  guint32 sent = block->highest_seq - slot->reported_seq;

  if (slot->reported_us > 0 && sent > 0 && sent < MAX_REPORTED && !is_told_by_feedback (self))
    parlor_red_choice_report (&self->red, (guint)(sent * block->fraction_lost / 256.0 + 0.5), sent,
                              now_us);
  slot->reported_seq = block->highest_seq;
}

/* The packet `back` before this one, of the same codec and of the time that this slot has shown the
 * source: what was before is another voice's place in the receiver's time. */
static ParlorRedFrame
frame_before (const ParlorSlot *slot, const ParlorSendItem *item, guint16 back, gint64 now_us)
{
  const ParlorPacketInfo *info;
  const guint8 *packet = parlor_layer_find (item->layer, (guint16)(item->source_seq - back), now_us,
                                            &info);

  if (packet == NULL || info->codec != item->codec
      || parlor_seq32_diff (info->header.timestamp, slot->red_since) < 0)
    return (ParlorRedFrame){0};
  return (ParlorRedFrame){info->header.timestamp, info->header.payload_size,
                          packet + info->header.payload_offset};
}

gsize
parlor_redundancy_wrap (ParlorSlot *slot, const ParlorSendItem *item, const guint8 *packet,
                        const ParlorPacketInfo *info, guint8 *out, guint8 *pt, gint64 now_us)
{
  ParlorRedFrame frames[PARLOR_RED_DEPTH + 1];
  guint depth = parlor_red_choice_depth (&slot->transport->red);
  gsize size;

  if (item->begins || slot->red_layer != item->layer->number)
    {
      slot->red_layer = item->layer->number;
      slot->red_since = info->header.timestamp;
    }
  if (item->retransmission || depth == 0 || slot->codec_red_pts[item->codec] == PARLOR_ROUTER_NO_PT)
    return 0;
  for (guint i = 0; i < depth; i++)
    frames[i] = frame_before (slot, item, (guint16)(depth - i), now_us);
  frames[depth] = (ParlorRedFrame){info->header.timestamp, info->header.payload_size,
                                   packet + info->header.payload_offset};
  size = parlor_red_make (out, PARLOR_REDUNDANCY_BYTES, slot->codec_pts[item->codec], frames,
                          depth + 1);
  if (size > 0)
    *pt = slot->codec_red_pts[item->codec];
  return size;
}

/* --- from publishers ------------------------------------------------------------------------- */

/* The block `back` packets before this one. Its number is not in the packet, but its age is: blocks
 * follow each other at one distance unless the sender paused. */
static gboolean
is_at (const ParlorRed *red, guint back)
{
  guint step = red->blocks[red->count - 2].ts_offset;

  return back < red->count && red->blocks[red->count - 1 - back].ts_offset == step * back
         && red->blocks[red->count - 1 - back].size > 0;
}

static void
recover (ParlorLayer *layer, const guint8 *packet, const ParlorRtpHeader *header,
         const ParlorRed *red, guint back, gint64 arrival_us, gint64 now_us)
{
  guint8 copy[RECOVERED_BYTES];
  ParlorRtpHeader own = *header;
  guint at = red->count - 1 - back;
  gsize size = red->blocks[at].size;

  if (header->payload_offset + size > sizeof copy)
    return;
  memcpy (copy, packet, header->payload_offset);
  memcpy (copy + header->payload_offset, packet + header->payload_offset + red->blocks[at].offset,
          size);
  copy[0] &= (guint8)~0x20;
  own.pt = red->blocks[at].pt;
  own.seq = (guint16)(header->seq - back);
  own.timestamp = header->timestamp - red->blocks[at].ts_offset;
  own.marker = FALSE;
  own.payload_size = (guint16)size;
  own.padding_size = 0;
  parlor_rtp_set_pt (copy, own.pt);
  parlor_rtp_set_seq (copy, own.seq);
  parlor_rtp_set_timestamp (copy, own.timestamp);
  parlor_rtp_set_marker (copy, FALSE);
  layer->source->router->counters.recovered_pkts++;
  parlor_layer_receive (layer, copy, header->payload_offset + size, &own, TRUE, arrival_us, now_us);
}

void
parlor_redundancy_recover (ParlorLayer *layer, const guint8 *packet, const ParlorRtpHeader *header,
                           const ParlorRed *red, gint64 arrival_us, gint64 now_us)
{
  gint gap;

  if (layer->history == NULL || red->count < 2)
    return;
  gap = parlor_seq16_diff (header->seq, layer->stats.max_seq) - 1;
  for (guint back = (guint)CLAMP (gap, 0, red->count - 1); back > 0; back--)
    if (is_at (red, back))
      recover (layer, packet, header, red, back, arrival_us, now_us);
}
