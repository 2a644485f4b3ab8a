/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the recorder gives up before it reads the first byte that came from outside: the network
 * (a namespace of its own where the kernel allows it to anybody), new sockets, other programs,
 * other processes' memory, privileges, core files. Files and threads it keeps. docs/operate.md says
 * what systemd adds. Once, by the only thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** `memory_bytes`: of its heap; 0 = no limit. FALSE with G_FILE_ERROR: the system call filter is
 * not in force. */
gboolean parlor_sandbox_enter (guint64 memory_bytes, GError **error);

G_END_DECLS
