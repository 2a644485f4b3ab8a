/* SPDX-License-Identifier: Apache-2.0 */
/**
 * All recordings of this server as rows in memory (a thousand bytes each), to be listed and
 * searched without asking the database; what changes is put to the sink. Control thread.
 */
#pragma once

#include "room/recording_rows.h"

G_BEGIN_DECLS

typedef struct _ParlorRecordings ParlorRecordings;

/** `sink`: borrowed; NULL = nothing survives a restart. */
ParlorRecordings *parlor_recordings_new (ParlorRecordSink *sink);
void parlor_recordings_free (ParlorRecordings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRecordings, parlor_recordings_free)

/** A ParlorRecordVisit for start: takes a copy in, puts nothing. `user_data` is the object. */
void parlor_recordings_load (gconstpointer row, gpointer self);
/** Takes a copy; the row of the same id is replaced. */
void parlor_recordings_put (ParlorRecordings *self, const ParlorRecordingRow *row);
/** Borrowed until the next put; NULL = there is none. */
const ParlorRecordingRow *parlor_recordings_get (const ParlorRecordings *self, const char *id);
/** Nullable: where rows of the same transaction go. */
ParlorRecordSink *parlor_recordings_sink (const ParlorRecordings *self);

typedef struct
{
  const char *brand; /**< required */
  const char *room;  /**< nullable */
  const char *state; /**< nullable; without it the deleted ones are left out */
  const char *text;  /**< nullable: found in title, people or words, case folded, any script */
  gint64 from_ms, until_ms; /**< wall clock of the start; 0 = open */
  const char *after;        /**< nullable: the id after which to go on */
  guint limit;              /**< 1 to 200 */
} ParlorRecordingQuery;

/** Newest first; free the array (transfer container), rows are borrowed until the next put.
 * `*more`: there are others. */
GPtrArray *parlor_recordings_list (const ParlorRecordings *self, const ParlorRecordingQuery *query,
                                   gboolean *more);

/** All of a state, oldest first; as above. `brand` NULL = of all. */
GPtrArray *parlor_recordings_in_state (const ParlorRecordings *self, const char *state);

G_END_DECLS
