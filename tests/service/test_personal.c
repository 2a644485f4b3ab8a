/* SPDX-License-Identifier: Apache-2.0 */
/* From a hotline to a personal adviser, and away from somebody for good. */
#include "world.h"

#define DAY_S (24 * 3600)

/* He has written, and this rep answers him. */
static ParlorBinding *
answered_by (World *world, const char *visitor, ParlorRep *rep)
{
  ParlorBinding *binding = world_bind (world, visitor);
  g_assert_nonnull (world_say (world, binding, "hello"));
  g_assert_nonnull (world_answer (world, binding->conversation, rep, "hello!"));
  return binding;
}

static gboolean
offer (World *world, ParlorBinding *binding, ParlorRep *rep, GError **error)
{
  return parlor_service_offer_upgrade (binding->conversation, rep, world->now, error);
}

static gboolean
answer (World *world, ParlorBinding *binding, gboolean yes, GError **error)
{
  return parlor_service_answer_upgrade (binding, yes, world->now, error);
}

static ParlorBinding *
tapped (World *world, const char *visitor, const char *group, const char *tap)
{
  ParlorTapSpec spec = {
      .brand = "br_test", .visitor = visitor, .tap = tap, .group = group, .room_ms = -1};
  world_pass (world, 60);
  g_assert_true (parlor_service_tap (world->service, &spec, world->now, NULL));
  world_pass (world, 1);
  g_assert_true (parlor_service_bind (world->service, "br_test", visitor, tap, world->now, NULL));
  return parlor_service_binding (world->service, "br_test", world->binding);
}

static void
test_upgrade (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  world_say (world, binding, "hello");
  g_assert_true (parlor_service_assign (binding->conversation, wang, world->now, NULL));
  gint64 said = binding->conversation->seq;
  ParlorConversation *conversation = binding->conversation;
  g_assert_true (offer (world, binding, wang, NULL));
  g_assert_true (offer (world, binding, wang, NULL)); /* again is the same offer */
  g_assert_cmpint (conversation->seq, ==, said + 1);
  g_assert_true (binding->rep != wang); /* nothing changes before the customer's yes */
  world_restart (world);
  binding = parlor_service_binding (world->service, "br_test", world->binding);
  wang = parlor_service_rep (world->brand, "wang");
  g_assert_true (parlor_binding_upgrade (binding, world->now.wall_ms) == wang);
  g_assert_true (answer (world, binding, TRUE, NULL));
  world_restart (world);
  binding = parlor_service_binding (world->service, "br_test", world->binding);
  wang = parlor_service_rep (world->brand, "wang");
  g_assert_true (binding->rep == wang);
  g_assert_cmpint (binding->personal_ms, ==, world->now.wall_ms);
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 1);
  g_assert_cmpuint (world_rows (world, &parlor_conversation_kind), ==, 1);
  g_assert_cmpint (binding->conversation->seq, ==, said + 2); /* what was said before is there */
  g_assert_cmpuint (world_happened (world, "binding.upgraded"), ==, 1);
  g_assert_true (world_bind (world, "vis_a") == binding);
}

static void
test_other_group (void)
{
  g_autoptr (World) world = world_new ();
  ParlorGroupSpec spec = {.name = "Hotline"};
  ParlorGroup *hotline = parlor_service_put_group (world->service, world->brand, &spec, NULL);
  g_autofree char *both = g_strdup_printf ("%s,%s", world->group->id, hotline->id);
  ParlorRepSpec who = {.ref = "lin", .name = "Lin", .groups = both};
  ParlorRep *lin = parlor_service_put_rep (world->service, world->brand, &who, world->now, NULL);
  parlor_service_rep_connected (lin, world->now);
  ParlorBinding *binding = tapped (world, "vis_a", hotline->id, "tap_hotline1");
  world_say (world, binding, "hello");
  world_answer (world, binding->conversation, lin, "hello!");
  g_assert_true (offer (world, binding, lin, NULL));
  g_assert_true (answer (world, binding, TRUE, NULL));
  g_assert_true (tapped (world, "vis_a", NULL, "tap_advisers") == binding);
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 1);
}

static void
test_second_binding (void)
{
  g_autoptr (World) world = world_new ();
  ParlorGroupSpec spec = {.name = "Hotline"};
  ParlorGroup *hotline = parlor_service_put_group (world->service, world->brand, &spec, NULL);
  g_autofree char *both = g_strdup_printf ("%s,%s", world->group->id, hotline->id);
  ParlorRepSpec who = {.ref = "lin", .name = "Lin", .groups = both};
  ParlorRep *lin = parlor_service_put_rep (world->service, world->brand, &who, world->now, NULL);
  parlor_service_rep_connected (lin, world->now);
  ParlorBinding *first = tapped (world, "vis_a", NULL, "tap_advisers");
  ParlorBinding *second = tapped (world, "vis_a", hotline->id, "tap_hotline1");
  g_assert_true (first != second);
  world_say (world, second, "hello");
  world_answer (world, second->conversation, lin, "hello!");
  g_assert_true (offer (world, second, lin, NULL));
  g_assert_true (answer (world, second, TRUE, NULL));
  g_assert_cmpint (first->state, ==, PARLOR_BINDING_ENDED); /* one binding to one person */
  g_assert_cmpint (second->state, ==, PARLOR_BINDING_ACTIVE);
  g_assert_true (tapped (world, "vis_a", NULL, "tap_advisers2") == second);
}

static void
test_no (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = answered_by (world, "vis_a", lin);
  g_assert_false (answer (world, binding, TRUE, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
  g_clear_error (&error);
  g_assert_true (offer (world, binding, lin, NULL));
  g_assert_true (answer (world, binding, FALSE, NULL));
  g_assert_cmpint (binding->personal_ms, ==, 0);
  g_assert_false (offer (world, binding, lin, &error)); /* no means no, for a day */
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  world_pass (world, DAY_S + 1);
  g_assert_true (offer (world, binding, lin, NULL));
  world_pass (world, 3 * DAY_S + 1);
  g_assert_false (answer (world, binding, TRUE, NULL)); /* too late */
}

static void
test_who_may_offer (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE), *wang = world_rep (world, "wang", 6, FALSE);
  ParlorBinding *binding = answered_by (world, "vis_a", lin);
  g_assert_false (offer (world, binding, wang, &error)); /* he does not answer here */
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (offer (world, binding, lin, NULL));
  ParlorTransferSpec leave = {.from = lin, .to = wang, .departure = TRUE};
  g_assert_nonnull (parlor_service_transfer (world->service, &leave, world->now, NULL));
  g_assert_false (answer (world, binding, TRUE, &error)); /* who left is nobody's adviser */
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
}

static void
test_limit (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  world_say (world, binding, "hello");
  parlor_service_assign (binding->conversation, wang, world->now, NULL);
  g_assert_true (offer (world, binding, wang, NULL));
  world->group->max_customers = 1;
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 30);
  g_assert_true (world_bind (world, "vis_b")->rep == wang);
  g_assert_false (answer (world, binding, TRUE, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_true (binding->rep != wang);
}

/* In every way somebody comes to a customer: tap, queue, waiting, assignment, transfer, a call. */
static void
test_removed (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = answered_by (world, "vis_a", lin);
  g_assert_true (offer (world, binding, lin, NULL));
  g_assert_true (answer (world, binding, TRUE, NULL));
  g_assert_true (parlor_service_unbind (binding, TRUE, world->now, NULL));
  for (guint restarted = 0; restarted < 2; restarted++)
    {
      lin = parlor_service_rep (world->brand, "lin");
      g_autofree char *id = g_strdup_printf ("tap_again%u00", restarted);
      binding = tapped (world, "vis_a", NULL, id);
      g_assert_null (binding->rep); /* he is alone here, and nobody all the same */
      g_assert_cmpint (binding->state, ==, PARLOR_BINDING_WAITING);
      world_say (world, binding, "is anybody there?");
      world_pass (world, 120);
      g_assert_null (binding->rep);
      g_assert_null (binding->conversation->assignee);
      g_assert_null (binding->conversation->offer);
      g_assert_false (parlor_service_assign (binding->conversation, lin, world->now, NULL));
      ParlorSaySpec please = {.conversation = binding->conversation,
                              .by = PARLOR_BY_REP,
                              .rep = lin,
                              .client_id = "please",
                              .text = "please",
                              .stream_ms = -1};
      g_assert_null (parlor_service_say (world->service, &please, world->now, NULL));
      g_assert_false (offer (world, binding, lin, NULL));
      world_restart (world);
      lin = world_rep (world, "lin", 6, FALSE);
      binding = parlor_service_binding (world->service, "br_test", world->binding);
      g_assert_true (parlor_service_unbind (binding, FALSE, world->now, NULL));
    }
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  binding = tapped (world, "vis_a", NULL, "tap_somebody");
  g_assert_true (binding->rep == wang);
  ParlorTransferSpec give = {.from = wang, .to = lin};
  ParlorJob *job = parlor_service_transfer (world->service, &give, world->now, NULL);
  g_assert_cmpint (g_array_index (job->items, ParlorJobItem, 0).outcome, ==,
                   PARLOR_OUTCOME_REFUSED);
}

/* Sent away in one place, he is gone from the customer's others as well. */
static void
test_removed_everywhere (void)
{
  g_autoptr (World) world = world_new ();
  ParlorGroupSpec spec = {.name = "Hotline"};
  ParlorGroup *hotline = parlor_service_put_group (world->service, world->brand, &spec, NULL);
  g_autofree char *both = g_strdup_printf ("%s,%s", world->group->id, hotline->id);
  ParlorRepSpec who = {.ref = "lin", .name = "Lin", .groups = both};
  ParlorRep *lin = parlor_service_put_rep (world->service, world->brand, &who, world->now, NULL);
  parlor_service_rep_connected (lin, world->now);
  ParlorBinding *first = tapped (world, "vis_a", NULL, "tap_advisers");
  ParlorBinding *second = tapped (world, "vis_a", hotline->id, "tap_hotline1");
  g_assert_true (parlor_service_unbind (first, TRUE, world->now, NULL));
  g_assert_cmpint (second->state, ==, PARLOR_BINDING_ENDED);

  ParlorBinding *other = tapped (world, "vis_b", NULL, "tap_advisers");
  g_assert_true (other->rep == lin);
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  ParlorBinding *line = tapped (world, "vis_b", hotline->id, "tap_hotline1");
  g_assert_true (line->rep == lin);
  g_assert_true (parlor_service_assign (other->conversation, wang, world->now, NULL));
  g_assert_true (parlor_service_unbind (line, TRUE, world->now, NULL));
  g_assert_cmpint (other->state, ==, PARLOR_BINDING_ENDED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/personal/one-binding-and-what-was-said-stays", test_upgrade);
  g_test_add_func ("/service/personal/a-tap-elsewhere-means-the-same-person", test_other_group);
  g_test_add_func ("/service/personal/two-bindings-to-one-person-become-one", test_second_binding);
  g_test_add_func ("/service/personal/no-is-no-for-a-day-and-offers-end", test_no);
  g_test_add_func ("/service/personal/only-who-answers-offers-himself", test_who_may_offer);
  g_test_add_func ("/service/personal/nobody-gets-more-customers-than-allowed", test_limit);
  g_test_add_func ("/service/personal/who-was-removed-never-comes-again", test_removed);
  g_test_add_func ("/service/personal/who-was-removed-is-gone-everywhere", test_removed_everywhere);
  return g_test_run ();
}
