/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer thinks of a talk: asked at its end, said once, changed for a moment. */
#include "world.h"

static ParlorBinding *
talk (World *world, ParlorRep *rep)
{
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  world_pass (world, 20);
  world_answer (world, binding->conversation, rep, "hello!");
  return binding;
}

static void
end (World *world, ParlorConversation *conversation)
{
  g_autoptr (GError) error = NULL;
  parlor_service_set_state (conversation, PARLOR_CONVERSATION_ENDED, -1, world->now, &error);
  g_assert_no_error (error);
}

static gboolean
rate (World *world, ParlorConversation *conversation, guint score, const char *text, GError **error)
{
  return parlor_service_rate (conversation, score, text, world->now, error);
}

static void
assert_refused (World *world, ParlorConversation *conversation, guint score, int code)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (rate (world, conversation, score, NULL, &error));
  g_assert_error (error, PARLOR_ERROR, code);
}

static void
test_once (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = talk (world, lin)->conversation;
  assert_refused (world, conversation, 5, PARLOR_ERROR_GONE); /* it is not over */
  end (world, conversation);
  assert_refused (world, conversation, 0, PARLOR_ERROR_BAD_REQUEST);
  assert_refused (world, conversation, 6, PARLOR_ERROR_BAD_REQUEST);
  g_assert_true (rate (world, conversation, 2, "slow", NULL));
  g_assert_true (rate (world, conversation, 2, "slow", NULL)); /* again is nothing new */
  g_assert_cmpuint (world_happened (world, "conversation.rated"), ==, 1);
  world_pass (world, 299);
  g_assert_true (rate (world, conversation, 4, NULL, NULL)); /* he thought better of it */
  g_assert_cmpuint (lin->rated_n, ==, 1);
  g_assert_cmpuint (lin->rated_sum, ==, 4);
  world_pass (world, 2); /* of the first word: changing does not make it longer */
  assert_refused (world, conversation, 5, PARLOR_ERROR_CONFLICT);
  g_assert_cmpuint (world_happened (world, "conversation.rated"), ==, 2);
  g_assert_cmpuint (world_rows (world, &parlor_rating_kind), ==, 1);
}

static void
test_restart (void)
{
  g_autoptr (World) world = world_new ();
  ParlorConversation *conversation = talk (world, world_rep (world, "lin", 6, FALSE))->conversation;
  end (world, conversation);
  world_restart (world);
  conversation = parlor_service_conversation (world->service, "br_test", world->conversation);
  g_assert_true (rate (world, conversation, 3, "fine", NULL));
  world_restart (world);
  conversation = parlor_service_conversation (world->service, "br_test", world->conversation);
  g_assert_cmpuint (conversation->rating->score, ==, 3);
  g_assert_cmpstr (conversation->rating->text, ==, "fine");
  ParlorRep *lin = parlor_service_rep (world->brand, "lin");
  g_assert_cmpuint (lin->rated_sum, ==, 3);
  g_assert_true (rate (world, conversation, 5, NULL, NULL));
  g_assert_cmpuint (lin->rated_sum, ==, 5);
  g_assert_cmpuint (lin->rated_n, ==, 1);
}

static void
test_each_end (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = talk (world, lin);
  end (world, binding->conversation);
  g_assert_true (rate (world, binding->conversation, 1, NULL, NULL));
  world_say (world, binding, "one more thing");
  world_answer (world, binding->conversation, lin, "yes?");
  end (world, binding->conversation);
  g_assert_true (rate (world, binding->conversation, 5, NULL, NULL));
  g_assert_cmpuint (world_rows (world, &parlor_rating_kind), ==, 2);
  g_assert_cmpuint (lin->rated_n, ==, 2);
  g_assert_cmpuint (lin->rated_sum, ==, 6);
}

static void
test_nobody_answered (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello?");
  end (world, binding->conversation);
  g_assert_null (binding->conversation->rating); /* there is nothing to be judged */
  assert_refused (world, binding->conversation, 5, PARLOR_ERROR_GONE);
}

static void
test_call (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = talk (world, lin)->conversation;
  ParlorCall *missed = parlor_service_call (conversation, FALSE, FALSE, "rm_a", world->now, NULL);
  g_assert_true (parlor_service_call_answer (missed, FALSE, world->now, NULL));
  g_assert_null (conversation->rating);
  world_pass (world, 60);
  ParlorCall *call = parlor_service_call (conversation, FALSE, FALSE, "rm_b", world->now, NULL);
  g_assert_true (parlor_service_call_answer (call, TRUE, world->now, NULL));
  parlor_service_call_peers (call, TRUE, TRUE, world->now);
  g_assert_true (parlor_service_call_end (call, PARLOR_BY_CUSTOMER, world->now, NULL));
  g_assert_nonnull (conversation->rating->call);
  g_assert_true (rate (world, conversation, 4, NULL, NULL)); /* while they go on writing */
}

static void
test_late (void)
{
  g_autoptr (World) world = world_new ();
  ParlorConversation *conversation = talk (world, world_rep (world, "lin", 6, FALSE))->conversation;
  end (world, conversation);
  world_pass (world, 7 * 24 * 3600);
  assert_refused (world, conversation, 5, PARLOR_ERROR_GONE);
}

static void
test_erased (void)
{
  g_autoptr (World) world = world_new ();
  ParlorConversation *conversation = talk (world, world_rep (world, "lin", 6, FALSE))->conversation;
  end (world, conversation);
  g_assert_true (rate (world, conversation, 1, "what-I-think-of-it", NULL));
  ParlorErased erased;
  parlor_service_erase (conversation->customer, &erased, world->now);
  parlor_erased_clear (&erased);
  g_string_truncate (world->event_texts, 0); /* those are the log's to forget */
  g_assert_false (world_knows (world, "what-I-think-of-it"));
  g_assert_cmpuint (conversation->rating->score, ==, 1);
}

static void
test_first_reply (void)
{
  g_autoptr (World) world = world_new ();
  gint64 p50_ms, p90_ms;
  parlor_service_first_reply (world->brand, &p50_ms, &p90_ms);
  g_assert_cmpint (p50_ms, ==, 0);
  talk (world, world_rep (world, "lin", 6, FALSE));
  parlor_service_first_reply (world->brand, &p50_ms, &p90_ms);
  g_assert_cmpint (p50_ms, ==, 20000);
  g_assert_cmpint (p90_ms, ==, 20000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/rating/said-once-and-changed-for-a-moment", test_once);
  g_test_add_func ("/service/rating/a-restart-keeps-what-was-asked-and-said", test_restart);
  g_test_add_func ("/service/rating/each-end-is-asked-for-by-itself", test_each_end);
  g_test_add_func ("/service/rating/what-nobody-answered-is-not-judged", test_nobody_answered);
  g_test_add_func ("/service/rating/a-call-is-judged-by-itself", test_call);
  g_test_add_func ("/service/rating/after-a-week-nothing-is-asked", test_late);
  g_test_add_func ("/service/rating/an-erased-customers-words-go", test_erased);
  g_test_add_func ("/service/rating/first-words-are-counted", test_first_reply);
  return g_test_run ();
}
