/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From the domain's structs to the JSON of docs/protocol.md. All results are transfer full.
 *
 * Thread: control.
 */
#pragma once

#include "room/participant.h"
#include "room/room.h"
#include "room/rooms.h"

#include <jansson.h>

G_BEGIN_DECLS

/** `Participant`. */
json_t *parlor_encode_participant (const ParlorParticipant *participant);
/** `Chat`. */
json_t *parlor_encode_chat (const ParlorChatMessage *message);
/** The `room` of `welcome` and `room`; base_url without a slash at its end. */
json_t *parlor_encode_room (ParlorRoom *room, const char *base_url, gint64 now_us);

/** What `welcome` says beside the event. */
typedef struct
{
  const char *base_url;
  const char *epoch;
  json_t *ice_servers; /**< taken; nullable */
  gint64 now_us;
} ParlorWelcomeExtras;

json_t *parlor_encode_welcome (const ParlorRoomEvent *event, const ParlorWelcomeExtras *extras);

/** Every other event. NULL for one that is not for a page. `base_url` only matters to ROOM. */
json_t *parlor_encode_event (const ParlorRoomEvent *event, const char *base_url, gint64 now_us);

/** {"t":"error"}; id is borrowed and nullable. */
json_t *parlor_encode_error (json_t *id, const char *code, const char *message);

G_END_DECLS
