/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Starting a process of ours (recorder, composer, packager, stage) on the loop: with the
 * environment of childenv.h, and of the descriptors only what it is given. Thread: control.
 */
#pragma once

#include <glib.h>
#include <uv.h>

G_BEGIN_DECLS

/**
 * `words`: the program and its arguments, NULL-terminated. `stdio`: its descriptors from 0 on.
 * FALSE: it does not start, which is warned of. Either way the handle is the loop's from now on:
 * uv_close () it.
 */
gboolean parlor_child_start (uv_loop_t *loop, uv_process_t *process, char **words,
                             uv_stdio_container_t *stdio, guint n_stdio, uv_exit_cb func);
/** One that is talked to over a socket (record/wire.h): descriptor 3 is `fd`, which stays the
 * caller's to close; what it writes goes where ours goes. */
gboolean parlor_child_start_talking (uv_loop_t *loop, uv_process_t *process, const char *program,
                                     int fd, uv_exit_cb func);
/** One that systemd starts, as a user of its own, for each connection to the SOCK_SEQPACKET socket
 * at `path`: that connection, the caller's, which never waits. -1: nobody is there, or who listens
 * is neither root nor our own user, which is warned of. */
int parlor_child_call (const char *path);

G_END_DECLS
