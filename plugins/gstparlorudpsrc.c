/* SPDX-License-Identifier: Apache-2.0 */
#include "gstparlorudpsrc.h"

#include <errno.h>
#include <unistd.h>

#include "base/time.h"
#include "batchpool.h"
#include "loop.h"
#include "pads.h"
#include "sourcepad.h"
#include "udpreceive.h"
#include "udpsocket.h"
#include "udpwait.h"

GST_DEBUG_CATEGORY_STATIC (parlor_udp_src_debug);
#define GST_CAT_DEFAULT parlor_udp_src_debug

struct _ParlorUdpSrc
{
  GstElement parent;
  GstPad *src;

  /*< properties >*/
  ParlorLoop *loop; /* owned reference; made in start () when none was given */
  gboolean own_loop;
  int fd_property;
  char *address;
  guint port;
  gboolean gro, reuse_port;

  /*< from PAUSED to READY >*/
  int fd;
  gboolean own_fd;
  ParlorBatchPool *pool;
  ParlorUdpReceiver *receiver, *lane_receiver;

  gint flushing; /* atomic */
  ParlorUdpWait wait;
  gboolean was_full; /* there may be more than was read, and nobody tells of it: do not wait */
  gboolean is_begun; /* downstream knows stream, caps and segment */
};

enum
{
  PROP_0,
  PROP_LOOP,
  PROP_FD,
  PROP_ADDRESS,
  PROP_PORT,
  PROP_GRO,
  PROP_REUSE_PORT,
  PROP_GATHER_US,
};

G_DEFINE_TYPE (ParlorUdpSrc, parlor_udp_src, GST_TYPE_ELEMENT)

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (PARLOR_BATCH_CAPS));

/* --- opening and closing --------------------------------------------------------------------- */

static gboolean
open_socket (ParlorUdpSrc *self, GError **error)
{
  const ParlorUdpSocketConfig config = {self->address, (guint16)self->port, self->reuse_port,
                                        self->gro};
  self->fd = self->fd_property >= 0 ? self->fd_property : self->loop->fd;
  self->own_fd = self->fd < 0;
  if (self->own_fd)
    self->fd = parlor_udp_socket_open (&config, error);
  if (self->fd < 0)
    return FALSE;
  self->loop->fd = self->fd;
  self->port = parlor_udp_socket_get_port (self->fd);
  return TRUE;
}

static void
warn_of_small_buffer (ParlorUdpSrc *self)
{
  gsize bytes = parlor_udp_socket_get_receive_buffer (self->fd);
  if (bytes < PARLOR_UDP_RECEIVE_BUFFER_BYTES)
    GST_WARNING_OBJECT (self,
                        "receive buffer is %" G_GSIZE_FORMAT
                        " bytes: bursts will be lost; raise net.core.rmem_max to %d",
                        bytes, PARLOR_UDP_RECEIVE_BUFFER_BYTES);
}

static gboolean
ensure_loop (ParlorUdpSrc *self)
{
  static const ParlorRouterConfig none;
  if (self->loop != NULL)
    return TRUE;
  self->loop = parlor_loop_new (&none, NULL, NULL, -1);
  self->own_loop = TRUE;
  return self->loop != NULL;
}

static void
stop (ParlorUdpSrc *self)
{
  if (self->own_fd && self->fd >= 0)
    {
      close (self->fd);
      self->loop->fd = -1;
    }
  parlor_udp_wait_close (&self->wait);
  self->fd = -1;
  g_clear_pointer (&self->pool, parlor_batch_pool_free);
  g_clear_pointer (&self->receiver, parlor_udp_receiver_free);
  g_clear_pointer (&self->lane_receiver, parlor_udp_receiver_free);
  if (self->own_loop)
    g_clear_pointer (&self->loop, parlor_loop_unref);
  self->own_loop = FALSE;
}

static gboolean
fail_start (ParlorUdpSrc *self, const GError *error)
{
  const char *why = error ? error->message : g_strerror (errno);
  GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE, ("%s", why), (NULL));
  stop (self);
  return FALSE;
}

static gboolean
start (ParlorUdpSrc *self)
{
  g_autoptr (GError) error = NULL;
  if (!ensure_loop (self) || !open_socket (self, &error)
      || !parlor_udp_wait_open (&self->wait, self->loop, self->fd))
    return fail_start (self, error);
  warn_of_small_buffer (self);
  self->receiver = parlor_udp_receiver_new (FALSE);
  self->lane_receiver = parlor_udp_receiver_new (TRUE);
  self->pool = parlor_batch_pool_new (PARLOR_RECEIVE_BUFFER_BYTES);
  self->was_full = self->is_begun = FALSE;
  g_atomic_int_set (&self->flushing, FALSE);
  return TRUE;
}

/* --- the loop -------------------------------------------------------------------------------- */

static gint
receive_media (ParlorUdpSrc *self, guint8 *memory, ParlorBatchMeta *meta)
{
  gint n = parlor_udp_receiver_receive (self->receiver, self->fd, memory, meta,
                                        &self->loop->counters);
  parlor_udp_gather_look (&self->wait.gather, memory, meta);
  if (n > 0 && n < PARLOR_RECEIVE_SLOTS && parlor_udp_wait_for_rest (&self->wait))
    parlor_udp_receiver_receive_more (self->receiver, meta, &self->loop->counters);
  self->was_full = parlor_udp_receiver_is_full (self->receiver);
  return n;
}

static gint
receive (ParlorUdpSrc *self, ParlorBatch *batch, gboolean media)
{
  gint n = 0;
  self->was_full = FALSE;
  if (media)
    n = receive_media (self, batch->bytes, batch->meta);
  self->was_full |= parlor_udp_receiver_receive_lane (
      self->lane_receiver, &self->wait.lane, batch->bytes, batch->meta, &self->loop->counters);
  if (batch->meta->n_datagrams == 0)
    self->loop->counters.empty_batches++;
  return n;
}

static GstFlowReturn
fill (ParlorUdpSrc *self, GstBuffer **out)
{
  ParlorBatch batch = {0};
  gboolean media = TRUE;
  gint n;
  if (!self->was_full && !g_atomic_int_get (&self->flushing))
    media = parlor_udp_wait (&self->wait);
  if (g_atomic_int_get (&self->flushing))
    return GST_FLOW_FLUSHING;
  n = parlor_batch_pool_acquire (self->pool, PARLOR_RECEIVE_CAPACITY, &batch)
          ? receive (self, &batch, media)
          : -ENOMEM;
  if (n < 0)
    {
      gst_clear_buffer (&batch.buffer);
      GST_ELEMENT_ERROR (self, RESOURCE, READ, ("UDP socket: %s", g_strerror (-n)), (NULL));
      return GST_FLOW_ERROR;
    }
  *out = batch.buffer;
  return GST_FLOW_OK;
}

/* The worker's thread: one wake-up a round. In its own pipeline only we pause it: hold (). */
static void
run (gpointer user_data)
{
  ParlorUdpSrc *self = user_data;
  GstBuffer *buffer = NULL;
  GstFlowReturn flow;
  if (!self->is_begun)
    parlor_source_pad_begin (self->src);
  self->is_begun = TRUE;
  do
    if ((flow = fill (self, &buffer)) == GST_FLOW_OK)
      flow = parlor_pad_push (self->loop, self->src, buffer);
  while (flow == GST_FLOW_OK && self->loop->is_private);
  if (flow != GST_FLOW_OK)
    parlor_source_pad_end (self->src, flow);
}

/* --- states and the pad ---------------------------------------------------------------------- */

static void
interrupt (ParlorUdpSrc *self)
{
  g_atomic_int_set (&self->flushing, TRUE);
  if (self->loop != NULL)
    parlor_loop_wake (self->loop);
}

static gboolean
activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active)
    return TRUE;
  interrupt ((ParlorUdpSrc *)parent);
  return gst_pad_stop_task (pad);
}

/* A live source gives nothing while it is paused. */
static void
hold (ParlorUdpSrc *self)
{
  interrupt (self);
  gst_pad_pause_task (self->src);
  self->was_full = TRUE; /* what came was told of, perhaps, and not read */
  g_atomic_int_set (&self->flushing, FALSE);
}

static GstStateChangeReturn
parlor_udp_src_change_state (GstElement *element, GstStateChange change)
{
  ParlorUdpSrc *self = PARLOR_UDP_SRC (element);
  GstStateChangeReturn result;
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    hold (self);
  result = GST_ELEMENT_CLASS (parlor_udp_src_parent_class)->change_state (element, change);
  if (result == GST_STATE_CHANGE_FAILURE ? change == GST_STATE_CHANGE_READY_TO_PAUSED
                                         : change == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop (self);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;
  if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING
      && !gst_pad_start_task (self->src, run, self, NULL))
    return GST_STATE_CHANGE_FAILURE;
  return GST_STATE_TRANSITION_NEXT (change) == GST_STATE_PAUSED ? GST_STATE_CHANGE_NO_PREROLL
                                                                : result;
}

/* --- GObject --------------------------------------------------------------------------------- */

static void
parlor_udp_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  ParlorUdpSrc *self = PARLOR_UDP_SRC (object);
  switch (id)
    {
    case PROP_LOOP:
      parlor_loop_unref (self->loop);
      self->loop = g_value_get_pointer (value) ? parlor_loop_ref (g_value_get_pointer (value))
                                               : NULL;
      break;
    case PROP_FD:
      self->fd_property = g_value_get_int (value);
      break;
    case PROP_ADDRESS:
      g_free (self->address);
      self->address = g_value_dup_string (value);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_GRO:
      self->gro = g_value_get_boolean (value);
      break;
    case PROP_REUSE_PORT:
      self->reuse_port = g_value_get_boolean (value);
      break;
    case PROP_GATHER_US:
      self->wait.gather.gather_us = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
parlor_udp_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  ParlorUdpSrc *self = PARLOR_UDP_SRC (object);
  switch (id)
    {
    case PROP_LOOP:
      g_value_set_pointer (value, self->loop);
      break;
    case PROP_FD:
      g_value_set_int (value, self->fd_property);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_GRO:
      g_value_set_boolean (value, self->gro);
      break;
    case PROP_REUSE_PORT:
      g_value_set_boolean (value, self->reuse_port);
      break;
    case PROP_GATHER_US:
      g_value_set_uint (value, self->wait.gather.gather_us);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
parlor_udp_src_finalize (GObject *object)
{
  ParlorUdpSrc *self = PARLOR_UDP_SRC (object);
  g_clear_pointer (&self->loop, parlor_loop_unref);
  g_free (self->address);
  G_OBJECT_CLASS (parlor_udp_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  g_object_class_install_property (
      object_class, PROP_LOOP, g_param_spec_pointer ("loop", "Loop", "Shared ParlorLoop", flags));
  g_object_class_install_property (
      object_class, PROP_FD,
      g_param_spec_int ("fd", "File descriptor", "Bound UDP socket, -1 = the loop's or a new one",
                        -1, G_MAXINT, -1, flags));
  g_object_class_install_property (
      object_class, PROP_ADDRESS,
      g_param_spec_string ("address", "Address", "Address to bind, NULL = all", NULL, flags));
  g_object_class_install_property (
      object_class, PROP_PORT,
      g_param_spec_uint ("port", "Port", "UDP port, 0 = any", 0, 65535, 0, flags));
  g_object_class_install_property (
      object_class, PROP_GRO,
      g_param_spec_boolean ("gro", "GRO", "Let the kernel group datagrams", TRUE, flags));
  g_object_class_install_property (object_class, PROP_REUSE_PORT,
                                   g_param_spec_boolean ("reuse-port", "Reuse port",
                                                         "Share the port (SO_REUSEPORT)", FALSE,
                                                         flags));
  g_object_class_install_property (
      object_class, PROP_GATHER_US,
      g_param_spec_uint ("gather-us", "Gather", "Wait for more where fan-out is wide, 0 = never", 0,
                         PARLOR_GATHER_MAX_US, PARLOR_GATHER_DEFAULT_US, flags));
}

static void
parlor_udp_src_class_init (ParlorUdpSrcClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  object_class->set_property = parlor_udp_src_set_property;
  object_class->get_property = parlor_udp_src_get_property;
  object_class->finalize = parlor_udp_src_finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Parlor UDP source", "Source/Network",
                                         "Receives datagrams as batches", "Parlor");
  element_class->change_state = parlor_udp_src_change_state;
  GST_DEBUG_CATEGORY_INIT (parlor_udp_src_debug, "parlorudpsrc", 0, "Parlor UDP source");
}

static void
parlor_udp_src_init (ParlorUdpSrc *self)
{
  self->fd = self->fd_property = -1;
  parlor_udp_wait_init (&self->wait);
  self->gro = TRUE;
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_activatemode_function (self->src, activate_mode);
  parlor_source_pad_init (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
