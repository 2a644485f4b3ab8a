/* SPDX-License-Identifier: Apache-2.0 */
#include "router/gop.h"

#include <string.h>

#define FIRST_BYTES (16 * 1024)
#define FIRST_PKTS 32
/* Half of what 16 bits can tell apart: a stream may go on for longer without a key frame. */
#define SPAN_MAX 0x4000

typedef struct
{
  ParlorPacketInfo info;
  guint32 offset, length;
} Entry;

struct _ParlorGop
{
  Entry *entries; /* owned; by number, from the key frame's first */
  guint n, capacity;
  guint8 *bytes; /* owned */
  gsize used, size;
  gboolean open;      /* a key frame began, and all of it that came is here */
  gboolean truncated; /* frames after the key frame are left out */
  gboolean far;       /* `first` lies more than SPAN_MAX behind, and orders nothing any more */
  guint16 first, highest;
  guint n_received; /* from `first` on, of all temporal layers: as many as the numbers = none is
                       missing */
  guint n_key;      /* packets of the key frame */
  gboolean key_ends;
};

ParlorGop *
parlor_gop_new (void)
{
  return g_new0 (ParlorGop, 1);
}

void
parlor_gop_free (ParlorGop *self)
{
  if (self == NULL)
    return;
  g_free (self->entries);
  g_free (self->bytes);
  g_free (self);
}

void
parlor_gop_clear (ParlorGop *self)
{
  self->n = self->n_received = self->n_key = 0;
  self->used = 0;
  self->open = self->truncated = self->far = self->key_ends = FALSE;
}

static gboolean
make_room (ParlorGop *self, gsize length)
{
  if (self->used + length > PARLOR_GOP_MAX_BYTES || self->n == PARLOR_GOP_MAX_PKTS)
    return FALSE;
  if (self->n == self->capacity)
    {
      self->capacity = MAX (2 * self->capacity, FIRST_PKTS);
      self->entries = g_renew (Entry, self->entries, self->capacity);
    }
  if (self->used + length > self->size)
    {
      self->size = MAX (2 * self->size, FIRST_BYTES);
      self->bytes = g_realloc (self->bytes, self->size);
    }
  return TRUE;
}

/* Late ones go to their place. */
static void
insert (ParlorGop *self, const guint8 *packet, gsize length, const ParlorPacketInfo *info)
{
  guint at = self->n;

  while (at > 0 && parlor_seq16_newer (self->entries[at - 1].info.header.seq, info->header.seq))
    at--;
  memmove (&self->entries[at + 1], &self->entries[at], (self->n - at) * sizeof (Entry));
  self->entries[at] = (Entry){*info, (guint32)self->used, (guint32)length};
  memcpy (self->bytes + self->used, packet, length);
  self->used += length;
  self->n++;
}

static gboolean
is_of_key (const ParlorGop *self, const ParlorPacketInfo *info)
{
  return self->n == 0 || info->header.timestamp == self->entries[0].info.header.timestamp;
}

static gboolean
is_before (const ParlorGop *self, guint16 seq)
{
  return self->far ? !parlor_seq16_newer (seq, self->highest)
                   : parlor_seq16_diff (seq, self->first) < 0;
}

/* H.264 says of several packets that a key frame begins with them, and the first may come last.
 * FALSE: it has been here, or is of one before. */
static gboolean
note_key (ParlorGop *self, const ParlorPacketInfo *info, gboolean *begins)
{
  guint16 seq = info->header.seq;
  gboolean same = self->open && self->n > 0 && is_of_key (self, info);

  if (self->open && ((seq == self->first && !self->far) || (!same && is_before (self, seq))))
    return FALSE;
  if (same && is_before (self, seq))
    self->first = seq;
  if (same)
    return TRUE;
  parlor_gop_clear (self);
  self->open = *begins = TRUE;
  self->first = self->highest = seq;
  return TRUE;
}

/* FALSE: it is from before the key frame. */
static gboolean
note_number (ParlorGop *self, const ParlorPacketInfo *info, gboolean *begins)
{
  guint16 seq = info->header.seq;

  if (info->frame.key_frame && !note_key (self, info, begins))
    return FALSE;
  if (!self->open || is_before (self, seq))
    return FALSE;
  if (parlor_seq16_newer (seq, self->highest))
    self->highest = seq;
  self->n_received++;
  self->far |= (guint16)(self->highest - self->first) >= SPAN_MAX;
  self->truncated |= self->far;
  return TRUE;
}

static void
put (ParlorGop *self, const guint8 *packet, gsize length, const ParlorPacketInfo *info,
     const ParlorGopPart *part)
{
  gboolean of_key = is_of_key (self, info);

  if (!of_key && (self->truncated || !part->small))
    {
      self->truncated = TRUE;
      return;
    }
  if (!part->kept)
    return;
  if (!make_room (self, length))
    {
      /* Of a key frame that is too large nothing is of use. */
      self->truncated = TRUE;
      self->open = !of_key;
      return;
    }
  insert (self, packet, length, info);
  self->n_key += of_key;
  self->key_ends |= of_key && part->ends;
}

gboolean
parlor_gop_put (ParlorGop *self, const guint8 *packet, gsize length, const ParlorPacketInfo *info,
                const ParlorGopPart *part)
{
  gboolean begins = FALSE;

  if (note_number (self, info, &begins))
    put (self, packet, length, info, part);
  return begins;
}

ParlorGopKind
parlor_gop_kind (const ParlorGop *self)
{
  if (!self->open || !self->key_ends
      || (guint16)(self->entries[self->n_key - 1].info.header.seq - self->first) + 1u
             != self->n_key)
    return PARLOR_GOP_NONE;
  if (self->truncated || (guint16)(self->highest - self->first) + 1u != self->n_received)
    return PARLOR_GOP_STILL;
  return PARLOR_GOP_WHOLE;
}

guint
parlor_gop_length (const ParlorGop *self, ParlorGopKind kind, gsize *bytes)
{
  guint n = kind == PARLOR_GOP_WHOLE ? self->n : kind == PARLOR_GOP_STILL ? self->n_key : 0;

  *bytes = 0;
  for (guint i = 0; i < n; i++)
    *bytes += self->entries[i].length;
  return n;
}

const ParlorPacketInfo *
parlor_gop_info (const ParlorGop *self, guint i)
{
  return &self->entries[i].info;
}

const guint8 *
parlor_gop_find (const ParlorGop *self, guint16 seq, const ParlorPacketInfo **info)
{
  guint low = 0, high = self->n;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (parlor_seq16_newer (seq, self->entries[middle].info.header.seq))
        low = middle + 1;
      else
        high = middle;
    }
  if (low == self->n || self->entries[low].info.header.seq != seq)
    return NULL;
  *info = &self->entries[low].info;
  return self->bytes + self->entries[low].offset;
}
