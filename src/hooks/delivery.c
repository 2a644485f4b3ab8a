/* SPDX-License-Identifier: Apache-2.0 */
/* What the outbox sends: from the log into the lanes, from the lanes to the receivers. */
#include "hooks/lanes.h"
#include "hooks/sign.h"

#include <string.h>

#define WINDOW_EVENTS 10000
#define WINDOW_BYTES (64u << 20)
#define READ_PIECE 500
#define RUNNING_MAX 8
#define TIMEOUT_MS 15000
#define PROBE_US (60 * G_USEC_PER_SEC)
/* Who has waited so long behind another gets a row of his own, so that the position can pass. */
#define ROW_AFTER_US (30 * G_USEC_PER_SEC)
#define SETTLE_US (1 * G_USEC_PER_SEC)
#define ATTEMPTS_KEPT 100

/* Seconds after the first, second … failure: 71.6 h in all, then the dead letter. */
static const guint schedule_s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 72000};

gboolean
parlor_types_match (const char *types, const char *type)
{
  for (const char *at = types; *at; at += strspn (at, " "))
    {
      gsize length = strcspn (at, " ");
      gboolean star = length && at[length - 1] == '*';
      if (star ? !strncmp (at, type, length - 1)
               : length == strlen (type) && !strncmp (at, type, length))
        return TRUE;
      at += length;
    }
  return FALSE;
}

static void
tell_degraded (ParlorWebhook *webhook, const char *reason)
{
  const ParlorOutboxSpec *spec = &webhook->outbox->spec;
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("webhook", webhook->row->id),
                              PARLOR_DATUM_TEXT ("reason", reason)};
  ParlorEvent event = {
      .type = "hook.degraded",
      .brand = webhook->row->brand,
      .entity = webhook->row->id,
      .at_ms = parlor_outbox_wall_ms (webhook->outbox),
      .room_ms = -1,
      .data = data,
      .n_data = G_N_ELEMENTS (data),
  };
  if (spec->event)
    spec->event (&event, spec->event_data);
}

/* ---- sending -------------------------------------------------------------------------------- */

static void
note_attempt (ParlorWebhook *webhook, const ParlorWebhookItem *item, const ParlorPostAnswer *answer)
{
  ParlorAttempt attempt = {
      .at_ms = parlor_outbox_wall_ms (webhook->outbox),
      .seq = item->event->seq,
      .attempt = item->attempts,
      .status = answer->status,
      .failure = answer->failure,
      .elapsed_ms = answer->elapsed_ms,
  };
  g_strlcpy (attempt.type, item->event->type, sizeof attempt.type);
  if (webhook->attempts->len == ATTEMPTS_KEPT)
    g_array_remove_index (webhook->attempts, 0);
  g_array_append_val (webhook->attempts, attempt);
}

/* The receiver is back: what failed while it was away need not wait for its hour. */
static void
wake_failed (ParlorWebhook *webhook)
{
  for (guint i = 0; i < webhook->waiting->len; i++)
    {
      ParlorWebhookLane *lane = webhook->waiting->pdata[i];
      if (lane->failed_us > webhook->last_success_us)
        lane->due_us = webhook->outbox->now_us;
    }
}

static void
on_success (ParlorWebhookLane *lane, ParlorWebhookItem *item)
{
  ParlorWebhook *webhook = lane->webhook;
  webhook->delivered++;
  if (parlor_webhook_is_down (webhook))
    wake_failed (webhook);
  webhook->failures = 0;
  webhook->last_success_us = webhook->outbox->now_us;
  if (item->has_row)
    parlor_webhook_put_delivery (webhook, item, "delivered", 0, 200, NULL);
  parlor_webhook_drop_first (lane);
  parlor_webhook_lane_go_on (lane);
}

static void
set_gone (ParlorWebhook *webhook)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  g_free (webhook->row->state);
  webhook->row->state = g_strdup ("gone");
  sink->put (sink, &parlor_webhook_kind, webhook->row);
  tell_degraded (webhook, "gone");
}

static void
on_failure (ParlorWebhookLane *lane, ParlorWebhookItem *item, const ParlorPostAnswer *answer)
{
  ParlorWebhook *webhook = lane->webhook;
  ParlorOutbox *outbox = webhook->outbox;
  guint n = item->attempts;
  webhook->failed++;
  webhook->failures++;
  lane->failed_us = outbox->now_us;
  if (webhook->failures == PARLOR_WEBHOOK_DOWN_AFTER)
    tell_degraded (webhook, "down");
  if (parlor_webhook_is_down (webhook))
    webhook->probe_us = outbox->now_us + PROBE_US;
  if (n > G_N_ELEMENTS (schedule_s))
    {
      webhook->dead++;
      parlor_webhook_put_delivery (webhook, item, "dead", 0, answer->status, answer->failure);
      parlor_webhook_drop_first (lane);
      parlor_webhook_lane_go_on (lane);
      return;
    }
  gint64 wait_us = schedule_s[n - 1] * (gint64)G_USEC_PER_SEC;
  parlor_webhook_put_delivery (webhook, item, "retry",
                               parlor_outbox_wall_ms (outbox) + wait_us / 1000, answer->status,
                               answer->failure);
  parlor_webhook_move_position (webhook);
  parlor_webhook_lane_wait (lane, outbox->now_us + wait_us);
}

static void
on_posted (const ParlorPostAnswer *answer, gpointer user_data)
{
  ParlorWebhookTicket *ticket = user_data;
  ParlorWebhook *webhook = parlor_webhook_of (ticket);
  ParlorWebhookItem *item = webhook ? g_hash_table_lookup (webhook->items, &ticket->seq) : NULL;
  ParlorOutbox *outbox = ticket->outbox;
  parlor_webhook_ticket_free (ticket);
  if (!item)
    return;
  outbox->now_us = outbox->spec.clock->now_us (outbox->spec.clock);
  outbox->stale = TRUE;
  ParlorWebhookLane *lane = item->lane;
  webhook->running--;
  if (!g_strcmp0 (answer->failure, "closed"))
    return; /* the program ends: as if it had not been tried */
  note_attempt (webhook, item, answer);
  if (answer->status >= 200 && answer->status < 300)
    on_success (lane, item);
  else
    {
      if (answer->status == 410)
        set_gone (webhook);
      on_failure (lane, item, answer);
    }
  parlor_outbox_poll (outbox, outbox->now_us);
}

static void
send_first (ParlorWebhookLane *lane)
{
  ParlorWebhook *webhook = lane->webhook;
  ParlorOutbox *outbox = webhook->outbox;
  ParlorWebhookItem *item = g_queue_peek_head (&lane->items);
  gboolean content = parlor_types_match (webhook->row->scopes, "content");
  json_t *json = parlor_event_row_to_json (item->event, content);
  char *text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  gsize length = strlen (text);
  char id[PARLOR_EVENT_ID_SIZE];
  parlor_event_id (item->event->seq, id);
  gint64 now_s = parlor_outbox_wall_ms (outbox) / 1000;
  g_autofree char *signature = parlor_sign (webhook->row->secrets, id, now_s, text, length);
  g_autoptr (GBytes) body = g_bytes_new_with_free_func (text, length, free, text);
  ParlorPost post = {
      .url = webhook->row->url,
      .id = id,
      .timestamp_s = now_s,
      .signature = signature,
      .body = body,
      .timeout_ms = TIMEOUT_MS,
  };
  item->attempts++;
  if (!item->first_ms)
    item->first_ms = parlor_outbox_wall_ms (outbox);
  lane->state = PARLOR_LANE_BUSY;
  webhook->running++;
  if (parlor_webhook_is_down (webhook))
    webhook->probe_us = outbox->now_us + PROBE_US;
  outbox->spec.poster->post (outbox->spec.poster, &post, on_posted,
                             parlor_webhook_ticket_new (webhook, item->event->seq));
}

/* ---- reading the log ------------------------------------------------------------------------ */

static void
on_read (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  ParlorWebhookTicket *ticket = user_data;
  ParlorWebhook *webhook = parlor_webhook_of (ticket);
  ParlorOutbox *outbox = ticket->outbox;
  parlor_webhook_ticket_free (ticket);
  if (!webhook)
    return;
  webhook->reading = FALSE;
  outbox->stale = TRUE;
  webhook->more = error || n_rows == READ_PIECE || webhook->more;
  for (guint i = 0; i < n_rows; i++)
    {
      const ParlorEventRow *event = rows[i];
      if (event->seq <= webhook->read_seq)
        continue;
      webhook->read_seq = event->seq;
      if (parlor_types_match (webhook->row->types, event->type)
          && !g_hash_table_contains (webhook->items, &event->seq)
          && !g_hash_table_contains (webhook->settled, &event->seq))
        parlor_webhook_add (webhook, event, FALSE);
    }
  parlor_webhook_move_position (webhook);
  /* A store that could not be asked is asked again by the next timer, not at once. */
  if (!error)
    parlor_outbox_poll (outbox, outbox->spec.clock->now_us (outbox->spec.clock));
}

static gboolean
has_space (const ParlorWebhook *webhook)
{
  return g_hash_table_size (webhook->items) + READ_PIECE <= WINDOW_EVENTS
         && webhook->bytes < WINDOW_BYTES;
}

static void
read_on (ParlorWebhook *webhook)
{
  if (!webhook->more || webhook->reading || webhook->loading || !has_space (webhook))
    return;
  webhook->reading = TRUE;
  webhook->more = FALSE;
  parlor_event_log_read (webhook->outbox->spec.log, webhook->row->brand, webhook->read_seq, NULL,
                         READ_PIECE, on_read, parlor_webhook_ticket_new (webhook, 0));
}

/* ---- what is due ---------------------------------------------------------------------------- */

static void
wake_due (ParlorWebhook *webhook)
{
  for (guint i = 0; i < webhook->waiting->len;)
    {
      ParlorWebhookLane *lane = webhook->waiting->pdata[i];
      if (lane->due_us > webhook->outbox->now_us)
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index_fast (webhook->waiting, i);
      lane->state = PARLOR_LANE_READY;
      /* Who was promised his hour comes before who has never been tried. */
      g_queue_push_head (&webhook->ready, lane);
    }
}

/* Of the lanes that wait, the one that has waited longest is tried as the probe. */
static void
wake_oldest (ParlorWebhook *webhook)
{
  ParlorWebhookLane *oldest = NULL;
  guint at = 0;
  for (guint i = 0; i < webhook->waiting->len; i++)
    {
      ParlorWebhookLane *lane = webhook->waiting->pdata[i];
      if (!oldest || lane->failed_us < oldest->failed_us)
        {
          oldest = lane;
          at = i;
        }
    }
  if (!oldest)
    return;
  g_ptr_array_remove_index_fast (webhook->waiting, at);
  oldest->state = PARLOR_LANE_READY;
  g_queue_push_head (&webhook->ready, oldest);
}

static void
send_due (ParlorWebhook *webhook)
{
  gint64 now_us = webhook->outbox->now_us;
  gboolean down = parlor_webhook_is_down (webhook);
  if (down && (webhook->running || now_us < webhook->probe_us))
    return;
  guint limit = down ? 1 : RUNNING_MAX;
  while (webhook->running < limit && !g_queue_is_empty (&webhook->ready))
    send_first (g_queue_pop_head (&webhook->ready));
}

/* Events that wait for long get rows, so that a restart does not send what came after them
 * again. */
static void
give_rows (ParlorWebhook *webhook)
{
  gint64 before_us = webhook->outbox->now_us - ROW_AFTER_US;
  ParlorWebhookItem *item;
  while ((item = g_queue_peek_head (&webhook->order)) && item->read_us < before_us)
    {
      if (!item->done && !item->has_row)
        parlor_webhook_put_delivery (webhook, item, "waiting", 0, 0, NULL);
      parlor_webhook_move_position (webhook);
    }
}

static void
poll_webhook (ParlorWebhook *webhook)
{
  if (!parlor_webhook_is_active (webhook))
    return;
  wake_due (webhook);
  /* Only a lone event keeps its hour: where more wait, somebody asks whether the receiver is back.
   */
  if (parlor_webhook_is_down (webhook) && !webhook->running && webhook->waiting->len > 1
      && g_queue_is_empty (&webhook->ready) && webhook->outbox->now_us >= webhook->probe_us)
    wake_oldest (webhook);
  send_due (webhook);
  read_on (webhook);
}

static void
settle (ParlorOutbox *outbox)
{
  ParlorRecordSink *sink = outbox->spec.sink;
  GHashTableIter iter;
  gpointer value;
  sink->begin (sink);
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      give_rows (value);
      parlor_webhook_store_position (value);
    }
  sink->end (sink);
}

void
parlor_outbox_poll (ParlorOutbox *outbox, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;
  outbox->now_us = now_us;
  outbox->poked = FALSE;
  outbox->stale = TRUE;
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    poll_webhook (value);
  if (now_us >= outbox->settle_us)
    {
      settle (outbox);
      outbox->settle_us = now_us + SETTLE_US;
    }
}

static gint64
next_of (const ParlorWebhook *webhook)
{
  gint64 next_us = G_MAXINT64;
  if (!parlor_webhook_is_active (webhook))
    return next_us;
  for (guint i = 0; i < webhook->waiting->len; i++)
    next_us = MIN (next_us, ((const ParlorWebhookLane *)webhook->waiting->pdata[i])->due_us);
  gboolean several = webhook->waiting->len > 1 || webhook->ready.length;
  if (parlor_webhook_is_down (webhook) && several && !webhook->running)
    next_us = MIN (MAX (next_us, webhook->probe_us), webhook->probe_us);
  if (webhook->more && !webhook->reading && has_space (webhook))
    next_us = MIN (next_us, webhook->outbox->settle_us);
  if (webhook->position != webhook->stored || webhook->order.length)
    next_us = MIN (next_us, webhook->outbox->settle_us);
  return next_us;
}

/* Looking at every lane that waits at every turn of the loop would be dear while a receiver is
 * down. */
gint64
parlor_outbox_next_us (ParlorOutbox *outbox)
{
  GHashTableIter iter;
  gpointer value;
  if (outbox->poked)
    return 0;
  if (!outbox->stale)
    return outbox->next_us;
  outbox->next_us = G_MAXINT64;
  outbox->stale = FALSE;
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    outbox->next_us = MIN (outbox->next_us, next_of (value));
  return outbox->next_us;
}

void
parlor_outbox_poke (const ParlorEventRow *row, gpointer user_data)
{
  ParlorOutbox *outbox = user_data;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorWebhook *webhook = value;
      if (strcmp (webhook->row->brand, row->brand))
        continue;
      webhook->more = TRUE;
      outbox->stale = TRUE;
      outbox->poked = outbox->poked || (!webhook->reading && parlor_webhook_is_active (webhook));
    }
}

gboolean
parlor_outbox_is_idle (const ParlorOutbox *outbox)
{
  GHashTableIter iter;
  gpointer value;
  gboolean busy = outbox->poked;
  g_hash_table_iter_init (&iter, outbox->webhooks);
  while (!busy && g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ParlorWebhook *webhook = value;
      gboolean reads = webhook->reading || (webhook->more && has_space (webhook));
      busy = webhook->running
             || (parlor_webhook_is_active (webhook) && !parlor_webhook_is_down (webhook)
                 && (reads || webhook->ready.length));
    }
  return !busy;
}

void
parlor_outbox_settle (ParlorOutbox *outbox)
{
  settle (outbox);
}
