/* SPDX-License-Identifier: Apache-2.0 */
#include "base/confusable.h"
#include "base/words.h"
#include "service/private.h"

#include <string.h>

/* ---- small things ---------------------------------------------------------------------------- */

void
replace_text (char **to, const char *text)
{
  char *copy = text && *text ? g_strdup (text) : NULL;
  g_free (*to);
  *to = copy;
}

const char *
parlor_author_name (ParlorAuthor author)
{
  static const char *const names[] = {"customer", "rep", "system", "bot"};
  return names[author];
}

void
append_json (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (out, "\\%c", *text);
    else if ((guchar)*text < 0x20)
      g_string_append_printf (out, "\\u%04x", (guchar)*text);
    else
      g_string_append_c (out, *text);
  g_string_append_c (out, '"');
}

void
service_arm (ParlorService *service, TimerKind kind, ParlorTimer *timer, gint64 at_us)
{
  parlor_timer_heap_set (service->heaps[kind], timer, at_us);
}

/* ---- out: rows, notices, events ----------------------------------------------------------------
 */

void
service_begin (ParlorService *service)
{
  if (service->spec.records)
    service->spec.records->begin (service->spec.records);
}

void
service_end (ParlorService *service)
{
  if (service->spec.records)
    service->spec.records->end (service->spec.records);
}

void
service_put (ParlorService *service, const ParlorRecordKind *kind, gconstpointer row)
{
  if (service->spec.records)
    service->spec.records->put (service->spec.records, kind, row);
}

void
service_remove (ParlorService *service, const ParlorRecordKind *kind, gconstpointer key)
{
  if (service->spec.records)
    service->spec.records->remove (service->spec.records, kind, key);
}

void
service_notice (ParlorService *service, ParlorServiceNotice *notice)
{
  service->spec.notice (notice, service->spec.user_data);
}

void
service_event (ParlorService *service, const ParlorServiceBrand *brand, const char *type,
               const char *entity, const ParlorCustomer *customer, const char *trace, gint64 at_ms,
               gint64 room_ms, const ParlorDatum *data, guint n)
{
  ParlorEvent event = {
      .type = type,
      .brand = brand->id,
      .entity = entity,
      .at_ms = at_ms,
      .room_ms = room_ms,
      .trace = trace,
      .customer = customer ? customer->id : NULL,
      .data = data,
      .n_data = n,
  };
  if (service->spec.event)
    service->spec.event (&event, service->spec.user_data);
}

/* ---- making and ending -------------------------------------------------------------------------
 */

static void
brand_free (gpointer data)
{
  ParlorServiceBrand *brand = data;
  g_free (brand->name);
  g_ptr_array_unref (brand->groups);
  g_ptr_array_unref (brand->reps);
  g_ptr_array_unref (brand->skills);
  g_ptr_array_unref (brand->materials);
  g_ptr_array_unref (brand->rules);
  g_ptr_array_unref (brand->hits);
  g_ptr_array_unref (brand->alerts);
  parlor_words_free (brand->words);
  parlor_name_guard_free (brand->guard);
  g_hash_table_unref (brand->by_ref);
  g_hash_table_unref (brand->by_user);
  g_hash_table_unref (brand->by_visitor);
  g_hash_table_unref (brand->by_customer);
  g_free (brand);
}

static void
group_free (gpointer data)
{
  ParlorGroup *group = data;
  g_free (group->name);
  g_free (group->hours_text);
  g_free (group->overflow_id);
  g_free (group->welcome);
  g_free (group->skilled);
  g_free (group);
}

static void
rep_free (gpointer data)
{
  ParlorRep *rep = data;
  g_free (rep->ref);
  g_free (rep->user);
  g_free (rep->name);
  g_free (rep->title);
  g_free (rep->photo);
  g_free (rep->card);
  g_ptr_array_unref (rep->places);
  g_free (rep);
}

static void
customer_free (gpointer data)
{
  ParlorCustomer *customer = data;
  g_clear_pointer (&customer->devices, g_ptr_array_unref);
  g_clear_pointer (&customer->blocked, g_ptr_array_unref);
  g_free (customer->visitor);
  g_free (customer->ref);
  g_free (customer->display);
  g_free (customer->attrs);
  g_free (customer->consents);
  g_free (customer->tags);
  g_free (customer);
}

static void
binding_free (gpointer data)
{
  ParlorBinding *binding = data;
  g_free (binding->tap);
  g_free (binding->touch);
  g_free (binding);
}

static void
conversation_free (gpointer data)
{
  ParlorConversation *conversation = data;
  bot_forget (conversation);
  sayings_forget (conversation);
  assist_forget (conversation);
  rating_free (conversation->rating);
  call_forget (conversation);
  g_clear_pointer (&conversation->tried, g_ptr_array_unref);
  g_clear_pointer (&conversation->recent, g_ptr_array_unref);
  g_free (conversation->last_text);
  g_free (conversation->note);
  g_free (conversation->product);
  g_free (conversation->room);
  g_free (conversation->still);
  g_free (conversation);
}

ParlorService *
parlor_service_new (const ParlorServiceSpec *spec)
{
  ParlorService *service = g_new0 (ParlorService, 1);
  service->spec = *spec;
  service->alerts_us = NEVER_US;
  service->brands = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, brand_free);
  service->groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, group_free);
  service->reps = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, rep_free);
  service->customers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, customer_free);
  service->bindings = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, binding_free);
  service->conversations = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, conversation_free);
  service->offers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  service->calls = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, call_free);
  service->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, job_free);
  service->materials = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, material_free);
  service->uploads = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  service->keeps = g_hash_table_new_full (parlor_hash_hash, parlor_hash_equal, g_free, g_free);
  service->taps = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, tap_free);
  service->askings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, asking_free);
  service->proofs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  service->tappers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  service->here = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (service->heaps); i++)
    service->heaps[i] = parlor_timer_heap_new ();
  return service;
}

void
parlor_service_free (ParlorService *service)
{
  if (!service)
    return;
  g_hash_table_unref (service->taps);
  g_hash_table_unref (service->askings);
  g_hash_table_unref (service->proofs);
  g_hash_table_unref (service->keeps);
  g_hash_table_unref (service->tappers);
  g_hash_table_unref (service->here);
  g_hash_table_unref (service->jobs);
  g_hash_table_unref (service->calls);
  g_hash_table_unref (service->offers);
  g_hash_table_unref (service->uploads);
  g_hash_table_unref (service->materials);
  g_hash_table_unref (service->conversations);
  g_hash_table_unref (service->bindings);
  g_hash_table_unref (service->customers);
  g_hash_table_unref (service->reps);
  g_hash_table_unref (service->groups);
  g_hash_table_unref (service->brands);
  for (guint i = 0; i < G_N_ELEMENTS (service->heaps); i++)
    parlor_timer_heap_free (service->heaps[i]);
  g_free (service);
}

const ParlorServiceStats *
parlor_service_stats (const ParlorService *service)
{
  return &service->stats;
}

/* ---- time --------------------------------------------------------------------------------------
 */

static void
run_timer (ParlorService *service, TimerKind kind, ParlorTimer *timer, ParlorMoment now)
{
  switch (kind)
    {
    case TIMER_STALE:
      rep_offline_due (PARLOR_TIMER_OWNER (timer, ParlorRep, stale_timer), now);
      break;
    case TIMER_WRAP:
      rep_wrapped_up (PARLOR_TIMER_OWNER (timer, ParlorRep, wrap_timer), now);
      break;
    case TIMER_OFFER:
      offer_timeout (PARLOR_TIMER_OWNER (timer, ParlorOffer, timer), now);
      break;
    case TIMER_CONVERSATION:
      conversation_due (PARLOR_TIMER_OWNER (timer, ParlorConversation, timer), now);
      break;
    case TIMER_CALL:
      call_due (PARLOR_TIMER_OWNER (timer, ParlorCall, timer), now);
      break;
    case TIMER_EXPERT:
      call_expert_due (PARLOR_TIMER_OWNER (timer, ParlorCall, expert_timer), now);
      break;
    case TIMER_TAP:
      tap_expired (timer, now);
      break;
    case TIMER_JOB:
      job_due (PARLOR_TIMER_OWNER (timer, ParlorJob, timer), now);
      break;
    case TIMER_GROUP:
      serve_waiting (PARLOR_TIMER_OWNER (timer, ParlorGroup, timer), now);
      break;
    case N_TIMERS:
      break;
    }
}

void
parlor_service_poll (ParlorService *service, ParlorMoment now)
{
  ParlorTimer *timer;
  for (guint kind = 0; kind < G_N_ELEMENTS (service->heaps); kind++)
    while ((timer = parlor_timer_heap_pop_due (service->heaps[kind], now.us)))
      run_timer (service, kind, timer, now);
  if (service->alerts_us <= now.us)
    alerts_due (service, now);
}

gint64
parlor_service_next_us (const ParlorService *service)
{
  gint64 next_us = service->alerts_us;
  for (guint i = 0; i < G_N_ELEMENTS (service->heaps); i++)
    next_us = MIN (next_us, parlor_timer_heap_next_us (service->heaps[i]));
  return next_us;
}

/* ---- finding ------------------------------------------------------------------------------------
 */

ParlorServiceBrand *
parlor_service_brand (ParlorService *service, const char *id)
{
  return id ? g_hash_table_lookup (service->brands, id) : NULL;
}

static gboolean
is_of (const ParlorServiceBrand *brand, const char *id)
{
  return id && !strcmp (brand->id, id);
}

ParlorCustomer *
parlor_service_customer (ParlorService *service, const char *brand, const char *id)
{
  ParlorCustomer *customer = id ? g_hash_table_lookup (service->customers, id) : NULL;
  return customer && is_of (customer->brand, brand) ? customer : NULL;
}

ParlorBinding *
parlor_service_binding (ParlorService *service, const char *brand, const char *id)
{
  ParlorBinding *binding = id ? g_hash_table_lookup (service->bindings, id) : NULL;
  return binding && is_of (binding->customer->brand, brand) ? binding : NULL;
}

ParlorConversation *
parlor_service_conversation (ParlorService *service, const char *brand, const char *id)
{
  ParlorConversation *found = id ? g_hash_table_lookup (service->conversations, id) : NULL;
  return found && is_of (found->customer->brand, brand) ? found : NULL;
}

ParlorCall *
parlor_service_find_call (ParlorService *service, const char *brand, const char *id)
{
  ParlorCall *call = id ? g_hash_table_lookup (service->calls, id) : NULL;
  return call && is_of (call->conversation->customer->brand, brand) ? call : NULL;
}

ParlorJob *
parlor_service_job (ParlorService *service, const char *brand, const char *id)
{
  ParlorJob *job = id ? g_hash_table_lookup (service->jobs, id) : NULL;
  return job && is_of (job->brand, brand) ? job : NULL;
}

ParlorCustomer *
parlor_service_customer_of (ParlorServiceBrand *brand, const char *visitor)
{
  return visitor ? g_hash_table_lookup (brand->by_visitor, visitor) : NULL;
}

/* ---- who looks on ---------------------------------------------------------------------------- */

void
parlor_service_visitor_connected (ParlorService *service, const char *visitor)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (service->here, visitor));
  g_hash_table_insert (service->here, g_strdup (visitor), GUINT_TO_POINTER (n + 1));
}

void
parlor_service_visitor_disconnected (ParlorService *service, const char *visitor)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (service->here, visitor));
  if (n > 1)
    g_hash_table_insert (service->here, g_strdup (visitor), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (service->here, visitor);
}

gboolean
parlor_customer_is_here (const ParlorCustomer *customer)
{
  GHashTable *here = customer->brand->service->here;
  if (customer->visitor && g_hash_table_contains (here, customer->visitor))
    return TRUE;
  for (guint i = 0; customer->devices && i < customer->devices->len; i++)
    if (g_hash_table_contains (here, customer->devices->pdata[i]))
      return TRUE;
  return FALSE;
}
