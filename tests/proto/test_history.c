/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/history.h"
#include <string.h>

static gboolean
put (ParlorHistory *history, guint16 seq, gsize size, gint64 now_us)
{
  guint8 packet[PARLOR_HISTORY_PACKET_MAX + 1];
  memset (packet, seq & 0xff, sizeof packet);
  return parlor_history_put (history, seq, packet, size, now_us);
}

static gboolean
holds (ParlorHistory *history, guint16 seq, gsize want_size, gint64 now_us)
{
  gsize size = 0;
  const guint8 *packet = parlor_history_find (history, seq, now_us, &size);
  if (!packet)
    return FALSE;
  g_assert_cmpuint (size, ==, want_size);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpuint (packet[i], ==, seq & 0xff);
  return TRUE;
}

static void
test_found (void)
{
  g_autoptr (ParlorHistory) history = parlor_history_new (64, 65536, PARLOR_HISTORY_AGE_US);
  g_assert_false (holds (history, 0, 0, 0));
  g_assert_true (put (history, 65535, 100, 0));
  g_assert_true (put (history, 0, 200, 1));
  g_assert_true (put (history, 1, PARLOR_HISTORY_PACKET_MAX, 2));
  g_assert_true (holds (history, 65535, 100, 5));
  g_assert_true (holds (history, 0, 200, 5));
  g_assert_true (holds (history, 1, PARLOR_HISTORY_PACKET_MAX, 5));
  g_assert_false (holds (history, 65, 0, 5));
}

static void
test_refused (void)
{
  g_autoptr (ParlorHistory) history = parlor_history_new (64, 4096, PARLOR_HISTORY_AGE_US);
  g_assert_false (put (history, 1, 0, 0));
  g_assert_false (put (history, 1, PARLOR_HISTORY_PACKET_MAX + 1, 0));
  g_assert_true (put (history, 100, 10, 0));
  g_assert_false (put (history, 100, 10, 0));
  g_assert_false (put (history, 100 - 64, 10, 0));
  g_assert_true (put (history, 100 + 64, 10, 0));
  g_assert_false (holds (history, 100, 10, 0));
  g_assert_true (holds (history, 164, 10, 0));
}

static void
test_age (void)
{
  g_autoptr (ParlorHistory) history = parlor_history_new (64, 4096, 1000);
  g_assert_true (put (history, 7, 10, 5000));
  g_assert_true (holds (history, 7, 10, 6000));
  g_assert_false (holds (history, 7, 10, 6001));
  /* A number half the circle back may come again once the old packet has aged. */
  g_assert_true (put (history, 7 + 32768, 10, 6001));
}

static void
test_arena (void)
{
  g_autoptr (ParlorHistory) history = parlor_history_new (1024, 4096, PARLOR_HISTORY_AGE_US);
  for (guint16 seq = 0; seq < 40; seq++)
    g_assert_true (put (history, seq, 1000, seq));
  g_assert_true (holds (history, 39, 1000, 40));
  g_assert_true (holds (history, 36, 1000, 40));
  g_assert_false (holds (history, 35, 1000, 40));
}

static void
test_clear (void)
{
  g_autoptr (ParlorHistory) history = parlor_history_new (64, 4096, PARLOR_HISTORY_AGE_US);
  g_assert_true (put (history, 7, 10, 0));
  parlor_history_clear (history);
  g_assert_false (holds (history, 7, 10, 0));
  g_assert_true (put (history, 6, 10, 0));
}

/* Random sizes and a little reordering over many wraps: what is found is what was put, and the last
 * packets that fit are found. */
static void
test_long_run (void)
{
  g_autoptr (ParlorHistory) history = parlor_history_new (256, 100000, PARLOR_HISTORY_AGE_US);
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  gsize memory = parlor_history_memory (history);
  static gsize sizes[65536];
  for (guint i = 0; i < 300000; i++)
    {
      guint16 seq = (guint16)(i ^ (i / 2 % 5 == 0));
      gsize size = (gsize)g_rand_int_range (rand, 1, 1300);
      if (put (history, seq, size, i * 1000))
        sizes[seq] = size;
      gsize sum = 0;
      for (guint back = 0; back < 250 && i % 97 == 0 && i > 200; back++)
        {
          guint16 old = (guint16)(i - 2 - back);
          sum += sizes[old];
          gboolean found = holds (history, old, sizes[old], i * 1000);
          if (sum + 6 * 1300 < 100000)
            g_assert_true (found);
        }
    }
  g_assert_cmpuint (parlor_history_memory (history), ==, memory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/history/finds-what-was-put-also-over-the-wrap", test_found);
  g_test_add_func ("/proto/history/refuses-duplicates-old-numbers-and-giants", test_refused);
  g_test_add_func ("/proto/history/forgets-by-age", test_age);
  g_test_add_func ("/proto/history/forgets-the-oldest-when-the-arena-is-full", test_arena);
  g_test_add_func ("/proto/history/clear-forgets-all", test_clear);
  g_test_add_func ("/proto/history/a-long-run-mixes-nothing-up-and-takes-no-memory", test_long_run);
  return g_test_run ();
}
