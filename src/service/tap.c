/* SPDX-License-Identifier: Apache-2.0 */
/* The tap, LIVE section 3: touch → his binding? → sticky, inviter, the group's rule; the brand's
 * hook is asked at the same time and decides when it answers in time. */
#include "service/private.h"

#include <string.h>

#define TAP_US (120 * SECOND_US)
#define TAP_INTERVAL_US (20 * SECOND_US)
#define TAP_BURST 3
/* Many people may stand behind one address: a shop's, a mobile carrier's. */
#define ADDRESS_INTERVAL_US (1 * SECOND_US)
#define ADDRESS_BURST 60
#define ANONYMOUS_MAX 200000 /* of a brand; each stays in memory */
#define TAPPERS_MAX 100000
#define CANDIDATES_MAX 20
#define SERVED_AT_ONCE 50 /* as many as a job moves in a turn */

struct _Tap
{
  ParlorService *service;
  char *key;
  ParlorServiceBrand *brand;
  char *visitor, *id, *touch, *entry, *inviter, *room, *product;
  gint64 room_ms;
  ParlorGroup *group;
  ParlorRep *rep;         /* the face that was shown; NULL = nobody is here */
  ParlorBinding *binding; /* made, or there before */
  ParlorBindingState state;
  gboolean shown, known, binding_asked;
  char *welcome, *note;
  guint64 hook; /* question that is open */
  ParlorTimer timer;
};

/* ---- the card -------------------------------------------------------------------------------- */

void
tap_free (gpointer data)
{
  Tap *tap = data;
  ParlorHooks *hooks = tap->service->spec.hooks;
  if (tap->hook && hooks)
    hooks->cancel (hooks, tap->hook);
  parlor_timer_heap_cancel (tap->service->heaps[TIMER_TAP], &tap->timer);
  g_free (tap->visitor);
  g_free (tap->id);
  g_free (tap->touch);
  g_free (tap->entry);
  g_free (tap->inviter);
  g_free (tap->room);
  g_free (tap->product);
  g_free (tap->welcome);
  g_free (tap->note);
  g_free (tap->key);
  g_free (tap);
}

void
tap_expired (ParlorTimer *timer, ParlorMoment now)
{
  Tap *tap = PARLOR_TIMER_OWNER (timer, Tap, timer);
  g_hash_table_remove (tap->service->taps, tap->key);
}

static void
tell_card (Tap *tap, ParlorMoment now)
{
  const ParlorGroup *group = tap->group;
  gint64 open_ms = parlor_hours_next_open_ms (&group->hours, now.wall_ms, group->utc_offset_min);
  ParlorServiceNotice notice = {
      .type = PARLOR_NOTICE_CARD,
      .brand = tap->brand,
      .visitor = tap->visitor,
      .tap = tap->id,
      .known = tap->known,
      .rep = tap->rep,
      .group = group,
      .binding = tap->known ? tap->binding : NULL,
      .conversation = tap->known ? tap->binding->conversation : NULL,
      .open_ms = open_ms == now.wall_ms ? 0 : open_ms,
      .reps_present = parlor_service_present (group),
  };
  service_notice (tap->service, &notice);
}

static void
tell_bound (Tap *tap)
{
  ParlorServiceNotice notice = {
      .type = PARLOR_NOTICE_BOUND,
      .brand = tap->brand,
      .visitor = tap->visitor,
      .tap = tap->id,
      .rep = tap->binding->rep,
      .group = tap->binding->group,
      .binding = tap->binding,
      .conversation = tap->binding->conversation,
  };
  service_notice (tap->service, &notice);
}

static void
tell_refused (Tap *tap, const char *text)
{
  ParlorServiceNotice notice = {.type = PARLOR_NOTICE_TAP_REFUSED,
                                .brand = tap->brand,
                                .visitor = tap->visitor,
                                .tap = tap->id,
                                .text = text};
  service_notice (tap->service, &notice);
}

static gboolean
may_be_face (const Tap *tap, const ParlorRep *rep, const ParlorCustomer *customer)
{
  return rep && rep->brand == tap->brand && rep_is_present (rep) && !rep->leaving
         && !customer_blocks (customer, rep);
}

/* Inviter → the group's rule → the overflow's. Who is here is enough: the tap binds, only answers
 * queue. */
static ParlorRep *
choose_face (Tap *tap, const ParlorCustomer *customer)
{
  ParlorRep *inviter = parlor_service_rep (tap->brand, tap->inviter);
  if (may_be_face (tap, inviter, customer))
    return inviter;
  for (ParlorGroup *group = tap->group; group;
       group = group->overflow == tap->group ? NULL : group->overflow)
    {
      RouteQuestion question = {.group = group, .customer = customer};
      ParlorRep *rep = group->routing == PARLOR_ROUTING_MANUAL ? NULL : route_next (&question);
      if (rep)
        return rep;
      if (group != tap->group)
        break; /* one step is enough, and a circle has no end */
    }
  return NULL;
}

/* ---- binding --------------------------------------------------------------------------------- */

static ParlorConversation *
conversation_for (ParlorCustomer *customer, ParlorGroup *group, gint64 now_ms)
{
  for (ParlorBinding *old = customer->bindings; old; old = old->next_of_customer)
    if (old->group == group && old->conversation)
      return old->conversation;
  return conversation_new (customer, NULL, now_ms);
}

static void
take_context (ParlorConversation *conversation, const Tap *tap)
{
  replace_text (&conversation->product, tap->product);
  replace_text (&conversation->room, tap->room);
  conversation->room_ms = tap->room_ms;
  if (tap->note)
    replace_text (&conversation->note, tap->note);
}

/* Binding, conversation, welcome and event: one transaction. */
static void
bind (Tap *tap, ParlorMoment now)
{
  ParlorService *service = tap->service;
  ParlorCustomer *customer = parlor_service_customer_of (tap->brand, tap->visitor);
  ParlorBinding *binding = customer ? binding_for (customer, tap->group) : NULL;
  if (!customer && tap->brand->n_anonymous >= ANONYMOUS_MAX)
    {
      tap->binding_asked = FALSE;
      tap->state = PARLOR_BINDING_DECLINED;
      tap->service->stats.taps_refused++;
      tell_refused (tap, "Nobody can be added here now.");
      return;
    }
  if (!binding)
    {
      if (tap->rep && (tap->rep->departed || customer_blocks (customer, tap->rep)))
        tap->rep = choose_face (tap, customer); /* it changed since the card was shown */
      gboolean is_new = !customer;
      service_begin (service);
      if (is_new)
        customer = customer_new (tap->brand, NULL, tap->visitor, now.wall_ms);
      ParlorConversation *conversation = conversation_for (customer, tap->group, now.wall_ms);
      binding = binding_new (customer, tap->group, NULL, now.wall_ms);
      binding->state = tap->rep ? PARLOR_BINDING_ACTIVE : PARLOR_BINDING_WAITING;
      replace_text (&binding->tap, tap->id);
      replace_text (&binding->touch, tap->touch);
      binding->conversation = conversation;
      conversation->binding = binding;
      binding_give (binding, tap->rep);
      if (conversation->state != PARLOR_CONVERSATION_QUEUED)
        conversation_assign (conversation, tap->rep);
      take_context (conversation, tap);
      put_customer (customer);
      put_binding (binding);
      say_welcome (conversation, tap->welcome ? tap->welcome : tap->group->welcome, now);
      put_conversation (conversation);
      binding_event (binding, tap->rep ? "binding.active" : "binding.proposed", now.wall_ms,
                     tap->room_ms);
      service_end (service);
      service->stats.bound++;
      tap->brand->stats.bound++;
      conversation_notice (conversation);
      if (is_new)
        identify_device (customer, tap->visitor, tap->room);
    }
  tap->binding = binding;
  tap->state = binding->state;
  tell_bound (tap);
}

static void
on_bind_allowed (const ParlorHookAnswer *answer, gpointer user_data)
{
  Tap *tap = user_data;
  if (answer->final)
    tap->hook = 0;
  if (tap->binding)
    return;
  gboolean answered = answer->outcome == PARLOR_HOOK_ANSWERED;
  gboolean allow = answered ? parlor_datum_flag (answer->data, answer->n_data, "allow", TRUE)
                            : !answer->fail_closed;
  if (allow)
    {
      bind (tap, tap->service->spec.now (tap->service->spec.user_data));
      return;
    }
  tap->binding_asked = FALSE;
  tap->state = PARLOR_BINDING_DECLINED;
  tell_refused (tap, answered ? parlor_datum_text (answer->data, answer->n_data, "reason") : NULL);
}

static void
ask_bind (Tap *tap, ParlorMoment now)
{
  ParlorHooks *hooks = tap->service->spec.hooks;
  const ParlorCustomer *customer = parlor_service_customer_of (tap->brand, tap->visitor);
  if (!hooks)
    {
      bind (tap, now);
      return;
    }
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("customer", customer ? customer->id : NULL),
      PARLOR_DATUM_TEXT ("customer_ref", customer ? customer->ref : NULL),
      PARLOR_DATUM_TEXT ("rep", tap->rep ? tap->rep->id : NULL),
      PARLOR_DATUM_TEXT ("group", tap->group->id),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_BIND, tap->brand->id, tap->id, data,
                                 G_N_ELEMENTS (data)};
  if (tap->hook)
    hooks->cancel (hooks, tap->hook);
  tap->binding_asked = TRUE;
  tap->hook = hooks->ask (hooks, &question, on_bind_allowed, tap);
}

/* ---- the route hook -------------------------------------------------------------------------- */

static void
show (Tap *tap, ParlorMoment now)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("tap", tap->id),
      PARLOR_DATUM_TEXT ("visitor", tap->visitor),
      PARLOR_DATUM_TEXT ("rep", tap->rep ? tap->rep->id : NULL),
      PARLOR_DATUM_TEXT ("entry", tap->entry),
      PARLOR_DATUM_TEXT ("room", tap->room),
  };
  tap->shown = TRUE;
  tap->state = PARLOR_BINDING_PROPOSED;
  service_begin (tap->service);
  service_event (tap->service, tap->brand, "entry.card_shown", tap->entry ? tap->entry : tap->id,
                 NULL, tap->id, now.wall_ms, tap->room_ms, data, G_N_ELEMENTS (data));
  service_end (tap->service);
  tell_card (tap, now);
  if (tap->brand->confirm == PARLOR_CONFIRM_NEVER)
    ask_bind (tap, now);
}

/* The brand's answer, judged: of this brand, here, not removed by him; a group of this brand. */
static void
take_answer (Tap *tap, const ParlorHookAnswer *answer, const ParlorCustomer *customer)
{
  const ParlorDatum *reps = parlor_datum_find (answer->data, answer->n_data, "reps",
                                               PARLOR_DATUM_IS_TEXTS);
  for (guint i = 0; reps && reps->texts && reps->texts[i]; i++)
    {
      ParlorRep *rep = parlor_service_rep (tap->brand, reps->texts[i]);
      if (!may_be_face (tap, rep, customer))
        continue;
      tap->rep = rep;
      return;
    }
  ParlorGroup *group = parlor_service_group (
      tap->brand, parlor_datum_text (answer->data, answer->n_data, "group"));
  if (!group)
    return;
  tap->group = group;
  tap->rep = choose_face (tap, customer);
}

static void
on_routed (const ParlorHookAnswer *answer, gpointer user_data)
{
  Tap *tap = user_data;
  ParlorMoment now = tap->service->spec.now (tap->service->spec.user_data);
  if (answer->final)
    tap->hook = 0;
  if (answer->outcome == PARLOR_HOOK_ANSWERED)
    {
      replace_text (&tap->note, parlor_datum_text (answer->data, answer->n_data, "note"));
      if (tap->binding && tap->note)
        {
          replace_text (&tap->binding->conversation->note, tap->note);
          put_conversation (tap->binding->conversation);
        }
      if (!tap->shown)
        {
          replace_text (&tap->welcome, parlor_datum_text (answer->data, answer->n_data, "welcome"));
          take_answer (tap, answer, parlor_service_customer_of (tap->brand, tap->visitor));
        }
    }
  if (!tap->shown)
    show (tap, now);
}

static void
ask_route (Tap *tap, const ParlorCustomer *customer)
{
  ParlorHooks *hooks = tap->service->spec.hooks;
  const char *candidates[CANDIDATES_MAX + 1] = {NULL};
  guint n = 0;
  for (guint i = 0; i < PARLOR_READY_BUCKETS; i++)
    for (GList *l = tap->group->ready[i].head; l && n < CANDIDATES_MAX; l = l->next)
      candidates[n++] = ((ParlorRepPlace *)l->data)->rep->id;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("customer", customer ? customer->id : NULL),
      PARLOR_DATUM_TEXT ("customer_ref", customer ? customer->ref : NULL),
      PARLOR_DATUM_TEXT ("visitor", tap->visitor),
      PARLOR_DATUM_TEXT ("touch.id", tap->touch),
      PARLOR_DATUM_TEXT ("touch.entry", tap->entry),
      PARLOR_DATUM_TEXT ("touch.inviter", tap->inviter),
      PARLOR_DATUM_TEXT ("room", tap->room),
      PARLOR_DATUM_INT ("room_ms", tap->room_ms),
      PARLOR_DATUM_TEXT ("product", tap->product),
      PARLOR_DATUM_TEXTS ("candidates", candidates),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_ROUTE, tap->brand->id, tap->id, data,
                                 G_N_ELEMENTS (data)};
  tap->hook = hooks->ask (hooks, &question, on_routed, tap);
}

/* ---- interface ------------------------------------------------------------------------------- */

gboolean
take_turn (ParlorService *service, const char *key, gint64 interval_us, guint burst, gint64 now_us)
{
  gint64 *credit_us = g_hash_table_lookup (service->tappers, key);
  if (!credit_us && g_hash_table_size (service->tappers) >= TAPPERS_MAX)
    g_hash_table_remove_all (service->tappers); /* a flood; all begin anew */
  if (!credit_us)
    g_hash_table_insert (service->tappers, g_strdup (key), credit_us = g_new0 (gint64, 1));
  gint64 full_us = MAX (*credit_us, now_us) + interval_us;
  if (full_us - now_us > burst * interval_us)
    return FALSE;
  *credit_us = full_us;
  return TRUE;
}

/* A visitor is whoever says so; what he cannot make up is where he comes from. */
static gboolean
may_tap (ParlorService *service, const ParlorTapSpec *spec, gint64 now_us)
{
  g_autofree char *from = spec->address ? g_strconcat ("from ", spec->address, NULL) : NULL;
  return (!from || take_turn (service, from, ADDRESS_INTERVAL_US, ADDRESS_BURST, now_us))
         && take_turn (service, spec->visitor, TAP_INTERVAL_US, TAP_BURST, now_us);
}

static char *
tap_key (const char *brand, const char *visitor, const char *id)
{
  return g_strjoin (" ", brand, visitor, id, NULL);
}

static Tap *
tap_new (ParlorService *service, ParlorServiceBrand *brand, ParlorGroup *group,
         const ParlorTapSpec *spec, gint64 now_us)
{
  Tap *tap = g_new0 (Tap, 1);
  tap->service = service;
  tap->brand = brand;
  tap->group = group;
  tap->visitor = g_strdup (spec->visitor);
  tap->id = g_strdup (spec->tap);
  tap->touch = g_strdup (spec->touch);
  tap->entry = g_strdup (spec->entry);
  tap->inviter = g_strdup (spec->inviter);
  tap->room = g_strdup (spec->room);
  tap->product = g_strdup (spec->product);
  tap->room_ms = spec->room_ms;
  tap->key = tap_key (brand->id, spec->visitor, spec->tap);
  g_hash_table_replace (service->taps, tap->key, tap);
  service_arm (service, TIMER_TAP, &tap->timer, now_us + TAP_US);
  return tap;
}

static ParlorBinding *
binding_of_tap (const ParlorCustomer *customer, const char *tap)
{
  for (ParlorBinding *binding = customer ? customer->bindings : NULL; binding;
       binding = binding->next_of_customer)
    if (!g_strcmp0 (binding->tap, tap))
      return binding;
  return NULL;
}

/* The same tap again: what was said is said again. */
static void
repeat (Tap *tap, ParlorMoment now)
{
  if (tap->shown)
    tell_card (tap, now);
  if (tap->binding)
    tell_bound (tap);
}

static gboolean
is_tap (const ParlorTapSpec *spec)
{
  return spec->visitor && spec->tap && strlen (spec->tap) >= 8 && strlen (spec->tap) <= 64
         && strlen (spec->visitor) < PARLOR_ID_TEXT && !strchr (spec->tap, ' ');
}

static void
tap_event (Tap *tap, const ParlorCustomer *customer, ParlorMoment now)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("tap", tap->id), PARLOR_DATUM_TEXT ("visitor", tap->visitor),
      PARLOR_DATUM_TEXT ("entry", tap->entry), PARLOR_DATUM_TEXT ("room", tap->room)};
  service_begin (tap->service);
  service_event (tap->service, tap->brand, "entry.tap", tap->entry ? tap->entry : tap->id, customer,
                 tap->id, now.wall_ms, tap->room_ms, data, G_N_ELEMENTS (data));
  service_end (tap->service);
  tap->service->stats.taps++;
  tap->brand->stats.taps++;
}

static void
begin (Tap *tap, ParlorMoment now)
{
  ParlorCustomer *customer = parlor_service_customer_of (tap->brand, tap->visitor);
  ParlorBinding *binding = customer ? binding_for (customer, tap->group) : NULL;
  if (binding && binding->job)
    {
      job_hurry (binding, now);
      binding = binding_for (customer, tap->group); /* it may be refused, or go to another group */
    }
  ParlorBinding *made = binding_of_tap (customer, tap->id);
  tap_event (tap, customer, now);
  if (binding)
    {
      tap->known = binding != made;
      tap->binding = binding;
      tap->rep = binding->rep;
      tap->shown = TRUE;
      take_context (binding->conversation, tap);
      put_conversation (binding->conversation);
      conversation_notice (binding->conversation);
      repeat (tap, now);
      return;
    }
  tap->rep = choose_face (tap, customer);
  if (tap->service->spec.hooks)
    ask_route (tap, customer);
  else
    show (tap, now);
}

gboolean
parlor_service_tap (ParlorService *service, const ParlorTapSpec *spec, ParlorMoment now,
                    GError **error)
{
  ParlorServiceBrand *brand = parlor_service_brand (service, spec->brand);
  if (!brand || !brand->groups->len)
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "Nobody is to be reached here.");
  if (!is_tap (spec))
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "tap is 8 to 64 characters.");
  ParlorGroup *group = parlor_service_group (brand, spec->group);
  if (spec->group && !group)
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such group.");
  g_autofree char *key = tap_key (brand->id, spec->visitor, spec->tap);
  Tap *tap = g_hash_table_lookup (service->taps, key);
  if (tap)
    {
      repeat (tap, now);
      return TRUE;
    }
  if (!may_tap (service, spec, now.us))
    {
      service->stats.taps_refused++;
      return service_refuse (error, PARLOR_ERROR_TOO_MANY, "Too many taps. Wait a little.");
    }
  tap = tap_new (service, brand, group ? group : brand->groups->pdata[0], spec, now.us);
  begin (tap, now);
  return TRUE;
}

gboolean
parlor_service_bind (ParlorService *service, const char *brand, const char *visitor, const char *id,
                     ParlorMoment now, GError **error)
{
  g_autofree char *key = tap_key (brand, visitor, id ? id : "");
  Tap *tap = g_hash_table_lookup (service->taps, key);
  if (!tap)
    return service_refuse (error, PARLOR_ERROR_GONE,
                           "That card was shown too long ago. Tap again.");
  if (tap->binding)
    {
      tell_bound (tap);
      return TRUE;
    }
  if (!tap->shown || tap->binding_asked)
    return TRUE; /* the answer is under way */
  if (!parlor_state_check (PARLOR_MACHINE_BINDING, tap->state, PARLOR_BINDING_ACTIVE, error))
    return FALSE;
  ask_bind (tap, now);
  return TRUE;
}

gboolean
parlor_service_decline (ParlorService *service, const char *brand, const char *visitor,
                        const char *id, GError **error)
{
  g_autofree char *key = tap_key (brand, visitor, id ? id : "");
  Tap *tap = g_hash_table_lookup (service->taps, key);
  if (!tap)
    return service_refuse (error, PARLOR_ERROR_GONE, "That card was shown too long ago.");
  if (!parlor_state_check (PARLOR_MACHINE_BINDING, tap->binding ? tap->binding->state : tap->state,
                           PARLOR_BINDING_DECLINED, error))
    return FALSE;
  tap->state = PARLOR_BINDING_DECLINED;
  return TRUE;
}

static void
serve_one (ParlorBinding *binding, ParlorRep *rep, ParlorMoment now)
{
  ParlorService *service = rep->brand->service;
  service_begin (service);
  binding_give (binding, rep);
  binding->state = PARLOR_BINDING_ACTIVE;
  put_binding (binding);
  if (!binding->conversation->assignee)
    conversation_assign (binding->conversation, rep);
  put_conversation (binding->conversation);
  binding_event (binding, "binding.active", now.wall_ms, -1);
  job_settle (binding, PARLOR_OUTCOME_DONE, now);
  service_end (service);
  binding_notice (binding);
}

/* A rep is here: those who are bound to the group and to nobody get a face now, so many in a turn.
 */
void
serve_waiting (ParlorGroup *group, ParlorMoment now)
{
  guint served = 0;
  if (group->routing == PARLOR_ROUTING_MANUAL)
    return;
  for (GList *l = group->waiting.head, *next; l && served < SERVED_AT_ONCE; l = next)
    {
      RouteQuestion question = {.group = group, .customer = ((ParlorBinding *)l->data)->customer};
      ParlorRep *rep = route_next (&question);
      next = l->next;
      if (rep)
        serve_one (l->data, rep, now);
      served += rep != NULL;
    }
  if (served == SERVED_AT_ONCE && group->waiting.length)
    service_arm (group->brand->service, TIMER_GROUP, &group->timer, now.us + 1);
}
