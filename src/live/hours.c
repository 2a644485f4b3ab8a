/* SPDX-License-Identifier: Apache-2.0 */
#include "live/hours.h"

#include <string.h>

static const ParlorField hour_fields[] = {
    PARLOR_TEXT (ParlorLiveHour, room),        PARLOR_INT (ParlorLiveHour, hour_ms),
    PARLOR_TEXT (ParlorLiveHour, brand),       PARLOR_INT (ParlorLiveHour, on_air_s),
    PARLOR_INT (ParlorLiveHour, viewer_s),     PARLOR_INT (ParlorLiveHour, peak),
    PARLOR_INT (ParlorLiveHour, joined),       PARLOR_INT (ParlorLiveHour, comments),
    PARLOR_INT (ParlorLiveHour, bot_comments), PARLOR_INT (ParlorLiveHour, likes),
    PARLOR_INT (ParlorLiveHour, pins),
};

const ParlorRecordKind parlor_live_hour_kind = {
    .table = "live_hours",
    .fields = hour_fields,
    .n_fields = G_N_ELEMENTS (hour_fields),
    .n_key = 2,
    .size = sizeof (ParlorLiveHour),
};

/* What was counted since the last tick; it becomes a part of the hour in which the tick is. */
typedef struct
{
  guint on_air_s;
  guint64 viewer_s;
  guint peak;
  guint of[PARLOR_N_COUNTS];
} Period;

typedef struct
{
  char *room, *brand;
  Period period;
  guint viewers;       /* at the last second */
  GPtrArray *kept;     /* owns ParlorLiveHour, the oldest first; the last may grow */
  gint64 last_room_ms; /* of the last second on air */
} Book;

struct _ParlorLiveHours
{
  ParlorRecordSink *sink; /* borrowed, nullable */
  guint period_s;
  ParlorEventFunc happened; /* nullable */
  gpointer user_data;
  GHashTable *books; /* room in the book → Book, owned */
};

static void
hour_free (gpointer row)
{
  parlor_record_clear (&parlor_live_hour_kind, row);
  g_free (row);
}

static void
book_free (gpointer data)
{
  Book *book = data;
  g_ptr_array_unref (book->kept);
  g_free (book->room);
  g_free (book->brand);
  g_free (book);
}

ParlorLiveHours *
parlor_live_hours_new (ParlorRecordSink *sink, guint period_s, ParlorEventFunc happened,
                       gpointer user_data)
{
  ParlorLiveHours *hours = g_new0 (ParlorLiveHours, 1);
  hours->sink = sink;
  hours->period_s = CLAMP (period_s, 1, 3600);
  hours->happened = happened;
  hours->user_data = user_data;
  hours->books = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, book_free);
  return hours;
}

void
parlor_live_hours_free (ParlorLiveHours *hours)
{
  if (!hours)
    return;
  g_hash_table_unref (hours->books);
  g_free (hours);
}

static Book *
book_of (ParlorLiveHours *hours, const char *room, const char *brand)
{
  Book *book = g_hash_table_lookup (hours->books, room);
  if (book)
    return book;
  book = g_new0 (Book, 1);
  book->room = g_strdup (room);
  book->brand = g_strdup (brand);
  book->kept = g_ptr_array_new_with_free_func (hour_free);
  g_hash_table_replace (hours->books, book->room, book);
  return book;
}

static gint
by_hour (gconstpointer a, gconstpointer b)
{
  const ParlorLiveHour *left = *(ParlorLiveHour *const *)a, *right = *(ParlorLiveHour *const *)b;
  return (left->hour_ms > right->hour_ms) - (left->hour_ms < right->hour_ms);
}

static void
trim (Book *book)
{
  if (book->kept->len > PARLOR_HOURS_KEPT)
    g_ptr_array_remove_index (book->kept, 0);
}

void
parlor_live_hours_load (ParlorLiveHours *hours, const ParlorLiveHour *row)
{
  Book *book = book_of (hours, row->room, row->brand);
  ParlorLiveHour *copy = g_new0 (ParlorLiveHour, 1);
  parlor_record_copy (&parlor_live_hour_kind, copy, row);
  g_ptr_array_add (book->kept, copy);
  g_ptr_array_sort (book->kept, by_hour);
  trim (book);
}

void
parlor_live_hours_add (ParlorLiveHours *hours, const char *room, const char *brand,
                       ParlorLiveCount what, guint n)
{
  book_of (hours, room, brand)->period.of[what] += n;
}

static ParlorLiveHour *
hour_of (Book *book, gint64 wall_ms)
{
  gint64 hour_ms = wall_ms - wall_ms % PARLOR_HOUR_MS;
  ParlorLiveHour *last = book->kept->len ? book->kept->pdata[book->kept->len - 1] : NULL;
  if (last && last->hour_ms >= hour_ms)
    return last;
  ParlorLiveHour *row = g_new0 (ParlorLiveHour, 1);
  *row = (ParlorLiveHour){
      .room = g_strdup (book->room), .brand = g_strdup (book->brand), .hour_ms = hour_ms};
  g_ptr_array_add (book->kept, row);
  trim (book);
  return row;
}

static void
add_up (ParlorLiveHour *hour, const Period *period)
{
  hour->on_air_s += period->on_air_s;
  hour->viewer_s += (gint64)period->viewer_s;
  hour->peak = MAX (hour->peak, period->peak);
  hour->joined += period->of[PARLOR_COUNT_JOINED];
  hour->comments += period->of[PARLOR_COUNT_COMMENTS];
  hour->bot_comments += period->of[PARLOR_COUNT_BOT_COMMENTS];
  hour->likes += period->of[PARLOR_COUNT_LIKES];
  hour->pins += period->of[PARLOR_COUNT_PINS];
}

static void
tell (const ParlorLiveHours *hours, const Book *book, gint64 wall_ms)
{
  const Period *period = &book->period;
  const ParlorDatum data[] = {
      PARLOR_DATUM_INT ("period_s", period->on_air_s),
      PARLOR_DATUM_INT ("viewers", book->viewers),
      PARLOR_DATUM_INT ("peak", period->peak),
      PARLOR_DATUM_INT ("viewer_s", (gint64)period->viewer_s),
      PARLOR_DATUM_INT ("joined", period->of[PARLOR_COUNT_JOINED]),
      PARLOR_DATUM_INT ("comments", period->of[PARLOR_COUNT_COMMENTS]),
      PARLOR_DATUM_INT ("bot_comments", period->of[PARLOR_COUNT_BOT_COMMENTS]),
      PARLOR_DATUM_INT ("likes", period->of[PARLOR_COUNT_LIKES]),
      PARLOR_DATUM_INT ("pins", period->of[PARLOR_COUNT_PINS]),
  };
  if (hours->happened)
    hours->happened (&(ParlorEvent){.type = "stats.tick",
                                    .brand = book->brand,
                                    .entity = book->room,
                                    .at_ms = wall_ms,
                                    .room_ms = book->last_room_ms,
                                    .data = data,
                                    .n_data = G_N_ELEMENTS (data)},
                     hours->user_data);
}

/* The period is over: told, and a part of its hour. */
static void
close_period (ParlorLiveHours *hours, Book *book, gint64 wall_ms)
{
  ParlorLiveHour *hour = hour_of (book, wall_ms);
  ParlorRecordSink *sink = hours->sink;
  add_up (hour, &book->period);
  if (sink)
    sink->begin (sink);
  if (sink)
    sink->put (sink, &parlor_live_hour_kind, hour);
  tell (hours, book, wall_ms);
  if (sink)
    sink->end (sink);
  memset (&book->period, 0, sizeof book->period);
}

void
parlor_live_hours_second (ParlorLiveHours *hours, const char *room, const char *brand,
                          guint viewers, gint64 room_ms, gint64 wall_ms)
{
  Book *book = book_of (hours, room, brand);
  Period *period = &book->period;
  /* A full hour ends a period early: its numbers are the hour's in which they were. */
  if (period->on_air_s && wall_ms % PARLOR_HOUR_MS < 1000)
    close_period (hours, book, wall_ms - 1000);
  book->viewers = viewers;
  book->last_room_ms = room_ms;
  period->on_air_s++;
  period->viewer_s += viewers;
  period->peak = MAX (period->peak, viewers);
  if (period->on_air_s >= hours->period_s)
    close_period (hours, book, wall_ms);
}

void
parlor_live_hours_rest (ParlorLiveHours *hours, const char *room, gint64 wall_ms)
{
  Book *book = g_hash_table_lookup (hours->books, room);
  if (book && book->period.on_air_s)
    close_period (hours, book, wall_ms);
}

const ParlorLiveHour *const *
parlor_live_hours_of (const ParlorLiveHours *hours, const char *room, guint *n)
{
  const Book *book = g_hash_table_lookup (hours->books, room);
  *n = book ? book->kept->len : 0;
  return book ? (const ParlorLiveHour *const *)book->kept->pdata : NULL;
}
