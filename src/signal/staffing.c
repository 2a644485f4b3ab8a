/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of live rooms hear who is there for their viewers, and how many wait. */
#include "live/live.h"
#include "room/room.h"
#include "service/service.h"
#include "signal/desk_private.h"
#include "signal/session.h"

#include <string.h>

static gboolean
is_same (const ParlorStaffing *a, const ParlorStaffing *b)
{
  return a->present == b->present && a->free == b->free && a->waiting == b->waiting
         && a->from_room == b->from_room && a->since_ms == b->since_ms && a->open_ms == b->open_ms;
}

static void
tell (ParlorSession *session, const ParlorStaffing *now)
{
  if (session->staffing_told && is_same (&session->staffing, now))
    return;
  session->staffing = *now;
  session->staffing_told = TRUE;
  parlor_session_send (
      session, json_pack ("{s:s,s:i,s:i,s:i,s:i,s:I,s:I}", "t", "staffing", "present",
                          (int)now->present, "free", (int)now->free, "waiting", (int)now->waiting,
                          "from_here", (int)now->from_room, "waiting_since",
                          (json_int_t)now->since_ms, "open_at", (json_int_t)now->open_ms));
}

/* Looked at when the first host was found: most of a room is its audience. */
static void
tell_hosts (ParlorSignal *signal, ParlorRoom *room, const ParlorServiceBrand *brand)
{
  ParlorStaffing now;
  gboolean looked = FALSE;
  ParlorClock *clock = signal->spec.clock;
  guint n = parlor_room_n_participants (room);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = parlor_room_participant (room, i);
      ParlorSession *session = parlor_participant_session (participant);
      if (!session || parlor_participant_info (participant)->audience
          || !parlor_participant_can (participant, PARLOR_RIGHT_MODERATE)
          || !g_hash_table_contains (signal->sessions, session))
        continue;
      if (!looked
          && !parlor_service_staffing (brand, parlor_room_info (room)->id, clock->wall_ms (clock),
                                       &now))
        return;
      looked = TRUE;
      tell (session, &now);
    }
}

void
parlor_signal_staffing (ParlorSignal *signal)
{
  guint n;
  ParlorService *service = signal->desk ? desk_service (signal->desk) : NULL;
  if (!service || !signal->spec.live)
    return;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (signal->spec.live, NULL, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorLiveInfo *info = parlor_live_info (rooms[i]);
      ParlorRoom *room = info->state == PARLOR_LIVE_ENDED
                             ? NULL
                             : parlor_rooms_find (signal->spec.rooms, info->room);
      const ParlorServiceBrand *brand = parlor_service_brand (service, info->brand);
      if (room && brand)
        tell_hosts (signal, room, brand);
    }
}
