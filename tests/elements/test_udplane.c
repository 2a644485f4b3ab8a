/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's sorting of feedback, on real sockets, and when the lane is read. */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "udplane.h"
#include "udpsocket.h"

#define N_WORKERS 3
#define N_PEERS 24

static const guint8 feedback[] = {0x8f, 205, 0, 2, 1, 2, 3, 4};
static const guint8 padded_feedback[] = {0xaf, 205, 0, 2, 1, 2, 3, 4};
static const guint8 remb[] = {0x8f, 206, 0, 2, 1, 2, 3, 4};
static const guint8 nack[] = {0x81, 205, 0, 2, 1, 2, 3, 4};
static const guint8 key_frame_request[] = {0x81, 206, 0, 2, 1, 2, 3, 4};
static const guint8 report[] = {0x81, 201, 0, 7, 1, 2, 3, 4};
static const guint8 media[] = {0x90, 96, 0, 7, 1, 2, 3, 4};
static const guint8 marked_media[] = {0x8f, 96 | 0x80, 0, 7, 1, 2, 3, 4};
static const guint8 stun[] = {0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42};
static const guint8 short_one[] = {0x8f};

typedef struct
{
  int fds[2 * N_WORKERS];
  guint16 port;
} Port;

static void
open_port (Port *self)
{
  g_autoptr (GError) error = NULL;
  self->port = 0;
  for (guint i = 0; i < G_N_ELEMENTS (self->fds); i++)
    {
      const ParlorUdpSocketConfig config = {.port = self->port, .reuse_port = TRUE};
      self->fds[i] = parlor_udp_socket_open (&config, &error);
      g_assert_no_error (error);
      self->port = parlor_udp_socket_get_port (self->fds[i]);
    }
  g_assert_true (parlor_udp_lane_sort (self->fds[0], N_WORKERS));
}

static void
close_port (Port *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->fds); i++)
    close (self->fds[i]);
}

/* Which socket got the datagram. */
static guint
arrival (const Port *self)
{
  struct pollfd polled[G_N_ELEMENTS (self->fds)];
  guint8 bytes[64];
  guint index = 0;
  for (guint i = 0; i < G_N_ELEMENTS (polled); i++)
    polled[i] = (struct pollfd){.fd = self->fds[i], .events = POLLIN};
  g_assert_cmpint (poll (polled, G_N_ELEMENTS (polled), 30000), ==, 1);
  while (!(polled[index].revents & POLLIN))
    index++;
  g_assert_cmpint (recv (self->fds[index], bytes, sizeof bytes, 0), >=, 0);
  return index;
}

static int
open_peer (const Port *port, int family)
{
  int fd = socket (family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in6 six = {
      .sin6_family = AF_INET6, .sin6_port = htons (port->port), .sin6_addr = in6addr_loopback};
  struct sockaddr_in four = {.sin_family = AF_INET,
                             .sin_port = htons (port->port),
                             .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  g_assert_cmpint (family == AF_INET6 ? connect (fd, (struct sockaddr *)&six, sizeof six)
                                      : connect (fd, (struct sockaddr *)&four, sizeof four),
                   ==, 0);
  return fd;
}

static guint
arrival_of (const Port *port, int peer, const guint8 *bytes, gsize length)
{
  g_assert_cmpint (send (peer, bytes, length, 0), ==, (gssize)length);
  return arrival (port);
}

#define ARRIVAL(bytes) arrival_of (&port, peer, bytes, sizeof bytes)

/* Returns the peer's worker. */
static guint
check_peer (Port port, int peer)
{
  guint media_socket = ARRIVAL (media);
  g_assert_cmpuint (media_socket % 2, ==, 0);
  g_assert_cmpuint (ARRIVAL (feedback), ==, media_socket + 1);
  g_assert_cmpuint (ARRIVAL (padded_feedback), ==, media_socket + 1);
  g_assert_cmpuint (ARRIVAL (remb), ==, media_socket + 1);
  g_assert_cmpuint (ARRIVAL (nack), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (key_frame_request), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (report), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (marked_media), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (stun), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (short_one) % 2, ==, 0);
  g_assert_cmpuint (arrival_of (&port, peer, short_one, 0) % 2, ==, 0);
  return media_socket / 2;
}

static void
test_sorts (gconstpointer family)
{
  Port port;
  guint peers_of[N_WORKERS] = {0};
  open_port (&port);
  for (guint i = 0; i < N_PEERS; i++)
    {
      int peer = open_peer (&port, GPOINTER_TO_INT (family));
      peers_of[check_peer (port, peer)]++;
      close (peer);
    }
  /* Random ports: that a worker of three gets none of 24 happens once in 50,000 runs, so none is
     asked of each; that all go to one, once in 10^11. */
  for (guint i = 0; i < N_WORKERS; i++)
    g_assert_cmpuint (peers_of[i], <, N_PEERS);
  close_port (&port);
}

static void
test_what_cannot_sort_says_so (void)
{
  int pipe_fds[2];
  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  g_assert_false (parlor_udp_lane_sort (pipe_fds[0], 1));
  close (pipe_fds[0]);
  close (pipe_fds[1]);
}

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
  g_test_add_data_func ("/elements/udplane/ipv4-is-sorted-by-peer-and-kind",
                        GINT_TO_POINTER (AF_INET), test_sorts);
  g_test_add_data_func ("/elements/udplane/ipv6-is-sorted-by-peer-and-kind",
                        GINT_TO_POINTER (AF_INET6), test_sorts);
  g_test_add_func ("/elements/udplane/what-cannot-sort-says-so", test_what_cannot_sort_says_so);
  g_test_add_func ("/elements/udplane/wakes-once-and-is-then-read-by-time",
                   test_wakes_once_and_is_then_read_by_time);
  g_test_add_func ("/elements/udplane/without-a-lane-nothing-is-due",
                   test_without_a_lane_nothing_is_due);
  return g_test_run ();
}
