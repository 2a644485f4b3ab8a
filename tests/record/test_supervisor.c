/* SPDX-License-Identifier: Apache-2.0 */
#include "record/supervisor.h"

#include <glib/gstdio.h>

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
on_event (const ParlorRecorderEvent *event, gpointer failures)
{
  *(guint *)failures += event->type == PARLOR_RECORDER_FAILED;
}

/* It is tried again every second while somebody records. */
static void
test_missing (void)
{
  uv_loop_t loop;
  guint failures = 0;
  g_autofree char *folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  g_autofree char *key = g_build_filename (folder, "key", NULL);
  uv_loop_init (&loop);
  ParlorSupervisorSpec spec = {
      .loop = &loop, .program = "/nowhere/parlor-recorder", .folder = folder, .key = key};
  ParlorSupervisor *supervisor = parlor_supervisor_new (&spec, NULL);
  ParlorRecorder *recorder = parlor_supervisor_recorder (supervisor);
  recorder->ops->set_event_func (recorder, on_event, &failures);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*does not start*");
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*does not start*");
  recorder->ops->begin (
      recorder,
      &(ParlorRecorderBegin){
          .recording = "rec_1", .room = "rm_1", .title = "", .brand = "br_1", .mode = "ask"});
  while (failures < 1)
    uv_run (&loop, UV_RUN_ONCE);
  guint n = count_descriptors ();
  while (failures < 2)
    uv_run (&loop, UV_RUN_ONCE);
  g_assert_cmpuint (count_descriptors (), ==, n);
  g_test_assert_expected_messages ();
  parlor_supervisor_free (supervisor);
  uv_run (&loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&loop), ==, 0);
  g_unlink (key);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/supervisor/a-recorder-that-does-not-start-costs-no-descriptors",
                   test_missing);
  return g_test_run ();
}
