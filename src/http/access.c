/* SPDX-License-Identifier: Apache-2.0 */
/* Which room a path means, what the caller may do with it, and the answer that waits for the disk.
 */
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"

/* A token must name this room, and be a host's where something is changed. An API key was checked
 * by the router. */
static gboolean
may_touch (ParlorSite *site, ParlorHttpRequest *request, ParlorRoom *room, gboolean change,
           ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  if (!parlor_http_bearer (request))
    return TRUE;
  g_autoptr (ParlorClaims) claims = parlor_site_claims (site, request, &error);
  if (!claims)
    {
      parlor_http_problem_from_error (reply, error);
      return FALSE;
    }
  gboolean named = claims->room && parlor_rooms_find (site->spec.rooms, claims->room) == room;
  if (named && (!change || claims->role == PARLOR_ROLE_HOST))
    return TRUE;
  parlor_http_problem (reply, 403, "forbidden", "This token is not for that.");
  return FALSE;
}

ParlorRoom *
parlor_site_find_room (ParlorSite *site, ParlorHttpRequest *request, gboolean change,
                       ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  ParlorRoom *room = NULL;
  if (parlor_site_principal (site, request, &who))
    room = parlor_rooms_find_of (site->spec.rooms, who.brand, request->params[0]);
  if (!*who.brand)
    parlor_http_problem (reply, 401, "unauthorized", "The token was refused.");
  else if (!room)
    parlor_http_problem (reply, 404, "no_such_room", "There is no open room of that name.");
  else if (!may_touch (site, request, room, change, reply))
    room = NULL;
  return room;
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

/* ---- an answer that waits for the disk ------------------------------------------------------ */

typedef struct
{
  ParlorHttpReply *reply;     /* borrowed, while the handler runs */
  ParlorHttpPending *pending; /* afterwards */
  guint status;
  json_t *json; /* nullable */
  gboolean flushed;
} Promise;

static void
fulfil (const Promise *promise, gboolean durable, ParlorHttpReply *reply)
{
  if (!durable)
    parlor_http_problem (reply, 503, "unavailable", "The server cannot store this now. Try again.");
  else if (promise->json)
    parlor_http_reply_json (reply, promise->status, json_incref (promise->json));
  else
    reply->status = promise->status;
}

static void
promise_free (Promise *promise)
{
  json_decref (promise->json);
  g_free (promise);
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  Promise *promise = user_data;
  promise->flushed = TRUE;
  if (promise->reply)
    {
      fulfil (promise, durable, promise->reply);
      return;
    }
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  fulfil (promise, durable, &reply);
  parlor_http_answer (promise->pending, &reply);
  parlor_http_reply_clear (&reply);
  promise_free (promise);
}

void
parlor_site_answer_when_durable (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply, guint status, json_t *json)
{
  Promise *promise = g_new0 (Promise, 1);
  *promise = (Promise){.reply = reply, .status = status, .json = json};
  parlor_rooms_flush (site->spec.rooms, on_flushed, promise);
  if (promise->flushed)
    {
      promise_free (promise);
      return;
    }
  promise->reply = NULL;
  promise->pending = parlor_http_defer (request);
}
