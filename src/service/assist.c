/* SPDX-License-Identifier: Apache-2.0 */
/* Cards that only the rep who answers sees: what the brand's system knows about the question. */
#include "service/private.h"

#define KEPT 8
#define TITLE_MAX 80
#define TEXT_MAX 1000
#define SKU_MAX 64

static ParlorService *
service_of (const ParlorConversation *conversation)
{
  return conversation->customer->brand->service;
}

static void
assist_free (gpointer data)
{
  ParlorAssist *card = data;
  g_free (card->title);
  g_free (card->text);
  g_free (card->url);
  g_free (card->sku);
  g_free (card->material);
  g_free (card);
}

void
assist_forget (ParlorConversation *conversation)
{
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  if (conversation->assist_hook)
    hooks->cancel (hooks, conversation->assist_hook);
  conversation->assist_hook = 0;
  g_clear_pointer (&conversation->assist, g_ptr_array_unref);
}

/* Only to him: a notice without customer or visitor has no other way out. */
void
assist_show (ParlorConversation *conversation)
{
  if (!conversation->assist || !conversation->assignee
      || conversation->state != PARLOR_CONVERSATION_HUMAN)
    return;
  ParlorServiceNotice notice = {.type = PARLOR_NOTICE_ASSIST,
                                .brand = conversation->customer->brand,
                                .to_rep = conversation->assignee,
                                .conversation = conversation};
  service_notice (service_of (conversation), &notice);
}

/* ---- judging --------------------------------------------------------------------------------- */

/* Where the text is "", TRUE and NULL. */
static gboolean
take_text (const char *text, guint limit, gboolean block, char **out)
{
  *out = !*text  ? NULL
         : block ? parlor_text_block (text, limit, "text", NULL)
                 : parlor_text_line (text, limit, "title", NULL);
  return !*text || *out;
}

static gboolean
is_known_material (const ParlorServiceBrand *brand, const char *id)
{
  const ParlorMaterial *material = parlor_service_material (brand->service, id);
  return material && material->brand == brand && !material->withdrawn;
}

/* NULL: it says nothing, or what it may not. */
static ParlorAssist *
card_new (ParlorServiceBrand *brand, const char *const *texts, gint64 at_ms)
{
  ParlorAssist *card = g_new0 (ParlorAssist, 1);
  const char *url = texts[PARLOR_ASSIST_URL], *material = texts[PARLOR_ASSIST_MATERIAL];
  gboolean good = take_text (texts[PARLOR_ASSIST_TITLE], TITLE_MAX, FALSE, &card->title)
                  && take_text (texts[PARLOR_ASSIST_TEXT], TEXT_MAX, TRUE, &card->text)
                  && take_text (texts[PARLOR_ASSIST_SKU], SKU_MAX, FALSE, &card->sku)
                  && (!*url || is_link (url))
                  && (!*material || is_known_material (brand, material));
  if (!good || (!card->title && !card->text && !card->sku && !*material))
    {
      assist_free (card);
      return NULL;
    }
  replace_text (&card->url, url);
  replace_text (&card->material, material);
  card->at_ms = at_ms;
  parlor_id_make ("ast", &brand->service->spec.random, card->id);
  return card;
}

gboolean
parlor_service_assist (ParlorConversation *conversation, const char *const *texts, guint n,
                       ParlorMoment now, GError **error)
{
  g_autoptr (GPtrArray) cards = g_ptr_array_new_with_free_func (assist_free);
  if (!conversation->binding || !binding_is_live (conversation->binding)
      || conversation->state == PARLOR_CONVERSATION_ENDED
      || conversation->state == PARLOR_CONVERSATION_BOT)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "No rep has this conversation now.");
  if (!n || n > PARLOR_ASSIST_CARDS_MAX)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "cards are 1 to 5.");
  for (guint i = 0; i < n; i++)
    {
      ParlorAssist *card = card_new (conversation->customer->brand,
                                     texts + (gsize)i * PARLOR_N_ASSIST_TEXTS, now.wall_ms);
      if (!card)
        return service_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                               "A card has a title (80 characters), text (1,000), sku or material "
                               "of this brand; its url is https.");
      g_ptr_array_add (cards, card);
    }
  if (!conversation->assist)
    conversation->assist = g_ptr_array_new_with_free_func (assist_free);
  while (cards->len)
    g_ptr_array_add (conversation->assist, g_ptr_array_steal_index (cards, 0));
  if (conversation->assist->len > KEPT)
    g_ptr_array_remove_range (conversation->assist, 0, conversation->assist->len - KEPT);
  assist_show (conversation);
  return TRUE;
}

/* ---- the hook -------------------------------------------------------------------------------- */

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  ParlorConversation *conversation = user_data;
  ParlorService *service = service_of (conversation);
  const ParlorDatum *cards = parlor_datum_find (answer->data, answer->n_data, "cards",
                                                PARLOR_DATUM_IS_TEXTS);
  guint n = cards && cards->texts ? g_strv_length ((char **)cards->texts) : 0;
  if (answer->final)
    conversation->assist_hook = 0;
  if (answer->outcome == PARLOR_HOOK_ANSWERED && n)
    parlor_service_assist (conversation, cards->texts, n / PARLOR_N_ASSIST_TEXTS,
                           service->spec.now (service->spec.user_data), NULL);
}

/* A newer word makes the older question moot. */
void
assist_ask (ParlorConversation *conversation, const ParlorMessage *message)
{
  const ParlorCustomer *customer = conversation->customer;
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  gboolean someones = conversation->state == PARLOR_CONVERSATION_HUMAN
                      || conversation->state == PARLOR_CONVERSATION_QUEUED;
  if (!someones || !hooks || !hooks->has (hooks, PARLOR_HOOK_ASSIST, customer->brand->id))
    return;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("customer", customer->id),
      PARLOR_DATUM_TEXT ("customer_ref", customer->ref),
      PARLOR_DATUM_TEXT ("rep", conversation->assignee ? conversation->assignee->id : NULL),
      PARLOR_DATUM_TEXT ("message", message->id),
      PARLOR_DATUM_TEXT ("text", message->text),
      PARLOR_DATUM_TEXT ("room", conversation->room),
      PARLOR_DATUM_INT ("room_ms", conversation->room_ms),
      PARLOR_DATUM_TEXT ("product", conversation->product),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_ASSIST, customer->brand->id, NULL, data,
                                 G_N_ELEMENTS (data)};
  if (conversation->assist_hook)
    hooks->cancel (hooks, conversation->assist_hook);
  conversation->assist_hook = hooks->ask (hooks, &question, on_answer, conversation);
}
