/* SPDX-License-Identifier: Apache-2.0 */
/* Reps and groups of a brand, and who moves on to whom. The live side of it is the WebSocket. */
#include "http/problem.h"
#include "http/reps_call.h"

#include <string.h>

#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

/* Whether this rep is asked for: `text` in his name or ref, `group` among his. */
static gboolean
is_asked_for (const ParlorRep *rep, const char *text, const ParlorGroup *group)
{
  gboolean found = !group;
  for (guint i = 0; !found && i < rep->places->len; i++)
    found = ((const ParlorRepPlace *)rep->places->pdata[i])->group == group;
  if (!found || !text)
    return found;
  g_autofree char *name = g_utf8_casefold (rep->name, -1), *ref = g_utf8_casefold (rep->ref, -1);
  return strstr (name, text) || strstr (ref, text);
}

/* The place in the brand's list after the rep of this id; 0 = from the beginning. */
static guint
place_after (const ParlorServiceBrand *brand, const char *id)
{
  guint place = 0;
  for (guint i = 0; id && i < brand->reps->len && !place; i++)
    if (!strcmp (((const ParlorRep *)brand->reps->pdata[i])->id, id))
      place = i + 1;
  return place;
}

/* ?text&group&cursor&limit: without a limit all of them. */
void
parlor_handle_rep_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  const char *said = parlor_http_query (request, "text"),
             *id = parlor_http_query (request, "group"),
             *number = parlor_http_query (request, "limit");
  const ParlorGroup *group = id ? parlor_service_group (call.brand, id) : NULL;
  if (id && !group)
    {
      reps_not_found (reply, "group");
      return;
    }
  g_autofree char *text = said && *said ? g_utf8_casefold (said, -1) : NULL;
  guint64 limit = number ? g_ascii_strtoull (number, NULL, 10) : G_MAXUINT;
  const GPtrArray *reps = call.brand->reps;
  json_t *list = json_array ();
  const char *last = NULL;
  guint i = place_after (call.brand, parlor_http_query (request, "cursor"));
  for (; i < reps->len && json_array_size (list) < MAX (limit, 1); i++)
    if (is_asked_for (reps->pdata[i], text, group))
      {
        json_array_append_new (list, call.site->rep (reps->pdata[i]));
        last = ((const ParlorRep *)reps->pdata[i])->id;
      }
  parlor_http_reply_json (
      reply, 200, json_pack ("{s:o,s:s?}", "reps", list, "cursor", i < reps->len ? last : NULL));
}

static gboolean
check_card (RepsCall *call, ParlorRepSpec *spec, gint64 now_ms, ParlorHttpReply *reply)
{
  spec->card = reps_text (json_object_get (call->body, "card"), "jws");
  if (!spec->card)
    return TRUE;
  spec->verified_ms = now_ms;
  if (spec->ref
      && call->site->check_card (call->brand->id, spec->card, spec->ref, &spec->card_until_ms,
                                 call->site->user_data))
    return TRUE;
  parlor_http_problem (reply, 422, "unprocessable",
                       "The card is not signed by the brand's key for this rep, or has expired.");
  return FALSE;
}

/* {ref, card: {name, title, photo} or {…, jws}, groups, skills, capacity: {chat}}. */
void
parlor_handle_rep_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, &call))
    return;
  const json_t *card = json_object_get (call.body, "card");
  g_autofree char *groups = reps_joined (call.body, "groups"),
                  *skills = reps_joined (call.body, "skills");
  gint64 chats = reps_number (json_object_get (call.body, "capacity"), "chat", 0);
  ParlorRepSpec spec = {
      .ref = reps_text (call.body, "ref"),
      .name = reps_text (card, "name"),
      .title = reps_text (card, "title"),
      .photo = reps_text (card, "photo"),
      .user = reps_text (call.body, "user"),
      .groups = groups,
      .skills = skills,
      .max_chats = (guint)CLAMP (chats, 0, 1000),
  };
  if (!check_card (&call, &spec, reps_now (site).wall_ms, reply))
    return;
  ParlorRep *rep = parlor_service_put_rep (call.site->service, call.brand, &spec, reps_now (site),
                                           &error);
  if (!rep)
    {
      parlor_http_problem_from_error (reply, error);
      return;
    }
  if (!spec.card)
    call.site->sign_card (rep, call.site->user_data);
  reps_answer_durably (&call, request, reply, 200, call.site->rep (rep));
}

void
parlor_handle_rep_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorRep *rep = reps_begin (site, request, reply, &call)
                       ? reps_find_rep (&call, request->params[0], reply)
                       : NULL;
  if (rep)
    parlor_http_reply_json (reply, 200, call.site->rep (rep));
}

void
parlor_handle_group_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->groups->len; i++)
    json_array_append_new (list, call.site->group (call.brand->groups->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "groups", list));
}

void
parlor_handle_group_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, &call))
    return;
  g_autofree char *skills = reps_joined (call.body, "skills");
  const char *id = reps_text (call.body, "id");
  const ParlorGroup *old = id ? parlor_service_group (call.brand, id) : NULL;
  if (id && !old)
    {
      reps_not_found (reply, "group");
      return;
    }
  /* What is not said stays as it was. */
  gint64 offset = reps_number (call.body, "utc_offset_min", old ? old->utc_offset_min : 0),
         most = reps_number (call.body, "max_customers", old ? old->max_customers : 0);
  ParlorGroupSpec spec = {
      .id = id,
      .name = reps_text (call.body, "name"),
      .routing = reps_text (call.body, "routing"),
      .skills = skills,
      .hours = reps_text (call.body, "hours"),
      .overflow = reps_text (call.body, "overflow"),
      .welcome = reps_text (call.body, "welcome"),
      .utc_offset_min = (int)CLAMP (offset, -100000, 100000),
      .offer_timeout_s = (guint)CLAMP (reps_number (call.body, "offer_timeout_s", 0), 0, 100000),
      .max_customers = (guint)CLAMP (most, 0, 10000000),
  };
  ParlorGroup *group = parlor_service_put_group (call.site->service, call.brand, &spec, &error);
  if (!group)
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (&call, request, reply, 200, call.site->group (group));
}

void
parlor_handle_card_key (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorServiceSite *service = site->spec.service;
  ParlorServiceBrand *brand = service ? parlor_service_brand (service->service, request->params[0])
                                      : NULL;
  if (!brand)
    reps_not_found (reply, "brand");
  else
    parlor_http_reply_json (
        reply, 200, json_pack ("{s:o}", "key", service->card_key (brand->id, service->user_data)));
}

/* What anybody may know of a rep whose page he opens; `rep` is null when he has left. */
void
parlor_handle_rep_card (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorServiceSite *service = site->spec.service;
  const ParlorRep *rep = service
                             ? parlor_service_rep_anywhere (service->service, request->params[0])
                             : NULL;
  if (!rep)
    reps_not_found (reply, "adviser");
  else
    parlor_http_reply_json (reply, 200,
                            json_pack ("{s:s,s:o}", "brand", rep->brand->id, "rep",
                                       rep->departed ? json_null () : service->public_rep (rep)));
}

void
parlor_handle_rep_suspend (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorRep *rep = reps_begin (site, request, reply, &call)
                       ? reps_find_own_rep (&call, request->params[0], reply)
                       : NULL;
  if (!rep)
    return;
  parlor_service_rep_suspend (rep, json_is_true (json_object_get (call.body, "on")),
                              reps_now (site));
  reps_answer_durably (&call, request, reply, 200, call.site->rep (rep));
}

/* ---- moving on ------------------------------------------------------------------------------- */

static gboolean
read_to (RepsCall *call, ParlorTransferSpec *spec, ParlorHttpReply *reply)
{
  const char *to = reps_text (call->body, "to"), *group = reps_text (call->body, "group");
  if (to && !(spec->to = parlor_service_rep (call->brand, to))
      && !(spec->to_group = parlor_service_group (call->brand, to)))
    reps_not_found (reply, "rep or group");
  else if (group && !(spec->to_group = parlor_service_group (call->brand, group)))
    reps_not_found (reply, "group");
  else if ((spec->to && !reps_may_see_rep (call, spec->to))
           || (spec->to_group && !reps_may_see_group (call, spec->to_group)))
    reps_not_found (reply, "rep or group");
  else
    return TRUE;
  return FALSE;
}

static void
transfer (RepsCall *call, ParlorSite *site, const ParlorTransferSpec *spec,
          ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorJob *job = parlor_service_transfer (call->site->service, spec, reps_now (site), &error);
  if (!job)
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (call, request, reply, 202, json_pack ("{s:s}", "job", job->id));
}

/* Whoever leaves leaves all of his groups: a supervisor says so of those who are in his alone. */
static ParlorRep *
find_leaving (RepsCall *call, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorRep *rep = reps_find_own_rep (call, request->params[0], reply);
  if (!rep || reps_may_dismiss (call, rep))
    return rep;
  parlor_http_problem (reply, 403, "forbidden", "He is of groups that are not yours as well.");
  return NULL;
}

void
parlor_handle_rep_depart (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorTransferSpec spec = {.departure = TRUE};
  if (!reps_begin (site, request, reply, &call)
      || !(spec.from = find_leaving (&call, request, reply)) || !read_to (&call, &spec, reply))
    return;
  spec.notice = reps_text (call.body, "notice");
  /* A number of hours that is none must not mean "now": that cannot be undone. */
  gint64 unsaid = json_object_get (call.body, "defer_h") ? -1 : 0;
  spec.defer_ms = CLAMP (reps_number (call.body, "defer_h", unsaid), -1, 721) * HOUR_MS;
  transfer (&call, site, &spec, request, reply);
}

void
parlor_handle_rep_stay (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_auto (RepsCall) call = {0};
  ParlorRep *rep = reps_begin (site, request, reply, &call) ? find_leaving (&call, request, reply)
                                                            : NULL;
  if (!rep)
    return;
  if (!parlor_service_stay (rep, reps_now (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (&call, request, reply, 200, call.site->rep (rep));
}

/* The bindings that the body's customers have with the rep who gives them away. */
static GPtrArray *
bindings_of (RepsCall *call, const ParlorRep *from)
{
  GPtrArray *bindings = g_ptr_array_new ();
  const json_t *ids = json_object_get (call->body, "customers");
  for (gsize i = 0; i < json_array_size (ids); i++)
    {
      const char *id = json_string_value (json_array_get (ids, i));
      const ParlorCustomer *customer = parlor_service_customer (call->site->service,
                                                                call->brand->id, id);
      for (ParlorBinding *binding = customer ? customer->bindings : NULL; binding;
           binding = binding->next_of_customer)
        if (binding->rep == from && binding->state == PARLOR_BINDING_ACTIVE)
          g_ptr_array_add (bindings, binding);
    }
  return bindings;
}

void
parlor_handle_transfer (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorTransferSpec spec = {0};
  if (!reps_begin (site, request, reply, &call)
      || !(spec.from = reps_find_own_rep (&call, reps_text (call.body, "from"), reply))
      || !read_to (&call, &spec, reply))
    return;
  const json_t *customers = json_object_get (call.body, "customers");
  if (customers && !json_is_array (customers))
    {
      parlor_http_problem (reply, 400, "bad_request",
                           "customers is a list; without it all of them move.");
      return;
    }
  g_autoptr (GPtrArray) only = bindings_of (&call, spec.from);
  if (customers && !only->len)
    {
      parlor_http_problem (reply, 422, "unprocessable", "None of these customers is that rep's.");
      return;
    }
  spec.only = (ParlorBinding *const *)only->pdata;
  spec.n_only = only->len;
  spec.notice = reps_text (call.body, "notice");
  transfer (&call, site, &spec, request, reply);
}

void
parlor_handle_job (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  ParlorJob *job = parlor_service_job (call.site->service, call.brand->id, request->params[0]);
  if (job)
    parlor_http_reply_json (reply, 200, call.site->job (job));
  else
    reps_not_found (reply, "job");
}
