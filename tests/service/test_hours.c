/* SPDX-License-Identifier: Apache-2.0 */
#include "service/hours.h"

/* Wednesday 2023-11-15 00:00 UTC. */
#define WEDNESDAY G_GINT64_CONSTANT (1700006400000)
#define HOUR G_GINT64_CONSTANT (3600000)

static void
test_open (void)
{
  ParlorHours hours;
  g_assert_true (parlor_hours_parse ("1-5 09:00-18:00, 6 10:00-16:00", &hours));
  g_assert_false (parlor_hours_is_open (&hours, WEDNESDAY + 8 * HOUR, 0));
  g_assert_true (parlor_hours_is_open (&hours, WEDNESDAY + 9 * HOUR, 0));
  g_assert_false (parlor_hours_is_open (&hours, WEDNESDAY + 18 * HOUR, 0));
  g_assert_true (parlor_hours_is_open (&hours, WEDNESDAY + HOUR, 8 * 60)); /* 09:00 in Shanghai */
  g_assert_false (parlor_hours_is_open (&hours, WEDNESDAY + 3 * 24 * HOUR + 9 * HOUR, 0));
  g_assert_true (parlor_hours_is_open (&hours, WEDNESDAY + 3 * 24 * HOUR + 10 * HOUR, 0));
  g_assert_cmpint (parlor_hours_next_open_ms (&hours, WEDNESDAY + 20 * HOUR, 0), ==,
                   WEDNESDAY + 33 * HOUR);
  g_assert_cmpint (parlor_hours_next_open_ms (&hours, WEDNESDAY + 10 * HOUR + 5, 0), ==,
                   WEDNESDAY + 10 * HOUR + 5);
}

static void
test_always (void)
{
  ParlorHours hours;
  g_assert_true (parlor_hours_parse (NULL, &hours));
  g_assert_true (parlor_hours_is_open (&hours, WEDNESDAY, 0));
  g_assert_true (parlor_hours_parse ("1-7 00:00-24:00", &hours));
  g_assert_true (parlor_hours_is_open (&hours, WEDNESDAY + 24 * HOUR - 1, 0));
}

static void
test_nonsense (void)
{
  static const char *const wrong[] = {"x",
                                      "0 09:00-18:00",
                                      "1-8 09:00-18:00",
                                      "1 18:00-09:00",
                                      "1 09:00-25:00",
                                      "1 09:60-10:00",
                                      "5-1 09:00-10:00",
                                      "1 9-10",
                                      "1 09:00-18:00 2 09:00-18:00",
                                      "1 09:00-18:00;"};
  ParlorHours hours;
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (parlor_hours_parse (wrong[i], &hours));
      g_assert_true (parlor_hours_is_open (&hours, WEDNESDAY, 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/hours/a-group-is-open-in-its-own-time-zone", test_open);
  g_test_add_func ("/service/hours/none-means-always", test_always);
  g_test_add_func ("/service/hours/nonsense-is-refused", test_nonsense);
  return g_test_run ();
}
