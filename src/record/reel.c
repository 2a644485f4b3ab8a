/* SPDX-License-Identifier: Apache-2.0 */
#include "record/reel.h"

#include "base/bytes.h"
#include "proto/codec/vp8head.h"
#include "record/mp4.h"
#include "record/safe.h"
#include "record/webm.h"

#include <time.h>

typedef struct
{
  const char *codec; /* as the manifest says */
  const char *caps;
  const char *decoder[PARLOR_CHAIN_MAX + 1];
  gboolean is_needed;
} Kind;

static const Kind kinds[] = {
    {"VP8", "video/x-vp8", {"vp8dec"}, TRUE},
    {"VP9", "video/x-vp9", {"vp9dec"}, FALSE},
    {"AV1", "video/x-av1,stream-format=obu-stream,alignment=tu", {"av1dec"}, FALSE},
    {"H264",
     "video/x-h264,stream-format=byte-stream,alignment=au,profile=high",
     {"openh264dec"},
     FALSE},
    {"opus",
     "audio/x-opus,rate=48000,channels=2,channel-mapping-family=0,stream-count=1,coupled-count=1",
     {"opusdec"},
     TRUE},
};

struct _ParlorReel
{
  GBytes *text;   /* owned */
  GArray *frames; /* ParlorWebmFrame, owned */
  guint8 *spare;  /* of each frame; NULL = of none; owned */
  /* H.264: its parameter sets as a decoder without a configuration wants them; owned */
  GByteArray *sets;
};

static const guint8 *
bytes_of (const ParlorReel *self)
{
  return g_bytes_get_data (self->text, NULL);
}

/* ---- H.264 ---------------------------------------------------------------------------------- */

static const guint8 start_code[4] = {0, 0, 0, 1};

/* `n` sets with two bytes of length each (ISO/IEC 14496-15 section 5.3.3.1); returns what follows.
 */
static gsize
take_sets (ParlorReel *self, const guint8 *config, gsize size, gsize at, guint n)
{
  for (; n > 0 && at + 2 <= size; n--)
    {
      gsize length = parlor_get_u16 (config + at);
      at += 2;
      if (length > size - at)
        return size;
      g_byte_array_append (self->sets, start_code, sizeof start_code);
      g_byte_array_append (self->sets, config + at, (guint)length);
      at += length;
    }
  return at;
}

static void
open_mp4 (ParlorReel *self)
{
  gsize length = g_bytes_get_size (self->text), size = 0;
  const guint8 *config = parlor_mp4_config (bytes_of (self), length, &size);
  self->frames = parlor_mp4_list (bytes_of (self), length);
  self->sets = g_byte_array_new ();
  if (config == NULL || size < 7)
    return;
  gsize at = take_sets (self, config, size, 6, config[5] & 31);
  if (at < size)
    take_sets (self, config, size, at + 1, config[at]);
}

/* NAL units with four bytes of length become ones with start codes, a key frame has the sets before
 * it (transfer full). */
static GstBuffer *
make_access_unit (const ParlorReel *self, const ParlorWebmFrame *frame)
{
  const guint8 *bytes = bytes_of (self) + frame->offset;
  g_autoptr (GByteArray) out = g_byte_array_sized_new (frame->size + 64);
  if (frame->key)
    g_byte_array_append (out, self->sets->data, self->sets->len);
  for (gsize at = 0; frame->size - at > 4;)
    {
      gsize length = parlor_get_u32 (bytes + at);
      at += 4;
      if (length > frame->size - at)
        break;
      g_byte_array_append (out, start_code, sizeof start_code);
      g_byte_array_append (out, bytes + at, (guint)length);
      at += length;
    }
  return gst_buffer_new_memdup (out->data, out->len);
}

/* ---- the file ------------------------------------------------------------------------------- */

static void
find_spare (ParlorReel *self)
{
  ParlorVp8Head head = {0};
  self->spare = g_new0 (guint8, self->frames->len);
  for (guint i = 0; i < self->frames->len; i++)
    {
      const ParlorWebmFrame *frame = &g_array_index (self->frames, ParlorWebmFrame, i);
      self->spare[i] = parlor_vp8_is_spare (&head, bytes_of (self) + frame->offset, frame->size);
    }
}

ParlorReel *
parlor_reel_open (const ParlorReelSource *source, const ParlorPlanFile *file)
{
  g_autofree char *path = g_build_filename (source->folder, file->path, NULL);
  ParlorReel *self = g_new0 (ParlorReel, 1);
  gboolean tell = source->error != NULL && *source->error == NULL;
  self->text = parlor_safe_map (path, source->vault_key, tell ? source->error : NULL);
  if (self->text != NULL && g_str_has_suffix (file->path, ".mp4"))
    open_mp4 (self);
  else if (self->text != NULL)
    self->frames = parlor_webm_list (bytes_of (self), g_bytes_get_size (self->text));
  if (self->frames == NULL || self->frames->len == 0)
    {
      parlor_reel_free (self);
      return NULL;
    }
  if (g_ascii_strcasecmp (file->codec, "VP8") == 0)
    find_spare (self);
  return self;
}

void
parlor_reel_free (ParlorReel *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->frames, g_array_unref);
  g_clear_pointer (&self->sets, g_byte_array_unref);
  g_free (self->spare);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self);
}

static const ParlorWebmFrame *
frame_at (const ParlorReel *self, guint i)
{
  return &g_array_index (self->frames, ParlorWebmFrame, i);
}

guint
parlor_reel_n_frames (const ParlorReel *self)
{
  return self->frames->len;
}

gint64
parlor_reel_time_ms (const ParlorReel *self, guint i)
{
  return frame_at (self, i)->time_ms;
}

gint
parlor_reel_find (const ParlorReel *self, gint64 file_ms)
{
  guint low = 0, high = self->frames->len;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (frame_at (self, middle)->time_ms <= file_ms)
        low = middle + 1;
      else
        high = middle;
    }
  return (gint)low - 1;
}

guint
parlor_reel_key (const ParlorReel *self, guint i)
{
  while (i > 0 && !frame_at (self, i)->key)
    i--;
  return i;
}

gboolean
parlor_reel_is_spare (const ParlorReel *self, guint i)
{
  return self->spare != NULL && self->spare[i] != 0;
}

/* Without a copy. */
static GstBuffer *
share_frame (const ParlorReel *self, const ParlorWebmFrame *frame)
{
  guint8 *bytes = (guint8 *)bytes_of (self) + frame->offset;
  return gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, bytes, frame->size, 0, frame->size,
                                      g_bytes_ref (self->text), (GDestroyNotify)g_bytes_unref);
}

GstBuffer *
parlor_reel_frame (const ParlorReel *self, guint i)
{
  const ParlorWebmFrame *frame = frame_at (self, i);
  GstBuffer *buffer = self->sets != NULL ? make_access_unit (self, frame)
                                         : share_frame (self, frame);
  GST_BUFFER_PTS (buffer) = (GstClockTime)MAX (frame->time_ms, 0) * GST_MSECOND;
  if (!frame->key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

/* One thread a decoder: many small pictures, and a share of the machine that is bounded. */
static void
set_threads (GstElement *element)
{
  GObjectClass *class = G_OBJECT_GET_CLASS (element);
  if (g_object_class_find_property (class, "threads") != NULL)
    g_object_set (element, "threads", 1, NULL);
}

ParlorChain *
parlor_reel_decoder (const ParlorPlanFile *file, ParlorChainFunc func, gpointer user_data)
{
  const Kind *kind = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i].codec, file->codec) == 0)
      kind = &kinds[i];
  g_autoptr (ParlorChain) chain = kind != NULL ? parlor_chain_new (kind->decoder, func, user_data)
                                               : NULL;
  if (chain == NULL)
    return NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string (kind->caps);
  for (guint i = 0; kind->decoder[i] != NULL; i++)
    set_threads (parlor_chain_element (chain, i));
  return parlor_chain_start (chain, caps) ? g_steal_pointer (&chain) : NULL;
}

gint64
parlor_reel_cpu_us (void)
{
  struct timespec now;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

gboolean
parlor_reel_preload (void)
{
  gboolean ok = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (ParlorChain) chain = parlor_chain_new (kinds[i].decoder, NULL, NULL);
      ok = ok && (chain != NULL || !kinds[i].is_needed);
    }
  return ok;
}
