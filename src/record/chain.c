/* SPDX-License-Identifier: Apache-2.0 */
#include "record/chain.h"

struct _ParlorChain
{
  ParlorChainFunc func;
  gpointer user_data;
  GstElement *elements[PARLOR_CHAIN_MAX]; /* owned */
  guint n;
  GstPad *in, *out; /* owned */
  GstCaps *caps;    /* of what comes out, owned */
};

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  ParlorChain *self = gst_pad_get_element_private (pad);
  self->func (buffer, self->caps, self->user_data);
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  ParlorChain *self = gst_pad_get_element_private (pad);
  GstCaps *caps = NULL;
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    gst_event_parse_caps (event, &caps);
  if (caps != NULL)
    gst_caps_replace (&self->caps, caps);
  gst_event_unref (event);
  return TRUE;
}

ParlorChain *
parlor_chain_new (const char *const *names, ParlorChainFunc func, gpointer user_data)
{
  g_autoptr (ParlorChain) self = g_new0 (ParlorChain, 1);
  self->func = func;
  self->user_data = user_data;
  for (; names[self->n] != NULL && self->n < PARLOR_CHAIN_MAX; self->n++)
    {
      self->elements[self->n] = gst_element_factory_make (names[self->n], NULL);
      if (self->elements[self->n] == NULL)
        return NULL;
      gst_object_ref_sink (self->elements[self->n]);
    }
  return g_steal_pointer (&self);
}

GstElement *
parlor_chain_element (ParlorChain *self, guint i)
{
  return self->elements[i];
}

/* An overlay has a sink for pictures and one for words. */
static GstPad *
sink_of (GstElement *element)
{
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  return pad != NULL ? pad : gst_element_get_static_pad (element, "video_sink");
}

static gboolean
link_elements (ParlorChain *self)
{
  for (guint i = 0; i + 1 < self->n; i++)
    {
      g_autoptr (GstPad) from = gst_element_get_static_pad (self->elements[i], "src");
      g_autoptr (GstPad) to = sink_of (self->elements[i + 1]);
      if (gst_pad_link (from, to) != GST_PAD_LINK_OK)
        return FALSE;
    }
  return TRUE;
}

GstPad *
parlor_chain_sink (const char *name)
{
  static GstStaticPadTemplate anything = GST_STATIC_PAD_TEMPLATE (
      "out", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  return gst_object_ref_sink (gst_pad_new_from_static_template (&anything, name));
}

static gboolean
link_ends (ParlorChain *self)
{
  g_autoptr (GstPad) first = sink_of (self->elements[0]);
  g_autoptr (GstPad) last = gst_element_get_static_pad (self->elements[self->n - 1], "src");
  self->in = gst_object_ref_sink (gst_pad_new ("into", GST_PAD_SRC));
  self->out = parlor_chain_sink ("out");
  gst_pad_set_element_private (self->out, self);
  gst_pad_set_chain_function (self->out, on_buffer);
  gst_pad_set_event_function (self->out, on_event);
  return gst_pad_set_active (self->out, TRUE) && gst_pad_link (last, self->out) == GST_PAD_LINK_OK
         && link_elements (self) && gst_pad_link (self->in, first) == GST_PAD_LINK_OK;
}

gboolean
parlor_chain_start (ParlorChain *self, GstCaps *caps)
{
  GstSegment segment;
  gboolean ok = link_ends (self);
  for (guint i = self->n; ok && i-- > 0;)
    ok = gst_element_set_state (self->elements[i], GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return ok && gst_pad_set_active (self->in, TRUE)
         && gst_pad_push_event (self->in, gst_event_new_stream_start ("chain"))
         && gst_pad_push_event (self->in, gst_event_new_caps (caps))
         && gst_pad_push_event (self->in, gst_event_new_segment (&segment));
}

gboolean
parlor_chain_push (ParlorChain *self, GstBuffer *buffer)
{
  return gst_pad_push (self->in, buffer) == GST_FLOW_OK;
}

gboolean
parlor_chain_end (ParlorChain *self)
{
  return gst_pad_push_event (self->in, gst_event_new_eos ());
}

void
parlor_chain_free (ParlorChain *self)
{
  if (self == NULL)
    return;
  if (self->in != NULL)
    gst_pad_set_active (self->in, FALSE);
  for (guint i = 0; i < self->n; i++)
    gst_element_set_state (self->elements[i], GST_STATE_NULL);
  if (self->out != NULL)
    gst_pad_set_active (self->out, FALSE);
  gst_clear_object (&self->in);
  gst_clear_object (&self->out);
  for (guint i = 0; i < PARLOR_CHAIN_MAX; i++)
    gst_clear_object (&self->elements[i]);
  gst_clear_caps (&self->caps);
  g_free (self);
}
