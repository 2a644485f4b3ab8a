/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recording.h"

#include "room/private.h"
#include "room/recordbook.h"

#include <string.h>

static const char *const state_names[] = {"off", "on", "paused"};
static const char *const policy_names[] = {"by_host", "always", "never"};
static const char *const consent_names[] = {"unknown", "given", "refused"};
static const char *const action_names[] = {"start", "pause", "resume", "stop"};

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

/* ---- its rule -------------------------------------------------------------------------------- */

const ParlorRecordingInfo *
parlor_room_recording (const ParlorRoom *room)
{
  return &room->recording->info;
}

/* In a consult everybody is asked, whatever its rule says. */
static void
set_policy (ParlorRoom *room, ParlorRecordPolicy policy, gboolean notice)
{
  room->recording->info.policy = policy;
  if (!parlor_recording_runs (room))
    room->recording->info.notice = notice && !parlor_recording_is_mutual (room);
  room->recording->is_dirty = TRUE;
  parlor_room_wake (room, G_MININT64);
}

/* What every room of its kind is without a rule needs none. */
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
  if (all != NULL
      && (old != NULL || notice || policy != parlor_recording_policy_of (room->info.kind)))
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

static void
recording_happened (ParlorRoom *room, const char *type, const char *reason, gint64 now_us)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("room", room->id),
                              PARLOR_DATUM_TEXT ("recording", room->recording->id),
                              PARLOR_DATUM_TEXT ("reason", reason)};
  parlor_recording_tell (room, type, now_us, data, reason != NULL ? 3 : 2);
}

/* ---- who is written -------------------------------------------------------------------------- */

static void
name_participant (ParlorParticipant *participant, gint64 now_us)
{
  ParlorRecording *self = participant->room->recording;
  if (!g_hash_table_add (self->named, g_strdup (participant->id)))
    return;
  parlor_recording_add_door (self, "identity", participant->identity);
  parlor_recording_put_row (participant->room);
  parlor_recording_note (participant->room,
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
  ParlorRecorder *recorder = parlor_recording_recorder (participant->room);
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

/* In a mutual room whoever comes, goes or answers changes what is so of all the others. */
static void
tell_mutual (ParlorRoom *room)
{
  ParlorRecording *self = room->recording;
  gboolean now = room->roster->len > 0 && parlor_participant_is_recorded (room->roster->pdata[0]);
  if (now == self->mutual_told)
    return;
  self->mutual_told = now;
  for (guint i = 0; i < room->roster->len; i++)
    parlor_room_tell_participant (room->roster->pdata[i]);
}

void
parlor_recording_sync (ParlorRoom *room, gint64 now_us)
{
  ParlorRecording *self = room->recording;
  self->is_dirty = FALSE;
  if (parlor_recording_recorder (room) == NULL)
    return;
  if (!parlor_recording_runs (room) && self->info.policy == PARLOR_RECORD_ALWAYS && !self->stopped
      && room->roster->len > 0)
    parlor_room_record (room, NULL, PARLOR_RECORD_START, now_us, NULL);
  if (!parlor_recording_runs (room))
    return;
  for (guint i = 0; i < room->roster->len; i++)
    sync_participant (room->roster->pdata[i], now_us);
  if (parlor_recording_is_mutual (room))
    tell_mutual (room);
}

gboolean
parlor_participant_answer_consent (ParlorParticipant *participant, gboolean yes, gint64 now_us,
                                   GError **error)
{
  ParlorRoom *room = participant->room;
  ParlorConsent consent = yes ? PARLOR_CONSENT_GIVEN : PARLOR_CONSENT_REFUSED;
  if (!parlor_recording_runs (room))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "nothing is recorded");
      return FALSE;
    }
  if (parlor_participant_consent (participant) == consent)
    return TRUE;
  parlor_recording_keep_consent (participant, consent, "page", now_us);
  parlor_recording_sync (room, now_us);
  parlor_room_tell_participant (participant);
  return TRUE;
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
  parlor_recording_add_words (room->recording, event->message->text);
  parlor_recording_note (room,
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
  if (parlor_recording_recorder (room) == NULL)
    return;
  if (event->type == PARLOR_EVENT_PARTICIPANT)
    mark_dirty (room);
  if (!parlor_recording_runs (room))
    return;
  if (event->type == PARLOR_EVENT_LEFT)
    {
      forget_tracks (event->participant);
      mark_dirty (room);
    }
  else if (event->type == PARLOR_EVENT_CHAT)
    watch_chat (room, event, clock->now_us (clock));
  else if (event->type == PARLOR_EVENT_SPEAKER)
    parlor_recording_note (
        room,
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
  parlor_recording_recorder (room)->ops->begin (parlor_recording_recorder (room), &what);
}

static gboolean
start (ParlorRoom *room, ParlorParticipant *by, gint64 now_us, GError **error)
{
  ParlorRecording *self = room->recording;
  if (parlor_recording_runs (room))
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
      .watermark = room->settings.watermark,
  };
  parlor_recording_add_door (self, "code", room->code);
  parlor_recording_begin_rows (room);
  parlor_recording_put_row (room);
  recording_happened (room, "recording.started", NULL, now_us);
  parlor_recording_end_rows (room);
  begin (room, NULL, now_us);
  if (by != NULL)
    parlor_recording_keep_consent (by, PARLOR_CONSENT_GIVEN, "started", now_us);
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
  parlor_recording_begin_rows (room);
  parlor_recording_put_row (room);
  recording_happened (room, paused ? "recording.paused" : "recording.resumed", NULL, now_us);
  parlor_recording_end_rows (room);
  parlor_recording_note (
      room, &(ParlorRecorderNote){.type = paused ? PARLOR_NOTE_PAUSE : PARLOR_NOTE_RESUME}, now_us);
  return TRUE;
}

static gboolean
stop (ParlorRoom *room, gint64 now_us, GError **error)
{
  ParlorRecording *self = room->recording;
  if (!parlor_recording_runs (room))
    return refuse (error, PARLOR_ERROR_CONFLICT, "this room is not being recorded");
  for (guint i = 0; i < room->roster->len; i++)
    forget_tracks (room->roster->pdata[i]);
  self->stopped = TRUE;
  self->info.state = PARLOR_RECORDING_OFF;
  self->row.stopped_ms = parlor_room_wall_ms (room);
  self->row.to_ms = parlor_room_ms (room, now_us);
  g_free (self->row.state);
  self->row.state = g_strdup ("sealing");
  parlor_recording_begin_rows (room);
  parlor_recording_put_row (room);
  recording_happened (room, "recording.stopped", NULL, now_us);
  parlor_recording_end_rows (room);
  parlor_recording_recorder (room)->ops->end (parlor_recording_recorder (room), self->id);
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
  if (parlor_recording_recorder (room) == NULL)
    return refuse (error, PARLOR_ERROR_UNAVAILABLE, "this server does not record");
  if (!parlor_room_can_read (room, "it cannot be recorded", error))
    return FALSE;
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
  if (parlor_recording_recorder (room) != NULL && parlor_recording_runs (room))
    stop (room, now_us, NULL);
}

void
parlor_recording_rest (ParlorRoom *room, gint64 now_us)
{
  parlor_recording_close (room, now_us);
  room->recording->stopped = FALSE;
  g_ptr_array_set_size (room->recording->markers, 0);
}

/* ---- what comes back --------------------------------------------------------------------------
 */

static ParlorRoom *
find_recorded (ParlorRooms *rooms, const char *recording)
{
  for (guint i = 0; i < rooms->rooms->len; i++)
    {
      ParlorRoom *room = rooms->rooms->pdata[i];
      if (parlor_recording_runs (room) && strcmp (room->recording->id, recording) == 0)
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
  if (room == NULL || strcmp (room->id, row->room) != 0 || parlor_recording_runs (room))
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
  /* It ends with its meeting, of which a kept room knows nothing when nobody of it has a seat. */
  room->resting = FALSE;
  parlor_room_wake (room, G_MININT64);
  return TRUE;
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

void
parlor_rooms_tell_removed (ParlorRooms *rooms, const ParlorRecordingRow *row, const char *identity,
                           const char *participant)
{
  ParlorRoom *room = parlor_rooms_find (rooms, row->room);
  guint n = room != NULL && strcmp (room->id, row->room) == 0 ? room->roster->len : 0;
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *one = room->roster->pdata[i];
      if (one->info.kind == PARLOR_PARTICIPANT_PAGE && is_meant (one, identity, participant))
        parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_REMOVED,
                                                   .audience = PARLOR_TO_ONE,
                                                   .session = one->session,
                                                   .participant = one,
                                                   .recording = row->id});
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
        parlor_recording_blank_markers (room, identity);
      if (!parlor_recording_runs (room)
          || (recording != NULL && strcmp (room->recording->id, recording) != 0))
        continue;
      const char *meant = identity != NULL ? identity : identity_of (room, participant);
      for (guint j = 0; j < room->roster->len; j++)
        if (is_meant (room->roster->pdata[j], meant, participant))
          parlor_participant_answer_consent (room->roster->pdata[j], FALSE, now_us, NULL);
    }
}
