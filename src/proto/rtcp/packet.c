/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtcp/packet.h"

#include <string.h>

#include "base/bytes.h"

#define REPORT_BLOCK_BYTES 24
#define SENDER_INFO_BYTES 24 /* with the SSRC that goes before it */
#define FEEDBACK_BYTES 8     /* sender SSRC and media SSRC */
#define REMB_FIXED_BYTES 16
#define REMB_MAX_MANTISSA 0x3ffff
#define SDES_CNAME 1
/* Words of RTCP that fit the 16-bit length field. */
#define MAX_PACKET_BYTES (65536 * 4)

/* --- Reading ------------------------------------------------------------------------------- */

static ParlorRtcpKind
kind_of_feedback (guint8 type, guint8 format, const guint8 *body, gsize size)
{
  if (type == PARLOR_RTCP_PT_RTPFB)
    return format == PARLOR_RTCP_FMT_NACK   ? PARLOR_RTCP_NACK
           : format == PARLOR_RTCP_FMT_TWCC ? PARLOR_RTCP_TWCC
                                            : PARLOR_RTCP_UNKNOWN;
  if (format == PARLOR_RTCP_FMT_PLI)
    return PARLOR_RTCP_PLI;
  if (format == PARLOR_RTCP_FMT_FIR)
    return PARLOR_RTCP_FIR;
  /* Application layer feedback is anybody's: REMB is told by its name. */
  if (format == PARLOR_RTCP_FMT_AFB && size >= REMB_FIXED_BYTES
      && memcmp (body + FEEDBACK_BYTES, "REMB", 4) == 0)
    return PARLOR_RTCP_REMB;
  return PARLOR_RTCP_UNKNOWN;
}

static ParlorRtcpKind
kind_of (guint8 type, guint8 count, const guint8 *body, gsize size)
{
  switch (type)
    {
    case PARLOR_RTCP_PT_SR:
      return PARLOR_RTCP_SR;
    case PARLOR_RTCP_PT_RR:
      return PARLOR_RTCP_RR;
    case PARLOR_RTCP_PT_SDES:
      return PARLOR_RTCP_SDES;
    case PARLOR_RTCP_PT_BYE:
      return PARLOR_RTCP_BYE;
    case PARLOR_RTCP_PT_RTPFB:
    case PARLOR_RTCP_PT_PSFB:
      return kind_of_feedback (type, count, body, size);
    default:
      return PARLOR_RTCP_UNKNOWN;
    }
}

/* The least body that a packet's type and counter ask for. */
static gsize
least_body (guint8 type, guint8 count)
{
  switch (type)
    {
    case PARLOR_RTCP_PT_SR:
      return SENDER_INFO_BYTES + (gsize)count * REPORT_BLOCK_BYTES;
    case PARLOR_RTCP_PT_RR:
      return 4 + (gsize)count * REPORT_BLOCK_BYTES;
    case PARLOR_RTCP_PT_SDES:
    case PARLOR_RTCP_PT_BYE:
      return (gsize)count * 4;
    case PARLOR_RTCP_PT_RTPFB:
    case PARLOR_RTCP_PT_PSFB:
      return FEEDBACK_BYTES;
    default:
      return 0;
    }
}

/* Bytes of padding at the end of a packet of `total` bytes with the P bit; -1: impossible. RFC 3550
 * section 6.4.1 wants a multiple of four, but libwebrtc pads its transport-wide feedback by the one
 * to three bytes that are missing and sets the bit. */
static gssize
padding_of (const guint8 *data, gsize total)
{
  guint8 padding = data[total - 1];

  if (padding == 0 || padding > total - PARLOR_RTCP_HEADER_BYTES)
    return -1;
  return padding;
}

/* Checks one packet at the start of `data`; `total` gets its size with padding. */
static ParlorRtcpReason
split_packet (const guint8 *data, gsize size, gsize *total, ParlorRtcpPacket *packet)
{
  gssize padding = 0;

  if (size < PARLOR_RTCP_HEADER_BYTES)
    return PARLOR_RTCP_ERROR_SHORT;
  if (data[0] >> 6 != 2)
    return PARLOR_RTCP_ERROR_VERSION;
  if (data[1] < 192 || data[1] > 223)
    return PARLOR_RTCP_ERROR_TYPE;
  *total = ((gsize)parlor_get_u16 (data + 2) + 1) * 4;
  if (*total > size)
    return PARLOR_RTCP_ERROR_LENGTH;
  if (data[0] & 0x20)
    {
      padding = padding_of (data, *total);
      if (padding < 0 || *total != size)
        return PARLOR_RTCP_ERROR_PADDING;
    }
  packet->type = data[1];
  packet->count = data[0] & 0x1f;
  packet->body = data + PARLOR_RTCP_HEADER_BYTES;
  packet->body_size = *total - PARLOR_RTCP_HEADER_BYTES - padding;
  if (packet->body_size < least_body (packet->type, packet->count))
    return PARLOR_RTCP_ERROR_FORMAT;
  packet->kind = kind_of (packet->type, packet->count, packet->body, packet->body_size);
  return PARLOR_RTCP_OK;
}

ParlorRtcpReason
parlor_rtcp_reader_init (ParlorRtcpReader *reader, const guint8 *data, gsize size)
{
  gsize offset = 0;

  *reader = (ParlorRtcpReader){data, 0, 0};
  if (size < PARLOR_RTCP_HEADER_BYTES)
    return PARLOR_RTCP_ERROR_SHORT;
  while (offset < size)
    {
      ParlorRtcpPacket packet;
      gsize total;
      ParlorRtcpReason reason = split_packet (data + offset, size - offset, &total, &packet);

      if (reason != PARLOR_RTCP_OK)
        return reason;
      offset += total;
    }
  reader->size = size;
  return PARLOR_RTCP_OK;
}

gboolean
parlor_rtcp_reader_next (ParlorRtcpReader *reader, ParlorRtcpPacket *packet)
{
  gsize total;

  if (reader->offset >= reader->size
      || split_packet (reader->data + reader->offset, reader->size - reader->offset, &total, packet)
             != PARLOR_RTCP_OK)
    return FALSE;
  reader->offset += total;
  return TRUE;
}

/* --- Reports ------------------------------------------------------------------------------- */

static gint32
sign_extend_24 (guint32 value)
{
  return (gint32)(value ^ 0x800000) - 0x800000;
}

static void
read_blocks (const guint8 *data, guint n_blocks, ParlorRtcpReportBlock *blocks)
{
  for (guint i = 0; i < n_blocks; i++, data += REPORT_BLOCK_BYTES)
    blocks[i] = (ParlorRtcpReportBlock){
        .ssrc = parlor_get_u32 (data),
        .fraction_lost = data[4],
        .cumulative_lost = sign_extend_24 (parlor_get_u24 (data + 5)),
        .highest_seq = parlor_get_u32 (data + 8),
        .jitter = parlor_get_u32 (data + 12),
        .last_sr = parlor_get_u32 (data + 16),
        .delay_last_sr = parlor_get_u32 (data + 20),
    };
}

gboolean
parlor_rtcp_parse_sr (const ParlorRtcpPacket *packet, ParlorRtcpSenderInfo *info,
                      ParlorRtcpReports *reports)
{
  const guint8 *body = packet->body;

  if (packet->kind != PARLOR_RTCP_SR)
    return FALSE;
  *info = (ParlorRtcpSenderInfo){
      .ssrc = parlor_get_u32 (body),
      .ntp = (guint64)parlor_get_u32 (body + 4) << 32 | parlor_get_u32 (body + 8),
      .rtp_timestamp = parlor_get_u32 (body + 12),
      .packets = parlor_get_u32 (body + 16),
      .octets = parlor_get_u32 (body + 20),
  };
  if (reports != NULL)
    {
      reports->sender_ssrc = info->ssrc;
      reports->n_blocks = packet->count;
      read_blocks (body + SENDER_INFO_BYTES, packet->count, reports->blocks);
    }
  return TRUE;
}

gboolean
parlor_rtcp_parse_rr (const ParlorRtcpPacket *packet, ParlorRtcpReports *reports)
{
  if (packet->kind != PARLOR_RTCP_RR)
    return FALSE;
  reports->sender_ssrc = parlor_get_u32 (packet->body);
  reports->n_blocks = packet->count;
  read_blocks (packet->body + 4, packet->count, reports->blocks);
  return TRUE;
}

/* --- SDES and BYE -------------------------------------------------------------------------- */

/* Copies a CNAME item's text when it is a name at all. */
static gboolean
copy_cname (const guint8 *text, gsize length, char *cname, gsize capacity)
{
  if (length == 0 || length >= capacity || memchr (text, 0, length) != NULL
      || !g_utf8_validate ((const char *)text, (gssize)length, NULL))
    return FALSE;
  memcpy (cname, text, length);
  cname[length] = '\0';
  return TRUE;
}

typedef struct
{
  const guint8 *cname; /* NULL: the chunk has none */
  gsize cname_size;
} Chunk;

/* Reads the items of one chunk from `offset` (after its SSRC) to its terminator. Returns the offset
 * of the next chunk, 0 when an item runs out of the packet. */
static gsize
read_chunk (const ParlorRtcpPacket *packet, gsize offset, Chunk *chunk)
{
  const guint8 *body = packet->body;

  *chunk = (Chunk){NULL, 0};
  while (offset < packet->body_size && body[offset] != 0)
    {
      if (packet->body_size - offset < 2 || packet->body_size - offset - 2 < body[offset + 1])
        return 0;
      if (body[offset] == SDES_CNAME && chunk->cname == NULL)
        {
          chunk->cname = body + offset + 2;
          chunk->cname_size = body[offset + 1];
        }
      offset += 2 + (gsize)body[offset + 1];
    }
  if (offset >= packet->body_size)
    return 0; /* a chunk ends in at least one zero byte */
  return (offset / 4 + 1) * 4;
}

gboolean
parlor_rtcp_parse_sdes_cname (const ParlorRtcpPacket *packet, guint32 ssrc, guint32 *found_ssrc,
                              char *cname, gsize capacity)
{
  gsize offset = 0;

  if (packet->kind != PARLOR_RTCP_SDES)
    return FALSE;
  for (guint i = 0; i < packet->count; i++)
    {
      guint32 chunk_ssrc;
      Chunk chunk;

      if (offset + 4 > packet->body_size)
        return FALSE;
      chunk_ssrc = parlor_get_u32 (packet->body + offset);
      offset = read_chunk (packet, offset + 4, &chunk);
      if (offset == 0)
        return FALSE;
      if (chunk.cname == NULL || (ssrc != 0 && ssrc != chunk_ssrc))
        continue;
      if (found_ssrc != NULL)
        *found_ssrc = chunk_ssrc;
      return copy_cname (chunk.cname, chunk.cname_size, cname, capacity);
    }
  return FALSE;
}

/* --- Feedback ------------------------------------------------------------------------------ */

static void
read_feedback_ssrcs (const ParlorRtcpPacket *packet, guint32 *sender_ssrc, guint32 *media_ssrc)
{
  *sender_ssrc = parlor_get_u32 (packet->body);
  *media_ssrc = parlor_get_u32 (packet->body + 4);
}

gint
parlor_rtcp_parse_nack (const ParlorRtcpPacket *packet, guint32 *sender_ssrc, guint32 *media_ssrc,
                        guint16 *seqs, guint capacity)
{
  guint n_seqs = 0;

  if (packet->kind != PARLOR_RTCP_NACK || packet->body_size < FEEDBACK_BYTES + 4)
    return -1;
  read_feedback_ssrcs (packet, sender_ssrc, media_ssrc);
  for (gsize offset = FEEDBACK_BYTES; offset + 4 <= packet->body_size; offset += 4)
    {
      guint16 pid = parlor_get_u16 (packet->body + offset);
      guint32 mask = (guint32)parlor_get_u16 (packet->body + offset + 2) << 1 | 1;

      for (guint bit = 0; mask >> bit != 0; bit++)
        {
          if ((mask >> bit & 1) == 0)
            continue;
          if (n_seqs == capacity)
            return (gint)n_seqs;
          seqs[n_seqs++] = (guint16)(pid + bit);
        }
    }
  return (gint)n_seqs;
}

gboolean
parlor_rtcp_parse_pli (const ParlorRtcpPacket *packet, guint32 *sender_ssrc, guint32 *media_ssrc)
{
  if (packet->kind != PARLOR_RTCP_PLI)
    return FALSE;
  read_feedback_ssrcs (packet, sender_ssrc, media_ssrc);
  return TRUE;
}

gint
parlor_rtcp_parse_fir (const ParlorRtcpPacket *packet, guint32 *sender_ssrc,
                       ParlorRtcpFirEntry *entries, guint capacity)
{
  guint n_entries = 0;

  if (packet->kind != PARLOR_RTCP_FIR || packet->body_size < FEEDBACK_BYTES + 8)
    return -1;
  *sender_ssrc = parlor_get_u32 (packet->body);
  for (gsize offset = FEEDBACK_BYTES; offset + 8 <= packet->body_size && n_entries < capacity;
       offset += 8)
    entries[n_entries++] = (ParlorRtcpFirEntry){
        .ssrc = parlor_get_u32 (packet->body + offset),
        .seq = packet->body[offset + 4],
    };
  return (gint)n_entries;
}

gboolean
parlor_rtcp_parse_remb (const ParlorRtcpPacket *packet, ParlorRtcpRemb *remb)
{
  const guint8 *body = packet->body;
  guint exponent, n_ssrcs;
  guint64 mantissa;

  if (packet->kind != PARLOR_RTCP_REMB)
    return FALSE;
  n_ssrcs = body[12];
  if (packet->body_size < REMB_FIXED_BYTES + (gsize)n_ssrcs * 4)
    return FALSE;
  exponent = body[13] >> 2;
  mantissa = parlor_get_u24 (body + 13) & REMB_MAX_MANTISSA;
  remb->sender_ssrc = parlor_get_u32 (body);
  /* 18 bits of mantissa by up to 63 of exponent overflow: more than anybody has. */
  remb->bitrate_bps = mantissa > ((guint64)G_MAXINT64 >> exponent) ? (guint64)G_MAXINT64
                                                                   : mantissa << exponent;
  remb->n_ssrcs = MIN (n_ssrcs, PARLOR_RTCP_MAX_REMB_SSRCS);
  for (guint i = 0; i < remb->n_ssrcs; i++)
    remb->ssrcs[i] = parlor_get_u32 (body + REMB_FIXED_BYTES + 4 * i);
  return TRUE;
}

/* --- Building ------------------------------------------------------------------------------ */

/* `total` bytes, header included, a multiple of four. */
static void
write_header (guint8 *out, guint count, guint8 type, gsize total)
{
  out[0] = (guint8)(0x80 | count);
  out[1] = type;
  parlor_put_u16 (out + 2, (guint16)(total / 4 - 1));
}

static void
write_blocks (guint8 *out, const ParlorRtcpReportBlock *blocks, guint n_blocks)
{
  for (guint i = 0; i < n_blocks; i++, out += REPORT_BLOCK_BYTES)
    {
      /* RFC 3550 appendix A.3: the count is clamped, it never wraps. */
      gint32 lost = CLAMP (blocks[i].cumulative_lost, -0x800000, 0x7fffff);

      parlor_put_u32 (out, blocks[i].ssrc);
      out[4] = blocks[i].fraction_lost;
      parlor_put_u24 (out + 5, (guint32)lost & 0xffffff);
      parlor_put_u32 (out + 8, blocks[i].highest_seq);
      parlor_put_u32 (out + 12, blocks[i].jitter);
      parlor_put_u32 (out + 16, blocks[i].last_sr);
      parlor_put_u32 (out + 20, blocks[i].delay_last_sr);
    }
}

gsize
parlor_rtcp_build_sr (guint8 *out, gsize size, const ParlorRtcpSenderInfo *info,
                      const ParlorRtcpReportBlock *blocks, guint n_blocks)
{
  gsize total;

  g_return_val_if_fail (n_blocks <= PARLOR_RTCP_MAX_BLOCKS, 0);

  total = PARLOR_RTCP_HEADER_BYTES + SENDER_INFO_BYTES + (gsize)n_blocks * REPORT_BLOCK_BYTES;
  if (total > size)
    return 0;
  write_header (out, n_blocks, PARLOR_RTCP_PT_SR, total);
  parlor_put_u32 (out + 4, info->ssrc);
  parlor_put_u32 (out + 8, (guint32)(info->ntp >> 32));
  parlor_put_u32 (out + 12, (guint32)info->ntp);
  parlor_put_u32 (out + 16, info->rtp_timestamp);
  parlor_put_u32 (out + 20, info->packets);
  parlor_put_u32 (out + 24, info->octets);
  write_blocks (out + PARLOR_RTCP_HEADER_BYTES + SENDER_INFO_BYTES, blocks, n_blocks);
  return total;
}

gsize
parlor_rtcp_build_rr (guint8 *out, gsize size, guint32 sender_ssrc,
                      const ParlorRtcpReportBlock *blocks, guint n_blocks)
{
  gsize total;

  g_return_val_if_fail (n_blocks <= PARLOR_RTCP_MAX_BLOCKS, 0);

  total = PARLOR_RTCP_HEADER_BYTES + 4 + (gsize)n_blocks * REPORT_BLOCK_BYTES;
  if (total > size)
    return 0;
  write_header (out, n_blocks, PARLOR_RTCP_PT_RR, total);
  parlor_put_u32 (out + 4, sender_ssrc);
  write_blocks (out + 8, blocks, n_blocks);
  return total;
}

gsize
parlor_rtcp_build_sdes (guint8 *out, gsize size, guint32 ssrc, const char *cname)
{
  gsize length = strlen (cname);
  gsize used, total;

  g_return_val_if_fail (length >= 1 && length <= PARLOR_RTCP_MAX_CNAME_BYTES, 0);

  used = PARLOR_RTCP_HEADER_BYTES + 4 + 2 + length;
  total = (used / 4 + 1) * 4; /* one zero at least ends the chunk */
  if (total > size)
    return 0;
  write_header (out, 1, PARLOR_RTCP_PT_SDES, total);
  parlor_put_u32 (out + 4, ssrc);
  out[8] = SDES_CNAME;
  out[9] = (guint8)length;
  memcpy (out + 10, cname, length);
  memset (out + used, 0, total - used);
  return total;
}

static void
write_feedback (guint8 *out, guint format, guint8 type, gsize total, guint32 sender_ssrc,
                guint32 media_ssrc)
{
  write_header (out, format, type, total);
  parlor_put_u32 (out + 4, sender_ssrc);
  parlor_put_u32 (out + 8, media_ssrc);
}

/* How many of `seqs` one PID and BLP pair holds; `mask` gets the BLP. */
static guint
pack_nack (const guint16 *seqs, guint n_seqs, guint16 *mask)
{
  guint i;

  *mask = 0;
  for (i = 1; i < n_seqs; i++)
    {
      guint16 distance = (guint16)(seqs[i] - seqs[0]);

      if (distance > 16)
        break;
      if (distance > 0)
        *mask |= (guint16)(1u << (distance - 1));
    }
  return i;
}

gsize
parlor_rtcp_build_nack (guint8 *out, gsize size, guint32 sender_ssrc, guint32 media_ssrc,
                        const guint16 *seqs, guint n_seqs, guint *n_packed)
{
  gsize limit = MIN (size, MAX_PACKET_BYTES);
  gsize total = PARLOR_RTCP_HEADER_BYTES + FEEDBACK_BYTES;
  guint packed = 0;

  while (packed < n_seqs && total + 4 <= limit)
    {
      guint16 mask;
      guint n = pack_nack (seqs + packed, n_seqs - packed, &mask);

      parlor_put_u16 (out + total, seqs[packed]);
      parlor_put_u16 (out + total + 2, mask);
      packed += n;
      total += 4;
    }
  if (n_packed != NULL)
    *n_packed = packed;
  if (packed == 0)
    return 0;
  write_feedback (out, PARLOR_RTCP_FMT_NACK, PARLOR_RTCP_PT_RTPFB, total, sender_ssrc, media_ssrc);
  return total;
}

gsize
parlor_rtcp_build_pli (guint8 *out, gsize size, guint32 sender_ssrc, guint32 media_ssrc)
{
  gsize total = PARLOR_RTCP_HEADER_BYTES + FEEDBACK_BYTES;

  if (total > size)
    return 0;
  write_feedback (out, PARLOR_RTCP_FMT_PLI, PARLOR_RTCP_PT_PSFB, total, sender_ssrc, media_ssrc);
  return total;
}

gsize
parlor_rtcp_build_fir (guint8 *out, gsize size, guint32 sender_ssrc,
                       const ParlorRtcpFirEntry *entries, guint n_entries)
{
  gsize total;

  g_return_val_if_fail (n_entries >= 1 && n_entries <= PARLOR_RTCP_MAX_FIR_ENTRIES, 0);

  total = PARLOR_RTCP_HEADER_BYTES + FEEDBACK_BYTES + (gsize)n_entries * 8;
  if (total > size)
    return 0;
  /* The media SSRC is unused here: RFC 5104 section 4.3.1.2 says zero. */
  write_feedback (out, PARLOR_RTCP_FMT_FIR, PARLOR_RTCP_PT_PSFB, total, sender_ssrc, 0);
  for (guint i = 0; i < n_entries; i++)
    {
      guint8 *entry = out + PARLOR_RTCP_HEADER_BYTES + FEEDBACK_BYTES + 8 * i;

      parlor_put_u32 (entry, entries[i].ssrc);
      parlor_put_u32 (entry + 4, (guint32)entries[i].seq << 24);
    }
  return total;
}

gsize
parlor_rtcp_build_remb (guint8 *out, gsize size, const ParlorRtcpRemb *remb)
{
  guint64 mantissa = remb->bitrate_bps;
  guint exponent = 0;
  gsize total;

  g_return_val_if_fail (remb->n_ssrcs <= PARLOR_RTCP_MAX_REMB_SSRCS, 0);

  total = PARLOR_RTCP_HEADER_BYTES + REMB_FIXED_BYTES + (gsize)remb->n_ssrcs * 4;
  if (total > size)
    return 0;
  for (; mantissa > REMB_MAX_MANTISSA; mantissa >>= 1)
    exponent++;
  write_feedback (out, PARLOR_RTCP_FMT_AFB, PARLOR_RTCP_PT_PSFB, total, remb->sender_ssrc, 0);
  memcpy (out + 12, "REMB", 4);
  out[16] = (guint8)remb->n_ssrcs;
  parlor_put_u24 (out + 17, exponent << 18 | (guint32)mantissa);
  for (guint i = 0; i < remb->n_ssrcs; i++)
    parlor_put_u32 (out + PARLOR_RTCP_HEADER_BYTES + REMB_FIXED_BYTES + 4 * i, remb->ssrcs[i]);
  return total;
}
