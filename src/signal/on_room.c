/* SPDX-License-Identifier: Apache-2.0 */
/* People, chat, moderation: one function a message, each a call into the domain. */
#include "room/moderation.h"
#include "signal/handlers.h"

static gboolean
has (const json_t *message, const char *name)
{
  const json_t *value = json_object_get (message, name);
  return value && !json_is_null (value);
}

static ParlorRoom *
room_of (const ParlorSession *session)
{
  return parlor_participant_room (session->participant);
}

PARLOR_MESSAGE_HANDLER (parlor_on_name)
{
  if (session->named)
    return parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN,
                                  "You are called here as you were invited.");
  return parlor_participant_set_name (session->participant, parlor_message_string (message, "name"),
                                      now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_hand)
{
  const char *other = parlor_message_string (message, "participant");
  gboolean raised = parlor_message_flag (message, "raised");
  if (!other)
    return parlor_participant_raise_hand (session->participant, raised, now_us, error);
  if (raised)
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "hand: nobody raises another's hand.");
  return parlor_room_lower_hand (room_of (session), session->participant, other, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_reaction)
{
  return parlor_participant_react (session->participant, parlor_message_string (message, "emoji"),
                                   now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_chat)
{
  return parlor_participant_say (session->participant, parlor_message_string (message, "client_id"),
                                 parlor_message_string (message, "text"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_admit)
{
  return parlor_room_admit (room_of (session), session->participant,
                            parlor_message_string (message, "participant"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_deny)
{
  return parlor_room_deny (room_of (session), session->participant,
                           parlor_message_string (message, "participant"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_room)
{
  ParlorRoomChange change = {
      .has_locked = has (message, "locked"),
      .locked = parlor_message_flag (message, "locked"),
      .has_lobby = has (message, "lobby"),
      .lobby = parlor_message_flag (message, "lobby"),
      .title = parlor_message_string (message, "title"),
  };
  return parlor_room_change (room_of (session), session->participant, &change, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_stage_pin)
{
  return parlor_room_pin_stage (room_of (session), session->participant,
                                parlor_message_string (message, "participant"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_mute_all)
{
  return parlor_room_mute_all (room_of (session), session->participant, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_mute)
{
  ParlorSourceKind kind = parlor_source_kind_from_name (parlor_message_string (message, "source"));
  if (kind == PARLOR_SOURCE_NONE)
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "mute: source is microphone, camera, screen or screen_audio.");
  return parlor_room_mute (room_of (session), session->participant,
                           parlor_message_string (message, "participant"), kind, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_ask_unmute)
{
  return parlor_room_ask_unmute (room_of (session), session->participant,
                                 parlor_message_string (message, "participant"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_remove)
{
  return parlor_room_remove (room_of (session), session->participant,
                             parlor_message_string (message, "participant"),
                             parlor_message_flag (message, "ban"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_role)
{
  ParlorRole role;
  if (!parlor_role_from_name (parlor_message_string (message, "role"), &role))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST, "role: role is host or member.");
  return parlor_room_set_role (room_of (session), session->participant,
                               parlor_message_string (message, "participant"), role, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_end)
{
  return parlor_room_end (room_of (session), session->participant, now_us, error);
}
