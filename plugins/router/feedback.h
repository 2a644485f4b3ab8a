/* SPDX-License-Identifier: Apache-2.0 */
/** RTCP of one transport, both ways (RFC 3550, 4585, 5104). Thread: worker. Private to this folder.
 */
#pragma once

#include "router/state.h"

/** A clear compound packet of the peer. */
void parlor_feedback_receive (ParlorTransport *transport, const guint8 *bytes, gsize length,
                              gint64 now_us);
/** Sends what is due: reports once a second; NACKs, key-frame requests and transport-wide feedback
 * when they are. */
void parlor_feedback_poll (ParlorTransport *transport, gint64 now_us);
/** When parlor_feedback_poll () has something to do. */
gint64 parlor_feedback_due_us (const ParlorTransport *transport);
/** When it is to be called at the latest: NACKs and the like at once, reports and transport-wide
 * feedback up to 30 ms after they are due (internal.h). */
gint64 parlor_feedback_next_us (const ParlorTransport *transport);
/** When reports are due: from then on they go with whatever else the worker wakes for. */
static inline gint64
parlor_feedback_reports_us (const ParlorTransport *transport)
{
  return MIN (transport->rtcp_us, transport->quality_us);
}
/** The transport stands: reports begin. */
void parlor_feedback_begin (ParlorTransport *transport, gint64 now_us);
