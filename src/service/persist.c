/* SPDX-License-Identifier: Apache-2.0 */
/* From the things in memory to rows and back. */
#include "service/load.h"
#include "service/private.h"

#include <string.h>

#define ID_OF(thing) ((thing) ? (thing)->id : NULL)
#define NAME(machine, state) ((char *)parlor_state_name (PARLOR_MACHINE_##machine, state))

/* ---- out ----------------------------------------------------------------------------------------
 */

static char *
join_groups (const ParlorRep *rep)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < rep->places->len; i++)
    {
      const ParlorRepPlace *place = rep->places->pdata[i];
      g_string_append_printf (text, "%s%s", i ? "," : "", place->group->id);
    }
  return g_string_free (text, FALSE);
}

void
put_group (ParlorGroup *group)
{
  g_autofree char *skills = join_skills (group->brand, group->skills);
  ParlorGroupRow row = {
      .id = group->id,
      .brand = group->brand->id,
      .name = group->name,
      .routing = (char *)parlor_routing_name (group->routing),
      .skills = skills,
      .hours = group->hours_text,
      .overflow = ID_OF (group->overflow),
      .welcome = group->welcome,
      .utc_offset_min = group->utc_offset_min,
      .offer_timeout_s = group->offer_timeout_s,
      .max_customers = group->max_customers,
      .place = group->place,
  };
  service_put (group->brand->service, &parlor_group_kind, &row);
}

void
put_rep (ParlorRep *rep)
{
  g_autofree char *groups = join_groups (rep), *skills = join_skills (rep->brand, rep->skills);
  ParlorRepRow row = {
      .id = rep->id,
      .brand = rep->brand->id,
      .ref = rep->ref,
      .user_id = rep->user,
      .name = rep->name,
      .title = rep->title,
      .photo = rep->photo,
      .card = rep->card,
      .groups = groups,
      .skills = skills,
      .verified_ms = rep->verified_ms,
      .card_until_ms = rep->card_until_ms,
      .max_chats = rep->max_chats,
      .suspended = rep->suspended,
      .departed = rep->departed,
      .created_ms = rep->created_ms,
  };
  service_put (rep->brand->service, &parlor_rep_kind, &row);
}

static char *
join_blocked (const ParlorCustomer *customer)
{
  if (!customer->blocked)
    return NULL;
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < customer->blocked->len; i++)
    g_string_append_printf (text, "%s%s", i ? "," : "",
                            ((ParlorRep *)customer->blocked->pdata[i])->id);
  return g_string_free (text, FALSE);
}

void
put_customer (ParlorCustomer *customer)
{
  g_autofree char *blocked = join_blocked (customer);
  ParlorCustomerRow row = {
      .id = customer->id,
      .brand = customer->brand->id,
      .visitor = customer->visitor,
      .customer_ref = customer->ref,
      .display = customer->display,
      .attrs = customer->attrs,
      .consents = customer->consents,
      .tags = customer->tags,
      .blocked = blocked,
      .created_ms = customer->created_ms,
  };
  service_put (customer->brand->service, &parlor_customer_kind, &row);
}

void
put_binding (ParlorBinding *binding)
{
  ParlorBindingRow row = {
      .id = binding->id,
      .customer = binding->customer->id,
      .group_id = binding->group->id,
      .rep = ID_OF (binding->rep),
      .conversation = ID_OF (binding->conversation),
      .state = NAME (BINDING, binding->state),
      .tap = binding->tap,
      .touch = binding->touch,
      .ended_by = (char *)binding->ended_by,
      .undo_rep = ID_OF (binding->undo_rep),
      .created_ms = binding->created_ms,
      .ended_ms = binding->ended_ms,
      .undo_until_ms = binding->undo_until_ms,
      .personal_ms = binding->personal_ms,
      .upgrade_rep = ID_OF (binding->upgrade_rep),
      .upgrade_until_ms = binding->upgrade_until_ms,
  };
  service_put (binding->customer->brand->service, &parlor_binding_kind, &row);
}

void
put_conversation (ParlorConversation *conversation)
{
  ParlorConversationRow row = {
      .id = conversation->id,
      .brand = conversation->customer->brand->id,
      .customer = conversation->customer->id,
      .binding = ID_OF (conversation->binding),
      .state = NAME (CONVERSATION, conversation->state),
      .assignee = ID_OF (conversation->assignee),
      .last_text = conversation->last_text,
      .last_by = (char *)parlor_author_name (conversation->last_by),
      .note = conversation->note,
      .product = conversation->product,
      .room = conversation->room,
      .still = conversation->still,
      .seq = conversation->seq,
      .created_ms = conversation->created_ms,
      .ended_ms = conversation->ended_ms,
      .last_ms = conversation->last_ms,
      .read_by_rep = conversation->read_by_rep,
      .read_by_customer = conversation->read_by_customer,
      .waiting_since_ms = conversation->waiting_since_ms,
      .room_ms = conversation->room_ms,
  };
  service_put (conversation->customer->brand->service, &parlor_conversation_kind, &row);
}

void
put_message (const ParlorMessage *message)
{
  ParlorMessageRow row = {
      .id = (char *)message->id,
      .conversation = message->conversation->id,
      .seq = message->seq,
      .by_kind = (char *)parlor_author_name (message->by),
      .author = message->author,
      .name = message->name,
      .client_id = message->client_id,
      .kind = message->kind,
      .text = message->text,
      .data = message->data,
      .at_ms = message->at_ms,
      .stream_ms = message->stream_ms,
  };
  service_put (message->conversation->customer->brand->service, &parlor_message_kind, &row);
}

void
put_call (const ParlorCall *call)
{
  ParlorCallRow row = {
      .id = (char *)call->id,
      .conversation = call->conversation->id,
      .rep = call->rep->id,
      .state = NAME (CALL, call->state),
      .media = call->video ? "video" : "audio",
      .room = call->room,
      .end_reason = (char *)call->end_reason,
      .by_rep = call->by_rep,
      .started_ms = call->started_ms,
      .answered_ms = call->answered_ms,
      .ended_ms = call->ended_ms,
      .rescues = call->rescues,
  };
  service_put (call->conversation->customer->brand->service, &parlor_call_kind, &row);
}

void
put_job (const ParlorJob *job)
{
  ParlorJobRow row = {
      .id = (char *)job->id,
      .brand = job->brand->id,
      .kind = (char *)job->kind,
      .from_rep = job->from->id,
      .to_rep = ID_OF (job->to),
      .to_group = ID_OF (job->to_group),
      .notice = job->notice,
      .created_ms = job->created_ms,
      .finished_ms = job->finished_ms,
      .due_ms = job->due_ms,
  };
  service_put (job->brand->service, &parlor_job_kind, &row);
}

void
put_job_item (const ParlorJob *job, const ParlorJobItem *item)
{
  ParlorJobItemRow row = {
      .job = (char *)job->id,
      .binding = item->binding->id,
      .outcome = NAME (OUTCOME, item->outcome),
  };
  service_put (job->brand->service, &parlor_job_item_kind, &row);
}

void
put_rating (const ParlorConversation *conversation)
{
  const ParlorRating *rating = conversation->rating;
  ParlorRatingRow row = {
      .subject = rating->subject,
      .brand = conversation->customer->brand->id,
      .conversation = (char *)conversation->id,
      .call_id = rating->call,
      .rep = rating->rep->id,
      .customer = conversation->customer->id,
      .text = rating->text,
      .score = rating->score,
      .asked_ms = rating->asked_ms,
      .at_ms = rating->at_ms,
  };
  service_put (conversation->customer->brand->service, &parlor_rating_kind, &row);
}

/* ---- in -----------------------------------------------------------------------------------------
 */

#define FIND(table, id) ((id) ? g_hash_table_lookup (service->table, id) : NULL)

static void
take_id (char out[PARLOR_ID_SIZE], const char *id)
{
  g_strlcpy (out, id, PARLOR_ID_SIZE);
}

static ParlorServiceBrand *
brand_of (ParlorService *service, const char *id)
{
  ParlorServiceBrand *brand = parlor_service_brand (service, id);
  return brand ? brand : parlor_service_add_brand (service, id, NULL, PARLOR_CONFIRM_FIRST);
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const ParlorGroup *x = *(ParlorGroup *const *)a, *y = *(ParlorGroup *const *)b;
  return x->place == y->place ? strcmp (x->id, y->id) : x->place < y->place ? -1 : 1;
}

/* Rows come by their ids, which say nothing: a group may come before the one that it overflows to.
 */
static void
settle_group (ParlorGroup *group, const ParlorGroupRow *row)
{
  GPtrArray *groups = group->brand->groups;
  group->place = (guint)row->place;
  group->overflow_id = row->overflow && *row->overflow ? g_strdup (row->overflow) : NULL;
  g_ptr_array_sort (groups, by_place);
  for (guint i = 0; i < groups->len; i++)
    {
      ParlorGroup *one = groups->pdata[i];
      ParlorGroup *overflow = parlor_service_group (group->brand, one->overflow_id);
      if (!overflow)
        continue;
      one->overflow = overflow;
      g_clear_pointer (&one->overflow_id, g_free);
    }
}

static gboolean
load_group (ParlorService *service, const ParlorGroupRow *row)
{
  ParlorGroupSpec spec = {
      .id = row->id,
      .name = row->name,
      .routing = row->routing,
      .skills = row->skills,
      .hours = row->hours,
      .welcome = row->welcome,
      .utc_offset_min = (int)row->utc_offset_min,
      .offer_timeout_s = (guint)row->offer_timeout_s,
      .max_customers = (guint)row->max_customers,
  };
  ParlorServiceBrand *brand = brand_of (service, row->brand);
  ParlorRecordSink *records = g_steal_pointer (&service->spec.records);
  ParlorGroup *group = parlor_service_put_group (service, brand, &spec, NULL);
  service->spec.records = records;
  if (group)
    settle_group (group, row);
  return group != NULL;
}

static gboolean
load_rep (ParlorService *service, const ParlorRepRow *row, ParlorMoment now)
{
  ParlorRepSpec spec = {
      .ref = row->ref,
      .name = row->name,
      .title = row->title,
      .photo = row->photo,
      .user = row->user_id,
      .groups = row->groups,
      .skills = row->skills,
      .card = row->card,
      .verified_ms = row->verified_ms,
      .card_until_ms = row->card_until_ms,
      .max_chats = (guint)row->max_chats,
  };
  ParlorServiceBrand *brand = brand_of (service, row->brand);
  ParlorRecordSink *records = g_steal_pointer (&service->spec.records);
  ParlorRep *rep = parlor_service_put_rep (service, brand, &spec, now, NULL);
  service->spec.records = records;
  if (!rep)
    return FALSE;
  g_hash_table_steal (service->reps, rep->id);
  take_id (rep->id, row->id);
  g_hash_table_insert (service->reps, rep->id, rep);
  rep->created_ms = row->created_ms;
  rep->suspended = row->suspended;
  rep->departed = row->departed;
  if (rep->departed)
    rep->presence = PARLOR_PRESENCE_DEPARTED;
  return TRUE;
}

static gboolean
load_customer (ParlorService *service, const ParlorCustomerRow *row)
{
  ParlorCustomer *customer = customer_new (brand_of (service, row->brand), row->id, row->visitor,
                                           row->created_ms);
  replace_text (&customer->ref, row->customer_ref);
  replace_text (&customer->display, row->display);
  replace_text (&customer->attrs, row->attrs);
  replace_text (&customer->consents, row->consents);
  replace_text (&customer->tags, row->tags);
  if (customer->ref)
    {
      g_hash_table_insert (customer->brand->by_customer, customer->ref, customer);
      customer->brand->n_anonymous--;
    }
  g_auto (GStrv) blocked = g_strsplit (row->blocked ? row->blocked : "", ",", 0);
  for (guint i = 0; blocked[i]; i++)
    {
      ParlorRep *rep = FIND (reps, blocked[i]);
      if (rep && !customer->blocked)
        customer->blocked = g_ptr_array_new ();
      if (rep)
        g_ptr_array_add (customer->blocked, rep);
    }
  return TRUE;
}

static gboolean
load_device (ParlorService *service, const ParlorDeviceRow *row)
{
  ParlorCustomer *customer = FIND (customers, row->customer);
  if (!customer)
    return FALSE;
  if (!customer->devices)
    customer->devices = g_ptr_array_new_with_free_func (g_free);
  char *visitor = g_strdup (row->visitor);
  g_ptr_array_add (customer->devices, visitor);
  g_hash_table_replace (customer->brand->by_visitor, visitor, customer);
  return TRUE;
}

static ParlorAuthor
author_parse (const char *name)
{
  for (guint i = 0; name && i <= PARLOR_BY_BOT; i++)
    if (!strcmp (parlor_author_name (i), name))
      return i;
  return PARLOR_BY_SYSTEM;
}

static gboolean
load_conversation (ParlorService *service, const ParlorConversationRow *row)
{
  ParlorCustomer *customer = FIND (customers, row->customer);
  int state = parlor_state_parse (PARLOR_MACHINE_CONVERSATION, row->state);
  if (!customer || state < 0)
    return FALSE;
  ParlorConversation *conversation = conversation_new (customer, row->id, row->created_ms);
  conversation->state = (ParlorConversationState)state;
  conversation->seq = row->seq;
  conversation->ended_ms = row->ended_ms;
  conversation->last_ms = row->last_ms;
  conversation->last_by = author_parse (row->last_by);
  conversation->read_by_rep = row->read_by_rep;
  conversation->read_by_customer = row->read_by_customer;
  conversation->waiting_since_ms = row->waiting_since_ms;
  conversation->room_ms = row->room_ms;
  replace_text (&conversation->last_text, row->last_text);
  replace_text (&conversation->note, row->note);
  replace_text (&conversation->product, row->product);
  replace_text (&conversation->room, row->room);
  replace_text (&conversation->still, row->still);
  conversation_assign (conversation, FIND (reps, row->assignee));
  return TRUE;
}

static const char *
ended_by (const char *name)
{
  static const char *const names[] = {"customer", "rep", "brand"};
  for (guint i = 0; name && i < G_N_ELEMENTS (names); i++)
    if (!strcmp (names[i], name))
      return names[i];
  return NULL;
}

static gboolean
load_binding (ParlorService *service, const ParlorBindingRow *row)
{
  ParlorCustomer *customer = FIND (customers, row->customer);
  ParlorGroup *group = FIND (groups, row->group_id);
  int state = parlor_state_parse (PARLOR_MACHINE_BINDING, row->state);
  if (!customer || !group || state < 0)
    return FALSE;
  ParlorBinding *binding = binding_new (customer, group, row->id, row->created_ms);
  binding->state = (ParlorBindingState)state;
  binding->ended_ms = row->ended_ms;
  binding->ended_by = ended_by (row->ended_by);
  binding->undo_rep = FIND (reps, row->undo_rep);
  binding->undo_until_ms = row->undo_until_ms;
  binding->personal_ms = row->personal_ms;
  binding->upgrade_rep = FIND (reps, row->upgrade_rep);
  binding->upgrade_until_ms = row->upgrade_until_ms;
  replace_text (&binding->tap, row->tap);
  replace_text (&binding->touch, row->touch);
  binding->conversation = FIND (conversations, row->conversation);
  if (binding->conversation && (binding_is_live (binding) || !binding->conversation->binding))
    binding->conversation->binding = binding;
  ParlorRep *rep = FIND (reps, row->rep);
  if (binding_is_live (binding))
    binding_give (binding, rep);
  else
    binding->rep = rep;
  return TRUE;
}

static gboolean
load_job (ParlorService *service, const ParlorJobRow *row)
{
  ParlorRep *from = FIND (reps, row->from_rep);
  if (!from)
    return FALSE;
  ParlorJob *job = g_new0 (ParlorJob, 1);
  take_id (job->id, row->id);
  job->brand = from->brand;
  job->kind = !g_strcmp0 (row->kind, "departure") ? "departure" : "transfer";
  job->from = from;
  job->to = FIND (reps, row->to_rep);
  job->to_group = FIND (groups, row->to_group);
  job->notice = g_strdup (row->notice);
  job->created_ms = row->created_ms;
  job->finished_ms = row->finished_ms;
  job->due_ms = row->due_ms;
  job->items = g_array_new (FALSE, FALSE, sizeof (ParlorJobItem));
  g_hash_table_insert (service->jobs, job->id, job);
  return TRUE;
}

static gboolean
load_job_item (ParlorService *service, const ParlorJobItemRow *row)
{
  ParlorJob *job = FIND (jobs, row->job);
  ParlorBinding *binding = FIND (bindings, row->binding);
  int outcome = parlor_state_parse (PARLOR_MACHINE_OUTCOME, row->outcome);
  if (!job || !binding || outcome < 0)
    return FALSE;
  ParlorJobItem item = {binding, (ParlorOutcome)outcome};
  g_array_append_val (job->items, item);
  if (outcome == PARLOR_OUTCOME_WAITING || outcome == PARLOR_OUTCOME_TODO)
    binding->job = job;
  return TRUE;
}

/* A call does not outlive the server that carried it: it is told as ended. */
static gboolean
load_call (ParlorService *service, const ParlorCallRow *row, ParlorMoment now)
{
  int state = parlor_state_parse (PARLOR_MACHINE_CALL, row->state);
  if (state < 0 || state >= PARLOR_CALL_ENDED)
    return state >= 0;
  ParlorCallRow ended = *row;
  ended.state = NAME (CALL, PARLOR_CALL_ENDED);
  ended.end_reason = "server";
  ended.ended_ms = now.wall_ms;
  service_put (service, &parlor_call_kind, &ended);
  return TRUE;
}

static gboolean
load_rule (ParlorService *service, const ParlorRuleRow *row)
{
  g_auto (GStrv) words = g_strsplit (row->words ? row->words : "", "\n", 0);
  ParlorRuleSpec spec = {.id = row->id,
                         .name = row->name,
                         .words = (const char *const *)words,
                         .block = row->block,
                         .chat = row->chat,
                         .comments = row->comments};
  ParlorRecordSink *records = g_steal_pointer (&service->spec.records);
  const ParlorRule *rule = parlor_service_put_rule (brand_of (service, row->brand), &spec, NULL);
  service->spec.records = records;
  return rule != NULL;
}

static gboolean
load_material (ParlorService *service, const ParlorMaterialRow *row)
{
  ParlorMaterialSpec spec = {
      .id = row->id, .title = row->title, .url = row->url, .withdrawn = row->withdrawn};
  ParlorMoment then = {.wall_ms = row->changed_ms};
  ParlorRecordSink *records = g_steal_pointer (&service->spec.records);
  ParlorMaterial *material = (ParlorMaterial *)parlor_service_put_material (
      brand_of (service, row->brand), &spec, then, NULL);
  service->spec.records = records;
  if (material)
    material->version = row->version;
  return material != NULL;
}

static gboolean
load_upload (ParlorService *service, const ParlorUploadRow *row)
{
  ParlorConversation *conversation = FIND (conversations, row->conversation);
  const char *type = picture_type (row->type);
  if (!conversation || !type)
    return FALSE;
  ParlorUpload *upload = g_new0 (ParlorUpload, 1);
  take_id (upload->id, row->id);
  upload->conversation = conversation;
  upload->type = type;
  upload->width = (guint)row->width;
  upload->height = (guint)row->height;
  upload->bytes = row->bytes;
  upload->at_ms = row->at_ms;
  upload->said = row->said;
  upload_keep (upload);
  return TRUE;
}

static gboolean
load_rating (ParlorService *service, const ParlorRatingRow *row)
{
  ParlorConversation *conversation = FIND (conversations, row->conversation);
  ParlorRep *rep = FIND (reps, row->rep);
  if (!conversation || !rep)
    return FALSE;
  if (row->score)
    {
      rep->rated_n++;
      rep->rated_sum += row->score;
    }
  if (conversation->rating && conversation->rating->asked_ms > row->asked_ms)
    return TRUE;
  ParlorRating *rating = g_new0 (ParlorRating, 1);
  rating->subject = g_strdup (row->subject);
  rating->call = g_strdup (row->call_id);
  rating->text = g_strdup (row->text);
  rating->rep = rep;
  rating->score = (guint)row->score;
  rating->asked_ms = row->asked_ms;
  rating->at_ms = row->at_ms;
  rating_free (conversation->rating);
  conversation->rating = rating;
  return TRUE;
}

static gboolean
load_alert (ParlorService *service, const ParlorAlertRow *row)
{
  ParlorAlertSpec spec = {.id = row->id,
                          .name = row->name,
                          .kind = row->kind,
                          .group = row->group_id,
                          .room = row->room,
                          .say = row->say,
                          .limit_s = (guint)row->limit_s,
                          .active = row->active};
  ParlorRecordSink *records = g_steal_pointer (&service->spec.records);
  ParlorAlert *alert = (ParlorAlert *)parlor_service_put_alert (brand_of (service, row->brand),
                                                                &spec, NULL);
  service->spec.records = records;
  if (alert)
    alert->raised_ms = row->raised_ms;
  return alert != NULL;
}

static gboolean
load_row (ParlorService *service, const ParlorRecordKind *kind, gconstpointer row, ParlorMoment now)
{
  if (kind == &parlor_group_kind)
    return load_group (service, row);
  if (kind == &parlor_rep_kind)
    return load_rep (service, row, now);
  if (kind == &parlor_customer_kind)
    return load_customer (service, row);
  if (kind == &parlor_device_kind)
    return load_device (service, row);
  if (kind == &parlor_conversation_kind)
    return load_conversation (service, row);
  if (kind == &parlor_binding_kind)
    return load_binding (service, row);
  if (kind == &parlor_call_kind)
    return load_call (service, row, now);
  if (kind == &parlor_job_kind)
    return load_job (service, row);
  if (kind == &parlor_material_kind)
    return load_material (service, row);
  if (kind == &parlor_upload_kind)
    return load_upload (service, row);
  if (kind == &parlor_rule_kind)
    return load_rule (service, row);
  if (kind == &parlor_alert_kind)
    return load_alert (service, row);
  if (kind == &parlor_rating_kind)
    return load_rating (service, row);
  return kind == &parlor_job_item_kind && load_job_item (service, row);
}

void
parlor_service_load (ParlorService *service, const ParlorRecordKind *kind, gconstpointer row,
                     ParlorMoment now)
{
  if (!load_row (service, kind, row, now))
    service->left_out++;
}

void
parlor_service_load_message (ParlorService *service, const ParlorMessageRow *row)
{
  ParlorConversation *conversation = FIND (conversations, row->conversation);
  if (!conversation)
    return;
  ParlorMessage *message = g_new0 (ParlorMessage, 1);
  take_id (message->id, row->id);
  message->conversation = conversation;
  message->seq = row->seq;
  message->by = author_parse (row->by_kind);
  message->author = g_strdup (row->author);
  message->name = g_strdup (row->name);
  message->client_id = g_strdup (row->client_id);
  message->kind = g_strdup (row->kind);
  message->text = g_strdup (row->text);
  message->data = g_strdup (row->data);
  message->at_ms = row->at_ms;
  message->stream_ms = row->stream_ms;
  if (!conversation->recent)
    conversation->recent = g_ptr_array_new_with_free_func (message_free);
  g_ptr_array_add (conversation->recent, message);
}

/* A device is one person's. Rows of before a fault was mended name it for who left it as well: he
 * would be told there what is his alone. */
static void
heal_devices (ParlorService *service)
{
  GHashTableIter iter;
  gpointer value;
  service_begin (service);
  g_hash_table_iter_init (&iter, service->customers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorCustomer *customer = value;
      if (!customer->visitor
          || parlor_service_customer_of (customer->brand, customer->visitor) == customer)
        continue;
      g_clear_pointer (&customer->visitor, g_free);
      put_customer (customer);
    }
  service_end (service);
}

void
parlor_service_loaded (ParlorService *service, ParlorMoment now)
{
  GHashTableIter iter;
  gpointer value;
  heal_devices (service);
  g_hash_table_iter_init (&iter, service->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorConversation *conversation = value;
      if (conversation->state == PARLOR_CONVERSATION_QUEUED && conversation->binding)
        queue_join (conversation, now);
      else if (conversation->state == PARLOR_CONVERSATION_BOT && conversation->waiting_since_ms
               && conversation->binding)
        bot_hand_over (conversation, now); /* what it was asked went with the old process */
      else if (conversation->state == PARLOR_CONVERSATION_HUMAN)
        conversation_occupy (conversation, conversation->waiting_since_ms != 0, now);
      conversation->answered = conversation->state == PARLOR_CONVERSATION_HUMAN;
      conversation_arm (conversation, now);
    }
  g_hash_table_iter_init (&iter, service->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    job_resume (value, now);
}

guint
parlor_service_left_out (const ParlorService *service)
{
  return service->left_out;
}
