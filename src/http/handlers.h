/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The handlers of the route table, by subject: handle_rooms.c, handle_guest.c, handle_whip.c,
 * handle_page.c. Each fills `reply` before it returns, or defers it.
 *
 * Thread: control.
 */
#pragma once

#include "http/site.h"

G_BEGIN_DECLS

/* handle_rooms.c: an API key makes, lists, shows and closes rooms. */
void parlor_handle_room_create (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_room_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_room_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_room_close (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);

/* handle_broadcasts.c: words to all, and who has had them. */
void parlor_handle_broadcast_post (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_broadcast_list (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_broadcast_get (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_broadcast_end (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_broadcast_missing (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);
void parlor_handle_broadcast_receipts (ParlorSite *site, ParlorHttpRequest *request,
                                       ParlorHttpReply *reply);

/* handle_audience.c: links that are passed on, bots, hours. */
void parlor_handle_invite_post (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_invite_open (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_invite_list (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_invite_get (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_bot_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_bot_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_bot_revoke (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_bot_comment (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_live_hours (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);

/* handle_recordings.c: starting and stopping, lists, manifests, files with ranges. */
void parlor_handle_record (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_marker_create (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_recording_list (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_recording_get (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_recording_manifest (ParlorSite *site, ParlorHttpRequest *request,
                                       ParlorHttpReply *reply);
void parlor_handle_recording_file (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_recording_change (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_recording_delete (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_recording_still (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_recording_minutes (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);

/* handle_plans.c: schedules, settings; read before a room is made of them, applied afterwards. */
typedef struct
{
  gboolean says_schedule; /* it is there; NULL of its `zone` = null: away with it */
  ParlorScheduleSpec schedule;
  const char *except[PARLOR_SCHEDULE_EXCEPT_MAX + 2];
  gboolean says_settings, says_panels; /* the second is part of the first */
  ParlorRoomSettings settings;
  const json_t *invitees; /* nullable; borrowed, as all texts */
} ParlorPlan;
/** What a body says of a room's plan; `settings` holds what it is now. FALSE: `error` says it. */
gboolean parlor_site_read_plan (ParlorSite *site, const ParlorHttpRequest *request,
                                const json_t *body, ParlorPlan *plan, GError **error);
/** Makes it so. Invitations are made in the name of `who`. */
gboolean parlor_site_apply_plan (ParlorSite *site, const ParlorHttpRequest *request,
                                 ParlorRoom *room, const ParlorPlan *plan, const char *who,
                                 GError **error);
/** Adds schedule and settings to a room's JSON. */
void parlor_site_add_plan (ParlorSite *site, ParlorRoom *room, json_t *json);
/** Adds doc_url and panel_url, if who asks could change them: he need not be in the room. */
void parlor_site_add_panels (ParlorSite *site, const ParlorHttpRequest *request,
                             const ParlorRoom *room, json_t *json);
/** The room as the API shows it (transfer full). */
json_t *parlor_site_room_to_json (ParlorSite *site, const ParlorHttpRequest *request,
                                  ParlorRoom *room);
void parlor_handle_room_change (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_schedule_list (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
/** The calendar of a room that is no live room. */
void parlor_handle_meeting_calendar (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);

/* handle_panels.c: what stands beside a meeting. */
void parlor_handle_panel_check (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_panel_page (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);

/* handle_passes.c: invitations and partners. */
gboolean parlor_site_check_invitees (const json_t *invitees, GError **error);
gboolean parlor_site_invite (ParlorSite *site, ParlorRoom *room, const json_t *invitees,
                             const char *who, json_t *made, const ParlorHttpRequest *request,
                             GError **error);
/** All of a room with their links (transfer full). */
json_t *parlor_site_invitations (ParlorSite *site, const ParlorHttpRequest *request,
                                 const ParlorRoom *room);
/** The pass of a text "inv_….secret" that is right, of the room's brand and for this room; NULL:
    `reply` says why not. Counts as use. */
const ParlorPassRow *parlor_site_take_pass (ParlorSite *site, const ParlorHttpRequest *request,
                                            const ParlorRoom *room, const char *text,
                                            const char *device, ParlorHttpReply *reply);
void parlor_handle_invitation_list (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_invitation_create (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);
void parlor_handle_invitation_get (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_invitation_revoke (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);
void parlor_handle_invitation_send (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_partner_list (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_partner_create (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_partner_revoke (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_partner_send (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);

/* handle_guest.c: a code for a token, the beacon of a page that goes. */
void parlor_handle_guest (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_leave (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);

/* handle_comments.c: what was said. */
void parlor_handle_comment_list (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);

/* handle_console.c: ways to the stage of a live room. */
void parlor_handle_console (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);

/* handle_live.c: live rooms; what anybody may know of them, and the pages with a preview. */
void parlor_handle_live_state (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_live_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_live_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_live_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_brand_page (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_calendar (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_pin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_unpin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_pin_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);

/* handle_shop.c: products, handoffs, conversions, entries. */
void parlor_handle_product_list (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_product_put (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_product_remove (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_frame_page (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
/* handle_hls.c */
void parlor_handle_hls (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);

void parlor_handle_go_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_go (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_handoff_resolve (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_conversion (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_entry_create (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_entry_list (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_entry_open (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
/* handle_hooks.c: events, webhooks and decision hooks, behind base/api.h. */
void parlor_handle_hooks (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
/* handle_signin.c: /signin's other side; the door keeps passwords and their limits. */
ParlorDoor *parlor_door_new (uv_loop_t *loop);
void parlor_door_free (ParlorDoor *door);
void parlor_handle_signin_ways (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_signin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_session_get (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_session_end (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_session_password (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_sessions_post (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);

/* handle_oidc.c: by the brand's own provider. */
ParlorOidc *parlor_oidc_new (const ParlorSiteSpec *spec);
void parlor_oidc_free (ParlorOidc *oidc);
void parlor_handle_oidc_start (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_oidc_callback (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);

/* handle_brand.c: the caller's brand, its people and keys. */
void parlor_handle_brand_list (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_brand_patch (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_user_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_user_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_user_patch (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_user_link (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_key_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_key_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_key_rotate (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_key_revoke (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);

/* handle_quality.c */
ParlorQualityDesk *parlor_quality_desk_new (uv_loop_t *loop);
/** Files in the making are finished. NULL is fine. */
void parlor_quality_desk_free (ParlorQualityDesk *desk);
void parlor_handle_room_quality (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);

/* handle_whip.c: RFC 9725, and WHEP in its likeness. */
void parlor_handle_whip_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_whep_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_whip_options (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_session_options (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_session_patch (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_session_delete (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);

ParlorWhip *parlor_whip_new (void);
/** Leaves all its sessions' participants alone: the domain closes them. NULL is fine. */
void parlor_whip_free (ParlorWhip *whip);
/** See parlor_site_event (). */
gboolean parlor_whip_event (ParlorWhip *whip, const ParlorRoomEvent *event);

/* handle_page.c: the pages, what they need to know, and the WebSocket's handshake (RFC 6455 4.2).
 */
gboolean parlor_handle_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_config (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_websocket (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);

/* handle_renders.c: recordings as one file. */
void parlor_handle_render_list (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_render_create (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_render_get (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_render_delete (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_render_file (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);

/* handle_keeping.c: what recordings use, and the rule of a room. */
void parlor_handle_storage (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_room_rule_get (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_room_rule_put (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);

/* handle_stills.c */
/** Whether the caller may give this marker a picture; its body need not be there yet. FALSE:
   `reply` says why not. */
gboolean parlor_marker_still_admit (ParlorSite *site, const ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_marker_still_put (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_marker_still_get (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);

/* handle_transcript.c */
void parlor_handle_transcript_get (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_transcript_put (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_transcript_delete (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);

/* handle_erasures.c: people who are taken out of recordings. */
void parlor_handle_erasure_create (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_erasure_list (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_erasure_get (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_erasure_start (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_erasure_forget (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);

/* handle_shares.c: links to recordings. */
void parlor_handle_share_create (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_share_list (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_share_revoke (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_shared_open (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_shared_get (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_shared_file (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_shared_still (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);

/* handle_customers.c */
void parlor_handle_customer_erase (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);

/* handle_shown.c */
void parlor_handle_material_list (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_material_put (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_material_open (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
/** Counts a picture that comes from this address: one whose body was judged before it came
   (`admitted`) is counted by then. FALSE: too many, `reply` says so. */
gboolean parlor_picture_take (ParlorSite *site, const ParlorHttpRequest *request,
                              ParlorHttpReply *reply);
/** Whether the caller may write in the conversation that a picture's address names; its body need
    not be there yet. FALSE: `reply` says why not. */
gboolean parlor_upload_admit (ParlorSite *site, const ParlorHttpRequest *request,
                              ParlorHttpReply *reply);
void parlor_handle_upload (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_upload_get (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);

/* handle_rules.c */
void parlor_handle_rule_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rule_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rule_remove (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);

/* handle_reps.c, handle_customers.c, handle_conversations.c, handle_board.c */
void parlor_handle_rep_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rep_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rep_card (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rep_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rep_suspend (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_rep_stay (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_rep_depart (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_group_list (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_group_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_card_key (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_transfer (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_job (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_customer_get (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_customer_patch (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply);
void parlor_handle_customer_timeline (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);
/* handle_talks.c */
void parlor_handle_conversation_list (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);
void parlor_handle_conversation_readings (ParlorSite *site, ParlorHttpRequest *request,
                                          ParlorHttpReply *reply);
void parlor_handle_customer_touches (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_conversation_get (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_conversation_messages (ParlorSite *site, ParlorHttpRequest *request,
                                          ParlorHttpReply *reply);
void parlor_handle_conversation_say (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
void parlor_handle_conversation_state (ParlorSite *site, ParlorHttpRequest *request,
                                       ParlorHttpReply *reply);
void parlor_handle_conversation_assign (ParlorSite *site, ParlorHttpRequest *request,
                                        ParlorHttpReply *reply);
void parlor_handle_conversation_upgrade (ParlorSite *site, ParlorHttpRequest *request,
                                         ParlorHttpReply *reply);
void parlor_handle_conversation_assist (ParlorSite *site, ParlorHttpRequest *request,
                                        ParlorHttpReply *reply);
void parlor_handle_conversation_call (ParlorSite *site, ParlorHttpRequest *request,
                                      ParlorHttpReply *reply);
void parlor_handle_call_participant (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply);
/* handle_alerts.c */
void parlor_handle_alert_list (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_alert_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_alert_remove (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
/* handle_exports.c */
void parlor_handle_funnel (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_shift_export (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
/* handle_stats.c */
void parlor_handle_rating_list (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_rep_stats (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_board (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);

/* handle_replays.c */
void parlor_handle_replay_create (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply);
void parlor_handle_replay_list (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_replay_withdraw (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_replay_get (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
void parlor_handle_replay_comments (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);
void parlor_handle_replay_media (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);
void parlor_handle_replay_go (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply);
void parlor_handle_replay_page (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);
void parlor_handle_replay_shown (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply);

G_END_DECLS
