/* SPDX-License-Identifier: Apache-2.0 */
/* H.264 as an encoder says it, through RTP, becomes an MP4 file that plays, also where it was torn.
 */
#include "record/mp4.h"
#include "record/reel.h"
#include "record/segment.h"
#include "record/still.h"
#include "record/webm.h"

#include "base/bytes.h"

#include <glib/gstdio.h>
#include <string.h>

#define FRAMES 40
#define KEY_EVERY 10
#define STEP_MS (1000.0 / 30)

static void
keep (GstElement *sink, GstBuffer *buffer, GstPad *pad, GPtrArray *buffers)
{
  GstMapInfo map;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_ptr_array_add (buffers, g_bytes_new (map.data, map.size));
  gst_buffer_unmap (buffer, &map);
}

static GPtrArray *
run (const char *text)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *buffers = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_parse_launch (text, &error));
  g_assert_no_error (error);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_signal_connect (sink, "handoff", G_CALLBACK (keep), buffers);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 120 * GST_SECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return buffers;
}

/* RTP packets of a stream in this size, from this number on. */
static GPtrArray *
make_stream (guint width, guint height, guint first)
{
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=%u pattern=ball ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=30/1 ! "
      "openh264enc gop-size=%u multi-thread=1 ! rtph264pay mtu=600 config-interval=-1 "
      "timestamp-offset=0 ssrc=1 seqnum-offset=%u aggregate-mode=zero-latency ! "
      "fakesink name=out signal-handoffs=true",
      FRAMES, width, height, KEY_EVERY, first);
  return run (text);
}

static GPtrArray *
make_packets (guint width, guint height)
{
  return make_stream (width, height, 1);
}

static ParlorSegment *
push_all (const char *path, const GPtrArray *packets)
{
  g_autoptr (GError) error = NULL;
  ParlorSegment *segment = parlor_segment_new (path, NULL, PARLOR_CODEC_H264, 90000, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < packets->len; i++)
    {
      const guint8 *bytes = g_bytes_get_data (packets->pdata[i], NULL);
      gint64 file_us = (gint64)parlor_get_u32 (bytes + 4) * 100 / 9;
      g_assert_true (parlor_segment_push (segment, packets->pdata[i], file_us, FALSE));
    }
  return segment;
}

typedef struct
{
  char *folder, *path;
} World;

static void
set_up (World *w, gconstpointer data)
{
  w->folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  w->path = g_build_filename (w->folder, "a.mp4", NULL);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_unlink (w->path);
  g_rmdir (w->folder);
  g_free (w->folder);
  g_free (w->path);
}

static gint64
write_file (World *w)
{
  g_autoptr (GPtrArray) packets = make_packets (320, 180);
  g_autoptr (GError) error = NULL;
  parlor_segment_free (push_all (w->path, packets));
  gint64 ms = parlor_mp4_finish (w->path, NULL, &error);
  g_assert_no_error (error);
  return ms;
}

static guint
count_played (World *w)
{
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! qtdemux ! h264parse ! openh264dec ! "
      "fakesink name=out sync=false signal-handoffs=true",
      w->path);
  g_autoptr (GPtrArray) frames = run (text);
  return frames->len;
}

static void
check_list (World *w, guint least)
{
  g_autofree char *bytes = NULL;
  gsize length, size;
  ParlorMp4Size picture;
  g_assert_true (g_file_get_contents (w->path, &bytes, &length, NULL));
  g_autoptr (GArray) list = parlor_mp4_list ((const guint8 *)bytes, length);
  g_assert_nonnull (list);
  g_assert_cmpuint (list->len, >=, least);
  for (guint i = 0; i < list->len; i++)
    {
      const ParlorWebmFrame *frame = &g_array_index (list, ParlorWebmFrame, i);
      g_assert_cmpint (frame->key, ==, i % KEY_EVERY == 0);
      g_assert_cmpint (ABS (frame->time_ms - (gint64)(i * STEP_MS)), <=, 1);
    }
  const guint8 *config = parlor_mp4_config ((const guint8 *)bytes, length, &size);
  g_assert_nonnull (config);
  g_assert_true (parlor_mp4_config_size (config, size, &picture));
  g_assert_cmpuint (picture.width, ==, 320);
  g_assert_cmpuint (picture.height, ==, 180);
}

static void
test_file (World *w, gconstpointer data)
{
  gint64 ms = write_file (w);
  g_assert_cmpint (ABS (ms - (gint64)(FRAMES * STEP_MS)), <=, 2);
  g_assert_cmpint (parlor_mp4_finish (w->path, NULL, NULL), ==, ms);
  check_list (w, FRAMES);
  g_assert_cmpuint (count_played (w), ==, FRAMES);
}

/* Cut off anywhere, before it was finished. */
static void
test_torn (World *w, gconstpointer data)
{
  g_autoptr (GPtrArray) packets = make_packets (320, 180);
  g_autofree char *bytes = NULL;
  gsize length;
  parlor_segment_free (push_all (w->path, packets));
  g_assert_true (g_file_get_contents (w->path, &bytes, &length, NULL));
  for (guint i = 0; i < 24; i++)
    {
      gsize cut = length * (i + 1) / 24 - i;
      g_assert_true (g_file_set_contents (w->path, bytes, (gssize)cut, NULL));
      gint64 ms = parlor_mp4_finish (w->path, NULL, NULL);
      g_assert_cmpint (ms, >=, 0);
      if (ms > 0)
        check_list (w, 1);
    }
  g_assert_true (g_file_set_contents (w->path, bytes, (gssize)(length - length / 8), NULL));
  g_assert_cmpint (parlor_mp4_finish (w->path, NULL, NULL), >, 0);
  g_assert_cmpuint (count_played (w), >=, 5);
}

/* A file has one size: with another one it is over. */
static void
test_other_size (World *w, gconstpointer data)
{
  g_autoptr (GPtrArray) small = make_packets (320, 180);
  g_autoptr (GPtrArray) large = make_stream (640, 360, small->len + 1);
  ParlorSegment *segment = push_all (w->path, small);
  g_assert_false (parlor_segment_is_over (segment));
  for (guint i = 0; i < large->len; i++)
    parlor_segment_push (segment, large->pdata[i], 2000000 + i, FALSE);
  g_assert_true (parlor_segment_is_over (segment));
  parlor_segment_free (segment);
  g_assert_cmpint (parlor_mp4_finish (w->path, NULL, NULL), >, 0);
  check_list (w, FRAMES - 1);
}

static void
count (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  ++*(guint *)user_data;
  gst_buffer_unref (buffer);
}

/* As a render reads it. */
static void
test_reel (World *w, gconstpointer data)
{
  guint n = 0;
  ParlorPlanFile file = {.path = (char *)"a.mp4", .codec = (char *)"H264"};
  write_file (w);
  ParlorReelSource source = {w->folder, NULL};
  g_autoptr (ParlorReel) reel = parlor_reel_open (&source, &file);
  g_assert_nonnull (reel);
  g_assert_cmpuint (parlor_reel_key (reel, 17), ==, 10);
  g_autoptr (ParlorChain) decoder = parlor_reel_decoder (&file, count, &n);
  g_assert_nonnull (decoder);
  for (guint i = 10; i < FRAMES; i++)
    g_assert_true (parlor_chain_push (decoder, parlor_reel_frame (reel, i)));
  parlor_chain_end (decoder);
  g_assert_cmpuint (n, ==, FRAMES - 10);
}

/* Luma of what this pipeline's pictures are. */
static GPtrArray *
run_grey (const char *source)
{
  g_autofree char *text = g_strdup_printf ("%s ! videoconvert ! video/x-raw,format=GRAY8 ! "
                                           "fakesink name=out sync=false signal-handoffs=true",
                                           source);
  return run (text);
}

static guint64
distance (GBytes *a, GBytes *b)
{
  gsize length, other;
  const guint8 *p = g_bytes_get_data (a, &length), *q = g_bytes_get_data (b, &other);
  guint64 sum = 0;
  g_assert_cmpuint (length, ==, other);
  for (gsize i = 0; i < length; i++)
    sum += (guint64)ABS ((int)p[i] - (int)q[i]);
  return sum;
}

static gboolean
make_still (World *w, const char *name, gint64 ms, const char *png)
{
  ParlorStill still = {.file_ms = ms, .png = png}, *wanted = &still;
  parlor_still_make (w->folder, name, "H264", NULL, &wanted, 1);
  return still.result == PARLOR_STILL_MADE;
}

/* The very frame, not one beside it; also where a key frame lies between. */
static void
check_still (World *w, const GPtrArray *frames, guint wanted)
{
  g_autofree char *png = g_build_filename (w->folder, "still.png", NULL);
  g_autofree char *source = g_strdup_printf ("filesrc location=%s ! pngdec", png);
  guint best = 0;
  g_assert_true (make_still (w, "a.mp4", wanted * STEP_MS + STEP_MS / 2, png));
  g_autoptr (GPtrArray) still = run_grey (source);
  g_assert_cmpuint (still->len, ==, 1);
  for (guint i = 1; i < frames->len; i++)
    if (distance (frames->pdata[i], still->pdata[0])
        < distance (frames->pdata[best], still->pdata[0]))
      best = i;
  g_assert_cmpuint (best, ==, wanted);
  g_unlink (png);
}

static void
test_still (World *w, gconstpointer data)
{
  g_autofree char *png = g_build_filename (w->folder, "still.png", NULL);
  write_file (w);
  g_autofree char *source = g_strdup_printf (
      "filesrc location=%s ! qtdemux ! h264parse ! openh264dec", w->path);
  g_autoptr (GPtrArray) frames = run_grey (source);
  g_assert_cmpuint (frames->len, ==, FRAMES);
  g_assert_true (parlor_still_preload ());
  check_still (w, frames, 0);
  check_still (w, frames, KEY_EVERY - 1);
  check_still (w, frames, KEY_EVERY);
  check_still (w, frames, FRAMES - 1);
  g_assert_false (make_still (w, "a.mp4", -1, png));
  g_assert_false (make_still (w, "b.mp4", 0, png));
}

#define TEST(name, func) g_test_add ("/record/mp4/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  TEST ("a-recorded-file-plays", test_file);
  TEST ("what-was-torn-plays-as-far-as-it-goes", test_torn);
  TEST ("another-size-ends-the-file", test_other_size);
  TEST ("a-render-decodes-it", test_reel);
  TEST ("a-marker-keeps-the-very-picture", test_still);
  return g_test_run ();
}
