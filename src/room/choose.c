/* SPDX-License-Identifier: Apache-2.0 */
/* Fills everybody's slots: gathers what a room shows, asks the policy of slots.h, tells media and
 * pages. */
#include "room/private.h"

/* Everybody's slots are gone through at every change. In a large room, where many change at a time
   (500 who join in 5 s), no more often than this: the first change at once, the next ones together.
 */
#define LARGE_ROOM 32
#define LARGE_ROOM_INTERVAL_US (50 * G_GINT64_CONSTANT (1000))

/* What all receivers of a room choose from. */
typedef struct
{
  GArray *cameras; /* ParlorEndpointId, in the order of joining */
  GArray *screens; /* the newest first */
  ParlorEndpointId speaker;
  ParlorSourceRef stage;
} Offerings;

ParlorParticipant *
parlor_rooms_at_endpoint (const ParlorRooms *rooms, ParlorEndpointId endpoint)
{
  return endpoint != 0 ? g_hash_table_lookup (rooms->by_endpoint, &endpoint) : NULL;
}

static gboolean
shows (const ParlorParticipant *participant, ParlorSourceKind kind)
{
  const ParlorSourceInfo *source = &participant->info.sources[kind];
  return participant->endpoint != 0 && source->published && !source->muted;
}

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  const ParlorParticipant *left = *(ParlorParticipant *const *)a;
  const ParlorParticipant *right = *(ParlorParticipant *const *)b;
  return (left->screen_order < right->screen_order) - (left->screen_order > right->screen_order);
}

static void
gather_screens (const ParlorRoom *room, GArray *screens)
{
  g_autoptr (GPtrArray) sharers = g_ptr_array_new ();
  for (guint i = 0; i < room->roster->len; i++)
    if (shows (room->roster->pdata[i], PARLOR_SOURCE_SCREEN))
      g_ptr_array_add (sharers, room->roster->pdata[i]);
  g_ptr_array_sort (sharers, newest_first);
  for (guint i = 0; i < sharers->len; i++)
    g_array_append_val (screens, ((ParlorParticipant *)sharers->pdata[i])->endpoint);
}

static ParlorEndpointId
endpoint_of (const ParlorParticipant *participant)
{
  return participant != NULL ? participant->endpoint : 0;
}

/* 0 = he shows none. */
static ParlorEndpointId
camera_of (const ParlorParticipant *participant)
{
  gboolean seen = participant != NULL && shows (participant, PARLOR_SOURCE_CAMERA);
  return seen ? participant->endpoint : 0;
}

static void
gather (const ParlorRoom *room, Offerings *offerings)
{
  offerings->cameras = g_array_new (FALSE, FALSE, sizeof (ParlorEndpointId));
  offerings->screens = g_array_new (FALSE, FALSE, sizeof (ParlorEndpointId));
  for (guint i = 0; i < room->roster->len; i++)
    {
      ParlorParticipant *participant = room->roster->pdata[i];
      if (shows (participant, PARLOR_SOURCE_CAMERA))
        g_array_append_val (offerings->cameras, participant->endpoint);
    }
  gather_screens (room, offerings->screens);
  /* In silence whoever spoke last stays. */
  offerings->speaker = camera_of (room->speaker != NULL ? room->speaker : room->stage_speaker);
  ParlorEndpointId *screens = (ParlorEndpointId *)offerings->screens->data;
  offerings->stage = parlor_slots_stage (
      &(ParlorStageScene){.pinned = endpoint_of (room->stage_pin),
                          .screen = offerings->screens->len > 0 ? screens[0] : 0,
                          .speaker = endpoint_of (room->stage_speaker),
                          .cameras = (ParlorEndpointId *)offerings->cameras->data,
                          .n_cameras = offerings->cameras->len});
}

static void
clear (Offerings *offerings)
{
  g_array_unref (offerings->cameras);
  g_array_unref (offerings->screens);
}

static void
select_source (guint slot, ParlorSourceRef source, guint height, gpointer user_data)
{
  ParlorParticipant *participant = user_data;
  ParlorMedia *media = participant->room->rooms->spec.media;
  media->ops->select (media, participant->endpoint, slot, source, height);
}

static void
fit_one (ParlorParticipant *participant, ParlorSlotKind kind, ParlorSourceRef source)
{
  ParlorSlotWish wish = {.source = source};
  parlor_slot_table_fit (participant->slots, kind, &wish, 1, select_source, participant);
}

static const ParlorParticipant *
person_by_id (const ParlorRoom *room, const char *id)
{
  return *id != '\0' ? parlor_room_find (room, id) : NULL;
}

static void
choose_screen (ParlorParticipant *participant, const ParlorSlotScene *scene)
{
  ParlorRoom *room = participant->room;
  ParlorEndpointId screen = parlor_slots_screen (scene);
  gboolean hidden = scene->has_view && !scene->visible;
  ParlorParticipant *sharer = parlor_rooms_at_endpoint (room->rooms, screen);
  gboolean sounds = sharer != NULL && shows (sharer, PARLOR_SOURCE_SCREEN_AUDIO);
  fit_one (participant, PARLOR_SLOT_SCREEN,
           (ParlorSourceRef){hidden ? 0 : screen, PARLOR_SOURCE_SCREEN});
  fit_one (participant, PARLOR_SLOT_SCREEN_AUDIO,
           (ParlorSourceRef){sounds ? screen : 0, PARLOR_SOURCE_SCREEN_AUDIO});
}

static void
choose_for_page (ParlorParticipant *participant, const Offerings *offerings)
{
  ParlorRoom *room = participant->room;
  ParlorSlotTile tiles[PARLOR_MAX_SLOTS];
  for (guint i = 0; i < participant->n_tiles; i++)
    tiles[i] = (ParlorSlotTile){
        camera_of (person_by_id (room, participant->tiles[i].participant)),
        participant->tiles[i].height,
    };
  ParlorSlotScene scene = {
      .self = participant->endpoint,
      .cameras = (ParlorEndpointId *)offerings->cameras->data,
      .n_cameras = offerings->cameras->len,
      .screens = (ParlorEndpointId *)offerings->screens->data,
      .n_screens = offerings->screens->len,
      .speaker = offerings->speaker,
      .has_view = participant->has_view,
      .visible = participant->visible,
      .pinned = camera_of (person_by_id (room, participant->pinned)),
      .screen = endpoint_of (person_by_id (room, participant->screen)),
      .tiles = tiles,
      .n_tiles = participant->n_tiles,
  };
  if (participant->info.audience && room->stage != PARLOR_STAGE_OPEN)
    scene.n_cameras = scene.n_screens = scene.n_tiles = 0;
  ParlorSlotWish wishes[PARLOR_MAX_SLOTS];
  guint n = parlor_slots_cameras (&scene, wishes,
                                  parlor_slot_table_count (participant->slots, PARLOR_SLOT_VIDEO));
  parlor_slot_table_fit (participant->slots, PARLOR_SLOT_VIDEO, wishes, n, select_source,
                         participant);
  choose_screen (participant, &scene);
}

/* The newest of this identity who publishes something. */
static ParlorParticipant *
find_publishing (const ParlorRoom *room, const char *identity)
{
  for (guint i = room->roster->len; i-- > 0;)
    {
      ParlorParticipant *participant = room->roster->pdata[i];
      if (g_strcmp0 (participant->identity, identity) != 0)
        continue;
      for (guint kind = PARLOR_SOURCE_MICROPHONE; kind < PARLOR_N_SOURCES; kind++)
        if (shows (participant, kind))
          return participant;
    }
  return NULL;
}

static ParlorSourceRef
picture_of (const ParlorParticipant *wanted)
{
  if (wanted != NULL && shows (wanted, PARLOR_SOURCE_CAMERA))
    return (ParlorSourceRef){wanted->endpoint, PARLOR_SOURCE_CAMERA};
  if (wanted != NULL && shows (wanted, PARLOR_SOURCE_SCREEN))
    return (ParlorSourceRef){wanted->endpoint, PARLOR_SOURCE_SCREEN};
  return (ParlorSourceRef){0, PARLOR_SOURCE_NONE};
}

static ParlorSourceRef
scene_of (const ParlorRoom *room, ParlorSourceKind kind)
{
  return (ParlorSourceRef){room->scene, room->scene != 0 ? kind : PARLOR_SOURCE_NONE};
}

static void
choose_for_player (ParlorParticipant *participant, const Offerings *offerings)
{
  const ParlorRoom *room = participant->room;
  if (participant->publisher == NULL)
    {
      fit_one (participant, PARLOR_SLOT_AUDIO, scene_of (room, PARLOR_SOURCE_SCREEN_AUDIO));
      fit_one (participant, PARLOR_SLOT_VIDEO,
               room->scene != 0 ? scene_of (room, PARLOR_SOURCE_CAMERA) : offerings->stage);
      return;
    }
  ParlorParticipant *wanted = find_publishing (participant->room, participant->publisher);
  ParlorSourceRef sound = {0};
  if (wanted != NULL && shows (wanted, PARLOR_SOURCE_MICROPHONE))
    sound = (ParlorSourceRef){wanted->endpoint, PARLOR_SOURCE_MICROPHONE};
  fit_one (participant, PARLOR_SLOT_AUDIO, sound);
  fit_one (participant, PARLOR_SLOT_VIDEO, picture_of (wanted));
}

void
parlor_room_choose (ParlorRoom *room, gint64 now_us)
{
  Offerings offerings;
  GHashTableIter iter;
  gpointer value;
  gather (room, &offerings);
  g_hash_table_iter_init (&iter, room->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorParticipant *participant = value;
      if (participant->slots == NULL)
        continue;
      if (participant->info.kind == PARLOR_PARTICIPANT_PAGE)
        choose_for_page (participant, &offerings);
      else
        choose_for_player (participant, &offerings);
    }
  clear (&offerings);
  room->dirty = FALSE;
  room->untold = TRUE;
  if (room->roster->len > LARGE_ROOM)
    room->choose_next_us = now_us + LARGE_ROOM_INTERVAL_US;
}

static ParlorSlotView
view_of (const ParlorRoom *room, const ParlorSlot *slot)
{
  const ParlorParticipant *shown = parlor_rooms_at_endpoint (room->rooms, slot->source.endpoint);
  return (ParlorSlotView){
      .mid = slot->mid,
      .participant = shown,
      .source = shown != NULL ? slot->source.kind : PARLOR_SOURCE_NONE,
      .has_rtp = shown != NULL && slot->has_rtp,
      .rtp_timestamp = slot->rtp_timestamp,
  };
}

static void
tell_slots_to (ParlorParticipant *participant)
{
  guint indices[PARLOR_MAX_SLOTS];
  ParlorSlotView views[PARLOR_MAX_SLOTS];
  guint n = parlor_slot_table_take_untold (participant->slots, indices);
  for (guint i = 0; i < n; i++)
    views[i] = view_of (participant->room, parlor_slot_table_get (participant->slots, indices[i]));
  if (n > 0)
    parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_SLOTS,
                                                            .session = participant->session,
                                                            .participant = participant,
                                                            .slots = views,
                                                            .n_slots = n});
}

ParlorSourceRef
parlor_participant_picture (const ParlorParticipant *player)
{
  ParlorSourceRef picture = {0, PARLOR_SOURCE_NONE};
  Offerings offerings;
  if (player->info.kind != PARLOR_PARTICIPANT_PLAYER)
    return picture;
  gather (player->room, &offerings);
  picture = player->publisher == NULL
                ? player->room->scene != 0 ? scene_of (player->room, PARLOR_SOURCE_CAMERA)
                                           : offerings.stage
                : picture_of (find_publishing (player->room, player->publisher));
  clear (&offerings);
  return picture;
}

void
parlor_participant_tell_fit (ParlorParticipant *participant, guint index, const char *codec,
                             ParlorFit fit)
{
  const ParlorSlot *slot = participant->slots != NULL
                               ? parlor_slot_table_get (participant->slots, index)
                               : NULL;
  if (slot == NULL || participant->info.kind != PARLOR_PARTICIPANT_PAGE)
    return;
  ParlorSlotView view = view_of (participant->room, slot);
  parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_FIT,
                                                          .session = participant->session,
                                                          .participant = participant,
                                                          .slots = &view,
                                                          .n_slots = 1,
                                                          .codec = codec,
                                                          .fit = fit});
}

void
parlor_room_tell_slots (ParlorRoom *room)
{
  room->untold = FALSE;
  for (guint i = 0; i < room->roster->len; i++)
    {
      ParlorParticipant *participant = room->roster->pdata[i];
      if (participant->slots != NULL && participant->session != NULL
          && participant->info.kind == PARLOR_PARTICIPANT_PAGE)
        tell_slots_to (participant);
    }
}
