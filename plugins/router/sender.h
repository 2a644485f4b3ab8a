/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What leaves for one receiver: a queue of packet names, the pacer, and the making of GSO messages.
 *
 * Pacing: one message carries at most PARLOR_SENDER_BURST_US of the pacing rate, at least two
 * packets, all with one send time; the next may leave when that much time is over. Thread: worker.
 * Private to this folder.
 */
#pragma once

#include "router/state.h"

#define PARLOR_SENDER_BURST_US 5000
/** Until an estimate says otherwise: a 1080p key frame of 100 KB leaves in 20 ms, in four messages.
 */
#define PARLOR_SENDER_PACE_BPS (40 * 1000 * 1000)
/** More waiting packets than this are dropped: half a second of a screen's key frame. */
#define PARLOR_SENDER_MAX_QUEUE 2048

/** FALSE (counted): the queue is full. Retransmissions go before media. */
gboolean parlor_sender_push (ParlorTransport *transport, const ParlorSendItem *item);
/** Forgets what waits for this slot, or of this layer; NULL = any. */
void parlor_sender_purge (ParlorTransport *transport, const ParlorSlot *slot,
                          const ParlorLayer *layer);
/** Writes what may leave now into the outbox. */
void parlor_sender_run (ParlorTransport *transport, gint64 now_us);
/** When there is more to send; PARLOR_NEVER_US = nothing waits. */
gint64 parlor_sender_next_us (const ParlorTransport *transport);
