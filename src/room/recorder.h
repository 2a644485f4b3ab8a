/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between the domain and what writes recordings. The domain decides who is written and
 * when; `src/record` implements this over a process of its own, tests in memory.
 *
 * Control thread. Every function returns at once and never fails the caller: what goes wrong comes
 * back as an event. All pointers are borrowed for the call.
 */
#pragma once

#include "room/media.h"

G_BEGIN_DECLS

typedef struct _ParlorRecorder ParlorRecorder;

typedef struct
{
  const char *recording; /**< "rec_…" */
  const char *room, *title, *brand;
  const char *mode;   /**< of consent: "ask", "notice" */
  gint64 room_ms;     /**< the room's clock … */
  gint64 now_us;      /**< … at this instant of the monotonic one */
  gint64 started_ms;  /**< wall clock */
  const char *reason; /**< why it goes on: "server"; NULL = it begins */
} ParlorRecorderBegin;

typedef enum
{
  PARLOR_NOTE_PARTICIPANT, /**< who a participant is: id, name, identity, role, company */
  PARLOR_NOTE_CONSENT,     /**< participant, word = given | refused, name = of the means */
  PARLOR_NOTE_SPEAKER,     /**< participant; NULL = nobody, or nobody who may be named */
  PARLOR_NOTE_CHAT,        /**< id, participant, name, company, text, at_ms */
  PARLOR_NOTE_MARKER, /**< id, version, word = kind, text, name = owner, participant = author */
  PARLOR_NOTE_PAUSE,
  PARLOR_NOTE_RESUME,
  PARLOR_N_NOTES,
} ParlorNoteType;

/** For the journal. What is not named in its type's row is NULL or 0. */
typedef struct
{
  ParlorNoteType type;
  gint64 room_ms, at_ms;
  const char *id, *participant, *name, *identity, *role, *company, *word, *text;
  gint64 version;
} ParlorRecorderNote;

typedef enum
{
  PARLOR_RECORDER_WRITING, /**< a file of a track was begun */
  PARLOR_RECORDER_FAILED,  /**< reason: "disk_full", "read_only", "io_error", "recorder", … */
  PARLOR_RECORDER_MENDED,  /**< it is written again */
  PARLOR_RECORDER_SEALED,  /**< the manifest stands and is signed */
} ParlorRecorderEventType;

typedef struct
{
  ParlorRecorderEventType type;
  const char *recording;
  const char *reason;
  gint64 from_ms, to_ms; /**< SEALED: the room's clock */
  guint n_files;
  gint64 bytes;
  const char *sha256; /**< SEALED: of the manifest */
  const char *people; /**< SEALED: names of who is in it, for the search */
} ParlorRecorderEvent;

/** Control thread, never inside one of the functions below. */
typedef void (*ParlorRecorderEventFunc) (const ParlorRecorderEvent *event, gpointer user_data);

typedef struct
{
  void (*set_event_func) (ParlorRecorder *recorder, ParlorRecorderEventFunc func,
                          gpointer user_data);
  /** Begins, or goes on after a restart with what lies in the recording's folder. */
  void (*begin) (ParlorRecorder *recorder, const ParlorRecorderBegin *begin);
  /** Writes one source of an endpoint from now on; a second call for the same participant and
   * source replaces the first. */
  void (*track) (ParlorRecorder *recorder, const char *recording, const char *participant,
                 ParlorSourceKind kind, ParlorEndpointId endpoint);
  /** Not a byte that comes later is written. Unknown ones are ignored. */
  void (*untrack) (ParlorRecorder *recorder, const char *recording, const char *participant,
                   ParlorSourceKind kind);
  void (*note) (ParlorRecorder *recorder, const char *recording, const ParlorRecorderNote *note);
  /** Ends all its tracks; SEALED follows. */
  void (*end) (ParlorRecorder *recorder, const char *recording);
} ParlorRecorderOps;

/** Implementations embed this as their first member. */
struct _ParlorRecorder
{
  const ParlorRecorderOps *ops;
};

G_END_DECLS
