/* SPDX-License-Identifier: Apache-2.0 */
/* When the lane is read. */
#include <sys/epoll.h>
#include <unistd.h>

#include "udplane.h"

static gboolean
is_woken (int epoll_fd)
{
  struct epoll_event event;
  return epoll_wait (epoll_fd, &event, 1, 0) == 1;
}

static void
test_wakes_once_and_is_then_read_by_time (void)
{
  int pipe_fds[2], epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  ParlorUdpLane lane;
  gint64 now_us = 1000000;
  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  g_assert_true (parlor_udp_lane_init (&lane, pipe_fds[0], epoll_fd));
  g_assert_cmpint (parlor_udp_lane_deadline_us (&lane), ==, G_MAXINT64);
  g_assert_false (parlor_udp_lane_is_due (&lane, now_us));
  g_assert_false (is_woken (epoll_fd));
  g_assert_cmpint (write (pipe_fds[1], "x", 1), ==, 1);
  g_assert_true (is_woken (epoll_fd));
  parlor_udp_lane_woken (&lane);
  g_assert_false (is_woken (epoll_fd)); /* though nobody has read it */
  g_assert_true (parlor_udp_lane_is_due (&lane, now_us));
  parlor_udp_lane_was_read (&lane, 64, TRUE, now_us);
  g_assert_true (parlor_udp_lane_is_due (&lane, now_us));
  parlor_udp_lane_was_read (&lane, 3, FALSE, now_us);
  g_assert_false (parlor_udp_lane_is_due (&lane, now_us + 4999));
  g_assert_true (parlor_udp_lane_is_due (&lane, now_us + 5000));
  g_assert_cmpint (parlor_udp_lane_deadline_us (&lane), ==, now_us + 30000);
  /* Half a second of nothing, and the kernel watches it again: what waits in it wakes. */
  parlor_udp_lane_was_read (&lane, 0, FALSE, now_us + 499999);
  g_assert_false (is_woken (epoll_fd));
  parlor_udp_lane_was_read (&lane, 0, FALSE, now_us + 500000);
  g_assert_cmpint (parlor_udp_lane_deadline_us (&lane), ==, G_MAXINT64);
  g_assert_true (is_woken (epoll_fd));
  close (pipe_fds[0]);
  close (pipe_fds[1]);
  close (epoll_fd);
}

static void
test_without_a_lane_nothing_is_due (void)
{
  const ParlorUdpLane lane = {.fd = -1};
  g_assert_cmpint (parlor_udp_lane_deadline_us (&lane), ==, G_MAXINT64);
  g_assert_false (parlor_udp_lane_is_due (&lane, 1000000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/udplane/wakes-once-and-is-then-read-by-time",
                   test_wakes_once_and_is_then_read_by_time);
  g_test_add_func ("/elements/udplane/without-a-lane-nothing-is-due",
                   test_without_a_lane_nothing_is_due);
  return g_test_run ();
}
