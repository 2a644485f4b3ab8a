/* SPDX-License-Identifier: Apache-2.0 */
/* Participants without a socket: WHIP publishers, WHEP players, sources that the server makes. */
#include "room/private.h"

static void
set_denied (GError **error, ParlorDenial denial)
{
  static const struct
  {
    ParlorErrorCode code;
    const char *message;
  } words[PARLOR_N_DENIALS] = {
      [PARLOR_DENIED_HOST] = {PARLOR_ERROR_FORBIDDEN, "a host must admit you: join by the page"},
      [PARLOR_DENIED_LOCKED] = {PARLOR_ERROR_CONFLICT, "the room is locked: ask its host"},
      [PARLOR_DENIED_BANNED] = {PARLOR_ERROR_FORBIDDEN, "you may not enter this room"},
      [PARLOR_DENIED_ROOM_CLOSED] = {PARLOR_ERROR_GONE, "the room has ended"},
      [PARLOR_DENIED_ROOM_FULL] = {PARLOR_ERROR_TOO_MANY, "the room is full"},
      [PARLOR_DENIED_PARTNER] = {PARLOR_ERROR_FORBIDDEN, "partners do not come into this room"},
  };
  g_set_error_literal (error, PARLOR_ERROR, words[denial].code, words[denial].message);
}

/* An identity may come from a URL. */
static gboolean
check_identity (const ParlorJoin *join, GError **error)
{
  g_return_val_if_fail (join->session != NULL, FALSE);
  if (parlor_text_identity (join->identity))
    return TRUE;
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
               "the identity must have 1 to %d characters, none of them a control character",
               PARLOR_IDENTITY_MAX);
  return FALSE;
}

static gboolean
pass_gate (ParlorRoom *room, const ParlorJoin *join, ParlorRights needed, guint taken, guint cap,
           GError **error)
{
  ParlorDenial denial;
  if (!check_identity (join, error))
    return FALSE;
  if (!(parlor_rights_effective (join->role, join->granted) & needed))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN,
                           "the token grants no right to do that");
      return FALSE;
    }
  if (parlor_room_gate (room, join, taken, cap, &denial))
    {
      if (!parlor_room_asks (room, join))
        return TRUE;
      denial = PARLOR_DENIED_HOST;
    }
  set_denied (error, denial);
  return FALSE;
}

static ParlorParticipant *
find_publisher (const ParlorRoom *room, const char *identity)
{
  for (guint i = 0; i < room->roster->len; i++)
    {
      ParlorParticipant *participant = room->roster->pdata[i];
      if (participant->info.kind == PARLOR_PARTICIPANT_PUBLISHER
          && g_strcmp0 (participant->identity, identity) == 0)
        return participant;
    }
  return NULL;
}

/* Who comes back under his identity passes locks and lobbies; bans and rights hold for him too. */
static gboolean
pass_publisher_gate (ParlorRoom *room, const ParlorJoin *join, const ParlorParticipant *former,
                     GError **error)
{
  guint cap = parlor_room_limits (room)->participants;
  if (former == NULL)
    return pass_gate (room, join, PARLOR_RIGHTS_PUBLISH, room->roster->len, cap, error);
  gboolean may = !parlor_room_is_banned (room, join) && parlor_room_may_enter (room, join->identity)
                 && (parlor_rights_effective (join->role, join->granted) & PARLOR_RIGHTS_PUBLISH);
  if (!may)
    set_denied (error, PARLOR_DENIED_BANNED);
  return may;
}

/* The publisher of this join, whose endpoint is the given one; `former` becomes him. */
static ParlorParticipant *
settle_publisher (ParlorRoom *room, const ParlorJoin *join, ParlorParticipant *former,
                  ParlorEndpointId endpoint, gint64 now_us)
{
  ParlorParticipant *participant = former;
  if (former != NULL)
    {
      parlor_room_tell_closed (former, PARLOR_CLOSED_REPLACED);
      former->session = join->session;
      former->granted = join->granted;
      former->info.rights = parlor_rights_effective (former->info.role, join->granted);
      former->expires_us = join->valid_us > 0 ? now_us + join->valid_us : NEVER_US;
      parlor_room_wake (room, former->expires_us);
    }
  else
    {
      participant = parlor_participant_new (room, join, PARLOR_PARTICIPANT_PUBLISHER, now_us);
      parlor_participant_enter (participant, now_us);
    }
  parlor_participant_set_endpoint (participant, endpoint);
  return participant;
}

static void
publish_accepted (ParlorParticipant *participant, const ParlorMediaAnswer *answer)
{
  for (guint kind = PARLOR_SOURCE_MICROPHONE; kind < PARLOR_N_SOURCES; kind++)
    {
      ParlorSourceInfo *source = &participant->info.sources[kind];
      gboolean may = parlor_participant_can (participant, parlor_right_for_source (kind));
      gboolean shared = source->published;
      source->published = answer->publishes[kind] && may;
      if (kind == PARLOR_SOURCE_SCREEN && source->published && !shared)
        participant->screen_order = ++participant->room->n_screens_ever;
    }
}

ParlorParticipant *
parlor_room_publish (ParlorRoom *room, const ParlorJoin *join, const char *sdp, gsize length,
                     ParlorMediaAnswer *answer, gint64 now_us, GError **error)
{
  ParlorParticipant *former = find_publisher (room, join->identity);
  if (!parlor_room_can_read (room, "an encoder cannot send to it", error)
      || !pass_publisher_gate (room, join, former, error))
    return NULL;
  ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = length, .publish = TRUE};
  ParlorEndpointId endpoint = parlor_room_open_session (room, join->identity, FALSE, &offer, answer,
                                                        error);
  if (endpoint == 0)
    return NULL;
  ParlorParticipant *participant = settle_publisher (room, join, former, endpoint, now_us);
  publish_accepted (participant, answer);
  parlor_participant_take_answer (participant, answer);
  parlor_room_tell_participant (participant);
  return participant;
}

ParlorParticipant *
parlor_room_enter (ParlorRoom *room, const ParlorJoin *join, gint64 now_us, GError **error)
{
  ParlorParticipant *former = find_publisher (room, join->identity);
  if (!pass_publisher_gate (room, join, former, error))
    return NULL;
  ParlorEndpointId endpoint = parlor_room_open_endpoint (room, join->identity, FALSE, error);
  if (endpoint == 0)
    return NULL;
  ParlorParticipant *participant = settle_publisher (room, join, former, endpoint, now_us);
  /* There is no transport to wait for. */
  participant->media_stands = TRUE;
  parlor_participant_take_state (participant);
  parlor_room_tell_participant (participant);
  return participant;
}

/* A rehearsal is for who is on stage, however one asks. */
static gboolean
pass_curtain (const ParlorRoom *room, const ParlorJoin *join, GError **error)
{
  if (room->stage != PARLOR_STAGE_CLOSED || !parlor_room_is_live (room)
      || join->role == PARLOR_ROLE_HOST)
    return TRUE;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                       "The stream has not begun, or is over.");
  return FALSE;
}

ParlorParticipant *
parlor_room_play (ParlorRoom *room, const ParlorJoin *join, const char *publisher, const char *sdp,
                  gsize length, ParlorMediaAnswer *answer, gint64 now_us, GError **error)
{
  if (!parlor_room_can_read (room, "a player could not show it", error)
      || !pass_gate (room, join, PARLOR_RIGHT_SUBSCRIBE, room->players->len,
                     parlor_room_limits (room)->players, error)
      || !pass_curtain (room, join, error))
    return NULL;
  ParlorMediaOffer offer = {.sdp = sdp, .sdp_length = length, .subscribe = TRUE};
  ParlorEndpointId endpoint = parlor_room_open_session (room, join->identity, publisher == NULL,
                                                        &offer, answer, error);
  if (endpoint == 0)
    return NULL;
  ParlorParticipant *participant = parlor_participant_new (room, join, PARLOR_PARTICIPANT_PLAYER,
                                                           now_us);
  participant->publisher = g_strdup (publisher);
  parlor_participant_enter (participant, now_us);
  parlor_participant_set_endpoint (participant, endpoint);
  parlor_participant_take_answer (participant, answer);
  parlor_room_tell_participant (participant);
  return participant;
}
