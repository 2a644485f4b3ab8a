/* SPDX-License-Identifier: Apache-2.0 */
/* How people go: a dropped socket, a beacon, time that is up; and the seats kept for their return.
 */
#include "room/private.h"

void
parlor_seat_free (ParlorSeat *seat)
{
  if (seat == NULL)
    return;
  g_free (seat->id);
  g_free (seat->identity);
  g_free (seat->name);
  g_free (seat);
}

gboolean
parlor_participant_is_listed (const ParlorParticipant *participant)
{
  return !participant->info.waiting && !participant->info.audience
         && (participant->info.kind != PARLOR_PARTICIPANT_PLAYER
             || parlor_room_limits (participant->room)->roster_players);
}

gboolean
parlor_participant_take_state (ParlorParticipant *participant)
{
  ParlorParticipantState before = participant->info.state, state = PARLOR_PARTICIPANT_CONNECTING;
  if (participant->missed)
    state = PARLOR_PARTICIPANT_RECONNECTING;
  else if (participant->media_stands)
    state = PARLOR_PARTICIPANT_CONNECTED;
  else if (participant->media_stood)
    state = PARLOR_PARTICIPANT_RECONNECTING;
  participant->info.state = state;
  return state != before;
}

void
parlor_participant_refresh_state (ParlorParticipant *participant)
{
  if (parlor_participant_take_state (participant))
    parlor_room_tell_participant (participant);
}

void
parlor_participant_set_away (ParlorParticipant *participant, gint64 now_us)
{
  const ParlorRoomLimits *limits = parlor_room_limits (participant->room);
  participant->session = NULL;
  participant->away_us = now_us;
  participant->leave_us = MIN (participant->leave_us, now_us + limits->seat_hold_us);
  parlor_room_wake (participant->room, parlor_participant_next_us (participant));
}

void
parlor_participant_set_back (ParlorParticipant *participant, gpointer session)
{
  participant->session = session;
  participant->away_us = participant->leave_us = NEVER_US;
  participant->missed = participant->said_goodbye = participant->expired = FALSE;
}

static void
remove_waiting (ParlorParticipant *participant, gint64 now_us)
{
  ParlorRoom *room = participant->room;
  parlor_lobby_remove (room->lobby, participant);
  g_hash_table_remove (room->people, participant->id);
  parlor_room_tell_lobby (room);
  if (parlor_room_is_empty (room))
    room->empty_since_us = now_us;
  parlor_room_touch (room);
}

void
parlor_participant_disconnect (ParlorParticipant *participant, gpointer session, gint64 now_us)
{
  if (participant->session != session || session == NULL)
    return;
  if (participant->info.waiting)
    remove_waiting (participant, now_us);
  else if (participant->info.kind != PARLOR_PARTICIPANT_PAGE)
    parlor_participant_depart (participant, PARLOR_LEFT_LOST, FALSE, now_us);
  else
    parlor_participant_set_away (participant, now_us);
}

void
parlor_participant_leave (ParlorParticipant *participant, gint64 now_us)
{
  if (participant->info.waiting)
    remove_waiting (participant, now_us);
  else
    parlor_participant_depart (participant, PARLOR_LEFT_LEFT, FALSE, now_us);
}

static void
seat_free_oldest (ParlorRoom *room)
{
  GHashTableIter iter;
  gpointer value;
  ParlorSeat *oldest = NULL;
  g_hash_table_iter_init (&iter, room->seats);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (oldest == NULL || ((ParlorSeat *)value)->until_us < oldest->until_us)
      oldest = value;
  if (oldest == NULL)
    return;
  parlor_room_forget_saved (room, oldest->id);
  g_hash_table_remove (room->seats, &oldest->resume);
}

void
parlor_room_keep_seat (ParlorRoom *room, ParlorSeat *seat)
{
  if (g_hash_table_size (room->seats) >= MAX (parlor_room_limits (room)->participants, 1))
    seat_free_oldest (room);
  g_hash_table_replace (room->seats, &seat->resume, seat);
  parlor_room_wake (room, seat->until_us);
}

static void
keep_seat_of (ParlorParticipant *participant, gint64 now_us)
{
  ParlorRoom *room = participant->room;
  ParlorSeat *seat = g_new (ParlorSeat, 1);
  *seat = (ParlorSeat){
      .id = g_strdup (participant->id),
      .identity = g_strdup (participant->identity),
      .name = g_strdup (participant->name),
      .role = participant->info.role,
      .granted = participant->granted,
      .guest = participant->info.guest,
      .resume = participant->resume,
      .joined_ms = participant->info.joined_at_ms,
      .left_ms = parlor_room_wall_ms (room),
      .until_us = now_us + parlor_room_limits (room)->resume_us,
  };
  parlor_room_keep_seat (room, seat);
  parlor_seat_save (room, seat);
}

/* Every place that points at somebody. */
static void
unlink_participant (ParlorParticipant *participant)
{
  ParlorRoom *room = participant->room;
  g_hash_table_steal (room->people, participant->id);
  g_ptr_array_remove (room->roster, participant);
  g_ptr_array_remove (room->players, participant);
  if (!parlor_hash_is_zero (&participant->resume))
    g_hash_table_remove (room->rooms->by_resume, &participant->resume);
  room->rooms->n_people--;
  parlor_room_forget_speaker (room, participant);
  if (room->stage_pin == participant)
    room->stage_pin = NULL;
  if (parlor_hands_set (room->hands, participant, FALSE))
    parlor_room_tell_hands (room);
}

void
parlor_participant_depart (ParlorParticipant *participant, ParlorLeaveReason reason,
                           gboolean keep_seat, gint64 now_us)
{
  ParlorRoom *room = participant->room;
  gboolean listed = parlor_participant_is_listed (participant);
  parlor_participant_close_endpoint (participant);
  parlor_room_begin (room);
  parlor_participant_keep_stay (participant, now_us);
  if (keep_seat)
    keep_seat_of (participant, now_us);
  else if (participant->info.kind == PARLOR_PARTICIPANT_PAGE)
    parlor_room_forget_saved (room, participant->id);
  if (listed)
    parlor_participant_happened (participant, "participant.left", parlor_leave_reason_name (reason),
                                 now_us);
  parlor_room_end_changes (room);
  unlink_participant (participant);
  participant->session = NULL;
  if (listed || participant->info.audience)
    parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_LEFT,
                                               .audience = listed ? PARLOR_TO_ALL : PARLOR_TO_APP,
                                               .participant = participant,
                                               .leave_reason = reason});
  if (parlor_room_is_empty (room))
    room->empty_since_us = now_us;
  parlor_room_touch (room);
  parlor_participant_free (participant);
}

gint64
parlor_participant_next_us (const ParlorParticipant *participant)
{
  gint64 next_us = MIN (participant->leave_us, participant->expires_us);
  if (participant->away_us != NEVER_US && !participant->missed)
    next_us = MIN (next_us,
                   participant->away_us + parlor_room_limits (participant->room)->reconnecting_us);
  return next_us;
}

static gboolean
still_sends (const ParlorParticipant *participant)
{
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    if (participant->media_stands && participant->info.sources[kind].active)
      return TRUE;
  return FALSE;
}

static void
expire_token (ParlorParticipant *participant, gint64 now_us)
{
  participant->expires_us = NEVER_US;
  participant->expired = TRUE;
  parlor_room_tell_closed (participant, PARLOR_CLOSED_TOKEN_EXPIRED);
  if (participant->info.waiting)
    remove_waiting (participant, now_us);
  else if (participant->info.kind == PARLOR_PARTICIPANT_PAGE)
    parlor_participant_set_away (participant, now_us);
  else
    parlor_participant_depart (participant, PARLOR_LEFT_LOST, FALSE, now_us);
}

/* One whose packets still come only lost his socket: he is not thrown out of the talk for that;
 * but for a token that is over he is. */
static void
give_up (ParlorParticipant *participant, gint64 now_us)
{
  gboolean goodbye = participant->said_goodbye;
  if (!goodbye && !participant->expired && still_sends (participant))
    {
      participant->leave_us = now_us + parlor_room_limits (participant->room)->seat_hold_us;
      return;
    }
  parlor_room_tell_closed (participant, PARLOR_CLOSED_LEFT);
  parlor_participant_depart (participant, goodbye ? PARLOR_LEFT_LEFT : PARLOR_LEFT_LOST, TRUE,
                             now_us);
}

void
parlor_participant_poll (ParlorParticipant *participant, gint64 now_us)
{
  gint64 reconnecting_us = parlor_room_limits (participant->room)->reconnecting_us;
  if (participant->away_us != NEVER_US && now_us - participant->away_us >= reconnecting_us
      && !participant->missed)
    {
      participant->missed = TRUE;
      parlor_participant_refresh_state (participant);
    }
  if (participant->leave_us <= now_us)
    give_up (participant, now_us);
  else if (participant->expires_us <= now_us)
    expire_token (participant, now_us);
}

gint64
parlor_room_poll_seats (ParlorRoom *room, gint64 now_us)
{
  gint64 next_us = NEVER_US;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, room->seats);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorSeat *seat = value;
      if (seat->until_us > now_us)
        next_us = MIN (next_us, seat->until_us);
      else
        {
          parlor_room_forget_saved (room, seat->id);
          g_hash_table_iter_remove (&iter);
        }
    }
  return next_us;
}
