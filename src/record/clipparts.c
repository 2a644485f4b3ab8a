/* SPDX-License-Identifier: Apache-2.0 */
#include "record/clipparts.h"

gboolean
parlor_clip_read (ParlorReader *file, guint64 at, guint8 *out, gsize length)
{
  return at <= file->size && length <= file->size - at
         && (length == 0 || file->read (file, at, out, length) == (gssize)length);
}

GByteArray *
parlor_clip_load (ParlorReader *file, guint64 at, guint64 max)
{
  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_set_size (bytes, (guint)MIN (max, file->size - MIN (at, file->size)));
  if (!parlor_clip_read (file, at, bytes->data, bytes->len))
    g_byte_array_set_size (bytes, 0);
  return bytes;
}

static void
put (ParlorClip *self, guint64 from, guint64 length, gboolean in_memory)
{
  ParlorClipSpan *last = self->spans->len > 0
                             ? &g_array_index (self->spans, ParlorClipSpan, self->spans->len - 1)
                             : NULL;
  if (last != NULL && last->in_memory == in_memory && last->from + last->length == from)
    last->length += length;
  else if (length > 0)
    {
      const ParlorClipSpan span = {self->body, from, length, in_memory};
      g_array_append_val (self->spans, span);
    }
  self->body += length;
}

void
parlor_clip_put (ParlorClip *self, const void *bytes, gsize length)
{
  put (self, self->memory->len, length, TRUE);
  g_byte_array_append (self->memory, bytes, (guint)length);
}

void
parlor_clip_put_span (ParlorClip *self, guint64 from, guint64 length)
{
  put (self, from, length, FALSE);
}
