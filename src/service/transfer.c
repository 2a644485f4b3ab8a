/* SPDX-License-Identifier: Apache-2.0 */
/* Customers move on to another rep: by a supervisor's transfer, or because somebody leaves. */
#include "service/private.h"

#define UNDO_MS (24 * 3600 * G_GINT64_CONSTANT (1000))
#define NOTICE_MAX 500
#define DEFER_MS_MAX (720 * 3600 * G_GINT64_CONSTANT (1000))
/* Customers of one turn, about 5 ms with all that is stored and told of each: what else the thread
 * does waits no longer (docs/decisions/0107). */
#define STEP 50

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
receiver_of (const ParlorJob *job, const ParlorBinding *binding)
{
  if (job->to && !job->to->departed)
    return job->to;
  g_autoptr (GPtrArray) without = g_ptr_array_new ();
  g_ptr_array_add (without, job->from);
  RouteQuestion question = {.group = job->to_group ? job->to_group : binding->group,
                            .customer = binding->customer,
                            .without = without};
  return route_next (&question);
}

static ParlorOutcome
move_one (ParlorJob *job, ParlorBinding *binding, ParlorMoment now)
{
  ParlorRep *from = binding->rep, *to = receiver_of (job, binding);
  ParlorGroup *group = job->to_group ? job->to_group : binding->group;
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
    say_system (binding->conversation, "system", job->notice, "{\"what\":\"transferred\"}", now);
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
  job->due_ms = spec->defer_ms ? now_ms + spec->defer_ms : 0;
  job->items = g_array_new (FALSE, FALSE, sizeof (ParlorJobItem));
  g_hash_table_insert (service->jobs, job->id, job);
  return job;
}

/* Who talks, who waits for an answer and who looks on moves before who is away. */
static guint
haste_of (const ParlorBinding *binding)
{
  const ParlorConversation *conversation = binding->conversation;
  if (conversation && conversation->call)
    return 0;
  if (conversation && conversation->waiting_since_ms)
    return 1;
  return parlor_customer_is_here (binding->customer) ? 2 : 3;
}

static void
add_item (ParlorJob *job, ParlorBinding *binding, guint haste)
{
  ParlorJobItem item = {binding, PARLOR_OUTCOME_TODO};
  if (binding->rep != job->from || binding->state != PARLOR_BINDING_ACTIVE || binding->job
      || haste_of (binding) != haste)
    return; /* with a job: another one moves him already */
  binding->job = job;
  g_array_append_val (job->items, item);
}

static void
collect (ParlorJob *job, ParlorBinding *const *only, guint n_only)
{
  for (guint haste = 0; haste <= 3; haste++)
    {
      for (guint i = 0; i < n_only; i++)
        add_item (job, only[i], haste);
      for (GList *l = n_only ? NULL : job->from->bindings.head; l; l = l->next)
        add_item (job, l->data, haste);
    }
}

static gboolean
check_transfer (const ParlorTransferSpec *spec, GError **error)
{
  if (spec->from->departed)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
  if (spec->to && (spec->to->departed || spec->to == spec->from))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Customers cannot go to that rep.");
  if (spec->defer_ms < 0 || spec->defer_ms > DEFER_MS_MAX)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "defer_h is 0 to 720.");
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

/* At most `n` of the conversations that he answers without being who the customer is bound to. How
 * many; whose binding is still to be moved keeps his. */
static guint
release_stray (ParlorRep *rep, guint n, ParlorMoment now)
{
  guint released = 0;
  for (GList *l = rep->conversations.head, *next; l && released < n; l = next)
    {
      ParlorConversation *conversation = l->data;
      const ParlorBinding *binding = conversation->binding;
      next = l->next;
      if (binding && binding->job && binding->state == PARLOR_BINDING_ACTIVE)
        continue;
      move_conversation (conversation, rep, binding && binding->rep != rep ? binding->rep : NULL,
                         now);
      released++;
    }
  return released;
}

/* What was to be moved may have gone its own way meanwhile. */
static void
do_item (ParlorJob *job, ParlorJobItem *item, ParlorMoment now)
{
  ParlorBinding *binding = item->binding;
  if (binding->job == job)
    binding->job = NULL;
  if (binding->state == PARLOR_BINDING_ACTIVE && binding->rep == job->from)
    item->outcome = move_one (job, binding, now);
  else
    item->outcome = binding_is_live (binding) ? PARLOR_OUTCOME_DONE : PARLOR_OUTCOME_REFUSED;
  put_job_item (job, item);
}

/* One transaction; the next comes in a turn of its own. */
static void
step (ParlorJob *job, ParlorMoment now)
{
  guint done = 0;
  ParlorService *service = job->brand->service;
  gboolean leaves = job->from->departed;
  service_begin (service);
  for (; job->next < job->items->len && done < STEP; job->next++)
    {
      ParlorJobItem *item = &g_array_index (job->items, ParlorJobItem, job->next);
      if (item->outcome != PARLOR_OUTCOME_TODO)
        continue;
      do_item (job, item, now);
      done++;
    }
  if (leaves && done < STEP)
    done += release_stray (job->from, STEP - done, now);
  gboolean over = job->next == job->items->len && done < STEP;
  if (over)
    {
      job->finished_ms = now.wall_ms;
      put_job (job);
    }
  service_arm (service, TIMER_JOB, &job->timer, over ? NEVER_US : now.us + 1);
  service_end (service);
}

/* He is out, those who move first have moved, and his calls go to others. */
static void
begin_departure (ParlorJob *job, ParlorMoment now)
{
  ParlorService *service = job->brand->service;
  service_begin (service);
  job->from->leaving = NULL;
  collect (job, NULL, 0);
  leave (job->from, now);
  release_stray (job->from, STEP, now);
  put_job (job);
  step (job, now);
  job->from->n_sockets = 0;
  calls_of_rep_gone (job->from, now);
  service_end (service);
}

void
job_due (ParlorJob *job, ParlorMoment now)
{
  if (job->from->leaving == job)
    begin_departure (job, now);
  else
    step (job, now);
}

void
job_hurry (ParlorBinding *binding, ParlorMoment now)
{
  ParlorJob *job = binding && binding->state == PARLOR_BINDING_ACTIVE ? binding->job : NULL;
  ParlorJobItem *item = job ? item_of (job, binding) : NULL;
  if (!item || item->outcome != PARLOR_OUTCOME_TODO)
    return;
  service_begin (job->brand->service);
  do_item (job, item, now);
  service_end (job->brand->service);
}

/* What was to be done of a departure is read off him; of a transfer it stands in its rows. */
void
job_resume (ParlorJob *job, ParlorMoment now)
{
  if (job->finished_ms)
    return;
  if (job->due_ms && !job->from->departed)
    {
      job->from->leaving = job;
      service_arm (job->brand->service, TIMER_JOB, &job->timer,
                   now.us + MAX (job->due_ms - now.wall_ms, 0) * 1000 + 1);
      return;
    }
  if (job->from->departed)
    collect (job, NULL, 0);
  service_arm (job->brand->service, TIMER_JOB, &job->timer, now.us + 1);
}

/* Said again it is the same job, by what was said last. */
static ParlorJob *
departure_job (const ParlorTransferSpec *spec, ParlorMoment now)
{
  ParlorJob *job = spec->from->leaving;
  if (!job)
    return job_new (spec->from->brand->service, spec, now.wall_ms);
  job->to = spec->to;
  job->to_group = spec->to_group;
  g_free (job->notice);
  job->notice = g_strdup (spec->notice);
  job->due_ms = spec->defer_ms ? now.wall_ms + spec->defer_ms : 0;
  return job;
}

static void
depart_later (ParlorJob *job, gint64 defer_ms, ParlorMoment now)
{
  job->from->leaving = job;
  service_arm (job->brand->service, TIMER_JOB, &job->timer, now.us + defer_ms * 1000);
  rep_settle (job->from, now);
  put_job (job);
}

static ParlorJob *
transfer_now (ParlorService *service, const ParlorTransferSpec *spec, ParlorMoment now)
{
  ParlorJob *job = job_new (service, spec, now.wall_ms);
  service_begin (service);
  collect (job, spec->only, spec->n_only);
  put_job (job);
  for (guint i = STEP; i < job->items->len; i++)
    put_job_item (job, &g_array_index (job->items, ParlorJobItem, i));
  step (job, now);
  service_end (service);
  return job;
}

ParlorJob *
parlor_service_transfer (ParlorService *service, const ParlorTransferSpec *spec, ParlorMoment now,
                         GError **error)
{
  if (!check_transfer (spec, error))
    return NULL;
  if (!spec->departure)
    return transfer_now (service, spec, now);
  ParlorJob *job = departure_job (spec, now);
  if (spec->defer_ms)
    depart_later (job, spec->defer_ms, now);
  else
    begin_departure (job, now);
  return job;
}

gboolean
parlor_service_stay (ParlorRep *rep, ParlorMoment now, GError **error)
{
  ParlorJob *job = rep->leaving;
  if (!job)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "No departure is to come.");
  rep->leaving = NULL;
  job->finished_ms = now.wall_ms;
  service_arm (rep->brand->service, TIMER_JOB, &job->timer, NEVER_US);
  put_job (job);
  rep_settle (rep, now);
  return TRUE;
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
