/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The feedback lane: a second socket on the media port, to which the kernel sorts what receivers
 * say of the network (transport-wide feedback, REMB). That comes 20 times a second from each of
 * them and is in no hurry, while a wake-up costs as much as forwarding a dozen packets; so nobody
 * is woken by it: it is read when the worker is awake anyway, and after 30 ms at the latest
 * (docs/decisions/0085); who sorts is udpsort.h. Thread: the streaming thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int fd;          /**< -1 = there is no lane */
  int epoll_fd;    /**< in which it is watched while nothing comes */
  gboolean asleep; /**< watched: the next datagram wakes us */
  gint64 read_us;  /**< when it was read last */
  gint64 found_us; /**< when something was there last */
} ParlorUdpLane;

/** Begins to watch. FALSE and errno: the descriptor cannot be watched. Both are borrowed. */
gboolean parlor_udp_lane_init (ParlorUdpLane *self, int fd, int epoll_fd);
/** When the worker must be awake for it; G_MAXINT64 = the socket will wake it. */
gint64 parlor_udp_lane_deadline_us (const ParlorUdpLane *self);
/** The socket woke us. */
void parlor_udp_lane_woken (ParlorUdpLane *self);
/** Whether to read it now: 5 ms pass between two reads, since an empty one is paid as well. */
gboolean parlor_udp_lane_is_due (const ParlorUdpLane *self, gint64 now_us);
/** After a read that found `n` datagrams; `more`: it filled its slots, so it is due again at once.
 */
void parlor_udp_lane_was_read (ParlorUdpLane *self, gint n, gboolean more, gint64 now_us);

G_END_DECLS
