/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The inside of the webhook outbox, for outbox.c (which subscriptions there are) and delivery.c
 * (what they send) alone: one subscription's window of events, in lanes of one entity each, and how
 * far it has come in the log.
 *
 * An event stands in its lane until it is over. Those without a row of their own stand in `order`
 * too, done or not, until the position has passed them: what a restart sends again is what lies
 * behind the position.
 *
 * Thread: control.
 */
#pragma once

#include "hooks/outbox.h"

G_BEGIN_DECLS

/** Failures in a row, with no success between, after which a receiver counts as down. */
#define PARLOR_WEBHOOK_DOWN_AFTER 5

typedef struct _ParlorWebhook ParlorWebhook;
typedef struct _ParlorWebhookLane ParlorWebhookLane;

typedef struct
{
  ParlorEventRow *event; /* owned */
  ParlorWebhookLane *lane;
  gsize bytes;
  guint attempts;
  gint64 first_ms;
  gint64 read_us;
  gboolean has_row;
  gboolean in_order; /* a pointer to it stands in its webhook's `order` */
  gboolean done;
} ParlorWebhookItem;

typedef enum
{
  PARLOR_LANE_READY,   /* in its webhook's `ready` */
  PARLOR_LANE_BUSY,    /* its first item is under way */
  PARLOR_LANE_WAITING, /* in `waiting`, until due_us */
} ParlorWebhookLaneState;

struct _ParlorWebhookLane
{
  ParlorWebhook *webhook;
  char *entity;
  GQueue items; /* ParlorWebhookItem, the next first */
  ParlorWebhookLaneState state;
  gint64 due_us;
  gint64 failed_us; /* when its first item last failed */
};

/* One subscription. */
struct _ParlorWebhook
{
  ParlorOutbox *outbox;
  ParlorWebhookRow *row;   /* owned */
  GHashTable *lanes;       /* entity → ParlorWebhookLane, owned */
  GHashTable *items;       /* seq → ParlorWebhookItem, owned */
  GHashTable *settled;     /* seqs that were done beyond the position when the program started */
  GQueue order;            /* ParlorWebhookItem without a row, by seq */
  GQueue ready;            /* ParlorWebhookLane */
  GPtrArray *waiting;      /* ParlorWebhookLane */
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
  GHashTable *webhooks; /* id → ParlorWebhook, owned */
  gint64 now_us;        /* of the last call that brought one */
  gint64 settle_us;
  gboolean poked;
  gint64 next_us; /* see parlor_outbox_next_us (); right unless `stale` */
  gboolean stale;
};

gint64 parlor_outbox_wall_ms (const ParlorOutbox *outbox);

/** A subscription of this row (copied), which the outbox owns from now on. */
ParlorWebhook *parlor_webhook_new (ParlorOutbox *outbox, const ParlorWebhookRow *row);
void parlor_webhook_free (gpointer webhook);
gboolean parlor_webhook_is_active (const ParlorWebhook *webhook);
/** Its receiver is down altogether. */
gboolean parlor_webhook_is_down (const ParlorWebhook *webhook);

/** What a callback of the sink or the poster comes back to: ids, since anything may be gone. */
typedef struct
{
  ParlorOutbox *outbox;
  char *webhook;
  gint64 seq;
  gint64 next_us; /* loading: when it is due */
  guint attempts;
  gint64 first_ms;
} ParlorWebhookTicket;

ParlorWebhookTicket *parlor_webhook_ticket_new (ParlorWebhook *webhook, gint64 seq);
void parlor_webhook_ticket_free (ParlorWebhookTicket *ticket);
/** NULL = it was removed meanwhile. */
ParlorWebhook *parlor_webhook_of (const ParlorWebhookTicket *ticket);

/** Puts an event (copied) behind those of its entity. */
ParlorWebhookItem *parlor_webhook_add (ParlorWebhook *webhook, const ParlorEventRow *event,
                                       gboolean has_row);
/** The lane's first item is over, whatever came of it; the item may be gone afterwards. */
void parlor_webhook_drop_first (ParlorWebhookLane *lane);
/** The lane's next is ready to go; a lane without one goes itself. */
void parlor_webhook_lane_go_on (ParlorWebhookLane *lane);
void parlor_webhook_lane_wait (ParlorWebhookLane *lane, gint64 due_us);
/** The position passes everything that is done or has a row. */
void parlor_webhook_move_position (ParlorWebhook *webhook);

/** Rows: how an event stands, and how far the subscription has come. */
void parlor_webhook_put_delivery (ParlorWebhook *webhook, ParlorWebhookItem *item,
                                  const char *state, gint64 next_ms, guint status,
                                  const char *failure);
void parlor_webhook_store_position (ParlorWebhook *webhook);

G_END_DECLS
