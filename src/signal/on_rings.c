/* SPDX-License-Identifier: Apache-2.0 */
/* A page of somebody who is signed in waits to be invited: it listens, is rung, and may decline. */
#include "room/passes.h"
#include "signal/handlers.h"

#include <string.h>

PARLOR_MESSAGE_HANDLER (parlor_on_listen)
{
  if (session->principal.caller != PARLOR_CALLER_USER || session->participant)
    return parlor_message_refuse (error, PARLOR_ERROR_UNAUTHORIZED,
                                  "Only a signed-in person's page is rung.");
  session->listens = TRUE;
  json_t *json = json_pack ("{s:s}", "t", "listening");
  if (session->request_id)
    json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
  return TRUE;
}

PARLOR_MESSAGE_HANDLER (parlor_on_decline)
{
  const ParlorSignalSpec *spec = &session->signal->spec;
  const char *id = parlor_message_string (message, "invitation");
  const ParlorPassRow *row = spec->passes ? parlor_passes_get (spec->passes, id) : NULL;
  if (!session->listens || !row || strcmp (row->brand, session->principal.brand)
      || strcmp (row->contact, session->principal.subject))
    return parlor_message_refuse (error, PARLOR_ERROR_NOT_FOUND, "You were not rung for that.");
  parlor_passes_decline (spec->passes, id, spec->clock->wall_ms (spec->clock));
  return TRUE;
}
