/* SPDX-License-Identifier: Apache-2.0 */
/* How many watch and like: counted at once, told to everybody on a beat. */
#include "live/private.h"

/* The count is right within 2 s: the app looks every second, and this is the least between two
   messages to everybody. */
#define AUDIENCE_INTERVAL_US SECOND_US
#define AUDIENCE_SOON_US (SECOND_US / 4)

void
parlor_live_audience_touch (ParlorLiveRoom *room, gint64 now_us)
{
  if (room->audience_due_us == NEVER_US)
    room->audience_due_us = MAX (now_us + AUDIENCE_SOON_US,
                                 room->audience_told_us + AUDIENCE_INTERVAL_US);
}

void
parlor_live_set_viewers (ParlorLiveRoom *room, guint viewers, ParlorLiveNow now)
{
  if (room->viewers == viewers)
    return;
  room->viewers = viewers;
  if (viewers > room->info.peak && room->info.state == PARLOR_LIVE_ON)
    {
      room->info.peak = viewers;
      parlor_live_save (room);
    }
  parlor_live_audience_touch (room, now.now_us);
}

ParlorLiveEvent
parlor_live_audience (const ParlorLiveRoom *room)
{
  return (ParlorLiveEvent){
      .type = PARLOR_LIVE_EVENT_AUDIENCE, .viewers = room->viewers, .likes = room->info.likes};
}

gboolean
parlor_live_audience_poll (ParlorLiveRoom *room, gint64 now_us, gint64 *room_ms)
{
  const ParlorLiveSpec *spec = &room->live->spec;
  if (room->audience_due_us > now_us)
    return FALSE;
  *room_ms = spec->room_ms ? spec->room_ms (room->info.room, now_us, spec->user_data) : 0;
  room->audience_due_us = NEVER_US;
  room->audience_told_us = now_us;
  if (room->told_likes != room->info.likes)
    parlor_live_save (room);
  if (room->told_viewers != room->viewers || room->told_likes != room->info.likes)
    parlor_live_emit (room,
                      &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_AUDIENCE, .room_ms = *room_ms});
  room->told_viewers = room->viewers;
  room->told_likes = room->info.likes;
  return TRUE;
}
