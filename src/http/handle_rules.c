/* SPDX-License-Identifier: Apache-2.0 */
/* Keyword rules of a brand. */
#include "http/problem.h"
#include "http/reps_call.h"

static json_t *
rule_json (const ParlorRule *rule)
{
  json_t *words = json_array (), *on = json_array ();
  for (char **word = rule->words; *word; word++)
    json_array_append_new (words, json_string (*word));
  if (rule->chat)
    json_array_append_new (on, json_string ("chat"));
  if (rule->comments)
    json_array_append_new (on, json_string ("comments"));
  return json_pack ("{s:s,s:s,s:s,s:o,s:o}", "id", rule->id, "name", rule->name, "act",
                    rule->block ? "block" : "warn", "on", on, "words", words);
}

void
parlor_handle_rule_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->rules->len; i++)
    json_array_append_new (list, rule_json (call.brand->rules->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "rules", list));
}

/* Borrowed texts of a list in an array that ends with NULL (transfer container). */
static const char **
texts_of (const json_t *list)
{
  GPtrArray *texts = g_ptr_array_new ();
  for (gsize i = 0; i < json_array_size (list); i++)
    if (json_is_string (json_array_get (list, i)))
      g_ptr_array_add (texts, (char *)json_string_value (json_array_get (list, i)));
  g_ptr_array_add (texts, NULL);
  return (const char **)g_ptr_array_free (texts, FALSE);
}

/* {id?, name, words: […], act: warn | block, on: [chat, comments]}. */
void
parlor_handle_rule_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, &call))
    return;
  const json_t *on = json_object_get (call.body, "on");
  const char *act = reps_text (call.body, "act");
  g_autofree const char **words = texts_of (json_object_get (call.body, "words"));
  g_autofree const char **places = texts_of (on);
  ParlorRuleSpec spec = {
      .id = reps_text (call.body, "id"),
      .name = reps_text (call.body, "name"),
      .words = words,
      .block = !g_strcmp0 (act, "block"),
      .chat = !on || g_strv_contains (places, "chat"),
      .comments = !on || g_strv_contains (places, "comments"),
  };
  if (spec.id && !parlor_service_rule (call.brand, spec.id))
    {
      reps_not_found (reply, "rule");
      return;
    }
  if (act && !spec.block && g_strcmp0 (act, "warn"))
    {
      parlor_http_problem (reply, 400, "bad_request", "act is warn or block.");
      return;
    }
  const ParlorRule *rule = parlor_service_put_rule (call.brand, &spec, &error);
  if (rule)
    reps_answer_durably (&call, request, reply, 200, rule_json (rule));
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_rule_remove (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  if (parlor_service_remove_rule (call.brand, request->params[0]))
    reply->status = 204;
  else
    reps_not_found (reply, "rule");
}
