/* SPDX-License-Identifier: Apache-2.0 */
/* REST of rooms: what docs/openapi.yaml calls "rooms". */
#include "base/text.h"
#include "http/access.h"
#include "http/durable.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "room/moderation.h"
#include "room/recording.h"

#include <string.h>

#define HOST_TOKEN_MS (12 * 3600 * G_GINT64_CONSTANT (1000))

json_t *
parlor_site_room_to_json (ParlorSite *site, const ParlorHttpRequest *request, ParlorRoom *room)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  g_autofree char *url = parlor_site_join_url (site, request, room);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:b,s:b,s:I,s:i,s:s}", "id", info->id, "code",
                            info->code, "kind", info->kind, "title", info->title, "locked",
                            info->locked, "lobby", info->lobby, "created_at",
                            (json_int_t)info->created_at_ms, "participants",
                            (int)parlor_room_n_participants (room), "join_url", url);
  parlor_site_add_plan (site, room, json);
  parlor_site_add_panels (site, request, room, json);
  return json;
}

/* ---- POST /v1/rooms ------------------------------------------------------------------------- */

static char *
host_token (ParlorSite *site, ParlorRoom *room)
{
  char identity[PARLOR_ID_SIZE];
  parlor_id_make ("u", &site->spec.random, identity);
  ParlorClaims claims = {
      .identity = identity,
      .brand = (char *)parlor_room_info (room)->brand,
      .room = (char *)parlor_room_info (room)->id,
      .role = PARLOR_ROLE_HOST,
      .granted = PARLOR_RIGHTS_OF_TOKEN & ~PARLOR_RIGHT_RECORD,
      .expires_ms = site->spec.clock->wall_ms (site->spec.clock) + HOST_TOKEN_MS,
  };
  return parlor_keyring_sign (site->spec.keyring, &claims, NULL);
}

/* policy.record "by_host" | "always" | "never", policy.consent "ask" | "notice". */
static gboolean
read_record_policy (const json_t *policy, ParlorRecordPolicy *record, gboolean *notice,
                    const char **why)
{
  const json_t *rule = json_object_get (policy, "record");
  const json_t *consent = json_object_get (policy, "consent");
  const char *mode = json_string_value (consent);
  *notice = g_strcmp0 (mode, "notice") == 0;
  *record = PARLOR_RECORD_BY_HOST;
  if (rule && !parlor_record_policy_from_name (json_string_value (rule), record))
    *why = "policy.record must be by_host, always or never";
  else if (consent && !*notice && g_strcmp0 (mode, "ask"))
    *why = "policy.consent must be ask or notice";
  return !*why;
}

/* What the brand has chosen for rooms that say nothing. */
static gboolean
brand_notices (ParlorSite *site, const char *id)
{
  const ParlorBrand *brand = site->spec.brands ? parlor_brands_get (site->spec.brands, id) : NULL;
  return brand && !g_strcmp0 (brand->consent, "notice");
}

static gboolean
read_spec (const json_t *json, ParlorRoomSpec *spec, const char **why)
{
  const json_t *kind = json_object_get (json, "kind"), *title = json_object_get (json, "title");
  const json_t *policy = json_object_get (json, "policy");
  const json_t *lobby = json_object_get (policy, "lobby");
  *why = kind && !json_is_string (kind)       ? "kind must be a string"
         : title && !json_is_string (title)   ? "title must be a string"
         : policy && !json_is_object (policy) ? "policy must be an object"
         : lobby && !json_is_boolean (lobby)  ? "policy.lobby must be true or false"
                                              : NULL;
  spec->kind = kind ? json_string_value (kind) : NULL;
  spec->title = title ? json_string_value (title) : NULL;
  spec->lobby = json_is_true (lobby);
  return !*why && read_record_policy (policy, &(ParlorRecordPolicy){0}, &(gboolean){FALSE}, why);
}

static ParlorRoom *
make_room (ParlorSite *site, const ParlorRoomSpec *spec, const json_t *json, GError **error)
{
  ParlorRoom *room = parlor_rooms_create (site->spec.rooms, spec, parlor_site_now_us (site), error);
  gboolean live = room && site->spec.live && parlor_room_is_live (room);
  if (!live || parlor_site_open_live (site, room, json, error))
    return room;
  parlor_room_end (room, NULL, parlor_site_now_us (site), NULL);
  return NULL;
}

/* How it is recorded, as the body or else the brand says. */
static void
set_policy (ParlorSite *site, ParlorRoom *room, const json_t *json)
{
  ParlorRecordPolicy policy;
  gboolean notice;
  const char *why = NULL;
  read_record_policy (json_object_get (json, "policy"), &policy, &notice, &why);
  if (!json_object_get (json_object_get (json, "policy"), "consent"))
    notice = brand_notices (site, parlor_room_info (room)->brand);
  parlor_room_set_record_policy (room, policy, notice);
}

static void
answer_created (ParlorSite *site, ParlorHttpRequest *request, ParlorRoom *room,
                ParlorHttpReply *reply)
{
  g_autofree char *token = host_token (site, room);
  g_autofree char *location = g_strconcat ("/v1/rooms/", parlor_room_info (room)->id, NULL);
  json_t *answer = parlor_site_room_to_json (site, request, room);
  json_object_set_new (answer, "host_token", token ? json_string (token) : json_null ());
  json_object_set_new (answer, "invitations", parlor_site_invitations (site, request, room));
  if (token && parlor_room_is_live (room))
    {
      g_autofree char *base = parlor_site_base_url (site, request);
      json_object_set_new (
          answer, "host_url",
          json_sprintf ("%s/host#%s/%s", base, parlor_room_info (room)->id, token));
    }
  parlor_http_reply_header (reply, "Location", location);
  parlor_site_answer_when_durable (site, request, reply, 201, answer);
}

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *why)
{
  g_set_error_literal (error, PARLOR_ERROR, code, why);
  return FALSE;
}

/* The key is in the link that the person who made the room passes on: this server, which writes
 * invitations and calendars, never has it. */
static gboolean
may_seal (const ParlorPlan *plan, const json_t *json, gboolean meeting, GError **error)
{
  const char *record = json_string_value (
      json_object_get (json_object_get (json, "policy"), "record"));
  if (!meeting)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "only a meeting is encrypted end to end");
  if (plan->says_schedule || plan->invitees)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "the link of a room that is encrypted end to end holds a key that this server "
                   "does not have: without schedule and invitees, pass it on yourself");
  if (!g_strcmp0 (record, "always"))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "a room that is encrypted end to end cannot be recorded");
  return TRUE;
}

/* A stranger plans nothing (parlor_site_may_plan ()). */
static gboolean
read_plan (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRoomSpec *spec,
           const json_t *json, ParlorPlan *plan, GError **error)
{
  *plan = (ParlorPlan){.says_schedule = FALSE};
  if (!parlor_site_read_plan (site, request, json, plan, error))
    return FALSE;
  gboolean meeting = !spec->kind || !strcmp (spec->kind, "meeting");
  if (plan->says_schedule && !meeting)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "only a meeting has a schedule; a live room has scheduled_at");
  if (plan->says_panels && !meeting)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "only a meeting has doc_url and panel_url");
  if (plan->settings.end_to_end && !may_seal (plan, json, meeting, error))
    return FALSE;
  if (spec->stranger && (plan->says_schedule || plan->says_panels || plan->invitees))
    return refuse (error, PARLOR_ERROR_UNAUTHORIZED, "Sign in to plan a meeting or to invite.");
  return TRUE;
}

static ParlorRoom *
make_planned_room (ParlorSite *site, const ParlorHttpRequest *request, const ParlorRoomSpec *spec,
                   const char *who, const json_t *json, GError **error)
{
  ParlorPlan plan;
  ParlorRoom *room = NULL;
  if (!read_plan (site, request, spec, json, &plan, error)
      || !(room = make_room (site, spec, json, error)))
    return NULL;
  set_policy (site, room, json);
  if (parlor_site_apply_plan (site, request, room, &plan, who, error))
    return room;
  parlor_room_end (room, NULL, parlor_site_now_us (site), NULL);
  return NULL;
}

void
parlor_handle_room_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoomSpec spec = {0};
  const char *why = "The body must be a JSON object.";
  json_t *json = parlor_http_json_body (request);
  gint64 wait_us = parlor_rate_limit_take (site->rooms_made, request->peer,
                                           parlor_site_now_us (site));
  ParlorRoom *room = NULL;
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  /* The token of some room says nothing for this: a guest's is as easy to get as none. */
  gboolean stranger = who.caller != PARLOR_CALLER_KEY && who.caller != PARLOR_CALLER_USER;
  spec.stranger = stranger ? request->peer : NULL;
  spec.brand = stranger ? parlor_keyring_home (site->spec.keyring) : who.brand;
  if (wait_us)
    parlor_http_too_many (reply, wait_us,
                          "Too many rooms were made from this address. Wait a little.");
  else if (!json || !read_spec (json, &spec, &why))
    parlor_http_problem (reply, 400, "bad_request", why);
  else if (!(room = make_planned_room (site, request, &spec, who.subject, json, &error)))
    parlor_http_problem_from_error (reply, error);
  json_decref (json);
  if (room)
    answer_created (site, request, room, reply);
}

/* ---- GET and DELETE ------------------------------------------------------------------------- */

void
parlor_handle_room_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n = 0;
  g_autofree ParlorRoom **rooms = parlor_rooms_list (site->spec.rooms, &n);
  json_t *list = json_array ();
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  for (guint i = 0; i < n; i++)
    if (!strcmp (parlor_room_info (rooms[i])->brand, who.brand))
      json_array_append_new (list, parlor_site_room_to_json (site, request, rooms[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "rooms", list));
}

void
parlor_handle_room_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_ANYBODY, reply);
  if (room)
    parlor_http_reply_json (reply, 200, parlor_site_room_to_json (site, request, room));
}

void
parlor_handle_room_close (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  if (!room)
    return;
  if (!parlor_room_end (room, NULL, parlor_site_now_us (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_site_answer_when_durable (site, request, reply, 204, NULL);
}

/* ---- changing ------------------------------------------------------------------------------- */

static gboolean
read_change (const json_t *body, ParlorRoomChange *change, GError **error)
{
  const json_t *title = json_object_get (body, "title");
  const json_t *policy = json_object_get (body, "policy");
  const json_t *lobby = json_object_get (policy, "lobby");
  if (!body || (title && !json_is_string (title)) || (policy && !json_is_object (policy))
      || (lobby && !json_is_boolean (lobby)))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "a room's change is {title?, policy?, schedule?, doc_url?, panel_url?}");
  *change = (ParlorRoomChange){.has_lobby = lobby != NULL,
                               .lobby = json_is_true (lobby),
                               .title = json_string_value (title)};
  return TRUE;
}

/* A title that the room will take, or none: nothing of a live room changes by half. */
static gboolean
change_live (ParlorSite *site, ParlorRoom *room, const char *title, const json_t *body,
             GError **error)
{
  g_autofree char *line = title ? parlor_text_line (title, PARLOR_TITLE_MAX, "title", error) : NULL;
  return (!title || line) && parlor_site_change_live (site, room, body, error);
}

static gboolean
change_room (ParlorSite *site, const ParlorHttpRequest *request, ParlorRoom *room,
             const json_t *body, GError **error)
{
  ParlorRoomChange change;
  ParlorPlan plan = {.settings = *parlor_room_settings (room)};
  if (!read_change (body, &change, error)
      || !parlor_site_read_plan (site, request, body, &plan, error))
    return FALSE;
  if (plan.settings.end_to_end != parlor_room_settings (room)->end_to_end)
    return refuse (error, PARLOR_ERROR_CONFLICT,
                   "policy.end_to_end is said when a room is made, and stays");
  if (plan.says_schedule && parlor_room_is_live (room))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "a live room has scheduled_at");
  if (plan.says_panels && parlor_room_is_live (room))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "a live room has no panels");
  if (plan.says_schedule
      && !parlor_room_can_read (room, "its link, with the key, is in no calendar", error))
    return FALSE;
  if (parlor_room_is_live (room) && !change_live (site, room, change.title, body, error))
    return FALSE;
  plan.invitees = NULL;
  return ((!plan.says_schedule && !plan.says_panels) || parlor_site_may_plan (request, room, error))
         && parlor_room_change (room, NULL, &change, parlor_site_now_us (site), error)
         && parlor_site_apply_plan (site, request, room, &plan, "", error);
}

void
parlor_handle_room_change (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room = parlor_site_find_room (site, request, PARLOR_TOKEN_OF_HOST, reply);
  if (!room)
    return;
  json_t *body = parlor_http_json_body (request);
  if (!change_room (site, request, room, body, &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_site_answer_when_durable (site, request, reply, 200,
                                     parlor_site_room_to_json (site, request, room));
  json_decref (body);
}
