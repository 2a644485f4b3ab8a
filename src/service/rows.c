/* SPDX-License-Identifier: Apache-2.0 */
#include "service/rows.h"

#define KIND(name, table_name, row, keys, only_added)                                              \
  const ParlorRecordKind name = {.table = table_name,                                              \
                                 .fields = row##_fields,                                           \
                                 .n_fields = G_N_ELEMENTS (row##_fields),                          \
                                 .n_key = keys,                                                    \
                                 .size = sizeof (row),                                             \
                                 .append_only = only_added}
#define T(member) PARLOR_TEXT (ROW, member)
#define I(member) PARLOR_INT (ROW, member)
#define F(member) PARLOR_FLAG (ROW, member)

#define ROW ParlorGroupRow
static const ParlorField ParlorGroupRow_fields[] = {T (id),
                                                    T (brand),
                                                    T (name),
                                                    T (routing),
                                                    T (skills),
                                                    T (hours),
                                                    T (overflow),
                                                    T (welcome),
                                                    I (utc_offset_min),
                                                    I (offer_timeout_s),
                                                    I (max_customers),
                                                    I (place)};
KIND (parlor_group_kind, "service_group", ParlorGroupRow, 1, FALSE);
#undef ROW

#define ROW ParlorRepRow
static const ParlorField ParlorRepRow_fields[] = {
    T (id),        T (brand),     T (ref),      T (user_id),   T (name),        T (title),
    T (photo),     T (card),      T (groups),   T (skills),    I (verified_ms), I (card_until_ms),
    I (max_chats), F (suspended), F (departed), I (created_ms)};
KIND (parlor_rep_kind, "service_rep", ParlorRepRow, 1, FALSE);
#undef ROW

#define ROW ParlorCustomerRow
static const ParlorField ParlorCustomerRow_fields[] = {
    T (id),    T (brand),    T (visitor), T (customer_ref), T (display),
    T (attrs), T (consents), T (tags),    T (blocked),      I (created_ms)};
KIND (parlor_customer_kind, "service_customer", ParlorCustomerRow, 1, FALSE);
#undef ROW

#define ROW ParlorDeviceRow
static const ParlorField ParlorDeviceRow_fields[] = {T (brand), T (visitor), T (customer)};
KIND (parlor_device_kind, "service_device", ParlorDeviceRow, 2, FALSE);
#undef ROW

#define ROW ParlorBindingRow
static const ParlorField ParlorBindingRow_fields[] = {T (id),
                                                      T (customer),
                                                      T (group_id),
                                                      T (rep),
                                                      T (conversation),
                                                      T (state),
                                                      T (tap),
                                                      T (touch),
                                                      T (ended_by),
                                                      T (undo_rep),
                                                      I (created_ms),
                                                      I (ended_ms),
                                                      I (undo_until_ms),
                                                      T (upgrade_rep),
                                                      I (personal_ms),
                                                      I (upgrade_until_ms)};
KIND (parlor_binding_kind, "service_binding", ParlorBindingRow, 1, FALSE);
#undef ROW

#define ROW ParlorConversationRow
static const ParlorField ParlorConversationRow_fields[] = {T (id),
                                                           T (brand),
                                                           T (customer),
                                                           T (binding),
                                                           T (state),
                                                           T (assignee),
                                                           T (last_text),
                                                           T (last_by),
                                                           T (note),
                                                           T (product),
                                                           T (room),
                                                           T (still),
                                                           I (seq),
                                                           I (created_ms),
                                                           I (ended_ms),
                                                           I (last_ms),
                                                           I (read_by_rep),
                                                           I (read_by_customer),
                                                           I (waiting_since_ms),
                                                           I (room_ms)};
KIND (parlor_conversation_kind, "service_conversation", ParlorConversationRow, 1, FALSE);
#undef ROW

#define ROW ParlorMessageRow
static const ParlorField ParlorMessageRow_fields[] = {
    T (id),        T (conversation), I (seq),  T (by_kind), T (author), T (name),
    T (client_id), T (kind),         T (text), T (data),    I (at_ms),  I (stream_ms)};
KIND (parlor_message_kind, "service_message", ParlorMessageRow, 1, TRUE);
#undef ROW

#define ROW ParlorCallRow
static const ParlorField ParlorCallRow_fields[] = {
    T (id),         T (conversation), T (rep),        T (state),       T (media),    T (room),
    T (end_reason), F (by_rep),       I (started_ms), I (answered_ms), I (ended_ms), I (rescues)};
KIND (parlor_call_kind, "service_call", ParlorCallRow, 1, FALSE);
#undef ROW

#define ROW ParlorJobRow
static const ParlorField ParlorJobRow_fields[] = {
    T (id),       T (brand),  T (kind),       T (from_rep),    T (to_rep),
    T (to_group), T (notice), I (created_ms), I (finished_ms), I (due_ms)};
KIND (parlor_job_kind, "service_job", ParlorJobRow, 1, FALSE);
#undef ROW

#define ROW ParlorJobItemRow
static const ParlorField ParlorJobItemRow_fields[] = {T (job), T (binding), T (outcome)};
KIND (parlor_job_item_kind, "service_job_item", ParlorJobItemRow, 2, FALSE);
#undef ROW

#define ROW ParlorServiceAuditRow
static const ParlorField ParlorServiceAuditRow_fields[] = {
    T (id), T (brand), T (conversation), T (subject), T (act), T (reason), I (at_ms)};
KIND (parlor_service_audit_kind, "service_audit", ParlorServiceAuditRow, 1, TRUE);
#undef ROW

#define ROW ParlorRuleRow
static const ParlorField ParlorRuleRow_fields[] = {T (id),    T (brand), T (name),    T (words),
                                                   F (block), F (chat),  F (comments)};
KIND (parlor_rule_kind, "service_rule", ParlorRuleRow, 1, FALSE);
#undef ROW

#define ROW ParlorMaterialRow
static const ParlorField ParlorMaterialRow_fields[] = {
    T (id), T (brand), T (title), T (url), I (version), I (changed_ms), F (withdrawn)};
KIND (parlor_material_kind, "service_material", ParlorMaterialRow, 1, FALSE);
#undef ROW

#define ROW ParlorUploadRow
static const ParlorField ParlorUploadRow_fields[] = {
    T (id), T (conversation), T (type), I (width), I (height), I (bytes), I (at_ms), F (said)};
KIND (parlor_upload_kind, "service_upload", ParlorUploadRow, 1, FALSE);
#undef ROW

#define ROW ParlorRatingRow
static const ParlorField ParlorRatingRow_fields[] = {
    T (subject),  T (brand), T (conversation), T (call_id),  T (rep),
    T (customer), T (text),  I (score),        I (asked_ms), I (at_ms)};
KIND (parlor_rating_kind, "service_rating", ParlorRatingRow, 1, FALSE);
#undef ROW

#define ROW ParlorShiftRow
static const ParlorField ParlorShiftRow_fields[] = {T (id),      T (brand), T (rep), T (presence),
                                                    I (from_ms), I (to_ms), F (cut)};
KIND (parlor_shift_kind, "service_shift", ParlorShiftRow, 1, FALSE);
#undef ROW

#define ROW ParlorAlertRow
static const ParlorField ParlorAlertRow_fields[] = {T (id),        T (brand), T (name), T (kind),
                                                    T (group_id),  T (room),  T (say),  I (limit_s),
                                                    I (raised_ms), F (active)};
KIND (parlor_alert_kind, "service_alert", ParlorAlertRow, 1, FALSE);
#undef ROW

const ParlorRecordKind *const *
parlor_service_kinds (guint *n)
{
  static const ParlorRecordKind *const kinds[] = {
      &parlor_group_kind,        &parlor_rep_kind,     &parlor_customer_kind, &parlor_device_kind,
      &parlor_conversation_kind, &parlor_binding_kind, &parlor_call_kind,     &parlor_job_kind,
      &parlor_job_item_kind,     &parlor_rule_kind,    &parlor_material_kind, &parlor_upload_kind,
      &parlor_rating_kind,       &parlor_alert_kind};
  *n = G_N_ELEMENTS (kinds);
  return kinds;
}
