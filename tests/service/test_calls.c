/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

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

/* A running call of lin's, with wang at his desk. */
typedef struct
{
  World *world;
  ParlorRep *lin, *wang;
  ParlorBinding *binding;
  ParlorCall *call;
} Consult;

static Consult
consult_new (void)
{
  Consult it = {.world = world_new ()};
  it.lin = world_rep (it.world, "lin", 6, FALSE);
  it.binding = world_bind (it.world, "vis_a");
  it.wang = world_rep (it.world, "wang", 6, FALSE);
  it.call = ring (it.world, it.binding);
  parlor_service_call_answer (it.call, TRUE, it.world->now, NULL);
  parlor_service_call_peers (it.call, TRUE, TRUE, it.world->now);
  return it;
}

/* He comes, and the call is his without a stop; who had it is free. */
static void
test_expert (void)
{
  Consult it = consult_new ();
  g_assert_true (parlor_service_call_invite (it.call, it.wang, it.world->now, NULL));
  g_assert_cmpint (it.wang->presence, ==, PARLOR_PRESENCE_IN_CALL);
  g_assert_true (parlor_service_call_admits (it.call, it.wang->id));
  g_assert_cmpuint (world_happened (it.world, "call.expert_asked"), ==, 1);
  parlor_service_call_expert_here (it.call, TRUE, it.world->now);
  world_pass (it.world, 120);
  g_assert_true (it.call->expert == it.wang && it.call->rep == it.lin);
  g_assert_true (parlor_service_call_take (it.call, it.wang, it.world->now, NULL));
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  g_assert_cmpuint (it.call->rescues, ==, 0);
  g_assert_true (it.call->rep == it.wang && it.call->expert == NULL && it.lin->call == NULL);
  g_assert_true (parlor_service_call_admits (it.call, it.wang->id));
  g_assert_true (parlor_service_call_admits (it.call, it.binding->customer->id));
  g_assert_false (parlor_service_call_admits (it.call, it.lin->id));
  g_assert_false (parlor_service_call_admits (it.call, "lin"));
  g_assert_cmpint (it.lin->presence, ==, PARLOR_PRESENCE_WRAP_UP);
  g_assert_cmpuint (world_happened (it.world, "call.handed_over"), ==, 1);
  g_assert_true (it.binding->rep == it.lin);
  parlor_service_call_peers (it.call, TRUE, TRUE, it.world->now);
  world_pass (it.world, 120);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  world_free (it.world);
}

/* Nobody waits for him longer than for a call; the talk goes on without. */
static void
test_expert_who_does_not_come (void)
{
  Consult it = consult_new ();
  g_assert_true (parlor_service_call_invite (it.call, it.wang, it.world->now, NULL));
  world_pass (it.world, 31);
  g_assert_null (it.call->expert);
  g_assert_null (it.wang->call);
  g_assert_cmpuint (world_happened (it.world, "call.expert_left"), ==, 1);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  g_assert_false (parlor_service_call_dismiss (it.call, it.world->now, NULL));
  world_free (it.world);
}

static void
test_expert_refused (void)
{
  Consult it = consult_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *zoe = world_rep (it.world, "zoe", 6, FALSE);
  g_assert_false (parlor_service_call_invite (it.call, it.lin, it.world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_true (parlor_service_call_invite (it.call, it.wang, it.world->now, NULL));
  g_assert_false (parlor_service_call_invite (it.call, zoe, it.world->now, NULL));
  g_assert_true (parlor_service_call_dismiss (it.call, it.world->now, NULL));
  parlor_service_rep_disconnected (zoe, it.world->now);
  g_assert_false (parlor_service_call_invite (it.call, zoe, it.world->now, NULL));
  world_free (it.world);
}

/* Who has the call is lost while the expert is in: he is the next, at once. */
static void
test_expert_rescues (void)
{
  Consult it = consult_new ();
  world_rep (it.world, "zoe", 6, FALSE);
  parlor_service_call_invite (it.call, it.wang, it.world->now, NULL);
  parlor_service_call_expert_here (it.call, TRUE, it.world->now);
  parlor_service_rep_disconnected (it.lin, it.world->now);
  parlor_service_call_peers (it.call, FALSE, TRUE, it.world->now);
  world_pass (it.world, 15);
  g_assert_true (it.call->rep == it.wang && it.call->expert == NULL);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  world_free (it.world);
}

/* The customer is lost as well: the next waits for him as long as anybody would, and is free then.
 */
static void
test_expert_rescues_nobody (void)
{
  Consult it = consult_new ();
  parlor_service_call_invite (it.call, it.wang, it.world->now, NULL);
  parlor_service_call_expert_here (it.call, TRUE, it.world->now);
  parlor_service_rep_disconnected (it.lin, it.world->now);
  parlor_service_call_peers (it.call, FALSE, FALSE, it.world->now);
  world_pass (it.world, 60);
  g_assert_true (it.call->rep == it.wang);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_HELD);
  world_pass (it.world, 61);
  g_assert_null (it.binding->conversation->call);
  g_assert_null (it.wang->call);
  g_assert_cmpuint (world_happened (it.world, "call.ended"), ==, 1);
  world_free (it.world);
}

/* Both are free when it ends; the expert's lost line ends nothing. */
static void
test_expert_leaves (void)
{
  Consult it = consult_new ();
  parlor_service_call_invite (it.call, it.wang, it.world->now, NULL);
  parlor_service_call_expert_here (it.call, TRUE, it.world->now);
  parlor_service_rep_disconnected (it.wang, it.world->now);
  world_pass (it.world, 15);
  g_assert_null (it.call->expert);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  parlor_service_rep_connected (it.wang, it.world->now);
  world_pass (it.world, 21);
  g_assert_true (parlor_service_call_invite (it.call, it.wang, it.world->now, NULL));
  g_assert_true (parlor_service_call_end (it.call, PARLOR_BY_CUSTOMER, it.world->now, NULL));
  g_assert_true (it.lin->call == NULL && it.wang->call == NULL);
  world_pass (it.world, 120);
  world_free (it.world);
}

/* Who did not come has nothing to write down: he is free at once. The event says who it was. */
static void
test_expert_declines (void)
{
  Consult it = consult_new ();
  g_assert_true (parlor_service_call_invite (it.call, it.wang, it.world->now, NULL));
  g_string_truncate (it.world->event_texts, 0);
  g_assert_true (parlor_service_call_dismiss (it.call, it.world->now, NULL));
  g_assert_cmpuint (world_happened (it.world, "call.expert_left"), ==, 1);
  g_assert_nonnull (strstr (it.world->event_texts->str, it.wang->id));
  g_assert_cmpint (it.wang->presence, ==, PARLOR_PRESENCE_AVAILABLE);
  g_assert_true (parlor_service_call_invite (it.call, it.wang, it.world->now, NULL));
  parlor_service_call_expert_here (it.call, TRUE, it.world->now);
  g_assert_true (parlor_service_call_dismiss (it.call, it.world->now, NULL));
  g_assert_cmpint (it.wang->presence, ==, PARLOR_PRESENCE_WRAP_UP);
  world_free (it.world);
}

/* Both lines broke; the rep is back first. It is the customer who is waited for then, and not a
 * rescuer. */
static void
test_both_lost (void)
{
  Consult it = consult_new ();
  parlor_service_call_peers (it.call, FALSE, FALSE, it.world->now);
  world_pass (it.world, 2);
  parlor_service_call_peers (it.call, TRUE, FALSE, it.world->now);
  world_pass (it.world, 100);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_HELD);
  g_assert_true (it.call->rep == it.lin);
  parlor_service_call_peers (it.call, TRUE, TRUE, it.world->now);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  world_pass (it.world, 120);
  g_assert_cmpint (it.call->state, ==, PARLOR_CALL_ACTIVE);
  world_free (it.world);
}

/* The customer is lost, then the rep, and the customer is back: another rep comes as soon as ever.
 */
static void
test_one_after_the_other (void)
{
  Consult it = consult_new ();
  parlor_service_call_peers (it.call, TRUE, FALSE, it.world->now);
  world_pass (it.world, 30);
  parlor_service_call_peers (it.call, FALSE, FALSE, it.world->now);
  world_pass (it.world, 1);
  parlor_service_call_peers (it.call, FALSE, TRUE, it.world->now);
  world_pass (it.world, 14);
  g_assert_true (it.call->rep == it.wang);
  world_free (it.world);
}

/* Whether it may be recorded is known when it rings, and not only after. */
static void
test_may_record (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_true (
      parlor_service_ring (binding->conversation, FALSE, FALSE, NULL, NULL, world->now, NULL));
  g_assert_cmpuint (world_told (world, "call lin ringing recordable"), ==, 1);
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
  ADD ("an-expert-is-asked-in-and-has-it-handed-over", test_expert);
  ADD ("an-expert-who-does-not-come-is-not-waited-for", test_expert_who_does_not_come);
  ADD ("one-expert-who-can-come", test_expert_refused);
  ADD ("an-expert-who-is-in-is-the-next", test_expert_rescues);
  ADD ("an-expert-who-is-in-alone-waits-two-minutes", test_expert_rescues_nobody);
  ADD ("an-expert-who-declines-is-free-at-once", test_expert_declines);
  ADD ("both-lost-and-the-rep-back-waits-for-the-customer", test_both_lost);
  ADD ("a-rep-who-is-lost-after-the-customer-is-replaced-as-well", test_one_after_the_other);
  ADD ("a-call-that-rings-says-whether-it-may-be-recorded", test_may_record);
  ADD ("an-expert-leaves-and-the-call-stays", test_expert_leaves);
  return g_test_run ();
}
