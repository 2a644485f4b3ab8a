/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/rtx.h"

gsize
parlor_rtx_encapsulate (guint8 *out, gsize room, const guint8 *packet,
                        const ParlorRtpHeader *header, guint8 rtx_pt, guint32 rtx_ssrc,
                        guint16 rtx_seq)
{
  gsize size = (gsize)header->payload_offset + PARLOR_RTX_OVERHEAD + header->payload_size;
  if (room < size)
    return 0;
  memcpy (out, packet, header->payload_offset);
  out[0] &= 0xdf; /* no padding */
  parlor_rtp_set_pt (out, rtx_pt);
  parlor_rtp_set_seq (out, rtx_seq);
  parlor_rtp_set_ssrc (out, rtx_ssrc);
  parlor_put_u16 (out + header->payload_offset, header->seq);
  memcpy (out + header->payload_offset + PARLOR_RTX_OVERHEAD, packet + header->payload_offset,
          header->payload_size);
  return size;
}

guint8 *
parlor_rtx_decapsulate (guint8 *packet, gsize *size, ParlorRtpHeader *header, guint8 media_pt,
                        guint32 media_ssrc)
{
  if (header->payload_size < PARLOR_RTX_OVERHEAD)
    return NULL;
  guint16 seq = parlor_get_u16 (packet + header->payload_offset);
  guint8 *original = packet + PARLOR_RTX_OVERHEAD;
  memmove (original, packet, header->payload_offset);
  parlor_rtp_set_pt (original, media_pt);
  parlor_rtp_set_seq (original, seq);
  parlor_rtp_set_ssrc (original, media_ssrc);
  header->pt = media_pt;
  header->seq = seq;
  header->ssrc = media_ssrc;
  header->payload_size = (guint16)(header->payload_size - PARLOR_RTX_OVERHEAD);
  *size -= PARLOR_RTX_OVERHEAD;
  return original;
}
