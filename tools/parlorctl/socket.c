/* SPDX-License-Identifier: Apache-2.0 */
/* control.sock: one line of JSON each way. */
#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES (4 * 1024 * 1024)

int
ctl_fail (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "parlorctl: %s\n", text);
  return EXIT_FAILURE;
}

/* ---- the socket ----------------------------------------------------------------------------- */

static char *
socket_path (void)
{
  const char *folder = ctl_data_dir ? ctl_data_dir : g_getenv ("PARLOR_DATA_DIR");
  return folder ? g_build_filename (folder, "control.sock", NULL)
                : g_build_filename (g_get_user_data_dir (), "parlor", "control.sock", NULL);
}

int
ctl_connect (void)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_autofree char *path = socket_path ();
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (fd >= 0 && !connect (fd, (struct sockaddr *)&address, sizeof address))
    return fd;
  ctl_fail ("no parlord answers at %s (%s): give its --data-dir", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

gboolean
ctl_write_all (int fd, const char *data, gsize length)
{
  while (length)
    {
      ssize_t n = write (fd, data, length);
      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          data += n;
          length -= (gsize)n;
        }
    }
  return TRUE;
}

/* One byte at a time: what follows the line is RTP and belongs to somebody else. */
static char *
read_line (int fd)
{
  GString *line = g_string_new (NULL);
  char c;
  while (line->len < LINE_MAX_BYTES && read (fd, &c, 1) == 1 && c != '\n')
    g_string_append_c (line, c);
  return g_string_free (line, FALSE);
}

/* Sends the request (taken) and returns the answer (transfer full); NULL: the reason was printed.
 */
json_t *
ctl_ask (int fd, json_t *request)
{
  char *text = json_dumps (request, JSON_COMPACT);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  json_decref (request);
  free (text);
  g_autofree char *reply = ctl_write_all (fd, line, strlen (line)) ? read_line (fd) : NULL;
  json_t *json = reply ? json_loads (reply, 0, NULL) : NULL;
  if (json && json_is_true (json_object_get (json, "ok")))
    return json;
  const char *message = json_string_value (json_object_get (json, "message"));
  ctl_fail ("%s", message ? message : "the daemon did not answer");
  json_decref (json);
  return NULL;
}
