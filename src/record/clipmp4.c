/* SPDX-License-Identifier: Apache-2.0 */
#include "record/clipparts.h"

#include "base/bytes.h"
#include "record/boxes.h"
#include "record/mp4.h"

#include <string.h>

#define BOX_HEADER 8
/* Of a fragment: its head has about a hundred bytes. */
#define PEEK 256
#define HEAD_MAX (1 << 20)
#define INDEX_MAX (64 * 1024)
#define BEGINS_WITH_KEY 0x90000000
/* A picture is shown at most so long after it is decoded. */
#define REORDER (PARLOR_MP4_SCALE / 2)

typedef struct
{
  guint64 at; /* in the file */
  guint head; /* where its head's bytes stand in `heads` */
  ParlorMp4Fragment what;
} Piece;

typedef struct
{
  ParlorReader *file;
  guint64 head_size; /* of ftyp and moov */
  guint64 walk_at;   /* of a fragment at or before what is wanted */
  GArray *pieces;    /* Piece */
  GByteArray *heads;
} Cutting;

typedef struct
{
  char type[4];
  guint64 size;
} Head;

static gboolean
read_head (const Cutting *self, guint64 at, Head *out)
{
  guint8 bytes[BOX_HEADER];
  if (!parlor_clip_read (self->file, at, bytes, sizeof bytes))
    return FALSE;
  out->size = parlor_get_u32 (bytes);
  memcpy (out->type, bytes + 4, 4);
  return out->size >= BOX_HEADER && out->size <= self->file->size - at;
}

/* ---- what there is -------------------------------------------------------------------------- */

/* ISO/IEC 14496-12 section 8.16.3, as record/mp4.h writes it: a piece begins with a key frame. The
 * last but one that begins by then, since what is shown may lie behind what is decoded. */
static void
skip_by_index (Cutting *self, guint64 at, const Head *box, gint64 from_ms)
{
  g_autoptr (GByteArray) bytes = parlor_clip_load (self->file, at, MIN (box->size, INDEX_MAX));
  const gsize entries_at = BOX_HEADER + 24;
  if (bytes->len < entries_at || bytes->len != box->size)
    return;
  guint64 time = parlor_get_u32 (bytes->data + BOX_HEADER + 12), wanted = (guint64)from_ms * 90;
  guint64 place = at + box->size + parlor_get_u32 (bytes->data + BOX_HEADER + 16), before = 0;
  guint n = parlor_get_u16 (bytes->data + BOX_HEADER + 22);
  for (guint i = 0; i < n && entries_at + 12 * (i + 1) <= bytes->len && time <= wanted; i++)
    {
      const guint8 *entry = bytes->data + entries_at + 12 * i;
      self->walk_at = before != 0 ? before : place;
      before = place;
      place += parlor_get_u32 (entry) & G_MAXINT32;
      time += parlor_get_u32 (entry + 4);
    }
}

/* Up to the first fragment. */
static gboolean
open_file (Cutting *self, gint64 from_ms)
{
  Head box;
  guint64 at = 0;
  for (; read_head (self, at, &box) && memcmp (box.type, "moof", 4) != 0; at += box.size)
    if (at == 0 && memcmp (box.type, "ftyp", 4) != 0)
      return FALSE;
    else if (memcmp (box.type, "moov", 4) == 0)
      self->head_size = at + box.size;
    else if (memcmp (box.type, "sidx", 4) == 0)
      skip_by_index (self, at, &box, from_ms);
  self->walk_at = MAX (self->walk_at, at);
  return self->head_size > 0 && self->head_size <= HEAD_MAX;
}

static gboolean
read_piece (const Cutting *self, guint64 at, guint8 bytes[PEEK], Piece *out)
{
  gsize length = (gsize)MIN (PEEK, self->file->size - MIN (at, self->file->size));
  out->at = at;
  return parlor_clip_read (self->file, at, bytes, length)
         && parlor_mp4_read_fragment (bytes, length, self->file->size - at, &out->what);
}

/* From the last key frame that is shown by then on. */
static gboolean
find_pieces (Cutting *self, gint64 from, gint64 to)
{
  guint8 bytes[PEEK];
  Piece piece;
  for (guint64 at = self->walk_at; read_piece (self, at, bytes, &piece); at += piece.what.size)
    {
      if ((gint64)piece.what.decoded >= to + REORDER)
        break;
      if (piece.what.key && piece.what.shown <= from)
        {
          g_array_set_size (self->pieces, 0);
          g_byte_array_set_size (self->heads, 0);
        }
      else if (self->pieces->len == 0 && !piece.what.key)
        continue;
      if (self->pieces->len >= PARLOR_CLIP_FRAMES_MAX)
        return FALSE;
      piece.head = self->heads->len;
      g_byte_array_append (self->heads, bytes, (guint)piece.what.moof);
      g_array_append_val (self->pieces, piece);
    }
  while (self->pieces->len > 0
         && g_array_index (self->pieces, Piece, self->pieces->len - 1).what.shown >= to)
    g_array_set_size (self->pieces, self->pieces->len - 1);
  return self->pieces->len > 0;
}

/* ---- what is taken -------------------------------------------------------------------------- */

static const Piece *
piece_at (const Cutting *self, guint i)
{
  return &g_array_index (self->pieces, Piece, i);
}

/* Of the clip's times: everything decoded is at or behind it. */
static guint64
base_of (const Cutting *self)
{
  const ParlorMp4Fragment *first = &piece_at (self, 0)->what;
  return MIN (first->decoded, (guint64)first->shown);
}

static gboolean
put_pieces (Cutting *self, ParlorClip *clip)
{
  guint64 base = base_of (self);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = piece_at (self, i);
      guint8 *head = self->heads->data + piece->head;
      if (piece->what.decoded < base)
        return FALSE;
      parlor_put_u64 (head + piece->what.time_at, piece->what.decoded - base);
      parlor_clip_put (clip, head, piece->what.moof);
      parlor_clip_put_span (clip, piece->at + piece->what.moof,
                            piece->what.size - piece->what.moof);
    }
  clip->start_ms = (gint64)(base * 1000 / PARLOR_MP4_SCALE);
  return TRUE;
}

/* Behind the last one: as long as the others are on average. */
static guint64
decoded_at (const Cutting *self, guint i)
{
  guint n = self->pieces->len;
  if (i < n)
    return piece_at (self, i)->what.decoded;
  guint64 last = piece_at (self, n - 1)->what.decoded, first = piece_at (self, 0)->what.decoded;
  return last + (n > 1 ? (last - MIN (first, last)) / (n - 1) : PARLOR_MP4_SCALE / 30);
}

static void
put_entry (GByteArray *out, const Cutting *self, guint from, guint to)
{
  guint64 size = 0;
  for (guint i = from; i < to; i++)
    size += piece_at (self, i)->what.size;
  parlor_box_put32 (out, (guint32)size & G_MAXINT32);
  parlor_box_put32 (out, (guint32)(decoded_at (self, to) - decoded_at (self, from)));
  parlor_box_put32 (out, BEGINS_WITH_KEY);
}

static guint
next_key (const Cutting *self, guint i)
{
  do
    i++;
  while (i < self->pieces->len && !piece_at (self, i)->what.key);
  return i;
}

static void
put_index (GByteArray *out, const Cutting *self)
{
  guint sidx = parlor_box_begin_full (out, "sidx", 0, 0), n = 0;
  parlor_box_put32 (out, 1);
  parlor_box_put32 (out, PARLOR_MP4_SCALE);
  parlor_box_put32 (out, (guint32)(decoded_at (self, 0) - base_of (self)));
  parlor_box_put32 (out, 0);
  parlor_box_put16 (out, 0);
  guint count_at = out->len;
  parlor_box_put16 (out, 0);
  for (guint i = 0; i < self->pieces->len; i = next_key (self, i), n++)
    put_entry (out, self, i, next_key (self, i));
  parlor_put_u16 (out->data + count_at, (guint16)n);
  parlor_box_end (out, sidx);
}

gboolean
parlor_clip_fill_mp4 (ParlorClip *clip, ParlorReader *file, gint64 from_ms, gint64 to_ms)
{
  const gint64 most_ms = G_MAXINT32 * G_GINT64_CONSTANT (1000);
  Cutting self = {.file = file};
  self.pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  self.heads = g_byte_array_new ();
  gint64 from = CLAMP (from_ms, 0, most_ms), to = CLAMP (to_ms, 0, most_ms);
  gboolean ok = open_file (&self, from) && find_pieces (&self, from * 90, to * 90)
                && put_pieces (&self, clip);
  if (ok)
    {
      g_autoptr (GByteArray) head = parlor_clip_load (file, 0, self.head_size);
      g_byte_array_append (clip->head, head->data, head->len);
      put_index (clip->head, &self);
      ok = head->len == self.head_size;
    }
  g_array_unref (self.pieces);
  g_byte_array_unref (self.heads);
  return ok;
}
