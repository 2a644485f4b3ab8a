/* SPDX-License-Identifier: Apache-2.0 */
#include "record/child.h"

#include "record/childenv.h"
#include "record/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

gboolean
parlor_child_start (uv_loop_t *loop, uv_process_t *process, char **words,
                    uv_stdio_container_t *stdio, guint n_stdio, uv_exit_cb func)
{
  g_auto (GStrv) environment = parlor_child_environment ();
  uv_process_options_t options = {.exit_cb = func,
                                  .file = words[0],
                                  .args = words,
                                  .env = environment,
                                  .stdio_count = (int)n_stdio,
                                  .stdio = stdio};
  int result = uv_spawn (loop, process, &options);
  if (result != 0)
    g_warning ("%s does not start: %s", words[0], uv_strerror (result));
  return result == 0;
}

gboolean
parlor_child_start_talking (uv_loop_t *loop, uv_process_t *process, const char *program, int fd,
                            uv_exit_cb func)
{
  char *words[] = {(char *)program, NULL};
  uv_stdio_container_t stdio[] = {{.flags = UV_IGNORE},
                                  {.flags = UV_INHERIT_FD, .data.fd = STDOUT_FILENO},
                                  {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
                                  {.flags = UV_INHERIT_FD, .data.fd = fd}};
  return parlor_child_start (loop, process, words, stdio, G_N_ELEMENTS (stdio), func);
}

static gboolean
reach (int fd, const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path)
    return connect (fd, (struct sockaddr *)&address, sizeof address) == 0;
  errno = ENAMETOOLONG;
  return FALSE;
}

int
parlor_child_call (const char *path)
{
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gint64 peer = fd >= 0 && reach (fd, path) ? parlor_wire_peer (fd) : -1;
  if (peer == 0 || peer == (gint64)geteuid ())
    return fd;
  g_warning ("%s does not answer: %s", path,
             peer >= 0 ? "who listens there is neither root nor this user" : g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}
