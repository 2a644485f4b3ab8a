/* SPDX-License-Identifier: Apache-2.0 */
/* Deleted for ever: not before the row is on the disk, and finished after a restart. */
#include "app/wire_record.h"

#include "record/removal.h"

#include <glib/gstdio.h>

typedef struct
{
  ParlorRecordSink sink; /* first: the sink is the disk */
  ParlorRecordFlushed flushed;
  gpointer data;
} Disk;

static void
nothing (ParlorRecordSink *sink)
{
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer row)
{
}

static void
flush (ParlorRecordSink *sink, ParlorRecordFlushed flushed, gpointer user_data)
{
  Disk *disk = (Disk *)sink;
  disk->flushed = flushed;
  disk->data = user_data;
}

typedef struct
{
  uv_loop_t loop;
  Disk disk;
  ParlorWireRecord record;
} World;

static void
set_up (World *w, gconstpointer data)
{
  w->disk.sink = (ParlorRecordSink){.begin = nothing, .end = nothing, .put = put, .flush = flush};
  uv_loop_init (&w->loop);
  w->record.folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  w->record.recordings = parlor_recordings_new (&w->disk.sink);
  w->record.shares = parlor_shares_new (&w->disk.sink, NULL);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_autofree char *aside = g_build_filename (w->record.folder, PARLOR_REMOVAL_FOLDER, NULL);
  parlor_removal_rest (w->record.folder); /* and waits for a thread that is still at it */
  g_rmdir (aside);
  g_rmdir (w->record.folder);
  parlor_wire_record_clear (&w->record);
  uv_run (&w->loop, UV_RUN_NOWAIT);
  g_assert_cmpint (uv_loop_close (&w->loop), ==, 0);
}

/* A row and a folder with a file in it (transfer full: the folder). */
static char *
add (World *w, const char *id, const char *state)
{
  ParlorRecordingRow row = {.id = (char *)id,
                            .brand = (char *)"br_1",
                            .room = (char *)"rm_1",
                            .title = (char *)"",
                            .state = (char *)state,
                            .mode = (char *)"ask",
                            .started_by = (char *)""};
  char *folder = g_build_filename (w->record.folder, id, NULL);
  g_autofree char *file = g_build_filename (folder, "1.webm", NULL);
  parlor_recordings_load (&row, w->record.recordings);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  return folder;
}

static gboolean
is_there (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* It is erased by a thread of its own. */
static void
wait_until_gone (const char *path)
{
  for (guint i = 0; i < 5000 && is_there (path); i++)
    g_usleep (1000);
  g_assert_false (is_there (path));
}

static void
test_durable (World *w, gconstpointer data)
{
  g_autofree char *a = add (w, "a", "ready"), *b = add (w, "b", "ready");
  parlor_wire_record_keep (&w->record, &w->loop, NULL, NULL, NULL);
  g_assert_true (parlor_recordings_delete (w->record.recordings, "a", "usr_1", 1, NULL));
  g_assert_nonnull (w->disk.flushed);
  w->disk.flushed (FALSE, w->disk.data);
  g_usleep (20000);
  g_assert_true (is_there (a));
  g_assert_true (parlor_recordings_delete (w->record.recordings, "b", "usr_1", 1, NULL));
  g_usleep (20000);
  g_assert_true (is_there (b));
  w->disk.flushed (TRUE, w->disk.data);
  wait_until_gone (b);
  g_autofree char *file = g_build_filename (a, "1.webm", NULL);
  g_unlink (file);
  g_rmdir (a);
}

static void
test_restart (World *w, gconstpointer data)
{
  g_autofree char *gone = add (w, "gone", "deleted"), *kept = add (w, "kept", "binned");
  g_autofree char *file = g_build_filename (kept, "1.webm", NULL);
  parlor_wire_record_keep (&w->record, &w->loop, NULL, NULL, NULL);
  wait_until_gone (gone);
  g_assert_true (is_there (file));
  g_unlink (file);
  g_rmdir (kept);
}

/* The server ended between putting it aside and the last file. */
static void
test_aside (World *w, gconstpointer data)
{
  g_autofree char *aside = g_build_filename (w->record.folder, PARLOR_REMOVAL_FOLDER, "a", NULL);
  g_autofree char *file = g_build_filename (aside, "1.webm", NULL);
  g_assert_cmpint (g_mkdir_with_parents (aside, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  parlor_wire_record_keep (&w->record, &w->loop, NULL, NULL, NULL);
  wait_until_gone (aside);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/app/wire-record/erased-when-the-row-is-on-the-disk", World, NULL, set_up,
              test_durable, tear_down);
  g_test_add ("/app/wire-record/erasing-is-finished-after-a-restart", World, NULL, set_up,
              test_restart, tear_down);
  g_test_add ("/app/wire-record/what-was-put-aside-is-gone-after-a-restart", World, NULL, set_up,
              test_aside, tear_down);
  return g_test_run ();
}
