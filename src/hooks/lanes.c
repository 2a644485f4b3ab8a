/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/lanes.h"

#include <string.h>

gint64
parlor_outbox_wall_ms (const ParlorOutbox *outbox)
{
  return outbox->spec.clock->wall_ms (outbox->spec.clock);
}

gboolean
parlor_webhook_is_active (const ParlorWebhook *webhook)
{
  return !strcmp (webhook->row->state, "active");
}

gboolean
parlor_webhook_is_down (const ParlorWebhook *webhook)
{
  return webhook->failures >= PARLOR_WEBHOOK_DOWN_AFTER;
}

static void
item_free (gpointer data)
{
  ParlorWebhookItem *item = data;
  parlor_record_free (&parlor_event_kind, item->event);
  g_free (item);
}

static void
lane_free (gpointer data)
{
  ParlorWebhookLane *lane = data;
  g_queue_clear (&lane->items);
  g_free (lane->entity);
  g_free (lane);
}

void
parlor_webhook_free (gpointer data)
{
  ParlorWebhook *webhook = data;
  g_hash_table_unref (webhook->lanes);
  ParlorWebhookItem *item;
  while ((item = g_queue_pop_head (&webhook->order)))
    if (item->done)
      item_free (item); /* the others stand in `items` */
  g_hash_table_unref (webhook->items);
  g_hash_table_unref (webhook->settled);
  g_queue_clear (&webhook->ready);
  g_ptr_array_unref (webhook->waiting);
  g_array_unref (webhook->attempts);
  parlor_record_free (&parlor_webhook_kind, webhook->row);
  g_free (webhook);
}

ParlorWebhook *
parlor_webhook_new (ParlorOutbox *outbox, const ParlorWebhookRow *row)
{
  ParlorWebhook *webhook = g_new0 (ParlorWebhook, 1);
  webhook->outbox = outbox;
  webhook->row = parlor_record_dup (&parlor_webhook_kind, row);
  webhook->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, lane_free);
  webhook->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, item_free);
  webhook->settled = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  webhook->waiting = g_ptr_array_new ();
  webhook->attempts = g_array_new (FALSE, FALSE, sizeof (ParlorAttempt));
  g_queue_init (&webhook->order);
  g_queue_init (&webhook->ready);
  g_hash_table_replace (outbox->webhooks, webhook->row->id, webhook);
  return webhook;
}

ParlorWebhookTicket *
parlor_webhook_ticket_new (ParlorWebhook *webhook, gint64 seq)
{
  ParlorWebhookTicket *ticket = g_new0 (ParlorWebhookTicket, 1);
  *ticket = (ParlorWebhookTicket){
      .outbox = webhook->outbox, .webhook = g_strdup (webhook->row->id), .seq = seq};
  return ticket;
}

void
parlor_webhook_ticket_free (ParlorWebhookTicket *ticket)
{
  g_free (ticket->webhook);
  g_free (ticket);
}

ParlorWebhook *
parlor_webhook_of (const ParlorWebhookTicket *ticket)
{
  return g_hash_table_lookup (ticket->outbox->webhooks, ticket->webhook);
}

/* ---- items and lanes ------------------------------------------------------------------------ */

static ParlorWebhookLane *
lane_of (ParlorWebhook *webhook, const char *entity)
{
  ParlorWebhookLane *lane = g_hash_table_lookup (webhook->lanes, entity);
  if (lane)
    return lane;
  lane = g_new0 (ParlorWebhookLane, 1);
  lane->webhook = webhook;
  lane->entity = g_strdup (entity);
  g_queue_init (&lane->items);
  g_hash_table_insert (webhook->lanes, lane->entity, lane);
  lane->state = PARLOR_LANE_READY;
  g_queue_push_tail (&webhook->ready, lane);
  return lane;
}

void
parlor_webhook_lane_wait (ParlorWebhookLane *lane, gint64 due_us)
{
  lane->state = PARLOR_LANE_WAITING;
  lane->due_us = due_us;
  g_ptr_array_add (lane->webhook->waiting, lane);
}

static gsize
size_of (const ParlorEventRow *event)
{
  return strlen (event->data) + (event->content ? strlen (event->content) : 0) + 256;
}

ParlorWebhookItem *
parlor_webhook_add (ParlorWebhook *webhook, const ParlorEventRow *event, gboolean has_row)
{
  ParlorWebhookItem *item = g_new0 (ParlorWebhookItem, 1);
  item->event = parlor_record_dup (&parlor_event_kind, event);
  item->bytes = size_of (event);
  item->has_row = has_row;
  item->read_us = webhook->outbox->now_us;
  item->lane = lane_of (webhook, event->entity);
  g_queue_push_tail (&item->lane->items, item);
  g_hash_table_insert (webhook->items, &item->event->seq, item);
  webhook->bytes += item->bytes;
  if (!has_row)
    {
      item->in_order = TRUE;
      g_queue_push_tail (&webhook->order, item);
    }
  return item;
}

void
parlor_webhook_move_position (ParlorWebhook *webhook)
{
  ParlorWebhookItem *first;
  while ((first = g_queue_peek_head (&webhook->order)) && (first->done || first->has_row))
    {
      g_queue_pop_head (&webhook->order);
      first->in_order = FALSE;
      if (first->done)
        item_free (first);
    }
  if (!webhook->loading)
    webhook->position = first ? first->event->seq - 1 : webhook->read_seq;
}

void
parlor_webhook_drop_first (ParlorWebhookLane *lane)
{
  ParlorWebhook *webhook = lane->webhook;
  ParlorWebhookItem *item = g_queue_pop_head (&lane->items);
  webhook->bytes -= item->bytes;
  g_hash_table_steal (webhook->items, &item->event->seq);
  item->done = TRUE;
  if (!item->in_order)
    item_free (item);
  parlor_webhook_move_position (webhook);
}

void
parlor_webhook_lane_go_on (ParlorWebhookLane *lane)
{
  ParlorWebhook *webhook = lane->webhook;
  if (g_queue_is_empty (&lane->items))
    {
      g_hash_table_remove (webhook->lanes, lane->entity);
      return;
    }
  lane->state = PARLOR_LANE_READY;
  g_queue_push_tail (&webhook->ready, lane);
}

/* ---- rows ----------------------------------------------------------------------------------- */

void
parlor_webhook_put_delivery (ParlorWebhook *webhook, ParlorWebhookItem *item, const char *state,
                             gint64 next_ms, guint status, const char *failure)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  ParlorDeliveryRow row = {
      .webhook = webhook->row->id,
      .seq = item->event->seq,
      .event_type = item->event->type,
      .entity = item->event->entity,
      .state = (char *)state,
      .attempts = item->attempts,
      .first_ms = item->first_ms ? item->first_ms : parlor_outbox_wall_ms (webhook->outbox),
      .next_ms = next_ms,
      .status = status,
      .failure = (char *)failure,
  };
  item->first_ms = row.first_ms;
  item->has_row = TRUE;
  sink->put (sink, &parlor_delivery_kind, &row);
}

void
parlor_webhook_store_position (ParlorWebhook *webhook)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  ParlorWebhookPosition row = {webhook->row->id, webhook->position};
  if (webhook->position == webhook->stored)
    return;
  webhook->stored = webhook->position;
  sink->put (sink, &parlor_webhook_position_kind, &row);
}
