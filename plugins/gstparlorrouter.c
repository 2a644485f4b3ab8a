/* SPDX-License-Identifier: Apache-2.0 */
#include "gstparlorrouter.h"

#include "batchpool.h"
#include "loop.h"
#include "pads.h"
#include "router/outbox.h"
#include "routerpad.h"

GST_DEBUG_CATEGORY_STATIC (parlor_router_debug);
#define GST_CAT_DEFAULT parlor_router_debug

/* What is written between two sends: it should stay in the second-level cache, and be the same
   memory each time (measured at 100 receivers: 1 MiB in two buffers cost a tenth more). A larger
   flush goes out in several batches. */
#define ARENA_BYTES (256 * 1024)

struct _ParlorRouterElement
{
  GstElement parent;
  GstPad *sink, *src;
  ParlorLoop *loop; /* owned reference; property */

  /*< from READY to NULL >*/
  ParlorRouter *router;
  ParlorBatchPool *pool;

  /*< streaming thread >*/
  ParlorBatch outgoing; /* the outbox's memory; no buffer = none yet */
  GstFlowReturn flow;   /* of the last push */
};

enum
{
  PROP_0,
  PROP_LOOP,
};

G_DEFINE_TYPE (ParlorRouterElement, parlor_router_element, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (PARLOR_BATCH_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (PARLOR_BATCH_CAPS));
static GstStaticPadTemplate tap_template = GST_STATIC_PAD_TEMPLATE (
    "tap_%u", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate inject_template = GST_STATIC_PAD_TEMPLATE (
    "inject_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

/* --- the router's ops
 * ------------------------------------------------------------------------------ */

static void
give_up_outgoing (ParlorRouterElement *self)
{
  gst_clear_buffer (&self->outgoing.buffer);
}

static void
push_outgoing (ParlorRouterElement *self, guint n_datagrams)
{
  self->outgoing.meta->n_datagrams = n_datagrams;
  self->flow = parlor_pad_push (self->loop, self->src, g_steal_pointer (&self->outgoing.buffer));
}

static void
begin_outgoing (ParlorRouterElement *self)
{
  /* Without that memory GLib's allocator ends the program anyway. */
  if (!parlor_batch_pool_acquire (self->pool, PARLOR_BATCH_MAX_DATAGRAMS, &self->outgoing))
    g_error ("no memory for a batch");
}

/* Called with an outbox that has no memory yet, too: then it only gets some. */
static void
send_outbox (gpointer user_data, ParlorOutbox *outbox)
{
  ParlorRouterElement *self = user_data;
  if (outbox->n_datagrams > 0 && self->outgoing.buffer != NULL)
    push_outgoing (self, outbox->n_datagrams);
  if (self->outgoing.buffer == NULL)
    begin_outgoing (self);
  *outbox = (ParlorOutbox){
      .arena = self->outgoing.bytes,
      .capacity = ARENA_BYTES,
      .datagrams = self->outgoing.meta->datagrams,
      .max_datagrams = PARLOR_BATCH_MAX_DATAGRAMS,
  };
}

static gboolean
pass_event (gpointer user_data, const ParlorRouterEvent *event)
{
  ParlorLoop *loop = PARLOR_ROUTER_ELEMENT (user_data)->loop;
  return loop->hooks.event == NULL || loop->hooks.event (loop->user_data, event);
}

static void
pass_dtls_step (gpointer user_data, ParlorTransportId transport, ParlorDtls *dtls,
                const guint8 *bytes, gsize length)
{
  ParlorLoop *loop = PARLOR_ROUTER_ELEMENT (user_data)->loop;
  if (loop->hooks.dtls_step != NULL)
    loop->hooks.dtls_step (loop->user_data, transport, dtls, bytes, length);
}

static void
pass_hand_over (gpointer user_data, guint worker, const guint8 *bytes, gsize length,
                const ParlorTuple *tuple, gint64 arrival_us)
{
  ParlorLoop *loop = PARLOR_ROUTER_ELEMENT (user_data)->loop;
  if (loop->hooks.hand_over != NULL)
    loop->hooks.hand_over (loop->user_data, worker, bytes, length, tuple, arrival_us);
}

static gboolean
pass_relay (gpointer user_data, guint worker, const ParlorRelay *what, const guint8 *bytes,
            gsize length)
{
  ParlorLoop *loop = PARLOR_ROUTER_ELEMENT (user_data)->loop;
  return loop->hooks.relay != NULL
         && loop->hooks.relay (loop->user_data, worker, what, bytes, length);
}

static void
pass_relayed (gpointer user_data, guint64 workers)
{
  ParlorLoop *loop = PARLOR_ROUTER_ELEMENT (user_data)->loop;
  if (loop->hooks.relayed != NULL)
    loop->hooks.relayed (loop->user_data, workers);
}

/* --- batches
 * --------------------------------------------------------------------------------------- */

/* Datagrams between two looks at what receiving one of them will touch. */
#define LOOK_STEP 2
#define LOOKS 3

typedef struct
{
  ParlorTuple tuple;
  gconstpointer whose; /* parlor_router_foresee () */
} Coming;

static void
look (ParlorRouterElement *self, Coming *coming, const guint8 *bytes,
      const ParlorDatagram *datagram)
{
  coming->tuple = (ParlorTuple){0};
  parlor_addr_from_in6 (&datagram->peer, &coming->tuple.peer);
  memcpy (coming->tuple.local.ip, &datagram->local, sizeof coming->tuple.local.ip);
  coming->whose = parlor_router_foresee (self->router, bytes, datagram->length, &coming->tuple);
}

static void
receive_datagram (ParlorRouterElement *self, guint8 *bytes, const ParlorDatagram *datagram,
                  const ParlorTuple *tuple, gint64 now_us)
{
  guint32 step = datagram->segment_bytes ? datagram->segment_bytes : datagram->length;
  guint32 offset = 0;
  while (offset < datagram->length)
    {
      guint32 length = MIN (step, datagram->length - offset);
      parlor_router_receive (self->router, bytes + offset, length, tuple, datagram->arrival_us,
                             now_us);
      offset += length;
    }
}

static void
receive_datagrams (ParlorRouterElement *self, guint8 *bytes, const ParlorBatchMeta *meta,
                   gint64 now_us)
{
  Coming coming[LOOKS * LOOK_STEP + 1];
  const guint n_coming = G_N_ELEMENTS (coming), n = meta->n_datagrams;
  for (guint i = 0; i < n + LOOKS * LOOK_STEP; i++)
    {
      guint second = i - LOOK_STEP, third = i - 2 * LOOK_STEP, now = i - LOOKS * LOOK_STEP;
      if (i < n)
        look (self, &coming[i % n_coming], bytes + meta->datagrams[i].offset, &meta->datagrams[i]);
      if (second < n && coming[second % n_coming].whose != NULL)
        parlor_router_foresee_more (coming[second % n_coming].whose);
      if (third < n && coming[third % n_coming].whose != NULL)
        parlor_router_foresee_most (coming[third % n_coming].whose);
      if (now < n)
        receive_datagram (self, bytes + meta->datagrams[now].offset, &meta->datagrams[now],
                          &coming[now % n_coming].tuple, now_us);
    }
}

static void
receive_batch (ParlorRouterElement *self, GstBuffer *batch, gint64 now_us)
{
  const ParlorBatchMeta *meta = parlor_buffer_get_batch_meta (batch);
  GstMapInfo map;
  if (meta != NULL && meta->n_datagrams == 0)
    return;
  /* The source's bytes are unprotected where they lie; nobody else has the buffer. */
  if (meta != NULL && meta->bytes != NULL)
    receive_datagrams (self, meta->bytes, meta, now_us);
  else if (meta != NULL && gst_buffer_map (batch, &map, GST_MAP_READWRITE))
    {
      receive_datagrams (self, map.data, meta, now_us);
      gst_buffer_unmap (batch, &map);
    }
  else
    self->loop->counters.malformed_batches++;
}

/* The sink keeps what the kernel had no room for; an empty batch makes it try again. */
static void
retry_kept (ParlorRouterElement *self, gint64 now_us)
{
  ParlorBatch empty;
  if (self->loop->send_retry_us <= now_us
      && parlor_batch_pool_acquire (self->pool, PARLOR_BATCH_MAX_DATAGRAMS, &empty))
    self->flow = parlor_pad_push (self->loop, self->src, empty.buffer);
}

static GstFlowReturn
parlor_router_element_chain (GstPad *pad, GstObject *parent, GstBuffer *batch)
{
  ParlorRouterElement *self = PARLOR_ROUTER_ELEMENT (parent);
  ParlorLoop *loop = self->loop;
  gint64 now_us = g_get_monotonic_time ();
  self->flow = GST_FLOW_OK;
  if (loop->hooks.drain != NULL)
    loop->hooks.drain (loop->user_data, self->router, now_us);
  parlor_tracks_service (loop->tracks, self->router, now_us);
  receive_batch (self, batch, now_us);
  gst_buffer_unref (batch);
  parlor_router_flush (self->router, now_us);
  retry_kept (self, now_us);
  if (loop->unsent_pkts > 0)
    parlor_router_count_unsent (self->router, loop->unsent_pkts);
  loop->unsent_pkts = 0;
  loop->next_us = parlor_router_next_us (self->router);
  if (loop->hooks.flushed != NULL)
    loop->hooks.flushed (loop->user_data, self->router);
  return self->flow;
}

/* --- pads
 * ------------------------------------------------------------------------------------------ */

/* Events and queries pass between sink and src alone: nothing from a tap or inject gets into the
 * worker's pipeline. */
static GstIterator *
iterate_links (GstPad *pad, GstObject *parent)
{
  ParlorRouterElement *self = PARLOR_ROUTER_ELEMENT (parent);
  GValue value = G_VALUE_INIT;
  GstIterator *iterator;
  g_value_init (&value, GST_TYPE_PAD);
  g_value_set_object (&value, pad == self->sink ? self->src : self->sink);
  iterator = gst_iterator_new_single (GST_TYPE_PAD, &value);
  g_value_unset (&value);
  return iterator;
}

static GstPad *
parlor_router_element_request_new_pad (GstElement *element, GstPadTemplate *templ, const char *name,
                                       const GstCaps *caps)
{
  ParlorRouterElement *self = PARLOR_ROUTER_ELEMENT (element);
  GstPad *pad;
  if (self->loop == NULL)
    return NULL;
  pad = parlor_router_pad_new (templ, name, self->loop->tracks);
  if (pad == NULL)
    return NULL;
  if (!gst_element_add_pad (element, pad))
    return NULL;
  gst_pad_set_active (pad, TRUE);
  return pad;
}

static void
parlor_router_element_release_pad (GstElement *element, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

/* --- states
 * ---------------------------------------------------------------------------------------- */

static gboolean
open_router (ParlorRouterElement *self)
{
  const ParlorRouterOps ops = {.event = pass_event,
                               .dtls_step = pass_dtls_step,
                               .hand_over = pass_hand_over,
                               .relay = pass_relay,
                               .relayed = pass_relayed,
                               .send = send_outbox,
                               .user_data = self};
  if (self->loop == NULL)
    {
      GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("Property \"loop\" is not set"), (NULL));
      return FALSE;
    }
  self->pool = parlor_batch_pool_new (ARENA_BYTES);
  self->router = parlor_router_new (&self->loop->router, &ops);
  return self->router != NULL;
}

static void
close_router (ParlorRouterElement *self)
{
  g_clear_pointer (&self->router, parlor_router_free);
  give_up_outgoing (self);
  g_clear_pointer (&self->pool, parlor_batch_pool_free);
}

static GstStateChangeReturn
parlor_router_element_change_state (GstElement *element, GstStateChange change)
{
  ParlorRouterElement *self = PARLOR_ROUTER_ELEMENT (element);
  GstStateChangeReturn result;
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !open_router (self))
    {
      close_router (self);
      return GST_STATE_CHANGE_FAILURE;
    }
  result = GST_ELEMENT_CLASS (parlor_router_element_parent_class)->change_state (element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL)
    close_router (self);
  return result;
}

/* --- GObject
 * --------------------------------------------------------------------------------------- */

static void
parlor_router_element_set_property (GObject *object, guint id, const GValue *value,
                                    GParamSpec *spec)
{
  ParlorRouterElement *self = PARLOR_ROUTER_ELEMENT (object);
  if (id != PROP_LOOP)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
      return;
    }
  parlor_loop_unref (self->loop);
  self->loop = g_value_get_pointer (value) ? parlor_loop_ref (g_value_get_pointer (value)) : NULL;
}

static void
parlor_router_element_finalize (GObject *object)
{
  g_clear_pointer (&PARLOR_ROUTER_ELEMENT (object)->loop, parlor_loop_unref);
  G_OBJECT_CLASS (parlor_router_element_parent_class)->finalize (object);
}

static void
parlor_router_element_class_init (ParlorRouterElementClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  object_class->set_property = parlor_router_element_set_property;
  object_class->finalize = parlor_router_element_finalize;
  g_object_class_install_property (
      object_class, PROP_LOOP,
      g_param_spec_pointer ("loop", "Loop", "Shared ParlorLoop",
                            G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_add_static_pad_template_with_gtype (element_class, &tap_template,
                                                        PARLOR_TYPE_ROUTER_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class, &inject_template,
                                                        PARLOR_TYPE_ROUTER_PAD);
  gst_element_class_set_static_metadata (element_class, "Parlor router", "Filter/Network",
                                         "Forwards SRTP between the peers of one worker", "Parlor");
  element_class->request_new_pad = parlor_router_element_request_new_pad;
  element_class->release_pad = parlor_router_element_release_pad;
  element_class->change_state = parlor_router_element_change_state;
  GST_DEBUG_CATEGORY_INIT (parlor_router_debug, "parlorrouter", 0, "Parlor router");
}

static void
parlor_router_element_init (ParlorRouterElement *self)
{
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_chain_function (self->sink, parlor_router_element_chain);
  gst_pad_set_iterate_internal_links_function (self->sink, iterate_links);
  gst_pad_set_iterate_internal_links_function (self->src, iterate_links);
  GST_PAD_SET_PROXY_CAPS (self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}
