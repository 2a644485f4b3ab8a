/* SPDX-License-Identifier: Apache-2.0 */
/* One picture in another encoding. Decoding runs in one thread, encoding in another; between them
 * pictures are let go when the encoder is behind, never packets before the decoder. What goes out
 * has the timestamps of what came in, and the publisher's sender reports go with it. */
#include "live/stagepace.h"
#include "stage/feed.h"
#include "stage/give.h"
#include "stage/stage.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_US G_USEC_PER_SEC
#define POLL_MS 250
/* Pictures whose coming is remembered, to say how late they go. */
#define SEEN 64
/* A publisher who sends no key frame is asked again. */
#define BLIND_US G_USEC_PER_SEC

typedef struct
{
  gint64 time_ns, at_us;
} Seen;

typedef struct
{
  const ParlorStageSecondSpec *spec;
  ParlorCodec codec; /* of the pipeline; NONE = not yet */
  GstElement *pipeline;
  GstAppSrc *source; /* borrowed from the pipeline, as the next two */
  GstElement *size, *encoder;
  ParlorStageFeed *feed;
  ParlorStageGive *give;
  ParlorStagePace *pace;
  gboolean is_over;
  gint64 looked_us, came_us;

  GMutex lock; /* of what follows */
  Seen seen[SEEN];
  guint n_seen;
  guint width, height; /* of what is decoded */
  guint fps;           /* at most; and when the next picture is due */
  gint64 due_ns;
} Second;

/* ---- the pipeline's threads ----------------------------------------------------------------- */

static void
set_size (Second *self)
{
  const ParlorStageLevel *level = parlor_stage_pace_level (self->pace);
  guint width, height;
  parlor_stage_level_size (level, self->width, self->height, &width, &height);
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "video/x-raw", "width", G_TYPE_INT, (int)width, "height", G_TYPE_INT, (int)height,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
  g_object_set (self->size, "caps", caps, NULL);
}

/* Before pictures of another size are scaled: to which size. */
static GstPadProbeReturn
on_decoded_caps (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Second *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;
  GstVideoInfo video;
  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (!gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  self->width = (guint)GST_VIDEO_INFO_WIDTH (&video);
  self->height = (guint)GST_VIDEO_INFO_HEIGHT (&video);
  set_size (self);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

/* Fewer pictures a second, where that is the level. */
static GstPadProbeReturn
on_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Second *self = user_data;
  gint64 time_ns = (gint64)GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  g_mutex_lock (&self->lock);
  gint64 step_ns = (gint64)GST_SECOND / MAX (self->fps, 1);
  /* A third of a picture early is on time: cameras are not exact. */
  gboolean early = time_ns + step_ns / 3 < self->due_ns && self->due_ns - time_ns < 2 * step_ns;
  if (!early)
    self->due_ns = MAX (self->due_ns + step_ns, time_ns);
  g_mutex_unlock (&self->lock);
  return early ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* ---- beginning ------------------------------------------------------------------------------ */

static void
add_probe (Second *self, const char *element, GstPadProbeType type, GstPadProbeCallback func)
{
  g_autoptr (GstElement) found = gst_bin_get_by_name (GST_BIN (self->pipeline), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (found, "sink");
  gst_pad_add_probe (pad, type, func, self, NULL);
}

/* Borrowed: the pipeline lives as long as the process. */
static gpointer
find (Second *self, const char *name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (self->pipeline), name);
  gst_object_unref (element);
  return element;
}

static gboolean
make_pipeline (Second *self, guint8 pt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = parlor_stage_caps (self->codec, pt);
  g_autofree char *text = g_strdup_printf (
      "appsrc name=in is-live=true format=time max-bytes=4000000 leaky-type=downstream ! %s ! "
      "queue name=waits leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! "
      "videoscale n-threads=1 ! capsfilter name=size ! videoconvert n-threads=1 ! "
      "video/x-raw,format=I420 ! vp8enc name=encoder deadline=1 cpu-used=-8 threads=1 "
      "end-usage=cbr lag-in-frames=0 keyframe-max-dist=600 min-quantizer=4 max-quantizer=56 "
      "buffer-size=1000 buffer-initial-size=500 buffer-optimal-size=600 ! "
      "rtpvp8pay pt=%u mtu=1180 picture-id-mode=15-bit timestamp-offset=0 ! "
      "appsink name=out sync=false max-buffers=200",
      parlor_stage_decoder (self->codec), PARLOR_STAGE_VP8_PT);
  self->pipeline = gst_parse_launch (text, &error);
  if (self->pipeline == NULL)
    return parlor_stage_fail (error->message) == EXIT_SUCCESS;
  self->source = find (self, "in");
  self->size = find (self, "size");
  self->encoder = find (self, "encoder");
  gst_app_src_set_caps (self->source, caps);
  g_object_set (self->encoder, "target-bitrate", (int)parlor_stage_pace_level (self->pace)->bps,
                NULL);
  add_probe (self, "waits", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_decoded_caps);
  add_probe (self, "waits", GST_PAD_PROBE_TYPE_BUFFER, on_decoded);
  self->give = parlor_stage_give_new (self->spec->out, find (self, "out"));
  return gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

/* ---- packets -------------------------------------------------------------------------------- */

static void
note_coming (Second *self, gint64 time_ns)
{
  self->seen[self->n_seen++ % SEEN] = (Seen){time_ns, g_get_monotonic_time ()};
}

/* FALSE: the work is over. */
static gboolean
begin (Second *self, ParlorCodec codec, const guint8 *packet)
{
  self->codec = codec;
  if (parlor_stage_decoder (codec) == NULL)
    return parlor_stage_fail ("this picture's codec is not known here") == EXIT_SUCCESS;
  return make_pipeline (self, packet[1] & 0x7f);
}

static void
on_packet (guint8 *packet, gsize length, ParlorCodec codec, gint64 time_ns, gboolean lost,
           gpointer user_data)
{
  Second *self = user_data;
  if (self->codec == PARLOR_CODEC_NONE && !begin (self, codec, packet))
    self->is_over = TRUE;
  if (codec != self->codec) /* the next process takes it */
    self->is_over = TRUE;
  if (self->is_over)
    return;
  if (lost)
    parlor_stage_feed_want_key_frame (self->feed, g_get_monotonic_time ());
  if (packet[1] & 0x80)
    note_coming (self, time_ns);
  self->came_us = g_get_monotonic_time ();
  GstBuffer *buffer = gst_buffer_new_memdup (packet, length);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = (GstClockTime)time_ns;
  gst_app_src_push_buffer (self->source, buffer);
}

static void
on_report (gint64 local_us, gint64 time_ns, gpointer user_data)
{
  Second *self = user_data;
  if (self->give != NULL && time_ns >= 0)
    parlor_stage_give_report (self->give, local_us,
                              (guint32)gst_util_uint64_scale ((guint64)time_ns, 90000, GST_SECOND));
}

/* ---- how much it may do --------------------------------------------------------------------- */

static gint64
processor_us (void)
{
  struct timespec used;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* From its last packet to its way out; of what has not come out yet, so far. */
static gint64
lateness_us (Second *self, gint64 now_us)
{
  gint64 out_ns = self->give != NULL ? parlor_stage_give_time_ns (self->give) : -1;
  gint64 oldest_us = now_us;
  for (guint i = 0; out_ns >= 0 && i < MIN (self->n_seen, SEEN); i++)
    if (self->seen[i].time_ns > out_ns)
      oldest_us = MIN (oldest_us, self->seen[i].at_us);
  return now_us - oldest_us;
}

static void
look (Second *self, gint64 now_us)
{
  if (now_us - self->looked_us < LOOK_US || self->pipeline == NULL)
    return;
  self->looked_us = now_us;
  gint64 out_ns = parlor_stage_give_time_ns (self->give);
  if (out_ns < 0 && now_us - self->came_us < BLIND_US)
    parlor_stage_feed_want_key_frame (self->feed, now_us);
  if (!parlor_stage_pace_look (self->pace, processor_us (), lateness_us (self, now_us), now_us))
    return;
  const ParlorStageLevel *level = parlor_stage_pace_level (self->pace);
  g_object_set (self->encoder, "target-bitrate", (int)level->bps, NULL);
  g_mutex_lock (&self->lock);
  self->fps = level->fps;
  if (self->width > 0)
    set_size (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
has_failed (Second *self)
{
  if (self->pipeline == NULL)
    return FALSE;
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  if (message == NULL)
    return FALSE;
  gst_message_parse_error (message, &error, NULL);
  parlor_stage_fail (error->message);
  return TRUE;
}

/* FALSE: it is over. */
static gboolean
turn (Second *self)
{
  struct pollfd fds[] = {{parlor_stage_feed_fd (self->feed), POLLIN, 0},
                         {self->spec->out, POLLIN, 0}};
  gint64 now_us = g_get_monotonic_time ();
  gint64 next_us = parlor_stage_feed_next_us (self->feed);
  gint64 wait_ms = next_us == G_MAXINT64 ? POLL_MS : CLAMP ((next_us - now_us) / 1000, 0, POLL_MS);
  if (poll (fds, G_N_ELEMENTS (fds), (int)wait_ms) < 0)
    return TRUE;
  now_us = g_get_monotonic_time ();
  if (!parlor_stage_feed_read (self->feed, now_us) || self->is_over || has_failed (self))
    return FALSE;
  if (self->give == NULL ? (fds[1].revents & (POLLHUP | POLLERR)) != 0
                         : fds[1].revents != 0 && !parlor_stage_give_read (self->give))
    return FALSE;
  look (self, now_us);
  return TRUE;
}

int
parlor_stage_run_second (const ParlorStageSecondSpec *spec)
{
  static Second self;
  gint64 now_us = g_get_monotonic_time ();
  ParlorStageFeedOps ops = {on_packet, on_report, &self};
  self.spec = spec;
  g_mutex_init (&self.lock);
  self.pace = parlor_stage_pace_new (spec->cap_percent, now_us);
  self.fps = parlor_stage_pace_level (self.pace)->fps;
  self.looked_us = now_us;
  self.feed = parlor_stage_feed_new (spec->in, &spec->formats, &ops);
  parlor_stage_feed_want_key_frame (self.feed, now_us);
  while (turn (&self))
    ;
  return EXIT_SUCCESS;
}
