/* SPDX-License-Identifier: Apache-2.0 */
/* What an audience brings about: links that viewers pass on, bots in the comments, hours in
 * numbers. */
#include "http/access.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "live/bots.h"
#include "live/hours.h"
#include "live/invites.h"
#include "room/room.h"

#include <string.h>

#define LIST_MAX 500

static const char *
text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

/* FALSE: the reply says that there is none of it. */
static gboolean
is_here (gconstpointer part, ParlorHttpReply *reply)
{
  if (!part)
    parlor_http_problem (reply, 503, "unavailable", "This server has no live rooms.");
  return part != NULL;
}

/* ---- links that are passed on ---------------------------------------------------------------- */

static json_t *
invite_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorInvite *invite)
{
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = g_strdup_printf ("%s/i/%s", base, invite->id);
  return json_pack ("{s:s,s:s,s:s,s:s,s:s?,s:s?,s:I,s:I,s:I,s:I}", "id", invite->id, "url", url,
                    "room", invite->room, "owner", invite->owner, "customer",
                    parlor_site_customer_of (site, invite->brand, invite->owner), "parent",
                    *invite->parent ? invite->parent : NULL, "depth", (json_int_t)invite->depth,
                    "opened", (json_int_t)invite->opened, "came", (json_int_t)invite->came,
                    "made_at", (json_int_t)invite->made_ms);
}

/* By what he came himself: an invite, or the link of a rep. */
static const char *
parent_of (ParlorSite *site, const char *visitor)
{
  const ParlorTouch *touch = parlor_visitors_last_touch (site->spec.visitors, visitor);
  gboolean led = touch && (*touch->inviter || g_str_has_prefix (touch->entry, "inv_"));
  return led ? touch->entry : NULL;
}

void
parlor_handle_invite_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorLiveRoom *live = parlor_live_find (site->spec.live, request->params[0]);
  const ParlorLiveInfo *info = live ? parlor_live_info (live) : NULL;
  if (!info || !site->spec.invites)
    {
      parlor_http_problem (reply, 404, "no_such_room", "There is no stream at this address.");
      return;
    }
  if (!parlor_site_welcomes (site, request, info->brand, reply))
    return;
  /* A page of ours gets its cookie here where it had none; one of a brand's own site has a key. */
  const char *visitor = parlor_site_foreign (site, request)
                            ? parlor_site_visitor_of (site, request, info->brand)
                            : parlor_site_meet (site, request, info->brand, reply)->id;
  /* One who is not kept is another the next time, and would have another link. */
  const ParlorInvite *invite = parlor_visitors_find (site->spec.visitors, visitor)
                                   ? parlor_invites_make (
                                       site->spec.invites, info->brand, info->room, visitor,
                                       parent_of (site, visitor), parlor_site_wall_ms (site))
                                   : NULL;
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = invite ? g_strdup_printf ("%s/i/%s", base, invite->id)
                                : g_strdup_printf ("%s/l/%s", base, info->room);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:s,s:s?}", "url", url, "id", invite ? invite->id : NULL));
}

/* He came by this link; by his own, nobody led him. */
static void
note_coming (ParlorSite *site, const ParlorInvite *invite, const char *visitor)
{
  const ParlorTouch *last = parlor_visitors_last_touch (site->spec.visitors, visitor);
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, invite->room);
  ParlorRecordSink *sink = site->spec.records;
  ParlorTouch touch = {
      .visitor = (char *)visitor,
      .entry = invite->id,
      .inviter = invite->owner,
      .room = invite->room,
      .room_ms = room ? parlor_room_ms (room, site->spec.clock->now_us (site->spec.clock)) : 0,
      .at_ms = parlor_site_wall_ms (site),
  };
  if (!strcmp (invite->owner, visitor))
    return;
  gboolean is_new = !last || strcmp (last->entry, invite->id) != 0;
  if (sink)
    sink->begin (sink);
  const ParlorTouch *made = parlor_visitors_touch (site->spec.visitors, &touch);
  parlor_invites_open (site->spec.invites, invite->id, made && is_new);
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("visitor", visitor),
                              PARLOR_DATUM_TEXT ("touch", made ? made->id : NULL),
                              PARLOR_DATUM_TEXT ("inviter", invite->owner)};
  parlor_site_happened (site, "entry.impression", invite->brand, invite->id, touch.room_ms, data,
                        G_N_ELEMENTS (data));
  if (sink)
    sink->end (sink);
}

void
parlor_handle_invite_open (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorInvite *invite = site->spec.invites
                                   ? parlor_invites_find (site->spec.invites, request->params[0])
                                   : NULL;
  if (!invite)
    {
      parlor_http_problem (reply, 404, "not_found", "This link leads nowhere any more.");
      return;
    }
  note_coming (site, invite, parlor_site_meet (site, request, invite->brand, reply)->id);
  g_autofree char *target = parlor_live_find (site->spec.live, invite->room)
                                ? g_strdup_printf ("/l/%s", invite->room)
                                : g_strdup_printf ("/b/%s", invite->brand);
  reply->status = 303;
  parlor_http_reply_header (reply, "Location", target);
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}

void
parlor_handle_invite_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  ParlorPrincipal who;
  if (!is_here (site->spec.invites, reply))
    return;
  parlor_site_principal (site, request, &who);
  g_autofree const ParlorInvite **rows = parlor_invites_list (
      site->spec.invites, who.brand, parlor_http_query (request, "room"),
      parlor_http_query (request, "cursor"), LIST_MAX, &n);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, invite_to_json (site, request, rows[i]));
  parlor_http_reply_json (
      reply, 200,
      json_pack ("{s:o,s:s?}", "invites", list, "cursor", n == LIST_MAX ? rows[n - 1]->id : NULL));
}

/* The chain back to the first link; a rep's own stands at its end. */
void
parlor_handle_invite_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorInvite *chain[PARLOR_INVITE_CHAIN];
  if (!is_here (site->spec.invites, reply))
    return;
  parlor_site_principal (site, request, &who);
  guint n = parlor_invites_chain (site->spec.invites, request->params[0], chain);
  if (!n || strcmp (chain[0]->brand, who.brand))
    {
      parlor_http_problem (reply, 404, "not_found", "There is no such invite.");
      return;
    }
  const ParlorEntry *first = parlor_visitors_find_entry (site->spec.visitors, chain[n - 1]->parent);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, invite_to_json (site, request, chain[i]));
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:o,s:s?,s:s?}", "chain", list, "entry",
                                     first ? first->id : NULL, "rep",
                                     first && *first->rep ? first->rep : NULL));
}

/* ---- bots ----------------------------------------------------------------------------------- */

static json_t *
bot_to_json (const ParlorBot *bot, const char *token)
{
  return json_pack ("{s:s,s:s,s:s?,s:I,s:s*}", "id", bot->id, "name", bot->name, "room",
                    *bot->room ? bot->room : NULL, "made_at", (json_int_t)bot->made_ms, "token",
                    token);
}

void
parlor_handle_bot_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  char token[PARLOR_BOT_TOKEN_SIZE];
  if (!is_here (site->spec.bots, reply))
    return;
  json_t *json = parlor_http_json_body (request);
  const char *name = text (json, "name"), *room = text (json, "room");
  const ParlorBot *bot;
  parlor_site_principal (site, request, &who);
  if (name && parlor_live_is_protected (site->spec.live, who.brand, name))
    parlor_http_problem (reply, 409, "conflict", "Somebody of the house is called so.");
  else if (room && !parlor_rooms_find_of (site->spec.rooms, who.brand, room))
    parlor_http_problem (reply, 404, "no_such_room", "There is no open room of that name.");
  else if ((bot = parlor_bots_make (site->spec.bots, who.brand, name, room,
                                    parlor_site_wall_ms (site), token, &error)))
    parlor_http_reply_json (reply, 201, bot_to_json (bot, token));
  else
    parlor_http_problem_from_error (reply, error);
  json_decref (json);
}

void
parlor_handle_bot_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  ParlorPrincipal who;
  if (!is_here (site->spec.bots, reply))
    return;
  parlor_site_principal (site, request, &who);
  g_autofree const ParlorBot **bots = parlor_bots_list (site->spec.bots, who.brand, &n);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, bot_to_json (bots[i], NULL));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "bots", list));
}

void
parlor_handle_bot_revoke (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  if (!is_here (site->spec.bots, reply))
    return;
  parlor_site_principal (site, request, &who);
  if (parlor_bots_revoke (site->spec.bots, who.brand, request->params[0],
                          parlor_site_wall_ms (site)))
    reply->status = 204;
  else
    parlor_http_problem (reply, 404, "not_found", "There is no such bot.");
}

static json_t *
comment_to_json (const ParlorComment *comment)
{
  return json_pack ("{s:s,s:s,s:s,s:I,s:I,s:b}", "id", comment->id, "name", comment->name, "text",
                    comment->text, "room_ms", (json_int_t)comment->room_ms, "at",
                    (json_int_t)comment->at_ms, "bot", 1);
}

static void
bot_says (ParlorSite *site, const ParlorBot *bot, ParlorRoom *room, const json_t *json,
          ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorClock *clock = site->spec.clock;
  gint64 now_us = clock->now_us (clock);
  const char *client_id = text (json, "client_id"), *said = text (json, "text");
  ParlorLiveRoom *live = parlor_live_find (site->spec.live, parlor_room_info (room)->id);
  ParlorLiveWho who = {.person = bot->id, .name = bot->name, .is_bot = TRUE};
  if (!client_id || !*client_id || strlen (client_id) > 64 || !said)
    {
      parlor_http_problem (reply, 400, "bad_request",
                           "The body must be {\"client_id\":\"…\",\"text\":\"…\"}.");
      return;
    }
  gint64 wait_us = parlor_bots_take (site->spec.bots, bot, now_us);
  if (wait_us)
    {
      parlor_http_too_many (reply, wait_us, "A bot says 20 things a minute at most.");
      return;
    }
  const ParlorComment *comment = parlor_live_comment (
      live, &who, client_id, said,
      (ParlorLiveNow){now_us, clock->wall_ms (clock), parlor_room_ms (room, now_us)}, &error);
  if (comment)
    parlor_http_reply_json (reply, 201, comment_to_json (comment));
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_bot_comment (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorBot *bot = site->spec.bots
                             ? parlor_bots_recognise (site->spec.bots, parlor_http_bearer (request))
                             : NULL;
  ParlorRoom *room = bot ? parlor_rooms_find_of (site->spec.rooms, bot->brand, request->params[0])
                         : NULL;
  if (!bot)
    {
      parlor_http_problem (reply, 401, "unauthorized", "This needs a bot's token.");
      parlor_http_reply_header (reply, "WWW-Authenticate", "Bearer");
      return;
    }
  if (!room || !parlor_live_find (site->spec.live, parlor_room_info (room)->id)
      || (*bot->room && strcmp (bot->room, parlor_room_info (room)->id)))
    {
      parlor_http_problem (reply, 404, "no_such_room", "There is no such live room for this bot.");
      return;
    }
  json_t *json = parlor_http_json_body (request);
  bot_says (site, bot, room, json, reply);
  json_decref (json);
}

/* ---- hours ---------------------------------------------------------------------------------- */

static json_t *
hour_to_json (const ParlorLiveHour *hour)
{
  return json_pack ("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "from", (json_int_t)hour->hour_ms,
                    "on_air_s", (json_int_t)hour->on_air_s, "viewers",
                    (json_int_t)(hour->on_air_s ? hour->viewer_s / hour->on_air_s : 0), "peak",
                    (json_int_t)hour->peak, "joined", (json_int_t)hour->joined, "comments",
                    (json_int_t)hour->comments, "bot_comments", (json_int_t)hour->bot_comments,
                    "likes", (json_int_t)hour->likes, "pins", (json_int_t)hour->pins);
}

void
parlor_handle_live_hours (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  ParlorPrincipal who;
  if (!is_here (site->spec.hours, reply))
    return;
  if (!parlor_site_find_stream (site, request, &who, reply))
    return;
  const ParlorLiveHour *const *hours = parlor_live_hours_of (site->spec.hours, request->params[0],
                                                             &n);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, hour_to_json (hours[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "hours", list));
}
