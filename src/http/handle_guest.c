/* SPDX-License-Identifier: Apache-2.0 */
/* Guests: the code of a link for a token of one room, and the goodbye of a page that goes. */
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "base/text.h"

#include <string.h>

#define DEVICE_MAX 128
#define GUEST_TOKEN_MS (12 * 3600 * G_GINT64_CONSTANT (1000))

/* The token of an invitation or a partner: what the pass says, not what he says. */
static char *
pass_token (ParlorSite *site, ParlorRoom *room, const ParlorPassRow *pass, const char *name)
{
  ParlorRole role = PARLOR_ROLE_GUEST;
  g_autofree char *sending = parlor_pass_sending (pass);
  parlor_role_from_name (pass->role, &role);
  ParlorClaims claims = {
      .identity = pass->id,
      .brand = (char *)parlor_room_info (room)->brand,
      .room = (char *)parlor_room_info (room)->id,
      .name = *pass->name ? pass->name : (char *)name,
      .named = *pass->name != '\0',
      .company = *pass->company ? pass->company : NULL,
      .pass = sending,
      .role = role,
      .granted = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE,
      .expires_ms = site->spec.clock->wall_ms (site->spec.clock) + GUEST_TOKEN_MS,
  };
  return parlor_keyring_sign (site->spec.keyring, &claims, NULL);
}

static char *
guest_token (ParlorSite *site, ParlorRoom *room, const char *name)
{
  char identity[PARLOR_ID_SIZE];
  parlor_id_make ("g", &site->spec.random, identity);
  ParlorClaims claims = {
      .identity = identity,
      .brand = (char *)parlor_room_info (room)->brand,
      .room = (char *)parlor_room_info (room)->id,
      .name = (char *)name,
      /* The holder of a live room's link watches. */
      .role = parlor_room_is_live (room) ? PARLOR_ROLE_VIEWER : PARLOR_ROLE_GUEST,
      .granted = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE,
      .expires_ms = site->spec.clock->wall_ms (site->spec.clock) + GUEST_TOKEN_MS,
      .guest = TRUE,
  };
  return parlor_keyring_sign (site->spec.keyring, &claims, NULL);
}

/* Only the code opens a door: ids and aliases are no secrets. A live room is open to all: its link
 * has its id, so that a messenger can show a preview. */
static ParlorRoom *
find_by_code (ParlorSite *site, const char *text)
{
  char code[PARLOR_CODE_SIZE];
  if (text && site->spec.live && parlor_live_find (site->spec.live, text))
    return parlor_rooms_find (site->spec.rooms, text);
  if (!text || !parlor_code_parse (text, code))
    return NULL;
  return parlor_rooms_find (site->spec.rooms, code);
}

/* What somebody brings to the door; texts are borrowed. */
typedef struct
{
  const char *code, *name, *pass, *device; /* all but code nullable */
} Visit;

static json_t *
room_for_guest (ParlorSite *site, ParlorRoom *room)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:b,s:b,s:i}", "id", info->id, "title", info->title,
                            "kind", info->kind, "locked", info->locked, "lobby", info->lobby,
                            "participants", (int)parlor_room_n_participants (room));
  parlor_site_add_plan (site, room, json);
  return json;
}

static void
welcome_guest (ParlorSite *site, const ParlorHttpRequest *request, ParlorRoom *room,
               const Visit *visit, ParlorHttpReply *reply)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  const ParlorPassRow *pass = NULL;
  if (!parlor_site_welcomes (site, request, info->brand, reply)
      || (visit->pass
          && !(pass = parlor_site_take_pass (site, request, room, visit->pass, visit->device,
                                             reply))))
    return;
  g_autofree char *token = pass ? pass_token (site, room, pass, visit->name)
                                : guest_token (site, room, visit->name);
  if (!token)
    {
      parlor_http_problem (reply, 503, "unavailable",
                           "This server has no API key yet, so it cannot let guests in.");
      return;
    }
  if (site->spec.visitors && parlor_room_is_live (room) && !parlor_site_foreign (site, request))
    parlor_site_meet (site, request, info->brand, reply);
  json_t *json = json_pack ("{s:s,s:o}", "token", token, "room", room_for_guest (site, room));
  if (pass)
    json_object_set_new (json, "pass",
                         json_pack ("{s:s,s:s,s:s,s:s}", "id", pass->id, "name", pass->name,
                                    "company", pass->company, "role", pass->role));
  parlor_http_reply_json (reply, 200, json);
}

static void
try_code (ParlorSite *site, ParlorHttpRequest *request, const Visit *visit, ParlorHttpReply *reply)
{
  gint64 now_us = site->spec.clock->now_us (site->spec.clock);
  gint64 wait_us = parlor_rate_limit_wait (site->wrong_codes, request->peer, now_us);
  if (wait_us)
    {
      parlor_http_too_many (reply, wait_us,
                            "Too many wrong codes. Wait a little and look at the code again.");
      return;
    }
  ParlorRoom *room = find_by_code (site, visit->code);
  if (room)
    welcome_guest (site, request, room, visit, reply);
  else
    {
      parlor_rate_limit_take (site->wrong_codes, request->peer, now_us);
      parlor_http_problem (reply, 404, "no_such_room", "There is no open room with this code.");
    }
}

/* NULL = fine; else why not. */
static const char *
read_visit (const json_t *json, Visit *visit)
{
  const json_t *pass = json_object_get (json, "pass"), *device = json_object_get (json, "device");
  *visit = (Visit){.code = json_string_value (json_object_get (json, "code")),
                   .pass = json_string_value (pass),
                   .device = json_string_value (device)};
  if (!visit->code)
    return "The body must be {\"code\":\"…\"}.";
  if ((pass && !json_is_null (pass) && !visit->pass)
      || (device && (!visit->device || strlen (visit->device) > DEVICE_MAX)))
    return "pass and device are strings.";
  return NULL;
}

void
parlor_handle_guest (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  json_t *json = parlor_http_json_body (request);
  Visit visit;
  const char *why = read_visit (json, &visit);
  const json_t *said = json_object_get (json, "name");
  const char *text = json_string_value (said);
  if (why)
    parlor_http_problem (reply, 400, "bad_request", why);
  else if (said && !json_is_null (said)
           && (!text
               || (*text && !(name = parlor_text_line (text, PARLOR_NAME_MAX, "name", &error)))))
    parlor_http_problem (reply, 400, "bad_request",
                         error ? error->message : "name must be a string.");
  else
    {
      visit.name = name;
      try_code (site, request, &visit, reply);
    }
  json_decref (json);
}

/* sendBeacon sends text/plain, and nobody reads the answer: it is the same for every token. */
void
parlor_handle_leave (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  json_t *json = parlor_http_json_body (request);
  const char *token = json_string_value (json_object_get (json, "resume_token"));
  if (!token)
    parlor_http_problem (reply, 400, "bad_request", "The body must be {\"resume_token\":\"…\"}.");
  else
    {
      parlor_rooms_leave_by_token (site->spec.rooms, token,
                                   site->spec.clock->now_us (site->spec.clock));
      reply->status = 204;
    }
  json_decref (json);
}
