/* SPDX-License-Identifier: Apache-2.0 */
/* Customers: what is known of one, and what changes it. */
#include "http/live.h"
#include "http/problem.h"
#include "http/reps_call.h"

const char *
parlor_site_customer_of (ParlorSite *site, const char *brand, const char *visitor)
{
  const ParlorServiceSite *service = site->spec.service;
  ParlorServiceBrand *served = service ? parlor_service_brand (service->service, brand) : NULL;
  const ParlorCustomer *customer = served ? parlor_service_customer_of (served, visitor) : NULL;
  return customer ? customer->id : NULL;
}

static json_t *
customer_json (RepsCall *call, const ParlorCustomer *customer)
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
  g_auto (RepsCall) call = {0};
  ParlorCustomer *customer = reps_begin (site, request, reply, &call)
                                 ? reps_find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (customer && !reps_may_see_customer (&call, customer))
    reps_not_found (reply, "customer");
  else if (customer)
    parlor_http_reply_json (reply, 200, customer_json (&call, customer));
}

void
parlor_handle_customer_patch (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorCustomer *customer = reps_begin (site, request, reply, &call)
                                 ? reps_find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (!customer)
    return;
  const json_t *attrs = json_object_get (call.body, "attrs");
  char *attrs_text = json_is_object (attrs) ? json_dumps (attrs, JSON_COMPACT) : NULL;
  g_autofree char *tags = reps_joined (call.body, "tags");
  gboolean good = parlor_service_edit_customer (customer, reps_text (call.body, "display"),
                                                attrs_text, tags, reps_now (site), &error);
  free (attrs_text);
  const char *ref = reps_text (call.body, "customer_ref");
  if (good && ref)
    good = (customer = parlor_service_name_customer (customer, ref, reps_now (site), &error))
           != NULL;
  if (good)
    reps_answer_durably (&call, request, reply, 200, customer_json (&call, customer));
  else
    parlor_http_problem_from_error (reply, error);
}

static void
on_erased (gboolean durable, gpointer user_data)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (durable)
    reply.status = 204;
  else
    parlor_http_problem (&reply, 503, "unavailable", "The store is away. Ask again.");
  parlor_http_answer (user_data, &reply);
  parlor_http_reply_clear (&reply);
}

/* Answered when nothing of him is left on the disk. */
void
parlor_handle_customer_erase (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorCustomer *customer = reps_begin (site, request, reply, &call)
                                 ? reps_find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (customer)
    call.site->erase (customer, on_erased, parlor_http_defer (request), call.site->user_data);
}
