/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/demux.h"

/* RFC 5761 section 4: RTCP packet types 192 to 223 are RTP payload types 64 to 95 with the marker
 * set. */
static ParlorPacketKind
rtp_or_rtcp (const guint8 *data, gsize size)
{
  if (size < 2)
    return PARLOR_PACKET_UNKNOWN;
  if (data[1] >= 192 && data[1] <= 223)
    return size >= 8 ? PARLOR_PACKET_RTCP : PARLOR_PACKET_UNKNOWN;
  return size >= 12 ? PARLOR_PACKET_RTP : PARLOR_PACKET_UNKNOWN;
}

ParlorPacketKind
parlor_demux (const guint8 *data, gsize size)
{
  if (size == 0)
    return PARLOR_PACKET_UNKNOWN;
  guint8 first = data[0];
  if (G_LIKELY (first >= 128 && first <= 191))
    return rtp_or_rtcp (data, size);
  if (first <= 3)
    return size >= 20 ? PARLOR_PACKET_STUN : PARLOR_PACKET_UNKNOWN;
  if (first >= 20 && first <= 63)
    return size >= 13 ? PARLOR_PACKET_DTLS : PARLOR_PACKET_UNKNOWN;
  if (first >= 64 && first <= 79)
    return size >= 4 ? PARLOR_PACKET_TURN_CHANNEL : PARLOR_PACKET_UNKNOWN;
  return PARLOR_PACKET_UNKNOWN;
}
