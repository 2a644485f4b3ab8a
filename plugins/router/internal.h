/* SPDX-License-Identifier: Apache-2.0 */
/** What router.c offers to the other files of this folder. Thread: worker. */
#pragma once

#include "base/bytes.h"
#include "router/state.h"

/** What is in no hurry waits at least so long for something else that wakes the worker: a voice
 * comes every 20 ms. What nothing woke it for is done together, on a grid: a wake-up costs as much
 * as forwarding a dozen packets. So all of it is done 30 ms after it is due at the latest. */
#define PARLOR_PATIENCE_US (10 * PARLOR_US_PER_MS)
#define PARLOR_PATIENCE_GRID_US (20 * PARLOR_US_PER_MS)

/** How far from now a sender report's instant may be, of a peer's clock or of whoever injects. */
#define PARLOR_REPORT_NEAR_US (10 * PARLOR_US_PER_SEC)

/** When to wake for what is due then and in no hurry. PARLOR_NEVER_US stays. */
static inline gint64
parlor_patient_us (gint64 due_us)
{
  if (due_us == PARLOR_NEVER_US)
    return due_us;
  return ((due_us + PARLOR_PATIENCE_US) / PARLOR_PATIENCE_GRID_US + 1) * PARLOR_PATIENCE_GRID_US;
}

/** To the control thread. FALSE: it was not heard. */
gboolean parlor_router_tell (ParlorRouter *self, const ParlorRouterEvent *event);
/** Appends one datagram (STUN, DTLS, SRTCP) to the outbox, ready as it is. */
void parlor_router_send_datagram (ParlorRouter *self, const ParlorTuple *tuple, const guint8 *bytes,
                                  gsize length);
/** The same, as the end of a message that leaves for the same peer, where there is one: reports
 * cost next to nothing behind what was just sent. */
void parlor_router_send_behind (ParlorRouter *self, const ParlorTuple *tuple, const guint8 *bytes,
                                gsize length);
/** Room for `bytes` in the outbox, which is sent first when it has none. */
guint8 *parlor_router_reserve (ParlorRouter *self, gsize bytes);
/** Not for keys: sequence numbers, timestamps, jitter. */
guint64 parlor_router_random (ParlorRouter *self);
/** The transport is looked at in this flush: paced sends, and its timer set anew. */
void parlor_router_mark_transport (ParlorRouter *self, ParlorTransport *transport);
/** The same where only packets to send were added: its other deadlines are as they were. */
void parlor_router_mark_sending (ParlorRouter *self, ParlorTransport *transport);
/** The same where its peer's RTCP was heard: of its deadlines only the estimate's can have come
 * nearer. */
void parlor_router_mark_heard (ParlorRouter *self, ParlorTransport *transport);
/** The layer has fresh packets for this flush. */
void parlor_router_mark_layer (ParlorRouter *self, ParlorLayer *layer);
/** NULL = nobody's. `ufrag` is not terminated. */
ParlorTransport *parlor_router_find_ufrag (ParlorRouter *self, const char *ufrag, gsize length);
/** Takes what waits in receivers' queues of a source that goes away. */
void parlor_router_purge_source (ParlorRouter *self, const ParlorSource *source);
