/* SPDX-License-Identifier: Apache-2.0 */
/* Until when the source sleeps. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "udpwait.h"

typedef struct
{
  ParlorLoop *loop;
  ParlorUdpWait wait;
  int fd;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static const ParlorRouterConfig none;
  f->loop = parlor_loop_new (&none, NULL, NULL, -1);
  f->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  parlor_udp_wait_init (&f->wait);
  g_assert_true (parlor_udp_wait_open (&f->wait, f->loop, f->fd));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_udp_wait_close (&f->wait);
  close (f->fd);
  parlor_loop_unref (f->loop);
}

/* A flush left some: nothing is waited for. */
static void
test_rest (Fixture *f, gconstpointer data)
{
  f->loop->next_us = 0;
  g_assert_false (parlor_udp_wait (&f->wait));
}

/* The kernel had no room: until it is tried again, whatever a flush left. */
static void
test_blocked (Fixture *f, gconstpointer data)
{
  f->loop->next_us = 0;
  f->loop->send_retry_us = g_get_monotonic_time () + 20 * PARLOR_US_PER_MS;
  g_assert_false (parlor_udp_wait (&f->wait));
  g_assert_cmpint (g_get_monotonic_time (), >=, f->loop->send_retry_us);
}

/* Who was told reads until nothing is left, and is told of what comes after that. */
static void
test_told_once (Fixture *f, gconstpointer data)
{
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t size = sizeof here;
  char byte = 1;
  g_assert_cmpint (bind (f->fd, (struct sockaddr *)&here, sizeof here), ==, 0);
  g_assert_cmpint (getsockname (f->fd, (struct sockaddr *)&here, &size), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (sendto (f->fd, &byte, 1, 0, (struct sockaddr *)&here, sizeof here), ==, 1);
      f->loop->next_us = G_MAXINT64;
      g_assert_true (parlor_udp_wait (&f->wait));
      f->loop->next_us = g_get_monotonic_time () + PARLOR_US_PER_MS;
      g_assert_false (parlor_udp_wait (&f->wait));
      g_assert_cmpint (recv (f->fd, &byte, 1, MSG_DONTWAIT), ==, 1);
    }
}

#define ADD(name, func)                                                                            \
  g_test_add ("/elements/udpwait/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what-a-flush-left-is-not-waited-for", test_rest);
  ADD ("what-the-kernel-had-no-room-for-goes-before-it", test_blocked);
  ADD ("of-what-came-it-tells-once", test_told_once);
  return g_test_run ();
}
