/* SPDX-License-Identifier: Apache-2.0 */
#include "record/av1depay.h"

#include <string.h>

/* AV1 bitstream specification section 6.2.2. */
#define OBU_SEQUENCE_HEADER 1
#define OBU_TEMPORAL_DELIMITER 2
#define OBU_FRAME_HEADER 3
#define OBU_FRAME 6
#define OBU_TILE_LIST 8
#define OBU_PADDING 15
#define KEY_FRAME 0

/* Section 6.4.2: what color_config says when it describes sRGB. */
#define CP_BT_709 1
#define TC_SRGB 13
#define MC_IDENTITY 0
#define UNSPECIFIED 2

#define SELECT_SCREEN_CONTENT_TOOLS 2

struct _ParlorAv1Depay
{
  GByteArray *unit;     /* OBUs with their sizes */
  GByteArray *fragment; /* of an OBU that goes on in the next packet */
  GByteArray *header;   /* the sequence header's OBU, as it stands in unit */
  ParlorAv1Sequence sequence;
  guint32 timestamp;
  gboolean has_sequence, has_fragment, has_frame, is_key, has_header, is_whole;
  gboolean waits; /* for a key frame */
};

/* ---- the sequence header (section 5.5) ------------------------------------------------------ */

typedef struct
{
  const guint8 *data;
  gsize bits, at;
  gboolean is_over; /* more was read than there is */
} Reader;

static guint32
read_bits (Reader *r, guint n)
{
  guint32 value = 0;
  for (guint i = 0; i < n; i++, r->at++)
    {
      if (r->at >= r->bits)
        {
          r->is_over = TRUE;
          return 0;
        }
      value = value << 1 | (r->data[r->at / 8] >> (7 - r->at % 8) & 1);
    }
  return value;
}

/* uvlc(), section 4.10.3; its value is not needed. */
static void
skip_uvlc (Reader *r)
{
  guint zeros = 0;
  while (!r->is_over && read_bits (r, 1) == 0)
    zeros++;
  if (zeros < 32)
    read_bits (r, zeros);
}

typedef struct
{
  gboolean has_model;
  guint delay_bits;
} Model;

static void
read_timing (Reader *r, Model *model)
{
  read_bits (r, 32);
  read_bits (r, 32);
  if (read_bits (r, 1) != 0)
    skip_uvlc (r);
  model->has_model = read_bits (r, 1) != 0;
  if (!model->has_model)
    return;
  model->delay_bits = read_bits (r, 5) + 1;
  read_bits (r, 32);
  read_bits (r, 5);
  read_bits (r, 5);
}

static void
read_points (Reader *r, ParlorAv1Sequence *out)
{
  Model model = {0};
  if (read_bits (r, 1) != 0)
    read_timing (r, &model);
  gboolean has_delay = read_bits (r, 1) != 0;
  guint n = read_bits (r, 5) + 1;
  for (guint i = 0; i < n; i++)
    {
      read_bits (r, 12);
      guint level = read_bits (r, 5), tier = level > 7 ? read_bits (r, 1) : 0;
      if (i == 0)
        {
          out->level = (guint8)level;
          out->tier = (guint8)tier;
        }
      if (model.has_model && read_bits (r, 1) != 0)
        {
          read_bits (r, model.delay_bits);
          read_bits (r, model.delay_bits);
          read_bits (r, 1);
        }
      if (has_delay && read_bits (r, 1) != 0)
        read_bits (r, 4);
    }
}

static void
read_size (Reader *r, ParlorAv1Sequence *out)
{
  guint width_bits = read_bits (r, 4) + 1, height_bits = read_bits (r, 4) + 1;
  out->width = read_bits (r, width_bits) + 1;
  out->height = read_bits (r, height_bits) + 1;
}

static void
skip_tools (Reader *r, gboolean reduced)
{
  guint screen_tools = SELECT_SCREEN_CONTENT_TOOLS;
  gboolean has_order;
  read_bits (r, 3); /* 128×128, filter intra, intra edge */
  if (reduced)
    return;
  read_bits (r, 4); /* interintra, masked, warped, dual filter */
  has_order = read_bits (r, 1) != 0;
  if (has_order)
    read_bits (r, 2);
  if (read_bits (r, 1) == 0)
    screen_tools = read_bits (r, 1);
  if (screen_tools > 0 && read_bits (r, 1) == 0)
    read_bits (r, 1);
  if (has_order)
    read_bits (r, 3);
}

static void
read_subsampling (Reader *r, ParlorAv1Sequence *out)
{
  read_bits (r, 1); /* range */
  out->subsampling_x = out->profile != 1;
  out->subsampling_y = out->profile == 0;
  if (out->profile == 2 && out->twelve_bit)
    {
      out->subsampling_x = (guint8)read_bits (r, 1);
      out->subsampling_y = out->subsampling_x ? (guint8)read_bits (r, 1) : 0;
    }
  if (out->subsampling_x && out->subsampling_y)
    out->chroma_position = (guint8)read_bits (r, 2);
}

static void
read_color (Reader *r, ParlorAv1Sequence *out)
{
  guint primaries = UNSPECIFIED, transfer = UNSPECIFIED, matrix = UNSPECIFIED;
  out->high_bitdepth = (guint8)read_bits (r, 1);
  out->twelve_bit = out->profile == 2 && out->high_bitdepth ? (guint8)read_bits (r, 1) : 0;
  out->monochrome = out->profile == 1 ? 0 : (guint8)read_bits (r, 1);
  if (read_bits (r, 1) != 0)
    {
      primaries = read_bits (r, 8);
      transfer = read_bits (r, 8);
      matrix = read_bits (r, 8);
    }
  if (out->monochrome)
    out->subsampling_x = out->subsampling_y = 1;
  else if (primaries != CP_BT_709 || transfer != TC_SRGB || matrix != MC_IDENTITY)
    read_subsampling (r, out);
}

gboolean
parlor_av1_sequence_parse (const guint8 *payload, gsize size, ParlorAv1Sequence *out)
{
  Reader r = {.data = payload, .bits = size * 8};
  *out = (ParlorAv1Sequence){0};
  out->profile = (guint8)read_bits (&r, 3);
  read_bits (&r, 1);
  gboolean reduced = read_bits (&r, 1) != 0;
  if (reduced)
    out->level = (guint8)read_bits (&r, 5);
  else
    read_points (&r, out);
  read_size (&r, out);
  if (!reduced && read_bits (&r, 1) != 0)
    read_bits (&r, 7); /* lengths of frame ids */
  skip_tools (&r, reduced);
  read_bits (&r, 3); /* superres, cdef, restoration */
  read_color (&r, out);
  return !r.is_over && out->profile <= 2;
}

/* ---- units ---------------------------------------------------------------------------------- */

ParlorAv1Depay *
parlor_av1_depay_new (void)
{
  ParlorAv1Depay *self = g_new0 (ParlorAv1Depay, 1);
  self->unit = g_byte_array_new ();
  self->fragment = g_byte_array_new ();
  self->header = g_byte_array_new ();
  self->waits = TRUE;
  return self;
}

void
parlor_av1_depay_free (ParlorAv1Depay *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->unit);
  g_byte_array_unref (self->fragment);
  g_byte_array_unref (self->header);
  g_free (self);
}

static void
begin_unit (ParlorAv1Depay *self)
{
  g_byte_array_set_size (self->unit, 0);
  g_byte_array_set_size (self->fragment, 0);
  self->has_fragment = self->has_frame = self->is_key = self->has_header = self->is_whole = FALSE;
}

static ParlorAv1Result
give_up (ParlorAv1Depay *self)
{
  begin_unit (self);
  self->waits = TRUE;
  return PARLOR_AV1_DAMAGED;
}

/* leb128(), section 4.10.5. 0 = it runs over the end, or is too long. */
static gsize
read_leb128 (const guint8 *data, gsize size, gsize *value)
{
  *value = 0;
  for (gsize i = 0; i < MIN (size, 5); i++)
    {
      *value |= (gsize)(data[i] & 0x7f) << (7 * i);
      if ((data[i] & 0x80) == 0)
        return i + 1;
    }
  return 0;
}

static void
put_leb128 (GByteArray *out, gsize value)
{
  do
    {
      guint8 byte = (guint8)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
      g_byte_array_append (out, &byte, 1);
      value >>= 7;
    }
  while (value > 0);
}

static void
note_obu (ParlorAv1Depay *self, guint type, const guint8 *payload, gsize size, guint from)
{
  if (type == OBU_SEQUENCE_HEADER && parlor_av1_sequence_parse (payload, size, &self->sequence))
    {
      g_byte_array_set_size (self->header, 0);
      g_byte_array_append (self->header, self->unit->data + from, self->unit->len - from);
      self->has_sequence = self->has_header = TRUE;
    }
  if ((type == OBU_FRAME || type == OBU_FRAME_HEADER) && !self->has_frame && size > 0)
    {
      self->has_frame = TRUE;
      /* show_existing_frame (1), frame_type (2): section 5.9.2. */
      self->is_key = (payload[0] & 0x80) == 0 && (payload[0] >> 5 & 3) == KEY_FRAME
                     && self->has_header;
    }
}

/* A whole OBU, with or without its size; FALSE: it is none. */
static gboolean
take_obu (ParlorAv1Depay *self, const guint8 *obu, gsize size)
{
  guint type = obu[0] >> 3 & 15, from = self->unit->len;
  gboolean has_extension = (obu[0] & 4) != 0, has_size = (obu[0] & 2) != 0;
  gsize at = has_extension ? 2 : 1, length;
  if ((obu[0] & 0x80) != 0 || at > size)
    return FALSE;
  length = size - at;
  if (has_size)
    {
      gsize used = read_leb128 (obu + at, size - at, &length);
      if (used == 0 || length > size - at - used)
        return FALSE;
      at += used;
    }
  if (type == OBU_TEMPORAL_DELIMITER || type == OBU_TILE_LIST || type == OBU_PADDING)
    return TRUE;
  if (from + length + 16 > PARLOR_AV1_UNIT_MAX)
    return FALSE;
  g_byte_array_append (self->unit, &(guint8){obu[0] | 2}, 1);
  if (has_extension)
    g_byte_array_append (self->unit, obu + 1, 1);
  put_leb128 (self->unit, length);
  g_byte_array_append (self->unit, obu + at, (guint)length);
  note_obu (self, type, obu + at, length, from);
  return TRUE;
}

static gboolean
take_element (ParlorAv1Depay *self, const guint8 *data, gsize size, gboolean continues,
              gboolean goes_on)
{
  if (continues != self->has_fragment)
    return FALSE;
  if (!continues && !goes_on)
    return size > 0 && take_obu (self, data, size);
  if (self->fragment->len + size > PARLOR_AV1_UNIT_MAX)
    return FALSE;
  g_byte_array_append (self->fragment, data, (guint)size);
  self->has_fragment = goes_on;
  if (goes_on)
    return TRUE;
  gboolean ok = self->fragment->len > 0
                && take_obu (self, self->fragment->data, self->fragment->len);
  g_byte_array_set_size (self->fragment, 0);
  return ok;
}

/* The aggregation header (AV1 RTP section 4.4): Z, Y, W, N; W elements of which the last has no
 * length, or with W = 0 any number that all have one. */
static gboolean
take_payload (ParlorAv1Depay *self, const guint8 *payload, gsize size)
{
  if (size < 2)
    return FALSE;
  gboolean continues = (payload[0] & 0x80) != 0, goes_on = (payload[0] & 0x40) != 0;
  guint count = payload[0] >> 4 & 3;
  gsize at = 1;
  for (guint i = 0; at < size; i++)
    {
      gsize length = size - at;
      if (count == 0 || i + 1 < count)
        {
          gsize used = read_leb128 (payload + at, size - at, &length);
          if (used == 0 || length > size - at - used)
            return FALSE;
          at += used;
        }
      else if (i >= count)
        return FALSE;
      gboolean is_last = at + length == size;
      if (!take_element (self, payload + at, length, i == 0 && continues, is_last && goes_on))
        return FALSE;
      at += length;
    }
  return TRUE;
}

ParlorAv1Result
parlor_av1_depay_push (ParlorAv1Depay *self, const guint8 *payload, gsize size, guint32 timestamp,
                       gboolean marker, gboolean lost)
{
  gboolean torn = FALSE;
  if (self->is_whole || (self->unit->len == 0 && !self->has_fragment))
    begin_unit (self);
  else
    torn = timestamp != self->timestamp; /* its last packet is missing, whatever `lost` says */
  if (torn || lost)
    give_up (self);
  self->timestamp = timestamp;
  if (!take_payload (self, payload, size))
    return give_up (self);
  if (!marker)
    return torn || lost ? PARLOR_AV1_DAMAGED : PARLOR_AV1_MORE;
  if (self->has_fragment)
    return give_up (self);
  if (self->waits && !self->is_key)
    return give_up (self);
  self->is_whole = TRUE;
  self->waits = FALSE;
  return self->unit->len > 0 ? PARLOR_AV1_UNIT : PARLOR_AV1_MORE;
}

const guint8 *
parlor_av1_depay_unit (const ParlorAv1Depay *self, gsize *size, gboolean *key)
{
  *size = self->unit->len;
  *key = self->is_key;
  return self->unit->data;
}

const ParlorAv1Sequence *
parlor_av1_depay_sequence (const ParlorAv1Depay *self)
{
  return self->has_sequence ? &self->sequence : NULL;
}

GByteArray *
parlor_av1_depay_config (const ParlorAv1Depay *self)
{
  const ParlorAv1Sequence *s = &self->sequence;
  GByteArray *out = g_byte_array_new ();
  const guint8 head[4] = {0x81, (guint8)(s->profile << 5 | s->level),
                          (guint8)(s->tier << 7 | s->high_bitdepth << 6 | s->twelve_bit << 5
                                   | s->monochrome << 4 | s->subsampling_x << 3
                                   | s->subsampling_y << 2 | s->chroma_position),
                          0};
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, self->header->data, self->header->len);
  return out;
}
