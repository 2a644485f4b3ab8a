/* SPDX-License-Identifier: Apache-2.0 */
/* Cards that only the rep who answers sees. */
#include "world.h"

#define SECRET "discount-of-nine"
#define HAS_ASSIST (1u << PARLOR_HOOK_ASSIST)

static const char *const card[] = {"Stock", SECRET, "https://shop.example/s", "tea-01", "", NULL};

static gboolean
give (World *world, ParlorConversation *conversation, GError **error)
{
  return parlor_service_assist (conversation, card, 1, world->now, error);
}

static void
answer (World *world, ParlorHookOutcome outcome)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXTS ("cards", card)};
  gboolean good = outcome == PARLOR_HOOK_ANSWERED;
  ParlorHookAnswer said = {.outcome = outcome, .data = good ? data : NULL, .n_data = good};
  world_hook (world, PARLOR_HOOK_ASSIST, &said);
}

/* The world itself stops a card that has a customer or a second rep to go to. */
static void
test_secret (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "is there a discount-of-ten?");
  g_assert_true (give (world, binding->conversation, NULL));
  g_assert_cmpuint (world_told (world, "assist"), ==, 0); /* nobody answers yet */
  world_answer (world, binding->conversation, lin, "let me look");
  g_assert_cmpuint (world_told (world, "assist lin"), ==, 1);
  g_assert_true (give (world, binding->conversation, NULL));
  g_assert_cmpuint (world_told (world, "assist lin"), ==, 2);
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  g_assert_true (parlor_service_assign (binding->conversation, wang, world->now, NULL));
  g_assert_cmpuint (world_told (world, "assist wang"), ==, 1); /* who answers now needs them */
  g_assert_cmpuint (world_told (world, "assist lin"), ==, 2);
  g_assert_true (world_knows (world, "discount-of-ten")); /* the search finds what is there */
  g_assert_false (world_knows (world, SECRET));
  world_restart (world);
  binding = parlor_service_binding (world->service, "br_test", world->binding);
  g_assert_null (binding->conversation->assist);
}

static void
test_end (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorConversation *conversation = binding->conversation;
  world_say (world, binding, "hello");
  world_answer (world, conversation, lin, "hello!");
  for (guint i = 0; i < 20; i++)
    g_assert_true (give (world, conversation, NULL));
  g_assert_cmpuint (conversation->assist->len, ==, 8);
  g_assert_true (
      parlor_service_set_state (conversation, PARLOR_CONVERSATION_ENDED, -1, world->now, NULL));
  g_assert_null (conversation->assist);
  g_assert_false (give (world, conversation, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
}

static void
test_judged (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  g_autofree char *long_title = g_strnfill (81, 'a'), *long_text = g_strnfill (1001, 'a');
  const char *const bad[][PARLOR_N_ASSIST_TEXTS] = {
      {"", "", "", "", ""},
      {"", "", "https://shop.example/", "", ""},
      {"a", "", "http://shop.example/", "", ""},
      {"a", "", "javascript:alert(1)", "", ""},
      {"a", "", "", "", "mat_of_nobody"},
      {long_title, "", "", "", ""},
      {"", long_text, "", "", ""},
      {"a\nb", "", "", "", ""},
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (parlor_service_assist (conversation, bad[i], 1, world->now, &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
    }
  g_assert_null (conversation->assist);
  g_assert_false (parlor_service_assist (conversation, card, 0, world->now, NULL));
}

static void
test_hook (void)
{
  static const ParlorHookOutcome none[] = {PARLOR_HOOK_FAILED, PARLOR_HOOK_BREAKER,
                                           PARLOR_HOOK_NONE};
  g_autoptr (World) world = world_new_with_hooks (HAS_ASSIST);
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_ASSIST), ==, 0);
  world_say (world, binding, "one");
  world_say (world, binding, "two"); /* the first question is moot */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_ASSIST), ==, 1);
  world_answer (world, binding->conversation, lin, "hello!");
  answer (world, PARLOR_HOOK_LATE); /* late is better than never */
  answer (world, PARLOR_HOOK_ANSWERED);
  g_assert_cmpuint (world_told (world, "assist lin"), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      world_say (world, binding, text);
      answer (world, none[i]);
      g_assert_cmpuint (world_told (world, "assist lin"), ==, 1);
      g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_HUMAN);
    }
  world_say (world, binding, "the last");
  parlor_service_set_state (binding->conversation, PARLOR_CONVERSATION_ENDED, -1, world->now, NULL);
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_ASSIST), ==, 0); /* not heard any more */
}

static void
test_bot (void)
{
  g_autoptr (World) world = world_new_with_hooks (HAS_ASSIST | 1u << PARLOR_HOOK_BOT);
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_ASSIST), ==, 0); /* no rep to be helped */
  g_assert_false (give (world, binding->conversation, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/assist/only-the-rep-who-answers-sees-it", test_secret);
  g_test_add_func ("/service/assist/it-ends-with-the-conversation", test_end);
  g_test_add_func ("/service/assist/a-card-is-judged", test_judged);
  g_test_add_func ("/service/assist/the-hook-may-fail-and-nothing-changes", test_hook);
  g_test_add_func ("/service/assist/not-while-a-bot-answers", test_bot);
  return g_test_run ();
}
