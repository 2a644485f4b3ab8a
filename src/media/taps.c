/* SPDX-License-Identifier: Apache-2.0 */
/* tap_open of the seam: one track of an endpoint into a file descriptor. */
#include <unistd.h>

#include "media/plane_internal.h"
#include "media/trackfd.h"
#include "base/error.h"

/* Of one endpoint, both directions. */
#define MAX_TRACKS 16

static void
wake_control (gpointer user_data)
{
  parlor_worker_set_ring (user_data);
}

/* (transfer full) NULL: fd is closed and error set. */
static ParlorTrack *
open_track (ParlorMediaEndpoint *self, gboolean is_inject, int fd, GError **error)
{
  ParlorTracks *tracks = parlor_worker_get_tracks (self->worker);
  ParlorTrack *track = NULL;
  if (self->tracks->len < MAX_TRACKS)
    track = is_inject ? parlor_tracks_add_inject (tracks, 0) : parlor_tracks_add_tap (tracks, 0);
  if (track != NULL)
    return track;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                       "too many taps and injects are open; close one");
  close (fd);
  return NULL;
}

/* Borrowed. NULL: fd is closed and error set. */
static ParlorTrackFd *
add_track (ParlorMediaEndpoint *self, gboolean is_inject, guint kind, int fd, GError **error)
{
  ParlorTrack *track = open_track (self, is_inject, fd, error);
  ParlorTrackFd *track_fd;
  if (track == NULL)
    return NULL;
  track_fd = parlor_track_fd_new (track, is_inject, kind, fd, wake_control, self->plane->workers);
  g_ptr_array_add (self->tracks, track_fd);
  return track_fd;
}

/* NULL: fd is closed and error set. */
static ParlorMediaEndpoint *
find_source (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, int fd,
             GError **error)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, error);
  if (self != NULL && parlor_media_is_kind (kind))
    return self;
  if (self != NULL)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND, "no such source");
  close (fd);
  return NULL;
}

gboolean
parlor_media_tap_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, int fd,
                       GError **error)
{
  ParlorMediaEndpoint *self = find_source (media, endpoint, kind, fd, error);
  ParlorTrackFd *track_fd = self != NULL ? add_track (self, FALSE, kind, fd, error) : NULL;
  if (track_fd == NULL)
    return FALSE;
  parlor_track_set_source (parlor_track_fd_get_track (track_fd), self->sources[kind].id);
  return TRUE;
}

/* --- kept taps
 * ---------------------------------------------------------------------------------------- */

static ParlorTrackFd *
find_kept (const ParlorMediaEndpoint *self, ParlorSourceKind kind)
{
  for (guint i = 0; i < self->tracks->len; i++)
    {
      ParlorTrackFd *track_fd = self->tracks->pdata[i];
      if (parlor_track_fd_is_kept (track_fd) && parlor_track_fd_get_kind (track_fd) == kind)
        return track_fd;
    }
  return NULL;
}

static guint
list_formats (const ParlorMediaSource *source, ParlorTrackFdFormat *out)
{
  const ParlorSourceConfig *config = source->config != NULL ? &source->config->source : NULL;
  guint n = config != NULL ? MIN (config->n_codecs, PARLOR_TRACK_FD_FORMATS) : 0;
  for (guint i = 0; i < n; i++)
    out[i] = (ParlorTrackFdFormat){.pt = config->codecs[i].pt,
                                   .codec = parlor_codec_key_codec (config->codecs[i].key)};
  return n;
}

gboolean
parlor_media_tap_keep (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, int fd,
                       GError **error)
{
  ParlorMediaEndpoint *self = find_source (media, endpoint, kind, fd, error);
  ParlorTrackFd *kept = self != NULL ? find_kept (self, kind) : NULL;
  ParlorTrackFdFormat formats[PARLOR_TRACK_FD_FORMATS];
  if (kept != NULL)
    {
      parlor_track_fd_attach (kept, fd);
      return TRUE;
    }
  ParlorTrack *track = self != NULL ? open_track (self, FALSE, fd, error) : NULL;
  if (track == NULL)
    return FALSE;
  parlor_track_set_source (track, self->sources[kind].id);
  guint n = list_formats (&self->sources[kind], formats);
  g_ptr_array_add (self->tracks, parlor_track_fd_new_kept (track, kind, formats, n, fd));
  return TRUE;
}

void
parlor_media_tap_drop (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, NULL);
  ParlorTrackFd *kept = self != NULL ? find_kept (self, kind) : NULL;
  if (kept != NULL)
    g_ptr_array_remove (self->tracks, kept);
}

char *
parlor_media_tap_codecs (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, NULL);
  if (self == NULL || !parlor_media_is_kind (kind) || self->sources[kind].id == 0)
    return NULL;
  const ParlorSourceConfig *source = &self->sources[kind].config->source;
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < source->n_codecs; i++)
    {
      const ParlorCodecInfo *info = parlor_codec_info (
          parlor_codec_key_codec (source->codecs[i].key));
      g_string_append_printf (text, "%s%u=%s/%u", i > 0 ? "," : "", source->codecs[i].pt,
                              info->name, info->clock_hz);
    }
  return g_string_free (text, FALSE);
}

ParlorTrackFd *
parlor_media_inject_track (ParlorMediaEndpoint *self, guint kind, int fd, GError **error)
{
  return add_track (self, TRUE, kind, fd, error);
}

void
parlor_media_taps_follow (ParlorMediaEndpoint *self, ParlorSourceKind kind)
{
  for (guint i = 0; self->tracks != NULL && i < self->tracks->len; i++)
    {
      ParlorTrackFd *track_fd = self->tracks->pdata[i];
      if (parlor_track_fd_get_kind (track_fd) == kind && !parlor_track_fd_is_inject (track_fd))
        parlor_track_set_source (parlor_track_fd_get_track (track_fd), self->sources[kind].id);
    }
}
