/* SPDX-License-Identifier: Apache-2.0 */
#include "router/receive.h"

#include "proto/rtp/rtx.h"
#include "router/feedback.h"
#include "router/internal.h"
#include "router/source.h"

/* Two layers with their repeats; a viewer has none. */
#define STREAMS_STEP 4

static void
drop (ParlorTransport *self, ParlorDropReason reason)
{
  self->router->counters.dropped[reason]++;
}

static void
count_refused (ParlorTransport *self, ParlorSrtpResult result)
{
  switch (result)
    {
    case PARLOR_SRTP_REPLAY:
      drop (self, PARLOR_DROP_REPLAY);
      break;
    case PARLOR_SRTP_BAD_TAG:
      drop (self, PARLOR_DROP_AUTH);
      break;
    case PARLOR_SRTP_TOO_MANY_SSRCS:
      drop (self, PARLOR_DROP_UNKNOWN_SSRC);
      break;
    default:
      drop (self, PARLOR_DROP_MALFORMED);
      break;
    }
}

/* --- whose stream? --------------------------------------------------------------------------- */

/* RFC 8843 section 9.2 in the order of certainty: SSRC lines, then MID (with RID), then a payload
 * type that only one source has. */
static ParlorLayer *
layer_by_ssrc (ParlorTransport *self, guint32 ssrc, gboolean *rtx)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->sources, i);

      for (guint j = 0; j < source->n_layers; j++)
        {
          ParlorLayer *layer = &source->layers[j];

          if (ssrc == 0)
            continue;
          *rtx = layer->rtx_ssrc == ssrc;
          if (layer->ssrc == ssrc || *rtx)
            return layer;
        }
    }
  return NULL;
}

static ParlorSource *
source_by_mid (ParlorTransport *self, const char *mid)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->sources, i);

      if (strcmp (source->config.mid, mid) == 0)
        return source;
    }
  return NULL;
}

static ParlorSource *
source_by_pt (ParlorTransport *self, guint8 pt)
{
  ParlorSource *found = NULL;
  gboolean is_rtx;

  for (guint i = 0; i < self->sources->len; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->sources, i);

      if (parlor_source_find_codec (source, pt, &is_rtx) < 0)
        continue;
      if (found != NULL)
        return NULL;
      found = source;
    }
  return found;
}

static ParlorLayer *
layer_by_rid (ParlorSource *source, const char *rid)
{
  for (guint i = 0; i < source->n_layers; i++)
    if (strcmp (source->layers[i].rid, rid) == 0)
      return &source->layers[i];
  return NULL;
}

static ParlorLayer *
layer_by_names (ParlorTransport *self, const guint8 *packet, const ParlorRtpHeader *header,
                gboolean *rtx)
{
  char mid[PARLOR_RTP_EXT_TEXT_SIZE], rid[PARLOR_RTP_EXT_TEXT_SIZE];
  ParlorRtpExtList list;
  ParlorSource *source;

  parlor_rtp_ext_parse (packet, header, &self->extensions, &list);
  source = parlor_rtp_ext_text (packet, &list, PARLOR_EXT_MID, mid)
               ? source_by_mid (self, mid)
               : source_by_pt (self, header->pt);
  if (source == NULL || parlor_source_find_codec (source, header->pt, rtx) < 0)
    return NULL;
  if (parlor_rtp_ext_text (packet, &list, *rtx ? PARLOR_EXT_REPAIRED_RID : PARLOR_EXT_RID, rid))
    return layer_by_rid (source, rid);
  return source->n_layers == 1 ? &source->layers[0] : NULL;
}

static ParlorLayer *
find_layer (ParlorTransport *self, const guint8 *packet, const ParlorRtpHeader *header,
            gboolean *rtx)
{
  ParlorLayer *layer;

  for (guint i = 0; i < self->n_streams; i++)
    if (self->streams[i].ssrc == header->ssrc)
      {
        *rtx = self->streams[i].rtx;
        return self->streams[i].layer;
      }
  layer = layer_by_ssrc (self, header->ssrc, rtx);
  if (layer == NULL)
    layer = layer_by_names (self, packet, header, rtx);
  if (layer == NULL || self->n_streams == PARLOR_SRTP_MAX_SSRCS)
    return NULL;
  if (*rtx)
    layer->rtx_ssrc = header->ssrc;
  else
    layer->ssrc = header->ssrc;
  self->media_ssrc = self->media_ssrc != 0 ? self->media_ssrc : header->ssrc;
  if (self->n_streams % STREAMS_STEP == 0)
    self->streams = g_renew (ParlorStream, self->streams, self->n_streams + STREAMS_STEP);
  self->streams[self->n_streams].ssrc = header->ssrc;
  self->streams[self->n_streams].rtx = *rtx;
  self->streams[self->n_streams++].layer = layer;
  return layer;
}

/* --- receiving ------------------------------------------------------------------------------- */

static void
note_transport_number (ParlorTransport *self, const guint8 *packet, const ParlorRtpHeader *header,
                       gint64 arrival_us)
{
  ParlorRtpExtList list;
  const guint8 *value;
  guint size;

  if (self->twcc == NULL)
    return;
  parlor_rtp_ext_parse (packet, header, &self->extensions, &list);
  value = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_TRANSPORT_CC, &size);
  if (value != NULL && size == 2)
    parlor_twcc_receiver_push (self->twcc, parlor_get_u16 (value), arrival_us);
}

/* Takes an RTX packet back to what it repeats. NULL: a probe without a packet in it. */
static guint8 *
unwrap_rtx (ParlorTransport *self, ParlorLayer *layer, guint8 *packet, gsize *length,
            ParlorRtpHeader *header)
{
  gboolean rtx;
  gint codec = parlor_source_find_codec (layer->source, header->pt, &rtx);

  if (codec < 0 || !rtx || layer->ssrc == 0)
    {
      drop (self, codec < 0 ? PARLOR_DROP_UNKNOWN_PT : PARLOR_DROP_UNKNOWN_SSRC);
      return NULL;
    }
  return parlor_rtx_decapsulate (packet, length, header, layer->source->config.codecs[codec].pt,
                                 layer->ssrc);
}

gboolean
parlor_receive_rtp (ParlorTransport *self, guint8 *bytes, gsize length, gint64 arrival_us,
                    gint64 now_us)
{
  ParlorSrtpResult result;
  ParlorRtpHeader header;
  ParlorLayer *layer;
  gboolean rtx;

  if (self->srtp_in == NULL)
    {
      drop (self, PARLOR_DROP_AUTH);
      return FALSE;
    }
  self->bytes_in += length;
  result = parlor_srtp_in_unprotect_rtp (self->srtp_in, bytes, &length, NULL);
  if (result != PARLOR_SRTP_OK)
    {
      count_refused (self, result);
      return FALSE;
    }
  if (parlor_rtp_parse (bytes, length, &header) != PARLOR_RTP_OK)
    {
      drop (self, PARLOR_DROP_MALFORMED);
      return TRUE;
    }
  note_transport_number (self, bytes, &header, arrival_us);
  layer = find_layer (self, bytes, &header, &rtx);
  if (layer == NULL)
    {
      drop (self, PARLOR_DROP_UNKNOWN_SSRC);
      return TRUE;
    }
  if (rtx && (bytes = unwrap_rtx (self, layer, bytes, &length, &header)) == NULL)
    return TRUE;
  parlor_layer_receive (layer, bytes, length, &header, rtx, arrival_us, now_us);
  return TRUE;
}

gboolean
parlor_receive_rtcp (ParlorTransport *self, guint8 *bytes, gsize length, gint64 now_us)
{
  ParlorSrtpResult result;

  if (self->srtp_in == NULL)
    {
      drop (self, PARLOR_DROP_AUTH);
      return FALSE;
    }
  result = parlor_srtp_in_unprotect_rtcp (self->srtp_in, bytes, &length);
  if (result != PARLOR_SRTP_OK)
    count_refused (self, result);
  else
    parlor_feedback_receive (self, bytes, length, now_us);
  return result == PARLOR_SRTP_OK;
}
