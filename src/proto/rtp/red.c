/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/red.h"
#include "base/bytes.h"
#include <string.h>

#define HEAD_SIZE 4

/* The heads; gives where the data begins, 0 = malformed. */
static gsize
parse_heads (const guint8 *payload, gsize size, ParlorRed *out)
{
  gsize at = 0;
  for (out->count = 0; out->count < PARLOR_RED_BLOCKS_MAX; at += HEAD_SIZE)
    {
      if (at >= size)
        return 0;
      guint8 i = out->count++;
      out->blocks[i].pt = payload[at] & 0x7f;
      out->blocks[i].ts_offset = out->blocks[i].size = 0;
      if (!(payload[at] & 0x80))
        return at + 1;
      if (size - at < HEAD_SIZE)
        return 0;
      guint32 bits = parlor_get_u24 (payload + at + 1);
      out->blocks[i].ts_offset = (guint16)(bits >> 10);
      out->blocks[i].size = bits & PARLOR_RED_LENGTH_MAX;
    }
  return 0;
}

gboolean
parlor_red_parse (const guint8 *payload, gsize size, ParlorRed *out)
{
  if (size > G_MAXUINT16)
    return FALSE;
  gsize at = parse_heads (payload, size, out);
  if (at == 0)
    return FALSE;
  for (guint i = 0; i < out->count; i++)
    {
      if (i + 1u == out->count)
        out->blocks[i].size = (guint16)(size - at);
      if (out->blocks[i].size > size - at)
        return FALSE;
      out->blocks[i].offset = (guint16)at;
      at += out->blocks[i].size;
    }
  return TRUE;
}
