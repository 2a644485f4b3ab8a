/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "spsc.h"

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
  return g_test_run ();
}
