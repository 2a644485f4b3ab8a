/* SPDX-License-Identifier: Apache-2.0 */
/* Alert rules of a brand: who is told when nobody is served. */
#include "http/problem.h"
#include "http/reps_call.h"

static json_t *
or_null (const char *text)
{
  return text ? json_string (text) : json_null ();
}

json_t *
parlor_alert_json (const ParlorAlert *alert)
{
  gboolean raised = alert->raised_ms != 0;
  return json_pack ("{s:s,s:s,s:s,s:o,s:o,s:o,s:i,s:b,s:o,s:I,s:o}", "id", alert->id, "name",
                    alert->name, "kind", parlor_alert_kind_name (alert->kind), "group",
                    or_null (alert->group ? alert->group->id : NULL), "room", or_null (alert->room),
                    "say", or_null (alert->say), "limit_s", (int)alert->limit_s, "on",
                    alert->active, "raised_at",
                    raised ? json_integer ((json_int_t)alert->raised_ms) : json_null (), "value_s",
                    (json_int_t)(raised ? alert->value_s : 0), "where",
                    or_null (raised && alert->worst ? alert->worst->name : NULL));
}

void
parlor_handle_alert_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->alerts->len; i++)
    json_array_append_new (list, parlor_alert_json (call.brand->alerts->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "alerts", list));
}

static const char *
filled (const json_t *body, const char *name)
{
  const char *text = reps_text (body, name);
  return text && *text ? text : NULL;
}

/* {id?, name, kind, group?, room?, say?, limit_s, on?}. */
void
parlor_handle_alert_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, &call))
    return;
  ParlorAlertSpec spec = {
      .id = reps_text (call.body, "id"),
      .name = reps_text (call.body, "name"),
      .kind = reps_text (call.body, "kind"),
      .group = filled (call.body, "group"),
      .room = filled (call.body, "room"),
      .say = filled (call.body, "say"),
      .limit_s = (guint)CLAMP (reps_number (call.body, "limit_s", 60), 0, G_MAXINT32),
      .active = !json_is_false (json_object_get (call.body, "on")),
  };
  if (spec.id && !parlor_service_alert (call.brand, spec.id))
    {
      reps_not_found (reply, "alert");
      return;
    }
  const ParlorAlert *alert = parlor_service_put_alert (call.brand, &spec, &error);
  if (alert)
    reps_answer_durably (&call, request, reply, 200, parlor_alert_json (alert));
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_alert_remove (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  if (parlor_service_remove_alert (call.brand, request->params[0], reps_now (site)))
    reply->status = 204;
  else
    reps_not_found (reply, "alert");
}
