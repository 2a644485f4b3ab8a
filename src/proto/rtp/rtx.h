/* SPDX-License-Identifier: Apache-2.0 */
/* Retransmission packets (RFC 4588 section 4). Pure; worker thread.
 * An RTX packet is the original with its own pt, SSRC and sequence number, and the original
 * sequence number (OSN, 2 bytes) in front of the payload. Header extensions stay. Padding of the
 * original is not repeated. */
#pragma once
#include <glib.h>
#include "proto/rtp/header.h"

#define PARLOR_RTX_OVERHEAD 2

/* packet: a clear outgoing packet, header: its parse. out must not overlap it. Returns the size
 * written, 0 = room is less than header->payload_offset + 2 + header->payload_size. */
gsize parlor_rtx_encapsulate (guint8 *out, gsize room, const guint8 *packet,
                              const ParlorRtpHeader *header, guint8 rtx_pt, guint32 rtx_ssrc,
                              guint16 rtx_seq);

/* Turns a clear RTX packet back, in place: the header moves two bytes forward over the OSN. Returns
 * the original's first byte (packet + 2) and its size in *size (*size - 2, padding kept); NULL = no
 * OSN in it: a packet of padding, a probe. header is the parse of the RTX packet and is brought up
 * to date: its offsets count from the returned byte. */
guint8 *parlor_rtx_decapsulate (guint8 *packet, gsize *size, ParlorRtpHeader *header,
                                guint8 media_pt, guint32 media_ssrc);
