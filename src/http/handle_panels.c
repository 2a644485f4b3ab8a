/* SPDX-License-Identifier: Apache-2.0 */
/* What stands beside a meeting (docs/decisions/0059-panels.md): the page that holds a panel, and
 * the answer to a panel's server that asks whose token it was shown. */
#include "http/handlers.h"
#include "http/problem.h"
#include "room/panels.h"

#include <string.h>

/* No script of its own: the meeting's page puts the frame into it, and this policy, which names the
 * one origin of this room's panel, is the one that counts. */
#define PAGE_POLICY                                                                                \
  "default-src 'none'; frame-src %s; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
#define PAGE                                                                                       \
  "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"                                      \
  "<meta name=\"color-scheme\" content=\"light dark\"><title>Panel</title><body></body></html>"
/* For it and for all that is in it. */
#define PAGE_PERMISSIONS                                                                           \
  "camera=(), microphone=(), display-capture=(), screen-wake-lock=(), speaker-selection=(), "      \
  "autoplay=(), fullscreen=(), picture-in-picture=(), clipboard-write=(), clipboard-read=(), "     \
  "geolocation=(), payment=(), usb=(), serial=(), midi=(), hid=(), publickey-credentials-get=()"

void
parlor_handle_panel_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPanelKind kind;
  const char *id = request->params[0];
  /* By its id alone: an alias or a code can be guessed. */
  ParlorRoom *room = g_str_has_prefix (id, "rm_") ? parlor_rooms_find (site->spec.rooms, id) : NULL;
  g_autofree char *origin = room && parlor_panel_kind_from_name (request->params[1], &kind)
                                ? parlor_panel_origin_of (room, kind, site->spec.demo)
                                : NULL;
  if (!origin)
    {
      parlor_http_problem (reply, 404, "no_such_panel", "There is no panel at this address.");
      return;
    }
  g_autofree char *policy = g_strdup_printf (PAGE_POLICY, origin);
  parlor_http_reply_text (reply, 200, "text/html; charset=utf-8", PAGE);
  parlor_http_reply_header (reply, "Content-Security-Policy", policy);
  parlor_http_reply_header (reply, "Permissions-Policy", PAGE_PERMISSIONS);
  parlor_http_reply_header (reply, "Referrer-Policy", "no-referrer");
  parlor_http_reply_header (reply, "X-Content-Type-Options", "nosniff");
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}

/* Who holds this token and is in its room now, with a panel of that origin still in it. */
static const ParlorParticipantInfo *
find_person (ParlorSite *site, const ParlorPanelClaims *claims)
{
  ParlorPanelKind kind;
  const ParlorRoom *room = parlor_rooms_find_of (site->spec.rooms, claims->brand, claims->room);
  const ParlorParticipant *who = room ? parlor_room_find (room, claims->participant) : NULL;
  if (!who || !parlor_panel_kind_from_name (claims->kind, &kind))
    return NULL;
  g_autofree char *origin = parlor_panel_origin_of (room, kind, site->spec.demo);
  const ParlorParticipantInfo *info = parlor_participant_info (who);
  return !info->waiting && !g_strcmp0 (origin, claims->origin) ? info : NULL;
}

static json_t *
describe (const ParlorPanelClaims *claims, const ParlorParticipantInfo *info)
{
  return json_pack ("{s:b,s:s,s:s,s:s,s:s,s:s,s:s,s:s*,s:I}", "active", TRUE, "room", claims->room,
                    "kind", claims->kind, "origin", claims->origin, "participant", info->id, "name",
                    info->name, "role", parlor_role_name (info->role), "company", info->company,
                    "expires_at", (json_int_t)claims->expires_ms);
}

void
parlor_handle_panel_check (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  gint64 wall_ms = site->spec.clock->wall_ms (site->spec.clock);
  json_t *body = parlor_http_json_body (request);
  const char *token = json_string_value (json_object_get (body, "token"));
  g_auto (ParlorPanelClaims) claims = {0};
  const ParlorParticipantInfo *info = NULL;
  if (!token)
    parlor_http_problem (reply, 400, "bad_request", "The body is {token}.");
  else if (parlor_keyring_read_panel (site->spec.keyring, token, wall_ms, &claims)
           && (info = find_person (site, &claims)))
    parlor_http_reply_json (reply, 200, describe (&claims, info));
  else
    parlor_http_reply_json (reply, 200, json_pack ("{s:b}", "active", FALSE));
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
  json_decref (body);
}
