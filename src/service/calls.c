/* SPDX-License-Identifier: Apache-2.0 */
/* The consult beside the stream: who rings whom, who is lost, who takes over. Media is the app's.
 */
#include "service/private.h"

#define RING_US (30 * SECOND_US)
#define CONNECT_US (30 * SECOND_US)
#define HELD_US (120 * SECOND_US)
/* A rep who is lost so long is replaced by another, each of whom has so long to answer. */
#define RESCUE_AFTER_US (5 * SECOND_US)
#define WRAP_UP_US (20 * SECOND_US)
#define RESCUES_MAX 5
/* Each call is a room of the server's: six at once, then one every ten seconds. */
#define CALL_INTERVAL_US (10 * SECOND_US)
#define CALL_BURST 6

void
call_free (gpointer data)
{
  ParlorCall *call = data;
  g_free (call->room);
  g_free (call);
}

static ParlorService *
service_of (const ParlorCall *call)
{
  return call->rep->brand->service;
}

void
call_tell (ParlorCall *call, const char *type, const ParlorRep *expert, const ParlorRep *also,
           ParlorMoment now)
{
  ParlorConversation *conversation = call->conversation;
  ParlorServiceBrand *brand = call->rep->brand;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("call", call->id),
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("rep", call->rep->id),
      PARLOR_DATUM_TEXT ("state", parlor_state_name (PARLOR_MACHINE_CALL, call->state)),
      PARLOR_DATUM_TEXT ("reason", call->end_reason),
      PARLOR_DATUM_TEXT ("expert", expert ? expert->id : NULL),
  };
  service_event (brand->service, brand, type, conversation->id, conversation->customer, NULL,
                 now.wall_ms, -1, data, G_N_ELEMENTS (data));
  put_call (call);
  ParlorServiceNotice notice = {.type = PARLOR_NOTICE_CALL,
                                .brand = brand,
                                .to_customer = conversation->customer,
                                .to_rep = call->rep,
                                .to_rep_too = also ? also : call->expert,
                                .rep = call->rep,
                                .conversation = conversation,
                                .call = call};
  service_notice (brand->service, &notice);
}

static void
tell (ParlorCall *call, const char *type, ParlorMoment now)
{
  call_tell (call, type, call->expert, NULL, now);
}

static void
arm (ParlorCall *call, gint64 at_us)
{
  service_arm (service_of (call), TIMER_CALL, &call->timer, at_us);
}

void
call_release (ParlorCall *call, ParlorRep *rep, ParlorMoment now)
{
  if (!rep || rep->call != call)
    return;
  rep->call = NULL;
  if (rep != call->expert || call->expert_came)
    service_arm (rep->brand->service, TIMER_WRAP, &rep->wrap_timer, now.us + WRAP_UP_US);
  rep_settle (rep, now);
  if (!parlor_timer_is_armed (&rep->wrap_timer))
    queue_pump_rep (rep, now);
}

static void
finish (ParlorCall *call, ParlorCallState state, const char *reason, ParlorMoment now)
{
  ParlorService *service = service_of (call);
  gboolean talked = call->answered_ms != 0;
  service_begin (service);
  call->state = state;
  call->ended_ms = now.wall_ms;
  call->end_reason = reason;
  call->conversation->call = NULL;
  arm (call, NEVER_US);
  service_arm (service, TIMER_EXPERT, &call->expert_timer, NEVER_US);
  tell (call, "call.ended", now);
  g_autofree char *data = g_strdup_printf (
      "{\"call\":\"%s\",\"state\":\"%s\",\"seconds\":%" G_GINT64_FORMAT "}", call->id,
      parlor_state_name (PARLOR_MACHINE_CALL, state),
      talked ? MAX (now.wall_ms - call->answered_ms, 0) / 1000 : 0);
  say_system (call->conversation, "call", "", data, now);
  put_conversation (call->conversation);
  if (talked)
    rating_ask (call->conversation, call->rep, call->id, now);
  service_end (service);
  call_release (call, call->rep, now);
  call_release (call, call->expert, now);
  if (service->spec.call_ended)
    service->spec.call_ended (call, service->spec.user_data);
  g_hash_table_remove (service->calls, call->id);
}

/* Whom the conversation's call would be with; NULL = nobody. */
static ParlorRep *
rep_of (const ParlorConversation *conversation)
{
  if (conversation->assignee)
    return conversation->assignee;
  return conversation->binding ? conversation->binding->rep : NULL;
}

gboolean
parlor_service_may_call (const ParlorConversation *conversation, ParlorMoment now, GError **error)
{
  const ParlorRep *rep = rep_of (conversation);
  if (conversation->call)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "There is a call already.");
  if (!conversation->binding || (rep && !conversation_is_open_to (conversation, rep)))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, ENDED_BY_CUSTOMER);
  if (!rep || !rep->n_sockets || rep->departed)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is offline.");
  if (rep->call)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "He is in a call.");
  if (MAX (conversation->call_credit_us, now.us) - now.us > (CALL_BURST - 1) * CALL_INTERVAL_US)
    return service_refuse (error, PARLOR_ERROR_TOO_MANY, "Too many calls. Wait a little.");
  return TRUE;
}

/* It may ring; of `terms` are taken who rings, for what, whether it may be recorded, how long. */
static ParlorCall *
begin (ParlorConversation *conversation, const ParlorCall *terms, const char *room,
       ParlorMoment now)
{
  ParlorRep *rep = rep_of (conversation);
  ParlorService *service = rep->brand->service;
  ParlorCall *call = g_new0 (ParlorCall, 1);
  parlor_id_make ("call", &service->spec.random, call->id);
  call->conversation = conversation;
  call->rep = rep;
  call->by_rep = terms->by_rep;
  call->video = terms->video;
  call->may_record = terms->may_record;
  call->max_ms = terms->max_ms;
  call->room = g_strdup (room);
  call->started_ms = now.wall_ms;
  conversation->call = call;
  conversation->call_credit_us = MAX (conversation->call_credit_us, now.us) + CALL_INTERVAL_US;
  rep->call = call;
  g_hash_table_insert (service->calls, call->id, call);
  service->stats.calls++;
  rep->brand->stats.calls++;
  rep_settle (rep, now);
  arm (call, now.us + RING_US);
  service_begin (service);
  tell (call, "call.ringing", now);
  service_end (service);
  return call;
}

/* ---- the brand's leave ----------------------------------------------------------------------- */

typedef struct
{
  ParlorConversation *conversation;
  gboolean by_rep, video;
  ParlorRung rung; /* nullable */
  gpointer user_data;
} Ring;

static void
tell_refused (const Ring *ring, const char *text)
{
  ParlorConversation *conversation = ring->conversation;
  ParlorServiceNotice notice = {
      .type = PARLOR_NOTICE_CALL_REFUSED,
      .brand = conversation->customer->brand,
      .to_rep = ring->by_rep ? rep_of (conversation) : NULL,
      .to_customer = ring->by_rep ? NULL : conversation->customer,
      .conversation = conversation,
      .text = text,
  };
  service_notice (notice.brand->service, &notice);
}

/* Takes `error`. */
static void
rung (const Ring *ring, const ParlorCall *call, GError *error, gboolean tell)
{
  if (!call && tell)
    tell_refused (ring, error->message);
  if (ring->rung)
    ring->rung (call, error, ring->user_data);
  g_clear_error (&error);
}

/* `asked`: the brand's system was, whether it answered (`answer`) or not. */
static void
ring_now (const Ring *ring, gboolean asked, const ParlorHookAnswer *answer, ParlorMoment now)
{
  GError *error = NULL;
  ParlorCall *call = NULL;
  ParlorService *service = ring->conversation->customer->brand->service;
  g_autofree char *room = NULL;
  /* Where no system of the brand is asked it is the two of them who decide. */
  gboolean record = !asked
                    || (answer
                        && parlor_datum_flag (answer->data, answer->n_data, "record", FALSE));
  ParlorCall terms = {.by_rep = ring->by_rep, .video = ring->video, .may_record = record};
  if (answer)
    terms.max_ms = parlor_datum_int (answer->data, answer->n_data, "max_s", 0) * 1000;
  if (parlor_service_may_call (ring->conversation, now, &error))
    {
      room = service->spec.make_room ? service->spec.make_room (
                 ring->conversation->customer->brand->id, record, service->spec.user_data)
                                     : NULL;
      if (room)
        call = begin (ring->conversation, &terms, room, now);
      else
        service_refuse (&error, PARLOR_ERROR_UNAVAILABLE, "No room can be made now.");
    }
  rung (ring, call, error, TRUE);
}

static void
on_call_allowed (const ParlorHookAnswer *answer, gpointer user_data)
{
  g_autofree Ring *ring = user_data;
  ParlorService *service = ring->conversation->customer->brand->service;
  gboolean answered = answer->outcome == PARLOR_HOOK_ANSWERED;
  gboolean allow = answered ? parlor_datum_flag (answer->data, answer->n_data, "allow", TRUE)
                            : !answer->fail_closed;
  const char *reason = answered ? parlor_datum_text (answer->data, answer->n_data, "reason") : NULL;
  ring->conversation->call_hook = 0;
  ring->conversation->call_ring = NULL;
  if (allow)
    ring_now (ring, TRUE, answered ? answer : NULL, service->spec.now (service->spec.user_data));
  else
    rung (ring, NULL,
          g_error_new_literal (PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN,
                               reason && *reason ? reason : "A call cannot be had now."),
          TRUE);
}

void
call_forget (ParlorConversation *conversation)
{
  ParlorHooks *hooks = conversation->customer->brand->service->spec.hooks;
  g_autofree Ring *ring = g_steal_pointer (&conversation->call_ring);
  if (!ring)
    return;
  hooks->cancel (hooks, conversation->call_hook);
  conversation->call_hook = 0;
  rung (ring, NULL,
        g_error_new_literal (PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "The server is ending."),
        FALSE);
}

gboolean
parlor_service_ring (ParlorConversation *conversation, gboolean by_rep, gboolean video,
                     ParlorRung done, gpointer user_data, ParlorMoment now, GError **error)
{
  const ParlorServiceBrand *brand = conversation->customer->brand;
  ParlorHooks *hooks = brand->service->spec.hooks;
  Ring ring = {conversation, by_rep, video, done, user_data};
  job_hurry (conversation->binding, now);
  if (conversation->call_ring)
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "There is a call already.");
  if (!parlor_service_may_call (conversation, now, error))
    return FALSE;
  if (!hooks || !hooks->has (hooks, PARLOR_HOOK_CALL, brand->id))
    {
      ring_now (&ring, FALSE, NULL, now);
      return TRUE;
    }
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("customer", conversation->customer->id),
      PARLOR_DATUM_TEXT ("customer_ref", conversation->customer->ref),
      PARLOR_DATUM_TEXT ("rep", rep_of (conversation)->id),
      PARLOR_DATUM_TEXT ("media", video ? "video" : "audio"),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_CALL, brand->id, NULL, data, G_N_ELEMENTS (data)};
  conversation->call_ring = g_memdup2 (&ring, sizeof ring);
  conversation->call_hook = hooks->ask (hooks, &question, on_call_allowed, conversation->call_ring);
  return TRUE;
}

ParlorCall *
parlor_service_call (ParlorConversation *conversation, gboolean by_rep, gboolean video,
                     const char *room, ParlorMoment now, GError **error)
{
  const ParlorCall terms = {.by_rep = by_rep, .video = video};
  return parlor_service_may_call (conversation, now, error)
             ? begin (conversation, &terms, room, now)
             : NULL;
}

gboolean
parlor_service_call_answer (ParlorCall *call, gboolean yes, ParlorMoment now, GError **error)
{
  ParlorCallState to = yes ? PARLOR_CALL_CONNECTING : PARLOR_CALL_DECLINED;
  if (!parlor_state_check (PARLOR_MACHINE_CALL, call->state, to, error))
    return FALSE;
  if (!yes)
    {
      finish (call, PARLOR_CALL_DECLINED, "declined", now);
      return TRUE;
    }
  call->state = PARLOR_CALL_CONNECTING;
  call->answered_ms = now.wall_ms;
  arm (call, now.us + CONNECT_US);
  service_begin (service_of (call));
  tell (call, "call.connecting", now);
  service_end (service_of (call));
  return TRUE;
}

gboolean
parlor_service_call_end (ParlorCall *call, ParlorAuthor by, ParlorMoment now, GError **error)
{
  gboolean ringing = call->state == PARLOR_CALL_RINGING;
  gboolean own = (by == PARLOR_BY_REP) == call->by_rep;
  ParlorCallState to = !ringing ? PARLOR_CALL_ENDED
                       : own    ? PARLOR_CALL_CANCELLED
                                : PARLOR_CALL_DECLINED;
  if (!parlor_state_check (PARLOR_MACHINE_CALL, call->state, to, error))
    return FALSE;
  finish (call, to, by == PARLOR_BY_REP ? "rep" : "customer", now);
  return TRUE;
}

static void
hold (ParlorCall *call, ParlorMoment now)
{
  call->state = PARLOR_CALL_HELD;
  call->lost_us = now.us;
  arm (call, now.us + (call->lost_rep ? RESCUE_AFTER_US : HELD_US));
  service_begin (service_of (call));
  tell (call, "call.held", now);
  service_end (service_of (call));
}

static void
go_on (ParlorCall *call, ParlorMoment now)
{
  call->state = PARLOR_CALL_ACTIVE;
  arm (call, call->max_ms ? now.us + MAX (0, call->answered_ms + call->max_ms - now.wall_ms) * 1000
                          : NEVER_US);
}

/* Somebody else is missing than before. The rep is looked for anew where it is he; the customer is
 * waited for as long as he would have been from the start. */
static void
hold_on (ParlorCall *call, gboolean lost_rep, ParlorMoment now)
{
  gint64 until_us = call->lost_us + HELD_US;
  if (lost_rep && !call->lost_rep)
    arm (call, MIN (now.us + RESCUE_AFTER_US, until_us));
  else if (!lost_rep && call->lost_rep)
    arm (call, until_us);
}

void
parlor_service_call_peers (ParlorCall *call, gboolean rep_here, gboolean customer_here,
                           ParlorMoment now)
{
  gboolean both = rep_here && customer_here;
  if (!both && call->state == PARLOR_CALL_HELD)
    hold_on (call, !rep_here, now);
  call->lost_rep = !rep_here;
  call->lost_customer = !customer_here;
  if (both && parlor_state_may (PARLOR_MACHINE_CALL, call->state, PARLOR_CALL_ACTIVE))
    {
      go_on (call, now);
      service_begin (service_of (call));
      tell (call, "call.active", now);
      service_end (service_of (call));
    }
  else if (!both && call->state == PARLOR_CALL_ACTIVE)
    hold (call, now);
}

/* Whom the customer does not see yet. */
static void
wait_for_next (ParlorCall *call, ParlorMoment now)
{
  call->rescues++;
  if (call->state != PARLOR_CALL_HELD)
    call->lost_us = now.us;
  call->state = PARLOR_CALL_HELD;
  arm (call, now.us + RESCUE_AFTER_US + RESCUE_AFTER_US);
}

gboolean
parlor_service_call_take (ParlorCall *call, ParlorRep *rep, ParlorMoment now, GError **error)
{
  if (call->state != PARLOR_CALL_ACTIVE && call->state != PARLOR_CALL_HELD)
    return parlor_state_check (PARLOR_MACHINE_CALL, call->state, PARLOR_CALL_ACTIVE, error);
  if (rep == call->rep)
    return TRUE;
  gboolean expert = rep == call->expert, warm = expert && call->expert_here;
  if ((rep->call && !expert) || rep->departed
      || customer_blocks (call->conversation->customer, rep))
    return service_refuse (error, PARLOR_ERROR_CONFLICT, "That rep cannot take the call now.");
  ParlorService *service = service_of (call);
  const ParlorRep *before = call->rep;
  service_begin (service);
  call_release (call, call->rep, now);
  if (expert)
    {
      call->expert = NULL;
      call->expert_here = call->expert_came = FALSE;
      service_arm (service, TIMER_EXPERT, &call->expert_timer, NEVER_US);
    }
  call->rep = rep;
  rep->call = call;
  call->lost_rep = !warm; /* until media says that he is in */
  rep_settle (rep, now);
  if (!warm)
    wait_for_next (call, now);
  else if (call->state == PARLOR_CALL_HELD && call->lost_customer)
    arm (call, call->lost_us + HELD_US); /* it is he who is waited for now */
  else if (call->state == PARLOR_CALL_HELD)
    go_on (call, now);
  if (call->conversation->state == PARLOR_CONVERSATION_HUMAN)
    {
      conversation_occupy (call->conversation, FALSE, now);
      conversation_assign (call->conversation, rep);
      conversation_notice (call->conversation);
    }
  call_tell (call, warm ? "call.handed_over" : "call.rescued", call->expert, before, now);
  service_end (service);
  return TRUE;
}

/* Another takes over under the same call id; the customer hears why and lets his camera go to the
 * new one by a tap of his own. */
static void
rescue (ParlorCall *call, ParlorMoment now)
{
  RouteQuestion question = {.customer = call->conversation->customer, .answer = TRUE};
  g_autoptr (GPtrArray) without = g_ptr_array_new ();
  question.group = call->conversation->binding ? call->conversation->binding->group : NULL;
  question.without = without;
  g_ptr_array_add (without, call->rep);
  ParlorRep *rep = call->expert && call->expert_here ? call->expert : NULL;
  if (!rep && question.group)
    rep = route_next (&question);
  if (rep && call->rescues < RESCUES_MAX && parlor_service_call_take (call, rep, now, NULL))
    {
      service_of (call)->stats.rescued++;
      return;
    }
  arm (call, now.us + RESCUE_AFTER_US);
  if (now.us - call->lost_us >= HELD_US)
    finish (call, PARLOR_CALL_ENDED, "lost", now);
}

void
call_due (ParlorCall *call, ParlorMoment now)
{
  if (call->state == PARLOR_CALL_RINGING)
    finish (call, PARLOR_CALL_MISSED, "missed", now);
  else if (call->state == PARLOR_CALL_HELD && call->lost_rep)
    rescue (call, now);
  else
    finish (call, PARLOR_CALL_ENDED, call->state == PARLOR_CALL_ACTIVE ? "limit" : "lost", now);
}

/* His sockets are gone for good, or he left the house. */
void
calls_of_rep_gone (ParlorRep *rep, ParlorMoment now)
{
  ParlorCall *call = rep->call;
  if (!call || rep->n_sockets)
    return;
  if (call->expert == rep)
    {
      call_expert_is (call, NULL, now);
      return;
    }
  if (call->state == PARLOR_CALL_RINGING)
    finish (call, PARLOR_CALL_MISSED, "missed", now);
  else
    {
      call->lost_rep = TRUE;
      if (call->state != PARLOR_CALL_HELD)
        call->lost_us = now.us;
      call->state = PARLOR_CALL_HELD;
      rescue (call, now);
    }
}

ParlorCall *
parlor_service_call_of_room (ParlorService *service, const char *room)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, service->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!g_strcmp0 (((ParlorCall *)value)->room, room))
      return value;
  return NULL;
}

gboolean
parlor_service_call_admits (const ParlorCall *call, const char *identity)
{
  const ParlorRep *rep = parlor_service_rep (call->rep->brand, identity);
  return !rep || (!rep->departed && (rep == call->rep || rep == call->expert));
}
