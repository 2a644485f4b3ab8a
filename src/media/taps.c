/* SPDX-License-Identifier: Apache-2.0 */
/* tap_open and inject_open of the seam: one track of an endpoint out of a file descriptor, or into
 * one. */
#include <gst/gst.h>
#include <string.h>
#include <unistd.h>

#include "media/plane_internal.h"
#include "media/trackfd.h"
#include "proto/sdp/codecs.h"
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

static gboolean
is_kind (ParlorSourceKind kind)
{
  return kind > PARLOR_SOURCE_NONE && kind < PARLOR_N_SOURCES;
}

/* NULL: fd is closed and error set. */
static ParlorMediaEndpoint *
find_source (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, int fd,
             GError **error)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, error);
  if (self != NULL && is_kind (kind))
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
  if (self == NULL || !is_kind (kind) || self->sources[kind].id == 0)
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

/* --- what is injected
 * ----------------------------------------------------------------------------------- */

static gboolean
append_parameter (GQuark field, const GValue *value, gpointer user_data)
{
  if (G_VALUE_HOLDS_STRING (value))
    g_string_append_printf (user_data, "%s=%s;", g_quark_to_string (field),
                            g_value_get_string (value));
  return TRUE;
}

/* Caps of application/x-rtp carry an fmtp line's parameters as fields of their own. */
static ParlorCodecKey
read_codec (const GstStructure *structure)
{
  g_autoptr (GString) fmtp = g_string_new (NULL);
  const char *encoding = gst_structure_get_string (structure, "encoding-name");
  gint clock_hz = 0;
  gst_structure_get_int (structure, "clock-rate", &clock_hz);
  gst_structure_foreach (structure, append_parameter, fmtp);
  /* RFC 7587 section 7: Opus always says two. */
  return encoding
             ? parlor_codec_key_from_format (encoding, (guint32)clock_hz,
                                             g_ascii_strcasecmp (encoding, "opus") == 0 ? 2 : 0,
                                             fmtp->str)
             : PARLOR_CODEC_KEY_NONE;
}

gboolean
parlor_media_inject_caps (const char *text, ParlorSourceKind kind, ParlorSourceConfig *config,
                          GError **error)
{
  g_autoptr (GstCaps) caps = text ? gst_caps_from_string (text) : NULL;
  const GstStructure *structure = caps && gst_caps_is_fixed (caps)
                                      ? gst_caps_get_structure (caps, 0)
                                      : NULL;
  gboolean is_audio = kind == PARLOR_SOURCE_MICROPHONE || kind == PARLOR_SOURCE_SCREEN_AUDIO;
  gint pt = -1;
  const char *why = NULL;
  if (structure == NULL || !gst_structure_has_name (structure, "application/x-rtp"))
    why = "caps must be one application/x-rtp with media, clock-rate, encoding-name and payload";
  else if (g_strcmp0 (gst_structure_get_string (structure, "media"), is_audio ? "audio" : "video")
           != 0)
    why = "caps: media does not fit the source";
  else if ((config->codecs[0].key = read_codec (structure)) == PARLOR_CODEC_KEY_NONE)
    why = "caps: encoding-name, clock-rate or profile is none that is forwarded";
  else if (!gst_structure_get_int (structure, "payload", &pt) || pt < 0 || pt > 127)
    why = "caps: payload must be 0 to 127";
  if (why != NULL)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
      return FALSE;
    }
  config->n_codecs = 1;
  config->codecs[0].pt = (guint8)pt;
  config->codecs[0].rtx_pt = config->codecs[0].red_pt = PARLOR_ROUTER_NO_PT;
  return TRUE;
}

ParlorTrackFd *
parlor_media_inject_track (ParlorMediaEndpoint *self, guint kind, int fd, GError **error)
{
  return add_track (self, TRUE, kind, fd, error);
}

static gboolean
can_inject (const ParlorMediaEndpoint *self, ParlorSourceKind kind, GError **error)
{
  if (!is_kind (kind))
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
  track_fd = add_track (self, TRUE, kind, fd, error);
  if (track_fd == NULL)
    return FALSE;
  parlor_media_endpoint_publish (self, kind, &config);
  parlor_track_set_source (parlor_track_fd_get_track (track_fd), self->sources[kind].id);
  return TRUE;
}

/* --- afterwards
 * ------------------------------------------------------------------------------------------- */

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
