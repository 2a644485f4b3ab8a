/* SPDX-License-Identifier: Apache-2.0 */
#include "record/wire.h"

#include "base/jsondepth.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEPTH_MAX 8

typedef union
{
  struct cmsghdr header;
  char bytes[CMSG_SPACE (sizeof (int))];
} Ancillary;

gint64
parlor_wire_peer (int socket)
{
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt (socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? (gint64)peer.uid : -1;
}

static ParlorWireResult
result_of (int why)
{
  return why == EAGAIN || why == EINTR || why == ENOBUFS ? PARLOR_WIRE_LATER : PARLOR_WIRE_GONE;
}

ParlorWireResult
parlor_wire_send (int socket, const char *text, gsize length, int fd)
{
  struct iovec part = {(void *)text, length};
  Ancillary beside = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd >= 0)
    {
      message.msg_control = beside.bytes;
      message.msg_controllen = sizeof beside.bytes;
      struct cmsghdr *header = CMSG_FIRSTHDR (&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN (sizeof fd);
      memcpy (CMSG_DATA (header), &fd, sizeof fd);
    }
  ssize_t n = sendmsg (socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return n >= 0 ? PARLOR_WIRE_OK : result_of (errno);
}

static int
take_fd (struct msghdr *message)
{
  int fd = -1;
  struct cmsghdr *header = CMSG_FIRSTHDR (message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
      && header->cmsg_len == CMSG_LEN (sizeof fd))
    memcpy (&fd, CMSG_DATA (header), sizeof fd);
  return fd;
}

json_t *
parlor_wire_receive (int socket, int *fd, ParlorWireResult *result)
{
  g_autofree char *text = g_malloc (PARLOR_WIRE_MESSAGE_MAX);
  struct iovec part = {text, PARLOR_WIRE_MESSAGE_MAX};
  Ancillary beside = {0};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = beside.bytes,
                           .msg_controllen = sizeof beside.bytes};
  *fd = -1;
  ssize_t n = recvmsg (socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  *result = n > 0 ? PARLOR_WIRE_OK : n == 0 ? PARLOR_WIRE_GONE : result_of (errno);
  if (n <= 0)
    return NULL;
  *fd = take_fd (&message);
  json_t *json = parlor_json_is_too_deep (text, (gsize)n, DEPTH_MAX)
                     ? NULL
                     : json_loadb (text, (gsize)n, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object (json))
    return json;
  json_decref (json);
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
  return NULL;
}
