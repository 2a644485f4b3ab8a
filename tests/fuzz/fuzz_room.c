/* SPDX-License-Identifier: Apache-2.0 */
/* The domain under any order of commands: three bytes a step (what, who, how), a few people, one
 * room at a time, virtual time, a store through restarts. Nobody may see himself, nor anybody
 * twice; the media plane is told nothing of endpoints that are closed; what ends leaves nothing
 * open. */
#include <stdlib.h>

#include "room/private.h"
#include "store/memory.h"
#include "world.h"

#define N_PEOPLE 6

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  char session[4]; /* what the domain knows him by */
  char identity[4];
  char token[PARLOR_TOKEN_SIZE];
  ParlorParticipant *participant; /* NULL = no session */
} Person;

typedef struct
{
  World world;
  Person people[N_PEOPLE];
} Play;

/* As the edges do: a session that is over lets go of its participant. */
static void
watch (const ParlorRoomEvent *e, gpointer user_data)
{
  Play *play = user_data;
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      Person *person = &play->people[i];
      if (e->audience != PARLOR_TO_ONE || e->session != person->session)
        continue;
      if (e->type == PARLOR_EVENT_WELCOME)
        g_strlcpy (person->token, e->resume_token, sizeof person->token);
      if (e->type == PARLOR_EVENT_CLOSED || e->type == PARLOR_EVENT_DENIED)
        person->participant = NULL;
    }
}

static ParlorJoin
join_of (const Person *person, guint how)
{
  return (ParlorJoin){.identity = person->identity,
                      .name = person->identity,
                      .role = how % PARLOR_N_ROLES,
                      .granted = how & 4 ? PARLOR_RIGHT_SUBSCRIBE : GRANT_ALL,
                      .resume = how & 8 ? person->token : NULL,
                      .device = how & 16 ? "device" : NULL,
                      .valid_us = how & 32 ? 30 * SECOND_US : 0,
                      .session = (gpointer)person->session};
}

static void
enter (Play *play, Person *person, guint how)
{
  World *w = &play->world;
  ParlorDenial denial;
  ParlorMediaAnswer answer = {0};
  ParlorJoin join = join_of (person, how);
  if (person->participant != NULL)
    return;
  if (how < 128)
    person->participant = parlor_room_join (w->room, &join, w->now_us, &denial);
  else if (how < 192)
    person->participant = parlor_room_publish (w->room, &join, "v", 1, &answer, w->now_us, NULL);
  else
    person->participant = parlor_room_play (w->room, &join, how & 1 ? "p1" : NULL, "v", 1, &answer,
                                            w->now_us, NULL);
  parlor_media_answer_clear (&answer);
}

static void
go (Play *play, Person *person, guint how)
{
  ParlorParticipant *participant = g_steal_pointer (&person->participant);
  if (participant == NULL)
    return;
  if (how & 1)
    parlor_participant_disconnect (participant, person->session, play->world.now_us);
  else
    parlor_participant_leave (participant, play->world.now_us);
}

static void
negotiate (Play *play, Person *person, guint how)
{
  if (person->participant == NULL || person->participant->info.waiting
      || person->participant->info.kind != PARLOR_PARTICIPANT_PAGE)
    return;
  play->world.media.restarted = how & 1;
  world_offer (&play->world, person->participant, 1 + how % 3, how % 5);
  play->world.media.restarted = FALSE;
}

static void
source (Play *play, Person *person, guint how)
{
  ParlorSourceChange change = {
      .source = how % (PARLOR_N_SOURCES + 1), .on = !!(how & 8), .muted = !!(how & 16)};
  if (person->participant != NULL)
    parlor_participant_set_source (person->participant, &change, play->world.now_us, NULL);
}

static const char *
id_of (Play *play, guint how)
{
  const Person *person = &play->people[how % N_PEOPLE];
  return person->participant != NULL ? person->participant->id : "pt_nobody";
}

static void
view (Play *play, Person *person, guint how)
{
  ParlorViewTile tiles[] = {{id_of (play, how), 1, how}, {id_of (play, how / 3), 1, 90}};
  ParlorView shown = {.tiles = tiles,
                      .n_tiles = how % 3,
                      .pinned = how & 1 ? id_of (play, how / 2) : NULL,
                      .screen = how & 2 ? id_of (play, how / 4) : NULL,
                      .visible = !!(how & 4)};
  if (person->participant != NULL)
    parlor_participant_set_view (person->participant, &shown, play->world.now_us);
}

static void
media (Play *play, Person *person, guint how)
{
  ParlorParticipant *p = person->participant;
  ParlorEndpointId endpoint = p != NULL ? p->endpoint : 0;
  ParlorMediaEvent event = {.type = how % (PARLOR_MEDIA_QUALITY + 1),
                            .endpoint = endpoint,
                            .room = play->world.room->id,
                            .source = {how & 16 ? endpoint : 1 + how / 8, 1 + how % 4},
                            .slot = how / 16,
                            .has_rtp = TRUE,
                            .rtp_timestamp = how,
                            .n_speaking = 1,
                            .speaking = {endpoint}};
  fake_media_say (&play->world.media, &event);
}

static void
talk (Play *play, Person *person, guint how)
{
  ParlorParticipant *p = person->participant;
  gint64 now_us = play->world.now_us;
  if (p == NULL)
    return;
  if (how % 4 == 0)
    parlor_participant_say (p, how & 8 ? "a" : "b", "text", now_us, NULL);
  else if (how % 4 == 1)
    parlor_participant_raise_hand (p, !!(how & 8), now_us, NULL);
  else if (how % 4 == 2)
    parlor_participant_react (p, "👍", now_us, NULL);
  else
    parlor_participant_set_name (p, "another", now_us, NULL);
}

static void
moderate (Play *play, Person *person, guint how)
{
  ParlorRoom *room = play->world.room;
  gint64 now_us = play->world.now_us;
  ParlorParticipant *by = how & 128 ? person->participant : NULL;
  g_autofree char *id = g_strdup (id_of (play, how / 10));
  switch (how % 10)
    {
    case 0:
      parlor_room_admit (room, by, id, now_us, NULL);
      break;
    case 1:
      parlor_room_deny (room, by, id, now_us, NULL);
      break;
    case 2:
      parlor_room_remove (room, by, id, FALSE, now_us, NULL);
      break;
    case 3:
      parlor_room_remove (room, by, id, TRUE, now_us, NULL);
      break;
    case 4:
      parlor_room_set_role (room, by, id, how & 64 ? PARLOR_ROLE_HOST : PARLOR_ROLE_MEMBER, now_us,
                            NULL);
      break;
    case 5:
      parlor_room_mute (room, by, id, 1 + how % 4, now_us, NULL);
      break;
    case 6:
      parlor_room_mute_all (room, by, now_us, NULL);
      break;
    case 7:
      parlor_room_pin_stage (room, by, how & 64 ? id : NULL, now_us, NULL);
      break;
    case 8:
      parlor_room_lower_hand (room, by, id, now_us, NULL);
      break;
    default:
      parlor_room_ask_unmute (room, by, id, now_us, NULL);
    }
}

static void
change (Play *play, Person *person, guint how)
{
  ParlorRoomChange changes = {.has_locked = TRUE,
                              .locked = !!(how & 1),
                              .has_lobby = TRUE,
                              .lobby = !!(how & 2),
                              .title = how & 4 ? "title" : NULL};
  parlor_room_change (play->world.room, NULL, &changes, play->world.now_us, NULL);
}

static void
make_room_if_none (Play *play)
{
  World *w = &play->world;
  if (parlor_rooms_count (w->rooms) == 0)
    w->room = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){0}, w->now_us, NULL);
}

static void
pass_time (Play *play, Person *person, guint how)
{
  world_run (&play->world, how * how * 3);
  make_room_if_none (play);
}

static void
end_or_restart (Play *play, Person *person, guint how)
{
  World *w = &play->world;
  if (how & 3)
    parlor_rooms_leave_by_token (w->rooms, person->token, w->now_us);
  else if (how & 4)
    {
      parlor_room_end (w->room, NULL, w->now_us, NULL);
      g_assert_cmpuint (g_hash_table_size (w->media.open), ==, 0);
      make_room_if_none (play);
    }
  else
    {
      world_restart (w);
      g_hash_table_remove_all (w->media.open); /* the process died, and with it its media */
      for (guint i = 0; i < N_PEOPLE; i++)
        play->people[i].participant = NULL;
    }
}

typedef void (*Step) (Play *play, Person *person, guint how);
static const Step steps[] = {enter,  enter,    go,     negotiate, negotiate,
                             source, source,   view,   media,     media,
                             talk,   moderate, change, pass_time, end_or_restart};

static void
check_slots (const ParlorParticipant *p)
{
  for (guint i = 0; p->slots != NULL && i < parlor_slot_table_length (p->slots); i++)
    {
      const ParlorSlot *slot = parlor_slot_table_get (p->slots, i);
      if (slot->source.endpoint == 0 || slot->kind == PARLOR_SLOT_AUDIO)
        continue;
      g_assert_cmpuint (slot->source.endpoint, !=, p->endpoint);
      for (guint j = i + 1; j < parlor_slot_table_length (p->slots); j++)
        {
          const ParlorSlot *other = parlor_slot_table_get (p->slots, j);
          g_assert_true (other->kind != slot->kind
                         || other->source.endpoint != slot->source.endpoint);
        }
    }
}

static void
check (Play *play)
{
  World *w = &play->world;
  GHashTableIter iter;
  gpointer value;
  guint inside = 0, n_waiting;
  world_poll (w);
  make_room_if_none (play);
  g_hash_table_iter_init (&iter, w->room->people);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ParlorParticipant *p = value;
      inside += !p->info.waiting;
      check_slots (p);
    }
  parlor_room_waiting (w->room, &n_waiting);
  g_assert_cmpuint (inside, ==, parlor_rooms_count_participants (w->rooms));
  g_assert_cmpuint (inside + n_waiting, ==, g_hash_table_size (w->room->people));
  g_assert_cmpuint (w->room->roster->len, <=, 20);
  world_forget (w);
}

/* A complaint of GLib or of ours is a failure. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  g_printerr ("%s: %s\n", domain, message);
  abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_log_set_default_handler (on_log, NULL);
  Play play = {.world = {.store = parlor_store_memory_new (), .watch = watch}};
  play.world.watch_data = &play;
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      g_snprintf (play.people[i].session, sizeof play.people[i].session, "s%u", i);
      /* Two of them are one person with two devices. */
      g_snprintf (play.people[i].identity, sizeof play.people[i].identity, "p%u", MAX (i, 1));
    }
  world_set_up (&play.world, NULL);
  for (gsize i = 0; i + 3 <= MIN (size, 600); i += 3)
    {
      steps[data[i] % G_N_ELEMENTS (steps)](&play, &play.people[data[i + 1] % N_PEOPLE],
                                            data[i + 2]);
      check (&play);
    }
  world_tear_down (&play.world, NULL);
  play.world.store->ops->close (play.world.store, 0);
  return 0;
}
