/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/rows.h"

#include <string.h>

static const ParlorField event_fields[] = {
    PARLOR_INT (ParlorEventRow, seq),        PARLOR_TEXT (ParlorEventRow, brand),
    PARLOR_TEXT (ParlorEventRow, type),      PARLOR_TEXT (ParlorEventRow, entity),
    PARLOR_INT (ParlorEventRow, entity_seq), PARLOR_INT (ParlorEventRow, at_ms),
    PARLOR_INT (ParlorEventRow, room_ms),    PARLOR_TEXT (ParlorEventRow, trace),
    PARLOR_TEXT (ParlorEventRow, customer),  PARLOR_TEXT (ParlorEventRow, data),
    PARLOR_TEXT (ParlorEventRow, content),
};

static const ParlorField head_fields[] = {
    PARLOR_TEXT (ParlorEventHead, entity),
    PARLOR_INT (ParlorEventHead, entity_seq),
    PARLOR_INT (ParlorEventHead, seq),
    PARLOR_INT (ParlorEventHead, at_ms),
};

static const ParlorField webhook_fields[] = {
    PARLOR_TEXT (ParlorWebhookRow, id),        PARLOR_TEXT (ParlorWebhookRow, brand),
    PARLOR_TEXT (ParlorWebhookRow, url),       PARLOR_TEXT (ParlorWebhookRow, types),
    PARLOR_TEXT (ParlorWebhookRow, scopes),    PARLOR_TEXT (ParlorWebhookRow, secrets),
    PARLOR_TEXT (ParlorWebhookRow, state),     PARLOR_TEXT (ParlorWebhookRow, note),
    PARLOR_INT (ParlorWebhookRow, created_ms),
};

static const ParlorField position_fields[] = {
    PARLOR_TEXT (ParlorWebhookPosition, webhook),
    PARLOR_INT (ParlorWebhookPosition, seq),
};

static const ParlorField delivery_fields[] = {
    PARLOR_TEXT (ParlorDeliveryRow, webhook),    PARLOR_INT (ParlorDeliveryRow, seq),
    PARLOR_TEXT (ParlorDeliveryRow, event_type), PARLOR_TEXT (ParlorDeliveryRow, entity),
    PARLOR_TEXT (ParlorDeliveryRow, state),      PARLOR_INT (ParlorDeliveryRow, attempts),
    PARLOR_INT (ParlorDeliveryRow, first_ms),    PARLOR_INT (ParlorDeliveryRow, next_ms),
    PARLOR_INT (ParlorDeliveryRow, status),      PARLOR_TEXT (ParlorDeliveryRow, failure),
};

static const ParlorField hook_fields[] = {
    PARLOR_TEXT (ParlorHookRow, brand),       PARLOR_TEXT (ParlorHookRow, hook),
    PARLOR_TEXT (ParlorHookRow, url),         PARLOR_TEXT (ParlorHookRow, secrets),
    PARLOR_FLAG (ParlorHookRow, fail_closed), PARLOR_FLAG (ParlorHookRow, signed_answers),
    PARLOR_INT (ParlorHookRow, changed_ms),
};

const ParlorRecordKind parlor_event_kind = {
    "events", event_fields, G_N_ELEMENTS (event_fields), 1, sizeof (ParlorEventRow), TRUE};
const ParlorRecordKind parlor_event_head_kind = {
    "event_heads", head_fields, G_N_ELEMENTS (head_fields), 1, sizeof (ParlorEventHead), FALSE};
const ParlorRecordKind parlor_webhook_kind = {
    "webhooks", webhook_fields, G_N_ELEMENTS (webhook_fields), 1, sizeof (ParlorWebhookRow), FALSE};
const ParlorRecordKind parlor_webhook_position_kind = {"webhook_positions",
                                                       position_fields,
                                                       G_N_ELEMENTS (position_fields),
                                                       1,
                                                       sizeof (ParlorWebhookPosition),
                                                       FALSE};
const ParlorRecordKind parlor_delivery_kind = {"webhook_deliveries",           delivery_fields,
                                               G_N_ELEMENTS (delivery_fields), 2,
                                               sizeof (ParlorDeliveryRow),     FALSE};
const ParlorRecordKind parlor_hook_kind = {
    "decision_hooks", hook_fields, G_N_ELEMENTS (hook_fields), 2, sizeof (ParlorHookRow), FALSE};

void
parlor_event_id (gint64 seq, char out[PARLOR_EVENT_ID_SIZE])
{
  g_snprintf (out, PARLOR_EVENT_ID_SIZE, "evt_%014" G_GINT64_MODIFIER "x", seq);
}

gint64
parlor_event_seq (const char *id)
{
  if (!id || !g_str_has_prefix (id, "evt_") || strlen (id) != 18
      || strspn (id + 4, "0123456789abcdef") != 14)
    return -1;
  return (gint64)g_ascii_strtoull (id + 4, NULL, 16);
}

gpointer
parlor_record_dup (const ParlorRecordKind *kind, gconstpointer record)
{
  gpointer copy = g_malloc0 (kind->size);
  parlor_record_copy (kind, copy, record);
  return copy;
}

void
parlor_record_free (const ParlorRecordKind *kind, gpointer record)
{
  if (!record)
    return;
  parlor_record_clear (kind, record);
  g_free (record);
}
