/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/events, /v1/webhooks, /v1/hooks: what another folder of this level does, behind base/api.h.
 */
#include "http/handlers.h"
#include "http/problem.h"
#include "http/routes.h"

#include <string.h>

static const struct
{
  const char *method, *path;
} subjects[PARLOR_N_HOOK_APIS] = {
    [PARLOR_API_EVENTS] = {"GET", "/v1/events"},
    [PARLOR_API_WEBHOOKS] = {"GET", "/v1/webhooks"},
    [PARLOR_API_WEBHOOK_CREATE] = {"POST", "/v1/webhooks"},
    [PARLOR_API_WEBHOOK_GET] = {"GET", "/v1/webhooks/{id}"},
    [PARLOR_API_WEBHOOK_CHANGE] = {"PATCH", "/v1/webhooks/{id}"},
    [PARLOR_API_WEBHOOK_REMOVE] = {"DELETE", "/v1/webhooks/{id}"},
    [PARLOR_API_WEBHOOK_ROTATE] = {"POST", "/v1/webhooks/{id}/secrets"},
    [PARLOR_API_WEBHOOK_ONE_SECRET] = {"DELETE", "/v1/webhooks/{id}/secrets"},
    [PARLOR_API_WEBHOOK_TEST] = {"POST", "/v1/webhooks/{id}/test"},
    [PARLOR_API_WEBHOOK_REPLAY] = {"POST", "/v1/webhooks/{id}/replay"},
    [PARLOR_API_DELIVERIES] = {"GET", "/v1/webhooks/{id}/deliveries"},
    [PARLOR_API_HOOKS] = {"GET", "/v1/hooks"},
    [PARLOR_API_HOOK_PUT] = {"PUT", "/v1/hooks/{name}"},
    [PARLOR_API_HOOK_REMOVE] = {"DELETE", "/v1/hooks/{name}"},
    [PARLOR_API_HOOK_TEST] = {"POST", "/v1/hooks/{name}/test"},
};

static guint
op_of (ParlorHttpRequest *request)
{
  const char *method = strcmp (request->method, "HEAD") ? request->method : "GET";
  for (guint op = 0; op < PARLOR_N_HOOK_APIS; op++)
    {
      if (!strcmp (subjects[op].method, method)
          && parlor_http_path_matches (subjects[op].path, request))
        return op;
    }
  return PARLOR_N_HOOK_APIS;
}

/* An answer that comes inside the call goes into the handler's reply, a later one into the pending
 * one. */
typedef struct
{
  ParlorHttpReply *reply;     /* while the handler runs */
  ParlorHttpPending *pending; /* afterwards */
  gboolean answered;
} Promise;

static void
fill (ParlorHttpReply *reply, guint status, json_t *json, const GError *error)
{
  if (error)
    parlor_http_problem_from_error (reply, error);
  else if (json)
    parlor_http_reply_json (reply, status, json);
  else
    reply->status = status;
}

static void
on_done (guint status, struct json_t *json, const GError *error, gpointer user_data)
{
  Promise *promise = user_data;
  promise->answered = TRUE;
  if (promise->reply)
    {
      fill (promise->reply, status, json, error);
      return;
    }
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  fill (&reply, status, json, error);
  parlor_http_answer (promise->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_free (promise);
}

static const char *
query (gpointer request, const char *name)
{
  return parlor_http_query (request, name);
}

void
parlor_handle_hooks (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  if (!site->spec.hooks || !parlor_site_principal (site, request, &who))
    {
      parlor_http_problem (reply, 503, "unavailable", "This server has no hooks.");
      return;
    }
  json_t *body = request->body_length ? parlor_http_json_body (request) : NULL;
  Promise *promise = g_new0 (Promise, 1);
  promise->reply = reply;
  ParlorApiCall call = {
      .who = &who,
      .op = op_of (request),
      .params = {request->params[0], request->params[1]},
      .body = body,
      .query = query,
      .request = request,
  };
  site->spec.hooks->call (site->spec.hooks, &call, on_done, promise);
  json_decref (body);
  if (promise->answered)
    {
      g_free (promise);
      return;
    }
  promise->reply = NULL;
  promise->pending = parlor_http_defer (request);
}
