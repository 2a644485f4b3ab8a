/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong on an evening, in virtual time; tests/integrator/cases/failures.mjs plays what
 * needs a process. */
#include "world.h"

#include <string.h>

#define FIVE_MINUTES_MS (300 * G_GINT64_CONSTANT (1000))

static ParlorCall *
talking (World *world, ParlorBinding *binding)
{
  ParlorCall *call = parlor_service_call (binding->conversation, FALSE, FALSE, "rm_x", world->now,
                                          NULL);
  g_assert_nonnull (call);
  g_assert_true (parlor_service_call_answer (call, TRUE, world->now, NULL));
  parlor_service_call_peers (call, TRUE, TRUE, world->now);
  g_assert_cmpint (call->state, ==, PARLOR_CALL_ACTIVE);
  return call;
}

static ParlorBinding *
chatting (World *world, ParlorRep *rep, const char *visitor)
{
  ParlorBinding *binding = world_bind (world, visitor);
  g_assert_true (binding->rep == rep);
  world_say (world, binding, "hello");
  g_assert_true (parlor_service_accept (rep, world->offer, world->now, NULL));
  return binding;
}

static void
test_lost_in_chat (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = chatting (world, lin, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  world_answer (world, binding->conversation, lin, "one moment");
  parlor_service_rep_disconnected (lin, world->now);
  world_say (world, binding, "are you there?");
  world_pass (world, 11);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_cmpuint (world_told (world, "offer wang pending"), ==, 1);
  g_assert_true (parlor_service_accept (wang, world->offer, world->now, NULL));
  g_assert_true (binding->rep == lin);
  g_assert_cmpuint (lin->n_chats, ==, 0);
  g_assert_cmpuint (wang->n_chats, ==, 1);
}

/* A hidden tab says nothing for ten minutes; its socket answers pings, and that is all he needs. */
static void
test_hidden (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_pass (world, 600);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_AVAILABLE);
  g_assert_cmpuint (world_told (world, "offer lin pending"), ==, 0);
  world_say (world, binding, "hello");
  g_assert_cmpuint (world_told (world, "offer lin pending"), ==, 1);
}

static void
test_viewer_offline (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  world_rep (world, "wang", 6, FALSE);
  parlor_service_visitor_connected (world->service, "vis_a");
  ParlorBinding *first = world_bind (world, "vis_a");
  ParlorRep *his = first->rep;
  parlor_service_visitor_disconnected (world->service, "vis_a");
  world_pass (world, 8);
  parlor_service_visitor_connected (world->service, "vis_a");
  ParlorBinding *again = world_bind (world, "vis_a"); /* the page says the same tap once more */
  g_assert_true (again == first && again->rep == his);
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 1);
  g_assert_cmpuint (world_happened (world, "binding.active"), ==, 1);
  g_assert_cmpuint (lin->bindings.length, ==, his == lin);
}

/* The offer passed from one to the other while both reached for it. */
static void
test_two_accept (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  world_say (world, binding, "hello");
  g_autofree char *of_lin = g_strdup (world->offer);
  world_pass (world, 31);
  g_autofree char *of_wang = g_strdup (world->offer);
  g_assert_cmpstr (of_lin, !=, of_wang);
  g_assert_true (parlor_service_accept (wang, of_wang, world->now, NULL));
  g_assert_false (parlor_service_accept (lin, of_lin, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "timeout"));
  g_clear_error (&error);
  g_assert_false (parlor_service_accept (lin, of_wang, world->now, &error));
  g_assert_true (binding->conversation->assignee == wang);
  g_assert_cmpuint (lin->n_chats + wang->n_chats, ==, 1);
}

static void
test_departs_in_call (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = chatting (world, lin, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  ParlorCall *call = talking (world, binding);
  g_autofree char *id = g_strdup (call->id);
  ParlorTransferSpec spec = {.from = lin, .to = wang, .departure = TRUE};
  g_assert_nonnull (parlor_service_transfer (world->service, &spec, world->now, NULL));
  world_pass (world, 15);
  g_assert_true (parlor_service_find_call (world->service, "br_test", id) == call);
  g_assert_true (call->rep == wang && binding->rep == wang);
  g_assert_true (binding->conversation->assignee == wang);
  g_assert_null (lin->call);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_DEPARTED);
}

/* Nobody else is there: he is waited for two minutes from when he was lost, however long the call
   was before. */
static void
test_long_call (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorCall *call = talking (world, binding);
  world_pass (world, 1200);
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 100);
  g_assert_true (binding->conversation->call == call);
  world_pass (world, 60);
  g_assert_null (binding->conversation->call);
}

/* The wall clock is set right by five minutes while people wait, talk and ring. */
static void
play_with_a_clock_off_by (gint64 ms)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "one");
  world->now.wall_ms += ms;
  world_pass (world, 1);
  g_assert_cmpuint (world_told (world, "offer lin timeout"), ==, 0);
  g_assert_true (parlor_service_accept (lin, world->offer, world->now, NULL));
  world_answer (world, binding->conversation, lin, "two");
  gint64 p50_ms, p90_ms;
  parlor_service_first_reply (world->brand, &p50_ms, &p90_ms);
  g_assert_cmpint (p50_ms, >=, 0);
  const ParlorMessage *said = world_say (world, binding, "three");
  g_assert_cmpint (said->seq, ==, binding->conversation->seq);
  ParlorCall *call = talking (world, binding);
  world->now.wall_ms -= ms;
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 60);
  g_assert_true (binding->conversation->call == call);
  world_pass (world, 90);
  g_assert_null (binding->conversation->call);
  g_assert_false (world_knows (world, "\"seconds\":-"));
}

static void
test_clock_ahead (void)
{
  play_with_a_clock_off_by (FIVE_MINUTES_MS);
}

static void
test_clock_behind (void)
{
  play_with_a_clock_off_by (-FIVE_MINUTES_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/failures/" name, func)
  ADD ("a-rep-lost-in-a-chat-is-replaced-and-stays-the-customers-person", test_lost_in_chat);
  ADD ("a-rep-hidden-for-ten-minutes-is-there", test_hidden);
  ADD ("a-viewer-offline-for-eight-seconds-is-bound-once", test_viewer_offline);
  ADD ("two-who-accept-at-once-are-one-and-a-conflict", test_two_accept);
  ADD ("a-departure-in-a-call-leaves-the-call", test_departs_in_call);
  ADD ("a-rep-lost-late-in-a-call-is-waited-for", test_long_call);
  ADD ("a-clock-five-minutes-ahead-changes-nothing", test_clock_ahead);
  ADD ("a-clock-five-minutes-behind-changes-nothing", test_clock_behind);
  return g_test_run ();
}
