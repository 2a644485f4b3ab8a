/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The log: one line a message on standard error, "2026-01-31T12:00:00Z warning text". No secret,
 * name, token, SDP, chat or address of a person is ever given to it.
 *
 * A line that repeats (the same format) is let through 5 times in 10 s; what was held back is
 * counted and told with the next one. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PARLOR_LOG_ERROR,
  PARLOR_LOG_WARNING,
  PARLOR_LOG_INFO,
} ParlorLogLevel;

void parlor_log (ParlorLogLevel level, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** The line parlor_log () would write, or NULL when it is held back (transfer full). For tests:
   pure but for the table of repetitions. */
char *parlor_log_line (ParlorLogLevel level, gint64 now_us, gint64 wall_ms, const char *format,
                       const char *text);

/** Sends GLib's own messages (and those of libraries over GLib) the same way. */
void parlor_log_take_glib (void);

G_END_DECLS
