/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations: who says what, whose turn it is, what takes capacity. */
#include "service/private.h"

#include <string.h>

#define TURN_MS (10 * 60 * G_GINT64_CONSTANT (1000))
#define PATIENCE_US (60 * SECOND_US)
#define TEXT_MAX 4000
#define DATA_BYTES 2048
#define RECENT 64
#define PREVIEW_BYTES 160
#define NOTE_BYTES 4000

/* ---- making ---------------------------------------------------------------------------------- */

void
message_free (gpointer data)
{
  ParlorMessage *message = data;
  g_free (message->author);
  g_free (message->name);
  g_free (message->client_id);
  g_free (message->kind);
  g_free (message->text);
  g_free (message->data);
  g_free (message);
}

ParlorConversation *
conversation_new (ParlorCustomer *customer, const char *id, gint64 now_ms)
{
  ParlorService *service = customer->brand->service;
  ParlorConversation *conversation = g_new0 (ParlorConversation, 1);
  conversation->customer = customer;
  conversation->created_ms = conversation->last_ms = now_ms;
  conversation->room_ms = -1;
  conversation->last_by = PARLOR_BY_SYSTEM;
  conversation->link.data = conversation->by_assignee.data = conversation;
  if (id)
    g_strlcpy (conversation->id, id, sizeof conversation->id);
  else
    parlor_id_make ("cnv", &service->spec.random, conversation->id);
  g_hash_table_insert (service->conversations, conversation->id, conversation);
  return conversation;
}

/* ---- telling --------------------------------------------------------------------------------- */

static ParlorServiceNotice
notice_of (ParlorConversation *conversation, ParlorNoticeType type)
{
  ParlorRep *own = conversation->binding ? conversation->binding->rep : NULL;
  ParlorRep *offered = conversation->offer ? conversation->offer->rep : NULL;
  ParlorRep *other = offered ? offered : own;
  return (ParlorServiceNotice){
      .type = type,
      .brand = conversation->customer->brand,
      .to_customer = conversation->customer,
      .to_rep = conversation->assignee,
      .to_rep_too = other != conversation->assignee ? other : NULL,
      .conversation = conversation,
  };
}

void
conversation_notice (ParlorConversation *conversation)
{
  ParlorServiceNotice notice = notice_of (conversation, PARLOR_NOTICE_CONVERSATION);
  service_notice (notice.brand->service, &notice);
}

void
customer_notice (ParlorCustomer *customer)
{
  for (const ParlorBinding *binding = customer->bindings; binding;
       binding = binding->next_of_customer)
    {
      ParlorConversation *conversation = binding->conversation;
      if (!conversation || conversation->binding != binding)
        continue;
      ParlorServiceNotice notice = notice_of (conversation, PARLOR_NOTICE_CONVERSATION);
      notice.to_customer = NULL;
      service_notice (customer->brand->service, &notice);
    }
}

void
parlor_service_typing (ParlorConversation *conversation, ParlorAuthor by)
{
  ParlorServiceNotice notice = notice_of (conversation, PARLOR_NOTICE_TYPING);
  notice.by = by;
  if (by == PARLOR_BY_CUSTOMER)
    notice.to_customer = NULL;
  else
    notice.to_rep = notice.to_rep_too = NULL;
  service_notice (notice.brand->service, &notice);
}

void
parlor_service_read (ParlorConversation *conversation, ParlorAuthor by, gint64 seq,
                     ParlorMoment now)
{
  gint64 *read = by == PARLOR_BY_CUSTOMER ? &conversation->read_by_customer
                                          : &conversation->read_by_rep;
  seq = MIN (seq, conversation->seq);
  if (seq <= *read)
    return;
  *read = seq;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("by", parlor_author_name (by)),
      PARLOR_DATUM_INT ("seq", seq),
  };
  ParlorServiceBrand *brand = conversation->customer->brand;
  service_begin (brand->service);
  put_conversation (conversation);
  service_event (brand->service, brand, "message.read", conversation->id, conversation->customer,
                 NULL, now.wall_ms, -1, data, G_N_ELEMENTS (data));
  service_end (brand->service);
  ParlorServiceNotice notice = notice_of (conversation, PARLOR_NOTICE_READ);
  notice.by = by;
  service_notice (notice.brand->service, &notice);
}

static void
conversation_event (ParlorConversation *conversation, const char *type, gint64 at_ms)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("customer", conversation->customer->id),
      PARLOR_DATUM_TEXT ("binding", conversation->binding ? conversation->binding->id : NULL),
      PARLOR_DATUM_TEXT ("rep", conversation->assignee ? conversation->assignee->id : NULL),
      PARLOR_DATUM_TEXT ("state",
                         parlor_state_name (PARLOR_MACHINE_CONVERSATION, conversation->state)),
  };
  ParlorServiceBrand *brand = conversation->customer->brand;
  service_event (brand->service, brand, type, conversation->id, conversation->customer, NULL, at_ms,
                 conversation->room_ms, data, G_N_ELEMENTS (data));
}

/* ---- capacity -------------------------------------------------------------------------------- */

void
conversation_occupy (ParlorConversation *conversation, gboolean occupies, ParlorMoment now)
{
  ParlorRep *rep = conversation->assignee;
  occupies = occupies && rep;
  if (conversation->occupies == occupies)
    return;
  conversation->occupies = occupies;
  if (!rep)
    return;
  rep->n_chats += occupies ? 1 : -1;
  rep_settle (rep, now);
  if (!occupies)
    queue_pump_rep (rep, now);
}

/* Without a word about capacity: who changes the assignee of one that takes capacity releases it
 * before. */
void
conversation_assign (ParlorConversation *conversation, ParlorRep *rep)
{
  if (conversation->assignee == rep)
    return;
  g_return_if_fail (!conversation->occupies);
  if (conversation->assignee)
    g_queue_unlink (&conversation->assignee->conversations, &conversation->by_assignee);
  conversation->assignee = rep;
  if (rep)
    g_queue_push_tail_link (&rep->conversations, &conversation->by_assignee);
}

/* ---- states and time ------------------------------------------------------------------------- */

void
conversation_set_state (ParlorConversation *conversation, ParlorConversationState state,
                        ParlorMoment now)
{
  g_return_if_fail (parlor_state_may (PARLOR_MACHINE_CONVERSATION, conversation->state, state));
  gboolean reopened = conversation->state == PARLOR_CONVERSATION_ENDED;
  conversation->state = state;
  if (state == PARLOR_CONVERSATION_ENDED)
    {
      conversation->ended_ms = now.wall_ms;
      assist_forget (conversation);
      if (conversation->answered && conversation->assignee)
        rating_ask (conversation, conversation->assignee, NULL, now);
      conversation->answered = FALSE;
    }
  if (state != PARLOR_CONVERSATION_QUEUED)
    queue_leave (conversation, now);
  if (state != PARLOR_CONVERSATION_HUMAN)
    conversation_occupy (conversation, FALSE, now);
  if (state == PARLOR_CONVERSATION_ENDED)
    conversation->waiting_since_ms = 0;
  conversation_event (conversation, reopened ? "conversation.reopened" : "conversation.state",
                      now.wall_ms);
  put_conversation (conversation);
  conversation_arm (conversation, now);
  conversation_notice (conversation);
}

static gint64
at_us (gint64 wall_ms, ParlorMoment now)
{
  return now.us + MAX (wall_ms - now.wall_ms, 0) * 1000;
}

void
conversation_arm (ParlorConversation *conversation, ParlorMoment now)
{
  gint64 due_us = NEVER_US;
  if (conversation->state == PARLOR_CONVERSATION_QUEUED)
    due_us = now.us + PATIENCE_US;
  else if (conversation->state == PARLOR_CONVERSATION_HUMAN
           || conversation->state == PARLOR_CONVERSATION_BOT)
    due_us = at_us (conversation->last_ms + conversation->customer->brand->silence_ms, now);
  if (conversation->occupies && !conversation->waiting_since_ms)
    due_us = MIN (due_us, at_us (conversation->last_ms + TURN_MS, now));
  service_arm (conversation->customer->brand->service, TIMER_CONVERSATION, &conversation->timer,
               due_us);
}

void
conversation_due (ParlorConversation *conversation, ParlorMoment now)
{
  gint64 silent_ms = now.wall_ms - conversation->last_ms;
  if (silent_ms >= conversation->customer->brand->silence_ms
      && conversation->state != PARLOR_CONVERSATION_NEW)
    {
      ParlorService *service = conversation->customer->brand->service;
      service_begin (service);
      conversation_set_state (conversation, PARLOR_CONVERSATION_ENDED, now);
      service_end (service);
      return;
    }
  if (conversation->state == PARLOR_CONVERSATION_QUEUED)
    queue_patience_over (conversation, now);
  else if (conversation->occupies && !conversation->waiting_since_ms && silent_ms >= TURN_MS)
    conversation_occupy (conversation, FALSE, now);
  conversation_arm (conversation, now);
}

/* A person answers from now on. */
void
conversation_human (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now)
{
  ParlorBinding *binding = conversation->binding;
  conversation_occupy (conversation, FALSE, now);
  conversation_assign (conversation, rep);
  if (binding && !binding->rep && binding->linked
      && parlor_state_may (PARLOR_MACHINE_BINDING, binding->state, PARLOR_BINDING_ACTIVE))
    {
      binding_give (binding, rep);
      binding->state = PARLOR_BINDING_ACTIVE;
      put_binding (binding);
      job_settle (binding, PARLOR_OUTCOME_DONE, now);
      binding_notice (binding);
    }
  if (conversation->state != PARLOR_CONVERSATION_HUMAN)
    conversation_set_state (conversation, PARLOR_CONVERSATION_HUMAN, now);
  conversation_occupy (conversation, conversation->waiting_since_ms != 0, now);
  conversation_event (conversation, "conversation.assigned", now.wall_ms);
  put_conversation (conversation);
  conversation_arm (conversation, now);
  conversation_notice (conversation);
  assist_show (conversation);
}

gboolean
parlor_service_set_state (ParlorConversation *conversation, ParlorConversationState to, int expect,
                          ParlorMoment now, GError **error)
{
  if ((expect >= 0 && (guint)expect != conversation->state)
      || !parlor_state_may (PARLOR_MACHINE_CONVERSATION, conversation->state, to))
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "The conversation is %s.",
                   parlor_state_name (PARLOR_MACHINE_CONVERSATION, conversation->state));
      return FALSE;
    }
  if (to == PARLOR_CONVERSATION_HUMAN)
    return service_refuse (error, PARLOR_ERROR_UNPROCESSABLE,
                           "Assign it to a rep, or let one accept it.");
  ParlorService *service = conversation->customer->brand->service;
  service_begin (service);
  conversation_set_state (conversation, to, now);
  if (to == PARLOR_CONVERSATION_QUEUED && conversation->binding)
    queue_join (conversation, now);
  service_end (service);
  return TRUE;
}

gboolean
parlor_service_assign (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now,
                       GError **error)
{
  if (rep->departed || rep->brand != conversation->customer->brand)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
  if (customer_blocks (conversation->customer, rep))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "The customer has removed this person.");
  if (conversation->state != PARLOR_CONVERSATION_HUMAN
      && !parlor_state_check (PARLOR_MACHINE_CONVERSATION, conversation->state,
                              PARLOR_CONVERSATION_HUMAN, error))
    return FALSE;
  ParlorService *service = rep->brand->service;
  service_begin (service);
  conversation_human (conversation, rep, now);
  service_end (service);
  return TRUE;
}

void
parlor_service_note (ParlorConversation *conversation, const char *note)
{
  g_autofree char *cut = g_utf8_substring (note, 0, MIN (g_utf8_strlen (note, -1), NOTE_BYTES / 4));
  replace_text (&conversation->note, cut);
  put_conversation (conversation);
  conversation_notice (conversation);
}

void
parlor_service_about (ParlorConversation *conversation, const char *product)
{
  replace_text (&conversation->product, product);
  put_conversation (conversation);
  conversation_notice (conversation);
}

/* ---- saying ---------------------------------------------------------------------------------- */

static const char *const kinds[] = {"text", "image",   "product", "material",
                                    "card", "upgrade", "call",    "system"};

const char *
say_kind (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!g_strcmp0 (name ? name : "text", kinds[i]))
      return kinds[i];
  return NULL;
}

static const ParlorMessage *
find_said (const ParlorConversation *conversation, const ParlorSaySpec *spec)
{
  for (guint i = conversation->recent ? conversation->recent->len : 0; i > 0; i--)
    {
      const ParlorMessage *message = conversation->recent->pdata[i - 1];
      if (message->by == spec->by && !g_strcmp0 (message->client_id, spec->client_id))
        return message;
    }
  return NULL;
}

/* The beginning, whole characters. */
static char *
preview (const char *text)
{
  gsize length = strlen (text);
  if (length > PREVIEW_BYTES)
    length = (gsize)(g_utf8_find_prev_char (text, text + PREVIEW_BYTES) - text);
  return g_strndup (text, length);
}

static ParlorMessage *
keep (ParlorConversation *conversation, const ParlorSaySpec *spec, const char *text,
      ParlorMoment now)
{
  ParlorService *service = conversation->customer->brand->service;
  ParlorMessage *message = g_new0 (ParlorMessage, 1);
  const char *name = spec->rep                        ? spec->rep->name
                     : spec->by == PARLOR_BY_CUSTOMER ? conversation->customer->display
                                                      : NULL;
  parlor_id_make ("msg", &service->spec.random, message->id);
  message->conversation = conversation;
  message->seq = ++conversation->seq;
  message->by = spec->by;
  message->author = g_strdup (spec->rep                        ? spec->rep->id
                              : spec->by == PARLOR_BY_CUSTOMER ? conversation->customer->id
                                                               : "");
  message->name = g_strdup (name ? name : "");
  message->client_id = g_strdup (spec->client_id);
  message->kind = g_strdup (say_kind (spec->kind));
  message->text = g_strdup (text);
  message->data = g_strdup (spec->data);
  message->at_ms = now.wall_ms;
  message->stream_ms = spec->stream_ms;
  if (!conversation->recent)
    conversation->recent = g_ptr_array_new_with_free_func (message_free);
  if (conversation->recent->len == RECENT)
    g_ptr_array_remove_index (conversation->recent, 0);
  g_ptr_array_add (conversation->recent, message);
  if (spec->by != PARLOR_BY_SYSTEM
      || *text) /* a line of the house without words tells a list nothing */
    {
      g_free (conversation->last_text);
      conversation->last_text = preview (text);
      conversation->last_by = spec->by;
    }
  conversation->last_ms = now.wall_ms;
  service->stats.messages++;
  conversation->customer->brand->stats.messages++;
  return message;
}

static void
message_event (const ParlorMessage *message, const char *type)
{
  ParlorConversation *conversation = message->conversation;
  ParlorServiceBrand *brand = conversation->customer->brand;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("message", message->id),
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("by", parlor_author_name (message->by)),
      PARLOR_DATUM_TEXT ("author", message->author),
      PARLOR_DATUM_TEXT ("kind", message->kind),
      PARLOR_DATUM_CONTENT ("text", message->text),
  };
  service_event (brand->service, brand, type, conversation->id, conversation->customer, NULL,
                 message->at_ms, message->stream_ms, data, G_N_ELEMENTS (data));
}

static void
publish (const ParlorMessage *message)
{
  put_message (message);
  message_event (message, "message.created");
  if (message->by == PARLOR_BY_REP && !parlor_customer_is_here (message->conversation->customer))
    message_event (message, "message.waiting");
  ParlorServiceNotice notice = notice_of (message->conversation, PARLOR_NOTICE_MESSAGE);
  notice.message = message;
  notice.by = message->by;
  service_notice (notice.brand->service, &notice);
}

/* He wants an answer: of the rep who has him, at once, or in the queue. */
static void
customer_wrote (ParlorConversation *conversation, const ParlorMessage *message, ParlorMoment now)
{
  job_hurry (conversation->binding, now);
  ParlorRep *rep = conversation->assignee;
  if (!conversation->waiting_since_ms)
    conversation->waiting_since_ms = now.wall_ms;
  if (conversation->state == PARLOR_CONVERSATION_ENDED)
    conversation_set_state (conversation, PARLOR_CONVERSATION_NEW, now);
  gboolean answers = conversation->state == PARLOR_CONVERSATION_HUMAN && rep
                     && (conversation->occupies || rep_has_room (rep)) && rep_is_present (rep);
  if (answers)
    conversation_occupy (conversation, TRUE, now);
  else if (bot_answers (conversation))
    bot_ask (conversation, message, now);
  else if (conversation->state == PARLOR_CONVERSATION_BOT) /* the brand has let its bot go */
    bot_hand_over (conversation, now);
  else if (conversation->state == PARLOR_CONVERSATION_NEW
           || conversation->state == PARLOR_CONVERSATION_HUMAN)
    {
      conversation_set_state (conversation, PARLOR_CONVERSATION_QUEUED, now);
      queue_join (conversation, now);
    }
  assist_ask (conversation, message);
}

static void
rep_wrote (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now)
{
  conversation->read_by_rep = conversation->seq;
  if (conversation->state != PARLOR_CONVERSATION_HUMAN || conversation->assignee != rep)
    conversation_human (conversation, rep, now);
  if (conversation->waiting_since_ms)
    reply_counted (rep->brand, now.wall_ms - conversation->waiting_since_ms);
  conversation->answered = TRUE;
  conversation->waiting_since_ms = 0;
}

/* Cards, materials and offers come from the house; what the server says, only from it. */
static gboolean
is_his_kind (const char *kind, ParlorAuthor by)
{
  static const char *const of_customer[] = {"text", "image", "product", NULL};
  static const char *const of_rep[] = {"text", "image", "product", "material", "card", NULL};
  return g_strv_contains (by == PARLOR_BY_CUSTOMER ? of_customer : of_rep, kind);
}

static gboolean
check_say (const ParlorSaySpec *spec, char **text, char **data, GError **error)
{
  const char *kind = say_kind (spec->kind);
  gsize length = spec->client_id ? strlen (spec->client_id) : 0;
  if (!kind || !is_his_kind (kind, spec->by))
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "There is no message of that kind.");
  if (!length || length > PARLOR_CLIENT_ID_MAX)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "client_id is 1 to 64 bytes.");
  if (spec->data && strlen (spec->data) > DATA_BYTES)
    return service_refuse (error, PARLOR_ERROR_TOO_LARGE, "data is at most 2 KB.");
  if (!shown_data (spec, kind, data, error))
    return FALSE;
  if (strcmp (kind, "text") && (!spec->text || !*spec->text))
    {
      *text = g_strdup ("");
      return TRUE;
    }
  return (*text = parlor_text_block (spec->text, TEXT_MAX, "text", error)) != NULL;
}

/* By the brand's rules, LIVE section 8. */
static gboolean
may_be_said (const ParlorSaySpec *spec, const char *text, ParlorMoment now, GError **error)
{
  ParlorConversation *conversation = spec->conversation;
  ParlorJudged said = {.place = conversation->id,
                       .by = parlor_author_name (spec->by),
                       .text = text,
                       .customer = conversation->customer,
                       .room_ms = spec->stream_ms};
  return (spec->by != PARLOR_BY_CUSTOMER && spec->by != PARLOR_BY_REP)
         || parlor_service_judge (conversation->customer->brand, &said, now)
         || service_refuse (error, PARLOR_ERROR_FORBIDDEN,
                            "There is a word in it that is not wanted here.");
}

static gboolean
is_open (const ParlorSaySpec *spec, GError **error)
{
  const ParlorConversation *conversation = spec->conversation;
  if (spec->by == PARLOR_BY_CUSTOMER
      && (!conversation->binding || !binding_is_live (conversation->binding)))
    return service_refuse (error, PARLOR_ERROR_CONFLICT,
                           "This person was removed. Tap to be given one again.");
  return spec->by != PARLOR_BY_REP || conversation_is_open_to (conversation, spec->rep)
         || service_refuse (error, PARLOR_ERROR_CONFLICT, ENDED_BY_CUSTOMER);
}

gboolean
say_is_fit (const ParlorSaySpec *spec, char **text)
{
  g_autofree char *data = NULL;
  return !find_said (spec->conversation, spec) && check_say (spec, text, &data, NULL)
         && is_open (spec, NULL);
}

const ParlorMessage *
parlor_service_say (ParlorService *service, const ParlorSaySpec *spec, ParlorMoment now,
                    GError **error)
{
  g_autofree char *text = NULL, *data = NULL;
  ParlorConversation *conversation = spec->conversation;
  const ParlorMessage *said = find_said (conversation, spec);
  if (said)
    return said;
  if (!check_say (spec, &text, &data, error) || !is_open (spec, error)
      || !may_be_said (spec, text, now, error))
    return NULL;
  service_begin (service);
  ParlorSaySpec full = *spec;
  full.data = data ? data : spec->data;
  ParlorMessage *message = keep (conversation, &full, text, now);
  publish (message);
  if (spec->by == PARLOR_BY_CUSTOMER)
    customer_wrote (conversation, message, now);
  else if (spec->by == PARLOR_BY_REP)
    rep_wrote (conversation, (ParlorRep *)spec->rep, now);
  put_conversation (conversation);
  conversation_arm (conversation, now);
  conversation_notice (conversation);
  service_end (service);
  return message;
}

/* What nobody wrote on a page: its number is made here. */
static void
say_of_house (ParlorConversation *conversation, const char *prefix, ParlorSaySpec spec,
              const char *text, ParlorMoment now)
{
  char id[PARLOR_ID_SIZE];
  parlor_id_make (prefix, &conversation->customer->brand->service->spec.random, id);
  spec.conversation = conversation;
  spec.client_id = id;
  spec.stream_ms = -1;
  publish (keep (conversation, &spec, text ? text : "", now));
}

void
say_system (ParlorConversation *conversation, const char *kind, const char *text, const char *data,
            ParlorMoment now)
{
  say_of_house (conversation, "sys",
                (ParlorSaySpec){.by = PARLOR_BY_SYSTEM, .kind = kind, .data = data}, text, now);
}

void
say_bot (ParlorConversation *conversation, const char *kind, const char *text, const char *data,
         ParlorMoment now)
{
  say_of_house (conversation, "bot",
                (ParlorSaySpec){.by = PARLOR_BY_BOT, .kind = kind, .data = data}, text, now);
}

/* In the rep's name, where he is known: his face says it. */
void
say_welcome (ParlorConversation *conversation, const char *text, ParlorMoment now)
{
  const ParlorRep *rep = conversation->assignee;
  if (text && *text && !conversation->seq)
    say_of_house (
        conversation, "wel",
        (ParlorSaySpec){.by = rep ? PARLOR_BY_REP : PARLOR_BY_SYSTEM, .rep = rep, .kind = "text"},
        text, now);
}
