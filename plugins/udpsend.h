/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Batches to the kernel: sendmmsg with UDP_SEGMENT and IPV6_PKTINFO, or IP_PKTINFO where the socket
 * is of IPv4 alone. A sender has one socket for good.
 *
 * Never waits. While the socket is full (EAGAIN, ENOBUFS), batches are kept for at most
 * PARLOR_SEND_KEEP_US from the first refusal and then dropped; a bad message is skipped; a GSO
 * message that the path does not take (EINVAL, EIO, EMSGSIZE, EOPNOTSUPP) is sent again as single
 * datagrams, and so is everything to that peer from then on. Thread: worker. Counters go to
 * ParlorLoopCounters.
 */
#pragma once

#include <parlor/batch.h>

#include "loop.h"

G_BEGIN_DECLS

#define PARLOR_SEND_KEEP_US G_GINT64_CONSTANT (5000)
/** How often what is kept is tried again. */
#define PARLOR_SEND_RETRY_US G_GINT64_CONSTANT (500)
/** Batches kept at most: what comes on top is dropped at once. */
#define PARLOR_SEND_MAX_KEPT 16
/** Peers whose path takes no GSO that are remembered. */
#define PARLOR_SEND_MAX_NO_GSO 4096

/** sendmmsg (2), or a test's. */
typedef int (*ParlorSendFunc) (int fd, struct mmsghdr *messages, unsigned n, int flags);

typedef struct _ParlorUdpSender ParlorUdpSender;

/** send NULL = sendmmsg. */
ParlorUdpSender *parlor_udp_sender_new (ParlorSendFunc send);
void parlor_udp_sender_free (ParlorUdpSender *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorUdpSender, parlor_udp_sender_free)

/** Sends what is kept, then `batch` (borrowed; a reference is taken where it must be kept). An
   empty batch only sends what is kept. Returns the datagrams that were given up in this call. */
guint parlor_udp_sender_send (ParlorUdpSender *self, int fd, GstBuffer *batch, gint64 now_us,
                              ParlorLoopCounters *counters);
/** When an empty batch is wanted; G_MAXINT64 = nothing is kept. */
gint64 parlor_udp_sender_next_us (const ParlorUdpSender *self);
/** Gives up what is kept. */
void parlor_udp_sender_clear (ParlorUdpSender *self);

G_END_DECLS
