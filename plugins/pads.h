/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How a batch goes from pad to pad, two times a wake-up.
 *
 * gst_pad_push () takes four locks, checks types and counts references, for pads that anybody may
 * unlink, block or flush meanwhile. Nobody can in the pipeline that a worker makes for itself: its
 * loop says so, and the batch goes straight to the peer's chain function (decision 0163). A probe
 * on either pad, a flush and the end of the stream still have gst_pad_push ().
 */
#pragma once

#include <gst/gst.h>

#include "loop.h"

G_BEGIN_DECLS

/** batch is (transfer full). Streaming thread, which is one for both pads: the peer's stream lock
 * is not taken. Sticky events went ahead, by the pad. */
static inline GstFlowReturn
parlor_pad_push (const ParlorLoop *loop, GstPad *pad, GstBuffer *batch)
{
  const guint unusual = GST_PAD_FLAG_FLUSHING | GST_PAD_FLAG_EOS | GST_PAD_FLAG_BLOCKED;
  GstPad *peer = GST_PAD_PEER (pad);
  if (!loop->is_private || peer == NULL || pad->num_probes > 0 || peer->num_probes > 0
      || (GST_OBJECT_FLAGS (pad) & (unusual | GST_PAD_FLAG_PENDING_EVENTS)) != 0
      || (GST_OBJECT_FLAGS (peer) & unusual) != 0)
    return gst_pad_push (pad, batch);
  return GST_PAD_CHAINFUNC (peer) (peer, GST_OBJECT_PARENT (peer), batch);
}

G_END_DECLS
