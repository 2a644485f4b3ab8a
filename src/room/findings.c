/* SPDX-License-Identifier: Apache-2.0 */
/* What the media plane found out, one function an event. */
#include "room/private.h"

#include <string.h>

/* `speaking` is sent no more often. */
#define SPEAKING_INTERVAL_US (200 * G_GINT64_CONSTANT (1000))

static void
tell_transport (ParlorParticipant *participant, gboolean alive)
{
  if (participant->info.kind == PARLOR_PARTICIPANT_PAGE)
    parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_TRANSPORT,
                                                            .session = participant->session,
                                                            .participant = participant,
                                                            .transport_alive = alive});
}

static void
connected (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  participant->media_stands = participant->media_stood = TRUE;
  tell_transport (participant, TRUE);
  parlor_participant_refresh_state (participant);
}

static void
failed (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  if (participant->info.kind != PARLOR_PARTICIPANT_PAGE)
    {
      parlor_room_tell_closed (participant, PARLOR_CLOSED_LEFT);
      parlor_participant_depart (participant, PARLOR_LEFT_LOST, FALSE, now_us);
      return;
    }
  participant->level = participant->uplink_level = 0;
  parlor_participant_close_endpoint (participant);
  tell_transport (participant, FALSE);
  parlor_participant_refresh_state (participant);
}

static void
set_active (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  ParlorSourceInfo *source = &participant->info.sources[event->source.kind];
  gboolean active = event->type == PARLOR_MEDIA_SOURCE_ACTIVE;
  const char *codec = event->codec != NULL ? event->codec : source->codec;
  gboolean changed = source->active != active || g_strcmp0 (source->codec, codec) != 0;
  source->active = active;
  source->codec = codec;
  if (changed && source->published)
    parlor_room_tell_participant (participant);
}

static void
slot_shown (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  if (participant->slots == NULL || participant->info.kind != PARLOR_PARTICIPANT_PAGE
      || !parlor_slot_table_shown (participant->slots, event->slot, event->source, event->has_rtp,
                                   event->rtp_timestamp))
    return;
  parlor_room_untell (participant->room);
}

static void
emit_clock (ParlorParticipant *participant, const ParlorSlot *slot)
{
  ParlorRoom *room = participant->room;
  ParlorSlotView view = {
      .mid = slot->mid,
      .participant = parlor_rooms_at_endpoint (room->rooms, slot->source.endpoint),
      .source = slot->source.kind,
      .has_rtp = TRUE,
      .rtp_timestamp = slot->clock_rtp,
  };
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_CLOCK,
                                             .session = participant->session,
                                             .participant = participant,
                                             .slots = &view,
                                             .n_slots = 1,
                                             .room_ms = (slot->clock_us - room->opened_us) / 1000});
}

static void
slot_clock (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  ParlorRoom *room = participant->room;
  guint told[2];
  if (participant->slots == NULL || room->opened_ms == 0)
    return;
  guint n = parlor_slot_table_clock (participant->slots, event->slot, event->rtp_timestamp,
                                     event->capture_us, parlor_room_is_live (room), told);
  for (guint i = 0; i < n; i++)
    emit_clock (participant, parlor_slot_table_get (participant->slots, told[i]));
}

static void
quality (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  parlor_participant_report_quality (participant, &event->quality, now_us);
}

static void
layers (ParlorParticipant *participant, const ParlorMediaEvent *event, gint64 now_us)
{
  if (participant->info.kind == PARLOR_PARTICIPANT_PAGE)
    parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_LAYERS,
                                                            .session = participant->session,
                                                            .participant = participant,
                                                            .source = event->source.kind,
                                                            .rids = event->rids,
                                                            .n_rids = event->n_rids});
}

static void
speaker (ParlorRoom *room, const ParlorMediaEvent *event, gint64 now_us)
{
  parlor_room_set_speaker (room, parlor_rooms_at_endpoint (room->rooms, event->source.endpoint),
                           now_us);
}

static void
speaking (ParlorRoom *room, const ParlorMediaEvent *event, gint64 now_us)
{
  ParlorParticipant *now[PARLOR_MAX_SPEAKING];
  guint n = 0;
  for (guint i = 0; i < MIN (event->n_speaking, PARLOR_MAX_SPEAKING); i++)
    {
      ParlorParticipant *who = parlor_rooms_at_endpoint (room->rooms, event->speaking[i]);
      if (who != NULL && who->room == room)
        now[n++] = who;
    }
  if (n == room->n_speaking && memcmp (now, room->speaking, n * sizeof now[0]) == 0)
    return;
  memcpy (room->speaking, now, n * sizeof now[0]);
  room->n_speaking = n;
  room->speaking_untold = TRUE;
  parlor_room_wake (room, MAX (now_us, room->speaking_next_us));
}

typedef void (*OfEndpoint) (ParlorParticipant *participant, const ParlorMediaEvent *event,
                            gint64 now_us);
typedef void (*OfRoom) (ParlorRoom *room, const ParlorMediaEvent *event, gint64 now_us);

static const struct
{
  OfEndpoint of_endpoint;
  OfRoom of_room;
} handlers[] = {
    [PARLOR_MEDIA_CONNECTED] = {.of_endpoint = connected},
    [PARLOR_MEDIA_FAILED] = {.of_endpoint = failed},
    [PARLOR_MEDIA_SOURCE_ACTIVE] = {.of_endpoint = set_active},
    [PARLOR_MEDIA_SOURCE_IDLE] = {.of_endpoint = set_active},
    [PARLOR_MEDIA_SLOT_SHOWN] = {.of_endpoint = slot_shown},
    [PARLOR_MEDIA_SPEAKER] = {.of_room = speaker},
    [PARLOR_MEDIA_SPEAKING] = {.of_room = speaking},
    [PARLOR_MEDIA_QUALITY] = {.of_endpoint = quality},
    [PARLOR_MEDIA_LAYERS] = {.of_endpoint = layers},
    [PARLOR_MEDIA_SLOT_CLOCK] = {.of_endpoint = slot_clock},
};

void
parlor_rooms_media_event (const ParlorMediaEvent *event, gpointer user_data)
{
  ParlorRooms *rooms = user_data;
  ParlorClock *clock = rooms->spec.clock;
  g_return_if_fail ((guint)event->type < G_N_ELEMENTS (handlers));
  ParlorParticipant *participant = parlor_rooms_at_endpoint (rooms, event->endpoint);
  ParlorRoom *room = event->room != NULL ? g_hash_table_lookup (rooms->by_id, event->room) : NULL;
  if (handlers[event->type].of_endpoint != NULL && participant != NULL)
    handlers[event->type].of_endpoint (participant, event, clock->now_us (clock));
  else if (handlers[event->type].of_room != NULL && room != NULL)
    handlers[event->type].of_room (room, event, clock->now_us (clock));
}

static gboolean
has_camera (const ParlorParticipant *participant)
{
  const ParlorSourceInfo *camera = &participant->info.sources[PARLOR_SOURCE_CAMERA];
  return participant->endpoint != 0 && camera->published && !camera->muted;
}

void
parlor_room_set_speaker (ParlorRoom *room, ParlorParticipant *who, gint64 now_us)
{
  if (room->speaker == who)
    return;
  room->speaker = who;
  if (who == NULL || who == room->stage_speaker)
    room->stage_next_us = NEVER_US;
  else if (room->stage_speaker == NULL || !has_camera (room->stage_speaker))
    room->stage_speaker = who;
  else
    {
      room->stage_next_us = now_us + PARLOR_STAGE_HANGOVER_US;
      parlor_room_wake (room, room->stage_next_us);
    }
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_SPEAKER,
                                             .audience = PARLOR_TO_ALL,
                                             .participant = who});
  parlor_room_touch (room);
}

void
parlor_room_poll_speaking (ParlorRoom *room, gint64 now_us)
{
  if (!room->speaking_untold || room->speaking_next_us > now_us)
    return;
  room->speaking_untold = FALSE;
  room->speaking_next_us = now_us + SPEAKING_INTERVAL_US;
  parlor_room_emit (room, &(ParlorRoomEvent){.type = PARLOR_EVENT_SPEAKING,
                                             .audience = PARLOR_TO_ALL,
                                             .participants = room->speaking,
                                             .n_participants = room->n_speaking});
}

void
parlor_room_forget_speaker (ParlorRoom *room, ParlorParticipant *participant)
{
  if (room->stage_speaker == participant)
    room->stage_speaker = NULL;
  if (room->speaker == participant)
    parlor_room_set_speaker (room, NULL, 0);
  for (guint i = 0; i < room->n_speaking; i++)
    if (room->speaking[i] == participant)
      {
        room->speaking[i] = room->speaking[--room->n_speaking];
        room->speaking_untold = TRUE;
      }
}
