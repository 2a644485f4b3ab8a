/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recording_rows.h"

#include <string.h>

#define KIND(name, table_name, row, n, append)                                                     \
  const ParlorRecordKind name = {.table = table_name,                                              \
                                 .fields = row##_fields,                                           \
                                 .n_fields = G_N_ELEMENTS (row##_fields),                          \
                                 .n_key = n,                                                       \
                                 .size = sizeof (row),                                             \
                                 .append_only = append}

static const ParlorField ParlorRecordingRow_fields[] = {
    PARLOR_TEXT (ParlorRecordingRow, id),         PARLOR_TEXT (ParlorRecordingRow, brand),
    PARLOR_TEXT (ParlorRecordingRow, room),       PARLOR_TEXT (ParlorRecordingRow, title),
    PARLOR_TEXT (ParlorRecordingRow, state),      PARLOR_TEXT (ParlorRecordingRow, mode),
    PARLOR_TEXT (ParlorRecordingRow, started_by), PARLOR_INT (ParlorRecordingRow, started_ms),
    PARLOR_INT (ParlorRecordingRow, stopped_ms),  PARLOR_INT (ParlorRecordingRow, from_ms),
    PARLOR_INT (ParlorRecordingRow, to_ms),       PARLOR_INT (ParlorRecordingRow, files),
    PARLOR_INT (ParlorRecordingRow, bytes),       PARLOR_TEXT (ParlorRecordingRow, sha256),
    PARLOR_TEXT (ParlorRecordingRow, people),     PARLOR_TEXT (ParlorRecordingRow, words),
    PARLOR_TEXT (ParlorRecordingRow, hold),       PARLOR_INT (ParlorRecordingRow, purge_ms),
    PARLOR_TEXT (ParlorRecordingRow, doors),      PARLOR_FLAG (ParlorRecordingRow, watermark),
    PARLOR_INT (ParlorRecordingRow, markers),
};
KIND (parlor_recording_kind, "recordings", ParlorRecordingRow, 1, FALSE);

static const ParlorField ParlorConsentRow_fields[] = {
    PARLOR_TEXT (ParlorConsentRow, recording),   PARLOR_TEXT (ParlorConsentRow, participant),
    PARLOR_INT (ParlorConsentRow, at_ms),        PARLOR_TEXT (ParlorConsentRow, identity),
    PARLOR_TEXT (ParlorConsentRow, answer),      PARLOR_TEXT (ParlorConsentRow, means),
    PARLOR_INT (ParlorConsentRow, text_version),
};
KIND (parlor_consent_kind, "recording_consents", ParlorConsentRow, 3, TRUE);

static const ParlorField ParlorMarkerRow_fields[] = {
    PARLOR_TEXT (ParlorMarkerRow, id),       PARLOR_INT (ParlorMarkerRow, version),
    PARLOR_TEXT (ParlorMarkerRow, room),     PARLOR_TEXT (ParlorMarkerRow, recording),
    PARLOR_TEXT (ParlorMarkerRow, brand),    PARLOR_TEXT (ParlorMarkerRow, kind),
    PARLOR_TEXT (ParlorMarkerRow, text),     PARLOR_TEXT (ParlorMarkerRow, owner),
    PARLOR_TEXT (ParlorMarkerRow, author),   PARLOR_INT (ParlorMarkerRow, room_ms),
    PARLOR_INT (ParlorMarkerRow, at_ms),     PARLOR_TEXT (ParlorMarkerRow, still),
    PARLOR_TEXT (ParlorMarkerRow, still_by),
};
KIND (parlor_marker_kind, "markers", ParlorMarkerRow, 2, TRUE);

static const ParlorField ParlorRoomRuleRow_fields[] = {
    PARLOR_TEXT (ParlorRoomRuleRow, room),          PARLOR_TEXT (ParlorRoomRuleRow, brand),
    PARLOR_TEXT (ParlorRoomRuleRow, record),        PARLOR_FLAG (ParlorRoomRuleRow, notice),
    PARLOR_INT (ParlorRoomRuleRow, retention_days), PARLOR_INT (ParlorRoomRuleRow, local_days),
};
KIND (parlor_room_rule_kind, "room_rules", ParlorRoomRuleRow, 1, FALSE);

static const ParlorField ParlorTranscriptRow_fields[] = {
    PARLOR_TEXT (ParlorTranscriptRow, recording), PARLOR_TEXT (ParlorTranscriptRow, brand),
    PARLOR_TEXT (ParlorTranscriptRow, cues),      PARLOR_TEXT (ParlorTranscriptRow, words),
    PARLOR_TEXT (ParlorTranscriptRow, author),    PARLOR_INT (ParlorTranscriptRow, at_ms),
};
KIND (parlor_transcript_kind, "recording_transcripts", ParlorTranscriptRow, 1, FALSE);

void
parlor_recording_door (const char *recording, const char *kind, const char *value,
                       char out[PARLOR_RECORDING_DOOR_SIZE])
{
  g_autofree char *text = g_strjoin ("\n", recording, kind, value, NULL);
  g_autofree char *hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_strlcpy (out, hex, PARLOR_RECORDING_DOOR_SIZE);
}

gboolean
parlor_recording_has_door (const ParlorRecordingRow *row, const char *kind, const char *value)
{
  char door[PARLOR_RECORDING_DOOR_SIZE];
  parlor_recording_door (row->id, kind, value, door);
  return row->doors != NULL && strstr (row->doors, door) != NULL;
}

gboolean
parlor_recording_has_more_doors (const ParlorRecordingRow *row)
{
  return row->doors != NULL
         && (strlen (row->doors) >= PARLOR_RECORDING_DOORS_MAX || strchr (row->doors, '+') != NULL);
}
