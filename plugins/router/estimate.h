/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What one receiver's path can take: its ParlorBwe, fed with feedback, and what follows from it:
 * the pacing rate, probes, the budget for repeats, which layers fit, and what is too old to be sent
 * (docs/bwe.md, decision 0030). Thread: worker. Private to this folder.
 */
#pragma once

#include "router/state.h"

/** Before anything is known: a low and a middle layer, or a call in 360 lines. */
#define PARLOR_ESTIMATE_START_BPS (1000 * 1000)
/** Longer than this pictures do not wait while the path's queue grows. */
#define PARLOR_ESTIMATE_STALE_US (200 * PARLOR_US_PER_MS)

/** With the first video packet: who only hears costs nothing. */
void parlor_estimate_begin (ParlorTransport *self, gint64 now_us);
/** Transport-wide feedback. FALSE: malformed. */
gboolean parlor_estimate_take_feedback (ParlorTransport *self, const ParlorRtcpPacket *packet,
                                        gint64 now_us);
/** A report block on one of our slots; rtt_us 0 = unknown. */
void parlor_estimate_take_report (ParlorTransport *self, guint8 fraction_lost, gint64 rtt_us,
                                  gint64 now_us);
void parlor_estimate_take_remb (ParlorTransport *self, guint64 bps, gint64 now_us);
/** The receiver is reached at another address. */
void parlor_estimate_route_changed (ParlorTransport *self, gint64 now_us);
/** What it would be sent if there were room. */
void parlor_estimate_set_wanted (ParlorTransport *self, guint64 bps, gint64 now_us);
void parlor_estimate_poll (ParlorTransport *self, gint64 now_us);
gint64 parlor_estimate_next_us (const ParlorTransport *self);
