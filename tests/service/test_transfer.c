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

static void
test_many (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      world_bind (world, visitor);
    }
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *ref = g_strdup_printf ("rep%u", i);
      world_rep (world, ref, 6, FALSE);
    }
  ParlorJob *job = move (world, lin, NULL, TRUE, NULL);
  g_assert_cmpuint (count (job, PARLOR_OUTCOME_DONE), ==, 5000);
  g_assert_cmpuint (lin->bindings.length, ==, 0);
  for (guint i = 0; i < world->brand->reps->len; i++)
    {
      ParlorRep *rep = world->brand->reps->pdata[i];
      g_assert_true (rep == lin || rep->bindings.length == 1250);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/transfer/" name, func)
  ADD ("takes-effect-at-once-and-is-taken-back-for-a-day", test_undo);
  ADD ("says-what-became-of-each-customer-after-a-restart-too", test_outcomes);
  ADD ("who-leaves-leaves-nobody-behind", test_departure);
  ADD ("five-thousand-customers-are-spread-evenly", test_many);
  return g_test_run ();
}
