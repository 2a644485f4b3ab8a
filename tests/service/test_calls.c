/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static ParlorCall *
ring (World *world, ParlorBinding *binding)
{
  return parlor_service_call (binding->conversation, FALSE, FALSE, "rm_x", world->now, NULL);
}

static void
test_missed (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_nonnull (ring (world, binding));
  g_assert_cmpint (rep->presence, ==, PARLOR_PRESENCE_IN_CALL);
  world_pass (world, 31);
  g_assert_cmpuint (world_told (world, "call lin missed"), ==, 1);
  g_assert_null (rep->call);
  g_assert_cmpint (rep->presence, ==, PARLOR_PRESENCE_WRAP_UP);
  world_pass (world, 21);
  g_assert_cmpint (rep->presence, ==, PARLOR_PRESENCE_AVAILABLE);
}

static void
test_talk (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorCall *call = ring (world, binding);
  g_assert_true (parlor_service_call_answer (call, TRUE, world->now, NULL));
  g_assert_false (parlor_service_call_answer (call, TRUE, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  parlor_service_call_peers (call, TRUE, FALSE, world->now);
  g_assert_cmpint (call->state, ==, PARLOR_CALL_CONNECTING);
  parlor_service_call_peers (call, TRUE, TRUE, world->now);
  g_assert_cmpint (call->state, ==, PARLOR_CALL_ACTIVE);
  world_pass (world, 600);
  g_assert_true (parlor_service_call_end (call, PARLOR_BY_CUSTOMER, world->now, NULL));
  g_assert_null (binding->conversation->call);
  g_assert_cmpuint (world_happened (world, "call.ended"), ==, 1);
}

/* A rep lost in mid-call is replaced within 15 s under the same call id. */
static void
test_rescue (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  ParlorCall *call = ring (world, binding);
  parlor_service_call_answer (call, TRUE, world->now, NULL);
  parlor_service_call_peers (call, TRUE, TRUE, world->now);
  g_autofree char *id = g_strdup (call->id);
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 15);
  g_assert_true (parlor_service_find_call (world->service, "br_test", id) == call);
  g_assert_true (call->rep == wang);
  parlor_service_call_peers (call, TRUE, TRUE, world->now);
  g_assert_cmpint (call->state, ==, PARLOR_CALL_ACTIVE);
  g_assert_true (binding->rep == lin);
}

static void
test_customer_lost (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorCall *call = ring (world, binding);
  parlor_service_call_answer (call, TRUE, world->now, NULL);
  parlor_service_call_peers (call, TRUE, TRUE, world->now);
  parlor_service_call_peers (call, TRUE, FALSE, world->now);
  g_assert_cmpint (call->state, ==, PARLOR_CALL_HELD);
  world_pass (world, 119);
  g_assert_nonnull (binding->conversation->call);
  world_pass (world, 2);
  g_assert_null (binding->conversation->call);
}

static void
test_rate (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  for (guint i = 0; i < 6; i++)
    g_assert_true (
        parlor_service_call_end (ring (world, binding), PARLOR_BY_CUSTOMER, world->now, NULL));
  g_assert_cmpuint (world->calls_ended, ==, 6); /* of each the app may end the room */
  g_assert_false (parlor_service_may_call (binding->conversation, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_null (ring (world, binding));
  world_pass (world, 11);
  g_assert_nonnull (ring (world, binding));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/calls/" name, func)
  ADD ("nobody-answers-for-thirty-seconds", test_missed);
  ADD ("is-answered-once-and-active-when-both-are-in", test_talk);
  ADD ("a-lost-rep-is-replaced-under-the-same-id", test_rescue);
  ADD ("six-at-once-then-one-in-ten-seconds-and-each-is-told-to-be-over", test_rate);
  ADD ("a-lost-customer-is-waited-for-two-minutes", test_customer_lost);
  return g_test_run ();
}
