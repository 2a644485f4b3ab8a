/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/sdp/reader.h"

/* "<payload type> …": the format it names, NULL when the m-line does not list it. FALSE: no payload
 * type there. */
static gboolean
take_format (ParlorSdpReader *self, const char **value, ParlorSdpFormat **format)
{
  guint64 pt;

  if (!parlor_sdp_take_number (value, 127, &pt) || **value != ' ')
    return FALSE;
  (*value)++;
  *format = self->index_of_pt[pt] >= 0 ? &self->media->formats[self->index_of_pt[pt]] : NULL;
  return TRUE;
}

/* --- Formats ------------------------------------------------------------------------------- */

/* a=rtpmap:<payload type> <encoding>/<clock>[/<channels>] */
gboolean
parlor_sdp_read_rtpmap (ParlorSdpReader *self, const char *value)
{
  ParlorSdpFormat *format;
  g_autofree char *encoding = NULL;
  guint64 clock_hz, channels = 1;
  gsize length;

  if (!take_format (self, &value, &format))
    return PARLOR_SDP_MALFORMED (self, "a=rtpmap begins with a payload type from 0 to 127");
  length = strcspn (value, "/");
  encoding = g_strndup (value, length);
  value += length + (value[length] == '/');
  if (!parlor_sdp_is_token (encoding, 64) || !parlor_sdp_take_number (&value, G_MAXINT32, &clock_hz)
      || (*value == '/' && (value++, !parlor_sdp_take_number (&value, 255, &channels))))
    return PARLOR_SDP_MALFORMED (self,
                                 "a=rtpmap is not <payload type> <encoding>/<clock>[/<channels>]");
  if (format == NULL)
    return TRUE;
  format->encoding = parlor_sdp_reader_keep (self, encoding);
  format->clock_hz = (guint32)clock_hz;
  format->channels = self->media->kind == PARLOR_SDP_KIND_AUDIO ? (guint8)channels : 0;
  return TRUE;
}

gboolean
parlor_sdp_read_fmtp (ParlorSdpReader *self, const char *value)
{
  ParlorSdpFormat *format;

  if (!take_format (self, &value, &format))
    return PARLOR_SDP_MALFORMED (self, "a=fmtp begins with a payload type from 0 to 127");
  if (format != NULL)
    format->fmtp = parlor_sdp_reader_keep (self, value);
  return TRUE;
}

static guint32
feedback_from_text (const char *text)
{
  static const char *const names[] = {"nack", "nack pli", "ccm fir", "transport-cc",
                                      "goog-remb"}; /* in the order of the bits */

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      return 1u << i;
  return 0;
}

gboolean
parlor_sdp_read_rtcp_fb (ParlorSdpReader *self, const char *value)
{
  ParlorSdpFormat *format;

  if (g_str_has_prefix (value, "* "))
    {
      self->feedback_of_all |= feedback_from_text (value + 2);
      return TRUE;
    }
  if (!take_format (self, &value, &format))
    return PARLOR_SDP_MALFORMED (self, "a=rtcp-fb begins with a payload type from 0 to 127, or *");
  if (format != NULL)
    format->feedback |= feedback_from_text (value);
  return TRUE;
}

/* Payload types that mean something without a=rtpmap (RFC 3551 table 4), of those we forward. */
static void
apply_static_type (ParlorSdpFormat *format)
{
  if (format->encoding != NULL)
    return;
  format->encoding = format->pt == 0 ? "PCMU" : format->pt == 8 ? "PCMA" : "";
  format->clock_hz = format->encoding[0] != '\0' ? 8000 : 0;
}

static ParlorSdpFormat *
find_pt (ParlorSdpReader *self, guint64 pt)
{
  return pt < 128 && self->index_of_pt[pt] >= 0 ? &self->media->formats[self->index_of_pt[pt]]
                                                : NULL;
}

static void
resolve_codec (ParlorSdpReader *self, ParlorSdpFormat *format)
{
  ParlorCodecKey key;

  if (g_ascii_strcasecmp (format->encoding, "rtx") == 0)
    format->role = PARLOR_SDP_FORMAT_RTX;
  /* In video RED is a wrapping for ULPFEC, which we do not forward. */
  else if (g_ascii_strcasecmp (format->encoding, "red") == 0
           && self->media->kind == PARLOR_SDP_KIND_AUDIO)
    format->role = PARLOR_SDP_FORMAT_RED;
  if (format->role != PARLOR_SDP_FORMAT_OTHER)
    return;
  key = parlor_codec_key_from_format (format->encoding, format->clock_hz, format->channels,
                                      format->fmtp);
  if (key == PARLOR_CODEC_KEY_NONE
      || parlor_codec_info (parlor_codec_key_codec (key))->kind
             != (self->media->kind == PARLOR_SDP_KIND_VIDEO ? PARLOR_KIND_VIDEO
                                                            : PARLOR_KIND_AUDIO))
    return;
  format->role = PARLOR_SDP_FORMAT_CODEC;
  format->key = key;
  format->kept = TRUE;
}

/* RFC 2198 section 5: "111/111", one entry a block. The payload type that all blocks have;
 * PARLOR_SDP_NO_PT: they differ, or it is no such list. */
static guint8
red_block_type (const char *fmtp)
{
  g_auto (GStrv) entries = g_strsplit (fmtp, "/", 32);
  guint64 pt;

  if (entries[0] == NULL || !g_ascii_string_to_unsigned (entries[0], 10, 0, 127, &pt, NULL))
    return PARLOR_SDP_NO_PT;
  for (guint i = 1; entries[i] != NULL; i++)
    if (strcmp (entries[i], entries[0]) != 0)
      return PARLOR_SDP_NO_PT;
  return (guint8)pt;
}

static void
resolve_red (ParlorSdpReader *self, ParlorSdpFormat *format)
{
  ParlorSdpFormat *codec;

  format->apt = red_block_type (format->fmtp);
  codec = find_pt (self, format->apt);
  if (codec == NULL || codec->role != PARLOR_SDP_FORMAT_CODEC || codec->clock_hz != format->clock_hz
      || codec->channels != format->channels)
    return;
  format->key = codec->key;
  format->kept = TRUE;
}

static void
resolve_rtx (ParlorSdpReader *self, ParlorSdpFormat *format)
{
  ParlorSdpFormat *wrapped;
  char text[8];
  guint64 apt;

  if (!parlor_fmtp_get (format->fmtp, "apt", text, sizeof text)
      || !g_ascii_string_to_unsigned (text, 10, 0, 127, &apt, NULL))
    return;
  format->apt = (guint8)apt;
  wrapped = find_pt (self, apt);
  if (wrapped == NULL || !wrapped->kept || wrapped->role == PARLOR_SDP_FORMAT_RTX
      || wrapped->rtx_pt != PARLOR_SDP_NO_PT || wrapped->clock_hz != format->clock_hz)
    return;
  wrapped->rtx_pt = format->pt;
  format->key = wrapped->key;
  format->kept = TRUE;
}

/* Roles depend on each other: codecs first, then what wraps them. */
void
parlor_sdp_resolve_formats (ParlorSdpReader *self)
{
  ParlorSdpFormat *formats = self->media->formats;
  guint n = self->media->n_formats;

  for (guint i = 0; i < n; i++)
    {
      apply_static_type (&formats[i]);
      resolve_codec (self, &formats[i]);
      formats[i].feedback |= self->feedback_of_all;
    }
  for (guint i = 0; i < n; i++)
    if (formats[i].role == PARLOR_SDP_FORMAT_RED)
      resolve_red (self, &formats[i]);
  for (guint i = 0; i < n; i++)
    if (formats[i].role == PARLOR_SDP_FORMAT_RTX)
      resolve_rtx (self, &formats[i]);
}

/* The fmt list of the m-line (RTP: payload types). */
gboolean
parlor_sdp_read_format_list (ParlorSdpReader *self, const GstSDPMedia *section)
{
  ParlorSdpMedia *media = self->media;
  guint n = gst_sdp_media_formats_len (section);

  if (n > PARLOR_SDP_MAX_FORMATS)
    return PARLOR_SDP_MALFORMED (self, "m= lists more than %u formats", PARLOR_SDP_MAX_FORMATS);
  media->formats = g_new0 (ParlorSdpFormat, n);
  memset (self->index_of_pt, -1, sizeof self->index_of_pt);
  for (guint i = 0; i < n; i++)
    {
      guint64 pt;

      if (!g_ascii_string_to_unsigned (gst_sdp_media_get_format (section, i), 10, 0, 127, &pt,
                                       NULL))
        return PARLOR_SDP_MALFORMED (self,
                                     "m= lists a format that is not a payload type from 0 to 127");
      if (self->index_of_pt[pt] >= 0)
        return PARLOR_SDP_MALFORMED (self, "m= lists payload type %u twice", (guint)pt);
      self->index_of_pt[pt] = (gint8)i;
      media->formats[i] = (ParlorSdpFormat){
          .pt = (guint8)pt,
          .apt = PARLOR_SDP_NO_PT,
          .rtx_pt = PARLOR_SDP_NO_PT,
          .channels = media->kind == PARLOR_SDP_KIND_AUDIO ? 1 : 0,
          .fmtp = "",
      };
      media->n_formats = i + 1;
    }
  return TRUE;
}
