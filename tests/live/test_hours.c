/* SPDX-License-Identifier: Apache-2.0 */
#include "live/hours.h"
#include "world.h"

typedef struct
{
  guint ticks;
  gint64 period_s, comments, viewers;
} Told;

static void
on_tick (const ParlorEvent *event, gpointer user_data)
{
  Told *told = user_data;
  g_assert_cmpstr (event->type, ==, "stats.tick");
  g_assert_cmpstr (event->entity, ==, "rm_1");
  told->ticks++;
  told->period_s += parlor_datum_int (event->data, event->n_data, "period_s", -1);
  told->comments += parlor_datum_int (event->data, event->n_data, "comments", -1);
  told->viewers = parlor_datum_int (event->data, event->n_data, "viewers", -1);
}

static void
test_ticks (void)
{
  Told told = {0};
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorLiveHours) hours = parlor_live_hours_new (&world->sink, 60, on_tick, &told);
  gint64 wall_ms = 472222 * PARLOR_HOUR_MS + 5000;
  parlor_live_hours_add (hours, "rm_1", "br_1", PARLOR_COUNT_COMMENTS, 4);
  for (guint i = 1; i <= 130; i++)
    parlor_live_hours_second (hours, "rm_1", "br_1", i % 10, 1000 * i, wall_ms + 1000 * i);
  g_assert_cmpuint (told.ticks, ==, 2);
  g_assert_cmpint (told.period_s, ==, 120);
  g_assert_cmpint (told.comments, ==, 4);
  parlor_live_hours_rest (hours, "rm_1", wall_ms + 131000);
  parlor_live_hours_rest (hours, "rm_1", wall_ms + 131000);
  parlor_live_hours_rest (hours, "rm_other", wall_ms + 131000);
  g_assert_cmpuint (told.ticks, ==, 3);
  g_assert_cmpint (told.period_s, ==, 130);
  guint n;
  const ParlorLiveHour *const *rows = parlor_live_hours_of (hours, "rm_1", &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (rows[0]->on_air_s, ==, 130);
  g_assert_cmpint (rows[0]->viewer_s, ==, 13 * 45);
  g_assert_cmpint (rows[0]->peak, ==, 9);
  g_assert_cmpint (rows[0]->comments, ==, 4);
}

static void
test_hours (void)
{
  Told told = {0};
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorLiveHours) hours = parlor_live_hours_new (&world->sink, 60, on_tick, &told);
  gint64 begin_ms = 472222 * PARLOR_HOUR_MS - 30000;
  for (guint i = 0; i < 120; i++)
    parlor_live_hours_second (hours, "rm_1", "br_1", 2, 1000 * i, begin_ms + 1000 * i);
  parlor_live_hours_rest (hours, "rm_1", begin_ms + 120000);
  guint n;
  const ParlorLiveHour *const *rows = parlor_live_hours_of (hours, "rm_1", &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (rows[0]->on_air_s, ==, 30);
  g_assert_cmpint (rows[1]->on_air_s, ==, 90);
  g_assert_cmpint (rows[1]->hour_ms, ==, 472222 * PARLOR_HOUR_MS);
  g_assert_cmpuint (world->loose_puts, ==, 1); /* the world's own room */
  for (guint i = 1; i < 100; i++)
    {
      gint64 at_ms = begin_ms + i * PARLOR_HOUR_MS + 60000;
      parlor_live_hours_second (hours, "rm_1", "br_1", 2, 0, at_ms);
      parlor_live_hours_rest (hours, "rm_1", at_ms);
    }
  g_assert_nonnull (parlor_live_hours_of (hours, "rm_1", &n));
  g_assert_cmpuint (n, ==, PARLOR_HOURS_KEPT);
}

static void
test_load (void)
{
  g_autoptr (ParlorLiveHours) hours = parlor_live_hours_new (NULL, 60, NULL, NULL);
  ParlorLiveHour row = {.room = (char *)"rm_1",
                        .brand = (char *)"br_1",
                        .hour_ms = 472222 * PARLOR_HOUR_MS,
                        .on_air_s = 10,
                        .likes = 3};
  parlor_live_hours_load (hours, &row);
  row.hour_ms -= PARLOR_HOUR_MS;
  parlor_live_hours_load (hours, &row);
  parlor_live_hours_add (hours, "rm_1", "br_1", PARLOR_COUNT_LIKES, 2);
  parlor_live_hours_second (hours, "rm_1", "br_1", 1, 0, 472222 * PARLOR_HOUR_MS + 9000);
  parlor_live_hours_rest (hours, "rm_1", 472222 * PARLOR_HOUR_MS + 9000);
  guint n;
  const ParlorLiveHour *const *rows = parlor_live_hours_of (hours, "rm_1", &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (rows[1]->on_air_s, ==, 11);
  g_assert_cmpint (rows[1]->likes, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/hours/a-tick-a-minute-and-one-at-the-end", test_ticks);
  g_test_add_func ("/live/hours/numbers-are-the-hours-in-which-they-were", test_hours);
  g_test_add_func ("/live/hours/an-hour-goes-on-after-a-restart", test_load);
  return g_test_run ();
}
