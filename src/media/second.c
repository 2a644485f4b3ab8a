/* SPDX-License-Identifier: Apache-2.0 */
/* Second encodings: what somebody makes of a picture (a stage process) for receivers that decode
 * nothing of the first one. Both are one source to everybody but the worker. */
#include "media/plane_internal.h"
#include "media/trackfd.h"
#include "base/error.h"

#include <unistd.h>

static void
begin (ParlorMediaEndpoint *self, ParlorSourceKind kind, ParlorSourceConfig *config,
       ParlorTrackFd *feeder)
{
  ParlorMediaSource *second = g_new0 (ParlorMediaSource, 1);
  config->id = parlor_media_plane_next_id (self->plane);
  config->room = self->room->id;
  *second = (ParlorMediaSource){.id = config->id,
                                .endpoint = self,
                                .kind = kind,
                                .is_open = TRUE,
                                .config = g_new0 (ParlorMirrorConfig, 1),
                                .is_second = TRUE,
                                .feeder = feeder};
  second->config->source = *config;
  second->config->owner = self->worker_index;
  self->sources[kind].second = second;
  g_hash_table_insert (self->plane->sources, &second->id, second);
  parlor_media_room_add_source (self, second);
  parlor_track_set_source (parlor_track_fd_get_track (feeder), second->id);
  parlor_media_endpoint_refit (self, kind);
}

gboolean
parlor_media_second_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                          const char *caps, int fd, GError **error)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, error);
  ParlorSourceConfig config = {0};
  ParlorTrackFd *feeder = NULL;
  if (self != NULL && (!parlor_media_is_picture (kind) || self->sources[kind].id == 0))
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "no such picture");
  else if (self != NULL && self->sources[kind].second != NULL)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                         "it has a second encoding already");
  else if (self != NULL && parlor_media_inject_caps (caps, kind, &config, error))
    {
      feeder = parlor_media_inject_track (self, PARLOR_MEDIA_SECOND + kind, fd, error);
      fd = -1;
    }
  if (fd >= 0)
    close (fd);
  if (feeder != NULL)
    begin (self, kind, &config, feeder);
  return feeder != NULL;
}

void
parlor_media_second_close (ParlorMediaSource *source, const ParlorTrackFd *feeder)
{
  ParlorMediaSource *second = source->second;
  if (second == NULL || (feeder != NULL && second->feeder != feeder))
    return;
  ParlorMediaEndpoint *endpoint = source->endpoint;
  source->second = NULL;
  g_hash_table_remove (endpoint->plane->sources, &second->id);
  parlor_media_endpoint_refit (endpoint, source->kind);
  parlor_media_room_remove_source (endpoint, second->id);
  if (endpoint->tracks != NULL && feeder == NULL)
    g_ptr_array_remove (endpoint->tracks, (gpointer)second->feeder);
  g_free (second->config);
  g_free (second);
}
