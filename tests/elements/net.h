/* SPDX-License-Identifier: Apache-2.0 */
/* A UDP peer on loopback for tests of the elements. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

/* An IPv4 socket on 127.0.0.1, connected to `port` there; reads wait up to 2 s. */
int net_peer_open (guint16 port);
guint16 net_peer_port (int fd);
/* One send of `n` datagrams of `bytes` each (UDP_SEGMENT); every datagram begins with its number.
 */
void net_peer_send_group (int fd, guint n, gsize bytes);
/* Bytes of one datagram into buffer; -1 after 2 s of nothing. */
gssize net_peer_receive (int fd, guint8 *buffer, gsize size);
