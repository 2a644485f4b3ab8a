/* SPDX-License-Identifier: Apache-2.0 */
/* Customers and who is theirs. */
#include "base/confusable.h"
#include "service/private.h"

#include <string.h>

#define DEVICE_MIN 22 /* 128 bits in base64 or more */
#define DISPLAY_MAX 64
#define ATTRS_BYTES 4096
#define TAGS_BYTES 500

/* ---- customers ------------------------------------------------------------------------------- */

ParlorCustomer *
customer_new (ParlorServiceBrand *brand, const char *id, const char *visitor, gint64 now_ms)
{
  ParlorCustomer *customer = g_new0 (ParlorCustomer, 1);
  customer->brand = brand;
  customer->visitor = g_strdup (visitor);
  customer->created_ms = now_ms;
  brand->n_anonymous++;
  if (id)
    g_strlcpy (customer->id, id, sizeof customer->id);
  else
    parlor_id_make ("cus", &brand->service->spec.random, customer->id);
  g_hash_table_insert (brand->service->customers, customer->id, customer);
  if (customer->visitor)
    g_hash_table_replace (brand->by_visitor, customer->visitor, customer);
  return customer;
}

gboolean
parlor_service_visitor_of_device (const char *device, char out[PARLOR_ID_TEXT])
{
  if (!device || strlen (device) < DEVICE_MIN)
    return FALSE;
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, device, -1);
  g_snprintf (out, PARLOR_ID_TEXT, "vis_%.32s", hash);
  return TRUE;
}

/* Nobody is called like the house or one of its people. */
static gboolean
may_bear (ParlorServiceBrand *brand, const char *name)
{
  if (!brand->guard)
    {
      brand->guard = parlor_name_guard_new ();
      parlor_name_guard_add_brand (brand->guard, brand->name);
      for (guint i = 0; i < brand->reps->len; i++)
        if (!((const ParlorRep *)brand->reps->pdata[i])->departed)
          parlor_name_guard_add (brand->guard, ((const ParlorRep *)brand->reps->pdata[i])->name);
    }
  return !parlor_name_guard_refuses (brand->guard, name);
}

gboolean
parlor_service_edit_customer (ParlorCustomer *customer, const char *display, const char *attrs,
                              const char *tags, ParlorMoment now, GError **error)
{
  g_autofree char *line = NULL;
  if (display && *display && !(line = parlor_text_line (display, DISPLAY_MAX, "display", error)))
    return FALSE;
  if (line && !may_bear (customer->brand, line))
    return service_refuse (error, PARLOR_ERROR_CONFLICT,
                           "This name looks like one of the house. Choose another.");
  if ((attrs && strlen (attrs) > ATTRS_BYTES) || (tags && strlen (tags) > TAGS_BYTES))
    return service_refuse (error, PARLOR_ERROR_TOO_LARGE, "attrs hold 4 KB, tags 500 bytes.");
  ParlorService *service = customer->brand->service;
  service_begin (service);
  if (display)
    replace_text (&customer->display, line);
  if (attrs)
    replace_text (&customer->attrs, attrs);
  if (tags)
    replace_text (&customer->tags, tags);
  put_customer (customer);
  if (tags)
    {
      const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("customer", customer->id),
                                  PARLOR_DATUM_TEXT ("tags", tags)};
      service_event (service, customer->brand, "customer.tagged", customer->id, customer, NULL,
                     now.wall_ms, -1, data, G_N_ELEMENTS (data));
    }
  service_end (service);
  customer_notice (customer);
  return TRUE;
}

/* ---- bindings -------------------------------------------------------------------------------- */

gboolean
binding_is_live (const ParlorBinding *binding)
{
  return binding->state == PARLOR_BINDING_ACTIVE || binding->state == PARLOR_BINDING_WAITING
         || binding->state == PARLOR_BINDING_TRANSFERRING;
}

ParlorBinding *
parlor_customer_binding (const ParlorCustomer *customer, const ParlorGroup *group)
{
  for (ParlorBinding *binding = customer->bindings; binding; binding = binding->next_of_customer)
    if (binding->group == group && binding_is_live (binding))
      return binding;
  return NULL;
}

ParlorBinding *
binding_new (ParlorCustomer *customer, ParlorGroup *group, const char *id, gint64 now_ms)
{
  ParlorService *service = customer->brand->service;
  ParlorBinding *binding = g_new0 (ParlorBinding, 1);
  binding->customer = customer;
  binding->group = group;
  binding->created_ms = now_ms;
  binding->link.data = binding;
  binding->next_of_customer = customer->bindings;
  customer->bindings = binding;
  if (id)
    g_strlcpy (binding->id, id, sizeof binding->id);
  else
    parlor_id_make ("bnd", &service->spec.random, binding->id);
  g_hash_table_insert (service->bindings, binding->id, binding);
  return binding;
}

void
binding_unlink (ParlorBinding *binding)
{
  if (binding->linked)
    g_queue_unlink (binding->rep ? &binding->rep->bindings : &binding->group->waiting,
                    &binding->link);
  binding->linked = FALSE;
}

void
binding_give (ParlorBinding *binding, ParlorRep *rep)
{
  binding_unlink (binding);
  binding->rep = rep;
  g_queue_push_tail_link (rep ? &rep->bindings : &binding->group->waiting, &binding->link);
  binding->linked = TRUE;
}

void
binding_notice (ParlorBinding *binding)
{
  ParlorServiceNotice notice = {.type = PARLOR_NOTICE_BINDING,
                                .brand = binding->customer->brand,
                                .to_customer = binding->customer,
                                .to_rep = binding->rep,
                                .binding = binding,
                                .conversation = binding->conversation,
                                .rep = binding->rep};
  service_notice (notice.brand->service, &notice);
}

void
binding_event (ParlorBinding *binding, const char *type, gint64 at_ms, gint64 room_ms)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("binding", binding->id),
      PARLOR_DATUM_TEXT ("customer", binding->customer->id),
      PARLOR_DATUM_TEXT ("group", binding->group->id),
      PARLOR_DATUM_TEXT ("rep", binding->rep ? binding->rep->id : NULL),
      PARLOR_DATUM_TEXT ("conversation", binding->conversation ? binding->conversation->id : NULL),
      PARLOR_DATUM_TEXT ("touch", binding->touch),
      PARLOR_DATUM_TEXT ("state", parlor_state_name (PARLOR_MACHINE_BINDING, binding->state)),
  };
  ParlorServiceBrand *brand = binding->customer->brand;
  service_event (brand->service, brand, type, binding->id, binding->customer, binding->tap, at_ms,
                 room_ms, data, G_N_ELEMENTS (data));
}

/* Nobody answers in it any more, and what rings or talks in it is over. */
static void
conversation_release (ParlorConversation *conversation, ParlorMoment now)
{
  if (conversation->call)
    parlor_service_call_end (conversation->call, PARLOR_BY_CUSTOMER, now, NULL);
  conversation_occupy (conversation, FALSE, now);
  conversation_assign (conversation, NULL);
  put_conversation (conversation);
}

/* Whom he removed is nobody to him in any group: not bound, not answering, not offered. */
static void
banish (ParlorCustomer *customer, ParlorRep *rep, ParlorMoment now)
{
  for (ParlorBinding *binding = customer->bindings; binding; binding = binding->next_of_customer)
    {
      ParlorConversation *conversation = binding->conversation;
      if (!binding_is_live (binding))
        continue;
      if (binding->rep == rep)
        parlor_service_unbind (binding, FALSE, now, NULL);
      else if (conversation && conversation->assignee == rep)
        move_conversation (conversation, rep, binding->rep, now);
      else if (conversation && conversation->offer && conversation->offer->rep == rep)
        {
          offer_over (conversation->offer, PARLOR_OFFER_RESCINDED, now);
          queue_pump (conversation->asked_of, now);
        }
    }
}

gboolean
parlor_service_unbind (ParlorBinding *binding, gboolean block, ParlorMoment now, GError **error)
{
  ParlorCustomer *customer = binding->customer;
  ParlorService *service = customer->brand->service;
  ParlorRep *rep = binding->rep;
  if (!parlor_state_check (PARLOR_MACHINE_BINDING, binding->state, PARLOR_BINDING_ENDED, error))
    return FALSE;
  service_begin (service);
  binding_unlink (binding);
  binding->state = PARLOR_BINDING_ENDED;
  binding->ended_by = "customer";
  binding->ended_ms = now.wall_ms;
  if (rep && block && !customer_blocks (customer, rep))
    {
      if (!customer->blocked)
        customer->blocked = g_ptr_array_new ();
      g_ptr_array_add (customer->blocked, rep);
      put_customer (customer);
    }
  ParlorConversation *conversation = binding->conversation;
  if (conversation
      && parlor_state_may (PARLOR_MACHINE_CONVERSATION, conversation->state,
                           PARLOR_CONVERSATION_ENDED))
    conversation_set_state (conversation, PARLOR_CONVERSATION_ENDED, now);
  if (conversation)
    conversation_release (conversation, now);
  put_binding (binding);
  binding_event (binding, "binding.ended", now.wall_ms, -1);
  if (rep && block)
    banish (customer, rep, now);
  service_end (service);
  service->stats.undone++;
  binding_notice (binding);
  return TRUE;
}
