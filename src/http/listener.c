/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t
parse_address (const char *text, guint16 port, struct sockaddr_storage *address)
{
  struct sockaddr_in *in4 = (struct sockaddr_in *)address;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
  memset (address, 0, sizeof *address);
  if (inet_pton (AF_INET, text, &in4->sin_addr) == 1)
    {
      in4->sin_family = AF_INET;
      in4->sin_port = htons (port);
      return sizeof *in4;
    }
  if (inet_pton (AF_INET6, text, &in6->sin6_addr) != 1)
    return 0;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons (port);
  return sizeof *in6;
}

static int
listen_on (const struct sockaddr_storage *address, socklen_t length)
{
  int on = 1;
  int fd = socket (address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (fd, (const struct sockaddr *)address, length) < 0 || listen (fd, 1024) < 0)
    {
      int saved = errno;
      close (fd);
      errno = saved;
      return -1;
    }
  return fd;
}

guint16
parlor_listener_port (int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname (fd, (struct sockaddr *)&address, &length) < 0)
    return 0;
  return ntohs (address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                              : ((struct sockaddr_in *)&address)->sin_port);
}

int
parlor_listener_open (const char *text, guint16 port, GError **error)
{
  struct sockaddr_storage address;
  socklen_t length = parse_address (text, port, &address);
  if (!length)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "\"%s\" is not a numeric address: give one like 127.0.0.1 or ::1", text);
      return -1;
    }
  int fd = listen_on (&address, length);
  if (fd < 0)
    {
      int code = errno;
      const char *what = code == EADDRINUSE
                             ? "the port is taken: stop the other program, or choose another by "
                               "--http-port or --admin-port"
                             : g_strerror (code);
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                   "cannot serve HTTP on %s port %u: %s", text, port, what);
    }
  return fd;
}
