/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recordings.h"

#include <string.h>

struct _ParlorRecordings
{
  ParlorRecordSink *sink;
  GHashTable *by_id;  /* borrowed id → Item */
  GPtrArray *ordered; /* owned Item, the oldest start first */
};

typedef struct
{
  ParlorRecordingRow row;
  char *found; /* title, people and words, case folded */
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;
  parlor_record_clear (&parlor_recording_kind, &item->row);
  g_free (item->found);
  g_free (item);
}

ParlorRecordings *
parlor_recordings_new (ParlorRecordSink *sink)
{
  ParlorRecordings *self = g_new0 (ParlorRecordings, 1);
  self->sink = sink;
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->ordered = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
parlor_recordings_free (ParlorRecordings *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->ordered);
  g_free (self);
}

static char *
fold (const ParlorRecordingRow *row)
{
  g_autofree char *all = g_strjoin ("\n", row->title != NULL ? row->title : "",
                                    row->people != NULL ? row->people : "",
                                    row->words != NULL ? row->words : "", NULL);
  g_autofree char *whole = g_utf8_normalize (all, -1, G_NORMALIZE_NFKC);
  return g_utf8_casefold (whole != NULL ? whole : "", -1);
}

static guint
place_of (const ParlorRecordings *self, gint64 started_ms)
{
  guint at = self->ordered->len;
  while (at > 0 && ((Item *)self->ordered->pdata[at - 1])->row.started_ms > started_ms)
    at--;
  return at;
}

void
parlor_recordings_load (gconstpointer row, gpointer user_data)
{
  ParlorRecordings *self = user_data;
  Item *old = g_hash_table_lookup (self->by_id, ((const ParlorRecordingRow *)row)->id);
  Item *item = g_new0 (Item, 1);
  parlor_record_copy (&parlor_recording_kind, &item->row, row);
  item->found = fold (&item->row);
  if (old != NULL)
    {
      g_hash_table_remove (self->by_id, old->row.id);
      g_ptr_array_remove (self->ordered, old);
    }
  g_ptr_array_insert (self->ordered, (gint)place_of (self, item->row.started_ms), item);
  g_hash_table_insert (self->by_id, item->row.id, item);
}

void
parlor_recordings_put (ParlorRecordings *self, const ParlorRecordingRow *row)
{
  if (self->sink != NULL)
    self->sink->put (self->sink, &parlor_recording_kind, row);
  parlor_recordings_load (row, self);
}

const ParlorRecordingRow *
parlor_recordings_get (const ParlorRecordings *self, const char *id)
{
  const Item *item = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
  return item != NULL ? &item->row : NULL;
}

ParlorRecordSink *
parlor_recordings_sink (const ParlorRecordings *self)
{
  return self->sink;
}

static gboolean
fits (const Item *item, const ParlorRecordingQuery *query, const char *text)
{
  const ParlorRecordingRow *row = &item->row;
  if (g_strcmp0 (row->brand, query->brand) != 0
      || (query->room != NULL && strcmp (row->room, query->room) != 0)
      || (query->from_ms != 0 && row->started_ms < query->from_ms)
      || (query->until_ms != 0 && row->started_ms >= query->until_ms))
    return FALSE;
  if (query->state != NULL ? strcmp (row->state, query->state) != 0
                           : strcmp (row->state, "deleted") == 0)
    return FALSE;
  return text == NULL || strstr (item->found, text) != NULL;
}

GPtrArray *
parlor_recordings_list (const ParlorRecordings *self, const ParlorRecordingQuery *query,
                        gboolean *more)
{
  GPtrArray *rows = g_ptr_array_new ();
  g_autofree char *whole = query->text != NULL
                               ? g_utf8_normalize (query->text, -1, G_NORMALIZE_NFKC)
                               : NULL;
  g_autofree char *text = whole != NULL ? g_utf8_casefold (whole, -1) : NULL;
  gboolean begun = query->after == NULL;
  *more = FALSE;
  for (guint i = self->ordered->len; i-- > 0;)
    {
      const Item *item = self->ordered->pdata[i];
      if (!begun)
        begun = strcmp (item->row.id, query->after) == 0;
      else if (fits (item, query, text))
        {
          if (rows->len >= query->limit)
            {
              *more = TRUE;
              break;
            }
          g_ptr_array_add (rows, (gpointer)&item->row);
        }
    }
  return rows;
}

GPtrArray *
parlor_recordings_in_state (const ParlorRecordings *self, const char *state)
{
  GPtrArray *rows = g_ptr_array_new ();
  for (guint i = 0; i < self->ordered->len; i++)
    {
      const Item *item = self->ordered->pdata[i];
      if (strcmp (item->row.state, state) == 0)
        g_ptr_array_add (rows, (gpointer)&item->row);
    }
  return rows;
}
