/* SPDX-License-Identifier: Apache-2.0 */
/* Renders with a composer in memory and a store that counts. */
#include "room/renders.h"

#include "base/error.h"

#include <string.h>

typedef struct
{
  ParlorComposer composer; /* first */
  ParlorComposerEventFunc func;
  gpointer user_data;
  GPtrArray *running; /* ids */
  GPtrArray *gone;    /* ids that were cancelled or removed */
  gboolean refuses;
  ParlorRecordSink sink;
  guint n_put, n_removed;
  GPtrArray *told; /* types of events */
  ParlorRecordings *recordings;
  ParlorRenders *renders;
} World;

static World *world; /* of the running test: a sink has no data of its own */

static void
set_event_func (ParlorComposer *composer, ParlorComposerEventFunc func, gpointer user_data)
{
  ((World *)composer)->func = func;
  ((World *)composer)->user_data = user_data;
}

static gboolean
start (ParlorComposer *composer, const ParlorComposerJob *job)
{
  World *w = (World *)composer;
  g_assert_cmpuint (job->width, ==, job->cuts != NULL ? 720 : 1280);
  g_assert_cmpstr (job->cuts, ==, job->cuts != NULL ? "2000 3000" : NULL);
  if (!w->refuses)
    g_ptr_array_add (w->running, g_strdup (job->id));
  return !w->refuses;
}

static gboolean
forget (GPtrArray *ids, const char *id)
{
  guint i;
  if (!g_ptr_array_find_with_equal_func (ids, id, g_str_equal, &i))
    return FALSE;
  g_ptr_array_remove_index (ids, i);
  return TRUE;
}

static void
cancel (ParlorComposer *composer, const char *id)
{
  World *w = (World *)composer;
  g_assert_true (forget (w->running, id));
  g_ptr_array_add (w->gone, g_strdup (id));
}

static void
remove_ (ParlorComposer *composer, const char *recording, const char *id)
{
  g_assert_cmpstr (recording, ==, "rec_1");
  g_ptr_array_add (((World *)composer)->gone, g_strdup (id));
}

static const ParlorComposerOps ops = {set_event_func, start, cancel, remove_};

static void
nothing (ParlorRecordSink *sink)
{
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer row)
{
  world->n_put += kind == &parlor_render_kind ? 1 : 0;
}

static void
remove_row (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer key)
{
  world->n_removed++;
}

static gint64
wall_ms (void)
{
  return 1000;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  static guint8 n;
  for (gsize i = 0; i < size; i++)
    out[i] = n++;
}

static void
happened (const ParlorEvent *event, gpointer user_data)
{
  g_ptr_array_add (((World *)user_data)->told, g_strdup (event->type));
  g_assert_cmpstr (event->entity, ==, "rm_1");
}

static void
add_recording (World *w, const char *id, const char *state)
{
  ParlorRecordingRow row = {.id = (char *)id,
                            .brand = (char *)"br_1",
                            .room = (char *)"rm_1",
                            .title = (char *)"",
                            .state = (char *)state,
                            .mode = (char *)"ask",
                            .started_by = (char *)"",
                            .from_ms = 1000,
                            .to_ms = 9000};
  parlor_recordings_load (&row, w->recordings);
}

static void
set_up (World *w, gconstpointer data)
{
  world = w;
  w->composer.ops = &ops;
  w->sink = (ParlorRecordSink){.begin = nothing, .end = nothing, .put = put, .remove = remove_row};
  w->running = g_ptr_array_new_with_free_func (g_free);
  w->gone = g_ptr_array_new_with_free_func (g_free);
  w->told = g_ptr_array_new_with_free_func (g_free);
  w->recordings = parlor_recordings_new (&w->sink);
  add_recording (w, "rec_1", "ready");
  add_recording (w, "rec_2", "sealing");
  ParlorRendersSpec spec = {.recordings = w->recordings,
                            .composer = &w->composer,
                            .random = {fill, NULL},
                            .happened = happened,
                            .happened_data = w,
                            .wall_ms = wall_ms};
  w->renders = parlor_renders_new (&spec);
}

static void
tear_down (World *w, gconstpointer data)
{
  parlor_renders_free (w->renders);
  parlor_recordings_free (w->recordings);
  g_ptr_array_unref (w->running);
  g_ptr_array_unref (w->gone);
  g_ptr_array_unref (w->told);
}

static const char *
ask (World *w)
{
  ParlorRenderWish wish = {.layout = "grid", .from_ms = -1, .to_ms = -1, .height = 720};
  const ParlorRenderRow *row = parlor_renders_ask (w->renders, "rec_1", &wish, "usr_1", NULL);
  g_assert_nonnull (row);
  return row->id;
}

static void
tell (World *w, const char *id, ParlorComposerEventType type)
{
  ParlorComposerEvent event = {.type = type,
                               .id = id,
                               .done_ms = 3,
                               .all_ms = 4,
                               .bytes = 5,
                               .duration_ms = 6,
                               .sha256 = "abc",
                               .people = "pt_1",
                               .clock = "1000 2000 0\n3000 9000 1000",
                               .reason = "disk_full"};
  if (type != PARLOR_COMPOSER_PROGRESS)
    forget (w->running, id);
  w->func (&event, w->user_data);
}

static const char *
state_of (World *w, const char *id)
{
  return parlor_renders_get (w->renders, "rec_1", id)->state;
}

static void
test_turns (World *w, gconstpointer data)
{
  gint64 done_ms, all_ms;
  const char *a = ask (w), *b = ask (w);
  g_assert_cmpstr (state_of (w, a), ==, "running");
  g_assert_cmpstr (state_of (w, b), ==, "queued");
  g_assert_cmpuint (parlor_renders_before (w->renders, b), ==, 1);
  tell (w, a, PARLOR_COMPOSER_PROGRESS);
  parlor_renders_progress (w->renders, a, &done_ms, &all_ms);
  g_assert_cmpint (done_ms, ==, 3);
  g_assert_cmpint (all_ms, ==, 4);
  tell (w, a, PARLOR_COMPOSER_DONE);
  g_assert_cmpstr (state_of (w, a), ==, "ready");
  g_assert_cmpstr (parlor_renders_get (w->renders, "rec_1", a)->sha256, ==, "abc");
  g_assert_cmpstr (state_of (w, b), ==, "running");
  tell (w, b, PARLOR_COMPOSER_FAILED);
  g_assert_cmpstr (state_of (w, b), ==, "failed");
  g_assert_cmpstr (w->told->pdata[0], ==, "recording.rendered");
  g_assert_cmpstr (w->told->pdata[1], ==, "recording.render_failed");
}

static void
test_death (World *w, gconstpointer data)
{
  const char *a = ask (w);
  tell (w, a, PARLOR_COMPOSER_DIED);
  g_assert_cmpstr (state_of (w, a), ==, "running");
  g_assert_cmpuint (w->gone->len, ==, 0); /* what it had is gone on with */
  tell (w, a, PARLOR_COMPOSER_DIED);
  g_assert_cmpstr (state_of (w, a), ==, "failed");
  g_assert_cmpuint (w->gone->len, ==, 1);
  g_assert_cmpstr (parlor_renders_get (w->renders, "rec_1", a)->reason, ==, "composer");
  tell (w, a, PARLOR_COMPOSER_DONE); /* too late */
  g_assert_cmpstr (state_of (w, a), ==, "failed");
}

static void
test_no_process (World *w, gconstpointer data)
{
  w->refuses = TRUE;
  const char *a = ask (w);
  g_assert_cmpstr (state_of (w, a), ==, "queued");
  parlor_renders_tick (w->renders);
  g_assert_cmpstr (state_of (w, a), ==, "failed");
}

static void
test_removed (World *w, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *a = g_strdup (ask (w)), *b = g_strdup (ask (w)), *c = g_strdup (ask (w));
  g_assert_true (parlor_renders_remove (w->renders, "rec_1", b, "usr_1", NULL));
  g_assert_cmpstr (w->gone->pdata[0], ==, b); /* it may have been begun before a restart */
  g_assert_true (parlor_renders_remove (w->renders, "rec_1", a, "usr_1", NULL));
  g_assert_cmpstr (w->gone->pdata[1], ==, a);
  g_assert_cmpstr (state_of (w, c), ==, "running");
  tell (w, c, PARLOR_COMPOSER_DONE);
  g_assert_true (parlor_renders_remove (w->renders, "rec_1", c, "usr_1", NULL));
  g_assert_cmpstr (w->gone->pdata[2], ==, c);
  g_assert_cmpuint (w->n_removed, ==, 3);
  g_assert_false (parlor_renders_remove (w->renders, "rec_1", c, "usr_1", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
}

static void
test_deleted (World *w, gconstpointer data)
{
  g_autofree char *a = g_strdup (ask (w));
  ask (w);
  add_recording (w, "rec_1", "deleted");
  parlor_renders_tick (w->renders);
  g_assert_null (parlor_renders_get (w->renders, "rec_1", a));
  g_assert_cmpuint (w->running->len, ==, 0);
  g_assert_cmpuint (w->n_removed, ==, 2);
}

static void
test_restart (World *w, gconstpointer data)
{
  const ParlorRenderRow row = {.id = (char *)"rnd_1",
                               .brand = (char *)"br_1",
                               .recording = (char *)"rec_1",
                               .requested_by = (char *)"",
                               .state = (char *)"running",
                               .layout = (char *)"grid",
                               .height = 720,
                               .attempts = PARLOR_RENDER_ATTEMPTS};
  parlor_renders_load (&row, w->renders);
  g_assert_cmpstr (state_of (w, "rnd_1"), ==, "queued");
  parlor_renders_tick (w->renders);
  g_assert_cmpstr (state_of (w, "rnd_1"), ==, "running");
  tell (w, "rnd_1", PARLOR_COMPOSER_DONE);
  g_assert_cmpstr (state_of (w, "rnd_1"), ==, "ready");
}

static void
check_refused (World *w, const char *recording, ParlorRenderWish wish, gint code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_renders_ask (w->renders, recording, &wish, "usr_1", &error));
  g_assert_error (error, PARLOR_ERROR, code);
}

static void
test_refusals (World *w, gconstpointer data)
{
  const ParlorRenderWish good = {.layout = "grid", .from_ms = -1, .to_ms = -1, .height = 720};
  ParlorRenderWish bad = good;
  check_refused (w, "rec_9", good, PARLOR_ERROR_NOT_FOUND);
  check_refused (w, "rec_2", good, PARLOR_ERROR_CONFLICT);
  bad.layout = "mosaic";
  check_refused (w, "rec_1", bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.height = 721;
  check_refused (w, "rec_1", bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.from_ms = 9000;
  check_refused (w, "rec_1", bad, PARLOR_ERROR_BAD_REQUEST);
  bad = good;
  bad.to_ms = 1000;
  check_refused (w, "rec_1", bad, PARLOR_ERROR_BAD_REQUEST);
  for (guint i = 0; i < PARLOR_RENDERS_OF_RECORDING_MAX; i++)
    ask (w);
  check_refused (w, "rec_1", good, PARLOR_ERROR_TOO_MANY);
}

static void
test_cuts (World *w, gconstpointer data)
{
  const ParlorRenderWish wish = {.layout = "grid",
                                 .from_ms = -1,
                                 .to_ms = -1,
                                 .width = 720,
                                 .height = 1280,
                                 .cuts = "2000 3000"};
  const ParlorRenderRow *row = parlor_renders_ask (w->renders, "rec_1", &wish, "usr_1", NULL);
  g_assert_null (row->clock);
  tell (w, row->id, PARLOR_COMPOSER_DONE);
  g_assert_cmpstr (row->clock, ==, "1000 2000 0\n3000 9000 1000");
  ParlorRenderWish bad = wish;
  bad.width = 0; /* a height alone is of 16:9, and at most 1,080 */
  check_refused (w, "rec_1", bad, PARLOR_ERROR_BAD_REQUEST);
}

static void
test_halves_of_a_person (World *w, gconstpointer data)
{
  const char *const ids[] = {"pt_9", NULL};
  const char *made = ask (w), *torn = ask (w);
  tell (w, made, PARLOR_COMPOSER_DONE);
  parlor_renders_hold_back (w->renders, "rec_1", TRUE);
  tell (w, torn, PARLOR_COMPOSER_DIED);
  g_assert_cmpstr (state_of (w, torn), ==, "queued");
  g_assert_cmpuint (w->gone->len, ==, 0);
  g_assert_cmpuint (parlor_renders_forget (w->renders, "rec_1", ids, "ann", FALSE, "usr_1"), ==, 0);
  g_assert_cmpuint (w->gone->len, ==, 1);
  g_assert_cmpstr (w->gone->pdata[0], ==, torn);
  g_assert_cmpstr (state_of (w, torn), ==, "queued");
  g_assert_cmpstr (state_of (w, made), ==, "ready");
}

static void
test_wanted (World *w, gconstpointer data)
{
  add_recording (w, "rec_3", "ready");
  g_autoptr (GPtrArray) none = parlor_renders_wanted (w->renders);
  g_assert_cmpuint (none->len, ==, 0);
  const ParlorRenderWish wish = {.layout = "grid", .from_ms = -1, .to_ms = -1, .height = 720};
  const char *first = ask (w), *second = ask (w);
  const char *other = parlor_renders_ask (w->renders, "rec_3", &wish, "usr_1", NULL)->id;
  g_autoptr (GPtrArray) both = parlor_renders_wanted (w->renders);
  g_assert_cmpuint (both->len, ==, 2);
  g_assert_cmpstr (both->pdata[0], ==, "rec_1");
  g_assert_cmpstr (both->pdata[1], ==, "rec_3");
  tell (w, first, PARLOR_COMPOSER_DONE);
  tell (w, second, PARLOR_COMPOSER_FAILED);
  g_autoptr (GPtrArray) one = parlor_renders_wanted (w->renders);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpstr (one->pdata[0], ==, "rec_3");
  tell (w, other, PARLOR_COMPOSER_DONE);
  g_autoptr (GPtrArray) over = parlor_renders_wanted (w->renders);
  g_assert_cmpuint (over->len, ==, 0);
}

#define TEST(name, func) g_test_add ("/room/renders/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("one-after-the-other", test_turns);
  TEST ("a-composer-that-dies-has-one-more-chance", test_death);
  TEST ("what-does-not-start-is-tried-again", test_no_process);
  TEST ("what-is-removed-is-cancelled-or-goes", test_removed);
  TEST ("recordings-are-wanted-while-one-of-theirs-waits-or-runs", test_wanted);
  TEST ("a-deleted-recording-takes-them-with-it", test_deleted);
  TEST ("what-ran-when-the-server-ended-begins-again", test_restart);
  TEST ("what-is-cut-and-what-lies-where-is-kept", test_cuts);
  TEST ("what-makes-no-sense-is-refused", test_refusals);
  TEST ("one-that-was-interrupted-begins-anew-when-a-person-goes", test_halves_of_a_person);
  return g_test_run ();
}
