/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a live source's pad says to GStreamer besides its buffers, which GstBaseSrc would say: its
 * stream before the first buffer, the end after the last, and that it adds no latency. Thread: the
 * streaming thread, but for _init.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** Answers events and queries from downstream: nothing is upstream of it. */
void parlor_source_pad_init (GstPad *pad);
/** Stream, caps (the template's, which are fixed) and segment. */
void parlor_source_pad_begin (GstPad *pad);
/** A push or a read said something other than GST_FLOW_OK: the pad's task pauses. Flushing is what
 * stopping looks like; of all else the stream ends, and what is an error goes to the bus. */
void parlor_source_pad_end (GstPad *pad, GstFlowReturn flow);

G_END_DECLS
