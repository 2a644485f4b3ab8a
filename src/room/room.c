/* SPDX-License-Identifier: Apache-2.0 */
#include "room/private.h"

ParlorRoom *
parlor_room_new (ParlorRooms *rooms, const ParlorRoomRecord *record)
{
  ParlorRoom *room = g_new0 (ParlorRoom, 1);
  room->rooms = rooms;
  g_strlcpy (room->id, record->id, sizeof room->id);
  g_strlcpy (room->brand, record->brand, sizeof room->brand);
  g_strlcpy (room->code, record->code, sizeof room->code);
  parlor_code_format (room->code, room->shown_code);
  room->alias = g_strdup (record->alias);
  room->title = g_strdup (record->title);
  room->info = (ParlorRoomInfo){
      .id = room->id,
      .brand = room->brand,
      .code = room->shown_code,
      .alias = room->alias,
      .kind = g_intern_string (record->kind),
      .title = room->title,
      .locked = record->locked,
      .lobby = record->lobby,
      .by_stranger = record->by_stranger,
      .created_at_ms = record->created_ms,
  };
  room->people = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify)parlor_participant_free);
  room->roster = g_ptr_array_new ();
  room->players = g_ptr_array_new ();
  room->seats = g_hash_table_new_full (parlor_hash_hash, parlor_hash_equal, NULL,
                                       (GDestroyNotify)parlor_seat_free);
  room->bans = g_ptr_array_new_with_free_func ((GDestroyNotify)parlor_ban_free);
  room->lobby = parlor_lobby_new (rooms->spec.limits.lobby);
  room->hands = parlor_hands_new ();
  room->recording = parlor_recording_new (record->kind);
  room->chat = parlor_chat_new (rooms->spec.limits.chat_history);
  room->stage_next_us = room->empty_since_us = NEVER_US;
  room->choose_next_us = G_MININT64;
  return room;
}

void
parlor_room_free (ParlorRoom *room)
{
  if (room == NULL)
    return;
  g_hash_table_unref (room->people);
  g_ptr_array_unref (room->roster);
  g_ptr_array_unref (room->players);
  g_hash_table_unref (room->seats);
  g_ptr_array_unref (room->bans);
  parlor_lobby_free (room->lobby);
  parlor_hands_free (room->hands);
  parlor_chat_free (room->chat);
  parlor_recording_free (room->recording);
  parlor_room_clear_settings (room);
  g_free (room->alias);
  g_free (room->title);
  g_free (room->stranger);
  g_free (room);
}

const ParlorRoomInfo *
parlor_room_info (const ParlorRoom *room)
{
  return &room->info;
}

const ParlorRoomLimits *
parlor_room_limits (const ParlorRoom *room)
{
  return &room->rooms->spec.limits;
}

gint64
parlor_room_wall_ms (const ParlorRoom *room)
{
  ParlorClock *clock = room->rooms->spec.clock;
  return clock->wall_ms (clock);
}

gint64
parlor_room_ms (const ParlorRoom *room, gint64 now_us)
{
  return room->opened_ms != 0 ? MAX (0, (now_us - room->opened_us) / 1000) : 0;
}

/* Whoever is the first to come into a kept room that rested. */
static void
wake_up (ParlorRoom *room, gint64 now_us)
{
  room->resting = FALSE;
  parlor_room_begin (room);
  parlor_room_happened (room, "room.live", now_us);
  parlor_room_end_changes (room);
}

void
parlor_room_open_clock (ParlorRoom *room, gint64 now_us)
{
  if (room->resting)
    wake_up (room, now_us);
  if (room->opened_ms != 0)
    return;
  room->opened_ms = MAX (1, parlor_room_wall_ms (room));
  room->opened_us = now_us;
  parlor_rooms_forget_stranger (room->rooms, room);
  parlor_room_begin (room);
  parlor_room_save (room, 0);
  /* A live room goes live when its host says so: that is src/live's to tell. */
  if (!g_str_equal (room->info.kind, "live"))
    parlor_room_happened (room, "room.live", now_us);
  parlor_room_end_changes (room);
}

guint
parlor_room_n_participants (const ParlorRoom *room)
{
  return room->roster->len;
}

gboolean
parlor_room_is_live (const ParlorRoom *room)
{
  return room->info.kind == g_intern_static_string ("live");
}

guint
parlor_room_n_audience (const ParlorRoom *room)
{
  guint n = 0;
  for (guint i = 0; i < room->roster->len; i++)
    {
      const ParlorParticipant *participant = room->roster->pdata[i];
      n += participant->info.audience && participant->session != NULL && !participant->said_goodbye;
    }
  return n + room->players->len;
}

void
parlor_room_set_stage (ParlorRoom *room, ParlorStage stage)
{
  if (room->stage == stage)
    return;
  room->stage = stage;
  for (guint i = 0; i < room->roster->len; i++)
    {
      ParlorParticipant *participant = room->roster->pdata[i];
      for (guint kind = PARLOR_SOURCE_MICROPHONE; kind < PARLOR_N_SOURCES; kind++)
        if (participant->info.sources[kind].published)
          parlor_participant_apply_open (participant, kind);
    }
  parlor_room_touch (room);
}

ParlorParticipant *
parlor_room_participant (const ParlorRoom *room, guint i)
{
  return i < room->roster->len ? room->roster->pdata[i] : NULL;
}

ParlorParticipant *
parlor_room_find (const ParlorRoom *room, const char *id)
{
  return id != NULL ? g_hash_table_lookup (room->people, id) : NULL;
}

ParlorParticipant *
parlor_room_find_identity (const ParlorRoom *room, const char *identity)
{
  for (guint i = room->roster->len; i-- > 0;)
    {
      ParlorParticipant *participant = room->roster->pdata[i];
      if (g_strcmp0 (participant->identity, identity) == 0)
        return participant;
    }
  return NULL;
}

guint
parlor_room_n_hosts (const ParlorRoom *room)
{
  guint n = 0;
  for (guint i = 0; i < room->roster->len; i++)
    n += parlor_participant_can (room->roster->pdata[i], PARLOR_RIGHT_MODERATE);
  return n;
}

ParlorParticipant *const *
parlor_room_hands (const ParlorRoom *room, guint *n)
{
  return (ParlorParticipant *const *)parlor_hands_list (room->hands, n);
}

ParlorParticipant *const *
parlor_room_waiting (const ParlorRoom *room, guint *n)
{
  return (ParlorParticipant *const *)parlor_lobby_list (room->lobby, n);
}

const ParlorChat *
parlor_room_chat (const ParlorRoom *room)
{
  return room->chat;
}

gboolean
parlor_room_is_empty (const ParlorRoom *room)
{
  return g_hash_table_size (room->people) == 0;
}

void
parlor_room_emit (ParlorRoom *room, const ParlorRoomEvent *event)
{
  ParlorRoomEvent full = *event;
  if (full.audience == PARLOR_TO_ONE && full.session == NULL)
    return;
  full.room = room;
  parlor_recording_watch (room, &full);
  room->rooms->spec.event (&full, room->rooms->spec.user_data);
}

void
parlor_room_tell_closed (ParlorParticipant *participant, ParlorCloseReason reason)
{
  parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_CLOSED,
                                                          .session = participant->session,
                                                          .participant = participant,
                                                          .close_reason = reason});
}

void
parlor_room_tell_participant (ParlorParticipant *participant)
{
  if (parlor_participant_is_listed (participant))
    parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_PARTICIPANT,
                                                            .audience = PARLOR_TO_ALL,
                                                            .participant = participant});
}

/* Everybody's `hand` is his place in the queue, so one that goes down moves the others. */
void
parlor_room_tell_hands (ParlorRoom *room)
{
  guint n;
  ParlorParticipant *const *raised = parlor_room_hands (room, &n);
  for (guint i = 0; i < n; i++)
    raised[i]->info.hand = i + 1;
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_HANDS,
                                             .audience = PARLOR_TO_ALL,
                                             .participants = raised,
                                             .n_participants = n});
}

void
parlor_room_tell_lobby (ParlorRoom *room)
{
  guint n;
  ParlorParticipant *const *waiting = parlor_room_waiting (room, &n);
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_LOBBY,
                                             .audience = PARLOR_TO_HOSTS,
                                             .participants = waiting,
                                             .n_participants = n});
  for (guint i = 0; i < n; i++)
    parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_WAITING,
                                               .session = waiting[i]->session,
                                               .participant = waiting[i],
                                               .position = i + 1});
}

void
parlor_room_wake (ParlorRoom *room, gint64 at_us)
{
  if (!parlor_timer_is_armed (&room->timer) || at_us < room->timer.deadline_us)
    parlor_timer_heap_set (room->rooms->timers, &room->timer, at_us);
}

void
parlor_room_touch (ParlorRoom *room)
{
  room->dirty = TRUE;
  parlor_room_wake (room, room->choose_next_us);
}

void
parlor_room_untell (ParlorRoom *room)
{
  room->untold = TRUE;
  parlor_room_wake (room, G_MININT64);
}

gint64
parlor_room_empty_deadline (const ParlorRoom *room)
{
  const ParlorRoomLimits *limits = parlor_room_limits (room);
  gboolean by_stranger = room->info.by_stranger;
  if (room->empty_since_us == NEVER_US || (parlor_room_is_live (room) && !by_stranger))
    return NEVER_US;
  if (room->kept && (room->resting || room->opened_ms == 0))
    return NEVER_US;
  return room->empty_since_us
         + (room->opened_ms != 0 ? limits->empty_us
            : by_stranger        ? limits->unopened_keyless_us
                                 : limits->unopened_us);
}

static gint64
next_deadline (ParlorRoom *room)
{
  gint64 next_us = MIN (room->stage_next_us, parlor_room_empty_deadline (room));
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, room->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    next_us = MIN (next_us, parlor_participant_next_us (value));
  if (room->speaking_untold)
    next_us = MIN (next_us, room->speaking_next_us);
  return room->dirty ? MIN (next_us, room->choose_next_us) : next_us;
}

/* A copy of the list: whoever's time is up takes himself out of it. */
static void
poll_people (ParlorRoom *room, gint64 now_us)
{
  guint n;
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (room->people, &n);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = g_hash_table_lookup (room->people, ids[i]);
      if (participant != NULL && parlor_participant_next_us (participant) <= now_us)
        parlor_participant_poll (participant, now_us);
    }
}

static void
poll_stage (ParlorRoom *room, gint64 now_us)
{
  if (room->stage_next_us > now_us)
    return;
  room->stage_next_us = NEVER_US;
  room->stage_speaker = room->speaker;
  room->dirty = TRUE;
}

void
parlor_room_poll (ParlorRoom *room, gint64 now_us)
{
  poll_people (room, now_us);
  gint64 seats_next_us = parlor_room_poll_seats (room, now_us);
  if (parlor_room_empty_deadline (room) <= now_us)
    {
      if (!room->kept)
        {
          parlor_room_close (room, now_us);
          return;
        }
      parlor_room_rest (room, now_us);
    }
  poll_stage (room, now_us);
  parlor_recording_poll (room, now_us);
  parlor_room_poll_speaking (room, now_us);
  if (room->dirty && room->choose_next_us <= now_us)
    parlor_room_choose (room, now_us);
  if (room->untold)
    parlor_room_tell_slots (room);
  parlor_timer_heap_set (room->rooms->timers, &room->timer,
                         MIN (next_deadline (room), seats_next_us));
}

static void
dismiss (gpointer key, gpointer value, gpointer user_data)
{
  ParlorParticipant *participant = value;
  ParlorRooms *rooms = participant->room->rooms;
  parlor_room_tell_closed (participant, PARLOR_CLOSED_ENDED);
  participant->session = NULL;
  parlor_participant_close_endpoint (participant);
  if (!parlor_hash_is_zero (&participant->resume))
    g_hash_table_remove (rooms->by_resume, &participant->resume);
  if (!participant->info.waiting)
    rooms->n_people--;
}

void
parlor_room_close (ParlorRoom *room, gint64 now_us)
{
  GHashTableIter people;
  gpointer participant;
  parlor_recording_close (room, now_us);
  room->ending = TRUE;
  parlor_room_begin (room);
  parlor_room_save (room, parlor_room_wall_ms (room));
  g_hash_table_iter_init (&people, room->people);
  while (g_hash_table_iter_next (&people, NULL, &participant))
    parlor_participant_keep_stay (participant, now_us);
  for (guint i = 0; i < room->roster->len; i++)
    parlor_participant_happened (room->roster->pdata[i], "participant.left", "ended", now_us);
  parlor_room_happened (room, g_str_equal (room->info.kind, "live") ? "room.closed" : "room.ended",
                        now_us);
  parlor_room_forget_settings (room);
  if (room->rooms->closed != NULL)
    room->rooms->closed (room, room->rooms->closed_data);
  parlor_room_end_changes (room);
  parlor_rooms_purge_quality (room->rooms, now_us);
  g_hash_table_foreach (room->people, dismiss, NULL);
  parlor_rooms_drop (room->rooms, room);
}

/* ---- kept rooms ----------------------------------------------------------------------------- */

static void
forget_seat (gpointer key, gpointer value, gpointer user_data)
{
  parlor_room_forget_saved (user_data, ((ParlorSeat *)value)->id);
}

static void
forget_meeting (ParlorRoom *room, gint64 now_us)
{
  g_hash_table_foreach (room->seats, forget_seat, room);
  g_hash_table_remove_all (room->seats);
  parlor_chat_free (room->chat);
  room->chat = parlor_chat_new (parlor_room_limits (room)->chat_history);
  room->resting = TRUE;
  room->rested_ms = MAX (1, parlor_room_ms (room, now_us));
}

/* Of markers and words alike, which the store has of all meetings. */
gboolean
parlor_room_is_over (const ParlorRoom *room, gint64 room_ms)
{
  return room->resting || (room->rested_ms != 0 && room_ms <= room->rested_ms);
}

void
parlor_room_rest (ParlorRoom *room, gint64 now_us)
{
  parlor_recording_rest (room, now_us);
  parlor_room_begin (room);
  forget_meeting (room, now_us);
  room->info.locked = FALSE;
  parlor_room_save (room, 0);
  parlor_room_happened (room, "room.ended", now_us);
  parlor_room_end_changes (room);
}

void
parlor_room_adjourn (ParlorRoom *room, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, room->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      parlor_room_tell_closed (value, PARLOR_CLOSED_ENDED);
      ((ParlorParticipant *)value)->session = NULL;
    }
  guint n;
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (room->people, &n);
  for (guint i = 0; i < n; i++)
    parlor_participant_leave (g_hash_table_lookup (room->people, ids[i]), now_us);
  parlor_room_rest (room, now_us);
}

/* What the store kept of a meeting that is over comes back with it at start. */
static gboolean
is_long_over (const ParlorRoom *room)
{
  guint n = parlor_chat_length (room->chat);
  const ParlorChatMessage *last = n > 0 ? parlor_chat_get (room->chat, n - 1) : NULL;
  gint64 since_ms = parlor_room_wall_ms (room) - parlor_room_limits (room)->empty_us / 1000;
  return room->opened_ms != 0 && parlor_room_is_empty (room) && g_hash_table_size (room->seats) == 0
         && (last == NULL || last->at_ms < since_ms);
}

void
parlor_room_set_kept (ParlorRoom *room, gboolean kept, gint64 now_us)
{
  if (kept && !room->kept && is_long_over (room))
    {
      forget_meeting (room, now_us);
      parlor_room_save (room, 0);
    }
  room->kept = kept;
  parlor_room_wake (room, now_us);
}

gboolean
parlor_room_is_kept (const ParlorRoom *room)
{
  return room->kept;
}
