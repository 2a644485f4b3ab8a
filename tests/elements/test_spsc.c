/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <string.h>

#include "spsc.h"
#include "wake.h"

static void
test_messages_come_in_order_and_whole (void)
{
  g_autoptr (ParlorSpsc) ring = parlor_spsc_new (4096);
  guint8 bytes[900];
  gsize length;
  guint n_in = 0, n_out = 0;
  for (guint round = 0; round < 2000; round++)
    {
      memset (bytes, n_in & 0xff, sizeof bytes);
      while (parlor_spsc_push (ring, bytes, 1 + (n_in * 37) % sizeof bytes))
        memset (bytes, ++n_in & 0xff, sizeof bytes);
      for (guint i = 0; i < 1 + round % 3; i++)
        {
          const guint8 *got = parlor_spsc_peek (ring, &length);
          if (got == NULL)
            break;
          g_assert_cmpuint (length, ==, 1 + (n_out * 37) % sizeof bytes);
          g_assert_cmpuint (got[0], ==, n_out & 0xff);
          g_assert_cmpuint (got[length - 1], ==, n_out & 0xff);
          g_assert_cmpuint ((gsize)got % 8, ==, 0);
          parlor_spsc_pop (ring);
          n_out++;
        }
    }
  g_assert_cmpuint (n_out, >, 3000);
}

static void
test_full_ring_refuses_and_loses_nothing (void)
{
  g_autoptr (ParlorSpsc) ring = parlor_spsc_new (4096);
  guint64 number = 0, n_in;
  gsize length;
  while (parlor_spsc_push (ring, &number, sizeof number))
    number++;
  n_in = number;
  g_assert_cmpuint (n_in, ==, 4096 / 16);
  for (guint64 i = 0; i < n_in; i++)
    {
      g_assert_cmpuint (*(guint64 *)parlor_spsc_peek (ring, &length), ==, i);
      parlor_spsc_pop (ring);
    }
  g_assert_null (parlor_spsc_peek (ring, &length));
}

static void
test_message_beyond_a_quarter_is_refused (void)
{
  g_autoptr (ParlorSpsc) ring = parlor_spsc_new (4096);
  g_assert_nonnull (parlor_spsc_reserve (ring, 1024));
  g_assert_null (parlor_spsc_reserve (ring, 1025));
  g_assert_null (parlor_spsc_reserve (ring, 0));
}

#define N_THREADED 200000

static gpointer
produce (gpointer user_data)
{
  for (guint64 i = 0; i < N_THREADED;)
    if (parlor_spsc_push (user_data, &i, sizeof i))
      i++;
    else
      g_thread_yield ();
  return NULL;
}

static void
test_two_threads_agree (void)
{
  g_autoptr (ParlorSpsc) ring = parlor_spsc_new (65536);
  GThread *thread = g_thread_new ("producer", produce, ring);
  gsize length;
  for (guint64 i = 0; i < N_THREADED;)
    {
      const guint64 *got = parlor_spsc_peek (ring, &length);
      if (got == NULL)
        {
          g_thread_yield ();
          continue;
        }
      g_assert_cmpuint (*got, ==, i);
      parlor_spsc_pop (ring);
      i++;
    }
  g_thread_join (thread);
}

typedef struct
{
  ParlorSpsc *ring;
  ParlorWake wake;
} Bed;

/* In bursts, with pauses in which the reader goes to sleep. */
static gpointer
produce_and_ring (gpointer user_data)
{
  Bed *bed = user_data;
  for (guint64 i = 0; i < N_THREADED / 10;)
    {
      if (!parlor_spsc_push (bed->ring, &i, sizeof i))
        {
          g_thread_yield ();
          continue;
        }
      parlor_wake_ring (&bed->wake);
      if (++i % 64 == 0)
        g_usleep (i % 128 == 0 ? 50 : 0);
    }
  return NULL;
}

static guint64
read_all (ParlorSpsc *ring, guint64 next)
{
  const guint64 *got;
  gsize length;
  while ((got = parlor_spsc_peek (ring, &length)) != NULL)
    {
      g_assert_cmpuint (*got, ==, next++);
      parlor_spsc_pop (ring);
    }
  return next;
}

/* Whoever dozes with something to read would never wake: nobody rings again after the last one. */
static void
test_sleeper_misses_no_ring (void)
{
  Bed bed = {.ring = parlor_spsc_new (65536)};
  GThread *thread;
  guint64 next = 0;
  g_assert_true (parlor_wake_init (&bed.wake));
  thread = g_thread_new ("producer", produce_and_ring, &bed);
  while (next < N_THREADED / 10)
    {
      struct pollfd fd = {bed.wake.fd, POLLIN, 0};
      gboolean dozes = parlor_wake_doze (&bed.wake);
      int n = poll (&fd, 1, dozes ? 30000 : 0);
      g_assert_true (n > 0 || !dozes);
      parlor_wake_awake (&bed.wake, n > 0);
      next = read_all (bed.ring, next);
    }
  g_thread_join (thread);
  parlor_wake_close (&bed.wake);
  parlor_spsc_free (bed.ring);
}

/* The system call is for a sleeper alone. */
static void
test_ring_writes_only_to_a_sleeper (void)
{
  ParlorWake wake;
  struct pollfd fd;
  g_assert_true (parlor_wake_init (&wake));
  fd = (struct pollfd){wake.fd, POLLIN, 0};
  parlor_wake_awake (&wake, FALSE);
  parlor_wake_ring (&wake);
  parlor_wake_ring (&wake);
  g_assert_cmpint (poll (&fd, 1, 0), ==, 0);
  g_assert_false (parlor_wake_doze (&wake));
  parlor_wake_awake (&wake, FALSE);
  g_assert_true (parlor_wake_doze (&wake));
  parlor_wake_ring (&wake);
  g_assert_cmpint (poll (&fd, 1, 0), ==, 1);
  parlor_wake_awake (&wake, TRUE);
  g_assert_cmpint (poll (&fd, 1, 0), ==, 0);
  parlor_wake_close (&wake);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/spsc/messages-come-in-order-and-whole",
                   test_messages_come_in_order_and_whole);
  g_test_add_func ("/elements/spsc/full-ring-refuses-and-loses-nothing",
                   test_full_ring_refuses_and_loses_nothing);
  g_test_add_func ("/elements/spsc/message-beyond-a-quarter-is-refused",
                   test_message_beyond_a_quarter_is_refused);
  g_test_add_func ("/elements/spsc/two-threads-agree", test_two_threads_agree);
  g_test_add_func ("/elements/wake/sleeper-misses-no-ring", test_sleeper_misses_no_ring);
  g_test_add_func ("/elements/wake/ring-writes-only-to-a-sleeper",
                   test_ring_writes_only_to_a_sleeper);
  return g_test_run ();
}
