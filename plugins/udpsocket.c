/* SPDX-License-Identifier: Apache-2.0 */
#include "udpsocket.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"

static void
set_option (int fd, int level, int name, int value)
{
  /* What a kernel does not know costs speed or a number in a report, never the service. */
  if (setsockopt (fd, level, name, &value, sizeof value) != 0)
    GST_INFO ("socket option %d/%d: %s", level, name, g_strerror (errno));
}

/* The FORCE form needs CAP_NET_ADMIN and goes beyond net.core.rmem_max. */
static void
set_buffer (int fd, int force_name, int name)
{
  int bytes = 2 * PARLOR_UDP_RECEIVE_BUFFER_BYTES;
  if (setsockopt (fd, SOL_SOCKET, force_name, &bytes, sizeof bytes) != 0)
    set_option (fd, SOL_SOCKET, name, bytes);
}

static void
set_family_options (int fd, int family)
{
  if (family == AF_INET6)
    {
      set_option (fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
      set_option (fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      set_option (fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
    }
  else
    set_option (fd, IPPROTO_IP, IP_PKTINFO, 1);
}

static void
set_options (int fd, int family, const ParlorUdpSocketConfig *config)
{
  set_family_options (fd, family);
  set_option (fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  set_option (fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
  /* Never in fragments, and without belief in what strangers say about the path's size (a forged
     ICMP). It spares the kernel an IP id for each packet, too: 4 % of a send. Packets of WebRTC fit
     1,280 bytes. */
  set_option (fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  if (config->reuse_port)
    set_option (fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (config->gro)
    set_option (fd, SOL_UDP, UDP_GRO, 1);
  set_buffer (fd, SO_RCVBUFFORCE, SO_RCVBUF);
  set_buffer (fd, SO_SNDBUFFORCE, SO_SNDBUF);
}

static void
set_error (GError **error, const char *address, guint16 port)
{
  int code = errno == EADDRINUSE      ? GST_RESOURCE_ERROR_BUSY
             : errno == EADDRNOTAVAIL ? GST_RESOURCE_ERROR_NOT_FOUND
                                      : GST_RESOURCE_ERROR_OPEN_READ_WRITE;
  g_set_error (error, GST_RESOURCE_ERROR, code, "UDP port %u on %s: %s", port,
               address ? address : "all addresses", g_strerror (errno));
}

static int
bind_socket (int fd, int family, const ParlorAddr *addr)
{
  struct sockaddr_in6 six;
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = g_htons (addr->port)};
  parlor_addr_to_in6 (addr, &six);
  memcpy (&four.sin_addr, addr->ip + 12, sizeof four.sin_addr);
  return family == AF_INET6 ? bind (fd, (struct sockaddr *)&six, sizeof six)
                            : bind (fd, (struct sockaddr *)&four, sizeof four);
}

/* -1 and errno. */
static int
open_of_family (const ParlorUdpSocketConfig *config, int family, const ParlorAddr *addr)
{
  int fd = socket (family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  set_options (fd, family, config);
  if (bind_socket (fd, family, addr) == 0)
    return fd;
  int code = errno;
  close (fd);
  errno = code;
  return -1;
}

int
parlor_udp_socket_open (const ParlorUdpSocketConfig *config, GError **error)
{
  ParlorAddr addr = {.port = config->port};
  int fd = -1;
  errno = EADDRNOTAVAIL;
  if (config->address == NULL)
    {
      fd = open_of_family (config, AF_INET6, &addr);
      if (fd < 0 && errno == EAFNOSUPPORT)
        fd = open_of_family (config, AF_INET, &addr);
    }
  else if (parlor_addr_parse (config->address, config->port, &addr))
    fd = open_of_family (config, parlor_addr_is_ipv4 (&addr) ? AF_INET : AF_INET6, &addr);
  if (fd < 0)
    set_error (error, config->address, config->port);
  return fd;
}

gboolean
parlor_udp_socket_is_ipv4 (int fd)
{
  int domain = 0;
  socklen_t length = sizeof domain;
  return getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_INET;
}

gboolean
parlor_udp_socket_check_free (const char *address, guint16 port, GError **error)
{
  const ParlorUdpSocketConfig config = {.address = address, .port = port};
  int fd = parlor_udp_socket_open (&config, error);
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

guint16
parlor_udp_socket_get_port (int fd)
{
  struct sockaddr_in6 name; /* the port stands at the same place in an IPv4 one */
  socklen_t length = sizeof name;
  if (getsockname (fd, (struct sockaddr *)&name, &length) != 0)
    return 0;
  return g_ntohs (name.sin6_port);
}

gsize
parlor_udp_socket_get_receive_buffer (int fd)
{
  int bytes = 0;
  socklen_t length = sizeof bytes;
  if (getsockopt (fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length) != 0 || bytes < 0)
    return 0;
  return (gsize)bytes / 2;
}
