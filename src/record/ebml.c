/* SPDX-License-Identifier: Apache-2.0 */
#include "record/ebml.h"

#include "base/bytes.h"

#include <string.h>

gboolean
parlor_ebml_read (const guint8 *bytes, guint64 length, guint64 at, ParlorEbml *out)
{
  guint id_size, size_size;
  if (at >= length || bytes[at] < 0x10)
    return FALSE;
  id_size = (guint)__builtin_clz ((guint)bytes[at] << 24) + 1;
  if (length - at <= id_size || bytes[at + id_size] == 0)
    return FALSE;
  size_size = (guint)__builtin_clz ((guint)bytes[at + id_size] << 24) + 1;
  if (length - at < id_size + size_size)
    return FALSE;
  *out = (ParlorEbml){.at = at, .data = at + id_size + size_size};
  for (guint i = 0; i < id_size; i++)
    out->id = out->id << 8 | bytes[at + i];
  out->size = bytes[at + id_size] & (0xffu >> size_size);
  for (guint i = 1; i < size_size; i++)
    out->size = out->size << 8 | bytes[at + id_size + i];
  if (out->size == (G_GUINT64_CONSTANT (1) << (7 * size_size)) - 1)
    out->size = PARLOR_EBML_UNKNOWN_SIZE;
  return TRUE;
}

gboolean
parlor_ebml_is_whole (const ParlorEbml *element, guint64 length)
{
  return element->size <= length - element->data;
}

guint64
parlor_ebml_number (const guint8 *bytes, const ParlorEbml *element)
{
  guint64 value = 0;
  for (guint64 i = 0; i < MIN (element->size, 8); i++)
    value = value << 8 | bytes[element->data + i];
  return value;
}

void
parlor_ebml_put_id (GByteArray *out, guint64 id)
{
  for (gint shift = 24; shift >= 0; shift -= 8)
    if (id >> shift != 0)
      g_byte_array_append (out, &(guint8){(guint8)(id >> shift)}, 1);
}

void
parlor_ebml_put_size (GByteArray *out, guint64 size)
{
  guint8 bytes[8];
  parlor_put_u32 (bytes, (guint32)(size >> 32) | 0x01000000);
  parlor_put_u32 (bytes + 4, (guint32)size);
  g_byte_array_append (out, bytes, 8);
}

void
parlor_ebml_put_number (GByteArray *out, guint64 id, guint64 value)
{
  guint8 bytes[8];
  parlor_ebml_put_id (out, id);
  g_byte_array_append (out, &(guint8){0x88}, 1);
  parlor_put_u32 (bytes, (guint32)(value >> 32));
  parlor_put_u32 (bytes + 4, (guint32)value);
  g_byte_array_append (out, bytes, 8);
}

void
parlor_ebml_put_master (GByteArray *out, guint64 id, const GByteArray *content)
{
  parlor_ebml_put_id (out, id);
  parlor_ebml_put_size (out, content->len);
  g_byte_array_append (out, content->data, content->len);
}

void
parlor_ebml_put_void (GByteArray *out, guint64 size)
{
  parlor_ebml_put_id (out, PARLOR_EBML_VOID);
  parlor_ebml_put_size (out, size - 9);
  guint at = out->len;
  g_byte_array_set_size (out, at + (guint)(size - 9));
  memset (out->data + at, 0, size - 9);
}

void
parlor_ebml_put_cue (GByteArray *out, guint64 track, gint64 time_ms, guint64 position)
{
  g_autoptr (GByteArray) point = g_byte_array_new (), place = g_byte_array_new ();
  parlor_ebml_put_number (place, 0xf7, track);
  parlor_ebml_put_number (place, 0xf1, position);
  parlor_ebml_put_number (point, 0xb3, (guint64)MAX (time_ms, 0));
  parlor_ebml_put_master (point, 0xb7, place);
  parlor_ebml_put_master (out, 0xbb, point);
}

void
parlor_ebml_put_info (GByteArray *out, const guint8 *bytes, guint64 info_at, guint64 info_size,
                      gint64 duration_ms)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();
  guint64 end = info_at + info_size;
  ParlorEbml old = {0}, field;
  union
  {
    double ms;
    guint64 bits;
  } duration = {.ms = (double)duration_ms};
  parlor_ebml_read (bytes, end, info_at, &old);
  for (guint64 at = old.data;
       parlor_ebml_read (bytes, end, at, &field) && parlor_ebml_is_whole (&field, end);
       at = field.data + field.size)
    if (field.id != PARLOR_EBML_DURATION)
      g_byte_array_append (info, bytes + field.at, (guint)(field.data + field.size - field.at));
  parlor_ebml_put_number (info, PARLOR_EBML_DURATION, duration.bits);
  parlor_ebml_put_master (out, PARLOR_EBML_INFO, info);
}
