/* SPDX-License-Identifier: Apache-2.0 */
#include "record/clip.h"

#include "record/clipparts.h"

#include <string.h>

ParlorClip *
parlor_clip_new (ParlorReader *file, gboolean is_mp4, gint64 from_ms, gint64 to_ms)
{
  ParlorClip *self = g_new0 (ParlorClip, 1);
  self->refs = 1;
  self->head = g_byte_array_new ();
  self->memory = g_byte_array_new ();
  self->spans = g_array_new (FALSE, FALSE, sizeof (ParlorClipSpan));
  self->file_size = file->size;
  gboolean ok = from_ms < to_ms
                && (is_mp4 ? parlor_clip_fill_mp4 (self, file, from_ms, to_ms)
                           : parlor_clip_fill_webm (self, file, from_ms, to_ms));
  if (!ok)
    g_clear_pointer (&self, parlor_clip_unref);
  return self;
}

ParlorClip *
parlor_clip_ref (ParlorClip *self)
{
  self->refs++;
  return self;
}

void
parlor_clip_unref (ParlorClip *self)
{
  if (self == NULL || --self->refs > 0)
    return;
  g_byte_array_unref (self->head);
  g_byte_array_unref (self->memory);
  g_array_unref (self->spans);
  g_free (self);
}

gint64
parlor_clip_start_ms (const ParlorClip *self)
{
  return self->start_ms;
}

gsize
parlor_clip_cost (const ParlorClip *self)
{
  return sizeof *self + self->head->len + self->memory->len
         + self->spans->len * sizeof (ParlorClipSpan);
}

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct
{
  ParlorReader reader; /* first */
  ParlorClip *clip;
  ParlorReader *file;
} Part;

/* The one that holds this byte behind the head. */
static const ParlorClipSpan *
find_span (const ParlorClip *clip, guint64 at)
{
  guint low = 0, high = clip->spans->len;
  while (high - low > 1)
    {
      guint middle = (low + high) / 2;
      if (g_array_index (clip->spans, ParlorClipSpan, middle).at <= at)
        low = middle;
      else
        high = middle;
    }
  return &g_array_index (clip->spans, ParlorClipSpan, low);
}

/* Bytes of one run; -1: the file cannot be read. */
static gssize
read_some (const Part *self, guint64 at, guint8 *out, gsize length)
{
  const ParlorClip *clip = self->clip;
  if (at < clip->head->len)
    {
      length = MIN (length, clip->head->len - at);
      memcpy (out, clip->head->data + at, length);
      return (gssize)length;
    }
  at -= clip->head->len;
  const ParlorClipSpan *span = find_span (clip, at);
  guint64 off = at - span->at;
  length = (gsize)MIN (length, span->length - off);
  if (!span->in_memory)
    return parlor_clip_read (self->file, span->from + off, out, length) ? (gssize)length : -1;
  memcpy (out, clip->memory->data + span->from + off, length);
  return (gssize)length;
}

static gssize
part_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  const Part *self = (const Part *)reader;
  gsize done = 0;
  length = (gsize)MIN (length, reader->size - MIN (at, reader->size));
  while (done < length)
    {
      gssize n = read_some (self, at + done, out + done, length - done);
      if (n <= 0)
        return -1;
      done += (gsize)n;
    }
  return (gssize)done;
}

static void
part_free (ParlorReader *reader)
{
  Part *self = (Part *)reader;
  self->file->free (self->file);
  parlor_clip_unref (self->clip);
  g_free (self);
}

ParlorReader *
parlor_clip_reader (ParlorClip *self, ParlorReader *file)
{
  if (file->size != self->file_size)
    {
      file->free (file);
      return NULL;
    }
  Part *part = g_new0 (Part, 1);
  *part = (Part){
      {self->head->len + self->body, part_read, part_free}, parlor_clip_ref (self), file};
  return &part->reader;
}
