/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a room is beside its people: whether partners come in, whether pictures carry the viewer's
 * name, whether its pages encrypt end to end, what stands beside the meeting. Set over the API;
 * kept with the room and gone with it.
 *
 * Control thread.
 */
#pragma once

#include "base/error.h"
#include "base/record.h"
#include "room/room.h"

G_BEGIN_DECLS

/** How the holders of a partner's pass (room/passes.h) come in. */
typedef enum
{
  PARLOR_PARTNERS_ALLOW, /**< as everybody */
  PARLOR_PARTNERS_LOBBY, /**< a host admits each of them, lobby or not */
  PARLOR_PARTNERS_DENY,
  PARLOR_N_PARTNER_POLICIES,
} ParlorPartnerPolicy;
/** "allow", "lobby", "deny". */
const char *parlor_partner_policy_name (ParlorPartnerPolicy policy);
/** FALSE: `name` is none of them (NULL included). */
gboolean parlor_partner_policy_from_name (const char *name, ParlorPartnerPolicy *policy);

typedef struct
{
  ParlorPartnerPolicy partners;
  gboolean watermark;
  /** Its pages encrypt sound, pictures and chat with a key that this server never has: nothing is
   * recorded or marked, and nobody comes by WHIP or WHEP. Said when the room is made, and stays. */
  gboolean end_to_end;
  const char *doc_url, *panel_url; /**< NULL = none */
} ParlorRoomSettings;

/** A row of `room_settings`, key (room). Rooms with nothing said have none. */
typedef struct
{
  char *room, *brand;
  char *partners;
  gboolean watermark;
  char *doc_url, *panel_url; /**< NULL = none */
  gboolean end_to_end;
} ParlorRoomSettingsRow;
extern const ParlorRecordKind parlor_room_settings_kind;

#define PARLOR_PANEL_URL_MAX 2000

/** Borrowed; its texts are valid until they are set anew. */
const ParlorRoomSettings *parlor_room_settings (const ParlorRoom *room);
/** FALSE and CONFLICT in a room that is encrypted end to end; `what` completes "…, so ". */
gboolean parlor_room_can_read (const ParlorRoom *room, const char *what, GError **error);
/** Copies. All get ROOM when something changed. Whoever is in stays in. */
void parlor_room_set_settings (ParlorRoom *room, const ParlorRoomSettings *settings);
/** A row of the store, at start. Of a room that is not open it is removed. */
void parlor_rooms_restore_settings (ParlorRooms *rooms, const ParlorRoomSettingsRow *row);

G_END_DECLS
