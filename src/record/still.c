/* SPDX-License-Identifier: Apache-2.0 */
#include "record/still.h"

#include "record/chain.h"
#include "record/safe.h"
#include "record/webm.h"

static const char *const decode_vp8[] = {"vp8dec", NULL};
static const char *const decode_vp9[] = {"vp9dec", NULL};
static const char *const encode_png[] = {"videoconvert", "pngenc", NULL};

gboolean
parlor_still_preload (void)
{
  static const char *const names[] = {"vp8dec", "vp9dec", "videoconvert", "pngenc"};
  gboolean ok = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstElement *element = gst_element_factory_make (names[i], NULL);
      ok = ok && element != NULL;
      if (element != NULL)
        gst_object_unref (gst_object_ref_sink (element));
    }
  return ok;
}

/* The last that came out. */
typedef struct
{
  GstBuffer *buffer;
  GstCaps *caps;
} Picture;

static void
take_picture (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  Picture *picture = user_data;
  gst_clear_buffer (&picture->buffer);
  picture->buffer = buffer;
  gst_caps_replace (&picture->caps, caps);
}

static void
picture_clear (Picture *picture)
{
  gst_clear_buffer (&picture->buffer);
  gst_clear_caps (&picture->caps);
}

typedef struct
{
  ParlorChain *chain;
  gboolean failed;
} Decoding;

static void
decode_frame (const guint8 *frame, gsize length, gint64 time_ms, gpointer user_data)
{
  Decoding *self = user_data;
  GstBuffer *buffer = gst_buffer_new_memdup (frame, length);
  GST_BUFFER_PTS (buffer) = (GstClockTime)MAX (time_ms, 0) * GST_MSECOND;
  if (self->failed)
    gst_buffer_unref (buffer);
  else if (!parlor_chain_push (self->chain, buffer))
    self->failed = TRUE;
}

static gboolean
write_png (const Picture *picture, const char *path, const guint8 *vault_key)
{
  Picture png = {0};
  g_autoptr (ParlorChain) chain = parlor_chain_new (encode_png, take_picture, &png);
  GstMapInfo map;
  gboolean ok = chain != NULL && parlor_chain_start (chain, picture->caps)
                && parlor_chain_push (chain, gst_buffer_ref (picture->buffer)) && png.buffer != NULL
                && gst_buffer_map (png.buffer, &map, GST_MAP_READ);
  if (ok)
    {
      ok = parlor_safe_store (path, vault_key, map.data, map.size, NULL);
      gst_buffer_unmap (png.buffer, &map);
    }
  picture_clear (&png);
  return ok;
}

static gboolean
make_still (const char *path, ParlorCodec codec, gint64 file_ms, const char *png,
            const guint8 *vault_key)
{
  g_autoptr (GBytes) text = parlor_safe_map (path, vault_key, NULL);
  gsize length = 0;
  const guint8 *bytes = text != NULL ? g_bytes_get_data (text, &length) : NULL;
  gboolean vp9 = codec == PARLOR_CODEC_VP9;
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (vp9 ? "video/x-vp9" : "video/x-vp8");
  Picture picture = {0};
  if (bytes == NULL || (!vp9 && codec != PARLOR_CODEC_VP8))
    return FALSE;
  g_autoptr (ParlorChain)
      chain = parlor_chain_new (vp9 ? decode_vp9 : decode_vp8, take_picture, &picture);
  Decoding decoding = {chain, FALSE};
  gboolean ok = chain != NULL && parlor_chain_start (chain, caps)
                && parlor_webm_frames (bytes, length, file_ms, decode_frame, &decoding)
                && parlor_chain_end (chain) && !decoding.failed && picture.buffer != NULL
                && picture.caps != NULL && write_png (&picture, png, vault_key);
  picture_clear (&picture);
  return ok;
}

gboolean
parlor_still_make (const char *path, ParlorCodec codec, gint64 file_ms, const char *png,
                   const guint8 *vault_key)
{
  parlor_safe_begin_whole (vault_key);
  gboolean ok = make_still (path, codec, file_ms, png, vault_key);
  parlor_safe_end_whole (vault_key);
  return ok;
}
