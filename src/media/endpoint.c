/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints, and what they publish. */
#include <string.h>

#include "media/plane_internal.h"
#include "media/trackfd.h"
#include "base/error.h"

/* --- sources
 * ---------------------------------------------------------------------------------------- */

void
parlor_media_endpoint_publish (ParlorMediaEndpoint *self, ParlorSourceKind kind,
                               ParlorSourceConfig *config)
{
  ParlorMediaSource *source = &self->sources[kind];
  parlor_media_endpoint_unpublish (self, kind);
  config->id = parlor_media_plane_next_id (self->plane);
  config->room = self->room->id;
  config->audio = kind == PARLOR_SOURCE_MICROPHONE || kind == PARLOR_SOURCE_SCREEN_AUDIO;
  config->speaks = kind == PARLOR_SOURCE_MICROPHONE;
  source->id = config->id;
  source->endpoint = self;
  source->kind = kind;
  source->is_open = TRUE;
  source->config = g_new0 (ParlorMirrorConfig, 1);
  source->config->source = *config;
  source->config->owner = self->worker_index;
  if (config->transport != 0)
    memcpy (source->config->ext_ids, self->ext_ids, sizeof self->ext_ids);
  g_strlcpy (source->mid, config->mid, sizeof source->mid);
  g_hash_table_insert (self->plane->sources, &source->id, source);
  parlor_media_room_add_source (self, source);
  parlor_media_endpoint_show (self, kind);
  parlor_media_taps_follow (self, kind);
}

void
parlor_media_endpoint_unpublish (ParlorMediaEndpoint *self, ParlorSourceKind kind)
{
  ParlorMediaSource *source = &self->sources[kind];
  if (source->id == 0)
    return;
  parlor_media_second_close (source, NULL);
  g_hash_table_remove (self->plane->sources, &source->id);
  parlor_media_room_remove_source (self, source->id);
  g_free (source->config);
  memset (source, 0, sizeof *source);
  parlor_media_taps_follow (self, kind);
}

void
parlor_media_endpoint_set_source_open (ParlorMedia *media, ParlorEndpointId endpoint,
                                       ParlorSourceKind kind, gboolean open)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, NULL);
  if (self == NULL || (guint)kind >= PARLOR_N_SOURCES || self->sources[kind].id == 0
      || self->sources[kind].is_open == !!open)
    return;
  self->sources[kind].is_open = !!open;
  parlor_media_room_open_source (self, self->sources[kind].id, !!open);
}

/* --- life
 * ------------------------------------------------------------------------------------------- */

ParlorEndpointId
parlor_media_endpoint_open (ParlorMedia *media, const ParlorEndpointSpec *spec, GError **error)
{
  ParlorMediaPlane *plane = (ParlorMediaPlane *)media;
  ParlorMediaEndpoint *self;
  if (g_hash_table_size (plane->endpoints) >= plane->max_endpoints)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
                   "this server has its %u media sessions; try later", plane->max_endpoints);
      return 0;
    }
  self = g_new0 (ParlorMediaEndpoint, 1);
  self->plane = plane;
  self->id = parlor_media_plane_next_id (plane);
  self->label = g_strdup (spec->label);
  self->hears_room = spec->hears_room;
  self->mids = g_ptr_array_new_with_free_func (g_free);
  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify)parlor_track_fd_free);
  self->room = parlor_media_room_enter (plane, spec->room, self);
  g_hash_table_insert (plane->endpoints, &self->id, self);
  return self->id;
}

void
parlor_media_endpoint_end_session (ParlorMediaEndpoint *self)
{
  if (self->transport == 0)
    return;
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    if (self->sources[kind].mid[0] != '\0')
      parlor_media_endpoint_unpublish (self, kind);
  parlor_media_forget_misfits (self);
  parlor_command_remove_transport (self->worker, self->transport);
  g_hash_table_remove (self->plane->transports, &self->transport);
  self->transport = 0;
  self->n_slots = 0;
  g_ptr_array_set_size (self->mids, 0);
}

void
parlor_media_endpoint_free (gpointer endpoint)
{
  ParlorMediaEndpoint *self = endpoint;
  parlor_media_endpoint_end_session (self);
  g_ptr_array_unref (self->tracks);
  self->tracks = NULL;
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    parlor_media_endpoint_unpublish (self, kind);
  parlor_media_room_leave (self);
  g_ptr_array_unref (self->mids);
  g_free (self->slots);
  g_free (self->label);
  g_free (self);
}

void
parlor_media_endpoint_close (ParlorMedia *media, ParlorEndpointId endpoint)
{
  g_hash_table_remove (((ParlorMediaPlane *)media)->endpoints, &endpoint);
}
