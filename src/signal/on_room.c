/* SPDX-License-Identifier: Apache-2.0 */
/* People, chat, moderation: one function a message, each a call into the domain. */
#include "room/moderation.h"
#include "signal/handlers.h"

static const char *
string (const json_t *message, const char *name)
{
  return json_string_value (json_object_get (message, name));
}

static gboolean
flag (const json_t *message, const char *name)
{
  return json_is_true (json_object_get (message, name));
}

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

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, message);
  return FALSE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_name)
{
  return parlor_participant_set_name (session->participant, string (message, "name"), now_us,
                                      error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_hand)
{
  const char *other = string (message, "participant");
  gboolean raised = flag (message, "raised");
  if (!other)
    return parlor_participant_raise_hand (session->participant, raised, now_us, error);
  if (raised)
    return refuse (error, "hand: nobody raises another's hand.");
  return parlor_room_lower_hand (room_of (session), session->participant, other, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_reaction)
{
  return parlor_participant_react (session->participant, string (message, "emoji"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_chat)
{
  return parlor_participant_say (session->participant, string (message, "client_id"),
                                 string (message, "text"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_admit)
{
  return parlor_room_admit (room_of (session), session->participant,
                            string (message, "participant"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_deny)
{
  return parlor_room_deny (room_of (session), session->participant, string (message, "participant"),
                           now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_room)
{
  ParlorRoomChange change = {
      .has_locked = has (message, "locked"),
      .locked = flag (message, "locked"),
      .has_lobby = has (message, "lobby"),
      .lobby = flag (message, "lobby"),
      .title = string (message, "title"),
  };
  return parlor_room_change (room_of (session), session->participant, &change, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_mute_all)
{
  return parlor_room_mute_all (room_of (session), session->participant, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_mute)
{
  ParlorSourceKind kind = parlor_source_kind_from_name (string (message, "source"));
  if (kind == PARLOR_SOURCE_NONE)
    return refuse (error, "mute: source is microphone, camera, screen or screen_audio.");
  return parlor_room_mute (room_of (session), session->participant, string (message, "participant"),
                           kind, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_ask_unmute)
{
  return parlor_room_ask_unmute (room_of (session), session->participant,
                                 string (message, "participant"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_remove)
{
  return parlor_room_remove (room_of (session), session->participant,
                             string (message, "participant"), flag (message, "ban"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_role)
{
  ParlorRole role;
  if (!parlor_role_from_name (string (message, "role"), &role))
    return refuse (error, "role: role is host or member.");
  return parlor_room_set_role (room_of (session), session->participant,
                               string (message, "participant"), role, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_end)
{
  return parlor_room_end (room_of (session), session->participant, now_us, error);
}
