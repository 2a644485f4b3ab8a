/* SPDX-License-Identifier: Apache-2.0 */
#include "gstparlorudpsink.h"

#include "loop.h"
#include "udpsend.h"

GST_DEBUG_CATEGORY_STATIC (parlor_udp_sink_debug);
#define GST_CAT_DEFAULT parlor_udp_sink_debug

struct _ParlorUdpSink
{
  GstBaseSink parent;

  /*< properties >*/
  ParlorLoop *loop; /* owned reference, nullable */
  int fd;

  /*< from start () to stop (); streaming thread >*/
  ParlorUdpSender *sender;
  ParlorLoopCounters counters; /* when there is no loop */
};

enum
{
  PROP_0,
  PROP_LOOP,
  PROP_FD,
  PROP_PACKETS,
  PROP_FAILED,
  PROP_BLOCKED,
};

G_DEFINE_TYPE (ParlorUdpSink, parlor_udp_sink, GST_TYPE_BASE_SINK)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (PARLOR_BATCH_CAPS));

static ParlorLoopCounters *
get_counters (ParlorUdpSink *self)
{
  return self->loop ? &self->loop->counters : &self->counters;
}

static gboolean
parlor_udp_sink_start (GstBaseSink *base)
{
  ParlorUdpSink *self = PARLOR_UDP_SINK (base);
  self->sender = parlor_udp_sender_new (NULL);
  return TRUE;
}

static gboolean
parlor_udp_sink_stop (GstBaseSink *base)
{
  g_clear_pointer (&PARLOR_UDP_SINK (base)->sender, parlor_udp_sender_free);
  return TRUE;
}

static GstFlowReturn
parlor_udp_sink_render (GstBaseSink *base, GstBuffer *buffer)
{
  ParlorUdpSink *self = PARLOR_UDP_SINK (base);
  int fd = self->loop && self->fd < 0 ? self->loop->fd : self->fd;
  guint unsent;
  if (parlor_buffer_get_batch_meta (buffer) == NULL)
    get_counters (self)->malformed_batches++;
  unsent = parlor_udp_sender_send (self->sender, fd, buffer, g_get_monotonic_time (),
                                   get_counters (self));
  if (self->loop != NULL)
    {
      self->loop->unsent_pkts += unsent;
      self->loop->send_retry_us = parlor_udp_sender_next_us (self->sender);
    }
  return GST_FLOW_OK;
}

static GstFlowReturn
parlor_udp_sink_render_list (GstBaseSink *base, GstBufferList *list)
{
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    parlor_udp_sink_render (base, gst_buffer_list_get (list, i));
  return GST_FLOW_OK;
}

static void
parlor_udp_sink_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  ParlorUdpSink *self = PARLOR_UDP_SINK (object);
  switch (id)
    {
    case PROP_LOOP:
      parlor_loop_unref (self->loop);
      self->loop = g_value_get_pointer (value) ? parlor_loop_ref (g_value_get_pointer (value))
                                               : NULL;
      break;
    case PROP_FD:
      self->fd = g_value_get_int (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
parlor_udp_sink_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  ParlorUdpSink *self = PARLOR_UDP_SINK (object);
  switch (id)
    {
    case PROP_LOOP:
      g_value_set_pointer (value, self->loop);
      break;
    case PROP_FD:
      g_value_set_int (value, self->fd);
      break;
    case PROP_PACKETS:
      g_value_set_uint64 (value, get_counters (self)->datagrams_out);
      break;
    case PROP_FAILED:
      g_value_set_uint64 (value, get_counters (self)->send_failed);
      break;
    case PROP_BLOCKED:
      g_value_set_uint64 (value, get_counters (self)->send_blocked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
parlor_udp_sink_finalize (GObject *object)
{
  g_clear_pointer (&PARLOR_UDP_SINK (object)->loop, parlor_loop_unref);
  G_OBJECT_CLASS (parlor_udp_sink_parent_class)->finalize (object);
}

static void
install_counter (GObjectClass *object_class, guint id, const char *name, const char *blurb)
{
  g_object_class_install_property (object_class, id,
                                   g_param_spec_uint64 (name, name, blurb, 0, G_MAXUINT64, 0,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
parlor_udp_sink_class_init (ParlorUdpSinkClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  object_class->set_property = parlor_udp_sink_set_property;
  object_class->get_property = parlor_udp_sink_get_property;
  object_class->finalize = parlor_udp_sink_finalize;
  g_object_class_install_property (
      object_class, PROP_LOOP, g_param_spec_pointer ("loop", "Loop", "Shared ParlorLoop", flags));
  g_object_class_install_property (object_class, PROP_FD,
                                   g_param_spec_int ("fd", "File descriptor",
                                                     "UDP socket, -1 = the loop's", -1, G_MAXINT,
                                                     -1, flags));
  install_counter (object_class, PROP_PACKETS, "packets", "Datagrams that the kernel took");
  install_counter (object_class, PROP_FAILED, "failed", "Datagrams that the kernel refused");
  install_counter (object_class, PROP_BLOCKED, "blocked",
                   "Datagrams for which the kernel had no room");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Parlor UDP sink", "Sink/Network",
                                         "Sends batches of datagrams", "Parlor");
  base_class->start = parlor_udp_sink_start;
  base_class->stop = parlor_udp_sink_stop;
  base_class->render = parlor_udp_sink_render;
  base_class->render_list = parlor_udp_sink_render_list;
  GST_DEBUG_CATEGORY_INIT (parlor_udp_sink_debug, "parlorudpsink", 0, "Parlor UDP sink");
}

static void
parlor_udp_sink_init (ParlorUdpSink *self)
{
  GstBaseSink *base = GST_BASE_SINK (self);
  self->fd = -1;
  gst_base_sink_set_sync (base, FALSE);
  gst_base_sink_set_async_enabled (base, FALSE);
  gst_base_sink_set_last_sample_enabled (base, FALSE);
  gst_base_sink_set_qos_enabled (base, FALSE);
}
