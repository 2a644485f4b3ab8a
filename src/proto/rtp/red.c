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

static guint8 *
write_head (guint8 *at, guint8 pt, guint32 ts_offset, gsize size)
{
  at[0] = 0x80 | pt;
  parlor_put_u24 (at + 1, ts_offset << 10 | (guint32)size);
  return at + HEAD_SIZE;
}

gsize
parlor_red_rewrite (guint8 *out, gsize room, const guint8 *payload, const ParlorRed *red,
                    guint32 max_ts_offset, guint8 pt)
{
  gsize total = 0;
  guint8 *at = out;
  for (guint i = 0; i < red->count; i++)
    if (i + 1u == red->count)
      total += 1u + red->blocks[i].size;
    else if (red->blocks[i].ts_offset <= max_ts_offset)
      total += HEAD_SIZE + red->blocks[i].size;
  if (room < total)
    return 0;
  for (guint i = 0; i + 1u < red->count; i++)
    if (red->blocks[i].ts_offset <= max_ts_offset)
      at = write_head (at, pt & 0x7f, red->blocks[i].ts_offset, red->blocks[i].size);
  *at++ = pt & 0x7f;
  for (guint i = 0; i < red->count; i++)
    if (i + 1u == red->count || red->blocks[i].ts_offset <= max_ts_offset)
      {
        memcpy (at, payload + red->blocks[i].offset, red->blocks[i].size);
        at += red->blocks[i].size;
      }
  return total;
}
