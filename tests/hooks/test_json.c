/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/json.h"

#include <string.h>

static char *
text_of (const ParlorDatum *data, guint n, gboolean content)
{
  json_t *object = json_object ();
  parlor_data_to_json (data, n, content, object);
  char *dumped = json_dumps (object, JSON_COMPACT);
  char *text = g_strdup (dumped);
  free (dumped);
  json_decref (object);
  return text;
}

static void
data_become_json (void)
{
  const char *const two[] = {"a", "b", NULL};
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("rep", "rep_1"),     PARLOR_DATUM_TEXT ("group", NULL),
      PARLOR_DATUM_INT ("touch.n", 3),        PARLOR_DATUM_FLAG ("touch.new", TRUE),
      PARLOR_DATUM_TEXTS ("list", two),       PARLOR_DATUM_JSON ("attrs", "{\"vip\":1}"),
      PARLOR_DATUM_JSON ("bad", "{\"vip\":"), PARLOR_DATUM_CONTENT ("text", "hello"),
      PARLOR_DATUM_TEXT ("latin", "caf\xe9"),
  };
  g_autofree char *plain = text_of (data, G_N_ELEMENTS (data), FALSE);
  g_autofree char *content = text_of (data, G_N_ELEMENTS (data), TRUE);
  g_assert_cmpstr (plain, ==,
                   "{\"rep\":\"rep_1\",\"group\":null,\"touch\":{\"n\":3,\"new\":true},\"list\":"
                   "[\"a\",\"b\"],\"attrs\":{\"vip\":1},\"bad\":null,\"latin\":null}");
  g_assert_cmpstr (content, ==, "{\"text\":\"hello\"}");
}

static ParlorHookReply *
judge (ParlorHookKind hook, const char *text)
{
  const char *why = NULL;
  ParlorHookReply *reply = parlor_hook_reply_new (hook, text, strlen (text), &why);
  g_assert_true ((reply == NULL) == (why != NULL));
  return reply;
}

static void
good_answers_are_read (void)
{
  g_autoptr (ParlorHookReply) route = judge (
      PARLOR_HOOK_ROUTE, "{\"reps\":[\"rep_a\",\"rep_b\"],\"note\":\"a\\nb\",\"ttl_s\":60,"
                         "\"group\":null,\"more\":{\"x\":[1]}}");
  g_assert_cmpuint (route->n_data, ==, 3);
  const ParlorDatum *reps = parlor_datum_find (route->data, route->n_data, "reps",
                                               PARLOR_DATUM_IS_TEXTS);
  g_assert_cmpstr (reps->texts[1], ==, "rep_b");
  g_assert_null (reps->texts[2]);
  g_assert_cmpint (parlor_datum_int (route->data, route->n_data, "ttl_s", 0), ==, 60);
  g_autoptr (ParlorHookReply) who = judge (
      PARLOR_HOOK_IDENTIFY, "{\"customer_ref\":\"c-1\",\"attrs\":{\"tier\":\"gold\"}}");
  g_assert_cmpstr (parlor_datum_find (who->data, who->n_data, "attrs", PARLOR_DATUM_IS_JSON)->text,
                   ==, "{\"tier\":\"gold\"}");
  g_autoptr (ParlorHookReply) no = judge (PARLOR_HOOK_BIND, "{\"allow\":false}");
  g_assert_false (parlor_datum_flag (no->data, no->n_data, "allow", TRUE));
  g_autoptr (ParlorHookReply) empty = judge (PARLOR_HOOK_ROUTE, "{}");
  g_assert_cmpuint (empty->n_data, ==, 0);
}

static void
bad_answers_are_none (void)
{
  static const struct
  {
    ParlorHookKind hook;
    const char *text;
  } bad[] = {
      {PARLOR_HOOK_ROUTE, ""},
      {PARLOR_HOOK_ROUTE, "null"},
      {PARLOR_HOOK_ROUTE, "[]"},
      {PARLOR_HOOK_ROUTE, "<html>"},
      {PARLOR_HOOK_ROUTE, "{\"reps\":\"rep_a\"}"},
      {PARLOR_HOOK_ROUTE, "{\"reps\":[1]}"},
      {PARLOR_HOOK_ROUTE, "{\"reps\":[\"\"]}"},
      {PARLOR_HOOK_ROUTE, "{\"reps\":[\" rep_a\"]}"},
      {PARLOR_HOOK_ROUTE, "{\"reps\":[\"a\\u0007\"]}"},
      {PARLOR_HOOK_ROUTE, "{\"ttl_s\":-1}"},
      {PARLOR_HOOK_ROUTE, "{\"ttl_s\":86401}"},
      {PARLOR_HOOK_ROUTE, "{\"ttl_s\":1.5}"},
      {PARLOR_HOOK_ROUTE, "{\"note\":\"a\",\"note\":\"b\"}"},
      {PARLOR_HOOK_ROUTE, "{\"x\":[[[[[[[[[]]]]]]]]]}"},
      {PARLOR_HOOK_ROUTE, "{\"note\":\"\\u202e\"}"},
      {PARLOR_HOOK_ROUTE, "{\"note\":\"\\u0000\"}"},
      {PARLOR_HOOK_IDENTIFY, "{}"},
      {PARLOR_HOOK_IDENTIFY, "{\"customer_ref\":\"c\",\"attrs\":[]}"},
      {PARLOR_HOOK_BIND, "{\"allow\":\"yes\"}"},
      {PARLOR_HOOK_BIND, "{\"allow\":1}"},
      {PARLOR_HOOK_CALL, "{\"allow\":true,\"max_s\":0}"},
      {PARLOR_HOOK_BOT, "{}"},
      {PARLOR_HOOK_PRODUCT, "{\"url\":\"javascript:alert(1)\"}"},
      {PARLOR_HOOK_PRODUCT, "{\"url\":\"http://shop.example/\"}"},
      {PARLOR_HOOK_PRODUCT, "{\"url\":\"https://a@b.example/\"}"},
      {PARLOR_HOOK_PRODUCT, "{\"image\":\"https:\"}"},
      {PARLOR_HOOK_MATERIAL, "{\"withdrawn\":\"no\"}"},
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (ParlorHookReply) reply = judge (bad[i].hook, bad[i].text);
      if (reply)
        g_error ("%s was taken for %s", bad[i].text, parlor_hook_info (bad[i].hook)->name);
    }
}

static void
long_answers_are_none (void)
{
  g_autofree char *long_text = g_strnfill (501, 'x');
  g_autofree char *note = g_strdup_printf ("{\"note\":\"%s\"}", long_text);
  g_assert_null (judge (PARLOR_HOOK_ROUTE, note));
  g_autofree char *huge = g_strnfill (PARLOR_HOOK_REPLY_MAX + 1, ' ');
  g_assert_null (judge (PARLOR_HOOK_ROUTE, huge));
  GString *many = g_string_new ("{\"reps\":[\"r\"");
  for (guint i = 0; i < 20; i++)
    g_string_append (many, ",\"r\"");
  g_string_append (many, "]}");
  g_assert_null (judge (PARLOR_HOOK_ROUTE, many->str));
  g_string_free (many, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/json/data-become-json", data_become_json);
  g_test_add_func ("/hooks/json/good-answers-are-read", good_answers_are_read);
  g_test_add_func ("/hooks/json/bad-answers-are-none", bad_answers_are_none);
  g_test_add_func ("/hooks/json/long-answers-are-none", long_answers_are_none);
  return g_test_run ();
}
