/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_hls.h"

#include "room/participant.h"
#include "room/scene.h"

struct _ParlorWireHls
{
  ParlorRooms *rooms;
  ParlorLive *live;
  ParlorHlsOrigin *origin;
};

/* Beside this program, in the build tree and where it is installed. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self ? self : "/usr/bin/parlord");
  return g_build_filename (folder, "parlor-hls", NULL);
}

static void
take (ParlorSourceRef *out, const ParlorParticipant *who, ParlorSourceKind kind)
{
  const ParlorSourceInfo *source = &parlor_participant_info (who)->sources[kind];
  if (!out->endpoint && source->published && parlor_participant_endpoint (who))
    *out = (ParlorSourceRef){parlor_participant_endpoint (who), kind};
}

/* Where nobody makes a scene of all on stage, one picture as a plain player has it: who is pinned,
 * else a screen, else the host, else whoever publishes; with the sound of the same person. */
static void
choose (ParlorRoom *room, ParlorHlsSources *out)
{
  static const struct
  {
    ParlorSourceKind video, audio;
    gboolean host;
  } order[] = {{PARLOR_SOURCE_SCREEN, PARLOR_SOURCE_MICROPHONE, FALSE},
               {PARLOR_SOURCE_CAMERA, PARLOR_SOURCE_MICROPHONE, TRUE},
               {PARLOR_SOURCE_CAMERA, PARLOR_SOURCE_MICROPHONE, FALSE}};
  const ParlorParticipant *pinned = parlor_room_stage_pin (room);
  guint n = parlor_room_n_participants (room);
  if (pinned)
    take (&out->video, pinned, PARLOR_SOURCE_CAMERA);
  if (out->video.endpoint)
    take (&out->audio, pinned, PARLOR_SOURCE_MICROPHONE);
  for (guint k = 0; k < G_N_ELEMENTS (order); k++)
    for (guint i = 0; i < n && !out->video.endpoint; i++)
      {
        const ParlorParticipant *who = parlor_room_participant (room, i);
        if (order[k].host && parlor_participant_info (who)->role != PARLOR_ROLE_HOST)
          continue;
        take (&out->video, who, order[k].video);
        if (out->video.endpoint)
          take (&out->audio, who, order[k].audio);
      }
}

static gboolean
sources_of (const char *id, ParlorHlsSources *out, gpointer user_data)
{
  const ParlorWireHls *self = user_data;
  ParlorLiveRoom *live = parlor_live_find (self->live, id);
  ParlorRoom *room = live ? parlor_rooms_find (self->rooms, id) : NULL;
  gint64 state = live ? parlor_live_info (live)->state : PARLOR_LIVE_ENDED;
  *out = (ParlorHlsSources){{0, PARLOR_SOURCE_NONE}, {0, PARLOR_SOURCE_NONE}};
  if (!room || (state != PARLOR_LIVE_ON && state != PARLOR_LIVE_PAUSED))
    return FALSE;
  if (state == PARLOR_LIVE_ON && parlor_room_scene (room))
    *out = (ParlorHlsSources){{parlor_room_scene (room), PARLOR_SOURCE_CAMERA},
                              {parlor_room_scene (room), PARLOR_SOURCE_SCREEN_AUDIO}};
  else if (state == PARLOR_LIVE_ON)
    choose (room, out);
  return TRUE;
}

static gint64
date_of (const char *id, gint64 mono_us, gpointer user_data)
{
  const ParlorWireHls *self = user_data;
  ParlorRoom *room = parlor_rooms_find (self->rooms, id);
  return room ? parlor_room_info (room)->created_at_ms + parlor_room_ms (room, mono_us) : 0;
}

ParlorWireHls *
parlor_wire_hls_new (uv_loop_t *loop, ParlorMedia *media, ParlorRooms *rooms, ParlorLive *live)
{
  g_autofree char *program = find_program ();
  ParlorWireHls *self = g_new0 (ParlorWireHls, 1);
  *self = (ParlorWireHls){.rooms = rooms, .live = live};
  ParlorHlsSpec spec = {.loop = loop,
                        .media = media,
                        .program = program,
                        .sources = sources_of,
                        .date_ms = date_of,
                        .user_data = self};
  self->origin = parlor_hls_origin_new (&spec);
  return self;
}

ParlorHls *
parlor_wire_hls_get (ParlorWireHls *self)
{
  return self ? parlor_hls_origin_get (self->origin) : NULL;
}

gboolean
parlor_wire_hls_is_asked (const ParlorWireHls *self, const char *room)
{
  return parlor_hls_origin_has (self->origin, room);
}

void
parlor_wire_hls_metrics (const ParlorWireHls *self, ParlorMetricsPage *page)
{
  ParlorHlsStats stats = parlor_hls_origin_stats (self->origin);
  parlor_metrics_add (page, "parlor_hls_rooms", NULL, NULL, stats.rooms);
  parlor_metrics_add (page, "parlor_hls_waiting", NULL, NULL, stats.waiting);
  parlor_metrics_add (page, "parlor_hls_starts_total", NULL, NULL, (double)stats.starts);
  parlor_metrics_add (page, "parlor_hls_parts_total", NULL, NULL, (double)stats.parts);
  parlor_metrics_add (page, "parlor_hls_lies_total", NULL, NULL, (double)stats.lies);
}

void
parlor_wire_hls_free (ParlorWireHls *self)
{
  if (!self)
    return;
  parlor_hls_origin_free (self->origin);
  g_free (self);
}
