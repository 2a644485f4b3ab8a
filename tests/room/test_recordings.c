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

static gint64 kept_days;

static gint64
so_many_days (const char *brand, gpointer user_data)
{
  return kept_days;
}

static void
test_retention (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  const ParlorRoomRuleRow rule = {
      .room = "rm_1", .brand = "br_1", .record = "by_host", .retention_days = 5};
  const ParlorRoomRuleRow brands = {
      .room = "rm_1", .brand = "br_1", .record = "by_host", .retention_days = -1};
  g_assert_cmpint (parlor_recordings_due (all, "br_1", "rm_1", DAY_MS), ==, 0);
  parlor_recordings_set_hands (all, &(ParlorRecordingsHands){.retention_days = so_many_days});
  kept_days = 30;
  g_assert_cmpint (parlor_recordings_due (all, "br_1", "rm_1", DAY_MS), ==, 31 * DAY_MS);
  parlor_recordings_put_rule (all, &rule);
  g_assert_cmpint (parlor_recordings_due (all, "br_1", "rm_1", DAY_MS), ==, 6 * DAY_MS);
  g_assert_cmpint (parlor_recordings_due (all, "br_1", "rm_2", DAY_MS), ==, 31 * DAY_MS);
  parlor_recordings_put_rule (all, &brands);
  g_assert_cmpint (parlor_recordings_due (all, "br_1", "rm_1", DAY_MS), ==, 31 * DAY_MS);
}

/* A rule that is made shorter lets nothing go before it has been seen among what goes. */
static void
test_changed_rule (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  parlor_recordings_set_hands (all, &(ParlorRecordingsHands){.retention_days = so_many_days});
  add (all, "a", "br_1", DAY_MS, NULL);
  kept_days = 100;
  parlor_recordings_purge (all, 50 * DAY_MS);
  g_assert_cmpint (parlor_recordings_get (all, "a")->purge_ms, ==, 101 * DAY_MS);
  kept_days = 10;
  for (gint64 day = 50; day < 57; day++)
    {
      parlor_recordings_purge (all, day * DAY_MS);
      g_assert_cmpint (parlor_recordings_get (all, "a")->purge_ms, ==, 57 * DAY_MS);
      g_autoptr (GPtrArray) going = parlor_recordings_going (all, "br_1", (day + 8) * DAY_MS);
      g_assert_cmpuint (going->len, ==, 1);
    }
  kept_days = 0;
  parlor_recordings_purge (all, 56 * DAY_MS);
  g_assert_cmpint (parlor_recordings_get (all, "a")->purge_ms, ==, 0);
  kept_days = 10;
  parlor_recordings_purge (all, 60 * DAY_MS);
  parlor_recordings_purge (all, 67 * DAY_MS);
  g_assert_cmpstr (parlor_recordings_get (all, "a")->state, ==, "binned");
  g_assert_true (parlor_recordings_restore (all, "a", "usr_1", 68 * DAY_MS, NULL));
  for (gint64 day = 68; day < 75; day++)
    parlor_recordings_purge (all, day * DAY_MS);
  g_assert_cmpstr (parlor_recordings_get (all, "a")->state, ==, "ready");
  parlor_recordings_purge (all, 75 * DAY_MS);
  g_assert_cmpstr (parlor_recordings_get (all, "a")->state, ==, "binned");
}

static void
test_use (void)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  ParlorRecordingsUse use;
  for (gint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("rec_%d", i);
      const ParlorRecordingRow row = {.id = id,
                                      .brand = "br_1",
                                      .room = "rm_1",
                                      .title = "",
                                      .state = i < 6 ? "binned" : "ready",
                                      .mode = "ask",
                                      .started_by = "",
                                      .started_ms = (40 + i) * DAY_MS,
                                      .bytes = 1000,
                                      .hold = i == 7 ? "case" : NULL,
                                      .purge_ms = i < 12 ? (101 + i) * DAY_MS : 0};
      parlor_recordings_put (all, &row);
    }
  add (all, "x", "br_2", 100, NULL);
  parlor_recordings_use (all, "br_1", 100 * DAY_MS, &use);
  g_assert_cmpuint (use.kept, ==, 54);
  g_assert_cmpuint (use.binned, ==, 6);
  g_assert_cmpuint (use.held, ==, 1);
  g_assert_cmpint (use.bytes, ==, 60000);
  g_assert_cmpint (use.binned_bytes, ==, 6000);
  g_assert_cmpint (use.day_bytes, ==, 966); /* 29 within the last 30 days */
  g_assert_cmpint (use.forecast_bytes, ==, 60000 + 29000 - 11000);
  g_autoptr (GPtrArray) going = parlor_recordings_going (all, "br_1", 109 * DAY_MS);
  g_assert_cmpuint (going->len, ==, 7); /* 0 to 7 but the held one */
  g_assert_cmpstr (((const ParlorRecordingRow *)going->pdata[0])->id, ==, "rec_0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/recordings/two-characters-inside-running-text-are-found", test_search);
  g_test_add_func ("/room/recordings/a-row-replaces-the-one-before", test_replace);
  g_test_add_func ("/room/recordings/five-thousand-are-searched-at-once", test_many);
  g_test_add_func ("/room/recordings/a-hold-a-bin-and-then-nothing-is-left", test_keeping);
  g_test_add_func ("/room/recordings/retention-is-the-rooms-else-the-brands", test_retention);
  g_test_add_func ("/room/recordings/a-shorter-rule-gives-seven-days", test_changed_rule);
  g_test_add_func ("/room/recordings/what-is-used-and-what-goes-is-told", test_use);
  return g_test_run ();
}
