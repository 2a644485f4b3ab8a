/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/ical.h"

#include <string.h>

#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

static const ParlorCalendar *calendar;

static gint64
utc_ms (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * 1000;
}

static void
expect (const ParlorRecurrence *when, const char *from, const char *const *starts)
{
  ParlorOccurrence found[16];
  guint n = calendar->occurrences (when, utc_ms (from), found, G_N_ELEMENTS (found));
  for (guint i = 0; starts[i] != NULL; i++)
    {
      g_assert_cmpuint (n, >, i);
      g_assert_cmpint (found[i].start_ms, ==, utc_ms (starts[i]));
      g_assert_cmpint (found[i].end_ms, ==, found[i].start_ms + when->minutes * 60000);
    }
}

static void
test_zones (void)
{
  static const char *const bad[] = {
      "",      "Mars/Olympus", "../../../etc/passwd", "/etc/passwd",  "Asia//Shanghai",
      "Asia/", "Asia/../UTC",  "Asia/Shanghai ",      "asia shanghai"};
  g_assert_true (calendar->has_zone ("Asia/Shanghai"));
  g_assert_true (calendar->has_zone ("America/New_York"));
  g_assert_true (calendar->has_zone ("UTC"));
  /* What some browsers still call it. */
  g_assert_true (calendar->has_zone ("Asia/Calcutta"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (calendar->has_zone (bad[i]));
}

static void
test_once (void)
{
  const ParlorRecurrence when = {"Asia/Shanghai", "20261123T093000", 45, NULL, NULL};
  ParlorOccurrence one;
  expect (&when, "2026-11-23T00:00:00Z", (const char *[]){"2026-11-23T01:30:00Z", NULL});
  g_assert_cmpuint (calendar->occurrences (&when, utc_ms ("2026-11-23T02:14:59Z"), &one, 1), ==, 1);
  g_assert_cmpuint (calendar->occurrences (&when, utc_ms ("2026-11-23T02:15:00Z"), &one, 1), ==, 0);
  g_assert_cmpint (calendar->last_ms (&when), ==, utc_ms ("2026-11-23T02:15:00Z"));
}

/* Nine in the morning stays nine in the morning when the clocks change (8 March 2026 there). */
static void
test_summer_time (void)
{
  const ParlorRecurrence when = {"America/New_York", "20260302T090000", 30,
                                 "FREQ=WEEKLY;BYDAY=MO,TH", NULL};
  expect (&when, "2026-03-02T00:00:00Z",
          (const char *[]){"2026-03-02T14:00:00Z", "2026-03-05T14:00:00Z", "2026-03-09T13:00:00Z",
                           "2026-03-12T13:00:00Z", NULL});
  g_assert_cmpint (calendar->last_ms (&when), ==, 0);
}

static void
test_exceptions_and_ends (void)
{
  const ParlorRecurrence when = {"Asia/Shanghai", "20261123T200000", 60,
                                 "FREQ=DAILY;INTERVAL=2;UNTIL=20261201", "20261125,20261127"};
  ParlorOccurrence found[8];
  expect (&when, "2026-11-23T00:00:00Z",
          (const char *[]){"2026-11-23T12:00:00Z", "2026-11-29T12:00:00Z", "2026-12-01T12:00:00Z",
                           NULL});
  g_assert_cmpuint (calendar->occurrences (&when, 0, found, 8), ==, 3);
  g_assert_cmpint (calendar->last_ms (&when), ==, utc_ms ("2026-12-01T13:00:00Z"));
  const ParlorRecurrence counted = {"UTC", "20261123T200000", 60, "FREQ=DAILY;COUNT=3", "20261124"};
  g_assert_cmpuint (calendar->occurrences (&counted, 0, found, 8), ==, 2);
  const ParlorRecurrence none = {"UTC", "20261123T200000", 60, "FREQ=DAILY;COUNT=1", "20261123"};
  g_assert_cmpint (calendar->last_ms (&none), ==, -1);
}

static void
test_months (void)
{
  const ParlorRecurrence last = {"Europe/Berlin", "20260130T100000", 60, "FREQ=MONTHLY;BYDAY=-1FR",
                                 NULL};
  expect (&last, "2026-01-01T00:00:00Z",
          (const char *[]){"2026-01-30T09:00:00Z", "2026-02-27T09:00:00Z", "2026-03-27T09:00:00Z",
                           "2026-04-24T08:00:00Z", NULL});
  /* A month without a 31st has no meeting (RFC 5545 section 3.3.10). */
  const ParlorRecurrence day = {"UTC", "20260131T100000", 60, "FREQ=MONTHLY;BYMONTHDAY=31", NULL};
  expect (&day, "2026-01-01T00:00:00Z",
          (const char *[]){"2026-01-31T10:00:00Z", "2026-03-31T10:00:00Z", "2026-05-31T10:00:00Z",
                           NULL});
}

/* A rule without an end, looked at long after it began. */
static void
test_far_ahead (void)
{
  const ParlorRecurrence when = {"UTC", "20200101T100000", 60, "FREQ=DAILY", NULL};
  expect (&when, "2026-11-23T00:00:00Z", (const char *[]){"2026-11-23T10:00:00Z", NULL});
}

/* Lines of at most 75 octets that end in CRLF (section 3.1), put together again. */
static char *
unfold (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_cmpuint (strlen (lines[i]), <=, 75);
      g_assert_null (strpbrk (lines[i], "\r\n"));
      g_assert_true (g_utf8_validate (lines[i], -1, NULL));
    }
  g_auto (GStrv) parts = g_strsplit (text, "\r\n ", -1);
  return g_strjoinv ("", parts);
}

static void
has_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\r\n%s\r\n", line);
  if (strstr (text, whole) == NULL)
    g_error ("no line \"%s\" in:\n%s", line, text);
}

static void
test_print (void)
{
  const ParlorCalendarEvent event = {
      .when = {"America/New_York", "20260302T090000", 90, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260330",
               "20260309"},
      .uid = "rm_1@parlor",
      .sequence = 3,
      .created_ms = utc_ms ("2026-02-01T00:00:00Z"),
      .changed_ms = utc_ms ("2026-02-02T00:00:00Z"),
      .title = "间隙评审, part; two\\ 间隙评审间隙评审间隙评审间隙评审间隙评审间隙评审间隙评审",
      .text = "One\ntwo",
      .url = "https://meet.example/m#abcde-fghjk"};
  g_autofree char *raw = calendar->print (&event);
  g_autofree char *text = unfold (raw);
  g_assert_true (g_str_has_prefix (text, "BEGIN:VCALENDAR\r\n"));
  has_line (text, "TZID:America/New_York");
  has_line (text, "UID:rm_1@parlor");
  has_line (text, "SEQUENCE:3");
  has_line (text, "DTSTAMP:20260202T000000Z");
  has_line (text, "DTSTART;TZID=America/New_York:20260302T090000");
  has_line (text, "DTEND;TZID=America/New_York:20260302T103000");
  /* The day's last second there, in UTC. */
  has_line (text, "RRULE:FREQ=WEEKLY;UNTIL=20260331T035959Z;BYDAY=MO");
  has_line (text, "EXDATE;TZID=America/New_York:20260309T090000");
  has_line (text, "SUMMARY:间隙评审\\, part\\; two\\\\ 间隙评审间隙评审间隙评审间隙评审间隙评审"
                  "间隙评审间隙评审");
  has_line (text, "DESCRIPTION:One\\ntwo");
  has_line (text, "URL:https://meet.example/m#abcde-fghjk");
  g_assert_nonnull (strstr (text, "BEGIN:VTIMEZONE"));
  g_assert_nonnull (strstr (text, "BEGIN:DAYLIGHT"));
}

static void
test_print_utc (void)
{
  const ParlorCalendarEvent event = {.when = {"UTC", "20260302T090000", 30, NULL, NULL},
                                     .uid = "rm_1@parlor",
                                     .title = "x",
                                     .url = "https://meet.example/m#abcde-fghjk"};
  g_autofree char *text = calendar->print (&event);
  has_line (text, "DTSTART:20260302T090000Z");
  has_line (text, "DTEND:20260302T093000Z");
  g_assert_null (strstr (text, "VTIMEZONE"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  calendar = parlor_calendar_ical ();
  g_test_add_func ("/calendar/ical/zones-are-names-of-the-database-and-never-paths", test_zones);
  g_test_add_func ("/calendar/ical/once-is-one-occurrence", test_once);
  g_test_add_func ("/calendar/ical/the-local-hour-stays-when-clocks-change", test_summer_time);
  g_test_add_func ("/calendar/ical/days-left-out-and-the-last-day", test_exceptions_and_ends);
  g_test_add_func ("/calendar/ical/months-by-weekday-and-by-day", test_months);
  g_test_add_func ("/calendar/ical/a-rule-without-end-years-later", test_far_ahead);
  g_test_add_func ("/calendar/ical/a-file-is-escaped-folded-and-has-its-zone", test_print);
  g_test_add_func ("/calendar/ical/utc-needs-no-zone", test_print_utc);
  return g_test_run ();
}
