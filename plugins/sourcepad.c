/* SPDX-License-Identifier: Apache-2.0 */
#include "sourcepad.h"

static gboolean
take_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstEventType type = GST_EVENT_TYPE (event);
  gst_event_unref (event);
  return type == GST_EVENT_LATENCY || type == GST_EVENT_RECONFIGURE;
}

static gboolean
answer_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

void
parlor_source_pad_init (GstPad *pad)
{
  gst_pad_set_event_function (pad, take_event);
  gst_pad_set_query_function (pad, answer_query);
}

void
parlor_source_pad_begin (GstPad *pad)
{
  g_autoptr (GstElement) element = gst_pad_get_parent_element (pad);
  g_autofree char *id = gst_pad_create_stream_id (pad, element, NULL);
  g_autoptr (GstCaps) caps = gst_pad_get_pad_template_caps (pad);
  GstEvent *stream = gst_event_new_stream_start (id);
  GstSegment segment;
  gst_event_set_group_id (stream, gst_util_group_id_next ());
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, stream);
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

void
parlor_source_pad_end (GstPad *pad, GstFlowReturn flow)
{
  g_autoptr (GstElement) element = gst_pad_get_parent_element (pad);
  gst_pad_pause_task (pad);
  if (flow == GST_FLOW_FLUSHING || element == NULL)
    return;
  if (flow != GST_FLOW_EOS)
    GST_ELEMENT_FLOW_ERROR (element, flow);
  gst_pad_push_event (pad, gst_event_new_eos ());
}
