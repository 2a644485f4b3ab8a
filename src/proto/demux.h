/* SPDX-License-Identifier: Apache-2.0 */
/* What a datagram on the shared UDP port is, by its first bytes (RFC 7983 section 7, RFC 9443
 * section 3; RTP against RTCP by payload type, RFC 5761 section 4). Pure; worker thread. Nothing
 * but the first two bytes and the size is looked at: the answer says which parser may try, not that
 * the datagram is sound.
 *
 *    [0..3]   STUN         [16..19] ZRTP      [20..63] DTLS       [64..79]  TURN channel
 *    [80..127] QUIC        [128..191] RTP or RTCP                 the rest: reserved
 */
#pragma once
#include <glib.h>

typedef enum
{
  PARLOR_PACKET_UNKNOWN = 0, /* too short, ZRTP, QUIC, or a reserved first byte: drop and count */
  PARLOR_PACKET_STUN,
  PARLOR_PACKET_DTLS,
  PARLOR_PACKET_TURN_CHANNEL,
  PARLOR_PACKET_RTP,
  PARLOR_PACKET_RTCP,
} ParlorPacketKind;

/* Any size is allowed, also 0. Sizes below the smallest packet of the kind (STUN 20, DTLS 13, TURN
 * channel 4, RTP 12, RTCP 8 bytes) are PARLOR_PACKET_UNKNOWN. */
ParlorPacketKind parlor_demux (const guint8 *data, gsize size);
