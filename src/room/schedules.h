/* SPDX-License-Identifier: Apache-2.0 */
/**
 * When meetings are: a room with a schedule is a *series* (of one occurrence or of many) on one
 * link, the room's own. The room is not closed between the occurrences (room/rooms.h, "kept"); its
 * recordings are the series' by the room.
 *
 * One schedule a room; it goes with the room. All rows are in memory, changes go to the sink.
 * Control thread; times are of the wall clock.
 */
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/record.h"
#include "room/calendar.h"

G_BEGIN_DECLS

/** A row of `room_schedules`, key (room). */
typedef struct
{
  char *room;
  char *id; /**< "ser_…": never another while the room is there */
  char *brand;
  char *zone, *start;
  gint64 minutes;
  char *rule;        /**< as parlor_rrule_print () writes it; NULL = once */
  char *except_days; /**< NULL = none */
  gint64 sequence;   /**< RFC 5545 section 3.8.7.4 */
  gint64 last_ms;    /**< the last occurrence's end; 0 = there is no last */
  gint64 created_ms, changed_ms;
} ParlorScheduleRow;
extern const ParlorRecordKind parlor_schedule_kind;

#define PARLOR_SCHEDULE_MINUTES_MAX 1440
#define PARLOR_SCHEDULE_EXCEPT_MAX 100
/** A room stays for so long after its last occurrence's end: people talk on. */
#define PARLOR_SCHEDULE_GRACE_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct _ParlorSchedules ParlorSchedules;

/** All borrowed; `sink` NULL = nothing survives a restart. */
ParlorSchedules *parlor_schedules_new (ParlorRecordSink *sink, const ParlorRandom *random,
                                       const ParlorCalendar *calendar);
void parlor_schedules_free (ParlorSchedules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSchedules, parlor_schedules_free)
/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_schedules_load (gconstpointer row, gpointer self);

/** As it comes from outside; texts are borrowed and judged. */
typedef struct
{
  const char *zone;
  const char *start;         /**< "2026-11-23T09:30", seconds or not, "-" and ":" or not */
  gint64 minutes;            /**< 1 to 1,440 */
  const char *rule;          /**< NULL = once */
  const char *const *except; /**< days, "2026-11-30" or without "-"; NULL-terminated; NULL = none */
} ParlorScheduleSpec;

/** Whether it could be put; BAD_REQUEST says what is wrong: no such zone, no such time, a rule that
 * is not ours, nothing that ends after `wall_ms`. */
gboolean parlor_schedules_check (const ParlorSchedules *self, const ParlorScheduleSpec *spec,
                                 gint64 wall_ms, GError **error);
/** Makes the room's schedule or changes it: the same id, one more in `sequence`. Borrowed, valid
    until it is forgotten; NULL as above. The same again changes nothing. */
const ParlorScheduleRow *parlor_schedules_put (ParlorSchedules *self, const char *brand,
                                               const char *room, const ParlorScheduleSpec *spec,
                                               gint64 wall_ms, GError **error);
/** Of a room; NULL = it has none. */
const ParlorScheduleRow *parlor_schedules_of (const ParlorSchedules *self, const char *room);
/** By "ser_…", of this brand; NULL = there is none. */
const ParlorScheduleRow *parlor_schedules_get (const ParlorSchedules *self, const char *brand,
                                               const char *id);
/** Of a brand, or of all (NULL); the one made last first; transfer container. */
GPtrArray *parlor_schedules_list (const ParlorSchedules *self, const char *brand);
/** Its room is gone, or has no schedule any more. */
void parlor_schedules_forget (ParlorSchedules *self, const char *room);

/** The occurrences that end after `from_ms`, at most `n`; how many. */
guint parlor_schedules_occurrences (const ParlorSchedules *self, const ParlorScheduleRow *row,
                                    gint64 from_ms, ParlorOccurrence *out, guint n);
/** Who comes early or talks on is still of that occurrence. */
#define PARLOR_SCHEDULE_NEAR_MS (2 * 3600 * G_GINT64_CONSTANT (1000))
/** To which of `n` occurrences, the soonest first, something belongs that ran from `from_ms` to
    `until_ms`: the one it shares most time with, else the nearest within PARLOR_SCHEDULE_NEAR_MS,
    of two the earlier. NULL = to none. */
const ParlorOccurrence *parlor_schedule_place (const ParlorOccurrence *list, guint n,
                                               gint64 from_ms, gint64 until_ms);
/** Whether the last one ended so long ago that the room need not be kept. */
gboolean parlor_schedule_is_over (const ParlorScheduleRow *row, gint64 wall_ms);
/** For an .ics: `out` borrows of the row. */
void parlor_schedule_when (const ParlorScheduleRow *row, ParlorRecurrence *out);
const ParlorCalendar *parlor_schedules_calendar (const ParlorSchedules *self);

G_END_DECLS
