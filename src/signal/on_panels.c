/* SPDX-License-Identifier: Apache-2.0 */
/* What stands beside a meeting: the token that a page hands its panel. */
#include "room/panels.h"
#include "room/room.h"
#include "signal/handlers.h"

/* A panel says hello again before it is over. */
#define LIFE_MS (10 * 60 * G_GINT64_CONSTANT (1000))

static char *
sign (ParlorSession *session, ParlorPanelKind kind, const char *origin, gint64 wall_ms,
      gint64 expires_ms)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  const ParlorParticipantInfo *info = parlor_participant_info (session->participant);
  const ParlorRoomInfo *room = parlor_room_info (parlor_participant_room (session->participant));
  const ParlorPanelClaims claims = {.brand = (char *)room->brand,
                                    .origin = (char *)origin,
                                    .room = (char *)room->id,
                                    .kind = (char *)parlor_panel_kind_name (kind),
                                    .participant = (char *)info->id,
                                    .name = (char *)info->name,
                                    .role = (char *)parlor_role_name (info->role),
                                    .at_ms = wall_ms,
                                    .expires_ms = expires_ms};
  return spec->auth->panel_token ? spec->auth->panel_token (spec->auth, &claims) : NULL;
}

PARLOR_MESSAGE_HANDLER (parlor_on_panel)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  gint64 wall_ms = spec->clock->wall_ms (spec->clock), expires_ms = wall_ms + LIFE_MS;
  ParlorPanelKind kind;
  if (!parlor_panel_kind_from_name (parlor_message_string (message, "kind"), &kind))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST, "panel: kind is doc or panel.");
  g_autofree char *origin = parlor_panel_origin_of (parlor_participant_room (session->participant),
                                                    kind, spec->demo);
  if (!origin)
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such panel here.");
  g_autofree char *token = sign (session, kind, origin, wall_ms, expires_ms);
  if (!token)
    return parlor_message_refuse (error, PARLOR_ERROR_UNAVAILABLE, "Nothing can be signed now.");
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:I}", "t", "panel", "kind",
                            parlor_panel_kind_name (kind), "origin", origin, "token", token,
                            "expires_at", (json_int_t)expires_ms);
  if (session->request_id)
    json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
  return TRUE;
}
