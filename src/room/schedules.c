/* SPDX-License-Identifier: Apache-2.0 */
#include "room/schedules.h"

#include "room/rrule.h"

#include <string.h>

#define SCHEDULES_MAX 10000
#define ZONE_MAX 64

static const ParlorField fields[] = {
    PARLOR_TEXT (ParlorScheduleRow, room),      PARLOR_TEXT (ParlorScheduleRow, id),
    PARLOR_TEXT (ParlorScheduleRow, brand),     PARLOR_TEXT (ParlorScheduleRow, zone),
    PARLOR_TEXT (ParlorScheduleRow, start),     PARLOR_INT (ParlorScheduleRow, minutes),
    PARLOR_TEXT (ParlorScheduleRow, rule),      PARLOR_TEXT (ParlorScheduleRow, except_days),
    PARLOR_INT (ParlorScheduleRow, sequence),   PARLOR_INT (ParlorScheduleRow, last_ms),
    PARLOR_INT (ParlorScheduleRow, created_ms), PARLOR_INT (ParlorScheduleRow, changed_ms),
};

const ParlorRecordKind parlor_schedule_kind = {.table = "room_schedules",
                                               .fields = fields,
                                               .n_fields = G_N_ELEMENTS (fields),
                                               .n_key = 1,
                                               .size = sizeof (ParlorScheduleRow)};

struct _ParlorSchedules
{
  ParlorRecordSink *sink;
  const ParlorRandom *random;
  const ParlorCalendar *calendar;
  GHashTable *by_room; /* borrowed room → owned ParlorScheduleRow */
};

static void
row_free (gpointer row)
{
  parlor_record_clear (&parlor_schedule_kind, row);
  g_free (row);
}

ParlorSchedules *
parlor_schedules_new (ParlorRecordSink *sink, const ParlorRandom *random,
                      const ParlorCalendar *calendar)
{
  ParlorSchedules *self = g_new0 (ParlorSchedules, 1);
  self->sink = sink;
  self->random = random;
  self->calendar = calendar;
  self->by_room = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, row_free);
  return self;
}

void
parlor_schedules_free (ParlorSchedules *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_room);
  g_free (self);
}

static const ParlorScheduleRow *
take_in (ParlorSchedules *self, gconstpointer row)
{
  ParlorScheduleRow *copy = g_new0 (ParlorScheduleRow, 1);
  parlor_record_copy (&parlor_schedule_kind, copy, row);
  g_hash_table_replace (self->by_room, copy->room, copy);
  return copy;
}

void
parlor_schedules_load (gconstpointer row, gpointer self)
{
  take_in (self, row);
}

/* ---- judging -------------------------------------------------------------------------------- */

/* What is put; owned texts. */
typedef struct
{
  char start[16];
  char rule[PARLOR_RRULE_SIZE]; /* "" = once */
  char *except;                 /* nullable */
  gint64 last_ms;
} Settled;

/* The digits of `text` without "-" and ":", at most `n`; FALSE when something else is in it. */
static gboolean
take_digits (const char *text, guint n, char *out)
{
  guint found = 0;
  for (; *text != '\0'; text++)
    if (g_ascii_isdigit (*text) && found < n)
      out[found++] = *text;
    else if (*text != '-' && *text != ':')
      return FALSE;
  out[found] = '\0';
  return TRUE;
}

static gboolean
take_day (const char *text, char out[9])
{
  return text != NULL && take_digits (text, 8, out) && strlen (out) == 8
         && parlor_rrule_is_day ((guint)g_ascii_strtoull (out, NULL, 10));
}

static gboolean
take_start (const char *text, char out[16])
{
  char day[9], time[7];
  const char *t = text != NULL ? strchr (text, 'T') : NULL;
  g_autofree char *first = t != NULL ? g_strndup (text, (gsize)(t - text)) : NULL;
  if (t == NULL || !take_day (first, day) || !take_digits (t + 1, 6, time)
      || (strlen (time) != 4 && strlen (time) != 6))
    return FALSE;
  guint hour = (guint)(time[0] - '0') * 10 + (guint)(time[1] - '0');
  if (hour > 23 || time[2] > '5' || (time[4] != '\0' && time[4] > '5'))
    return FALSE;
  g_snprintf (out, 16, "%sT%.4s%s", day, time, time[4] != '\0' ? time + 4 : "00");
  return TRUE;
}

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static gboolean
take_except (const char *const *days, char **out)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  char day[9];
  for (guint i = 0; days != NULL && days[i] != NULL; i++)
    {
      if (i >= PARLOR_SCHEDULE_EXCEPT_MAX || !take_day (days[i], day))
        return FALSE;
      g_ptr_array_add (kept, g_strdup (day));
    }
  g_ptr_array_sort (kept, by_text);
  g_ptr_array_add (kept, NULL);
  *out = kept->len > 1 ? g_strjoinv (",", (char **)kept->pdata) : NULL;
  return TRUE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
  return FALSE;
}

static gboolean
take_texts (const ParlorSchedules *self, const ParlorScheduleSpec *spec, Settled *out,
            GError **error)
{
  ParlorRrule rule;
  gsize zone_length = spec->zone != NULL ? strnlen (spec->zone, ZONE_MAX + 1) : 0;
  if (zone_length == 0 || zone_length > ZONE_MAX || !self->calendar->has_zone (spec->zone))
    return refuse (error, "zone is a name of the time zone database, like Asia/Shanghai");
  if (!take_start (spec->start, out->start))
    return refuse (error, "start is a local time, like 2026-11-23T09:30");
  if (spec->minutes < 1 || spec->minutes > PARLOR_SCHEDULE_MINUTES_MAX)
    return refuse (error, "minutes is 1 to 1440");
  if (spec->rule != NULL && !parlor_rrule_parse (spec->rule, &rule, error))
    return FALSE;
  if (spec->rule != NULL)
    parlor_rrule_print (&rule, out->rule);
  return take_except (spec->except, &out->except)
         || refuse (error, "except is a list of at most 100 days, like 2026-11-30");
}

static gboolean
settle (const ParlorSchedules *self, const ParlorScheduleSpec *spec, gint64 wall_ms, Settled *out,
        GError **error)
{
  *out = (Settled){.except = NULL};
  if (!take_texts (self, spec, out, error))
    return FALSE;
  const ParlorRecurrence when = {.zone = spec->zone,
                                 .start = out->start,
                                 .minutes = (guint)spec->minutes,
                                 .rule = out->rule[0] != '\0' ? out->rule : NULL,
                                 .except = out->except};
  ParlorOccurrence next;
  out->last_ms = self->calendar->last_ms (&when);
  if (self->calendar->occurrences (&when, wall_ms, &next, 1) == 1)
    return TRUE;
  g_clear_pointer (&out->except, g_free);
  return refuse (error, "nothing of this schedule is still to come");
}

gboolean
parlor_schedules_check (const ParlorSchedules *self, const ParlorScheduleSpec *spec, gint64 wall_ms,
                        GError **error)
{
  Settled settled;
  gboolean ok = settle (self, spec, wall_ms, &settled, error);
  g_free (settled.except);
  return ok;
}

/* ---- the rows ------------------------------------------------------------------------------- */

static gboolean
is_same (const ParlorScheduleRow *a, const ParlorScheduleRow *b)
{
  return strcmp (a->zone, b->zone) == 0 && strcmp (a->start, b->start) == 0
         && a->minutes == b->minutes && g_strcmp0 (a->rule, b->rule) == 0
         && g_strcmp0 (a->except_days, b->except_days) == 0;
}

const ParlorScheduleRow *
parlor_schedules_put (ParlorSchedules *self, const char *brand, const char *room,
                      const ParlorScheduleSpec *spec, gint64 wall_ms, GError **error)
{
  char id[PARLOR_ID_SIZE];
  Settled settled;
  const ParlorScheduleRow *old = parlor_schedules_of (self, room);
  if (old == NULL && g_hash_table_size (self->by_room) >= SCHEDULES_MAX)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                           "there are too many scheduled rooms");
      return NULL;
    }
  if (!settle (self, spec, wall_ms, &settled, error))
    return NULL;
  parlor_id_make ("ser", self->random, id);
  g_autofree char *except = settled.except;
  const ParlorScheduleRow row = {.room = (char *)room,
                                 .id = old != NULL ? old->id : id,
                                 .brand = (char *)brand,
                                 .zone = (char *)spec->zone,
                                 .start = settled.start,
                                 .minutes = spec->minutes,
                                 .rule = settled.rule[0] != '\0' ? settled.rule : NULL,
                                 .except_days = except,
                                 .sequence = old != NULL ? old->sequence + 1 : 0,
                                 .last_ms = settled.last_ms,
                                 .created_ms = old != NULL ? old->created_ms : wall_ms,
                                 .changed_ms = wall_ms};
  if (old != NULL && is_same (old, &row))
    return old;
  if (self->sink != NULL)
    self->sink->put (self->sink, &parlor_schedule_kind, &row);
  return take_in (self, &row);
}

const ParlorScheduleRow *
parlor_schedules_of (const ParlorSchedules *self, const char *room)
{
  return room != NULL ? g_hash_table_lookup (self->by_room, room) : NULL;
}

const ParlorScheduleRow *
parlor_schedules_get (const ParlorSchedules *self, const char *brand, const char *id)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->by_room);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ParlorScheduleRow *row = value;
      if (g_strcmp0 (row->id, id) == 0 && g_strcmp0 (row->brand, brand) == 0)
        return row;
    }
  return NULL;
}

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  const ParlorScheduleRow *left = *(const ParlorScheduleRow *const *)a;
  const ParlorScheduleRow *right = *(const ParlorScheduleRow *const *)b;
  return (left->created_ms < right->created_ms) - (left->created_ms > right->created_ms);
}

GPtrArray *
parlor_schedules_list (const ParlorSchedules *self, const char *brand)
{
  GPtrArray *rows = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->by_room);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (brand == NULL || strcmp (((ParlorScheduleRow *)value)->brand, brand) == 0)
      g_ptr_array_add (rows, value);
  g_ptr_array_sort (rows, newest_first);
  return rows;
}

void
parlor_schedules_forget (ParlorSchedules *self, const char *room)
{
  const ParlorScheduleRow *row = parlor_schedules_of (self, room);
  if (row == NULL)
    return;
  if (self->sink != NULL)
    self->sink->remove (self->sink, &parlor_schedule_kind, row);
  g_hash_table_remove (self->by_room, room);
}

void
parlor_schedule_when (const ParlorScheduleRow *row, ParlorRecurrence *out)
{
  *out = (ParlorRecurrence){.zone = row->zone,
                            .start = row->start,
                            .minutes = (guint)row->minutes,
                            .rule = row->rule,
                            .except = row->except_days};
}

guint
parlor_schedules_occurrences (const ParlorSchedules *self, const ParlorScheduleRow *row,
                              gint64 from_ms, ParlorOccurrence *out, guint n)
{
  ParlorRecurrence when;
  parlor_schedule_when (row, &when);
  return self->calendar->occurrences (&when, from_ms, out, n);
}

const ParlorOccurrence *
parlor_schedule_place (const ParlorOccurrence *list, guint n, gint64 from_ms, gint64 until_ms)
{
  const ParlorOccurrence *best = NULL;
  gint64 most = -PARLOR_SCHEDULE_NEAR_MS - 1;
  for (guint i = 0; i < n; i++)
    {
      /* What both share; below 0: how far they are apart. */
      gint64 shared = MIN (list[i].end_ms, MAX (until_ms, from_ms))
                      - MAX (list[i].start_ms, from_ms);
      if (shared > most)
        {
          most = shared;
          best = &list[i];
        }
    }
  return best;
}

gboolean
parlor_schedule_is_over (const ParlorScheduleRow *row, gint64 wall_ms)
{
  return row->last_ms != 0 && wall_ms >= row->last_ms + PARLOR_SCHEDULE_GRACE_MS;
}

const ParlorCalendar *
parlor_schedules_calendar (const ParlorSchedules *self)
{
  return self->calendar;
}
