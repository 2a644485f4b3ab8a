/* SPDX-License-Identifier: Apache-2.0 */
/* Workers: what crosses threads. The router behind them takes a datagram's first byte for its
 * owner's index. */
#include <gst/gst.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/plane.h"
#include "media/worker.h"
#include "recorder.h"

#define N_WORKERS 3

typedef struct
{
  ParlorWorkerSet *set;
  guint n_events, n_failed;
  guint last_worker;
} Fixture;

static void
take_event (gpointer user_data, guint worker, const ParlorRouterEvent *event)
{
  Fixture *f = user_data;
  f->last_worker = worker;
  f->n_events++;
  f->n_failed += event->type == PARLOR_ROUTER_FAILED;
}

static ParlorWorkerSet *
make_set (Fixture *f, guint n, guint16 port, GError **error)
{
  const ParlorWorkerSetConfig config = {.n_workers = n,
                                        .n_dtls_threads = 2,
                                        .port = port,
                                        .bind_address = "127.0.0.1",
                                        .gso = TRUE,
                                        .gro = TRUE,
                                        .event_func = take_event,
                                        .user_data = f};
  return parlor_worker_set_new (&config, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  recorder_reset ();
  f->set = make_set (f, N_WORKERS, 0, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_worker_set_free (f->set);
}

typedef struct
{
  gint *n;
  guint number;
  gint *is_in_order;
  gint *last;
  guint8 ballast[1000];
} Call;

static void
count_call (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  const Call *call = data;
  g_assert_cmpuint (size, ==, sizeof *call);
  if ((guint)g_atomic_int_get (call->last) + 1 != call->number)
    g_atomic_int_set (call->is_in_order, FALSE);
  g_atomic_int_set (call->last, (gint)call->number);
  g_atomic_int_inc (call->n);
}

static void
dispatch_until (Fixture *f, gint *n, gint wanted)
{
  for (guint i = 0; i < 4000 && g_atomic_int_get (n) < wanted; i++)
    {
      struct pollfd fd = {parlor_worker_set_get_fd (f->set), POLLIN, 0};
      poll (&fd, 1, 1);
      parlor_worker_set_dispatch (f->set);
    }
  g_assert_cmpint (g_atomic_int_get (n), ==, wanted);
}

/* Ten times what the ring holds, without a pause: nothing is lost, nothing overtakes. */
static void
test_commands_arrive_all_and_in_order (Fixture *f, gconstpointer data)
{
  gint n = 0, is_in_order = TRUE, last = -1;
  for (guint i = 0; i < 10000; i++)
    {
      const Call call = {&n, i, &is_in_order, &last, {0}};
      parlor_worker_invoke (parlor_worker_set_get (f->set, 1), count_call, &call, sizeof call);
    }
  dispatch_until (f, &n, 10000);
  g_assert_true (is_in_order);
}

static void
test_events_come_back (Fixture *f, gconstpointer data)
{
  const ParlorRouterEvent event = {.type = PARLOR_ROUTER_CONNECTED};
  gint n = 0, is_in_order = TRUE, last = -1;
  const Call call = {&n, 0, &is_in_order, &last, {0}};
  for (guint i = 0; i < 100; i++)
    recorder_say (&event);
  parlor_worker_invoke (parlor_worker_set_get (f->set, 2), count_call, &call, sizeof call);
  for (guint i = 0; i < 2000 && f->n_events < 100; i++)
    {
      struct pollfd fd = {parlor_worker_set_get_fd (f->set), POLLIN, 0};
      poll (&fd, 1, 1);
      parlor_worker_set_dispatch (f->set);
    }
  g_assert_cmpuint (f->n_events, ==, 100);
  g_assert_cmpuint (f->last_worker, ==, 2);
}

/* While the control thread is away for long. */
static void
test_ends_are_told_over_a_full_ring (Fixture *f, gconstpointer data)
{
  const ParlorRouterEvent quality = {.type = PARLOR_ROUTER_QUALITY};
  const ParlorRouterEvent failed = {.type = PARLOR_ROUTER_FAILED};
  ParlorWorkerCounters counters = {0};
  for (guint i = 0; i < 60000; i++)
    recorder_say (&quality);
  for (guint i = 0; i < 1000; i++)
    recorder_say (&failed);
  for (guint i = 0; i < 4000 && counters.events_dropped == 0; i++)
    {
      gint n = 0, is_in_order = TRUE, last = -1;
      const Call call = {&n, 0, &is_in_order, &last, {0}};
      parlor_worker_invoke (parlor_worker_set_get (f->set, 1), count_call, &call, sizeof call);
      while (!g_atomic_int_get (&n))
        g_thread_yield ();
      parlor_worker_get_counters (parlor_worker_set_get (f->set, 1), &counters);
    }
  parlor_worker_set_dispatch (f->set);
  g_assert_cmpuint (f->n_failed, ==, 1000);
  g_assert_cmpuint (counters.events_dropped, ==, 61000 - f->n_events);
}

static int
open_peer (guint16 port)
{
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK), .sin_port = htons (port)};
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&to, sizeof to), ==, 0);
  return fd;
}

/* The kernel spreads these peers over the sockets as it likes; each datagram reaches the worker
 * that it names, with its peer's address. */
static void
test_datagrams_reach_their_owner (Fixture *f, gconstpointer data)
{
  guint64 n_handed = 0;
  ParlorWorkerCounters counters;
  for (guint i = 0; i < 60; i++)
    {
      int fd = open_peer (parlor_worker_set_get_port (f->set));
      guint8 bytes[20] = {(guint8)(i % N_WORKERS), (guint8)i};
      g_assert_cmpint (send (fd, bytes, sizeof bytes, 0), ==, sizeof bytes);
      close (fd);
    }
  g_assert_cmpuint (recorder_wait (RECORD_RECEIVE, 60), ==, 60);
  for (gint i = 0; i < 60; i++)
    {
      Record record = recorder_get (RECORD_RECEIVE, i);
      guint owner = (guint)(record.text[1] - '0');
      g_assert_cmpuint (record.worker, ==, owner);
      g_assert_cmpuint (record.id, !=, 0);
    }
  for (guint i = 0; i < N_WORKERS; i++)
    {
      parlor_worker_get_counters (parlor_worker_set_get (f->set, i), &counters);
      n_handed += counters.hand_overs;
      g_assert_cmpuint (counters.hand_overs_dropped, ==, 0);
    }
  /* With three sockets, all 60 on the right one by chance would be 1 to 3^60. */
  g_assert_cmpuint (n_handed, >, 0);
}

#define N_STRAYS 24

/* Each says something to its owner; returns how many were handed over. */
static guint64
say_all (Fixture *f, const int *peers)
{
  guint64 n_handed = 0, before = 0;
  guint n_said = recorder_count (RECORD_RECEIVE);
  ParlorWorkerCounters counters;
  for (guint i = 0; i < N_WORKERS; i++)
    {
      parlor_worker_get_counters (parlor_worker_set_get (f->set, i), &counters);
      before += counters.hand_overs;
    }
  for (guint i = 0; i < N_STRAYS; i++)
    {
      guint8 bytes[20] = {(guint8)(i % N_WORKERS)};
      g_assert_cmpint (send (peers[i], bytes, sizeof bytes, 0), ==, sizeof bytes);
    }
  g_assert_cmpuint (recorder_wait (RECORD_RECEIVE, n_said + N_STRAYS), ==, n_said + N_STRAYS);
  parlor_worker_set_dispatch (f->set);
  for (guint i = 0; i < N_WORKERS; i++)
    {
      parlor_worker_get_counters (parlor_worker_set_get (f->set, i), &counters);
      n_handed += counters.hand_overs;
    }
  return n_handed - before;
}

/* The kernel is told of who strays, until nobody is handed over any more; of who has no session it
 * is never told. */
static void
test_strays_find_home (Fixture *f, gconstpointer data)
{
  int peers[N_STRAYS];
  guint quiet = 0;
  for (guint i = 0; i < N_STRAYS; i++)
    peers[i] = open_peer (parlor_worker_set_get_port (f->set));
  for (guint i = 0; i < 30; i++)
    {
      g_assert_cmpuint (say_all (f, peers), >, 0);
      g_usleep (20000);
    }
  recorder_let_sessions_stand (TRUE);
  for (guint i = 0; i < 1500 && quiet < 10; i++)
    {
      quiet = say_all (f, peers) == 0 ? quiet + 1 : 0;
      g_usleep (20000);
    }
  recorder_let_sessions_stand (FALSE);
  g_assert_cmpuint (quiet, ==, 10);
  for (guint i = 0; i < N_STRAYS; i++)
    close (peers[i]);
}

typedef struct
{
  guint8 from, to;
  guint first, n;
} Relays;

static void
relay_some (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  const Relays *args = data;
  const ParlorTuple tuple = {0};
  for (guint i = args->first; i < args->first + args->n; i++)
    {
      guint8 bytes[1200] = {args->from, 'r', args->to, (guint8)(i >> 8), (guint8)i};
      parlor_router_receive (router, bytes, sizeof bytes, &tuple, now_us, now_us);
    }
}

/* What worker 1 counted, once it has tried `n` in all. */
static void
wait_for_relays (Fixture *f, guint64 n, guint64 *passed, guint64 *dropped)
{
  ParlorWorkerCounters counters;
  for (guint i = 0; i < 30000; i++)
    {
      parlor_worker_get_counters (parlor_worker_set_get (f->set, 1), &counters);
      *passed = counters.router.relayed_pkts;
      *dropped = counters.router.dropped[PARLOR_DROP_RING];
      if (*passed + *dropped >= n)
        return;
      g_usleep (1000);
    }
  g_assert_not_reached ();
}

static guint
wait_for_relayed (guint n)
{
  guint got = 0;
  for (guint i = 0; i < 15 && got < n; i++)
    got = recorder_wait (RECORD_RELAYED, n);
  return got;
}

/* Whole, in order, and from whom they are; the other worker sleeps between them. */
static void
test_relayed_packets_reach_the_other_worker (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 300; i += 10)
    {
      const Relays args = {1, 2, i, 10};
      parlor_worker_invoke (parlor_worker_set_get (f->set, 1), relay_some, &args, sizeof args);
      g_assert_cmpuint (wait_for_relayed (i + 10), ==, i + 10);
    }
  for (gint i = 0; i < 300; i++)
    {
      Record record = recorder_get (RECORD_RELAYED, i);
      g_autofree char *wanted = g_strdup_printf ("017202%04x", (guint)i);
      g_assert_cmpuint (record.worker, ==, 2);
      g_assert_cmpuint (record.slot, ==, 1);
      g_assert_cmpuint (record.id, ==, 5);
      g_assert_true (g_str_has_prefix (record.text, wanted));
    }
}

static gint hold_state; /* atomic: 1 = it holds, 2 = it may go on */

static void
hold (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  g_atomic_int_set (&hold_state, 1);
  while (g_atomic_int_get (&hold_state) != 2)
    g_usleep (1000);
}

/* The other worker does not read: what has no room is counted, and what had is not lost. */
static void
test_full_relay_ring_is_counted (Fixture *f, gconstpointer data)
{
  const Relays args = {1, 2, 0, 2000};
  guint64 passed, dropped;
  g_atomic_int_set (&hold_state, 0);
  parlor_worker_invoke (parlor_worker_set_get (f->set, 2), hold, NULL, 0);
  while (g_atomic_int_get (&hold_state) == 0)
    g_usleep (1000);
  parlor_worker_invoke (parlor_worker_set_get (f->set, 1), relay_some, &args, sizeof args);
  wait_for_relays (f, 2000, &passed, &dropped);
  g_assert_cmpuint (passed, >, 500);
  g_assert_cmpuint (dropped, >, 500);
  g_assert_cmpuint (recorder_count (RECORD_RELAYED), ==, 0);
  g_atomic_int_set (&hold_state, 2);
  g_assert_cmpuint (wait_for_relayed ((guint)passed), ==, passed);
}

/* A stranger's ufrag may name a worker that there is not. */
static void
test_owner_that_is_not_there_is_ignored (Fixture *f, gconstpointer data)
{
  int fd = open_peer (parlor_worker_set_get_port (f->set));
  const guint8 odd[4] = {200}, good[4] = {0};
  send (fd, odd, sizeof odd, 0);
  send (fd, good, sizeof good, 0);
  close (fd);
  g_assert_cmpuint (recorder_wait (RECORD_RECEIVE, 1), ==, 1);
}

static void
test_cpu_time_is_the_threads (Fixture *f, gconstpointer data)
{
  ParlorWorkerCounters counters;
  gint n = 0, is_in_order = TRUE, last = -1;
  const Call call = {&n, 0, &is_in_order, &last, {0}};
  parlor_worker_invoke (parlor_worker_set_get (f->set, 0), count_call, &call, sizeof call);
  dispatch_until (f, &n, 1);
  parlor_worker_get_counters (parlor_worker_set_get (f->set, 0), &counters);
  g_assert_cmpint (counters.cpu_us, >, 0);
  g_assert_cmpint (counters.cpu_us, <, 2 * G_USEC_PER_SEC);
}

static void
test_taken_port_is_named (Fixture *f, gconstpointer data)
{
  guint16 port = parlor_worker_set_get_port (f->set);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("%u", port);
  Fixture other = {0};
  for (guint n = 1; n <= 2; n++)
    {
      g_assert_null (make_set (&other, n, port, &error));
      g_assert_error (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_PORT_TAKEN);
      g_assert_nonnull (strstr (error->message, text));
      g_clear_error (&error);
    }
}

#define ADD(name, func) g_test_add ("/media/worker/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  ADD ("commands-arrive-all-and-in-order", test_commands_arrive_all_and_in_order);
  ADD ("ends-are-told-over-a-full-ring", test_ends_are_told_over_a_full_ring);
  ADD ("events-come-back", test_events_come_back);
  ADD ("datagrams-reach-their-owner", test_datagrams_reach_their_owner);
  ADD ("who-strays-is-sent-home", test_strays_find_home);
  ADD ("relayed-packets-reach-the-other-worker", test_relayed_packets_reach_the_other_worker);
  ADD ("full-relay-ring-is-counted", test_full_relay_ring_is_counted);
  ADD ("owner-that-is-not-there-is-ignored", test_owner_that_is_not_there_is_ignored);
  ADD ("cpu-time-is-the-threads", test_cpu_time_is_the_threads);
  ADD ("taken-port-is-named", test_taken_port_is_named);
  return g_test_run ();
}
