/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The rows of the service domain as the store keeps them (src/store/sql/0030_service.sql), and the
 * list of those that are read at start. States are their names.
 *
 * Thread: control.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

typedef struct
{
  char *id, *brand, *name, *routing, *skills, *hours, *overflow, *welcome;
  gint64 utc_offset_min, offer_timeout_s, max_customers, place;
} ParlorGroupRow;

typedef struct
{
  char *id, *brand, *ref, *user_id, *name, *title, *photo, *card, *groups, *skills;
  gint64 verified_ms, card_until_ms, max_chats;
  gboolean suspended, departed;
  gint64 created_ms;
} ParlorRepRow;

typedef struct
{
  char *id, *brand, *visitor, *customer_ref, *display, *attrs, *consents, *tags, *blocked;
  gint64 created_ms;
} ParlorCustomerRow;

/** A further device of a customer, after the brand said that it is his. */
typedef struct
{
  char *brand, *visitor, *customer;
} ParlorDeviceRow;

typedef struct
{
  char *id, *customer, *group_id, *rep, *conversation, *state, *tap, *touch, *ended_by, *undo_rep,
      *upgrade_rep;
  gint64 created_ms, ended_ms, undo_until_ms, personal_ms, upgrade_until_ms;
} ParlorBindingRow;

typedef struct
{
  char *id, *brand, *customer, *binding, *state, *assignee, *last_text, *last_by, *note, *product,
      *room, *still;
  gint64 seq, created_ms, ended_ms, last_ms, read_by_rep, read_by_customer, waiting_since_ms,
      room_ms;
} ParlorConversationRow;

typedef struct
{
  char *id, *conversation;
  gint64 seq;
  char *by_kind, *author, *name, *client_id, *kind, *text, *data;
  gint64 at_ms, stream_ms;
} ParlorMessageRow;

typedef struct
{
  char *id, *conversation, *rep, *state, *media, *room, *end_reason;
  gboolean by_rep;
  gint64 started_ms, answered_ms, ended_ms, rescues;
} ParlorCallRow;

typedef struct
{
  char *id, *brand, *kind, *from_rep, *to_rep, *to_group, *notice;
  gint64 created_ms, finished_ms, due_ms;
} ParlorJobRow;

typedef struct
{
  char *job, *binding, *outcome;
} ParlorJobItemRow;

/** Who read or moved a conversation that is not his, and why. */
typedef struct
{
  char *id, *brand, *conversation, *subject, *act, *reason;
  gint64 at_ms;
} ParlorServiceAuditRow;

typedef struct
{
  char *id, *brand, *name, *words; /**< words: one a line */
  gboolean block, chat, comments;
} ParlorRuleRow;

typedef struct
{
  char *id, *brand, *title, *url;
  gint64 version, changed_ms;
  gboolean withdrawn;
} ParlorMaterialRow;

/** A picture of a conversation; its bytes lie in a file of the same name. */
typedef struct
{
  char *id, *conversation, *type;
  gint64 width, height, bytes, at_ms;
  gboolean said; /**< it stands in a message or shows a tap; else it goes an hour after it came */
} ParlorUploadRow;

/** What a customer thinks of a call, or of a conversation that ended. */
typedef struct
{
  char *subject; /**< "call_…", or "cnv_…:seq" of what was said last */
  char *brand, *conversation, *call_id, *rep, *customer, *text;
  gint64 score;           /**< 1..5; 0 = asked, nothing said */
  gint64 asked_ms, at_ms; /**< at_ms: of the first score; 0 = none */
} ParlorRatingRow;

/** A stretch of a rep's presence that was the same; offline has none. */
typedef struct
{
  char *id; /**< "shf_…"; "alive": no stretch, but `from_ms` is when the server was last seen up */
  char *brand, *rep, *presence;
  gint64 from_ms, to_ms; /**< to_ms 0 = it goes on */
  gboolean cut;          /**< it ended with the server, at some time after `to_ms` */
} ParlorShiftRow;

/** A rule that raises an alert, and whether it is raised. */
typedef struct
{
  char *id, *brand, *name, *kind, *group_id, *room, *say; /**< kind: queue_wait, no_rep */
  gint64 limit_s, raised_ms;
  gboolean active;
} ParlorAlertRow;

extern const ParlorRecordKind parlor_alert_kind, parlor_shift_kind, parlor_rating_kind,
    parlor_material_kind, parlor_upload_kind, parlor_rule_kind, parlor_group_kind, parlor_rep_kind,
    parlor_customer_kind, parlor_device_kind, parlor_binding_kind, parlor_conversation_kind,
    parlor_message_kind, parlor_call_kind, parlor_job_kind, parlor_job_item_kind,
    parlor_service_audit_kind;

/** Those to be loaded at start, in this order: each names only rows of those before it. */
const ParlorRecordKind *const *parlor_service_kinds (guint *n);

G_END_DECLS
