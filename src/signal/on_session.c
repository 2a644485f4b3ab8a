/* SPDX-License-Identifier: Apache-2.0 */
/* Coming and going, media negotiation, what the page shows and publishes. */
#include "signal/encode.h"
#include "signal/handlers.h"

#include <string.h>

/* After the join offers may come: they are the only long messages. */
#define JOINED_MESSAGE_BYTES (256 * 1024)
/* An answer costs 3 ms, a message some microseconds. A page offers once, and at each ICE restart.
 */
#define OFFER_INTERVAL_US (2 * G_USEC_PER_SEC)
#define OFFER_BURST 8

static guint
number (const json_t *message, const char *name)
{
  double value = json_number_value (json_object_get (message, name));
  return (guint)CLAMP (value, 0, G_MAXINT32);
}

/* ---- join ----------------------------------------------------------------------------------- */

/* Ends a join that cannot be: the error, then the close code that tells the page not to come back.
 */
static gboolean
turn_away (ParlorSession *session, guint16 close_code, GError *error)
{
  parlor_session_send_error (session, parlor_error_rt_name (error), error->message);
  parlor_session_close (session, close_code, parlor_error_rt_name (error));
  g_error_free (error);
  return FALSE;
}

static gboolean
turn_away_with (ParlorSession *session, guint16 close_code, ParlorErrorCode code,
                const char *message)
{
  return turn_away (session, close_code, g_error_new_literal (PARLOR_ERROR, code, message));
}

static ParlorClaims *
trusted_claims (ParlorSession *session, const json_t *message)
{
  char identity[PARLOR_ID_SIZE];
  parlor_id_make ("u", &session->signal->spec.random, identity);
  const ParlorClaims claims = {
      .identity = g_strdup (identity),
      .brand = g_strdup (PARLOR_DEMO_BRAND),
      .room = g_strdup (parlor_message_string (message, "room")),
      .role = PARLOR_ROLE_MEMBER,
      .granted = PARLOR_RIGHTS_OF_TOKEN & ~PARLOR_RIGHT_RECORD,
  };
  return g_memdup2 (&claims, sizeof claims);
}

/* NULL: the peer was turned away. */
static ParlorClaims *
claims_for (ParlorSession *session, const json_t *message)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  const char *token = parlor_message_string (message, "token");
  GError *error = NULL;
  if (!token && session->trusted)
    return trusted_claims (session, message);
  ParlorClaims *claims = token ? spec->auth->verify (spec->auth, token,
                                                     spec->clock->wall_ms (spec->clock), &error)
                               : NULL;
  if (claims && !claims->room)
    {
      parlor_claims_free (claims);
      claims = NULL;
    }
  if (!claims && error)
    turn_away (session, 4401, error);
  else if (!claims)
    turn_away_with (session, 4401, PARLOR_ERROR_UNAUTHORIZED, "A token for a room is needed.");
  return claims;
}

/* A name that a URL may invent, and not a mistyped code or the id of a room that ended. */
static gboolean
may_make (const ParlorSession *session, const char *name)
{
  char code[PARLOR_CODE_SIZE];
  return session->signal->spec.demo && session->trusted && name && !g_str_has_prefix (name, "rm_")
         && !parlor_code_parse (name, code);
}

static ParlorRoom *
find_or_make (ParlorSession *session, ParlorClaims *claims, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  ParlorRooms *rooms = session->signal->spec.rooms;
  ParlorRoom *room = claims->room ? parlor_rooms_find_of (rooms, claims->brand, claims->room)
                                  : NULL;
  if (room || !may_make (session, claims->room))
    return room;
  ParlorRoomSpec spec = {.brand = claims->brand, .title = claims->room, .alias = claims->room};
  room = parlor_rooms_create (rooms, &spec, now_us, &error);
  if (room && !claims->issuer)
    claims->role = PARLOR_ROLE_HOST; /* who makes a room in the demo is its host */
  return room;
}

/* Whom the house invited is called as it calls him. */
static gboolean
is_named (const ParlorClaims *claims)
{
  return claims->named && claims->name;
}

static void
fill_join (ParlorSession *session, const json_t *message, const ParlorClaims *claims,
           ParlorJoin *join)
{
  const char *name = parlor_message_string (message, "name");
  const ParlorSignalSpec *spec = &session->signal->spec;
  *join = (ParlorJoin){
      .identity = claims->identity,
      /* A reloaded page exchanges its link again and gets another invented identity. */
      .identity_is_made = !claims->issuer || claims->guest,
      .name = name && *name && !is_named (claims) ? name : claims->name,
      .company = claims->company,
      .role = claims->role,
      .granted = claims->granted,
      .guest = claims->guest,
      .resume = parlor_message_string (message, "resume"),
      .device = parlor_message_string (message, "device"),
      .address = session->peer,
      .session = session,
  };
  if (claims->issuer)
    join->valid_us = MAX (claims->expires_ms - spec->clock->wall_ms (spec->clock), 1) * 1000;
}

static void
enter (ParlorSession *session, ParlorRoom *room, const ParlorJoin *join, gint64 now_us)
{
  ParlorDenial denial = PARLOR_DENIED_HOST;
  ParlorParticipant *participant = parlor_room_join (room, join, now_us, &denial);
  if (participant)
    {
      session->participant = participant;
      parlor_websocket_set_limit (session->socket, JOINED_MESSAGE_BYTES);
      return;
    }
  json_t *json = json_pack ("{s:s,s:s}", "t", "denied", "reason", parlor_denial_name (denial));
  if (session->join_id)
    json_object_set (json, "id", session->join_id);
  parlor_session_send (session, json);
  parlor_session_close (session, 4403, "denied");
}

PARLOR_MESSAGE_HANDLER (parlor_on_join)
{
  ParlorJoin join;
  g_autoptr (ParlorClaims) claims = claims_for (session, message);
  if (!claims)
    return FALSE;
  if (!parlor_session_fits (session, claims->brand))
    return turn_away_with (session, 4403, PARLOR_ERROR_FORBIDDEN,
                           "This page's origin is not one of the brand's origins.");
  parlor_session_take_visitor (session, message, claims->brand);
  ParlorRoom *room = find_or_make (session, claims, now_us);
  if (!room)
    return turn_away_with (session, 4404, PARLOR_ERROR_NOT_FOUND,
                           "There is no open room of that name.");
  json_decref (session->join_id);
  session->join_id = session->request_id ? json_incref (session->request_id) : NULL;
  if (claims->issuer)
    parlor_claims_principal (claims, &session->principal);
  session->named = is_named (claims);
  fill_join (session, message, claims, &join);
  enter (session, room, &join, now_us);
  return TRUE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_leave)
{
  ParlorParticipant *participant = session->participant;
  parlor_session_forget (session);
  parlor_participant_leave (participant, now_us);
  parlor_session_close (session, 1000, "left");
  return TRUE;
}

/* ---- offer ---------------------------------------------------------------------------------- */

typedef struct
{
  ParlorSenderMap senders[8];
  ParlorSlotMap slots[PARLOR_MAX_SLOTS];
  ParlorMediaOffer offer;
} OfferBuffer;

/* RFC 8843 section 13: a mid is a token. */
static gboolean
take_mid (const json_t *item, char mid[PARLOR_MID_SIZE])
{
  const char *text = parlor_message_string (item, "mid");
  gsize n = text ? strlen (text) : 0;
  if (!n || n >= PARLOR_MID_SIZE)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  memcpy (mid, text, n + 1);
  return TRUE;
}

static gboolean
take_senders (const json_t *list, OfferBuffer *buffer)
{
  json_t *item;
  gsize i;
  json_array_foreach (list, i, item)
  {
    ParlorSenderMap *sender = &buffer->senders[i];
    sender->source = parlor_source_kind_from_name (parlor_message_string (item, "source"));
    if (!take_mid (item, sender->mid) || sender->source == PARLOR_SOURCE_NONE)
      return FALSE;
  }
  buffer->offer.senders = buffer->senders;
  buffer->offer.n_senders = (guint)json_array_size (list);
  return TRUE;
}

static gboolean
take_slots (const json_t *list, OfferBuffer *buffer)
{
  json_t *item;
  gsize i;
  json_array_foreach (list, i, item)
  {
    ParlorSlotMap *slot = &buffer->slots[i];
    if (!take_mid (item, slot->mid)
        || !parlor_slot_kind_from_name (parlor_message_string (item, "kind"), &slot->kind))
      return FALSE;
  }
  buffer->offer.slots = buffer->slots;
  buffer->offer.n_slots = (guint)json_array_size (list);
  return TRUE;
}

static gboolean
negotiate (ParlorSession *session, const OfferBuffer *buffer, gint64 now_us, GError **error)
{
  g_autoptr (GError) problem = NULL;
  ParlorMediaAnswer answer = {0};
  if (parlor_participant_negotiate (session->participant, &buffer->offer, &answer, now_us,
                                    &problem))
    {
      json_t *json = json_pack ("{s:s,s:s}", "t", "answer", "sdp", answer.sdp);
      if (session->request_id)
        json_object_set (json, "id", session->request_id);
      parlor_session_send_deflated (session, json);
      parlor_media_answer_clear (&answer);
      return TRUE;
    }
  if (g_error_matches (problem, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST))
    parlor_session_send_error (session, "invalid_sdp", problem->message);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_offer)
{
  OfferBuffer buffer = {0};
  const json_t *sdp = json_object_get (message, "sdp");
  if (!parlor_session_take_credit (&session->offer_credit_us, OFFER_INTERVAL_US, OFFER_BURST,
                                   now_us))
    return parlor_message_refuse (error, PARLOR_ERROR_TOO_MANY,
                                  "Too many offers. Wait some seconds.");
  buffer.offer.sdp = json_string_value (sdp);
  buffer.offer.sdp_length = json_string_length (sdp);
  buffer.offer.publish = TRUE;
  buffer.offer.subscribe = TRUE;
  if (!take_senders (json_object_get (message, "senders"), &buffer)
      || !take_slots (json_object_get (message, "slots"), &buffer))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "offer: each sender is {mid, source}, each slot {mid, kind}.");
  return negotiate (session, &buffer, now_us, error);
}

/* ---- what the page shows and publishes ------------------------------------------------------ */

PARLOR_MESSAGE_HANDLER (parlor_on_view)
{
  ParlorViewTile tiles[PARLOR_MAX_SLOTS];
  const json_t *visible = json_object_get (message, "visible");
  ParlorView view = {.tiles = tiles, .visible = !json_is_false (visible)};
  json_t *item;
  gsize i;
  json_array_foreach (json_object_get (message, "tiles"), i, item)
  {
    ParlorViewTile tile = {parlor_message_string (item, "participant"), number (item, "width"),
                           number (item, "height")};
    if (!tile.participant)
      return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                    "view: each tile is {participant, width, height}.");
    if (view.n_tiles < G_N_ELEMENTS (tiles))
      tiles[view.n_tiles++] = tile;
  }
  view.pinned = parlor_message_string (message, "pinned");
  view.screen = parlor_message_string (message, "screen");
  parlor_participant_set_view (session->participant, &view, now_us);
  return TRUE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_source)
{
  ParlorSourceChange change = {
      .source = parlor_source_kind_from_name (parlor_message_string (message, "source")),
      .on = parlor_message_flag (message, "on"),
      .muted = parlor_message_flag (message, "muted"),
      .width = number (message, "width"),
      .height = number (message, "height"),
  };
  if (change.source == PARLOR_SOURCE_NONE)
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "source: source is microphone, camera, screen or screen_audio.");
  return parlor_participant_set_source (session->participant, &change, now_us, error);
}
