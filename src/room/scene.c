/* SPDX-License-Identifier: Apache-2.0 */
#include "room/scene.h"

#include "room/private.h"

static ParlorSourceRef
shown (const ParlorParticipant *participant, ParlorSourceKind kind)
{
  const ParlorSourceInfo *source = &participant->info.sources[kind];
  gboolean is_there = participant->endpoint != 0 && source->published && !source->muted;
  return (ParlorSourceRef){is_there ? participant->endpoint : 0,
                           is_there ? kind : PARLOR_SOURCE_NONE};
}

static const ParlorParticipant *
find_screen (const ParlorRoom *room)
{
  const ParlorParticipant *newest = NULL;
  for (guint i = 0; i < room->roster->len; i++)
    {
      const ParlorParticipant *one = room->roster->pdata[i];
      if (shown (one, PARLOR_SOURCE_SCREEN).endpoint != 0
          && (newest == NULL || one->screen_order > newest->screen_order))
        newest = one;
    }
  return newest;
}

guint
parlor_room_cast (const ParlorRoom *room, ParlorCastMember cast[PARLOR_CAST_MAX])
{
  const ParlorParticipant *sharer = find_screen (room);
  guint n = 0, people = 0;
  if (room->stage_pin != NULL)
    return 0;
  if (sharer != NULL)
    cast[n++] = (ParlorCastMember){.picture = shown (sharer, PARLOR_SOURCE_SCREEN)};
  for (guint i = 0; i < room->roster->len && n < PARLOR_CAST_MAX; i++)
    {
      const ParlorParticipant *one = room->roster->pdata[i];
      ParlorCastMember member = {shown (one, PARLOR_SOURCE_CAMERA),
                                 shown (one, PARLOR_SOURCE_MICROPHONE)};
      if (member.picture.endpoint == 0 && member.sound.endpoint == 0)
        continue;
      cast[n++] = member;
      people++;
    }
  return people > 1 ? n : 0;
}

gboolean
parlor_room_has_stage_players (const ParlorRoom *room)
{
  for (guint i = 0; i < room->players->len; i++)
    if (((ParlorParticipant *)room->players->pdata[i])->publisher == NULL)
      return TRUE;
  return FALSE;
}

void
parlor_room_set_scene (ParlorRoom *room, ParlorEndpointId scene)
{
  if (room->scene == scene)
    return;
  room->scene = scene;
  parlor_room_touch (room);
}

ParlorEndpointId
parlor_room_scene (const ParlorRoom *room)
{
  return room->scene;
}

ParlorParticipant *
parlor_room_stage_pin (const ParlorRoom *room)
{
  return room->stage_pin;
}
