/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_hooks.h"

#include "app/log.h"
#include "hooks/api.h"
#include "hooks/poster.h"

#define PURGE_MS 60000
/* Decisions to one CRM at once. */
#define QUESTIONS_PER_HOST 64

struct _ParlorWireHooks
{
  uv_loop_t *loop; /* borrowed */
  ParlorClock *clock;

  /* owned */
  ParlorEventLog *log;
  ParlorOutbox *outbox;
  ParlorPoster *sender, *asker; /* apart: a slow receiver holds no question up */
  ParlorModule *module;         /* nullable */
  ParlorDecider *decider;
  ParlorApi *api;
  GArray *allowed; /* ParlorNet */

  uv_prepare_t *prepare;
  uv_timer_t *timer, *purge;
  gint64 now_us; /* for loading */
};

/* ---- time ----------------------------------------------------------------------------------- */

static void
on_timer (uv_timer_t *timer)
{
  /* The loop woke up; on_prepare () does the rest. */
}

static void
on_prepare (uv_prepare_t *prepare)
{
  ParlorWireHooks *hooks = prepare->data;
  gint64 now_us = hooks->clock->now_us (hooks->clock);
  if (parlor_outbox_next_us (hooks->outbox) <= now_us)
    parlor_outbox_poll (hooks->outbox, now_us);
  if (parlor_decider_next_us (hooks->decider) <= now_us)
    parlor_decider_poll (hooks->decider, now_us);
  gint64 next_us = MIN (parlor_outbox_next_us (hooks->outbox),
                        parlor_decider_next_us (hooks->decider));
  if (next_us == G_MAXINT64)
    uv_timer_stop (hooks->timer);
  else
    uv_timer_start (hooks->timer, on_timer,
                    (guint64)MAX ((next_us - hooks->clock->now_us (hooks->clock) + 999) / 1000, 0),
                    0);
}

static void
on_purge (uv_timer_t *timer)
{
  ParlorWireHooks *hooks = timer->data;
  parlor_event_log_purge (hooks->log, hooks->clock->wall_ms (hooks->clock));
}

/* ---- making --------------------------------------------------------------------------------- */

static gboolean
parse_allowed (ParlorWireHooks *hooks, const ParlorConfig *config, GError **error)
{
  hooks->allowed = g_array_new (FALSE, FALSE, sizeof (ParlorNet));
  for (guint i = 0; config->hook_allow && config->hook_allow[i]; i++)
    {
      ParlorNet net;
      if (!parlor_net_parse (config->hook_allow[i], &net))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "hook-allow: \"%s\" is not a network", config->hook_allow[i]);
          return FALSE;
        }
      g_array_append_val (hooks->allowed, net);
    }
  /* In the demo everything is on this machine, the integrator's first receiver too. */
  static const char *const loopback[] = {"127.0.0.0/8", "::1"};
  for (guint i = 0; config->demo && i < G_N_ELEMENTS (loopback); i++)
    {
      ParlorNet net;
      parlor_net_parse (loopback[i], &net);
      g_array_append_val (hooks->allowed, net);
    }
  return TRUE;
}

static ParlorPoster *
make_poster (ParlorWireHooks *hooks, const ParlorConfig *config, guint per_host)
{
  ParlorPosterSpec spec = {
      .loop = hooks->loop,
      .allowed = (const ParlorNet *)(gpointer)hooks->allowed->data,
      .n_allowed = hooks->allowed->len,
      .plain = config->hook_http || config->demo,
      .per_host = per_host,
  };
  return parlor_poster_new (&spec);
}

static void
visit_head (gconstpointer row, gpointer user_data)
{
  parlor_event_log_load_head (((ParlorWireHooks *)user_data)->log, row);
}

static void
visit_webhook (gconstpointer row, gpointer user_data)
{
  parlor_outbox_load_webhook (((ParlorWireHooks *)user_data)->outbox, row);
}

static void
visit_position (gconstpointer row, gpointer user_data)
{
  parlor_outbox_load_position (((ParlorWireHooks *)user_data)->outbox, row);
}

static void
visit_delivery (gconstpointer row, gpointer user_data)
{
  ParlorWireHooks *hooks = user_data;
  parlor_outbox_load_delivery (hooks->outbox, row, hooks->now_us);
}

static void
visit_hook (gconstpointer row, gpointer user_data)
{
  parlor_decider_load (((ParlorWireHooks *)user_data)->decider, row);
}

static gboolean
load (ParlorWireHooks *hooks, ParlorStore *store, GError **error)
{
  const struct
  {
    const ParlorRecordKind *kind;
    ParlorRecordVisit visit;
  } kinds[] = {
      {&parlor_event_head_kind, visit_head},
      {&parlor_webhook_kind, visit_webhook},
      {&parlor_webhook_position_kind, visit_position},
      {&parlor_delivery_kind, visit_delivery},
      {&parlor_hook_kind, visit_hook},
  };
  hooks->now_us = hooks->clock->now_us (hooks->clock);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!parlor_store_load_records (store, kinds[i].kind, kinds[i].visit, hooks, error))
      return FALSE;
  parlor_outbox_begin (hooks->outbox, hooks->now_us);
  return TRUE;
}

static void
make_parts (ParlorWireHooks *hooks, const ParlorConfig *config, ParlorStore *store,
            const ParlorRandom *random)
{
  ParlorRecordSink *sink = parlor_store_records (store);
  hooks->sender = make_poster (hooks, config, 0);
  hooks->asker = make_poster (hooks, config, QUESTIONS_PER_HOST);
  hooks->log = parlor_event_log_new (sink, hooks->clock);
  hooks->outbox = parlor_outbox_new (&(ParlorOutboxSpec){.sink = sink,
                                                         .log = hooks->log,
                                                         .poster = hooks->sender,
                                                         .clock = hooks->clock,
                                                         .random = *random,
                                                         .event = parlor_event_log_append,
                                                         .event_data = hooks->log});
  parlor_event_log_listen (hooks->log, parlor_outbox_poke, hooks->outbox);
  hooks->decider = parlor_decider_new (&(ParlorDeciderSpec){.sink = sink,
                                                            .poster = hooks->asker,
                                                            .module = hooks->module,
                                                            .clock = hooks->clock,
                                                            .random = *random,
                                                            .event = parlor_event_log_append,
                                                            .event_data = hooks->log});
  hooks->api = parlor_hook_api_new (
      &(ParlorHookApiSpec){.sink = sink,
                           .log = hooks->log,
                           .outbox = hooks->outbox,
                           .decider = hooks->decider,
                           .poster = hooks->sender,
                           .clock = hooks->clock,
                           .random = *random,
                           .plain = config->hook_http || config->demo});
}

static void
start_handles (ParlorWireHooks *hooks)
{
  hooks->prepare = g_new0 (uv_prepare_t, 1);
  hooks->timer = g_new0 (uv_timer_t, 1);
  hooks->purge = g_new0 (uv_timer_t, 1);
  uv_prepare_init (hooks->loop, hooks->prepare);
  uv_timer_init (hooks->loop, hooks->timer);
  uv_timer_init (hooks->loop, hooks->purge);
  hooks->prepare->data = hooks->timer->data = hooks->purge->data = hooks;
  uv_prepare_start (hooks->prepare, on_prepare);
  uv_timer_start (hooks->purge, on_purge, PURGE_MS, PURGE_MS);
}

ParlorWireHooks *
parlor_wire_hooks_new (const ParlorConfig *config, uv_loop_t *loop, ParlorStore *store,
                       ParlorClock *clock, const ParlorRandom *random, GError **error)
{
  ParlorWireHooks *hooks = g_new0 (ParlorWireHooks, 1);
  hooks->loop = loop;
  hooks->clock = clock;
  gboolean good = parse_allowed (hooks, config, error);
  if (good && config->hook_module)
    {
      hooks->module = parlor_module_new (loop, config->hook_module, config->hook_module_config,
                                         error);
      good = hooks->module != NULL;
      if (good)
        parlor_log (PARLOR_LOG_INFO, "hooks are asked of the module %s first",
                    parlor_module_name (hooks->module));
    }
  if (good)
    {
      make_parts (hooks, config, store, random);
      good = load (hooks, store, error);
    }
  if (good)
    {
      start_handles (hooks);
      return hooks;
    }
  parlor_wire_hooks_stop (hooks);
  parlor_wire_hooks_free (hooks);
  return NULL;
}

/* ---- ending --------------------------------------------------------------------------------- */

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

void
parlor_wire_hooks_stop (ParlorWireHooks *hooks)
{
  if (!hooks)
    return;
  if (hooks->decider)
    parlor_decider_close (hooks->decider);
  parlor_module_free (g_steal_pointer (&hooks->module), parlor_decider_drop_ticket);
  parlor_poster_free (g_steal_pointer (&hooks->asker));
  parlor_poster_free (g_steal_pointer (&hooks->sender));
  if (!hooks->prepare)
    return;
  parlor_outbox_settle (hooks->outbox);
  uv_close ((uv_handle_t *)hooks->prepare, free_handle);
  uv_close ((uv_handle_t *)hooks->timer, free_handle);
  uv_close ((uv_handle_t *)hooks->purge, free_handle);
  hooks->prepare = NULL;
}

gboolean
parlor_wire_hooks_is_idle (ParlorWireHooks *hooks)
{
  return parlor_outbox_is_idle (hooks->outbox);
}

void
parlor_wire_hooks_free (ParlorWireHooks *hooks)
{
  if (!hooks)
    return;
  parlor_hook_api_free (hooks->api);
  parlor_decider_free (hooks->decider);
  parlor_outbox_free (hooks->outbox);
  parlor_event_log_free (hooks->log);
  g_array_unref (hooks->allowed);
  g_free (hooks);
}

/* ---- for the others ------------------------------------------------------------------------- */

void
parlor_wire_hooks_event (const ParlorEvent *event, gpointer user_data)
{
  parlor_event_log_append (event, ((ParlorWireHooks *)user_data)->log);
}

ParlorHooks *
parlor_wire_hooks_decisions (ParlorWireHooks *hooks)
{
  return parlor_decider_hooks (hooks->decider);
}

ParlorApi *
parlor_wire_hooks_api (ParlorWireHooks *hooks)
{
  return hooks->api;
}

void
parlor_wire_hooks_erase (ParlorWireHooks *hooks, const char *customer, ParlorRecordFlushed done,
                         gpointer user_data)
{
  parlor_outbox_erase (hooks->outbox, customer);
  parlor_event_log_erase (hooks->log, customer, done, user_data);
}

void
parlor_wire_hooks_forget (const char *customer, ParlorRecordFlushed done, gpointer done_data,
                          gpointer hooks)
{
  parlor_wire_hooks_erase (hooks, customer, done, done_data);
}

static void
add_recent (const ParlorEventRow *row, gpointer list)
{
  json_array_append_new (list, parlor_event_row_to_json (row, FALSE));
}

json_t *
parlor_wire_hooks_recent (ParlorWireHooks *hooks, const char *after)
{
  json_t *list = json_array ();
  parlor_event_log_recent (hooks->log, parlor_event_seq (after), add_recent, list);
  return list;
}

void
parlor_wire_hooks_metrics (ParlorWireHooks *hooks, ParlorMetricsPage *page)
{
  ParlorOutboxStats outbox;
  ParlorDeciderStats decider;
  parlor_outbox_stats (hooks->outbox, &outbox);
  parlor_decider_stats (hooks->decider, &decider);
  parlor_metrics_add (page, "parlor_events_total", NULL, NULL,
                      (double)parlor_event_log_appended (hooks->log));
  parlor_metrics_add (page, "parlor_webhooks_delivered_total", NULL, NULL,
                      (double)outbox.delivered);
  parlor_metrics_add (page, "parlor_webhooks_failed_total", NULL, NULL, (double)outbox.failed);
  parlor_metrics_add (page, "parlor_webhooks_dead_total", NULL, NULL, (double)outbox.dead);
  parlor_metrics_add (page, "parlor_webhooks_waiting", NULL, NULL, outbox.waiting);
  for (guint i = 0; i < PARLOR_N_HOOK_OUTCOMES; i++)
    parlor_metrics_add (page, "parlor_hook_answers_total", "outcome",
                        parlor_hook_outcome_name ((ParlorHookOutcome)i),
                        (double)decider.outcomes[i]);
}
