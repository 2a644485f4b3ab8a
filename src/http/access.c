/* SPDX-License-Identifier: Apache-2.0 */
#include "http/access.h"

#include "http/problem.h"
#include "http/service.h"

#include <string.h>

/* By its id, also when it is closed, or by the code or alias of one that is open. */
static gboolean
names_room (ParlorSite *site, const ParlorClaims *claims, const char *id)
{
  const ParlorRoom *open = claims->room ? parlor_rooms_find (site->spec.rooms, claims->room) : NULL;
  return !g_strcmp0 (open ? parlor_room_info (open)->id : claims->room, id);
}

/* Who is no more of a call does nothing with the token that he has. */
static gboolean
left_call (ParlorSite *site, const ParlorClaims *claims, const char *id)
{
  const ParlorCall *call = site->spec.service
                               ? parlor_service_call_of_room (site->spec.service->service, id)
                               : NULL;
  return call && !parlor_service_call_admits (call, claims->identity);
}

gboolean
parlor_site_token_fits (ParlorSite *site, const ParlorHttpRequest *request, const char *id,
                        ParlorTokenNeed need, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  if (!parlor_http_bearer (request))
    return TRUE;
  g_autoptr (ParlorClaims) claims = parlor_site_claims (site, request, &error);
  if (!claims)
    parlor_http_problem_from_error (reply, error);
  else if ((need == PARLOR_TOKEN_OF_HOST && claims->role != PARLOR_ROLE_HOST)
           || !names_room (site, claims, id) || left_call (site, claims, id))
    parlor_http_problem (reply, 403, "forbidden", "This token is not for that.");
  else
    return TRUE;
  return FALSE;
}

/* Of the caller's brand; a stranger's `brand` is "". */
static gboolean
has_brand (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *who,
           ParlorHttpReply *reply)
{
  parlor_site_principal (site, request, who);
  if (!*who->brand)
    parlor_http_problem (reply, 401, "unauthorized", "The token was refused.");
  return *who->brand != 0;
}

ParlorRoom *
parlor_site_find_room (ParlorSite *site, const ParlorHttpRequest *request, ParlorTokenNeed need,
                       ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  if (!has_brand (site, request, &who, reply))
    return NULL;
  ParlorRoom *room = parlor_rooms_find_of (site->spec.rooms, who.brand, request->params[0]);
  if (!room)
    parlor_http_problem (reply, 404, "no_such_room", "There is no open room of that name.");
  else if (parlor_site_token_fits (site, request, parlor_room_info (room)->id, need, reply))
    return room;
  return NULL;
}

ParlorLiveRoom *
parlor_site_find_live (ParlorSite *site, const ParlorHttpRequest *request, ParlorTokenNeed need,
                       ParlorRoom **room, ParlorHttpReply *reply)
{
  ParlorLiveRoom *live = NULL;
  *room = parlor_site_find_room (site, request, need, reply);
  if (*room && site->spec.live)
    live = parlor_live_find (site->spec.live, parlor_room_info (*room)->id);
  if (*room && !live)
    parlor_http_problem (reply, 404, "no_such_room", "This is not a live room.");
  return live;
}

ParlorLiveRoom *
parlor_site_find_stream (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *who,
                         ParlorHttpReply *reply)
{
  if (!has_brand (site, request, who, reply))
    return NULL;
  ParlorLiveRoom *live = site->spec.live ? parlor_live_find (site->spec.live, request->params[0])
                                         : NULL;
  if (!live || strcmp (parlor_live_info (live)->brand, who->brand) != 0)
    parlor_http_problem (reply, 404, "no_such_room", "There is no stream of that name.");
  else if (parlor_site_token_fits (site, request, parlor_live_info (live)->room,
                                   PARLOR_TOKEN_OF_HOST, reply))
    return live;
  return NULL;
}

gboolean
parlor_site_may_plan (const ParlorHttpRequest *request, const ParlorRoom *room, GError **error)
{
  if (!parlor_http_bearer (request) || !parlor_room_info (room)->by_stranger)
    return TRUE;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAUTHORIZED,
                       "Sign in to plan a meeting or to invite.");
  return FALSE;
}
