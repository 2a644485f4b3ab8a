/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/answer.h"

#include <string.h>

#include "proto/sdp/lines.h"
#include "proto/sdp/media.h"

typedef struct
{
  const ParlorSdpOffer *offer;
  const ParlorSdpAnswerSession *session;
  const ParlorSdpAnswerMedia *decisions;
  GString *out;
  gboolean candidates_done; /* said once, in the first accepted m-line */
} Writer;

/* --- Decisions ------------------------------------------------------------------------------ */

ParlorSdpSetup
parlor_sdp_answer_setup (const ParlorSdpOffer *offer)
{
  return offer->setup == PARLOR_SDP_SETUP_PASSIVE ? PARLOR_SDP_SETUP_ACTIVE
                                                  : PARLOR_SDP_SETUP_PASSIVE;
}

gboolean
parlor_sdp_media_is_acceptable (const ParlorSdpMedia *media)
{
  if (media->rejected || media->kind > PARLOR_SDP_KIND_VIDEO)
    return FALSE;
  for (guint i = 0; i < media->n_formats; i++)
    if (media->formats[i].role == PARLOR_SDP_FORMAT_CODEC)
      return TRUE;
  return FALSE;
}

/* What we may do when the peer does `direction`. */
static ParlorSdpDirection
opposite (ParlorSdpDirection direction)
{
  return (ParlorSdpDirection)((direction & PARLOR_SDP_SENDONLY ? PARLOR_SDP_RECVONLY : 0)
                              | (direction & PARLOR_SDP_RECVONLY ? PARLOR_SDP_SENDONLY : 0));
}

void
parlor_sdp_answer_media_default (const ParlorSdpMedia *media, ParlorSdpAnswerMedia *decision)
{
  *decision = (ParlorSdpAnswerMedia){
      .accept = parlor_sdp_media_is_acceptable (media),
      .direction = opposite (media->direction),
      .extensions = PARLOR_SDP_EXTENSIONS,
  };
}

static gboolean
is_accepted (const Writer *self, guint index)
{
  return self->decisions[index].accept
         && parlor_sdp_media_is_acceptable (&self->offer->media[index]);
}

static ParlorSdpDirection
direction_of (const Writer *self, guint index)
{
  return self->decisions[index].direction & opposite (self->offer->media[index].direction);
}

/* --- Formats -------------------------------------------------------------------------------- */

/* Smaller stands first. The peer publishes the first codec of the answer, so the preferred one goes
 * in front; of H264's profiles first the one that everybody decodes. */
static guint
rank_of (const ParlorSdpFormat *format, ParlorCodec preferred)
{
  guint variant = parlor_codec_key_variant (format->key);

  if (parlor_codec_key_codec (format->key) != preferred)
    return 2;
  return preferred == PARLOR_CODEC_H264 && variant != (PARLOR_H264_CONSTRAINED_BASELINE << 8 | 1);
}

/* Puts the kept formats into `ordered`; returns how many. */
static guint
order_formats (const Writer *self, const ParlorSdpMedia *media,
               const ParlorSdpFormat *ordered[PARLOR_SDP_MAX_FORMATS])
{
  gboolean reorders = !self->session->keeps_order && media->kind == PARLOR_SDP_KIND_VIDEO
                      && media->direction & PARLOR_SDP_SENDONLY;
  ParlorCodec preferred = self->session->preferred_video;
  guint n = 0;

  if (preferred == PARLOR_CODEC_NONE)
    preferred = PARLOR_CODEC_VP8;
  for (guint rank = 0; rank <= 2; rank++)
    for (guint i = 0; i < media->n_formats; i++)
      if (media->formats[i].kept
          && (reorders ? rank_of (&media->formats[i], preferred) : 0) == rank)
        ordered[n++] = &media->formats[i];
  return n;
}

/* What we say about Opus is about what we receive: in-band FEC always, the rest as the peer offered
 * it, since it knows whether it has two channels or pauses to send. */
static void
append_opus_fmtp (GString *out, const char *fmtp)
{
  static const char *const echoed[] = {"minptime", "usedtx", "stereo", "sprop-stereo"};
  char value[16];

  g_string_append (out, "useinbandfec=1");
  for (guint i = 0; i < G_N_ELEMENTS (echoed); i++)
    if (parlor_fmtp_get (fmtp, echoed[i], value, sizeof value)
        && strspn (value, "0123456789") == strlen (value) && value[0] != '\0')
      g_string_append_printf (out, ";%s=%s", echoed[i], value);
}

/* Other parameters are echoed: they are the name of what was offered (H264's profile and mode,
 * VP9's and AV1's profile, RTX's apt, RED's blocks), or the peer's limits, which the key does not
 * hold. */
static void
append_fmtp (GString *out, const ParlorSdpFormat *format)
{
  gboolean opus = format->role == PARLOR_SDP_FORMAT_CODEC
                  && parlor_codec_key_codec (format->key) == PARLOR_CODEC_OPUS;

  if (!opus && format->fmtp[0] == '\0')
    return;
  g_string_append_printf (out, "a=fmtp:%u ", format->pt);
  if (opus)
    append_opus_fmtp (out, format->fmtp);
  else
    g_string_append (out, format->fmtp);
  g_string_append (out, "\r\n");
}

static void
append_feedback (GString *out, const ParlorSdpFormat *format, gboolean transport_cc)
{
  static const char *const names[] = {"nack", "nack pli", "ccm fir", "transport-cc", "goog-remb"};
  guint32 feedback = format->feedback;

  /* One way to tell the rate: REMB stands in only where transport-wide numbers are not agreed. */
  feedback &= transport_cc ? ~(guint32)PARLOR_SDP_FB_GOOG_REMB
                           : ~(guint32)PARLOR_SDP_FB_TRANSPORT_CC;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (feedback >> i & 1)
      g_string_append_printf (out, "a=rtcp-fb:%u %s\r\n", format->pt, names[i]);
}

static void
append_format (GString *out, const ParlorSdpFormat *format, gboolean transport_cc)
{
  g_string_append_printf (out, "a=rtpmap:%u %s/%u", format->pt, format->encoding, format->clock_hz);
  if (format->channels > 1)
    g_string_append_printf (out, "/%u", format->channels);
  g_string_append (out, "\r\n");
  append_feedback (out, format, transport_cc);
  append_fmtp (out, format);
}

/* --- Parts of an m-section ------------------------------------------------------------------- */

static void
append_transport (Writer *self)
{
  const ParlorSdpAnswerSession *session = self->session;
  GString *out = self->out;

  g_string_append_printf (out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", session->ufrag, session->pwd);
  g_string_append_printf (out, "a=fingerprint:sha-256 %s\r\n", session->fingerprint_sha256);
  g_string_append (out, parlor_sdp_answer_setup (self->offer) == PARLOR_SDP_SETUP_PASSIVE
                            ? "a=setup:passive\r\n"
                            : "a=setup:active\r\n");
  if (self->candidates_done)
    return;
  self->candidates_done = TRUE;
  for (guint i = 0; i < session->n_candidates; i++)
    {
      g_string_append (out, "a=");
      parlor_sdp_candidate_append (out, &session->candidates[i]);
      g_string_append (out, "\r\n");
    }
  g_string_append (out, "a=end-of-candidates\r\n");
}

static guint32
agreed_extensions (const Writer *self, guint index)
{
  guint32 agreed = 0;

  for (guint ext = 0; ext < PARLOR_EXT_COUNT; ext++)
    if (self->offer->media[index].ext_ids[ext] != 0
        && (self->decisions[index].extensions >> ext & 1) != 0)
      agreed |= 1u << ext;
  return agreed;
}

static void
append_extensions (Writer *self, guint index)
{
  const ParlorSdpMedia *media = &self->offer->media[index];
  guint32 agreed = agreed_extensions (self, index);

  for (guint ext = 0; ext < PARLOR_EXT_COUNT; ext++)
    {
      ParlorSdpDirection direction = opposite (media->ext_directions[ext]);

      if ((agreed >> ext & 1) == 0)
        continue;
      g_string_append_printf (self->out, "a=extmap:%u", media->ext_ids[ext]);
      if (direction != PARLOR_SDP_SENDRECV)
        g_string_append_printf (self->out, "/%s", parlor_sdp_direction_name (direction));
      g_string_append_printf (self->out, " %s\r\n", parlor_rtp_ext_uri (ext));
    }
}

static gboolean
has_rtx (const ParlorSdpMedia *media)
{
  for (guint i = 0; i < media->n_formats; i++)
    if (media->formats[i].role == PARLOR_SDP_FORMAT_RTX && media->formats[i].kept)
      return TRUE;
  return FALSE;
}

static void
append_stream (Writer *self, guint index)
{
  const ParlorSdpAnswerMedia *decision = &self->decisions[index];
  gboolean rtx = decision->rtx_ssrc != 0 && has_rtx (&self->offer->media[index]);
  const char *stream = decision->stream_id != NULL ? decision->stream_id : "-";

  if (decision->track_id != NULL)
    g_string_append_printf (self->out, "a=msid:%s %s\r\n", stream, decision->track_id);
  else if (decision->stream_id != NULL)
    g_string_append_printf (self->out, "a=msid:%s\r\n", stream);
  if (decision->ssrc == 0)
    return;
  if (rtx)
    g_string_append_printf (self->out, "a=ssrc-group:FID %u %u\r\n", decision->ssrc,
                            decision->rtx_ssrc);
  g_string_append_printf (self->out, "a=ssrc:%u cname:%s\r\n", decision->ssrc, decision->cname);
  if (rtx)
    g_string_append_printf (self->out, "a=ssrc:%u cname:%s\r\n", decision->rtx_ssrc,
                            decision->cname);
}

static void
append_simulcast (GString *out, const ParlorSdpMedia *media)
{
  if (media->n_rids == 0)
    return;
  for (guint i = 0; i < media->n_rids; i++)
    g_string_append_printf (out, "a=rid:%s recv\r\n", media->rids[i].rid);
  g_string_append (out, "a=simulcast:recv ");
  for (guint i = 0; i < media->n_rids; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ";" : "", media->rids[i].rid);
  g_string_append (out, "\r\n");
}

static void
append_accepted (Writer *self, guint index)
{
  const ParlorSdpMedia *media = &self->offer->media[index];
  const ParlorSdpFormat *formats[PARLOR_SDP_MAX_FORMATS];
  guint n = order_formats (self, media, formats);
  ParlorSdpDirection direction = direction_of (self, index);
  gboolean transport_cc = (agreed_extensions (self, index) & 1u << PARLOR_EXT_TRANSPORT_CC) != 0;
  GString *out = self->out;

  g_string_append_printf (out, "m=%s 9 %s", media->media, media->protocol);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, " %u", formats[i]->pt);
  g_string_append_printf (out, "\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\na=%s\r\n", media->mid,
                          parlor_sdp_direction_name (direction));
  append_transport (self);
  g_string_append (out, "a=rtcp-mux\r\n");
  if (media->rtcp_rsize)
    g_string_append (out, "a=rtcp-rsize\r\n");
  append_extensions (self, index);
  for (guint i = 0; i < n; i++)
    append_format (out, formats[i], transport_cc);
  if (direction & PARLOR_SDP_SENDONLY)
    append_stream (self, index);
  if (direction & PARLOR_SDP_RECVONLY)
    append_simulcast (out, media);
}

/* Keeps its place, kind and mid (RFC 3264 section 6), and says nothing else. */
static void
append_rejected (GString *out, const ParlorSdpMedia *media)
{
  g_string_append_printf (out, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\na=inactive\r\n",
                          media->media, media->protocol, media->first_format, media->mid);
}

/* --- The answer ------------------------------------------------------------------------------ */

/* Returns how many m-lines are accepted. */
static guint
append_group (Writer *self)
{
  guint n = 0;
  g_autoptr (GString) mids = g_string_new (NULL);

  for (guint i = 0; i < self->offer->n_media; i++)
    if (is_accepted (self, i))
      {
        g_string_append_printf (mids, " %s", self->offer->media[i].mid);
        n++;
      }
  if (self->offer->bundled)
    g_string_append_printf (self->out, "a=group:BUNDLE%s\r\n", mids->str);
  return n;
}

static void
append_head (Writer *self)
{
  g_string_append_printf (self->out,
                          "v=0\r\no=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                          " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
                          self->session->session_id, self->session->session_version);
}

char *
parlor_sdp_answer_build (const ParlorSdpOffer *offer, const ParlorSdpAnswerSession *session,
                         const ParlorSdpAnswerMedia *media, guint n_media, GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (4096);
  Writer self = {offer, session, media, out, FALSE};

  g_return_val_if_fail (n_media == offer->n_media, NULL);

  append_head (&self);
  if (append_group (&self) == 0)
    {
      parlor_sdp_fail (error, PARLOR_SDP_ERROR_UNPROCESSABLE, 0,
                       "no m-line of the offer can be accepted: offer audio (Opus) or video (VP8, "
                       "VP9, H264 or AV1) in a direction that this session allows");
      return NULL;
    }
  g_string_append (out, "a=ice-lite\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n");
  if (offer->extmap_allow_mixed)
    g_string_append (out, "a=extmap-allow-mixed\r\n");
  for (guint i = 0; i < n_media; i++)
    if (is_accepted (&self, i))
      append_accepted (&self, i);
    else
      append_rejected (out, &offer->media[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
