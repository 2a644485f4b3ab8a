/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The media socket: one dual-stack UDP socket, set up for batches (UDP_GRO, SO_TIMESTAMPNS,
 * IPV6_RECVPKTINFO, SO_RXQ_OVFL); of IPv4 alone where the address is one, or the host has no IPv6.
 * Batches have IPv6 addresses (IPv4 mapped) either way. Thread: any. Errors are GST_RESOURCE_ERROR:
 * BUSY = the port is taken, NOT_FOUND = no such address, OPEN_READ_WRITE = all else.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** Below this a burst of key frames is lost while the thread is away for some milliseconds; a
 * warning is due. */
#define PARLOR_UDP_RECEIVE_BUFFER_BYTES (4 * 1024 * 1024)

typedef struct
{
  const char *address; /**< nullable = the wildcard, IPv6 and IPv4, or IPv4 where no IPv6 is */
  guint16 port;        /**< 0 = any free one */
  gboolean reuse_port; /**< several sockets share the port; else a taken port is an error */
  gboolean gro;
} ParlorUdpSocketConfig;

/** A bound, non-blocking socket, or -1. */
int parlor_udp_socket_open (const ParlorUdpSocketConfig *config, GError **error);
/** FALSE and the error of a taken port, when somebody (another process too) is bound to it.
 * SO_REUSEPORT would share it with him in silence. */
gboolean parlor_udp_socket_check_free (const char *address, guint16 port, GError **error);
/** Of IPv4 alone: its names are sockaddr_in and its packet information in_pktinfo. A system call.
 */
gboolean parlor_udp_socket_is_ipv4 (int fd);
/** 0 on error. */
guint16 parlor_udp_socket_get_port (int fd);
/** What the kernel granted, in bytes of datagrams (half of what SO_RCVBUF says, which counts its
 * own overhead). */
gsize parlor_udp_socket_get_receive_buffer (int fd);

G_END_DECLS
