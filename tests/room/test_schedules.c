/* SPDX-License-Identifier: Apache-2.0 */
/* Over a calendar of its own: one zone, one occurrence a rule's day. */
#include "room/schedules.h"

#include <string.h>

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  static guint32 state = 1;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)((state = state * 1664525u + 1013904223u) >> 24);
}

static const ParlorRandom randomness = {fill, NULL};

static gboolean
has_zone (const char *zone)
{
  return strcmp (zone, "Here") == 0;
}

/* The day of the month is the day since the beginning of time. */
static guint
occurrences (const ParlorRecurrence *when, gint64 from_ms, ParlorOccurrence *out, guint n)
{
  gint64 start_ms = (gint64)g_ascii_strtoull (when->start + 6, NULL, 10) * DAY_MS;
  out->start_ms = start_ms;
  out->end_ms = start_ms + when->minutes * 60000;
  return n > 0 && out->end_ms > from_ms;
}

static gint64
last_ms (const ParlorRecurrence *when)
{
  ParlorOccurrence one;
  occurrences (when, 0, &one, 1);
  return when->rule != NULL ? 0 : one.end_ms;
}

static const ParlorCalendar calendar = {has_zone, occurrences, last_ms, NULL};

static const ParlorScheduleSpec fine = {.zone = "Here", .start = "2026-11-05T09:30", .minutes = 60};

static void
test_life (void)
{
  g_autoptr (ParlorSchedules) all = parlor_schedules_new (NULL, &randomness, &calendar);
  ParlorScheduleSpec spec = fine;
  const ParlorScheduleRow *row = parlor_schedules_put (all, "br_1", "rm_1", &spec, 1, NULL);
  g_autofree char *id = g_strdup (row->id);
  g_assert_cmpstr (row->start, ==, "20261105T093000");
  g_assert_cmpint (row->sequence, ==, 0);
  g_assert_cmpint (row->last_ms, ==, 5 * DAY_MS + 3600000);
  g_assert_true (parlor_schedules_put (all, "br_1", "rm_1", &spec, 2, NULL) == row);
  spec.rule = "freq=daily;interval=1";
  spec.except = (const char *const[]){"2026-11-07", "20261106", NULL};
  row = parlor_schedules_put (all, "br_1", "rm_1", &spec, 3, NULL);
  g_assert_cmpstr (row->id, ==, id);
  g_assert_cmpint (row->sequence, ==, 1);
  g_assert_cmpint (row->created_ms, ==, 1);
  g_assert_cmpstr (row->rule, ==, "FREQ=DAILY");
  g_assert_cmpstr (row->except_days, ==, "20261106,20261107");
  g_assert_true (parlor_schedules_get (all, "br_1", id) == row);
  g_assert_null (parlor_schedules_get (all, "br_2", id));
  g_autoptr (GPtrArray) mine = parlor_schedules_list (all, "br_1");
  g_autoptr (GPtrArray) others = parlor_schedules_list (all, "br_2");
  g_assert_cmpuint (mine->len, ==, 1);
  g_assert_cmpuint (others->len, ==, 0);
  parlor_schedules_forget (all, "rm_1");
  parlor_schedules_forget (all, "rm_1");
  g_assert_null (parlor_schedules_of (all, "rm_1"));
}

static void
test_over (void)
{
  g_autoptr (ParlorSchedules) all = parlor_schedules_new (NULL, &randomness, &calendar);
  ParlorScheduleSpec spec = fine;
  const ParlorScheduleRow *row = parlor_schedules_put (all, "br_1", "rm_1", &spec, 1, NULL);
  g_assert_false (parlor_schedule_is_over (row, row->last_ms + PARLOR_SCHEDULE_GRACE_MS - 1));
  g_assert_true (parlor_schedule_is_over (row, row->last_ms + PARLOR_SCHEDULE_GRACE_MS));
  spec.rule = "FREQ=DAILY";
  row = parlor_schedules_put (all, "br_1", "rm_1", &spec, 1, NULL);
  g_assert_false (parlor_schedule_is_over (row, G_MAXINT64 / 2));
}

/* The minute of the first day at which the occurrence begins; -1 = it belongs to none. */
static gint64
place (gint64 from_min, gint64 until_min)
{
  /* Nine to ten and ten to eleven of one day, nine to ten of the next. */
  static const ParlorOccurrence days[] = {{540 * 60000, 600 * 60000},
                                          {600 * 60000, 660 * 60000},
                                          {540 * 60000 + DAY_MS, 600 * 60000 + DAY_MS}};
  const ParlorOccurrence *found = parlor_schedule_place (days, G_N_ELEMENTS (days),
                                                         from_min * 60000, until_min * 60000);
  g_assert_null (parlor_schedule_place (days, 0, from_min * 60000, until_min * 60000));
  return found != NULL ? found->start_ms / 60000 : -1;
}

static void
test_place (void)
{
  g_assert_cmpint (place (545, 580), ==, 540);
  /* Talked on into the next one's time, and begun before its own. */
  g_assert_cmpint (place (545, 620), ==, 540);
  g_assert_cmpint (place (590, 655), ==, 600);
  /* Before the first and after the last of the day, as near as somebody comes early or talks on. */
  g_assert_cmpint (place (410, 415), ==, -1);
  g_assert_cmpint (place (430, 435), ==, 540);
  g_assert_cmpint (place (775, 790), ==, 600);
  g_assert_cmpint (place (785, 790), ==, -1);
  /* It runs yet, or its end is not known. */
  g_assert_cmpint (place (599, 0), ==, 540);
  g_assert_cmpint (place (600, 0), ==, 540);
  g_assert_cmpint (place (601, 0), ==, 600);
  g_assert_cmpint (place (1440 + 560, 1440 + 570), ==, 1440 + 540);
}

static void
refuses (const ParlorSchedules *all, const ParlorScheduleSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (parlor_schedules_check (all, spec, 1, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
}

static void
test_refused (void)
{
  g_autoptr (ParlorSchedules) all = parlor_schedules_new (NULL, &randomness, &calendar);
  static const char *const starts[] = {
      NULL,
      "",
      "2026-11-05",
      "2026-11-05T",
      "2026-11-05T9:30",
      "T09:30",
      "2026-11-05T24:00",
      "2026-11-05T09:60",
      "2026-02-30T09:00",
      "2026-11-05T09:30:99",
      "2026-11-05T09:30Z",
      "2026-11-05T09:30+08:00",
      "20261105T093000X",
      "２０261105T0930",
  };
  ParlorScheduleSpec spec = fine;
  g_assert_true (parlor_schedules_check (all, &spec, 1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      spec.start = starts[i];
      refuses (all, &spec);
    }
  spec = fine;
  spec.zone = "There";
  refuses (all, &spec);
  spec = fine;
  spec.minutes = 1441;
  refuses (all, &spec);
  spec = fine;
  spec.rule = "FREQ=YEARLY";
  refuses (all, &spec);
  spec = fine;
  spec.except = (const char *const[]){"2026-11-31", NULL};
  refuses (all, &spec);
  spec = fine;
  g_autoptr (GError) error = NULL;
  g_assert_false (parlor_schedules_check (all, &spec, 6 * DAY_MS, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/schedules/made-changed-and-forgotten", test_life);
  g_test_add_func ("/room/schedules/over-a-day-after-the-last", test_over);
  g_test_add_func ("/room/schedules/what-ran-belongs-to-an-occurrence", test_place);
  g_test_add_func ("/room/schedules/what-is-no-schedule-is-refused", test_refused);
  return g_test_run ();
}
