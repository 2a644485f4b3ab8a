/* SPDX-License-Identifier: Apache-2.0 */
#include "room/recordings.h"

#include "base/error.h"

#include <string.h>

static void
add (ParlorRecordings *all, const char *id, const char *brand, gint64 started_ms, const char *words)
{
  ParlorRecordingRow row = {.id = (char *)id,
                            .brand = (char *)brand,
                            .room = "rm_1",
                            .title = "Weekly",
                            .state = "ready",
                            .mode = "ask",
                            .started_by = "",
                            .started_ms = started_ms,
                            .people = "Lin\nMara",
                            .words = (char *)words};
  parlor_recordings_put (all, &row);
}

static char *
found (ParlorRecordings *all, const ParlorRecordingQuery *query)
{
  gboolean more;
  g_autoptr (GPtrArray) rows = parlor_recordings_list (all, query, &more);
  GString *ids = g_string_new (NULL);
  for (guint i = 0; i < rows->len; i++)
    g_string_append (ids, ((const ParlorRecordingRow *)rows->pdata[i])->id);
  if (more)
    g_string_append_c (ids, '+');
  return g_string_free (ids, FALSE);
}

#define assert_found(all, expected, ...)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *ids = found (all, &(ParlorRecordingQuery){__VA_ARGS__});                      \
    g_assert_cmpstr (ids, ==, expected);                                                           \
  }                                                                                                \
  G_STMT_END

static void
test_search (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  add (all, "a", "br_1", 100, "装配间隙调整为 0.35 毫米");
  add (all, "c", "br_1", 300, "Torque 12 Nm");
  add (all, "b", "br_1", 200, NULL);
  add (all, "x", "br_2", 400, "间隙");
  assert_found (all, "cba", .brand = "br_1", .limit = 10);
  assert_found (all, "a", .brand = "br_1", .limit = 10, .text = "间隙");
  assert_found (all, "c", .brand = "br_1", .limit = 10, .text = "TORQUE");
  assert_found (all, "cba", .brand = "br_1", .limit = 10, .text = "mara");
  assert_found (all, "", .brand = "br_1", .limit = 10, .text = "nobody");
  assert_found (all, "cba", .brand = "br_1", .limit = 10, .person = "MARA");
  assert_found (all, "", .brand = "br_1", .limit = 10, .person = "torque");
  assert_found (all, "", .brand = "br_3", .limit = 10);
  assert_found (all, "b", .brand = "br_1", .limit = 10, .from_ms = 150, .until_ms = 300);
  assert_found (all, "cb+", .brand = "br_1", .limit = 2);
  assert_found (all, "a", .brand = "br_1", .limit = 2, .after = "b");
}

static void
test_replace (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  add (all, "a", "br_1", 100, "old");
  add (all, "a", "br_1", 100, "new");
  assert_found (all, "a", .brand = "br_1", .limit = 10, .text = "new");
  assert_found (all, "", .brand = "br_1", .limit = 10, .text = "old");
  g_assert_null (parlor_recordings_get (all, "z"));
  g_assert_cmpstr (parlor_recordings_get (all, "a")->words, ==, "new");
}

/* As an admin with 5,000 recordings would see it: 200 ms, asserted at a half of that. */
static void
test_many (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  g_autofree char *words = g_strnfill (800, 'w');
  for (gint i = 0; i < 5000; i++)
    {
      g_autofree char *id = g_strdup_printf ("rec_%05d", i);
      add (all, id, "br_1", i, words);
    }
  gint64 began_us = g_get_monotonic_time ();
  assert_found (all, "", .brand = "br_1", .limit = 50, .text = "间隙");
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 100000);
}

static char *erased;

static void
erase (const char *id, gpointer user_data)
{
  g_free (erased);
  erased = g_strdup (id);
}

static gint64
thirty_days (const char *brand, gpointer user_data)
{
  return 30;
}

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
test_keeping (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  g_autoptr (GError) error = NULL;
  parlor_recordings_set_hands (all, &(ParlorRecordingsHands){.erase = erase});
  add (all, "a", "br_1", 100, "secret");
  g_assert_true (parlor_recordings_set_hold (all, "a", "case 7", "usr_1", 0, NULL));
  g_assert_false (parlor_recordings_bin (all, "a", "usr_1", 0, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "case 7"));
  g_clear_error (&error);
  g_assert_false (parlor_recordings_delete (all, "a", "usr_1", 0, NULL));
  g_assert_true (parlor_recordings_set_hold (all, "a", NULL, "usr_1", 0, NULL));
  g_assert_true (parlor_recordings_bin (all, "a", "usr_1", DAY_MS, NULL));
  assert_found (all, "", .brand = "br_1", .limit = 10);
  assert_found (all, "a", .brand = "br_1", .limit = 10, .state = "binned");
  g_assert_true (parlor_recordings_restore (all, "a", "usr_1", DAY_MS, NULL));
  assert_found (all, "a", .brand = "br_1", .limit = 10);
  g_assert_true (parlor_recordings_bin (all, "a", "usr_1", DAY_MS, NULL));
  parlor_recordings_purge (all, 8 * DAY_MS - 1);
  g_assert_null (erased);
  parlor_recordings_purge (all, 8 * DAY_MS);
  g_assert_cmpstr (erased, ==, "a");
  g_assert_null (parlor_recordings_get (all, "a")->words);
  g_assert_cmpstr (parlor_recordings_get (all, "a")->title, ==, "");
  g_assert_false (parlor_recordings_delete (all, "a", "usr_1", 0, NULL));
  g_clear_pointer (&erased, g_free);
}

static void
test_retention (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  g_assert_cmpint (parlor_recordings_due (all, "br_1", DAY_MS), ==, 0);
  parlor_recordings_set_hands (all, &(ParlorRecordingsHands){.retention_days = thirty_days});
  g_assert_cmpint (parlor_recordings_due (all, "br_1", DAY_MS), ==, 31 * DAY_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/recordings/two-characters-inside-running-text-are-found", test_search);
  g_test_add_func ("/room/recordings/a-row-replaces-the-one-before", test_replace);
  g_test_add_func ("/room/recordings/five-thousand-are-searched-at-once", test_many);
  g_test_add_func ("/room/recordings/a-hold-a-bin-and-then-nothing-is-left", test_keeping);
  g_test_add_func ("/room/recordings/retention-is-the-brands", test_retention);
  return g_test_run ();
}
