/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of known counters and tones become one file, in which both stand where the manifest's
 * clock says. */
#include "record/compose.h"
#include "record/mixdown.h"
#include "record/reel.h"
#include "record/safe.h"
#include "record/still.h"
#include "reels.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 640
#define HEIGHT 360
#define SECONDS 4
/* Where the room's clock stood when the recording began, and each file. */
#define BEGAN_MS 10000
#define CAMERA_MS 10400
#define TONE_MS 10650
#define SYNC_MS 40

typedef struct
{
  char *folder, *out;
  const guint8 *key; /* NULL */
} World;

static void
set_up (World *w, gconstpointer data)
{
  w->folder = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  w->out = g_build_filename (w->folder, "out.webm", NULL);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (w->folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (w->folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (w->folder);
  g_free (w->folder);
  g_free (w->out);
}

static json_t *
file_line (const char *path, const char *participant, const char *source, const char *codec,
           gint64 from_ms, gint64 to_ms, gint64 file_ms)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:I,s:I,s:[[I,I]]}", "path", path, "participant", participant,
                    "source", source, "codec", codec, "from_ms", (json_int_t)from_ms, "to_ms",
                    (json_int_t)to_ms, "clock", (json_int_t)from_ms + file_ms, (json_int_t)file_ms);
}

/* Two people: one with camera and microphone, one with a camera that begins in the middle. */
static json_t *
make_recording (World *w)
{
  g_autofree char *a = g_build_filename (w->folder, "1.webm", NULL);
  g_autofree char *b = g_build_filename (w->folder, "2.webm", NULL);
  g_autofree char *c = g_build_filename (w->folder, "3.webm", NULL);
  reel_write_camera (a, 640, 360, 100, SECONDS * REEL_FPS);
  reel_write_tone (b, SECONDS);
  reel_write_camera (c, 320, 180, 2000, REEL_FPS);
  json_t *files = json_array ();
  json_array_append_new (files, file_line ("1.webm", "pt_a", "camera", "VP8", CAMERA_MS,
                                           CAMERA_MS + SECONDS * 1000, 0));
  json_array_append_new (files, file_line ("2.webm", "pt_a", "microphone", "opus", TONE_MS,
                                           TONE_MS + SECONDS * 1000, 0));
  json_array_append_new (
      files, file_line ("3.webm", "pt_b", "camera", "VP8", CAMERA_MS + 2000, CAMERA_MS + 3000, 0));
  return json_pack ("{s:i,s:i,s:[{s:s,s:s,s:s},{s:s,s:s,s:s}],s:o,s:[[i,s]],s:[]}", "from_ms",
                    BEGAN_MS, "to_ms", BEGAN_MS + 5000, "participants", "id", "pt_a", "identity",
                    "lin", "name", "Lin 林", "id", "pt_b", "identity", "mara", "name",
                    "<b>Mara</b>", "files", files, "speakers", BEGAN_MS, "pt_a", "consents");
}

typedef struct
{
  ParlorRect place;
  gint first;
  gint64 began_ms; /* of the camera, on the render's clock */
  guint n, right, none;
  gint64 worst_ms;
} Check;

static void
check_frame (const guint8 *grey, guint width, guint height, gint64 time_ms, gpointer user_data)
{
  Check *check = user_data;
  const ParlorRect *p = &check->place;
  g_assert_cmpuint (width, ==, WIDTH);
  g_assert_cmpuint (height, ==, HEIGHT);
  check->n++;
  gint counter = reel_read_counter (grey, width, p->x, p->y, p->width, p->height);
  if (counter < check->first || counter >= check->first + SECONDS * REEL_FPS)
    {
      check->none++;
      return;
    }
  gint64 shown_ms = check->began_ms + (counter - check->first) * 1000 / REEL_FPS;
  gint64 off_ms = ABS (time_ms - shown_ms);
  /* Counted where it moves: before its first frame and after its last it stands still. */
  if (counter == check->first || counter == check->first + SECONDS * REEL_FPS - 1)
    return;
  check->right++;
  check->worst_ms = MAX (check->worst_ms, off_ms);
}

/* Of two that follow each other after a second. */
static void
check_part (const guint8 *grey, guint width, guint height, gint64 time_ms, gpointer user_data)
{
  Check **both = user_data;
  check_frame (grey, width, height, time_ms, both[time_ms < 1000 ? 0 : 1]);
}

static gboolean
compose (World *w, const json_t *manifest, const ParlorPlanSpec *spec, ParlorComposeStats *stats)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, spec);
  g_assert_nonnull (plan);
  ParlorComposeSpec how = {.source = {w->folder, w->key},
                           .out = w->out,
                           .width = spec->width,
                           .height = spec->height,
                           .audio_only = spec->layout == PARLOR_LAYOUT_AUDIO_ONLY,
                           .names = TRUE};
  gboolean ok = parlor_compose (plan, &how, stats, &error);
  g_assert_no_error (error);
  return ok;
}

static void
check_tones (World *w, gint64 first_ms, guint n)
{
  g_autoptr (GArray) sound = reel_listen (w->out);
  gint64 from = 0;
  g_assert_nonnull (sound);
  for (guint i = 0; i < n; i++)
    {
      gint64 at = reel_find_tone (sound, from);
      g_assert_cmpint (at, >=, 0);
      g_assert_cmpint (ABS (at / 48 - (first_ms + i * 1000)), <=, SYNC_MS);
      from = at + (REEL_TONE_MS + 100) * 48;
    }
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
test_speaker (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, WIDTH, HEIGHT, NULL, -1, -1};
  Check check = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = CAMERA_MS - BEGAN_MS};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_true (reel_play (w->out, check_frame, &check));
  g_assert_cmpuint (check.n, ==, 150);
  g_assert_cmpuint (check.right, >=, SECONDS * REEL_FPS - 4);
  g_assert_cmpint (check.worst_ms, <=, SYNC_MS);
  check_tones (w, TONE_MS - BEGAN_MS, SECONDS);
  /* The other's camera is not looked at. */
  g_assert_cmpuint (stats.tiles.decoded, <=, SECONDS * REEL_FPS);
  json_decref (manifest);
}

static void
test_grid (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, WIDTH, HEIGHT, NULL, -1, -1};
  ParlorRect places[2];
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  parlor_layout_grid (WIDTH, HEIGHT, 2, places);
  Check check = {.place = places[1], .first = 2000, .began_ms = CAMERA_MS - BEGAN_MS + 2000};
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_true (reel_play (w->out, check_frame, &check));
  g_assert_cmpuint (check.right, >=, REEL_FPS - 4);
  g_assert_cmpuint (check.right, <=, REEL_FPS + 1);
  g_assert_cmpint (check.worst_ms, <=, SYNC_MS);
  json_decref (manifest);
}

static void
test_left_out (World *w, gconstpointer data)
{
  const char *nobody[] = {"lin", NULL};
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, WIDTH, HEIGHT, nobody, -1, -1};
  Check check = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = 0};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_true (reel_play (w->out, check_frame, &check));
  g_assert_cmpuint (check.right, ==, 0);
  g_autoptr (GArray) sound = reel_listen (w->out);
  g_assert_nonnull (sound);
  g_assert_cmpuint (sound->len, >, 48000);
  g_assert_cmpint (reel_find_tone (sound, 0), ==, -1);
  json_decref (manifest);
}

static void
test_clip (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, WIDTH,           HEIGHT, NULL,
                         CAMERA_MS + 1500,      CAMERA_MS + 3000};
  Check check = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = -1500};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_true (reel_play (w->out, check_frame, &check));
  g_assert_cmpuint (check.n, ==, 45);
  g_assert_cmpuint (check.right, ==, 45);
  g_assert_cmpint (check.worst_ms, <=, SYNC_MS);
  check_tones (w, TONE_MS + 2000 - CAMERA_MS - 1500, 1);
  json_decref (manifest);
}

/* Two parts of a second, of which the second stands behind the first: counters go on where the cut
 * ends, and the tone of the cut is not heard. */
static void
test_cut (World *w, gconstpointer data)
{
  const ParlorPlanSpan cut = {CAMERA_MS + 1500, CAMERA_MS + 2500};
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, WIDTH, HEIGHT, NULL, CAMERA_MS + 500,
                         CAMERA_MS + 3500,      &cut,  1};
  Check before = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = -500};
  Check behind = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = -1500};
  Check *both[] = {&before, &behind};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_cmpint (stats.duration_ms, ==, 2000);
  g_assert_true (reel_play (w->out, check_part, both));
  g_assert_cmpuint (before.right, ==, 30);
  g_assert_cmpuint (behind.right, ==, 30);
  g_assert_cmpint (MAX (before.worst_ms, behind.worst_ms), <=, SYNC_MS);
  /* Tones at 250 (+ 1000 i) of the camera: those at 1250 and 3250 are in it, the one at 2250 is
   * not. */
  g_autoptr (GArray) sound = reel_listen (w->out);
  gint64 first = reel_find_tone (sound, 0);
  gint64 second = reel_find_tone (sound, first + (REEL_TONE_MS + 100) * 48);
  g_assert_cmpint (ABS (first / 48 - 750), <=, SYNC_MS);
  g_assert_cmpint (ABS (second / 48 - 1750), <=, SYNC_MS);
  json_decref (manifest);
}

static void
test_audio_only (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_AUDIO_ONLY, WIDTH, HEIGHT, NULL, -1, -1};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  g_assert_true (compose (w, manifest, &spec, &stats));
  check_tones (w, TONE_MS - BEGAN_MS, SECONDS);
  g_assert_cmpuint (stats.tiles.decoded, ==, 0);
  json_decref (manifest);
}

/* What of a file cannot be decoded is a gap. */
static void
test_damage (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, WIDTH, HEIGHT, NULL, -1, -1};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  g_autofree char *bad = g_build_filename (w->folder, "1.webm", NULL), *bytes = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (bad, &bytes, &length, NULL));
  for (gsize i = length / 3; i < length / 2; i++)
    bytes[i] = (char)(i * 2654435761u >> 13);
  g_assert_true (g_file_set_contents (bad, bytes, (gssize)length, NULL));
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_cmpuint (stats.ticks, ==, 150);
  check_tones (w, TONE_MS - BEGAN_MS, SECONDS);
  json_decref (manifest);
}

/* Adds up widths. */
static void
count_pictures (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  gint width = 0;
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
  *(guint *)user_data += (guint)width;
  gst_buffer_unref (buffer);
}

/* How many points of the picture differ between a tile with names and one without. */
static guint
count_words (ParlorPlanLane *lane, const char *folder, gint64 room_ms)
{
  ParlorReelSource source = {folder, NULL};
  ParlorTile *with = parlor_tile_new (lane, &source, TRUE);
  ParlorTile *without = parlor_tile_new (lane, &source, FALSE);
  GstMapInfo a, b;
  guint n = 0;
  GstBuffer *one = parlor_tile_at (with, room_ms, 320, 180);
  GstBuffer *other = parlor_tile_at (without, room_ms, 320, 180);
  g_assert_true (gst_buffer_map (one, &a, GST_MAP_READ));
  g_assert_true (gst_buffer_map (other, &b, GST_MAP_READ));
  g_assert_cmpuint (a.size, ==, b.size);
  for (gsize i = 0; i < (gsize)320 * 180; i++)
    n += ABS (a.data[i] - b.data[i]) > 40 ? 1 : 0;
  gst_buffer_unmap (one, &a);
  gst_buffer_unmap (other, &b);
  parlor_tile_free (with);
  parlor_tile_free (without);
  return n;
}

static void
test_names (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, WIDTH, HEIGHT, NULL, -1, -1};
  json_t *manifest = make_recording (w);
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  ParlorPlanLane *lane = plan->lanes->pdata[0];
  g_assert_true (parlor_tile_preload ());
  guint camera = count_words (lane, w->folder, CAMERA_MS + 500);
  guint avatar = count_words (lane, w->folder, BEGAN_MS);
  g_assert_cmpuint (camera, >, 100);
  g_assert_cmpuint (avatar, >, camera); /* the initial in the middle, too */
  g_free (lane->company);
  lane->company = g_strdup ("<b>深圳光电</b>");
  guint external = count_words (lane, w->folder, CAMERA_MS + 500);
  g_assert_cmpuint (external, >, camera + 50);
  g_assert_cmpuint (count_words (lane, w->folder, BEGAN_MS), >, avatar + 50);
  g_free (lane->name);
  lane->name = g_strdup ("");
  g_assert_cmpuint (count_words (lane, w->folder, CAMERA_MS + 500), ==, 0);
  json_decref (manifest);
}

/* A camera that becomes larger within a file: two streams behind each other, as a sender does it.
 */
static void
test_other_size (World *w, gconstpointer data)
{
  ParlorPlanFile file = {.path = (char *)"s.webm", .codec = (char *)"VP8"};
  g_autofree char *small = g_build_filename (w->folder, "s.webm", NULL);
  g_autofree char *large = g_build_filename (w->folder, "l.webm", NULL);
  ParlorPlanFile other = {.path = (char *)"l.webm", .codec = (char *)"VP8"};
  guint n = 0;
  reel_write_camera (small, 320, 180, 0, 4);
  reel_write_camera (large, 640, 360, 0, 4);
  ParlorReelSource source = {w->folder, NULL};
  g_autoptr (ParlorReel) a = parlor_reel_open (&source, &file);
  g_autoptr (ParlorReel) b = parlor_reel_open (&source, &other);
  g_autoptr (ParlorChain) decoder = parlor_reel_decoder (&file, count_pictures, &n);
  for (guint i = 0; i < 4; i++)
    g_assert_true (parlor_chain_push (decoder, parlor_reel_frame (a, i)));
  for (guint i = 0; i < 4; i++)
    g_assert_true (parlor_chain_push (decoder, parlor_reel_frame (b, i)));
  g_assert_cmpuint (n, ==, 4 * 320 + 4 * 640);
}

/* All that lies on the disk is enciphered; what is read with the key is the same as ever. */
static void
test_vault (World *w, gconstpointer data)
{
  static const char *const names[] = {"1.webm", "2.webm", "3.webm"};
  static const guint8 key[PARLOR_VAULT_KEY] = {1, 2, 3};
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, WIDTH, HEIGHT, NULL, -1, -1};
  Check check = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = CAMERA_MS - BEGAN_MS};
  ParlorComposeStats stats;
  json_t *manifest = make_recording (w);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (w->folder, names[i], NULL);
      g_autoptr (GBytes) plain = parlor_safe_load (path, NULL, G_MAXSSIZE, NULL);
      gsize size;
      const void *from = g_bytes_get_data (plain, &size);
      g_assert_true (parlor_safe_store (path, key, from, size, NULL));
    }
  w->key = key;
  g_assert_true (compose (w, manifest, &spec, &stats));
  g_assert_null (parlor_safe_load (w->out, NULL, G_MAXSSIZE, NULL));
  g_autoptr (GBytes) text = parlor_safe_load (w->out, key, G_MAXSSIZE, NULL);
  gsize length;
  const char *bytes = g_bytes_get_data (text, &length);
  g_assert_true (g_file_set_contents (w->out, bytes, (gssize)length, NULL));
  g_assert_true (reel_play (w->out, check_frame, &check));
  g_assert_cmpuint (check.right, >=, SECONDS * REEL_FPS - 4);
  g_assert_cmpint (check.worst_ms, <=, SYNC_MS);
  check_tones (w, TONE_MS - BEGAN_MS, SECONDS);
  json_decref (manifest);
}

#define LONG_MS 12000
#define LATER_MS (BEGAN_MS + 10400)

/* Who has the second camera comes when the first one has gone, behind a key frame. */
static json_t *
make_long (World *w)
{
  json_t *manifest = make_recording (w), *files = json_object_get (manifest, "files");
  json_object_set_new (manifest, "to_ms", json_integer (BEGAN_MS + LONG_MS));
  json_array_set_new (files, 2,
                      file_line ("3.webm", "pt_b", "camera", "VP8", LATER_MS, LATER_MS + 1000, 0));
  return manifest;
}

/* Torn off a tenth before its end. */
static ParlorRemnant *
interrupt (World *w, const ParlorPlan *plan, ParlorComposeSpec *how, const char *part)
{
  ParlorComposeStats stats;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize length;
  how->out = part;
  g_assert_true (parlor_compose (plan, how, &stats, &error));
  g_assert_no_error (error);
  how->out = w->out;
  g_assert_true (g_file_get_contents (part, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (part, bytes, (gssize)(length * 9 / 10), NULL));
  g_assert_null (parlor_remnant_open (part, how->source.vault_key, WIDTH, HEIGHT + 2, 30));
  return parlor_remnant_open (part, how->source.vault_key, WIDTH, HEIGHT, 30);
}

/* In two parts: what is before the key frame is not decoded again, and nothing is lost between. */
static void
test_resume (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, WIDTH, HEIGHT, NULL, -1, -1};
  Check before = {.place = {0, 0, WIDTH, HEIGHT}, .first = 100, .began_ms = CAMERA_MS - BEGAN_MS};
  Check behind = {.place = {0, 0, WIDTH, HEIGHT}, .first = 2000, .began_ms = LATER_MS - BEGAN_MS};
  g_autofree char *part = g_build_filename (w->folder, "part", NULL);
  ParlorComposeStats stats;
  g_autoptr (GError) error = NULL;
  json_t *manifest = make_long (w);
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  ParlorComposeSpec how = {.source = {w->folder, w->key}, .width = WIDTH, .height = HEIGHT};
  g_autoptr (ParlorRemnant) remnant = interrupt (w, plan, &how, part);
  g_assert_nonnull (remnant);
  g_assert_cmpuint (parlor_remnant_ticks (remnant), >=, 5 * 30);
  g_assert_cmpuint (parlor_remnant_ticks (remnant), <, LONG_MS * 30 / 1000);
  how.remnant = remnant;
  g_assert_true (parlor_compose (plan, &how, &stats, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (stats.ticks, ==, LONG_MS * 30 / 1000);
  g_assert_cmpuint (stats.tiles.decoded, <=, REEL_FPS + 2);
  g_assert_true (reel_play (w->out, check_frame, &before));
  g_assert_true (reel_play (w->out, check_frame, &behind));
  g_assert_cmpuint (before.n, ==, LONG_MS * 30 / 1000);
  g_assert_cmpuint (before.right, >=, SECONDS * REEL_FPS - 4);
  g_assert_cmpuint (behind.right, >=, REEL_FPS - 4);
  g_assert_cmpint (MAX (before.worst_ms, behind.worst_ms), <=, SYNC_MS);
  check_tones (w, TONE_MS - BEGAN_MS, SECONDS);
  json_decref (manifest);
}

/* What is no half of a render is nothing. */
static void
test_no_remnant (World *w, gconstpointer data)
{
  g_autofree char *path = g_build_filename (w->folder, "half", NULL);
  g_assert_null (parlor_remnant_open (path, NULL, WIDTH, HEIGHT, 30));
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_null (parlor_remnant_open (path, NULL, WIDTH, HEIGHT, 30));
  g_assert_true (g_file_set_contents (path, "no film", -1, NULL));
  g_assert_null (parlor_remnant_open (path, NULL, WIDTH, HEIGHT, 30));
  reel_write_tone (path, 2);
  g_assert_null (parlor_remnant_open (path, NULL, WIDTH, HEIGHT, 30));
  reel_write_camera (path, WIDTH, HEIGHT, 0, 10); /* of one key frame */
  g_assert_null (parlor_remnant_open (path, NULL, WIDTH, HEIGHT, 30));
}

static gboolean
not_any_more (gint64 done_ms, gint64 all_ms, gpointer user_data)
{
  guint *n = user_data;
  g_assert_cmpint (all_ms, ==, 5000);
  ++*n;
  return FALSE;
}

static void
test_cancel (World *w, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, WIDTH, HEIGHT, NULL, -1, -1};
  json_t *manifest = make_recording (w);
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  guint n = 0;
  ParlorComposeSpec how = {.source = {w->folder, w->key},
                           .out = w->out,
                           .width = WIDTH,
                           .height = HEIGHT,
                           .goes_on = not_any_more,
                           .user_data = &n};
  ParlorComposeStats stats;
  g_assert_false (parlor_compose (plan, &how, &stats, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
  json_decref (manifest);
}

/* The camera that begins in the middle has not been opened yet. */
static gboolean
lose_a_file (gint64 done_ms, gint64 all_ms, gpointer user_data)
{
  const World *w = user_data;
  g_autofree char *path = g_build_filename (w->folder, "3.webm", NULL);
  g_unlink (path);
  return TRUE;
}

/* Shorter than it was, and nobody would know: a file that is gone ends the render. */
static void
test_missing (World *w, gconstpointer data)
{
  g_autoptr (GError) later = NULL, sooner = NULL;
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, WIDTH, HEIGHT, NULL, -1, -1};
  json_t *manifest = make_recording (w);
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  ParlorComposeSpec how = {.source = {w->folder, w->key},
                           .out = w->out,
                           .width = WIDTH,
                           .height = HEIGHT,
                           .goes_on = lose_a_file,
                           .user_data = w};
  ParlorComposeStats stats;
  g_assert_false (parlor_compose (plan, &how, &stats, &later));
  g_assert_error (later, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpuint (stats.ticks, >=, 60);
  g_assert_cmpuint (stats.ticks, <, 150);
  g_unlink (w->out);
  g_assert_false (parlor_compose (plan, &how, &stats, &sooner));
  g_assert_error (sooner, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpuint (stats.ticks, ==, 0);
  json_decref (manifest);
}

static void
see_counter (const guint8 *grey, guint width, guint height, gint64 time_ms, gpointer user_data)
{
  *(gint *)user_data = reel_read_counter (grey, width, 0, 0, width, height);
}

/* (-1: there is none.) */
static gint
read_still (World *w, const char *png)
{
  g_autofree char *webm = g_build_filename (w->folder, "still.webm", NULL);
  g_autofree char *text = g_strdup_printf ("filesrc location=%s ! pngdec ! videoconvert ! "
                                           "vp8enc ! webmmux ! filesink location=%s",
                                           png, webm);
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_parse_launch (text, NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gint counter = -1;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return reel_play (webm, see_counter, &counter) ? counter : -1;
}

/* What a marker keeps: the frame of that instant; and what cannot be had, beside those that can. */
static void
test_still (World *w, gconstpointer data)
{
  ParlorStill stills[SECONDS * REEL_FPS / 37 + 3], *wanted[G_N_ELEMENTS (stills)];
  json_decref (make_recording (w));
  g_assert_true (parlor_still_preload ());
  for (guint i = 0; i < G_N_ELEMENTS (stills); i++)
    {
      g_autofree char *name = g_strdup_printf ("still-%u.png", i);
      stills[i] = (ParlorStill){.file_ms = i * 37 * 1000 / REEL_FPS + 16,
                                .png = g_build_filename (w->folder, name, NULL)};
      wanted[G_N_ELEMENTS (stills) - 1 - i] = &stills[i];
    }
  guint last = G_N_ELEMENTS (stills) - 1;
  stills[last].file_ms = -1;
  stills[last - 1].wants_next = TRUE; /* beyond the end */
  parlor_still_make (w->folder, "1.webm", "VP8", NULL, wanted, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < last - 1; i++)
    {
      g_assert_cmpint (stills[i].result, ==, PARLOR_STILL_MADE);
      g_assert_cmpint (read_still (w, stills[i].png), ==, 100 + (gint)i * 37);
    }
  g_assert_cmpint (stills[last].result, ==, PARLOR_STILL_NONE);
  g_assert_cmpint (stills[last - 1].result, ==, PARLOR_STILL_LATER);
  for (guint i = 0; i < G_N_ELEMENTS (stills); i++)
    {
      g_assert_cmpint (g_access (stills[i].png, F_OK) == 0, ==, i < last - 1);
      g_free ((char *)stills[i].png);
    }
}

/* ---- frames on which no other rests --------------------------------------------------------- */

#define LAYERED 40

/* Of each picture that comes out its sum, by its instant. */
static void
sum_picture (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  GstMapInfo map;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size);
  g_hash_table_insert (user_data, GUINT_TO_POINTER (GST_BUFFER_PTS (buffer) / GST_MSECOND + 1),
                       sum);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

static GHashTable *
sum_pictures (const ParlorReel *reel, const ParlorPlanFile *file, gboolean all)
{
  GHashTable *sums = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  ParlorChain *decoder = parlor_reel_decoder (file, sum_picture, sums);
  for (guint i = 0; i < parlor_reel_n_frames (reel); i++)
    if (all || !parlor_reel_is_spare (reel, i))
      g_assert_true (parlor_chain_push (decoder, parlor_reel_frame (reel, i)));
  g_assert_true (parlor_chain_end (decoder));
  parlor_chain_free (decoder);
  return sums;
}

static void
test_spare (World *w, gconstpointer data)
{
  ParlorReelSource source = {w->folder, NULL};
  ParlorPlanFile file = {.path = (char *)"layers.webm", .codec = (char *)"VP8"};
  g_autofree char *path = g_build_filename (w->folder, file.path, NULL);
  reel_write_camera_layers (path, WIDTH, HEIGHT, 100, LAYERED);
  g_autoptr (ParlorReel) reel = parlor_reel_open (&source, &file);
  g_autoptr (GHashTable) all = sum_pictures (reel, &file, TRUE);
  g_autoptr (GHashTable) some = sum_pictures (reel, &file, FALSE);
  GHashTableIter iter;
  gpointer at, sum;
  g_assert_cmpuint (g_hash_table_size (all), ==, LAYERED);
  g_assert_cmpuint (g_hash_table_size (some), ==, LAYERED / 2);
  g_hash_table_iter_init (&iter, some);
  while (g_hash_table_iter_next (&iter, &at, &sum))
    g_assert_cmpstr (sum, ==, g_hash_table_lookup (all, at));
}

/* A tile of this size at every frame's instant: how many were decoded, and by how many the counter
 * is behind at most. */
static guint
count_decoded (World *w, const ParlorPlanLane *lane, guint width, guint height, gint *behind)
{
  ParlorReelSource source = {w->folder, NULL};
  ParlorTileStats stats = {0};
  ParlorTile *tile = parlor_tile_new (lane, &source, FALSE);
  *behind = 0;
  for (gint i = 0; i < LAYERED; i++)
    {
      GstMapInfo map;
      GstBuffer *picture = parlor_tile_at (tile, CAMERA_MS + (2 * i + 1) * 500 / REEL_FPS, width,
                                           height);
      g_assert_true (gst_buffer_map (picture, &map, GST_MAP_READ));
      gint late = 100 + i - reel_read_counter (map.data, width, 0, 0, width, height);
      g_assert_cmpint (late, >=, 0);
      *behind = MAX (*behind, late);
      gst_buffer_unmap (picture, &map);
    }
  parlor_tile_add_stats (tile, &stats);
  parlor_tile_free (tile);
  return (guint)stats.decoded;
}

static void
test_small (World *w, gconstpointer data)
{
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, WIDTH, HEIGHT, NULL, -1, -1};
  g_autofree char *path = g_build_filename (w->folder, "1.webm", NULL);
  json_t *manifest = make_recording (w);
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  ParlorPlanLane *lane = plan->lanes->pdata[0];
  gint behind;
  reel_write_camera_layers (path, WIDTH, HEIGHT, 100, LAYERED);
  g_assert_cmpuint (count_decoded (w, lane, WIDTH, HEIGHT, &behind), ==, LAYERED);
  g_assert_cmpint (behind, ==, 0);
  g_assert_cmpuint (count_decoded (w, lane, WIDTH / 2, HEIGHT / 2, &behind), ==, LAYERED / 2);
  g_assert_cmpint (behind, ==, 1);
  lane->is_screen = TRUE;
  g_assert_cmpuint (count_decoded (w, lane, WIDTH / 2, HEIGHT / 2, &behind), ==, LAYERED);
  json_decref (manifest);
}

#define TEST(name, func) g_test_add ("/record/compose/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  TEST ("counters-and-tones-stand-where-the-clock-says", test_speaker);
  TEST ("each-tile-shows-its-own-camera-for-as-long-as-there-is-one", test_grid);
  TEST ("who-is-left-out-is-neither-seen-nor-heard", test_left_out);
  TEST ("a-cut-is-in-no-frame-and-no-sound", test_cut);
  TEST ("a-clip-begins-and-ends-where-it-is-asked", test_clip);
  TEST ("sound-alone-decodes-no-picture", test_audio_only);
  TEST ("a-damaged-file-is-a-gap", test_damage);
  TEST ("a-file-that-is-gone-ends-the-render-with-an-error", test_missing);
  TEST ("a-camera-may-change-its-size", test_other_size);
  TEST ("an-enciphered-recording-makes-an-enciphered-file", test_vault);
  TEST ("names-are-drawn-in", test_names);
  TEST ("markers-keep-the-very-pictures", test_still);
  TEST ("without-frames-on-which-none-rests-all-others-are-the-same", test_spare);
  TEST ("a-small-tile-decodes-no-upper-temporal-layer", test_small);
  TEST ("what-is-not-wanted-any-more-ends", test_cancel);
  TEST ("an-interrupted-render-goes-on-behind-its-last-key-frame", test_resume);
  TEST ("what-is-no-half-of-a-render-is-nothing", test_no_remnant);
  return g_test_run ();
}
