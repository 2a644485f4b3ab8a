/* SPDX-License-Identifier: Apache-2.0 */
#include "app/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_US (10 * G_USEC_PER_SEC)
#define LINES_PER_WINDOW 5
#define MAX_FORMATS 256

typedef struct
{
  gint64 since_us;
  guint lines, held_back;
} Window;

static GMutex mutex;
static GHashTable *windows; /* owned format → owned Window */

static const char *const level_names[] = {"error", "warning", "info"};

/* FALSE: hold it back. */
static gboolean
pass (const char *format, gint64 now_us, guint *held_back)
{
  if (!windows)
    windows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Window *window = g_hash_table_lookup (windows, format);
  *held_back = 0;
  if (!window)
    {
      if (g_hash_table_size (windows) >= MAX_FORMATS)
        g_hash_table_remove_all (windows);
      window = g_new0 (Window, 1);
      window->since_us = now_us;
      g_hash_table_insert (windows, g_strdup (format), window);
    }
  if (now_us - window->since_us >= WINDOW_US)
    {
      *held_back = window->held_back;
      *window = (Window){.since_us = now_us};
    }
  if (window->lines >= LINES_PER_WINDOW)
    {
      window->held_back++;
      return FALSE;
    }
  window->lines++;
  return TRUE;
}

char *
parlor_log_line (ParlorLogLevel level, gint64 now_us, gint64 wall_ms, const char *format,
                 const char *text)
{
  guint held_back = 0;
  g_mutex_lock (&mutex);
  gboolean passes = pass (format, now_us, &held_back);
  g_mutex_unlock (&mutex);
  if (!passes)
    return NULL;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall_ms / 1000);
  g_autofree char *stamp = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
  GString *line = g_string_new (NULL);
  g_string_printf (line, "%s %s %s", stamp, level_names[level], text);
  /* One message, one line, and nothing that moves a terminal's cursor. */
  for (gsize i = 0; i < line->len; i++)
    if ((guchar)line->str[i] < 0x20 || line->str[i] == 0x7f)
      line->str[i] = ' ';
  if (held_back)
    g_string_append_printf (line, " (%u more like this were held back)", held_back);
  g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}

static void
write_line (ParlorLogLevel level, const char *format, const char *text)
{
  g_autofree char *line = parlor_log_line (level, g_get_monotonic_time (),
                                           g_get_real_time () / 1000, format, text);
  if (line && write (STDERR_FILENO, line, strlen (line)) < 0)
    return; /* nobody reads the log: there is nobody to tell */
}

void
parlor_log (ParlorLogLevel level, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  write_line (level, format, text);
}

static GLogWriterOutput
on_glib_message (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *text = "";
  for (gsize i = 0; i < n_fields; i++)
    if (!strcmp (fields[i].key, "MESSAGE"))
      text = fields[i].value;
  ParlorLogLevel level = flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL) ? PARLOR_LOG_ERROR
                         : flags & G_LOG_LEVEL_WARNING                      ? PARLOR_LOG_WARNING
                                                                            : PARLOR_LOG_INFO;
  if (!(flags & G_LOG_LEVEL_DEBUG))
    write_line (level, text, text);
  return G_LOG_WRITER_HANDLED;
}

void
parlor_log_take_glib (void)
{
  g_log_set_writer_func (on_glib_message, NULL, NULL);
}
