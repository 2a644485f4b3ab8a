/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The manifest of a recording, made from its journal alone, after a clean stop and after a crash
 * alike:
 *
 *     {"version":1,"recording":"rec_…","room":"rm_…","title":"…","from_ms":…,"to_ms":…,"started_at":…,
 *      "participants":[{"id","name","identity","role","company"?}],
 *      "files":[{"n","path","participant","source","codec","from_ms","to_ms","duration_ms","bytes",
 *                "sha256","clock":[[room_ms,file_ms],…]}],
 *      "gaps":[{"participant","source","from_ms","to_ms","reason":"interrupted|paused|failed|off"}],
 *      "interruptions":[{"from_ms","to_ms","reason"}],
 * "troubles":[{"track","from_ms","to_ms","reason"}], "pauses":[{"from_ms","to_ms"}],
 *      "speakers":[[room_ms,"pt_…"|null]], "markers":[…], "stills":[…], "chat":[…], "consents":[…]}
 *
 * All *_ms but duration_ms and file_ms are the room's clock. Between two pieces of `clock` a file's
 * time advances as the room's does; before the first one it is reckoned back. Any thread.
 */
#pragma once

#include <jansson.h>

#include <glib.h>

G_BEGIN_DECLS

/** What a journal says, entry by entry. */
typedef struct _ParlorReplay ParlorReplay;

ParlorReplay *parlor_replay_new (void);
void parlor_replay_free (ParlorReplay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorReplay, parlor_replay_free)
/** A ParlorJournalFunc; what it does not understand is skipped. */
gboolean parlor_replay_entry (const char *text, gsize length, gpointer replay);

/** Largest number of a file; 0 = none. */
guint parlor_replay_last_file (const ParlorReplay *replay);
/** Numbers of the files that were begun and not finished; free with g_array_unref (). */
GArray *parlor_replay_unfinished (const ParlorReplay *replay);
/** Borrowed; NULL = no such file. */
const char *parlor_replay_path (const ParlorReplay *replay, guint n);
/** It says what is recorded, and from when. */
gboolean parlor_replay_has_begin (const ParlorReplay *replay);
/** The last instant of which the journal speaks; -1 = it is empty. */
gint64 parlor_replay_last_ms (const ParlorReplay *replay);

/** What the journal in `folder` says so far; NULL: it cannot be read (`vault_key`: record/safe.h).
 * While somebody writes it a torn last entry is left out. */
ParlorReplay *parlor_replay_load (const char *folder, const guint8 *vault_key);

/** A marker at whose instant a screen was written, and where; borrowed for the call. */
typedef struct
{
  const char *marker;
  guint n; /**< the file; 0 = no screen was written then after all, and the still below is none */
  const char *path, *codec; /**< of the file */
  gboolean is_open;         /**< it is still being written */
  gint64 room_ms, file_ms;  /**< the marker's instant */
  const char *stale;        /**< a still that was made and shows another instant; NULL = none */
} ParlorReplayStill;
typedef void (*ParlorReplayStillFunc) (const ParlorReplayStill *still, gpointer user_data);

/** While a recording goes on: what will not be another instant later. */
typedef struct
{
  guint after_n;   /**< an unfinished file up to this one is no longer written: it waits */
  gint64 until_ms; /**< markers after this instant wait */
} ParlorReplayLive;

/** Calls `func` for each marker that has no still and can have one. `live` NULL: all files are
 * finished, and stills that show another instant are told as well. Returns how many wait. */
guint parlor_replay_stills (const ParlorReplay *replay, const ParlorReplayLive *live,
                            ParlorReplayStillFunc func, gpointer user_data);
/** Whether a still of the recording has this name. */
gboolean parlor_replay_has_still_file (const ParlorReplay *replay, const char *path);

/** (transfer full) */
json_t *parlor_replay_manifest (const ParlorReplay *replay);

G_END_DECLS
