/* SPDX-License-Identifier: Apache-2.0 */
#include "record/boxes.h"

#include "base/bytes.h"

void
parlor_box_put (GByteArray *out, const void *data, gsize size)
{
  g_byte_array_append (out, data, (guint)size);
}

void
parlor_box_put8 (GByteArray *out, guint value)
{
  guint8 byte = (guint8)value;
  parlor_box_put (out, &byte, 1);
}

void
parlor_box_put16 (GByteArray *out, guint value)
{
  guint8 bytes[2];
  parlor_put_u16 (bytes, (guint16)value);
  parlor_box_put (out, bytes, sizeof bytes);
}

void
parlor_box_put32 (GByteArray *out, guint32 value)
{
  guint8 bytes[4];
  parlor_put_u32 (bytes, value);
  parlor_box_put (out, bytes, sizeof bytes);
}

void
parlor_box_put64 (GByteArray *out, guint64 value)
{
  guint8 bytes[8];
  parlor_put_u64 (bytes, value);
  parlor_box_put (out, bytes, sizeof bytes);
}

void
parlor_box_put_zeros (GByteArray *out, guint n)
{
  while (n--)
    parlor_box_put8 (out, 0);
}

guint
parlor_box_begin (GByteArray *out, const char *type)
{
  guint at = out->len;
  parlor_box_put32 (out, 0);
  parlor_box_put (out, type, 4);
  return at;
}

guint
parlor_box_begin_full (GByteArray *out, const char *type, guint version, guint32 flags)
{
  guint at = parlor_box_begin (out, type);
  parlor_box_put32 (out, version << 24 | flags);
  return at;
}

void
parlor_box_end (GByteArray *out, guint at)
{
  parlor_put_u32 (out->data + at, out->len - at);
}

void
parlor_box_put_matrix (GByteArray *out)
{
  static const guint32 unity[9] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
  for (guint i = 0; i < G_N_ELEMENTS (unity); i++)
    parlor_box_put32 (out, unity[i]);
}

void
parlor_box_put_mvhd (GByteArray *out, guint32 scale, guint32 next_track)
{
  guint box = parlor_box_begin_full (out, "mvhd", 0, 0);
  parlor_box_put_zeros (out, 8);
  parlor_box_put32 (out, scale);
  parlor_box_put32 (out, 0);
  parlor_box_put32 (out, 0x10000); /* rate */
  parlor_box_put16 (out, 0x100);   /* volume */
  parlor_box_put_zeros (out, 10);
  parlor_box_put_matrix (out);
  parlor_box_put_zeros (out, 24);
  parlor_box_put32 (out, next_track);
  parlor_box_end (out, box);
}

void
parlor_box_put_mdhd (GByteArray *out, guint32 scale)
{
  guint box = parlor_box_begin_full (out, "mdhd", 0, 0);
  parlor_box_put_zeros (out, 8);
  parlor_box_put32 (out, scale);
  parlor_box_put32 (out, 0);
  parlor_box_put16 (out, 0x55c4); /* "und" */
  parlor_box_put16 (out, 0);
  parlor_box_end (out, box);
}

void
parlor_box_put_dinf (GByteArray *out)
{
  guint box = parlor_box_begin (out, "dinf");
  guint dref = parlor_box_begin_full (out, "dref", 0, 0);
  parlor_box_put32 (out, 1);
  guint url = parlor_box_begin_full (out, "url ", 0, 1); /* in this file */
  parlor_box_end (out, url);
  parlor_box_end (out, dref);
  parlor_box_end (out, box);
}

void
parlor_box_put_picture_fields (GByteArray *out, guint width, guint height)
{
  parlor_box_put_zeros (out, 6);
  parlor_box_put16 (out, 1); /* data reference */
  parlor_box_put_zeros (out, 16);
  parlor_box_put16 (out, width);
  parlor_box_put16 (out, height);
  parlor_box_put32 (out, 0x480000); /* 72 dots an inch */
  parlor_box_put32 (out, 0x480000);
  parlor_box_put32 (out, 0);
  parlor_box_put16 (out, 1); /* frames a sample */
  parlor_box_put_zeros (out, 32);
  parlor_box_put16 (out, 24);
  parlor_box_put16 (out, 0xffff);
}
