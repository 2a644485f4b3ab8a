/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/h264.h"
#include "base/bytes.h"
#include <string.h>

enum
{
  NAL_IDR = 5,
  NAL_SPS = 7,
  NAL_PPS = 8,
  NAL_LAST_SINGLE = 23,
  NAL_STAP_A = 24,
  NAL_FU_A = 28
};

/* begins: the NAL unit's first byte is in this packet. */
static void
note_nal (guint8 header, gboolean begins, ParlorH264 *out)
{
  guint8 type = header & 0x1f;
  guint8 ref_idc = (header >> 5) & 3;
  out->ref_idc = MAX (out->ref_idc, ref_idc);
  if (type == NAL_IDR || type == NAL_SPS || type == NAL_PPS)
    out->key_part = 1;
  if (!begins)
    return;
  out->has_idr |= type == NAL_IDR;
  out->has_sps |= type == NAL_SPS;
  out->has_pps |= type == NAL_PPS;
}

static gboolean
parse_stap_a (const guint8 *payload, gsize size, ParlorH264 *out)
{
  gsize at = 1;
  if (size < 4)
    return FALSE;
  while (at < size)
    {
      if (size - at < 3)
        return FALSE;
      gsize nal_size = parlor_get_u16 (payload + at);
      at += 2;
      if (nal_size == 0 || nal_size > size - at)
        return FALSE;
      note_nal (payload[at], TRUE, out);
      at += nal_size;
    }
  return TRUE;
}

static gboolean
parse_fu_a (const guint8 *payload, gsize size, ParlorH264 *out)
{
  if (size < 3)
    return FALSE;
  guint8 type = payload[1] & 0x1f;
  out->fu_start = payload[1] >> 7;
  out->fu_end = (payload[1] >> 6) & 1;
  if ((out->fu_start && out->fu_end) || type == 0 || type > NAL_LAST_SINGLE)
    return FALSE;
  out->begins_nal = out->fu_start;
  note_nal ((guint8)((payload[0] & 0x60) | type), out->fu_start, out);
  return TRUE;
}

gboolean
parlor_h264_parse (const guint8 *payload, gsize size, ParlorH264 *out)
{
  gboolean sound = TRUE;
  memset (out, 0, sizeof *out);
  if (size == 0)
    return FALSE;
  out->nal_type = payload[0] & 0x1f;
  out->begins_nal = 1;
  if (out->nal_type >= 1 && out->nal_type <= NAL_LAST_SINGLE)
    note_nal (payload[0], TRUE, out);
  else if (out->nal_type == NAL_STAP_A)
    sound = parse_stap_a (payload, size, out);
  else if (out->nal_type == NAL_FU_A)
    sound = parse_fu_a (payload, size, out);
  else
    sound = FALSE;
  out->key_frame = out->has_sps || out->has_idr;
  return sound;
}
