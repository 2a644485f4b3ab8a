/* SPDX-License-Identifier: Apache-2.0 */
/* Recording, consent, markers: one function a message, each a call into the domain. */
#include "room/recording.h"
#include "signal/encode.h"
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

/* ---- he is told when his wish is on the disk ------------------------------------------------- */

typedef struct
{
  ParlorSession *session; /* NULL = it went */
  json_t *id;             /* of the request; nullable */
  gboolean held;
} Promise;

/* Owned by the store, which calls back in any case. */
static void
forget (gpointer data)
{
  ((Promise *)data)->session = NULL;
}

static void
on_durable (gboolean durable, gpointer user_data)
{
  Promise *promise = user_data;
  json_t *json = durable ? json_pack ("{s:s,s:s}", "t", "consent", "removal",
                                      promise->held ? "held" : "asked")
                         : parlor_encode_error (promise->id, "internal", "It could not be kept.");
  if (durable && promise->id)
    json_object_set (json, "id", promise->id);
  ParlorSession *session = promise->session;
  if (session)
    {
      g_ptr_array_remove_fast (session->promises, promise);
      parlor_session_send (session, json);
    }
  else
    json_decref (json);
  json_decref (promise->id);
  g_free (promise);
}

static void
promise_removal (ParlorSession *session, gboolean held)
{
  Promise *promise = g_new0 (Promise, 1);
  *promise = (Promise){session, json_incref (session->request_id), held};
  if (!session->promises)
    session->promises = g_ptr_array_new_with_free_func (forget);
  g_ptr_array_add (session->promises, promise);
  parlor_rooms_flush (session->signal->spec.rooms, on_durable, promise);
}

PARLOR_MESSAGE_HANDLER (parlor_on_consent)
{
  gboolean yes = parlor_message_flag (message, "answer"), held = FALSE;
  if (!parlor_message_flag (message, "remove"))
    return parlor_participant_answer_consent (session->participant, yes, now_us, error);
  if (yes)
    return parlor_message_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                  "consent: remove goes with answer false.");
  if (!parlor_participant_withdraw (
          session->participant, parlor_message_string (message, "recording"), now_us, &held, error))
    return FALSE;
  promise_removal (session, held);
  return TRUE;
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
