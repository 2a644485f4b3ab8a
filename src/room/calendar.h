/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between schedules and whoever knows calendars: time zones with their summer times, the
 * days of a recurrence rule, iCalendar files. `src/calendar` implements it over libical.
 *
 * Control thread; nothing waits for more than the file of a time zone, read once.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** When something is. Borrowed; what a ParlorRrule allows is checked before it comes here. */
typedef struct
{
  const char *zone;   /**< IANA, "Asia/Shanghai" */
  const char *start;  /**< local, "20261123T093000" */
  guint minutes;      /**< >= 1 */
  const char *rule;   /**< RFC 5545 RRULE without its name; NULL = once */
  const char *except; /**< local days left out, "20261130,20261207"; NULL = none */
} ParlorRecurrence;

/** Wall clock. */
typedef struct
{
  gint64 start_ms, end_ms;
} ParlorOccurrence;

/** How many occurrences of a rule are looked at, at most. */
#define PARLOR_OCCURRENCES_MAX 4000

/** What an .ics says; texts are borrowed. */
typedef struct
{
  ParlorRecurrence when;
  const char *uid; /**< for ever the same */
  gint64 sequence; /**< 0, then one more a change */
  gint64 created_ms, changed_ms;
  const char *title, *text, *url; /**< text nullable */
} ParlorCalendarEvent;

typedef struct
{
  /** Whether such a zone is known. */
  gboolean (*has_zone) (const char *zone);
  /** Those that end after `from_ms`, the soonest first, at most `n` into `out`; how many. A local
     time that a clock jumps over is the one after the jump. */
  guint (*occurrences) (const ParlorRecurrence *when, gint64 from_ms, ParlorOccurrence *out,
                        guint n);
  /** The end of the last one; 0 = there is no last. -1 = there is none at all. */
  gint64 (*last_ms) (const ParlorRecurrence *when);
  /** An iCalendar object (RFC 5545) with a VTIMEZONE, lines folded (transfer full). */
  char *(*print) (const ParlorCalendarEvent *event);
} ParlorCalendar;

G_END_DECLS
