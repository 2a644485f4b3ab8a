/* SPDX-License-Identifier: Apache-2.0 */
#include "record/manifest.h"

#include <string.h>

static void
feed (ParlorReplay *replay, const char *line)
{
  g_assert_true (parlor_replay_entry (line, strlen (line), replay));
}

static gint64
number (const json_t *json, const char *name)
{
  return json_integer_value (json_object_get (json, name));
}

static ParlorReplay *
two_files (const char *between)
{
  ParlorReplay *replay = parlor_replay_new ();
  feed (replay, "{\"t\":\"begin\",\"recording\":\"rec_1\",\"room\":\"rm_1\",\"room_ms\":1000}");
  feed (replay, "{\"t\":\"participant\",\"id\":\"pt_1\",\"name\":\"Lin\"}");
  feed (replay, "{\"t\":\"file\",\"n\":1,\"participant\":\"pt_1\",\"source\":\"camera\",\"path\":"
                "\"0001-camera.webm\",\"room_ms\":1500}");
  feed (replay, "{\"t\":\"clock\",\"n\":1,\"file_ms\":0,\"room_ms\":1500,\"by\":\"arrival\"}");
  feed (replay, "{\"t\":\"clock\",\"n\":1,\"file_ms\":2000,\"room_ms\":3450,\"by\":\"report\"}");
  feed (replay, "{\"t\":\"end\",\"n\":1,\"duration_ms\":4000,\"bytes\":10,\"sha256\":\"aa\","
                "\"finished\":true}");
  feed (replay, between);
  feed (replay, "{\"t\":\"file\",\"n\":2,\"participant\":\"pt_1\",\"source\":\"camera\",\"path\":"
                "\"0002-camera.webm\",\"room_ms\":9000}");
  feed (replay, "{\"t\":\"end\",\"n\":2,\"duration_ms\":1000,\"bytes\":10,\"sha256\":\"bb\","
                "\"finished\":true}");
  return replay;
}

static void
test_clock (void)
{
  g_autoptr (ParlorReplay) replay = two_files ("{\"t\":\"alive\",\"room_ms\":8000}");
  json_t *manifest = parlor_replay_manifest (replay);
  json_t *files = json_object_get (manifest, "files"), *first = json_array_get (files, 0);
  g_assert_cmpuint (json_array_size (files), ==, 2);
  g_assert_cmpint (number (first, "from_ms"), ==, 1450);
  g_assert_cmpint (number (first, "to_ms"), ==, 5450);
  g_assert_cmpuint (json_array_size (json_object_get (first, "clock")), ==, 1);
  g_assert_cmpint (number (manifest, "from_ms"), ==, 1000);
  g_assert_cmpint (number (manifest, "to_ms"), ==, 10000);
  json_decref (manifest);
}

static void
check_gap (const char *between, const char *reason)
{
  g_autoptr (ParlorReplay) replay = two_files (between);
  json_t *manifest = parlor_replay_manifest (replay);
  json_t *gap = json_array_get (json_object_get (manifest, "gaps"), 0);
  g_assert_cmpint (number (gap, "from_ms"), ==, 5450);
  g_assert_cmpint (number (gap, "to_ms"), ==, 9000);
  g_assert_cmpstr (json_string_value (json_object_get (gap, "reason")), ==, reason);
  json_decref (manifest);
}

static void
test_gaps (void)
{
  check_gap ("{\"t\":\"alive\",\"room_ms\":8000}", "off");
  check_gap ("{\"t\":\"again\",\"from_ms\":5400,\"room_ms\":8000,\"reason\":\"recorder\"}",
             "interrupted");
  check_gap ("{\"t\":\"pause\",\"room_ms\":5400}", "paused");
}

/* A new process begins with what was kept: there is no gap, and each instant is in one file. */
static void
test_overlap (void)
{
  g_autoptr (ParlorReplay) replay = two_files (
      "{\"t\":\"again\",\"from_ms\":5400,\"room_ms\":8000,\"reason\":\"recorder\"}");
  feed (replay, "{\"t\":\"clock\",\"n\":2,\"file_ms\":0,\"room_ms\":4200,\"by\":\"report\"}");
  json_t *manifest = parlor_replay_manifest (replay);
  json_t *files = json_object_get (manifest, "files");
  g_assert_cmpint (number (json_array_get (files, 0), "to_ms"), ==, 4200);
  g_assert_cmpint (number (json_array_get (files, 0), "duration_ms"), ==, 4000);
  g_assert_cmpint (number (json_array_get (files, 1), "from_ms"), ==, 4200);
  g_assert_cmpuint (json_array_size (json_object_get (manifest, "gaps")), ==, 0);
  json_decref (manifest);
}

static void
test_unfinished (void)
{
  g_autoptr (ParlorReplay) replay = parlor_replay_new ();
  feed (replay, "{\"t\":\"file\",\"n\":3,\"path\":\"0003-camera.webm\",\"room_ms\":70}");
  feed (replay, "{\"t\":\"file\",\"n\":4,\"path\":\"../../etc/passwd\",\"room_ms\":80}");
  g_autoptr (GArray) list = parlor_replay_unfinished (replay);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (g_array_index (list, guint, 0), ==, 3);
  g_assert_cmpstr (parlor_replay_path (replay, 3), ==, "0003-camera.webm");
  g_assert_cmpint (parlor_replay_last_ms (replay), ==, 80);
}

static void
test_nonsense (void)
{
  static const char *const lines[] = {
      "",
      "null",
      "[]",
      "{\"t\":7}",
      "{\"t\":\"file\",\"n\":-1,\"path\":\"a\"}",
      "{\"t\":\"clock\",\"n\":1,\"room_ms\":-5,\"file_ms\":\"x\"}",
      "{\"t\":\"end\",\"n\":99}",
      "{\"t\":\"resume\"}",
      "{\"t\":\"marker\"}",
      "{\"t\":\"again\"}",
  };
  g_autoptr (ParlorReplay) replay = parlor_replay_new ();
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    feed (replay, lines[i]);
  json_t *manifest = parlor_replay_manifest (replay);
  g_assert_cmpuint (json_array_size (json_object_get (manifest, "files")), ==, 0);
  json_decref (manifest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/manifest/a-report-holds-from-the-files-beginning", test_clock);
  g_test_add_func ("/record/manifest/gaps-have-their-reason", test_gaps);
  g_test_add_func ("/record/manifest/each-instant-is-in-one-file", test_overlap);
  g_test_add_func ("/record/manifest/files-that-a-crash-left-are-named", test_unfinished);
  g_test_add_func ("/record/manifest/nonsense-is-skipped", test_nonsense);
  return g_test_run ();
}
