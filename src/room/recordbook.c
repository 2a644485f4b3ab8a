/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recordbook.h"

#include <string.h>

/* Texts that are found by the portal's search. */
#define WORDS_MAX 65536

static void
marker_free (gpointer data)
{
  parlor_record_clear (&parlor_marker_kind, data);
  g_free (data);
}

ParlorRecordPolicy
parlor_recording_policy_of (const char *room_kind)
{
  return g_strcmp0 (room_kind, "consult") == 0 ? PARLOR_RECORD_NEVER : PARLOR_RECORD_BY_HOST;
}

ParlorRecording *
parlor_recording_new (const char *room_kind)
{
  ParlorRecording *self = g_new0 (ParlorRecording, 1);
  self->info.id = self->id;
  self->info.policy = parlor_recording_policy_of (room_kind);
  self->words = g_string_new (NULL);
  self->consents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->markers = g_ptr_array_new_with_free_func (marker_free);
  return self;
}

void
parlor_recording_free (ParlorRecording *self)
{
  parlor_record_clear (&parlor_recording_kind, &self->row);
  g_string_free (self->words, TRUE);
  g_hash_table_unref (self->consents);
  g_hash_table_unref (self->named);
  g_ptr_array_unref (self->markers);
  g_free (self->trouble);
  g_free (self);
}

ParlorRecorder *
parlor_recording_recorder (const ParlorRoom *room)
{
  return room->rooms->spec.recorder;
}

gboolean
parlor_recording_runs (const ParlorRoom *room)
{
  return room->recording->info.state != PARLOR_RECORDING_OFF;
}

void
parlor_recording_begin_rows (ParlorRoom *room)
{
  ParlorRecordSink *sink = parlor_recordings_sink (room->rooms->spec.recordings);
  if (sink != NULL)
    sink->begin (sink);
}

void
parlor_recording_end_rows (ParlorRoom *room)
{
  ParlorRecordSink *sink = parlor_recordings_sink (room->rooms->spec.recordings);
  if (sink != NULL)
    sink->end (sink);
}

/* A hold and what follows from it are set on the kept row, not on the room's own. */
static void
take_kept (ParlorRoom *room)
{
  ParlorRecordingRow *row = &room->recording->row;
  const ParlorRecordingRow *kept = parlor_recordings_get (room->rooms->spec.recordings, row->id);
  if (kept == NULL)
    return;
  g_free (row->hold);
  row->hold = g_strdup (kept->hold);
  row->purge_ms = kept->purge_ms;
}

void
parlor_recording_put_row (ParlorRoom *room)
{
  ParlorRecording *self = room->recording;
  take_kept (room);
  g_free (self->row.words);
  self->row.words = self->words->len > 0 ? g_strndup (self->words->str, self->words->len) : NULL;
  parlor_recordings_put (room->rooms->spec.recordings, &self->row);
}

void
parlor_recording_tell (ParlorRoom *room, const char *type, gint64 now_us, const ParlorDatum *data,
                       guint n_data)
{
  const ParlorRoomsSpec *spec = &room->rooms->spec;
  ParlorEvent event = {.type = type,
                       .brand = room->info.brand,
                       .entity = room->id,
                       .at_ms = parlor_room_wall_ms (room),
                       .room_ms = parlor_room_ms (room, now_us),
                       .data = data,
                       .n_data = n_data};
  if (spec->happened != NULL)
    spec->happened (&event, spec->happened_data);
}

void
parlor_recording_add_words (ParlorRecording *self, const char *text)
{
  if (self->words->len + strlen (text) >= WORDS_MAX)
    return;
  if (self->words->len > 0)
    g_string_append_c (self->words, '\n');
  g_string_append (self->words, text);
}

void
parlor_recording_note (ParlorRoom *room, const ParlorRecorderNote *what, gint64 now_us)
{
  ParlorRecorderNote full = *what;
  full.room_ms = parlor_room_ms (room, now_us);
  if (full.at_ms == 0)
    full.at_ms = parlor_room_wall_ms (room);
  parlor_recording_recorder (room)->ops->note (parlor_recording_recorder (room),
                                               room->recording->id, &full);
}

void
parlor_recording_add_door (ParlorRecording *self, const char *kind, const char *value)
{
  char door[PARLOR_RECORDING_DOOR_SIZE];
  char *old = self->row.doors;
  if (parlor_recording_has_door (&self->row, kind, value)
      || (old != NULL && strlen (old) >= PARLOR_RECORDING_DOORS_MAX))
    return;
  parlor_recording_door (self->row.id, kind, value, door);
  self->row.doors = old != NULL ? g_strjoin ("\n", old, door, NULL) : g_strdup (door);
  g_free (old);
}
