/* SPDX-License-Identifier: Apache-2.0 */
/* One picture in another encoding. Decoding runs in one thread, encoding in another; between them
 * pictures are let go when the encoder is behind, never packets before the decoder. What goes out
 * has the timestamps of what came in, and the publisher's sender reports go with it. */
#include "stage/feed.h"
#include "stage/give.h"
#include "stage/showorder.h"
#include "stage/parts.h"
#include "stage/squeeze.h"
#include "stage/stage.h"

#include <gst/app/gstappsrc.h>
#include <poll.h>
#include <stdlib.h>

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
  GstAppSrc *source; /* borrowed from the pipeline */
  ParlorStageFeed *feed;
  ParlorStageGive *give;
  ParlorStageSqueeze *squeeze;
  ParlorShowOrder order; /* the decoder's thread */
  gboolean is_over;
  gint64 came_us;
  Seen seen[SEEN];
  guint n_seen;
} Second;

/* ---- beginning ------------------------------------------------------------------------------ */

static GstPadProbeReturn
on_coded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstClockTime time = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  if (GST_CLOCK_TIME_IS_VALID (time))
    parlor_show_order_in (&((Second *)user_data)->order, (gint64)time);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_shown (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstClockTime time = GST_BUFFER_PTS (buffer);
  if (GST_CLOCK_TIME_IS_VALID (time))
    GST_BUFFER_PTS (buffer) = (GstClockTime)parlor_show_order_out (&((Second *)user_data)->order,
                                                                   (gint64)time);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

/* H.264 alone has pictures that are shown in another order (decisions/0122). */
static void
watch_order (Second *self)
{
  GstElement *decoder = parlor_stage_find (self->pipeline, "decoder");
  if (decoder == NULL)
    return;
  g_autoptr (GstPad) in = gst_element_get_static_pad (decoder, "sink");
  g_autoptr (GstPad) out = gst_element_get_static_pad (decoder, "src");
  gst_pad_add_probe (in, GST_PAD_PROBE_TYPE_BUFFER, on_coded, self, NULL);
  gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER, on_shown, self, NULL);
}

static gboolean
make_pipeline (Second *self, guint8 pt)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = parlor_stage_caps (self->codec, pt);
  g_autofree char *text = g_strdup_printf (
      "appsrc name=in is-live=true format=time max-bytes=4000000 leaky-type=downstream ! %s "
      "! " PARLOR_STAGE_ENCODER,
      parlor_stage_decoder (self->codec));
  self->pipeline = gst_parse_launch (text, &error);
  if (self->pipeline == NULL)
    return parlor_stage_fail (error->message) == EXIT_SUCCESS;
  self->source = parlor_stage_find (self->pipeline, "in");
  gst_app_src_set_caps (self->source, caps);
  watch_order (self);
  self->squeeze = parlor_stage_squeeze_new (self->pipeline, self->spec->cap_percent);
  self->give = parlor_stage_give_new (self->spec->out, parlor_stage_find (self->pipeline, "out"));
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
  if (self->pipeline == NULL)
    return;
  if (parlor_stage_give_time_ns (self->give) < 0 && now_us - self->came_us < BLIND_US)
    parlor_stage_feed_want_key_frame (self->feed, now_us);
  parlor_stage_squeeze_look (self->squeeze, lateness_us (self, now_us), now_us);
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
  if (!parlor_stage_feed_read (self->feed, now_us) || self->is_over
      || (self->pipeline != NULL && parlor_stage_has_failed (self->pipeline)))
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
  self.feed = parlor_stage_feed_new (spec->in, &spec->formats, &ops);
  parlor_stage_feed_want_key_frame (self.feed, now_us);
  while (turn (&self))
    ;
  return EXIT_SUCCESS;
}
