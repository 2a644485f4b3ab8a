/* SPDX-License-Identifier: Apache-2.0 */
#include "record/remnant.h"

#include "record/safe.h"
#include "record/webm.h"

#include <string.h>

/* Of a file with one track of pictures and one of sound. */
#define TRACKS 2
/* Times stand in whole milliseconds. */
#define ROUNDING_MS 2

struct _ParlorRemnant
{
  GBytes *text;   /* owned */
  GArray *frames; /* ParlorWebmFrame, owned */
  guint64 ticks;
};

/* RFC 6386 section 9.1: a key frame has a start code and its size. */
static gboolean
is_picture (const guint8 *bytes, gsize size, guint width, guint height)
{
  static const guint8 start[] = {0x9d, 0x01, 0x2a};
  return size >= 10 && (bytes[0] & 1) == 0 && memcmp (bytes + 3, start, sizeof start) == 0
         && ((bytes[6] | bytes[7] << 8) & 0x3fff) == (int)width
         && ((bytes[8] | bytes[9] << 8) & 0x3fff) == (int)height;
}

static gboolean
stands_at (const ParlorWebmFrame *frame, guint64 tick, guint fps)
{
  return ABS (frame->time_ms - (gint64)(tick * 1000 / fps)) <= ROUNDING_MS;
}

/* How many ticks stand before the last key frame. */
static guint64
count_ticks (const ParlorRemnant *self, guint width, guint height, guint fps)
{
  const guint8 *bytes = g_bytes_get_data (self->text, NULL);
  guint64 key = 0;
  for (guint i = 0; i < self->frames->len; i++)
    {
      const ParlorWebmFrame *frame = &g_array_index (self->frames, ParlorWebmFrame, i);
      gboolean is_key = is_picture (bytes + frame->offset, frame->size, width, height);
      if (!stands_at (frame, i, fps) || is_key != frame->key || (i == 0 && !is_key))
        break;
      if (is_key)
        key = i;
    }
  return key;
}

ParlorRemnant *
parlor_remnant_open (const char *path, const guint8 *vault_key, guint width, guint height,
                     guint fps)
{
  ParlorRemnant *self = g_new0 (ParlorRemnant, 1);
  self->text = parlor_safe_map (path, vault_key, NULL);
  for (guint track = 1; track <= TRACKS && self->text != NULL && self->ticks == 0; track++)
    {
      gsize size;
      const guint8 *bytes = g_bytes_get_data (self->text, &size);
      g_clear_pointer (&self->frames, g_array_unref);
      self->frames = parlor_webm_list_track (bytes, size, track);
      self->ticks = self->frames != NULL ? count_ticks (self, width, height, fps) : 0;
    }
  if (self->ticks > 0)
    return self;
  parlor_remnant_free (self);
  return NULL;
}

void
parlor_remnant_free (ParlorRemnant *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->frames, g_array_unref);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self);
}

guint64
parlor_remnant_ticks (const ParlorRemnant *self)
{
  return self->ticks;
}

GstBuffer *
parlor_remnant_picture (const ParlorRemnant *self, guint64 tick)
{
  const ParlorWebmFrame *frame = &g_array_index (self->frames, ParlorWebmFrame, (guint)tick);
  guint8 *bytes = (guint8 *)g_bytes_get_data (self->text, NULL) + frame->offset;
  GstBuffer *buffer = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, bytes, frame->size, 0,
                                                   frame->size, g_bytes_ref (self->text),
                                                   (GDestroyNotify)g_bytes_unref);
  if (!frame->key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}
