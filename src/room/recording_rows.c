/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recording_rows.h"

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
    PARLOR_TEXT (ParlorMarkerRow, id),     PARLOR_INT (ParlorMarkerRow, version),
    PARLOR_TEXT (ParlorMarkerRow, room),   PARLOR_TEXT (ParlorMarkerRow, recording),
    PARLOR_TEXT (ParlorMarkerRow, brand),  PARLOR_TEXT (ParlorMarkerRow, kind),
    PARLOR_TEXT (ParlorMarkerRow, text),   PARLOR_TEXT (ParlorMarkerRow, owner),
    PARLOR_TEXT (ParlorMarkerRow, author), PARLOR_INT (ParlorMarkerRow, room_ms),
    PARLOR_INT (ParlorMarkerRow, at_ms),
};
KIND (parlor_marker_kind, "markers", ParlorMarkerRow, 2, TRUE);
