/* SPDX-License-Identifier: Apache-2.0 */
/* Markers get their pictures while the recording goes on: a folder as the recorder has it, with a
 * file of counters that nobody has finished. */
#include "record/gallery.h"
#include "record/manifest.h"
#include "record/safe.h"
#include "record/still.h"
#include "reels.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 3
/* Where the room's clock stands at the file's first frame. */
#define BEGAN_MS 5000
#define PATIENCE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  char *folder;
  ParlorLedger *ledger;
  ParlorGallery *gallery;
  const guint8 *key; /* NULL = in the clear */
} World;

static const guint8 some_key[PARLOR_VAULT_KEY] = {1, 2, 3};

static void
add (World *w, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  json_t *entry = json_loads (text, 0, NULL);
  g_assert_nonnull (entry);
  parlor_ledger_add (w->ledger, entry);
}

/* As a tap's thread has it in the middle of its work. */
static void
write_screen (World *w)
{
  g_autofree char *plain = g_build_filename (w->folder, "plain.webm", NULL);
  g_autofree char *path = g_build_filename (w->folder, "0001-screen.webm", NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  reel_write_camera (plain, 320, 180, 0, SECONDS * REEL_FPS);
  g_assert_true (g_file_get_contents (plain, &bytes, &length, NULL));
  g_unlink (plain);
  ParlorSafeFile *file = parlor_safe_create (path, w->key, NULL);
  g_assert_nonnull (file);
  g_assert_true (parlor_safe_write (file, 0, (const guint8 *)bytes, length));
  parlor_safe_close (file);
  add (w, "{\"t\":\"begin\",\"recording\":\"rec_1\",\"room_ms\":%d}", BEGAN_MS);
  add (w,
       "{\"t\":\"file\",\"n\":1,\"participant\":\"pt_1\",\"source\":\"screen\",\"codec\":\"VP8\","
       "\"path\":\"0001-screen.webm\",\"room_ms\":%d}",
       BEGAN_MS);
}

static void
tell_clock (World *w, gint64 room_ms)
{
  add (w,
       "{\"t\":\"clock\",\"n\":1,\"file_ms\":0,\"room_ms\":%" G_GINT64_FORMAT ",\"by\":\"report\"}",
       room_ms);
}

static void
mark (World *w, const char *id, gint64 room_ms)
{
  add (w, "{\"t\":\"marker\",\"id\":\"%s\",\"version\":1,\"room_ms\":%" G_GINT64_FORMAT "}", id,
       room_ms);
}

static void
set_up (World *w, gconstpointer data)
{
  w->key = data;
  w->folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  g_autofree char *journal = g_build_filename (w->folder, "journal", NULL);
  w->ledger = parlor_ledger_new (journal, w->key);
  g_assert_true (parlor_ledger_open (w->ledger, NULL, NULL, NULL));
  /* It is a minute later than all markers. */
  const ParlorGallerySpec spec = {w->folder, w->ledger, w->key, BEGAN_MS + 60000,
                                  g_get_monotonic_time ()};
  w->gallery = parlor_gallery_new (&spec);
  write_screen (w);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (w->folder, 0, NULL);
  const char *name;
  parlor_gallery_free (w->gallery);
  parlor_ledger_free (w->ledger);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (w->folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (w->folder);
  g_free (w->folder);
}

/* What the manifest would say; (transfer full), NULL = the marker has none. */
static json_t *
still_of (World *w, const char *marker)
{
  g_autoptr (ParlorReplay) replay = parlor_replay_load (w->folder, w->key);
  json_t *manifest = parlor_replay_manifest (replay), *still, *found = NULL;
  gsize i;
  json_array_foreach (json_object_get (manifest, "stills"), i, still)
  {
    g_assert_true (found == NULL || json_array_size (json_object_get (manifest, "stills")) > 1);
    if (g_strcmp0 (json_string_value (json_object_get (still, "marker")), marker) == 0)
      found = json_incref (still);
  }
  json_decref (manifest);
  return found;
}

static json_t *
wait_for_still (World *w, const char *marker)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  json_t *still;
  while ((still = still_of (w, marker)) == NULL && g_get_monotonic_time () < until_us)
    g_usleep (20 * 1000);
  g_assert_nonnull (still);
  return still;
}

static void
see_counter (const guint8 *grey, guint width, guint height, gint64 time_ms, gpointer user_data)
{
  *(gint *)user_data = reel_read_counter (grey, width, 0, 0, width, height);
}

static void
check_counter (World *w, const json_t *still, gint wanted)
{
  g_autofree char *png = g_build_filename (w->folder, "read.png", NULL);
  g_autofree char *webm = g_build_filename (w->folder, "read.webm", NULL);
  g_autofree char *path = g_build_filename (
      w->folder, json_string_value (json_object_get (still, "path")), NULL);
  g_autoptr (GBytes) bytes = parlor_safe_load (path, w->key, G_MAXSSIZE, NULL);
  gint counter = -1;
  g_assert_nonnull (bytes);
  g_assert_true (g_file_set_contents (png, g_bytes_get_data (bytes, NULL),
                                      (gssize)g_bytes_get_size (bytes), NULL));
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s ! pngdec ! videoconvert ! vp8enc ! webmmux ! filesink location=%s", png,
      webm);
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_parse_launch (text, NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_true (reel_play (webm, see_counter, &counter));
  g_assert_cmpint (counter, ==, wanted);
}

static gint64
instant_of (guint frame)
{
  return BEGAN_MS + frame * 1000 / REEL_FPS + 16;
}

/* Nothing ends, nobody seals: the picture is there all the same. */
static void
test_while_it_goes_on (World *w, gconstpointer data)
{
  tell_clock (w, BEGAN_MS);
  mark (w, "mk_1", instant_of (10));
  mark (w, "mk_2", instant_of (47));
  parlor_gallery_wake (w->gallery, 0);
  json_t *one = wait_for_still (w, "mk_1"), *two = wait_for_still (w, "mk_2");
  check_counter (w, one, 10);
  check_counter (w, two, 47);
  json_decref (one);
  json_decref (two);
}

static void
finish_file (World *w)
{
  add (w,
       "{\"t\":\"end\",\"n\":1,\"duration_ms\":%d,\"bytes\":1,\"sha256\":\"aa\",\"finished\":true}",
       SECONDS * 1000);
}

/* What its clock says of an instant may change until the first report. */
static void
test_guessed_clock (World *w, gconstpointer data)
{
  const ParlorReplayLive live = {0, BEGAN_MS + SECONDS * 1000}, died = {1, BEGAN_MS + 60000};
  mark (w, "mk_1", instant_of (10));
  g_autoptr (ParlorReplay) replay = parlor_replay_load (w->folder, w->key);
  g_assert_cmpuint (parlor_replay_stills (replay, &live, NULL, NULL), ==, 1);
  /* Nor is it known how long a file is that another process wrote. */
  g_assert_cmpuint (parlor_replay_stills (replay, &died, NULL, NULL), ==, 1);
  finish_file (w);
  parlor_gallery_finish (w->gallery);
  json_t *still = still_of (w, "mk_1");
  check_counter (w, still, 10);
  json_decref (still);
}

/* A still that shows another instant than the sealed clock says is made again; one that shows an
 * instant which was not recorded goes, and so does a picture that nothing names. */
static void
test_corrected (World *w, gconstpointer data)
{
  g_autofree char *left = g_build_filename (w->folder, "still-0099.png", NULL);
  g_autofree char *wrong = g_build_filename (w->folder, "still-0050.png", NULL);
  g_assert_true (g_file_set_contents (left, "x", 1, NULL));
  g_assert_true (g_file_set_contents (wrong, "x", 1, NULL));
  tell_clock (w, BEGAN_MS);
  mark (w, "mk_1", instant_of (20));
  mark (w, "mk_2", BEGAN_MS + 2 * SECONDS * 1000);
  add (w,
       "{\"t\":\"still\",\"marker\":\"mk_1\",\"path\":\"still-0050.png\",\"n\":1,\"file_ms\":5}");
  add (w,
       "{\"t\":\"still\",\"marker\":\"mk_2\",\"path\":\"still-0051.png\",\"n\":1,\"file_ms\":6}");
  finish_file (w);
  parlor_gallery_finish (w->gallery);
  json_t *still = still_of (w, "mk_1");
  check_counter (w, still, 20);
  json_decref (still);
  g_assert_null (still_of (w, "mk_2"));
  g_assert_cmpint (g_access (left, F_OK), !=, 0);
  g_assert_cmpint (g_access (wrong, F_OK), !=, 0);
  /* Again: nothing is made twice. */
  parlor_gallery_finish (w->gallery);
  g_autoptr (ParlorReplay) replay = parlor_replay_load (w->folder, w->key);
  json_t *manifest = parlor_replay_manifest (replay);
  g_assert_cmpuint (json_array_size (json_object_get (manifest, "stills")), ==, 1);
  json_decref (manifest);
}

#define TEST(name, key, func)                                                                      \
  g_test_add ("/record/gallery/" name, World, key, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (parlor_still_preload ());
  TEST ("a-marker-has-its-picture-while-the-recording-goes-on", NULL, test_while_it_goes_on);
  TEST ("an-enciphered-one-has-too", some_key, test_while_it_goes_on);
  TEST ("a-guessed-clock-is-waited-for", NULL, test_guessed_clock);
  TEST ("what-shows-another-instant-is-made-again-at-the-end", NULL, test_corrected);
  TEST ("what-shows-another-instant-is-made-again-enciphered", some_key, test_corrected);
  return g_test_run ();
}
