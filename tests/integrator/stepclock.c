/* SPDX-License-Identifier: Apache-2.0 */
/* A clock that a test sets forward while the daemon runs, by LD_PRELOAD: the file that STEP_CLOCK
 * names holds two gint64, what is added to the monotonic and to the wall clock, in nanoseconds.
 * Whoever waits in epoll with a deadline looks at it every 20 ms. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS 20
#define SECOND_NS INT64_C (1000000000)

typedef int (*ClockGettime) (clockid_t, struct timespec *);
typedef int (*EpollPwait) (int, struct epoll_event *, int, int, const sigset_t *);

static const volatile int64_t *added;
static ClockGettime real_clock;
static EpollPwait real_epoll;

__attribute__ ((constructor)) static void
begin (void)
{
  const char *path = getenv ("STEP_CLOCK");
  int fd = path ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  void *page = fd < 0 ? MAP_FAILED : mmap (NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
  if (fd >= 0)
    close (fd);
  if (page != MAP_FAILED)
    added = page;
  real_clock = (ClockGettime)dlsym (RTLD_NEXT, "clock_gettime");
  real_epoll = (EpollPwait)dlsym (RTLD_NEXT, "epoll_pwait");
}

static int64_t
of_clock (clockid_t clock)
{
  if (!added)
    return 0;
  if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME)
    return added[0];
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? added[1] : 0;
}

int
clock_gettime (clockid_t clock, struct timespec *time)
{
  if (!real_clock)
    real_clock = (ClockGettime)dlsym (RTLD_NEXT, "clock_gettime");
  int failed = real_clock (clock, time);
  int64_t ns = time->tv_nsec + of_clock (clock) % SECOND_NS + SECOND_NS;
  time->tv_sec += of_clock (clock) / SECOND_NS + ns / SECOND_NS - 1;
  time->tv_nsec = ns % SECOND_NS;
  return failed;
}

/* What GLib reads the wall clock by. */
int
gettimeofday (struct timeval *restrict time, void *restrict zone)
{
  struct timespec now;
  int failed = clock_gettime (CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return failed;
}

int
epoll_pwait (int fd, struct epoll_event *events, int n, int wait_ms, const sigset_t *mask)
{
  int64_t before = added ? added[0] : 0;
  while (wait_ms > SLICE_MS)
    {
      int got = real_epoll (fd, events, n, SLICE_MS, mask);
      if (got || (added && added[0] != before))
        return got;
      wait_ms -= SLICE_MS;
    }
  return real_epoll (fd, events, n, wait_ms, mask);
}

int
epoll_wait (int fd, struct epoll_event *events, int n, int wait_ms)
{
  return epoll_pwait (fd, events, n, wait_ms, NULL);
}
