/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who stands on stage, and the picture that somebody makes of all of them (a *scene*: an endpoint
 * with a camera and a screen_audio) for players that take one picture and one sound.
 *
 * Control thread.
 */
#pragma once

#include "room/room.h"

G_BEGIN_DECLS

/** Six guests beside the host, and a screen. */
#define PARLOR_CAST_MAX 8

/** One of them; endpoint 0 = he sends none. */
typedef struct
{
  ParlorSourceRef picture, sound;
} ParlorCastMember;

/**
 * In the order of joining; of screens the newest alone. Returns how many. 0 when one member would
 * be all, or a host has pinned somebody: then no scene is needed.
 */
guint parlor_room_cast (const ParlorRoom *room, ParlorCastMember cast[PARLOR_CAST_MAX]);
/** Whether somebody watches by WHEP who takes what is on stage. */
gboolean parlor_room_has_stage_players (const ParlorRoom *room);

/** What such players are given in place of one person; 0 = there is none. The endpoint is the
 * caller's, in this room. */
void parlor_room_set_scene (ParlorRoom *room, ParlorEndpointId scene);
ParlorEndpointId parlor_room_scene (const ParlorRoom *room);

/** Whom a host has pinned to the stage (parlor_room_pin_stage ()); NULL = nobody. */
ParlorParticipant *parlor_room_stage_pin (const ParlorRoom *room);

G_END_DECLS
