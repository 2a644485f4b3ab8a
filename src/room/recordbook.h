/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The inside of a room's recording, for recording.c (whether it runs, whom it writes), consent.c
 * and markers.c alone: its row, the words it is found by, the recorder's journal, and what
 * happened.
 *
 * Thread: control.
 */
#pragma once

#include "room/private.h"

G_BEGIN_DECLS

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
  gboolean mutual_told; /* those of a mutual room were told last that they are written */
};

/** NULL = nothing is recorded on this server. */
ParlorRecorder *parlor_recording_recorder (const ParlorRoom *room);
/** What a room of this kind is without a rule: a consult is not recorded. */
ParlorRecordPolicy parlor_recording_policy_of (const char *room_kind);
/** In consent.c: nobody in it is written before all who are there have said yes. */
gboolean parlor_recording_is_mutual (const ParlorRoom *room);
/** It is on or paused. */
gboolean parlor_recording_runs (const ParlorRoom *room);

/** What is put between them is one transaction. */
void parlor_recording_begin_rows (ParlorRoom *room);
void parlor_recording_end_rows (ParlorRoom *room);
void parlor_recording_put_row (ParlorRoom *room);
/** For webhooks and boards, of this room. */
void parlor_recording_tell (ParlorRoom *room, const char *type, gint64 now_us,
                            const ParlorDatum *data, guint n_data);
void parlor_recording_add_words (ParlorRecording *self, const char *text);
/** A line of the recorder's journal, at this instant if `what` has none. It must run. */
void parlor_recording_note (ParlorRoom *room, const ParlorRecorderNote *what, gint64 now_us);
/** Who is in it is let in again by what he has (room/shares.h). */
void parlor_recording_add_door (ParlorRecording *self, const char *kind, const char *value);

/** In consent.c: writes an answer down, for good. */
void parlor_recording_keep_consent (ParlorParticipant *participant, ParlorConsent consent,
                                    const char *means, gint64 now_us);
/** In markers.c: takes the words of his markers away. */
void parlor_recording_blank_markers (ParlorRoom *room, const char *identity);

G_END_DECLS
