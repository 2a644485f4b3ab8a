/* SPDX-License-Identifier: Apache-2.0 */
#include "room/erasures.h"

#include "base/error.h"

#include <string.h>

typedef struct
{
  ParlorRecordings *recordings;
  ParlorErasures *erasures;
  GPtrArray *looked, *erased; /* owned "erasure recording" */
  char *identity;             /* of the last job that erases */
  guint withdrawn, removed;
} Fixture;

static gint64 now_ms;

static gint64
wall_ms (void)
{
  return now_ms;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  static guint8 next;
  for (gsize i = 0; i < size; i++)
    out[i] = next++;
}

static void
look (const ParlorErasureJob *job, gpointer user_data)
{
  g_ptr_array_add (((Fixture *)user_data)->looked, g_strdup (job->recording));
}

static void
erase (const ParlorErasureJob *job, gpointer user_data)
{
  Fixture *f = user_data;
  g_ptr_array_add (f->erased, g_strdup (job->recording));
  g_free (f->identity);
  f->identity = g_strdup (job->identity);
}

static void
withdraw (const ParlorErasureRow *row, gpointer user_data)
{
  ((Fixture *)user_data)->withdrawn++;
}

static void
removed (const ParlorErasureRow *row, gpointer user_data)
{
  g_assert_cmpstr (row->recording, ==, "rec_e");
  g_assert_nonnull (row->participant);
  ((Fixture *)user_data)->removed++;
}

static void
add (Fixture *f, const char *id, const char *brand, const char *state, const char *hold)
{
  char door[PARLOR_RECORDING_DOOR_SIZE];
  parlor_recording_door (id, "identity", "lin", door);
  ParlorRecordingRow row = {.id = (char *)id,
                            .brand = (char *)brand,
                            .room = (char *)"rm_1",
                            .title = (char *)"",
                            .state = (char *)state,
                            .mode = (char *)"ask",
                            .started_by = (char *)"lin",
                            .hold = (char *)hold,
                            .people = (char *)"Lin\nMara",
                            .doors = door};
  parlor_recordings_put (f->recordings, &row);
}

static void
make (Fixture *f)
{
  ParlorErasuresSpec spec = {.recordings = f->recordings,
                             .random = {fill, NULL},
                             .wall_ms = wall_ms,
                             .look = look,
                             .erase = erase,
                             .withdraw = withdraw,
                             .removed = removed,
                             .user_data = f};
  f->erasures = parlor_erasures_new (&spec);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  now_ms = 1000;
  f->recordings = parlor_recordings_new (NULL);
  f->looked = g_ptr_array_new_with_free_func (g_free);
  f->erased = g_ptr_array_new_with_free_func (g_free);
  make (f);
  add (f, "rec_a", "br_1", "ready", NULL);
  add (f, "rec_b", "br_1", "binned", NULL);
  add (f, "rec_c", "br_2", "ready", NULL);
  add (f, "rec_d", "br_1", "deleted", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_erasures_free (f->erasures);
  parlor_recordings_free (f->recordings);
  g_ptr_array_unref (f->looked);
  g_ptr_array_unref (f->erased);
  g_free (f->identity);
}

static void
answer_look (Fixture *f, const char *id, const char *recording)
{
  const ParlorErasurePart part = {id, recording, TRUE, 2, 1, 3, 1, 100, "pt_1"};
  parlor_erasures_looked (f->erasures, &part);
  parlor_erasures_tick (f->erasures);
}

/* A plan of all of br_1, looked at. */
static char *
plan (Fixture *f)
{
  const ParlorErasureWish wish = {.brand = "br_1", .identity = "lin"};
  const ParlorErasureRow *row = parlor_erasures_plan (f->erasures, &wish, "usr_1", NULL);
  g_assert_nonnull (row);
  char *id = g_strdup (row->id);
  g_assert_cmpstr (row->state, ==, "looking");
  answer_look (f, id, "rec_a");
  answer_look (f, id, "rec_b");
  return id;
}

static const ParlorErasureRow *
row_of (const Fixture *f, const char *id)
{
  return parlor_erasures_get (f->erasures, "br_1", id);
}

static void
finish (Fixture *f, const char *id, const char *recording)
{
  const ParlorErasureDone done = {
      .sha256 = "bb", .people = "Mara", .files = 1, .bytes = 5, .identity = "lin"};
  parlor_erasures_erased (f->erasures, id, recording, &done, NULL);
  parlor_erasures_tick (f->erasures);
}

static void
test_whole (Fixture *f, gconstpointer data)
{
  g_autofree char *id = plan (f);
  const ParlorErasureRow *row = row_of (f, id);
  g_assert_cmpstr (row->state, ==, "planned");
  g_assert_cmpint (row->files, ==, 4);
  g_assert_cmpint (row->bytes, ==, 200);
  g_assert_cmpuint (f->erased->len, ==, 0);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", id, "usr_2", NULL));
  g_assert_cmpuint (f->withdrawn, ==, 1);
  g_assert_cmpuint (f->erased->len, ==, 1); /* one at a time */
  finish (f, id, "rec_a");
  g_assert_cmpuint (f->erased->len, ==, 2);
  finish (f, id, "rec_b");
  g_assert_cmpstr (row->state, ==, "done");
  g_assert_null (row->identity);
  g_assert_null (row->todo);
  const ParlorRecordingRow *recording = parlor_recordings_get (f->recordings, "rec_a");
  g_assert_cmpstr (recording->people, ==, "Mara");
  g_assert_cmpstr (recording->sha256, ==, "bb");
  g_assert_cmpstr (recording->started_by, ==, "");
  g_assert_null (recording->doors);
  g_assert_cmpstr (parlor_recordings_get (f->recordings, "rec_c")->people, ==, "Lin\nMara");
}

static void
test_hold (Fixture *f, gconstpointer data)
{
  g_autofree char *id = plan (f);
  g_autoptr (GError) error = NULL;
  parlor_recordings_set_hold (f->recordings, "rec_b", "court", "usr_1", 1, NULL);
  g_assert_false (parlor_erasures_start (f->erasures, "br_1", id, "usr_1", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "court"));
  g_assert_cmpuint (f->withdrawn, ==, 0);
  /* Set later it holds up its recording alone. */
  parlor_recordings_set_hold (f->recordings, "rec_b", NULL, "usr_1", 1, NULL);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", id, "usr_1", NULL));
  parlor_recordings_set_hold (f->recordings, "rec_b", "court", "usr_1", 1, NULL);
  finish (f, id, "rec_a");
  g_assert_cmpstr (row_of (f, id)->state, ==, "held");
  g_assert_cmpstr (row_of (f, id)->reason, ==, "court");
  g_assert_cmpuint (f->erased->len, ==, 1);
  parlor_recordings_set_hold (f->recordings, "rec_b", NULL, "usr_1", 1, NULL);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpuint (f->erased->len, ==, 2);
  finish (f, id, "rec_b");
  g_assert_cmpstr (row_of (f, id)->state, ==, "done");
}

static void
test_restart (Fixture *f, gconstpointer data)
{
  const ParlorErasureRow row = {.id = (char *)"era_1",
                                .brand = (char *)"br_1",
                                .requested_by = (char *)"usr_1",
                                .state = (char *)"running",
                                .identity = (char *)"lin",
                                .todo = (char *)"rec_b",
                                .recordings = 2,
                                .files = 4};
  parlor_erasures_load (&row, f->erasures);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpuint (f->erased->len, ==, 1);
  answer_look (f, "era_1", "rec_b");
  finish (f, "era_1", "rec_b");
  g_assert_cmpstr (row_of (f, "era_1")->state, ==, "done");
  g_assert_cmpint (row_of (f, "era_1")->files, ==, 4);
}

static void
wait_for_job (Fixture *f, guint n)
{
  for (guint i = 0; i < 20 && f->erased->len < n; i++)
    parlor_erasures_tick (f->erasures);
  g_assert_cmpuint (f->erased->len, ==, n);
}

/* One that was deleted meanwhile is no hindrance, one that fails is tried again, after the others.
 */
static void
test_trouble (Fixture *f, gconstpointer data)
{
  g_autofree char *id = plan (f);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", id, "usr_1", NULL));
  parlor_erasures_erased (f->erasures, id, "rec_a", NULL, "disk_full");
  g_assert_cmpstr (row_of (f, id)->reason, ==, "disk_full");
  g_assert_cmpuint (f->erased->len, ==, 1);
  wait_for_job (f, 2);
  g_assert_cmpstr (f->erased->pdata[1], ==, "rec_b");
  parlor_erasures_erased (f->erasures, id, "rec_b", NULL, "no_manifest");
  wait_for_job (f, 3);
  g_assert_cmpstr (f->erased->pdata[2], ==, "rec_a");
  finish (f, id, "rec_a");
  g_assert_null (row_of (f, id)->reason);
  wait_for_job (f, 4);
  g_assert_cmpstr (f->erased->pdata[3], ==, "rec_b");
  g_assert_true (parlor_recordings_delete (f->recordings, "rec_b", "usr_1", 1, NULL));
  parlor_erasures_erased (f->erasures, id, "rec_b", NULL, "io_error");
  parlor_erasures_tick (f->erasures);
  g_assert_cmpstr (row_of (f, id)->state, ==, "done");
}

static void
refuses (Fixture *f, const ParlorErasureWish *wish, ParlorErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_erasures_plan (f->erasures, wish, "usr_1", &error));
  g_assert_error (error, PARLOR_ERROR, (gint)code);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  refuses (f, &(ParlorErasureWish){.brand = "br_1"}, PARLOR_ERROR_BAD_REQUEST);
  refuses (f, &(ParlorErasureWish){.brand = "br_1", .identity = ""}, PARLOR_ERROR_BAD_REQUEST);
  refuses (f, &(ParlorErasureWish){.brand = "br_1", .recording = "rec_a"},
           PARLOR_ERROR_BAD_REQUEST);
  refuses (f, &(ParlorErasureWish){.brand = "br_1", .recording = "rec_c", .participant = "pt_1"},
           PARLOR_ERROR_NOT_FOUND);
  g_autofree char *id = plan (f);
  g_assert_null (parlor_erasures_get (f->erasures, "br_2", id));
  g_assert_false (parlor_erasures_start (f->erasures, "br_2", id, "usr_9", NULL));
  g_assert_false (parlor_erasures_forget (f->erasures, "br_2", id, NULL));
  g_assert_true (parlor_erasures_forget (f->erasures, "br_1", id, NULL));
  g_assert_null (row_of (f, id));
}

/* He let a picture of his screen be taken and was in no recording: the rows that name him go all
 * the same. */
static void
test_rows_alone (Fixture *f, gconstpointer data)
{
  const ParlorErasureWish wish = {.brand = "br_1", .identity = "mara"};
  g_autofree char *id = g_strdup (parlor_erasures_plan (f->erasures, &wish, "usr_1", NULL)->id);
  g_assert_cmpint (row_of (f, id)->recordings, ==, 0);
  const ParlorErasurePart part = {
      .erasure = id, .recording = PARLOR_ERASURE_ROWS, .is_known = TRUE, .stills = 1};
  parlor_erasures_looked (f->erasures, &part);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpstr (row_of (f, id)->state, ==, "planned");
  g_assert_cmpint (row_of (f, id)->stills, ==, 1);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", id, "usr_1", NULL));
  wait_for_job (f, 1);
  g_assert_cmpstr (f->erased->pdata[0], ==, PARLOR_ERASURE_ROWS);
  parlor_erasures_erased (f->erasures, id, PARLOR_ERASURE_ROWS, &(ParlorErasureDone){0}, NULL);
  g_assert_cmpstr (row_of (f, id)->state, ==, "done");
  g_assert_null (row_of (f, id)->identity);
}

/* The server ends when the manifest has forgotten him and his recording's row has not. */
static void
test_identity_kept (Fixture *f, gconstpointer data)
{
  const ParlorErasureRow row = {.id = (char *)"era_1",
                                .brand = (char *)"br_1",
                                .requested_by = (char *)"usr_1",
                                .state = (char *)"running",
                                .recording = (char *)"rec_a",
                                .participant = (char *)"pt_1",
                                .todo = (char *)"rec_a"};
  parlor_erasures_load (&row, f->erasures);
  parlor_erasures_tick (f->erasures);
  g_assert_null (f->identity);
  ParlorErasurePart part = {"era_1", "rec_a", TRUE, 2, 1, 3, 1, 100, "pt_1", "lin"};
  parlor_erasures_looked (f->erasures, &part);
  ParlorErasureRow kept = {0};
  parlor_record_copy (&parlor_erasure_kind, &kept, row_of (f, "era_1"));
  g_assert_cmpstr (kept.identity, ==, "lin");
  parlor_erasures_free (f->erasures);
  make (f);
  parlor_erasures_load (&kept, f->erasures);
  parlor_record_clear (&parlor_erasure_kind, &kept);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpstr (f->identity, ==, "lin");
  finish (f, "era_1", "rec_a");
  g_assert_null (row_of (f, "era_1")->identity);
}

/* Only a look tells whether he was one of so many. */
static void
test_crowd (Fixture *f, gconstpointer data)
{
  g_autofree char *doors = g_strnfill (PARLOR_RECORDING_DOORS_MAX, 'x');
  ParlorRecordingRow crowd = {0};
  parlor_record_copy (&parlor_recording_kind, &crowd,
                      parlor_recordings_get (f->recordings, "rec_a"));
  g_free (crowd.doors);
  crowd.doors = g_steal_pointer (&doors);
  parlor_recordings_put (f->recordings, &crowd);
  parlor_record_clear (&parlor_recording_kind, &crowd);
  g_autofree char *id = plan (f);
  g_assert_cmpint (row_of (f, id)->recordings, ==, 2);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", id, "usr_1", NULL));
  finish (f, id, "rec_b");
  g_assert_cmpuint (f->erased->len, ==, 2);
  g_assert_true (parlor_recording_has_more_doors (parlor_recordings_get (f->recordings, "rec_a")));
  finish (f, id, "rec_a");
  g_assert_true (parlor_recording_has_more_doors (parlor_recordings_get (f->recordings, "rec_a")));
  /* Somebody else is in none, and what is held there does not hold him up. */
  const ParlorErasureWish wish = {.brand = "br_1", .identity = "mara"};
  const ParlorErasureRow *row = parlor_erasures_plan (f->erasures, &wish, "usr_1", NULL);
  g_assert_cmpint (row->recordings, ==, 1);
  const ParlorErasurePart part = {.erasure = row->id, .recording = "rec_a", .is_known = TRUE};
  parlor_erasures_looked (f->erasures, &part);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpstr (row->state, ==, "planned");
  g_assert_cmpint (row->recordings, ==, 0);
  parlor_recordings_set_hold (f->recordings, "rec_a", "court", "usr_1", 1, NULL);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", row->id, "usr_1", NULL));
  g_assert_cmpstr (row->state, ==, "done");
  g_assert_cmpuint (f->erased->len, ==, 2);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  g_autofree char *id = plan (f);
  add (f, "rec_e", "br_1", "on", NULL);
  g_assert_true (parlor_erasures_start (f->erasures, "br_1", id, "usr_1", NULL));
  g_assert_cmpint (row_of (f, id)->recordings, ==, 3);
  finish (f, id, "rec_a");
  finish (f, id, "rec_b");
  g_assert_cmpstr (row_of (f, id)->state, ==, "running");
  add (f, "rec_e", "br_1", "ready", NULL);
  wait_for_job (f, 3);
  answer_look (f, id, "rec_e");
  g_assert_cmpint (row_of (f, id)->files, ==, 6);
  finish (f, id, "rec_e");
  g_assert_cmpstr (row_of (f, id)->state, ==, "done");
}

static void
restart (Fixture *f, const char *id)
{
  ParlorErasureRow kept = {0};
  parlor_record_copy (&parlor_erasure_kind, &kept, row_of (f, id));
  parlor_erasures_free (f->erasures);
  make (f);
  parlor_erasures_load (&kept, f->erasures);
  parlor_record_clear (&parlor_erasure_kind, &kept);
}

static const ParlorErasureWish his = {
    .brand = "br_1", .recording = "rec_e", .participant = "pt_1", .identity = "lin"};

static const ParlorErasureRow *
ask (Fixture *f, const ParlorErasureWish *wish)
{
  const ParlorErasureRow *row = parlor_erasures_ask (f->erasures, wish, NULL);
  g_assert_nonnull (row);
  g_assert_true (parlor_erasure_is_own (row));
  return row;
}

/* Asked for while it runs, done when it is sealed, though the server ended in between. */
static void
test_own (Fixture *f, gconstpointer data)
{
  add (f, "rec_e", "br_1", "on", NULL);
  const ParlorErasureRow *row = ask (f, &his);
  g_autofree char *id = g_strdup (row->id);
  g_assert_cmpstr (row->state, ==, "running");
  g_assert_cmpstr (row->requested_by, ==, "pt_1");
  g_assert_cmpuint (f->withdrawn, ==, 1);
  g_assert_true (ask (f, &his) == row);
  g_assert_cmpuint (f->withdrawn, ==, 1);
  restart (f, id);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpuint (f->erased->len, ==, 0);
  add (f, "rec_e", "br_1", "ready", NULL);
  wait_for_job (f, 1);
  answer_look (f, id, "rec_e");
  g_assert_cmpuint (f->removed, ==, 0);
  finish (f, id, "rec_e");
  g_assert_cmpuint (f->removed, ==, 1);
  row = row_of (f, id);
  g_assert_cmpstr (row->state, ==, "done");
  g_assert_cmpint (row->files, ==, 2);
  g_assert_null (row->participant);
  g_assert_null (row->identity);
  g_assert_true (parlor_erasure_is_own (row));
  ParlorErasureWish others = his;
  others.brand = "br_2";
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_erasures_ask (f->erasures, &others, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
}

/* Two pages of one are one wish, two people two; each has his turn. */
static void
test_own_pages (Fixture *f, gconstpointer data)
{
  add (f, "rec_e", "br_1", "on", NULL);
  g_autofree char *id = g_strdup (ask (f, &his)->id);
  ParlorErasureWish page = his, mara = his;
  page.participant = "pt_2";
  mara.participant = "pt_3";
  mara.identity = "mara";
  g_assert_cmpstr (ask (f, &page)->id, ==, id);
  g_autofree char *hers = g_strdup (ask (f, &mara)->id);
  g_assert_cmpstr (hers, !=, id);
  add (f, "rec_e", "br_1", "ready", NULL);
  wait_for_job (f, 1);
  answer_look (f, id, "rec_e");
  finish (f, id, "rec_e");
  g_assert_cmpstr (row_of (f, id)->state, ==, "done");
  g_assert_cmpstr (row_of (f, hers)->state, ==, "running");
  wait_for_job (f, 2);
  answer_look (f, hers, "rec_e");
  finish (f, hers, "rec_e");
  g_assert_cmpstr (row_of (f, hers)->state, ==, "done");
}

/* The server ends when he is out of the manifest and the row does not know it yet. */
static void
test_own_counts (Fixture *f, gconstpointer data)
{
  add (f, "rec_e", "br_1", "ready", NULL);
  g_autofree char *id = g_strdup (ask (f, &his)->id);
  wait_for_job (f, 1);
  answer_look (f, id, "rec_e");
  g_assert_cmpint (row_of (f, id)->files, ==, 2);
  restart (f, id);
  wait_for_job (f, 2);
  const ParlorErasurePart rest = {id, "rec_e", .is_known = TRUE};
  parlor_erasures_looked (f->erasures, &rest);
  finish (f, id, "rec_e");
  g_assert_cmpstr (row_of (f, id)->state, ==, "done");
  g_assert_cmpint (row_of (f, id)->files, ==, 2);
}

static void
test_own_held (Fixture *f, gconstpointer data)
{
  add (f, "rec_e", "br_1", "on", "court");
  const ParlorErasureRow *row = ask (f, &his);
  g_assert_cmpstr (row->state, ==, "held");
  g_assert_cmpstr (row->reason, ==, "court");
  g_assert_cmpuint (f->withdrawn, ==, 1);
  add (f, "rec_e", "br_1", "ready", "court");
  parlor_erasures_tick (f->erasures);
  g_assert_cmpuint (f->erased->len, ==, 0);
  add (f, "rec_e", "br_1", "sealing", NULL);
  parlor_erasures_tick (f->erasures);
  g_assert_cmpstr (row->state, ==, "running");
  g_assert_null (row->reason);
  add (f, "rec_e", "br_1", "ready", NULL);
  wait_for_job (f, 1);
}

/* A plan is a look at people's data, not a record of who was looked at. */
static void
test_forgotten (Fixture *f, gconstpointer data)
{
  g_autofree char *id = plan (f);
  now_ms += PARLOR_ERASURE_PLAN_MS;
  parlor_erasures_tick (f->erasures);
  g_assert_nonnull (row_of (f, id));
  now_ms += 1;
  parlor_erasures_tick (f->erasures);
  g_assert_null (row_of (f, id));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
      {"/room/erasures/looked-at-shown-and-done-one-by-one", test_whole},
      {"/room/erasures/a-hold-refuses-and-holds-up", test_hold},
      {"/room/erasures/goes-on-after-a-restart", test_restart},
      {"/room/erasures/failures-are-tried-again", test_trouble},
      {"/room/erasures/whom-it-is-about-is-known-after-a-restart", test_identity_kept},
      {"/room/erasures/one-of-too-many-for-their-doors-is-found", test_crowd},
      {"/room/erasures/what-began-after-the-plan-goes-too", test_newer},
      {"/room/erasures/who-is-in-no-recording-is-taken-out-of-rows", test_rows_alone},
      {"/room/erasures/what-makes-no-sense-is-refused", test_refusals},
      {"/room/erasures/a-plan-is-forgotten-after-an-hour", test_forgotten},
      {"/room/erasures/who-asks-for-himself-goes-when-it-is-sealed", test_own},
      {"/room/erasures/who-asks-for-himself-by-two-pages-asks-once", test_own_pages},
      {"/room/erasures/who-asks-for-himself-is-counted-once", test_own_counts},
      {"/room/erasures/who-asks-for-himself-waits-for-a-hold", test_own_held},
  };
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
