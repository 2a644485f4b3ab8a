/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* RFC 4571 section 2: packets in a byte stream, each behind its length in 16 bits, network order;
 * what ICE over TCP speaks (RFC 6544 section 3).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |             LENGTH            |  STUN, DTLS, RTP or RTCP packet …
 *
 * Pure; one thread at a time. Both directions hold a bounded number of bytes, whatever the other
 * side sends or does not read. */

/* No packet of ICE, DTLS or RTP is longer: what a peer sends fits an Ethernet frame. */
#define PARLOR_FRAME_MAX_BYTES 2048
#define PARLOR_FRAME_HEADER_BYTES 2

/* --- In ------------------------------------------------------------------------------------- */

typedef struct
{
  guint8 bytes[4 * PARLOR_FRAME_MAX_BYTES];
  gsize begin, end;
  gboolean broken; /* a length of 0 or beyond the limit: the stream means nothing any more */
} ParlorFrameReader;

void parlor_frame_reader_init (ParlorFrameReader *self);
/* Where the next bytes are to be written, and how many at most: never 0 after next () said FALSE
 * and the stream is not broken. */
guint8 *parlor_frame_reader_room (ParlorFrameReader *self, gsize *room);
/* So many were written there. */
void parlor_frame_reader_add (ParlorFrameReader *self, gsize n);
/* The next whole packet: 1 to PARLOR_FRAME_MAX_BYTES, valid until room () is called. FALSE: none is
 * whole, or the stream is broken. */
gboolean parlor_frame_reader_next (ParlorFrameReader *self, const guint8 **packet, gsize *length);

/* --- Out ------------------------------------------------------------------------------------ */

typedef struct _ParlorFrameQueue ParlorFrameQueue;

/* capacity: bytes that may wait, at least 8 × PARLOR_FRAME_MAX_BYTES. */
ParlorFrameQueue *parlor_frame_queue_new (gsize capacity);
void parlor_frame_queue_free (ParlorFrameQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorFrameQueue, parlor_frame_queue_free)

/* Copies a packet behind the others. Where there is no room the oldest that wait are dropped, whole
 * ones alone: what was begun is sent to its end. Returns how many were dropped; a packet of length
 * 0 or beyond PARLOR_FRAME_MAX_BYTES is one of them. */
guint parlor_frame_queue_push (ParlorFrameQueue *self, const guint8 *packet, gsize length);
/* The next bytes to be written; 0 = nothing waits. Borrowed until the next call. */
gsize parlor_frame_queue_peek (ParlorFrameQueue *self, const guint8 **bytes);
/* So many of them were; at most what peek () said. */
void parlor_frame_queue_sent (ParlorFrameQueue *self, gsize n);
/* All bytes that wait, headers included. */
gsize parlor_frame_queue_bytes (const ParlorFrameQueue *self);
