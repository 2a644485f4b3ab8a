/* SPDX-License-Identifier: Apache-2.0 */
/* Who may see and do what with a conversation. Default deny. */
#include "base/audit.h"
#include "service/private.h"

#include <string.h>

#define REASON_MAX 200
#define MANAGERS (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN)
/* What a key of the scope "service" (it speaks in reps' names) or "admin" is: the brand's own
 * workbench. */
#define MACHINES (MANAGERS | PARLOR_BRAND_REP)

gboolean
conversation_is_open_to (const ParlorConversation *conversation, const ParlorRep *rep)
{
  return conversation->binding && binding_is_live (conversation->binding)
         && !customer_blocks (conversation->customer, rep);
}

gboolean
parlor_service_is_reps (const ParlorConversation *conversation, const ParlorRep *rep)
{
  return conversation_is_open_to (conversation, rep)
         && (conversation->assignee == rep || conversation->binding->rep == rep
             || (conversation->offer && conversation->offer->rep == rep)
             || (conversation->queued && rep_is_of (rep, conversation->asked_of)));
}

static gboolean
is_customers (const ParlorConversation *conversation, const char *visitor)
{
  const ParlorCustomer *customer = conversation->customer;
  return *visitor && g_hash_table_lookup (customer->brand->by_visitor, visitor) == customer;
}

/* The chain has the reason's checksum alone: what a person wrote about a person must be erasable,
 * and not changeable. */
static void
chain_up (const ParlorServiceSpec *spec, const ParlorServiceAuditRow *row)
{
  if (!spec->audit)
    return;
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256,
                                                        row->reason ? row->reason : "", -1);
  g_autofree char *action = g_strconcat ("conversation.", row->act, NULL);
  g_autofree char *detail = g_strconcat (row->id, " ", sum, NULL);
  parlor_audit_add (spec->audit, row->at_ms, row->brand, row->subject, action, row->conversation,
                    detail);
}

static void
write_down (ParlorConversation *conversation, const ParlorPrincipal *principal, const char *act,
            const char *reason, gint64 at_ms)
{
  ParlorService *service = conversation->customer->brand->service;
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("aud", &service->spec.random, id);
  ParlorServiceAuditRow row = {
      .id = id,
      .brand = conversation->customer->brand->id,
      .conversation = conversation->id,
      .subject = (char *)principal->subject,
      .act = (char *)act,
      .reason = (char *)reason,
      .at_ms = at_ms,
  };
  service_begin (service);
  service_put (service, &parlor_service_audit_kind, &row);
  chain_up (&service->spec, &row);
  service_end (service);
}

gboolean
parlor_service_oversees (const ParlorGroup *group, const ParlorPrincipal *principal)
{
  const ParlorServiceSpec *spec = &group->brand->service->spec;
  gboolean given = FALSE;
  if (principal->caller == PARLOR_CALLER_KEY || parlor_principal_is_any (principal, MANAGERS))
    return TRUE;
  gboolean his = spec->oversees
                 && spec->oversees (group->brand->id, principal->subject, group->id, &given,
                                    spec->user_data);
  if (given)
    return his;
  const ParlorRep *self = parlor_service_rep_of_user (group->brand, principal->subject);
  return self && rep_is_of (self, group);
}

static gboolean
is_supervised (const ParlorConversation *conversation, const ParlorPrincipal *principal)
{
  if (parlor_principal_is_any (principal, MANAGERS))
    return TRUE;
  return principal->caller == PARLOR_CALLER_USER
         && parlor_principal_is_any (principal, PARLOR_BRAND_SUPERVISOR) && conversation->binding
         && parlor_service_oversees (conversation->binding->group, principal);
}

static gboolean
may_supervise (ParlorConversation *conversation, const ParlorPrincipal *principal,
               ParlorServiceRight right, const char *reason, ParlorMoment now, GError **error)
{
  static const char *const acts[] = {"read", "write", "move"};
  gboolean stated = reason && *reason && g_utf8_validate (reason, -1, NULL)
                    && g_utf8_strlen (reason, -1) <= REASON_MAX;
  if (right == PARLOR_MAY_WRITE)
    return service_refuse (error, PARLOR_ERROR_FORBIDDEN,
                           "Only the rep whose conversation it is writes in it.");
  if (right == PARLOR_MAY_READ && !stated)
    return service_refuse (
        error, PARLOR_ERROR_FORBIDDEN,
        "Reading another's conversation needs a reason of at most 200 characters.");
  write_down (conversation, principal, acts[right], reason, now.wall_ms);
  return TRUE;
}

gboolean
parlor_service_may (ParlorConversation *conversation, const ParlorPrincipal *principal,
                    ParlorServiceRight right, const char *reason, ParlorMoment now, GError **error)
{
  ParlorServiceBrand *brand = conversation->customer->brand;
  gboolean of_brand = !strcmp (principal->brand, brand->id);
  if (principal->caller == PARLOR_CALLER_VISITOR)
    {
      if (right != PARLOR_MAY_MOVE && is_customers (conversation, principal->subject))
        return TRUE;
      return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such conversation.");
    }
  if (!of_brand
      || (principal->caller != PARLOR_CALLER_USER && principal->caller != PARLOR_CALLER_KEY))
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such conversation.");
  ParlorRep *self = parlor_service_rep (brand, *principal->rep ? principal->rep : NULL);
  if (!self)
    self = parlor_service_rep_of_user (brand, principal->subject);
  gboolean serves = self && !self->departed
                    && parlor_principal_is_any (principal, PARLOR_BRAND_REP);
  if (serves && parlor_service_is_reps (conversation, self))
    return right != PARLOR_MAY_MOVE || conversation->assignee == self
           || conversation->binding->rep == self
           || service_refuse (error, PARLOR_ERROR_FORBIDDEN,
                              "It is only offered to you. Accept it first.");
  if (serves && right == PARLOR_MAY_WRITE && conversation->binding
      && conversation->binding->rep == self) /* it was his: he hears why it is not */
    return service_refuse (error, PARLOR_ERROR_CONFLICT, ENDED_BY_CUSTOMER);
  if (principal->caller == PARLOR_CALLER_KEY && parlor_principal_is_any (principal, MACHINES))
    return TRUE;
  if (is_supervised (conversation, principal))
    return may_supervise (conversation, principal, right, reason, now, error);
  return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such conversation.");
}
