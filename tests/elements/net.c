/* SPDX-License-Identifier: Apache-2.0 */
#include "net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

int
net_peer_open (guint16 port)
{
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  struct timeval timeout = {.tv_sec = 2};
  int bytes = 4 * 1024 * 1024;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&name, sizeof name), ==, 0);
  name.sin_port = htons (port);
  if (port != 0)
    g_assert_cmpint (connect (fd, (struct sockaddr *)&name, sizeof name), ==, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout), ==, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return fd;
}

guint16
net_peer_port (int fd)
{
  struct sockaddr_in name;
  socklen_t length = sizeof name;
  g_assert_cmpint (getsockname (fd, (struct sockaddr *)&name, &length), ==, 0);
  return ntohs (name.sin_port);
}

void
net_peer_send_group (int fd, guint n, gsize bytes)
{
  g_autofree guint8 *memory = g_malloc0 (n * bytes);
  guint8 control[CMSG_SPACE (sizeof (guint16))] = {0};
  struct iovec vector = {memory, n * bytes};
  struct msghdr message = {.msg_iov = &vector,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR (&message);
  guint16 segment = (guint16)bytes;
  c->cmsg_level = SOL_UDP;
  c->cmsg_type = UDP_SEGMENT;
  c->cmsg_len = CMSG_LEN (sizeof segment);
  memcpy (CMSG_DATA (c), &segment, sizeof segment);
  for (guint32 i = 0; i < n; i++)
    memcpy (memory + i * bytes, &i, sizeof i);
  g_assert_cmpint (sendmsg (fd, &message, 0), ==, n * bytes);
}

gssize
net_peer_receive (int fd, guint8 *buffer, gsize size)
{
  return recv (fd, buffer, size, 0);
}
