/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* RTCP: reading compound packets and writing single ones.
 *
 * RFC 3550 section 6 (SR, RR, SDES, BYE), RFC 4585 section 6 (generic NACK, PLI), RFC 5104 section
 * 4.3.1 (FIR), RFC 5506 (reduced-size: a datagram may hold any packets in any order), and
 * draft-alvestrand-rmcat-remb-03 (REMB). Transport-wide feedback is in rtcp/twcc.h.
 *
 * Thread: any; nothing here has state of its own. Remote bytes are data: a reader says why it
 * stopped, a parser returns FALSE for a packet that is not of its kind or is too short for it. All
 * integers in structs are in host order. Nothing allocates.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P| RC/FMT  |       PT      |      length in words - 1      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

#define PARLOR_RTCP_HEADER_BYTES 4
/* The most that one packet's counter field can announce (5 bits). */
#define PARLOR_RTCP_MAX_BLOCKS 31
/* Bounds that are ours: what one packet may hold before the rest of it is left aside. */
#define PARLOR_RTCP_MAX_NACK_SEQS 1024
#define PARLOR_RTCP_MAX_FIR_ENTRIES 32
#define PARLOR_RTCP_MAX_REMB_SSRCS 32
#define PARLOR_RTCP_MAX_CNAME_BYTES 255

typedef enum
{
  PARLOR_RTCP_PT_SR = 200,
  PARLOR_RTCP_PT_RR = 201,
  PARLOR_RTCP_PT_SDES = 202,
  PARLOR_RTCP_PT_BYE = 203,
  PARLOR_RTCP_PT_APP = 204,
  PARLOR_RTCP_PT_RTPFB = 205,
  PARLOR_RTCP_PT_PSFB = 206,
  PARLOR_RTCP_PT_XR = 207,
} ParlorRtcpPacketType;

/* FMT of RTPFB and PSFB packets (RFC 4585 sections 6.2 and 6.3). */
enum
{
  PARLOR_RTCP_FMT_NACK = 1,
  PARLOR_RTCP_FMT_TWCC = 15,
  PARLOR_RTCP_FMT_PLI = 1,
  PARLOR_RTCP_FMT_FIR = 4,
  PARLOR_RTCP_FMT_AFB = 15,
};

/* What a packet is, type and format together. Unknown kinds are to be skipped, not refused. */
typedef enum
{
  PARLOR_RTCP_UNKNOWN,
  PARLOR_RTCP_SR,
  PARLOR_RTCP_RR,
  PARLOR_RTCP_SDES,
  PARLOR_RTCP_BYE,
  PARLOR_RTCP_NACK,
  PARLOR_RTCP_TWCC,
  PARLOR_RTCP_PLI,
  PARLOR_RTCP_FIR,
  PARLOR_RTCP_REMB,
} ParlorRtcpKind;

/* Why a datagram was refused. Counted by the caller. */
typedef enum
{
  PARLOR_RTCP_OK,
  PARLOR_RTCP_ERROR_SHORT,   /* fewer than four bytes, or not whole words */
  PARLOR_RTCP_ERROR_VERSION, /* V is not 2 */
  PARLOR_RTCP_ERROR_TYPE,    /* PT outside 192..223 (RFC 5761 section 4) */
  PARLOR_RTCP_ERROR_LENGTH,  /* a length runs past the datagram */
  PARLOR_RTCP_ERROR_PADDING, /* padding before the last packet, or of an impossible size */
  PARLOR_RTCP_ERROR_FORMAT,  /* a packet's body contradicts its own counter or length */
} ParlorRtcpReason;

/* One packet of a compound packet. `body` is borrowed from the datagram: what follows the common
 * header, without padding. */
typedef struct
{
  ParlorRtcpKind kind;
  guint8 type;  /* PT as sent */
  guint8 count; /* RC, SC or FMT as sent, 0..31 */
  const guint8 *body;
  gsize body_size;
} ParlorRtcpPacket;

typedef struct
{
  const guint8 *data;
  gsize size;
  gsize offset;
} ParlorRtcpReader;

/* Checks the framing of the whole datagram and, when it is sound, sets `reader` before the first
 * packet. Otherwise returns the reason and `reader` yields nothing. `data` is borrowed for as long
 * as the reader and its packets are used. */
ParlorRtcpReason parlor_rtcp_reader_init (ParlorRtcpReader *reader, const guint8 *data, gsize size);

/* TRUE: `packet` is the next one. FALSE: no more. */
gboolean parlor_rtcp_reader_next (ParlorRtcpReader *reader, ParlorRtcpPacket *packet);

/* RFC 3550 section 6.4.1. */
typedef struct
{
  guint32 ssrc;           /* whose packets are reported on */
  guint8 fraction_lost;   /* of 256, since the last report */
  gint32 cumulative_lost; /* 24 bits, signed */
  guint32 highest_seq;    /* extended: cycles in the upper half */
  guint32 jitter;         /* in RTP clock units */
  guint32 last_sr;        /* middle 32 bits of the SR's NTP time; 0 = none received */
  guint32 delay_last_sr;  /* since then, in 1/65536 s */
} ParlorRtcpReportBlock;

typedef struct
{
  guint32 ssrc;
  guint64 ntp; /* 32.32 seconds since 1900; 0 = no wall clock */
  guint32 rtp_timestamp;
  guint32 packets;
  guint32 octets; /* payload only */
} ParlorRtcpSenderInfo;

typedef struct
{
  guint32 sender_ssrc;
  guint n_blocks;
  ParlorRtcpReportBlock blocks[PARLOR_RTCP_MAX_BLOCKS];
} ParlorRtcpReports;

/* `reports` (nullable) gets the SR's report blocks; an extension after them is left aside. */
gboolean parlor_rtcp_parse_sr (const ParlorRtcpPacket *packet, ParlorRtcpSenderInfo *info,
                               ParlorRtcpReports *reports);
gboolean parlor_rtcp_parse_rr (const ParlorRtcpPacket *packet, ParlorRtcpReports *reports);

/* The CNAME of `ssrc`'s chunk; with `ssrc` 0, of the first chunk that has one. `cname` is
 * NUL-terminated and holds `capacity` bytes at most; a name that is longer, empty, holds a NUL or
 * is not UTF-8 is refused. `found_ssrc` is nullable. */
gboolean parlor_rtcp_parse_sdes_cname (const ParlorRtcpPacket *packet, guint32 ssrc,
                                       guint32 *found_ssrc, char *cname, gsize capacity);

/* Expands PID and BLP into `seqs`, in the order sent. Returns how many (`capacity` at most, the
 * rest is left aside), or -1 when the packet is not a sound NACK. */
gint parlor_rtcp_parse_nack (const ParlorRtcpPacket *packet, guint32 *sender_ssrc,
                             guint32 *media_ssrc, guint16 *seqs, guint capacity);

gboolean parlor_rtcp_parse_pli (const ParlorRtcpPacket *packet, guint32 *sender_ssrc,
                                guint32 *media_ssrc);

typedef struct
{
  guint32 ssrc;
  guint8 seq; /* a repeated number is a repeated request (RFC 5104 section 4.3.1.2) */
} ParlorRtcpFirEntry;

/* Returns how many entries were written (`capacity` at most), or -1. */
gint parlor_rtcp_parse_fir (const ParlorRtcpPacket *packet, guint32 *sender_ssrc,
                            ParlorRtcpFirEntry *entries, guint capacity);

typedef struct
{
  guint32 sender_ssrc;
  guint64 bitrate_bps; /* saturated at G_MAXINT64 */
  guint n_ssrcs;
  guint32 ssrcs[PARLOR_RTCP_MAX_REMB_SSRCS]; /* what is above is left aside */
} ParlorRtcpRemb;

gboolean parlor_rtcp_parse_remb (const ParlorRtcpPacket *packet, ParlorRtcpRemb *remb);

/* Builders. Each writes one packet at `out` and returns its size in bytes, a multiple of four; 0
 * when `size` is too small (nothing is written then). A compound packet is made by calling them one
 * after the other, SR or RR first. */
gsize parlor_rtcp_build_sr (guint8 *out, gsize size, const ParlorRtcpSenderInfo *info,
                            const ParlorRtcpReportBlock *blocks, guint n_blocks);
gsize parlor_rtcp_build_rr (guint8 *out, gsize size, guint32 sender_ssrc,
                            const ParlorRtcpReportBlock *blocks, guint n_blocks);
/* One chunk with CNAME alone. `cname`: 1..255 bytes. */
gsize parlor_rtcp_build_sdes (guint8 *out, gsize size, guint32 ssrc, const char *cname);
/* Packs `seqs` (in increasing order, wrap included; any order is right but longer) into pairs of
 * PID and BLP. `n_packed` (nullable) tells how many of them fitted: what did not fit goes into
 * another packet. Returns 0 when not even one fits or `n_seqs` is 0. */
gsize parlor_rtcp_build_nack (guint8 *out, gsize size, guint32 sender_ssrc, guint32 media_ssrc,
                              const guint16 *seqs, guint n_seqs, guint *n_packed);
gsize parlor_rtcp_build_pli (guint8 *out, gsize size, guint32 sender_ssrc, guint32 media_ssrc);
gsize parlor_rtcp_build_fir (guint8 *out, gsize size, guint32 sender_ssrc,
                             const ParlorRtcpFirEntry *entries, guint n_entries);
gsize parlor_rtcp_build_remb (guint8 *out, gsize size, const ParlorRtcpRemb *remb);
