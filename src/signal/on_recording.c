/* SPDX-License-Identifier: Apache-2.0 */
/* Recording, consent, markers: one function a message, each a call into the domain. */
#include "room/recording.h"
#include "signal/handlers.h"

PARLOR_MESSAGE_HANDLER (parlor_on_record)
{
  ParlorRecordAction action;
  if (!parlor_record_action_from_name (parlor_message_string (message, "action"), &action))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "record: action is start, pause, resume or stop.");
  return parlor_room_record (parlor_participant_room (session->participant), session->participant,
                             action, now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_consent)
{
  return parlor_participant_answer_consent (session->participant,
                                            parlor_message_flag (message, "answer"), now_us, error);
}

PARLOR_MESSAGE_HANDLER (parlor_on_marker)
{
  ParlorMarkerSpec spec = {.id = parlor_message_string (message, "marker"),
                           .text = parlor_message_string (message, "text"),
                           .owner = parlor_message_string (message, "owner"),
                           .ago_ms = json_integer_value (json_object_get (message, "ago_ms"))};
  if (!parlor_marker_kind_from_name (parlor_message_string (message, "kind"), &spec.kind))
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "marker: kind is conclusion, parameter, assignment or question.");
  return parlor_room_mark (parlor_participant_room (session->participant), session->participant,
                           &spec, now_us, error);
}
