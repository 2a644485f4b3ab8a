/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void
test_twice (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  const ParlorMessage *first = world_say (world, binding, "hello");
  g_assert_true (world_say (world, binding, "hello") == first);
  g_assert_cmpint (first->seq, ==, 2); /* after the welcome */
  g_assert_cmpuint (world_rows (world, &parlor_message_kind), ==, 2);
}

/* Bind and write, the server is killed, and all of it is there: the same person, the same chat. */
static void
test_restart (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  parlor_service_accept (rep, world->offer, world->now, NULL);
  world_answer (world, binding->conversation, rep, "good evening");
  g_autofree char *id = g_strdup (binding->id), *rep_id = g_strdup (rep->id);
  g_autofree char *conversation_id = g_strdup (binding->conversation->id);
  world_restart (world);
  binding = parlor_service_binding (world->service, "br_test", id);
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_ACTIVE);
  g_assert_cmpstr (binding->rep->id, ==, rep_id);
  g_assert_cmpstr (binding->conversation->id, ==, conversation_id);
  g_assert_cmpint (binding->conversation->seq, ==, 3);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_HUMAN);
  world_say (world, binding, "hello"); /* sent again, since no answer had come */
  g_assert_cmpint (binding->conversation->seq, ==, 3);
  g_assert_cmpuint (world_rows (world, &parlor_message_kind), ==, 3);
}

static void
test_silence (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  parlor_service_accept (rep, world->offer, world->now, NULL);
  world_answer (world, binding->conversation, rep, "yes?");
  world_pass (world, 48 * 3600 + 1);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_ENDED);
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_ACTIVE);
  world_say (world, binding, "next week");
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_cmpuint (world_told (world, "offer lin pending"), ==, 2);
}

/* A change reaches what is open; one that is due by it ends. */
static void
test_silence_of_a_brand (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  parlor_service_accept (rep, world->offer, world->now, NULL);
  world_answer (world, binding->conversation, rep, "yes?");
  parlor_service_set_silence (world->brand, 72, world->now);
  world_pass (world, 48 * 3600 + 1);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_HUMAN);
  parlor_service_set_silence (world->brand, 1, world->now);
  world_pass (world, 1);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_ENDED);
}

static void
test_absent (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  parlor_service_visitor_connected (world->service, "vis_a");
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_answer (world, binding->conversation, rep, "are you there?");
  g_assert_cmpuint (world_happened (world, "message.waiting"), ==, 0);
  parlor_service_visitor_disconnected (world->service, "vis_a");
  world_answer (world, binding->conversation, rep, "I wait");
  g_assert_cmpuint (world_happened (world, "message.waiting"), ==, 1);
}

static void
test_bad (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_autofree char *long_text = g_strnfill (4001, 'x');
  const ParlorSaySpec wrong[] = {
      {.client_id = "a", .text = ""},
      {.client_id = "", .text = "x"},
      {.client_id = NULL, .text = "x"},
      {.client_id = "a", .text = long_text},
      {.client_id = "a", .text = "a\001b"},
      {.client_id = "a", .text = "\xff"},
      {.client_id = "a", .text = "x", .kind = "system"},
      {.client_id = "a", .text = "x", .kind = "poem"},
  };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      ParlorSaySpec spec = wrong[i];
      spec.conversation = binding->conversation;
      g_assert_null (parlor_service_say (world->service, &spec, world->now, &error));
      g_assert_nonnull (error);
    }
  g_assert_cmpint (binding->conversation->seq, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/talk/" name, func)
  ADD ("the-same-client-id-twice-is-one-message", test_twice);
  ADD ("a-restart-keeps-person-chat-and-client-ids", test_restart);
  ADD ("a-brand-says-how-long-silence-is", test_silence_of_a_brand);
  ADD ("two-days-of-silence-end-the-talk-and-not-the-binding", test_silence);
  ADD ("an-answer-to-somebody-away-raises-message-waiting", test_absent);
  ADD ("what-is-no-message-changes-nothing", test_bad);
  return g_test_run ();
}
