/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/eventlog.h"

#include "hooks/json.h"

/* A seq is the wall clock in ms and 12 bits to count within: below 2^53 until the year 2248. */
#define COUNT_BITS 12
#define PURGE_PIECE 2000
#define ERASE_PIECE 1000
#define RECENT_MAX 1000

struct _ParlorEventLog
{
  ParlorRecordSink *sink;
  ParlorClock *clock;
  GHashTable *heads; /* entity → Head */
  gint64 last;
  guint64 appended;
  GQueue recent; /* ParlorEventRow, owned, the oldest first */
  ParlorEventAppended listener;
  gpointer listener_data;
};

typedef struct
{
  gint64 entity_seq;
  gint64 at_ms;
} Head;

static void
free_row (gpointer row)
{
  parlor_record_free (&parlor_event_kind, row);
}

ParlorEventLog *
parlor_event_log_new (ParlorRecordSink *sink, ParlorClock *clock)
{
  ParlorEventLog *log = g_new0 (ParlorEventLog, 1);
  log->sink = sink;
  log->clock = clock;
  log->heads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return log;
}

void
parlor_event_log_free (ParlorEventLog *log)
{
  if (!log)
    return;
  g_hash_table_unref (log->heads);
  g_queue_clear_full (&log->recent, free_row);
  g_free (log);
}

static void
keep_recent (ParlorEventLog *log, const ParlorEventRow *row)
{
  ParlorEventRow bare = *row;
  bare.content = NULL;
  g_queue_push_tail (&log->recent, parlor_record_dup (&parlor_event_kind, &bare));
  if (log->recent.length > RECENT_MAX)
    free_row (g_queue_pop_head (&log->recent));
}

void
parlor_event_log_recent (const ParlorEventLog *log, gint64 after, ParlorEventAppended visit,
                         gpointer user_data)
{
  const GList *from = log->recent.tail;
  while (from && from->prev && ((const ParlorEventRow *)from->prev->data)->seq > after)
    from = from->prev;
  for (; from; from = from->next)
    if (((const ParlorEventRow *)from->data)->seq > after)
      visit (from->data, user_data);
}

static Head *
head_of (ParlorEventLog *log, const char *entity)
{
  Head *head = g_hash_table_lookup (log->heads, entity);
  if (!head)
    {
      head = g_new0 (Head, 1);
      g_hash_table_insert (log->heads, g_strdup (entity), head);
    }
  return head;
}

void
parlor_event_log_load_head (ParlorEventLog *log, const ParlorEventHead *head)
{
  *head_of (log, head->entity) = (Head){head->entity_seq, head->at_ms};
  log->last = MAX (log->last, head->seq);
}

void
parlor_event_log_listen (ParlorEventLog *log, ParlorEventAppended appended, gpointer user_data)
{
  log->listener = appended;
  log->listener_data = user_data;
}

/* NULL = there is nothing of that sort. */
static char *
data_text (const ParlorEvent *event, gboolean content)
{
  json_t *object = json_object ();
  parlor_data_to_json (event->data, event->n_data, content, object);
  char *text = json_object_size (object) || !content ? json_dumps (object, JSON_COMPACT) : NULL;
  json_decref (object);
  return text;
}

static gint64
next_seq (ParlorEventLog *log)
{
  log->last = MAX (log->last + 1, log->clock->wall_ms (log->clock) << COUNT_BITS);
  return log->last;
}

void
parlor_event_log_append (const ParlorEvent *event, gpointer user_data)
{
  ParlorEventLog *log = user_data;
  g_return_if_fail (event->type && event->brand && event->entity);
  Head *head = head_of (log, event->entity);
  head->entity_seq = event->entity_seq ? event->entity_seq : head->entity_seq + 1;
  head->at_ms = event->at_ms;
  char *data = data_text (event, FALSE), *content = data_text (event, TRUE);
  ParlorEventRow row = {
      .seq = next_seq (log),
      .brand = (char *)event->brand,
      .type = (char *)event->type,
      .entity = (char *)event->entity,
      .entity_seq = head->entity_seq,
      .at_ms = event->at_ms,
      .room_ms = event->room_ms,
      .trace = (char *)event->trace,
      .customer = (char *)event->customer,
      .data = data,
      .content = content,
  };
  ParlorEventHead stored = {(char *)event->entity, head->entity_seq, row.seq, event->at_ms};
  log->sink->begin (log->sink);
  log->sink->put (log->sink, &parlor_event_kind, &row);
  log->sink->put (log->sink, &parlor_event_head_kind, &stored);
  log->sink->end (log->sink);
  log->appended++;
  keep_recent (log, &row);
  if (log->listener)
    log->listener (&row, log->listener_data);
  free (data);
  free (content);
}

void
parlor_event_log_read (ParlorEventLog *log, const char *brand, gint64 after, const char *entity,
                       guint limit, ParlorFound found, gpointer user_data)
{
  ParlorFindTerm terms[] = {
      {"brand", PARLOR_FIND_EQUAL, brand, 0},
      {"seq", PARLOR_FIND_GREATER, NULL, after},
      {"entity", PARLOR_FIND_EQUAL, entity, 0},
  };
  ParlorFind find = {
      .kind = &parlor_event_kind,
      .terms = terms,
      .n_terms = entity ? 3 : 2,
      .order_by = "seq",
      .limit = CLAMP (limit, 1, 1000),
  };
  log->sink->find (log->sink, &find, found, user_data);
}

/* ---- what goes ------------------------------------------------------------------------------ */

static void
on_old_events (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  ParlorRecordSink *sink = user_data;
  if (!n_rows)
    return;
  sink->begin (sink);
  for (guint i = 0; i < n_rows; i++)
    sink->remove (sink, &parlor_event_kind, rows[i]);
  sink->end (sink);
}

static void
on_old_heads (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  ParlorEventLog *log = user_data;
  if (!n_rows)
    return;
  log->sink->begin (log->sink);
  for (guint i = 0; i < n_rows; i++)
    {
      const ParlorEventHead *row = rows[i];
      const Head *head = g_hash_table_lookup (log->heads, row->entity);
      if (head && head->at_ms > row->at_ms)
        continue; /* it spoke again in the meantime */
      log->sink->remove (log->sink, &parlor_event_head_kind, row);
      g_hash_table_remove (log->heads, row->entity);
    }
  log->sink->end (log->sink);
}

static void
on_old_deliveries (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  ParlorRecordSink *sink = user_data;
  if (!n_rows)
    return;
  sink->begin (sink);
  for (guint i = 0; i < n_rows; i++)
    sink->remove (sink, &parlor_delivery_kind, rows[i]);
  sink->end (sink);
}

static void
find_older (ParlorEventLog *log, const ParlorRecordKind *kind, const char *field, gint64 than_ms,
            ParlorFound found, gpointer user_data)
{
  ParlorFindTerm term = {field, PARLOR_FIND_LESS, NULL, than_ms};
  ParlorFind find = {
      .kind = kind, .terms = &term, .n_terms = 1, .order_by = field, .limit = PURGE_PIECE};
  log->sink->find (log->sink, &find, found, user_data);
}

void
parlor_event_log_purge (ParlorEventLog *log, gint64 wall_ms)
{
  find_older (log, &parlor_event_kind, "at_ms", wall_ms - PARLOR_EVENT_KEEP_MS, on_old_events,
              log->sink);
  find_older (log, &parlor_delivery_kind, "first_ms", wall_ms - PARLOR_EVENT_KEEP_MS,
              on_old_deliveries, log->sink);
  find_older (log, &parlor_event_head_kind, "at_ms", wall_ms - PARLOR_HEAD_KEEP_MS, on_old_heads,
              log);
}

typedef struct
{
  ParlorEventLog *log;
  char *customer;
  ParlorRecordFlushed done;
  gpointer user_data;
} Erasure;

static void erase_after (Erasure *erasure, gint64 seq);

static void
erasure_end (Erasure *erasure)
{
  if (erasure->done)
    erasure->log->sink->flush (erasure->log->sink, erasure->done, erasure->user_data);
  g_free (erasure->customer);
  g_free (erasure);
}

static void
on_events_of_customer (const gconstpointer *rows, guint n_rows, const GError *error,
                       gpointer user_data)
{
  Erasure *erasure = user_data;
  ParlorRecordSink *sink = erasure->log->sink;
  gint64 last = -1;
  if (n_rows)
    {
      sink->begin (sink);
      for (guint i = 0; i < n_rows; i++)
        {
          ParlorEventRow row = *(const ParlorEventRow *)rows[i];
          last = row.seq;
          if (!row.content)
            continue;
          row.content = NULL;
          sink->remove (sink, &parlor_event_kind, &row);
          sink->put (sink, &parlor_event_kind, &row);
        }
      sink->end (sink);
    }
  if (n_rows == ERASE_PIECE)
    erase_after (erasure, last);
  else
    erasure_end (erasure);
}

static void
erase_after (Erasure *erasure, gint64 seq)
{
  ParlorRecordSink *sink = erasure->log->sink;
  ParlorFindTerm terms[] = {
      {"customer", PARLOR_FIND_EQUAL, erasure->customer, 0},
      {"seq", PARLOR_FIND_GREATER, NULL, seq},
  };
  ParlorFind find = {.kind = &parlor_event_kind,
                     .terms = terms,
                     .n_terms = 2,
                     .order_by = "seq",
                     .limit = ERASE_PIECE};
  sink->find (sink, &find, on_events_of_customer, erasure);
}

void
parlor_event_log_erase (ParlorEventLog *log, const char *customer, ParlorRecordFlushed done,
                        gpointer user_data)
{
  Erasure *erasure = g_new0 (Erasure, 1);
  *erasure = (Erasure){log, g_strdup (customer), done, user_data};
  erase_after (erasure, -1);
}

/* ---- as receivers get it -------------------------------------------------------------------- */

json_t *
parlor_event_row_to_json (const ParlorEventRow *row, gboolean with_content)
{
  char id[PARLOR_EVENT_ID_SIZE];
  parlor_event_id (row->seq, id);
  json_t *data = json_loads (row->data, 0, NULL);
  json_t *content = with_content && row->content ? json_loads (row->content, 0, NULL) : NULL;
  if (!data)
    data = json_object ();
  if (content)
    json_object_update_recursive (data, content);
  json_decref (content);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:I,s:I}", "id", id, "type", row->type, "brand",
                            row->brand, "entity", row->entity, "entity_seq",
                            (json_int_t)row->entity_seq, "at", (json_int_t)row->at_ms);
  if (row->room_ms >= 0)
    json_object_set_new (json, "room_ms", json_integer (row->room_ms));
  if (row->trace)
    json_object_set_new (json, "trace", json_string (row->trace));
  if (row->customer)
    json_object_set_new (json, "customer", json_string (row->customer));
  json_object_set_new (json, "data", data);
  return json;
}

gint64
parlor_event_log_last (const ParlorEventLog *log)
{
  return log->last;
}

guint64
parlor_event_log_appended (const ParlorEventLog *log)
{
  return log->appended;
}
