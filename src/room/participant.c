/* SPDX-License-Identifier: Apache-2.0 */
/* What a person does for himself: his view, his sources, name, hand, reactions, chat. */
#include "room/private.h"

const char *
parlor_participant_state_name (ParlorParticipantState state)
{
  static const char *const names[] = {"connecting", "connected", "reconnecting"};
  return (guint)state < G_N_ELEMENTS (names) ? names[state] : NULL;
}

const ParlorParticipantInfo *
parlor_participant_info (const ParlorParticipant *participant)
{
  return &participant->info;
}

ParlorRoom *
parlor_participant_room (const ParlorParticipant *participant)
{
  return participant->room;
}

gpointer
parlor_participant_session (const ParlorParticipant *participant)
{
  return participant->session;
}

gboolean
parlor_participant_can (const ParlorParticipant *participant, ParlorRights rights)
{
  return !participant->info.waiting && (participant->info.rights & rights) == rights;
}

ParlorEndpointId
parlor_participant_endpoint (const ParlorParticipant *participant)
{
  return participant->endpoint;
}

static gboolean
require (const ParlorParticipant *participant, ParlorRights rights, GError **error)
{
  if (parlor_participant_can (participant, rights))
    return TRUE;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN,
                       participant->info.waiting ? "wait until a host has admitted you"
                                                 : "you have no right to do that here");
  return FALSE;
}

static void
take_id (char out[PARLOR_ID_SIZE], const char *id)
{
  g_strlcpy (out, id != NULL ? id : "", PARLOR_ID_SIZE);
}

void
parlor_participant_set_view (ParlorParticipant *participant, const ParlorView *view, gint64 now_us)
{
  participant->has_view = TRUE;
  participant->visible = view->visible;
  take_id (participant->pinned, view->pinned);
  take_id (participant->screen, view->screen);
  participant->n_tiles = MIN (view->n_tiles, PARLOR_MAX_SLOTS);
  participant->tiles = g_renew (ParlorTile, participant->tiles, participant->n_tiles);
  for (guint i = 0; i < participant->n_tiles; i++)
    {
      take_id (participant->tiles[i].participant, view->tiles[i].participant);
      participant->tiles[i].height = view->tiles[i].height;
    }
  parlor_room_touch (participant->room);
}

static void
publish (ParlorParticipant *participant, const ParlorSourceChange *change)
{
  ParlorSourceInfo *source = &participant->info.sources[change->source];
  if (change->source == PARLOR_SOURCE_SCREEN && !source->published)
    participant->screen_order = ++participant->room->n_screens_ever;
  source->published = TRUE;
  source->width = change->width;
  source->height = change->height;
  participant->own_muted[change->source] = change->muted;
  participant->withdrawn[change->source] = FALSE;
  if (!change->muted)
    participant->server_muted[change->source] = FALSE;
}

static void
unpublish (ParlorParticipant *participant, ParlorSourceKind kind)
{
  ParlorSourceInfo *source = &participant->info.sources[kind];
  source->published = FALSE;
  source->width = source->height = 0;
  participant->own_muted[kind] = participant->server_muted[kind] = FALSE;
  participant->withdrawn[kind] = TRUE;
}

gboolean
parlor_participant_set_source (ParlorParticipant *participant, const ParlorSourceChange *change,
                               gint64 now_us, GError **error)
{
  ParlorSourceKind kind = change->source;
  if (kind <= PARLOR_SOURCE_NONE || kind >= PARLOR_N_SOURCES)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                           "source must be microphone, camera, screen or screen_audio");
      return FALSE;
    }
  if (!require (participant, change->on ? parlor_right_for_source (kind) : PARLOR_RIGHT_NONE,
                error))
    return FALSE;
  gboolean was_open = parlor_participant_is_open (participant, kind);
  gboolean was_there = participant->info.sources[kind].published;
  if (change->on)
    publish (participant, change);
  else
    unpublish (participant, kind);
  if (kind == PARLOR_SOURCE_SCREEN && was_there != !!change->on)
    parlor_participant_happened (participant, change->on ? "share.started" : "share.stopped", NULL,
                                 now_us);
  if (was_open != parlor_participant_is_open (participant, kind))
    parlor_participant_apply_open (participant, kind);
  parlor_participant_refresh_source (participant, kind);
  parlor_room_tell_participant (participant);
  return TRUE;
}

gboolean
parlor_participant_set_name (ParlorParticipant *participant, const char *name, gint64 now_us,
                             GError **error)
{
  char *fit = parlor_text_line (name, PARLOR_NAME_MAX, "name", error);
  if (fit == NULL)
    return FALSE;
  g_free (participant->name);
  participant->info.name = participant->name = fit;
  if (participant->info.waiting)
    parlor_room_tell_lobby (participant->room);
  else
    parlor_participant_save (participant);
  parlor_room_tell_participant (participant);
  return TRUE;
}

gboolean
parlor_participant_raise_hand (ParlorParticipant *participant, gboolean raised, gint64 now_us,
                               GError **error)
{
  if (!require (participant, PARLOR_RIGHT_NONE, error))
    return FALSE;
  if (parlor_hands_set (participant->room->hands, participant, raised))
    {
      if (!raised)
        participant->info.hand = 0;
      parlor_room_tell_hands (participant->room);
    }
  return TRUE;
}

/* So many words in ten seconds: a window that begins with the first. */
static gboolean
may_speak (ParlorParticipant *participant, gint64 now_us, GError **error)
{
  if (!require (participant, PARLOR_RIGHT_CHAT, error))
    return FALSE;
  if (participant->n_said == 0 || now_us - participant->said_us >= 10 * SECOND_US)
    {
      participant->said_us = now_us;
      participant->n_said = 0;
    }
  if (participant->n_said < parlor_room_limits (participant->room)->chat_per_10s)
    {
      participant->n_said++;
      return TRUE;
    }
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                       "too many messages: wait some seconds");
  return FALSE;
}

gboolean
parlor_participant_react (ParlorParticipant *participant, const char *emoji, gint64 now_us,
                          GError **error)
{
  const char *known = parlor_text_emoji (emoji);
  if (known == NULL)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                           "emoji must be one of the six of the protocol");
      return FALSE;
    }
  if (!may_speak (participant, now_us, error))
    return FALSE;
  parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_REACTION,
                                                          .audience = PARLOR_TO_ALL,
                                                          .participant = participant,
                                                          .emoji = known});
  return TRUE;
}

static void
tell_message (ParlorParticipant *participant, const ParlorChatMessage *message,
              ParlorAudience audience)
{
  parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_CHAT,
                                                          .audience = audience,
                                                          .session = participant->session,
                                                          .participant = participant,
                                                          .message = message});
}

static const ParlorChatMessage *
keep_message (ParlorParticipant *participant, const char *client_id, const char *text,
              gint64 now_us)
{
  ParlorRoom *room = participant->room;
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("msg", &room->rooms->spec.random, id);
  const ParlorChatMessage *message = parlor_chat_add (
      room->chat, &(ParlorChatMessage){.id = id,
                                       .client_id = client_id,
                                       .participant = participant->id,
                                       .name = participant->name,
                                       .company = participant->company,
                                       .text = text,
                                       .at_ms = parlor_room_wall_ms (room),
                                       .room_ms = parlor_room_ms (room, now_us)});
  parlor_room_save_chat (room, message);
  return message;
}

gboolean
parlor_participant_say (ParlorParticipant *participant, const char *client_id, const char *text,
                        gint64 now_us, GError **error)
{
  guint max = parlor_room_limits (participant->room)->chat_length;
  if (!require (participant, PARLOR_RIGHT_CHAT, error))
    return FALSE;
  g_autofree char *fit_id = parlor_text_line (client_id, PARLOR_CLIENT_ID_MAX, "client_id", error);
  g_autofree char *fit = fit_id != NULL ? parlor_text_block (text, max, "text", error) : NULL;
  if (fit == NULL)
    return FALSE;
  const ParlorChatMessage *known = parlor_chat_find (participant->room->chat, participant->id,
                                                     fit_id);
  if (known != NULL)
    {
      tell_message (participant, known, PARLOR_TO_ONE);
      return TRUE;
    }
  if (!may_speak (participant, now_us, error))
    return FALSE;
  tell_message (participant, keep_message (participant, fit_id, fit, now_us), PARLOR_TO_ALL);
  return TRUE;
}
