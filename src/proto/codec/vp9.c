/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp9.h"
#include "base/bytes.h"
#include <string.h>

#define REFERENCES_MAX 3

/* A reader that cannot run over: after the end it gives zeros and remembers. */
typedef struct
{
  const guint8 *data;
  gsize size, at;
  gboolean over;
} Reader;

static guint8
next_byte (Reader *r)
{
  if (r->at >= r->size)
    {
      r->over = TRUE;
      return 0;
    }
  return r->data[r->at++];
}

static guint16
next_u16 (Reader *r)
{
  guint8 high = next_byte (r);
  return (guint16)(high << 8 | next_byte (r));
}

static void
parse_picture_id (Reader *r, ParlorVp9 *out)
{
  out->picture_id_offset = (guint8)r->at;
  guint8 first = next_byte (r);
  out->picture_id_bits = first & 0x80 ? 15 : 7;
  out->picture_id = first & 0x80 ? (guint16)((first & 0x7f) << 8 | next_byte (r)) : first;
}

static void
parse_layers (Reader *r, ParlorVp9 *out)
{
  guint8 bits = next_byte (r);
  out->has_layers = 1;
  out->tid = bits >> 5;
  out->up_switch = (bits >> 4) & 1;
  out->sid = (bits >> 1) & 7;
  out->inter_layer = bits & 1;
  if (out->flexible)
    return;
  out->has_tl0 = 1;
  out->tl0_offset = (guint8)r->at;
  out->tl0_pic_idx = next_byte (r);
}

static gboolean
skip_references (Reader *r)
{
  for (guint n = 0; n < REFERENCES_MAX; n++)
    if (!(next_byte (r) & 1))
      return TRUE;
  return FALSE;
}

static void
parse_structure (Reader *r, ParlorVp9 *out)
{
  guint8 bits = next_byte (r);
  out->has_structure = 1;
  out->n_spatial = (bits >> 5) + 1;
  for (guint i = 0; (bits & 0x10) && i < out->n_spatial; i++)
    {
      out->width[i] = next_u16 (r);
      out->height[i] = next_u16 (r);
    }
  guint n_pictures = bits & 0x08 ? next_byte (r) : 0;
  for (guint i = 0; i < n_pictures && !r->over; i++)
    for (guint refs = (next_byte (r) >> 2) & 3; refs > 0; refs--)
      next_byte (r);
}

gboolean
parlor_vp9_parse (const guint8 *payload, gsize size, ParlorVp9 *out)
{
  Reader r = {payload, size, 0, FALSE};
  memset (out, 0, sizeof *out);
  guint8 bits = next_byte (&r);
  out->inter_picture = (bits >> 6) & 1;
  out->flexible = (bits >> 4) & 1;
  out->begin = (bits >> 3) & 1;
  out->end = (bits >> 2) & 1;
  out->not_ref_upper = bits & 1;
  if (bits & 0x80)
    parse_picture_id (&r, out);
  if (bits & 0x20)
    parse_layers (&r, out);
  if (out->flexible && out->inter_picture && !skip_references (&r))
    return FALSE;
  if (bits & 0x02)
    parse_structure (&r, out);
  if (r.over || r.at >= size)
    return FALSE;
  out->descriptor_size = (guint16)r.at;
  out->key_frame = !out->inter_picture && out->begin && out->sid == 0;
  return TRUE;
}
