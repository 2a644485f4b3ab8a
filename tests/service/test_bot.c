/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#define BOT (1u << PARLOR_HOOK_BOT)
#define CALL (1u << PARLOR_HOOK_CALL)

typedef struct
{
  World *world;
  ParlorRep *rep;
  ParlorBinding *binding;
  ParlorConversation *conversation;
} Scene;

static Scene
begin (guint hooks)
{
  Scene scene = {.world = world_new_with_hooks (hooks)};
  scene.rep = world_rep (scene.world, "lin", 6, FALSE);
  scene.binding = world_bind (scene.world, "vis_a");
  scene.conversation = scene.binding->conversation;
  return scene;
}

static void
answer_text (World *world, const char *text, gboolean late)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("text", text)};
  ParlorHookAnswer answer = {
      .outcome = PARLOR_HOOK_ANSWERED, .late = late, .data = data, .n_data = 1};
  world_hook (world, PARLOR_HOOK_BOT, &answer);
}

static const ParlorMessage *
last (const ParlorConversation *conversation)
{
  return conversation->recent->pdata[conversation->recent->len - 1];
}

static void
test_answers (void)
{
  Scene s = begin (BOT);
  world_say (s.world, s.binding, "When do you ship?");
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_BOT);
  g_assert_cmpuint (s.rep->n_offers, ==, 0); /* nobody is troubled */
  answer_text (s.world, "Within a day.", FALSE);
  g_assert_cmpint (last (s.conversation)->by, ==, PARLOR_BY_BOT);
  g_assert_cmpstr (last (s.conversation)->text, ==, "Within a day.");
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_BOT);
  g_assert_cmpint (s.conversation->waiting_since_ms, ==, 0);
  g_assert_cmpuint (world_asked (s.world, PARLOR_HOOK_BOT), ==, 0);
  world_free (s.world);
}

static void
test_cards (void)
{
  Scene s = begin (BOT);
  ParlorMaterialSpec leaflet = {.title = "Care", .url = "https://shop.example/", .withdrawn = -1};
  const ParlorMaterial *material = parlor_service_put_material (s.world->brand, &leaflet,
                                                                s.world->now, NULL);
  const char *const cards[] = {"tea\"01", material->id, NULL};
  const ParlorDatum data[] = {PARLOR_DATUM_TEXTS ("cards", cards)};
  ParlorHookAnswer answer = {.outcome = PARLOR_HOOK_ANSWERED, .data = data, .n_data = 1};
  world_say (s.world, s.binding, "Price?");
  world_hook (s.world, PARLOR_HOOK_BOT, &answer);
  g_assert_cmpstr (last (s.conversation)->kind, ==, "material");
  g_assert_nonnull (strstr (last (s.conversation)->data, material->id));
  const ParlorMessage *first = s.conversation->recent->pdata[s.conversation->recent->len - 2];
  g_assert_cmpstr (first->kind, ==, "product");
  g_assert_cmpstr (first->data, ==, "{\"sku\":\"tea\\\"01\"}");
  world_free (s.world);
}

/* Every way in which it does not answer: the customer stands in a human's queue at once. */
static void
test_ways_out (gconstpointer outcome)
{
  Scene s = begin (BOT);
  ParlorHookAnswer answer = {.outcome = (ParlorHookOutcome)GPOINTER_TO_UINT (outcome)};
  world_say (s.world, s.binding, "Hello?");
  world_hook (s.world, PARLOR_HOOK_BOT, &answer);
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_cmpuint (world_told (s.world, "offer lin pending"), ==, 1);
  world_free (s.world);
}

static void
test_handover (void)
{
  Scene s = begin (BOT);
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("text", "I fetch somebody."),
                              PARLOR_DATUM_FLAG ("handover", TRUE)};
  ParlorHookAnswer answer = {.outcome = PARLOR_HOOK_ANSWERED, .data = data, .n_data = 2};
  world_say (s.world, s.binding, "It is broken");
  world_hook (s.world, PARLOR_HOOK_BOT, &answer);
  g_assert_cmpstr (last (s.conversation)->text, ==, "I fetch somebody.");
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_cmpint (s.conversation->waiting_since_ms, !=, 0);
  world_free (s.world);
}

static void
test_thumb (void)
{
  g_autoptr (GError) error = NULL;
  Scene s = begin (BOT);
  const ParlorMessage *own = world_say (s.world, s.binding, "When do you ship?");
  g_assert_false (parlor_service_feedback (s.conversation, own->id, FALSE, s.world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
  answer_text (s.world, "On Mars.", FALSE);
  const char *said = last (s.conversation)->id;
  g_assert_true (parlor_service_feedback (s.conversation, said, TRUE, s.world->now, NULL));
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_BOT);
  g_assert_true (parlor_service_feedback (s.conversation, said, FALSE, s.world->now, NULL));
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_cmpuint (world_happened (s.world, "message.rated"), ==, 2);
  world_free (s.world);
}

static void
test_late (void)
{
  Scene s = begin (BOT);
  ParlorHookAnswer late = {.outcome = PARLOR_HOOK_LATE};
  world_say (s.world, s.binding, "One");
  world_hook (s.world, PARLOR_HOOK_BOT, &late);
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  answer_text (s.world, "Still useful", TRUE);
  g_assert_cmpstr (last (s.conversation)->text, ==, "Still useful");
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED); /* a human comes */
  world_free (s.world);
}

static void
test_silent_after_human (void)
{
  Scene s = begin (BOT);
  ParlorHookAnswer late = {.outcome = PARLOR_HOOK_LATE};
  world_say (s.world, s.binding, "One");
  world_hook (s.world, PARLOR_HOOK_BOT, &late);
  g_assert_true (parlor_service_accept (s.rep, s.world->offer, s.world->now, NULL));
  world_answer (s.world, s.conversation, s.rep, "I am here");
  answer_text (s.world, "Too late", TRUE);
  g_assert_cmpstr (last (s.conversation)->text, ==, "I am here");
  world_free (s.world);
}

static void
test_wish (void)
{
  Scene s = begin (BOT);
  world_say (s.world, s.binding, "Hello");
  g_assert_true (parlor_service_want_human (s.conversation, s.world->now, NULL));
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_true (parlor_service_want_human (s.conversation, s.world->now, NULL));
  g_assert_cmpuint (world_told (s.world, "offer lin pending"), ==, 1);
  world_say (s.world, s.binding, "More"); /* it is a human's now */
  g_assert_cmpuint (world_asked (s.world, PARLOR_HOOK_BOT), ==, 1);
  world_free (s.world);
}

static void
test_restart (void)
{
  Scene s = begin (BOT);
  world_say (s.world, s.binding, "Hello");
  world_restart (s.world);
  const ParlorBinding *binding = parlor_service_binding (s.world->service, "br_test",
                                                         s.world->binding);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  world_free (s.world);
}

static void
test_none (void)
{
  Scene s = begin (CALL);
  world_say (s.world, s.binding, "Hello");
  g_assert_cmpuint (world_asked (s.world, PARLOR_HOOK_BOT), ==, 0);
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  world_free (s.world);
}

static void
test_many (void)
{
  Scene s = begin (BOT);
  const char *words[] = {"1", "2", "3", "4", "5"};
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    world_say (s.world, s.binding, words[i]);
  g_assert_cmpuint (world_asked (s.world, PARLOR_HOOK_BOT), ==, 4);
  g_assert_cmpint (s.conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  world_free (s.world);
}

/* ---- call.allow ------------------------------------------------------------------------------ */

static void
on_rung (const ParlorCall *call, const GError *error, gpointer user_data)
{
  char **out = user_data;
  g_assert_true (!call == !!error);
  g_free (*out);
  *out = g_strdup (call ? "rings" : error->message);
}

static char *
ring (Scene *s, const ParlorHookAnswer *answer)
{
  char *out = NULL;
  g_assert_true (
      parlor_service_ring (s->conversation, FALSE, FALSE, on_rung, &out, s->world->now, NULL));
  g_assert_null (out); /* the brand is asked first */
  g_assert_false (
      parlor_service_ring (s->conversation, FALSE, FALSE, NULL, NULL, s->world->now, NULL));
  world_hook (s->world, PARLOR_HOOK_CALL, answer);
  return out;
}

static void
test_call_allowed (void)
{
  Scene s = begin (CALL);
  const ParlorDatum data[] = {PARLOR_DATUM_FLAG ("allow", TRUE), PARLOR_DATUM_INT ("max_s", 60)};
  ParlorHookAnswer yes = {.outcome = PARLOR_HOOK_ANSWERED, .data = data, .n_data = 2};
  g_autofree char *said = ring (&s, &yes);
  g_assert_cmpstr (said, ==, "rings");
  ParlorCall *call = s.conversation->call;
  g_assert_true (parlor_service_call_answer (call, TRUE, s.world->now, NULL));
  parlor_service_call_peers (call, TRUE, TRUE, s.world->now);
  world_pass (s.world, 59);
  g_assert_nonnull (s.conversation->call);
  world_pass (s.world, 2);
  g_assert_null (s.conversation->call); /* that was the brand's minute */
  world_free (s.world);
}

static void
test_call_refused (void)
{
  Scene s = begin (CALL);
  const ParlorDatum data[] = {PARLOR_DATUM_FLAG ("allow", FALSE),
                              PARLOR_DATUM_TEXT ("reason", "Not on Sundays.")};
  ParlorHookAnswer no = {.outcome = PARLOR_HOOK_ANSWERED, .data = data, .n_data = 2};
  g_autofree char *said = ring (&s, &no);
  g_assert_cmpstr (said, ==, "Not on Sundays.");
  g_assert_null (s.conversation->call);
  g_assert_cmpuint (world_told (s.world, "norings"), ==, 1);
  world_free (s.world);
}

static void
test_call_closed (gconstpointer closed)
{
  Scene s = begin (CALL);
  ParlorHookAnswer late = {.outcome = PARLOR_HOOK_FAILED, .fail_closed = closed != NULL};
  g_autofree char *said = ring (&s, &late);
  g_assert_true ((s.conversation->call == NULL) == (closed != NULL));
  world_free (s.world);
}

static void
test_call_forgotten (void)
{
  Scene s = begin (CALL);
  g_autofree char *said = NULL;
  g_assert_true (
      parlor_service_ring (s.conversation, TRUE, TRUE, on_rung, &said, s.world->now, NULL));
  world_free (s.world);
  g_assert_cmpstr (said, ==, "The server is ending.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/bot/answers-in-the-conversation", test_answers);
  g_test_add_func ("/service/bot/its-cards-are-messages", test_cards);
  static const char *const ways[] = {NULL, "late", "failed", "breaker", "unknown"};
  for (guint i = PARLOR_HOOK_LATE; i < PARLOR_N_HOOK_OUTCOMES; i++)
    {
      g_autofree char *name = g_strconcat ("/service/bot/a-human-comes-when-it-is-", ways[i], NULL);
      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_ways_out);
    }
  g_test_add_func ("/service/bot/hands-over", test_handover);
  g_test_add_func ("/service/bot/a-thumb-down-is-a-wish-for-a-human", test_thumb);
  g_test_add_func ("/service/bot/a-late-answer-is-shown-while-he-waits", test_late);
  g_test_add_func ("/service/bot/a-late-answer-does-not-interrupt-a-human",
                   test_silent_after_human);
  g_test_add_func ("/service/bot/a-wish-for-a-human-is-heard", test_wish);
  g_test_add_func ("/service/bot/what-it-was-asked-before-a-restart-is-a-humans", test_restart);
  g_test_add_func ("/service/bot/without-one-nothing-is-asked", test_none);
  g_test_add_func ("/service/bot/many-words-at-once-go-to-a-human", test_many);
  g_test_add_func ("/service/calls/the-brand-lets-it-ring-for-a-minute", test_call_allowed);
  g_test_add_func ("/service/calls/the-brand-says-no-and-why", test_call_refused);
  g_test_add_data_func ("/service/calls/a-dead-hook-lets-it-ring", NULL, test_call_closed);
  g_test_add_data_func ("/service/calls/a-dead-hook-may-close", "closed", test_call_closed);
  g_test_add_func ("/service/calls/the-end-of-the-server-answers-who-rang", test_call_forgotten);
  return g_test_run ();
}
