/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static ParlorJob *
move (World *world, ParlorRep *from, ParlorRep *to, gboolean departure, GError **error)
{
  ParlorTransferSpec spec = {
      .from = from, .to = to, .notice = "Wang looks after you now.", .departure = departure};
  return parlor_service_transfer (world->service, &spec, world->now, error);
}

static guint
count (const ParlorJob *job, ParlorOutcome outcome)
{
  guint n = 0;
  for (guint i = 0; i < job->items->len; i++)
    n += g_array_index (job->items, ParlorJobItem, i).outcome == outcome;
  return n;
}

static void
test_undo (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  ParlorJob *job = move (world, lin, wang, FALSE, NULL);
  g_assert_true (binding->rep == wang);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 1);
  g_assert_true (parlor_service_undo (binding, world->now, NULL));
  g_assert_true (binding->rep == lin);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_UNDONE), ==, 1);
  move (world, lin, wang, FALSE, NULL);
  world_pass (world, 24 * 3600 + 1);
  g_autoptr (GError) error = NULL;
  g_assert_false (parlor_service_undo (binding, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
}

static void
test_outcomes (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *blocks = world_bind (world, "vis_a");
  world_bind (world, "vis_b");
  world_bind (world, "vis_c");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  blocks->customer->blocked = g_ptr_array_new ();
  g_ptr_array_add (blocks->customer->blocked, wang);
  world->group->max_customers = 1;
  ParlorJob *job = move (world, lin, wang, FALSE, NULL);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_REFUSED), ==, 1);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 1);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_LIMIT), ==, 1);
  world->group->max_customers = 0;
  g_autofree char *job_id = g_strdup (job->id);
  world_restart (world);
  job = parlor_service_job (world->service, "br_test", job_id);
  g_assert_cmpuint (job->items->len, ==, 3);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_LIMIT), ==, 1);
}

static void
test_departure (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  parlor_service_accept (lin, world->offer, world->now, NULL);
  ParlorJob *job = move (world, lin, NULL, TRUE, NULL);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_DEPARTED);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_WAITING), ==, 1);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  g_assert_true (binding->rep == wang);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 1);
  g_assert_cmpuint (world_told (world, "offer wang pending"), ==, 1);
  g_assert_null (move (world, lin, wang, TRUE, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_true (parlor_service_answer_transfer (binding, FALSE, world->now, NULL));
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_REFUSED);
}

static ParlorJob *
depart_in (World *world, ParlorRep *from, gint64 hours, GError **error)
{
  ParlorTransferSpec spec = {.from = from, .departure = TRUE, .defer_ms = hours * 3600 * 1000};
  return parlor_service_transfer (world->service, &spec, world->now, error);
}

/* Till it is due he has his customers and gets nobody new, over a restart too. */
static void
test_deferred (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  g_autofree char *binding_id = g_strdup (world_bind (world, "vis_a")->id);
  ParlorJob *job = depart_in (world, lin, 8, NULL);
  g_autofree char *job_id = g_strdup (job->id);
  g_assert_cmpint (job->due_ms, ==, world->now.wall_ms + 8 * 3600 * 1000);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_AVAILABLE);
  world_rep (world, "wang", 6, FALSE);
  g_assert_cmpstr (world_bind (world, "vis_b")->rep->ref, ==, "wang");
  ParlorBinding *binding = parlor_service_binding (world->service, "br_test", binding_id);
  world_say (world, binding, "hello");
  g_assert_cmpuint (world_told (world, "offer lin pending"), ==, 1);
  world_pass (world, 4 * 3600);
  world_restart (world);
  lin = parlor_service_rep (world->brand, "lin");
  g_assert_false (lin->departed);
  g_assert_nonnull (lin->leaving);
  world_pass (world, 4 * 3600 + 60);
  g_assert_true (lin->departed);
  g_assert_null (lin->leaving);
  job = parlor_service_job (world->service, "br_test", job_id);
  g_assert_cmpint (job->finished_ms, >, 0);
  g_assert_cmpuint (job->items->len, ==, 1);
  g_assert_cmpuint (lin->bindings.length, ==, 0);
}

static void
test_stays (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  world_bind (world, "vis_a");
  ParlorJob *job = depart_in (world, lin, 8, NULL);
  g_assert_true (depart_in (world, lin, 24, NULL) == job);
  g_assert_true (parlor_service_stay (lin, world->now, NULL));
  g_assert_cmpint (job->finished_ms, >, 0);
  world_restart (world);
  lin = parlor_service_rep (world->brand, "lin");
  parlor_service_rep_connected (lin, world->now);
  world_pass (world, 25 * 3600);
  g_assert_false (lin->departed);
  g_assert_true (world_bind (world, "vis_b")->rep == lin);
  g_assert_false (parlor_service_stay (lin, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (depart_in (world, lin, 721, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
  job = depart_in (world, lin, 8, NULL);
  g_assert_true (depart_in (world, lin, 0, NULL) == job);
  g_assert_true (lin->departed);
}

/* ---- of many ----------------------------------------------------------------------------------
 */

#define STEP 50

static void
bind_many (World *world, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      world_bind (world, visitor);
    }
}

static guint
turn (World *world, const ParlorJob *job)
{
  guint before = count (job, PARLOR_OUTCOME_TODO);
  world->now.us += 1000;
  parlor_service_poll (world->service, world->now);
  guint moved = before - count (job, PARLOR_OUTCOME_TODO);
  g_assert_cmpuint (moved, <=, STEP);
  return moved;
}

static guint
finish (World *world, const ParlorJob *job)
{
  guint turns = 0;
  for (; !job->finished_ms && turns < 1000; turns++)
    {
      g_assert_cmpint (parlor_service_next_us (world->service), <=, world->now.us + 1);
      turn (world, job);
    }
  g_assert_cmpint (job->finished_ms, >, 0);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_TODO), ==, 0);
  return turns;
}

static void
test_many (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  bind_many (world, 5000);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *ref = g_strdup_printf ("rep%u", i);
      world_rep (world, ref, 6, FALSE);
    }
  ParlorJob *job = move (world, lin, NULL, TRUE, NULL);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_DEPARTED);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, STEP);
  g_assert_cmpuint (finish (world, job), >=, 5000 / STEP - 1);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 5000);
  g_assert_cmpuint (lin->bindings.length, ==, 0);
  g_assert_cmpuint (lin->conversations.length, ==, 0);
  for (guint i = 0; i < world->brand->reps->len; i++)
    {
      ParlorRep *rep = world->brand->reps->pdata[i];
      g_assert_true (rep == lin || rep->bindings.length == 1250);
    }
}

/* The same for a departure, and for a transfer of some: others of his stay. */
static void
test_restart (gconstpointer departure)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  bind_many (world, 220);
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  g_autoptr (GPtrArray) only = g_ptr_array_new ();
  for (GList *l = lin->bindings.head; l && only->len < 160; l = l->next)
    g_ptr_array_add (only, l->data);
  ParlorTransferSpec spec = {.from = lin,
                             .to = wang,
                             .notice = "Wang looks after you now.",
                             .departure = GPOINTER_TO_INT (departure)};
  if (!spec.departure)
    {
      spec.only = (ParlorBinding *const *)only->pdata;
      spec.n_only = only->len;
    }
  guint n = spec.departure ? 220 : 160;
  ParlorJob *job = parlor_service_transfer (world->service, &spec, world->now, NULL);
  turn (world, job);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 2 * STEP);
  g_autofree char *job_id = g_strdup (job->id);
  world_restart (world);
  job = parlor_service_job (world->service, "br_test", job_id);
  lin = parlor_service_rep (world->brand, "lin");
  wang = parlor_service_rep (world->brand, "wang");
  g_assert_cmpint (job->finished_ms, ==, 0);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_TODO), ==, n - 2 * STEP);
  finish (world, job);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, n);
  g_assert_cmpuint (job->items->len, ==, n);
  g_assert_cmpuint (lin->bindings.length, ==, 220 - n);
  g_assert_cmpuint (wang->bindings.length, ==, n);
  const ParlorBinding *last = wang->bindings.tail->data;
  g_assert_true (last->undo_rep == lin);
  g_assert_true (spec.departure || parlor_service_undo ((ParlorBinding *)last, world->now, NULL));
  world_restart (world); /* what is over is not begun again */
  job = parlor_service_job (world->service, "br_test", job_id);
  g_assert_cmpint (job->finished_ms, >, 0);
  g_assert_cmpuint (job->items->len, ==, n);
}

/* Whoever waits for an answer or looks on is first; whoever wants something does not wait for his
 * turn, and whoever has gone his own way is left alone. */
static void
test_meanwhile (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  bind_many (world, 200);
  ParlorBinding *talks = world_bind (world, "vis_talks"), *looks = world_bind (world, "vis_looks");
  ParlorBinding *taps = world_bind (world, "vis_taps"), *ends = world_bind (world, "vis_ends");
  ParlorBinding *writes = world_bind (world, "vis_writes");
  world_say (world, talks, "hello");
  parlor_service_accept (lin, world->offer, world->now, NULL);
  parlor_service_visitor_connected (world->service, "vis_looks");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE), *zoe = world_rep (world, "zoe", 6, FALSE);
  ParlorJob *job = move (world, lin, wang, TRUE, NULL);
  g_assert_true (talks->rep == wang && looks->rep == wang);
  g_assert_true (taps->rep == lin && ends->rep == lin && writes->rep == lin);
  ParlorTapSpec tap = {
      .brand = "br_test", .visitor = "vis_taps", .tap = "tap_another", .room_ms = -1};
  g_assert_true (parlor_service_tap (world->service, &tap, world->now, NULL));
  g_assert_true (taps->rep == wang);
  g_assert_cmpuint (world_told (world, "card wang known"), ==, 1);
  world_say (world, writes, "is somebody there?");
  g_assert_true (writes->rep == wang);
  g_assert_cmpint (writes->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_true (parlor_service_unbind (ends, FALSE, world->now, NULL));
  /* To whom they were to go leaves too: the rest goes to the group's next. */
  ParlorJob *second = move (world, wang, NULL, TRUE, NULL);
  finish (world, job);
  finish (world, second);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_REFUSED), ==, 1);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 204);
  g_assert_cmpuint (lin->bindings.length + wang->bindings.length, ==, 0);
  g_assert_cmpuint (zoe->bindings.length, ==, 204);
}

/* A conversation that a supervisor gave him goes back to whose customer it is, also when there are
 * more of them than of one turn. */
static void
test_strays (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  bind_many (world, 2 * STEP + 20);
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  for (GList *l = lin->bindings.head; l; l = l->next)
    {
      world_say (world, l->data, "hello");
      g_assert_true (
          parlor_service_assign (((ParlorBinding *)l->data)->conversation, wang, world->now, NULL));
    }
  ParlorJob *job = move (world, wang, NULL, TRUE, NULL);
  g_assert_cmpuint (wang->conversations.length, >, 0);
  finish (world, job);
  g_assert_cmpuint (wang->conversations.length, ==, 0);
  g_assert_cmpuint (wang->n_chats, ==, 0);
}

/* In the morning all who were bound overnight wait for the first who comes. */
static void
test_morning (void)
{
  g_autoptr (World) world = world_new ();
  bind_many (world, 3 * STEP + 20);
  g_assert_cmpuint (world->group->waiting.length, ==, 3 * STEP + 20);
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  g_assert_cmpuint (lin->bindings.length, ==, STEP);
  for (guint i = 2; i <= 3; i++)
    {
      world->now.us += 1000;
      parlor_service_poll (world->service, world->now);
      g_assert_cmpuint (lin->bindings.length, ==, i * STEP);
    }
  world->now.us += 1000;
  parlor_service_poll (world->service, world->now);
  g_assert_cmpuint (world->group->waiting.length, ==, 0);
  g_assert_cmpint (parlor_service_next_us (world->service), >, world->now.us + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/transfer/" name, func)
  ADD ("takes-effect-at-once-and-is-taken-back-for-a-day", test_undo);
  ADD ("says-what-became-of-each-customer-after-a-restart-too", test_outcomes);
  ADD ("who-leaves-leaves-nobody-behind", test_departure);
  ADD ("a-departure-that-is-to-come-gives-him-nobody-new", test_deferred);
  ADD ("a-departure-that-is-to-come-is-changed-and-taken-back", test_stays);
  ADD ("five-thousand-customers-are-spread-evenly-in-short-turns", test_many);
  g_test_add_data_func ("/service/transfer/a-departure-goes-on-after-a-restart",
                        GINT_TO_POINTER (TRUE), test_restart);
  g_test_add_data_func ("/service/transfer/a-transfer-of-some-goes-on-after-a-restart",
                        GINT_TO_POINTER (FALSE), test_restart);
  ADD ("who-wants-something-meanwhile-is-first", test_meanwhile);
  ADD ("many-who-were-not-his-go-back-in-short-turns", test_strays);
  ADD ("who-waited-overnight-is-served-in-short-turns", test_morning);
  return g_test_run ();
}
