/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The webhook outbox: sends the event log to the subscriptions, Standard Webhooks, at least once,
 * in order per entity.
 *
 * How: each subscription reads the log from its position (only what is on the disk is found there)
 * into a window of at most 10,000 events; there, events of one entity stand in one lane, and only a
 * lane's first is under way. 2xx alone is success. After a failure the lane waits: 5 s, 5 min,
 * 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 20 h (72 h in all), then the event is a dead letter and the
 * lane goes on. 410 stops the subscription for good ("gone").
 *
 * A receiver that is down altogether (5 failures with no success between) is not beaten: one
 * attempt a minute as long as something waits, and the first success lets every lane that failed
 * meanwhile go on at once.
 *
 * Restart: positions and what failed are rows. An event may then arrive twice, with the same
 * webhook-id; never not at all.
 *
 * Time comes in; no clock but the wall clock for timestamps. Thread: control.
 */
#pragma once

#include "base/ids.h"
#include "hooks/eventlog.h"
#include "hooks/post.h"

G_BEGIN_DECLS

#define PARLOR_WEBHOOKS_OF_BRAND 50

typedef struct _ParlorOutbox ParlorOutbox;

/** All borrowed. */
typedef struct
{
  ParlorRecordSink *sink;
  ParlorEventLog *log;
  ParlorPoster *poster;
  ParlorClock *clock;
  ParlorRandom random;
  ParlorEventFunc event; /**< nullable: told of "hook.degraded" */
  gpointer event_data;
} ParlorOutboxSpec;

typedef struct
{
  gint64 at_ms;
  gint64 seq;
  char type[48];
  guint attempt; /**< 1 = the first */
  guint status;
  const char *failure; /**< nullable, static */
  guint elapsed_ms;
} ParlorAttempt;

/** Borrowed until the next call. */
typedef struct
{
  const ParlorWebhookRow *row;
  guint waiting; /**< events in the window */
  gboolean down;
  gint64 position;
  guint64 delivered, failed, dead; /**< since start */
  const ParlorAttempt *attempts;   /**< the newest last, at most 100 */
  guint n_attempts;
} ParlorWebhookInfo;

ParlorOutbox *parlor_outbox_new (const ParlorOutboxSpec *spec);
/** Calls under way are forgotten; they will be made again. */
void parlor_outbox_free (ParlorOutbox *outbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorOutbox, parlor_outbox_free)

/* At start, for every row of the three kinds, in this order; then begin (). */
void parlor_outbox_load_webhook (ParlorOutbox *outbox, const ParlorWebhookRow *row);
void parlor_outbox_load_position (ParlorOutbox *outbox, const ParlorWebhookPosition *row);
void parlor_outbox_load_delivery (ParlorOutbox *outbox, const ParlorDeliveryRow *row,
                                  gint64 now_us);
void parlor_outbox_begin (ParlorOutbox *outbox, gint64 now_us);

/** Sends what is due; call it when next_us () has come, and after parlor_outbox_poke (). */
void parlor_outbox_poll (ParlorOutbox *outbox, gint64 now_us);
/** G_MAXINT64 = nothing waits. Cheap to ask at every turn of the loop. */
gint64 parlor_outbox_next_us (ParlorOutbox *outbox);

/** A ParlorEventAppended: the brand's subscriptions look into the log at the next poll. */
void parlor_outbox_poke (const ParlorEventRow *row, gpointer outbox);

/** Nothing is under way and nothing more can go now: what waits, waits for its hour or for a
    receiver that is down. */
gboolean parlor_outbox_is_idle (const ParlorOutbox *outbox);

/** Writes positions down: at the end of the program. */
void parlor_outbox_settle (ParlorOutbox *outbox);

/** Puts a new or changed subscription; a new one begins with the events from now on. `row` is
    copied. TOO_MANY. */
gboolean parlor_outbox_put (ParlorOutbox *outbox, const ParlorWebhookRow *row, gint64 now_us,
                            GError **error);
void parlor_outbox_remove (ParlorOutbox *outbox, const char *id);

/** NULL = no such subscription of this brand. */
const ParlorWebhookInfo *parlor_outbox_find (ParlorOutbox *outbox, const char *brand,
                                             const char *id);
/** Ids of a brand's subscriptions, by time of making (transfer container). */
GPtrArray *parlor_outbox_list (ParlorOutbox *outbox, const char *brand);

/** Sends an event of the log again, once the lane is free, with a fresh schedule; for "dead" and
    "delivered" ones alike. FALSE: it is in the window already. */
gboolean parlor_outbox_replay (ParlorOutbox *outbox, const char *id, const ParlorEventRow *row,
                               gint64 now_us);

/** Whether a subscription's list of types holds this one. */
gboolean parlor_types_match (const char *types, const char *type);

/** Takes an erased customer's words out of what waits in memory. */
void parlor_outbox_erase (ParlorOutbox *outbox, const char *customer);

typedef struct
{
  guint64 delivered, failed, dead;
  guint waiting;
} ParlorOutboxStats;
void parlor_outbox_stats (const ParlorOutbox *outbox, ParlorOutboxStats *stats);

G_END_DECLS
