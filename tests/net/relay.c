/* SPDX-License-Identifier: Apache-2.0 */
/* The bad line of the test bench: carries IP packets between two TUN devices, each in a network
 * namespace of its own, and does to them what the schedule says.
 *
 *   parlor-relay --inside NETNS --outside NETNS [--device NAME] [--seed N]
 *
 * NETNS is a path (/proc/PID/ns/net). "inside" is the person's side, where the device is called
 * eth0; "up" goes from there to the outside, where it is called NAME. Addresses and routes are the
 * caller's. A line on stdin is a schedule (schedule.h) that begins at once and takes the place of
 * the one before; the end of stdin ends the program. On stdout one JSON object a line, with the
 * wall clock in ms, so that what pages saw can be laid beside it:
 *
 *   {"event":"ready|step|rebind|check|media", "ms":…}  check, media: the first to and from the new
 *                                                     port after a rebind
 *   {"event":"error", "why":"…"}
 *   {"event":"counts", "ms":…, "up":{…}, "down":{…}}   each 100 ms; late_ms: by its own fault
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "nat.h"
#include "schedule.h"

#define PACKET_MAX 65536
#define BATCH 64
#define COUNTS_EVERY_US 100000

enum
{
  UP,
  DOWN,
  N_WAYS,
};

typedef struct
{
  int device[N_WAYS]; /* where packets of that way come in */
  RelayLink *link[N_WAYS];
  RelayNat *nat;
  GArray *steps;
  guint next_step;
  gint64 began_us, counts_us;
  gboolean await_check, await_media;
  GString *typed; /* of stdin, until its line is whole */
} Relay;

static gint64
clock_us (clockid_t which)
{
  struct timespec now;
  clock_gettime (which, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000) + now.tv_nsec / 1000;
}

static void
tell (const char *event)
{
  printf ("{\"event\":\"%s\",\"ms\":%.3f}\n", event, clock_us (CLOCK_REALTIME) / 1e3);
}

G_NORETURN static void
die (const char *what)
{
  fprintf (stderr, "parlor-relay: %s: %s\n", what, g_strerror (errno));
  exit (1);
}

/* A TUN device in that namespace; this process is in it afterwards. */
static int
open_device (const char *netns, const char *name)
{
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  int home = open (netns, O_RDONLY | O_CLOEXEC), device;
  if (home < 0 || setns (home, CLONE_NEWNET) != 0)
    die (netns);
  close (home);
  device = open ("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  g_strlcpy (request.ifr_name, name, IFNAMSIZ);
  if (device < 0 || ioctl (device, TUNSETIFF, &request) != 0)
    die ("/dev/net/tun");
  return device;
}

static void
read_packets (Relay *self, int way, gint64 now_us)
{
  static guint8 packet[PACKET_MAX];
  for (guint i = 0; i < BATCH; i++)
    {
      gssize size = read (self->device[way], packet, sizeof packet);
      if (size <= 0)
        return;
      relay_link_push (self->link[way], now_us, packet, (gsize)size);
    }
}

/* What a rebind did to a call: when the new port was first proved, and when media came to it. */
static void
notice (Relay *self, int way, RelayKind kind)
{
  if (self->await_check && way == UP && kind == RELAY_CHECK)
    {
      self->await_check = FALSE;
      tell ("check");
    }
  if (self->await_media && !self->await_check && way == DOWN && kind == RELAY_MEDIA)
    {
      self->await_media = FALSE;
      tell ("media");
    }
}

/* Ports change where a packet leaves the line, so that a rebind does not wait for its delay. */
static void
write_packets (Relay *self, int way, gint64 now_us)
{
  static guint8 packet[PACKET_MAX];
  gsize size;
  while ((size = relay_link_pop (self->link[way], now_us, packet, sizeof packet)) > 0)
    {
      if (way == UP)
        relay_nat_up (self->nat, packet, size);
      else if (!relay_nat_down (self->nat, packet, size))
        continue;
      notice (self, way, relay_kind_of (packet, size));
      if (write (self->device[!way], packet, size) < 0 && errno != EAGAIN && errno != EINVAL
          && errno != EIO)
        die ("write");
    }
}

static void
take_schedule (Relay *self, const char *text, gint64 now_us)
{
  char *why = NULL;
  GArray *steps = relay_schedule_parse (text, &why);
  if (steps == NULL)
    {
      printf ("{\"event\":\"error\",\"why\":\"%s\"}\n", why);
      g_free (why);
      return;
    }
  g_clear_pointer (&self->steps, g_array_unref);
  self->steps = steps;
  self->next_step = 0;
  self->began_us = now_us;
}

/* FALSE = stdin has ended. */
static gboolean
read_orders (Relay *self, gint64 now_us)
{
  char part[4096], *end;
  gssize size = read (STDIN_FILENO, part, sizeof part);
  if (size <= 0)
    return FALSE;
  g_string_append_len (self->typed, part, size);
  while ((end = strchr (self->typed->str, '\n')) != NULL)
    {
      *end = '\0';
      take_schedule (self, self->typed->str, now_us);
      g_string_erase (self->typed, 0, end + 1 - self->typed->str);
    }
  return TRUE;
}

static void
take_step (Relay *self, const RelayStep *step)
{
  if (step->has_up)
    relay_link_set (self->link[UP], &step->up);
  if (step->has_down)
    relay_link_set (self->link[DOWN], &step->down);
  tell ("step");
  if (!step->rebind)
    return;
  relay_nat_rebind (self->nat);
  self->await_check = self->await_media = TRUE;
  tell ("rebind");
}

/* Takes the steps that are due; gives when the next one is. */
static gint64
follow_schedule (Relay *self, gint64 now_us)
{
  for (; self->steps != NULL && self->next_step < self->steps->len; self->next_step++)
    {
      const RelayStep *step = &g_array_index (self->steps, RelayStep, self->next_step);
      if (self->began_us + step->at_us > now_us)
        return self->began_us + step->at_us;
      take_step (self, step);
    }
  return G_MAXINT64;
}

static void
print_counts (Relay *self, int way, gint64 now_us)
{
  const RelayCounts *counts = relay_link_counts (self->link[way]);
  printf ("\"%s\":{\"in\":%" G_GUINT64_FORMAT ",\"out\":%" G_GUINT64_FORMAT
          ",\"in_bytes\":%" G_GUINT64_FORMAT ",\"out_bytes\":%" G_GUINT64_FORMAT
          ",\"lost\":%" G_GUINT64_FORMAT ",\"dropped\":%" G_GUINT64_FORMAT
          ",\"queue_ms\":%.1f,\"late_ms\":%.1f}",
          way == UP ? "up" : "down", counts->pushed, counts->popped, counts->pushed_bytes,
          counts->popped_bytes, counts->lost, counts->dropped,
          relay_link_queue_us (self->link[way], now_us) / 1e3,
          relay_link_take_late_us (self->link[way]) / 1e3);
}

static void
report (Relay *self, gint64 now_us)
{
  self->counts_us = now_us + COUNTS_EVERY_US;
  printf ("{\"event\":\"counts\",\"ms\":%.3f,", clock_us (CLOCK_REALTIME) / 1e3);
  print_counts (self, UP, now_us);
  putchar (',');
  print_counts (self, DOWN, now_us);
  puts ("}");
}

static void
wait_for (int poller, gint64 until_us, struct epoll_event *events, int *n)
{
  gint64 left_us = MAX (until_us - clock_us (CLOCK_MONOTONIC), 0);
  struct timespec limit = {left_us / 1000000, left_us % 1000000 * 1000};
  *n = epoll_pwait2 (poller, events, 3, &limit, NULL);
}

/* What this program waits for a busy machine would pass for the line's jitter. Not allowed
 * everywhere; the counts say how late it was (late_ms). */
static void
go_first (void)
{
  if (sched_setscheduler (0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10}) != 0)
    fprintf (stderr, "parlor-relay: no real-time priority (%s)\n", g_strerror (errno));
}

static void
run (Relay *self, int poller)
{
  for (;;)
    {
      struct epoll_event events[3];
      gint64 now_us = clock_us (CLOCK_MONOTONIC), next_us = follow_schedule (self, now_us);
      int n;

      for (int way = UP; way < N_WAYS; way++)
        {
          write_packets (self, way, now_us);
          next_us = MIN (next_us, relay_link_next_us (self->link[way]));
        }
      if (now_us >= self->counts_us)
        report (self, now_us);
      wait_for (poller, MIN (next_us, self->counts_us), events, &n);
      now_us = clock_us (CLOCK_MONOTONIC);
      for (int i = 0; i < n; i++)
        if (events[i].data.fd != STDIN_FILENO)
          read_packets (self, events[i].data.fd == self->device[UP] ? UP : DOWN, now_us);
        else if (!read_orders (self, now_us))
          return;
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *inside = NULL, *outside = NULL, *device = NULL;
  gint64 seed = 1;
  const GOptionEntry options[] = {
      {"inside", 0, 0, G_OPTION_ARG_STRING, &inside, "the person's network namespace", "PATH"},
      {"outside", 0, 0, G_OPTION_ARG_STRING, &outside, "the other one", "PATH"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "name of the outer device (line)", "NAME"},
      {"seed", 0, 0, G_OPTION_ARG_INT64, &seed, "of all chance (1)", "N"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Relay self = {.typed = g_string_new (NULL), .nat = relay_nat_new ()};
  int poller = epoll_create1 (EPOLL_CLOEXEC), fds[] = {STDIN_FILENO, 0, 0};

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || inside == NULL || outside == NULL)
    {
      fprintf (stderr, "parlor-relay: %s\n", error ? error->message : "--inside and --outside");
      return 2;
    }
  setvbuf (stdout, NULL, _IOLBF, 0);
  fds[1] = self.device[UP] = open_device (inside, "eth0");
  fds[2] = self.device[DOWN] = open_device (outside, device ? device : "line");
  for (int way = UP; way < N_WAYS; way++)
    self.link[way] = relay_link_new ((guint64)seed * 2 + (guint64)way);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    epoll_ctl (poller, EPOLL_CTL_ADD, fds[i],
               &(struct epoll_event){.events = EPOLLIN, .data.fd = fds[i]});
  go_first ();
  tell ("ready");
  run (&self, poller);
  for (int way = UP; way < N_WAYS; way++)
    relay_link_free (self.link[way]);
  relay_nat_free (self.nat);
  g_clear_pointer (&self.steps, g_array_unref);
  g_string_free (self.typed, TRUE);
  return 0;
}
