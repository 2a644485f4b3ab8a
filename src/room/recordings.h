/* SPDX-License-Identifier: Apache-2.0 */
/**
 * All recordings of this server as rows in memory (a thousand bytes each), to be listed and
 * searched without asking the database; what changes is put to the sink. Control thread.
 */
#pragma once

#include "base/audit.h"
#include "base/event.h"
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

/** A bin is for second thoughts; a view within so long of the last one is the same view. */
#define PARLOR_RECORDING_BIN_MS (7 * 24 * 3600 * G_GINT64_CONSTANT (1000))
#define PARLOR_RECORDING_VIEW_MS (30 * 60 * G_GINT64_CONSTANT (1000))

/** What keeping and deleting needs; everything borrowed and nullable. */
typedef struct
{
  void (*erase) (const char *id, gpointer user_data);               /**< its folder, for good */
  gint64 (*retention_days) (const char *brand, gpointer user_data); /**< 0 = without end */
  ParlorAudit *audit;
  ParlorEventFunc happened;
  gpointer happened_data;
  gpointer user_data;
} ParlorRecordingsHands;
void parlor_recordings_set_hands (ParlorRecordings *self, const ParlorRecordingsHands *hands);

/* `actor`: an id for the audit line. FALSE: NOT_FOUND, CONFLICT (its state, or a hold: the reason
 * is the message). */

/** `reason` NULL ends the hold. */
gboolean parlor_recordings_set_hold (ParlorRecordings *self, const char *id, const char *reason,
                                     const char *actor, gint64 wall_ms, GError **error);
/** Ready ones go into the bin and out of it; after PARLOR_RECORDING_BIN_MS they are deleted. */
gboolean parlor_recordings_bin (ParlorRecordings *self, const char *id, const char *actor,
                                gint64 wall_ms, GError **error);
gboolean parlor_recordings_restore (ParlorRecordings *self, const char *id, const char *actor,
                                    gint64 wall_ms, GError **error);
/** Files and every word of it; id and audit lines stay. */
gboolean parlor_recordings_delete (ParlorRecordings *self, const char *id, const char *actor,
                                   gint64 wall_ms, GError **error);
/** When each goes, by the rules of now: after one was changed, so that what goes by it is told at
 * once. */
void parlor_recordings_reckon (ParlorRecordings *self, gint64 wall_ms);
/** What is due: kept long enough, or in the bin long enough. About once a minute. */
void parlor_recordings_purge (ParlorRecordings *self, gint64 wall_ms);
/** Somebody looked at it or took a file: one audit line a view. */
void parlor_recordings_viewed (ParlorRecordings *self, const char *id, const char *actor,
                               gint64 wall_ms);
/** One view of which `detail` says more, whoever looked at what before: of a link. */
void parlor_recordings_view (ParlorRecordings *self, const char *id, const char *actor,
                             const char *detail, gint64 wall_ms);
/** A ParlorRecordVisit for start, after the recordings. `user_data` is the object. */
void parlor_recordings_load_transcript (gconstpointer row, gpointer self);
/** Puts it in the place of the one before; its words are found by the search from now on. */
gboolean parlor_recordings_set_transcript (ParlorRecordings *self, const ParlorTranscriptRow *row,
                                           GError **error);
/** FALSE: NOT_FOUND, also where there is none. */
gboolean parlor_recordings_drop_transcript (ParlorRecordings *self, const char *id,
                                            const char *actor, gint64 wall_ms, GError **error);
gboolean parlor_recordings_has_transcript (const ParlorRecordings *self, const char *id);

/** Wall clock at which one that began then goes, by the room's rule, else the brand's; 0 = never.
 */
gint64 parlor_recordings_due (const ParlorRecordings *self, const char *brand, const char *room,
                              gint64 started_ms);

/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_recordings_load_rule (gconstpointer row, gpointer self);
/** Takes a copy; the rule of the same room is replaced. Retention takes effect at the next purge.
 */
void parlor_recordings_put_rule (ParlorRecordings *self, const ParlorRoomRuleRow *rule);
/** Borrowed until the next put; NULL = nothing was said. */
const ParlorRoomRuleRow *parlor_recordings_rule (const ParlorRecordings *self, const char *room);

#define PARLOR_RECORDINGS_FORECAST_DAYS 30

typedef struct
{
  guint kept, binned, held; /**< kept: all that are neither in the bin nor deleted */
  gint64 bytes, binned_bytes;
  gint64 day_bytes;      /**< written a day, over the last 30 */
  gint64 forecast_bytes; /**< with what is written and what goes, 30 days from now */
} ParlorRecordingsUse;
/** What a brand uses. */
void parlor_recordings_use (const ParlorRecordings *self, const char *brand, gint64 wall_ms,
                            ParlorRecordingsUse *use);
/** Of a brand, what goes into the bin or out of it for good before that time and is not held; the
 * next to go first. Transfer container, rows borrowed until the next put. */
GPtrArray *parlor_recordings_going (const ParlorRecordings *self, const char *brand,
                                    gint64 before_ms);

typedef struct
{
  const char *brand;  /**< required */
  const char *room;   /**< nullable */
  const char *person; /**< nullable: found in people, case folded */
  const char *state;  /**< nullable; without it those in the bin and the deleted are left out */
  const char
      *text; /**< nullable: found in title, people, words or transcript, folded, any script */
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

/** Of a brand, those that somebody is let in to by what he has, the deleted left out; oldest first,
 * as above. */
GPtrArray *parlor_recordings_with_door (const ParlorRecordings *self, const char *brand,
                                        const char *kind, const char *value);

G_END_DECLS
