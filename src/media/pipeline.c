/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pipeline.h"

#include "media/plane.h"
#include "plugin.h"

#define START_TIMEOUT (10 * GST_SECOND)

/* Nobody polls this bus: what matters is logged where it happens, all else is dropped. */
static GstBusSyncReply
handle_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;
      gst_message_parse_error (message, &error, NULL);
      g_warning ("media pipeline: %s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
    }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static GstElement *
add_element (GstElement *pipeline, const char *factory, ParlorLoop *loop)
{
  GstElement *element = gst_element_factory_make (factory, NULL);
  if (element == NULL)
    return NULL;
  g_object_set (element, "loop", loop, NULL);
  gst_bin_add (GST_BIN (pipeline), element);
  return element;
}

static gboolean
build (GstElement *pipeline, ParlorLoop *loop)
{
  GstElement *src = add_element (pipeline, "parlorudpsrc", loop);
  GstElement *router = add_element (pipeline, "parlorrouter", loop);
  GstElement *sink = add_element (pipeline, "parlorudpsink", loop);
  if (src != NULL)
    g_object_set (src, "gather-us", loop->gather_us, NULL);
  return src && router && sink && gst_element_link_many (src, router, sink, NULL);
}

static gboolean
play (GstElement *pipeline)
{
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return FALSE;
  return gst_element_get_state (pipeline, NULL, NULL, START_TIMEOUT) != GST_STATE_CHANGE_FAILURE;
}

GstElement *
parlor_pipeline_start (ParlorLoop *loop, GError **error)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstBus) bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));
  loop->is_private = TRUE;
  gst_bus_set_sync_handler (bus, handle_message, NULL, NULL);
  if (parlor_plugin_register_static () && build (pipeline, loop) && play (pipeline))
    return pipeline;
  g_set_error (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_PIPELINE,
               "the media pipeline of worker %u does not start", loop->router.worker);
  parlor_pipeline_stop (pipeline);
  return NULL;
}

void
parlor_pipeline_stop (GstElement *pipeline)
{
  if (pipeline == NULL)
    return;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
