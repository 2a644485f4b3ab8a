/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints, what they publish, and who shows whom. */
#include <string.h>

#include "media/plane_internal.h"
#include "media/trackfd.h"
#include "base/error.h"

/* --- who shows whom
 * ---------------------------------------------------------------------------------- */

static const ParlorMediaSource *
find_source (ParlorMediaPlane *plane, const ParlorMediaRoom *room, ParlorSourceRef ref)
{
  const ParlorMediaEndpoint *endpoint = g_hash_table_lookup (plane->endpoints, &ref.endpoint);
  if (ref.endpoint == 0 || endpoint == NULL || endpoint->room != room
      || (guint)ref.kind >= PARLOR_N_SOURCES)
    return NULL;
  return &endpoint->sources[ref.kind];
}

static void
apply_slot (ParlorMediaEndpoint *self, guint slot)
{
  ParlorMediaSlot *s = &self->slots[slot];
  const ParlorMediaSource *source = find_source (self->plane, self->room, s->wanted);
  parlor_command_select (self->worker, self->transport, slot, parlor_media_fit (self, s, source),
                         s->height);
}

/* As apply_slot (), for who is not served well as it is: in a large room that is nearly nobody. */
static void
refit_slot (ParlorMediaEndpoint *self, guint slot)
{
  ParlorMediaSlot *s = &self->slots[slot];
  gboolean was_misfit = s->is_misfit;
  ParlorSourceId id = parlor_media_fit (self, s, find_source (self->plane, self->room, s->wanted));
  if (was_misfit || s->is_misfit)
    parlor_command_select (self->worker, self->transport, slot, id, s->height);
}

void
parlor_media_endpoint_refit (ParlorMediaEndpoint *self, ParlorSourceKind kind)
{
  const ParlorMediaRoom *room = self->room;
  for (guint i = 0; i < room->endpoints->len; i++)
    {
      ParlorMediaEndpoint *viewer = room->endpoints->pdata[i];
      for (guint slot = 0; slot < viewer->n_slots; slot++)
        if (viewer->slots[slot].wanted.endpoint == self->id
            && viewer->slots[slot].wanted.kind == kind)
          refit_slot (viewer, slot);
    }
}

/* A source came (again) under a new id: slots that were to show it get it. */
static void
apply_slots_that_want (ParlorMediaRoom *room, ParlorEndpointId endpoint, ParlorSourceKind kind)
{
  for (guint i = 0; i < room->endpoints->len; i++)
    {
      ParlorMediaEndpoint *viewer = room->endpoints->pdata[i];
      for (guint slot = 0; slot < viewer->n_slots; slot++)
        if (viewer->slots[slot].wanted.endpoint == endpoint
            && viewer->slots[slot].wanted.kind == kind)
          apply_slot (viewer, slot);
    }
}

void
parlor_media_endpoint_select (ParlorMedia *media, ParlorEndpointId endpoint, guint slot,
                              ParlorSourceRef source, guint height)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, NULL);
  if (self == NULL || self->transport == 0 || slot >= self->n_slots)
    return;
  self->slots[slot].wanted = source;
  self->slots[slot].height = height;
  apply_slot (self, slot);
}

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
  apply_slots_that_want (self->room, self->id, kind);
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

ParlorMediaEndpoint *
parlor_media_endpoint_find (ParlorMedia *media, ParlorEndpointId id, GError **error)
{
  ParlorMediaPlane *plane = (ParlorMediaPlane *)media;
  ParlorMediaEndpoint *self = g_hash_table_lookup (plane->endpoints, &id);
  if (self == NULL)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND,
                         "this media session has ended");
  return self;
}

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
