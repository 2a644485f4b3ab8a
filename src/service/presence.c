/* SPDX-License-Identifier: Apache-2.0 */
/* Presence is worked out of facts (sockets, call, capacity, what the rep said), never set. */
#include "service/private.h"

#define STALE_US (10 * SECOND_US)

gboolean
rep_is_present (const ParlorRep *rep)
{
  return rep->presence != PARLOR_PRESENCE_OFFLINE && rep->presence != PARLOR_PRESENCE_SUSPENDED
         && rep->presence != PARLOR_PRESENCE_DEPARTED && !rep->stale;
}

gboolean
rep_has_room (const ParlorRep *rep)
{
  return rep_is_present (rep) && rep->presence != PARLOR_PRESENCE_IN_CALL
         && rep->presence != PARLOR_PRESENCE_WRAP_UP
         && rep->n_chats + rep->n_offers < rep->max_chats;
}

static ParlorPresence
presence_of (const ParlorRep *rep)
{
  if (rep->departed)
    return PARLOR_PRESENCE_DEPARTED;
  if (!rep->n_sockets && !rep->stale)
    return PARLOR_PRESENCE_OFFLINE;
  if (rep->call)
    return PARLOR_PRESENCE_IN_CALL;
  if (parlor_timer_is_armed (&rep->wrap_timer))
    return PARLOR_PRESENCE_WRAP_UP;
  if (rep->suspended)
    return PARLOR_PRESENCE_SUSPENDED;
  return rep->n_chats + rep->n_offers >= rep->max_chats ? PARLOR_PRESENCE_FULL
                                                        : PARLOR_PRESENCE_AVAILABLE;
}

static void
tell (ParlorRep *rep, ParlorMoment now)
{
  ParlorService *service = rep->brand->service;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("rep", rep->id),
      PARLOR_DATUM_TEXT ("state", parlor_state_name (PARLOR_MACHINE_PRESENCE, rep->presence)),
  };
  service_event (service, rep->brand, "rep.presence", rep->id, NULL, NULL, now.wall_ms, -1, data,
                 G_N_ELEMENTS (data));
  ParlorServiceNotice notice = {
      .type = PARLOR_NOTICE_PRESENCE, .brand = rep->brand, .to_rep = rep, .rep = rep};
  service_notice (service, &notice);
}

static gboolean
is_here (ParlorPresence presence)
{
  return presence != PARLOR_PRESENCE_OFFLINE && presence != PARLOR_PRESENCE_DEPARTED;
}

void
rep_settle (ParlorRep *rep, ParlorMoment now)
{
  ParlorPresence before = rep->presence, after = presence_of (rep);
  rep->presence = after;
  for (guint i = 0; i < rep->places->len; i++)
    route_place (rep->places->pdata[i]);
  staffing_note (rep);
  if (after == before)
    return;
  ParlorServiceStats *stats = &rep->brand->service->stats;
  stats->present += is_here (after) - is_here (before);
  if (!is_here (before))
    rep->present_since_ms = now.wall_ms;
  service_begin (rep->brand->service);
  shift_note (rep, now.wall_ms);
  tell (rep, now);
  service_end (rep->brand->service);
}

void
parlor_service_rep_connected (ParlorRep *rep, ParlorMoment now)
{
  rep->n_sockets++;
  rep->stale = FALSE;
  service_arm (rep->brand->service, TIMER_STALE, &rep->stale_timer, NEVER_US);
  rep_settle (rep, now);
  queue_pump_rep (rep, now);
}

/* Its offers go to others at once; its seat is kept for 10 s. */
void
parlor_service_rep_disconnected (ParlorRep *rep, ParlorMoment now)
{
  g_return_if_fail (rep->n_sockets > 0);
  if (--rep->n_sockets || rep->departed)
    return;
  rep->stale = TRUE;
  service_arm (rep->brand->service, TIMER_STALE, &rep->stale_timer, now.us + STALE_US);
  rep_settle (rep, now);
  offers_of_rep_gone (rep, now);
}

void
rep_offline_due (ParlorRep *rep, ParlorMoment now)
{
  rep->stale = FALSE;
  rep_settle (rep, now);
  calls_of_rep_gone (rep, now);
  for (guint i = 0; i < rep->places->len; i++)
    queue_pump (((ParlorRepPlace *)rep->places->pdata[i])->group, now);
}

void
rep_wrapped_up (ParlorRep *rep, ParlorMoment now)
{
  rep_settle (rep, now);
  queue_pump_rep (rep, now);
}

void
parlor_service_rep_suspend (ParlorRep *rep, gboolean suspended, ParlorMoment now)
{
  rep->suspended = suspended;
  put_rep (rep);
  if (!suspended)
    service_arm (rep->brand->service, TIMER_WRAP, &rep->wrap_timer, NEVER_US);
  rep_settle (rep, now);
  if (suspended)
    offers_of_rep_gone (rep, now);
  else
    queue_pump_rep (rep, now);
}
