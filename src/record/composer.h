/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The daemon's side of rendering: implements room/composer.h with one `parlor-composer` process a
 * render (record/order.h). A process that is damaged by what it reads, or is not wanted any more,
 * is killed; nobody else notices.
 *
 * Control thread.
 */
#pragma once

#include "record/keeper.h"
#include "room/composer.h"

#include <uv.h>

G_BEGIN_DECLS

typedef struct
{
  uv_loop_t *loop;            /**< borrowed */
  const char *program;        /**< path of parlor-composer */
  const char *folder;         /**< of the recordings */
  const ParlorKeeper *keeper; /**< borrowed; of enciphered recordings' keys; nullable */
} ParlorComposerSpec;

typedef struct _ParlorComposers ParlorComposers;

/** Strings are copied. */
ParlorComposers *parlor_composers_new (const ParlorComposerSpec *spec);
/** Kills what runs. Run the loop once more before it is closed. NULL is ignored. */
void parlor_composers_free (ParlorComposers *self);

/** Borrowed. */
ParlorComposer *parlor_composers_get (ParlorComposers *self);
/** Processes that were started; how many run. */
guint64 parlor_composers_starts (const ParlorComposers *self);
guint parlor_composers_running (const ParlorComposers *self);
/** Of one that runs; 0 = none does. For tests and people who look for it. */
gint parlor_composers_pid (const ParlorComposers *self);

/** The name of a render's file in its recording's folder (transfer full). */
char *parlor_render_file_name (const char *id);

G_END_DECLS
