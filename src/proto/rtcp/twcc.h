/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "proto/rtcp/packet.h"

/* Transport-wide congestion control feedback, both sides.
 * draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1.
 *
 * The receiver remembers when each transport-wide sequence number arrived and reports at most every
 * PARLOR_TWCC_INTERVAL_US; the sender parses such reports. Pure: arrival times come in.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  FMT=15 |    PT=205     |           length              |
 * |                     SSRC of packet sender                     |
 * |                      SSRC of media source                     |
 * |      base sequence number     |      packet status count      |
 * |                 reference time                | fb pkt. count |
 * |          packet chunk         |  ...  recv delta  ...         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

/* Fast enough for an estimator with bursts of 5 ms, and 20 small packets a second. */
#define PARLOR_TWCC_INTERVAL_US (50 * 1000)
/* How many sequence numbers the receiver keeps; older arrivals are forgotten. */
#define PARLOR_TWCC_WINDOW 4096
/* The most packet statuses one feedback packet is read for: 2^16-1 can be announced in ten words of
 * run lengths, so this bounds work per remote byte. Our own packets stay below. */
#define PARLOR_TWCC_MAX_STATUSES 4096

/* --- Receiving media: writes feedback. Thread: worker. ------------------------------------- */

typedef struct _ParlorTwccReceiver ParlorTwccReceiver;

/* (transfer full) About 34 KiB. */
ParlorTwccReceiver *parlor_twcc_receiver_new (void);
/* NULL is fine. */
void parlor_twcc_receiver_free (ParlorTwccReceiver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTwccReceiver, parlor_twcc_receiver_free)

/* `arrival_us`: monotonic, the clock of poll's now_us, >= 0. Duplicates keep their first arrival. A
 * number that was already reported as lost is reported again, as received, when it is at most half
 * a window behind. A jump of more than a window begins anew. */
void parlor_twcc_receiver_push (ParlorTwccReceiver *self, guint16 seq, gint64 arrival_us);

/* Writes one or several whole feedback packets into `out` when the oldest unreported arrival has
 * waited for PARLOR_TWCC_INTERVAL_US, or earlier when a quarter of the window is waiting; a packet
 * stays below 1,100 bytes. Returns the bytes written; 0: nothing to say, or `size` too small for
 * the first. What did not fit is said by the next poll. */
gsize parlor_twcc_receiver_poll (ParlorTwccReceiver *self, gint64 now_us, guint32 sender_ssrc,
                                 guint32 media_ssrc, guint8 *out, gsize size);

/* When poll has something to say; G_MAXINT64: not before the next push. */
gint64 parlor_twcc_receiver_next_us (const ParlorTwccReceiver *self);
/* Numbers that the next poll would tell of, lost ones too; 0 = nothing to say. */
guint parlor_twcc_receiver_waiting (const ParlorTwccReceiver *self);

/* --- Sending media: reads feedback. -------------------------------------------------------- */

typedef struct
{
  guint16 seq;
  gboolean received;
  gint64 arrival_us; /* receiver's clock, from its reference time; 0 when not received */
} ParlorTwccStatus;

typedef struct
{
  guint32 sender_ssrc;
  guint32 media_ssrc;
  guint16 base_seq;
  guint16 n_statuses;
  guint8 feedback_count; /* one more in each packet, modulo 256: tells lost feedback */
  gint64 reference_us;   /* 24 bits of 64 ms, unsigned: wraps every 2^24 * 64 ms = 12.4 days */
} ParlorTwccFeedback;

/* 2^24 * 64 ms: the period of `reference_us`, to unwrap the receiver's clock. */
#define PARLOR_TWCC_REFERENCE_PERIOD_US (G_GINT64_CONSTANT (64000) << 24)

/* Reads `packet` (of kind PARLOR_RTCP_TWCC) into `statuses`, one for each sequence number from
 * base_seq on, in order. PARLOR_RTCP_ERROR_FORMAT: chunks or deltas run out, no status at all, or
 * more than `capacity` or PARLOR_TWCC_MAX_STATUSES of them; nothing in `statuses` counts then. */
ParlorRtcpReason parlor_twcc_parse (const ParlorRtcpPacket *packet, ParlorTwccFeedback *feedback,
                                    ParlorTwccStatus *statuses, guint capacity);
