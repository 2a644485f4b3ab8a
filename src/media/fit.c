/* SPDX-License-Identifier: Apache-2.0 */
/* Which encoding of a picture fits which receiver, and whom none fits. */
#include "media/plane_internal.h"

#define VP8 ((ParlorCodecKey)PARLOR_CODEC_VP8 << 24)

gboolean
parlor_media_is_picture (ParlorSourceKind kind)
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
  gboolean is_known = source != NULL && source->id != 0 && parlor_media_is_picture (source->kind)
                      && source->active != PARLOR_CODEC_KEY_NONE;
  set_misfit (
      viewer->plane, slot,
      is_known
          && (!decodes (viewer, source->active) || (source->goes_back && decodes (viewer, VP8))));
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
  if (viewer == NULL || publisher == NULL || !parlor_media_is_picture (ref.kind))
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
                            .jerks = decodes (viewer, source->active),
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
