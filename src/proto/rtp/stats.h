/* SPDX-License-Identifier: Apache-2.0 */
/* Receive statistics of one SSRC (RFC 3550 sections 6.4.1, A.1, A.3, A.8), for receiver reports.
 * Pure; worker thread. The struct is plain, to stand inside a source; its members are private. */
#pragma once
#include <glib.h>

typedef struct
{
  guint32 clock_hz;
  guint32 cycles; /* wraps of the sequence number, shifted by 16 */
  guint32 base_seq;
  guint32 bad_seq; /* the number that would confirm a restart; above 65535 = none */
  guint32 expected_prior;
  guint32 received_prior;
  guint32 received;
  guint16 max_seq;
  guint8 started;
  guint8 has_transit;
  guint32 transit; /* of the last packet, in clock units */
  guint32 last_timestamp;
  guint32 jitter_q4; /* jitter in clock units, times 16 */
  guint64 packets;
  guint64 bytes;
} ParlorRtpStats;

typedef enum
{
  PARLOR_RTP_STATS_FIRST = 0, /* the stream begins here */
  PARLOR_RTP_STATS_NEWER,     /* in order, or after a gap */
  PARLOR_RTP_STATS_LATE,      /* out of order or a duplicate: which of both is told by nack.h */
  PARLOR_RTP_STATS_JUMP,      /* far away, once: do not use the packet (RFC 3550 A.1) */
  PARLOR_RTP_STATS_RESTARTED, /* the packet after a jump confirms it: numbering began anew; treat as
                                 a switch */
} ParlorRtpStatsResult;

/* clock_hz > 0. */
void parlor_rtp_stats_init (ParlorRtpStats *self, guint32 clock_hz);
/* For each packet of the SSRC. repaired: it came by RTX: it counts as received but not for jitter.
 * bytes: payload. */
ParlorRtpStatsResult parlor_rtp_stats_push (ParlorRtpStats *self, guint16 seq, guint32 timestamp,
                                            gsize bytes, gboolean repaired, gint64 arrival_us);

typedef struct
{
  guint32 highest_seq;    /* extended: cycles in the upper 16 bits */
  gint32 cumulative_lost; /* clamped to 24 bits signed; negative with duplicates */
  guint32 jitter;         /* clock units */
  guint8 fraction_lost;   /* of 256, since the last report */
} ParlorRtpReport;

/* FALSE = nothing received yet. Begins a new interval for the fraction. */
gboolean parlor_rtp_stats_report (ParlorRtpStats *self, ParlorRtpReport *out);
