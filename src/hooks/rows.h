/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The tables of this folder: sql/0060_hooks.sql. Thread: control.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

/** One event; append-only but for erasure. */
typedef struct
{
  gint64 seq; /**< the order of everything; see parlor_event_id () */
  char *brand;
  char *type;
  char *entity;
  gint64 entity_seq;
  gint64 at_ms;
  gint64 room_ms; /**< -1 = none */
  char *trace;    /**< nullable */
  char *customer; /**< nullable */
  char *data;     /**< a JSON object: ids, numbers, words */
  char *content;  /**< nullable JSON object: what people wrote */
} ParlorEventRow;

/** How far an entity has counted. */
typedef struct
{
  char *entity;
  gint64 entity_seq;
  gint64 seq; /**< of its last event */
  gint64 at_ms;
} ParlorEventHead;

typedef struct
{
  char *id; /**< "wh_…" */
  char *brand;
  char *url;
  char *types;   /**< blank-separated: "*", "room.*", "message.created" */
  char *scopes;  /**< blank-separated: "content" */
  char *secrets; /**< blank-separated "whsec_…", the newest first; at most 3 */
  char *state;   /**< "active", "paused", "gone" (the receiver said 410) */
  char *note;
  gint64 created_ms;
} ParlorWebhookRow;

/** Everything up to `seq` is settled or has a delivery row. */
typedef struct
{
  char *webhook;
  gint64 seq;
} ParlorWebhookPosition;

/** Only what did not go through at the first attempt has one. */
typedef struct
{
  char *webhook;
  gint64 seq;
  char *event_type;
  char *entity;
  char *state; /**< "waiting" (behind another), "retry", "dead", "delivered" */
  gint64 attempts;
  gint64 first_ms; /**< wall clock of the first attempt, or of the row */
  gint64 next_ms;  /**< wall clock; 0 = none */
  gint64 status;   /**< HTTP status of the last attempt; 0 = no answer */
  char *failure;   /**< nullable: one word */
} ParlorDeliveryRow;

/** Where a brand's decision hook is. */
typedef struct
{
  char *brand;
  char *hook; /**< "route.rep" */
  char *url;
  char *secrets;
  gboolean fail_closed;
  gboolean signed_answers; /**< an answer without a good signature is none */
  gint64 changed_ms;
} ParlorHookRow;

extern const ParlorRecordKind parlor_event_kind;
extern const ParlorRecordKind parlor_event_head_kind;
extern const ParlorRecordKind parlor_webhook_kind;
extern const ParlorRecordKind parlor_webhook_position_kind;
extern const ParlorRecordKind parlor_delivery_kind;
extern const ParlorRecordKind parlor_hook_kind;

/** "evt_" and the order's number in 14 hexadecimal digits: sorts as the events do. */
#define PARLOR_EVENT_ID_SIZE 20
void parlor_event_id (gint64 seq, char out[PARLOR_EVENT_ID_SIZE]);
/** The number of an id; -1 = it is none. */
gint64 parlor_event_seq (const char *id);

/** Frees a record made by parlor_record_dup (); NULL is fine. */
void parlor_record_free (const ParlorRecordKind *kind, gpointer record);
/** (transfer full) */
gpointer parlor_record_dup (const ParlorRecordKind *kind, gconstpointer record);

G_END_DECLS
