/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_stats.h"

#include "service/funnel.h"

#include <string.h>

/* Facts that were put lately and need not be put again; the store drops the others by their id. */
#define KNOWN_MAX 100000

struct _ParlorWireStats
{
  ParlorWireHooks *hooks;
  ParlorRecordSink *records;
  ParlorWireLive *live;   /* nullable */
  ParlorService *service; /* nullable */
  GHashTable *known;      /* set of ids, owned */
  GHashTable *tapped;     /* visitor → the entry that his page named with a tap; both owned */
  gint64 last_seq;
};

ParlorWireStats *
parlor_wire_stats_new (ParlorWireHooks *hooks, ParlorStore *store)
{
  ParlorWireStats *stats = g_new0 (ParlorWireStats, 1);
  stats->hooks = hooks;
  stats->records = store ? parlor_store_records (store) : NULL;
  stats->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  stats->tapped = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return stats;
}

void
parlor_wire_stats_free (ParlorWireStats *stats)
{
  if (!stats)
    return;
  g_hash_table_unref (stats->known);
  g_hash_table_unref (stats->tapped);
  g_free (stats);
}

void
parlor_wire_stats_tie (ParlorWireStats *stats, ParlorWireLive *live, ParlorService *service)
{
  stats->live = live;
  stats->service = service;
}

/* ---- what is known at that moment ------------------------------------------------------------ */

static const char *
datum (const ParlorEvent *event, const char *name)
{
  const char *text = parlor_datum_text (event->data, event->n_data, name);
  return text && *text ? text : NULL;
}

static char *
text_or_null (const char *text)
{
  return (char *)(text && *text ? text : NULL);
}

static void
fill (char **to, const char *text)
{
  if (!*to)
    *to = text_or_null (text);
}

/* Where he came from: the entry that is named, else that of his newest touch. */
static void
add_entry (const ParlorWireStats *stats, ParlorFactRow *fact)
{
  ParlorVisitors *visitors = stats->live ? stats->live->visitors : NULL;
  const ParlorTouch *touch = visitors && fact->visitor
                                 ? parlor_visitors_last_touch (visitors, fact->visitor)
                                 : NULL;
  if (touch)
    {
      fill (&fact->entry, touch->entry);
      fill (&fact->inviter, touch->inviter);
      fill (&fact->room, touch->room);
    }
  if (fact->visitor) /* one who came without a link of ours has no touch */
    fill (&fact->entry, g_hash_table_lookup (stats->tapped, fact->visitor));
  const ParlorEntry *entry = visitors && fact->entry
                                 ? parlor_visitors_find_entry (visitors, fact->entry)
                                 : NULL;
  if (!entry)
    return;
  fill (&fact->channel, entry->channel);
  fill (&fact->state, entry->state);
  fill (&fact->inviter, entry->rep);
  fill (&fact->product, entry->product);
  fill (&fact->room, entry->room);
}

/* Of a conversation: whose it is, what it is about. */
static void
add_conversation (ParlorFactRow *fact, const ParlorConversation *conversation)
{
  const ParlorCustomer *customer = conversation->customer;
  const ParlorRep *rep = conversation->assignee;
  if (!rep && conversation->binding)
    rep = conversation->binding->rep;
  fill (&fact->visitor, customer->visitor);
  fill (&fact->customer, customer->id);
  fill (&fact->room, conversation->room);
  fill (&fact->product, conversation->product);
  fill (&fact->rep, rep ? rep->id : NULL);
}

static void
add_customer (const ParlorWireStats *stats, ParlorFactRow *fact)
{
  ParlorServiceBrand *brand = stats->service ? parlor_service_brand (stats->service, fact->brand)
                                             : NULL;
  const ParlorCustomer *customer = NULL;
  if (brand && fact->customer)
    customer = parlor_service_customer (stats->service, fact->brand, fact->customer);
  else if (brand && fact->visitor)
    customer = parlor_service_customer_of (brand, fact->visitor);
  if (!customer)
    return;
  fill (&fact->customer, customer->id);
  fill (&fact->visitor, customer->visitor);
  for (const ParlorBinding *binding = customer->bindings; binding;
       binding = binding->next_of_customer)
    if (binding->rep)
      {
        fill (&fact->rep, binding->rep->id);
        return;
      }
}

static const ParlorConversation *
conversation_of (const ParlorWireStats *stats, const ParlorEvent *event)
{
  const char *id = datum (event, "conversation");
  return id && stats->service ? parlor_service_conversation (stats->service, event->brand, id)
                              : NULL;
}

/* ---- facts ----------------------------------------------------------------------------------- */

static void
put (ParlorWireStats *stats, ParlorFactRow *fact, ParlorFunnelStage stage, const char *key)
{
  const char *name = parlor_funnel_stage_name (stage);
  g_autofree char *id = g_strdup_printf ("%s:%s", name, key);
  if (g_hash_table_contains (stats->known, id))
    return;
  add_customer (stats, fact);
  add_entry (stats, fact);
  if (g_hash_table_size (stats->known) >= KNOWN_MAX)
    g_hash_table_remove_all (stats->known);
  fact->id = id;
  fact->stage = (char *)name;
  fact->seq = stats->last_seq = MAX (stats->last_seq + 1, fact->at_ms * 1000);
  stats->records->put (stats->records, &parlor_fact_kind, fact);
  g_hash_table_add (stats->known, g_steal_pointer (&id)); /* which keeps it for tell_fact () */
}

/* The customer's first word, and a person's first word after it. */
static void
note_message (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  const ParlorConversation *conversation = conversation_of (stats, event);
  const char *by = datum (event, "by");
  if (!conversation || !by)
    return;
  add_conversation (fact, conversation);
  if (!strcmp (by, "customer"))
    put (stats, fact, PARLOR_FUNNEL_TALKED, conversation->id);
  else if (!strcmp (by, "rep") && conversation->waiting_since_ms)
    {
      fact->rep = text_or_null (datum (event, "author"));
      put (stats, fact, PARLOR_FUNNEL_ANSWERED, conversation->id);
    }
}

static void
note_call (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  const ParlorConversation *conversation = conversation_of (stats, event);
  fact->rep = text_or_null (datum (event, "rep"));
  if (conversation)
    add_conversation (fact, conversation);
  if (datum (event, "call"))
    put (stats, fact, PARLOR_FUNNEL_CALLED, datum (event, "call"));
}

static void
note_binding (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  const ParlorConversation *conversation = conversation_of (stats, event);
  if (conversation)
    add_conversation (fact, conversation);
  if (datum (event, "binding"))
    put (stats, fact, PARLOR_FUNNEL_BOUND, datum (event, "binding"));
}

/* A tap's id is its page's own: two visitors may have the same. */
static void
note_tap (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  gboolean card = !strcmp (event->type, "entry.card_shown");
  fact->entry = text_or_null (datum (event, "entry"));
  fact->room = text_or_null (datum (event, "room"));
  fact->rep = text_or_null (datum (event, "rep"));
  if (!fact->visitor || !datum (event, "tap"))
    return;
  if (g_hash_table_size (stats->tapped) >= KNOWN_MAX)
    g_hash_table_remove_all (stats->tapped);
  if (fact->entry)
    g_hash_table_replace (stats->tapped, g_strdup (fact->visitor), g_strdup (fact->entry));
  g_autofree char *key = g_strjoin (" ", event->brand, fact->visitor, datum (event, "tap"), NULL);
  put (stats, fact, card ? PARLOR_FUNNEL_CARD : PARLOR_FUNNEL_TAP, key);
}

static void
add_handoff (const ParlorWireStats *stats, ParlorFactRow *fact, const char *id)
{
  const ParlorHandoff *handoff = id && stats->live
                                     ? parlor_handoffs_find (stats->live->handoffs, fact->brand, id)
                                     : NULL;
  if (!handoff)
    return;
  fill (&fact->visitor, handoff->visitor);
  fill (&fact->room, handoff->room);
  fill (&fact->product, handoff->sku);
}

static void
note_shop (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  gboolean clicked = !strcmp (event->type, "product.clicked");
  const char *handoff = clicked ? datum (event, "handoff") : event->entity;
  fact->product = text_or_null (datum (event, "sku"));
  fact->room = text_or_null (clicked ? event->entity : datum (event, "room"));
  if (handoff)
    put (stats, fact, clicked ? PARLOR_FUNNEL_CLICKED : PARLOR_FUNNEL_SHOP, handoff);
}

/* Once per order_id, and only what is within the brand's window. */
static void
note_conversion (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  const char *order = datum (event, "order_id"), *kind = datum (event, "kind");
  gboolean refund = kind && !strcmp (kind, "refund");
  if (!order || !parlor_datum_flag (event->data, event->n_data, "counted", FALSE))
    return;
  add_handoff (stats, fact, datum (event, "handoff"));
  if (!datum (event, "handoff"))
    fact->customer = text_or_null (event->entity);
  fact->value = text_or_null (datum (event, "value"));
  fact->currency = text_or_null (datum (event, "currency"));
  g_autofree char *key = g_strjoin (" ", event->brand, order, NULL);
  put (stats, fact, refund ? PARLOR_FUNNEL_REFUNDED : PARLOR_FUNNEL_ORDERED, key);
}

static void
note_arrival (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact)
{
  gboolean joined = !strcmp (event->type, "viewer.joined");
  const char *key = datum (event, joined ? "participant" : "touch");
  if (joined)
    fact->room = (char *)event->entity;
  else
    fact->entry = (char *)event->entity;
  if (key)
    put (stats, fact, joined ? PARLOR_FUNNEL_JOINED : PARLOR_FUNNEL_TOUCH, key);
}

typedef void (*Note) (ParlorWireStats *stats, const ParlorEvent *event, ParlorFactRow *fact);

static Note
note_of (const char *type)
{
  static const struct
  {
    const char *type;
    Note note;
  } notes[] = {
      {"entry.impression", note_arrival},
      {"viewer.joined", note_arrival},
      {"entry.tap", note_tap},
      {"entry.card_shown", note_tap},
      {"binding.active", note_binding},
      {"binding.proposed", note_binding},
      {"message.created", note_message},
      {"call.active", note_call},
      {"product.clicked", note_shop},
      {"handoff.resolved", note_shop},
      {"conversion.reported", note_conversion},
  };
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    if (!strcmp (notes[i].type, type))
      return notes[i].note;
  return NULL;
}

/* The event tells what it was counted as, with the context of that moment: who adds these up has
 * the funnel, without asking us anything. Its time, value and currency are the event's own. */
static void
tell_fact (const ParlorWireStats *stats, const ParlorEvent *event, const ParlorFactRow *fact)
{
  const ParlorDatum more[] = {
      PARLOR_DATUM_TEXT ("fact.id", fact->id),
      PARLOR_DATUM_TEXT ("fact.stage", fact->stage),
      PARLOR_DATUM_TEXT ("fact.visitor", fact->visitor),
      PARLOR_DATUM_TEXT ("fact.customer", fact->customer),
      PARLOR_DATUM_TEXT ("fact.entry", fact->entry),
      PARLOR_DATUM_TEXT ("fact.channel", fact->channel),
      PARLOR_DATUM_TEXT ("fact.state", fact->state),
      PARLOR_DATUM_TEXT ("fact.room", fact->room),
      PARLOR_DATUM_TEXT ("fact.inviter", fact->inviter),
      PARLOR_DATUM_TEXT ("fact.product", fact->product),
      PARLOR_DATUM_TEXT ("fact.rep", fact->rep),
  };
  ParlorDatum data[PARLOR_DATUM_MAX];
  ParlorEvent told = *event;
  g_return_if_fail (event->n_data + G_N_ELEMENTS (more) <= PARLOR_DATUM_MAX);
  for (guint i = 0; i < event->n_data; i++)
    data[i] = event->data[i];
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    if (more[i].text)
      data[told.n_data++] = more[i];
  told.data = data;
  parlor_wire_hooks_event (&told, stats->hooks);
}

void
parlor_wire_stats_event (const ParlorEvent *event, gpointer user_data)
{
  ParlorWireStats *stats = user_data;
  Note note = stats->records ? note_of (event->type) : NULL;
  ParlorFactRow fact = {.brand = (char *)event->brand,
                        .at_ms = event->at_ms,
                        .customer = (char *)event->customer,
                        .visitor = text_or_null (datum (event, "visitor"))};
  if (note)
    note (stats, event, &fact);
  if (fact.id)
    tell_fact (stats, event, &fact);
  else
    parlor_wire_hooks_event (event, stats->hooks);
}
