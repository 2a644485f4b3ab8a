/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which socket of the media port the kernel puts a datagram into: a program of classic BPF on the
 * SO_REUSEPORT group, which needs no privilege. All of one peer address goes to one worker: to the
 * one that is written down for it (docs/decisions/0136), else to the one that its hash says; what
 * receivers say of the network goes to that worker's feedback lane (docs/decisions/0085). A wrong
 * worker is no error, routers hand over what is not theirs. Pure but for the socket; thread: any.
 */
#pragma once

#include "base/addr.h"

G_BEGIN_DECLS

/** Peers that can be written down; a program of so many, of as many workers as there may be, is as
 * long as the kernel takes one (BPF_MAXINSNS). */
#define PARLOR_UDP_SORT_MAX 1024

typedef struct
{
  guint32 key;
  guint32 worker;
} ParlorUdpSteer;

/** 31 bits of the peer's port and of the last word of its address. Two neighbours never share one;
 * who does goes where the other goes. */
guint32 parlor_udp_sort_key (const ParlorAddr *peer);
/** The worker of who is not written down. */
guint parlor_udp_sort_hash (guint32 key, guint n_workers);

/** Sorts what comes to a port of `n_workers` pairs of sockets, bound in this order: worker 0's
 * media socket, worker 0's lane, worker 1's media socket, … `steers` (n, at most
 * PARLOR_UDP_SORT_MAX) by rising key, each once. Takes the place of what was there, at once. Any
 * socket of the port will do as `fd`, all have SO_REUSEPORT. FALSE: the kernel takes no such
 * program, or none so long (net.core.optmem_max), and what was there stays. */
gboolean parlor_udp_sort (int fd, guint n_workers, const ParlorUdpSteer *steers, guint n);

G_END_DECLS
