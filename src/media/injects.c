/* SPDX-License-Identifier: Apache-2.0 */
/* inject_open of the seam: a track that comes out of a descriptor is published. And the end of all
 * tracks whose other side has gone. */
#include "media/plane_internal.h"

#include "base/error.h"
#include "media/trackfd.h"

#include <unistd.h>

static gboolean
can_inject (const ParlorMediaEndpoint *self, ParlorSourceKind kind, GError **error)
{
  if (!parlor_media_is_kind (kind))
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "no such source");
  else if (self->sources[kind].id != 0)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "%s is published already",
                 parlor_source_kind_name (kind));
  else
    return TRUE;
  return FALSE;
}

gboolean
parlor_media_inject_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                          const char *caps, int fd, GError **error)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, error);
  ParlorSourceConfig config = {0};
  ParlorTrackFd *track_fd;
  if (self == NULL || !can_inject (self, kind, error)
      || !parlor_media_inject_caps (caps, kind, &config, error))
    {
      close (fd);
      return FALSE;
    }
  track_fd = parlor_media_inject_track (self, kind, fd, error);
  if (track_fd == NULL)
    return FALSE;
  parlor_media_endpoint_publish (self, kind, &config);
  parlor_track_set_source (parlor_track_fd_get_track (track_fd), self->sources[kind].id);
  return TRUE;
}

void
parlor_media_taps_sweep (ParlorMediaEndpoint *self)
{
  /* From the end; a source that ends takes the track of its second encoding with it. */
  for (guint i = self->tracks->len; i-- > 0; i = MIN (i, self->tracks->len))
    {
      ParlorTrackFd *track_fd = self->tracks->pdata[i];
      guint kind = parlor_track_fd_get_kind (track_fd);
      if (!parlor_track_fd_is_done (track_fd))
        continue;
      g_ptr_array_steal_index (self->tracks, i);
      if (kind >= PARLOR_MEDIA_SECOND)
        parlor_media_second_close (&self->sources[kind - PARLOR_MEDIA_SECOND], track_fd);
      else if (parlor_track_fd_is_inject (track_fd) && self->sources[kind].mid[0] == '\0')
        parlor_media_endpoint_unpublish (self, kind);
      parlor_track_fd_free (track_fd);
    }
}
