/* SPDX-License-Identifier: Apache-2.0 */
/* Second encodings: what somebody makes of a picture (a stage process) for receivers that decode
 * nothing of the first one. Both are one source to everybody but the worker. */
#include "media/plane_internal.h"
#include "media/trackfd.h"
#include "base/error.h"

#include <gst/gst.h>
#include <unistd.h>

#define VP8 ((ParlorCodecKey)PARLOR_CODEC_VP8 << 24)

static gboolean
is_picture (ParlorSourceKind kind)
{
  return kind == PARLOR_SOURCE_CAMERA || kind == PARLOR_SOURCE_SCREEN;
}

/* A peer of which nothing is known takes all. */
static gboolean
decodes (const ParlorMediaEndpoint *viewer, ParlorCodecKey key)
{
  for (guint i = 0; i < viewer->n_decoded; i++)
    if (parlor_codec_key_decodes (viewer->decoded[i], key))
      return TRUE;
  return viewer->n_decoded == 0;
}

/* --- who gets which
 * ------------------------------------------------------------------------------------------ */

static void
set_misfit (ParlorMediaPlane *plane, ParlorMediaSlot *slot, gboolean is_misfit)
{
  if (slot->is_misfit && !is_misfit)
    plane->n_misfits--;
  else if (!slot->is_misfit && is_misfit)
    plane->n_misfits++;
  slot->is_misfit = is_misfit;
}

ParlorSourceId
parlor_media_fit (ParlorMediaEndpoint *viewer, ParlorMediaSlot *slot,
                  const ParlorMediaSource *source)
{
  gboolean is_known = source != NULL && source->id != 0 && is_picture (source->kind)
                      && source->active != PARLOR_CODEC_KEY_NONE;
  set_misfit (viewer->plane, slot, is_known && !decodes (viewer, source->active));
  if (slot->is_misfit && source->second != NULL)
    return source->second->id;
  return source != NULL ? source->id : 0;
}

void
parlor_media_forget_misfits (ParlorMediaEndpoint *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    set_misfit (self->plane, &self->slots[i], FALSE);
}

gboolean
parlor_media_decodes (ParlorMedia *media, ParlorEndpointId receiver, ParlorSourceRef ref,
                      gboolean *takes_vp8)
{
  const ParlorMediaEndpoint *viewer = parlor_media_endpoint_find (media, receiver, NULL);
  const ParlorMediaEndpoint *publisher = parlor_media_endpoint_find (media, ref.endpoint, NULL);
  if (viewer == NULL || publisher == NULL || !is_picture (ref.kind))
    return TRUE;
  ParlorCodecKey active = publisher->sources[ref.kind].active;
  *takes_vp8 = decodes (viewer, VP8);
  return active == PARLOR_CODEC_KEY_NONE || decodes (viewer, active);
}

gboolean
parlor_media_sends (ParlorMedia *media, ParlorSourceRef ref)
{
  const ParlorMediaEndpoint *publisher = parlor_media_endpoint_find (media, ref.endpoint, NULL);
  return publisher != NULL && (guint)ref.kind < PARLOR_N_SOURCES
         && publisher->sources[ref.kind].active != PARLOR_CODEC_KEY_NONE;
}

/* As docs/protocol.md writes it. */
static const char *
name_of (ParlorCodecKey key)
{
  g_autofree char *name = g_ascii_strdown (parlor_codec_info (parlor_codec_key_codec (key))->name,
                                           -1);
  return g_intern_string (name);
}

static void
tell_misfits (const ParlorMediaEndpoint *viewer, ParlorMisfitFunc func, gpointer user_data)
{
  for (guint i = 0; i < viewer->n_slots; i++)
    {
      const ParlorMediaSlot *slot = &viewer->slots[i];
      const ParlorMediaEndpoint *publisher = slot->is_misfit ? g_hash_table_lookup (
                                                 viewer->plane->endpoints, &slot->wanted.endpoint)
                                                             : NULL;
      if (publisher == NULL)
        continue;
      const ParlorMediaSource *source = &publisher->sources[slot->wanted.kind];
      func (&(ParlorMisfit){.receiver = viewer->id,
                            .slot = i,
                            .source = slot->wanted,
                            .codec = name_of (source->active),
                            .takes_vp8 = decodes (viewer, VP8),
                            .is_helped = source->second != NULL
                                         && decodes (viewer,
                                                     source->second->config->source.codecs[0].key)},
            user_data);
    }
}

void
parlor_media_each_misfit (ParlorMedia *media, ParlorMisfitFunc func, gpointer user_data)
{
  const ParlorMediaPlane *plane = (const ParlorMediaPlane *)media;
  GHashTableIter iter;
  gpointer endpoint;
  if (plane->n_misfits == 0)
    return;
  g_hash_table_iter_init (&iter, plane->endpoints);
  while (g_hash_table_iter_next (&iter, NULL, &endpoint))
    tell_misfits (endpoint, func, user_data);
}

/* --- coming and going
 * ---------------------------------------------------------------------------------------- */

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
  if (self != NULL && (!is_picture (kind) || self->sources[kind].id == 0))
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
