/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the recorder gives up before it reads the first byte that came from outside: the network
 * (a namespace of its own where the kernel allows it to anybody), new sockets, other programs,
 * other processes' memory and signals to them, io_uring, symbolic links, pipes with names,
 * privileges, core files. Files and threads it keeps. docs/operate.md says what systemd adds. Once,
 * by the only thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** `memory_bytes`: of its heap; 0 = no limit. FALSE with G_FILE_ERROR: the system call filter is
 * not in force. */
gboolean parlor_sandbox_enter (guint64 memory_bytes, GError **error);
/** After parlor_sandbox_enter (), who needs no files: none can be opened any more, open ones stay.
 * FALSE: the kernel has no Landlock (before 5.13, or switched off); nothing has changed. */
gboolean parlor_sandbox_drop_files (void);
/** Whether that would succeed. Any thread; nothing is given up. */
gboolean parlor_sandbox_can_drop_files (void);

G_END_DECLS
