/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One recvmmsg: from the socket into a batch. Each datagram has a slot of 64 KiB, since with
 * UDP_GRO the kernel may put a whole group into it. Thread: worker.
 */
#pragma once

#include <parlor/batch.h>

#include "loop.h"

G_BEGIN_DECLS

/** Datagrams or GRO groups of one call: 64 is where more slots stop to save time. */
#define PARLOR_RECEIVE_SLOTS 64
#define PARLOR_RECEIVE_SLOT_BYTES 65536
/** Slots at a distance of exactly 64 KiB would all begin in the same cache sets. */
#define PARLOR_RECEIVE_STRIDE (PARLOR_RECEIVE_SLOT_BYTES + 1280)
#define PARLOR_RECEIVE_BUFFER_BYTES (PARLOR_RECEIVE_SLOTS * PARLOR_RECEIVE_STRIDE)

typedef struct _ParlorUdpReceiver ParlorUdpReceiver;

ParlorUdpReceiver *parlor_udp_receiver_new (void);
void parlor_udp_receiver_free (ParlorUdpReceiver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorUdpReceiver, parlor_udp_receiver_free)

/** Fills memory (PARLOR_RECEIVE_BUFFER_BYTES) and meta (capacity PARLOR_RECEIVE_SLOTS) with what
   waits, without waiting. Returns how many messages the kernel gave, 0 = none, or -errno when the
   socket is of no use any more. */
gint parlor_udp_receiver_receive (ParlorUdpReceiver *self, int fd, guint8 *memory,
                                  ParlorBatchMeta *meta, ParlorLoopCounters *counters);

G_END_DECLS
