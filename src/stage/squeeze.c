/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/squeeze.h"

#include "live/stagepace.h"
#include "stage/parts.h"

#include <gst/video/video.h>
#include <time.h>

#define LOOK_US G_USEC_PER_SEC

struct _ParlorStageSqueeze
{
  GstElement *size, *encoder; /* borrowed from the pipeline */
  ParlorStagePace *pace;
  gint64 looked_us;

  GMutex lock;         /* of what follows */
  guint width, height; /* of what comes */
  guint fps;           /* at most; and when the next picture is due */
  gint64 due_ns;
};

static void
set_size (ParlorStageSqueeze *self)
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
  ParlorStageSqueeze *self = user_data;
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
  ParlorStageSqueeze *self = user_data;
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

gpointer
parlor_stage_find (GstElement *pipeline, const char *name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  if (element != NULL)
    gst_object_unref (element);
  return element;
}

ParlorStageSqueeze *
parlor_stage_squeeze_new (GstElement *pipeline, guint cap_percent)
{
  ParlorStageSqueeze *self = g_new0 (ParlorStageSqueeze, 1);
  g_autoptr (GstPad)
      pad = gst_element_get_static_pad (parlor_stage_find (pipeline, "waits"), "sink");
  gint64 now_us = g_get_monotonic_time ();
  g_mutex_init (&self->lock);
  self->size = parlor_stage_find (pipeline, "size");
  self->encoder = parlor_stage_find (pipeline, "encoder");
  self->pace = parlor_stage_pace_new (cap_percent, now_us);
  self->looked_us = now_us;
  const ParlorStageLevel *level = parlor_stage_pace_level (self->pace);
  self->fps = level->fps;
  g_object_set (self->encoder, "target-bitrate", (int)level->bps, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_decoded_caps, self, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_decoded, self, NULL);
  return self;
}

static gint64
processor_us (void)
{
  struct timespec used;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

void
parlor_stage_squeeze_look (ParlorStageSqueeze *self, gint64 late_us, gint64 now_us)
{
  if (now_us - self->looked_us < LOOK_US)
    return;
  self->looked_us = now_us;
  if (!parlor_stage_pace_look (self->pace, processor_us (), late_us, now_us))
    return;
  const ParlorStageLevel *level = parlor_stage_pace_level (self->pace);
  g_object_set (self->encoder, "target-bitrate", (int)level->bps, NULL);
  g_mutex_lock (&self->lock);
  self->fps = level->fps;
  if (self->width > 0)
    set_size (self);
  g_mutex_unlock (&self->lock);
}

gboolean
parlor_stage_has_failed (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  if (message == NULL)
    return FALSE;
  gst_message_parse_error (message, &error, NULL);
  parlor_stage_fail (error->message);
  return TRUE;
}
