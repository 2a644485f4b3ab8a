/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/media.h"

#include <string.h>

#include "proto/sdp/reader.h"

/* --- Directions ---------------------------------------------------------------------------- */

static const char *const direction_names[] = {"inactive", "sendonly", "recvonly", "sendrecv"};

const char *
parlor_sdp_direction_name (ParlorSdpDirection direction)
{
  return direction_names[direction & PARLOR_SDP_SENDRECV];
}

gboolean
parlor_sdp_direction_from_name (const char *name, ParlorSdpDirection *direction)
{
  for (guint i = 0; i < G_N_ELEMENTS (direction_names); i++)
    if (strcmp (name, direction_names[i]) == 0)
      {
        *direction = (ParlorSdpDirection)i;
        return TRUE;
      }
  return FALSE;
}

/* --- Extensions ---------------------------------------------------------------------------- */

/* a=extmap:<id>[/<direction>] <URI> [<attributes>] */
static gboolean
read_extmap (ParlorSdpReader *self, const char *value)
{
  ParlorSdpDirection direction = PARLOR_SDP_SENDRECV;
  g_autofree char *word = NULL;
  g_autofree char *uri = NULL;
  ParlorRtpExt ext;
  guint64 id;
  gsize length;

  if (!parlor_sdp_take_number (&value, 4351, &id) || id == 0)
    return PARLOR_SDP_MALFORMED (self, "a=extmap begins with an id from 1 to 4351 (RFC 8285)");
  length = strcspn (value, " ");
  word = g_strndup (value, length);
  if (value[length] == '\0'
      || (word[0] != '\0'
          && (word[0] != '/' || !parlor_sdp_direction_from_name (word + 1, &direction))))
    return PARLOR_SDP_MALFORMED (self, "a=extmap is not <id>[/<direction>] <URI>");
  value += length + 1;
  uri = g_strndup (value, strcspn (value, " "));
  ext = parlor_rtp_ext_from_uri (uri);
  /* Ids above 14 need two-byte headers, which would cost every packet more: not answered. */
  if (ext == PARLOR_EXT_NONE || id > 14 || self->media->ext_ids[ext] != 0)
    return TRUE;
  for (guint other = 0; other < PARLOR_EXT_COUNT; other++)
    if (self->media->ext_ids[other] == id)
      return PARLOR_SDP_MALFORMED (self, "a=extmap:%u is the second extension with this id",
                                   (guint)id);
  self->media->ext_ids[ext] = (guint8)id;
  self->media->ext_directions[ext] = (guint8)direction;
  return TRUE;
}

/* --- The section ---------------------------------------------------------------------------- */

static gboolean
read_mid (ParlorSdpReader *self, const char *value)
{
  if (!parlor_sdp_is_token (value, PARLOR_SDP_MAX_ID_BYTES))
    return PARLOR_SDP_UNPROCESSABLE (self, self->line, "a=mid must have 1 to %u token characters",
                                     PARLOR_SDP_MAX_ID_BYTES);
  if (self->media->mid[0] != '\0')
    return PARLOR_SDP_MALFORMED (self, "a second a=mid in one m-section");
  self->media->mid = parlor_sdp_reader_keep (self, value);
  return TRUE;
}

static gboolean
read_bundle_only (ParlorSdpReader *self, const char *value)
{
  self->bundle_only = TRUE;
  return TRUE;
}

static gboolean
read_rtcp_mux (ParlorSdpReader *self, const char *value)
{
  self->rtcp_mux = TRUE;
  return TRUE;
}

static gboolean
read_rtcp_rsize (ParlorSdpReader *self, const char *value)
{
  self->media->rtcp_rsize = TRUE;
  return TRUE;
}

static gboolean
read_allow_mixed (ParlorSdpReader *self, const char *value)
{
  self->offer->extmap_allow_mixed = TRUE;
  return TRUE;
}

typedef struct
{
  const char *key;
  gboolean (*read) (ParlorSdpReader *self, const char *value);
} AttributeReader;

/* Read of every m-section, also of those that will get port 0. */
static const AttributeReader any_readers[] = {
    {"mid", read_mid},
    {"bundle-only", read_bundle_only},
};

static const AttributeReader rtp_readers[] = {
    {"rtcp-mux", read_rtcp_mux},
    {"rtcp-mux-only", read_rtcp_mux},
    {"rtcp-rsize", read_rtcp_rsize},
    {"extmap-allow-mixed", read_allow_mixed},
    {"rtpmap", parlor_sdp_read_rtpmap},
    {"fmtp", parlor_sdp_read_fmtp},
    {"rtcp-fb", parlor_sdp_read_rtcp_fb},
    {"extmap", read_extmap},
    {"ssrc", parlor_sdp_read_ssrc},
    {"ssrc-group", parlor_sdp_read_ssrc_group},
    {"msid", parlor_sdp_read_msid},
    {"rid", parlor_sdp_read_rid},
    {"simulcast", parlor_sdp_read_simulcast},
};

static gboolean
read_by_table (ParlorSdpReader *self, const AttributeReader *readers, guint n, const char *key,
               const char *value)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (key, readers[i].key) == 0)
      return readers[i].read (self, value);
  return TRUE;
}

static gboolean
read_rtp_attribute (ParlorSdpReader *self, const char *key, const char *value)
{
  switch (parlor_sdp_transport_read (self->transport, self->offer->strings, key, value, self->line,
                                     self->error))
    {
    case PARLOR_SDP_TAKEN:
      return TRUE;
    case PARLOR_SDP_REFUSED:
      return FALSE;
    default:
      break;
    }
  if (value[0] == '\0' && parlor_sdp_direction_from_name (key, &self->media->direction))
    return TRUE;
  return read_by_table (self, rtp_readers, G_N_ELEMENTS (rtp_readers), key, value);
}

static gboolean
read_attributes (ParlorSdpReader *self, const GstSDPMedia *section, guint index, gboolean rtp)
{
  for (guint i = 0; i < gst_sdp_media_attributes_len (section); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (section, i);
      const char *value = attribute->value != NULL ? attribute->value : "";

      self->line = parlor_sdp_text_media_line (self->session->text, index, i);
      if (rtp ? !read_rtp_attribute (self, attribute->key, value)
              : !read_by_table (self, any_readers, G_N_ELEMENTS (any_readers), attribute->key,
                                value))
        return FALSE;
    }
  return TRUE;
}

static ParlorSdpKind
kind_of (const GstSDPMedia *section)
{
  const char *media = gst_sdp_media_get_media (section);
  const char *protocol = gst_sdp_media_get_proto (section);

  if (strcmp (media, "audio") == 0)
    return PARLOR_SDP_KIND_AUDIO;
  if (strcmp (media, "video") == 0)
    return PARLOR_SDP_KIND_VIDEO;
  if (strcmp (media, "application") == 0 && g_str_has_suffix (protocol, "DTLS/SCTP"))
    return PARLOR_SDP_KIND_DATA_CHANNEL;
  return PARLOR_SDP_KIND_OTHER;
}

/* RFC 8829 section 5.1.2 lists what a WebRTC endpoint must take for DTLS-SRTP. */
static gboolean
is_dtls_srtp (const char *protocol)
{
  static const char *const protocols[] = {"UDP/TLS/RTP/SAVPF",
                                          "UDP/TLS/RTP/SAVP",
                                          "TCP/TLS/RTP/SAVPF",
                                          "TCP/TLS/RTP/SAVP",
                                          "RTP/SAVPF",
                                          "RTP/SAVP",
                                          NULL};

  return g_strv_contains (protocols, protocol);
}

static gboolean
read_rtp_section (ParlorSdpReader *self, const GstSDPMedia *section, guint index)
{
  ParlorSdpMedia *media = self->media;
  char quoted[PARLOR_SDP_QUOTE_BYTES];

  if (!is_dtls_srtp (media->protocol))
    return PARLOR_SDP_UNPROCESSABLE (self, media->line,
                                     "%s is not encrypted by DTLS; offer UDP/TLS/RTP/SAVPF",
                                     parlor_sdp_quote (media->protocol, quoted));
  self->line = media->line;
  if (!parlor_sdp_read_format_list (self, section) || !read_attributes (self, section, index, TRUE))
    return FALSE;
  if (!self->rtcp_mux)
    return PARLOR_SDP_UNPROCESSABLE (
        self, media->line, "this m-line has no a=rtcp-mux; there is one port for RTP and RTCP");
  parlor_sdp_resolve_formats (self);
  parlor_sdp_resolve_sources (self);
  return parlor_sdp_resolve_simulcast (self);
}

gboolean
parlor_sdp_media_read (ParlorSdpSession *session, guint index, ParlorSdpMedia *media,
                       ParlorSdpTransport *transport, GError **error)
{
  const GstSDPMedia *section = gst_sdp_message_get_media (session->text->message, index);
  ParlorSdpReader self = {
      .session = session,
      .offer = session->offer,
      .media = media,
      .transport = transport,
      .error = error,
      .line = g_array_index (session->text->media_lines, guint, index),
  };

  media->kind = kind_of (section);
  media->direction = session->direction;
  media->line = self.line;
  media->media = parlor_sdp_reader_keep (&self, gst_sdp_media_get_media (section));
  media->protocol = parlor_sdp_reader_keep (&self, gst_sdp_media_get_proto (section));
  media->first_format = parlor_sdp_reader_keep (&self, gst_sdp_media_get_format (section, 0));
  media->mid = media->stream_id = media->track_id = "";
  if (!read_attributes (&self, section, index, FALSE))
    return FALSE;
  if (media->mid[0] == '\0')
    return PARLOR_SDP_UNPROCESSABLE (&self, media->line, "this m-line has no a=mid");
  /* RFC 8843 section 7.2.2: with bundle-only, port 0 does not refuse. */
  media->rejected = gst_sdp_media_get_port (section) == 0 && !self.bundle_only;
  if (media->rejected || media->kind > PARLOR_SDP_KIND_VIDEO)
    return TRUE;
  return read_rtp_section (&self, section, index);
}
