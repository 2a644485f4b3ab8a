/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/ical.h"

#include <libical/ical.h>
#include <string.h>

#define PRODUCT "-//Parlor//Meetings//EN"

/* Names of the database alone: libical makes a path of what it is given. */
static icaltimezone *
find_zone (const char *name)
{
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  if (!g_ascii_isalpha (*name) || strspn (name, letters) != strlen (name)
      || strstr (name, "//") != NULL || g_str_has_suffix (name, "/"))
    return NULL;
  return g_str_equal (name, "UTC") || g_str_equal (name, "Etc/UTC")
             ? icaltimezone_get_utc_timezone ()
             : icaltimezone_get_builtin_timezone (name);
}

static gboolean
has_zone (const char *zone)
{
  return find_zone (zone) != NULL;
}

static gint64
to_ms (struct icaltimetype time, icaltimezone *zone)
{
  return (gint64)icaltime_as_timet_with_zone (time, zone) * 1000;
}

/* UNTIL is a local day in the rule that we keep, an instant in UTC in a calendar's: both are read
 * here from the day's last second. 0 = none. */
static gint64
take_until (struct icalrecurrencetype *rule, icaltimezone *zone)
{
  if (icaltime_is_null_time (rule->until))
    return 0;
  struct icaltimetype end = rule->until;
  end.is_date = 0;
  end.hour = 23;
  end.minute = end.second = 59;
  return to_ms (end, zone);
}

static gboolean
is_left_out (const ParlorRecurrence *when, struct icaltimetype time)
{
  char day[16];
  g_snprintf (day, sizeof day, "%04d%02d%02d", time.year, time.month, time.day);
  return when->except != NULL && strstr (when->except, day) != NULL;
}

typedef struct
{
  const ParlorRecurrence *when;
  icaltimezone *zone;
  icalrecur_iterator *iterator; /* NULL = once */
  struct icaltimetype start;
  gint64 until_ms;
  guint n;
} Walk;

static gboolean
walk_begin (Walk *walk, const ParlorRecurrence *when)
{
  *walk = (Walk){.when = when, .zone = find_zone (when->zone)};
  walk->start = icaltime_from_string (when->start);
  if (walk->zone == NULL || icaltime_is_null_time (walk->start))
    return FALSE;
  if (when->rule == NULL)
    return TRUE;
  struct icalrecurrencetype rule = icalrecurrencetype_from_string (when->rule);
  walk->until_ms = take_until (&rule, walk->zone);
  rule.until = icaltime_null_time ();
  walk->iterator = icalrecur_iterator_new (rule, walk->start);
  icalrecurrencetype_clear (&rule);
  return walk->iterator != NULL;
}

static void
walk_end (Walk *walk)
{
  if (walk->iterator != NULL)
    icalrecur_iterator_free (walk->iterator);
}

/* FALSE: there is no other. */
static gboolean
walk_next (Walk *walk, ParlorOccurrence *out)
{
  while (walk->n < PARLOR_OCCURRENCES_MAX && (walk->iterator != NULL || walk->n == 0))
    {
      struct icaltimetype time = walk->iterator != NULL ? icalrecur_iterator_next (walk->iterator)
                                                        : walk->start;
      walk->n++;
      if (icaltime_is_null_time (time))
        return FALSE;
      out->start_ms = to_ms (time, walk->zone);
      out->end_ms = out->start_ms + (gint64)walk->when->minutes * 60000;
      if (walk->until_ms != 0 && out->start_ms > walk->until_ms)
        return FALSE;
      if (!is_left_out (walk->when, time))
        return TRUE;
    }
  return FALSE;
}

static guint
occurrences (const ParlorRecurrence *when, gint64 from_ms, ParlorOccurrence *out, guint n)
{
  Walk walk;
  ParlorOccurrence one;
  guint found = 0;
  gboolean ok = walk_begin (&walk, when);
  while (ok && found < n && walk_next (&walk, &one))
    if (one.end_ms > from_ms)
      out[found++] = one;
  walk_end (&walk);
  return found;
}

static gint64
last_ms (const ParlorRecurrence *when)
{
  Walk walk;
  ParlorOccurrence one;
  gint64 last = -1;
  gboolean ok = walk_begin (&walk, when);
  gboolean ends = when->rule == NULL || strstr (when->rule, "COUNT=") != NULL
                  || strstr (when->rule, "UNTIL=") != NULL;
  while (ok && walk_next (&walk, &one))
    {
      last = one.end_ms;
      if (!ends)
        break;
    }
  walk_end (&walk);
  return last < 0 ? -1 : ends ? last : 0;
}

/* ---- printing ------------------------------------------------------------------------------- */

static struct icaltimetype
from_ms (gint64 ms)
{
  return icaltime_from_timet_with_zone ((time_t)(ms / 1000), 0, icaltimezone_get_utc_timezone ());
}

/* DTSTART, DTEND, EXDATE: local, by the zone's own name; UTC has none. */
static void
add_time (icalcomponent *event, icalproperty *(*make) (struct icaltimetype),
          struct icaltimetype time, const ParlorRecurrence *when, icaltimezone *zone)
{
  gboolean utc = zone == icaltimezone_get_utc_timezone ();
  icalproperty *property = make (utc ? icaltime_set_timezone (&time, zone) : time);
  if (!utc)
    icalproperty_add_parameter (property, icalparameter_new_tzid (when->zone));
  icalcomponent_add_property (event, property);
}

static void
add_rule (icalcomponent *event, const ParlorRecurrence *when, icaltimezone *zone)
{
  struct icalrecurrencetype rule = icalrecurrencetype_from_string (when->rule);
  gint64 until_ms = take_until (&rule, zone);
  if (until_ms != 0)
    rule.until = from_ms (until_ms);
  icalcomponent_add_property (event, icalproperty_new_rrule (rule));
  icalrecurrencetype_clear (&rule);
}

static void
add_exceptions (icalcomponent *event, const ParlorRecurrence *when, icaltimezone *zone)
{
  struct icaltimetype start = icaltime_from_string (when->start);
  g_auto (GStrv) days = g_strsplit (when->except, ",", -1);
  for (guint i = 0; days[i] != NULL; i++)
    {
      struct icaltimetype day = icaltime_from_string (days[i]);
      day.is_date = 0;
      day.hour = start.hour;
      day.minute = start.minute;
      day.second = start.second;
      add_time (event, icalproperty_new_exdate, day, when, zone);
    }
}

static void
add_times (icalcomponent *event, const ParlorRecurrence *when, icaltimezone *zone)
{
  struct icaltimetype start = icaltime_from_string (when->start), end = start;
  icaltime_adjust (&end, 0, 0, (int)when->minutes, 0);
  add_time (event, icalproperty_new_dtstart, start, when, zone);
  add_time (event, icalproperty_new_dtend, end, when, zone);
}

static icalcomponent *
make_alarm (const char *title)
{
  struct icaltriggertype trigger = {.duration = icaldurationtype_from_int (-600)};
  icalcomponent *alarm = icalcomponent_new_valarm ();
  icalcomponent_add_property (alarm, icalproperty_new_action (ICAL_ACTION_DISPLAY));
  icalcomponent_add_property (alarm, icalproperty_new_description (title));
  icalcomponent_add_property (alarm, icalproperty_new_trigger (trigger));
  return alarm;
}

static icalcomponent *
make_event (const ParlorCalendarEvent *what, icaltimezone *zone)
{
  icalcomponent *event = icalcomponent_new_vevent ();
  icalcomponent_add_property (event, icalproperty_new_uid (what->uid));
  icalcomponent_add_property (event, icalproperty_new_dtstamp (from_ms (what->changed_ms)));
  icalcomponent_add_property (event, icalproperty_new_created (from_ms (what->created_ms)));
  icalcomponent_add_property (event, icalproperty_new_lastmodified (from_ms (what->changed_ms)));
  icalcomponent_add_property (event, icalproperty_new_sequence ((int)what->sequence));
  add_times (event, &what->when, zone);
  if (what->when.rule != NULL)
    add_rule (event, &what->when, zone);
  if (what->when.rule != NULL && what->when.except != NULL)
    add_exceptions (event, &what->when, zone);
  icalcomponent_add_property (event, icalproperty_new_summary (what->title));
  if (what->text != NULL)
    icalcomponent_add_property (event, icalproperty_new_description (what->text));
  icalcomponent_add_property (event, icalproperty_new_location (what->url));
  icalcomponent_add_property (event, icalproperty_new_url (what->url));
  icalcomponent_add_component (event, make_alarm (what->title));
  return event;
}

/* libical names its zones by a prefix of its own; other calendars know the database's name. */
static icalcomponent *
make_zone (icaltimezone *zone, const char *name)
{
  const icalcomponent *kept = icaltimezone_get_component (zone);
  icalcomponent *copy = kept != NULL ? icalcomponent_new_clone ((icalcomponent *)kept) : NULL;
  icalproperty *id = copy != NULL ? icalcomponent_get_first_property (copy, ICAL_TZID_PROPERTY)
                                  : NULL;
  if (id != NULL)
    icalproperty_set_tzid (id, name);
  return copy;
}

static char *
print (const ParlorCalendarEvent *what)
{
  icaltimezone *zone = find_zone (what->when.zone);
  g_return_val_if_fail (zone != NULL, NULL);
  icalcomponent *calendar = icalcomponent_new_vcalendar ();
  icalcomponent_add_property (calendar, icalproperty_new_prodid (PRODUCT));
  icalcomponent_add_property (calendar, icalproperty_new_version ("2.0"));
  icalcomponent_add_property (calendar, icalproperty_new_calscale ("GREGORIAN"));
  icalcomponent_add_property (calendar, icalproperty_new_method (ICAL_METHOD_PUBLISH));
  icalcomponent *times = make_zone (zone, what->when.zone);
  if (times != NULL)
    icalcomponent_add_component (calendar, times);
  icalcomponent_add_component (calendar, make_event (what, zone));
  char *text = icalcomponent_as_ical_string_r (calendar);
  char *copy = g_strdup (text);
  icalmemory_free_buffer (text);
  icalcomponent_free (calendar);
  return copy;
}

const ParlorCalendar *
parlor_calendar_ical (void)
{
  static const ParlorCalendar calendar = {has_zone, occurrences, last_ms, print};
  return &calendar;
}
