/* SPDX-License-Identifier: Apache-2.0 */
/* The domain's objects as records of the store, and back at start. */
#include "room/private.h"

static ParlorStore *
store_of (const ParlorRoom *room)
{
  return room->rooms->spec.store;
}

void
parlor_room_save (const ParlorRoom *room, gint64 closed_ms)
{
  ParlorStore *store = store_of (room);
  ParlorRoomRecord record = {
      .id = room->id,
      .brand = room->brand,
      .code = room->code,
      .alias = room->alias,
      .kind = room->info.kind,
      .title = room->title,
      .locked = room->info.locked,
      .lobby = room->info.lobby,
      .created_ms = room->info.created_at_ms,
      .opened_ms = room->opened_ms,
      .closed_ms = closed_ms,
      .by_stranger = room->info.by_stranger,
      .rested_ms = room->rested_ms,
  };
  if (store != NULL)
    store->ops->put_room (store, &record);
}

void
parlor_participant_save (const ParlorParticipant *participant)
{
  ParlorStore *store = store_of (participant->room);
  ParlorParticipantRecord record = {
      .room = participant->room->id,
      .id = participant->id,
      .identity = participant->identity,
      .name = participant->name,
      .role = participant->info.role,
      .granted = participant->granted,
      .guest = participant->info.guest,
      .resume = participant->resume,
      .joined_ms = participant->info.joined_at_ms,
  };
  /* Without a resume token there is nothing to come back to (WHIP, WHEP). */
  if (store != NULL && !parlor_hash_is_zero (&participant->resume))
    store->ops->put_participant (store, &record);
}

void
parlor_seat_save (const ParlorRoom *room, const ParlorSeat *seat)
{
  ParlorStore *store = store_of (room);
  ParlorParticipantRecord record = {
      .room = room->id,
      .id = seat->id,
      .identity = seat->identity,
      .name = seat->name,
      .role = seat->role,
      .granted = seat->granted,
      .guest = seat->guest,
      .resume = seat->resume,
      .joined_ms = seat->joined_ms,
      .left_ms = seat->left_ms,
  };
  if (store != NULL)
    store->ops->put_participant (store, &record);
}

void
parlor_room_save_ban (const ParlorRoom *room, const ParlorBan *ban, const char *by)
{
  ParlorStore *store = store_of (room);
  ParlorBanRecord record = {
      .room = room->id,
      .identity = ban->identity,
      .token = ban->token,
      .by = by,
      .at_ms = parlor_room_wall_ms (room),
  };
  if (store != NULL)
    store->ops->put_ban (store, &record);
}

void
parlor_room_save_chat (const ParlorRoom *room, const ParlorChatMessage *message)
{
  ParlorStore *store = store_of (room);
  ParlorChatRecord record = {.room = room->id, .message = *message};
  if (store != NULL)
    store->ops->put_chat (store, &record);
}

void
parlor_room_forget_saved (const ParlorRoom *room, const char *participant)
{
  ParlorStore *store = store_of (room);
  if (store != NULL)
    store->ops->forget_participant (store, room->id, participant);
}

typedef struct
{
  ParlorRooms *rooms;
  gint64 now_us;
  gint64 wall_ms;
} Loading;

static void
load_room (const ParlorRoomRecord *record, gpointer user_data)
{
  Loading *loading = user_data;
  ParlorRoom *room = parlor_rooms_adopt (loading->rooms, parlor_room_new (loading->rooms, record));
  room->opened_ms = record->opened_ms;
  room->rested_ms = record->rested_ms;
  room->opened_us = loading->now_us
                    - MAX (record->rested_ms, loading->wall_ms - record->opened_ms) * 1000;
  room->empty_since_us = loading->now_us;
  parlor_room_wake (room, G_MININT64);
}

static void
load_participant (const ParlorParticipantRecord *record, gpointer user_data)
{
  Loading *loading = user_data;
  ParlorRoom *room = g_hash_table_lookup (loading->rooms->by_id, record->room);
  if (room == NULL)
    return;
  ParlorSeat *seat = g_new (ParlorSeat, 1);
  *seat = (ParlorSeat){
      .id = g_strdup (record->id),
      .identity = g_strdup (record->identity),
      .name = g_strdup (record->name),
      .role = record->role,
      .granted = record->granted,
      .guest = record->guest,
      .resume = record->resume,
      .joined_ms = record->joined_ms,
      .left_ms = record->left_ms,
      .until_us = loading->now_us + loading->rooms->spec.limits.resume_us,
  };
  parlor_room_keep_seat (room, seat);
}

static void
load_ban (const ParlorBanRecord *record, gpointer user_data)
{
  Loading *loading = user_data;
  ParlorRoom *room = g_hash_table_lookup (loading->rooms->by_id, record->room);
  if (room != NULL)
    parlor_room_ban (room, record->identity, &record->token);
}

/* The room clock never falls behind what was said in it, whatever the wall clock did meanwhile.
 * What was said in a meeting that is over is not the next one's. */
static void
load_chat (const ParlorChatRecord *record, gpointer user_data)
{
  Loading *loading = user_data;
  ParlorRoom *room = g_hash_table_lookup (loading->rooms->by_id, record->room);
  if (room == NULL)
    return;
  if (!parlor_room_is_over (room, record->message.room_ms))
    parlor_chat_add (room->chat, &record->message);
  room->opened_us = MIN (room->opened_us, loading->now_us - record->message.room_ms * 1000);
}

gboolean
parlor_rooms_load (ParlorRooms *rooms, gint64 now_us, GError **error)
{
  static const ParlorStoreVisitor visitor = {load_room, load_participant, load_ban, load_chat};
  ParlorStore *store = rooms->spec.store;
  if (store == NULL)
    return TRUE;
  Loading loading = {rooms, now_us, rooms->spec.clock->wall_ms (rooms->spec.clock)};
  gint64 since_ms = loading.wall_ms - rooms->spec.limits.resume_us / 1000;
  return store->ops->load (store, since_ms, rooms->spec.limits.chat_history, &visitor, &loading,
                           error);
}
