/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recordings.h"

#include "base/error.h"

#include <string.h>

struct _ParlorRecordings
{
  ParlorRecordSink *sink;
  GHashTable *by_id;  /* borrowed id → Item */
  GPtrArray *ordered; /* owned Item, the oldest start first */
  GHashTable *views;  /* "actor id" → when, gint64 */
  GHashTable *rules;  /* borrowed room → owned ParlorRoomRuleRow */
  ParlorRecordingsHands hands;
};

typedef struct
{
  ParlorRecordingRow row;
  char *found;  /* title, people and words, case folded */
  char *people; /* the same of people alone */
  char *spoken; /* the same of the transcript; NULL = there is none */
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;
  parlor_record_clear (&parlor_recording_kind, &item->row);
  g_free (item->found);
  g_free (item->people);
  g_free (item->spoken);
  g_free (item);
}

static void
rule_free (gpointer rule)
{
  parlor_record_clear (&parlor_room_rule_kind, rule);
  g_free (rule);
}

ParlorRecordings *
parlor_recordings_new (ParlorRecordSink *sink)
{
  ParlorRecordings *self = g_new0 (ParlorRecordings, 1);
  self->sink = sink;
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->ordered = g_ptr_array_new_with_free_func (item_free);
  self->views = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, rule_free);
  return self;
}

void
parlor_recordings_free (ParlorRecordings *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->ordered);
  g_hash_table_unref (self->views);
  g_hash_table_unref (self->rules);
  g_free (self);
}

static char *
fold (const char *text)
{
  g_autofree char *whole = g_utf8_normalize (text != NULL ? text : "", -1, G_NORMALIZE_NFKC);
  return g_utf8_casefold (whole != NULL ? whole : "", -1);
}

static char *
fold_all (const ParlorRecordingRow *row)
{
  g_autofree char *all = g_strjoin ("\n", row->title != NULL ? row->title : "",
                                    row->people != NULL ? row->people : "",
                                    row->words != NULL ? row->words : "", NULL);
  return fold (all);
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
  item->found = fold_all (&item->row);
  item->people = fold (item->row.people);
  if (old != NULL)
    {
      item->spoken = g_steal_pointer (&old->spoken);
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
fits (const Item *item, const ParlorRecordingQuery *query, const char *text, const char *person)
{
  const ParlorRecordingRow *row = &item->row;
  if (g_strcmp0 (row->brand, query->brand) != 0
      || (query->room != NULL && strcmp (row->room, query->room) != 0)
      || (query->from_ms != 0 && row->started_ms < query->from_ms)
      || (query->until_ms != 0 && row->started_ms >= query->until_ms))
    return FALSE;
  if (query->state != NULL
          ? strcmp (row->state, query->state) != 0
          : strcmp (row->state, "deleted") == 0 || strcmp (row->state, "binned") == 0)
    return FALSE;
  return (person == NULL || strstr (item->people, person) != NULL)
         && (text == NULL || strstr (item->found, text) != NULL
             || (item->spoken != NULL && strstr (item->spoken, text) != NULL));
}

GPtrArray *
parlor_recordings_list (const ParlorRecordings *self, const ParlorRecordingQuery *query,
                        gboolean *more)
{
  GPtrArray *rows = g_ptr_array_new ();
  g_autofree char *text = query->text != NULL ? fold (query->text) : NULL;
  g_autofree char *person = query->person != NULL ? fold (query->person) : NULL;
  gboolean begun = query->after == NULL;
  *more = FALSE;
  for (guint i = self->ordered->len; i-- > 0;)
    {
      const Item *item = self->ordered->pdata[i];
      if (!begun)
        begun = strcmp (item->row.id, query->after) == 0;
      else if (fits (item, query, text, person))
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

GPtrArray *
parlor_recordings_with_door (const ParlorRecordings *self, const char *brand, const char *kind,
                             const char *value)
{
  GPtrArray *rows = g_ptr_array_new ();
  for (guint i = 0; i < self->ordered->len; i++)
    {
      const Item *item = self->ordered->pdata[i];
      if (strcmp (item->row.brand, brand) == 0 && strcmp (item->row.state, "deleted") != 0
          && (parlor_recording_has_door (&item->row, kind, value)
              || parlor_recording_has_more_doors (&item->row)))
        g_ptr_array_add (rows, (gpointer)&item->row);
    }
  return rows;
}

/* ---- keeping and deleting ------------------------------------------------------------------- */

/* So many that a day's views of one server fit. */
#define VIEWS_MAX 10000
#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

void
parlor_recordings_set_hands (ParlorRecordings *self, const ParlorRecordingsHands *hands)
{
  self->hands = *hands;
}

gint64
parlor_recordings_due (const ParlorRecordings *self, const char *brand, const char *room,
                       gint64 started_ms)
{
  const ParlorRecordingsHands *hands = &self->hands;
  const ParlorRoomRuleRow *rule = parlor_recordings_rule (self, room);
  gint64 days = rule != NULL && rule->retention_days >= 0 ? rule->retention_days
                : hands->retention_days != NULL ? hands->retention_days (brand, hands->user_data)
                                                : 0;
  return days > 0 ? started_ms + days * DAY_MS : 0;
}

void
parlor_recordings_load_rule (gconstpointer row, gpointer user_data)
{
  ParlorRecordings *self = user_data;
  ParlorRoomRuleRow *rule = g_new0 (ParlorRoomRuleRow, 1);
  parlor_record_copy (&parlor_room_rule_kind, rule, row);
  g_hash_table_replace (self->rules, rule->room, rule);
}

void
parlor_recordings_put_rule (ParlorRecordings *self, const ParlorRoomRuleRow *rule)
{
  if (self->sink != NULL)
    self->sink->put (self->sink, &parlor_room_rule_kind, rule);
  parlor_recordings_load_rule (rule, self);
}

const ParlorRoomRuleRow *
parlor_recordings_rule (const ParlorRecordings *self, const char *room)
{
  return g_hash_table_lookup (self->rules, room);
}

/* The row, its audit line and its event are one transaction. */
static void
put_and_tell (ParlorRecordings *self, const ParlorRecordingRow *row, const char *action,
              const char *actor, const char *detail, gint64 wall_ms)
{
  const ParlorRecordingsHands *hands = &self->hands;
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("recording", row->id),
                              PARLOR_DATUM_TEXT ("room", row->room)};
  gboolean viewed = strcmp (action, "recording.viewed") == 0;
  const ParlorRecordingRow *kept = parlor_recordings_get (self, row->id);
  ParlorEvent event = {.type = action,
                       .brand = row->brand,
                       .entity = row->room,
                       .at_ms = wall_ms,
                       .room_ms = -1,
                       .data = data,
                       .n_data = G_N_ELEMENTS (data)};
  if (self->sink != NULL)
    self->sink->begin (self->sink);
  if (hands->audit != NULL)
    parlor_audit_add (hands->audit, wall_ms, row->brand, actor, action, row->id, detail);
  if (hands->happened != NULL && (viewed || strcmp (action, "recording.deleted") == 0))
    hands->happened (&event, hands->happened_data);
  /* What is the kept row itself has not changed. */
  if (row != kept)
    parlor_recordings_put (self, row);
  if (self->sink != NULL)
    self->sink->end (self->sink);
}

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

/* A copy to be changed, of which `state` and no hold are demanded; `state` nullable. */
static gboolean
take (const ParlorRecordings *self, const char *id, const char *state, gboolean unheld,
      ParlorRecordingRow *out, GError **error)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self, id);
  if (row == NULL || strcmp (row->state, "deleted") == 0)
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no recording of that id");
  if (unheld && row->hold != NULL)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "it is under legal hold: %s",
                   row->hold);
      return FALSE;
    }
  if (state != NULL && strcmp (row->state, state) != 0)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "the recording is %s", row->state);
      return FALSE;
    }
  parlor_record_copy (&parlor_recording_kind, out, row);
  return TRUE;
}

static void
set_text (char **place, const char *text)
{
  char *copy = g_strdup (text);
  g_free (*place);
  *place = copy;
}

gboolean
parlor_recordings_set_hold (ParlorRecordings *self, const char *id, const char *reason,
                            const char *actor, gint64 wall_ms, GError **error)
{
  ParlorRecordingRow row = {0};
  if (!take (self, id, NULL, FALSE, &row, error))
    return FALSE;
  set_text (&row.hold, reason);
  put_and_tell (self, &row, reason != NULL ? "recording.held" : "recording.released", actor, NULL,
                wall_ms);
  parlor_record_clear (&parlor_recording_kind, &row);
  return TRUE;
}

gboolean
parlor_recordings_bin (ParlorRecordings *self, const char *id, const char *actor, gint64 wall_ms,
                       GError **error)
{
  ParlorRecordingRow row = {0};
  if (!take (self, id, "ready", TRUE, &row, error))
    return FALSE;
  set_text (&row.state, "binned");
  row.purge_ms = wall_ms + PARLOR_RECORDING_BIN_MS;
  put_and_tell (self, &row, "recording.binned", actor, NULL, wall_ms);
  parlor_record_clear (&parlor_recording_kind, &row);
  return TRUE;
}

gboolean
parlor_recordings_restore (ParlorRecordings *self, const char *id, const char *actor,
                           gint64 wall_ms, GError **error)
{
  ParlorRecordingRow row = {0};
  if (!take (self, id, "binned", FALSE, &row, error))
    return FALSE;
  set_text (&row.state, "ready");
  row.purge_ms = parlor_recordings_due (self, row.brand, row.room, row.started_ms);
  /* Somebody wants it: what was due long ago stays for another while. */
  if (row.purge_ms != 0)
    row.purge_ms = MAX (row.purge_ms, wall_ms + PARLOR_RECORDING_BIN_MS);
  put_and_tell (self, &row, "recording.restored", actor, NULL, wall_ms);
  parlor_record_clear (&parlor_recording_kind, &row);
  return TRUE;
}

/* FALSE: there was none. */
static gboolean
forget_transcript (ParlorRecordings *self, const char *id)
{
  Item *item = g_hash_table_lookup (self->by_id, id);
  if (item == NULL || item->spoken == NULL)
    return FALSE;
  g_clear_pointer (&item->spoken, g_free);
  if (self->sink != NULL)
    self->sink->remove (self->sink, &parlor_transcript_kind,
                        &(ParlorTranscriptRow){.recording = (char *)id});
  return TRUE;
}

gboolean
parlor_recordings_delete (ParlorRecordings *self, const char *id, const char *actor, gint64 wall_ms,
                          GError **error)
{
  ParlorRecordingRow row = {0};
  if (!take (self, id, NULL, TRUE, &row, error))
    return FALSE;
  gboolean done = strcmp (row.state, "ready") == 0 || strcmp (row.state, "binned") == 0;
  if (!done)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "the recording is %s", row.state);
  else
    {
      set_text (&row.state, "deleted");
      set_text (&row.title, "");
      set_text (&row.started_by, "");
      set_text (&row.people, NULL);
      set_text (&row.words, NULL);
      set_text (&row.doors, NULL);
      row.purge_ms = 0;
      put_and_tell (self, &row, "recording.deleted", actor, NULL, wall_ms);
      forget_transcript (self, row.id);
      if (self->hands.erase != NULL)
        self->hands.erase (row.id, self->hands.user_data);
    }
  parlor_record_clear (&parlor_recording_kind, &row);
  return done;
}

/* A rule that has changed since it was made ready. What would be due by a shorter one at once stays
   as long as a bin keeps things, so that it is seen among what goes. */
static gint64
due_by_now (const ParlorRecordings *self, const ParlorRecordingRow *row, gint64 wall_ms)
{
  gint64 due_ms = parlor_recordings_due (self, row->brand, row->room, row->started_ms);
  if (due_ms == 0 || due_ms >= row->purge_ms)
    return row->purge_ms == 0 && due_ms != 0 ? MAX (due_ms, wall_ms + PARLOR_RECORDING_BIN_MS)
                                             : due_ms;
  return MIN (row->purge_ms, MAX (due_ms, wall_ms + PARLOR_RECORDING_BIN_MS));
}

void
parlor_recordings_reckon (ParlorRecordings *self, gint64 wall_ms)
{
  g_autoptr (GPtrArray) ready = parlor_recordings_in_state (self, "ready");
  if (self->sink != NULL)
    self->sink->begin (self->sink);
  for (guint i = 0; i < ready->len; i++)
    {
      ParlorRecordingRow row = {0};
      gint64 due_ms = due_by_now (self, ready->pdata[i], wall_ms);
      if (due_ms == ((const ParlorRecordingRow *)ready->pdata[i])->purge_ms)
        continue;
      parlor_record_copy (&parlor_recording_kind, &row, ready->pdata[i]);
      row.purge_ms = due_ms;
      parlor_recordings_put (self, &row);
      parlor_record_clear (&parlor_recording_kind, &row);
    }
  if (self->sink != NULL)
    self->sink->end (self->sink);
}

void
parlor_recordings_purge (ParlorRecordings *self, gint64 wall_ms)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new_with_free_func (g_free);
  parlor_recordings_reckon (self, wall_ms);
  for (guint i = 0; i < self->ordered->len; i++)
    {
      const ParlorRecordingRow *row = &((Item *)self->ordered->pdata[i])->row;
      if (row->purge_ms != 0 && row->purge_ms <= wall_ms && row->hold == NULL)
        g_ptr_array_add (due, g_strdup (row->id));
    }
  for (guint i = 0; i < due->len; i++)
    if (!parlor_recordings_bin (self, due->pdata[i], "", wall_ms, NULL))
      parlor_recordings_delete (self, due->pdata[i], "", wall_ms, NULL);
}

void
parlor_recordings_viewed (ParlorRecordings *self, const char *id, const char *actor, gint64 wall_ms)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self, id);
  char *key = g_strconcat (actor, " ", id, NULL);
  const gint64 *last = g_hash_table_lookup (self->views, key);
  if (row == NULL || (last != NULL && wall_ms - *last < PARLOR_RECORDING_VIEW_MS))
    {
      g_free (key);
      return;
    }
  if (g_hash_table_size (self->views) >= VIEWS_MAX)
    g_hash_table_remove_all (self->views);
  g_hash_table_replace (self->views, key, g_memdup2 (&wall_ms, sizeof wall_ms));
  put_and_tell (self, row, "recording.viewed", actor, NULL, wall_ms);
}

void
parlor_recordings_view (ParlorRecordings *self, const char *id, const char *actor,
                        const char *detail, gint64 wall_ms)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self, id);
  if (row != NULL)
    put_and_tell (self, row, "recording.viewed", actor, detail, wall_ms);
}

/* ---- what is used --------------------------------------------------------------------------- */

void
parlor_recordings_use (const ParlorRecordings *self, const char *brand, gint64 wall_ms,
                       ParlorRecordingsUse *use)
{
  const gint64 span_ms = PARLOR_RECORDINGS_FORECAST_DAYS * DAY_MS;
  gint64 going = 0, written = 0;
  *use = (ParlorRecordingsUse){0};
  for (guint i = 0; i < self->ordered->len; i++)
    {
      const ParlorRecordingRow *row = &((Item *)self->ordered->pdata[i])->row;
      if (strcmp (row->brand, brand) != 0 || strcmp (row->state, "deleted") == 0)
        continue;
      gboolean binned = strcmp (row->state, "binned") == 0;
      gint64 gone_ms = row->purge_ms + (binned ? 0 : PARLOR_RECORDING_BIN_MS);
      use->kept += !binned;
      use->binned += binned;
      use->held += row->hold != NULL;
      use->bytes += row->bytes;
      use->binned_bytes += binned ? row->bytes : 0;
      if (row->started_ms > wall_ms - span_ms)
        written += row->bytes;
      if (row->purge_ms != 0 && row->hold == NULL && gone_ms <= wall_ms + span_ms)
        going += row->bytes;
    }
  use->day_bytes = written / PARLOR_RECORDINGS_FORECAST_DAYS;
  use->forecast_bytes = MAX (use->bytes + written - going, 0);
}

static gint
by_purge (gconstpointer a, gconstpointer b)
{
  const ParlorRecordingRow *left = *(ParlorRecordingRow *const *)a;
  const ParlorRecordingRow *right = *(ParlorRecordingRow *const *)b;
  return left->purge_ms < right->purge_ms ? -1 : left->purge_ms > right->purge_ms;
}

GPtrArray *
parlor_recordings_going (const ParlorRecordings *self, const char *brand, gint64 before_ms)
{
  GPtrArray *rows = g_ptr_array_new ();
  for (guint i = 0; i < self->ordered->len; i++)
    {
      const ParlorRecordingRow *row = &((Item *)self->ordered->pdata[i])->row;
      if (strcmp (row->brand, brand) == 0 && row->hold == NULL && row->purge_ms != 0
          && row->purge_ms < before_ms)
        g_ptr_array_add (rows, (gpointer)row);
    }
  g_ptr_array_sort (rows, by_purge);
  return rows;
}

/* ---- transcripts ---------------------------------------------------------------------------- */

void
parlor_recordings_load_transcript (gconstpointer record, gpointer user_data)
{
  ParlorRecordings *self = user_data;
  const ParlorTranscriptRow *row = record;
  Item *item = g_hash_table_lookup (self->by_id, row->recording);
  if (item == NULL)
    return;
  g_free (item->spoken);
  item->spoken = fold (row->words);
}

gboolean
parlor_recordings_set_transcript (ParlorRecordings *self, const ParlorTranscriptRow *row,
                                  GError **error)
{
  const ParlorRecordingRow *recording = parlor_recordings_get (self, row->recording);
  if (recording == NULL || strcmp (recording->state, "deleted") == 0)
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no recording of that id");
  if (self->sink != NULL)
    self->sink->begin (self->sink);
  put_and_tell (self, recording, "recording.transcribed", row->author, NULL, row->at_ms);
  if (self->sink != NULL)
    {
      self->sink->put (self->sink, &parlor_transcript_kind, row);
      self->sink->end (self->sink);
    }
  parlor_recordings_load_transcript (row, self);
  return TRUE;
}

gboolean
parlor_recordings_drop_transcript (ParlorRecordings *self, const char *id, const char *actor,
                                   gint64 wall_ms, GError **error)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self, id);
  if (row == NULL || !forget_transcript (self, id))
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no transcript");
  put_and_tell (self, row, "recording.untranscribed", actor, NULL, wall_ms);
  return TRUE;
}

gboolean
parlor_recordings_has_transcript (const ParlorRecordings *self, const char *id)
{
  const Item *item = g_hash_table_lookup (self->by_id, id);
  return item != NULL && item->spoken != NULL;
}
