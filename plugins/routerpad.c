/* SPDX-License-Identifier: Apache-2.0 */
#include "routerpad.h"

struct _ParlorRouterPad
{
  GstPad parent;
  ParlorTrack *track; /* owned; closed with the pad */
  guint64 source;     /* under the object lock */
  GstCaps *caps;      /* nullable, under the object lock */
  gint is_stopping;   /* atomic: a tap's task is to end */
  gboolean is_begun;  /* tap's task: stream-start, caps and segment were pushed */
};

enum
{
  PROP_0,
  PROP_SOURCE,
  PROP_CAPS,
  PROP_DROPPED,
};

G_DEFINE_TYPE (ParlorRouterPad, parlor_router_pad, GST_TYPE_PAD)

/* --- tap
 * ------------------------------------------------------------------------------------------ */

static void
begin_tap (ParlorRouterPad *self)
{
  GstPad *pad = GST_PAD (self);
  GstCaps *caps;
  GstSegment segment;
  g_autofree char *id = gst_pad_create_stream_id (pad, GST_ELEMENT (GST_OBJECT_PARENT (pad)),
                                                  GST_PAD_NAME (pad));
  GST_OBJECT_LOCK (self);
  caps = self->caps ? gst_caps_ref (self->caps) : gst_caps_new_empty_simple ("application/x-rtp");
  GST_OBJECT_UNLOCK (self);
  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  self->is_begun = TRUE;
}

static GstBuffer *
take_buffer (ParlorRouterPad *self)
{
  gsize length;
  gint64 arrival_us;
  GstElement *element = GST_ELEMENT (GST_OBJECT_PARENT (self));
  const guint8 *rtp = parlor_track_peek (self->track, &length, &arrival_us);
  GstBuffer *buffer = gst_buffer_new_memdup (rtp, length);
  GstClockTime arrival = (GstClockTime)arrival_us * GST_USECOND;
  GstClockTime base = element ? gst_element_get_base_time (element) : 0;
  parlor_track_pop (self->track);
  GST_BUFFER_PTS (buffer) = arrival > base ? arrival - base : 0;
  return buffer;
}

/* A flow that ended stays ended until the pad is activated again; an unlinked pad just loses. */
static void
tap_loop (gpointer user_data)
{
  ParlorRouterPad *self = user_data;
  GstFlowReturn flow;
  if (g_atomic_int_get (&self->is_stopping) || !parlor_track_wait (self->track, -1))
    return;
  if (!self->is_begun)
    begin_tap (self);
  flow = gst_pad_push (GST_PAD (self), take_buffer (self));
  if (flow != GST_FLOW_OK && flow != GST_FLOW_NOT_LINKED)
    gst_pad_pause_task (GST_PAD (self));
}

static gboolean
activate_tap (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  ParlorRouterPad *self = PARLOR_ROUTER_PAD (pad);
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  g_atomic_int_set (&self->is_stopping, !active);
  if (active)
    {
      self->is_begun = FALSE;
      return gst_pad_start_task (pad, tap_loop, pad, NULL);
    }
  parlor_track_interrupt (self->track);
  return gst_pad_stop_task (pad);
}

static gboolean
query_tap (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    {
      gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    }
  return gst_pad_query_default (pad, parent, query);
}

/* --- inject
 * --------------------------------------------------------------------------------------- */

/* What gst_video_event_new_upstream_force_key_unit () makes; encoders know it by its name. */
static void
ask_upstream (GstPad *pad)
{
  GstStructure *words = gst_structure_new ("GstForceKeyUnit", "running-time", GST_TYPE_CLOCK_TIME,
                                           GST_CLOCK_TIME_NONE, "all-headers", G_TYPE_BOOLEAN, TRUE,
                                           "count", G_TYPE_UINT, 0, NULL);
  gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, words));
}

static GstFlowReturn
chain_inject (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ParlorRouterPad *self = PARLOR_ROUTER_PAD (pad);
  GstMapInfo map;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      parlor_track_push (self->track, map.data, map.size, g_get_monotonic_time ());
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
  if (parlor_track_take_key_frame_wish (self->track))
    ask_upstream (pad);
  return GST_FLOW_OK;
}

/* --- both
 * ----------------------------------------------------------------------------------------- */

static gboolean
swallow_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static GstIterator *
no_internal_links (GstPad *pad, GstObject *parent)
{
  return NULL;
}

static void
parlor_router_pad_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  ParlorRouterPad *self = PARLOR_ROUTER_PAD (object);
  switch (id)
    {
    case PROP_SOURCE:
      self->source = g_value_get_uint64 (value);
      parlor_track_set_source (self->track, self->source);
      break;
    case PROP_CAPS:
      GST_OBJECT_LOCK (self);
      gst_caps_replace (&self->caps, (GstCaps *)gst_value_get_caps (value));
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
parlor_router_pad_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  ParlorRouterPad *self = PARLOR_ROUTER_PAD (object);
  switch (id)
    {
    case PROP_SOURCE:
      g_value_set_uint64 (value, self->source);
      break;
    case PROP_CAPS:
      GST_OBJECT_LOCK (self);
      gst_value_set_caps (value, self->caps);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_DROPPED:
      g_value_set_uint64 (value, parlor_track_get_dropped (self->track));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
parlor_router_pad_finalize (GObject *object)
{
  ParlorRouterPad *self = PARLOR_ROUTER_PAD (object);
  parlor_track_close (self->track);
  gst_caps_replace (&self->caps, NULL);
  G_OBJECT_CLASS (parlor_router_pad_parent_class)->finalize (object);
}

static void
parlor_router_pad_class_init (ParlorRouterPadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  object_class->set_property = parlor_router_pad_set_property;
  object_class->get_property = parlor_router_pad_get_property;
  object_class->finalize = parlor_router_pad_finalize;
  g_object_class_install_property (object_class, PROP_SOURCE,
                                   g_param_spec_uint64 ("source", "Source",
                                                        "Id of the source, 0 = none", 0,
                                                        G_MAXUINT64, 0, flags));
  g_object_class_install_property (
      object_class, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps", "What a tap says", GST_TYPE_CAPS, flags));
  g_object_class_install_property (
      object_class, PROP_DROPPED,
      g_param_spec_uint64 ("dropped", "Dropped", "Packets lost to a full ring", 0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
parlor_router_pad_init (ParlorRouterPad *self)
{
}

static void
set_functions (GstPad *pad, GstPadDirection direction)
{
  gst_pad_set_iterate_internal_links_function (pad, no_internal_links);
  gst_pad_set_event_function (pad, swallow_event);
  if (direction == GST_PAD_SRC)
    {
      gst_pad_set_activatemode_function (pad, activate_tap);
      gst_pad_set_query_function (pad, query_tap);
    }
  else
    gst_pad_set_chain_function (pad, chain_inject);
}

GstPad *
parlor_router_pad_new (GstPadTemplate *templ, const char *name, ParlorTracks *tracks)
{
  GstPadDirection direction = GST_PAD_TEMPLATE_DIRECTION (templ);
  ParlorTrack *track = direction == GST_PAD_SRC ? parlor_tracks_add_tap (tracks, 0)
                                                : parlor_tracks_add_inject (tracks, 0);
  ParlorRouterPad *self;
  if (track == NULL)
    return NULL;
  self = g_object_new (PARLOR_TYPE_ROUTER_PAD, "name", name, "direction", direction, "template",
                       templ, NULL);
  self->track = track;
  set_functions (GST_PAD (self), direction);
  return GST_PAD (self);
}
