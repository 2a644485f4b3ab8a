/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A room's recording: whether it runs, and who is in it. The server enforces consent: of whom did
 * not agree not a byte is handed to the recorder, neither his sources nor his chat nor his name.
 *
 *     off ──start──► on ◄──resume/pause──► paused      on, paused ──stop──► off
 *
 * Mode *ask*: nobody is written before he said yes; whoever started it has said so. Mode *notice*:
 * who is in a room that is marked as recorded agrees, and may still say no; a consult has none. An
 * answer holds for one recording, is kept with its time and means, and can be changed at any time;
 * a no takes effect inside the call. A shared screen is its sharer's consent alone.
 *
 * Policy: *by_host* (the right to moderate; the API always may), *always* (starts with the first
 * one who comes in, and nobody stops it but the API), *never*.
 *
 * Everybody is told by ROOM (parlor_room_recording ()) and by PARTICIPANT (his consent). Control
 * thread.
 */
#pragma once

#include "room/participant.h"
#include "room/recorder.h"
#include "room/recording_rows.h"

G_BEGIN_DECLS

/** Of the words with which pages ask; kept with each answer. */
#define PARLOR_CONSENT_TEXT_VERSION 1

typedef enum
{
  PARLOR_RECORDING_OFF,
  PARLOR_RECORDING_ON,
  PARLOR_RECORDING_PAUSED,
} ParlorRecordingState;

typedef enum
{
  PARLOR_RECORD_BY_HOST,
  PARLOR_RECORD_ALWAYS,
  PARLOR_RECORD_NEVER,
  PARLOR_N_RECORD_POLICIES,
} ParlorRecordPolicy;

typedef enum
{
  PARLOR_CONSENT_UNKNOWN,
  PARLOR_CONSENT_GIVEN,
  PARLOR_CONSENT_REFUSED,
} ParlorConsent;

typedef enum
{
  PARLOR_RECORD_START,
  PARLOR_RECORD_PAUSE,
  PARLOR_RECORD_RESUME,
  PARLOR_RECORD_STOP,
  PARLOR_N_RECORD_ACTIONS,
} ParlorRecordAction;

typedef enum
{
  PARLOR_MARKER_CONCLUSION,
  PARLOR_MARKER_PARAMETER,
  PARLOR_MARKER_ASSIGNMENT,
  PARLOR_MARKER_QUESTION,
  PARLOR_N_MARKER_KINDS,
} ParlorMarkerKind;

/** "off", "on", "paused" · "by_host", "always", "never" · "unknown", "given", "refused" · "start",
    "pause", "resume", "stop" · "conclusion", "parameter", "assignment", "question". */
const char *parlor_recording_state_name (ParlorRecordingState state);
const char *parlor_record_policy_name (ParlorRecordPolicy policy);
const char *parlor_consent_name (ParlorConsent consent);
const char *parlor_marker_kind_name (ParlorMarkerKind kind);
/** FALSE: `name` is none of them (NULL included). */
gboolean parlor_record_policy_from_name (const char *name, ParlorRecordPolicy *policy);
gboolean parlor_record_action_from_name (const char *name, ParlorRecordAction *action);
gboolean parlor_marker_kind_from_name (const char *name, ParlorMarkerKind *kind);

/** Borrowed; valid until the room changes. */
typedef struct
{
  ParlorRecordingState state;
  ParlorRecordPolicy policy;
  gboolean notice;     /**< the mode is notice, not ask */
  const char *id;      /**< "rec_…"; "" = off */
  gint64 since_ms;     /**< the room's clock at its start */
  const char *trouble; /**< what keeps it from being written now; NULL = nothing */
} ParlorRecordingInfo;

const ParlorRecordingInfo *parlor_room_recording (const ParlorRoom *room);
/** UNKNOWN while nothing is recorded. */
ParlorConsent parlor_participant_consent (const ParlorParticipant *participant);
/** Whether his sources are written now (if he publishes any). */
gboolean parlor_participant_is_recorded (const ParlorParticipant *participant);

/** A room's rule; before anybody came in, or by the API. Takes effect at the next start, and
 * survives the server's. */
void parlor_room_set_record_policy (ParlorRoom *room, ParlorRecordPolicy policy, gboolean notice);

/** `by` NULL: the API. FORBIDDEN (right, policy), CONFLICT (another state), UNAVAILABLE (no
 * recorder). */
gboolean parlor_room_record (ParlorRoom *room, ParlorParticipant *by, ParlorRecordAction action,
                             gint64 now_us, GError **error);
/** His answer. CONFLICT: nothing is recorded. */
gboolean parlor_participant_answer_consent (ParlorParticipant *participant, gboolean yes,
                                            gint64 now_us, GError **error);
/** No, and what is written of him goes when the recording is sealed: all of him in it, also what is
 * written if he agrees again. `recording`: one that ran here since he came in and has him in it;
 * NULL = the one that runs, or the last one. `held`: as ParlorRemovalFunc says. CONFLICT: it is
 * none of those; UNAVAILABLE; or what that function says. */
gboolean parlor_participant_withdraw (ParlorParticipant *participant, const char *recording,
                                      gint64 now_us, gboolean *held, GError **error);

/** Longer nobody writes at one line. */
#define PARLOR_MARKER_AGO_MAX_MS (10 * 60 * 1000)

typedef struct
{
  const char *id; /**< of the one that is edited; NULL = a new one */
  ParlorMarkerKind kind;
  const char *text;  /**< 1 to 500 characters */
  const char *owner; /**< nullable: who is to do it */
  gint64 ago_ms;     /**< a new one's instant lies so long before now, 0 to
                      * PARLOR_MARKER_AGO_MAX_MS (what is beyond counts as that), but never before
                      * the recording that runs began, nor the room; of an old one it is ignored */
} ParlorMarkerSpec;

/** A new marker, or a new version of an old one, which keeps its instant. All are told (MARKER).
 * `by` NULL: the API. BAD_REQUEST, FORBIDDEN (right to chat), NOT_FOUND, TOO_MANY. */
gboolean parlor_room_mark (ParlorRoom *room, ParlorParticipant *by, const ParlorMarkerSpec *spec,
                           gint64 now_us, GError **error);
/** So many pictures a room has of markers without a recording. */
#define PARLOR_MARKER_STILLS_MAX 100
/** So long after its last word a marker may get one. */
#define PARLOR_MARKER_STILL_LATE_MS (60 * 1000)

/** Whether `identity`, who shares a screen here, may give a picture of it to this marker, which was
 * set while nothing was recorded. NULL: NOT_FOUND, FORBIDDEN, TOO_MANY; CONFLICT, it has one, or a
 * recording keeps its own, or it is too old. */
const ParlorMarkerRow *parlor_room_may_give_still (const ParlorRoom *room, const char *identity,
                                                   const char *marker, GError **error);
/** The picture is kept: a new version of the marker, and all are told. As above. */
gboolean parlor_room_give_still (ParlorRoom *room, const char *identity, const char *marker,
                                 const char *sha256, gint64 now_us, GError **error);
/** Whether a marker of an open room has such a picture: if not, it is nobody's any more. */
gboolean parlor_rooms_have_still (ParlorRooms *rooms, const char *marker);
/** Newest versions, in the order of the room's clock; borrowed. */
const ParlorMarkerRow *const *parlor_room_markers (const ParlorRoom *room, guint *n);

/** Nobody of this identity is recorded any more by what runs in rooms of the brand, and the words
 * of his markers go; with a `recording` in it alone, there also by his id (`participant`). */
void parlor_rooms_withdraw (ParlorRooms *rooms, const char *brand, const char *identity,
                            const char *recording, const char *participant, gint64 now_us);
/** Pages of his in the recording's room are told (REMOVED) that he is out of it. */
void parlor_rooms_tell_removed (ParlorRooms *rooms, const ParlorRecordingRow *row,
                                const char *identity, const char *participant);

/** What was running when the server died goes on; `consents` are its rows in the order of their
 * time. After parlor_rooms_load (), before markers. FALSE: the room is not open any more; then the
 * recording is to be sealed. */
gboolean parlor_rooms_restore_recording (ParlorRooms *rooms, const ParlorRecordingRow *row,
                                         const ParlorConsentRow *const *consents, guint n_consents,
                                         gint64 now_us);
void parlor_rooms_restore_marker (ParlorRooms *rooms, const ParlorMarkerRow *marker);
/** Before the recordings; rules of rooms that are closed change nothing here. */
void parlor_rooms_restore_rule (ParlorRooms *rooms, const ParlorRoomRuleRow *rule);

G_END_DECLS
