/* SPDX-License-Identifier: Apache-2.0 */
#include "http/routes.h"

#include "base/picture.h"
#include "http/audit.h"
#include "http/handlers.h"
#include "http/problem.h"
#include "http/recording_files.h"

#include <string.h>

#define SDP_MAX (256 * 1024)
#define JSON_MAX PARLOR_HTTP_SMALL_BODY
/* What has no row may still be read up to here before it is answered, so that the answer arrives.
 */
#define UNKNOWN_MAX (1024 * 1024)

/* Five hundred products at a time. */
#define PRODUCTS_MAX (2 * 1024 * 1024)
#define TRANSCRIPT_MAX (2 * 1024 * 1024)
#define SHELF                                                                                      \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_HOST                  \
                      | PARLOR_BRAND_ASSISTANT)

#define SDP "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"
#define HOOKS PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN)

#define ADMIN_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN)
#define ADMINS PARLOR_ROUTE_ROLES (ADMIN_ROLES)
#define MANAGERS PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN)
#define SUPERVISORS                                                                                \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_SUPERVISOR)
#define TALKERS                                                                                    \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_SUPERVISOR            \
                      | PARLOR_BRAND_REP)
#define STAFF                                                                                      \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_SUPERVISOR            \
                      | PARLOR_BRAND_REP | PARLOR_BRAND_HOST | PARLOR_BRAND_ASSISTANT)

/* Who may speak to everybody. */
#define SPEAKERS                                                                                   \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_SUPERVISOR            \
                      | PARLOR_BRAND_HOST | PARLOR_BRAND_ASSISTANT)
/* With a list of ten thousand people. */
#define BROADCAST_MAX (2 * 1024 * 1024)

#define PLANNERS                                                                                   \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_SUPERVISOR            \
                      | PARLOR_BRAND_HOST | PARLOR_BRAND_ASSISTANT | PARLOR_BRAND_AUDITOR)

#define RECORDING_KEEPERS PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN)
#define RECORDING_READERS                                                                          \
  PARLOR_ROUTE_ROLES (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_AUDITOR)

static const ParlorRoute routes[] = {
    /* method, path, right, counts as join, body, type, handler */
    {"GET", "/v1/rt", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_websocket},
    {"GET", "/v1/config", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_config},
    {"POST", "/v1/guest", PARLOR_ROUTE_PUBLIC, TRUE, JSON_MAX, "application/json",
     parlor_handle_guest},
    {"POST", "/v1/leave", PARLOR_ROUTE_PUBLIC, FALSE, JSON_MAX, NULL, parlor_handle_leave},
    {"POST", "/v1/rooms", PARLOR_ROUTE_START, FALSE, JSON_MAX, "application/json",
     parlor_handle_room_create},
    {"GET", "/v1/rooms", PARLOR_ROUTE_API, FALSE, 0, NULL, parlor_handle_room_list},
    /* a brand, its people and keys */
    {"GET", "/v1/brands", ADMINS, FALSE, 0, NULL, parlor_handle_brand_list},
    {"PATCH", "/v1/brands/{id}", ADMINS, FALSE, JSON_MAX, "application/json",
     parlor_handle_brand_patch},
    {"GET", "/v1/users", PARLOR_ROUTE_ROLES (ADMIN_ROLES | PARLOR_BRAND_SUPERVISOR), FALSE, 0, NULL,
     parlor_handle_user_list},
    {"POST", "/v1/users", ADMINS, FALSE, JSON_MAX, "application/json", parlor_handle_user_post},
    {"PATCH", "/v1/users/{id}", ADMINS, FALSE, JSON_MAX, "application/json",
     parlor_handle_user_patch},
    {"POST", "/v1/users/{id}/link", ADMINS, FALSE, 0, NULL, parlor_handle_user_link},
    {"GET", "/v1/keys", ADMINS, FALSE, 0, NULL, parlor_handle_key_list},
    {"POST", "/v1/keys", ADMINS, FALSE, JSON_MAX, "application/json", parlor_handle_key_post},
    {"POST", "/v1/keys/{id}/rotate", ADMINS, FALSE, JSON_MAX, "application/json",
     parlor_handle_key_rotate},
    {"DELETE", "/v1/keys/{id}", ADMINS, FALSE, 0, NULL, parlor_handle_key_revoke},
    /* signing in */
    {"GET", "/v1/signin", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_signin_ways},
    {"GET", "/v1/signin/oidc", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_oidc_start},
    {"GET", "/v1/signin/callback/{brand}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL,
     parlor_handle_oidc_callback},
    {"POST", "/v1/signin", PARLOR_ROUTE_PUBLIC, FALSE, JSON_MAX, "application/json",
     parlor_handle_signin},
    {"GET", "/v1/session", PARLOR_ROUTE_USER, FALSE, 0, NULL, parlor_handle_session_get},
    {"DELETE", "/v1/session", PARLOR_ROUTE_USER, FALSE, 0, NULL, parlor_handle_session_end},
    {"POST", "/v1/session/password", PARLOR_ROUTE_USER, FALSE, JSON_MAX, "application/json",
     parlor_handle_session_password},
    /* Public for {"role":"visitor"} alone; the handler asks for a key where the rest is meant. */
    {"POST", "/v1/sessions", PARLOR_ROUTE_PUBLIC, TRUE, JSON_MAX, "application/json",
     parlor_handle_sessions_post},
    {"GET", "/v1/rooms/{id}", PARLOR_ROUTE_ROOM, FALSE, 0, NULL, parlor_handle_room_get},
    {"DELETE", "/v1/rooms/{id}", PARLOR_ROUTE_ROOM, FALSE, 0, NULL, parlor_handle_room_close},
    /* what is planned of a room, and who comes to it from outside */
    {"PATCH", "/v1/rooms/{id}", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_room_change},
    {"GET", "/v1/schedules", PLANNERS, FALSE, 0, NULL, parlor_handle_schedule_list},
    {"GET", "/v1/rooms/{id}/invitations", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_invitation_list},
    {"POST", "/v1/rooms/{id}/invitations", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_invitation_create},
    {"GET", "/v1/rooms/{id}/invitations/{invitation}", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_invitation_get},
    {"DELETE", "/v1/rooms/{id}/invitations/{invitation}", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_invitation_revoke},
    {"POST", "/v1/rooms/{id}/invitations/{invitation}/send", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_invitation_send},
    /* What stands beside a meeting. The token that is asked about is all that a panel's server has.
     */
    {"POST", "/v1/panels/check", PARLOR_ROUTE_PUBLIC, TRUE, JSON_MAX, "application/json",
     parlor_handle_panel_check},
    {"GET", "/panel/{room}/{kind}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_panel_page},
    {"GET", "/v1/partners", ADMINS, FALSE, 0, NULL, parlor_handle_partner_list},
    {"POST", "/v1/partners", ADMINS, FALSE, JSON_MAX, "application/json",
     parlor_handle_partner_create},
    {"DELETE", "/v1/partners/{id}", ADMINS, FALSE, 0, NULL, parlor_handle_partner_revoke},
    {"POST", "/v1/partners/{id}/send", ADMINS, FALSE, 0, NULL, parlor_handle_partner_send},
    {"GET", "/v1/rooms/{id}/quality", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_room_quality},
    /* live rooms and the shop */
    {"GET", "/v1/rooms/{id}/live", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_live_get},
    {"GET", "/v1/rooms/{id}/calendar.ics", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_calendar},
    {"GET", "/v1/rooms/{id}/go/{sku}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_go},
    {"POST", "/v1/rooms/{id}/go/{sku}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_go_post},
    {"GET", "/hls/{room}/{file}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_hls},
    {"GET", "/l/{room}/frame", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_frame_page},
    {"POST", "/v1/rooms/{id}/state", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_live_state},
    {"POST", "/v1/rooms/{id}/console", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_console},
    {"GET", "/v1/rooms/{id}/pins", PARLOR_ROUTE_ROOM, FALSE, 0, NULL, parlor_handle_pin_list},
    {"POST", "/v1/rooms/{id}/pins", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_pin},
    {"DELETE", "/v1/rooms/{id}/pins/current", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_unpin},
    {"GET", "/v1/rooms/{id}/comments", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_comment_list},
    {"GET", "/v1/live/{brand}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_live_list},
    /* replays: a host's, and what anybody may see */
    {"GET", "/v1/rooms/{id}/replays", PARLOR_ROUTE_ROOM, FALSE, 0, NULL, parlor_handle_replay_list},
    {"POST", "/v1/rooms/{id}/replays", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_replay_create},
    {"DELETE", "/v1/rooms/{id}/replays/{replay}", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_replay_withdraw},
    {"GET", "/v1/replays/{id}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_replay_get},
    {"GET", "/v1/replays/{id}/comments", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL,
     parlor_handle_replay_comments},
    {"GET", "/v1/replays/{id}/media", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_replay_media},
    {"GET", "/v1/replays/{id}/go/{sku}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL,
     parlor_handle_replay_go},
    {"GET", "/v1/live/{brand}/replays", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_replay_shown},
    {"GET", "/p/{id}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_replay_page},
    {"GET", "/v1/products", STAFF, FALSE, 0, NULL, parlor_handle_product_list},
    {"POST", "/v1/products", SHELF, FALSE, PRODUCTS_MAX, "application/json",
     parlor_handle_product_put},
    {"DELETE", "/v1/products/{sku}", SHELF, FALSE, 0, NULL, parlor_handle_product_remove},
    {"POST", "/v1/handoffs/resolve", PARLOR_ROUTE_KEY, FALSE, JSON_MAX, "application/json",
     parlor_handle_handoff_resolve},
    {"POST", "/v1/conversions", PARLOR_ROUTE_KEY, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversion},
    {"POST", "/v1/entries", SHELF, FALSE, JSON_MAX, "application/json", parlor_handle_entry_create},
    {"GET", "/v1/entries", SHELF, FALSE, 0, NULL, parlor_handle_entry_list},
    {"GET", "/e/{id}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_entry_open},
    {"GET", "/l/{room}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_live_page},
    {"GET", "/b/{brand}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_brand_page},
    /* audiences */
    {"POST", "/v1/broadcasts", SPEAKERS, FALSE, BROADCAST_MAX, "application/json",
     parlor_handle_broadcast_post},
    {"GET", "/v1/broadcasts", SPEAKERS, FALSE, 0, NULL, parlor_handle_broadcast_list},
    {"GET", "/v1/broadcasts/{id}", SPEAKERS, FALSE, 0, NULL, parlor_handle_broadcast_get},
    {"DELETE", "/v1/broadcasts/{id}", SPEAKERS, FALSE, 0, NULL, parlor_handle_broadcast_end},
    {"GET", "/v1/broadcasts/{id}/missing", SUPERVISORS, FALSE, 0, NULL,
     parlor_handle_broadcast_missing},
    {"GET", "/v1/broadcasts/{id}/receipts", SUPERVISORS, FALSE, 0, NULL,
     parlor_handle_broadcast_receipts},
    {"POST", "/v1/rooms/{id}/invite", PARLOR_ROUTE_PUBLIC, TRUE, JSON_MAX, NULL,
     parlor_handle_invite_post},
    {"GET", "/i/{id}", PARLOR_ROUTE_PUBLIC, TRUE, 0, NULL, parlor_handle_invite_open},
    {"GET", "/v1/invites", SHELF, FALSE, 0, NULL, parlor_handle_invite_list},
    {"GET", "/v1/invites/{id}", SHELF, FALSE, 0, NULL, parlor_handle_invite_get},
    {"POST", "/v1/bots", ADMINS, FALSE, JSON_MAX, "application/json", parlor_handle_bot_post},
    {"GET", "/v1/bots", ADMINS, FALSE, 0, NULL, parlor_handle_bot_list},
    {"DELETE", "/v1/bots/{id}", ADMINS, FALSE, 0, NULL, parlor_handle_bot_revoke},
    {"POST", "/v1/rooms/{id}/comments", PARLOR_ROUTE_TOKEN, TRUE, JSON_MAX, "application/json",
     parlor_handle_bot_comment},
    {"GET", "/v1/stats/rooms/{id}/watch", SPEAKERS, FALSE, 0, NULL, parlor_handle_live_hours},
    /* service reps */
    {"GET", "/v1/reps", STAFF, FALSE, 0, NULL, parlor_handle_rep_list},
    {"POST", "/v1/reps", MANAGERS, FALSE, JSON_MAX, "application/json", parlor_handle_rep_put},
    {"GET", "/v1/reps/{id}", STAFF, FALSE, 0, NULL, parlor_handle_rep_get},
    {"GET", "/v1/reps/{id}/card", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_rep_card},
    {"GET", "/r/{rep}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_brand_page},
    {"POST", "/v1/reps/{id}/suspend", SUPERVISORS, FALSE, JSON_MAX, "application/json",
     parlor_handle_rep_suspend},
    {"POST", "/v1/reps/{id}/depart", SUPERVISORS, FALSE, JSON_MAX, "application/json",
     parlor_handle_rep_depart},
    {"DELETE", "/v1/reps/{id}/depart", SUPERVISORS, FALSE, 0, NULL, parlor_handle_rep_stay},
    {"GET", "/v1/groups", STAFF, FALSE, 0, NULL, parlor_handle_group_list},
    {"POST", "/v1/groups", MANAGERS, FALSE, JSON_MAX, "application/json", parlor_handle_group_put},
    {"GET", "/v1/card-keys/{brand}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_card_key},
    {"POST", "/v1/bindings/transfer", SUPERVISORS, FALSE, JSON_MAX, "application/json",
     parlor_handle_transfer},
    {"GET", "/v1/jobs/{id}", SUPERVISORS, FALSE, 0, NULL, parlor_handle_job},
    {"GET", "/v1/customers/{id}", SUPERVISORS, FALSE, 0, NULL, parlor_handle_customer_get},
    {"PATCH", "/v1/customers/{id}", MANAGERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_customer_patch},
    {"DELETE", "/v1/customers/{id}", MANAGERS, FALSE, 0, NULL, parlor_handle_customer_erase},
    {"GET", "/v1/customers/{id}/timeline", TALKERS, FALSE, 0, NULL,
     parlor_handle_customer_timeline},
    {"GET", "/v1/customers/{id}/touches", TALKERS, FALSE, 0, NULL, parlor_handle_customer_touches},
    {"GET", "/v1/conversations", TALKERS, FALSE, 0, NULL, parlor_handle_conversation_list},
    {"GET", "/v1/conversations/{id}/readings", TALKERS, FALSE, 0, NULL,
     parlor_handle_conversation_readings},
    {"GET", "/v1/conversations/{id}", TALKERS, FALSE, 0, NULL, parlor_handle_conversation_get},
    {"GET", "/v1/conversations/{id}/messages", TALKERS, FALSE, 0, NULL,
     parlor_handle_conversation_messages},
    {"POST", "/v1/conversations/{id}/messages", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversation_say},
    {"POST", "/v1/conversations/{id}/state", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversation_state},
    {"POST", "/v1/conversations/{id}/assign", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversation_assign},
    {"POST", "/v1/conversations/{id}/upgrade", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversation_upgrade},
    {"POST", "/v1/conversations/{id}/assist", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversation_assist},
    {"POST", "/v1/conversations/{id}/calls", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_conversation_call},
    {"POST", "/v1/calls/{id}/participants", TALKERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_call_participant},
    {"GET", "/v1/materials", STAFF, FALSE, 0, NULL, parlor_handle_material_list},
    {"POST", "/v1/materials", MANAGERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_material_put},
    {"GET", "/f/{id}/{version}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_material_open},
    {"POST", "/v1/uploads", PARLOR_ROUTE_PUBLIC, TRUE, PARLOR_PICTURE_BYTES, NULL,
     parlor_handle_upload},
    {"GET", "/v1/uploads/{id}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_upload_get},
    {"GET", "/v1/rules", SUPERVISORS, FALSE, 0, NULL, parlor_handle_rule_list},
    {"POST", "/v1/rules", MANAGERS, FALSE, JSON_MAX, "application/json", parlor_handle_rule_put},
    {"DELETE", "/v1/rules/{id}", MANAGERS, FALSE, 0, NULL, parlor_handle_rule_remove},
    {"GET", "/v1/stats/ratings", SUPERVISORS, FALSE, 0, NULL, parlor_handle_rating_list},
    {"GET", "/v1/alerts", SUPERVISORS, FALSE, 0, NULL, parlor_handle_alert_list},
    {"POST", "/v1/alerts", MANAGERS, FALSE, JSON_MAX, "application/json", parlor_handle_alert_put},
    {"DELETE", "/v1/alerts/{id}", MANAGERS, FALSE, 0, NULL, parlor_handle_alert_remove},
    {"GET", "/v1/stats/funnel", SUPERVISORS, FALSE, 0, NULL, parlor_handle_funnel},
    {"GET", "/v1/stats/shifts", SUPERVISORS, FALSE, 0, NULL, parlor_handle_shift_export},
    {"GET", "/v1/stats/reps", SUPERVISORS, FALSE, 0, NULL, parlor_handle_rep_stats},
    {"GET", "/v1/board", SUPERVISORS, FALSE, 0, NULL, parlor_handle_board},
    /* Events, webhooks, decision hooks. */
    {"GET", "/v1/events", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"GET", "/v1/webhooks", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"POST", "/v1/webhooks", HOOKS, FALSE, JSON_MAX, "application/json", parlor_handle_hooks},
    {"GET", "/v1/webhooks/{id}", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"PATCH", "/v1/webhooks/{id}", HOOKS, FALSE, JSON_MAX, "application/json", parlor_handle_hooks},
    {"DELETE", "/v1/webhooks/{id}", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"POST", "/v1/webhooks/{id}/secrets", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"DELETE", "/v1/webhooks/{id}/secrets", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"POST", "/v1/webhooks/{id}/test", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"POST", "/v1/webhooks/{id}/replay", HOOKS, FALSE, JSON_MAX, "application/json",
     parlor_handle_hooks},
    {"GET", "/v1/webhooks/{id}/deliveries", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"GET", "/v1/hooks", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"PUT", "/v1/hooks/{name}", HOOKS, FALSE, JSON_MAX, "application/json", parlor_handle_hooks},
    {"DELETE", "/v1/hooks/{name}", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    {"POST", "/v1/hooks/{name}/test", HOOKS, FALSE, 0, NULL, parlor_handle_hooks},
    /* recordings */
    {"POST", "/v1/rooms/{id}/recording", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_record},
    {"POST", "/v1/rooms/{id}/markers", PARLOR_ROUTE_ROOM, FALSE, JSON_MAX, "application/json",
     parlor_handle_marker_create},
    {"PUT", "/v1/rooms/{id}/markers/{marker}/still", PARLOR_ROUTE_ROOM, FALSE, PARLOR_PICTURE_BYTES,
     "image/png", parlor_handle_marker_still_put},
    {"GET", "/v1/rooms/{id}/markers/{marker}/still", PARLOR_ROUTE_ROOM, FALSE, 0, NULL,
     parlor_handle_marker_still_get},
    {"GET", "/v1/recordings", RECORDING_READERS, FALSE, 0, NULL, parlor_handle_recording_list},
    {"GET", "/v1/recordings/{id}", RECORDING_READERS, FALSE, 0, NULL, parlor_handle_recording_get},
    {"PATCH", "/v1/recordings/{id}", RECORDING_KEEPERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_recording_change},
    {"DELETE", "/v1/recordings/{id}", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_recording_delete},
    {"GET", "/v1/recordings/{id}/stills/{marker}", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_recording_still},
    {"GET", "/v1/recordings/{id}/manifest", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_recording_manifest},
    {"GET", "/v1/recordings/{id}/files/{n}", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_recording_file},
    {"GET", "/v1/recordings/{id}/minutes", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_recording_minutes},
    {"GET", "/v1/recordings/{id}/renders", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_render_list},
    {"POST", "/v1/recordings/{id}/renders", RECORDING_KEEPERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_render_create},
    {"GET", "/v1/recordings/{id}/renders/{render}", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_render_get},
    {"DELETE", "/v1/recordings/{id}/renders/{render}", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_render_delete},
    {"GET", "/v1/recordings/{id}/renders/{render}/file", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_render_file},
    {"GET", "/v1/recordings/{id}/transcript", RECORDING_READERS, FALSE, 0, NULL,
     parlor_handle_transcript_get},
    {"PUT", "/v1/recordings/{id}/transcript", RECORDING_KEEPERS, FALSE, TRANSCRIPT_MAX, "text/vtt",
     parlor_handle_transcript_put},
    {"DELETE", "/v1/recordings/{id}/transcript", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_transcript_delete},
    {"POST", "/v1/erasures", RECORDING_KEEPERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_erasure_create},
    {"GET", "/v1/erasures", RECORDING_KEEPERS, FALSE, 0, NULL, parlor_handle_erasure_list},
    {"GET", "/v1/erasures/{id}", RECORDING_KEEPERS, FALSE, 0, NULL, parlor_handle_erasure_get},
    {"POST", "/v1/erasures/{id}/start", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_erasure_start},
    {"DELETE", "/v1/erasures/{id}", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_erasure_forget},
    {"GET", "/v1/storage", RECORDING_READERS, FALSE, 0, NULL, parlor_handle_storage},
    {"GET", "/v1/rooms/{id}/rule", RECORDING_READERS, FALSE, 0, NULL, parlor_handle_room_rule_get},
    {"PUT", "/v1/rooms/{id}/rule", RECORDING_KEEPERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_room_rule_put},
    {"GET", "/v1/recordings/{id}/shares", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_share_list},
    {"POST", "/v1/recordings/{id}/shares", RECORDING_KEEPERS, FALSE, JSON_MAX, "application/json",
     parlor_handle_share_create},
    {"DELETE", "/v1/recordings/{id}/shares/{share}", RECORDING_KEEPERS, FALSE, 0, NULL,
     parlor_handle_share_revoke},
    {"POST", "/v1/shared/open", PARLOR_ROUTE_PUBLIC, TRUE, JSON_MAX, "application/json",
     parlor_handle_shared_open},
    {"GET", "/v1/shared/{id}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_shared_get},
    {"GET", "/v1/shared/{id}/files/{n}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_shared_file},
    {"GET", "/v1/shared/{id}/stills/{marker}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_shared_still},
    {"GET", "/v1/audit", RECORDING_READERS, FALSE, 0, NULL, parlor_handle_audit_list},
    {"GET", "/v1/audit/check", RECORDING_READERS, FALSE, 0, NULL, parlor_handle_audit_check},
    {"OPTIONS", "/whip/{room}/{identity}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_whip_options},
    {"POST", "/whip/{room}/{identity}", PARLOR_ROUTE_TOKEN, TRUE, SDP_MAX, SDP,
     parlor_handle_whip_post},
    {"OPTIONS", "/whep/{room}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL, parlor_handle_whip_options},
    {"POST", "/whep/{room}", PARLOR_ROUTE_TOKEN, TRUE, SDP_MAX, SDP, parlor_handle_whep_post},
    {"OPTIONS", "/whep/{room}/{identity}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_whip_options},
    {"POST", "/whep/{room}/{identity}", PARLOR_ROUTE_TOKEN, TRUE, SDP_MAX, SDP,
     parlor_handle_whep_post},
    {"OPTIONS", "/whip-session/{id}", PARLOR_ROUTE_PUBLIC, FALSE, 0, NULL,
     parlor_handle_session_options},
    {"PATCH", "/whip-session/{id}", PARLOR_ROUTE_TOKEN, FALSE, JSON_MAX, FRAGMENT,
     parlor_handle_session_patch},
    {"DELETE", "/whip-session/{id}", PARLOR_ROUTE_TOKEN, FALSE, 0, NULL,
     parlor_handle_session_delete},
};

const ParlorRoute *
parlor_routes (guint *n)
{
  *n = G_N_ELEMENTS (routes);
  return routes;
}

static const ParlorRoute *
find (ParlorHttpRequest *request)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      const char *method = strcmp (request->method, "HEAD") ? request->method : "GET";
      if (!strcmp (routes[i].method, method) && parlor_http_path_matches (routes[i].path, request))
        return &routes[i];
    }
  return NULL;
}

/* The methods this path has rows for, "GET, DELETE" (transfer full); NULL = the path is unknown. */
static char *
methods_of (ParlorHttpRequest *request)
{
  GString *methods = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!parlor_http_path_matches (routes[i].path, request))
        continue;
      if (!methods)
        methods = g_string_new (routes[i].method);
      else
        g_string_append_printf (methods, ", %s", routes[i].method);
    }
  return methods ? g_string_free (methods, FALSE) : NULL;
}

gsize
parlor_routes_body_limit (const ParlorHttpRequest *request, gpointer site)
{
  ParlorHttpRequest copy = *request;
  const ParlorRoute *route = find (&copy);
  return route ? route->body_limit : UNKNOWN_MAX;
}

#define ROOM_ROLES                                                                                 \
  (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN | PARLOR_BRAND_SUPERVISOR | PARLOR_BRAND_HOST           \
   | PARLOR_BRAND_ASSISTANT)

static gboolean
is_allowed (ParlorSite *site, const ParlorRoute *route, const ParlorHttpRequest *request,
            const ParlorPrincipal *who)
{
  gboolean bearer = parlor_http_bearer (request) != NULL;
  gboolean person = who->caller == PARLOR_CALLER_USER || who->caller == PARLOR_CALLER_KEY;
  switch (PARLOR_ROUTE_RIGHT_OF (route->right))
    {
    case PARLOR_ROUTE_PUBLIC:
      return TRUE;
    case PARLOR_ROUTE_BRAND:
      return *who->brand && parlor_principal_is_any (who, PARLOR_ROUTE_ROLES_OF (route->right));
    case PARLOR_ROUTE_API:
      return person && parlor_principal_is_any (who, ROOM_ROLES);
    case PARLOR_ROUTE_KEY:
      return (who->caller == PARLOR_CALLER_KEY && parlor_principal_is_any (who, ROOM_ROLES))
             || (who->caller == PARLOR_CALLER_USER && parlor_site_trusts (site, request));
    case PARLOR_ROUTE_USER:
      return who->caller == PARLOR_CALLER_USER;
    case PARLOR_ROUTE_START:
      return (person && (who->caller == PARLOR_CALLER_USER || who->roles & ROOM_ROLES))
             || parlor_site_anyone_may_start (site);
    /* A bearer token is looked at by the handler, which knows the room it must name. */
    case PARLOR_ROUTE_ROOM:
      return bearer || (person && parlor_principal_is_any (who, ROOM_ROLES));
    case PARLOR_ROUTE_TOKEN:
      return bearer || parlor_site_trusts (site, request);
    }
  return FALSE;
}

static void
refuse (const ParlorRoute *route, const ParlorHttpRequest *request, const ParlorPrincipal *who,
        ParlorHttpReply *reply)
{
  gboolean token = route->right == PARLOR_ROUTE_TOKEN;
  g_autofree char *cookie = parlor_site_cookie (request, PARLOR_SITE_COOKIE);
  if (who->caller == PARLOR_CALLER_USER || who->caller == PARLOR_CALLER_KEY)
    {
      parlor_http_problem (reply, token ? 401 : 403, token ? "unauthorized" : "forbidden",
                           "You may not do this here.");
      return;
    }
  parlor_http_problem (reply, 401, "unauthorized",
                       cookie  ? "Sign in again: this page's sign-in ended, or it did not send "
                                 "X-Parlor-CSRF."
                       : token ? "This needs a token: Authorization: Bearer …"
                               : "This needs an API key: Authorization: Basic base64(key:secret).");
  /* A page that has a sign-in must not get the browser's own password box. */
  if (!cookie)
    parlor_http_reply_header (reply, "WWW-Authenticate",
                              token ? "Bearer" : "Basic realm=\"parlor\"");
}

static gboolean
is_of_recordings (const ParlorHttpRequest *request)
{
  return g_str_has_prefix (request->path, "/v1/recordings/")
         || g_str_has_prefix (request->path, "/v1/shared/");
}

/* Who tries at what is kept of people is written down, where it is known whose he is. */
static void
note_refusal (ParlorSite *site, const ParlorHttpRequest *request, const char *code)
{
  ParlorPrincipal who;
  if (parlor_site_principal (site, request, &who) && *who.brand)
    parlor_site_note_refusal (site, who.brand, who.subject, "", "", code);
}

static void
handle_unknown (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autofree char *methods = methods_of (request);
  if (methods && !strcmp (request->method, "OPTIONS"))
    {
      reply->status = 204;
      parlor_http_reply_header (reply, "Allow", methods);
      parlor_cors_preflight (request, methods, reply);
      return;
    }
  if (methods)
    {
      parlor_http_problem (reply, 405, "method_not_allowed",
                           "This address does not know that method.");
      parlor_http_reply_header (reply, "Allow", methods);
      return;
    }
  gboolean reads = !strcmp (request->method, "GET") || !strcmp (request->method, "HEAD");
  if (is_of_recordings (request))
    note_refusal (site, request, "path");
  if (reads && parlor_handle_page (site, request, reply))
    return;
  parlor_http_problem (reply, 404, "not_found", "There is nothing at this address.");
  parlor_static_secure (request, reply);
}

typedef gint64 (*RateFunc) (ParlorRateLimit *limit, const char *key, gint64 now_us);

/* What the headers alone decide; FALSE: `reply` says it. */
static gboolean
may_ask (ParlorSite *site, const ParlorRoute *route, const ParlorHttpRequest *request,
         const ParlorPrincipal *who, RateFunc rate, ParlorHttpReply *reply)
{
  gint64 wait_us = 0;
  if (route->counts_as_join)
    wait_us = rate (site->joins, request->peer, site->spec.clock->now_us (site->spec.clock));
  if (wait_us)
    parlor_http_too_many (reply, wait_us, "Too many came from this address. Wait a little.");
  else if (!is_allowed (site, route, request, who))
    {
      if (is_of_recordings (request))
        note_refusal (site, request, "forbidden");
      refuse (route, request, who, reply);
    }
  else if (route->type && !parlor_http_is_type (request, route->type))
    {
      g_autofree char *detail = g_strdup_printf ("The body must be %s.", route->type);
      parlor_http_problem (reply, 415, "unsupported_media", detail);
    }
  else
    return TRUE;
  return FALSE;
}

/* Handlers say what they wanted; where a body breaks that is no JSON is said here, for all of them.
 */
static void
explain_body (const ParlorRoute *route, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorHttpReply said;
  g_autofree char *why = NULL;
  if (reply->status == 400 && route->type && !strcmp (route->type, "application/json"))
    why = parlor_http_json_why (request);
  if (!why)
    return;
  parlor_http_reply_init (&said);
  parlor_http_problem (&said, 400, "bad_request", why);
  g_clear_pointer (&reply->body, g_bytes_unref);
  reply->body = g_steal_pointer (&said.body);
  parlor_http_reply_clear (&said);
}

static void
handle_row (ParlorSite *site, const ParlorRoute *route, ParlorHttpRequest *request,
            ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  if (may_ask (site, route, request, &who, parlor_rate_limit_take, reply))
    parlor_audit_handle (site, route, request, reply, &who);
  explain_body (route, request, reply);
}

static gboolean
fits_origin (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  if (parlor_site_allows_origin (site, request))
    {
      parlor_cors_expose (request, reply);
      return TRUE;
    }
  parlor_http_problem (reply, 403, "origin_refused",
                       "This server does not serve pages of that origin or under that host name.");
  return FALSE;
}

gboolean
parlor_routes_admit (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  ParlorSite *site = user_data;
  const ParlorRoute *route = find (request);
  ParlorPrincipal who;
  if (!fits_origin (site, request, reply))
    return FALSE;
  if (!route)
    {
      handle_unknown (site, request, reply);
      return FALSE;
    }
  parlor_site_principal (site, request, &who);
  if (!may_ask (site, route, request, &who, parlor_rate_limit_wait, reply))
    return FALSE;
  if (route->handler == parlor_handle_marker_still_put)
    return parlor_marker_still_admit (site, request, reply);
  return route->handler != parlor_handle_upload || parlor_upload_admit (site, request, reply);
}

void
parlor_routes_handle (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  ParlorSite *site = user_data;
  const ParlorRoute *route = find (request);
  if (!fits_origin (site, request, reply))
    return;
  if (route)
    handle_row (site, route, request, reply);
  else
    handle_unknown (site, request, reply);
}
