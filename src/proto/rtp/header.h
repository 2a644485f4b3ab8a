/* SPDX-License-Identifier: Apache-2.0 */
/* The RTP header (RFC 3550 section 5.1, extension 5.3.1). Pure; worker thread.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |           synchronization source (SSRC) identifier            |
 * |          contributing sources (CSRC), CC words                |
 * |      profile (X set)          |   length of extension, words  |
 */
#pragma once
#include <glib.h>
#include <string.h>
#include "base/bytes.h"

#define PARLOR_RTP_FIXED_SIZE 12
/* No packet of ours is larger, and all offsets fit 16 bits. */
#define PARLOR_RTP_PACKET_MAX 65535

typedef enum
{
  PARLOR_RTP_OK = 0,
  PARLOR_RTP_SHORT,         /* fewer than 12 bytes */
  PARLOR_RTP_LONG,          /* more than PARLOR_RTP_PACKET_MAX bytes */
  PARLOR_RTP_BAD_VERSION,   /* not 2 */
  PARLOR_RTP_BAD_CSRC,      /* the CSRC list does not fit */
  PARLOR_RTP_BAD_EXTENSION, /* the extension does not fit */
  PARLOR_RTP_BAD_PADDING,   /* padding of 0 bytes, or more than there is */
} ParlorRtpResult;

/* Offsets and sizes in bytes, counted from the packet's first byte. payload_offset + payload_size +
 * padding_size = size. */
typedef struct
{
  guint32 ssrc;
  guint32 timestamp;
  guint16 seq;
  guint16 ext_profile; /* 0xbede one-byte, 0x100x two-byte (RFC 8285); meaningless when !has_ext */
  guint16 ext_offset;  /* first byte after the extension's four-byte head; 0 when !has_ext */
  guint16 ext_size;    /* bytes of extension data; 0 is possible with has_ext */
  guint16 payload_offset; /* = size of the whole header */
  guint16 payload_size;   /* without padding; 0 for a packet of padding only */
  guint8 padding_size;
  guint8 pt;
  guint8 csrc_count;
  guint8 marker;
  guint8 has_ext;
} ParlorRtpHeader;

/* A clear packet of exactly size bytes. On anything but PARLOR_RTP_OK out is undefined. */
ParlorRtpResult parlor_rtp_parse (const guint8 *packet, gsize size, ParlorRtpHeader *out);
/* The same for an SRTP packet, whose padding length is still encrypted: padding is not looked at
 * (padding_size = 0) and payload_size counts ciphertext and tag. */
ParlorRtpResult parlor_rtp_parse_protected (const guint8 *packet, gsize size, ParlorRtpHeader *out);

/* Reads and writes in place; the caller knows that at least 12 bytes are there. */
static inline guint8
parlor_rtp_pt (const guint8 *packet)
{
  return packet[1] & 0x7f;
}

static inline guint16
parlor_rtp_seq (const guint8 *packet)
{
  return parlor_get_u16 (packet + 2);
}

static inline guint32
parlor_rtp_timestamp (const guint8 *packet)
{
  return parlor_get_u32 (packet + 4);
}

static inline guint32
parlor_rtp_ssrc (const guint8 *packet)
{
  return parlor_get_u32 (packet + 8);
}

/* pt 0 to 127; keeps the marker. */
static inline void
parlor_rtp_set_pt (guint8 *packet, guint8 pt)
{
  packet[1] = (guint8)((packet[1] & 0x80) | (pt & 0x7f));
}

static inline void
parlor_rtp_set_marker (guint8 *packet, gboolean marker)
{
  packet[1] = (guint8)((packet[1] & 0x7f) | (marker ? 0x80 : 0));
}

static inline void
parlor_rtp_set_seq (guint8 *packet, guint16 seq)
{
  parlor_put_u16 (packet + 2, seq);
}

static inline void
parlor_rtp_set_timestamp (guint8 *packet, guint32 timestamp)
{
  parlor_put_u32 (packet + 4, timestamp);
}

static inline void
parlor_rtp_set_ssrc (guint8 *packet, guint32 ssrc)
{
  parlor_put_u32 (packet + 8, ssrc);
}

/* Writes a plain 12-byte header: version 2, no padding, extension or CSRC. */
static inline void
parlor_rtp_write_fixed (guint8 *packet, guint8 pt, gboolean marker, guint16 seq, guint32 timestamp,
                        guint32 ssrc)
{
  packet[0] = 0x80;
  packet[1] = (guint8)((pt & 0x7f) | (marker ? 0x80 : 0));
  parlor_rtp_set_seq (packet, seq);
  parlor_rtp_set_timestamp (packet, timestamp);
  parlor_rtp_set_ssrc (packet, ssrc);
}

/* Appends padding bytes to a clear packet that has none (P bit clear): zeros, the last byte is the
 * count. padding 0 does nothing. The buffer must have the room. Returns the new size. Used to make
 * the packets of one GSO message equally long. */
static inline gsize
parlor_rtp_pad (guint8 *packet, gsize size, guint8 padding)
{
  if (padding == 0)
    return size;
  packet[0] |= 0x20;
  memset (packet + size, 0, padding);
  packet[size + padding - 1] = padding;
  return size + padding;
}
