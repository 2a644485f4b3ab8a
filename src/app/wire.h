/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The daemon: every module made, in order, and tied to the others. wire.c is the only file that
 * knows them all; read it to see who holds whom.
 *
 * Thread: control, which is the process's first thread.
 */
#pragma once

#include "app/config.h"

G_BEGIN_DECLS

typedef struct _ParlorApp ParlorApp;

/** Starts everything and listens. NULL with one line that says what to do. `config` is borrowed and
    outlives the app. `program` is argv[0], to find the pages of a build tree. */
ParlorApp *parlor_app_new (const ParlorConfig *config, const char *program, GError **error);

/** Runs until SIGTERM or SIGINT: then no new connections, `server_shutdown` to every page, and an
   end within 10 s. */
void parlor_app_run (ParlorApp *app);

/** The port HTTP listens on. */
guint16 parlor_app_http_port (const ParlorApp *app);

void parlor_app_free (ParlorApp *app);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorApp, parlor_app_free)

G_END_DECLS
