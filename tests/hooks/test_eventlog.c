/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "hooks/eventlog.h"

#include <string.h>

static void
say (ParlorEventLog *log, Bench *bench, const char *entity, const char *customer, const char *text)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("message", "msg_1"),
                              PARLOR_DATUM_CONTENT ("text", text)};
  ParlorEvent event = {.type = "message.created",
                       .brand = "br_a",
                       .entity = entity,
                       .at_ms = bench->wall_ms,
                       .room_ms = -1,
                       .customer = customer,
                       .data = data,
                       .n_data = G_N_ELEMENTS (data)};
  parlor_event_log_append (&event, log);
}

static void
on_found (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  GPtrArray *found = user_data;
  g_assert_no_error (error);
  g_ptr_array_set_size (found, 0);
  for (guint i = 0; i < n_rows; i++)
    g_ptr_array_add (found, parlor_record_dup (&parlor_event_kind, rows[i]));
}

static void
free_row (gpointer row)
{
  parlor_record_free (&parlor_event_kind, row);
}

static GPtrArray *
read_all (ParlorEventLog *log, Bench *bench, const char *brand, gint64 after)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (free_row);
  parlor_event_log_read (log, brand, after, NULL, 1000, on_found, found);
  bench_dispatch (bench);
  return found;
}

static void
events_are_numbered_as_they_come (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (ParlorEventLog)
      log = parlor_event_log_new (parlor_store_records (bench->store), &bench->clock);
  say (log, bench, "cnv_1", NULL, "a");
  say (log, bench, "cnv_2", NULL, "b");
  bench->wall_ms -= 3600 * 1000; /* somebody sets the clock back */
  say (log, bench, "cnv_1", NULL, "c");
  g_autoptr (GPtrArray) rows = read_all (log, bench, "br_a", 0);
  g_assert_cmpuint (rows->len, ==, 3);
  const ParlorEventRow *last = rows->pdata[2];
  g_assert_cmpint (last->entity_seq, ==, 2);
  g_assert_cmpstr (last->entity, ==, "cnv_1");
  g_assert_cmpint (last->seq, ==, parlor_event_log_last (log));
  g_autoptr (GPtrArray)
      rest = read_all (log, bench, "br_a", ((ParlorEventRow *)rows->pdata[1])->seq);
  g_assert_cmpuint (rest->len, ==, 1);
  g_autoptr (GPtrArray) others = read_all (log, bench, "br_b", 0);
  g_assert_cmpuint (others->len, ==, 0);
}

static void
visit_head (gconstpointer row, gpointer user_data)
{
  parlor_event_log_load_head (user_data, row);
}

static void
numbers_go_on_after_a_restart (void)
{
  g_autoptr (Bench) bench = bench_new ();
  ParlorRecordSink *sink = parlor_store_records (bench->store);
  ParlorEventLog *log = parlor_event_log_new (sink, &bench->clock);
  say (log, bench, "cnv_1", NULL, "a");
  say (log, bench, "cnv_1", NULL, "b");
  gint64 last = parlor_event_log_last (log);
  parlor_event_log_free (log);
  bench_dispatch (bench);
  bench->wall_ms -= 86400 * 1000;
  log = parlor_event_log_new (sink, &bench->clock);
  parlor_store_load_records (bench->store, &parlor_event_head_kind, visit_head, log, NULL);
  say (log, bench, "cnv_1", NULL, "c");
  g_assert_cmpint (parlor_event_log_last (log), >, last);
  g_autoptr (GPtrArray) rows = read_all (log, bench, "br_a", last);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpint (((ParlorEventRow *)rows->pdata[0])->entity_seq, ==, 3);
  parlor_event_log_free (log);
}

static void
ids_sort_as_the_events_do (void)
{
  char a[PARLOR_EVENT_ID_SIZE], b[PARLOR_EVENT_ID_SIZE];
  parlor_event_id (G_GINT64_CONSTANT (7345000000000000), a);
  parlor_event_id (G_GINT64_CONSTANT (7345000000000001), b);
  g_assert_cmpint (strcmp (a, b), <, 0);
  g_assert_cmpint (parlor_event_seq (a), ==, G_GINT64_CONSTANT (7345000000000000));
  static const char *const bad[] = {NULL,
                                    "",
                                    "evt_",
                                    "evt_1",
                                    "evt_0000000000000g",
                                    "evt_000000000000001",
                                    "rm_00000000000001",
                                    "evt_0000000000000A"};
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (parlor_event_seq (bad[i]), ==, -1);
}

static void
after_a_week_they_are_gone (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (ParlorEventLog)
      log = parlor_event_log_new (parlor_store_records (bench->store), &bench->clock);
  say (log, bench, "cnv_1", NULL, "old");
  bench_pass (bench, PARLOR_EVENT_KEEP_MS - 1000);
  say (log, bench, "cnv_1", NULL, "new");
  parlor_event_log_purge (log, bench->wall_ms);
  bench_dispatch (bench);
  g_autoptr (GPtrArray) both = read_all (log, bench, "br_a", 0);
  g_assert_cmpuint (both->len, ==, 2);
  bench_pass (bench, 2000);
  parlor_event_log_purge (log, bench->wall_ms);
  bench_dispatch (bench);
  g_autoptr (GPtrArray) one = read_all (log, bench, "br_a", 0);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_nonnull (strstr (((ParlorEventRow *)one->pdata[0])->content, "new"));
}

static void
on_erased (gboolean durable, gpointer user_data)
{
  g_assert_true (durable);
  *(gboolean *)user_data = TRUE;
}

static void
an_erased_customers_words_are_gone (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (ParlorEventLog)
      log = parlor_event_log_new (parlor_store_records (bench->store), &bench->clock);
  for (guint i = 0; i < 1500; i++)
    say (log, bench, "cnv_1", "cus_1", "secret");
  say (log, bench, "cnv_2", "cus_2", "kept");
  gboolean erased = FALSE;
  parlor_event_log_erase (log, "cus_1", on_erased, &erased);
  bench_dispatch (bench);
  g_assert_true (erased);
  g_autoptr (GPtrArray) rows = read_all (log, bench, "br_a", 0);
  g_autoptr (GPtrArray)
      rest = read_all (log, bench, "br_a", ((ParlorEventRow *)rows->pdata[999])->seq);
  g_assert_cmpuint (rows->len + rest->len, ==, 1501);
  for (guint i = 0; i < 1000; i++)
    g_assert_null (((ParlorEventRow *)rows->pdata[i])->content);
  g_assert_nonnull (((ParlorEventRow *)rest->pdata[500])->content);
}

static void
what_people_wrote_needs_the_scope (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (ParlorEventLog)
      log = parlor_event_log_new (parlor_store_records (bench->store), &bench->clock);
  say (log, bench, "cnv_1", NULL, "hello");
  g_autoptr (GPtrArray) rows = read_all (log, bench, "br_a", 0);
  for (guint with = 0; with < 2; with++)
    {
      json_t *json = parlor_event_row_to_json (rows->pdata[0], with);
      const json_t *data = json_object_get (json, "data");
      g_assert_cmpstr (json_string_value (json_object_get (data, "message")), ==, "msg_1");
      g_assert_true ((json_object_get (data, "text") != NULL) == with);
      g_assert_null (json_object_get (json, "room_ms"));
      json_decref (json);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/eventlog/events-are-numbered-as-they-come",
                   events_are_numbered_as_they_come);
  g_test_add_func ("/hooks/eventlog/numbers-go-on-after-a-restart", numbers_go_on_after_a_restart);
  g_test_add_func ("/hooks/eventlog/ids-sort-as-the-events-do", ids_sort_as_the_events_do);
  g_test_add_func ("/hooks/eventlog/after-a-week-they-are-gone", after_a_week_they_are_gone);
  g_test_add_func ("/hooks/eventlog/an-erased-customers-words-are-gone",
                   an_erased_customers_words_are_gone);
  g_test_add_func ("/hooks/eventlog/what-people-wrote-needs-the-scope",
                   what_people_wrote_needs_the_scope);
  return g_test_run ();
}
