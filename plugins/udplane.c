/* SPDX-License-Identifier: Apache-2.0 */
#include "udplane.h"

#include <sys/epoll.h>

#define BETWEEN_READS_US (5 * G_GINT64_CONSTANT (1000))
#define READ_AFTER_US (30 * G_GINT64_CONSTANT (1000))
#define ASLEEP_AFTER_US (500 * G_GINT64_CONSTANT (1000))

static gboolean
watch (ParlorUdpLane *self, int operation)
{
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = self->fd};
  self->asleep = epoll_ctl (self->epoll_fd, operation, self->fd, &event) == 0;
  return self->asleep;
}

gboolean
parlor_udp_lane_init (ParlorUdpLane *self, int fd, int epoll_fd)
{
  *self = (ParlorUdpLane){.fd = fd, .epoll_fd = epoll_fd};
  return watch (self, EPOLL_CTL_ADD);
}

gint64
parlor_udp_lane_deadline_us (const ParlorUdpLane *self)
{
  return self->fd < 0 || self->asleep ? G_MAXINT64 : self->read_us + READ_AFTER_US;
}

void
parlor_udp_lane_woken (ParlorUdpLane *self)
{
  self->asleep = FALSE;
  self->read_us = 0;
}

gboolean
parlor_udp_lane_is_due (const ParlorUdpLane *self, gint64 now_us)
{
  return self->fd >= 0 && !self->asleep && now_us - self->read_us >= BETWEEN_READS_US;
}

void
parlor_udp_lane_was_read (ParlorUdpLane *self, gint n, gboolean more, gint64 now_us)
{
  self->read_us = more ? 0 : now_us;
  if (n > 0)
    self->found_us = now_us;
  else if (now_us - self->found_us >= ASLEEP_AFTER_US)
    watch (self, EPOLL_CTL_MOD);
}
