/* SPDX-License-Identifier: Apache-2.0 */
/* What a real encoder says, cut into packets as RTP demands, becomes a WebM file that plays. */
#include "record/av1depay.h"
#include "record/segment.h"
#include "record/still.h"
#include "record/webm.h"

#include "base/bytes.h"

#include <glib/gstdio.h>
#include <string.h>

#define WIDTH 160
#define HEIGHT 96
#define FRAMES 20
#define STEP 3000

/* ---- a stream and its packets --------------------------------------------------------------- */

static void
keep (GstElement *sink, GstBuffer *buffer, GstPad *pad, GPtrArray *units)
{
  GstMapInfo map;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_ptr_array_add (units, g_bytes_new (map.data, map.size));
  gst_buffer_unmap (buffer, &map);
}

static gboolean
play (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 120 * GST_SECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gboolean ok = message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return ok;
}

static void
run (const char *text, GPtrArray *buffers, gboolean must_play)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_parse_launch (text, &error));
  g_assert_no_error (error);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_signal_connect (sink, "handoff", G_CALLBACK (keep), buffers);
  g_assert_cmpint (play (pipeline), ==, must_play);
}

/* Temporal units (GBytes) of an encoder; the first and the 11th are key frames. */
static GPtrArray *
encode (void)
{
  GPtrArray *units = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=%u pattern=ball ! "
      "video/x-raw,format=I420,width=%u,height=%u,framerate=30/1 ! "
      "av1enc cpu-used=8 usage-profile=realtime lag-in-frames=0 keyframe-max-dist=10 threads=1 "
      "target-bitrate=600 ! "
      "video/x-av1,stream-format=obu-stream,alignment=tu ! fakesink name=out signal-handoffs=true",
      FRAMES, WIDTH, HEIGHT);
  run (text, units, TRUE);
  g_assert_cmpuint (units->len, ==, FRAMES);
  return units;
}

static gsize
leb128 (const guint8 *data, gsize *value)
{
  gsize n = 0;
  *value = 0;
  do
    *value |= (gsize)(data[n] & 0x7f) << (7 * n);
  while ((data[n++] & 0x80) != 0);
  return n;
}

static GBytes *
make_packet (guint16 seq, guint32 timestamp, gboolean marker, guint8 head, const guint8 *data,
             gsize size)
{
  guint8 *packet = g_malloc0 (13 + size);
  packet[0] = 0x80;
  packet[1] = (guint8)(96 | (marker ? 0x80 : 0));
  parlor_put_u16 (packet + 2, seq);
  parlor_put_u32 (packet + 4, timestamp);
  parlor_put_u32 (packet + 8, 1234);
  packet[12] = head;
  memcpy (packet + 13, data, size);
  return g_bytes_new_take (packet, 13 + size);
}

/* Each OBU without its size, an element a packet, none longer than `most`. */
static void
packetize (const GPtrArray *units, gsize most, GPtrArray *packets)
{
  for (guint i = 0; i < units->len; i++)
    {
      gsize size, length;
      const guint8 *unit = g_bytes_get_data (units->pdata[i], &size);
      gboolean first = TRUE;
      for (gsize at = 0; at < size;)
        {
          guint8 type = unit[at] >> 3 & 15;
          gsize used = leb128 (unit + at + 1, &length);
          g_assert_cmpuint (unit[at] & 6, ==, 2); /* a size, no extension */
          const guint8 *body = unit + at + 1 + used;
          at += 1 + used + length;
          if (type == 2)
            continue; /* a temporal delimiter does not travel */
          g_autofree guint8 *obu = g_malloc (length + 1);
          obu[0] = (guint8)(type << 3);
          memcpy (obu + 1, body, length);
          for (gsize from = 0; from <= length; from += most)
            {
              gsize part = MIN (most, length + 1 - from);
              gboolean is_last = from + part == length + 1;
              guint8 head = (guint8)((from > 0 ? 0x80 : 0) | (is_last ? 0 : 0x40) | 0x10
                                     | (first && i % 10 == 0 ? 0x08 : 0));
              g_ptr_array_add (packets,
                               make_packet ((guint16)packets->len, i * STEP, is_last && at == size,
                                            head, obu + from, part));
              first = FALSE;
            }
        }
    }
}

static GPtrArray *
make_packets (gsize most)
{
  g_autoptr (GPtrArray) units = encode ();
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  packetize (units, most, packets);
  return packets;
}

static ParlorAv1Result
push (ParlorAv1Depay *depay, GBytes *packet, gboolean lost)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (packet, &size);
  return parlor_av1_depay_push (depay, bytes + 12, size - 12, parlor_get_u32 (bytes + 4),
                                (bytes[1] & 0x80) != 0, lost);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
test_units (void)
{
  g_autoptr (GPtrArray) packets = make_packets (200);
  g_autoptr (ParlorAv1Depay) depay = parlor_av1_depay_new ();
  guint n = 0;
  for (guint i = 0; i < packets->len; i++)
    {
      ParlorAv1Result result = push (depay, packets->pdata[i], FALSE);
      gsize size;
      gboolean key;
      g_assert_cmpint (result, !=, PARLOR_AV1_DAMAGED);
      if (result != PARLOR_AV1_UNIT)
        continue;
      g_assert_nonnull (parlor_av1_depay_unit (depay, &size, &key));
      g_assert_cmpint (key, ==, n % 10 == 0);
      n++;
    }
  g_assert_cmpuint (n, ==, FRAMES);
  const ParlorAv1Sequence *sequence = parlor_av1_depay_sequence (depay);
  g_assert_cmpuint (sequence->width, ==, WIDTH);
  g_assert_cmpuint (sequence->height, ==, HEIGHT);
  g_assert_cmpuint (sequence->profile, ==, 0);
  g_assert_cmpuint (sequence->subsampling_x + sequence->subsampling_y, ==, 2);
}

/* Any one packet missing: nothing torn comes out, and all is well from the next key frame on. */
static void
test_loss (void)
{
  g_autoptr (GPtrArray) packets = make_packets (200);
  for (guint gone = 0; gone < packets->len; gone++)
    {
      g_autoptr (ParlorAv1Depay) depay = parlor_av1_depay_new ();
      guint n = 0;
      gboolean damaged = FALSE;
      for (guint i = 0; i < packets->len; i++)
        {
          if (i == gone)
            continue;
          ParlorAv1Result result = push (depay, packets->pdata[i], i == gone + 1);
          damaged = damaged || result == PARLOR_AV1_DAMAGED;
          n += result == PARLOR_AV1_UNIT ? 1 : 0;
        }
      g_assert_true (damaged || gone + 1 == packets->len);
      g_assert_cmpuint (n, <, FRAMES);
      if (gone < packets->len / 4)
        g_assert_cmpuint (n, >=, FRAMES / 2);
    }
}

static void
write_file (const char *path, const GPtrArray *packets)
{
  g_autoptr (GError) error = NULL;
  ParlorSegment *segment = parlor_segment_new (path, NULL, PARLOR_CODEC_AV1, 90000, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < packets->len; i++)
    {
      gsize size;
      const guint8 *bytes = g_bytes_get_data (packets->pdata[i], &size);
      gint64 file_us = (gint64)parlor_get_u32 (bytes + 4) * 1000000 / 90000;
      g_assert_true (parlor_segment_push (segment, packets->pdata[i], file_us, FALSE));
    }
  parlor_segment_free (segment);
  g_assert_cmpint (parlor_webm_finish (path, &error), >, 0);
  g_assert_no_error (error);
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

static GPtrArray *
run_grey (const char *source)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autofree char *text = g_strdup_printf ("%s ! videoconvert ! video/x-raw,format=GRAY8 ! "
                                           "fakesink name=out signal-handoffs=true sync=false",
                                           source);
  run (text, frames, TRUE);
  return frames;
}

/* A marker keeps the very picture, not one beside it. */
static void
check_stills (const char *folder, const char *path)
{
  g_autofree char *png = g_build_filename (folder, "still.png", NULL);
  g_autofree char *of_file = g_strdup_printf ("filesrc location=%s ! matroskademux ! av1dec", path);
  g_autofree char *of_still = g_strdup_printf ("filesrc location=%s ! pngdec", png);
  g_autoptr (GPtrArray) frames = run_grey (of_file);
  g_assert_true (parlor_still_preload ());
  for (guint wanted = 0; wanted < FRAMES; wanted += 9)
    {
      guint best = 0;
      ParlorStill asked = {.file_ms = wanted * 1000 / 30 + 16, .png = png}, *list = &asked;
      parlor_still_make (folder, "a.webm", "AV1", NULL, &list, 1);
      g_assert_cmpint (asked.result, ==, PARLOR_STILL_MADE);
      g_autoptr (GPtrArray) still = run_grey (of_still);
      for (guint i = 1; i < frames->len; i++)
        if (distance (frames->pdata[i], still->pdata[0])
            < distance (frames->pdata[best], still->pdata[0]))
          best = i;
      g_assert_cmpuint (best, ==, wanted);
      g_unlink (png);
    }
}

static void
test_file (void)
{
  g_autoptr (GPtrArray) packets = make_packets (1000);
  g_autoptr (GPtrArray) frames = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autofree char *folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.webm", NULL);
  write_file (path, packets);
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! matroskademux ! av1dec ! fakesink name=out signal-handoffs=true "
      "sync=false",
      path);
  run (text, frames, TRUE);
  g_assert_cmpuint (frames->len, ==, FRAMES);
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_autoptr (GArray) list = parlor_webm_list ((const guint8 *)bytes, size);
  g_assert_cmpuint (list->len, ==, FRAMES);
  for (guint i = 0; i < list->len; i++)
    g_assert_cmpint (g_array_index (list, ParlorWebmFrame, i).key, ==, i % 10 == 0);
  check_stills (folder, path);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/av1depay/packets-become-temporal-units", test_units);
  g_test_add_func ("/record/av1depay/a-lost-packet-costs-until-the-next-key-frame", test_loss);
  g_test_add_func ("/record/av1depay/a-recorded-file-plays", test_file);
  return g_test_run ();
}
