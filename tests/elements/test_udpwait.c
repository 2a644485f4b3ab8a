/* SPDX-License-Identifier: Apache-2.0 */
/* Until when the source sleeps. */
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

#define ADD(name, func)                                                                            \
  g_test_add ("/elements/udpwait/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what-a-flush-left-is-not-waited-for", test_rest);
  ADD ("what-the-kernel-had-no-room-for-goes-before-it", test_blocked);
  return g_test_run ();
}
