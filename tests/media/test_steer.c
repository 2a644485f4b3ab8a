/* SPDX-License-Identifier: Apache-2.0 */
/* Who is written down for the kernel, and when it is told. */
#include "media/steer.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define MINUTE (60 * SECOND)

/* A key whose hash leads to this worker of two. */
static guint32
key_of (guint worker, guint number)
{
  return (number * 2 + worker) << 15;
}

static guint
told (ParlorSteer *steer, gint64 now_us)
{
  guint n;
  g_assert_true (parlor_steer_is_due (steer, now_us));
  parlor_steer_tell (steer, &n, now_us);
  return n;
}

static void
test_together (void)
{
  g_autoptr (ParlorSteer) steer = parlor_steer_new (2);
  const ParlorUdpSteer *steers;
  guint n;
  g_assert_false (parlor_steer_is_due (steer, 10 * SECOND));
  parlor_steer_learn (steer, key_of (0, 9), 1, 10 * SECOND);
  g_assert_false (parlor_steer_is_due (steer, 10 * SECOND + 299999));
  parlor_steer_learn (steer, key_of (1, 5), 0, 10 * SECOND + 200000);
  parlor_steer_learn (steer, key_of (0, 7), 1, 10 * SECOND + 200000);
  g_assert_true (parlor_steer_is_due (steer, 10 * SECOND + 300000));
  steers = parlor_steer_tell (steer, &n, 10 * SECOND + 300000);
  g_assert_cmpuint (n, ==, 3);
  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (steers[i - 1].key, <, steers[i].key);
  g_assert_cmpuint (steers[0].key, ==, key_of (1, 5));
  g_assert_cmpuint (steers[0].worker, ==, 0);
  /* Again no sooner than after 2 s. */
  parlor_steer_learn (steer, key_of (0, 11), 1, 11 * SECOND);
  g_assert_false (parlor_steer_is_due (steer, 12 * SECOND + 299999));
  g_assert_cmpuint (told (steer, 12 * SECOND + 300000), ==, 4);
}

static void
test_known_change_nothing (void)
{
  g_autoptr (ParlorSteer) steer = parlor_steer_new (2);
  parlor_steer_learn (steer, key_of (1, 4), 1, SECOND); /* its hash leads there by now */
  g_assert_false (parlor_steer_is_due (steer, 5 * SECOND));
  parlor_steer_learn (steer, key_of (0, 4), 1, 5 * SECOND);
  g_assert_cmpuint (told (steer, 6 * SECOND), ==, 1);
  parlor_steer_learn (steer, key_of (0, 4), 1, 7 * SECOND);
  g_assert_false (parlor_steer_is_due (steer, 20 * SECOND));
}

static void
test_two_of_one_key (void)
{
  g_autoptr (ParlorSteer) steer = parlor_steer_new (2);
  guint n;
  parlor_steer_learn (steer, key_of (0, 4), 1, 5 * SECOND);
  g_assert_cmpuint (told (steer, 6 * SECOND), ==, 1);
  for (gint64 at = 6; at < 35; at++)
    parlor_steer_learn (steer, key_of (0, 4), (guint)at % 2, at * SECOND);
  g_assert_false (parlor_steer_is_due (steer, 35 * SECOND));
  parlor_steer_learn (steer, key_of (0, 4), 0, 35 * SECOND);
  g_assert_true (parlor_steer_is_due (steer, 36 * SECOND));
  g_assert_cmpuint (parlor_steer_tell (steer, &n, 36 * SECOND)[0].worker, ==, 0);
  g_assert_cmpuint (n, ==, 1);
}

/* A place is given to somebody else when it is ten minutes old: the oldest first. */
static void
test_places_run_out (void)
{
  g_autoptr (ParlorSteer) steer = parlor_steer_new (2);
  const ParlorUdpSteer *steers;
  guint n;
  for (guint i = 0; i < PARLOR_UDP_SORT_MAX; i++)
    parlor_steer_learn (steer, key_of (0, (i * 7919) % 8192), 1, SECOND + i);
  g_assert_cmpuint (told (steer, 2 * SECOND), ==, PARLOR_UDP_SORT_MAX);
  parlor_steer_learn (steer, key_of (0, 9000), 1, 9 * MINUTE);
  g_assert_false (parlor_steer_is_due (steer, 10 * MINUTE));
  parlor_steer_learn (steer, key_of (0, 9000), 1, 11 * MINUTE);
  g_assert_true (parlor_steer_is_due (steer, 12 * MINUTE));
  steers = parlor_steer_tell (steer, &n, 12 * MINUTE);
  g_assert_cmpuint (n, ==, PARLOR_UDP_SORT_MAX);
  g_assert_cmpuint (steers[0].key, !=, key_of (0, 0)); /* the first that was learnt */
  g_assert_cmpuint (steers[n - 1].key, ==, key_of (0, 9000));
  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (steers[i - 1].key, <, steers[i].key);
}

static void
test_refused (void)
{
  g_autoptr (ParlorSteer) steer = parlor_steer_new (2);
  for (guint i = 0; i < 101; i++)
    parlor_steer_learn (steer, key_of (0, i), 1, SECOND);
  g_assert_cmpuint (told (steer, 2 * SECOND), ==, 101);
  parlor_steer_refused (steer);
  g_assert_false (parlor_steer_is_due (steer, 3 * SECOND));
  g_assert_cmpuint (told (steer, 4 * SECOND), ==, 50);
  parlor_steer_learn (steer, key_of (0, 500), 1, 5 * SECOND);
  g_assert_false (parlor_steer_is_due (steer, 9 * SECOND));
  for (guint i = 0; i < 8; i++)
    parlor_steer_refused (steer);
  g_assert_cmpuint (told (steer, MINUTE), ==, 0);
  parlor_steer_learn (steer, key_of (0, 500), 1, 2 * MINUTE);
  g_assert_false (parlor_steer_is_due (steer, 3 * MINUTE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/steer/who-come-together-are-told-together", test_together);
  g_test_add_func ("/media/steer/what-is-known-changes-nothing", test_known_change_nothing);
  g_test_add_func ("/media/steer/two-of-one-key-do-not-take-turns", test_two_of_one_key);
  g_test_add_func ("/media/steer/places-run-out-and-grow-old", test_places_run_out);
  g_test_add_func ("/media/steer/a-kernel-that-takes-fewer-gets-fewer", test_refused);
  return g_test_run ();
}
