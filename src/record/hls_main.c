/* SPDX-License-Identifier: Apache-2.0 */
/* parlor-hls: started by parlord for one live room, when somebody asks for its playlist. Descriptor
 * 3 is a tap of the picture, 4 one of the sound (RFC 4571, media/trackfd.h); parts go to standard
 * output (record/hlswire.h). H.264 and VP9 go on as they are; what an MP4 cannot hold is decoded
 * and becomes H.264. Beside H.264 the sound becomes AAC where there is an encoder, since players
 * that know H.264 alone may not know Opus; beside VP9 Opus goes on as it is. It ends with its
 * picture's tap, or when the picture's codec becomes another.
 */
#include "base/bytes.h"
#include "proto/rtp/header.h"
#include "record/hlspack.h"
#include "record/hlswire.h"
#include "record/rtpin.h"
#include "record/sandbox.h"

#include <errno.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VIDEO_FD 3
#define AUDIO_FD 4
#define MEMORY_BYTES (G_GUINT64_CONSTANT (768) << 20)
/* A segment begins with a key frame of the publisher's, where the picture goes on as it is. */
#define KEY_EVERY_US (2 * G_USEC_PER_SEC)
/* Small pictures: this machine's cores are for those who talk. */
#define TO_H264                                                                                    \
  "videoscale ! video/x-raw,width=[16,640],height=[16,640],pixel-aspect-ratio=1/1 ! "              \
  "openh264enc complexity=low rate-control=bitrate bitrate=900000 gop-size=30 ! "
#define AVC "h264parse ! video/x-h264,stream-format=avc,alignment=au ! "

/* What is needed to make AAC. */
static const char *const aac_elements[] = {"opusdec", "audioconvert", "audioresample", "voaacenc"};
#define TO_AAC                                                                                     \
  "opusdec ! audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=2 ! "                  \
  "voaacenc bitrate=128000 ! audio/mpeg,mpegversion=4,stream-format=raw ! "
/* A sound comes out of a decoder 1,600 samples behind where it went into that encoder: measured
 * with a click, which every decoder that drops nothing of the beginning gives back there. */
#define AAC_DELAY_US (1600 * G_GINT64_CONSTANT (1000000) / 48000)

static const struct
{
  ParlorCodec codec;
  const char *pipeline;
} codecs[] = {
    {PARLOR_CODEC_VP8, "rtpvp8depay request-keyframe=true ! vp8dec threads=1 ! " TO_H264 AVC},
    {PARLOR_CODEC_VP9,
     "rtpvp9depay request-keyframe=true ! vp9parse ! video/x-vp9,alignment=frame ! "},
    {PARLOR_CODEC_H264, "rtph264depay request-keyframe=true ! " AVC},
};

typedef struct
{
  ParlorRtpFormats formats;
  GstElement *pipeline, *video, *audio; /* the appsrcs, borrowed from the pipeline */
  ParlorHlsPack *pack;
  GMutex lock;       /* of pack and standard output */
  ParlorCodec codec; /* of the picture */
  gboolean can_aac;  /* there is an encoder */
  ParlorCmafSound sound;
  gint64 asked_us;
} Self;

/* ---- out ------------------------------------------------------------------------------------ */

static void
write_all (const void *data, gsize size)
{
  const guint8 *at = data;
  while (size)
    {
      gssize n = write (STDOUT_FILENO, at, size);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        _exit (EXIT_SUCCESS); /* the daemon has gone */
      at += n;
      size -= (gsize)n;
    }
}

static void
put (const ParlorHlsHead *head, GBytes *data)
{
  guint8 bytes[PARLOR_HLS_HEAD_BYTES];
  gsize size;
  const void *body = g_bytes_get_data (data, &size);
  parlor_hls_head_write (head, (guint32)size, bytes);
  write_all (bytes, sizeof bytes);
  write_all (body, size);
}

static void
on_init (GBytes *init, gpointer user_data)
{
  put (&(ParlorHlsHead){.type = PARLOR_HLS_INIT}, init);
}

static void
on_part (GBytes *part, gint64 at_us, gint64 duration_us, gboolean independent, gpointer user_data)
{
  put (&(ParlorHlsHead){PARLOR_HLS_PART, independent, duration_us, at_us}, part);
}

/* ---- from the pipeline ---------------------------------------------------------------------- */

static GBytes *
bytes_of (GstBuffer *buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  guint8 *data = g_malloc (MAX (size, 1));
  gst_buffer_extract (buffer, 0, data, size);
  return g_bytes_new_take (data, size);
}

/* Both processes have the same CLOCK_MONOTONIC, on which GStreamer's system clock runs. */
static gint64
clock_us (const Self *self, const GstBuffer *buffer)
{
  GstClockTime time = GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer)
                                                       : GST_BUFFER_DTS (buffer);
  return (gint64)((time + gst_element_get_base_time (self->pipeline)) / 1000);
}

static void
take_format (Self *self, GstSample *sample)
{
  int width = 0, height = 0;
  const GstStructure *caps = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  const GValue *value = gst_structure_get_value (caps, "codec_data");
  g_autoptr (GBytes) avcc = value ? bytes_of (gst_value_get_buffer (value)) : NULL;
  gst_structure_get_int (caps, "width", &width);
  gst_structure_get_int (caps, "height", &height);
  if (width > 0 && height > 0 && (avcc || self->codec == PARLOR_CODEC_VP9))
    parlor_hls_pack_format (self->pack, avcc, (guint)width, (guint)height);
}

static GstFlowReturn
on_picture (GstAppSink *sink, gpointer user_data)
{
  Self *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample ? gst_sample_get_buffer (sample) : NULL;
  if (!buffer)
    return GST_FLOW_EOS;
  g_autoptr (GBytes) data = bytes_of (buffer);
  g_mutex_lock (&self->lock);
  take_format (self, sample);
  parlor_hls_pack_video (self->pack, data, clock_us (self, buffer),
                         !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_sound (GstAppSink *sink, gpointer user_data)
{
  Self *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample ? gst_sample_get_buffer (sample) : NULL;
  if (!buffer)
    return GST_FLOW_EOS;
  g_autoptr (GBytes) data = bytes_of (buffer);
  g_mutex_lock (&self->lock);
  parlor_hls_pack_audio (self->pack, data,
                         clock_us (self, buffer)
                             - (self->sound == PARLOR_CMAF_AAC ? AAC_DELAY_US : 0));
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* ---- into the pipeline ---------------------------------------------------------------------- */

/* FALSE: the tap has ended. */
static gboolean
read_all (int fd, void *out, gsize size)
{
  guint8 *at = out;
  while (size)
    {
      gssize n = read (fd, at, size);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      size -= (gsize)n;
    }
  return TRUE;
}

/* Bytes of the next RTP packet; 0 = the tap has ended. */
static gsize
read_packet (int fd, guint8 packet[PARLOR_RTP_PACKET_MAX])
{
  for (;;)
    {
      guint8 head[2];
      if (!read_all (fd, head, sizeof head))
        return 0;
      gsize size = (gsize)head[0] << 8 | head[1];
      if (!read_all (fd, packet, size))
        return 0;
      /* What is not RTP (RFC 5761 section 4) is the tap's own. */
      if (size >= PARLOR_RTP_FIXED_SIZE && packet[0] >> 6 == 2
          && ((packet[1] & 0x7f) < 64 || (packet[1] & 0x7f) > 95))
        return size;
    }
}

static void
ask_for_key (Self *self)
{
  self->asked_us = g_get_monotonic_time ();
  if (write (VIDEO_FD, "K", 1) < 0)
    return; /* its end shows when it is read */
}

static GstPadProbeReturn
on_upstream (GstPad *pad, GstPadProbeInfo *info, gpointer self)
{
  if (gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    ask_for_key (self);
  return GST_PAD_PROBE_OK;
}

static void
push (GstElement *source, const guint8 *packet, gsize size)
{
  gst_app_src_push_buffer (GST_APP_SRC (source), gst_buffer_new_memdup (packet, size));
}

static gpointer
listen_to (gpointer user_data)
{
  Self *self = user_data;
  guint8 *packet = g_malloc (PARLOR_RTP_PACKET_MAX);
  guint8 opus = parlor_rtp_formats_find (&self->formats, PARLOR_CODEC_OPUS);
  gsize size;
  while ((size = read_packet (AUDIO_FD, packet)))
    {
      ParlorCodec codec = self->formats.of[packet[1] & 0x7f];
      if (codec == PARLOR_CODEC_RED_OPUS)
        size = parlor_rtp_unwrap_red (packet, size, opus);
      if (size && (codec == PARLOR_CODEC_OPUS || codec == PARLOR_CODEC_RED_OPUS))
        push (self->audio, packet, size);
    }
  g_free (packet);
  return NULL;
}

static void
watch (Self *self, guint8 *packet, gsize size)
{
  for (; size; size = read_packet (VIDEO_FD, packet))
    {
      if (self->formats.of[packet[1] & 0x7f] != self->codec)
        return;
      push (self->video, packet, size);
      if (self->codec != PARLOR_CODEC_VP8
          && g_get_monotonic_time () - self->asked_us >= KEY_EVERY_US)
        ask_for_key (self);
    }
}

/* ---- beginning ------------------------------------------------------------------------------ */

/* A plugin loads with its first element: afterwards nothing can be loaded any more. Gives the first
 * that is missing, or NULL. */
static const char *
load (const char *const *names, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      GstElement *element = gst_element_factory_make (names[i], NULL);
      if (!element)
        return names[i];
      gst_object_unref (gst_object_ref_sink (element));
    }
  return NULL;
}

static const char *
preload (void)
{
  static const char *const names[] = {
      "appsrc",       "appsink",      "rtpjitterbuffer", "rtpvp8depay", "rtpvp9depay",
      "rtph264depay", "vp8dec",       "videoscale",      "openh264enc", "h264parse",
      "vp9parse",     "rtpopusdepay", "capsfilter"};
  return load (names, G_N_ELEMENTS (names));
}

static void
set_sink (Self *self, const char *name, GstFlowReturn (*func) (GstAppSink *, gpointer))
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (self->pipeline), name);
  GstAppSinkCallbacks callbacks = {.new_sample = func};
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  gst_object_unref (sink);
}

static const char *
pipeline_of (ParlorCodec codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (codecs[i].codec == codec)
      return codecs[i].pipeline;
  return NULL;
}

#define SOURCE "is-live=true format=time do-timestamp=true max-bytes=4000000 leaky-type=downstream"

static gboolean
make_pipeline (Self *self, guint8 pt, GError **error)
{
  const char *name = parlor_codec_info (self->codec)->name, *middle = pipeline_of (self->codec);
  g_autofree char *text = g_strdup_printf (
      "appsrc name=video " SOURCE " caps=application/x-rtp,media=video,clock-rate=90000,"
      "encoding-name=%s,payload=%u ! rtpjitterbuffer latency=80 ! %s appsink name=pictures "
      "sync=false max-buffers=60 "
      "appsrc name=audio " SOURCE " caps=application/x-rtp,media=audio,clock-rate=48000,"
      "encoding-name=OPUS,payload=%u ! rtpjitterbuffer latency=80 ! rtpopusdepay ! %s appsink "
      "name=sounds sync=false max-buffers=200",
      name, pt, middle, parlor_rtp_formats_find (&self->formats, PARLOR_CODEC_OPUS),
      self->sound == PARLOR_CMAF_AAC ? TO_AAC : "");
  self->pipeline = gst_parse_launch (text, error);
  if (!self->pipeline)
    return FALSE;
  self->video = gst_bin_get_by_name (GST_BIN (self->pipeline), "video");
  self->audio = gst_bin_get_by_name (GST_BIN (self->pipeline), "audio");
  set_sink (self, "pictures", on_picture);
  set_sink (self, "sounds", on_sound);
  GstPad *pad = gst_element_get_static_pad (self->video, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream, self, NULL);
  gst_object_unref (pad);
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), gst_system_clock_obtain ());
  return gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

static int
fail (const char *why)
{
  fprintf (stderr, "parlor-hls: %s\n", why);
  return EXIT_FAILURE;
}

/* The first packet of the picture says what it is made of. */
static int
run (Self *self)
{
  g_autoptr (GError) error = NULL;
  ParlorHlsPackOut out = {on_init, on_part, self};
  guint8 *packet = g_malloc (PARLOR_RTP_PACKET_MAX);
  ask_for_key (self);
  gsize size = read_packet (VIDEO_FD, packet);
  if (!size)
    return EXIT_SUCCESS;
  self->codec = self->formats.of[packet[1] & 0x7f];
  if (!pipeline_of (self->codec))
    return fail ("this picture's codec is not known here");
  self->sound = self->can_aac && self->codec != PARLOR_CODEC_VP9 ? PARLOR_CMAF_AAC
                                                                 : PARLOR_CMAF_OPUS;
  self->pack = parlor_hls_pack_new (&out, self->sound);
  if (!make_pipeline (self, packet[1] & 0x7f, &error))
    return fail (error ? error->message : "the pipeline does not start");
  g_thread_unref (g_thread_new ("sound", listen_to, self));
  watch (self, packet, size);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  static Self self;
  if (argc != 2)
    return fail ("parlord starts this program; there is nothing in it for people");
  signal (SIGPIPE, SIG_IGN);
  signal (SIGINT, SIG_IGN); /* Ctrl-C is parlord's: the end of the tap ends us */
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE);
  if (!gst_init_check (NULL, NULL, &error))
    return fail (error->message);
  const char *missing = preload ();
  if (missing)
    {
      g_autofree char *why = g_strdup_printf ("the GStreamer element %s is missing", missing);
      return fail (why);
    }
  self.can_aac = !load (aac_elements, G_N_ELEMENTS (aac_elements));
  if (nice (5) < 0)
    errno = 0; /* then it is as nice as it may be */
  if (!parlor_sandbox_enter (MEMORY_BYTES, &error))
    return fail (error->message);
  g_mutex_init (&self.lock);
  parlor_rtp_formats_read (&self.formats, argv[1]);
  _exit (run (&self));
}
