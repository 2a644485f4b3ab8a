/* SPDX-License-Identifier: Apache-2.0 */
#include "room/private.h"

#include <string.h>

void
parlor_room_limits_default (ParlorRoomLimits *limits)
{
  *limits = (ParlorRoomLimits){
      .rooms = 10000,
      .participants = 1000,
      .audience = 12000,
      .players = 2000,
      .lobby = 100,
      .lobby_of_device = 5,
      .lobby_of_address = 30,
      .bans = 1000,
      .chat_length = PARLOR_CHAT_TEXT_MAX,
      .chat_history = PARLOR_CHAT_HISTORY,
      .chat_per_10s = 20,
      .seat_hold_us = 15 * SECOND_US,
      .reconnecting_us = 2 * SECOND_US,
      .beacon_hold_us = 3 * SECOND_US / 2,
      .resume_us = 600 * SECOND_US,
      .empty_us = 1800 * SECOND_US,
      .unopened_us = 24 * 3600 * SECOND_US,
      .unopened_keyless_us = 3600 * SECOND_US,
      .unopened_keyless = 200,
  };
}

ParlorRooms *
parlor_rooms_new (const ParlorRoomsSpec *spec)
{
  g_return_val_if_fail (spec->clock != NULL && spec->random.fill != NULL && spec->event != NULL,
                        NULL);
  ParlorRooms *rooms = g_new0 (ParlorRooms, 1);
  rooms->spec = *spec;
  rooms->rooms = g_ptr_array_new_with_free_func ((GDestroyNotify)parlor_room_free);
  rooms->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  rooms->by_code = g_hash_table_new (g_str_hash, g_str_equal);
  rooms->by_alias = g_hash_table_new (g_str_hash, g_str_equal);
  rooms->by_endpoint = g_hash_table_new (g_int64_hash, g_int64_equal);
  rooms->by_resume = g_hash_table_new (parlor_hash_hash, parlor_hash_equal);
  rooms->timers = parlor_timer_heap_new ();
  rooms->unopened = parlor_tally_new (spec->limits.unopened_keyless);
  if (spec->media != NULL)
    spec->media->ops->set_event_func (spec->media, parlor_rooms_media_event, rooms);
  if (spec->recorder != NULL)
    spec->recorder->ops->set_event_func (spec->recorder, parlor_rooms_recorder_event, rooms);
  return rooms;
}

void
parlor_rooms_add_entry (ParlorRooms *rooms, ParlorEntryFunc may_enter, gpointer user_data)
{
  g_return_if_fail (rooms->n_gates < PARLOR_GATES_MAX);
  rooms->gates[rooms->n_gates++] = (ParlorGate){may_enter, user_data};
}

void
parlor_rooms_remove_entry (ParlorRooms *rooms, gconstpointer user_data)
{
  for (guint i = rooms->n_gates; i-- > 0;)
    if (rooms->gates[i].user_data == user_data)
      rooms->gates[i] = rooms->gates[--rooms->n_gates];
}

void
parlor_rooms_set_closed (ParlorRooms *rooms, ParlorRoomClosed closed, gpointer user_data)
{
  rooms->closed = closed;
  rooms->closed_data = user_data;
}

void
parlor_rooms_set_removal (ParlorRooms *rooms, ParlorRemovalFunc removal, gpointer user_data)
{
  rooms->removal = removal;
  rooms->removal_data = user_data;
}

void
parlor_rooms_free (ParlorRooms *rooms)
{
  if (rooms == NULL)
    return;
  if (rooms->spec.media != NULL)
    rooms->spec.media->ops->set_event_func (rooms->spec.media, NULL, NULL);
  if (rooms->spec.recorder != NULL)
    rooms->spec.recorder->ops->set_event_func (rooms->spec.recorder, NULL, NULL);
  g_ptr_array_unref (rooms->rooms);
  g_hash_table_unref (rooms->by_id);
  g_hash_table_unref (rooms->by_code);
  g_hash_table_unref (rooms->by_alias);
  g_hash_table_unref (rooms->by_endpoint);
  g_hash_table_unref (rooms->by_resume);
  parlor_timer_heap_free (rooms->timers);
  parlor_tally_free (rooms->unopened);
  g_free (rooms);
}

ParlorRoom *
parlor_rooms_adopt (ParlorRooms *rooms, ParlorRoom *room)
{
  g_ptr_array_add (rooms->rooms, room);
  g_hash_table_insert (rooms->by_id, room->id, room);
  g_hash_table_insert (rooms->by_code, room->code, room);
  if (room->alias != NULL)
    g_hash_table_insert (rooms->by_alias, room->alias, room);
  return room;
}

void
parlor_rooms_forget_stranger (ParlorRooms *rooms, ParlorRoom *room)
{
  if (room->stranger == NULL)
    return;
  parlor_tally_give (rooms->unopened, room->stranger);
  g_clear_pointer (&room->stranger, g_free);
}

void
parlor_rooms_drop (ParlorRooms *rooms, ParlorRoom *room)
{
  g_hash_table_remove (rooms->by_id, room->id);
  g_hash_table_remove (rooms->by_code, room->code);
  if (room->alias != NULL)
    g_hash_table_remove (rooms->by_alias, room->alias);
  parlor_rooms_forget_stranger (rooms, room);
  parlor_timer_heap_cancel (rooms->timers, &room->timer);
  g_ptr_array_remove (rooms->rooms, room);
}

static gboolean
is_alias (const char *alias)
{
  gsize n = strspn (alias, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
  return n >= 1 && n <= 64 && alias[n] == '\0';
}

static const char *
known_kind (const char *kind)
{
  static const char *const kinds[] = {"meeting", "live", "consult"};
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kind != NULL ? kind : "meeting", kinds[i]) == 0)
      return kinds[i];
  return NULL;
}

static gboolean
check_spec (ParlorRooms *rooms, const ParlorRoomSpec *spec, GError **error)
{
  if (rooms->draining)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
                         "this server takes no new rooms: it is about to be stopped");
  else if (rooms->rooms->len >= rooms->spec.limits.rooms)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                         "too many rooms are open here: close one or try later");
  else if (spec->stranger != NULL && !parlor_tally_has_room (rooms->unopened, spec->stranger))
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                         "too many rooms of your address wait for somebody to come in");
  else if (known_kind (spec->kind) == NULL)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                         "kind must be meeting, live or consult");
  else if (spec->alias != NULL && !is_alias (spec->alias))
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                         "a room's name must have 1 to 64 of A-Z a-z 0-9 . _ -");
  else if (spec->alias != NULL && parlor_rooms_find (rooms, spec->alias) != NULL)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "there is a room %s already",
                 spec->alias);
  else
    return TRUE;
  return FALSE;
}

/* A new room's record needs an id and a code that nobody has; 50 bits make a second try rare. */
static void
make_names (ParlorRooms *rooms, char id[PARLOR_ID_SIZE], char code[PARLOR_CODE_SIZE])
{
  parlor_id_make ("rm", &rooms->spec.random, id);
  do
    parlor_code_make (&rooms->spec.random, code);
  while (g_hash_table_contains (rooms->by_code, code));
}

ParlorRoom *
parlor_rooms_create (ParlorRooms *rooms, const ParlorRoomSpec *spec, gint64 now_us, GError **error)
{
  if (!check_spec (rooms, spec, error))
    return NULL;
  g_autofree char *title = NULL;
  if (spec->title != NULL && *spec->title != '\0'
      && (title = parlor_text_line (spec->title, PARLOR_TITLE_MAX, "title", error)) == NULL)
    return NULL;
  char id[PARLOR_ID_SIZE], code[PARLOR_CODE_SIZE];
  make_names (rooms, id, code);
  ParlorRoomRecord record = {
      .id = id,
      .brand = spec->brand != NULL ? spec->brand : PARLOR_DEMO_BRAND,
      .code = code,
      .alias = spec->alias,
      .kind = known_kind (spec->kind),
      .title = title != NULL ? title : "",
      .lobby = !!spec->lobby,
      .by_stranger = spec->stranger != NULL,
      .created_ms = rooms->spec.clock->wall_ms (rooms->spec.clock),
  };
  ParlorRoom *room = parlor_rooms_adopt (rooms, parlor_room_new (rooms, &record));
  room->empty_since_us = now_us;
  if (spec->stranger != NULL && parlor_tally_take (rooms->unopened, spec->stranger))
    room->stranger = g_strdup (spec->stranger);
  parlor_room_wake (room, parlor_room_empty_deadline (room));
  parlor_room_begin (room);
  parlor_room_save (room, 0);
  parlor_room_happened (room, "room.created", now_us);
  parlor_room_end_changes (room);
  return room;
}

void
parlor_rooms_set_draining (ParlorRooms *rooms, gboolean draining)
{
  rooms->draining = draining;
}

gboolean
parlor_rooms_is_draining (const ParlorRooms *rooms)
{
  return rooms->draining;
}

ParlorRoom *
parlor_rooms_find (ParlorRooms *rooms, const char *name)
{
  char code[PARLOR_CODE_SIZE];
  if (name == NULL)
    return NULL;
  ParlorRoom *room = g_hash_table_lookup (rooms->by_id, name);
  if (room == NULL)
    room = g_hash_table_lookup (rooms->by_alias, name);
  if (room == NULL && parlor_code_parse (name, code))
    room = g_hash_table_lookup (rooms->by_code, code);
  return room;
}

ParlorRoom *
parlor_rooms_find_of (ParlorRooms *rooms, const char *brand, const char *name)
{
  ParlorRoom *room = parlor_rooms_find (rooms, name);
  return room != NULL && g_strcmp0 (room->brand, brand) == 0 ? room : NULL;
}

ParlorRoom **
parlor_rooms_list (ParlorRooms *rooms, guint *n)
{
  *n = rooms->rooms->len;
  return g_memdup2 (rooms->rooms->pdata, rooms->rooms->len * sizeof (ParlorRoom *));
}

guint
parlor_rooms_count (const ParlorRooms *rooms)
{
  return rooms->rooms->len;
}

guint
parlor_rooms_count_participants (const ParlorRooms *rooms)
{
  return rooms->n_people;
}

void
parlor_rooms_flush (ParlorRooms *rooms, ParlorStoreFlushed flushed, gpointer user_data)
{
  if (rooms->spec.store != NULL)
    rooms->spec.store->ops->flush (rooms->spec.store, flushed, user_data);
  else
    flushed (TRUE, user_data);
}

gboolean
parlor_rooms_leave_by_token (ParlorRooms *rooms, const char *resume_token, gint64 now_us)
{
  ParlorHash hash = parlor_hash (resume_token);
  ParlorParticipant *participant = g_hash_table_lookup (rooms->by_resume, &hash);
  if (participant == NULL)
    return FALSE;
  participant->said_goodbye = TRUE;
  participant->leave_us = MIN (participant->leave_us, now_us + rooms->spec.limits.beacon_hold_us);
  parlor_room_wake (participant->room, participant->leave_us);
  return TRUE;
}

static void
tell_shutdown (gpointer key, gpointer value, gpointer user_data)
{
  ParlorParticipant *participant = value;
  parlor_participant_keep_stay (participant, *(gint64 *)user_data);
  parlor_room_tell_closed (participant, PARLOR_CLOSED_SERVER_SHUTDOWN);
  participant->session = NULL;
}

void
parlor_rooms_shutdown (ParlorRooms *rooms, gint64 now_us)
{
  for (guint i = 0; i < rooms->rooms->len; i++)
    {
      ParlorRoom *room = rooms->rooms->pdata[i];
      parlor_recording_close (room, now_us);
      g_hash_table_foreach (room->people, tell_shutdown, &now_us);
    }
}

gint64
parlor_rooms_next_us (const ParlorRooms *rooms)
{
  return parlor_timer_heap_next_us (rooms->timers);
}

/* Whatever a poll puts off to now waits for the next one: so it ends. A room ends only itself. */
void
parlor_rooms_poll (ParlorRooms *rooms, gint64 now_us)
{
  g_autoptr (GPtrArray) due = g_ptr_array_new ();
  for (ParlorTimer *timer = parlor_timer_heap_pop_due (rooms->timers, now_us); timer != NULL;
       timer = parlor_timer_heap_pop_due (rooms->timers, now_us))
    g_ptr_array_add (due, PARLOR_TIMER_OWNER (timer, ParlorRoom, timer));
  for (guint i = 0; i < due->len; i++)
    parlor_room_poll (due->pdata[i], now_us);
}
