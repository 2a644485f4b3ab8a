/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recording.h"

#include "room/private.h"

#include <string.h>

#define MARKER_TEXT_MAX 500
#define MARKER_OWNER_MAX 64
#define MARKERS_MAX 1000
/* Texts that are found by the portal's search. */
#define WORDS_MAX 65536

struct _ParlorRecording
{
  ParlorRecordingInfo info;
  char id[PARLOR_ID_SIZE];
  char *trouble;
  ParlorRecordingRow row; /* of the running one: what was put last */
  GString *words;
  GHashTable *consents; /* participant's id → ParlorConsent */
  GHashTable *named;    /* ids of participants whose names the journal has */
  GPtrArray *markers;   /* owned ParlorMarkerRow, newest versions */
  gboolean stopped;     /* by somebody: "always" does not begin again by itself */
  gboolean is_dirty;
};

static const char *const state_names[] = {"off", "on", "paused"};
static const char *const policy_names[] = {"by_host", "always", "never"};
static const char *const consent_names[] = {"unknown", "given", "refused"};
static const char *const action_names[] = {"start", "pause", "resume", "stop"};
static const char *const marker_names[] = {"conclusion", "parameter", "assignment", "question"};

static gboolean
find_name (const char *const *names, guint n, const char *name, guint *out)
{
  for (guint i = 0; name != NULL && i < n; i++)
    if (strcmp (names[i], name) == 0)
      {
        *out = i;
        return TRUE;
      }
  return FALSE;
}

#define NAME_OF(names, value) ((guint)(value) < G_N_ELEMENTS (names) ? (names)[value] : NULL)

const char *
parlor_recording_state_name (ParlorRecordingState state)
{
  return NAME_OF (state_names, state);
}

const char *
parlor_record_policy_name (ParlorRecordPolicy policy)
{
  return NAME_OF (policy_names, policy);
}

const char *
parlor_consent_name (ParlorConsent consent)
{
  return NAME_OF (consent_names, consent);
}

const char *
parlor_marker_kind_name (ParlorMarkerKind kind)
{
  return NAME_OF (marker_names, kind);
}

gboolean
parlor_record_policy_from_name (const char *name, ParlorRecordPolicy *policy)
{
  guint i = 0;
  gboolean ok = find_name (policy_names, G_N_ELEMENTS (policy_names), name, &i);
  if (ok)
    *policy = i;
  return ok;
}

gboolean
parlor_record_action_from_name (const char *name, ParlorRecordAction *action)
{
  guint i = 0;
  gboolean ok = find_name (action_names, G_N_ELEMENTS (action_names), name, &i);
  if (ok)
    *action = i;
  return ok;
}

gboolean
parlor_marker_kind_from_name (const char *name, ParlorMarkerKind *kind)
{
  guint i = 0;
  gboolean ok = find_name (marker_names, G_N_ELEMENTS (marker_names), name, &i);
  if (ok)
    *kind = i;
  return ok;
}

/* ---- its life -------------------------------------------------------------------------------- */

static void
marker_free (gpointer data)
{
  parlor_record_clear (&parlor_marker_kind, data);
  g_free (data);
}

ParlorRecording *
parlor_recording_new (void)
{
  ParlorRecording *self = g_new0 (ParlorRecording, 1);
  self->info.id = self->id;
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

static ParlorRecorder *
recorder_of (const ParlorRoom *room)
{
  return room->rooms->spec.recorder;
}

static gboolean
runs (const ParlorRoom *room)
{
  return room->recording->info.state != PARLOR_RECORDING_OFF;
}

const ParlorRecordingInfo *
parlor_room_recording (const ParlorRoom *room)
{
  return &room->recording->info;
}

static void
set_policy (ParlorRoom *room, ParlorRecordPolicy policy, gboolean notice)
{
  room->recording->info.policy = policy;
  if (!runs (room))
    room->recording->info.notice = notice;
  room->recording->is_dirty = TRUE;
  parlor_room_wake (room, G_MININT64);
}

/* What every room is without a rule needs none. */
static void
keep_rule (ParlorRoom *room, ParlorRecordPolicy policy, gboolean notice)
{
  ParlorRecordings *all = room->rooms->spec.recordings;
  const ParlorRoomRuleRow *old = all != NULL ? parlor_recordings_rule (all, room->id) : NULL;
  ParlorRoomRuleRow rule = {.room = room->id,
                            .brand = (char *)room->info.brand,
                            .record = (char *)parlor_record_policy_name (policy),
                            .notice = notice,
                            .retention_days = old != NULL ? old->retention_days : -1,
                            .local_days = old != NULL ? old->local_days : -1};
  if (all != NULL && (old != NULL || notice || policy != PARLOR_RECORD_BY_HOST))
    parlor_recordings_put_rule (all, &rule);
}

void
parlor_room_set_record_policy (ParlorRoom *room, ParlorRecordPolicy policy, gboolean notice)
{
  set_policy (room, policy, notice);
  keep_rule (room, policy, notice);
}

void
parlor_rooms_restore_rule (ParlorRooms *rooms, const ParlorRoomRuleRow *rule)
{
  ParlorRoom *room = parlor_rooms_find (rooms, rule->room);
  ParlorRecordPolicy policy;
  if (room != NULL && strcmp (room->id, rule->room) == 0
      && parlor_record_policy_from_name (rule->record, &policy))
    set_policy (room, policy, rule->notice);
}

static void
tell_room (ParlorRoom *room)
{
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_ROOM, .audience = PARLOR_TO_ALL});
}

static void
mark_dirty (ParlorRoom *room)
{
  room->recording->is_dirty = TRUE;
  parlor_room_wake (room, G_MININT64);
}

/* ---- rows and events --------------------------------------------------------------------------
 */

static void
begin_rows (ParlorRoom *room)
{
  ParlorRecordSink *sink = parlor_recordings_sink (room->rooms->spec.recordings);
  if (sink != NULL)
    sink->begin (sink);
}

static void
end_rows (ParlorRoom *room)
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

static void
put_row (ParlorRoom *room)
{
  ParlorRecording *self = room->recording;
  take_kept (room);
  g_free (self->row.words);
  self->row.words = self->words->len > 0 ? g_strndup (self->words->str, self->words->len) : NULL;
  parlor_recordings_put (room->rooms->spec.recordings, &self->row);
}

static void
happened (ParlorRoom *room, const char *type, gint64 now_us, const ParlorDatum *data, guint n_data)
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

static void
recording_happened (ParlorRoom *room, const char *type, const char *reason, gint64 now_us)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("room", room->id),
                              PARLOR_DATUM_TEXT ("recording", room->recording->id),
                              PARLOR_DATUM_TEXT ("reason", reason)};
  happened (room, type, now_us, data, reason != NULL ? 3 : 2);
}

static void
add_words (ParlorRecording *self, const char *text)
{
  if (self->words->len + strlen (text) >= WORDS_MAX)
    return;
  if (self->words->len > 0)
    g_string_append_c (self->words, '\n');
  g_string_append (self->words, text);
}

static void
note (ParlorRoom *room, const ParlorRecorderNote *what, gint64 now_us)
{
  ParlorRecorderNote full = *what;
  full.room_ms = parlor_room_ms (room, now_us);
  if (full.at_ms == 0)
    full.at_ms = parlor_room_wall_ms (room);
  recorder_of (room)->ops->note (recorder_of (room), room->recording->id, &full);
}

/* ---- consent ----------------------------------------------------------------------------------
 */

ParlorConsent
parlor_participant_consent (const ParlorParticipant *participant)
{
  const ParlorRecording *self = participant->room->recording;
  return self->info.state == PARLOR_RECORDING_OFF
             ? PARLOR_CONSENT_UNKNOWN
             : GPOINTER_TO_UINT (g_hash_table_lookup (self->consents, participant->id));
}

/* Whoever has no page to be asked on is asked by his token: the right to be recorded. */
static gboolean
agrees (const ParlorParticipant *participant)
{
  ParlorConsent consent = parlor_participant_consent (participant);
  if (consent != PARLOR_CONSENT_UNKNOWN)
    return consent == PARLOR_CONSENT_GIVEN;
  return participant->room->recording->info.notice
         || (participant->info.kind == PARLOR_PARTICIPANT_PUBLISHER
             && (participant->granted & PARLOR_RIGHT_RECORD) != 0);
}

gboolean
parlor_participant_is_recorded (const ParlorParticipant *participant)
{
  return participant->room->recording->info.state == PARLOR_RECORDING_ON && agrees (participant);
}

static void
keep_consent (ParlorParticipant *participant, ParlorConsent consent, const char *means,
              gint64 now_us)
{
  ParlorRoom *room = participant->room;
  ParlorRecordSink *sink = parlor_recordings_sink (room->rooms->spec.recordings);
  const char *answer = parlor_consent_name (consent);
  ParlorConsentRow row = {.recording = room->recording->id,
                          .participant = participant->id,
                          .at_ms = parlor_room_wall_ms (room),
                          .identity = participant->identity,
                          .answer = (char *)answer,
                          .means = (char *)means,
                          .text_version = PARLOR_CONSENT_TEXT_VERSION};
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("recording", room->recording->id),
                              PARLOR_DATUM_TEXT ("participant", participant->id),
                              PARLOR_DATUM_TEXT ("means", means)};
  begin_rows (room);
  if (sink != NULL)
    sink->put (sink, &parlor_consent_kind, &row);
  happened (room, consent == PARLOR_CONSENT_GIVEN ? "consent.given" : "consent.refused", now_us,
            data, G_N_ELEMENTS (data));
  end_rows (room);
  g_hash_table_replace (room->recording->consents, g_strdup (participant->id),
                        GUINT_TO_POINTER (consent));
  note (room,
        &(ParlorRecorderNote){.type = PARLOR_NOTE_CONSENT,
                              .participant = participant->id,
                              .word = answer,
                              .name = means,
                              .version = PARLOR_CONSENT_TEXT_VERSION},
        now_us);
}

gboolean
parlor_participant_answer_consent (ParlorParticipant *participant, gboolean yes, gint64 now_us,
                                   GError **error)
{
  ParlorRoom *room = participant->room;
  ParlorConsent consent = yes ? PARLOR_CONSENT_GIVEN : PARLOR_CONSENT_REFUSED;
  if (!runs (room))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "nothing is recorded");
      return FALSE;
    }
  if (parlor_participant_consent (participant) == consent)
    return TRUE;
  keep_consent (participant, consent, "page", now_us);
  parlor_recording_sync (room, now_us);
  parlor_room_tell_participant (participant);
  return TRUE;
}

/* Who is in it is let in again by what he has (room/shares.h). */
static void
add_door (ParlorRecording *self, const char *kind, const char *value)
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

/* ---- who is written ---------------------------------------------------------------------------
 */

static void
name_participant (ParlorParticipant *participant, gint64 now_us)
{
  ParlorRecording *self = participant->room->recording;
  if (!g_hash_table_add (self->named, g_strdup (participant->id)))
    return;
  add_door (self, "identity", participant->identity);
  put_row (participant->room);
  note (participant->room,
        &(ParlorRecorderNote){.type = PARLOR_NOTE_PARTICIPANT,
                              .id = participant->id,
                              .name = participant->name,
                              .identity = participant->identity,
                              .role = parlor_role_name (participant->info.role),
                              .company = participant->company},
        now_us);
}

static void
set_track (ParlorParticipant *participant, ParlorSourceKind kind, ParlorEndpointId endpoint)
{
  ParlorRecorder *recorder = recorder_of (participant->room);
  const char *id = participant->room->recording->id;
  if (participant->recorded[kind] == endpoint)
    return;
  participant->recorded[kind] = endpoint;
  if (endpoint != 0)
    recorder->ops->track (recorder, id, participant->id, kind, endpoint);
  else
    recorder->ops->untrack (recorder, id, participant->id, kind);
}

static void
sync_participant (ParlorParticipant *participant, gint64 now_us)
{
  gboolean agreed = parlor_participant_is_recorded (participant);
  if (agreed)
    name_participant (participant, now_us);
  for (guint kind = PARLOR_SOURCE_NONE + 1; kind < PARLOR_N_SOURCES; kind++)
    set_track (participant, kind,
               agreed && participant->info.sources[kind].published ? participant->endpoint : 0);
}

void
parlor_recording_sync (ParlorRoom *room, gint64 now_us)
{
  ParlorRecording *self = room->recording;
  self->is_dirty = FALSE;
  if (recorder_of (room) == NULL)
    return;
  if (!runs (room) && self->info.policy == PARLOR_RECORD_ALWAYS && !self->stopped
      && room->roster->len > 0)
    parlor_room_record (room, NULL, PARLOR_RECORD_START, now_us, NULL);
  if (!runs (room))
    return;
  for (guint i = 0; i < room->roster->len; i++)
    sync_participant (room->roster->pdata[i], now_us);
}

void
parlor_recording_poll (ParlorRoom *room, gint64 now_us)
{
  if (room->recording->is_dirty)
    parlor_recording_sync (room, now_us);
}

static void
watch_chat (ParlorRoom *room, const ParlorRoomEvent *event, gint64 now_us)
{
  if (event->audience != PARLOR_TO_ALL || event->participant == NULL
      || !parlor_participant_is_recorded (event->participant))
    return;
  name_participant (event->participant, now_us);
  add_words (room->recording, event->message->text);
  note (room,
        &(ParlorRecorderNote){.type = PARLOR_NOTE_CHAT,
                              .id = event->message->id,
                              .participant = event->message->participant,
                              .name = event->message->name,
                              .company = event->message->company,
                              .text = event->message->text,
                              .at_ms = event->message->at_ms},
        now_us);
}

static void
forget_tracks (ParlorParticipant *participant)
{
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    set_track (participant, kind, 0);
}

void
parlor_recording_watch (ParlorRoom *room, const ParlorRoomEvent *event)
{
  ParlorClock *clock = room->rooms->spec.clock;
  if (recorder_of (room) == NULL)
    return;
  if (event->type == PARLOR_EVENT_PARTICIPANT)
    mark_dirty (room);
  if (!runs (room))
    return;
  if (event->type == PARLOR_EVENT_LEFT)
    forget_tracks (event->participant);
  else if (event->type == PARLOR_EVENT_CHAT)
    watch_chat (room, event, clock->now_us (clock));
  else if (event->type == PARLOR_EVENT_SPEAKER)
    note (room,
          &(ParlorRecorderNote){
              .type = PARLOR_NOTE_SPEAKER,
              .participant = event->participant != NULL
                                     && parlor_participant_is_recorded (event->participant)
                                 ? event->participant->id
                                 : NULL},
          clock->now_us (clock));
}

/* ---- start, pause, resume, stop ---------------------------------------------------------------
 */

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

static void
begin (ParlorRoom *room, const char *reason, gint64 now_us)
{
  ParlorRecording *self = room->recording;
  ParlorRecorderBegin what = {.recording = self->id,
                              .room = room->id,
                              .title = room->title,
                              .brand = room->info.brand,
                              .mode = self->info.notice ? "notice" : "ask",
                              .room_ms = parlor_room_ms (room, now_us),
                              .now_us = now_us,
                              .started_ms = self->row.started_ms,
                              .reason = reason};
  recorder_of (room)->ops->begin (recorder_of (room), &what);
}

static gboolean
start (ParlorRoom *room, ParlorParticipant *by, gint64 now_us, GError **error)
{
  ParlorRecording *self = room->recording;
  if (runs (room))
    return refuse (error, PARLOR_ERROR_CONFLICT, "this room is recorded already");
  parlor_id_make ("rec", &room->rooms->spec.random, self->id);
  self->info.state = PARLOR_RECORDING_ON;
  self->info.since_ms = parlor_room_ms (room, now_us);
  self->stopped = FALSE;
  g_hash_table_remove_all (self->consents);
  g_hash_table_remove_all (self->named);
  g_string_truncate (self->words, 0);
  parlor_record_clear (&parlor_recording_kind, &self->row);
  self->row = (ParlorRecordingRow){
      .id = g_strdup (self->id),
      .brand = g_strdup (room->info.brand),
      .room = g_strdup (room->id),
      .title = g_strdup (room->title),
      .state = g_strdup ("on"),
      .mode = g_strdup (self->info.notice ? "notice" : "ask"),
      .started_by = g_strdup (by != NULL ? by->identity : ""),
      .started_ms = parlor_room_wall_ms (room),
      .from_ms = self->info.since_ms,
  };
  add_door (self, "code", room->code);
  begin_rows (room);
  put_row (room);
  recording_happened (room, "recording.started", NULL, now_us);
  end_rows (room);
  begin (room, NULL, now_us);
  if (by != NULL)
    keep_consent (by, PARLOR_CONSENT_GIVEN, "started", now_us);
  return TRUE;
}

static gboolean
set_paused (ParlorRoom *room, gboolean paused, gint64 now_us, GError **error)
{
  ParlorRecording *self = room->recording;
  if (self->info.state != (paused ? PARLOR_RECORDING_ON : PARLOR_RECORDING_PAUSED))
    return refuse (error, PARLOR_ERROR_CONFLICT,
                   paused ? "this room is not being recorded" : "the recording is not paused");
  self->info.state = paused ? PARLOR_RECORDING_PAUSED : PARLOR_RECORDING_ON;
  g_free (self->row.state);
  self->row.state = g_strdup (parlor_recording_state_name (self->info.state));
  begin_rows (room);
  put_row (room);
  recording_happened (room, paused ? "recording.paused" : "recording.resumed", NULL, now_us);
  end_rows (room);
  note (room, &(ParlorRecorderNote){.type = paused ? PARLOR_NOTE_PAUSE : PARLOR_NOTE_RESUME},
        now_us);
  return TRUE;
}

static gboolean
stop (ParlorRoom *room, gint64 now_us, GError **error)
{
  ParlorRecording *self = room->recording;
  if (!runs (room))
    return refuse (error, PARLOR_ERROR_CONFLICT, "this room is not being recorded");
  for (guint i = 0; i < room->roster->len; i++)
    forget_tracks (room->roster->pdata[i]);
  self->stopped = TRUE;
  self->info.state = PARLOR_RECORDING_OFF;
  self->row.stopped_ms = parlor_room_wall_ms (room);
  self->row.to_ms = parlor_room_ms (room, now_us);
  g_free (self->row.state);
  self->row.state = g_strdup ("sealing");
  begin_rows (room);
  put_row (room);
  recording_happened (room, "recording.stopped", NULL, now_us);
  end_rows (room);
  recorder_of (room)->ops->end (recorder_of (room), self->id);
  self->id[0] = '\0';
  g_clear_pointer (&self->trouble, g_free);
  self->info.trouble = NULL;
  return TRUE;
}

static gboolean
may_record (const ParlorRoom *room, const ParlorParticipant *by, ParlorRecordAction action,
            GError **error)
{
  ParlorRecordPolicy policy = room->recording->info.policy;
  if (recorder_of (room) == NULL)
    return refuse (error, PARLOR_ERROR_UNAVAILABLE, "this server does not record");
  if (policy == PARLOR_RECORD_NEVER && action == PARLOR_RECORD_START)
    return refuse (error, PARLOR_ERROR_FORBIDDEN, "this room is never recorded");
  if (by == NULL)
    return TRUE;
  if (!parlor_participant_can (by, PARLOR_RIGHT_MODERATE))
    return refuse (error, PARLOR_ERROR_FORBIDDEN, "only hosts may do that");
  return policy != PARLOR_RECORD_ALWAYS
         || refuse (error, PARLOR_ERROR_FORBIDDEN, "this room is always recorded");
}

gboolean
parlor_room_record (ParlorRoom *room, ParlorParticipant *by, ParlorRecordAction action,
                    gint64 now_us, GError **error)
{
  gboolean ok = FALSE;
  if (!may_record (room, by, action, error))
    return FALSE;
  if (action == PARLOR_RECORD_START)
    ok = start (room, by, now_us, error);
  else if (action == PARLOR_RECORD_STOP)
    ok = stop (room, now_us, error);
  else
    ok = set_paused (room, action == PARLOR_RECORD_PAUSE, now_us, error);
  if (!ok)
    return FALSE;
  parlor_recording_sync (room, now_us);
  tell_room (room);
  for (guint i = 0; i < room->roster->len; i++)
    if (action == PARLOR_RECORD_START || action == PARLOR_RECORD_STOP)
      parlor_room_tell_participant (room->roster->pdata[i]);
  return TRUE;
}

void
parlor_recording_close (ParlorRoom *room, gint64 now_us)
{
  if (recorder_of (room) != NULL && runs (room))
    stop (room, now_us, NULL);
}

void
parlor_recording_rest (ParlorRoom *room, gint64 now_us)
{
  parlor_recording_close (room, now_us);
  room->recording->stopped = FALSE;
  g_ptr_array_set_size (room->recording->markers, 0);
}

/* ---- markers ----------------------------------------------------------------------------------
 */

static ParlorMarkerRow *
find_marker (const ParlorRoom *room, const char *id)
{
  for (guint i = 0; i < room->recording->markers->len; i++)
    if (strcmp (((ParlorMarkerRow *)room->recording->markers->pdata[i])->id, id) == 0)
      return room->recording->markers->pdata[i];
  return NULL;
}

/* A new one, or the old one's next version: NULL with an error. */
static ParlorMarkerRow *
take_marker (ParlorRoom *room, const char *id, gint64 now_us, GError **error)
{
  ParlorMarkerRow *marker = id != NULL ? find_marker (room, id) : NULL;
  char made[PARLOR_ID_SIZE];
  if (id != NULL && marker == NULL)
    refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no such marker");
  if (id != NULL)
    return marker;
  if (room->recording->markers->len >= MARKERS_MAX)
    {
      refuse (error, PARLOR_ERROR_TOO_MANY, "this room has too many markers");
      return NULL;
    }
  parlor_id_make ("mk", &room->rooms->spec.random, made);
  marker = g_new0 (ParlorMarkerRow, 1);
  *marker = (ParlorMarkerRow){.id = g_strdup (made),
                              .room = g_strdup (room->id),
                              .recording = runs (room) ? g_strdup (room->recording->id) : NULL,
                              .brand = g_strdup (room->info.brand),
                              .room_ms = parlor_room_ms (room, now_us)};
  g_ptr_array_add (room->recording->markers, marker);
  return marker;
}

static void
put_marker (ParlorRoom *room, const ParlorMarkerRow *marker, gint64 now_us)
{
  ParlorRecordSink *sink = room->rooms->spec.recordings != NULL
                               ? parlor_recordings_sink (room->rooms->spec.recordings)
                               : NULL;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("marker", marker->id), PARLOR_DATUM_INT ("version", marker->version),
      PARLOR_DATUM_TEXT ("kind", marker->kind), PARLOR_DATUM_TEXT ("recording", marker->recording),
      PARLOR_DATUM_CONTENT ("text", marker->text)};
  if (sink != NULL)
    sink->begin (sink);
  if (sink != NULL)
    sink->put (sink, &parlor_marker_kind, marker);
  happened (room, "marker.created", now_us, data, G_N_ELEMENTS (data));
  if (sink != NULL)
    sink->end (sink);
}

static void
record_marker (ParlorRoom *room, const ParlorMarkerRow *marker, gint64 now_us)
{
  if (!runs (room))
    return;
  add_words (room->recording, marker->text);
  put_row (room);
  recorder_of (room)->ops->note (recorder_of (room), room->recording->id,
                                 &(ParlorRecorderNote){.type = PARLOR_NOTE_MARKER,
                                                       .room_ms = marker->room_ms,
                                                       .at_ms = marker->at_ms,
                                                       .id = marker->id,
                                                       .version = marker->version,
                                                       .word = marker->kind,
                                                       .text = marker->text,
                                                       .name = marker->owner,
                                                       .participant = marker->author});
}

gboolean
parlor_room_mark (ParlorRoom *room, ParlorParticipant *by, const ParlorMarkerSpec *spec,
                  gint64 now_us, GError **error)
{
  if (by != NULL && !parlor_participant_can (by, PARLOR_RIGHT_CHAT))
    return refuse (error, PARLOR_ERROR_FORBIDDEN, "you may not do that here");
  g_autofree char *text = parlor_text_line (spec->text, MARKER_TEXT_MAX, "text", error);
  g_autofree char *owner = NULL;
  if (text == NULL
      || (spec->owner != NULL
          && (owner = parlor_text_line (spec->owner, MARKER_OWNER_MAX, "owner", error)) == NULL))
    return FALSE;
  ParlorMarkerRow *marker = take_marker (room, spec->id, now_us, error);
  if (marker == NULL)
    return FALSE;
  g_free (marker->kind);
  g_free (marker->text);
  g_free (marker->owner);
  g_free (marker->author);
  marker->kind = g_strdup (parlor_marker_kind_name (spec->kind));
  marker->text = g_steal_pointer (&text);
  marker->owner = g_steal_pointer (&owner);
  marker->author = g_strdup (by != NULL ? by->identity : "");
  marker->at_ms = parlor_room_wall_ms (room);
  marker->version++;
  put_marker (room, marker, now_us);
  record_marker (room, marker, now_us);
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_MARKER,
                                             .audience = PARLOR_TO_ALL,
                                             .participant = by,
                                             .marker = marker});
  return TRUE;
}

const ParlorMarkerRow *const *
parlor_room_markers (const ParlorRoom *room, guint *n)
{
  *n = room->recording->markers->len;
  return (const ParlorMarkerRow *const *)room->recording->markers->pdata;
}

/* ---- what comes back --------------------------------------------------------------------------
 */

static ParlorRoom *
find_recorded (ParlorRooms *rooms, const char *recording)
{
  for (guint i = 0; i < rooms->rooms->len; i++)
    {
      ParlorRoom *room = rooms->rooms->pdata[i];
      if (runs (room) && strcmp (room->recording->id, recording) == 0)
        return room;
    }
  return NULL;
}

static void
set_trouble (ParlorRoom *room, const char *reason, gint64 now_us)
{
  ParlorRecording *self = room->recording;
  if (g_strcmp0 (self->trouble, reason) == 0)
    return;
  g_free (self->trouble);
  self->info.trouble = self->trouble = g_strdup (reason);
  if (reason != NULL)
    recording_happened (room, "recording.failed", reason, now_us);
  tell_room (room);
}

/* The recording can be played, and its minutes can be fetched. */
static void
tell_ready (ParlorRooms *rooms, const ParlorRecordingRow *row)
{
  g_autofree char *minutes = g_strdup_printf ("/v1/recordings/%s/minutes", row->id);
  const ParlorDatum file[] = {
      PARLOR_DATUM_TEXT ("room", row->room), PARLOR_DATUM_TEXT ("recording", row->id),
      PARLOR_DATUM_TEXT ("sha256", row->sha256), PARLOR_DATUM_INT ("files", row->files)};
  const ParlorDatum noted[] = {PARLOR_DATUM_TEXT ("room", row->room),
                               PARLOR_DATUM_TEXT ("recording", row->id),
                               PARLOR_DATUM_TEXT ("path", minutes)};
  ParlorEvent event = {.type = "recording.ready",
                       .brand = row->brand,
                       .entity = row->room,
                       .at_ms = rooms->spec.clock->wall_ms (rooms->spec.clock),
                       .room_ms = row->to_ms,
                       .data = file,
                       .n_data = G_N_ELEMENTS (file)};
  if (rooms->spec.happened == NULL)
    return;
  rooms->spec.happened (&event, rooms->spec.happened_data);
  event.type = "minutes.ready";
  event.data = noted;
  event.n_data = G_N_ELEMENTS (noted);
  rooms->spec.happened (&event, rooms->spec.happened_data);
}

static void
take_sealed (ParlorRooms *rooms, const ParlorRecorderEvent *event)
{
  const ParlorRecordingRow *old = parlor_recordings_get (rooms->spec.recordings, event->recording);
  ParlorRecordSink *sink = parlor_recordings_sink (rooms->spec.recordings);
  ParlorRecordingRow row = {0};
  if (old == NULL || strcmp (old->state, "deleted") == 0)
    return;
  parlor_record_copy (&parlor_recording_kind, &row, old);
  g_free (row.state);
  row.state = g_strdup ("ready");
  g_free (row.sha256);
  row.sha256 = g_strdup (event->sha256);
  g_free (row.people);
  row.people = g_strdup (event->people);
  row.from_ms = event->from_ms;
  row.to_ms = event->to_ms;
  row.files = event->n_files;
  row.bytes = event->bytes;
  row.purge_ms = parlor_recordings_due (rooms->spec.recordings, row.brand, row.room,
                                        row.started_ms);
  if (row.stopped_ms == 0)
    row.stopped_ms = rooms->spec.clock->wall_ms (rooms->spec.clock);
  if (sink != NULL)
    sink->begin (sink);
  parlor_recordings_put (rooms->spec.recordings, &row);
  tell_ready (rooms, &row);
  if (sink != NULL)
    sink->end (sink);
  parlor_record_clear (&parlor_recording_kind, &row);
}

void
parlor_rooms_recorder_event (const ParlorRecorderEvent *event, gpointer user_data)
{
  ParlorRooms *rooms = user_data;
  ParlorRoom *room = find_recorded (rooms, event->recording);
  gint64 now_us = rooms->spec.clock->now_us (rooms->spec.clock);
  if (event->type == PARLOR_RECORDER_SEALED)
    take_sealed (rooms, event);
  else if (room != NULL && event->type == PARLOR_RECORDER_FAILED)
    set_trouble (room, event->reason, now_us);
  else if (room != NULL && event->type == PARLOR_RECORDER_MENDED)
    set_trouble (room, NULL, now_us);
}

gboolean
parlor_rooms_restore_recording (ParlorRooms *rooms, const ParlorRecordingRow *row,
                                const ParlorConsentRow *const *consents, guint n_consents,
                                gint64 now_us)
{
  ParlorRoom *room = parlor_rooms_find (rooms, row->room);
  if (room == NULL || strcmp (room->id, row->room) != 0 || runs (room))
    return FALSE;
  ParlorRecording *self = room->recording;
  g_strlcpy (self->id, row->id, sizeof self->id);
  parlor_record_clear (&parlor_recording_kind, &self->row);
  parlor_record_copy (&parlor_recording_kind, &self->row, row);
  g_string_assign (self->words, row->words != NULL ? row->words : "");
  self->info.notice = strcmp (row->mode, "notice") == 0;
  self->info.state = strcmp (row->state, "paused") == 0 ? PARLOR_RECORDING_PAUSED
                                                        : PARLOR_RECORDING_ON;
  self->info.since_ms = row->from_ms;
  for (guint i = 0; i < n_consents; i++)
    g_hash_table_replace (self->consents, g_strdup (consents[i]->participant),
                          GUINT_TO_POINTER (strcmp (consents[i]->answer, "given") == 0
                                                ? PARLOR_CONSENT_GIVEN
                                                : PARLOR_CONSENT_REFUSED));
  begin (room, "server", now_us);
  return TRUE;
}

void
parlor_rooms_restore_marker (ParlorRooms *rooms, const ParlorMarkerRow *marker)
{
  ParlorRoom *room = parlor_rooms_find (rooms, marker->room);
  if (room == NULL || strcmp (room->id, marker->room) != 0)
    return;
  ParlorMarkerRow *old = find_marker (room, marker->id);
  if (old != NULL && old->version >= marker->version)
    return;
  if (old != NULL)
    g_ptr_array_remove (room->recording->markers, old);
  ParlorMarkerRow *copy = g_new0 (ParlorMarkerRow, 1);
  parlor_record_copy (&parlor_marker_kind, copy, marker);
  g_ptr_array_add (room->recording->markers, copy);
}

/* ---- a person goes -------------------------------------------------------------------------- */

static gboolean
is_meant (const ParlorParticipant *participant, const char *identity, const char *id)
{
  return g_strcmp0 (participant->id, id) == 0
         || (identity != NULL && identity[0] != '\0'
             && g_strcmp0 (participant->identity, identity) == 0);
}

/* He may be there twice, or have come in again. */
static const char *
identity_of (const ParlorRoom *room, const char *id)
{
  for (guint i = 0; i < room->roster->len; i++)
    {
      const ParlorParticipant *one = room->roster->pdata[i];
      if (g_strcmp0 (one->id, id) == 0)
        return one->identity;
    }
  return NULL;
}

static void
blank_markers (ParlorRoom *room, const char *identity)
{
  for (guint i = 0; i < room->recording->markers->len; i++)
    {
      ParlorMarkerRow *marker = room->recording->markers->pdata[i];
      if (g_strcmp0 (marker->author, identity) != 0)
        continue;
      g_free (marker->text);
      g_free (marker->author);
      g_clear_pointer (&marker->owner, g_free);
      marker->text = g_strdup ("");
      marker->author = g_strdup ("");
    }
}

void
parlor_rooms_withdraw (ParlorRooms *rooms, const char *brand, const char *identity,
                       const char *recording, const char *participant, gint64 now_us)
{
  for (guint i = 0; i < rooms->rooms->len; i++)
    {
      ParlorRoom *room = rooms->rooms->pdata[i];
      if (strcmp (room->info.brand, brand) != 0)
        continue;
      if (recording == NULL && identity != NULL && identity[0] != '\0')
        blank_markers (room, identity);
      if (!runs (room) || (recording != NULL && strcmp (room->recording->id, recording) != 0))
        continue;
      const char *meant = identity != NULL ? identity : identity_of (room, participant);
      for (guint j = 0; j < room->roster->len; j++)
        if (is_meant (room->roster->pdata[j], meant, participant))
          parlor_participant_answer_consent (room->roster->pdata[j], FALSE, now_us, NULL);
    }
}
