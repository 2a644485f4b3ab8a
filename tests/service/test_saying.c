/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#define SCREEN (1u << PARLOR_HOOK_SCREEN)
#define MATERIAL (1u << PARLOR_HOOK_MATERIAL)

typedef struct
{
  GString *said; /* texts, and why not */
  guint gone;
  guint too_many;
} Told;

static void
on_said (const ParlorMessage *message, const GError *error, gpointer user_data)
{
  Told *told = user_data;
  if (message)
    g_string_append_printf (told->said, "%s;", *message->text ? message->text : message->kind);
  else
    g_string_append_printf (told->said, "no: %s;", error->message);
}

static void
on_gone (gpointer user_data)
{
  ((Told *)user_data)->gone++;
}

static gboolean
say (ParlorConversation *conversation, ParlorAuthor by, const char *id, const char *text,
     Told *told)
{
  ParlorSaySpec spec = {.conversation = conversation,
                        .by = by,
                        .rep = by == PARLOR_BY_REP ? conversation->binding->rep : NULL,
                        .client_id = id,
                        .text = text,
                        .stream_ms = -1};
  g_autoptr (GError) error = NULL;
  gboolean asked = parlor_service_say_asked (&spec, on_said, told, on_gone, &error);
  told->too_many += g_error_matches (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  return asked;
}

static gboolean
send_material (ParlorConversation *conversation, const char *id, const char *caption, Told *told)
{
  ParlorMaterialSpec material = {
      .title = "Care", .url = "https://shop.example/1.pdf", .withdrawn = -1};
  ParlorMoment then = {.wall_ms = 1};
  ParlorServiceBrand *brand = conversation->customer->brand;
  ParlorSaySpec spec = {
      .conversation = conversation,
      .by = PARLOR_BY_REP,
      .rep = conversation->binding->rep,
      .client_id = id,
      .kind = "material",
      .text = caption,
      .shown = parlor_service_put_material (brand, &material, then, NULL)->id,
      .stream_ms = -1,
  };
  return parlor_service_say_asked (&spec, on_said, told, on_gone, NULL);
}

static void
answer (World *world, ParlorHookKind hook, ParlorHookOutcome outcome, gboolean closed,
        const ParlorDatum *data, guint n)
{
  world_hook (
      world, hook,
      &(ParlorHookAnswer){.outcome = outcome, .fail_closed = closed, .data = data, .n_data = n});
}

static void
screened (World *world, gboolean allow, const char *reason)
{
  const ParlorDatum data[] = {PARLOR_DATUM_FLAG ("allow", allow),
                              PARLOR_DATUM_TEXT ("reason", reason)};
  answer (world, PARLOR_HOOK_SCREEN, PARLOR_HOOK_ANSWERED, FALSE, data, 2);
}

static void
assert_said (Told *told, const char *expected)
{
  g_assert_cmpstr (told->said->str, ==, expected);
  g_string_truncate (told->said, 0);
}

static void
test_screened (void)
{
  g_autoptr (World) world = world_new_with_hooks (SCREEN);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  gint64 seq = conversation->seq;
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "1", " is it real? ", &told));
  g_assert_cmpint (conversation->seq, ==, seq);
  g_assert_cmpint (conversation->waiting_since_ms, ==, 0);
  g_assert_false (world_knows (world, "is it real?"));
  screened (world, TRUE, NULL);
  assert_said (&told, "is it real?;");
  g_assert_cmpint (conversation->waiting_since_ms, >, 0);
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "2", "call 555", &told));
  screened (world, FALSE, "No numbers here.");
  assert_said (&told, "no: No numbers here.;");
  g_assert_true (say (conversation, PARLOR_BY_REP, "3", "worse", &told));
  screened (world, FALSE, NULL);
  assert_said (&told, "no: This is not to be said here.;");
  g_assert_false (world_knows (world, "call 555"));
  g_assert_false (world_knows (world, "worse"));
  g_assert_cmpint (conversation->seq, ==, seq + 1);
  g_assert_cmpuint (told.gone, ==, 3);
  g_string_free (told.said, TRUE);
}

/* Every way of not answering: the brand chose what that means. */
static void
test_unanswered (gconstpointer outcome)
{
  g_autoptr (World) world = world_new_with_hooks (SCREEN);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  for (guint closed = 0; closed < 2; closed++)
    {
      g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, closed ? "b" : "a", "hello", &told));
      answer (world, PARLOR_HOOK_SCREEN, GPOINTER_TO_INT (outcome), closed != 0, NULL, 0);
      if (GPOINTER_TO_INT (outcome) == PARLOR_HOOK_LATE) /* it was not the last word */
        answer (world, PARLOR_HOOK_SCREEN, PARLOR_HOOK_FAILED, closed != 0, NULL, 0);
    }
  assert_said (&told, "hello;no: This is not to be said here.;");
  g_string_free (told.said, TRUE);
}

/* What one person says keeps its order; the other's does not wait for it. */
static void
test_order (void)
{
  g_autoptr (World) world = world_new_with_hooks (SCREEN | MATERIAL);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  g_assert_true (send_material (conversation, "1", NULL, &told));
  g_assert_true (say (conversation, PARLOR_BY_REP, "2", "here it is", &told));
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "3", "thanks", &told));
  screened (world, TRUE, NULL);
  assert_said (&told, "");
  screened (world, TRUE, NULL);
  assert_said (&told, "thanks;");
  answer (world, PARLOR_HOOK_MATERIAL, PARLOR_HOOK_FAILED, FALSE, NULL, 0);
  assert_said (&told, "material;here it is;");
  /* A caption and its document: both are asked, in any order. */
  g_assert_true (send_material (conversation, "4", "look", &told));
  answer (world, PARLOR_HOOK_MATERIAL, PARLOR_HOOK_NONE, FALSE, NULL, 0);
  assert_said (&told, "");
  screened (world, FALSE, "Not this.");
  assert_said (&told, "no: Not this.;");
  g_string_free (told.said, TRUE);
}

/* Who is asked nothing waits all the same for what he said before. */
static void
test_order_of_the_unasked (void)
{
  g_autoptr (World) world = world_new_with_hooks (MATERIAL);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  g_assert_false (say (conversation, PARLOR_BY_REP, "0", "alone", &told));
  g_assert_true (send_material (conversation, "1", NULL, &told));
  g_assert_true (say (conversation, PARLOR_BY_REP, "2", "here it is", &told));
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "3", "hm", &told));
  answer (world, PARLOR_HOOK_MATERIAL, PARLOR_HOOK_NONE, FALSE, NULL, 0);
  assert_said (&told, "material;here it is;");
  g_string_free (told.said, TRUE);
}

/* A burst of one person's is neither a burst at the brand's system nor a line without end. */
static void
test_burst (void)
{
  g_autoptr (World) world = world_new_with_hooks (SCREEN | MATERIAL);
  g_autoptr (GString) expected = g_string_new (NULL);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  for (guint i = 0; i < 64; i++)
    {
      g_autofree char *text = g_strdup_printf ("n%u", i);
      g_string_append_printf (expected, "%s;", text);
      g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, text, text, &told));
    }
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_SCREEN), ==, 4);
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "over", "over", &told));
  g_assert_cmpuint (told.too_many, ==, 1);
  /* The other's words do not stand in that line, and wait in one of their own. */
  for (guint i = 0; i < 4; i++)
    g_assert_true (say (conversation, PARLOR_BY_REP, "0123" + i, "busy", &told));
  g_assert_true (send_material (conversation, "doc", "look", &told));
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_SCREEN), ==, 8);
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_MATERIAL), ==, 0);
  for (guint i = 0; i < 4; i++)
    screened (world, TRUE, NULL); /* the customer's first: the oldest questions */
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_SCREEN), ==, 8);
  assert_said (&told, "n0;n1;n2;n3;");
  g_string_erase (expected, 0, 12);
  for (guint i = 0; i < 4; i++)
    screened (world, TRUE, NULL); /* the rep's */
  assert_said (&told, "busy;busy;busy;busy;");
  answer (world, PARLOR_HOOK_MATERIAL, PARLOR_HOOK_NONE, FALSE, NULL, 0);
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "again", "again", &told));
  g_string_append (expected, "look;again;");
  while (world_asked (world, PARLOR_HOOK_SCREEN))
    {
      g_assert_cmpuint (world_asked (world, PARLOR_HOOK_SCREEN), <=, 5);
      screened (world, TRUE, NULL);
    }
  g_assert_cmpuint (told.gone, ==, 64 + 4 + 1 + 1);
  g_assert_cmpuint (told.said->len, ==, expected->len);
  g_assert_nonnull (strstr (told.said->str, "look;"));
  g_assert_true (g_str_has_suffix (told.said->str, "n62;n63;again;"));
  g_string_free (told.said, TRUE);
}

/* What he said before he was erased is not said after it, whatever is answered. */
static void
test_erased (void)
{
  g_autoptr (World) world = world_new_with_hooks (SCREEN);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  for (guint i = 0; i < 6; i++)
    g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "012345" + i, "my number", &told));
  g_assert_true (say (conversation, PARLOR_BY_REP, "6", "my number", &told));
  ParlorErased erased;
  parlor_service_erase (conversation->customer, &erased, world->now);
  parlor_erased_clear (&erased);
  for (guint i = 0; i < 5; i++)
    screened (world, TRUE, NULL);
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_SCREEN), ==, 0); /* nor about what waited */
  g_assert_cmpuint (told.gone, ==, 7);
  g_assert_null (strstr (told.said->str, "my number"));
  g_assert_false (world_knows (world, "my number"));
  g_string_free (told.said, TRUE);
}

static void
test_at_once (void)
{
  g_autoptr (World) world = world_new_with_hooks (SCREEN);
  Told told = {.said = g_string_new (NULL)};
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorConversation *conversation = binding->conversation;
  g_autofree char *long_text = g_strnfill (4001, 'x');
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "1", long_text, &told));
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "", "no id", &told));
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "1", NULL, &told));
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "2", "twice", &told));
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "2", "twice", &told));
  gint64 seq = conversation->seq;
  screened (world, TRUE, NULL);
  screened (world, TRUE, NULL);
  assert_said (&told, "twice;twice;");
  g_assert_cmpint (conversation->seq, ==, seq + 1);
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "2", "twice", &told));
  /* Ended meanwhile; and nothing is heard when the service goes. */
  g_assert_true (say (conversation, PARLOR_BY_CUSTOMER, "3", "late", &told));
  g_assert_true (parlor_service_unbind (binding, FALSE, world->now, NULL));
  screened (world, TRUE, NULL);
  assert_said (&told, "no: This person was removed. Tap to be given one again.;");
  g_assert_false (say (conversation, PARLOR_BY_CUSTOMER, "4", "later", &told));
  ParlorConversation *other = world_bind (world, "vis_b")->conversation;
  g_assert_true (say (other, PARLOR_BY_CUSTOMER, "5", "cut off", &told));
  world_restart (world);
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_SCREEN), ==, 0);
  g_assert_cmpuint (told.gone, ==, 4);
  assert_said (&told, "");
  g_string_free (told.said, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/saying/" name, func)
  ADD ("words-are-shown-after-the-brands-word", test_screened);
  ADD ("what-one-says-keeps-its-order", test_order);
  ADD ("also-what-is-not-asked-about", test_order_of_the_unasked);
  ADD ("what-is-wrong-is-told-at-once", test_at_once);
  ADD ("a-burst-is-asked-about-by-and-by", test_burst);
  ADD ("who-was-erased-says-nothing-more", test_erased);
#define ADD_OUTCOME(name, outcome)                                                                 \
  g_test_add_data_func ("/service/saying/no-answer-is-what-the-brand-chose/" name,                 \
                        GINT_TO_POINTER (outcome), test_unanswered)
  ADD_OUTCOME ("late", PARLOR_HOOK_LATE);
  ADD_OUTCOME ("failed", PARLOR_HOOK_FAILED);
  ADD_OUTCOME ("breaker", PARLOR_HOOK_BREAKER);
  return g_test_run ();
}
