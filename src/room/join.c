/* SPDX-License-Identifier: Apache-2.0 */
/* How pages come in: new, through the lobby, or back on their own seat. */
#include "base/addr.h"
#include "room/private.h"

static char *
name_or_identity (const ParlorJoin *join)
{
  char *name = parlor_text_line (join->name, PARLOR_NAME_MAX, "name", NULL);
  if (name != NULL)
    return name;
  glong length = g_utf8_strlen (join->identity, -1);
  return g_utf8_substring (join->identity, 0, MIN (length, PARLOR_NAME_MAX));
}

static void
set_role (ParlorParticipant *participant, ParlorRole role)
{
  participant->info.role = role;
  participant->info.rights = parlor_rights_effective (role, participant->granted);
  participant->info.audience = role == PARLOR_ROLE_VIEWER && parlor_room_is_live (participant->room)
                               && participant->info.kind == PARLOR_PARTICIPANT_PAGE;
  if (participant->info.audience)
    participant->info.rights &= PARLOR_RIGHT_SUBSCRIBE;
}

static ParlorHash
network_hash (const char *address)
{
  char text[PARLOR_ADDR_STRING_BYTES];
  return parlor_hash (address != NULL ? parlor_addr_network (address, text) : NULL);
}

ParlorParticipant *
parlor_participant_new (ParlorRoom *room, const ParlorJoin *join, ParlorParticipantKind kind,
                        gint64 now_us)
{
  ParlorParticipant *participant = g_new0 (ParlorParticipant, 1);
  participant->room = room;
  parlor_id_make ("pt", &room->rooms->spec.random, participant->id);
  participant->identity = g_strdup (join->identity);
  participant->name = name_or_identity (join);
  participant->company = g_strdup (join->company);
  participant->granted = join->granted;
  participant->device = parlor_hash (join->device);
  participant->network = network_hash (join->address);
  participant->session = join->session;
  participant->visible = TRUE;
  participant->away_us = participant->leave_us = participant->told_us = NEVER_US;
  participant->expires_us = join->valid_us > 0 ? now_us + join->valid_us : NEVER_US;
  participant->uplink_level = participant->level = 3;
  participant->page.at_us = now_us;
  participant->info = (ParlorParticipantInfo){
      .id = participant->id,
      .identity = participant->identity,
      .name = participant->name,
      .company = participant->company,
      .kind = kind,
      .guest = join->guest,
      .joined_at_ms = parlor_room_wall_ms (room),
  };
  set_role (participant, join->role);
  return participant;
}

void
parlor_participant_free (ParlorParticipant *participant)
{
  if (participant == NULL)
    return;
  parlor_slot_table_free (participant->slots);
  parlor_quality_log_free (participant->stay);
  g_free (participant->identity);
  g_free (participant->name);
  g_free (participant->company);
  g_free (participant->publisher);
  g_free (participant->tiles);
  g_free (participant);
}

/* Into the people, and among those whom the others see. */
void
parlor_participant_enter (ParlorParticipant *participant, gint64 now_us)
{
  ParlorRoom *room = participant->room;
  if (!participant->info.waiting)
    g_hash_table_insert (room->people, participant->id, participant);
  participant->info.waiting = FALSE;
  gboolean player = participant->info.kind == PARLOR_PARTICIPANT_PLAYER;
  if (player)
    g_ptr_array_add (room->players, participant);
  if (!player || parlor_room_limits (room)->roster_players)
    g_ptr_array_add (room->roster, participant);
  room->rooms->n_people++;
  room->empty_since_us = NEVER_US;
  parlor_room_open_clock (room, now_us);
  if (parlor_participant_is_listed (participant))
    parlor_participant_happened (participant, "participant.joined", NULL, now_us);
  parlor_room_wake (room, parlor_participant_next_us (participant));
  parlor_room_touch (room);
}

void
parlor_participant_welcome (ParlorParticipant *participant, const char *resume_token,
                            gboolean resumed)
{
  parlor_room_emit (participant->room,
                    &(ParlorRoomEvent){.type = PARLOR_EVENT_WELCOME,
                                       .session = participant->session,
                                       .participant = participant,
                                       .resume_token = resume_token,
                                       .resumed = resumed,
                                       .transport_alive = participant->media_stands});
  if (participant->slots != NULL)
    parlor_slot_table_untell (participant->slots);
  parlor_room_untell (participant->room);
  guint n;
  parlor_room_waiting (participant->room, &n);
  if (n > 0 && parlor_participant_can (participant, PARLOR_RIGHT_MODERATE))
    parlor_room_tell_lobby (participant->room);
}

static void
take_token (ParlorParticipant *participant, const char *token)
{
  participant->resume = parlor_hash (token);
  g_hash_table_insert (participant->room->rooms->by_resume, &participant->resume, participant);
}

/* A new page, past every gate. */
void
parlor_participant_admit (ParlorParticipant *participant, gint64 now_us)
{
  char token[PARLOR_TOKEN_SIZE];
  parlor_token_make (&participant->room->rooms->spec.random, token);
  take_token (participant, token);
  parlor_room_begin (participant->room);
  parlor_participant_enter (participant, now_us);
  parlor_participant_save (participant);
  parlor_room_end_changes (participant->room);
  parlor_participant_welcome (participant, token, FALSE);
  parlor_room_tell_participant (participant);
}

static gboolean
is_same (const ParlorHash *a, const ParlorHash *b)
{
  return !parlor_hash_is_zero (a) && parlor_hash_equal (a, b);
}

/* One who has the link must not take every place of those who wait. */
static gboolean
has_his_fill (const ParlorRoom *room, const ParlorParticipant *participant)
{
  const ParlorRoomLimits *limits = parlor_room_limits (room);
  guint n, of_device = 0, of_address = 0;
  ParlorParticipant *const *waiting = parlor_room_waiting (room, &n);
  for (guint i = 0; i < n; i++)
    {
      of_device += is_same (&waiting[i]->device, &participant->device);
      of_address += is_same (&waiting[i]->network, &participant->network);
    }
  return of_device >= limits->lobby_of_device || of_address >= limits->lobby_of_address;
}

static ParlorParticipant *
start_waiting (ParlorRoom *room, const ParlorJoin *join, gint64 now_us, ParlorDenial *denial)
{
  ParlorParticipant *participant = parlor_participant_new (room, join, PARLOR_PARTICIPANT_PAGE,
                                                           now_us);
  if (has_his_fill (room, participant) || !parlor_lobby_add (room->lobby, participant))
    {
      parlor_participant_free (participant);
      *denial = PARLOR_DENIED_ROOM_FULL;
      return NULL;
    }
  participant->info.waiting = TRUE;
  g_hash_table_insert (room->people, participant->id, participant);
  room->empty_since_us = NEVER_US;
  parlor_room_wake (room, parlor_participant_next_us (participant));
  parlor_room_tell_lobby (room);
  return participant;
}

static void
rename_as_joined (ParlorParticipant *participant, const char *name)
{
  char *fit = parlor_text_line (name, PARLOR_NAME_MAX, "name", NULL);
  if (fit == NULL)
    return;
  g_free (participant->name);
  participant->info.name = participant->name = fit;
}

/* The parts of a new token that count for somebody who was here before; his role is what the room
   made of him. */
static void
renew (ParlorParticipant *participant, const ParlorJoin *join, gint64 now_us)
{
  if (!join->identity_is_made)
    participant->granted = join->granted;
  set_role (participant, participant->info.role);
  participant->expires_us = join->valid_us > 0 ? now_us + join->valid_us : NEVER_US;
  if (join->device != NULL)
    participant->device = parlor_hash (join->device);
  rename_as_joined (participant, join->name);
}

static ParlorParticipant *
resume_live (ParlorParticipant *participant, const ParlorJoin *join, gint64 now_us)
{
  if (participant->session != NULL && participant->session != join->session)
    parlor_room_tell_closed (participant, PARLOR_CLOSED_REPLACED);
  parlor_participant_set_back (participant, join->session);
  renew (participant, join, now_us);
  parlor_participant_take_state (participant); /* all are told after his welcome */
  parlor_room_wake (participant->room, parlor_participant_next_us (participant));
  parlor_participant_save (participant);
  parlor_participant_welcome (participant, join->resume, TRUE);
  parlor_room_tell_participant (participant);
  return participant;
}

static ParlorParticipant *
resume_seat (ParlorRoom *room, ParlorSeat *seat, const ParlorJoin *join, gint64 now_us)
{
  ParlorParticipant *participant = parlor_participant_new (room, join, PARLOR_PARTICIPANT_PAGE,
                                                           now_us);
  g_strlcpy (participant->id, seat->id, sizeof participant->id);
  g_free (participant->identity);
  participant->info.identity = participant->identity = g_strdup (seat->identity);
  participant->info.guest = seat->guest;
  participant->info.joined_at_ms = seat->joined_ms;
  participant->granted = seat->granted;
  participant->info.role = seat->role;
  rename_as_joined (participant, seat->name);
  renew (participant, join, now_us);
  g_hash_table_remove (room->seats, &seat->resume);
  take_token (participant, join->resume);
  parlor_room_begin (room);
  parlor_participant_enter (participant, now_us);
  parlor_participant_save (participant);
  parlor_room_end_changes (room);
  parlor_participant_welcome (participant, join->resume, TRUE);
  parlor_room_tell_participant (participant);
  return participant;
}

/* Whose identity the edge made up has none to compare: a guest comes back to a guest's seat alone.
   Else the door's code would give back a seat of somebody whose pass or token was taken away. */
static gboolean
may_resume (const ParlorJoin *join, const char *identity, gboolean guest)
{
  return join->identity_is_made ? guest == join->guest : g_strcmp0 (identity, join->identity) == 0;
}

/* NULL: there is nothing to come back to. */
static ParlorParticipant *
try_resume (ParlorRoom *room, const ParlorJoin *join, gint64 now_us)
{
  if (join->resume == NULL)
    return NULL;
  ParlorHash hash = parlor_hash (join->resume);
  ParlorParticipant *live = g_hash_table_lookup (room->rooms->by_resume, &hash);
  if (live != NULL && live->room == room && may_resume (join, live->identity, live->info.guest))
    return resume_live (live, join, now_us);
  ParlorSeat *seat = g_hash_table_lookup (room->seats, &hash);
  if (seat != NULL && may_resume (join, seat->identity, seat->guest))
    return resume_seat (room, seat, join, now_us);
  return NULL;
}

gboolean
parlor_room_may_enter (const ParlorRoom *room, const char *identity)
{
  const ParlorRooms *rooms = room->rooms;
  for (guint i = 0; i < rooms->n_gates; i++)
    if (!rooms->gates[i].may_enter (room, identity, rooms->gates[i].user_data))
      return FALSE;
  return TRUE;
}

gboolean
parlor_room_asks (const ParlorRoom *room, const ParlorJoin *join)
{
  if (join->role == PARLOR_ROLE_PARTNER && room->settings.partners == PARLOR_PARTNERS_LOBBY)
    return TRUE;
  return room->info.lobby && join->role != PARLOR_ROLE_HOST;
}

gboolean
parlor_room_gate (ParlorRoom *room, const ParlorJoin *join, guint taken, guint cap,
                  ParlorDenial *denial)
{
  if (room->ending)
    *denial = PARLOR_DENIED_ROOM_CLOSED;
  else if (parlor_room_is_banned (room, join))
    *denial = PARLOR_DENIED_BANNED;
  else if (!parlor_room_may_enter (room, join->identity))
    *denial = PARLOR_DENIED_HOST;
  else if (join->role == PARLOR_ROLE_PARTNER && room->settings.partners == PARLOR_PARTNERS_DENY)
    *denial = PARLOR_DENIED_PARTNER;
  else if (room->info.locked && join->role != PARLOR_ROLE_HOST)
    *denial = PARLOR_DENIED_LOCKED;
  else if (taken >= cap)
    *denial = PARLOR_DENIED_ROOM_FULL;
  else
    return TRUE;
  return FALSE;
}

ParlorParticipant *
parlor_room_join (ParlorRoom *room, const ParlorJoin *join, gint64 now_us, ParlorDenial *denial)
{
  *denial = PARLOR_DENIED_BANNED;
  g_return_val_if_fail (join->session != NULL, NULL);
  if (!parlor_text_identity (join->identity))
    return NULL;
  if (!room->ending && !parlor_room_is_banned (room, join)
      && parlor_room_may_enter (room, join->identity))
    {
      ParlorParticipant *back = try_resume (room, join, now_us);
      if (back != NULL)
        return back;
    }
  gboolean audience = join->role == PARLOR_ROLE_VIEWER && parlor_room_is_live (room);
  const ParlorRoomLimits *limits = parlor_room_limits (room);
  guint watching = parlor_room_is_live (room) ? parlor_room_n_audience (room) : 0;
  if (!parlor_room_gate (
          room, join, audience ? watching : room->roster->len - MIN (watching, room->roster->len),
          audience ? limits->audience : limits->participants, denial))
    return NULL;
  if (!audience && parlor_room_asks (room, join))
    return start_waiting (room, join, now_us, denial);
  ParlorParticipant *participant = parlor_participant_new (room, join, PARLOR_PARTICIPANT_PAGE,
                                                           now_us);
  parlor_participant_admit (participant, now_us);
  return participant;
}
