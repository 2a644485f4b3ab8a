/* SPDX-License-Identifier: Apache-2.0 */
#include "record/still.h"

#include "record/reel.h"
#include "record/safe.h"

static const char *const encode_png[] = {"videoconvert", "pngenc", NULL};

gboolean
parlor_still_preload (void)
{
  g_autoptr (ParlorChain) chain = parlor_chain_new (encode_png, NULL, NULL);
  return parlor_reel_preload () && chain != NULL;
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

/* From the key frame before it; all of them are pushed, the last that comes out is it. */
static gboolean
decode (const ParlorReel *reel, const ParlorPlanFile *file, gint64 file_ms, Picture *picture)
{
  gint wanted = parlor_reel_find (reel, file_ms);
  g_autoptr (ParlorChain) chain = parlor_reel_decoder (file, take_picture, picture);
  gboolean ok = chain != NULL && wanted >= 0;
  for (guint i = ok ? parlor_reel_key (reel, (guint)wanted) : 1; ok && i <= (guint)wanted; i++)
    ok = parlor_chain_push (chain, parlor_reel_frame (reel, i));
  return ok && parlor_chain_end (chain) && picture->buffer != NULL && picture->caps != NULL;
}

static gboolean
make_still (const ParlorReelSource *source, const ParlorPlanFile *file, gint64 file_ms,
            const char *png)
{
  g_autoptr (ParlorReel) reel = parlor_reel_open (source, file);
  Picture picture = {0};
  gboolean ok = reel != NULL && decode (reel, file, file_ms, &picture)
                && write_png (&picture, png, source->vault_key);
  picture_clear (&picture);
  return ok;
}

gboolean
parlor_still_make (const char *folder, const char *name, const char *codec, gint64 file_ms,
                   const char *png, const guint8 *vault_key)
{
  const ParlorReelSource source = {folder, vault_key};
  const ParlorPlanFile file = {.path = (char *)name, .codec = (char *)codec};
  parlor_safe_begin_whole (vault_key);
  gboolean ok = make_still (&source, &file, file_ms, png);
  parlor_safe_end_whole (vault_key);
  return ok;
}
