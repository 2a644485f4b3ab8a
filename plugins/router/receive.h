/* SPDX-License-Identifier: Apache-2.0 */
/** SRTP and SRTCP of a known peer: unprotect, and find whose stream it is. Thread: worker. Private
 * to this folder. */
#pragma once

#include "router/state.h"

/** TRUE: it was the peer's (tag and replay window), whatever became of it then. */
gboolean parlor_receive_rtp (ParlorTransport *transport, guint8 *bytes, gsize length,
                             gint64 arrival_us, gint64 now_us);
gboolean parlor_receive_rtcp (ParlorTransport *transport, guint8 *bytes, gsize length,
                              gint64 now_us);
