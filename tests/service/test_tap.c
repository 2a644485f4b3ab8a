/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static gboolean
tap (World *world, const char *visitor, const char *id, GError **error)
{
  ParlorTapSpec spec = {.brand = "br_test", .visitor = visitor, .tap = id, .room_ms = -1};
  return parlor_service_tap (world->service, &spec, world->now, error);
}

static void
test_bind (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  g_assert_true (tap (world, "vis_a", "tap_00000001", NULL));
  g_assert_cmpuint (world_told (world, "card lin"), ==, 1);
  g_assert_cmpuint (world_told (world, "bound"), ==, 0); /* he was not asked yet */
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 0);
  g_assert_true (
      parlor_service_bind (world->service, "br_test", "vis_a", "tap_00000001", world->now, NULL));
  g_assert_cmpuint (world_told (world, "bound lin"), ==, 1);
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 1);
  g_assert_cmpuint (world_rows (world, &parlor_conversation_kind), ==, 1);
  g_assert_cmpuint (world_rows (world, &parlor_message_kind), ==, 1); /* the welcome */
  g_assert_cmpuint (world_happened (world, "binding.active"), ==, 1);
  g_assert_cmpuint (rep->n_chats, ==, 0); /* he has written nothing */
  g_assert_cmpuint (world->depth, ==, 0);
}

static void
test_same_tap (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  world_rep (world, "wang", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (world_bind (world, "vis_a") == binding);
      world_restart (world);
      world_rep (world, "lin", 6, FALSE);
      binding = parlor_service_binding (world->service, "br_test", world->binding);
    }
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 1);
  g_assert_cmpuint (world_rows (world, &parlor_customer_kind), ==, 1);
}

static void
test_known (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  parlor_service_rep_disconnected (binding->rep, world->now);
  world_rep (world, "wang", 6, FALSE);
  world_pass (world, 30);
  g_assert_true (tap (world, "vis_a", "tap_another1", NULL));
  g_assert_cmpuint (world_told (world, "card lin known"), ==, 1); /* never another face */
  g_assert_cmpuint (world_told (world, "card wang"), ==, 0);
}

static void
test_rate (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("tap_0000000%u", i);
      g_assert_true (tap (world, "vis_a", id, NULL));
    }
  g_assert_false (tap (world, "vis_a", "tap_00000009", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_true (tap (world, "vis_a", "tap_00000001", NULL)); /* again is not one more */
  g_assert_true (tap (world, "vis_b", "tap_00000001", NULL)); /* nor is another's */
  world_pass (world, 21);
  g_assert_true (tap (world, "vis_a", "tap_00000009", NULL));
}

/* One socket that calls itself somebody else each time. */
static void
test_address (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  guint taken = 0;
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      ParlorTapSpec spec = {.brand = "br_test",
                            .visitor = visitor,
                            .tap = "tap_00000001",
                            .address = "192.0.2.1",
                            .room_ms = -1};
      taken += parlor_service_tap (world->service, &spec, world->now, error ? NULL : &error);
    }
  g_assert_cmpuint (taken, ==, 60);
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_true (tap (world, "vis_x", "tap_00000001", NULL)); /* not from there */
}

/* Between the card and the yes the face left the house, or was sent away by the customer. */
static void
test_face_gone (void)
{
  for (guint blocked = 0; blocked < 2; blocked++)
    {
      g_autoptr (World) world = world_new ();
      ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
      g_assert_true (tap (world, "vis_a", "tap_00000001", NULL));
      g_assert_cmpuint (world_told (world, "card lin"), ==, 1);
      ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
      ParlorTransferSpec leave = {.from = lin, .to = wang, .departure = TRUE};
      if (blocked)
        parlor_service_unbind (world_bind (world, "vis_a"), TRUE, world->now, NULL);
      else
        g_assert_nonnull (parlor_service_transfer (world->service, &leave, world->now, NULL));
      g_assert_true (parlor_service_bind (world->service, "br_test", "vis_a", "tap_00000001",
                                          world->now, NULL));
      ParlorBinding *binding = parlor_service_binding (world->service, "br_test", world->binding);
      g_assert_true (binding->rep == wang);
      g_assert_cmpint (binding->state, ==, PARLOR_BINDING_ACTIVE);
    }
}

static void
test_full (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_cmpuint (world->brand->n_anonymous, ==, 1);
  world->brand->n_anonymous = 200000;
  g_assert_true (world_bind (world, "vis_a") == binding); /* who is known stays so */
  g_assert_true (tap (world, "vis_b", "tap_00000001", NULL));
  parlor_service_bind (world->service, "br_test", "vis_b", "tap_00000001", world->now, NULL);
  g_assert_cmpuint (world_told (world, "refused"), ==, 1);
  g_assert_cmpuint (world_rows (world, &parlor_customer_kind), ==, 1);
}

static void
test_late_yes (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  g_assert_true (tap (world, "vis_a", "tap_00000001", NULL));
  world_pass (world, 121);
  g_assert_false (
      parlor_service_bind (world->service, "br_test", "vis_a", "tap_00000001", world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_GONE);
  g_assert_cmpuint (world_rows (world, &parlor_binding_kind), ==, 0);
}

static void
test_nobody (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, TRUE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_WAITING);
  world_say (world, binding, "is anybody there?");
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  parlor_service_rep_connected (rep, world->now);
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_ACTIVE);
  g_assert_true (binding->rep == rep);
  g_assert_cmpuint (world_told (world, "offer lin pending"), ==, 1);
}

static void
test_removed (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_true (parlor_service_unbind (binding, TRUE, world->now, NULL));
  g_assert_cmpuint (lin->bindings.length, ==, 0);
  world_restart (world);
  world_rep (world, "lin", 6, FALSE);
  g_assert_true (tap (world, "vis_a", "tap_second01", NULL));
  g_assert_true (
      parlor_service_bind (world->service, "br_test", "vis_a", "tap_second01", world->now, NULL));
  binding = parlor_service_binding (world->service, "br_test", world->binding);
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_WAITING); /* rather nobody than him */
  world_pass (world, 600);
  g_assert_null (binding->rep);
}

/* Whom the customer sent away neither writes nor rings nor reads, and is free for others. */
static void
test_sent_away (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorConversation *conversation = binding->conversation;
  ParlorPrincipal principal = {
      .caller = PARLOR_CALLER_USER, .brand = "br_test", .roles = PARLOR_BRAND_REP};
  ParlorSaySpec spec = {.conversation = conversation,
                        .by = PARLOR_BY_REP,
                        .rep = lin,
                        .client_id = "late",
                        .text = "do come back",
                        .stream_ms = -1};
  g_strlcpy (principal.rep, lin->id, sizeof principal.rep);
  world_say (world, binding, "hello");
  g_assert_true (parlor_service_accept (lin, world->offer, world->now, NULL));
  g_assert_nonnull (parlor_service_call (conversation, TRUE, FALSE, "rm_x", world->now, NULL));
  g_assert_cmpuint (lin->n_chats, ==, 1);
  g_assert_true (parlor_service_unbind (binding, FALSE, world->now, NULL));
  g_assert_cmpuint (lin->n_chats, ==, 0);
  g_assert_null (conversation->assignee);
  g_assert_null (conversation->call);
  world_pass (world, 30); /* after the call he is free again */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      if (i)
        g_assert_null (parlor_service_call (conversation, TRUE, FALSE, "rm_x", world->now, &error));
      else
        g_assert_null (parlor_service_say (world->service, &spec, world->now, &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
      g_assert_cmpstr (error->message, ==, "The customer has ended this.");
    }
  g_assert_false (
      parlor_service_may (conversation, &principal, PARLOR_MAY_READ, "why", world->now, NULL));
  g_autoptr (GError) why = NULL;
  g_assert_false (
      parlor_service_may (conversation, &principal, PARLOR_MAY_WRITE, NULL, world->now, &why));
  g_assert_error (why, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
}

/* 500 taps in 10 s on five reps of capacity 6: all bound, none above capacity. */
static void
test_rush (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *reps[5];
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *ref = g_strdup_printf ("rep%u", i);
      reps[i] = world_rep (world, ref, 6, FALSE);
    }
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      ParlorBinding *binding = world_bind (world, visitor);
      g_assert_cmpint (binding->state, ==, PARLOR_BINDING_ACTIVE);
      world_say (world, binding, "hello");
      if (i % 3 == 0)
        parlor_service_accept (reps[i % 5], world->offer, world->now, NULL);
      if (i % 50 == 49)
        world_pass (world, 1);
      for (guint k = 0; k < 5; k++)
        g_assert_cmpuint (reps[k]->n_chats + reps[k]->n_offers, <=, 6);
    }
  for (guint k = 0; k < 5; k++)
    {
      g_assert_cmpuint (reps[k]->bindings.length, >=, 99);
      g_assert_cmpuint (reps[k]->bindings.length, <=, 101);
    }
  g_assert_cmpuint (parlor_service_stats (world->service)->bound, ==, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/tap/" name, func)
  ADD ("a-yes-binds-in-one-transaction", test_bind);
  ADD ("the-same-tap-gets-the-same-answer-after-restarts-too", test_same_tap);
  ADD ("who-has-a-person-is-shown-that-person", test_known);
  ADD ("three-taps-a-minute-and-visitor", test_rate);
  ADD ("sixty-taps-a-minute-and-address", test_address);
  ADD ("a-face-that-is-gone-by-the-yes-is-another", test_face_gone);
  ADD ("a-brand-has-only-so-many-whom-it-does-not-know", test_full);
  ADD ("a-yes-after-two-minutes-is-too-late", test_late_yes);
  ADD ("with-nobody-there-he-is-bound-to-the-next", test_nobody);
  ADD ("who-was-removed-is-never-routed-to-again", test_removed);
  ADD ("who-was-sent-away-neither-writes-nor-rings-nor-reads", test_sent_away);
  ADD ("a-rush-is-bound-evenly-and-nobody-gets-more-than-he-can-take", test_rush);
  return g_test_run ();
}
