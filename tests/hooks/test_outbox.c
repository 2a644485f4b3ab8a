/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "hooks/outbox.h"
#include "hooks/sign.h"

#include <string.h>

#define MINUTE 60000
#define HOUR (60 * MINUTE)

typedef struct
{
  Bench *bench;
  ParlorEventLog *log;
  ParlorOutbox *outbox;
} Box;

static void
visit_head (gconstpointer row, gpointer user_data)
{
  parlor_event_log_load_head (((Box *)user_data)->log, row);
}

static void
visit_webhook (gconstpointer row, gpointer user_data)
{
  parlor_outbox_load_webhook (((Box *)user_data)->outbox, row);
}

static void
visit_position (gconstpointer row, gpointer user_data)
{
  parlor_outbox_load_position (((Box *)user_data)->outbox, row);
}

static void
visit_delivery (gconstpointer row, gpointer user_data)
{
  Box *box = user_data;
  parlor_outbox_load_delivery (box->outbox, row, box->bench->now_us);
}

static void
start (Box *box)
{
  Bench *bench = box->bench;
  ParlorRecordSink *sink = parlor_store_records (bench->store);
  box->log = parlor_event_log_new (sink, &bench->clock);
  box->outbox = parlor_outbox_new (&(ParlorOutboxSpec){.sink = sink,
                                                       .log = box->log,
                                                       .poster = &bench->poster,
                                                       .clock = &bench->clock,
                                                       .random = bench->random});
  parlor_event_log_listen (box->log, parlor_outbox_poke, box->outbox);
  parlor_store_load_records (bench->store, &parlor_event_head_kind, visit_head, box, NULL);
  parlor_store_load_records (bench->store, &parlor_webhook_kind, visit_webhook, box, NULL);
  parlor_store_load_records (bench->store, &parlor_webhook_position_kind, visit_position, box,
                             NULL);
  parlor_store_load_records (bench->store, &parlor_delivery_kind, visit_delivery, box, NULL);
  parlor_outbox_begin (box->outbox, bench->now_us);
}

static void
turn (Box *box)
{
  for (guint i = 0; i < 6; i++)
    {
      bench_dispatch (box->bench);
      if (parlor_outbox_next_us (box->outbox) <= box->bench->now_us)
        parlor_outbox_poll (box->outbox, box->bench->now_us);
    }
}

/* Time goes on from deadline to deadline, and everything that is asked is answered so. */
static void
run (Box *box, gint64 ms, guint status)
{
  gint64 end_us = box->bench->now_us + ms * 1000;
  for (;;)
    {
      turn (box);
      while (bench_answer (box->bench, status, status ? NULL : "connect", NULL))
        turn (box);
      gint64 next_us = parlor_outbox_next_us (box->outbox);
      if (next_us > end_us)
        break;
      bench_pass (box->bench, MAX (1, (next_us - box->bench->now_us + 999) / 1000));
    }
  bench_pass (box->bench, MAX (0, (end_us - box->bench->now_us) / 1000));
}

static void
stop (Box *box, gboolean killed)
{
  if (!killed)
    parlor_outbox_settle (box->outbox);
  /* The poster says of what was under way that it is closed. */
  while (bench_answer (box->bench, 0, "closed", NULL))
    ;
  bench_dispatch (box->bench);
  parlor_outbox_free (box->outbox);
  parlor_event_log_free (box->log);
}

static void
subscribe (Box *box, const char *id, const char *types)
{
  ParlorWebhookRow row = {.id = (char *)id,
                          .brand = "br_a",
                          .url = "https://crm.example/in",
                          .types = (char *)types,
                          .scopes = "",
                          .secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                          .state = "active",
                          .note = "",
                          .created_ms = box->bench->wall_ms};
  g_assert_true (parlor_outbox_put (box->outbox, &row, box->bench->now_us, NULL));
}

static void
happen (Box *box, const char *type, const char *entity, gint64 n)
{
  const ParlorDatum data[] = {PARLOR_DATUM_INT ("n", n)};
  ParlorEvent event = {.type = type,
                       .brand = "br_a",
                       .entity = entity,
                       .at_ms = box->bench->wall_ms,
                       .room_ms = -1,
                       .data = data,
                       .n_data = 1};
  parlor_event_log_append (&event, box->log);
}

static Box *
box_new (void)
{
  Box *box = g_new0 (Box, 1);
  box->bench = bench_new ();
  start (box);
  return box;
}

static void
box_free (Box *box)
{
  stop (box, FALSE);
  bench_free (box->bench);
  g_free (box);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Box, box_free)

static gint64
number (const char *body, const char *name)
{
  json_t *json = json_loads (body, 0, NULL);
  const json_t *value = json_object_get (json, name);
  gint64 n = json_integer_value (value ? value
                                       : json_object_get (json_object_get (json, "data"), name));
  json_decref (json);
  return n;
}

/* Every event came, each entity's in order; doubles (by id) are left out first. */
static void
expect_all_in_order (Box *box, guint n_events)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) last = g_hash_table_new_full (g_str_hash, g_str_equal, free, NULL);
  for (guint i = 0; i < box->bench->ids->len; i++)
    {
      if (!g_hash_table_add (seen, box->bench->ids->pdata[i]))
        continue;
      json_t *json = json_loads (box->bench->bodies->pdata[i], 0, NULL);
      const char *entity = json_string_value (json_object_get (json, "entity"));
      gint64 seq = json_integer_value (json_object_get (json, "entity_seq"));
      g_assert_cmpint (seq, ==, 1 + GPOINTER_TO_INT (g_hash_table_lookup (last, entity)));
      g_hash_table_insert (last, strdup (entity), GINT_TO_POINTER ((int)seq));
      json_decref (json);
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, n_events);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
what_happens_is_sent_signed (void)
{
  g_autoptr (Box) box = box_new ();
  happen (box, "room.created", "rm_0", 0); /* before anybody asked for it */
  bench_dispatch (box->bench);
  subscribe (box, "wh_1", "room.*");
  happen (box, "room.created", "rm_1", 1);
  happen (box, "message.created", "cnv_1", 2); /* not asked for */
  turn (box);
  Sent *sent = g_queue_peek_head (&box->bench->sent);
  g_assert_cmpuint (box->bench->sent.length, ==, 1);
  g_assert_cmpint (number (sent->body, "n"), ==, 1);
  g_assert_true (parlor_sign_check ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", sent->id,
                                    sent->timestamp_s, sent->body, strlen (sent->body),
                                    sent->signature));
  g_assert_cmpint (sent->timestamp_s, ==, box->bench->wall_ms / 1000);
  g_assert_true (parlor_event_seq (sent->id) > 0);
  bench_answer (box->bench, 204, NULL, NULL);
  run (box, HOUR, 200);
  g_assert_cmpuint (box->bench->ids->len, ==, 1);
}

static void
a_lanes_next_waits_for_its_first (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  for (guint i = 1; i <= 3; i++)
    happen (box, "message.created", "cnv_1", i);
  happen (box, "message.created", "cnv_2", 9);
  turn (box);
  g_assert_cmpuint (box->bench->sent.length, ==, 2); /* one of each conversation */
  bench_answer (box->bench, 500, NULL, NULL);
  bench_answer (box->bench, 200, NULL, NULL);
  turn (box);
  g_assert_cmpuint (box->bench->sent.length, ==, 0);
  run (box, 10000, 200);
  expect_all_in_order (box, 4);
}

/* 5 s, 5 min, 30 min … 72 h, then the dead letter; only 2xx is success. */
static void
the_schedule_is_kept (void)
{
  g_autoptr (Box) box = box_new ();
  static const guint answers[] = {500, 404, 301, 302, 199, 307, 429, 0, 503, 400};
  static const gint64 waits_ms[] = {5000,      5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
                                    10 * HOUR, 14 * HOUR,  20 * HOUR,   20 * HOUR};
  subscribe (box, "wh_1", "*");
  happen (box, "message.created", "cnv_1", 1);
  turn (box);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_assert_cmpuint (box->bench->sent.length, ==, 1);
      bench_answer (box->bench, answers[i], answers[i] ? NULL : "timeout", NULL);
      turn (box);
      g_assert_cmpuint (box->bench->sent.length, ==, 0);
      if (i == G_N_ELEMENTS (waits_ms))
        break;
      bench_pass (box->bench, waits_ms[i] - 1000);
      turn (box);
      g_assert_cmpuint (box->bench->sent.length, ==, 0);
      bench_pass (box->bench, 1000);
      turn (box);
    }
  run (box, 100 * HOUR, 200);
  const ParlorWebhookInfo *info = parlor_outbox_find (box->outbox, "br_a", "wh_1");
  g_assert_cmpuint (info->dead, ==, 1);
  g_assert_cmpuint (info->waiting, ==, 0);
  g_assert_cmpuint (box->bench->ids->len, ==, 0);
  happen (box, "message.created", "cnv_1", 2); /* the lane goes on */
  run (box, 2 * MINUTE, 200);
  g_assert_cmpuint (box->bench->ids->len, ==, 1);
}

static void
down_for_an_hour_and_killed_in_between (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  guint n = 0;
  for (guint minute = 0; minute < 60; minute++)
    {
      for (guint i = 0; i < 50; i++, n++)
        {
          g_autofree char *entity = g_strdup_printf ("cnv_%u", n % 17);
          happen (box, "message.created", entity, n);
        }
      run (box, MINUTE, minute % 7 == 3 ? 0 : 503);
      if (minute == 20 || minute == 41)
        {
          stop (box, TRUE); /* SIGKILL: what was in memory is lost */
          start (box);
        }
    }
  g_assert_cmpuint (box->bench->ids->len, ==, 0);
  g_assert_cmpuint (parlor_outbox_find (box->outbox, "br_a", "wh_1")->waiting, ==, n);
  gint64 back_us = box->bench->now_us;
  for (guint i = 0; i < 300 && box->bench->ids->len < n; i++)
    run (box, 1000, 200);
  g_test_message ("%u events were there %.0f s after the receiver was back", n,
                  (double)(box->bench->now_us - back_us) / 1e6);
  g_assert_cmpint (box->bench->now_us - back_us, <=, 70 * G_USEC_PER_SEC);
  expect_all_in_order (box, n);
}

static void
flapping_loses_nothing (void)
{
  g_autoptr (Box) box = box_new ();
  g_autoptr (GRand) dice = g_rand_new_with_seed (7);
  subscribe (box, "wh_1", "*");
  guint n = 0;
  for (guint i = 0; i < 400; i++, n++)
    {
      g_autofree char *entity = g_strdup_printf ("rm_%u", n % 5);
      happen (box, "room.created", entity, n);
      run (box, g_rand_int_range (dice, 1, 3000), g_rand_boolean (dice) ? 200 : 500);
      if (i % 90 == 89)
        {
          stop (box, i % 180 == 89);
          start (box);
        }
    }
  run (box, 30 * HOUR, 200);
  expect_all_in_order (box, n);
}

static void
a_receiver_that_is_down_is_asked_once_a_minute (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *entity = g_strdup_printf ("cnv_%u", i);
      happen (box, "message.created", entity, i);
    }
  run (box, 5 * MINUTE, 0);
  guint64 early = parlor_outbox_find (box->outbox, "br_a", "wh_1")->failed;
  run (box, 10 * MINUTE, 0);
  guint64 late = parlor_outbox_find (box->outbox, "br_a", "wh_1")->failed;
  g_assert_cmpuint (early, <=, 20);
  g_assert_cmpuint (late - early, <=, 11);
  g_assert_cmpuint (late - early, >=, 9);
}

static void
gone_means_gone (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  happen (box, "message.created", "cnv_1", 1);
  run (box, 1000, 410);
  g_assert_cmpstr (parlor_outbox_find (box->outbox, "br_a", "wh_1")->row->state, ==, "gone");
  happen (box, "message.created", "cnv_2", 2);
  run (box, HOUR, 200);
  g_assert_cmpuint (box->bench->ids->len, ==, 0);
  stop (box, FALSE);
  start (box);
  run (box, HOUR, 200);
  g_assert_cmpuint (box->bench->ids->len, ==, 0);
  subscribe (box, "wh_1", "*"); /* the brand turns it on again */
  run (box, HOUR, 200);
  expect_all_in_order (box, 2);
}

static void
on_row (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Box *box = user_data;
  g_assert_cmpuint (n_rows, ==, 1);
  g_assert_true (parlor_outbox_replay (box->outbox, "wh_1", rows[0], box->bench->now_us));
  g_assert_false (parlor_outbox_replay (box->outbox, "wh_1", rows[0], box->bench->now_us));
  g_assert_false (parlor_outbox_replay (box->outbox, "wh_2", rows[0], box->bench->now_us));
}

static void
a_replay_has_the_same_id (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  happen (box, "message.created", "cnv_1", 1);
  run (box, 1000, 200);
  parlor_event_log_read (box->log, "br_a", 0, NULL, 10, on_row, box);
  run (box, 1000, 200);
  g_assert_cmpuint (box->bench->ids->len, ==, 2);
  g_assert_cmpstr (box->bench->ids->pdata[0], ==, box->bench->ids->pdata[1]);
}

static void
types_are_words_with_a_star (void)
{
  g_assert_true (parlor_types_match ("*", "room.created"));
  g_assert_true (parlor_types_match ("call.* room.*", "room.created"));
  g_assert_true (parlor_types_match ("room.created", "room.created"));
  g_assert_false (parlor_types_match ("room.create", "room.created"));
  g_assert_false (parlor_types_match ("room.created2", "room.created"));
  g_assert_false (parlor_types_match ("roo.*", "room.created"));
  g_assert_false (parlor_types_match ("", "room.created"));
}

static void
another_brands_webhook_is_not_found (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  g_assert_null (parlor_outbox_find (box->outbox, "br_b", "wh_1"));
  g_autoptr (GPtrArray) none = parlor_outbox_list (box->outbox, "br_b");
  g_assert_cmpuint (none->len, ==, 0);
  for (guint i = 2; i <= PARLOR_WEBHOOKS_OF_BRAND; i++)
    {
      g_autofree char *id = g_strdup_printf ("wh_%u", i);
      subscribe (box, id, "*");
    }
  ParlorWebhookRow more = {.id = "wh_x", .brand = "br_a"};
  g_assert_false (parlor_outbox_put (box->outbox, &more, 0, NULL));
}

static void
ten_thousand_wait_in_memory_and_go (void)
{
  g_autoptr (Box) box = box_new ();
  subscribe (box, "wh_1", "*");
  for (guint i = 0; i < 12000; i++)
    {
      g_autofree char *entity = g_strdup_printf ("cnv_%u", i % 400);
      happen (box, "message.created", entity, i);
    }
  run (box, 2 * MINUTE, 0);
  g_assert_cmpuint (parlor_outbox_find (box->outbox, "br_a", "wh_1")->waiting, <=, 10000);
  gint64 begun_us = g_get_monotonic_time ();
  run (box, 5 * MINUTE, 200);
  g_test_message ("12,000 events handed on in %.2f s of this machine's time",
                  (double)(g_get_monotonic_time () - begun_us) / 1e6);
  expect_all_in_order (box, 12000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/hooks/outbox/" name, func)
  TEST ("what-happens-is-sent-signed", what_happens_is_sent_signed);
  TEST ("a-lanes-next-waits-for-its-first", a_lanes_next_waits_for_its_first);
  TEST ("the-schedule-is-kept", the_schedule_is_kept);
  TEST ("down-for-an-hour-and-killed-in-between", down_for_an_hour_and_killed_in_between);
  TEST ("flapping-loses-nothing", flapping_loses_nothing);
  TEST ("a-receiver-that-is-down-is-asked-once-a-minute",
        a_receiver_that_is_down_is_asked_once_a_minute);
  TEST ("gone-means-gone", gone_means_gone);
  TEST ("a-replay-has-the-same-id", a_replay_has_the_same_id);
  TEST ("types-are-words-with-a-star", types_are_words_with_a_star);
  TEST ("another-brands-webhook-is-not-found", another_brands_webhook_is_not_found);
  TEST ("ten-thousand-wait-in-memory-and-go", ten_thousand_wait_in_memory_and_go);
  return g_test_run ();
}
