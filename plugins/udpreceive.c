/* SPDX-License-Identifier: Apache-2.0 */
#include "udpreceive.h"

#include <errno.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <time.h>

#include "base/time.h"
#include "udpfamily.h"
#include "udpsocket.h"

/* Timestamp, packet info, GRO size, overflow count. */
#define CONTROL_BYTES                                                                              \
  (CMSG_SPACE (sizeof (struct timespec)) + CMSG_SPACE (sizeof (struct in6_pktinfo))                \
   + CMSG_SPACE (sizeof (int)) + CMSG_SPACE (sizeof (guint32)) + 32)

struct _ParlorUdpReceiver
{
  /*< constant: where the slots lie in a buffer, and which datagrams of its list are theirs >*/
  gsize offset, stride, slot_bytes;
  guint first, n_slots;

  int fd;           /* of the last call, -1 = none */
  gboolean is_ipv4; /* its names are sockaddr_in */
  guint32 overflow; /* the kernel's count, wraps */
  guint used;       /* slots of this batch that are filled */
  guint dirty;      /* headers that were changed in this batch */
  guint8 *memory;   /* that the vectors point into */
  struct mmsghdr messages[PARLOR_RECEIVE_SLOTS];
  struct iovec vectors[PARLOR_RECEIVE_SLOTS];
  guint8 control[PARLOR_RECEIVE_SLOTS][CONTROL_BYTES] __attribute__ ((aligned (8)));
};

ParlorUdpReceiver *
parlor_udp_receiver_new (gboolean lane)
{
  ParlorUdpReceiver *self = g_new0 (ParlorUdpReceiver, 1);
  self->offset = lane ? PARLOR_RECEIVE_SLOTS * PARLOR_RECEIVE_STRIDE : 0;
  self->stride = lane ? PARLOR_RECEIVE_LANE_STRIDE : PARLOR_RECEIVE_STRIDE;
  self->slot_bytes = lane ? PARLOR_RECEIVE_LANE_STRIDE : PARLOR_RECEIVE_SLOT_BYTES;
  self->first = lane ? PARLOR_RECEIVE_SLOTS : 0;
  self->n_slots = lane ? PARLOR_RECEIVE_LANE_SLOTS : PARLOR_RECEIVE_SLOTS;
  self->dirty = self->n_slots;
  self->fd = -1;
  return self;
}

void
parlor_udp_receiver_free (ParlorUdpReceiver *self)
{
  g_free (self);
}

static void
prepare_slot (ParlorUdpReceiver *self, guint i, ParlorBatchMeta *meta)
{
  struct msghdr *header = &self->messages[i].msg_hdr;
  header->msg_name = &meta->datagrams[self->first + i].peer;
  header->msg_namelen = sizeof meta->datagrams[self->first + i].peer;
  header->msg_iov = &self->vectors[i];
  header->msg_iovlen = 1;
  header->msg_control = self->control[i];
  header->msg_controllen = CONTROL_BYTES;
  header->msg_flags = 0;
}

/* The lists of datagrams move with the buffer, so names are set for all slots when it changes; a
 * pool hands the same few out in turn. */
static void
prepare (ParlorUdpReceiver *self, guint8 *memory, ParlorBatchMeta *meta)
{
  guint n = memory == self->memory ? self->dirty : self->n_slots;
  for (guint i = 0; i < n; i++)
    {
      prepare_slot (self, i, meta);
      self->vectors[i].iov_base = memory + self->offset + i * self->stride;
      self->vectors[i].iov_len = self->slot_bytes;
    }
  self->memory = memory;
}

static gint64
clock_us (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return now.tv_sec * PARLOR_US_PER_SEC + now.tv_nsec / PARLOR_NS_PER_US;
}

static void
count_overflow (ParlorUdpReceiver *self, guint32 total, ParlorLoopCounters *counters)
{
  counters->socket_overflow += total - self->overflow;
  self->overflow = total;
}

static void
read_control (ParlorUdpReceiver *self, struct msghdr *header, ParlorDatagram *datagram,
              gint64 wall_to_monotonic_us, ParlorLoopCounters *counters)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (header); c != NULL; c = CMSG_NXTHDR (header, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
      {
        const struct timespec *stamp = (const struct timespec *)CMSG_DATA (c);
        datagram->arrival_us = stamp->tv_sec * PARLOR_US_PER_SEC + stamp->tv_nsec / PARLOR_NS_PER_US
                               + wall_to_monotonic_us;
      }
    else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
      count_overflow (self, *(const guint32 *)CMSG_DATA (c), counters);
    else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
      {
        const struct in6_pktinfo *info = (const struct in6_pktinfo *)CMSG_DATA (c);
        datagram->local = info->ipi6_addr;
        datagram->local_ifindex = (gint32)info->ipi6_ifindex;
      }
    else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
      {
        const struct in_pktinfo *info = (const struct in_pktinfo *)CMSG_DATA (c);
        datagram->local = parlor_udp_mapped (info->ipi_spec_dst);
        datagram->local_ifindex = info->ipi_ifindex;
      }
    else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
      datagram->segment_bytes = (guint16) * (const int *)CMSG_DATA (c);
}

static void
read_datagram (ParlorUdpReceiver *self, guint i, ParlorBatchMeta *meta, gint64 now_us,
               gint64 wall_to_monotonic_us, ParlorLoopCounters *counters)
{
  struct msghdr *header = &self->messages[i].msg_hdr;
  ParlorDatagram *datagram = &meta->datagrams[meta->n_datagrams];
  if (header->msg_flags & MSG_TRUNC)
    {
      counters->truncated++;
      return;
    }
  if (meta->n_datagrams != self->first + i)
    datagram->peer = meta->datagrams[self->first + i].peer;
  if (self->is_ipv4)
    datagram->peer = parlor_udp_to_in6 (&datagram->peer);
  datagram->offset = (guint32)(self->offset + i * self->stride);
  datagram->length = self->messages[i].msg_len;
  datagram->segment_bytes = 0;
  datagram->local = in6addr_any;
  datagram->local_ifindex = 0;
  datagram->arrival_us = now_us;
  read_control (self, header, datagram, wall_to_monotonic_us, counters);
  /* A clock that was set between stamp and now must not give a time to come, or an hour ago. */
  if (datagram->arrival_us > now_us || datagram->arrival_us < now_us - PARLOR_US_PER_SEC)
    datagram->arrival_us = now_us;
  if (datagram->segment_bytes >= datagram->length)
    datagram->segment_bytes = 0;
  counters->datagrams_in += datagram->segment_bytes
                                ? (datagram->length + datagram->segment_bytes - 1)
                                      / datagram->segment_bytes
                                : 1;
  counters->bytes_in += datagram->length;
  counters->messages_in++;
  meta->n_datagrams++;
}

/* Into the slots behind those that are filled. */
static gint
receive_behind (ParlorUdpReceiver *self, ParlorBatchMeta *meta, ParlorLoopCounters *counters)
{
  gint64 now_us, wall_to_monotonic_us;
  guint first = self->used;
  int n = recvmmsg (self->fd, self->messages + first, self->n_slots - first, MSG_DONTWAIT, NULL);
  self->dirty = first + (n > 0 ? (guint)n : 1);
  if (n < 0)
    return errno == EBADF || errno == ENOTSOCK || errno == EFAULT ? -errno : 0;
  self->used += (guint)n;
  now_us = clock_us (CLOCK_MONOTONIC);
  wall_to_monotonic_us = now_us - clock_us (CLOCK_REALTIME);
  for (guint i = first; i < self->used; i++)
    read_datagram (self, i, meta, now_us, wall_to_monotonic_us, counters);
  return n;
}

gint
parlor_udp_receiver_receive (ParlorUdpReceiver *self, int fd, guint8 *memory, ParlorBatchMeta *meta,
                             ParlorLoopCounters *counters)
{
  if (fd != self->fd)
    {
      self->fd = fd;
      self->is_ipv4 = parlor_udp_socket_is_ipv4 (fd);
    }
  prepare (self, memory, meta);
  self->used = 0;
  return receive_behind (self, meta, counters);
}

gint
parlor_udp_receiver_receive_more (ParlorUdpReceiver *self, ParlorBatchMeta *meta,
                                  ParlorLoopCounters *counters)
{
  return self->used < self->n_slots ? receive_behind (self, meta, counters) : 0;
}

gboolean
parlor_udp_receiver_is_full (const ParlorUdpReceiver *self)
{
  return self->used == self->n_slots;
}

gboolean
parlor_udp_receiver_receive_lane (ParlorUdpReceiver *self, ParlorUdpLane *lane, guint8 *memory,
                                  ParlorBatchMeta *meta, ParlorLoopCounters *counters)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean more;
  gint n;
  if (!parlor_udp_lane_is_due (lane, now_us))
    return FALSE;
  n = parlor_udp_receiver_receive (self, lane->fd, memory, meta, counters);
  more = n == PARLOR_RECEIVE_LANE_SLOTS;
  parlor_udp_lane_was_read (lane, n, more, now_us);
  return more;
}
