/* SPDX-License-Identifier: Apache-2.0 */
#include "udpwait.h"

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

void
parlor_udp_wait_init (ParlorUdpWait *self)
{
  *self = (ParlorUdpWait){
      .epoll_fd = -1, .lane.fd = -1, .gather.gather_us = PARLOR_GATHER_DEFAULT_US};
}

static gboolean
watch (ParlorUdpWait *self, int fd, guint32 how)
{
  struct epoll_event event = {.events = EPOLLIN | how, .data.fd = fd};
  return epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

gboolean
parlor_udp_wait_open (ParlorUdpWait *self, ParlorLoop *loop, int fd)
{
  self->loop = loop;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  /* Of the socket we are told once: else each sleep would begin with a look at what was read. */
  if (self->epoll_fd < 0 || !watch (self, fd, EPOLLET) || !watch (self, loop->wake.fd, 0))
    return FALSE;
  return loop->lane_fd < 0 || parlor_udp_lane_init (&self->lane, loop->lane_fd, self->epoll_fd);
}

void
parlor_udp_wait_close (ParlorUdpWait *self)
{
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  self->epoll_fd = self->lane.fd = -1;
}

static void
sleep_us (guint us)
{
  const struct timespec pause = {.tv_nsec = us * PARLOR_NS_PER_US};
  if (us > 0)
    nanosleep (&pause, NULL);
}

/* TRUE: datagrams came, and more may be on their way. What other threads bring is all there. */
static gboolean
note_events (ParlorUdpWait *self, const struct epoll_event *events, int n)
{
  gboolean is_rung = FALSE, came = FALSE;
  for (int i = 0; i < n; i++)
    if (events[i].data.fd == self->loop->wake.fd)
      is_rung = TRUE;
    else if (events[i].data.fd == self->lane.fd)
      parlor_udp_lane_woken (&self->lane);
    else
      came = TRUE;
  parlor_wake_awake (&self->loop->wake, is_rung);
  return came;
}

/* The last flush left some: what else comes is company enough. */
static gboolean
has_work (const ParlorUdpWait *self)
{
  return self->loop->next_us == 0;
}

/* What the kernel had no room for goes before what a flush left: more would come on top of it, and
 * soon there were more batches than the sink keeps. */
static gint64
next_deadline_us (const ParlorUdpWait *self)
{
  const ParlorLoop *loop = self->loop;
  gboolean is_blocked = has_work (self) && loop->send_retry_us != G_MAXINT64;
  gint64 router_us = is_blocked ? loop->send_retry_us : MIN (loop->next_us, loop->send_retry_us);
  return MIN (router_us, parlor_udp_lane_deadline_us (&self->lane));
}

gboolean
parlor_udp_wait_for_rest (ParlorUdpWait *self)
{
  guint us = parlor_udp_gather_rest_us (&self->gather);
  gint64 from_us = us > 0 ? g_get_monotonic_time () : 0;
  if (us == 0 || has_work (self))
    return FALSE;
  sleep_us (us);
  parlor_udp_gather_slept (&self->gather, from_us, g_get_monotonic_time ());
  return TRUE;
}

gboolean
parlor_udp_wait (ParlorUdpWait *self)
{
  struct epoll_event events[3];
  struct timespec timeout;
  gint64 deadline_us = next_deadline_us (self), from_us = g_get_monotonic_time ();
  gint64 wait_us = deadline_us == G_MAXINT64 ? -1 : MAX (deadline_us - from_us, 0);
  if (!parlor_wake_doze (&self->loop->wake))
    wait_us = 0;
  timeout.tv_sec = wait_us / PARLOR_US_PER_SEC;
  timeout.tv_nsec = (wait_us % PARLOR_US_PER_SEC) * PARLOR_NS_PER_US;
  int n = epoll_pwait2 (self->epoll_fd, events, G_N_ELEMENTS (events),
                        wait_us < 0 ? NULL : &timeout, NULL);
  self->loop->counters.wakeups++;
  gboolean came = note_events (self, events, n);
  if (came && !has_work (self))
    sleep_us (parlor_udp_gather_after_wake_us (&self->gather, self->loop->counters.messages_out,
                                               g_get_monotonic_time ()));
  parlor_udp_gather_slept (&self->gather, from_us, g_get_monotonic_time ());
  return came;
}
