/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of live rooms hear who is there for their viewers, and how many wait; viewers, whether
 * somebody is. */
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

/* One round: a brand is looked at when the first host of one of its rooms was found, since most of
 * a room is its audience, and once for all of its rooms. */
typedef struct
{
  ParlorSignal *signal;
  ParlorService *service;
  GHashTable *looks; /* brand's id (of a room of this round) → owned ParlorStaffingLook or NULL */
} Round;

static const ParlorStaffingLook *
look_at (Round *round, const char *id)
{
  gpointer look;
  if (g_hash_table_lookup_extended (round->looks, id, NULL, &look))
    return look;
  ParlorClock *clock = round->signal->spec.clock;
  const ParlorServiceBrand *brand = parlor_service_brand (round->service, id);
  look = brand ? parlor_service_look (brand, clock->wall_ms (clock)) : NULL;
  g_hash_table_insert (round->looks, (gpointer)id, look);
  return look;
}

static gboolean
is_host (const ParlorSignal *signal, ParlorParticipant *participant)
{
  return !parlor_participant_info (participant)->audience
         && parlor_participant_can (participant, PARLOR_RIGHT_MODERATE)
         && g_hash_table_contains (signal->sessions, parlor_participant_session (participant));
}

static void
tell_hosts (Round *round, ParlorRoom *room, const char *brand)
{
  guint n = parlor_room_n_participants (room);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = parlor_room_participant (room, i);
      if (!is_host (round->signal, participant))
        continue;
      const ParlorStaffingLook *look = look_at (round, brand);
      if (!look)
        return;
      ParlorStaffing now = parlor_staffing_of (look, parlor_room_info (room)->id);
      tell (parlor_participant_session (participant), &now);
    }
}

static void
free_look (gpointer look)
{
  parlor_staffing_look_free (look);
}

void
parlor_signal_staffing (ParlorSignal *signal)
{
  guint n;
  ParlorService *service = signal->desk ? desk_service (signal->desk) : NULL;
  if (service)
    desk_tell_present (signal->desk);
  if (!service || !signal->spec.live)
    return;
  g_autoptr (GHashTable) looks = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_look);
  Round round = {signal, service, looks};
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (signal->spec.live, NULL, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorLiveInfo *info = parlor_live_info (rooms[i]);
      ParlorRoom *room = info->state == PARLOR_LIVE_ENDED
                             ? NULL
                             : parlor_rooms_find (signal->spec.rooms, info->room);
      if (room)
        tell_hosts (&round, room, info->brand);
    }
}
