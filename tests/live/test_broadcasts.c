/* SPDX-License-Identifier: Apache-2.0 */
#include "live/broadcasts.h"
#include "world.h"

#include <string.h>

#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

/* A world with broadcasts in it, and what was told of them. */
typedef struct
{
  World *world;
  ParlorBroadcasts *all;
  GString *told;
} Bench;

static void
on_tell (const ParlorBroadcast *row, ParlorBroadcastEvent event, gpointer user_data)
{
  static const char *const names[] = {"made", "over", "counted"};
  Bench *bench = user_data;
  g_string_append_printf (bench->told, "%s%s:%s", bench->told->len ? " " : "", names[event],
                          row->text);
}

static void
bench_free (Bench *bench)
{
  parlor_broadcasts_free (bench->all);
  world_free (bench->world);
  g_string_free (bench->told, TRUE);
  g_free (bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

static Bench *
bench_new (void)
{
  Bench *bench = g_new0 (Bench, 1);
  bench->world = world_new ();
  bench->told = g_string_new (NULL);
  ParlorBroadcastsSpec spec = {.sink = &bench->world->sink,
                               .random = bench->world->random,
                               .tell = on_tell,
                               .user_data = bench};
  bench->all = parlor_broadcasts_new (&spec);
  return bench;
}

static const char *
told (Bench *bench)
{
  g_autofree char *text = g_strdup (bench->told->str);
  g_string_truncate (bench->told, 0);
  return g_intern_string (text);
}

static const ParlorBroadcast *
send_to (Bench *bench, const char *room, const char *text, GError **error)
{
  ParlorBroadcast row = {.brand = (char *)"br_1",
                         .room = (char *)room,
                         .text = (char *)text,
                         .until_ms = bench->world->wall_ms + HOUR_MS};
  return parlor_broadcasts_send (bench->all, &row, bench->world->wall_ms, error);
}

static guint
n_due (Bench *bench, const char *room, const ParlorBroadcastPerson *person)
{
  guint n;
  g_autofree const ParlorBroadcast **due = parlor_broadcasts_due (bench->all, "br_1", room, person,
                                                                  bench->world->wall_ms, &n);
  return n;
}

static gboolean
acknowledge (Bench *bench, const char *id, const ParlorBroadcastPerson *person,
             ParlorReceiptKind kind)
{
  return parlor_broadcasts_acknowledge (bench->all, "br_1", id, person, kind, bench->world->wall_ms,
                                        NULL);
}

static const ParlorBroadcastPerson one = {.visitor = "vis_1", .identity = "guest-1"};
static const ParlorBroadcastPerson two = {.identity = "partner-2"};

static void
test_life (void)
{
  g_autoptr (Bench) bench = bench_new ();
  const ParlorBroadcast *room = send_to (bench, "rm_1", "here", NULL);
  const ParlorBroadcast *brand = send_to (bench, NULL, "everywhere", NULL);
  g_assert_cmpstr (told (bench), ==, "made:here made:everywhere");
  g_assert_cmpuint (n_due (bench, "rm_1", &one), ==, 2);
  g_assert_cmpuint (n_due (bench, "rm_2", &one), ==, 1);
  g_assert_cmpuint (n_due (bench, NULL, &one), ==, 1);
  g_assert_true (acknowledge (bench, room->id, &one, PARLOR_RECEIPT_SHOWN));
  g_assert_cmpuint (n_due (bench, "rm_1", &one), ==, 1);
  g_assert_cmpuint (n_due (bench, "rm_1", &two), ==, 2);
  g_assert_true (parlor_broadcasts_withdraw (bench->all, "br_1", brand->id, bench->world->wall_ms));
  g_assert_false (
      parlor_broadcasts_withdraw (bench->all, "br_1", brand->id, bench->world->wall_ms));
  g_assert_false (acknowledge (bench, brand->id, &two, PARLOR_RECEIPT_SHOWN));
  parlor_broadcasts_poll (bench->all, bench->world->wall_ms);
  g_assert_cmpstr (told (bench), ==, "over:everywhere counted:here");
  bench->world->wall_ms += HOUR_MS;
  parlor_broadcasts_poll (bench->all, bench->world->wall_ms);
  parlor_broadcasts_poll (bench->all, bench->world->wall_ms);
  g_assert_cmpstr (told (bench), ==, "over:here");
  g_assert_cmpuint (n_due (bench, "rm_1", &two), ==, 0);
  g_autofree char *id = g_strdup (room->id);
  bench->world->wall_ms += 91 * 24 * HOUR_MS;
  parlor_broadcasts_poll (bench->all, bench->world->wall_ms);
  g_assert_null (parlor_broadcasts_find (bench->all, "br_1", id));
  g_assert_cmpuint (bench->world->removes, ==, 3);
}

static void
test_counts (void)
{
  g_autoptr (Bench) bench = bench_new ();
  ParlorBroadcast row = {.brand = (char *)"br_1",
                         .text = (char *)"press",
                         .confirm = 1,
                         .until_ms = bench->world->wall_ms + HOUR_MS};
  const ParlorBroadcast *made = parlor_broadcasts_send (bench->all, &row, bench->world->wall_ms,
                                                        NULL);
  guint puts = bench->world->puts;
  g_assert_true (acknowledge (bench, made->id, &one, PARLOR_RECEIPT_SHOWN));
  g_assert_true (acknowledge (bench, made->id, &one, PARLOR_RECEIPT_SHOWN));
  g_assert_cmpuint (bench->world->puts, ==, puts + 1);
  g_assert_cmpuint (n_due (bench, NULL, &one), ==, 1);
  g_assert_true (acknowledge (bench, made->id, &one, PARLOR_RECEIPT_CONFIRMED));
  g_assert_true (acknowledge (bench, made->id, &two, PARLOR_RECEIPT_CONFIRMED));
  g_assert_cmpuint (n_due (bench, NULL, &one), ==, 0);
  ParlorBroadcastCounts counts = parlor_broadcasts_counts (bench->all, made);
  g_assert_cmpuint (counts.of[PARLOR_RECEIPT_SHOWN], ==, 2);
  g_assert_cmpuint (counts.of[PARLOR_RECEIPT_CONFIRMED], ==, 2);
  g_assert_nonnull (parlor_broadcasts_receipt (bench->all, made, "guest-1"));
  parlor_broadcasts_forget (bench->all, "vis_1");
  g_assert_null (parlor_broadcasts_receipt (bench->all, made, "guest-1"));
  counts = parlor_broadcasts_counts (bench->all, made);
  g_assert_cmpuint (counts.of[PARLOR_RECEIPT_CONFIRMED], ==, 1);
  g_assert_cmpuint (bench->world->loose_puts, ==, 1); /* the world's own room */
  static const ParlorBroadcastPerson nobody = {.name = "?"};
  g_assert_false (acknowledge (bench, made->id, &nobody, PARLOR_RECEIPT_SHOWN));
}

static void
test_briefing (void)
{
  g_autoptr (Bench) bench = bench_new ();
  static const ParlorBroadcastPerson by_customer = {.visitor = "vis_9", .customer = "cus_9"};
  static const ParlorBroadcastPerson by_ref = {.visitor = "vis_8", .customer_ref = "C-8"};
  ParlorBroadcast row = {.brand = (char *)"br_1",
                         .room = (char *)"rm_1",
                         .text = (char *)"prices",
                         .expected = (char *)"partner-2\ncus_9\nC-8",
                         .closed = 1,
                         .watch_ms = 60000,
                         .until_ms = bench->world->wall_ms + HOUR_MS};
  const ParlorBroadcast *made = parlor_broadcasts_send (bench->all, &row, bench->world->wall_ms,
                                                        NULL);
  g_assert_cmpuint (n_due (bench, "rm_1", &one), ==, 0);
  g_assert_cmpuint (n_due (bench, "rm_1", &two), ==, 1);
  g_assert_cmpuint (n_due (bench, "rm_1", &by_customer), ==, 1);
  g_assert_cmpuint (n_due (bench, "rm_1", &by_ref), ==, 1);
  g_assert_false (acknowledge (bench, made->id, &one, PARLOR_RECEIPT_SHOWN));
  g_assert_true (parlor_broadcasts_are_watched (bench->all, "rm_1", bench->world->wall_ms));
  g_assert_false (parlor_broadcasts_are_watched (bench->all, "rm_2", bench->world->wall_ms));
  guint puts = bench->world->puts;
  for (guint i = 0; i < 60; i++)
    {
      parlor_broadcasts_watch (bench->all, "rm_1", &two, 1000, bench->world->wall_ms);
      parlor_broadcasts_watch (bench->all, "rm_1", &one, 1000, bench->world->wall_ms);
      if (i == 58)
        g_assert_cmpint (parlor_broadcasts_receipt (bench->all, made, "partner-2")->watched_ms, ==,
                         0);
    }
  g_assert_cmpuint (bench->world->puts, ==, puts + 2);
  g_assert_cmpint (parlor_broadcasts_receipt (bench->all, made, "partner-2")->watched_ms, ==,
                   bench->world->wall_ms);
  g_assert_null (parlor_broadcasts_receipt (bench->all, made, "vis_1"));
  ParlorBroadcastCounts counts = parlor_broadcasts_counts (bench->all, made);
  g_assert_cmpuint (counts.expected, ==, 3);
  g_assert_cmpuint (counts.of[PARLOR_RECEIPT_WATCHED], ==, 1);
  g_assert_cmpuint (counts.of[PARLOR_RECEIPT_SHOWN], ==, 0);
}

static void
test_erased (void)
{
  g_autoptr (Bench) bench = bench_new ();
  static const ParlorBroadcastPerson by_token = {.identity = "C-8", .name = "Anna"};
  static const ParlorBroadcastPerson elsewhere = {.visitor = "vis_7", .identity = "C-8"};
  static const ParlorBroadcastPerson other = {.identity = "C-80", .name = "Ben"};
  ParlorBroadcast row = {.brand = (char *)"br_1",
                         .text = (char *)"prices",
                         .expected = (char *)"C-8\nC-80\ncus_8\nvis_8",
                         .until_ms = bench->world->wall_ms + HOUR_MS};
  const ParlorBroadcast *made = parlor_broadcasts_send (bench->all, &row, bench->world->wall_ms,
                                                        NULL);
  g_assert_true (acknowledge (bench, made->id, &by_token, PARLOR_RECEIPT_SHOWN));
  g_assert_true (acknowledge (bench, made->id, &elsewhere, PARLOR_RECEIPT_SHOWN));
  g_assert_true (acknowledge (bench, made->id, &other, PARLOR_RECEIPT_SHOWN));
  parlor_broadcasts_forget_customer (bench->all, "br_2", "cus_8", "C-8");
  parlor_broadcasts_forget_customer (bench->all, "br_1", "cus_9", NULL);
  g_assert_cmpuint (parlor_broadcasts_counts (bench->all, made).of[PARLOR_RECEIPT_SHOWN], ==, 3);
  guint removes = bench->world->removes, puts = bench->world->puts;
  parlor_broadcasts_forget_customer (bench->all, "br_1", "cus_8", "C-8");
  g_assert_cmpuint (bench->world->removes, ==, removes + 2);
  g_assert_cmpuint (bench->world->puts, >, puts);
  g_assert_null (parlor_broadcasts_receipt (bench->all, made, "C-8"));
  g_assert_null (parlor_broadcasts_receipt (bench->all, made, "vis_7"));
  g_assert_nonnull (parlor_broadcasts_receipt (bench->all, made, "C-80"));
  g_assert_cmpstr (made->expected, ==, "C-80\nvis_8");
  parlor_broadcasts_forget (bench->all, "vis_8");
  g_assert_cmpstr (made->expected, ==, "C-80");
  ParlorBroadcastCounts counts = parlor_broadcasts_counts (bench->all, made);
  g_assert_cmpuint (counts.of[PARLOR_RECEIPT_SHOWN], ==, 1);
  g_assert_cmpuint (counts.expected, ==, 1);
  g_assert_cmpuint (bench->world->loose_puts, ==, 1); /* the world's own room */
}

static void
test_limits (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *most = g_strnfill (500, 'x'), *more = g_strnfill (501, 'x');
  g_assert_nonnull (send_to (bench, NULL, most, NULL));
  g_assert_null (send_to (bench, NULL, more, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  for (guint i = 1; i < PARLOR_BROADCASTS_STANDING; i++)
    g_assert_nonnull (send_to (bench, NULL, "x", NULL));
  g_assert_null (send_to (bench, NULL, "x", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  bench->world->wall_ms += HOUR_MS;
  g_assert_nonnull (send_to (bench, NULL, "x", NULL));
  ParlorBroadcast row = {.brand = (char *)"br_1",
                         .text = (char *)"y",
                         .client_id = (char *)"same",
                         .until_ms = bench->world->wall_ms + HOUR_MS};
  const ParlorBroadcast *first = parlor_broadcasts_send (bench->all, &row, bench->world->wall_ms,
                                                         NULL);
  g_assert_true (parlor_broadcasts_send (bench->all, &row, bench->world->wall_ms, NULL) == first);
  g_assert_null (parlor_broadcasts_find (bench->all, "br_2", first->id));
}

static void
test_load (void)
{
  g_autoptr (Bench) bench = bench_new ();
  ParlorBroadcast row = {.id = (char *)"bc_1",
                         .brand = (char *)"br_1",
                         .room = (char *)"",
                         .client_id = (char *)"",
                         .title = (char *)"",
                         .text = (char *)"kept",
                         .url = (char *)"",
                         .maker = (char *)"",
                         .expected = (char *)"partner-2",
                         .made_ms = bench->world->wall_ms,
                         .until_ms = bench->world->wall_ms + HOUR_MS};
  ParlorReceipt receipt = {.broadcast = (char *)"bc_1",
                           .who = (char *)"partner-2",
                           .identity = (char *)"partner-2",
                           .name = (char *)"",
                           .shown_ms = bench->world->wall_ms};
  parlor_broadcasts_load (bench->all, &row);
  parlor_broadcasts_load_receipt (bench->all, &receipt);
  receipt.broadcast = (char *)"bc_gone";
  parlor_broadcasts_load_receipt (bench->all, &receipt);
  g_assert_cmpuint (n_due (bench, NULL, &two), ==, 0);
  g_assert_cmpuint (n_due (bench, NULL, &one), ==, 1);
  const ParlorBroadcast *loaded = parlor_broadcasts_find (bench->all, "br_1", "bc_1");
  g_assert_cmpuint (parlor_broadcasts_counts (bench->all, loaded).of[PARLOR_RECEIPT_SHOWN], ==, 1);
  g_assert_cmpuint (bench->world->puts, ==, 1); /* the world's own room */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/broadcasts/who-comes-within-its-life-is-told-once", test_life);
  g_test_add_func ("/live/broadcasts/each-person-is-counted-once", test_counts);
  g_test_add_func ("/live/broadcasts/a-briefing-is-for-those-expected-and-counts-their-time",
                   test_briefing);
  g_test_add_func ("/live/broadcasts/who-is-erased-is-on-no-list-and-has-no-receipt", test_erased);
  g_test_add_func ("/live/broadcasts/twenty-stand-and-texts-are-bounded", test_limits);
  g_test_add_func ("/live/broadcasts/a-restart-keeps-receipts", test_load);
  return g_test_run ();
}
