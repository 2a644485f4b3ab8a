/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is kept of recordings in the database; the media, the journal and the manifest lie in the
 * recording's folder. Pure data.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

typedef struct
{
  char *id; /**< "rec_…" */
  char *brand, *room, *title;
  char *state;                   /**< "on", "paused", "sealing", "ready", "binned", "deleted" */
  char *mode;                    /**< "ask", "notice" */
  char *started_by;              /**< identity; "" = the API or the room's policy */
  gint64 started_ms, stopped_ms; /**< wall clock; 0 = not yet */
  gint64 from_ms, to_ms;         /**< the room's clock */
  gint64 files, bytes;
  char *sha256;    /**< of the manifest; NULL = not sealed */
  char *people;    /**< names of who is in it, for the search; NULL = nobody */
  char *words;     /**< texts of markers and chat, for the search; NULL = none */
  char *hold;      /**< reason of a legal hold; NULL = none */
  gint64 purge_ms; /**< wall clock at which it goes; 0 = it stays */
  /** parlor_recording_door () of all who are in it, a line each; a line "+": and of more than are
   * kept; NULL = none. */
  char *doors;
  gboolean watermark; /**< the room was: who looks at it is drawn over the picture */
  gint64 markers;     /**< noted down while it ran, each once */
} ParlorRecordingRow;
extern const ParlorRecordKind parlor_recording_kind;

#define PARLOR_RECORDING_DOOR_SIZE 33
/** By what somebody who was there is known again: a hash of what he has. `kind`: "identity" (of his
    token) or "code" (of the link he came by, as parlor_code_parse () gives it). */
void parlor_recording_door (const char *recording, const char *kind, const char *value,
                            char out[PARLOR_RECORDING_DOOR_SIZE]);
gboolean parlor_recording_has_door (const ParlorRecordingRow *row, const char *kind,
                                    const char *value);
/** No door is added any more from so many bytes on. */
#define PARLOR_RECORDING_DOORS_MAX 65536
/** Who has no door here may have been there all the same. */
gboolean parlor_recording_has_more_doors (const ParlorRecordingRow *row);

/** How a room is recorded, where that was said; outlives it. Key (room). */
typedef struct
{
  char *room, *brand;
  char *record;          /**< "by_host", "always", "never" */
  gboolean notice;       /**< else it is asked */
  gint64 retention_days; /**< of its recordings; -1 = as the brand says, 0 = without end */
  gint64
      local_days; /**< of their files here when an object store has them; -1 = as the server says */
} ParlorRoomRuleRow;
extern const ParlorRecordKind parlor_room_rule_kind;

/** What was said in a recording. Key (recording). */
typedef struct
{
  char *recording, *brand;
  char *cues;   /**< JSON: [{"from_ms","to_ms","speaker","text"}], 0 = the recording's beginning */
  char *words;  /**< texts, a line each, for the search */
  char *author; /**< id of who put it */
  gint64 at_ms;
} ParlorTranscriptRow;
extern const ParlorRecordKind parlor_transcript_kind;

/** Append-only: who said what, when, by which words and means. */
typedef struct
{
  char *recording;
  char *participant;
  gint64 at_ms;
  char *identity;
  char *answer; /**< "given", "refused" */
  char *means;  /**< "page", "started" (he pressed Record), "notice" (he came into a marked room) */
  gint64 text_version; /**< of the question's words */
} ParlorConsentRow;
extern const ParlorRecordKind parlor_consent_kind;

/** Append-only: one version of a marker. */
typedef struct
{
  char *id;       /**< "mk_…" */
  gint64 version; /**< from 1 */
  char *room;
  char *recording; /**< NULL = none ran */
  char *brand;
  char *kind; /**< "conclusion", "parameter", "assignment", "question" */
  char *text;
  char *owner;  /**< who is to do it; NULL = nobody */
  char *author; /**< identity; "" = the API */
  gint64 room_ms, at_ms;
  char *still;    /**< sha256 of its picture, where none ran; NULL = none */
  char *still_by; /**< identity of who shared, and let it be taken */
} ParlorMarkerRow;
extern const ParlorRecordKind parlor_marker_kind;

G_END_DECLS
