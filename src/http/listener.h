/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The socket that a server listens on.
 *
 * Thread: any.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** A listening TCP socket, non-blocking, at this numeric address ("127.0.0.1", "::1"); port 0 =
 * a free one. -1: `error` says why, in one line for the operator. */
int parlor_listener_open (const char *text, guint16 port, GError **error);

/** The port that it got; 0 = it is no such socket. */
guint16 parlor_listener_port (int fd);

G_END_DECLS
