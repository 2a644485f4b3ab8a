/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ICE over TCP for those who have no UDP (RFC 6544, passive candidates; framing by RFC 4571): one
 * listening port and one thread, which is no worker. Each connection has a UDP socket of its own,
 * connected to the media port over loopback; whole packets cross between the two. To the router
 * such a peer is one whose address is 127.0.0.1: tuples, consent, estimate and hand-over between
 * workers are as for everybody, and the hot path knows nothing of TCP (docs/decisions/0041).
 *
 * Strangers: at most PARLOR_TCP_MAX_CONNECTIONS, PARLOR_TCP_MAX_OF_ADDRESS of one address (IPv6:
 * one /64). Only STUN passes, 64 packets of it, until the router has answered a check with success,
 * which it does for known credentials alone; whoever is not so far after 10 s is closed. A length
 * that lies closes at once, 45 s without a whole packet close too (a trickle is none). What a slow
 * reader does not take is dropped, the oldest whole packets first, beyond PARLOR_TCP_QUEUE_BYTES.
 *
 * Thread: _new (), _free () and the getters are *control*'s.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_TCP_MAX_CONNECTIONS 1000
#define PARLOR_TCP_MAX_OF_ADDRESS 64
#define PARLOR_TCP_QUEUE_BYTES (192 * 1024)
#define PARLOR_TCP_PROVE_MS 10000
#define PARLOR_TCP_IDLE_MS 45000

/** Why a connection ended. */
typedef enum
{
  PARLOR_TCP_LEFT,     /**< "left": the peer closed it, or the network did */
  PARLOR_TCP_FULL,     /**< "full": there were too many, in all or of its address */
  PARLOR_TCP_LIED,     /**< "lied": a length that is none, or too much before it was known */
  PARLOR_TCP_UNPROVED, /**< "unproved": no good check in time */
  PARLOR_TCP_IDLE,     /**< "idle": no whole packet for too long */
  PARLOR_N_TCP_ENDS,
} ParlorTcpEnd;

const char *parlor_tcp_end_name (ParlorTcpEnd end);

typedef struct
{
  guint64 accepted, packets_in, packets_out;
  guint64 dropped_out; /**< of slow readers */
  guint64 dropped_in;  /**< not STUN before it was known, or the media port took it not */
  guint64 ends[PARLOR_N_TCP_ENDS];
  guint64 open; /**< now */
} ParlorTcpCounters;

typedef struct
{
  const char *address;     /**< nullable = all, both families where this host has both */
  guint16 port;            /**< 0 = any free one */
  guint16 media_port;      /**< of the workers, on loopback */
  guint prove_ms, idle_ms; /**< 0 = as above; for tests */
} ParlorTcpFrontConfig;

typedef struct _ParlorTcpFront ParlorTcpFront;

/** Listens and starts its thread. NULL with a G_IO_ERROR: ADDRESS_IN_USE, or what the system says.
 */
ParlorTcpFront *parlor_tcp_front_new (const ParlorTcpFrontConfig *config, GError **error);
/** Closes all connections, joins the thread. NULL is ignored. */
void parlor_tcp_front_free (ParlorTcpFront *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTcpFront, parlor_tcp_front_free)

guint16 parlor_tcp_front_get_port (const ParlorTcpFront *self);
void parlor_tcp_front_get_counters (const ParlorTcpFront *self, ParlorTcpCounters *out);

G_END_DECLS
