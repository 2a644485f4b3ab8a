/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What leaves for one receiver: lanes of packet names, the pacer, and the making of GSO messages.
 *
 * Pacing: sound leaves at once; of repeats and pictures one message carries at most
 * PARLOR_SENDER_BURST_US of the pacing rate, twice that after a rest as long, at least two packets,
 * all with one send time; the next may leave when what was sent has had its time. While a probe is
 * sent its own rate is the pacing rate, and what media does not fill is padding. Thread: worker.
 * Private to this folder.
 */
#pragma once

#include "router/state.h"

#define PARLOR_SENDER_BURST_US 5000
/** Where nothing estimates: a 1080p key frame of 100 KB leaves in 20 ms, in four messages. */
#define PARLOR_SENDER_PACE_BPS (40 * 1000 * 1000)

/** How many packets of pictures may be pushed before that lane is full. */
guint parlor_sender_room (const ParlorTransport *transport);
/** FALSE (counted): the lane is full. */
gboolean parlor_sender_push (ParlorTransport *transport, const ParlorSendItem *item);
/** Forgets what waits for this slot, or of this layer; NULL = any. */
void parlor_sender_purge (ParlorTransport *transport, const ParlorSlot *slot,
                          const ParlorLayer *layer);
/** Something of a replay of this slot still waits. */
gboolean parlor_sender_replays (const ParlorTransport *self, const ParlorSlot *slot);
/** Frees the lanes. */
void parlor_sender_clear (ParlorTransport *transport);
/** How long the pictures that wait will take at the pacing rate. */
gint64 parlor_sender_waiting_us (const ParlorTransport *transport);
/** Takes out the frames that wait, and their receiver's slots begin anew with a key frame. Kept are
 * a frame of which some has left and what begins with a key frame already; of that, if `all`, the
 * key frame alone. */
void parlor_sender_drop_stale (ParlorTransport *transport, gboolean all, gint64 now_us);
/** Begins a probe; one that is being sent ends. */
void parlor_sender_probe (ParlorTransport *transport, const ParlorBweProbe *probe, gint64 now_us);
/** It will run soon: fetches what it reads first, and then, when that has come, what that names
 * (base/warm.h). */
void parlor_sender_warm (const ParlorTransport *transport);
void parlor_sender_warm_more (const ParlorTransport *transport);
/** Writes what may leave now into the outbox. */
void parlor_sender_run (ParlorTransport *transport, gint64 now_us);
/** When there is more to send; PARLOR_NEVER_US = nothing waits. */
gint64 parlor_sender_next_us (const ParlorTransport *transport);
