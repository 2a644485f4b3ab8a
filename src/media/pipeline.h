/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The packet's way of one worker as a GStreamer pipeline, built in one place:
 *
 *   parlorudpsrc (recvmmsg, GRO, arrival time) ! parlorrouter (the core) ! parlorudpsink (sendmmsg,
 * GSO)
 *
 * One streaming thread, no queue, no clock wait. Thread: control.
 */
#pragma once

#include <gst/gst.h>

#include "loop.h"

G_BEGIN_DECLS

/** (transfer full) Playing; loop->fd is its socket. NULL and PARLOR_MEDIA_ERROR_PIPELINE otherwise.
 */
GstElement *parlor_pipeline_start (ParlorLoop *loop, GError **error);
/** Stops and joins the streaming thread; gives up the reference. NULL is ignored. */
void parlor_pipeline_stop (GstElement *pipeline);

G_END_DECLS
