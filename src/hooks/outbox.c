/* SPDX-License-Identifier: Apache-2.0 */
/* Which subscriptions there are, what is known of them, and what comes back at start. */
#include "hooks/outbox.h"

#include "base/error.h"
#include "hooks/lanes.h"

#include <string.h>

ParlorOutbox *
parlor_outbox_new (const ParlorOutboxSpec *spec)
{
  ParlorOutbox *outbox = g_new0 (ParlorOutbox, 1);
  outbox->spec = *spec;
  outbox->webhooks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, parlor_webhook_free);
  return outbox;
}

void
parlor_outbox_free (ParlorOutbox *outbox)
{
  if (!outbox)
    return;
  g_hash_table_unref (outbox->webhooks);
  g_free (outbox);
}

void
parlor_outbox_load_webhook (ParlorOutbox *outbox, const ParlorWebhookRow *row)
{
  parlor_webhook_new (outbox, row);
}

void
parlor_outbox_load_position (ParlorOutbox *outbox, const ParlorWebhookPosition *row)
{
  ParlorWebhook *webhook = g_hash_table_lookup (outbox->webhooks, row->webhook);
  if (webhook)
    webhook->position = webhook->stored = webhook->read_seq = row->seq;
}

static void
on_loaded (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  ParlorWebhookTicket *ticket = user_data;
  ParlorWebhook *webhook = parlor_webhook_of (ticket);
  ParlorOutbox *outbox = ticket->outbox;
  if (webhook)
    {
      webhook->loading--;
      outbox->stale = TRUE;
      if (n_rows)
        {
          ParlorWebhookItem *item = parlor_webhook_add (webhook, rows[0], TRUE);
          ParlorWebhookLane *lane = item->lane;
          item->attempts = ticket->attempts;
          item->first_ms = ticket->first_ms;
          if (lane->state == PARLOR_LANE_READY && lane->items.length == 1 && ticket->next_us)
            {
              g_queue_remove (&webhook->ready, lane);
              lane->failed_us = outbox->now_us;
              parlor_webhook_lane_wait (lane, ticket->next_us);
              /* It may have been down when the program ended: somebody asks, now and once a
                 minute, and what failed goes on with the first success. */
              webhook->failures = PARLOR_WEBHOOK_DOWN_AFTER;
            }
        }
      if (!webhook->loading)
        parlor_outbox_poll (outbox, outbox->spec.clock->now_us (outbox->spec.clock));
    }
  parlor_webhook_ticket_free (ticket);
}

static void
load_event (ParlorWebhook *webhook, ParlorWebhookTicket *ticket)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  ParlorFindTerm term = {"seq", PARLOR_FIND_EQUAL, NULL, ticket->seq};
  ParlorFind find = {.kind = &parlor_event_kind, .terms = &term, .n_terms = 1, .limit = 1};
  webhook->loading++;
  sink->find (sink, &find, on_loaded, ticket);
}

void
parlor_outbox_load_delivery (ParlorOutbox *outbox, const ParlorDeliveryRow *row, gint64 now_us)
{
  ParlorWebhook *webhook = g_hash_table_lookup (outbox->webhooks, row->webhook);
  if (!webhook)
    return;
  gboolean waits = !strcmp (row->state, "retry") || !strcmp (row->state, "waiting");
  if (!waits)
    {
      if (row->seq > webhook->position)
        g_hash_table_add (webhook->settled, g_memdup2 (&row->seq, sizeof row->seq));
      return;
    }
  ParlorWebhookTicket *ticket = parlor_webhook_ticket_new (webhook, row->seq);
  ticket->attempts = (guint)row->attempts;
  ticket->first_ms = row->first_ms;
  /* The wall clock may have been set meanwhile: never more than the schedule's longest wait. */
  gint64 wait_ms = CLAMP (row->next_ms - parlor_outbox_wall_ms (outbox), 0,
                          72000 * G_GINT64_CONSTANT (1000));
  ticket->next_us = row->next_ms ? now_us + wait_ms * 1000 : 0;
  load_event (webhook, ticket);
}

void
parlor_outbox_begin (ParlorOutbox *outbox, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((ParlorWebhook *)value)->more = TRUE;
  outbox->now_us = now_us;
  outbox->poked = TRUE;
}

static void
replace_row (ParlorWebhook *webhook, const ParlorWebhookRow *row)
{
  ParlorWebhookRow *old = webhook->row;
  /* The key of the hash table is the row's id. */
  g_hash_table_steal (webhook->outbox->webhooks, old->id);
  webhook->row = parlor_record_dup (&parlor_webhook_kind, row);
  g_hash_table_insert (webhook->outbox->webhooks, webhook->row->id, webhook);
  parlor_record_free (&parlor_webhook_kind, old);
  webhook->failures = 0;
  webhook->more = TRUE;
}

gboolean
parlor_outbox_put (ParlorOutbox *outbox, const ParlorWebhookRow *row, gint64 now_us, GError **error)
{
  ParlorWebhook *webhook = g_hash_table_lookup (outbox->webhooks, row->id);
  g_autoptr (GPtrArray) all = parlor_outbox_list (outbox, row->brand);
  if (!webhook && all->len >= PARLOR_WEBHOOKS_OF_BRAND)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                           "A brand has 50 webhooks at most: remove one first.");
      return FALSE;
    }
  if (webhook)
    replace_row (webhook, row);
  else
    {
      webhook = parlor_webhook_new (outbox, row);
      webhook->read_seq = webhook->position = parlor_event_log_last (outbox->spec.log);
      parlor_webhook_store_position (webhook);
    }
  outbox->spec.sink->put (outbox->spec.sink, &parlor_webhook_kind, row);
  outbox->now_us = now_us;
  outbox->poked = TRUE;
  return TRUE;
}

void
parlor_outbox_remove (ParlorOutbox *outbox, const char *id)
{
  ParlorRecordSink *sink = outbox->spec.sink;
  ParlorWebhookRow key = {.id = (char *)id};
  ParlorWebhookPosition position = {.webhook = (char *)id};
  sink->begin (sink);
  sink->remove (sink, &parlor_webhook_kind, &key);
  sink->remove (sink, &parlor_webhook_position_kind, &position);
  sink->end (sink);
  g_hash_table_remove (outbox->webhooks, id);
  outbox->stale = TRUE;
}

const ParlorWebhookInfo *
parlor_outbox_find (ParlorOutbox *outbox, const char *brand, const char *id)
{
  ParlorWebhook *webhook = g_hash_table_lookup (outbox->webhooks, id);
  if (!webhook || strcmp (webhook->row->brand, brand))
    return NULL;
  webhook->info = (ParlorWebhookInfo){
      .row = webhook->row,
      .waiting = g_hash_table_size (webhook->items),
      .down = parlor_webhook_is_down (webhook),
      .position = webhook->position,
      .delivered = webhook->delivered,
      .failed = webhook->failed,
      .dead = webhook->dead,
      .attempts = (const ParlorAttempt *)(gpointer)webhook->attempts->data,
      .n_attempts = webhook->attempts->len,
  };
  return &webhook->info;
}

static gint
older_first (gconstpointer a, gconstpointer b)
{
  const ParlorWebhook *left = *(ParlorWebhook *const *)a, *right = *(ParlorWebhook *const *)b;
  if (left->row->created_ms != right->row->created_ms)
    return left->row->created_ms < right->row->created_ms ? -1 : 1;
  return strcmp (left->row->id, right->row->id);
}

GPtrArray *
parlor_outbox_list (ParlorOutbox *outbox, const char *brand)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!strcmp (((ParlorWebhook *)value)->row->brand, brand))
      g_ptr_array_add (list, value);
  g_ptr_array_sort (list, older_first);
  for (guint i = 0; i < list->len; i++)
    list->pdata[i] = ((ParlorWebhook *)list->pdata[i])->row->id;
  return list;
}

gboolean
parlor_outbox_replay (ParlorOutbox *outbox, const char *id, const ParlorEventRow *row,
                      gint64 now_us)
{
  ParlorWebhook *webhook = g_hash_table_lookup (outbox->webhooks, id);
  if (!webhook || g_hash_table_contains (webhook->items, &row->seq) || row->seq > webhook->read_seq)
    return FALSE;
  outbox->now_us = now_us;
  parlor_webhook_put_delivery (webhook, parlor_webhook_add (webhook, row, TRUE), "waiting", 0, 0,
                               NULL);
  outbox->poked = TRUE;
  return TRUE;
}

void
parlor_outbox_erase (ParlorOutbox *outbox, const char *customer)
{
  GHashTableIter webhooks, items;
  gpointer webhook, item;
  g_hash_table_iter_init (&webhooks, outbox->webhooks);
  while (g_hash_table_iter_next (&webhooks, NULL, &webhook))
    {
      g_hash_table_iter_init (&items, ((ParlorWebhook *)webhook)->items);
      while (g_hash_table_iter_next (&items, NULL, &item))
        if (!g_strcmp0 (((ParlorWebhookItem *)item)->event->customer, customer))
          g_clear_pointer (&((ParlorWebhookItem *)item)->event->content, g_free);
    }
}

void
parlor_outbox_stats (const ParlorOutbox *outbox, ParlorOutboxStats *stats)
{
  GHashTableIter iter;
  gpointer value;
  *stats = (ParlorOutboxStats){0};
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ParlorWebhook *webhook = value;
      stats->delivered += webhook->delivered;
      stats->failed += webhook->failed;
      stats->dead += webhook->dead;
      stats->waiting += g_hash_table_size (webhook->items);
    }
}
