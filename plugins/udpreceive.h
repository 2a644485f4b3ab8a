/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One recvmmsg: from a socket into its part of a batch. Thread: worker.
 */
#pragma once

#include <parlor/batch.h>

#include "loop.h"
#include "udplane.h"

G_BEGIN_DECLS

/** Datagrams or GRO groups of one call: 64 is where more slots stop to save time. Each has a slot
   of 64 KiB, since with UDP_GRO the kernel may put a whole group into it. */
#define PARLOR_RECEIVE_SLOTS 64
#define PARLOR_RECEIVE_SLOT_BYTES 65536
/** Slots at a distance of exactly 64 KiB would all begin in the same cache sets. */
#define PARLOR_RECEIVE_STRIDE (PARLOR_RECEIVE_SLOT_BYTES + 1280)
/** The feedback lane's (udplane.h), behind them: no groups there, and nothing longer is taken. */
#define PARLOR_RECEIVE_LANE_SLOTS 64
#define PARLOR_RECEIVE_LANE_STRIDE 2048
#define PARLOR_RECEIVE_CAPACITY (PARLOR_RECEIVE_SLOTS + PARLOR_RECEIVE_LANE_SLOTS)
#define PARLOR_RECEIVE_BUFFER_BYTES                                                                \
  (PARLOR_RECEIVE_SLOTS * PARLOR_RECEIVE_STRIDE                                                    \
   + PARLOR_RECEIVE_LANE_SLOTS * PARLOR_RECEIVE_LANE_STRIDE)

typedef struct _ParlorUdpReceiver ParlorUdpReceiver;

/** Of one socket, for good: it remembers that socket's count of losses. `lane`: the slots of the
    feedback lane, else the socket's. */
ParlorUdpReceiver *parlor_udp_receiver_new (gboolean lane);
void parlor_udp_receiver_free (ParlorUdpReceiver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorUdpReceiver, parlor_udp_receiver_free)

/** Appends what waits to memory (PARLOR_RECEIVE_BUFFER_BYTES) and meta (capacity
   PARLOR_RECEIVE_CAPACITY), without waiting. Returns how many messages the kernel gave, 0 = none,
   or -errno when the socket is of no use any more. */
gint parlor_udp_receiver_receive (ParlorUdpReceiver *self, int fd, guint8 *memory,
                                  ParlorBatchMeta *meta, ParlorLoopCounters *counters);
/** What has come since that call, into the slots that it left empty: the same batch, the same
   answers; 0 too when no slot is left. */
gint parlor_udp_receiver_receive_more (ParlorUdpReceiver *self, ParlorBatchMeta *meta,
                                       ParlorLoopCounters *counters);
/** All slots of the batch are filled: there may be more. */
gboolean parlor_udp_receiver_is_full (const ParlorUdpReceiver *self);
/** What waits in the feedback lane, where it is due; `self` was made for the lane. TRUE: its slots
   are full, there may be more. Whatever becomes of its socket, it must not end the media socket. */
gboolean parlor_udp_receiver_receive_lane (ParlorUdpReceiver *self, ParlorUdpLane *lane,
                                           guint8 *memory, ParlorBatchMeta *meta,
                                           ParlorLoopCounters *counters);

G_END_DECLS
