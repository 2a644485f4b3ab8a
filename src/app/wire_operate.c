/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_operate.h"

#include "app/log.h"
#include "room/participant.h"
#include "room/room.h"

#include <signal.h>
#include <string.h>

#define LOOK_MS 500

struct _ParlorOperate
{
  ParlorOperateSpec spec;
  uv_timer_t *timer; /* runs while the end is awaited */
};

static json_t *
tracks_of (const ParlorParticipantInfo *info)
{
  json_t *tracks = json_array ();
  for (guint i = PARLOR_SOURCE_NONE + 1; i < PARLOR_N_SOURCES; i++)
    if (info->sources[i].published)
      json_array_append_new (
          tracks, json_pack ("{s:s,s:b,s:s?}", "source", parlor_source_kind_name (i), "muted",
                             info->sources[i].muted, "codec", info->sources[i].codec));
  return tracks;
}

static json_t *
describe (const ParlorParticipant *participant)
{
  static const char *const kinds[] = {[PARLOR_PARTICIPANT_PAGE] = "page",
                                      [PARLOR_PARTICIPANT_PUBLISHER] = "publisher",
                                      [PARLOR_PARTICIPANT_PLAYER] = "player"};
  const ParlorParticipantInfo *info = parlor_participant_info (participant);
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:I,s:o}", "id", info->id, "identity",
                    info->identity, "name", info->name ? info->name : "", "role",
                    parlor_role_name (info->role), "kind", kinds[info->kind], "state",
                    parlor_participant_state_name (info->state), "waiting", info->waiting, "guest",
                    info->guest, "joined_at", (json_int_t)info->joined_at_ms, "tracks",
                    tracks_of (info));
}

static json_t *
on_participants (ParlorOperate *operate, const json_t *request, GError **error)
{
  const char *name = json_string_value (json_object_get (request, "room"));
  ParlorRoom *room = name ? parlor_rooms_find (operate->spec.rooms, name) : NULL;
  if (!room)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "There is no open room \"%s\".",
                   name ? name : "");
      return NULL;
    }
  json_t *people = json_array ();
  guint n_waiting = 0;
  ParlorParticipant *const *waiting = parlor_room_waiting (room, &n_waiting);
  for (guint i = 0; i < parlor_room_n_participants (room); i++)
    json_array_append_new (people, describe (parlor_room_participant (room, i)));
  for (guint i = 0; i < n_waiting; i++)
    json_array_append_new (people, describe (waiting[i]));
  return json_pack ("{s:b,s:o}", "ok", TRUE, "participants", people);
}

static json_t *
on_events (ParlorOperate *operate, const json_t *request, GError **error)
{
  const char *after = json_string_value (json_object_get (request, "after"));
  return json_pack ("{s:b,s:o}", "ok", TRUE, "events",
                    parlor_wire_hooks_recent (operate->spec.hooks, after));
}

static void
on_look (uv_timer_t *timer)
{
  ParlorOperate *operate = timer->data;
  if (parlor_rooms_count_participants (operate->spec.rooms))
    return;
  uv_timer_stop (timer);
  parlor_log (PARLOR_LOG_INFO, "drained: nobody is in any more");
  raise (SIGTERM);
}

static json_t *
on_drain (ParlorOperate *operate, const json_t *request, GError **error)
{
  ParlorRooms *rooms = operate->spec.rooms;
  const json_t *on = json_object_get (request, "on");
  if (on)
    {
      parlor_rooms_set_draining (rooms, json_is_true (on));
      if (json_is_true (on) && json_is_true (json_object_get (request, "end")))
        uv_timer_start (operate->timer, on_look, LOOK_MS, LOOK_MS);
      else
        uv_timer_stop (operate->timer);
    }
  return json_pack ("{s:b,s:b,s:i,s:i}", "ok", TRUE, "draining", parlor_rooms_is_draining (rooms),
                    "rooms", (int)parlor_rooms_count (rooms), "participants",
                    (int)parlor_rooms_count_participants (rooms));
}

static const struct
{
  const char *name;
  json_t *(*run) (ParlorOperate *operate, const json_t *request, GError **error);
} commands[] = {
    {"participants", on_participants},
    {"events", on_events},
    {"drain", on_drain},
};

json_t *
parlor_operate_control (const char *command, const json_t *request, gpointer data, GError **error)
{
  ParlorOperate *operate = data;
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (!strcmp (commands[i].name, command))
      return commands[i].run (operate, request, error);
  const ParlorOperateSpec *spec = &operate->spec;
  json_t *reply = parlor_operate_things (&spec->things, command, request, error);
  if (reply || *error)
    return reply;
  return spec->more ? spec->more (command, request, spec->more_data, error) : NULL;
}

ParlorOperate *
parlor_operate_new (const ParlorOperateSpec *spec)
{
  ParlorOperate *operate = g_new0 (ParlorOperate, 1);
  operate->spec = *spec;
  operate->timer = g_new0 (uv_timer_t, 1);
  uv_timer_init (spec->loop, operate->timer);
  operate->timer->data = operate;
  return operate;
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

void
parlor_operate_free (ParlorOperate *operate)
{
  if (!operate)
    return;
  uv_close ((uv_handle_t *)operate->timer, free_handle);
  g_free (operate);
}
