/* SPDX-License-Identifier: Apache-2.0 */
/* Customers move on to another rep: by a supervisor's transfer, or because somebody leaves. */
#include "service/private.h"

#define UNDO_MS (24 * 3600 * G_GINT64_CONSTANT (1000))
#define NOTICE_MAX 500

void
job_free (gpointer data)
{
  ParlorJob *job = data;
  g_free (job->notice);
  g_array_unref (job->items);
  g_free (job);
}

static ParlorJobItem *
item_of (ParlorJob *job, const ParlorBinding *binding)
{
  for (guint i = 0; i < job->items->len; i++)
    {
      ParlorJobItem *item = &g_array_index (job->items, ParlorJobItem, i);
      if (item->binding == binding)
        return item;
    }
  return NULL;
}

/* What was waited for came. */
void
job_settle (ParlorBinding *binding, ParlorOutcome outcome, ParlorMoment now)
{
  ParlorJob *job = g_steal_pointer (&binding->job);
  ParlorJobItem *item = job ? item_of (job, binding) : NULL;
  if (!item || !parlor_state_may (PARLOR_MACHINE_OUTCOME, item->outcome, outcome))
    return;
  item->outcome = outcome;
  put_job_item (job, item);
}

static void
tell (ParlorBinding *binding, const char *type, ParlorMoment now)
{
  ParlorServiceBrand *brand = binding->customer->brand;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("binding", binding->id),
      PARLOR_DATUM_TEXT ("customer", binding->customer->id),
      PARLOR_DATUM_TEXT ("from", binding->undo_rep ? binding->undo_rep->id : NULL),
      PARLOR_DATUM_TEXT ("rep", binding->rep ? binding->rep->id : NULL),
      PARLOR_DATUM_TEXT ("state", parlor_state_name (PARLOR_MACHINE_BINDING, binding->state)),
  };
  service_event (brand->service, brand, type, binding->id, binding->customer, NULL, now.wall_ms, -1,
                 data, G_N_ELEMENTS (data));
  put_binding (binding);
  binding_notice (binding);
}

/* ---- one customer ---------------------------------------------------------------------------- */

static gboolean
has_room_for (const ParlorGroup *group, const ParlorRep *rep)
{
  return !group->max_customers || rep->bindings.length < group->max_customers;
}

/* What he was talking about goes on with the new one: in the queue again where an answer is due. */
void
move_conversation (ParlorConversation *conversation, ParlorRep *from, ParlorRep *to,
                   ParlorMoment now)
{
  if (!conversation || (conversation->assignee && conversation->assignee != from))
    return;
  if (conversation->offer)
    offer_over (conversation->offer, PARLOR_OFFER_RESCINDED, now);
  conversation_occupy (conversation, FALSE, now);
  conversation_assign (conversation, to);
  if (conversation->state == PARLOR_CONVERSATION_HUMAN && conversation->waiting_since_ms)
    {
      conversation_set_state (conversation, PARLOR_CONVERSATION_QUEUED, now);
      queue_join (conversation, now);
    }
  else if (conversation->queued)
    queue_pump (conversation->asked_of, now);
  put_conversation (conversation);
  conversation_notice (conversation);
}

static ParlorRep *
receiver_of (const ParlorTransferSpec *spec, const ParlorBinding *binding)
{
  if (spec->to)
    return spec->to;
  g_autoptr (GPtrArray) without = g_ptr_array_new ();
  g_ptr_array_add (without, spec->from);
  RouteQuestion question = {.group = spec->to_group ? spec->to_group : binding->group,
                            .customer = binding->customer,
                            .without = without};
  return route_next (&question);
}

static ParlorOutcome
move_one (ParlorJob *job, const ParlorTransferSpec *spec, ParlorBinding *binding, ParlorMoment now)
{
  ParlorRep *from = binding->rep, *to = receiver_of (spec, binding);
  ParlorGroup *group = spec->to_group ? spec->to_group : binding->group;
  ParlorOutcome outcome = PARLOR_OUTCOME_DONE;
  binding->state = PARLOR_BINDING_TRANSFERRING;
  binding->undo_rep = from;
  binding->undo_until_ms = now.wall_ms + UNDO_MS;
  binding_unlink (binding);
  if (to && customer_blocks (binding->customer, to))
    {
      binding->state = PARLOR_BINDING_REFUSED;
      outcome = PARLOR_OUTCOME_REFUSED;
    }
  else if (to && !has_room_for (group, to))
    {
      binding->state = PARLOR_BINDING_LIMIT;
      outcome = PARLOR_OUTCOME_LIMIT;
    }
  else
    {
      binding->group = group;
      binding_give (binding, to);
      if (to)
        binding->state = PARLOR_BINDING_ACTIVE;
      else
        outcome = PARLOR_OUTCOME_WAITING;
      binding->job = to ? NULL : job;
    }
  move_conversation (binding->conversation, from, binding->linked ? to : NULL, now);
  if (binding->conversation)
    say_system (binding->conversation, "system", spec->notice, "{\"what\":\"transferred\"}", now);
  tell (binding, "binding.transferred", now);
  return outcome;
}

/* ---- the job --------------------------------------------------------------------------------- */

static ParlorJob *
job_new (ParlorService *service, const ParlorTransferSpec *spec, gint64 now_ms)
{
  ParlorJob *job = g_new0 (ParlorJob, 1);
  parlor_id_make ("job", &service->spec.random, job->id);
  job->brand = spec->from->brand;
  job->kind = spec->departure ? "departure" : "transfer";
  job->from = spec->from;
  job->to = spec->to;
  job->to_group = spec->to_group;
  job->notice = g_strdup (spec->notice);
  job->created_ms = now_ms;
  job->items = g_array_new (FALSE, FALSE, sizeof (ParlorJobItem));
  g_hash_table_insert (service->jobs, job->id, job);
  return job;
}

static void
collect (ParlorJob *job, const ParlorTransferSpec *spec)
{
  ParlorJobItem item = {.outcome = PARLOR_OUTCOME_TODO};
  for (guint i = 0; i < spec->n_only; i++)
    {
      item.binding = spec->only[i];
      if (item.binding->rep == spec->from && item.binding->state == PARLOR_BINDING_ACTIVE
          && !item_of (job, item.binding))
        g_array_append_val (job->items, item);
    }
  for (GList *l = spec->n_only ? NULL : spec->from->bindings.head; l; l = l->next)
    {
      item.binding = l->data;
      if (item.binding->state == PARLOR_BINDING_ACTIVE)
        g_array_append_val (job->items, item);
    }
}

static gboolean
check_transfer (const ParlorTransferSpec *spec, GError **error)
{
  if (spec->from->departed)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
  if (spec->to && (spec->to->departed || spec->to == spec->from))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Customers cannot go to that rep.");
  if (spec->notice && g_utf8_strlen (spec->notice, -1) > NOTICE_MAX)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "notice has at most 500 characters.");
  return TRUE;
}

/* He is nobody's candidate any more before the first customer looks for another. */
static void
leave (ParlorRep *rep, ParlorMoment now)
{
  ParlorService *service = rep->brand->service;
  rep->departed = TRUE;
  service_arm (service, TIMER_STALE, &rep->stale_timer, NEVER_US);
  service_arm (service, TIMER_WRAP, &rep->wrap_timer, NEVER_US);
  put_rep (rep);
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("rep", rep->id)};
  service_event (service, rep->brand, "rep.departed", rep->id, NULL, NULL, now.wall_ms, -1, data,
                 G_N_ELEMENTS (data));
  offers_of_rep_gone (rep, now);
  rep_settle (rep, now);
}

static void
release_stray (ParlorRep *rep, ParlorMoment now)
{
  for (GList *l = rep->conversations.head, *next; l; l = next)
    {
      ParlorConversation *conversation = l->data;
      next = l->next;
      move_conversation (conversation, rep,
                         conversation->binding ? conversation->binding->rep : NULL, now);
    }
}

ParlorJob *
parlor_service_transfer (ParlorService *service, const ParlorTransferSpec *spec, ParlorMoment now,
                         GError **error)
{
  if (!check_transfer (spec, error))
    return NULL;
  ParlorJob *job = job_new (service, spec, now.wall_ms);
  service_begin (service);
  collect (job, spec);
  if (spec->departure)
    leave (spec->from, now);
  put_job (job);
  for (guint i = 0; i < job->items->len; i++)
    {
      ParlorJobItem *item = &g_array_index (job->items, ParlorJobItem, i);
      item->outcome = move_one (job, spec, item->binding, now);
      put_job_item (job, item);
    }
  if (spec->departure)
    {
      spec->from->n_sockets = 0;
      release_stray (spec->from, now);
      calls_of_rep_gone (spec->from, now);
    }
  job->finished_ms = now.wall_ms;
  put_job (job);
  service_end (service);
  return job;
}

/* ---- the customer's word --------------------------------------------------------------------- */

static void
mark_undone (ParlorBinding *binding)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, binding->customer->brand->service->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorJobItem *item = item_of (value, binding);
      if (!item || item->outcome != PARLOR_OUTCOME_DONE)
        continue;
      item->outcome = PARLOR_OUTCOME_UNDONE;
      put_job_item (value, item);
    }
}

gboolean
parlor_service_undo (ParlorBinding *binding, ParlorMoment now, GError **error)
{
  ParlorService *service = binding->customer->brand->service;
  ParlorRep *old = binding->undo_rep, *from = binding->rep;
  if (!old || now.wall_ms > binding->undo_until_ms)
    return service_refuse (error, PARLOR_ERROR_GONE, "There is nothing to take back any more.");
  if (old->departed)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
  if (!parlor_state_check (PARLOR_MACHINE_BINDING, binding->state, PARLOR_BINDING_TRANSFERRING,
                           error))
    return FALSE;
  service_begin (service);
  binding->undo_rep = NULL;
  binding_give (binding, old);
  binding->state = PARLOR_BINDING_ACTIVE;
  move_conversation (binding->conversation, from, old, now);
  mark_undone (binding);
  tell (binding, "binding.transferred", now);
  service_end (service);
  return TRUE;
}

gboolean
parlor_service_answer_transfer (ParlorBinding *binding, gboolean yes, ParlorMoment now,
                                GError **error)
{
  ParlorService *service = binding->customer->brand->service;
  if (!binding->undo_rep)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Nothing is asked.");
  if (yes)
    {
      binding->undo_rep = NULL;
      put_binding (binding);
      return TRUE;
    }
  if (!parlor_state_check (PARLOR_MACHINE_BINDING, binding->state, PARLOR_BINDING_TRANSFERRING,
                           error))
    return FALSE;
  service_begin (service);
  mark_undone (binding);
  binding_unlink (binding);
  binding->state = PARLOR_BINDING_REFUSED;
  if (binding->conversation
      && parlor_state_may (PARLOR_MACHINE_CONVERSATION, binding->conversation->state,
                           PARLOR_CONVERSATION_ENDED))
    conversation_set_state (binding->conversation, PARLOR_CONVERSATION_ENDED, now);
  tell (binding, "binding.refused", now);
  service_end (service);
  return TRUE;
}
