/* SPDX-License-Identifier: Apache-2.0 */
#include "reels.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

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

void
reel_write_camera (const char *path, guint width, guint height, guint first, guint n)
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
      "vp8enc deadline=1 cpu-used=8 target-bitrate=1000000 keyframe-max-dist=%u ! webmmux ! "
      "filesink location=%s",
      raw, width, height, REEL_FPS, 5 * REEL_FPS, path);
  g_assert_true (run (parse (text)));
  g_unlink (raw);
}

void
reel_write_moving (const char *path, guint width, guint height, guint n)
{
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=%u pattern=zone-plate kx2=12 ky2=12 kt=1 ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! "
      "vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=%u keyframe-max-dist=%u ! webmmux "
      "! filesink location=%s",
      n, width, height, REEL_FPS, width * height * 17 / 10, 10 * REEL_FPS, path);
  g_assert_true (run (parse (text)));
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
