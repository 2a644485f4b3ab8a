/* SPDX-License-Identifier: Apache-2.0 */
#include "record/hlswire.h"

#include <string.h>

#define MAGIC 0x50484c53u /* "PHLS" */
#define INDEPENDENT 1

struct _ParlorHlsReader
{
  ParlorHlsMessageFunc func;
  gpointer user_data;
  GByteArray *bytes; /* what is not a whole message yet */
  gboolean bad;
};

static void
write32 (guint8 *out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (out, &value, sizeof value);
}

static guint32
read32 (const guint8 *in)
{
  guint32 value;
  memcpy (&value, in, sizeof value);
  return GUINT32_FROM_BE (value);
}

void
parlor_hls_head_write (const ParlorHlsHead *head, guint32 length, guint8 out[PARLOR_HLS_HEAD_BYTES])
{
  write32 (out, MAGIC);
  write32 (out + 4, (guint32)head->type << 24 | (head->independent ? INDEPENDENT << 16 : 0));
  write32 (out + 8, length);
  write32 (out + 12, (guint32)CLAMP (head->duration_us, 0, G_MAXINT32));
  write32 (out + 16, (guint32)((guint64)head->at_us >> 32));
  write32 (out + 20, (guint32)head->at_us);
}

ParlorHlsReader *
parlor_hls_reader_new (ParlorHlsMessageFunc func, gpointer user_data)
{
  ParlorHlsReader *reader = g_new0 (ParlorHlsReader, 1);
  *reader = (ParlorHlsReader){func, user_data, g_byte_array_new (), FALSE};
  return reader;
}

void
parlor_hls_reader_free (ParlorHlsReader *reader)
{
  if (!reader)
    return;
  g_byte_array_unref (reader->bytes);
  g_free (reader);
}

/* FALSE: it is none. */
static gboolean
read_head (const guint8 *in, ParlorHlsHead *head, guint32 *length)
{
  guint32 word = read32 (in + 4);
  *length = read32 (in + 8);
  *head = (ParlorHlsHead){
      .type = (ParlorHlsType)(word >> 24),
      .independent = (word >> 16 & INDEPENDENT) != 0,
      .duration_us = read32 (in + 12),
      .at_us = (gint64)((guint64)read32 (in + 16) << 32 | read32 (in + 20)),
  };
  return read32 (in) == MAGIC && *length && *length <= PARLOR_HLS_MESSAGE_MAX && head->at_us >= 0
         && (head->type == PARLOR_HLS_INIT || head->type == PARLOR_HLS_PART);
}

gboolean
parlor_hls_reader_push (ParlorHlsReader *reader, const guint8 *data, gsize size)
{
  gsize at = 0;
  if (reader->bad)
    return FALSE;
  g_byte_array_append (reader->bytes, data, (guint)size);
  while (reader->bytes->len - at >= PARLOR_HLS_HEAD_BYTES)
    {
      ParlorHlsHead head;
      guint32 length;
      if (!read_head (reader->bytes->data + at, &head, &length))
        {
          reader->bad = TRUE;
          break;
        }
      if (reader->bytes->len - at - PARLOR_HLS_HEAD_BYTES < length)
        break;
      g_autoptr (GBytes)
          bytes = g_bytes_new (reader->bytes->data + at + PARLOR_HLS_HEAD_BYTES, length);
      at += PARLOR_HLS_HEAD_BYTES + length;
      reader->func (&head, bytes, reader->user_data);
    }
  if (at)
    g_byte_array_remove_range (reader->bytes, 0, (guint)at);
  return !reader->bad;
}
