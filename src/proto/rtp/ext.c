/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/ext.h"

#define PROFILE_ONE_BYTE 0xbede
#define PROFILE_TWO_BYTE 0x1000
/* RFC 8285 section 4.2: id 15 of the one-byte form ends the list. */
#define ONE_BYTE_STOP 15

static const char *const uris[PARLOR_EXT_COUNT] = {
    [PARLOR_EXT_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
    [PARLOR_EXT_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    [PARLOR_EXT_REPAIRED_RID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    [PARLOR_EXT_ABS_SEND_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    [PARLOR_EXT_TRANSPORT_CC] =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    [PARLOR_EXT_TRANSPORT_CC_V2] =
        "http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02",
    [PARLOR_EXT_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    [PARLOR_EXT_CSRC_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:csrc-audio-level",
    [PARLOR_EXT_TOFFSET] = "urn:ietf:params:rtp-hdrext:toffset",
    [PARLOR_EXT_VIDEO_ORIENTATION] = "urn:3gpp:video-orientation",
    [PARLOR_EXT_PLAYOUT_DELAY] = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    [PARLOR_EXT_VIDEO_CONTENT_TYPE] =
        "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    [PARLOR_EXT_VIDEO_TIMING] = "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    [PARLOR_EXT_COLOR_SPACE] = "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    [PARLOR_EXT_ABS_CAPTURE_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
    [PARLOR_EXT_DEPENDENCY_DESCRIPTOR] =
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    [PARLOR_EXT_VIDEO_LAYERS_ALLOCATION] =
        "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00",
    [PARLOR_EXT_VIDEO_FRAME_TRACKING_ID] =
        "http://www.webrtc.org/experiments/rtp-hdrext/video-frame-tracking-id",
};

const char *
parlor_rtp_ext_uri (ParlorRtpExt ext)
{
  return (guint)ext < PARLOR_EXT_COUNT ? uris[ext] : NULL;
}

ParlorRtpExt
parlor_rtp_ext_from_uri (const char *uri)
{
  for (guint ext = PARLOR_EXT_NONE + 1; uri && ext < PARLOR_EXT_COUNT; ext++)
    if (strcmp (uri, uris[ext]) == 0)
      return (ParlorRtpExt)ext;
  return PARLOR_EXT_NONE;
}

gboolean
parlor_rtp_ext_map_set (ParlorRtpExtMap *map, ParlorRtpExt ext, guint id)
{
  if (id == 0 || id > 255 || id == ONE_BYTE_STOP || ext == PARLOR_EXT_NONE
      || (guint)ext >= PARLOR_EXT_COUNT)
    return FALSE;
  if (map->ext_at[id] != PARLOR_EXT_NONE && map->ext_at[id] != ext)
    return FALSE;
  map->ext_at[map->id_of[ext]] = PARLOR_EXT_NONE;
  map->id_of[ext] = (guint8)id;
  map->ext_at[id] = (guint8)ext;
  return TRUE;
}

static void
add_element (ParlorRtpExtList *out, guint8 ext, gsize offset, gsize size)
{
  if (ext == PARLOR_EXT_NONE || ext >= PARLOR_EXT_COUNT || out->count == PARLOR_EXT_ELEMENTS_MAX)
    return;
  out->elements[out->count].offset = (guint16)offset;
  out->elements[out->count].size = (guint8)size;
  out->elements[out->count].ext = ext;
  out->count++;
  if (out->found[ext] == 0)
    out->found[ext] = out->count;
}

static void
parse_one_byte (const guint8 *packet, gsize at, gsize end, const ParlorRtpExtMap *map,
                ParlorRtpExtList *out)
{
  while (at < end)
    {
      guint8 id = packet[at] >> 4;
      gsize size = (packet[at] & 0x0f) + 1u;
      if (packet[at] == 0)
        {
          at++;
          continue;
        }
      if (id == ONE_BYTE_STOP)
        return;
      if (size > end - at - 1)
        {
          out->malformed = 1;
          return;
        }
      /* Id 0 with a length is reserved: passed over (RFC 8285 section 4.2). */
      add_element (out, map->ext_at[id], at + 1, size);
      at += 1 + size;
    }
}

static void
parse_two_byte (const guint8 *packet, gsize at, gsize end, const ParlorRtpExtMap *map,
                ParlorRtpExtList *out)
{
  while (at < end)
    {
      guint8 id = packet[at];
      if (id == 0)
        {
          at++;
          continue;
        }
      if (end - at < 2 || packet[at + 1] > end - at - 2)
        {
          out->malformed = 1;
          return;
        }
      add_element (out, map->ext_at[id], at + 2, packet[at + 1]);
      at += 2u + packet[at + 1];
    }
}

void
parlor_rtp_ext_parse (const guint8 *packet, const ParlorRtpHeader *header,
                      const ParlorRtpExtMap *map, ParlorRtpExtList *out)
{
  out->count = 0;
  out->malformed = 0;
  memset (out->found, 0, sizeof out->found);
  if (!header->has_ext)
    return;
  gsize at = header->ext_offset, end = at + header->ext_size;
  if (header->ext_profile == PROFILE_ONE_BYTE)
    parse_one_byte (packet, at, end, map, out);
  else if ((header->ext_profile & 0xfff0) == PROFILE_TWO_BYTE)
    parse_two_byte (packet, at, end, map, out);
}

gboolean
parlor_rtp_ext_audio_level (const guint8 *packet, const ParlorRtpExtList *list, guint8 *level,
                            gboolean *voice)
{
  guint size;
  const guint8 *value = parlor_rtp_ext_find (packet, list, PARLOR_EXT_AUDIO_LEVEL, &size);
  if (!value || size < 1)
    return FALSE;
  *level = value[0] & 0x7f;
  *voice = value[0] >> 7;
  return TRUE;
}

gboolean
parlor_rtp_ext_text (const guint8 *packet, const ParlorRtpExtList *list, ParlorRtpExt ext,
                     char out[PARLOR_RTP_EXT_TEXT_SIZE])
{
  guint size;
  const guint8 *value = parlor_rtp_ext_find (packet, list, ext, &size);
  out[0] = 0;
  if (!value || size == 0 || size >= PARLOR_RTP_EXT_TEXT_SIZE)
    return FALSE;
  for (guint i = 0; i < size; i++)
    if (!g_ascii_isalnum (value[i]) && value[i] != '-' && value[i] != '_')
      return FALSE;
  memcpy (out, value, size);
  out[size] = 0;
  return TRUE;
}

/* What the outgoing block consists of, before it is known which form it takes. */
typedef struct
{
  const guint8 *data; /* NULL = zeros, patched later */
  guint8 size;
  guint8 id;
  guint8 ext;
} Piece;

#define PIECES_MAX (PARLOR_EXT_ELEMENTS_MAX + 4)

typedef struct
{
  guint n;
  guint bytes; /* in the two-byte form */
  gboolean needs_two_byte;
  Piece pieces[PIECES_MAX];
} Plan;

static void
plan_piece (Plan *plan, const guint8 *ids, guint8 ext, const guint8 *data, guint size)
{
  guint8 id = ids[ext];
  if (id == 0 || plan->bytes + size + 2 > PARLOR_EXT_OUT_MAX - 3 || plan->n == PIECES_MAX)
    return;
  plan->pieces[plan->n++] = (Piece){data, (guint8)size, id, ext};
  plan->bytes += size + 2;
  if (id > 14 || size == 0 || size > 16)
    plan->needs_two_byte = TRUE;
}

static gboolean
is_hop_by_hop (guint8 ext)
{
  return ext <= PARLOR_EXT_TRANSPORT_CC_V2;
}

static void
make_plan (Plan *plan, const guint8 *packet, const ParlorRtpExtList *list,
           const ParlorRtpExtOut *what)
{
  plan->n = plan->bytes = 0;
  plan->needs_two_byte = FALSE;
  plan_piece (plan, what->ids, PARLOR_EXT_ABS_SEND_TIME, NULL, 3);
  plan_piece (plan, what->ids, PARLOR_EXT_TRANSPORT_CC, NULL, 2);
  if (what->mid && what->mid_size)
    plan_piece (plan, what->ids, PARLOR_EXT_MID, (const guint8 *)what->mid, what->mid_size);
  if (what->dd)
    plan_piece (plan, what->ids, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, what->dd, what->dd_size);
  for (guint i = 0; i < list->count; i++)
    {
      guint8 ext = list->elements[i].ext;
      /* Of two elements with one id the first counts; a second would be a contradiction to the
       * receiver. */
      if (is_hop_by_hop (ext) || list->found[ext] != i + 1
          || (what->dd && ext == PARLOR_EXT_DEPENDENCY_DESCRIPTOR))
        continue;
      plan_piece (plan, what->ids, ext, packet + list->elements[i].offset, list->elements[i].size);
    }
}

static guint8 *
write_piece (guint8 *at, const Piece *piece, gboolean two_byte)
{
  if (two_byte)
    {
      *at++ = piece->id;
      *at++ = piece->size;
    }
  else
    {
      *at++ = (guint8)(piece->id << 4 | (piece->size - 1));
    }
  if (piece->data)
    memcpy (at, piece->data, piece->size);
  else
    memset (at, 0, piece->size);
  return at + piece->size;
}

static guint8 *
write_block (guint8 *block, guint8 *out, const Plan *plan, ParlorRtpExtLayout *layout)
{
  guint8 *at = block + 4;
  for (guint i = 0; i < plan->n; i++)
    {
      const Piece *piece = &plan->pieces[i];
      at = write_piece (at, piece, plan->needs_two_byte);
      if (piece->ext == PARLOR_EXT_ABS_SEND_TIME)
        layout->abs_send_time_offset = (guint16)(at - piece->size - out);
      else if (piece->ext == PARLOR_EXT_TRANSPORT_CC)
        layout->twcc_offset = (guint16)(at - piece->size - out);
    }
  while ((at - block) & 3)
    *at++ = 0;
  parlor_put_u16 (block, plan->needs_two_byte ? PROFILE_TWO_BYTE : PROFILE_ONE_BYTE);
  parlor_put_u16 (block + 2, (guint16)((at - block) / 4 - 1));
  return at;
}

/* Most values are one to three bytes: a call of memcpy costs more than they do. */
static inline guint8 *
put_short (guint8 *at, guint8 id, const guint8 *data, guint size)
{
  *at++ = (guint8)(id << 4 | (size - 1));
  switch (size)
    {
    case 1:
      at[0] = data[0];
      break;
    case 2:
      memcpy (at, data, 2);
      break;
    case 3:
      at[0] = data[0];
      memcpy (at + 1, data + 1, 2);
      break;
    default:
      memcpy (at, data, size);
    }
  return at + size;
}

/* Each extension is written once at most, so that the one-byte form cannot outgrow the bound. */
G_STATIC_ASSERT ((PARLOR_EXT_COUNT - PARLOR_EXT_TRANSPORT_CC_V2 + 2) * 17 + 3
                 <= PARLOR_EXT_OUT_MAX);

/* The usual case in one pass: everything fits the one-byte form. NULL = it does not. Per receiver
 * and packet, hence apart from the general way (which takes three times as long). */
static guint8 *
write_quickly (guint8 *out, guint8 *block, const guint8 *packet, const ParlorRtpExtList *list,
               const ParlorRtpExtOut *what, ParlorRtpExtLayout *layout)
{
  static const guint8 zeros[3];
  const guint8 *ids = what->ids;
  guint8 *at = block + 4;
  guint8 most = MAX (ids[PARLOR_EXT_ABS_SEND_TIME], ids[PARLOR_EXT_TRANSPORT_CC]);
  if (most > 14 || what->dd || (what->mid && (ids[PARLOR_EXT_MID] > 14 || what->mid_size > 16)))
    return NULL;
  if (ids[PARLOR_EXT_ABS_SEND_TIME])
    {
      layout->abs_send_time_offset = (guint16)(at + 1 - out);
      at = put_short (at, ids[PARLOR_EXT_ABS_SEND_TIME], zeros, 3);
    }
  if (ids[PARLOR_EXT_TRANSPORT_CC])
    {
      layout->twcc_offset = (guint16)(at + 1 - out);
      at = put_short (at, ids[PARLOR_EXT_TRANSPORT_CC], zeros, 2);
    }
  if (what->mid && what->mid_size && ids[PARLOR_EXT_MID])
    at = put_short (at, ids[PARLOR_EXT_MID], (const guint8 *)what->mid, what->mid_size);
  for (guint i = 0; i < list->count; i++)
    {
      guint8 ext = list->elements[i].ext, id = ids[ext], size = list->elements[i].size;
      if (id == 0 || is_hop_by_hop (ext) || list->found[ext] != i + 1)
        continue;
      if (id > 14 || size - 1u > 15)
        return NULL;
      at = put_short (at, id, packet + list->elements[i].offset, size);
    }
  if (at == block + 4)
    return block;
  while ((at - block) & 3)
    *at++ = 0;
  parlor_put_u16 (block, PROFILE_ONE_BYTE);
  parlor_put_u16 (block + 2, (guint16)((at - block) / 4 - 1));
  return at;
}

static guint8 *
write_by_plan (guint8 *out, gsize room, guint8 *block, const guint8 *packet,
               const ParlorRtpExtList *list, const ParlorRtpExtOut *what,
               ParlorRtpExtLayout *layout)
{
  Plan plan;
  make_plan (&plan, packet, list, what);
  if (room < (gsize)(block - out) + (plan.n ? 4 + plan.bytes + 3 : 0))
    return NULL;
  return plan.n ? write_block (block, out, &plan, layout) : block;
}

gboolean
parlor_rtp_ext_write (guint8 *out, gsize room, const guint8 *packet, const ParlorRtpHeader *header,
                      const ParlorRtpExtList *list, const ParlorRtpExtOut *what,
                      ParlorRtpExtLayout *layout)
{
  gsize fixed = PARLOR_RTP_FIXED_SIZE + 4u * header->csrc_count;
  guint8 *block = out + fixed, *end = NULL;
  if (room < fixed)
    return FALSE;
  memcpy (out, packet, PARLOR_RTP_FIXED_SIZE);
  if (header->csrc_count)
    memcpy (out + PARLOR_RTP_FIXED_SIZE, packet + PARLOR_RTP_FIXED_SIZE,
            fixed - PARLOR_RTP_FIXED_SIZE);
  layout->abs_send_time_offset = layout->twcc_offset = 0;
  if (room >= PARLOR_RTP_HEADER_MAX)
    end = write_quickly (out, block, packet, list, what, layout);
  if (!end)
    end = write_by_plan (out, room, block, packet, list, what, layout);
  if (!end)
    return FALSE;
  out[0] = (guint8)((out[0] & 0xcf) | (end > block ? 0x10 : 0));
  layout->header_size = (guint16)(end - out);
  return TRUE;
}
