/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/hooks: where a brand's decisions are asked. */
#include "hooks/api_private.h"

#include "hooks/sign.h"

#include <string.h>

static json_t *
hook_to_json (Api *api, const char *brand, ParlorHookKind kind)
{
  const ParlorHookInfo *info = parlor_hook_info (kind);
  const ParlorHookRow *row = parlor_decider_find (api->spec.decider, brand, info->name);
  json_t *json = json_pack ("{s:s,s:i,s:i,s:b,s:b}", "hook", info->name, "budget_ms",
                            (int)info->budget_ms, "heard_ms", (int)info->heard_ms, "may_close",
                            info->may_close, "breaker_open",
                            parlor_decider_is_open (api->spec.decider, brand, info->name));
  json_object_set_new (json, "url", row ? json_string (row->url) : json_null ());
  if (row)
    {
      json_object_set_new (json, "fail_closed", json_boolean (row->fail_closed));
      json_object_set_new (json, "signed_answers", json_boolean (row->signed_answers));
      json_object_set_new (json, "changed_at", json_integer (row->changed_ms));
    }
  return json;
}

void
parlor_api_hooks (Reply *reply, const ParlorApiCall *call)
{
  json_t *list = json_array ();
  for (guint i = 0; i < PARLOR_N_HOOKS; i++)
    json_array_append_new (list, hook_to_json (reply->api, call->who->brand, (ParlorHookKind)i));
  reply_send (reply, 200, json_pack ("{s:o}", "hooks", list));
}

/* FALSE: refused, the reply is gone. */
static gboolean
find_kind (Reply *reply, const ParlorApiCall *call, ParlorHookKind *kind)
{
  if (parlor_hook_from_name (call->params[0], kind))
    return TRUE;
  reply_refuse (reply, PARLOR_ERROR_NOT_FOUND, "There is no hook of that name.");
  return FALSE;
}

static gboolean
take_flag (const json_t *body, const char *name, gboolean *flag)
{
  const json_t *json = json_object_get (body, name);
  if (!json)
    return TRUE;
  *flag = json_is_true (json);
  return json_is_boolean (json);
}

/* NULL = good; else what is wrong with it. */
static const char *
take_setting (const json_t *body, const ParlorHookInfo *info, ParlorHookRow *row, gboolean *rotate)
{
  if (!take_flag (body, "fail_closed", &row->fail_closed)
      || !take_flag (body, "signed_answers", &row->signed_answers)
      || !take_flag (body, "rotate_secret", rotate))
    return "fail_closed, signed_answers, rotate_secret: true or false";
  return row->fail_closed && !info->may_close ? "fail_closed: this hook cannot" : NULL;
}

/* The new secret, borrowed from the row; NULL = the old ones stay. */
static const char *
make_secret (Api *api, ParlorHookRow *row, gboolean rotate, char **fresh)
{
  if (row->secrets && !rotate)
    return NULL;
  *fresh = parlor_secret_new (&api->spec.random);
  /* The one before stays good until the next rotation. */
  g_autofree char *before = row->secrets ? g_strndup (row->secrets, strcspn (row->secrets, " "))
                                         : NULL;
  g_free (row->secrets);
  row->secrets = before ? g_strconcat (*fresh, " ", before, NULL) : g_strdup (*fresh);
  return *fresh;
}

void
parlor_api_hook_put (Reply *reply, const ParlorApiCall *call)
{
  Api *api = reply->api;
  ParlorHookKind kind;
  g_autoptr (GError) error = NULL;
  g_autofree char *fresh = NULL;
  gboolean rotate = FALSE;
  if (!find_kind (reply, call, &kind))
    return;
  const ParlorHookInfo *info = parlor_hook_info (kind);
  const ParlorHookRow *old = parlor_decider_find (api->spec.decider, call->who->brand, info->name);
  ParlorHookRow row = {0};
  if (old)
    parlor_record_copy (&parlor_hook_kind, &row, old);
  else
    row = (ParlorHookRow){.brand = g_strdup (call->who->brand), .hook = g_strdup (info->name)};
  const json_t *url = json_object_get (call->body, "url");
  const char *why = take_setting (call->body, info, &row, &rotate);
  if (!call->body)
    why = "The body must be a JSON object.";
  else if (!why && (url || !old) && !take_url (api, url, &row.url, &error))
    why = error->message;
  if (why)
    reply_refuse (reply, PARLOR_ERROR_BAD_REQUEST, why);
  else
    {
      const char *secret = make_secret (api, &row, rotate, &fresh);
      row.changed_ms = api->spec.clock->wall_ms (api->spec.clock);
      parlor_decider_put (api->spec.decider, &row);
      json_t *json = hook_to_json (api, call->who->brand, kind);
      if (secret)
        json_object_set_new (json, "secret", json_string (secret));
      reply_when_durable (reply, 200, json);
    }
  parlor_record_clear (&parlor_hook_kind, &row);
}

void
parlor_api_hook_remove (Reply *reply, const ParlorApiCall *call)
{
  ParlorHookKind kind;
  if (!find_kind (reply, call, &kind))
    return;
  parlor_decider_remove (reply->api->spec.decider, call->who->brand, call->params[0]);
  reply_when_durable (reply, 204, NULL);
}

/* ---- try it --------------------------------------------------------------------------------- */

static json_t *
answer_to_json (const ParlorHookAnswer *answer)
{
  json_t *data = json_object ();
  parlor_data_to_json (answer->data, answer->n_data, FALSE, data);
  return json_pack ("{s:s,s:b,s:b,s:i,s:o}", "outcome", parlor_hook_outcome_name (answer->outcome),
                    "late", answer->late, "fail_closed", answer->fail_closed, "elapsed_ms",
                    (int)answer->elapsed_ms, "answer", data);
}

/* The budget's word is enough: whoever tries it does not wait 30 s for a bot. */
static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  Reply *reply = user_data;
  if (!reply->left)
    {
      reply->left = 1;
      reply->done (200, answer_to_json (answer), NULL, reply->user_data);
    }
  if (answer->final)
    reply_free (reply);
}

void
parlor_api_hook_test (Reply *reply, const ParlorApiCall *call)
{
  ParlorHookKind kind;
  if (!find_kind (reply, call, &kind))
    return;
  ParlorHooks *hooks = parlor_decider_hooks (reply->api->spec.decider);
  static const char *const candidates[] = {"rep_example_a", "rep_example_b", NULL};
  const ParlorDatum data[] = {
      PARLOR_DATUM_FLAG ("test", TRUE),
      PARLOR_DATUM_TEXT ("customer", "cus_example"),
      PARLOR_DATUM_TEXT ("visitor", "vis_example"),
      PARLOR_DATUM_TEXT ("conversation", "cnv_example"),
      PARLOR_DATUM_TEXT ("rep", "rep_example_a"),
      PARLOR_DATUM_TEXTS ("candidates", candidates),
      PARLOR_DATUM_TEXT ("sku", "example"),
      PARLOR_DATUM_TEXT ("material", "mat_example"),
      PARLOR_DATUM_TEXT ("media", "audio"),
      PARLOR_DATUM_TEXT ("text", "Hello?"),
  };
  ParlorHookQuestion question = {
      .hook = kind, .brand = call->who->brand, .data = data, .n_data = G_N_ELEMENTS (data)};
  hooks->ask (hooks, &question, on_answer, reply);
}
