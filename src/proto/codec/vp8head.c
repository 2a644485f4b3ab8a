/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp8head.h"

#include <string.h>

/* Section 9.1. */
#define TAG_BYTES 3
#define KEY_BYTES 10

/* Section 7.3, for flags alone: each is as likely as not. */
typedef struct
{
  const guint8 *at, *end;
  guint32 value; /* two bytes */
  guint32 range;
  guint n_bits; /* shifted out of the second byte */
  gboolean is_over;
} Bits;

static guint8
next_byte (Bits *self)
{
  if (self->at < self->end)
    return *self->at++;
  self->is_over = TRUE;
  return 0;
}

static void
open_bits (Bits *self, const guint8 *at, const guint8 *end)
{
  *self = (Bits){.at = at, .end = end, .range = 255};
  self->value = (guint32)next_byte (self) << 8;
  self->value |= next_byte (self);
}

static guint
read_bit (Bits *self)
{
  guint32 split = 1 + ((self->range - 1) >> 1), large = split << 8;
  guint bit = self->value >= large ? 1 : 0;
  self->range = bit != 0 ? self->range - split : split;
  self->value -= bit != 0 ? large : 0;
  while (self->range < 128)
    {
      self->value <<= 1;
      self->range <<= 1;
      if (++self->n_bits < 8)
        continue;
      self->n_bits = 0;
      self->value |= next_byte (self);
    }
  return bit;
}

static guint
read_bits (Bits *self, guint n)
{
  guint value = 0;
  for (; n > 0; n--)
    value = value << 1 | read_bit (self);
  return value;
}

/* Section 9.3. TRUE: it says something that holds on. */
static gboolean
read_segments (Bits *bits)
{
  if (read_bit (bits) == 0)
    return FALSE;
  guint map = read_bit (bits), data = read_bit (bits);
  read_bits (bits, data); /* differences or values */
  for (guint i = 0; data != 0 && i < 8; i++)
    if (read_bit (bits) != 0)
      read_bits (bits, i < 4 ? 7 + 1 : 6 + 1); /* quantizer, loop filter; the sign */
  for (guint i = 0; map != 0 && i < 3; i++)
    if (read_bit (bits) != 0)
      read_bits (bits, 8);
  return (map | data) != 0;
}

/* Section 9.6. TRUE: one is another than before. */
static gboolean
read_deltas (Bits *bits, gint8 *deltas)
{
  gboolean changes = FALSE;
  if (read_bit (bits) == 0 || read_bit (bits) == 0)
    return FALSE;
  for (guint i = 0; i < 8; i++)
    if (read_bit (bits) != 0)
      {
        gint size = (gint)read_bits (bits, 6), value = read_bit (bits) != 0 ? -size : size;
        changes = changes || deltas[i] != value;
        deltas[i] = (gint8)value;
      }
  return changes;
}

static void
skip_quantizers (Bits *bits)
{
  read_bits (bits, 7);
  for (guint i = 0; i < 5; i++)
    if (read_bit (bits) != 0)
      read_bits (bits, 5);
}

/* Section 9.7. TRUE: one of the three is this picture, or another, from now on. */
static gboolean
read_references (Bits *bits)
{
  guint golden = read_bit (bits), alternate = read_bit (bits);
  guint copies = golden == 0 ? read_bits (bits, 2) : 0;
  copies |= alternate == 0 ? read_bits (bits, 2) : 0;
  read_bits (bits, 2); /* signs of motion, of this frame alone */
  guint stays = read_bit (bits), last = read_bit (bits);
  return (golden | alternate | copies | stays | last) != 0;
}

gboolean
parlor_vp8_is_spare (ParlorVp8Head *self, const guint8 *frame, gsize size)
{
  gboolean is_key = size >= TAG_BYTES && (frame[0] & 1) == 0;
  if (size < (is_key ? KEY_BYTES : TAG_BYTES))
    return FALSE;
  Bits bits;
  open_bits (&bits, frame + (is_key ? KEY_BYTES : TAG_BYTES), frame + size);
  if (is_key)
    {
      memset (self, 0, sizeof *self);
      read_bits (&bits, 2); /* colours, clamping */
    }
  gboolean holds_on = read_segments (&bits);
  read_bits (&bits, 1 + 6 + 3); /* the loop filter */
  holds_on = read_deltas (&bits, self->deltas) || holds_on;
  if (is_key)
    return FALSE;
  read_bits (&bits, 2); /* partitions */
  skip_quantizers (&bits);
  holds_on = read_references (&bits) || holds_on;
  return !holds_on && !bits.is_over;
}
