/* SPDX-License-Identifier: Apache-2.0 */
/* Service reps for a brand's own systems and its consoles: who is there, who has whom, what is
 * said, who moves on. The live side of it is the WebSocket. */
#include "http/handlers.h"
#include "http/problem.h"
#include "http/service.h"
#include "service/rows.h"

#include <string.h>

#define LIST_MAX 200
#define TIMELINE_MAX 500

static ParlorMoment
now_of (ParlorSite *site)
{
  ParlorClock *clock = site->spec.clock;
  return (ParlorMoment){clock->now_us (clock), clock->wall_ms (clock)};
}

/* What every handler stands on; FALSE: the reply is filled. */
typedef struct
{
  ParlorPrincipal who;
  const ParlorServiceSite *site;
  ParlorServiceBrand *brand;
  json_t *body; /* owned; NULL = none was sent */
} Call;

static void
call_clear (Call *call)
{
  json_decref (call->body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static gboolean
begin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply, Call *call)
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

static const char *
text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

static gint64
number (const json_t *json, const char *name, gint64 otherwise)
{
  const json_t *value = json_object_get (json, name);
  return json_is_integer (value) ? (gint64)json_integer_value (value) : otherwise;
}

/* A list of texts with commas between them (transfer full); NULL where there is none. */
static char *
joined (const json_t *json, const char *name)
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

static void
not_found (ParlorHttpReply *reply, const char *what)
{
  g_autofree char *detail = g_strdup_printf ("There is no such %s.", what);
  parlor_http_problem (reply, 404, "not_found", detail);
}

/* ---- answers that wait for the disk ------------------------------------------------------------
 */

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
static void
answer_durably (Call *call, ParlorHttpRequest *request, ParlorHttpReply *reply, guint status,
                json_t *json)
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

/* ---- reps and groups ----------------------------------------------------------------------------
 */

void
parlor_handle_rep_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  if (!begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->reps->len; i++)
    json_array_append_new (list, call.site->rep (call.brand->reps->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "reps", list));
}

static gboolean
check_card (Call *call, ParlorRepSpec *spec, gint64 now_ms, ParlorHttpReply *reply)
{
  spec->card = text (json_object_get (call->body, "card"), "jws");
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
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  if (!begin (site, request, reply, &call))
    return;
  const json_t *card = json_object_get (call.body, "card");
  g_autofree char *groups = joined (call.body, "groups"), *skills = joined (call.body, "skills");
  gint64 chats = number (json_object_get (call.body, "capacity"), "chat", 0);
  ParlorRepSpec spec = {
      .ref = text (call.body, "ref"),
      .name = text (card, "name"),
      .title = text (card, "title"),
      .photo = text (card, "photo"),
      .user = text (call.body, "user"),
      .groups = groups,
      .skills = skills,
      .max_chats = (guint)CLAMP (chats, 0, 1000),
  };
  if (!check_card (&call, &spec, now_of (site).wall_ms, reply))
    return;
  ParlorRep *rep = parlor_service_put_rep (call.site->service, call.brand, &spec, now_of (site),
                                           &error);
  if (!rep)
    {
      parlor_http_problem_from_error (reply, error);
      return;
    }
  if (!spec.card)
    call.site->sign_card (rep, call.site->user_data);
  answer_durably (&call, request, reply, 200, call.site->rep (rep));
}

static ParlorRep *
find_rep (Call *call, const char *id, ParlorHttpReply *reply)
{
  ParlorRep *rep = parlor_service_rep (call->brand, id);
  if (!rep)
    not_found (reply, "rep");
  return rep;
}

void
parlor_handle_rep_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  ParlorRep *rep = begin (site, request, reply, &call) ? find_rep (&call, request->params[0], reply)
                                                       : NULL;
  if (rep)
    parlor_http_reply_json (reply, 200, call.site->rep (rep));
}

void
parlor_handle_group_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  if (!begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->groups->len; i++)
    json_array_append_new (list, call.site->group (call.brand->groups->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "groups", list));
}

void
parlor_handle_group_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  if (!begin (site, request, reply, &call))
    return;
  g_autofree char *skills = joined (call.body, "skills");
  ParlorGroupSpec spec = {
      .id = text (call.body, "id"),
      .name = text (call.body, "name"),
      .routing = text (call.body, "routing"),
      .skills = skills,
      .hours = text (call.body, "hours"),
      .overflow = text (call.body, "overflow"),
      .welcome = text (call.body, "welcome"),
      .utc_offset_min = (int)CLAMP (number (call.body, "utc_offset_min", 0), -100000, 100000),
      .offer_timeout_s = (guint)CLAMP (number (call.body, "offer_timeout_s", 0), 0, 100000),
      .max_customers = (guint)CLAMP (number (call.body, "max_customers", 0), 0, 10000000),
  };
  if (spec.id && !parlor_service_group (call.brand, spec.id))
    {
      not_found (reply, "group");
      return;
    }
  ParlorGroup *group = parlor_service_put_group (call.site->service, call.brand, &spec, &error);
  if (!group)
    parlor_http_problem_from_error (reply, error);
  else
    answer_durably (&call, request, reply, 200, call.site->group (group));
}

void
parlor_handle_card_key (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorServiceSite *service = site->spec.service;
  ParlorServiceBrand *brand = service ? parlor_service_brand (service->service, request->params[0])
                                      : NULL;
  if (!brand)
    not_found (reply, "brand");
  else
    parlor_http_reply_json (
        reply, 200, json_pack ("{s:o}", "key", service->card_key (brand->id, service->user_data)));
}

/* ---- a supervisor's reach ---------------------------------------------------------------------
 */

/* Whole brands are an owner's, an admin's, and their machines'. */
static gboolean
manages (const Call *call)
{
  return call->who.caller == PARLOR_CALLER_KEY
         || parlor_principal_is_any (&call->who, PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN);
}

/* A supervisor's groups are those of the rep that he is himself. */
static gboolean
may_see_group (const Call *call, const ParlorGroup *group)
{
  if (manages (call))
    return TRUE;
  const ParlorRep *self = parlor_service_rep_of_user (call->brand, call->who.subject);
  for (guint i = 0; self && i < self->places->len; i++)
    if (((const ParlorRepPlace *)self->places->pdata[i])->group == group)
      return TRUE;
  return FALSE;
}

static gboolean
may_see_rep (const Call *call, const ParlorRep *rep)
{
  gboolean seen = manages (call);
  for (guint i = 0; !seen && i < rep->places->len; i++)
    seen = may_see_group (call, ((const ParlorRepPlace *)rep->places->pdata[i])->group);
  return seen;
}

static gboolean
may_see_customer (const Call *call, const ParlorCustomer *customer)
{
  gboolean seen = manages (call);
  for (const ParlorBinding *binding = customer->bindings; !seen && binding;
       binding = binding->next_of_customer)
    seen = may_see_group (call, binding->group);
  return seen;
}

/* A rep whom this supervisor may move about; of others he does not hear. */
static ParlorRep *
find_own_rep (Call *call, const char *id, ParlorHttpReply *reply)
{
  ParlorRep *rep = parlor_service_rep (call->brand, id);
  if (rep && may_see_rep (call, rep))
    return rep;
  not_found (reply, "rep");
  return NULL;
}

void
parlor_handle_rep_suspend (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  ParlorRep *rep = begin (site, request, reply, &call)
                       ? find_own_rep (&call, request->params[0], reply)
                       : NULL;
  if (!rep)
    return;
  parlor_service_rep_suspend (rep, json_is_true (json_object_get (call.body, "on")), now_of (site));
  answer_durably (&call, request, reply, 200, call.site->rep (rep));
}

/* ---- moving on ------------------------------------------------------------------------------- */

static gboolean
read_to (Call *call, ParlorTransferSpec *spec, ParlorHttpReply *reply)
{
  const char *to = text (call->body, "to"), *group = text (call->body, "group");
  if (to && !(spec->to = parlor_service_rep (call->brand, to))
      && !(spec->to_group = parlor_service_group (call->brand, to)))
    not_found (reply, "rep or group");
  else if (group && !(spec->to_group = parlor_service_group (call->brand, group)))
    not_found (reply, "group");
  else
    return TRUE;
  return FALSE;
}

static void
transfer (Call *call, ParlorSite *site, const ParlorTransferSpec *spec, ParlorHttpRequest *request,
          ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorJob *job = parlor_service_transfer (call->site->service, spec, now_of (site), &error);
  if (!job)
    parlor_http_problem_from_error (reply, error);
  else
    answer_durably (call, request, reply, 202, json_pack ("{s:s}", "job", job->id));
}

void
parlor_handle_rep_depart (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  ParlorTransferSpec spec = {.departure = TRUE};
  if (!begin (site, request, reply, &call)
      || !(spec.from = find_rep (&call, request->params[0], reply))
      || !read_to (&call, &spec, reply))
    return;
  spec.notice = text (call.body, "notice");
  transfer (&call, site, &spec, request, reply);
}

/* The bindings that the body's customers have with the rep who gives them away. */
static GPtrArray *
bindings_of (Call *call, const ParlorRep *from)
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
  g_auto (Call) call = {0};
  ParlorTransferSpec spec = {0};
  if (!begin (site, request, reply, &call)
      || !(spec.from = find_own_rep (&call, text (call.body, "from"), reply))
      || !read_to (&call, &spec, reply))
    return;
  if ((spec.to && !may_see_rep (&call, spec.to))
      || (spec.to_group && !may_see_group (&call, spec.to_group)))
    {
      not_found (reply, "rep or group");
      return;
    }
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
  spec.notice = text (call.body, "notice");
  transfer (&call, site, &spec, request, reply);
}

void
parlor_handle_job (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  if (!begin (site, request, reply, &call))
    return;
  ParlorJob *job = parlor_service_job (call.site->service, call.brand->id, request->params[0]);
  if (job)
    parlor_http_reply_json (reply, 200, call.site->job (job));
  else
    not_found (reply, "job");
}

/* ---- customers ------------------------------------------------------------------------------- */

static ParlorCustomer *
find_customer (Call *call, const char *id, ParlorHttpReply *reply)
{
  ParlorCustomer *customer = parlor_service_customer (call->site->service, call->brand->id, id);
  if (!customer)
    not_found (reply, "customer");
  return customer;
}

static json_t *
customer_json (Call *call, const ParlorCustomer *customer)
{
  json_t *json = call->site->customer (customer), *bindings = json_array ();
  for (const ParlorBinding *binding = customer->bindings; binding;
       binding = binding->next_of_customer)
    json_array_append_new (bindings, call->site->binding (binding));
  json_object_set_new (json, "bindings", bindings);
  return json;
}

void
parlor_handle_customer_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  ParlorCustomer *customer = begin (site, request, reply, &call)
                                 ? find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (customer && !may_see_customer (&call, customer))
    not_found (reply, "customer");
  else if (customer)
    parlor_http_reply_json (reply, 200, customer_json (&call, customer));
}

void
parlor_handle_customer_patch (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorCustomer *customer = begin (site, request, reply, &call)
                                 ? find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (!customer)
    return;
  const json_t *attrs = json_object_get (call.body, "attrs");
  char *attrs_text = json_is_object (attrs) ? json_dumps (attrs, JSON_COMPACT) : NULL;
  g_autofree char *tags = joined (call.body, "tags");
  gboolean good = parlor_service_edit_customer (customer, text (call.body, "display"), attrs_text,
                                                tags, now_of (site), &error);
  free (attrs_text);
  if (good)
    answer_durably (&call, request, reply, 200, customer_json (&call, customer));
  else
    parlor_http_problem_from_error (reply, error);
}

/* ---- conversations --------------------------------------------------------------------------- */

static json_t *
row_json (const ParlorMessageRow *row)
{
  json_t *data = row->data ? json_loads (row->data, JSON_DECODE_ANY, NULL) : NULL;
  return json_pack ("{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:I,s:o}", "id", row->id, "conversation",
                    row->conversation, "seq", (json_int_t)row->seq, "by",
                    row->by_kind ? row->by_kind : "", "author", row->author ? row->author : "",
                    "name", row->name ? row->name : "", "kind", row->kind ? row->kind : "", "text",
                    row->text ? row->text : "", "at", (json_int_t)row->at_ms, "data",
                    data ? data : json_null ());
}

typedef struct
{
  ParlorHttpPending *pending;
} Asked;

static void
on_messages (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Asked *asked = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (error)
    parlor_http_problem (&reply, 503, "unavailable", "The store is away. Try again.");
  else
    {
      json_t *list = json_array ();
      for (guint i = 0; i < n; i++)
        json_array_append_new (list, row_json (rows[i]));
      parlor_http_reply_json (&reply, 200, json_pack ("{s:o}", "messages", list));
    }
  parlor_http_answer (asked->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_free (asked);
}

static void
answer_messages (Call *call, ParlorHttpRequest *request, ParlorHttpReply *reply,
                 const char *conversation)
{
  const char *after = parlor_http_query (request, "after");
  ParlorFindTerm terms[] = {
      {.field = "conversation", .op = PARLOR_FIND_EQUAL, .text = conversation},
      {.field = "seq",
       .op = PARLOR_FIND_GREATER,
       .number = after ? g_ascii_strtoll (after, NULL, 10) : 0},
  };
  ParlorFind find = {.kind = &parlor_message_kind,
                     .terms = terms,
                     .n_terms = G_N_ELEMENTS (terms),
                     .order_by = "seq",
                     .limit = TIMELINE_MAX};
  if (!call->site->records)
    {
      parlor_http_problem (reply, 503, "unavailable", "There is no store.");
      return;
    }
  Asked *asked = g_new0 (Asked, 1);
  asked->pending = parlor_http_defer (request);
  call->site->records->find (call->site->records, &find, on_messages, asked);
}

/* The conversation of the path's first part as this caller may touch it. */
static ParlorConversation *
find_conversation (Call *call, ParlorSite *site, ParlorHttpRequest *request,
                   ParlorServiceRight right, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *reason = parlor_http_query (request, "reason");
  ParlorConversation *conversation = parlor_service_conversation (
      call->site->service, call->brand->id, request->params[0]);
  if (!conversation)
    not_found (reply, "conversation");
  else if (!parlor_service_may (conversation, &call->who, right,
                                reason ? reason : text (call->body, "reason"), now_of (site),
                                &error))
    parlor_http_problem_from_error (reply, error);
  else
    return conversation;
  return NULL;
}

void
parlor_handle_conversation_get (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  ParlorConversation *conversation = begin (site, request, reply, &call) ? find_conversation (
                                         &call, site, request, PARLOR_MAY_READ, reply)
                                                                         : NULL;
  if (conversation)
    parlor_http_reply_json (reply, 200, call.site->conversation (conversation));
}

void
parlor_handle_conversation_messages (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  ParlorConversation *conversation = begin (site, request, reply, &call) ? find_conversation (
                                         &call, site, request, PARLOR_MAY_READ, reply)
                                                                         : NULL;
  if (conversation)
    answer_messages (&call, request, reply, conversation->id);
}

/* The timeline of a customer is his newest conversation's messages; each conversation has its own
 * address. */
void
parlor_handle_customer_timeline (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorCustomer *customer = begin (site, request, reply, &call)
                                 ? find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (!customer)
    return;
  ParlorConversation *conversation = customer->bindings ? customer->bindings->conversation : NULL;
  if (!conversation)
    parlor_http_reply_json (reply, 200, json_pack ("{s:[]}", "messages"));
  else if (!parlor_service_may (conversation, &call.who, PARLOR_MAY_READ,
                                parlor_http_query (request, "reason"), now_of (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    answer_messages (&call, request, reply, conversation->id);
}

/* A brand's workbench writes in a rep's name; who is himself a rep, in his own. */
static const ParlorRep *
writer_of (Call *call, const ParlorConversation *conversation)
{
  const char *named = text (call->body, "rep");
  const ParlorRep *self = parlor_service_rep (call->brand, call->who.rep);
  if (call->who.caller == PARLOR_CALLER_KEY)
    return named ? parlor_service_rep (call->brand, named) : conversation->assignee;
  return self ? self : parlor_service_rep_of_user (call->brand, call->who.subject);
}

void
parlor_handle_conversation_say (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin (site, request, reply, &call) ? find_conversation (
                                         &call, site, request, PARLOR_MAY_WRITE, reply)
                                                                         : NULL;
  if (!conversation)
    return;
  const json_t *data = json_object_get (call.body, "data");
  char *data_text = json_is_object (data) ? json_dumps (data, JSON_COMPACT) : NULL;
  ParlorSaySpec spec = {
      .conversation = conversation,
      .by = PARLOR_BY_REP,
      .rep = writer_of (&call, conversation),
      .client_id = text (call.body, "client_id"),
      .kind = text (call.body, "kind"),
      .text = text (call.body, "text"),
      .data = data_text,
      .stream_ms = -1,
  };
  if (!spec.rep || spec.rep->departed)
    parlor_http_problem (reply, 422, "unprocessable", "Name a rep of this brand who is there.");
  else
    {
      const ParlorMessage *message = parlor_service_say (call.site->service, &spec, now_of (site),
                                                         &error);
      if (message)
        answer_durably (&call, request, reply, 201, call.site->message (message));
      else
        parlor_http_problem_from_error (reply, error);
    }
  free (data_text);
}

void
parlor_handle_conversation_state (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin (site, request, reply, &call) ? find_conversation (
                                         &call, site, request, PARLOR_MAY_MOVE, reply)
                                                                         : NULL;
  if (!conversation)
    return;
  const char *expect = text (call.body, "expect");
  int to = parlor_state_parse (PARLOR_MACHINE_CONVERSATION, text (call.body, "to"));
  int expected = parlor_state_parse (PARLOR_MACHINE_CONVERSATION, expect);
  if (to < 0 || (expect && expected < 0))
    parlor_http_problem (reply, 400, "bad_request", "to and expect are states of a conversation.");
  else if (!parlor_service_set_state (conversation, (ParlorConversationState)to, expected,
                                      now_of (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    answer_durably (&call, request, reply, 200, call.site->conversation (conversation));
}

void
parlor_handle_conversation_assign (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin (site, request, reply, &call) ? find_conversation (
                                         &call, site, request, PARLOR_MAY_MOVE, reply)
                                                                         : NULL;
  ParlorRep *rep = conversation ? find_rep (&call, text (call.body, "rep"), reply) : NULL;
  if (!rep)
    return;
  if (!parlor_service_assign (conversation, rep, now_of (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    answer_durably (&call, request, reply, 200, call.site->conversation (conversation));
}

/* ---- calls ----------------------------------------------------------------------------------- */

void
parlor_handle_conversation_call (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin (site, request, reply, &call) ? find_conversation (
                                         &call, site, request, PARLOR_MAY_WRITE, reply)
                                                                         : NULL;
  if (!conversation)
    return;
  if (!parlor_service_may_call (conversation, now_of (site), &error))
    {
      parlor_http_problem_from_error (reply, error);
      return;
    }
  gboolean video = !g_strcmp0 (text (call.body, "media"), "video");
  g_autofree char *room = call.site->make_room (call.brand->id, call.site->user_data);
  if (!room)
    {
      parlor_http_problem (reply, 503, "unavailable", "No room can be made now.");
      return;
    }
  ParlorCall *made = parlor_service_call (conversation, TRUE, video, room, now_of (site), &error);
  if (made)
    answer_durably (&call, request, reply, 201, call.site->call (made));
  else
    parlor_http_problem_from_error (reply, error);
}

/* {rep}: he takes the call over, or comes in as the expert to whom it is handed. */
void
parlor_handle_call_participant (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  g_autoptr (GError) error = NULL;
  if (!begin (site, request, reply, &call))
    return;
  ParlorCall *found = parlor_service_find_call (call.site->service, call.brand->id,
                                                request->params[0]);
  if (!found)
    {
      not_found (reply, "call");
      return;
    }
  ParlorRep *rep = find_rep (&call, text (call.body, "rep"), reply);
  if (!rep)
    return;
  if (!parlor_service_may (found->conversation, &call.who, PARLOR_MAY_MOVE, NULL, now_of (site),
                           &error)
      || !parlor_service_call_take (found, rep, now_of (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    answer_durably (&call, request, reply, 200, call.site->call (found));
}

/* ---- the board ------------------------------------------------------------------------------- */

static json_t *
waiting (Call *call, const ParlorGroup *group, gint64 now_ms)
{
  json_t *list = json_array ();
  for (const GList *l = group->queue.head; l && json_array_size (list) < LIST_MAX; l = l->next)
    {
      const ParlorConversation *conversation = l->data;
      const ParlorRep *own = conversation->binding->rep;
      json_array_append_new (
          list,
          json_pack ("{s:s,s:s,s:I,s:o,s:o,s:b}", "conversation", conversation->id, "customer",
                     conversation->customer->id, "waiting_ms",
                     (json_int_t)(now_ms - conversation->waiting_since_ms), "rep",
                     own ? json_string (own->id) : json_null (), "display",
                     conversation->customer->display ? json_string (conversation->customer->display)
                                                     : json_null (),
                     "offered", conversation->offer != NULL));
    }
  return list;
}

void
parlor_handle_board (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (Call) call = {0};
  if (!begin (site, request, reply, &call))
    return;
  json_t *groups = json_array (), *reps = json_array ();
  for (guint i = 0; i < call.brand->groups->len; i++)
    {
      const ParlorGroup *group = call.brand->groups->pdata[i];
      if (!may_see_group (&call, group))
        continue;
      json_t *json = call.site->group (group);
      json_object_set_new (json, "waiting", waiting (&call, group, now_of (site).wall_ms));
      json_array_append_new (groups, json);
    }
  for (guint i = 0; i < call.brand->reps->len && json_array_size (reps) < 1000; i++)
    {
      const ParlorRep *rep = call.brand->reps->pdata[i];
      if (rep->departed || !may_see_rep (&call, rep))
        continue;
      json_t *json = call.site->rep (rep);
      json_object_set_new (json, "in_call", json_boolean (rep->call != NULL));
      json_array_append_new (reps, json);
    }
  const ParlorServiceStats *stats = parlor_service_stats (call.site->service);
  parlor_http_reply_json (
      reply, 200,
      json_pack ("{s:I,s:o,s:o,s:{s:I,s:I,s:I,s:I}}", "at", (json_int_t)now_of (site).wall_ms,
                 "groups", groups, "reps", reps, "counts", "taps", (json_int_t)stats->taps, "bound",
                 (json_int_t)stats->bound, "messages", (json_int_t)stats->messages, "calls",
                 (json_int_t)stats->calls));
}
