/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp8.h"
#include "base/bytes.h"
#include <string.h>

/* RFC 6386 section 9.1: frame tag of 3 bytes, start code of 3, then 14 bits each of width and
 * height. */
#define KEY_FRAME_HEADER 10

static gboolean
parse_picture_id (const guint8 *payload, gsize size, gsize *at, ParlorVp8 *out)
{
  if (*at >= size)
    return FALSE;
  out->picture_id_offset = (guint8)*at;
  if (!(payload[*at] & 0x80))
    {
      out->picture_id_bits = 7;
      out->picture_id = payload[(*at)++];
      return TRUE;
    }
  if (*at + 2 > size)
    return FALSE;
  out->picture_id_bits = 15;
  out->picture_id = parlor_get_u16 (payload + *at) & 0x7fff;
  *at += 2;
  return TRUE;
}

/* The I, L, T and K fields that the second byte announces; the caller has seen that it is there. */
static gboolean
parse_extended (const guint8 *payload, gsize size, gsize *at, ParlorVp8 *out)
{
  guint8 bits = payload[(*at)++];
  if ((bits & 0x80) && !parse_picture_id (payload, size, at, out))
    return FALSE;
  if (bits & 0x40)
    {
      if (*at >= size)
        return FALSE;
      out->has_tl0 = 1;
      out->tl0_offset = (guint8)*at;
      out->tl0_pic_idx = payload[(*at)++];
    }
  if (bits & 0x30)
    {
      if (*at >= size)
        return FALSE;
      out->tid_offset = (guint8)*at;
      guint8 value = payload[(*at)++];
      out->has_tid = (bits >> 5) & 1;
      out->has_key_idx = (bits >> 4) & 1;
      out->tid = out->has_tid ? value >> 6 : 0;
      out->layer_sync = out->has_tid ? (value >> 5) & 1 : 0;
      out->key_idx = out->has_key_idx ? value & 0x1f : 0;
    }
  return TRUE;
}

static void
parse_frame_start (const guint8 *data, gsize size, ParlorVp8 *out)
{
  out->key_frame = !(data[0] & 1);
  if (!out->key_frame || size < KEY_FRAME_HEADER || data[3] != 0x9d || data[4] != 0x01
      || data[5] != 0x2a)
    return;
  out->width = (guint16)((data[6] | data[7] << 8) & 0x3fff);
  out->height = (guint16)((data[8] | data[9] << 8) & 0x3fff);
}

gboolean
parlor_vp8_parse (const guint8 *payload, gsize size, ParlorVp8 *out)
{
  gsize at = 1;
  memset (out, 0, sizeof *out);
  if (size < 2)
    return FALSE;
  if ((payload[0] & 0x80) && !parse_extended (payload, size, &at, out))
    return FALSE;
  if (at >= size)
    return FALSE;
  out->descriptor_size = (guint8)at;
  out->non_reference = (payload[0] >> 5) & 1;
  out->start = (payload[0] & 0x17) == 0x10;
  if (out->start)
    parse_frame_start (payload + at, size - at, out);
  return TRUE;
}
