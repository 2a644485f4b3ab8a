/* SPDX-License-Identifier: Apache-2.0 */
/* A colleague whom the rep asks into a running call: he comes, says what he knows, and leaves again
 * or has the call handed to him. The customer's talk with his rep stands on none of it. */
#include "service/private.h"

#define ASK_US (30 * SECOND_US)

static ParlorService *
service_of (const ParlorCall *call)
{
  return call->rep->brand->service;
}

void
call_expert_is (ParlorCall *call, ParlorRep *rep, ParlorMoment now)
{
  ParlorRep *before = call->expert;
  ParlorService *service = service_of (call);
  service_begin (service);
  call_release (call, before, now);
  call->expert = rep;
  call->expert_here = call->expert_came = FALSE;
  service_arm (service, TIMER_EXPERT, &call->expert_timer, rep ? now.us + ASK_US : NEVER_US);
  if (rep)
    {
      rep->call = call;
      rep_settle (rep, now);
    }
  call_tell (call, rep ? "call.expert_asked" : "call.expert_left", rep ? rep : before, before, now);
  service_end (service);
}

gboolean
parlor_service_call_invite (ParlorCall *call, ParlorRep *rep, ParlorMoment now, GError **error)
{
  if (call->state != PARLOR_CALL_ACTIVE && call->state != PARLOR_CALL_HELD)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Nobody talks yet.");
  if (rep == call->expert)
    return TRUE;
  if (call->expert)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Somebody was asked in already.");
  if (rep->call || rep->departed || !rep->n_sockets
      || customer_blocks (call->conversation->customer, rep))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "That rep cannot come now.");
  call_expert_is (call, rep, now);
  return TRUE;
}

gboolean
parlor_service_call_dismiss (ParlorCall *call, ParlorMoment now, GError **error)
{
  if (!call->expert)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "Nobody was asked in.");
  call_expert_is (call, NULL, now);
  return TRUE;
}

void
parlor_service_call_expert_here (ParlorCall *call, gboolean here, ParlorMoment now)
{
  if (!call->expert || call->expert_here == here)
    return;
  ParlorService *service = service_of (call);
  call->expert_here = here;
  call->expert_came |= here;
  service_arm (service, TIMER_EXPERT, &call->expert_timer, here ? NEVER_US : now.us + ASK_US);
  service_begin (service);
  call_tell (call, here ? "call.expert_joined" : "call.expert_lost", call->expert, NULL, now);
  service_end (service);
}

void
call_expert_due (ParlorCall *call, ParlorMoment now)
{
  if (call->expert)
    call_expert_is (call, NULL, now);
}
