/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/header.h"

static ParlorRtpResult
parse_extension (const guint8 *packet, gsize size, gsize at, ParlorRtpHeader *out)
{
  out->has_ext = (packet[0] >> 4) & 1;
  out->ext_profile = out->ext_offset = out->ext_size = 0;
  if (out->has_ext)
    {
      if (size < at + 4)
        return PARLOR_RTP_BAD_EXTENSION;
      gsize ext_size = (gsize)parlor_get_u16 (packet + at + 2) * 4;
      if (size < at + 4 + ext_size)
        return PARLOR_RTP_BAD_EXTENSION;
      out->ext_profile = parlor_get_u16 (packet + at);
      out->ext_offset = (guint16)(at + 4);
      out->ext_size = (guint16)ext_size;
      at += 4 + ext_size;
    }
  out->payload_offset = (guint16)at;
  out->payload_size = (guint16)(size - at);
  return PARLOR_RTP_OK;
}

ParlorRtpResult
parlor_rtp_parse_protected (const guint8 *packet, gsize size, ParlorRtpHeader *out)
{
  if (size < PARLOR_RTP_FIXED_SIZE)
    return PARLOR_RTP_SHORT;
  if (size > PARLOR_RTP_PACKET_MAX)
    return PARLOR_RTP_LONG;
  if (packet[0] >> 6 != 2)
    return PARLOR_RTP_BAD_VERSION;
  out->marker = packet[1] >> 7;
  out->pt = packet[1] & 0x7f;
  out->seq = parlor_rtp_seq (packet);
  out->timestamp = parlor_rtp_timestamp (packet);
  out->ssrc = parlor_rtp_ssrc (packet);
  out->padding_size = 0;
  out->csrc_count = packet[0] & 0x0f;
  gsize at = PARLOR_RTP_FIXED_SIZE + 4u * out->csrc_count;
  if (size < at)
    return PARLOR_RTP_BAD_CSRC;
  return parse_extension (packet, size, at, out);
}

ParlorRtpResult
parlor_rtp_parse (const guint8 *packet, gsize size, ParlorRtpHeader *out)
{
  ParlorRtpResult result = parlor_rtp_parse_protected (packet, size, out);
  if (result != PARLOR_RTP_OK || !(packet[0] & 0x20))
    return result;
  guint8 padding = packet[size - 1];
  if (padding == 0 || padding > out->payload_size)
    return PARLOR_RTP_BAD_PADDING;
  out->padding_size = padding;
  out->payload_size = (guint16)(out->payload_size - padding);
  return PARLOR_RTP_OK;
}
