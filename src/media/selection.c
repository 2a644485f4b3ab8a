/* SPDX-License-Identifier: Apache-2.0 */
/* Who shows whom: the slots of a room's endpoints. */
#include "media/plane_internal.h"

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
void
parlor_media_endpoint_show (ParlorMediaEndpoint *self, ParlorSourceKind kind)
{
  const ParlorMediaRoom *room = self->room;
  for (guint i = 0; i < room->endpoints->len; i++)
    {
      ParlorMediaEndpoint *viewer = room->endpoints->pdata[i];
      for (guint slot = 0; slot < viewer->n_slots; slot++)
        if (viewer->slots[slot].wanted.endpoint == self->id
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
