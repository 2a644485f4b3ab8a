/* SPDX-License-Identifier: Apache-2.0 */
#include "reels.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

#define CAMERA_BPS 1000000u

static gboolean
run (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 120 * GST_SECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gboolean ok = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return ok;
}

static GstElement *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  return gst_object_ref_sink (pipeline);
}

/* ---- temporal layers ------------------------------------------------------------------------ */

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* an old encoder's properties */
    static void
    set_numbers (GstElement *encoder, const char *name, const guint *numbers, guint n)
{
  GValueArray *list = g_value_array_new (n);
  for (guint i = 0; i < n; i++)
    {
      GValue value = G_VALUE_INIT;
      g_value_init (&value, G_TYPE_INT);
      g_value_set_int (&value, (gint)numbers[i]);
      g_value_array_append (list, &value);
    }
  g_object_set (encoder, name, list, NULL);
  g_value_array_free (list);
}
G_GNUC_END_IGNORE_DEPRECATIONS

static void
set_flags (GstElement *encoder, const char *const *flags, guint n)
{
  GValue list = G_VALUE_INIT;
  g_value_init (&list, GST_TYPE_ARRAY);
  for (guint i = 0; i < n; i++)
    {
      GValue value = G_VALUE_INIT;
      g_value_init (&value, g_type_from_name ("GstVPXEncTsLayerFlags"));
      g_assert_true (gst_value_deserialize (&value, flags[i]));
      gst_value_array_append_and_take_value (&list, &value);
    }
  g_object_set_property (G_OBJECT (encoder), "temporal-scalability-layer-flags", &list);
  g_value_unset (&list);
}

/* None says that it is one; without them the encoder reads beyond an empty list. */
static void
set_no_sync (GstElement *encoder, guint n)
{
  GValue list = G_VALUE_INIT, no = G_VALUE_INIT;
  g_value_init (&list, GST_TYPE_ARRAY);
  g_value_init (&no, G_TYPE_BOOLEAN);
  for (guint i = 0; i < n; i++)
    gst_value_array_append_value (&list, &no);
  g_object_set_property (G_OBJECT (encoder), "temporal-scalability-layer-sync-flags", &list);
  g_value_unset (&list);
}

/* As Chromium does: the second and fourth of four frames are referred to by none. `bps`: of all. */
static void
set_layers (GstElement *pipeline, guint bps)
{
  static const guint ids[] = {0, 2, 1, 2}, rates[] = {4, 2, 1};
  static const char *const flags[] = {
      "no-ref-golden+no-ref-alt+no-upd-golden+no-upd-alt",
      "no-ref-golden+no-ref-alt+no-upd-last+no-upd-golden+no-upd-alt+no-upd-entropy",
      "no-ref-golden+no-ref-alt+no-upd-last+no-upd-alt",
      "no-ref-alt+no-upd-last+no-upd-golden+no-upd-alt+no-upd-entropy"};
  const guint targets[] = {bps * 4 / 10, bps * 6 / 10, bps};
  g_autoptr (GstElement) encoder = gst_bin_get_by_name (GST_BIN (pipeline), "encoder");
  gst_util_set_object_arg (G_OBJECT (encoder), "error-resilient", "default");
  g_object_set (encoder, "temporal-scalability-number-layers", 3,
                "temporal-scalability-periodicity", 4, NULL);
  set_numbers (encoder, "temporal-scalability-layer-id", ids, G_N_ELEMENTS (ids));
  set_numbers (encoder, "temporal-scalability-rate-decimator", rates, G_N_ELEMENTS (rates));
  set_numbers (encoder, "temporal-scalability-target-bitrate", targets, G_N_ELEMENTS (targets));
  set_flags (encoder, flags, G_N_ELEMENTS (flags));
  set_no_sync (encoder, G_N_ELEMENTS (flags));
}

static void
write_camera (const char *path, guint width, guint height, guint first, guint n, gboolean layers)
{
  g_autofree char *raw = g_strconcat (path, ".raw", NULL);
  gsize area = (gsize)width * height;
  g_autofree guint8 *frame = g_malloc (area * 3 / 2);
  FILE *file = g_fopen (raw, "wb");
  g_assert_nonnull (file);
  memset (frame + area, 128, area / 2);
  for (guint i = first; i < first + n; i++)
    {
      for (guint x = 0; x < width; x++)
        frame[x] = (i >> (x * REEL_BITS / width) & 1) != 0 ? 220 : 30;
      for (guint y = 1; y < height; y++)
        memcpy (frame + (gsize)y * width, frame, width);
      g_assert_cmpuint (fwrite (frame, 1, area * 3 / 2, file), ==, area * 3 / 2);
    }
  fclose (file);
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! rawvideoparse format=i420 width=%u height=%u framerate=%u/1 ! "
      "vp8enc name=encoder deadline=1 cpu-used=8 target-bitrate=%u keyframe-max-dist=%u ! webmmux "
      "! "
      "filesink location=%s",
      raw, width, height, REEL_FPS, CAMERA_BPS, 5 * REEL_FPS, path);
  GstElement *pipeline = parse (text);
  if (layers)
    set_layers (pipeline, CAMERA_BPS);
  g_assert_true (run (pipeline));
  g_unlink (raw);
}

void
reel_write_camera (const char *path, guint width, guint height, guint first, guint n)
{
  write_camera (path, width, height, first, n, FALSE);
}

void
reel_write_camera_layers (const char *path, guint width, guint height, guint first, guint n)
{
  write_camera (path, width, height, first, n, TRUE);
}

static guint
moving_bps (guint width, guint height)
{
  return width * height * 17 / 10;
}

static void
write_moving (const char *path, guint width, guint height, guint n, gboolean layers)
{
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=%u pattern=zone-plate kx2=12 ky2=12 kt=1 ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! "
      "vp8enc name=encoder deadline=1 cpu-used=8 end-usage=cbr target-bitrate=%u "
      "keyframe-max-dist=%u ! webmmux ! filesink location=%s",
      n, width, height, REEL_FPS, moving_bps (width, height), 10 * REEL_FPS, path);
  GstElement *pipeline = parse (text);
  if (layers)
    set_layers (pipeline, moving_bps (width, height));
  g_assert_true (run (pipeline));
}

void
reel_write_moving (const char *path, guint width, guint height, guint n)
{
  write_moving (path, width, height, n, FALSE);
}

void
reel_write_layered (const char *path, guint width, guint height, guint n)
{
  write_moving (path, width, height, n, TRUE);
}

void
reel_write_tone (const char *path, guint seconds)
{
  g_autofree char *raw = g_strconcat (path, ".raw", NULL);
  guint n = seconds * 48000;
  g_autofree gint16 *samples = g_new0 (gint16, (gsize)n * 2);
  for (guint i = 0; i < n; i++)
    if (i % 48000 < REEL_TONE_MS * 48)
      samples[2 * i] = samples[2 * i + 1] = (gint16)(12000 * sin (i * 2 * G_PI / 48));
  g_assert_true (g_file_set_contents (raw, (const char *)samples,
                                      (gssize)n * 2 * (gssize)sizeof (gint16), NULL));
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! rawaudioparse format=pcm pcm-format=s16le sample-rate=48000 "
      "num-channels=2 ! opusenc ! webmmux ! filesink location=%s",
      raw, path);
  g_assert_true (run (parse (text)));
  g_unlink (raw);
}

gint
reel_read_counter (const guint8 *grey, guint stride, guint x, guint y, guint width, guint height)
{
  gint counter = 0;
  for (guint bit = 0; bit < REEL_BITS; bit++)
    {
      guint middle = x + (2 * bit + 1) * width / (2 * REEL_BITS), sum = 0;
      for (guint row = 0; row < 8; row++)
        sum += grey[(gsize)(y + height / 4 + row) * stride + middle];
      sum /= 8;
      if (sum > 90 && sum < 160)
        return -1;
      counter |= (sum >= 160 ? 1 : 0) << bit;
    }
  return counter;
}

typedef struct
{
  ReelFrameFunc func;
  gpointer user_data;
} Play;

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, Play *play)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;
  GstVideoFrame frame;
  g_assert_true (gst_video_info_from_caps (&info, caps));
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  g_assert_cmpint (GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), >=, info.width);
  guint width = (guint)info.width, height = (guint)info.height;
  g_autofree guint8 *grey = g_malloc ((gsize)width * height);
  for (guint y = 0; y < height; y++)
    memcpy (grey + (gsize)y * width,
            (guint8 *)GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
                + (gsize)y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0),
            width);
  gst_video_frame_unmap (&frame);
  play->func (grey, width, height, (gint64)(GST_BUFFER_PTS (buffer) / GST_MSECOND),
              play->user_data);
}

gboolean
reel_play (const char *path, ReelFrameFunc func, gpointer user_data)
{
  Play play = {func, user_data};
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! matroskademux name=d d.video_0 ! queue ! vp8dec ! "
      "fakesink name=out sync=false signal-handoffs=true",
      path);
  GstElement *pipeline = parse (text);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &play);
  return run (pipeline);
}

static void
on_sound (GstElement *sink, GstBuffer *buffer, GstPad *pad, GArray *sound)
{
  GstMapInfo map;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_array_append_vals (sound, map.data, (guint)(map.size / sizeof (gint16)));
  gst_buffer_unmap (buffer, &map);
}

GArray *
reel_listen (const char *path)
{
  GArray *sound = g_array_new (FALSE, FALSE, sizeof (gint16));
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! matroskademux name=d d.audio_0 ! queue ! opusdec ! audioconvert ! "
      "audio/x-raw,format=S16LE,channels=1,rate=48000 ! "
      "fakesink name=out sync=false signal-handoffs=true",
      path);
  GstElement *pipeline = parse (text);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_sound), sound);
  if (run (pipeline))
    return sound;
  g_array_unref (sound);
  return NULL;
}

gint64
reel_find_tone (const GArray *sound, gint64 from)
{
  guint loud = 0, quiet = 0;
  for (gint64 i = from; i < (gint64)sound->len; i++)
    {
      gint16 value = g_array_index (sound, gint16, i);
      if (ABS (value) > 3000)
        {
          loud++;
          quiet = 0;
        }
      else if (++quiet > 48)
        loud = 0;
      if (loud > 120)
        return i - 240;
    }
  return -1;
}
