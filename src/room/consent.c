/* SPDX-License-Identifier: Apache-2.0 */
/* Who may be in a recording: what he answered, or what is known of him without. */
#include "room/private.h"
#include "room/recordbook.h"

#include <string.h>

ParlorConsent
parlor_participant_consent (const ParlorParticipant *participant)
{
  const ParlorRecording *self = participant->room->recording;
  return self->info.state == PARLOR_RECORDING_OFF
             ? PARLOR_CONSENT_UNKNOWN
             : GPOINTER_TO_UINT (g_hash_table_lookup (self->consents, participant->id));
}

gboolean
parlor_recording_is_mutual (const ParlorRoom *room)
{
  return g_strcmp0 (room->info.kind, "consult") == 0;
}

/* Whoever has no page to be asked on is asked by his token: the right to be recorded. In a talk of
 * two to have been told is no yes. */
static gboolean
agrees (const ParlorParticipant *participant)
{
  ParlorConsent consent = parlor_participant_consent (participant);
  if (consent != PARLOR_CONSENT_UNKNOWN)
    return consent == PARLOR_CONSENT_GIVEN;
  return (participant->room->recording->info.notice
          && !parlor_recording_is_mutual (participant->room))
         || (participant->info.kind == PARLOR_PARTICIPANT_PUBLISHER
             && (participant->granted & PARLOR_RIGHT_RECORD) != 0);
}

/* Of a talk of two nothing is kept that only one of them wants kept. */
static gboolean
all_agree (const ParlorRoom *room)
{
  guint n = 0;
  for (guint i = 0; i < room->roster->len; i++)
    n += agrees (room->roster->pdata[i]);
  return n == room->roster->len && n > 1;
}

gboolean
parlor_participant_is_recorded (const ParlorParticipant *participant)
{
  const ParlorRoom *room = participant->room;
  return room->recording->info.state == PARLOR_RECORDING_ON
         && (parlor_recording_is_mutual (room) ? all_agree (room) : agrees (participant));
}

void
parlor_recording_keep_consent (ParlorParticipant *participant, ParlorConsent consent,
                               const char *means, gint64 now_us)
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
  parlor_recording_begin_rows (room);
  if (sink != NULL)
    sink->put (sink, &parlor_consent_kind, &row);
  parlor_recording_tell (room,
                         consent == PARLOR_CONSENT_GIVEN ? "consent.given" : "consent.refused",
                         now_us, data, G_N_ELEMENTS (data));
  parlor_recording_end_rows (room);
  g_hash_table_replace (room->recording->consents, g_strdup (participant->id),
                        GUINT_TO_POINTER (consent));
  parlor_recording_note (room,
                         &(ParlorRecorderNote){.type = PARLOR_NOTE_CONSENT,
                                               .participant = participant->id,
                                               .word = answer,
                                               .name = means,
                                               .version = PARLOR_CONSENT_TEXT_VERSION},
                         now_us);
}

/* Whether it has his name, by whatever page he was in it. */
static gboolean
was_in (const ParlorParticipant *participant, const ParlorRecordingRow *row)
{
  const ParlorRoom *room = participant->room;
  gboolean last = g_strcmp0 (room->recording->row.id, row->id) == 0;
  return strcmp (row->room, room->id) == 0
         && (row->stopped_ms == 0 || row->stopped_ms >= participant->info.joined_at_ms)
         && (parlor_recording_has_door (row, "identity", participant->identity)
             || (last && parlor_recording_has_more_doors (row)
                 && g_hash_table_contains (room->recording->named, participant->id)));
}

/* NULL: there is none that he may ask of. */
static const char *
recording_of (const ParlorParticipant *participant, const char *wanted)
{
  const ParlorRecording *self = participant->room->recording;
  const char *last = parlor_recording_runs (participant->room) ? self->id : self->row.id;
  const char *id = wanted != NULL ? wanted : last;
  if (id != NULL && strcmp (id, self->id) == 0)
    return self->id;
  const ParlorRecordings *all = participant->room->rooms->spec.recordings;
  const ParlorRecordingRow *row = id != NULL ? parlor_recordings_get (all, id) : NULL;
  return row != NULL && was_in (participant, row) ? row->id : NULL;
}

gboolean
parlor_participant_withdraw (ParlorParticipant *participant, const char *recording, gint64 now_us,
                             gboolean *held, GError **error)
{
  ParlorRoom *room = participant->room;
  const ParlorRooms *rooms = room->rooms;
  const char *id = rooms->spec.recordings != NULL ? recording_of (participant, recording) : NULL;
  if (id == NULL || rooms->removal == NULL)
    {
      gboolean none = id == NULL;
      g_set_error_literal (error, PARLOR_ERROR,
                           none ? PARLOR_ERROR_CONFLICT : PARLOR_ERROR_UNAVAILABLE,
                           none ? "nothing is recorded" : "nobody can be taken out here");
      return FALSE;
    }
  parlor_recording_begin_rows (room);
  if (id == room->recording->id)
    parlor_participant_answer_consent (participant, FALSE, now_us, NULL);
  gboolean ok = rooms->removal (participant, id, held, rooms->removal_data, error);
  parlor_recording_end_rows (room);
  return ok;
}
