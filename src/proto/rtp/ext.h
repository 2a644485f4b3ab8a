/* SPDX-License-Identifier: Apache-2.0 */
/* RTP header extensions (RFC 8285): names, reading, and the header that one receiver gets. Pure;
 * worker thread.
 *
 * Each transport has its own numbers (ids) for extensions, agreed in its SDP: a ParlorRtpExtMap. A
 * packet that comes in is read once with the publisher's map into a ParlorRtpExtList; then for each
 * receiver parlor_rtp_ext_write makes the outgoing header with the receiver's map. What belongs to
 * one hop (MID, RID, abs-send-time, transport-wide number) is never passed on but written anew; the
 * rest goes through under the receiver's id, or is left out if it has none.
 *
 * One-byte form, profile 0xbede:  | id:4 | length-1:4 | data …      id 1 to 14, 1 to 16 bytes; id
 * 15 ends the list Two-byte form, profile 0x100x:  |   id:8   |  length:8  | data …  id 1 to 255, 0
 * to 255 bytes A zero byte between elements is padding; the whole is a multiple of four bytes. */
#pragma once
#include <glib.h>
#include "proto/rtp/header.h"

typedef enum
{
  PARLOR_EXT_NONE = 0,
  PARLOR_EXT_MID,               /* RFC 9143 section 16.2; hop by hop */
  PARLOR_EXT_RID,               /* RFC 8852; hop by hop */
  PARLOR_EXT_REPAIRED_RID,      /* RFC 8852; hop by hop */
  PARLOR_EXT_ABS_SEND_TIME,     /* 3 bytes, 6.18 s; hop by hop */
  PARLOR_EXT_TRANSPORT_CC,      /* transport-wide sequence number, 2 bytes
                           (draft-holmer-rmcat-transport-wide-cc-extensions-01); hop by hop */
  PARLOR_EXT_TRANSPORT_CC_V2,   /* the same with a feedback request, 2 or 4 bytes; hop by hop */
  PARLOR_EXT_AUDIO_LEVEL,       /* RFC 6464: | V:1 | level:7 |, level in -dBov, 127 = silence */
  PARLOR_EXT_CSRC_AUDIO_LEVEL,  /* RFC 6465 */
  PARLOR_EXT_TOFFSET,           /* RFC 5450 */
  PARLOR_EXT_VIDEO_ORIENTATION, /* 3GPP TS 26.114 section 7.4.5 */
  PARLOR_EXT_PLAYOUT_DELAY,
  PARLOR_EXT_VIDEO_CONTENT_TYPE,
  PARLOR_EXT_VIDEO_TIMING,
  PARLOR_EXT_COLOR_SPACE,
  PARLOR_EXT_ABS_CAPTURE_TIME,
  PARLOR_EXT_DEPENDENCY_DESCRIPTOR, /* AV1 RTP specification, appendix A */
  PARLOR_EXT_VIDEO_LAYERS_ALLOCATION,
  PARLOR_EXT_VIDEO_FRAME_TRACKING_ID,
  PARLOR_EXT_COUNT
} ParlorRtpExt;

/* The URI for SDP; NULL for NONE and out of range. */
const char *parlor_rtp_ext_uri (ParlorRtpExt ext);
/* PARLOR_EXT_NONE = not one of ours (NULL is fine). Exact match. */
ParlorRtpExt parlor_rtp_ext_from_uri (const char *uri);

/* Ids of one transport's SDP (of one direction). All zero = no extension agreed. */
typedef struct
{
  guint8 id_of[PARLOR_EXT_COUNT]; /* id, or 0 = not agreed */
  guint8 ext_at[256];             /* ParlorRtpExt by id */
} ParlorRtpExtMap;

/* FALSE = id 0 or above 255 or 15 (RFC 8285 section 4.2 reserves it), ext NONE, or the id is taken
 * by another extension. The same extension again moves to the new id. */
gboolean parlor_rtp_ext_map_set (ParlorRtpExtMap *map, ParlorRtpExt ext, guint id);

#define PARLOR_EXT_ELEMENTS_MAX 20

/* Known extensions of one packet, in their order; offsets are from the packet's first byte. */
typedef struct
{
  guint8 count;
  guint8 malformed;               /* a length ran over the end: the elements before it are kept */
  guint8 found[PARLOR_EXT_COUNT]; /* index + 1 into elements, 0 = absent; the first one counts if
                                 there are two */
  struct
  {
    guint16 offset;
    guint8 size;
    guint8 ext; /* ParlorRtpExt */
  } elements[PARLOR_EXT_ELEMENTS_MAX];
} ParlorRtpExtList;

/* Reads the extension block of a parsed packet. Unknown ids, and known ones beyond
 * PARLOR_EXT_ELEMENTS_MAX, are passed over. Never fails: no extension, a foreign profile or garbage
 * give an empty or shorter list. */
void parlor_rtp_ext_parse (const guint8 *packet, const ParlorRtpHeader *header,
                           const ParlorRtpExtMap *map, ParlorRtpExtList *out);

/* (nullable) (transfer none): the value, which lies in packet. size must not be NULL. */
static inline const guint8 *
parlor_rtp_ext_find (const guint8 *packet, const ParlorRtpExtList *list, ParlorRtpExt ext,
                     guint *size)
{
  guint at = list->found[ext];
  if (at == 0)
    return NULL;
  *size = list->elements[at - 1].size;
  return packet + list->elements[at - 1].offset;
}

/* RFC 6464: FALSE = absent or malformed. level 0 (loudest) to 127 (silence). voice: the V flag. */
gboolean parlor_rtp_ext_audio_level (const guint8 *packet, const ParlorRtpExtList *list,
                                     guint8 *level, gboolean *voice);
/* MID, RID or REPAIRED_RID as text. FALSE = absent, empty, longer than 16 bytes (RFC 8852 and our
 * SDP allow no more), or not made of letters, digits, '-' and '_'. */
#define PARLOR_RTP_EXT_TEXT_SIZE 17
gboolean parlor_rtp_ext_text (const guint8 *packet, const ParlorRtpExtList *list, ParlorRtpExt ext,
                              char out[PARLOR_RTP_EXT_TEXT_SIZE]);

/* What to write for one receiver. Abs-send-time and the transport-wide number are written (as
 * zeros, to be patched) whenever the receiver's map has an id for them. */
typedef struct
{
  const guint8
      *ids; /* (not nullable) the receiver's: PARLOR_EXT_COUNT ids by ParlorRtpExt, 0 = leave out */
  const char *mid;  /* (nullable) NULL = write no MID */
  guint8 mid_size;  /* 1 to 16 */
  const guint8 *dd; /* (nullable) a dependency descriptor instead of the packet's own; NULL = pass
                       the packet's */
  guint8 dd_size;
} ParlorRtpExtOut;

/* Where things stand in the header that was written; offsets from its first byte, 0 = not there. */
typedef struct
{
  guint16 header_size; /* = offset of the payload */
  guint16 abs_send_time_offset;
  guint16 twcc_offset;
} ParlorRtpExtLayout;

/* An upper bound of header_size for any input: what room must at least be for parlor_rtp_ext_write
 * to never fail. 12 + 15 CSRC + extensions that were themselves <= PARLOR_EXT_OUT_MAX bytes. */
#define PARLOR_EXT_OUT_MAX 320
#define PARLOR_RTP_HEADER_MAX (PARLOR_RTP_FIXED_SIZE + 60 + 4 + PARLOR_EXT_OUT_MAX)

/* Writes the whole outgoing RTP header (fixed part and CSRCs copied from packet, then the
 * extensions) to out; the caller then sets pt, seq, timestamp, ssrc with the setters of header.h,
 * and puts the payload behind. The P bit is cleared (padding is not forwarded). One-byte form where
 * all ids and sizes allow it, else two-byte. Elements that would exceed PARLOR_EXT_OUT_MAX are left
 * out. Returns FALSE, with nothing to use, only if room < PARLOR_RTP_HEADER_MAX would be too small
 * for this packet. */
gboolean parlor_rtp_ext_write (guint8 *out, gsize room, const guint8 *packet,
                               const ParlorRtpHeader *header, const ParlorRtpExtList *list,
                               const ParlorRtpExtOut *what, ParlorRtpExtLayout *layout);

/* The pacer's part, at the moment of sending: offset as in the layout, 0 = nothing to do. */
static inline void
parlor_rtp_ext_patch_abs_send_time (guint8 *packet, guint16 offset, guint32 abs_send_time)
{
  if (offset)
    parlor_put_u24 (packet + offset, abs_send_time);
}

static inline void
parlor_rtp_ext_patch_twcc (guint8 *packet, guint16 offset, guint16 twcc)
{
  if (offset)
    parlor_put_u16 (packet + offset, twcc);
}
