/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The daemon's side of recording: implements room/recorder.h over `parlor-recorder`, which it
 * starts (or has started, as another user, by connecting), watches and starts again. A recorder
 * that dies costs what it had not written (nothing, as a rule); its recordings go on in new files
 * within a second or two, and the meeting notices nothing.
 *
 * Control thread.
 */
#pragma once

#include "record/keeper.h"
#include "record/seal.h"
#include "room/recorder.h"

#include <uv.h>

G_BEGIN_DECLS

typedef struct
{
  uv_loop_t *loop;      /**< borrowed */
  ParlorMedia *media;   /**< borrowed */
  const char *program;  /**< path of parlor-recorder */
  const char *socket;   /**< at which systemd starts it for us; NULL = we start `program` */
  const char *folder;   /**< under it each recording has one of its own */
  const char *key;      /**< file of the key that signs manifests */
  ParlorKeeper *keeper; /**< borrowed; NULL = recordings lie in the clear */
} ParlorSupervisorSpec;

typedef struct
{
  guint64 starts; /**< of the recorder process */
  guint recordings, tracks;
  gint pid; /**< 0 = it does not run */
} ParlorSupervisorStats;

typedef struct _ParlorSupervisor ParlorSupervisor;

/** Strings are copied. NULL: G_FILE_ERROR. */
ParlorSupervisor *parlor_supervisor_new (const ParlorSupervisorSpec *spec, GError **error);
/** Ends the process (its files play as they are). Run the loop once more before it is closed. NULL
 * is ignored. */
void parlor_supervisor_free (ParlorSupervisor *self);

/** Borrowed. */
ParlorRecorder *parlor_supervisor_recorder (ParlorSupervisor *self);
/** No recording runs or waits to be sealed. */
gboolean parlor_supervisor_is_idle (const ParlorSupervisor *self);
void parlor_supervisor_stats (const ParlorSupervisor *self, ParlorSupervisorStats *out);

/** What signs manifests; any thread, for as long as the supervisor is. Borrowed. */
const ParlorSealer *parlor_supervisor_sealer (const ParlorSupervisor *self);

G_END_DECLS
