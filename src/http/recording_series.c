/* SPDX-License-Identifier: Apache-2.0 */
#include "http/recording_series.h"

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

/* The times of one room around the recordings of one answer. */
typedef struct
{
  const ParlorScheduleRow *schedule; /* borrowed */
  gint64 from_ms, until_ms;          /* of what was recorded in that room */
  ParlorOccurrence *list;            /* owned; NULL = not reckoned yet */
  guint n;
} Times;

static void
times_free (gpointer data)
{
  Times *times = data;
  g_free (times->list);
  g_free (times);
}

/* What runs ends no sooner than now. */
static gint64
end_of (const ParlorRecordingRow *row, gint64 wall_ms)
{
  return row->stopped_ms != 0 ? row->stopped_ms : MAX (wall_ms, row->started_ms);
}

static GHashTable *
rooms_of (const ParlorSchedules *schedules, const GPtrArray *rows, gint64 wall_ms)
{
  GHashTable *rooms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, times_free);
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorRecordingRow *row = rows->pdata[i];
      const ParlorScheduleRow *schedule = parlor_schedules_of (schedules, row->room);
      Times *times = g_hash_table_lookup (rooms, row->room);
      if (schedule == NULL)
        continue;
      if (times == NULL)
        {
          times = g_new0 (Times, 1);
          *times = (Times){schedule, row->started_ms, row->started_ms, NULL, 0};
          g_hash_table_insert (rooms, row->room, times);
        }
      times->from_ms = MIN (times->from_ms, row->started_ms);
      times->until_ms = MAX (times->until_ms, end_of (row, wall_ms));
    }
  return rooms;
}

/* No rule of ours has two of a day (room/rrule.h). */
static void
reckon (const ParlorSchedules *schedules, Times *times)
{
  gint64 from_ms = times->from_ms - PARLOR_SCHEDULE_NEAR_MS - 1;
  gint64 until_ms = times->until_ms + PARLOR_SCHEDULE_NEAR_MS;
  guint most = (guint)MIN ((until_ms - from_ms) / DAY_MS + 3, PARLOR_OCCURRENCES_MAX);
  times->list = g_new (ParlorOccurrence, most);
  times->n = parlor_schedules_occurrences (schedules, times->schedule, from_ms, times->list, most);
}

static json_t *
occurrence_of (const ParlorSchedules *schedules, Times *times, const ParlorRecordingRow *row,
               gint64 wall_ms)
{
  const ParlorOccurrence *found;
  if (times == NULL)
    return json_null ();
  if (times->list == NULL)
    reckon (schedules, times);
  found = parlor_schedule_place (times->list, times->n, row->started_ms, end_of (row, wall_ms));
  return found != NULL ? json_pack ("{s:s,s:I,s:I}", "series", times->schedule->id, "start",
                                    (json_int_t)found->start_ms, "end", (json_int_t)found->end_ms)
                       : json_null ();
}

void
parlor_site_add_occurrences (ParlorSite *site, const GPtrArray *rows, json_t *list)
{
  const ParlorSchedules *schedules = site->spec.schedules;
  gint64 wall_ms = parlor_site_wall_ms (site);
  GHashTable *rooms = schedules != NULL ? rooms_of (schedules, rows, wall_ms) : NULL;
  for (guint i = 0; i < rows->len; i++)
    {
      const ParlorRecordingRow *row = rows->pdata[i];
      Times *times = rooms != NULL ? g_hash_table_lookup (rooms, row->room) : NULL;
      json_object_set_new (json_array_get (list, i), "occurrence",
                           occurrence_of (schedules, times, row, wall_ms));
    }
  if (rooms != NULL)
    g_hash_table_unref (rooms);
}
