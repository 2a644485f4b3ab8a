/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/encode_service.h"

static json_t *
text (const char *value)
{
  json_t *json = value ? json_string (value) : json_null ();
  return json ? json : json_string ("");
}

static json_t *
number (gint64 value)
{
  return json_integer ((json_int_t)value);
}

/* 0 = never, which is null on the wire. */
static json_t *
moment (gint64 ms)
{
  return ms ? number (ms) : json_null ();
}

/* Opaque JSON that a brand or a page gave us; what does not parse is null. */
static json_t *
opaque (const char *value)
{
  json_t *json = value ? json_loads (value, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL) : NULL;
  return json ? json : json_null ();
}

#define STATE(machine, state) json_string (parlor_state_name (PARLOR_MACHINE_##machine, state))

static json_t *
rep_groups (const ParlorRep *rep)
{
  json_t *list = json_array ();
  for (guint i = 0; i < rep->places->len; i++)
    json_array_append_new (list, text (((const ParlorRepPlace *)rep->places->pdata[i])->group->id));
  return list;
}

/* One bit each, in the brand's order. */
static json_t *
skill_names (const ParlorServiceBrand *brand, guint64 skills)
{
  json_t *list = json_array ();
  for (guint i = 0; i < brand->skills->len; i++)
    if (skills >> i & 1)
      json_array_append_new (list, text (brand->skills->pdata[i]));
  return list;
}

json_t *
parlor_encode_rep (const ParlorRep *rep, ParlorReader reader)
{
  if (!rep)
    return json_null ();
  json_t *json = json_pack ("{s:s,s:o,s:o,s:o,s:o,s:o}", "id", rep->id, "name", text (rep->name),
                            "title", text (rep->title), "photo", text (rep->photo), "card",
                            text (rep->card), "presence", STATE (PRESENCE, rep->presence));
  if (reader == PARLOR_FOR_CUSTOMER)
    return json;
  json_object_set_new (json, "ref", text (rep->ref));
  json_object_set_new (json, "groups", rep_groups (rep));
  json_object_set_new (json, "user", text (rep->user));
  json_object_set_new (json, "skills", skill_names (rep->brand, rep->skills));
  json_object_set_new (json, "suspended", json_boolean (rep->suspended));
  json_object_set_new (json, "state", json_string (rep->departed ? "departed" : "active"));
  json_object_set_new (json, "leaves_at", moment (rep->leaving ? rep->leaving->due_ms : 0));
  json_object_set_new (json, "capacity",
                       json_pack ("{s:i,s:i}", "chat", (int)rep->max_chats, "call", 1));
  json_object_set_new (json, "chats", json_integer (rep->n_chats));
  json_object_set_new (json, "customers", json_integer (rep->bindings.length));
  json_object_set_new (json, "present_since", moment (rep->present_since_ms));
  json_object_set_new (
      json, "ratings",
      json_pack ("{s:i,s:o}", "n", (int)rep->rated_n, "mean",
                 rep->rated_n ? json_real ((double)rep->rated_sum / rep->rated_n) : json_null ()));
  return json;
}

json_t *
parlor_encode_group (const ParlorGroup *group)
{
  return json_pack ("{s:s,s:o,s:o,s:s,s:o,s:i,s:o,s:o,s:i,s:i,s:i,s:i}", "id", group->id, "name",
                    text (group->name), "skills", skill_names (group->brand, group->skills),
                    "routing", parlor_routing_name (group->routing), "hours",
                    text (group->hours_text), "utc_offset_min", group->utc_offset_min, "overflow",
                    text (group->overflow ? group->overflow->id : NULL), "welcome",
                    text (group->welcome), "offer_timeout_s", (int)group->offer_timeout_s,
                    "max_customers", (int)group->max_customers, "present",
                    (int)parlor_service_present (group), "queued", (int)group->queue.length);
}

json_t *
parlor_encode_service_message (const ParlorMessage *message)
{
  return json_pack ("{s:s,s:o,s:I,s:s,s:o,s:o,s:o,s:o,s:I,s:o,s:o}", "id", message->id, "client_id",
                    text (message->client_id), "seq", (json_int_t)message->seq, "by",
                    parlor_author_name (message->by), "author", text (message->author), "name",
                    text (message->name), "kind", text (message->kind), "text",
                    text (message->text), "at", (json_int_t)message->at_ms, "stream_ms",
                    message->stream_ms < 0 ? json_null () : number (message->stream_ms), "data",
                    opaque (message->data));
}

json_t *
parlor_encode_customer (const ParlorCustomer *customer)
{
  return json_pack ("{s:s,s:o,s:o,s:o,s:o,s:I,s:b}", "id", customer->id, "customer_ref",
                    text (customer->ref), "display", text (customer->display), "attrs",
                    opaque (customer->attrs), "tags", text (customer->tags), "created_at",
                    (json_int_t)customer->created_ms, "here", parlor_customer_is_here (customer));
}

/* Who offers himself as the personal adviser, and until when. */
static json_t *
upgrade (const ParlorBinding *binding)
{
  return binding->upgrade_rep
             ? json_pack ("{s:o,s:I}", "rep",
                          parlor_encode_rep (binding->upgrade_rep, PARLOR_FOR_CUSTOMER), "until",
                          (json_int_t)binding->upgrade_until_ms)
             : json_null ();
}

json_t *
parlor_encode_binding (const ParlorBinding *binding)
{
  json_t *json = json_pack (
      "{s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:o,s:o,s:o}", "id", binding->id, "customer",
      binding->customer->id, "group", binding->group->id, "rep",
      parlor_encode_rep (binding->rep, PARLOR_FOR_CUSTOMER), "state",
      STATE (BINDING, binding->state), "conversation",
      text (binding->conversation ? binding->conversation->id : NULL), "created_at",
      (json_int_t)binding->created_ms, "ended_by", text (binding->ended_by), "previous",
      parlor_encode_rep (binding->undo_rep, PARLOR_FOR_CUSTOMER), "undo_until",
      moment (binding->undo_rep && !binding->undo_rep->departed ? binding->undo_until_ms : 0));
  json_object_set_new (json, "personal_since", moment (binding->personal_ms));
  json_object_set_new (json, "upgrade", upgrade (binding));
  return json;
}

static json_t *
rating (const ParlorRating *asked)
{
  if (!asked)
    return json_null ();
  return json_pack (
      "{s:s,s:s,s:o,s:o,s:o,s:I,s:I}", "of", asked->call ? "call" : "conversation", "id",
      asked->subject, "rep", parlor_encode_rep (asked->rep, PARLOR_FOR_CUSTOMER), "score",
      asked->score ? number (asked->score) : json_null (), "text", text (asked->text), "asked_at",
      (json_int_t)asked->asked_ms, "until", (json_int_t)parlor_rating_until_ms (asked));
}

json_t *
parlor_encode_conversation (const ParlorConversation *conversation, ParlorReader reader)
{
  const ParlorBinding *binding = conversation->binding;
  guint estimate_s = 0, position = parlor_service_position (conversation, &estimate_s);
  json_t *json = json_pack (
      "{s:s,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:i,s:i}", "id", conversation->id, "state",
      STATE (CONVERSATION, conversation->state), "binding", text (binding ? binding->id : NULL),
      "rep", parlor_encode_rep (binding ? binding->rep : NULL, PARLOR_FOR_CUSTOMER), "assignee",
      parlor_encode_rep (conversation->assignee, PARLOR_FOR_CUSTOMER), "seq",
      (json_int_t)conversation->seq, "last_at", (json_int_t)conversation->last_ms, "read_by_rep",
      (json_int_t)conversation->read_by_rep, "read_by_customer",
      (json_int_t)conversation->read_by_customer, "position", (int)position, "estimate_s",
      (int)estimate_s);
  if (conversation->call)
    json_object_set_new (json, "call", parlor_encode_call (conversation->call));
  json_object_set_new (json, "rating", rating (conversation->rating));
  if (reader == PARLOR_FOR_CUSTOMER)
    return json;
  json_object_set_new (json, "customer", parlor_encode_customer (conversation->customer));
  json_object_set_new (json, "group", text (binding ? binding->group->id : NULL));
  json_object_set_new (json, "binding_state",
                       binding ? STATE (BINDING, binding->state) : json_null ());
  json_object_set_new (json, "personal_since", moment (binding ? binding->personal_ms : 0));
  json_object_set_new (json, "upgrade", binding ? upgrade (binding) : json_null ());
  json_object_set_new (json, "last_text", text (conversation->last_text));
  json_object_set_new (json, "last_by", text (parlor_author_name (conversation->last_by)));
  json_object_set_new (json, "waiting_since", moment (conversation->waiting_since_ms));
  json_object_set_new (json, "note", text (conversation->note));
  json_object_set_new (json, "product", text (conversation->product));
  json_object_set_new (json, "room", text (conversation->room));
  json_object_set_new (json, "still", text (conversation->still));
  json_object_set_new (json, "room_ms",
                       conversation->room_ms < 0 ? json_null () : number (conversation->room_ms));
  json_object_set_new (json, "created_at", number (conversation->created_ms));
  return json;
}

json_t *
parlor_encode_offer (const ParlorOffer *offer)
{
  return json_pack ("{s:s,s:o,s:I,s:I,s:o}", "id", offer->id, "state", STATE (OFFER, offer->state),
                    "at", (json_int_t)offer->made_ms, "until", (json_int_t)offer->until_ms,
                    "conversation",
                    parlor_encode_conversation (offer->conversation, PARLOR_FOR_STAFF));
}

json_t *
parlor_encode_call (const ParlorCall *call)
{
  json_t *expert = call->expert ? parlor_encode_rep (call->expert, PARLOR_FOR_CUSTOMER)
                                : json_null ();
  return json_pack ("{s:s,s:s,s:o,s:b,s:s,s:o,s:o,s:o,s:b,s:b,s:I,s:o,s:o,s:i}", "id", call->id,
                    "conversation", call->conversation->id, "state", STATE (CALL, call->state),
                    "by_rep", call->by_rep, "media", call->video ? "video" : "audio", "room",
                    text (call->room), "rep", parlor_encode_rep (call->rep, PARLOR_FOR_CUSTOMER),
                    "expert", expert, "expert_here", call->expert_here, "may_record",
                    call->may_record, "started_at", (json_int_t)call->started_ms, "answered_at",
                    moment (call->answered_ms), "reason", text (call->end_reason), "rescues",
                    (int)call->rescues);
}

json_t *
parlor_encode_job (const ParlorJob *job)
{
  json_t *items = json_array ();
  guint counts[8] = {0};
  for (guint i = 0; i < job->items->len; i++)
    {
      const ParlorJobItem *item = &g_array_index (job->items, ParlorJobItem, i);
      counts[item->outcome]++;
      json_array_append_new (
          items, json_pack ("{s:s,s:s,s:o,s:o}", "customer", item->binding->customer->id, "binding",
                            item->binding->id, "rep",
                            text (item->binding->rep ? item->binding->rep->id : NULL), "outcome",
                            STATE (OUTCOME, item->outcome)));
    }
  json_t *sums = json_object ();
  for (guint i = 0; i < parlor_state_count (PARLOR_MACHINE_OUTCOME); i++)
    json_object_set_new (sums, parlor_state_name (PARLOR_MACHINE_OUTCOME, i),
                         json_integer (counts[i]));
  return json_pack ("{s:s,s:s,s:s,s:o,s:I,s:o,s:o,s:o,s:o}", "id", job->id, "kind", job->kind,
                    "from", job->from->id, "to", text (job->to ? job->to->id : NULL), "created_at",
                    (json_int_t)job->created_ms, "due_at", moment (job->due_ms), "finished_at",
                    moment (job->finished_ms), "counts", sums, "customers", items);
}

json_t *
parlor_encode_assist (const ParlorConversation *conversation)
{
  json_t *cards = json_array ();
  for (guint i = 0; conversation->assist && i < conversation->assist->len; i++)
    {
      const ParlorAssist *card = conversation->assist->pdata[i];
      json_array_append_new (cards,
                             json_pack ("{s:s,s:o,s:o,s:o,s:o,s:o,s:I}", "id", card->id, "title",
                                        text (card->title), "text", text (card->text), "url",
                                        text (card->url), "sku", text (card->sku), "material",
                                        text (card->material), "at", (json_int_t)card->at_ms));
    }
  return json_pack ("{s:s,s:s,s:o}", "t", "assist", "conversation", conversation->id, "cards",
                    cards);
}

/* ---- notices ------------------------------------------------------------------------------------
 */

/* The faces behind the button: of who is here, at most three. */
static json_t *
faces (const ParlorGroup *group)
{
  json_t *list = json_array ();
  for (guint i = 0; i < PARLOR_READY_BUCKETS; i++)
    for (const GList *l = group->ready[i].head; l && json_array_size (list) < 3; l = l->next)
      {
        const ParlorRep *rep = ((const ParlorRepPlace *)l->data)->rep;
        json_array_append_new (
            list, json_pack ("{s:o,s:o}", "name", text (rep->name), "photo", text (rep->photo)));
      }
  return list;
}

static json_t *
card (const ParlorServiceNotice *n)
{
  json_t *json = json_pack (
      "{s:s,s:o,s:o,s:b,s:o,s:i,s:o,s:o}", "t", "card", "tap", text (n->tap), "rep",
      parlor_encode_rep (n->rep, PARLOR_FOR_CUSTOMER), "known", n->known, "group",
      json_pack ("{s:s,s:o}", "id", n->group->id, "name", text (n->group->name)), "reps_present",
      (int)n->reps_present, "open_at", moment (n->open_ms), "faces", faces (n->group));
  json_object_set_new (json, "confirm",
                       json_boolean (!n->known && n->brand->confirm != PARLOR_CONFIRM_NEVER));
  json_object_set_new (json, "personal_since", moment (n->binding ? n->binding->personal_ms : 0));
  return json;
}

static json_t *
bound (const ParlorServiceNotice *n)
{
  const ParlorConversation *conversation = n->conversation;
  const ParlorMessage *first = conversation->recent && conversation->recent->len
                                   ? conversation->recent->pdata[0]
                                   : NULL;
  gboolean welcome = first && first->seq == 1 && first->by != PARLOR_BY_CUSTOMER;
  return json_pack ("{s:s,s:o,s:s,s:s,s:o,s:o,s:o,s:o}", "t", "bound", "tap", text (n->tap),
                    "binding", n->binding->id, "conversation", conversation->id, "state",
                    STATE (BINDING, n->binding->state), "rep",
                    parlor_encode_rep (n->binding->rep, PARLOR_FOR_CUSTOMER), "welcome",
                    welcome ? parlor_encode_service_message (first) : json_null (), "thread",
                    parlor_encode_conversation (conversation, PARLOR_FOR_CUSTOMER));
}

static json_t *
said (const ParlorServiceNotice *n)
{
  return json_pack ("{s:s,s:s,s:o}", "t", "message", "conversation", n->message->conversation->id,
                    "message", parlor_encode_service_message (n->message));
}

static json_t *
queued (const ParlorServiceNotice *n)
{
  return json_pack ("{s:s,s:s,s:i,s:i,s:i,s:o}", "t", "queue", "conversation", n->conversation->id,
                    "position", (int)n->position, "estimate_s", (int)n->estimate_s, "reps_present",
                    (int)n->reps_present, "open_at", moment (n->open_ms));
}

json_t *
parlor_encode_notice (const ParlorServiceNotice *n, ParlorReader reader)
{
  switch (n->type)
    {
    case PARLOR_NOTICE_CARD:
      return card (n);
    case PARLOR_NOTICE_BOUND:
      return bound (n);
    case PARLOR_NOTICE_BINDING:
      return json_pack (
          "{s:s,s:o,s:o}", "t", "binding", "binding", parlor_encode_binding (n->binding), "thread",
          n->conversation ? parlor_encode_conversation (n->conversation, reader) : json_null ());
    case PARLOR_NOTICE_CONVERSATION:
      return json_pack ("{s:s,s:o}", "t", "conversation", "conversation",
                        parlor_encode_conversation (n->conversation, reader));
    case PARLOR_NOTICE_QUEUE:
      return queued (n);
    case PARLOR_NOTICE_MESSAGE:
      return said (n);
    case PARLOR_NOTICE_TYPING:
      return json_pack ("{s:s,s:s,s:s}", "t", "typing", "conversation", n->conversation->id, "by",
                        parlor_author_name (n->by));
    case PARLOR_NOTICE_READ:
      return json_pack ("{s:s,s:s,s:s,s:I}", "t", "seen", "conversation", n->conversation->id, "by",
                        parlor_author_name (n->by), "seq",
                        (json_int_t)(n->by == PARLOR_BY_CUSTOMER ? n->conversation->read_by_customer
                                                                 : n->conversation->read_by_rep));
    case PARLOR_NOTICE_OFFER:
      return json_pack ("{s:s,s:o}", "t", "offered", "offer", parlor_encode_offer (n->offer));
    case PARLOR_NOTICE_PRESENCE:
      return json_pack ("{s:s,s:o}", "t", "presence", "rep",
                        parlor_encode_rep (n->rep, PARLOR_FOR_STAFF));
    case PARLOR_NOTICE_CALL:
      return json_pack ("{s:s,s:o}", "t", "call", "call", parlor_encode_call (n->call));
    case PARLOR_NOTICE_CALL_REFUSED:
      return json_pack ("{s:s,s:s,s:o}", "t", "call_refused", "conversation", n->conversation->id,
                        "message", text (n->text));
    case PARLOR_NOTICE_ASSIST: /* of a customer's reader there is nothing in it */
      return reader == PARLOR_FOR_STAFF ? parlor_encode_assist (n->conversation) : NULL;
    case PARLOR_NOTICE_IDENTIFIED: /* the desk tells it */
      break;
    case PARLOR_NOTICE_TAP_REFUSED:
      return json_pack ("{s:s,s:o,s:o}", "t", "tap_refused", "tap", text (n->tap), "message",
                        text (n->text));
    }
  return NULL;
}
