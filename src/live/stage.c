/* SPDX-License-Identifier: Apache-2.0 */
/* Who is or wants to be on stage beside the host. */
#include "live/private.h"

#include <string.h>

#define WAITING_MAX 50
#define ON_STAGE_MAX 6

void
parlor_guest_free (gpointer data)
{
  Guest *guest = data;
  g_free (guest->name);
  g_free (guest);
}

static Guest *
find (const ParlorLiveRoom *room, const char *person)
{
  for (guint i = 0; i < room->guests->len; i++)
    {
      Guest *guest = room->guests->pdata[i];
      if (g_strcmp0 (guest->person, person) == 0)
        return guest;
    }
  return NULL;
}

static guint
count (const ParlorLiveRoom *room, gboolean on_stage)
{
  guint n = 0;
  for (guint i = 0; i < room->guests->len; i++)
    n += ((Guest *)room->guests->pdata[i])->guest.on_stage == on_stage;
  return n;
}

const ParlorStageGuest *const *
parlor_live_guests (const ParlorLiveRoom *room, guint *n)
{
  /* `guest` is the first member. */
  *n = room->guests->len;
  return (const ParlorStageGuest *const *)room->guests->pdata;
}

gboolean
parlor_live_is_on_stage (const ParlorLiveRoom *room, const char *person)
{
  const Guest *guest = find (room, person);
  return guest && guest->guest.on_stage;
}

gboolean
parlor_live_guest_agrees (const ParlorLiveRoom *room, const char *person)
{
  const Guest *guest = find (room, person);
  return guest && guest->guest.agrees;
}

static void
tell (ParlorLiveRoom *room, ParlorLiveEventType type, const char *person, gint64 room_ms)
{
  parlor_live_emit (room, &(ParlorLiveEvent){.type = type, .person = person, .room_ms = room_ms});
}

static Guest *
add (ParlorLiveRoom *room, const ParlorLiveWho *who)
{
  Guest *guest = g_new0 (Guest, 1);
  g_strlcpy (guest->person, who->person, sizeof guest->person);
  guest->name = g_strdup (who->name ? who->name : "");
  guest->guest = (ParlorStageGuest){
      .person = guest->person, .name = guest->name, .agrees = who->agrees};
  g_ptr_array_add (room->guests, guest);
  return guest;
}

static gboolean
may_wait (const ParlorLiveRoom *room, GError **error)
{
  if (room->info.state != PARLOR_LIVE_ON)
    return parlor_live_refuse (error, PARLOR_ERROR_CONFLICT, "the stream is not live");
  return count (room, FALSE) < WAITING_MAX
         || parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY, "many are waiting already");
}

gboolean
parlor_live_ask_stage (ParlorLiveRoom *room, const ParlorLiveWho *who, ParlorLiveNow now,
                       GError **error)
{
  Guest *guest = find (room, who->person);
  if (guest)
    guest->guest.agrees = who->agrees;
  if (guest && guest->guest.invited)
    return parlor_live_admit (room, who, TRUE, now, error);
  if (guest)
    return TRUE;
  if (!may_wait (room, error))
    return FALSE;
  add (room, who);
  tell (room, PARLOR_LIVE_EVENT_GUESTS, NULL, now.room_ms);
  return TRUE;
}

/* His camera is his: nobody is on air who did not say yes to it. */
gboolean
parlor_live_invite (ParlorLiveRoom *room, const ParlorLiveWho *who, ParlorLiveNow now,
                    GError **error)
{
  Guest *guest = find (room, who->person);
  if (guest)
    return guest->guest.invited || parlor_live_admit (room, who, TRUE, now, error);
  if (!may_wait (room, error))
    return FALSE;
  guest = add (room, who);
  guest->guest.invited = TRUE;
  tell (room, PARLOR_LIVE_EVENT_INVITED, guest->person, now.room_ms);
  tell (room, PARLOR_LIVE_EVENT_GUESTS, NULL, now.room_ms);
  return TRUE;
}

gboolean
parlor_live_admit (ParlorLiveRoom *room, const ParlorLiveWho *who, gboolean asked_only,
                   ParlorLiveNow now, GError **error)
{
  Guest *guest = find (room, who->person);
  if (!guest && asked_only)
    return parlor_live_refuse (error, PARLOR_ERROR_NOT_FOUND, "this viewer does not ask any more");
  if (guest && guest->guest.on_stage)
    return TRUE;
  if (parlor_live_is_over (room, error))
    return FALSE;
  if (count (room, TRUE) >= ON_STAGE_MAX)
    return parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY, "six are on stage already");
  if (!guest)
    guest = add (room, who);
  guest->guest.on_stage = TRUE;
  guest->guest.invited = FALSE;
  tell (room, PARLOR_LIVE_EVENT_ADMITTED, guest->person, now.room_ms);
  tell (room, PARLOR_LIVE_EVENT_GUESTS, NULL, now.room_ms);
  return TRUE;
}

void
parlor_live_leave_stage (ParlorLiveRoom *room, const char *person, ParlorLiveNow now)
{
  Guest *guest = find (room, person);
  if (!guest)
    return;
  tell (room, PARLOR_LIVE_EVENT_OFF_STAGE, guest->person, now.room_ms);
  g_ptr_array_remove (room->guests, guest);
  tell (room, PARLOR_LIVE_EVENT_GUESTS, NULL, now.room_ms);
}

void
parlor_live_clear_stage (ParlorLiveRoom *room, ParlorLiveNow now)
{
  while (room->guests->len)
    {
      Guest *guest = room->guests->pdata[0];
      char person[PARLOR_ID_SIZE];
      g_strlcpy (person, guest->person, sizeof person);
      parlor_live_leave_stage (room, person, now);
    }
}
