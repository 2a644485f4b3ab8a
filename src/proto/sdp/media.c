/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/media.h"

#include <string.h>

#define MAX_SSRCS 64
#define MAX_MSID_BYTES 128

typedef struct
{
  guint32 ssrc;
  guint32 rtx_ssrc;
  const char *cname;
  gboolean secondary; /* RTX or FEC of another: not a source */
} Ssrc;

typedef struct
{
  ParlorSdpSession *session;
  ParlorSdpOffer *offer;
  ParlorSdpMedia *media;
  ParlorSdpTransport *transport;
  GError **error;
  guint line; /* of the attribute at hand */
  gboolean bundle_only;
  gboolean rtcp_mux;
  gint8 index_of_pt[128]; /* into media->formats; -1: not in the m-line */
  guint32 feedback_of_all;
  guint n_ssrcs;
  Ssrc ssrcs[MAX_SSRCS];
  guint n_rids;
  const char *rids[PARLOR_SDP_MAX_RIDS * 2]; /* declared by a=rid:… send */
  const char *simulcast;                     /* the send list */
  guint simulcast_line;
} Reader;

#define MALFORMED(reader, ...)                                                                     \
  parlor_sdp_fail ((reader)->error, PARLOR_SDP_ERROR_MALFORMED, (reader)->line, __VA_ARGS__)
#define UNPROCESSABLE(reader, line_, ...)                                                          \
  parlor_sdp_fail ((reader)->error, PARLOR_SDP_ERROR_UNPROCESSABLE, line_, __VA_ARGS__)

/* --- Words --------------------------------------------------------------------------------- */

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

gboolean
parlor_sdp_is_token (const char *text, gsize most)
{
  gsize length = strlen (text);

  if (length == 0 || length > most)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-.^_`{|}~", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

static const char *
keep (Reader *self, const char *text)
{
  return g_string_chunk_insert_const (self->offer->strings, text);
}

/* A decimal number up to `most` at the start of `*text`, which moves behind it. */
static gboolean
take_number (const char **text, guint64 most, guint64 *value)
{
  const char *c = *text;

  *value = 0;
  for (; g_ascii_isdigit (*c); c++)
    {
      *value = *value * 10 + (guint64)(*c - '0');
      if (*value > most)
        return FALSE;
    }
  if (c == *text)
    return FALSE;
  *text = c;
  return TRUE;
}

/* "<payload type> …": the format it names, NULL when the m-line does not list it. FALSE: no payload
 * type there. */
static gboolean
take_format (Reader *self, const char **value, ParlorSdpFormat **format)
{
  guint64 pt;

  if (!take_number (value, 127, &pt) || **value != ' ')
    return FALSE;
  (*value)++;
  *format = self->index_of_pt[pt] >= 0 ? &self->media->formats[self->index_of_pt[pt]] : NULL;
  return TRUE;
}

/* --- Formats ------------------------------------------------------------------------------- */

/* a=rtpmap:<payload type> <encoding>/<clock>[/<channels>] */
static gboolean
read_rtpmap (Reader *self, const char *value)
{
  ParlorSdpFormat *format;
  g_autofree char *encoding = NULL;
  guint64 clock_hz, channels = 1;
  gsize length;

  if (!take_format (self, &value, &format))
    return MALFORMED (self, "a=rtpmap begins with a payload type from 0 to 127");
  length = strcspn (value, "/");
  encoding = g_strndup (value, length);
  value += length + (value[length] == '/');
  if (!parlor_sdp_is_token (encoding, 64) || !take_number (&value, G_MAXINT32, &clock_hz)
      || (*value == '/' && (value++, !take_number (&value, 255, &channels))))
    return MALFORMED (self, "a=rtpmap is not <payload type> <encoding>/<clock>[/<channels>]");
  if (format == NULL)
    return TRUE;
  format->encoding = keep (self, encoding);
  format->clock_hz = (guint32)clock_hz;
  format->channels = self->media->kind == PARLOR_SDP_KIND_AUDIO ? (guint8)channels : 0;
  return TRUE;
}

static gboolean
read_fmtp (Reader *self, const char *value)
{
  ParlorSdpFormat *format;

  if (!take_format (self, &value, &format))
    return MALFORMED (self, "a=fmtp begins with a payload type from 0 to 127");
  if (format != NULL)
    format->fmtp = keep (self, value);
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

static gboolean
read_rtcp_fb (Reader *self, const char *value)
{
  ParlorSdpFormat *format;

  if (g_str_has_prefix (value, "* "))
    {
      self->feedback_of_all |= feedback_from_text (value + 2);
      return TRUE;
    }
  if (!take_format (self, &value, &format))
    return MALFORMED (self, "a=rtcp-fb begins with a payload type from 0 to 127, or *");
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
find_pt (Reader *self, guint64 pt)
{
  return pt < 128 && self->index_of_pt[pt] >= 0 ? &self->media->formats[self->index_of_pt[pt]]
                                                : NULL;
}

static void
resolve_codec (Reader *self, ParlorSdpFormat *format)
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

/* RFC 2198 section 5: "111/111", one entry a block, all of one codec. */
static void
resolve_red (Reader *self, ParlorSdpFormat *format)
{
  const char *text = format->fmtp;
  ParlorSdpFormat *codec;
  guint64 first, pt;

  if (!take_number (&text, 127, &first))
    return;
  while (*text == '/')
    if (text++, !take_number (&text, 127, &pt) || pt != first)
      return;
  codec = find_pt (self, first);
  format->apt = (guint8)first;
  if (*text != '\0' || codec == NULL || codec->role != PARLOR_SDP_FORMAT_CODEC
      || codec->clock_hz != format->clock_hz || codec->channels != format->channels)
    return;
  format->key = codec->key;
  format->kept = TRUE;
}

static void
resolve_rtx (Reader *self, ParlorSdpFormat *format)
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
static void
resolve_formats (Reader *self)
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
static gboolean
read_format_list (Reader *self, const GstSDPMedia *section)
{
  ParlorSdpMedia *media = self->media;
  guint n = gst_sdp_media_formats_len (section);

  if (n > PARLOR_SDP_MAX_FORMATS)
    return MALFORMED (self, "m= lists more than %u formats", PARLOR_SDP_MAX_FORMATS);
  media->formats = g_new0 (ParlorSdpFormat, n);
  memset (self->index_of_pt, -1, sizeof self->index_of_pt);
  for (guint i = 0; i < n; i++)
    {
      guint64 pt;

      if (!g_ascii_string_to_unsigned (gst_sdp_media_get_format (section, i), 10, 0, 127, &pt,
                                       NULL))
        return MALFORMED (self, "m= lists a format that is not a payload type from 0 to 127");
      if (self->index_of_pt[pt] >= 0)
        return MALFORMED (self, "m= lists payload type %u twice", (guint)pt);
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

/* --- Extensions ---------------------------------------------------------------------------- */

/* a=extmap:<id>[/<direction>] <URI> [<attributes>] */
static gboolean
read_extmap (Reader *self, const char *value)
{
  ParlorSdpDirection direction = PARLOR_SDP_SENDRECV;
  g_autofree char *word = NULL;
  g_autofree char *uri = NULL;
  ParlorRtpExt ext;
  guint64 id;
  gsize length;

  if (!take_number (&value, 4351, &id) || id == 0)
    return MALFORMED (self, "a=extmap begins with an id from 1 to 4351 (RFC 8285)");
  length = strcspn (value, " ");
  word = g_strndup (value, length);
  if (value[length] == '\0'
      || (word[0] != '\0'
          && (word[0] != '/' || !parlor_sdp_direction_from_name (word + 1, &direction))))
    return MALFORMED (self, "a=extmap is not <id>[/<direction>] <URI>");
  value += length + 1;
  uri = g_strndup (value, strcspn (value, " "));
  ext = parlor_rtp_ext_from_uri (uri);
  /* Ids above 14 need two-byte headers, which would cost every packet more: not answered. */
  if (ext == PARLOR_EXT_NONE || id > 14 || self->media->ext_ids[ext] != 0)
    return TRUE;
  for (guint other = 0; other < PARLOR_EXT_COUNT; other++)
    if (self->media->ext_ids[other] == id)
      return MALFORMED (self, "a=extmap:%u is the second extension with this id", (guint)id);
  self->media->ext_ids[ext] = (guint8)id;
  self->media->ext_directions[ext] = (guint8)direction;
  return TRUE;
}

/* --- Streams ------------------------------------------------------------------------------- */

/* The entry of `ssrc`, made when it is new; NULL and the error when that is not possible. */
static Ssrc *
need_ssrc (Reader *self, guint32 ssrc)
{
  for (guint i = 0; i < self->n_ssrcs; i++)
    if (self->ssrcs[i].ssrc == ssrc)
      return &self->ssrcs[i];
  if (self->n_ssrcs == MAX_SSRCS)
    {
      MALFORMED (self, "more than %u SSRCs in one m-section", MAX_SSRCS);
      return NULL;
    }
  if (!g_hash_table_add (self->session->ssrcs, GUINT_TO_POINTER (ssrc)))
    {
      UNPROCESSABLE (self, self->line, "SSRC %u already belongs to another m-line", ssrc);
      return NULL;
    }
  self->ssrcs[self->n_ssrcs] = (Ssrc){.ssrc = ssrc, .cname = ""};
  return &self->ssrcs[self->n_ssrcs++];
}

/* "<stream> [<track>]"; the first one counts. RFC 8830 wants tokens, but webrtcbin puts an @ there:
 * whatever has no blanks is taken. */
static gboolean
read_msid (Reader *self, const char *value)
{
  ParlorSdpMedia *media = self->media;
  gsize length = strcspn (value, " ");
  g_autofree char *stream = g_strndup (value, length);
  const char *track = value + length + (value[length] == ' ');

  if (length == 0 || length > MAX_MSID_BYTES || strlen (track) > MAX_MSID_BYTES
      || strchr (track, ' ') != NULL)
    return MALFORMED (self, "msid is not a stream id and a track id of 1 to %u bytes",
                      MAX_MSID_BYTES);
  if (media->stream_id[0] == '\0' && media->track_id[0] == '\0')
    {
      media->stream_id = strcmp (stream, "-") == 0 ? "" : keep (self, stream);
      media->track_id = keep (self, track);
    }
  return TRUE;
}

/* a=ssrc:<ssrc> <attribute>[:<value>] */
static gboolean
read_ssrc (Reader *self, const char *value)
{
  guint64 number;
  Ssrc *ssrc;

  if (!take_number (&value, G_MAXUINT32, &number) || *value != ' ')
    return MALFORMED (self, "a=ssrc is not <SSRC> <attribute>:<value>");
  if (number == 0)
    return TRUE; /* old Firefox: "not known yet" */
  ssrc = need_ssrc (self, (guint32)number);
  if (ssrc == NULL)
    return FALSE;
  value++;
  if (g_str_has_prefix (value, "cname:"))
    ssrc->cname = keep (self, value + strlen ("cname:"));
  else if (g_str_has_prefix (value, "msid:"))
    return read_msid (self, value + strlen ("msid:"));
  return TRUE;
}

#define MAX_GROUP 8

/* SSRCs of a group in `entries` (indices); -1: broken. */
static gint
take_group (Reader *self, const char *value, guint entries[MAX_GROUP])
{
  guint n = 0;

  while (*value == ' ')
    {
      guint64 number;
      Ssrc *ssrc;

      value++;
      if (!take_number (&value, G_MAXUINT32, &number) || number == 0 || n == MAX_GROUP)
        {
          MALFORMED (self, "a=ssrc-group is not <semantics> and 1 to %u SSRCs", MAX_GROUP);
          return -1;
        }
      ssrc = need_ssrc (self, (guint32)number);
      if (ssrc == NULL)
        return -1;
      entries[n++] = (guint)(ssrc - self->ssrcs);
    }
  return (gint)n;
}

/* Puts the entries of a SIM group in front, in the group's order: low to high by custom. */
static void
order_by_group (Reader *self, const guint *entries, guint n)
{
  Ssrc ordered[MAX_SSRCS];
  gboolean taken[MAX_SSRCS] = {FALSE};
  guint n_ordered = 0;

  for (guint i = 0; i < n; i++)
    if (!taken[entries[i]])
      {
        taken[entries[i]] = TRUE;
        ordered[n_ordered++] = self->ssrcs[entries[i]];
      }
  for (guint i = 0; i < self->n_ssrcs; i++)
    if (!taken[i])
      ordered[n_ordered++] = self->ssrcs[i];
  memcpy (self->ssrcs, ordered, n_ordered * sizeof *ordered);
}

static gboolean
read_ssrc_group (Reader *self, const char *value)
{
  gsize length = strcspn (value, " ");
  guint entries[MAX_GROUP];
  gint n = take_group (self, value + length, entries);

  if (n < 0)
    return FALSE;
  if (n < 2)
    return TRUE;
  if (strncmp (value, "FID ", 4) == 0 || strncmp (value, "FEC", 3) == 0)
    {
      if (value[1] == 'I')
        self->ssrcs[entries[0]].rtx_ssrc = self->ssrcs[entries[1]].ssrc;
      for (gint i = 1; i < n; i++)
        self->ssrcs[entries[i]].secondary = entries[i] != entries[0];
    }
  else if (strncmp (value, "SIM ", 4) == 0)
    {
      self->media->ssrc_simulcast = TRUE;
      order_by_group (self, entries, (guint)n);
    }
  return TRUE;
}

static void
resolve_sources (Reader *self)
{
  ParlorSdpMedia *media = self->media;

  for (guint i = 0; i < self->n_ssrcs && media->n_sources < PARLOR_SDP_MAX_SOURCES; i++)
    if (!self->ssrcs[i].secondary)
      media->sources[media->n_sources++] = (ParlorSdpSource){
          .ssrc = self->ssrcs[i].ssrc,
          .rtx_ssrc = self->ssrcs[i].rtx_ssrc,
          .cname = self->ssrcs[i].cname,
      };
}

/* --- Simulcast ------------------------------------------------------------------------------ */

static gboolean
is_rid (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > PARLOR_SDP_MAX_ID_BYTES)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return FALSE;
  return TRUE;
}

/* a=rid:<id> send|recv [<restrictions>] */
static gboolean
read_rid (Reader *self, const char *value)
{
  gsize length = strcspn (value, " ");
  g_autofree char *rid = g_strndup (value, length);
  const char *direction = value + length + (value[length] == ' ');

  if (!is_rid (rid))
    return MALFORMED (self, "a=rid has no id of 1 to %u letters, digits, - or _",
                      PARLOR_SDP_MAX_ID_BYTES);
  if (!g_str_has_prefix (direction, "send") && !g_str_has_prefix (direction, "recv"))
    return MALFORMED (self, "a=rid is not <id> send|recv");
  if (direction[0] != 's' || self->n_rids == G_N_ELEMENTS (self->rids))
    return TRUE;
  self->rids[self->n_rids++] = keep (self, rid);
  return TRUE;
}

/* a=simulcast:[send <list>] [recv <list>], in either order (RFC 8853 section 5.1). */
static gboolean
read_simulcast (Reader *self, const char *value)
{
  g_auto (GStrv) words = g_strsplit (value, " ", 5);
  guint n = g_strv_length (words);

  if (n != 2 && n != 4)
    return MALFORMED (self, "a=simulcast is not send <rids> and recv <rids>");
  for (guint i = 0; i < n; i += 2)
    if (strcmp (words[i], "send") == 0)
      {
        self->simulcast = keep (self, words[i + 1]);
        self->simulcast_line = self->line;
      }
    else if (strcmp (words[i], "recv") != 0)
      return MALFORMED (self, "a=simulcast is not send <rids> and recv <rids>");
  return TRUE;
}

static gboolean
is_declared (Reader *self, const char *rid)
{
  for (guint i = 0; i < self->n_rids; i++)
    if (strcmp (self->rids[i], rid) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_layer (const ParlorSdpMedia *media, const char *rid)
{
  for (guint i = 0; i < media->n_rids; i++)
    if (strcmp (media->rids[i].rid, rid) == 0)
      return TRUE;
  return FALSE;
}

/* "q;h,hh;~f": layers by ';', of alternatives by ',' the first one we know, ~ = paused. What is
 * above our bound is not answered, which the offerer must take (RFC 8853 section 5.3.2). */
static gboolean
resolve_simulcast (Reader *self)
{
  g_auto (GStrv) layers = NULL;
  ParlorSdpMedia *media = self->media;

  if (self->simulcast == NULL || self->media->kind != PARLOR_SDP_KIND_VIDEO)
    return TRUE;
  layers = g_strsplit (self->simulcast, ";", 16);
  for (guint i = 0; layers[i] != NULL && media->n_rids < PARLOR_SDP_MAX_RIDS; i++)
    {
      g_auto (GStrv) alternatives = g_strsplit (layers[i], ",", 16);

      for (guint j = 0; alternatives[j] != NULL; j++)
        {
          gboolean paused = alternatives[j][0] == '~';
          const char *rid = alternatives[j] + (paused ? 1 : 0);

          if (!is_declared (self, rid) || has_layer (media, rid))
            continue;
          media->rids[media->n_rids++] = (ParlorSdpRid){keep (self, rid), paused};
          break;
        }
    }
  if (media->n_rids == 0)
    return UNPROCESSABLE (self, self->simulcast_line,
                          "a=simulcast:send names no rid that a line a=rid:<id> send declares");
  return TRUE;
}

/* --- The section ---------------------------------------------------------------------------- */

static gboolean
read_mid (Reader *self, const char *value)
{
  if (!parlor_sdp_is_token (value, PARLOR_SDP_MAX_ID_BYTES))
    return UNPROCESSABLE (self, self->line, "a=mid must have 1 to %u token characters",
                          PARLOR_SDP_MAX_ID_BYTES);
  if (self->media->mid[0] != '\0')
    return MALFORMED (self, "a second a=mid in one m-section");
  self->media->mid = keep (self, value);
  return TRUE;
}

static gboolean
read_bundle_only (Reader *self, const char *value)
{
  self->bundle_only = TRUE;
  return TRUE;
}

static gboolean
read_rtcp_mux (Reader *self, const char *value)
{
  self->rtcp_mux = TRUE;
  return TRUE;
}

static gboolean
read_rtcp_rsize (Reader *self, const char *value)
{
  self->media->rtcp_rsize = TRUE;
  return TRUE;
}

static gboolean
read_allow_mixed (Reader *self, const char *value)
{
  self->offer->extmap_allow_mixed = TRUE;
  return TRUE;
}

typedef struct
{
  const char *key;
  gboolean (*read) (Reader *self, const char *value);
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
    {"rtpmap", read_rtpmap},
    {"fmtp", read_fmtp},
    {"rtcp-fb", read_rtcp_fb},
    {"extmap", read_extmap},
    {"ssrc", read_ssrc},
    {"ssrc-group", read_ssrc_group},
    {"msid", read_msid},
    {"rid", read_rid},
    {"simulcast", read_simulcast},
};

static gboolean
read_by_table (Reader *self, const AttributeReader *readers, guint n, const char *key,
               const char *value)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (key, readers[i].key) == 0)
      return readers[i].read (self, value);
  return TRUE;
}

static gboolean
read_rtp_attribute (Reader *self, const char *key, const char *value)
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
read_attributes (Reader *self, const GstSDPMedia *section, guint index, gboolean rtp)
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
read_rtp_section (Reader *self, const GstSDPMedia *section, guint index)
{
  ParlorSdpMedia *media = self->media;
  char quoted[PARLOR_SDP_QUOTE_BYTES];

  if (!is_dtls_srtp (media->protocol))
    return UNPROCESSABLE (self, media->line, "%s is not encrypted by DTLS; offer UDP/TLS/RTP/SAVPF",
                          parlor_sdp_quote (media->protocol, quoted));
  self->line = media->line;
  if (!read_format_list (self, section) || !read_attributes (self, section, index, TRUE))
    return FALSE;
  if (!self->rtcp_mux)
    return UNPROCESSABLE (self, media->line,
                          "this m-line has no a=rtcp-mux; there is one port for RTP and RTCP");
  resolve_formats (self);
  resolve_sources (self);
  return resolve_simulcast (self);
}

gboolean
parlor_sdp_media_read (ParlorSdpSession *session, guint index, ParlorSdpMedia *media,
                       ParlorSdpTransport *transport, GError **error)
{
  const GstSDPMedia *section = gst_sdp_message_get_media (session->text->message, index);
  Reader self = {
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
  media->media = keep (&self, gst_sdp_media_get_media (section));
  media->protocol = keep (&self, gst_sdp_media_get_proto (section));
  media->first_format = keep (&self, gst_sdp_media_get_format (section, 0));
  media->mid = media->stream_id = media->track_id = "";
  if (!read_attributes (&self, section, index, FALSE))
    return FALSE;
  if (media->mid[0] == '\0')
    return UNPROCESSABLE (&self, media->line, "this m-line has no a=mid");
  /* RFC 8843 section 7.2.2: with bundle-only, port 0 does not refuse. */
  media->rejected = gst_sdp_media_get_port (section) == 0 && !self.bundle_only;
  if (media->rejected || media->kind > PARLOR_SDP_KIND_VIDEO)
    return TRUE;
  return read_rtp_section (&self, section, index);
}
