/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One recording inside the recorder process: its folder, its journal, its tracks. What is ordered
 * and what comes back is the JSON of record/wire.h.
 *
 * Main thread of the recorder, but for the ParlorSessionTell function, which any of its threads
 * calls.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

/** To the daemon (transfer full). Any thread. */
typedef void (*ParlorSessionTell) (json_t *message, gpointer user_data);

typedef struct _ParlorRecordSession ParlorRecordSession;

/** `order`: an "open". A folder with a journal is gone on with: files that a crash left are
 * finished in the background. A journal that another process still has is waited for, some
 * seconds. Where the disk takes nothing that is told ("failed"), and tried again at every tick. */
ParlorRecordSession *parlor_record_session_open (const json_t *order, ParlorSessionTell tell,
                                                 gpointer user_data);
/** Ends all tracks and waits for them; nothing is sealed. NULL is ignored. */
void parlor_record_session_free (ParlorRecordSession *session);
/** The daemon has gone: what has come is written, nothing more; the next process has the journal as
 * soon as this one ends, which is at once. The session is not to be used any more, nor freed. */
void parlor_record_session_leave (ParlorRecordSession *session);

/** `order`: a "track"; `fd` is owned from now on. */
void parlor_record_session_track (ParlorRecordSession *session, const json_t *order, int fd);
void parlor_record_session_untrack (ParlorRecordSession *session, const json_t *order);
/** Something for the journal, as it stands in the order's "entry". */
void parlor_record_session_note (ParlorRecordSession *session, const json_t *order);
/** Ends all, writes the manifest in a thread of its own, tells "sealed"; until it can be written it
 * is tried again. */
void parlor_record_session_seal (ParlorRecordSession *session);
/** TRUE: sealed and told; it is to be freed. */
gboolean parlor_record_session_is_sealed (ParlorRecordSession *session);
/** What is written goes to the disk; tracks that ended are joined. About once a second. */
void parlor_record_session_tick (ParlorRecordSession *session);

G_END_DECLS
