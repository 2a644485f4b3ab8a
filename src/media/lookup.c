/* SPDX-License-Identifier: Apache-2.0 */
/* What all files of the plane ask it for: numbers, endpoints, the addresses it is reached at. */
#include "media/plane_internal.h"

#include "base/error.h"
#include "base/time.h"

#define CANDIDATES_LIVE_US (10 * PARLOR_US_PER_SEC)

guint64
parlor_media_plane_next_id (ParlorMediaPlane *self)
{
  return ++self->last_id;
}

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

const ParlorCandidates *
parlor_media_plane_get_candidates (ParlorMediaPlane *self)
{
  gint64 now_us = g_get_monotonic_time ();
  if (self->candidates.n == 0 || now_us - self->candidates_us > CANDIDATES_LIVE_US)
    {
      parlor_candidates_collect (&self->candidates, (const char *const *)self->announce,
                                 self->bind_address, parlor_worker_set_get_port (self->workers));
      if (self->tcp != NULL)
        parlor_candidates_add_tcp (&self->candidates, parlor_tcp_front_get_port (self->tcp));
      self->candidates_us = now_us;
    }
  return &self->candidates;
}
