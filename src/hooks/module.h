/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A hook module (include/parlor/hook.h) and its threads. Thread: control; the module's ask () runs
 * on others.
 */
#pragma once

#include "parlor/hook.h"

#include <glib.h>
#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorModule ParlorModule;

/** `length` > 0: the answer; else PARLOR_HOOK_MODULE_PASS or _FAILED. Control thread. */
typedef void (*ParlorModuleAnswered) (long length, const char *answer, gpointer user_data);

/** Loads and starts. NULL with G_FILE_ERROR, the message says what is wrong. `loop` is borrowed. */
ParlorModule *parlor_module_new (uv_loop_t *loop, const char *path, const char *config,
                                 GError **error);
/** FALSE: 256 questions wait already; the callback will not come. */
gboolean parlor_module_ask (ParlorModule *module, const char *hook, const char *question,
                            guint budget_ms, ParlorModuleAnswered answered, gpointer user_data);
const char *parlor_module_name (const ParlorModule *module);
/** Waits for the asks that run (their callbacks are not called), stops the module; `drop` is called
    for the user_data of each question that was not answered. */
void parlor_module_free (ParlorModule *module, GDestroyNotify drop);

G_END_DECLS
