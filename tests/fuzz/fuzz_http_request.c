/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes on an HTTP connection: the server answers in HTTP, never with its own fault, and goes on.
 */
#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A new server now and then: rooms and rates that one input made do not stay for all others. */
#define INPUTS_PER_WORLD 500

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static World *world;

static void
end_world (void)
{
  world_free (world);
  world = NULL;
}

static void
renew_world (void)
{
  static guint inputs;
  static gboolean registered;
  if (!registered)
    atexit (end_world);
  registered = TRUE;
  if (world && inputs++ % INPUTS_PER_WORLD == 0)
    end_world ();
  if (!world)
    world = world_new (NULL);
}

static void
check (const char *answer, gsize length)
{
  if (!length)
    return;
  g_assert_true (length > 12 && !memcmp (answer, "HTTP/1.1 ", 9));
  g_assert_true (memcmp (answer + 9, "500", 3));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static char answer[1 << 20];
  struct linger reset = {1, 0};
  gsize n = 0;
  renew_world ();
  int fd = world_connect (world);
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (send (fd, data, size, MSG_NOSIGNAL) < 0)
    g_assert_cmpint (errno, ==, EAGAIN);
  for (int i = 0; i < 6; i++)
    {
      uv_run (&world->loop, UV_RUN_NOWAIT);
      ssize_t k = recv (fd, answer + n, sizeof answer - n, 0);
      if (k > 0)
        n += (gsize)k;
    }
  check (answer, n);
  close (fd);
  for (int i = 0; i < 3; i++)
    uv_run (&world->loop, UV_RUN_NOWAIT);
  return 0;
}
