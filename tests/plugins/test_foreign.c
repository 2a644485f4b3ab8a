/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "router/foreign.h"

#define NOW (100 * PARLOR_US_PER_SEC)
#define MS PARLOR_US_PER_MS

static ParlorTuple
tuple_of (guint i)
{
  ParlorTuple tuple;

  g_assert_true (parlor_addr_parse (i < 60000 ? "192.0.2.1" : "192.0.2.2", (guint16)(1 + i % 60000),
                                    &tuple.peer));
  g_assert_true (parlor_addr_parse ("198.51.100.1", 7900, &tuple.local));
  return tuple;
}

/* A thousand people whom the kernel sends to the wrong worker. */
static void
test_all_are_found (void)
{
  g_autoptr (ParlorForeign) table = parlor_foreign_new (0x123456789abcdef1);

  for (guint i = 0; i < 1000; i++)
    {
      ParlorTuple tuple = tuple_of (i);

      parlor_foreign_put (table, &tuple, i % 7, NOW);
    }
  for (guint i = 0; i < 1000; i++)
    {
      ParlorTuple tuple = tuple_of (i);

      g_assert_cmpint (parlor_foreign_find (table, &tuple, NOW), ==, (gint)(i % 7));
    }
}

/* Checks for invented ufrags from every port there is, while a hundred people talk. */
static void
test_strangers_push_nobody_out (void)
{
  g_autoptr (ParlorForeign) table = parlor_foreign_new (0x123456789abcdef1);
  gint64 now_us = NOW;

  for (guint i = 0; i < 100; i++)
    {
      ParlorTuple tuple = tuple_of (60000 + i);

      parlor_foreign_put (table, &tuple, 1, now_us);
      g_assert_cmpint (parlor_foreign_find (table, &tuple, now_us), ==, 1);
    }
  for (guint i = 0; i < 60000; i++)
    {
      ParlorTuple stranger = tuple_of (i), talker = tuple_of (60000 + i % 100);

      parlor_foreign_put (table, &stranger, 2, now_us);
      if (i % 100 == 0)
        now_us += 1 * MS;
      g_assert_cmpint (parlor_foreign_find (table, &talker, now_us), ==, 1);
    }
}

/* A forged sender does not turn somebody's media away; silence gives the address free. */
static void
test_who_talks_stays (void)
{
  g_autoptr (ParlorForeign) table = parlor_foreign_new (0x123456789abcdef1);
  ParlorTuple tuple = tuple_of (1);

  g_assert_false (parlor_foreign_holds (table, &tuple, NOW));
  parlor_foreign_put (table, &tuple, 1, NOW);
  g_assert_false (parlor_foreign_holds (table, &tuple, NOW)); /* a check alone holds nothing */
  parlor_foreign_put (table, &tuple, 3, NOW);
  g_assert_cmpint (parlor_foreign_find (table, &tuple, NOW), ==, 3); /* nothing had come yet */
  parlor_foreign_put (table, &tuple, 2, NOW + 999 * MS);
  g_assert_true (parlor_foreign_holds (table, &tuple, NOW + 999 * MS));
  g_assert_cmpint (parlor_foreign_find (table, &tuple, NOW + 999 * MS), ==, 3);
  g_assert_false (parlor_foreign_holds (table, &tuple, NOW + 1999 * MS));
  parlor_foreign_put (table, &tuple, 2, NOW + 1999 * MS);
  g_assert_cmpint (parlor_foreign_find (table, &tuple, NOW + 1999 * MS), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/foreign/a-thousand-tuples-are-all-found", test_all_are_found);
  g_test_add_func ("/router/foreign/strangers-push-nobody-out", test_strangers_push_nobody_out);
  g_test_add_func ("/router/foreign/who-talks-stays-who-is-silent-does-not", test_who_talks_stays);
  return g_test_run ();
}
