/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/dd.h"
#include <string.h>

#define MANDATORY_BYTES 3
/* Bits: the mandatory fields and the five flags behind them. */
#define FLAGS_END (8 * MANDATORY_BYTES + 5)
#define TEMPLATE_IDS 64
#define SPATIAL_MAX 4
#define TEMPORAL_MAX 8
/* Values of next_layer_idc (A.8.3.4). */
enum
{
  NEXT_SAME = 0,
  NEXT_TEMPORAL = 1,
  NEXT_SPATIAL = 2,
  NEXT_NONE = 3
};

/* After the end it gives zeros and remembers. */
typedef struct
{
  const guint8 *data;
  gsize bits, at;
  gboolean over;
} Reader;

static guint32
take (Reader *r, guint n)
{
  guint32 value = 0;
  if (n > r->bits - r->at)
    {
      r->at = r->bits;
      r->over = TRUE;
      return 0;
    }
  for (; n > 0; n--, r->at++)
    value = value << 1 | ((r->data[r->at / 8] >> (7 - r->at % 8)) & 1);
  return value;
}

/* ns(n) of the AV1 specification 4.10.7: a number below n in as few bits as that takes. */
static guint32
take_non_symmetric (Reader *r, guint32 n)
{
  guint width = 0;
  for (guint32 x = n; x > 0; x >>= 1)
    width++;
  guint32 m = (1u << width) - n;
  guint32 value = take (r, width - 1);
  return value < m ? value : (value << 1) - m + take (r, 1);
}

static gboolean
take_layers (Reader *r, ParlorDdStructure *s)
{
  guint8 spatial = 0, temporal = 0;
  guint32 next;
  do
    {
      if (s->n_templates == PARLOR_DD_TEMPLATES_MAX || r->over)
        return FALSE;
      s->templates[s->n_templates].spatial = spatial;
      s->templates[s->n_templates].temporal = temporal;
      s->n_templates++;
      s->n_temporal = MAX (s->n_temporal, temporal + 1);
      next = take (r, 2);
      if (next == NEXT_TEMPORAL)
        temporal++;
      if (next == NEXT_SPATIAL)
        {
          temporal = 0;
          spatial++;
        }
      if (spatial == SPATIAL_MAX || temporal == TEMPORAL_MAX)
        return FALSE;
    }
  while (next != NEXT_NONE);
  s->n_spatial = (guint8)(spatial + 1);
  return TRUE;
}

static void
add_fdiff (ParlorDdTemplate *t, guint32 fdiff)
{
  if (t->n_fdiffs < PARLOR_DD_FDIFFS_MAX)
    t->fdiffs[t->n_fdiffs++] = (guint16)fdiff;
}

static void
take_template_values (Reader *r, ParlorDdStructure *s)
{
  for (guint t = 0; t < s->n_templates; t++)
    for (guint dt = 0; dt < s->n_targets; dt++)
      s->templates[t].dtis[dt] = (guint8)take (r, 2);
  for (guint t = 0; t < s->n_templates; t++)
    while (take (r, 1))
      add_fdiff (&s->templates[t], take (r, 4) + 1);
}

static void
take_chains (Reader *r, ParlorDdStructure *s)
{
  s->n_chains = (guint8)take_non_symmetric (r, s->n_targets + 1u);
  if (s->n_chains == 0)
    return;
  for (guint dt = 0; dt < s->n_targets; dt++)
    s->protected_by[dt] = (guint8)take_non_symmetric (r, s->n_chains);
  for (guint t = 0; t < s->n_templates; t++)
    for (guint chain = 0; chain < s->n_chains; chain++)
      s->templates[t].chain_diffs[chain] = (guint8)take (r, 4);
}

/* A.8.3.8: a target's layers are the highest ones of the templates that are in it. */
static void
find_target_layers (ParlorDdStructure *s)
{
  for (guint dt = 0; dt < s->n_targets; dt++)
    for (guint t = 0; t < s->n_templates; t++)
      if (s->templates[t].dtis[dt] != PARLOR_DTI_NOT_PRESENT)
        {
          s->target_spatial[dt] = MAX (s->target_spatial[dt], s->templates[t].spatial);
          s->target_temporal[dt] = MAX (s->target_temporal[dt], s->templates[t].temporal);
        }
}

/* 65,536 does not fit and is told as one less. */
static guint16
take_size (Reader *r)
{
  guint32 minus_one = take (r, 16);
  return (guint16)MIN (minus_one + 1, G_MAXUINT16);
}

static void
take_resolutions (Reader *r, ParlorDdStructure *s)
{
  if (!take (r, 1))
    return;
  s->n_resolutions = s->n_spatial;
  for (guint i = 0; i < s->n_spatial; i++)
    {
      s->width[i] = take_size (r);
      s->height[i] = take_size (r);
    }
}

static gboolean
take_structure (Reader *r, ParlorDdStructure *s)
{
  memset (s, 0, sizeof *s);
  s->id_offset = (guint8)take (r, 6);
  s->n_targets = (guint8)(take (r, 5) + 1);
  if (!take_layers (r, s))
    return FALSE;
  take_template_values (r, s);
  take_chains (r, s);
  find_target_layers (s);
  take_resolutions (r, s);
  s->valid = TRUE;
  return TRUE;
}

/* A.8.3.3, the values that differ from the template's. */
static void
take_own_values (Reader *r, const ParlorDdStructure *s, ParlorDd *out)
{
  for (guint dt = 0; out->has_own_dtis && dt < s->n_targets; dt++)
    out->frame.dtis[dt] = (guint8)take (r, 2);
  if (out->has_own_fdiffs)
    {
      out->frame.n_fdiffs = 0;
      for (guint32 nibbles = take (r, 2); nibbles > 0; nibbles = take (r, 2))
        add_fdiff (&out->frame, take (r, 4 * nibbles) + 1);
    }
  for (guint chain = 0; out->has_own_chains && chain < s->n_chains; chain++)
    out->frame.chain_diffs[chain] = (guint8)take (r, 8);
}

static ParlorDdResult
take_frame (Reader *r, guint template_id, const ParlorDdStructure *s, ParlorDd *out)
{
  guint index = (template_id + TEMPLATE_IDS - s->id_offset) % TEMPLATE_IDS;
  if (index >= s->n_templates)
    return PARLOR_DD_BAD_TEMPLATE;
  out->template_index = (guint8)index;
  out->frame = s->templates[index];
  take_own_values (r, s, out);
  if (r->over)
    return PARLOR_DD_SHORT;
  out->own_end = (guint16)r->at;
  if (s->n_resolutions)
    {
      out->width = s->width[out->frame.spatial];
      out->height = s->height[out->frame.spatial];
    }
  return PARLOR_DD_OK;
}

/* Everything behind the mandatory fields. current is the structure that holds, fresh the one that
 * comes with the packet. */
static ParlorDdResult
take_rest (Reader *r, guint template_id, const ParlorDdStructure *current, ParlorDdStructure *fresh,
           ParlorDd *out)
{
  if (r->bits > 8 * MANDATORY_BYTES)
    {
      out->has_structure = (guint8)take (r, 1);
      out->has_active = (guint8)take (r, 1);
      out->has_own_dtis = (guint8)take (r, 1);
      out->has_own_fdiffs = (guint8)take (r, 1);
      out->has_own_chains = (guint8)take (r, 1);
    }
  if (out->has_structure)
    {
      if (!take_structure (r, fresh))
        return r->over ? PARLOR_DD_SHORT : PARLOR_DD_BAD_STRUCTURE;
      current = fresh;
      out->active_targets = (guint32)((G_GUINT64_CONSTANT (1) << fresh->n_targets) - 1);
    }
  if (!current->valid)
    return PARLOR_DD_NO_STRUCTURE;
  out->structure_end = (guint16)r->at;
  if (out->has_active)
    out->active_targets = take (r, current->n_targets);
  out->has_active |= out->has_structure;
  out->own_start = (guint16)r->at;
  return take_frame (r, template_id, current, out);
}

ParlorDdResult
parlor_dd_parse (const guint8 *data, gsize size, ParlorDdStructure *structure, ParlorDd *out)
{
  Reader r = {data, 8 * size, 0, FALSE};
  ParlorDdStructure fresh;
  memset (out, 0, sizeof *out);
  if (size < MANDATORY_BYTES)
    return PARLOR_DD_SHORT;
  guint8 first = (guint8)take (&r, 1);
  guint8 last = (guint8)take (&r, 1);
  guint template_id = take (&r, 6);
  guint16 frame_number = (guint16)take (&r, 16);
  ParlorDdResult result = take_rest (&r, template_id, structure, &fresh, out);
  if (result != PARLOR_DD_OK)
    memset (out, 0, sizeof *out);
  else if (out->has_structure)
    *structure = fresh;
  out->first_in_frame = first;
  out->last_in_frame = last;
  out->frame_number = frame_number;
  out->key_frame = first && out->has_structure;
  return result;
}

/* --- writing --------------------------------------------------------------------------------- */

typedef struct
{
  guint8 *out;
  gsize at;
} Writer;

static void
put (Writer *w, guint n, guint64 value)
{
  for (; n > 0; n--, w->at++)
    {
      if (w->at % 8 == 0)
        w->out[w->at / 8] = 0;
      w->out[w->at / 8] |= (guint8)(((value >> (n - 1)) & 1) << (7 - w->at % 8));
    }
}

static void
copy_bits (Writer *w, const guint8 *data, gsize from, gsize to)
{
  Reader r = {data, to, from, FALSE};
  while (r.at < to)
    put (w, 1, take (&r, 1));
}

gsize
parlor_dd_write (guint8 *out, gsize room, const guint8 *data, const ParlorDd *dd, guint n_targets,
                 guint32 active_targets)
{
  Writer w = {out, 0};
  gsize structure = dd->has_structure ? dd->structure_end - FLAGS_END : 0;
  gsize bits = FLAGS_END + structure + n_targets + dd->own_end - dd->own_start;
  if (room < (bits + 7) / 8)
    return 0;
  copy_bits (&w, data, 0, 8 * MANDATORY_BYTES);
  put (&w, 1, dd->has_structure);
  put (&w, 1, 1);
  put (&w, 1, dd->has_own_dtis);
  put (&w, 1, dd->has_own_fdiffs);
  put (&w, 1, dd->has_own_chains);
  copy_bits (&w, data, FLAGS_END, FLAGS_END + structure);
  put (&w, n_targets, active_targets);
  copy_bits (&w, data, dd->own_start, dd->own_end);
  return (w.at + 7) / 8;
}
