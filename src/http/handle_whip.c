/* SPDX-License-Identifier: Apache-2.0 */
/* WHIP (RFC 9725), and WHEP in its likeness (draft-ietf-wish-whep): POST makes a session, its
 * Location is PATCHed (trickle, ICE restart) and DELETEd. What a session publishes or sees is the
 * domain's business; here are only the URLs, the entity tags and who may touch them. */
#include "http/handlers.h"
#include "http/problem.h"
#include "room/moderation.h"

#include <string.h>

#define SDP "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"

typedef struct
{
  char id[PARLOR_TOKEN_SIZE];
  char *identity; /* of the token that made it; NULL = the demo's */
  char *issuer;
  ParlorPrincipal principal;      /* who made it */
  char *etag;                     /* with its quotes */
  ParlorParticipant *participant; /* borrowed until CLOSED or leave; NULL while it is being made */
} Session;

struct _ParlorWhip
{
  GHashTable *by_id;  /* Session.id (inside) → owned Session */
  GHashTable *living; /* set of Session pointers: which sessions of the domain's events are ours */
};

static void
session_free (gpointer data)
{
  Session *session = data;
  g_free (session->identity);
  g_free (session->issuer);
  g_free (session->etag);
  g_free (session);
}

ParlorWhip *
parlor_whip_new (void)
{
  ParlorWhip *whip = g_new0 (ParlorWhip, 1);
  whip->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, session_free);
  whip->living = g_hash_table_new (NULL, NULL);
  return whip;
}

void
parlor_whip_free (ParlorWhip *whip)
{
  if (!whip)
    return;
  g_hash_table_unref (whip->living);
  g_hash_table_unref (whip->by_id);
  g_free (whip);
}

static void
forget (ParlorWhip *whip, Session *session)
{
  g_hash_table_remove (whip->living, session);
  g_hash_table_remove (whip->by_id, session->id);
}

gboolean
parlor_whip_event (ParlorWhip *whip, const ParlorRoomEvent *event)
{
  Session *session = event->session;
  if (event->audience != PARLOR_TO_ONE || !g_hash_table_contains (whip->living, session))
    return FALSE;
  if (event->type == PARLOR_EVENT_CLOSED || event->type == PARLOR_EVENT_DENIED)
    forget (whip, session);
  return TRUE;
}

void
parlor_site_recheck (ParlorSite *site)
{
  ParlorAuth *auth = parlor_keyring_auth (site->spec.keyring);
  gint64 wall_ms = site->spec.clock->wall_ms (site->spec.clock);
  g_autofree gpointer *sessions = g_hash_table_get_keys_as_array (site->whip->living, NULL);
  for (guint i = 0; sessions[i]; i++)
    {
      Session *session = sessions[i];
      ParlorParticipant *participant = session->participant;
      if (!participant || auth->stands (auth, &session->principal, wall_ms))
        continue;
      forget (site->whip, session);
      parlor_participant_leave (participant, site->spec.clock->now_us (site->spec.clock));
    }
}

/* ---- POST ----------------------------------------------------------------------------------- */

typedef struct
{
  ParlorSite *site;
  ParlorHttpRequest *request;
  ParlorHttpReply *reply;
  ParlorClaims *claims; /* owned; NULL = trusted without a token */
  ParlorRoom *room;
  gboolean made_room;
  const char *identity; /* who comes */
  char made_identity[PARLOR_ID_SIZE];
} Visit;

static gboolean
refuse (Visit *visit, guint status, const char *code, const char *detail)
{
  parlor_http_problem (visit->reply, status, code, detail);
  return FALSE;
}

static gboolean
take_claims (Visit *visit)
{
  g_autoptr (GError) error = NULL;
  if (!parlor_http_bearer (visit->request))
    return TRUE; /* the router let only the demo's loopback through without one */
  visit->claims = parlor_site_claims (visit->site, visit->request, &error);
  if (!visit->claims)
    {
      parlor_http_problem_from_error (visit->reply, error);
      parlor_http_reply_header (visit->reply, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
      return FALSE;
    }
  return parlor_site_welcomes (visit->site, visit->request, visit->claims->brand, visit->reply);
}

static gboolean
names_room (Visit *visit, const char *name)
{
  const char *said = visit->claims->room;
  if (!said)
    return FALSE;
  return !strcmp (said, name)
         || (visit->room && parlor_rooms_find (visit->site->spec.rooms, said) == visit->room);
}

static gboolean
take_room (Visit *visit)
{
  g_autoptr (GError) error = NULL;
  ParlorRooms *rooms = visit->site->spec.rooms;
  const char *name = visit->request->params[0];
  const char *brand = visit->claims ? visit->claims->brand : PARLOR_DEMO_BRAND;
  visit->room = parlor_rooms_find_of (rooms, brand, name);
  if (visit->claims && !names_room (visit, name))
    return refuse (visit, 403, "forbidden", "This token is for another room.");
  if (visit->room)
    return TRUE;
  if (!visit->site->spec.demo)
    return refuse (visit, 404, "no_such_room", "There is no open room of that name.");
  ParlorRoomSpec spec = {.brand = brand, .title = name, .alias = name};
  visit->room = parlor_rooms_create (rooms, &spec, parlor_site_now_us (visit->site), &error);
  visit->made_room = TRUE;
  if (!visit->room)
    parlor_http_problem_from_error (visit->reply, error);
  return visit->room != NULL;
}

static void
fill_join (Visit *visit, Session *session, ParlorJoin *join)
{
  const ParlorClaims *claims = visit->claims;
  ParlorSite *site = visit->site;
  *join = (ParlorJoin){.identity = visit->identity, .name = visit->identity, .session = session};
  join->role = PARLOR_ROLE_MEMBER;
  join->granted = PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE;
  if (!claims)
    return;
  join->role = claims->role;
  join->granted = claims->granted;
  join->guest = claims->guest;
  join->name = claims->name ? claims->name : claims->identity;
  join->company = claims->company;
  gint64 left_ms = claims->expires_ms - site->spec.clock->wall_ms (site->spec.clock);
  join->valid_us = MAX (left_ms, 1) * 1000;
}

static Session *
session_new (Visit *visit)
{
  ParlorWhip *whip = visit->site->whip;
  Session *session = g_new0 (Session, 1);
  parlor_token_make (&visit->site->spec.random, session->id);
  session->identity = visit->claims ? g_strdup (visit->claims->identity) : NULL;
  session->issuer = visit->claims ? g_strdup (visit->claims->issuer) : NULL;
  if (visit->claims)
    parlor_claims_principal (visit->claims, &session->principal);
  g_hash_table_insert (whip->by_id, session->id, session);
  g_hash_table_add (whip->living, session);
  return session;
}

/* RFC 9725 section 4.6: servers as Link headers. */
static void
add_ice_links (Visit *visit)
{
  const ParlorSiteSpec *spec = &visit->site->spec;
  json_t *servers = spec->ice_servers ? spec->ice_servers (visit->identity, spec->ice_data) : NULL;
  json_t *server, *url;
  gsize i, k;
  json_array_foreach (servers, i, server)
  {
    const char *username = json_string_value (json_object_get (server, "username"));
    const char *credential = json_string_value (json_object_get (server, "credential"));
    json_array_foreach (json_object_get (server, "urls"), k, url)
    {
      g_autofree char *link = username ? g_strdup_printf (
                                  "<%s>; rel=\"ice-server\"; username=\"%s\"; credential=\"%s\"; "
                                  "credential-type=\"password\"",
                                  json_string_value (url), username, credential)
                                       : g_strdup_printf ("<%s>; rel=\"ice-server\"",
                                                          json_string_value (url));
      parlor_http_reply_header (visit->reply, "Link", link);
    }
  }
  json_decref (servers);
}

static void
reply_created (Visit *visit, Session *session, const ParlorMediaAnswer *answer)
{
  g_autofree char *location = g_strconcat ("/whip-session/", session->id, NULL);
  session->etag = g_strdup_printf ("\"%s\"", answer->ice_ufrag);
  parlor_http_reply_text (visit->reply, 201, SDP, answer->sdp);
  parlor_http_reply_header (visit->reply, "Location", location);
  parlor_http_reply_header (visit->reply, "ETag", session->etag);
  parlor_http_reply_header (visit->reply, "Accept-Patch", FRAGMENT);
  parlor_http_reply_header (visit->reply, "Cache-Control", "no-store");
  add_ice_links (visit);
}

/* Rather an answer that says why than a black picture. */
static gboolean
fits (Visit *visit, const ParlorParticipant *player)
{
  const ParlorSiteSpec *spec = &visit->site->spec;
  if (!spec->judge_player
      || spec->judge_player (player, spec->judge_data) != PARLOR_FIT_UNAVAILABLE)
    return TRUE;
  refuse (visit, 503, "no_conversion",
          "The stream is in a codec that this offer does not decode, and the server has no room "
          "to convert it. Offer that codec too, or come again later.");
  parlor_http_reply_header (visit->reply, "Retry-After", "10");
  return FALSE;
}

static void
enter (Visit *visit, gboolean publishes, const char *publisher)
{
  g_autoptr (GError) error = NULL;
  ParlorMediaAnswer answer = {0};
  ParlorJoin join;
  ParlorHttpRequest *request = visit->request;
  Session *session = session_new (visit);
  const char *sdp = request->body ? request->body : "";
  fill_join (visit, session, &join);
  ParlorParticipant *participant = publishes ? parlor_room_publish (
                                       visit->room, &join, sdp, request->body_length, &answer,
                                       parlor_site_now_us (visit->site), &error)
                                             : parlor_room_play (visit->room, &join, publisher, sdp,
                                                                 request->body_length, &answer,
                                                                 parlor_site_now_us (visit->site),
                                                                 &error);
  if (participant && !publishes && !fits (visit, participant))
    {
      forget (visit->site->whip, session);
      parlor_participant_leave (participant, parlor_site_now_us (visit->site));
      parlor_media_answer_clear (&answer);
      return;
    }
  if (participant)
    {
      session->participant = participant;
      reply_created (visit, session, &answer);
      parlor_media_answer_clear (&answer);
      return;
    }
  forget (visit->site->whip, session);
  parlor_http_problem_from_error (visit->reply, error);
  /* A room made for an offer that nobody could answer is not kept: URLs are free to invent. */
  if (visit->made_room)
    parlor_room_end (visit->room, NULL, parlor_site_now_us (visit->site), NULL);
}

static gboolean
has_body (Visit *visit)
{
  return visit->request->body_length
         || refuse (visit, 400, "bad_request", "The body must be an SDP offer.");
}

void
parlor_handle_whip_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Visit visit = {.site = site, .request = request, .reply = reply, .identity = request->params[1]};
  if (take_claims (&visit))
    {
      if (visit.claims && strcmp (visit.claims->identity, visit.identity))
        refuse (&visit, 403, "forbidden", "This token is for another identity.");
      else if (has_body (&visit) && take_room (&visit))
        enter (&visit, TRUE, NULL);
    }
  parlor_claims_free (visit.claims);
}

void
parlor_handle_whep_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Visit visit = {.site = site, .request = request, .reply = reply};
  const char *publisher = *request->params[1] ? request->params[1] : NULL;
  if (take_claims (&visit) && has_body (&visit) && take_room (&visit))
    {
      parlor_id_make ("w", &site->spec.random, visit.made_identity);
      visit.identity = visit.claims ? visit.claims->identity : visit.made_identity;
      enter (&visit, FALSE, publisher);
    }
  parlor_claims_free (visit.claims);
}

/* ---- the session's own URL ------------------------------------------------------------------ */

static gboolean
may_touch (Visit *visit, const Session *session)
{
  if (!take_claims (visit))
    return FALSE;
  const ParlorClaims *claims = visit->claims;
  if (!claims
      || (session->identity && !strcmp (claims->identity, session->identity)
          && !strcmp (claims->issuer, session->issuer)))
    return TRUE;
  return refuse (visit, 403, "forbidden", "This token did not make this session.");
}

/* NULL: the reply is filled. */
static Session *
find_session (Visit *visit)
{
  Session *session = g_hash_table_lookup (visit->site->whip->by_id, visit->request->params[0]);
  if (!session)
    {
      refuse (visit, 404, "no_such_session", "This session has ended.");
      return NULL;
    }
  return may_touch (visit, session) ? session : NULL;
}

/* RFC 9725 section 4.3.1: 428 without If-Match, 412 when it is of older ICE credentials; "*" (also
 * in quotes, as the RFC's own example has it) is for a restart. */
static gboolean
matches (Visit *visit, const Session *session)
{
  const char *tag = parlor_http_header (visit->request, "If-Match");
  if (!tag)
    return refuse (visit, 428, "precondition_required", "Say in If-Match which ETag this is for.");
  if (!strcmp (tag, "*") || !strcmp (tag, "\"*\"") || !strcmp (tag, session->etag))
    return TRUE;
  return refuse (visit, 412, "precondition_failed", "The session has another ETag by now.");
}

static void
patch (Visit *visit, Session *session)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL, *ufrag = NULL;
  ParlorHttpRequest *request = visit->request;
  if (!parlor_participant_patch (session->participant, request->body ? request->body : "",
                                 request->body_length, &answer, &ufrag, &error))
    {
      parlor_http_problem_from_error (visit->reply, error);
      return;
    }
  if (!answer)
    {
      visit->reply->status = 204;
      return;
    }
  if (ufrag)
    {
      g_free (session->etag);
      session->etag = g_strdup_printf ("\"%s\"", ufrag);
    }
  parlor_http_reply_text (visit->reply, 200, FRAGMENT, answer);
  parlor_http_reply_header (visit->reply, "ETag", session->etag);
}

void
parlor_handle_session_patch (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Visit visit = {.site = site, .request = request, .reply = reply};
  Session *session = find_session (&visit);
  if (session && matches (&visit, session))
    patch (&visit, session);
  parlor_claims_free (visit.claims);
}

void
parlor_handle_session_delete (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Visit visit = {.site = site, .request = request, .reply = reply};
  Session *session = find_session (&visit);
  if (session)
    {
      ParlorParticipant *participant = session->participant;
      forget (site->whip, session);
      parlor_participant_leave (participant, parlor_site_now_us (site));
      reply->status = 200;
    }
  parlor_claims_free (visit.claims);
}

/* ---- OPTIONS -------------------------------------------------------------------------------- */

void
parlor_handle_whip_options (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  reply->status = 204;
  parlor_http_reply_header (reply, "Allow", "POST, OPTIONS");
  parlor_http_reply_header (reply, "Accept-Post", SDP);
  parlor_cors_preflight (request, "POST, OPTIONS", reply);
}

void
parlor_handle_session_options (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  reply->status = 204;
  parlor_http_reply_header (reply, "Allow", "PATCH, DELETE, OPTIONS");
  parlor_http_reply_header (reply, "Accept-Patch", FRAGMENT);
  parlor_cors_preflight (request, "PATCH, DELETE, OPTIONS", reply);
}
