/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between renders and what makes them: `src/record` implements it with a process for each,
 * tests in memory. Control thread; all pointers are borrowed for the call; every function returns
 * at once.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *id;        /**< "rnd_…" */
  const char *recording; /**< "rec_…" */
  const char *layout;    /**< "speaker", "grid", "screen_with_speaker", "audio_only" */
  const char *exclude;   /**< ids or identities, one a line; nullable */
  gint64 from_ms, to_ms; /**< the room's clock; -1 = from the beginning, to the end */
  const char *cuts;      /**< "from_ms to_ms", one a line: what is left out; nullable */
  guint width, height;
  gboolean names;
} ParlorComposerJob;

typedef enum
{
  PARLOR_COMPOSER_PROGRESS, /**< done_ms of all_ms */
  PARLOR_COMPOSER_DONE,     /**< the file stands: sha256, bytes, duration_ms, people */
  PARLOR_COMPOSER_FAILED,   /**< reason; there is no file */
  PARLOR_COMPOSER_DIED,     /**< the process did; started again it goes on where it was */
} ParlorComposerEventType;

typedef struct
{
  ParlorComposerEventType type;
  const char *id;
  gint64 done_ms, all_ms, bytes, duration_ms;
  const char *sha256, *reason;
  const char *people; /**< DONE: ids of who is in it, one a line */
  const char *clock;  /**< DONE: "from_ms to_ms file_ms", one a line: what lies where in the file */
} ParlorComposerEvent;

/** Never inside one of the functions below. */
typedef void (*ParlorComposerEventFunc) (const ParlorComposerEvent *event, gpointer user_data);

typedef struct _ParlorComposer ParlorComposer;

typedef struct
{
  void (*set_event_func) (ParlorComposer *composer, ParlorComposerEventFunc func,
                          gpointer user_data);
  /** FALSE: it cannot be started now; no event follows. */
  gboolean (*start) (ParlorComposer *composer, const ParlorComposerJob *job);
  /** No event of it comes after this, and nothing of it stays on the disk. */
  void (*cancel) (ParlorComposer *composer, const char *id);
  /** Removes a file that was made, and what one that does not run has left. */
  void (*remove) (ParlorComposer *composer, const char *recording, const char *id);
} ParlorComposerOps;

/** Implementations embed this as their first member. */
struct _ParlorComposer
{
  const ParlorComposerOps *ops;
};

G_END_DECLS
