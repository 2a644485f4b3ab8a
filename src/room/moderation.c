/* SPDX-License-Identifier: Apache-2.0 */
#include "room/private.h"

static gboolean
may_moderate (const ParlorRoom *room, const ParlorParticipant *by, GError **error)
{
  if (by == NULL || (by->room == room && parlor_participant_can (by, PARLOR_RIGHT_MODERATE)))
    return TRUE;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN, "only hosts may do that");
  return FALSE;
}

/* Whom a host means: one who waits, or one who is in. NULL with an error. */
static ParlorParticipant *
find_target (const ParlorRoom *room, const ParlorParticipant *by, const char *id, gboolean waiting,
             GError **error)
{
  if (!may_moderate (room, by, error))
    return NULL;
  ParlorParticipant *target = parlor_room_find (room, id);
  if (target != NULL && target->info.waiting == waiting)
    return target;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND,
                       waiting ? "nobody of that id waits" : "nobody of that id is in the room");
  return NULL;
}

static void
admit (ParlorParticipant *target, gint64 now_us)
{
  parlor_lobby_remove (target->room->lobby, target);
  target->info.joined_at_ms = parlor_room_wall_ms (target->room);
  parlor_participant_admit (target, now_us);
}

gboolean
parlor_room_admit (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                   GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, TRUE, error);
  if (target == NULL)
    return FALSE;
  if (room->roster->len >= parlor_room_limits (room)->participants)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY, "the room is full");
      return FALSE;
    }
  admit (target, now_us);
  parlor_room_tell_lobby (room);
  return TRUE;
}

static void
send_away (ParlorParticipant *target, ParlorDenial denial, gint64 now_us)
{
  parlor_room_emit (target->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_DENIED,
                                                     .session = target->session,
                                                     .participant = target,
                                                     .denial = denial});
  parlor_participant_disconnect (target, target->session, now_us);
}

gboolean
parlor_room_deny (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                  GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, TRUE, error);
  if (target == NULL)
    return FALSE;
  send_away (target, PARLOR_DENIED_HOST, now_us);
  return TRUE;
}

static void
open_lobby (ParlorRoom *room, gint64 now_us)
{
  guint n;
  for (ParlorParticipant *const *waiting = parlor_room_waiting (room, &n); n > 0;
       waiting = parlor_room_waiting (room, &n))
    {
      if (room->roster->len < parlor_room_limits (room)->participants)
        admit (waiting[0], now_us);
      else
        send_away (waiting[0], PARLOR_DENIED_ROOM_FULL, now_us);
    }
  parlor_room_tell_lobby (room);
}

/* Returns whether anything differs from before; the title is taken over. */
static gboolean
apply_change (ParlorRoom *room, const ParlorRoomChange *change, char *title)
{
  ParlorRoomInfo before = room->info;
  gboolean retitled = title != NULL && g_strcmp0 (title, room->title) != 0;
  if (change->has_locked)
    room->info.locked = !!change->locked;
  if (change->has_lobby)
    room->info.lobby = !!change->lobby;
  if (retitled)
    {
      g_free (room->title);
      room->info.title = room->title = title;
    }
  else
    g_free (title);
  return retitled || before.locked != room->info.locked || before.lobby != room->info.lobby;
}

gboolean
parlor_room_change (ParlorRoom *room, ParlorParticipant *by, const ParlorRoomChange *change,
                    gint64 now_us, GError **error)
{
  char *title = NULL;
  if (!may_moderate (room, by, error))
    return FALSE;
  if (change->title != NULL
      && (title = parlor_text_line (change->title, PARLOR_TITLE_MAX, "title", error)) == NULL)
    return FALSE;
  gboolean had_lobby = room->info.lobby;
  if (!apply_change (room, change, title))
    return TRUE;
  parlor_room_save (room, 0);
  parlor_room_emit (
      room, &(ParlorRoomEvent){.type = PARLOR_EVENT_ROOM, .audience = PARLOR_TO_ALL, .by = by});
  if (had_lobby && !room->info.lobby)
    open_lobby (room, now_us);
  return TRUE;
}

static void
mute (ParlorParticipant *target, ParlorSourceKind source, ParlorParticipant *by)
{
  target->server_muted[source] = TRUE;
  parlor_participant_apply_open (target, source);
  parlor_participant_refresh_source (target, source);
  parlor_room_emit (target->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_MUTED,
                                                     .session = target->session,
                                                     .participant = target,
                                                     .source = source,
                                                     .by = by});
  parlor_room_tell_participant (target);
}

gboolean
parlor_room_mute_all (ParlorRoom *room, ParlorParticipant *by, gint64 now_us, GError **error)
{
  if (!may_moderate (room, by, error))
    return FALSE;
  for (guint i = 0; i < room->roster->len; i++)
    {
      ParlorParticipant *target = room->roster->pdata[i];
      if (!parlor_participant_can (target, PARLOR_RIGHT_MODERATE)
          && target->info.sources[PARLOR_SOURCE_MICROPHONE].published
          && !target->server_muted[PARLOR_SOURCE_MICROPHONE])
        mute (target, PARLOR_SOURCE_MICROPHONE, by);
    }
  return TRUE;
}

gboolean
parlor_room_mute (ParlorRoom *room, ParlorParticipant *by, const char *id, ParlorSourceKind source,
                  gint64 now_us, GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, FALSE, error);
  if (target == NULL)
    return FALSE;
  if (source <= PARLOR_SOURCE_NONE || source >= PARLOR_N_SOURCES
      || !target->info.sources[source].published)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND,
                           "there is no such source to mute");
      return FALSE;
    }
  mute (target, source, by);
  return TRUE;
}

gboolean
parlor_room_ask_unmute (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                        GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, FALSE, error);
  if (target == NULL)
    return FALSE;
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_ASK_UNMUTE,
                                             .session = target->session,
                                             .participant = target,
                                             .by = by});
  return TRUE;
}

gboolean
parlor_room_lower_hand (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                        GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, FALSE, error);
  return target != NULL && parlor_participant_raise_hand (target, FALSE, now_us, error);
}

static void
dismiss (ParlorParticipant *target, gboolean ban, gint64 now_us)
{
  parlor_room_tell_closed (target, ban ? PARLOR_CLOSED_BANNED : PARLOR_CLOSED_REMOVED);
  parlor_participant_depart (target, ban ? PARLOR_LEFT_BANNED : PARLOR_LEFT_REMOVED, FALSE, now_us);
}

static void
add_ban (ParlorRoom *room, const char *identity, const ParlorHash *token,
         const ParlorParticipant *by)
{
  parlor_room_ban (room, identity, token);
  parlor_room_save_ban (room, g_ptr_array_index (room->bans, room->bans->len - 1),
                        by != NULL ? by->identity : "");
}

/* Out with everybody who is he, on whatever device, and his way back. */
static void
ban_person (ParlorRoom *room, ParlorParticipant *target, const ParlorParticipant *by, gint64 now_us)
{
  g_autofree char *identity = g_strdup (target->identity);
  add_ban (room, identity, &target->resume, by);
  if (!parlor_hash_is_zero (&target->device))
    add_ban (room, "", &target->device, by);
  guint n;
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (room->people, &n);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *other = g_hash_table_lookup (room->people, ids[i]);
      if (other != NULL && g_strcmp0 (other->identity, identity) == 0)
        {
          if (other->info.waiting)
            send_away (other, PARLOR_DENIED_BANNED, now_us);
          else
            dismiss (other, TRUE, now_us);
        }
    }
}

gboolean
parlor_room_remove (ParlorRoom *room, ParlorParticipant *by, const char *id, gboolean ban,
                    gint64 now_us, GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, FALSE, error);
  if (target == NULL)
    return FALSE;
  if (by != NULL && g_strcmp0 (target->identity, by->identity) == 0 && ban)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "you cannot ban yourself");
      return FALSE;
    }
  if (ban)
    ban_person (room, target, by, now_us);
  else
    dismiss (target, FALSE, now_us);
  return TRUE;
}

static gboolean
check_role (ParlorRoom *room, ParlorParticipant *by, ParlorParticipant *target, ParlorRole role,
            GError **error)
{
  if (role != PARLOR_ROLE_HOST && role != PARLOR_ROLE_MEMBER)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                         "role must be host or member");
  else if (role != PARLOR_ROLE_HOST && target == by && parlor_room_n_hosts (room) == 1)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                         "make somebody else a host first");
  else
    return TRUE;
  return FALSE;
}

gboolean
parlor_room_set_role (ParlorRoom *room, ParlorParticipant *by, const char *id, ParlorRole role,
                      gint64 now_us, GError **error)
{
  ParlorParticipant *target = find_target (room, by, id, FALSE, error);
  if (target == NULL || !check_role (room, by, target, role, error))
    return FALSE;
  if (target->info.role == role)
    return TRUE;
  target->info.role = role;
  target->info.rights = parlor_rights_effective (role, target->granted);
  parlor_room_begin (room);
  parlor_participant_save (target);
  parlor_participant_happened (target, "participant.role", NULL, now_us);
  parlor_room_end_changes (room);
  parlor_room_tell_participant (target);
  guint n;
  parlor_room_waiting (room, &n);
  if (n > 0)
    parlor_room_tell_lobby (room);
  return TRUE;
}

gboolean
parlor_room_pin_stage (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                       GError **error)
{
  ParlorParticipant *target = NULL;
  if (!may_moderate (room, by, error)
      || (id != NULL && (target = find_target (room, by, id, FALSE, error)) == NULL))
    return FALSE;
  if (target != NULL && !g_ptr_array_find (room->roster, target, NULL))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "he only watches");
      return FALSE;
    }
  if (room->stage_pin == target)
    return TRUE;
  room->stage_pin = target;
  parlor_room_touch (room);
  parlor_room_emit (
      room, &(ParlorRoomEvent){.type = PARLOR_EVENT_ROOM, .audience = PARLOR_TO_ALL, .by = by});
  return TRUE;
}

gboolean
parlor_room_end (ParlorRoom *room, ParlorParticipant *by, gint64 now_us, GError **error)
{
  if (!may_moderate (room, by, error))
    return FALSE;
  if (room->kept && by != NULL)
    parlor_room_adjourn (room, now_us);
  else
    parlor_room_close (room, now_us);
  return TRUE;
}
