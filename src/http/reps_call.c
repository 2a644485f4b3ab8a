/* SPDX-License-Identifier: Apache-2.0 */
#include "http/reps_call.h"

#include "http/problem.h"

#include <string.h>

ParlorMoment
reps_now (ParlorSite *site)
{
  ParlorClock *clock = site->spec.clock;
  return (ParlorMoment){clock->now_us (clock), clock->wall_ms (clock)};
}

void
reps_call_clear (RepsCall *call)
{
  json_decref (call->body);
}

gboolean
reps_begin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply, RepsCall *call)
{
  call->site = site->spec.service;
  if (!call->site)
    {
      parlor_http_problem (reply, 503, "unavailable", "This server has no service of reps.");
      return FALSE;
    }
  parlor_site_principal (site, request, &call->who);
  call->brand = call->site->brand (call->who.brand, call->site->user_data);
  if (!call->brand)
    {
      parlor_http_problem (reply, 403, "forbidden", "You are of no brand here.");
      return FALSE;
    }
  if (request->body && !(call->body = parlor_http_json_body (request)))
    {
      parlor_http_problem (reply, 400, "bad_request", "The body must be a JSON object.");
      return FALSE;
    }
  return TRUE;
}

const char *
reps_text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

gint64
reps_number (const json_t *json, const char *name, gint64 otherwise)
{
  const json_t *value = json_object_get (json, name);
  return json_is_integer (value) ? (gint64)json_integer_value (value) : otherwise;
}

/* A list of texts with commas between them (transfer full); NULL where there is none. */
char *
reps_joined (const json_t *json, const char *name)
{
  const json_t *list = json_object_get (json, name);
  if (!json_is_array (list))
    return NULL;
  GString *out = g_string_new (NULL);
  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const char *item = json_string_value (json_array_get (list, i));
      if (item && !strchr (item, ','))
        g_string_append_printf (out, "%s%s", out->len ? "," : "", item);
    }
  return g_string_free (out, FALSE);
}

void
reps_not_found (ParlorHttpReply *reply, const char *what)
{
  g_autofree char *detail = g_strdup_printf ("There is no such %s.", what);
  parlor_http_problem (reply, 404, "not_found", detail);
}

/* ---- answers that wait for the disk ---------------------------------------------------------- */

typedef struct
{
  ParlorHttpPending *pending; /* NULL while the handler runs */
  ParlorHttpReply *reply;
  guint status;
  json_t *json;
  gboolean done;
} Promise;

static void
on_flushed (gboolean durable, gpointer user_data)
{
  Promise *promise = user_data;
  ParlorHttpReply own, *reply = promise->pending ? &own : promise->reply;
  if (promise->pending)
    parlor_http_reply_init (&own);
  if (durable)
    parlor_http_reply_json (reply, promise->status, promise->json);
  else
    {
      json_decref (promise->json);
      parlor_http_problem (reply, 503, "unavailable", "The store is away. Try again.");
    }
  promise->done = TRUE;
  if (!promise->pending)
    return;
  parlor_http_answer (promise->pending, &own);
  parlor_http_reply_clear (&own);
  g_free (promise);
}

/* Takes `json`. */
void
reps_answer_durably (RepsCall *call, ParlorHttpRequest *request, ParlorHttpReply *reply,
                     guint status, json_t *json)
{
  ParlorRecordSink *records = call->site->records;
  if (!records)
    {
      parlor_http_reply_json (reply, status, json);
      return;
    }
  Promise *promise = g_new0 (Promise, 1);
  *promise = (Promise){.reply = reply, .status = status, .json = json};
  records->flush (records, on_flushed, promise);
  if (promise->done)
    {
      g_free (promise);
      return;
    }
  promise->reply = NULL;
  promise->pending = parlor_http_defer (request);
}

void
reps_answer_later (const ParlorServiceSite *site, ParlorHttpPending *pending, guint status,
                   json_t *json)
{
  if (site->records)
    {
      Promise *promise = g_new0 (Promise, 1);
      *promise = (Promise){.pending = pending, .status = status, .json = json};
      site->records->flush (site->records, on_flushed, promise);
      return;
    }
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_reply_json (&reply, status, json);
  parlor_http_answer (pending, &reply);
  parlor_http_reply_clear (&reply);
}

ParlorRep *
reps_find_rep (RepsCall *call, const char *id, ParlorHttpReply *reply)
{
  ParlorRep *rep = parlor_service_rep (call->brand, id);
  if (!rep)
    reps_not_found (reply, "rep");
  return rep;
}

/* ---- a supervisor's reach -------------------------------------------------------------------- */

/* Whole brands are an owner's, an admin's, and their machines'. */
gboolean
reps_manages (const RepsCall *call)
{
  return call->who.caller == PARLOR_CALLER_KEY
         || parlor_principal_is_any (&call->who, PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN);
}

gboolean
reps_may_see_group (const RepsCall *call, const ParlorGroup *group)
{
  return parlor_service_oversees (group, &call->who);
}

gboolean
reps_may_see_rep (const RepsCall *call, const ParlorRep *rep)
{
  gboolean seen = reps_manages (call);
  for (guint i = 0; !seen && i < rep->places->len; i++)
    seen = reps_may_see_group (call, ((const ParlorRepPlace *)rep->places->pdata[i])->group);
  return seen;
}

gboolean
reps_may_dismiss (const RepsCall *call, const ParlorRep *rep)
{
  gboolean may = reps_manages (call) || rep->places->len;
  for (guint i = 0; may && !reps_manages (call) && i < rep->places->len; i++)
    may = reps_may_see_group (call, ((const ParlorRepPlace *)rep->places->pdata[i])->group);
  return may;
}

gboolean
reps_may_see_customer (const RepsCall *call, const ParlorCustomer *customer)
{
  gboolean seen = reps_manages (call);
  for (const ParlorBinding *binding = customer->bindings; !seen && binding;
       binding = binding->next_of_customer)
    seen = reps_may_see_group (call, binding->group);
  return seen;
}

/* A rep whom this supervisor may move about; of others he does not hear. */
ParlorRep *
reps_find_own_rep (RepsCall *call, const char *id, ParlorHttpReply *reply)
{
  ParlorRep *rep = parlor_service_rep (call->brand, id);
  if (rep && reps_may_see_rep (call, rep))
    return rep;
  reps_not_found (reply, "rep");
  return NULL;
}

ParlorCustomer *
reps_find_customer (RepsCall *call, const char *id, ParlorHttpReply *reply)
{
  ParlorCustomer *customer = parlor_service_customer (call->site->service, call->brand->id, id);
  if (!customer)
    reps_not_found (reply, "customer");
  return customer;
}
