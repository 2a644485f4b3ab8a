/* SPDX-License-Identifier: Apache-2.0 */
#include "record/supervisor.h"

#include "record/safe.h"
#include "record/wire.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

typedef struct
{
  uv_loop_t loop;
  char *folder, *key, *path; /* path: of a socket */
  guint failures, sealed;
  ParlorSupervisor *supervisor;
} World;

static void
on_event (const ParlorRecorderEvent *event, gpointer user_data)
{
  World *world = user_data;
  world->failures += event->type == PARLOR_RECORDER_FAILED;
  world->sealed += event->type == PARLOR_RECORDER_SEALED;
}

/* Something is recorded. */
static void
world_begin (World *world, gboolean by_socket)
{
  world->failures = world->sealed = 0;
  world->folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  world->key = g_build_filename (world->folder, "key", NULL);
  world->path = g_build_filename (world->folder, "socket", NULL);
  uv_loop_init (&world->loop);
  ParlorSupervisorSpec spec = {.loop = &world->loop,
                               .program = "/nowhere/parlor-recorder",
                               .socket = by_socket ? world->path : NULL,
                               .folder = world->folder,
                               .key = world->key};
  world->supervisor = parlor_supervisor_new (&spec, NULL);
  ParlorRecorder *recorder = parlor_supervisor_recorder (world->supervisor);
  recorder->ops->set_event_func (recorder, on_event, world);
  recorder->ops->begin (
      recorder,
      &(ParlorRecorderBegin){
          .recording = "rec_1", .room = "rm_1", .title = "", .brand = "br_1", .mode = "ask"});
}

static void
world_end (World *world)
{
  parlor_supervisor_free (world->supervisor);
  uv_run (&world->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&world->loop), ==, 0);
  g_unlink (world->key);
  g_unlink (world->path);
  g_rmdir (world->folder);
  g_free (world->key);
  g_free (world->path);
  g_free (world->folder);
}

/* It is tried again every second while somebody records. */
static void
test_missing (gconstpointer by_socket)
{
  const char *warning = GPOINTER_TO_INT (by_socket) ? "*does not answer*" : "*does not start*";
  World world;
  world_begin (&world, GPOINTER_TO_INT (by_socket));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, warning);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, warning);
  while (world.failures < 1)
    uv_run (&world.loop, UV_RUN_ONCE);
  guint n = count_descriptors ();
  while (world.failures < 2)
    uv_run (&world.loop, UV_RUN_ONCE);
  g_assert_cmpuint (count_descriptors (), ==, n);
  g_test_assert_expected_messages ();
  world_end (&world);
}

static int
listen_at (const char *path)
{
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 4), ==, 0);
  return fd;
}

/* The next connection, on which the recording was opened for `reason`. */
static int
answer (World *world, int listener, const char *reason)
{
  ParlorWireResult result;
  int fd, beside;
  /* Who has connected waits for us: the loop must not wait for him. */
  while ((fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
    {
      uv_run (&world->loop, UV_RUN_NOWAIT);
      g_usleep (1000);
    }
  json_t *order = parlor_wire_receive (fd, &beside, &result);
  g_assert_cmpstr (json_string_value (json_object_get (order, "t")), ==, "open");
  g_assert_cmpstr (json_string_value (json_object_get (order, "recording")), ==, "rec_1");
  g_assert_cmpstr (json_string_value (json_object_get (order, "reason")), ==, reason);
  json_decref (order);
  return fd;
}

static gint
pid_of (const World *world)
{
  ParlorSupervisorStats stats;
  parlor_supervisor_stats (world->supervisor, &stats);
  return stats.pid;
}

/* One that hangs up before it says that it is ready has failed; one that has been so is followed by
   the next. */
static void
test_called (void)
{
  static const char ready[] = "{\"t\":\"ready\",\"pid\":4711}";
  World world;
  world_begin (&world, TRUE);
  int listener = listen_at (world.path);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*has hung up*");
  close (answer (&world, listener, ""));
  while (world.failures < 1)
    uv_run (&world.loop, UV_RUN_ONCE);
  int fd = answer (&world, listener, "recorder");
  g_assert_cmpint (parlor_wire_send (fd, ready, strlen (ready), -1), ==, PARLOR_WIRE_OK);
  while (pid_of (&world) == 0)
    uv_run (&world.loop, UV_RUN_ONCE);
  g_assert_cmpint (pid_of (&world), ==, 4711);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*has hung up*");
  close (fd);
  fd = answer (&world, listener, "recorder");
  g_assert_cmpuint (world.failures, ==, 1);
  g_assert_cmpint (pid_of (&world), ==, 0);
  g_test_assert_expected_messages ();
  close (fd);
  close (listener);
  world_end (&world);
}

/* What the recorder wrote is believed to be a manifest up to a size: it may have been taken over.
 */
static void
test_manifest (gconstpointer bytes)
{
  static const char sealed[] = "{\"t\":\"sealed\",\"recording\":\"rec_1\"}";
  gboolean fits = GPOINTER_TO_SIZE (bytes) <= PARLOR_SAFE_MANIFEST_MAX;
  World world;
  world_begin (&world, TRUE);
  g_autofree char *folder = g_build_filename (world.folder, "rec_1", NULL),
                  *path = g_build_filename (folder, "manifest.json", NULL),
                  *signature = g_build_filename (folder, "manifest.sig", NULL),
                  *text = g_strnfill (GPOINTER_TO_SIZE (bytes), ' ');
  memcpy (text, "{}", 2);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, (gssize)GPOINTER_TO_SIZE (bytes), NULL));
  int listener = listen_at (world.path), fd = answer (&world, listener, "");
  g_assert_cmpint (parlor_wire_send (fd, sealed, strlen (sealed), -1), ==, PARLOR_WIRE_OK);
  while (world.failures + world.sealed == 0)
    uv_run (&world.loop, UV_RUN_ONCE);
  g_assert_cmpuint (world.sealed, ==, fits);
  g_assert_true (g_file_test (signature, G_FILE_TEST_EXISTS) == fits);
  close (fd);
  close (listener);
  g_unlink (path);
  g_unlink (signature);
  g_rmdir (folder);
  world_end (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/record/supervisor/a-recorder-that-does-not-start-costs-no-descriptors",
                        GINT_TO_POINTER (FALSE), test_missing);
  g_test_add_data_func ("/record/supervisor/nor-does-one-that-nobody-answers-for",
                        GINT_TO_POINTER (TRUE), test_missing);
  g_test_add_func ("/record/supervisor/who-hangs-up-is-followed-by-the-next-one", test_called);
  g_test_add_data_func ("/record/supervisor/a-manifest-is-signed",
                        GSIZE_TO_POINTER (PARLOR_SAFE_MANIFEST_MAX), test_manifest);
  g_test_add_data_func ("/record/supervisor/what-is-too-large-for-one-is-none",
                        GSIZE_TO_POINTER (PARLOR_SAFE_MANIFEST_MAX + 1), test_manifest);
  return g_test_run ();
}
