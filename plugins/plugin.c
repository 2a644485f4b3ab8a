/* SPDX-License-Identifier: Apache-2.0 */
/* GStreamer plugin "parlor": a shared module for gst-inspect, and linked into parlord as it is. */
#include "gstparlorrouter.h"
#include "gstparlorudpsink.h"
#include "gstparlorudpsrc.h"
#include "plugin.h"

#define PACKAGE "parlor"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_element_register (plugin, "parlorudpsrc", GST_RANK_NONE, PARLOR_TYPE_UDP_SRC)
         && gst_element_register (plugin, "parlorrouter", GST_RANK_NONE, PARLOR_TYPE_ROUTER_ELEMENT)
         && gst_element_register (plugin, "parlorudpsink", GST_RANK_NONE, PARLOR_TYPE_UDP_SINK);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, parlor, "Parlor's media server elements",
                   plugin_init, PARLOR_VERSION, "Apache 2.0", "parlor", "parlor")

gboolean
parlor_plugin_register_static (void)
{
  return gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR, "parlor",
                                     "Parlor's media server elements", plugin_init, PARLOR_VERSION,
                                     "Apache 2.0", "parlor", "parlor", "parlor");
}
