/* SPDX-License-Identifier: Apache-2.0 */
/* From a hotline to a personal adviser: one binding, one conversation, and the customer's yes. */
#include "service/private.h"

#define OFFER_MS (72 * 3600 * G_GINT64_CONSTANT (1000))
#define REST_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

gboolean
rep_is_of (const ParlorRep *rep, const ParlorGroup *group)
{
  for (guint i = 0; i < rep->places->len; i++)
    if (((const ParlorRepPlace *)rep->places->pdata[i])->group == group)
      return TRUE;
  return FALSE;
}

ParlorBinding *
binding_for (const ParlorCustomer *customer, const ParlorGroup *group)
{
  ParlorBinding *of_group = parlor_customer_binding (customer, group);
  if (of_group)
    return of_group;
  for (ParlorBinding *binding = customer->bindings; binding; binding = binding->next_of_customer)
    if (binding->personal_ms && binding_is_live (binding) && binding->rep
        && (group == group->brand->groups->pdata[0] || rep_is_of (binding->rep, group)))
      return binding;
  return NULL;
}

const ParlorRep *
parlor_binding_upgrade (const ParlorBinding *binding, gint64 now_ms)
{
  return binding_is_live (binding) && now_ms < binding->upgrade_until_ms ? binding->upgrade_rep
                                                                         : NULL;
}

static void
tell (ParlorBinding *binding, const char *what, const ParlorRep *rep, const ParlorRep *before,
      ParlorMoment now)
{
  static const char *const types[] = {"binding.upgrade_offered", "binding.upgraded",
                                      "binding.upgrade_declined"};
  const char *type = types[*what == 'o' ? 0 : *what == 'a' ? 1 : 2];
  ParlorServiceBrand *brand = binding->customer->brand;
  g_autofree char *data = g_strdup_printf ("{\"what\":\"%s\",\"rep\":\"%s\"}", what, rep->id);
  const ParlorDatum facts[] = {
      PARLOR_DATUM_TEXT ("binding", binding->id),
      PARLOR_DATUM_TEXT ("customer", binding->customer->id),
      PARLOR_DATUM_TEXT ("group", binding->group->id),
      PARLOR_DATUM_TEXT ("rep", rep->id),
      PARLOR_DATUM_TEXT ("from", before ? before->id : NULL),
      PARLOR_DATUM_TEXT ("conversation", binding->conversation->id),
  };
  put_binding (binding);
  service_event (brand->service, brand, type, binding->id, binding->customer, NULL, now.wall_ms, -1,
                 facts, G_N_ELEMENTS (facts));
  say_system (binding->conversation, "upgrade", NULL, data, now);
  put_conversation (binding->conversation);
  binding_notice (binding);
  conversation_notice (binding->conversation);
}

gboolean
parlor_service_offer_upgrade (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now,
                              GError **error)
{
  ParlorBinding *binding = conversation->binding;
  ParlorService *service = conversation->customer->brand->service;
  if (!conversation_is_open_to (conversation, rep))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, ENDED_BY_CUSTOMER);
  if (conversation->state != PARLOR_CONVERSATION_HUMAN || conversation->assignee != rep)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Only who answers can offer himself.");
  if (binding->personal_ms && binding->rep == rep)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "He is the personal adviser already.");
  if (parlor_binding_upgrade (binding, now.wall_ms) == rep)
    return TRUE;
  if (!binding->upgrade_rep && now.wall_ms < binding->upgrade_until_ms)
    return service_refuse (error, PARLOR_ERROR_CONFLICT,
                           "The customer said no. Ask again tomorrow.");
  service_begin (service);
  binding->upgrade_rep = rep;
  binding->upgrade_until_ms = now.wall_ms + OFFER_MS;
  tell (binding, "offered", rep, NULL, now);
  service_end (service);
  return TRUE;
}

/* One personal adviser: others are a hotline's again, and a second binding to the same person ends.
 */
static void
leave_others (ParlorBinding *binding, ParlorMoment now)
{
  for (ParlorBinding *other = binding->customer->bindings; other; other = other->next_of_customer)
    {
      if (other == binding || !binding_is_live (other))
        continue;
      if (other->rep == binding->rep)
        parlor_service_unbind (other, FALSE, now, NULL);
      else if (other->personal_ms)
        {
          other->personal_ms = 0;
          put_binding (other);
          binding_notice (other);
        }
    }
}

static gboolean
may_become (const ParlorBinding *binding, const ParlorRep *rep, GError **error)
{
  const ParlorGroup *group = binding->group;
  if (rep->departed || customer_blocks (binding->customer, rep))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "This person is not there any more.");
  if (binding->rep != rep && group->max_customers && rep->bindings.length >= group->max_customers)
    return service_refuse (error, PARLOR_ERROR_CONFLICT,
                           "This person has as many customers as there may be.");
  return TRUE;
}

gboolean
parlor_service_answer_upgrade (ParlorBinding *binding, gboolean yes, ParlorMoment now,
                               GError **error)
{
  ParlorService *service = binding->customer->brand->service;
  ParlorRep *rep = (ParlorRep *)parlor_binding_upgrade (binding, now.wall_ms);
  ParlorRep *before = binding->rep;
  if (!rep)
    return service_refuse (error, PARLOR_ERROR_GONE, "Nobody asks that any more.");
  if (yes && !may_become (binding, rep, error))
    return FALSE;
  service_begin (service);
  binding->upgrade_rep = NULL;
  binding->upgrade_until_ms = yes ? 0 : now.wall_ms + REST_MS;
  if (yes)
    {
      if (before != rep)
        {
          binding_give (binding, rep);
          binding->state = PARLOR_BINDING_ACTIVE;
          binding->undo_rep = NULL; /* he chose himself */
          job_settle (binding, PARLOR_OUTCOME_DONE, now);
        }
      binding->personal_ms = now.wall_ms;
      leave_others (binding, now);
    }
  tell (binding, yes ? "accepted" : "declined", rep, yes ? before : NULL, now);
  service_end (service);
  return TRUE;
}
