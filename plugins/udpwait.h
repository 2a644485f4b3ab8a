/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How the source sleeps: until a datagram, the wake-up or the next deadline, with the pauses of
 * udpgather.h around it and the feedback lane of udplane.h beside it. Thread: the streaming thread.
 */
#pragma once

#include "loop.h"
#include "udpgather.h"
#include "udplane.h"

G_BEGIN_DECLS

typedef struct
{
  int epoll_fd;       /**< owned; -1 = closed */
  ParlorLoop *loop;   /**< borrowed */
  ParlorUdpLane lane; /**< fd -1: none */
  ParlorUdpGather gather;
} ParlorUdpWait;

/** Closed; gathers by the default. */
void parlor_udp_wait_init (ParlorUdpWait *self);
/** Watches the socket and, of the loop, the wake-up and the lane. FALSE and errno: no descriptor is
 * left. */
gboolean parlor_udp_wait_open (ParlorUdpWait *self, ParlorLoop *loop, int fd);
void parlor_udp_wait_close (ParlorUdpWait *self);
/** TRUE: there is something in the socket; FALSE: it was something else, and an empty read is not
 * worth its price. */
gboolean parlor_udp_wait (ParlorUdpWait *self);
/** After gather has looked at a batch. TRUE: it ended in the midst of a frame, whose rest has had
 * its time to come. */
gboolean parlor_udp_wait_for_rest (ParlorUdpWait *self);

G_END_DECLS
