/* SPDX-License-Identifier: Apache-2.0 */
/* The brand's bot answers first, where it has one; every way out of it ends at a human. */
#include "service/private.h"

#include <string.h>

/* Unanswered messages of one conversation that are before the bot at once. */
#define ASKED_MAX 4

typedef struct
{
  ParlorConversation *conversation;
  guint64 hook;
  gint64 seq; /* of the message that was asked about */
} Question;

static ParlorService *
service_of (const ParlorConversation *conversation)
{
  return conversation->customer->brand->service;
}

gboolean
bot_answers (const ParlorConversation *conversation)
{
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  gboolean first = conversation->state == PARLOR_CONVERSATION_NEW
                   || conversation->state == PARLOR_CONVERSATION_BOT;
  return first && hooks && hooks->has (hooks, PARLOR_HOOK_BOT, conversation->customer->brand->id);
}

void
bot_forget (ParlorConversation *conversation)
{
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  for (guint i = 0; conversation->asked_bot && i < conversation->asked_bot->len; i++)
    hooks->cancel (hooks, ((Question *)conversation->asked_bot->pdata[i])->hook);
  g_clear_pointer (&conversation->asked_bot, g_ptr_array_unref);
}

void
bot_hand_over (ParlorConversation *conversation, ParlorMoment now)
{
  ParlorService *service = service_of (conversation);
  service_begin (service);
  if (conversation->state == PARLOR_CONVERSATION_ENDED)
    conversation_set_state (conversation, PARLOR_CONVERSATION_NEW, now);
  if (!conversation->waiting_since_ms)
    conversation->waiting_since_ms = now.wall_ms;
  conversation_set_state (conversation, PARLOR_CONVERSATION_QUEUED, now);
  if (conversation->binding)
    queue_join (conversation, now);
  put_conversation (conversation);
  service_end (service);
}

/* ---- what it says ---------------------------------------------------------------------------- */

static void
show_card (ParlorConversation *conversation, const char *id, ParlorMoment now)
{
  const ParlorMaterial *material = parlor_service_material (service_of (conversation), id);
  if (material)
    {
      gboolean known = material->brand == conversation->customer->brand && !material->withdrawn;
      g_autofree char *shown = known ? material_data (material, NULL, FALSE) : NULL;
      if (shown)
        say_bot (conversation, "material", "", shown, now);
      return;
    }
  GString *data = g_string_new ("{\"sku\":");
  append_json (data, id);
  g_string_append_c (data, '}');
  say_bot (conversation, "product", "", data->str, now);
  g_string_free (data, TRUE);
}

static void
show (const Question *question, const ParlorHookAnswer *answer, ParlorMoment now)
{
  ParlorConversation *conversation = question->conversation;
  const char *text = parlor_datum_text (answer->data, answer->n_data, "text");
  const ParlorDatum *cards = parlor_datum_find (answer->data, answer->n_data, "cards",
                                                PARLOR_DATUM_IS_TEXTS);
  if (text && *text)
    say_bot (conversation, "text", text, NULL, now);
  for (guint i = 0; cards && cards->texts && cards->texts[i]; i++)
    show_card (conversation, cards->texts[i], now);
  put_conversation (conversation);
  conversation_arm (conversation, now);
  conversation_notice (conversation);
}

/* No answer is owed where this was about the last that he wrote. */
static gboolean
is_last (const Question *question)
{
  const ParlorConversation *conversation = question->conversation;
  for (guint i = conversation->asked_bot->len; i > 0; i--)
    if (((const Question *)conversation->asked_bot->pdata[i - 1])->seq > question->seq)
      return FALSE;
  return TRUE;
}

static void
take (const Question *question, const ParlorHookAnswer *answer, ParlorMoment now)
{
  ParlorConversation *conversation = question->conversation;
  ParlorService *service = service_of (conversation);
  gboolean asked = conversation->state == PARLOR_CONVERSATION_BOT;
  gboolean answered = answer->outcome == PARLOR_HOOK_ANSWERED;
  gboolean handover = !answered
                      || parlor_datum_flag (answer->data, answer->n_data, "handover", FALSE);
  if (answered && (asked || conversation->state == PARLOR_CONVERSATION_QUEUED))
    {
      service_begin (service);
      if (asked && !handover && is_last (question))
        conversation->waiting_since_ms = 0;
      show (question, answer, now);
      service_end (service);
    }
  if (asked && handover)
    bot_hand_over (conversation, now);
}

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  Question *question = user_data;
  ParlorConversation *conversation = question->conversation;
  ParlorService *service = service_of (conversation);
  take (question, answer, service->spec.now (service->spec.user_data));
  if (answer->final)
    g_ptr_array_remove (conversation->asked_bot, question);
}

void
bot_ask (ParlorConversation *conversation, const ParlorMessage *message, ParlorMoment now)
{
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  const ParlorCustomer *customer = conversation->customer;
  if (conversation->state != PARLOR_CONVERSATION_BOT)
    conversation_set_state (conversation, PARLOR_CONVERSATION_BOT, now);
  if (!conversation->asked_bot)
    conversation->asked_bot = g_ptr_array_new_with_free_func (g_free);
  if (conversation->asked_bot->len >= ASKED_MAX)
    {
      bot_hand_over (conversation, now);
      return;
    }
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("customer", customer->id),
      PARLOR_DATUM_TEXT ("customer_ref", customer->ref),
      PARLOR_DATUM_TEXT ("message", message->id),
      PARLOR_DATUM_TEXT ("text", message->text),
      PARLOR_DATUM_TEXT ("room", conversation->room),
      PARLOR_DATUM_INT ("room_ms", conversation->room_ms),
      PARLOR_DATUM_TEXT ("product", conversation->product),
  };
  ParlorHookQuestion spec = {PARLOR_HOOK_BOT, customer->brand->id, NULL, data, G_N_ELEMENTS (data)};
  Question *question = g_new0 (Question, 1);
  question->conversation = conversation;
  question->seq = message->seq;
  g_ptr_array_add (conversation->asked_bot, question);
  question->hook = hooks->ask (hooks, &spec, on_answer, question);
}

/* ---- the customer's word --------------------------------------------------------------------- */

gboolean
parlor_service_want_human (ParlorConversation *conversation, ParlorMoment now, GError **error)
{
  if (!conversation->binding || !binding_is_live (conversation->binding))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, ENDED_BY_CUSTOMER);
  if (conversation->state != PARLOR_CONVERSATION_QUEUED
      && conversation->state != PARLOR_CONVERSATION_HUMAN)
    bot_hand_over (conversation, now);
  return TRUE;
}

static const ParlorMessage *
find_bots (const ParlorConversation *conversation, const char *id)
{
  for (guint i = 0; conversation->recent && i < conversation->recent->len; i++)
    {
      const ParlorMessage *message = conversation->recent->pdata[i];
      if (message->by == PARLOR_BY_BOT && !strcmp (message->id, id))
        return message;
    }
  return NULL;
}

gboolean
parlor_service_feedback (ParlorConversation *conversation, const char *id, gboolean good,
                         ParlorMoment now, GError **error)
{
  const ParlorMessage *message = find_bots (conversation, id);
  if (!message)
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such message of the bot.");
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("message", message->id),
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_FLAG ("good", good),
  };
  ParlorService *service = service_of (conversation);
  service_begin (service);
  service_event (service, conversation->customer->brand, "message.rated", conversation->id,
                 conversation->customer, NULL, now.wall_ms, -1, data, G_N_ELEMENTS (data));
  service_end (service);
  if (!good && conversation->state == PARLOR_CONVERSATION_BOT)
    bot_hand_over (conversation, now);
  return TRUE;
}
