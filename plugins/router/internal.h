/* SPDX-License-Identifier: Apache-2.0 */
/** What router.c offers to the other files of this folder. Thread: worker. */
#pragma once

#include "base/bytes.h"
#include "router/state.h"

/** To the control thread. FALSE: it was not heard. */
gboolean parlor_router_tell (ParlorRouter *self, const ParlorRouterEvent *event);
/** Appends one datagram (STUN, DTLS, SRTCP) to the outbox, ready as it is. */
void parlor_router_send_datagram (ParlorRouter *self, const ParlorTuple *tuple, const guint8 *bytes,
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
