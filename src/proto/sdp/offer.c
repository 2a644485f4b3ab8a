/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/offer.h"

#include <string.h>

#include "proto/sdp/lines.h"
#include "proto/sdp/media.h"
#include "proto/sdp/transport.h"

typedef struct
{
  ParlorSdpOffer *offer;
  const ParlorSdpText *text;
  GError **error;
  ParlorSdpSession session;
  ParlorSdpTransport transport; /* what the session level says */
  ParlorSdpTransport transports[PARLOR_SDP_MAX_MEDIA];
  const char *bundle; /* mids of the BUNDLE group; NULL: none */
  guint bundle_line;
} Parser;

#define UNPROCESSABLE(parser, line_, ...)                                                          \
  parlor_sdp_fail ((parser)->error, PARLOR_SDP_ERROR_UNPROCESSABLE, line_, __VA_ARGS__)

static gboolean
is_live (const ParlorSdpMedia *media)
{
  return !media->rejected && media->kind <= PARLOR_SDP_KIND_VIDEO;
}

static gboolean
has_codec (const ParlorSdpMedia *media)
{
  for (guint i = 0; i < media->n_formats; i++)
    if (media->formats[i].role == PARLOR_SDP_FORMAT_CODEC)
      return TRUE;
  return FALSE;
}

/* --- Session level ------------------------------------------------------------------------- */

static gboolean
read_group (Parser *self, const char *value, guint line)
{
  if (strncmp (value, "BUNDLE", 6) != 0 || (value[6] != ' ' && value[6] != '\0'))
    return TRUE;
  if (self->bundle != NULL)
    return UNPROCESSABLE (self, line,
                          "a second a=group:BUNDLE; put every m-line into one group "
                          "(bundlePolicy: max-bundle)");
  self->bundle = g_string_chunk_insert_const (self->offer->strings, value + 6);
  self->bundle_line = line;
  return TRUE;
}

static gboolean
read_session_attribute (Parser *self, const char *key, const char *value, guint line)
{
  switch (parlor_sdp_transport_read (&self->transport, self->offer->strings, key, value, line,
                                     self->error))
    {
    case PARLOR_SDP_TAKEN:
      return TRUE;
    case PARLOR_SDP_REFUSED:
      return FALSE;
    default:
      break;
    }
  if (strcmp (key, "group") == 0)
    return read_group (self, value, line);
  if (strcmp (key, "ice-lite") == 0)
    return UNPROCESSABLE (self, line,
                          "a=ice-lite: this server is lite too, so nobody would check a path; "
                          "offer full ICE");
  if (strcmp (key, "extmap-allow-mixed") == 0)
    self->offer->extmap_allow_mixed = TRUE;
  else
    parlor_sdp_direction_from_name (key, &self->session.direction);
  return TRUE;
}

static gboolean
read_session (Parser *self)
{
  for (guint i = 0; i < gst_sdp_message_attributes_len (self->text->message); i++)
    {
      const GstSDPAttribute *attribute = gst_sdp_message_get_attribute (self->text->message, i);

      if (!read_session_attribute (self, attribute->key,
                                   attribute->value != NULL ? attribute->value : "",
                                   parlor_sdp_text_session_line (self->text, i)))
        return FALSE;
    }
  return TRUE;
}

/* --- Media sections ------------------------------------------------------------------------ */

static gboolean
check_mid (Parser *self, guint index)
{
  const ParlorSdpMedia *media = &self->offer->media[index];

  for (guint i = 0; i < index; i++)
    if (strcmp (self->offer->media[i].mid, media->mid) == 0)
      return UNPROCESSABLE (self, media->line, "a=mid:%s is also that of line %u", media->mid,
                            self->offer->media[i].line);
  return TRUE;
}

static gboolean
read_media (Parser *self)
{
  ParlorSdpOffer *offer = self->offer;

  for (guint i = 0; i < self->text->media_lines->len; i++)
    {
      offer->n_media = i + 1;
      if (!parlor_sdp_media_read (&self->session, i, &offer->media[i], &self->transports[i],
                                  self->error)
          || !check_mid (self, i))
        return FALSE;
    }
  return TRUE;
}

/* --- One transport ------------------------------------------------------------------------- */

static guint
count_live (const ParlorSdpOffer *offer)
{
  guint n = 0;

  for (guint i = 0; i < offer->n_media; i++)
    n += is_live (&offer->media[i]);
  return n;
}

static gboolean
check_bundle (Parser *self)
{
  ParlorSdpOffer *offer = self->offer;
  g_auto (GStrv) mids = NULL;

  offer->bundled = self->bundle != NULL;
  if (self->bundle == NULL && count_live (offer) <= 1)
    return TRUE;
  if (self->bundle == NULL)
    return UNPROCESSABLE (self, 0,
                          "no a=group:BUNDLE: every m-line must share one transport "
                          "(bundlePolicy: max-bundle)");
  mids = g_strsplit (self->bundle, " ", PARLOR_SDP_MAX_MEDIA + 2);
  for (guint i = 0; i < offer->n_media; i++)
    if (is_live (&offer->media[i])
        && !g_strv_contains ((const char *const *)mids, offer->media[i].mid))
      return UNPROCESSABLE (self, offer->media[i].line,
                            "m=%s with mid %s is not in the a=group:BUNDLE of line %u; every "
                            "m-line must share one transport (bundlePolicy: max-bundle)",
                            offer->media[i].media, offer->media[i].mid, self->bundle_line);
  return TRUE;
}

/* The m-line whose transport counts: the first one of the group that can be accepted (RFC 8843
 * section 7.3.1); -1: none. */
static gint
find_tagged (Parser *self)
{
  g_auto (GStrv)
      mids = g_strsplit (self->bundle != NULL ? self->bundle : "", " ", PARLOR_SDP_MAX_MEDIA + 2);
  gint first = -1;

  for (guint i = 0; mids[i] != NULL; i++)
    for (guint j = 0; j < self->offer->n_media; j++)
      if (is_live (&self->offer->media[j]) && strcmp (self->offer->media[j].mid, mids[i]) == 0)
        {
          if (has_codec (&self->offer->media[j]))
            return (gint)j;
          first = first < 0 ? (gint)j : first;
        }
  for (guint j = 0; first < 0 && j < self->offer->n_media; j++)
    if (is_live (&self->offer->media[j]))
      first = (gint)j;
  return first;
}

static gboolean
settle_transport (Parser *self)
{
  gint tagged = find_tagged (self);

  if (tagged < 0)
    return UNPROCESSABLE (self, 0, "the offer has no audio or video m-line that is not rejected");
  return parlor_sdp_transport_settle (&self->transports[tagged], &self->transport,
                                      self->offer->media[tagged].line, self->offer, self->error);
}

/* --- One meaning for each number in the group (RFC 8843 sections 9.1 and 9.2.2) --------------- */

static gboolean
is_same_format (const ParlorSdpFormat *a, const ParlorSdpFormat *b)
{
  return a->role == b->role && a->key == b->key && a->clock_hz == b->clock_hz
         && a->channels == b->channels && a->apt == b->apt;
}

static gboolean
check_payload_types (Parser *self)
{
  const ParlorSdpFormat *formats[128] = {NULL};
  const ParlorSdpMedia *owners[128] = {NULL};

  for (guint i = 0; i < self->offer->n_media; i++)
    for (guint j = 0; j < self->offer->media[i].n_formats; j++)
      {
        const ParlorSdpMedia *media = &self->offer->media[i];
        const ParlorSdpFormat *format = &media->formats[j];

        if (!format->kept)
          continue;
        if (formats[format->pt] != NULL && !is_same_format (formats[format->pt], format))
          return UNPROCESSABLE (self, media->line,
                                "payload type %u means %s here but %s in the m-line of line %u; "
                                "a bundle needs one meaning for each",
                                format->pt, format->encoding, formats[format->pt]->encoding,
                                owners[format->pt]->line);
        formats[format->pt] = format;
        owners[format->pt] = media;
      }
  return TRUE;
}

/* The first m-line that names an extension sets its id: another id for it in a later m-line is not
 * answered there, and one id for two extensions is refused. */
static gboolean
check_extension (Parser *self, ParlorSdpMedia *media, guint ext)
{
  ParlorSdpOffer *offer = self->offer;
  guint8 id = media->ext_ids[ext];

  for (guint other = 0; other < PARLOR_EXT_COUNT; other++)
    if (other != ext && offer->ext_ids[other] == id)
      return UNPROCESSABLE (self, media->line,
                            "a=extmap:%u means another extension here than in an m-line before; "
                            "a bundle needs one meaning for each id",
                            id);
  if (offer->ext_ids[ext] == 0)
    offer->ext_ids[ext] = id;
  else if (offer->ext_ids[ext] != id)
    media->ext_ids[ext] = 0;
  return TRUE;
}

static gboolean
check_extensions (Parser *self)
{
  for (guint i = 0; i < self->offer->n_media; i++)
    for (guint ext = 0; ext < PARLOR_EXT_COUNT; ext++)
      if (self->offer->media[i].ext_ids[ext] != 0
          && !check_extension (self, &self->offer->media[i], ext))
        return FALSE;
  return TRUE;
}

/* --- The offer ----------------------------------------------------------------------------- */

static gboolean
parse (Parser *self)
{
  return read_session (self) && read_media (self) && check_bundle (self) && settle_transport (self)
         && check_payload_types (self) && check_extensions (self);
}

ParlorSdpOffer *
parlor_sdp_offer_parse (const char *sdp, gsize length, GError **error)
{
  g_autoptr (ParlorSdpText) text = parlor_sdp_text_parse (sdp, length, error);
  g_autoptr (ParlorSdpOffer) offer = NULL;
  g_autoptr (GHashTable) ssrcs = NULL;
  g_autofree Parser *parser = NULL;

  if (text == NULL)
    return NULL;
  ssrcs = g_hash_table_new (NULL, NULL);
  offer = g_new0 (ParlorSdpOffer, 1);
  offer->strings = g_string_chunk_new (4096);
  offer->media = g_new0 (ParlorSdpMedia, text->media_lines->len);
  parser = g_new0 (Parser, 1);
  parser->offer = offer;
  parser->text = text;
  parser->error = error;
  parser->session = (ParlorSdpSession){offer, text, PARLOR_SDP_SENDRECV, ssrcs};
  return parse (parser) ? g_steal_pointer (&offer) : NULL;
}

void
parlor_sdp_offer_free (ParlorSdpOffer *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_media; i++)
    g_free (self->media[i].formats);
  g_free (self->media);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/* --- Looking things up ---------------------------------------------------------------------- */

const ParlorSdpMedia *
parlor_sdp_offer_find_mid (const ParlorSdpOffer *self, const char *mid)
{
  for (guint i = 0; i < self->n_media; i++)
    if (strcmp (self->media[i].mid, mid) == 0)
      return &self->media[i];
  return NULL;
}

const ParlorSdpFormat *
parlor_sdp_offer_find_pt (const ParlorSdpOffer *self, guint pt)
{
  for (guint i = 0; i < self->n_media; i++)
    for (guint j = 0; j < self->media[i].n_formats; j++)
      if (self->media[i].formats[j].pt == pt && self->media[i].formats[j].kept)
        return &self->media[i].formats[j];
  return NULL;
}

const ParlorSdpFormat *
parlor_sdp_media_find_codec (const ParlorSdpMedia *media, ParlorCodecKey source)
{
  const ParlorSdpFormat *found = NULL;

  for (guint i = 0; i < media->n_formats; i++)
    {
      const ParlorSdpFormat *format = &media->formats[i];

      if (format->role != PARLOR_SDP_FORMAT_CODEC)
        continue;
      if (format->key == source)
        return format;
      if (found == NULL && parlor_codec_key_decodes (format->key, source))
        found = format;
    }
  return found;
}

const ParlorSdpFormat *
parlor_sdp_media_find_red (const ParlorSdpMedia *media, guint pt)
{
  for (guint i = 0; i < media->n_formats; i++)
    if (media->formats[i].role == PARLOR_SDP_FORMAT_RED && media->formats[i].kept
        && media->formats[i].apt == pt)
      return &media->formats[i];
  return NULL;
}
