/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's board: who waits, who is here. */
#include "http/problem.h"
#include "http/reps_call.h"

static json_t *
waiting (RepsCall *call, const ParlorGroup *group, gint64 now_ms)
{
  json_t *list = json_array ();
  for (const GList *l = group->queue.head; l && json_array_size (list) < REPS_LIST_MAX; l = l->next)
    {
      const ParlorConversation *conversation = l->data;
      const ParlorRep *own = conversation->binding->rep;
      json_array_append_new (
          list,
          json_pack ("{s:s,s:s,s:I,s:o,s:o,s:b}", "conversation", conversation->id, "customer",
                     conversation->customer->id, "waiting_ms",
                     (json_int_t)MAX (now_ms - conversation->waiting_since_ms, 0), "rep",
                     own ? json_string (own->id) : json_null (), "display",
                     conversation->customer->display ? json_string (conversation->customer->display)
                                                     : json_null (),
                     "offered", conversation->offer != NULL));
    }
  return list;
}

/* Comments are everybody's to hear of; conversations those of whose group it is. */
static gboolean
may_see_hit (const RepsCall *call, const ParlorKeywordHit *hit)
{
  ParlorConversation *conversation = parlor_service_conversation (call->site->service,
                                                                  call->brand->id, hit->place);
  return g_str_has_prefix (hit->place, "rm_") || reps_manages (call)
         || (conversation && conversation->binding
             && reps_may_see_group (call, conversation->binding->group));
}

/* The newest first. */
static json_t *
hits_json (RepsCall *call)
{
  json_t *list = json_array ();
  for (guint i = call->brand->hits->len; i > 0; i--)
    {
      const ParlorKeywordHit *hit = call->brand->hits->pdata[i - 1];
      if (may_see_hit (call, hit))
        json_array_append_new (
            list, json_pack ("{s:s,s:s,s:s,s:s,s:s,s:I}", "rule", hit->rule, "word", hit->word,
                             "place", hit->place, "by", hit->by ? hit->by : "", "act",
                             hit->blocked ? "block" : "warn", "at", (json_int_t)hit->at_ms));
    }
  return list;
}

/* Those that are raised, of groups that he sees. */
static json_t *
alerts_json (RepsCall *call)
{
  json_t *list = json_array ();
  for (guint i = 0; i < call->brand->alerts->len; i++)
    {
      const ParlorAlert *alert = call->brand->alerts->pdata[i];
      if (alert->raised_ms && (!alert->worst || reps_may_see_group (call, alert->worst)))
        json_array_append_new (list, parlor_alert_json (alert));
    }
  return list;
}

void
parlor_handle_board (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  json_t *groups = json_array (), *reps = json_array ();
  for (guint i = 0; i < call.brand->groups->len; i++)
    {
      const ParlorGroup *group = call.brand->groups->pdata[i];
      if (!reps_may_see_group (&call, group))
        continue;
      json_t *json = call.site->group (group);
      json_object_set_new (json, "waiting", waiting (&call, group, reps_now (site).wall_ms));
      json_array_append_new (groups, json);
    }
  for (guint i = 0; i < call.brand->reps->len && json_array_size (reps) < 1000; i++)
    {
      const ParlorRep *rep = call.brand->reps->pdata[i];
      if (rep->departed || !reps_may_see_rep (&call, rep))
        continue;
      json_t *json = call.site->rep (rep);
      json_object_set_new (json, "in_call", json_boolean (rep->call != NULL));
      json_object_set_new (json, "may_depart", json_boolean (reps_may_dismiss (&call, rep)));
      json_array_append_new (reps, json);
    }
  json_t *hits = hits_json (&call);
  const ParlorServiceStats *stats = &call.brand->stats;
  gint64 p50_ms, p90_ms;
  parlor_service_first_reply (call.brand, &p50_ms, &p90_ms);
  parlor_http_reply_json (
      reply, 200,
      json_pack ("{s:o,s:{s:I,s:I},s:I,s:o,s:o,s:o,s:{s:I,s:I,s:I,s:I}}", "alerts",
                 alerts_json (&call), "first_reply", "p50_ms", (json_int_t)p50_ms, "p90_ms",
                 (json_int_t)p90_ms, "at", (json_int_t)reps_now (site).wall_ms, "groups", groups,
                 "reps", reps, "hits", hits, "counts", "taps", (json_int_t)stats->taps, "bound",
                 (json_int_t)stats->bound, "messages", (json_int_t)stats->messages, "calls",
                 (json_int_t)stats->calls));
}
