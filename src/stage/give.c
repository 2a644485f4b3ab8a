/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/give.h"

#include "base/bytes.h"

#include <errno.h>
#include <gst/video/video.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPORT_BYTES 28
#define PACKET_MAX 2048

struct _ParlorStageGive
{
  int fd;           /* borrowed */
  GstAppSink *sink; /* borrowed: it lives as long as the process */
  GMutex lock;      /* of the descriptor's writing side, and time_ns */
  gint64 time_ns;
};

/* Whole: what the daemon reads after a torn frame would be nonsense. */
static void
write_frame (ParlorStageGive *self, const guint8 *data, gsize size)
{
  guint8 frame[2 + PACKET_MAX];
  const guint8 *at = frame;
  gsize left = size + 2;
  if (size > PACKET_MAX)
    return;
  parlor_put_u16 (frame, (guint16)size);
  memcpy (frame + 2, data, size);
  while (left > 0)
    {
      ssize_t n = send (self->fd, at, left, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        _exit (EXIT_SUCCESS);
      at += n;
      left -= (gsize)n;
    }
}

static void
give_buffer (ParlorStageGive *self, GstBuffer *buffer)
{
  GstMapInfo map;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  write_frame (self, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    self->time_ns = (gint64)GST_BUFFER_PTS (buffer);
}

/* A payloader gives a picture's packets as one list. */
static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  ParlorStageGive *self = user_data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  if (sample == NULL)
    return GST_FLOW_EOS;
  GstBufferList *list = gst_sample_get_buffer_list (sample);
  g_mutex_lock (&self->lock);
  for (guint i = 0; list != NULL && i < gst_buffer_list_length (list); i++)
    give_buffer (self, gst_buffer_list_get (list, i));
  if (list == NULL && gst_sample_get_buffer (sample) != NULL)
    give_buffer (self, gst_sample_get_buffer (sample));
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

ParlorStageGive *
parlor_stage_give_new (int fd, GstAppSink *sink)
{
  GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
  ParlorStageGive *self = g_new0 (ParlorStageGive, 1);
  self->fd = fd;
  self->sink = sink;
  self->time_ns = -1;
  g_mutex_init (&self->lock);
  gst_app_sink_set_buffer_list_support (sink, TRUE);
  gst_app_sink_set_callbacks (sink, &callbacks, self, NULL);
  return self;
}

void
parlor_stage_give_report (ParlorStageGive *self, gint64 local_us, guint32 rtp_timestamp)
{
  guint8 report[REPORT_BYTES] = {0x80, 200, 0, 6};
  parlor_put_u64 (report + 8, (guint64)local_us);
  parlor_put_u32 (report + 16, rtp_timestamp);
  g_mutex_lock (&self->lock);
  write_frame (self, report, sizeof report);
  g_mutex_unlock (&self->lock);
}

gboolean
parlor_stage_give_read (ParlorStageGive *self)
{
  char wishes[16];
  ssize_t n = recv (self->fd, wishes, sizeof wishes, MSG_DONTWAIT);
  if (n > 0 && memchr (wishes, 'K', (gsize)n) != NULL)
    {
      g_autoptr (GstPad) pad = gst_element_get_static_pad (GST_ELEMENT (self->sink), "sink");
      gst_pad_push_event (
          pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
    }
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

gint64
parlor_stage_give_time_ns (ParlorStageGive *self)
{
  g_mutex_lock (&self->lock);
  gint64 time_ns = self->time_ns;
  g_mutex_unlock (&self->lock);
  return time_ns;
}
