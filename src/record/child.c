/* SPDX-License-Identifier: Apache-2.0 */
#include "record/child.h"

#include "record/childenv.h"

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
