/* SPDX-License-Identifier: Apache-2.0 */
#include "gstparlorudpsink.h"

#include "loop.h"
#include "udpsend.h"

GST_DEBUG_CATEGORY_STATIC (parlor_udp_sink_debug);
#define GST_CAT_DEFAULT parlor_udp_sink_debug

struct _ParlorUdpSink
{
  GstElement parent;
  GstPad *sink;

  /*< properties >*/
  ParlorLoop *loop; /* owned reference, nullable */
  int fd;

  /*< from READY to NULL; streaming thread >*/
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

G_DEFINE_TYPE (ParlorUdpSink, parlor_udp_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (PARLOR_BATCH_CAPS));

static ParlorLoopCounters *
get_counters (ParlorUdpSink *self)
{
  return self->loop ? &self->loop->counters : &self->counters;
}

static void
send_batch (ParlorUdpSink *self, GstBuffer *buffer)
{
  int fd = self->loop && self->fd < 0 ? self->loop->fd : self->fd;
  guint unsent;
  unsent = parlor_udp_sender_send (self->sender, fd, buffer, g_get_monotonic_time (),
                                   get_counters (self));
  if (self->loop != NULL)
    {
      self->loop->unsent_pkts += unsent;
      self->loop->send_retry_us = parlor_udp_sender_next_us (self->sender);
    }
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  send_batch ((ParlorUdpSink *)parent, buffer);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    send_batch ((ParlorUdpSink *)parent, gst_buffer_list_get (list, i));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

/* Stream, caps and segment stick to the pad; flushing is the pad's own. */
static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    {
      GstMessage *message = gst_message_new_eos (parent);
      gst_message_set_seqnum (message, gst_event_get_seqnum (event));
      gst_element_post_message (GST_ELEMENT (parent), message);
    }
  gst_event_unref (event);
  return TRUE;
}

static GstStateChangeReturn
parlor_udp_sink_change_state (GstElement *element, GstStateChange change)
{
  ParlorUdpSink *self = PARLOR_UDP_SINK (element);
  GstStateChangeReturn result;
  if (change == GST_STATE_CHANGE_NULL_TO_READY && self->sender == NULL)
    self->sender = parlor_udp_sender_new (NULL);
  result = GST_ELEMENT_CLASS (parlor_udp_sink_parent_class)->change_state (element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL)
    g_clear_pointer (&self->sender, parlor_udp_sender_free);
  return result;
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
  element_class->change_state = parlor_udp_sink_change_state;
  GST_DEBUG_CATEGORY_INIT (parlor_udp_sink_debug, "parlorudpsink", 0, "Parlor UDP sink");
}

static void
parlor_udp_sink_init (ParlorUdpSink *self)
{
  self->fd = -1;
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink, chain);
  gst_pad_set_chain_list_function (self->sink, chain_list);
  gst_pad_set_event_function (self->sink, sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
