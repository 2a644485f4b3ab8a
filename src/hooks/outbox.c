/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/outbox.h"

#include "base/error.h"
#include "hooks/sign.h"

#include <string.h>

#define WINDOW_EVENTS 10000
#define WINDOW_BYTES (64u << 20)
#define READ_PIECE 500
#define RUNNING_MAX 8
#define TIMEOUT_MS 15000
#define DOWN_AFTER 5
#define PROBE_US (60 * G_USEC_PER_SEC)
/* Who has waited so long behind another gets a row of his own, so that the position can pass. */
#define ROW_AFTER_US (30 * G_USEC_PER_SEC)
#define SETTLE_US (1 * G_USEC_PER_SEC)
#define ATTEMPTS_KEPT 100

/* Seconds after the first, second … failure: 71.6 h in all, then the dead letter. */
static const guint schedule_s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 72000};

typedef struct _Webhook Webhook;
typedef struct _Lane Lane;

typedef struct
{
  ParlorEventRow *event; /* owned */
  Lane *lane;
  gsize bytes;
  guint attempts;
  gint64 first_ms;
  gint64 read_us;
  gboolean has_row;
  gboolean in_order; /* a pointer to it stands in Webhook.order */
  gboolean done;
} Item;

struct _Lane
{
  Webhook *webhook;
  char *entity;
  GQueue items; /* Item, the next first */
  enum
  {
    LANE_READY,   /* in Webhook.ready */
    LANE_BUSY,    /* its first item is under way */
    LANE_WAITING, /* in Webhook.waiting, until due_us */
  } state;
  gint64 due_us;
  gint64 failed_us; /* when its first item last failed */
};

struct _Webhook
{
  ParlorOutbox *outbox;
  ParlorWebhookRow *row;   /* owned */
  GHashTable *lanes;       /* entity → Lane, owned */
  GHashTable *items;       /* seq → Item, owned */
  GHashTable *settled;     /* seqs that were done beyond the position when the program started */
  GQueue order;            /* Item without a row, by seq */
  GQueue ready;            /* Lane */
  GPtrArray *waiting;      /* Lane */
  gint64 read_seq;         /* the log was read up to here */
  gint64 position, stored; /* see parlor_webhook_position_kind; what the row says */
  gsize bytes;
  guint running;
  guint loading; /* rows of before whose events are on their way */
  gboolean reading;
  gboolean more;  /* the log may hold more than read_seq */
  guint failures; /* in a row */
  gint64 last_success_us;
  gint64 probe_us; /* when down: the next attempt at the earliest */
  GArray *attempts;
  ParlorWebhookInfo info;
  guint64 delivered, failed, dead;
};

struct _ParlorOutbox
{
  ParlorOutboxSpec spec;
  GHashTable *webhooks; /* id → Webhook, owned */
  gint64 now_us;        /* of the last call that brought one */
  gint64 settle_us;
  gboolean poked;
  gint64 next_us; /* see parlor_outbox_next_us (); right unless `stale` */
  gboolean stale;
};

/* What a callback of the sink or the poster comes back to: ids, since anything may be gone. */
typedef struct
{
  ParlorOutbox *outbox;
  char *webhook;
  gint64 seq;
  gint64 next_us; /* loading: when it is due */
  guint attempts;
  gint64 first_ms;
} Ticket;

static Ticket *
ticket_new (Webhook *webhook, gint64 seq)
{
  Ticket *ticket = g_new0 (Ticket, 1);
  *ticket = (Ticket){.outbox = webhook->outbox, .webhook = g_strdup (webhook->row->id), .seq = seq};
  return ticket;
}

static void
ticket_free (Ticket *ticket)
{
  g_free (ticket->webhook);
  g_free (ticket);
}

static Webhook *
webhook_of (const Ticket *ticket)
{
  return g_hash_table_lookup (ticket->outbox->webhooks, ticket->webhook);
}

static gint64
wall_ms (const ParlorOutbox *outbox)
{
  return outbox->spec.clock->wall_ms (outbox->spec.clock);
}

static gboolean
is_active (const Webhook *webhook)
{
  return !strcmp (webhook->row->state, "active");
}

static gboolean
is_down (const Webhook *webhook)
{
  return webhook->failures >= DOWN_AFTER;
}

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

/* ---- items and lanes ------------------------------------------------------------------------ */

static void
item_free (gpointer data)
{
  Item *item = data;
  parlor_record_free (&parlor_event_kind, item->event);
  g_free (item);
}

static void
lane_free (gpointer data)
{
  Lane *lane = data;
  g_queue_clear (&lane->items);
  g_free (lane->entity);
  g_free (lane);
}

static Lane *
lane_of (Webhook *webhook, const char *entity)
{
  Lane *lane = g_hash_table_lookup (webhook->lanes, entity);
  if (lane)
    return lane;
  lane = g_new0 (Lane, 1);
  lane->webhook = webhook;
  lane->entity = g_strdup (entity);
  g_queue_init (&lane->items);
  g_hash_table_insert (webhook->lanes, lane->entity, lane);
  lane->state = LANE_READY;
  g_queue_push_tail (&webhook->ready, lane);
  return lane;
}

static void
lane_wait (Lane *lane, gint64 due_us)
{
  lane->state = LANE_WAITING;
  lane->due_us = due_us;
  g_ptr_array_add (lane->webhook->waiting, lane);
}

static gsize
size_of (const ParlorEventRow *event)
{
  return strlen (event->data) + (event->content ? strlen (event->content) : 0) + 256;
}

static Item *
add_item (Webhook *webhook, const ParlorEventRow *event, gboolean has_row)
{
  Item *item = g_new0 (Item, 1);
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

/* The position passes everything that is done or has a row. */
static void
move_position (Webhook *webhook)
{
  Item *first;
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

/* The lane's first item is over, whatever came of it. */
static void
drop_first (Lane *lane)
{
  Webhook *webhook = lane->webhook;
  Item *item = g_queue_pop_head (&lane->items);
  webhook->bytes -= item->bytes;
  g_hash_table_steal (webhook->items, &item->event->seq);
  item->done = TRUE;
  if (!item->in_order)
    item_free (item);
  move_position (webhook);
}

static void
lane_go_on (Lane *lane)
{
  Webhook *webhook = lane->webhook;
  if (g_queue_is_empty (&lane->items))
    {
      g_hash_table_remove (webhook->lanes, lane->entity);
      return;
    }
  lane->state = LANE_READY;
  g_queue_push_tail (&webhook->ready, lane);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void
put_delivery (Webhook *webhook, Item *item, const char *state, gint64 next_ms, guint status,
              const char *failure)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  ParlorDeliveryRow row = {
      .webhook = webhook->row->id,
      .seq = item->event->seq,
      .event_type = item->event->type,
      .entity = item->event->entity,
      .state = (char *)state,
      .attempts = item->attempts,
      .first_ms = item->first_ms ? item->first_ms : wall_ms (webhook->outbox),
      .next_ms = next_ms,
      .status = status,
      .failure = (char *)failure,
  };
  item->first_ms = row.first_ms;
  item->has_row = TRUE;
  sink->put (sink, &parlor_delivery_kind, &row);
}

static void
store_position (Webhook *webhook)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  ParlorWebhookPosition row = {webhook->row->id, webhook->position};
  if (webhook->position == webhook->stored)
    return;
  webhook->stored = webhook->position;
  sink->put (sink, &parlor_webhook_position_kind, &row);
}

static void
tell_degraded (Webhook *webhook, const char *reason)
{
  const ParlorOutboxSpec *spec = &webhook->outbox->spec;
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("webhook", webhook->row->id),
                              PARLOR_DATUM_TEXT ("reason", reason)};
  ParlorEvent event = {
      .type = "hook.degraded",
      .brand = webhook->row->brand,
      .entity = webhook->row->id,
      .at_ms = wall_ms (webhook->outbox),
      .room_ms = -1,
      .data = data,
      .n_data = G_N_ELEMENTS (data),
  };
  if (spec->event)
    spec->event (&event, spec->event_data);
}

/* ---- sending -------------------------------------------------------------------------------- */

static void
note_attempt (Webhook *webhook, const Item *item, const ParlorPostAnswer *answer)
{
  ParlorAttempt attempt = {
      .at_ms = wall_ms (webhook->outbox),
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
wake_failed (Webhook *webhook)
{
  for (guint i = 0; i < webhook->waiting->len; i++)
    {
      Lane *lane = webhook->waiting->pdata[i];
      if (lane->failed_us > webhook->last_success_us)
        lane->due_us = webhook->outbox->now_us;
    }
}

static void
on_success (Lane *lane, Item *item)
{
  Webhook *webhook = lane->webhook;
  webhook->delivered++;
  if (is_down (webhook))
    wake_failed (webhook);
  webhook->failures = 0;
  webhook->last_success_us = webhook->outbox->now_us;
  if (item->has_row)
    put_delivery (webhook, item, "delivered", 0, 200, NULL);
  drop_first (lane);
  lane_go_on (lane);
}

static void
set_gone (Webhook *webhook)
{
  ParlorRecordSink *sink = webhook->outbox->spec.sink;
  g_free (webhook->row->state);
  webhook->row->state = g_strdup ("gone");
  sink->put (sink, &parlor_webhook_kind, webhook->row);
  tell_degraded (webhook, "gone");
}

static void
on_failure (Lane *lane, Item *item, const ParlorPostAnswer *answer)
{
  Webhook *webhook = lane->webhook;
  ParlorOutbox *outbox = webhook->outbox;
  guint n = item->attempts;
  webhook->failed++;
  webhook->failures++;
  lane->failed_us = outbox->now_us;
  if (webhook->failures == DOWN_AFTER)
    tell_degraded (webhook, "down");
  if (is_down (webhook))
    webhook->probe_us = outbox->now_us + PROBE_US;
  if (n > G_N_ELEMENTS (schedule_s))
    {
      webhook->dead++;
      put_delivery (webhook, item, "dead", 0, answer->status, answer->failure);
      drop_first (lane);
      lane_go_on (lane);
      return;
    }
  gint64 wait_us = schedule_s[n - 1] * (gint64)G_USEC_PER_SEC;
  put_delivery (webhook, item, "retry", wall_ms (outbox) + wait_us / 1000, answer->status,
                answer->failure);
  move_position (webhook);
  lane_wait (lane, outbox->now_us + wait_us);
}

static void
on_posted (const ParlorPostAnswer *answer, gpointer user_data)
{
  Ticket *ticket = user_data;
  Webhook *webhook = webhook_of (ticket);
  Item *item = webhook ? g_hash_table_lookup (webhook->items, &ticket->seq) : NULL;
  ParlorOutbox *outbox = ticket->outbox;
  ticket_free (ticket);
  if (!item)
    return;
  outbox->now_us = outbox->spec.clock->now_us (outbox->spec.clock);
  outbox->stale = TRUE;
  Lane *lane = item->lane;
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
send_first (Lane *lane)
{
  Webhook *webhook = lane->webhook;
  ParlorOutbox *outbox = webhook->outbox;
  Item *item = g_queue_peek_head (&lane->items);
  gboolean content = parlor_types_match (webhook->row->scopes, "content");
  json_t *json = parlor_event_row_to_json (item->event, content);
  char *text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  gsize length = strlen (text);
  char id[PARLOR_EVENT_ID_SIZE];
  parlor_event_id (item->event->seq, id);
  gint64 now_s = wall_ms (outbox) / 1000;
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
    item->first_ms = wall_ms (outbox);
  lane->state = LANE_BUSY;
  webhook->running++;
  if (is_down (webhook))
    webhook->probe_us = outbox->now_us + PROBE_US;
  outbox->spec.poster->post (outbox->spec.poster, &post, on_posted,
                             ticket_new (webhook, item->event->seq));
}

/* ---- reading the log ------------------------------------------------------------------------ */

static void
on_read (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Ticket *ticket = user_data;
  Webhook *webhook = webhook_of (ticket);
  ParlorOutbox *outbox = ticket->outbox;
  ticket_free (ticket);
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
        add_item (webhook, event, FALSE);
    }
  move_position (webhook);
  /* A store that could not be asked is asked again by the next timer, not at once. */
  if (!error)
    parlor_outbox_poll (outbox, outbox->spec.clock->now_us (outbox->spec.clock));
}

static gboolean
has_space (const Webhook *webhook)
{
  return g_hash_table_size (webhook->items) + READ_PIECE <= WINDOW_EVENTS
         && webhook->bytes < WINDOW_BYTES;
}

static void
read_on (Webhook *webhook)
{
  if (!webhook->more || webhook->reading || webhook->loading || !has_space (webhook))
    return;
  webhook->reading = TRUE;
  webhook->more = FALSE;
  parlor_event_log_read (webhook->outbox->spec.log, webhook->row->brand, webhook->read_seq, NULL,
                         READ_PIECE, on_read, ticket_new (webhook, 0));
}

/* ---- what is due ---------------------------------------------------------------------------- */

static void
wake_due (Webhook *webhook)
{
  for (guint i = 0; i < webhook->waiting->len;)
    {
      Lane *lane = webhook->waiting->pdata[i];
      if (lane->due_us > webhook->outbox->now_us)
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index_fast (webhook->waiting, i);
      lane->state = LANE_READY;
      /* Who was promised his hour comes before who has never been tried. */
      g_queue_push_head (&webhook->ready, lane);
    }
}

/* Of the lanes that wait, the one that has waited longest is tried as the probe. */
static void
wake_oldest (Webhook *webhook)
{
  Lane *oldest = NULL;
  guint at = 0;
  for (guint i = 0; i < webhook->waiting->len; i++)
    {
      Lane *lane = webhook->waiting->pdata[i];
      if (!oldest || lane->failed_us < oldest->failed_us)
        {
          oldest = lane;
          at = i;
        }
    }
  if (!oldest)
    return;
  g_ptr_array_remove_index_fast (webhook->waiting, at);
  oldest->state = LANE_READY;
  g_queue_push_head (&webhook->ready, oldest);
}

static void
send_due (Webhook *webhook)
{
  gint64 now_us = webhook->outbox->now_us;
  gboolean down = is_down (webhook);
  if (down && (webhook->running || now_us < webhook->probe_us))
    return;
  guint limit = down ? 1 : RUNNING_MAX;
  while (webhook->running < limit && !g_queue_is_empty (&webhook->ready))
    send_first (g_queue_pop_head (&webhook->ready));
}

/* Events that wait for long get rows, so that a restart does not send what came after them
 * again. */
static void
give_rows (Webhook *webhook)
{
  gint64 before_us = webhook->outbox->now_us - ROW_AFTER_US;
  Item *item;
  while ((item = g_queue_peek_head (&webhook->order)) && item->read_us < before_us)
    {
      if (!item->done && !item->has_row)
        put_delivery (webhook, item, "waiting", 0, 0, NULL);
      move_position (webhook);
    }
}

static void
poll_webhook (Webhook *webhook)
{
  if (!is_active (webhook))
    return;
  wake_due (webhook);
  /* Only a lone event keeps its hour: where more wait, somebody asks whether the receiver is back.
   */
  if (is_down (webhook) && !webhook->running && webhook->waiting->len > 1
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
      store_position (value);
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
next_of (const Webhook *webhook)
{
  gint64 next_us = G_MAXINT64;
  if (!is_active (webhook))
    return next_us;
  for (guint i = 0; i < webhook->waiting->len; i++)
    next_us = MIN (next_us, ((const Lane *)webhook->waiting->pdata[i])->due_us);
  gboolean several = webhook->waiting->len > 1 || webhook->ready.length;
  if (is_down (webhook) && several && !webhook->running)
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
      Webhook *webhook = value;
      if (strcmp (webhook->row->brand, row->brand))
        continue;
      webhook->more = TRUE;
      outbox->stale = TRUE;
      outbox->poked = outbox->poked || (!webhook->reading && is_active (webhook));
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
      const Webhook *webhook = value;
      gboolean reads = webhook->reading || (webhook->more && has_space (webhook));
      busy = webhook->running
             || (is_active (webhook) && !is_down (webhook) && (reads || webhook->ready.length));
    }
  return !busy;
}

void
parlor_outbox_settle (ParlorOutbox *outbox)
{
  settle (outbox);
}

/* ---- subscriptions -------------------------------------------------------------------------- */

static void
webhook_free (gpointer data)
{
  Webhook *webhook = data;
  g_hash_table_unref (webhook->lanes);
  Item *item;
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

static Webhook *
add_webhook (ParlorOutbox *outbox, const ParlorWebhookRow *row)
{
  Webhook *webhook = g_new0 (Webhook, 1);
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

ParlorOutbox *
parlor_outbox_new (const ParlorOutboxSpec *spec)
{
  ParlorOutbox *outbox = g_new0 (ParlorOutbox, 1);
  outbox->spec = *spec;
  outbox->webhooks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, webhook_free);
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
  add_webhook (outbox, row);
}

void
parlor_outbox_load_position (ParlorOutbox *outbox, const ParlorWebhookPosition *row)
{
  Webhook *webhook = g_hash_table_lookup (outbox->webhooks, row->webhook);
  if (webhook)
    webhook->position = webhook->stored = webhook->read_seq = row->seq;
}

static void
on_loaded (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Ticket *ticket = user_data;
  Webhook *webhook = webhook_of (ticket);
  ParlorOutbox *outbox = ticket->outbox;
  if (webhook)
    {
      webhook->loading--;
      outbox->stale = TRUE;
      if (n_rows)
        {
          Item *item = add_item (webhook, rows[0], TRUE);
          Lane *lane = item->lane;
          item->attempts = ticket->attempts;
          item->first_ms = ticket->first_ms;
          if (lane->state == LANE_READY && lane->items.length == 1 && ticket->next_us)
            {
              g_queue_remove (&webhook->ready, lane);
              lane->failed_us = outbox->now_us;
              lane_wait (lane, ticket->next_us);
              /* It may have been down when the program ended: somebody asks, now and once a
                 minute, and what failed goes on with the first success. */
              webhook->failures = DOWN_AFTER;
            }
        }
      if (!webhook->loading)
        parlor_outbox_poll (outbox, outbox->spec.clock->now_us (outbox->spec.clock));
    }
  ticket_free (ticket);
}

static void
load_event (Webhook *webhook, Ticket *ticket)
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
  Webhook *webhook = g_hash_table_lookup (outbox->webhooks, row->webhook);
  if (!webhook)
    return;
  gboolean waits = !strcmp (row->state, "retry") || !strcmp (row->state, "waiting");
  if (!waits)
    {
      if (row->seq > webhook->position)
        g_hash_table_add (webhook->settled, g_memdup2 (&row->seq, sizeof row->seq));
      return;
    }
  Ticket *ticket = ticket_new (webhook, row->seq);
  ticket->attempts = (guint)row->attempts;
  ticket->first_ms = row->first_ms;
  /* The wall clock may have been set meanwhile: never more than the schedule's longest wait. */
  gint64 wait_ms = CLAMP (row->next_ms - wall_ms (outbox), 0, 72000 * G_GINT64_CONSTANT (1000));
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
    ((Webhook *)value)->more = TRUE;
  outbox->now_us = now_us;
  outbox->poked = TRUE;
}

static void
replace_row (Webhook *webhook, const ParlorWebhookRow *row)
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
  Webhook *webhook = g_hash_table_lookup (outbox->webhooks, row->id);
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
      webhook = add_webhook (outbox, row);
      webhook->read_seq = webhook->position = parlor_event_log_last (outbox->spec.log);
      store_position (webhook);
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
  Webhook *webhook = g_hash_table_lookup (outbox->webhooks, id);
  if (!webhook || strcmp (webhook->row->brand, brand))
    return NULL;
  webhook->info = (ParlorWebhookInfo){
      .row = webhook->row,
      .waiting = g_hash_table_size (webhook->items),
      .down = is_down (webhook),
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
  const Webhook *left = *(Webhook *const *)a, *right = *(Webhook *const *)b;
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
    if (!strcmp (((Webhook *)value)->row->brand, brand))
      g_ptr_array_add (list, value);
  g_ptr_array_sort (list, older_first);
  for (guint i = 0; i < list->len; i++)
    list->pdata[i] = ((Webhook *)list->pdata[i])->row->id;
  return list;
}

gboolean
parlor_outbox_replay (ParlorOutbox *outbox, const char *id, const ParlorEventRow *row,
                      gint64 now_us)
{
  Webhook *webhook = g_hash_table_lookup (outbox->webhooks, id);
  if (!webhook || g_hash_table_contains (webhook->items, &row->seq) || row->seq > webhook->read_seq)
    return FALSE;
  outbox->now_us = now_us;
  put_delivery (webhook, add_item (webhook, row, TRUE), "waiting", 0, 0, NULL);
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
      g_hash_table_iter_init (&items, ((Webhook *)webhook)->items);
      while (g_hash_table_iter_next (&items, NULL, &item))
        if (!g_strcmp0 (((Item *)item)->event->customer, customer))
          g_clear_pointer (&((Item *)item)->event->content, g_free);
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
      const Webhook *webhook = value;
      stats->delivered += webhook->delivered;
      stats->failed += webhook->failed;
      stats->dead += webhook->dead;
      stats->waiting += g_hash_table_size (webhook->items);
    }
}
