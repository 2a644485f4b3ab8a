/* SPDX-License-Identifier: Apache-2.0 */
/* Who may be in a recording: what he answered, or what is known of him without. */
#include "room/private.h"
#include "room/recordbook.h"

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
