/* SPDX-License-Identifier: Apache-2.0 */
/* Only answers queue: a conversation whose customer has written waits for a free chat of his rep;
 * others of the group are asked when that one is away, busy for too long, or lets an offer pass. */
#include "service/private.h"

/* How long he waits for his own rep before a colleague may answer. */
#define PATIENCE_US (60 * SECOND_US)
/* A finished offer is remembered for so long: a late Enter is told what became of it. */
#define OFFER_MEMORY_US (60 * SECOND_US)
/* What is assumed of a group that has served nobody yet. */
#define SERVICE_US (90 * SECOND_US)
#define TOLD_MAX 50

/* ---- telling --------------------------------------------------------------------------------- */

guint
parlor_service_position (const ParlorConversation *conversation, guint *estimate_s)
{
  *estimate_s = 0;
  if (!conversation->queued)
    return 0;
  const ParlorGroup *group = conversation->asked_of;
  guint position = 1;
  for (const GList *l = group->queue.head; l && l->data != conversation; l = l->next)
    position++;
  guint present = parlor_service_present (group);
  double each_us = group->service_us > 0 ? group->service_us
                                         : (double)SERVICE_US / MAX (present, 1);
  if (present)
    *estimate_s = (guint)(position * each_us / SECOND_US) + 1;
  return position;
}

void
queue_tell (ParlorConversation *conversation, ParlorMoment now)
{
  const ParlorGroup *group = conversation->asked_of;
  gint64 open_ms = parlor_hours_next_open_ms (&group->hours, now.wall_ms, group->utc_offset_min);
  ParlorServiceNotice notice = {
      .type = PARLOR_NOTICE_QUEUE,
      .brand = group->brand,
      .to_customer = conversation->customer,
      .conversation = conversation,
      .group = group,
      .open_ms = open_ms == now.wall_ms ? 0 : open_ms,
      .reps_present = parlor_service_present (group),
  };
  notice.position = parlor_service_position (conversation, &notice.estimate_s);
  service_notice (group->brand->service, &notice);
}

static void
offer_notice (ParlorOffer *offer, ParlorMoment now)
{
  static const char *const events[] = {"offer.pending", "offer.accepted", "offer.rejected",
                                       "offer.timeout", "offer.rescinded"};
  ParlorConversation *conversation = offer->conversation;
  ParlorServiceBrand *brand = offer->rep->brand;
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("offer", offer->id),
                              PARLOR_DATUM_TEXT ("conversation", conversation->id),
                              PARLOR_DATUM_TEXT ("rep", offer->rep->id)};
  service_event (brand->service, brand, events[offer->state], conversation->id,
                 conversation->customer, NULL, now.wall_ms, -1, data, G_N_ELEMENTS (data));
  ParlorServiceNotice notice = {.type = PARLOR_NOTICE_OFFER,
                                .brand = brand,
                                .to_rep = offer->rep,
                                .rep = offer->rep,
                                .offer = offer,
                                .conversation = conversation};
  service_notice (brand->service, &notice);
}

/* ---- offers ---------------------------------------------------------------------------------- */

static void
offer_make (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now)
{
  ParlorService *service = rep->brand->service;
  ParlorOffer *offer = g_new0 (ParlorOffer, 1);
  gint64 for_us = conversation->asked_of->offer_timeout_s * SECOND_US;
  parlor_id_make ("off", &service->spec.random, offer->id);
  offer->conversation = conversation;
  offer->rep = rep;
  offer->made_ms = now.wall_ms;
  offer->until_ms = now.wall_ms + for_us / 1000;
  g_hash_table_insert (service->offers, offer->id, offer);
  service_arm (service, TIMER_OFFER, &offer->timer, now.us + for_us);
  conversation->offer = offer;
  rep->n_offers++;
  service->stats.offers++;
  rep_settle (rep, now);
  offer_notice (offer, now);
  /* Who was told that nobody is there waits for somebody now. */
  if (conversation->queued)
    queue_tell (conversation, now);
}

void
offer_over (ParlorOffer *offer, ParlorOfferState state, ParlorMoment now)
{
  ParlorService *service = offer->rep->brand->service;
  offer->state = state;
  offer->conversation->offer = NULL;
  offer->rep->n_offers--;
  service_arm (service, TIMER_OFFER, &offer->timer, now.us + OFFER_MEMORY_US);
  rep_settle (offer->rep, now);
  offer_notice (offer, now);
}

static void
pass_on (ParlorOffer *offer, ParlorOfferState state, ParlorMoment now)
{
  ParlorConversation *conversation = offer->conversation;
  offer_over (offer, state, now);
  conversation->others_may = TRUE;
  if (!conversation->tried)
    conversation->tried = g_ptr_array_new ();
  g_ptr_array_add (conversation->tried, offer->rep);
  queue_pump (conversation->asked_of, now);
}

void
offer_timeout (ParlorOffer *offer, ParlorMoment now)
{
  ParlorService *service = offer->rep->brand->service;
  if (offer->state != PARLOR_OFFER_PENDING)
    {
      g_hash_table_remove (service->offers, offer->id);
      return;
    }
  service->stats.timeouts++;
  pass_on (offer, PARLOR_OFFER_TIMEOUT, now);
}

void
offers_of_rep_gone (ParlorRep *rep, ParlorMoment now)
{
  GHashTableIter iter;
  gpointer value;
  g_autoptr (GPtrArray) his = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, rep->brand->service->offers);
  while (rep->n_offers && g_hash_table_iter_next (&iter, NULL, &value))
    if (((ParlorOffer *)value)->rep == rep && ((ParlorOffer *)value)->state == PARLOR_OFFER_PENDING)
      g_ptr_array_add (his, value);
  for (guint i = 0; i < his->len; i++)
    pass_on (his->pdata[i], PARLOR_OFFER_RESCINDED, now);
}

static ParlorOffer *
find_offer (ParlorRep *rep, const char *id, ParlorOfferState to, GError **error)
{
  ParlorOffer *offer = id ? g_hash_table_lookup (rep->brand->service->offers, id) : NULL;
  if (!offer || offer->rep != rep)
    {
      service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such offer.");
      return NULL;
    }
  return parlor_state_check (PARLOR_MACHINE_OFFER, offer->state, to, error) ? offer : NULL;
}

gboolean
parlor_service_accept (ParlorRep *rep, const char *id, ParlorMoment now, GError **error)
{
  ParlorOffer *offer = find_offer (rep, id, PARLOR_OFFER_ACCEPTED, error);
  if (!offer)
    return FALSE;
  ParlorConversation *conversation = offer->conversation;
  rep->brand->service->stats.accepted++;
  service_begin (rep->brand->service);
  offer_over (offer, PARLOR_OFFER_ACCEPTED, now);
  conversation_human (conversation, rep, now);
  service_end (rep->brand->service);
  return TRUE;
}

gboolean
parlor_service_reject (ParlorRep *rep, const char *id, ParlorMoment now, GError **error)
{
  ParlorOffer *offer = find_offer (rep, id, PARLOR_OFFER_REJECTED, error);
  if (!offer)
    return FALSE;
  rep->brand->service->stats.rejected++;
  pass_on (offer, PARLOR_OFFER_REJECTED, now);
  return TRUE;
}

/* ---- the queue ------------------------------------------------------------------------------- */

static gboolean
is_tried (const ParlorConversation *conversation, ParlorRep *rep)
{
  return conversation->tried && g_ptr_array_find (conversation->tried, rep, NULL);
}

static ParlorRep *
pick (ParlorConversation *conversation)
{
  ParlorRep *own = conversation->binding->rep;
  ParlorGroup *group = conversation->asked_of;
  if (own && rep_has_room (own) && !is_tried (conversation, own)
      && !customer_blocks (conversation->customer, own))
    return own;
  if (group->routing == PARLOR_ROUTING_MANUAL
      || (own && rep_is_present (own) && !conversation->others_may))
    return NULL;
  RouteQuestion question = {.group = group,
                            .customer = conversation->customer,
                            .without = conversation->tried,
                            .answer = TRUE};
  ParlorRep *rep = route_next (&question);
  if (!rep && (question.group = group->overflow))
    rep = route_next (&question);
  return rep;
}

void
queue_pump (ParlorGroup *group, ParlorMoment now)
{
  for (GList *l = group->queue.head, *next; l; l = next)
    {
      ParlorConversation *conversation = l->data;
      next = l->next;
      ParlorRep *rep = conversation->offer ? NULL : pick (conversation);
      if (rep)
        offer_make (conversation, rep, now);
    }
}

/* He may stand in as the overflow of groups he is not in. */
static void
pump_overflowing (ParlorRep *rep, ParlorGroup *into, ParlorMoment now)
{
  for (guint i = 0; i < rep->brand->groups->len; i++)
    {
      ParlorGroup *group = rep->brand->groups->pdata[i];
      if (group->overflow == into && group->queue.length)
        queue_pump (group, now);
    }
}

void
queue_pump_rep (ParlorRep *rep, ParlorMoment now)
{
  for (guint i = 0; i < rep->places->len; i++)
    {
      ParlorGroup *group = ((ParlorRepPlace *)rep->places->pdata[i])->group;
      if (group->waiting.length && rep_is_present (rep))
        serve_waiting (group, now);
      if (group->queue.length)
        queue_pump (group, now);
      pump_overflowing (rep, group, now);
    }
}

static int
by_waiting (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 x = ((const ParlorConversation *)a)->waiting_since_ms,
         y = ((const ParlorConversation *)b)->waiting_since_ms;
  return x < y ? -1 : x > y;
}

void
queue_join (ParlorConversation *conversation, ParlorMoment now)
{
  if (conversation->queued)
    return;
  ParlorGroup *group = conversation->binding->group;
  conversation->asked_of = group;
  conversation->queued = TRUE;
  conversation->others_may = FALSE;
  if (!conversation->waiting_since_ms)
    conversation->waiting_since_ms = now.wall_ms;
  GList *before = group->queue.tail;
  while (before && by_waiting (before->data, conversation, NULL) > 0)
    before = before->prev;
  if (before)
    g_queue_insert_after_link (&group->queue, before, &conversation->link);
  else
    g_queue_push_head_link (&group->queue, &conversation->link);
  group->brand->service->stats.queued++;
  if (group->queue.length == 1)
    group->last_served_us = now.us;
  conversation_arm (conversation, now);
  queue_pump (group, now);
  if (conversation->queued)
    queue_tell (conversation, now);
}

static void
learn (ParlorGroup *group, gint64 now_us)
{
  double took_us = (double)(now_us - group->last_served_us);
  group->service_us = group->service_us > 0 ? 0.8 * group->service_us + 0.2 * took_us : took_us;
  group->last_served_us = now_us;
}

void
queue_leave (ParlorConversation *conversation, ParlorMoment now)
{
  if (!conversation->queued)
    return;
  ParlorGroup *group = conversation->asked_of;
  g_queue_unlink (&group->queue, &conversation->link);
  conversation->queued = FALSE;
  g_clear_pointer (&conversation->tried, g_ptr_array_unref);
  group->brand->service->stats.queued--;
  learn (group, now.us);
  if (conversation->offer)
    offer_over (conversation->offer, PARLOR_OFFER_RESCINDED, now);
  guint told = 0;
  for (GList *l = group->queue.head; l && told < TOLD_MAX; l = l->next, told++)
    queue_tell (l->data, now);
}

/* Everybody is asked again, his own rep is no more waited for alone. */
void
queue_patience_over (ParlorConversation *conversation, ParlorMoment now)
{
  conversation->others_may = TRUE;
  g_clear_pointer (&conversation->tried, g_ptr_array_unref);
  queue_pump (conversation->asked_of, now);
  queue_tell (conversation, now);
}
