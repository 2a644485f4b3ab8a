/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/h264.h"
#include "base/bytes.h"
#include <string.h>

enum
{
  NAL_SLICE = 1,
  NAL_IDR = 5,
  NAL_SPS = 7,
  NAL_PPS = 8,
  NAL_LAST_SINGLE = 23,
  NAL_STAP_A = 24,
  NAL_FU_A = 28
};

/* Where a picture of 65535 macroblocks and more ends; emulation prevention could stand earlier in
   none that is smaller. */
#define MAX_ZEROS 15

/* Exp-Golomb (section 9.1) from bit *at on. FALSE = it runs over the end, or is longer than any
   that is looked for. */
static gboolean
take_ue (const guint8 *data, gsize size, gsize *at, guint32 *value)
{
  guint zeros = 0;
  guint32 bits = 0;
  for (; *at < size * 8 && !(data[*at / 8] >> (7 - *at % 8) & 1); (*at)++)
    if (++zeros > MAX_ZEROS)
      return FALSE;
  if (*at + zeros + 1 > size * 8)
    return FALSE;
  for (guint i = 0; i <= zeros; i++, (*at)++)
    bits = bits << 1 | (data[*at / 8] >> (7 - *at % 8) & 1);
  *value = bits - 1;
  return TRUE;
}

/* Section 7.3.3: a slice's header begins with first_mb_in_slice and slice_type. */
static gboolean
is_b_slice (const guint8 *slice, gsize size)
{
  guint32 first, type;
  gsize at = 0;
  return take_ue (slice, size, &at, &first) && take_ue (slice, size, &at, &type) && type % 5 == 1
         && type < 10;
}

/* begins: the NAL unit's first byte is in this packet. rest: what follows its header. */
static void
note_nal (guint8 header, const guint8 *rest, gsize size, gboolean begins, ParlorH264 *out)
{
  guint8 type = header & 0x1f;
  guint8 ref_idc = (header >> 5) & 3;
  out->ref_idc = MAX (out->ref_idc, ref_idc);
  out->has_slice |= type >= NAL_SLICE && type <= NAL_IDR;
  if (type == NAL_IDR || type == NAL_SPS || type == NAL_PPS)
    out->key_part = 1;
  if (!begins)
    return;
  out->has_idr |= type == NAL_IDR;
  out->has_sps |= type == NAL_SPS;
  out->has_pps |= type == NAL_PPS;
  out->has_b |= type == NAL_SLICE && is_b_slice (rest, size);
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
      note_nal (payload[at], payload + at + 1, nal_size - 1, TRUE, out);
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
  note_nal ((guint8)((payload[0] & 0x60) | type), payload + 2, size - 2, out->fu_start, out);
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
    note_nal (payload[0], payload + 1, size - 1, TRUE, out);
  else if (out->nal_type == NAL_STAP_A)
    sound = parse_stap_a (payload, size, out);
  else if (out->nal_type == NAL_FU_A)
    sound = parse_fu_a (payload, size, out);
  else
    sound = FALSE;
  out->key_frame = out->has_sps || out->has_idr;
  return sound;
}
