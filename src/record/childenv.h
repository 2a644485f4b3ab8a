/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a process that parlord starts (recorder, composer, packager, stage) sees of parlord's
 * environment: where programs and libraries lie, language, time zone, folders of the user, what
 * GStreamer, GLib, libc, OpenSSL, fonts and sanitizers read, and PARLOR_CHILD_*. All else stays
 * behind: in the environment stand secrets, and these processes read what comes from outside.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Of this process's environment; owned by the caller (g_strfreev). Any thread. */
char **parlor_child_environment (void);
/** Of any, NULL-terminated "NAME=value". */
char **parlor_child_environment_of (const char *const *environment);

G_END_DECLS
