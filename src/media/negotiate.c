/* SPDX-License-Identifier: Apache-2.0 */
/* From an offer to an answer and to what the worker is told (RFC 8829 section 5.3, RFC 9725).
 * Nothing is changed before the answer's text stands: an offer that is refused leaves the running
 * session as it was. */
#include <string.h>

#include "media/plane_internal.h"
#include "proto/sdp/answer.h"
#include "proto/sdp/fragment.h"
#include "base/error.h"

#define NO_SLOT G_MAXUINT

/* What an m-line of the offer is for. */
typedef struct
{
  ParlorSourceKind source; /* NONE = we receive nothing on it */
  guint slot;              /* NO_SLOT = we send nothing on it */
  gboolean is_extra;       /* one too many for who names none: port 0 instead of inactive */
} Role;

typedef struct
{
  ParlorMediaEndpoint *endpoint;
  ParlorSdpOffer *offer; /* owned */
  gboolean is_restart;
  gboolean is_stage;
  gboolean ordered; /* a page named its senders: it put the codecs in its own order too */
  Role roles[PARLOR_SDP_MAX_MEDIA];
  guint n_slots;
  ParlorMediaSlot slots[PARLOR_MAX_SLOTS];
  ParlorFingerprint fingerprint;
  ParlorIceCredentials local;
  guint32 rtcp_ssrc;
  char cname[PARLOR_ROUTER_CNAME_SIZE];
  guint64 sdp_id, sdp_version;
  /* Texts of stream and track ids, as long as the plan lives. */
  GStringChunk *texts;
} Plan;

static void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->offer, parlor_sdp_offer_free);
  g_clear_pointer (&plan->texts, g_string_chunk_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static void
take_sdp_error (GError **error, GError *cause)
{
  gboolean is_malformed = g_error_matches (cause, PARLOR_SDP_ERROR, PARLOR_SDP_ERROR_MALFORMED);
  g_set_error_literal (error, PARLOR_ERROR,
                       is_malformed ? PARLOR_ERROR_BAD_REQUEST : PARLOR_ERROR_UNPROCESSABLE,
                       cause->message);
  g_error_free (cause);
}

/* --- roles
 * ------------------------------------------------------------------------------------------- */

static gboolean
is_audio_source (ParlorSourceKind kind)
{
  return kind == PARLOR_SOURCE_MICROPHONE || kind == PARLOR_SOURCE_SCREEN_AUDIO;
}

static gboolean
is_audio_slot (ParlorSlotKind kind)
{
  return kind == PARLOR_SLOT_AUDIO || kind == PARLOR_SLOT_SCREEN_AUDIO;
}

static gint
index_of_mid (const ParlorSdpOffer *offer, const char *mid)
{
  for (guint i = 0; i < offer->n_media; i++)
    if (strcmp (offer->media[i].mid, mid) == 0)
      return (gint)i;
  return -1;
}

/* The m-line that a map names: it must be there, and of the right kind. -1 and `error` otherwise.
 */
static gint
find_mapped (const Plan *plan, const char *mid, gboolean audio, const char *name, GError **error)
{
  gint i = index_of_mid (plan->offer, mid);
  ParlorSdpKind wanted = audio ? PARLOR_SDP_KIND_AUDIO : PARLOR_SDP_KIND_VIDEO;
  if (i < 0)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE,
                 "%s names mid \"%s\", which no m-line of the offer has", name, mid);
  else if (plan->offer->media[i].kind != wanted)
    g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE,
                 "line %u: %s with mid \"%s\" must be m=%s", plan->offer->media[i].line, name, mid,
                 audio ? "audio" : "video");
  else
    return i;
  return -1;
}

static void
add_slot (Plan *plan, guint i, ParlorSlotKind kind)
{
  ParlorMediaSlot *slot;
  if (plan->n_slots == PARLOR_MAX_SLOTS || !parlor_sdp_media_is_acceptable (&plan->offer->media[i]))
    return;
  slot = &plan->slots[plan->n_slots];
  memset (slot, 0, sizeof *slot);
  g_strlcpy (slot->mid, plan->offer->media[i].mid, sizeof slot->mid);
  slot->kind = kind;
  plan->roles[i].slot = plan->n_slots++;
}

static gboolean
take_named_senders (Plan *plan, const ParlorMediaOffer *request, GError **error)
{
  for (guint n = 0; n < request->n_senders; n++)
    {
      const ParlorSenderMap *map = &request->senders[n];
      const char *name = parlor_source_kind_name (map->source);
      gint i = name ? find_mapped (plan, map->mid, is_audio_source (map->source), name, error) : -1;
      if (name == NULL)
        g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "sender %u has no source", n);
      if (i < 0)
        return FALSE;
      if (request->publish && plan->offer->media[i].direction & PARLOR_SDP_SENDONLY)
        plan->roles[i].source = map->source;
    }
  return TRUE;
}

static gboolean
take_named_slots (Plan *plan, const ParlorMediaOffer *request, GError **error)
{
  for (guint n = 0; n < request->n_slots; n++)
    {
      const ParlorSlotMap *map = &request->slots[n];
      const char *name = parlor_slot_kind_name (map->kind);
      gint i = name ? find_mapped (plan, map->mid, is_audio_slot (map->kind), name, error) : -1;
      if (name == NULL)
        g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "slot %u has no kind", n);
      if (i < 0)
        return FALSE;
      if (request->subscribe && plan->offer->media[i].direction & PARLOR_SDP_RECVONLY)
        add_slot (plan, (guint)i, map->kind);
    }
  return TRUE;
}

/* WHIP: the first audio is the microphone, the first video the camera, the rest is not wanted. */
static void
take_unnamed_senders (Plan *plan)
{
  gboolean has[PARLOR_N_SOURCES] = {FALSE};
  for (guint i = 0; i < plan->offer->n_media; i++)
    {
      const ParlorSdpMedia *media = &plan->offer->media[i];
      ParlorSourceKind kind = media->kind == PARLOR_SDP_KIND_AUDIO ? PARLOR_SOURCE_MICROPHONE
                                                                   : PARLOR_SOURCE_CAMERA;
      if (!parlor_sdp_media_is_acceptable (media) || !(media->direction & PARLOR_SDP_SENDONLY))
        continue;
      plan->roles[i].is_extra = has[kind];
      if (!has[kind])
        plan->roles[i].source = kind;
      has[kind] = TRUE;
    }
}

/* HEVC: an answer without the picture would leave its owner in front of sound alone, looking for
 * the fault elsewhere. Other codecs that are not forwarded have port 0, as any m-line we do not
 * know. */
static gboolean
refuse_hevc (const Plan *plan, GError **error)
{
  for (guint i = 0; i < plan->offer->n_media; i++)
    {
      const ParlorSdpMedia *media = &plan->offer->media[i];
      gboolean sends = media->kind == PARLOR_SDP_KIND_VIDEO && !media->rejected
                       && (media->direction & PARLOR_SDP_SENDONLY);
      if (!sends || parlor_sdp_media_is_acceptable (media))
        continue;
      for (guint k = 0; k < media->n_formats; k++)
        if (g_ascii_strcasecmp (media->formats[k].encoding, "H265") == 0)
          {
            g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE,
                         "line %u: H.265 (HEVC) is not forwarded, since most browsers do not "
                         "decode it; set the encoder to H.264 or AV1 (in OBS: Settings, Output, "
                         "Video Encoder)",
                         media->line);
            return TRUE;
          }
    }
  return FALSE;
}

/* WHEP: each m-line that receives is a slot. */
static void
take_unnamed_slots (Plan *plan)
{
  plan->is_stage = TRUE;
  for (guint i = 0; i < plan->offer->n_media; i++)
    if (plan->offer->media[i].direction & PARLOR_SDP_RECVONLY)
      add_slot (plan, i,
                plan->offer->media[i].kind == PARLOR_SDP_KIND_AUDIO ? PARLOR_SLOT_AUDIO
                                                                    : PARLOR_SLOT_VIDEO);
}

static gboolean
assign_roles (Plan *plan, const ParlorMediaOffer *request, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (plan->roles); i++)
    plan->roles[i] = (Role){PARLOR_SOURCE_NONE, NO_SLOT, FALSE};
  plan->ordered = request->n_senders > 0;
  if (!take_named_senders (plan, request, error) || !take_named_slots (plan, request, error))
    return FALSE;
  if (request->n_senders == 0 && request->n_slots == 0 && request->publish)
    {
      if (refuse_hevc (plan, error))
        return FALSE;
      take_unnamed_senders (plan);
    }
  if (request->n_slots == 0 && request->n_senders == 0 && request->subscribe)
    take_unnamed_slots (plan);
  return TRUE;
}

/* --- a new session
 * ------------------------------------------------------------------------------------ */

static gboolean
is_ssrc_used (const Plan *plan, guint32 ssrc)
{
  if (ssrc == 0 || ssrc == plan->rtcp_ssrc)
    return TRUE;
  for (guint i = 0; i < plan->n_slots; i++)
    if (plan->slots[i].ssrc == ssrc || plan->slots[i].rtx_ssrc == ssrc)
      return TRUE;
  for (guint i = 0; i < plan->offer->n_media; i++)
    for (guint s = 0; s < plan->offer->media[i].n_sources; s++)
      if (plan->offer->media[i].sources[s].ssrc == ssrc
          || plan->offer->media[i].sources[s].rtx_ssrc == ssrc)
        return TRUE;
  return FALSE;
}

static guint32
make_ssrc (const Plan *plan)
{
  guint32 ssrc;
  do
    ssrc = parlor_rng_u32 (&plan->endpoint->plane->rng);
  while (is_ssrc_used (plan, ssrc));
  return ssrc;
}

static gboolean
has_rtx (const ParlorSdpMedia *media)
{
  for (guint i = 0; i < media->n_formats; i++)
    if (media->formats[i].kept && media->formats[i].role == PARLOR_SDP_FORMAT_RTX)
      return TRUE;
  return FALSE;
}

static void
make_cname (Plan *plan)
{
  guint64 words[2] = {parlor_rng_u64 (&plan->endpoint->plane->rng),
                      parlor_rng_u64 (&plan->endpoint->plane->rng)};
  g_snprintf (plan->cname, sizeof plan->cname,
              "%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", words[0], words[1]);
}

static void
make_credentials (ParlorMediaEndpoint *endpoint, ParlorIceCredentials *out)
{
  guint8 random[PARLOR_ICE_RANDOM_BYTES];
  parlor_rng_fill (&endpoint->plane->rng, random, sizeof random);
  parlor_ice_credentials_make (endpoint->worker_index, random, out);
}

static void
make_identities (Plan *plan)
{
  plan->rtcp_ssrc = make_ssrc (plan);
  for (guint i = 0; i < plan->offer->n_media; i++)
    if (plan->roles[i].slot != NO_SLOT)
      {
        ParlorMediaSlot *slot = &plan->slots[plan->roles[i].slot];
        slot->ssrc = make_ssrc (plan);
        slot->rtx_ssrc = has_rtx (&plan->offer->media[i]) ? make_ssrc (plan) : 0;
      }
  make_cname (plan);
  make_credentials (plan->endpoint, &plan->local);
  plan->sdp_id = parlor_rng_u64 (&plan->endpoint->plane->rng) >> 2 | 1;
  plan->sdp_version = 1;
}

/* --- a restart
 * ---------------------------------------------------------------------------------------- */

static gboolean
refuse_missing (const char *mid, GError **error)
{
  g_set_error (
      error, PARLOR_ERROR, PARLOR_ERROR_UNPROCESSABLE,
      "the m-line with mid \"%s\" is gone; offer the same m-lines, or open a new peer connection",
      mid);
  return FALSE;
}

/* The m-lines do what they did; what is new stays inactive. */
static gboolean
keep_session (Plan *plan, GError **error)
{
  const ParlorMediaEndpoint *endpoint = plan->endpoint;
  for (guint i = 0; i < G_N_ELEMENTS (plan->roles); i++)
    plan->roles[i] = (Role){PARLOR_SOURCE_NONE, NO_SLOT, FALSE};
  plan->n_slots = endpoint->n_slots;
  if (plan->n_slots > 0)
    memcpy (plan->slots, endpoint->slots, plan->n_slots * sizeof *plan->slots);
  for (guint s = 0; s < plan->n_slots; s++)
    {
      gint i = index_of_mid (plan->offer, plan->slots[s].mid);
      if (i < 0)
        return refuse_missing (plan->slots[s].mid, error);
      plan->roles[i].slot = s;
    }
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    if (endpoint->sources[kind].mid[0] != '\0')
      {
        gint i = index_of_mid (plan->offer, endpoint->sources[kind].mid);
        if (i < 0)
          return refuse_missing (endpoint->sources[kind].mid, error);
        plan->roles[i].source = kind;
      }
  plan->is_stage = endpoint->is_stage;
  plan->sdp_id = endpoint->sdp_id;
  plan->sdp_version = endpoint->sdp_version + 1;
  g_strlcpy (plan->cname, endpoint->cname, sizeof plan->cname);
  plan->local = endpoint->local;
  if (strcmp (endpoint->remote_ufrag, plan->offer->ufrag) != 0)
    make_credentials (plan->endpoint, &plan->local);
  return TRUE;
}

/* --- the answer
 * --------------------------------------------------------------------------------------- */

/* A slot is a track of its own; screen and its sound are one stream, and so is all that a plain
   player gets: browsers keep in step what is in one stream. */
static const char *
get_stream_id (Plan *plan, const ParlorMediaSlot *slot)
{
  g_autofree char *own = NULL;
  if (plan->is_stage)
    return "stage";
  if (slot->kind == PARLOR_SLOT_SCREEN || slot->kind == PARLOR_SLOT_SCREEN_AUDIO)
    return "screen";
  own = g_strdup_printf ("slot-%s", slot->mid);
  return g_string_chunk_insert_const (plan->texts, own);
}

static const char *
get_track_id (Plan *plan, const ParlorMediaSlot *slot)
{
  g_autofree char *text = g_strdup_printf ("track-%s", slot->mid);
  return g_string_chunk_insert_const (plan->texts, text);
}

static void
decide (Plan *plan, guint i, ParlorSdpAnswerMedia *decision)
{
  const Role *role = &plan->roles[i];
  memset (decision, 0, sizeof *decision);
  decision->accept = !role->is_extra && parlor_sdp_media_is_acceptable (&plan->offer->media[i]);
  decision->extensions = PARLOR_SDP_EXTENSIONS;
  decision->direction = PARLOR_SDP_INACTIVE;
  if (role->source != PARLOR_SOURCE_NONE)
    decision->direction |= PARLOR_SDP_RECVONLY;
  if (role->slot != NO_SLOT)
    {
      const ParlorMediaSlot *slot = &plan->slots[role->slot];
      decision->direction |= PARLOR_SDP_SENDONLY;
      decision->ssrc = slot->ssrc;
      decision->rtx_ssrc = slot->rtx_ssrc;
      decision->cname = plan->cname;
      decision->stream_id = get_stream_id (plan, slot);
      decision->track_id = get_track_id (plan, slot);
    }
}

static char *
build_answer (Plan *plan, GError **error)
{
  ParlorMediaPlane *plane = plan->endpoint->plane;
  const ParlorCandidates *candidates = parlor_media_plane_get_candidates (plane);
  const ParlorSdpAnswerSession session = {
      .ufrag = plan->local.ufrag,
      .pwd = plan->local.pwd,
      .fingerprint_sha256 = parlor_certificate_fingerprint (plane->certificate),
      .candidates = candidates->candidates,
      .n_candidates = candidates->n,
      .preferred_video = PARLOR_CODEC_VP8,
      .keeps_order = plan->ordered,
      .session_id = plan->sdp_id,
      .session_version = plan->sdp_version,
  };
  ParlorSdpAnswerMedia decisions[PARLOR_SDP_MAX_MEDIA];
  GError *cause = NULL;
  char *sdp;
  plan->texts = g_string_chunk_new (1024);
  for (guint i = 0; i < plan->offer->n_media; i++)
    decide (plan, i, &decisions[i]);
  sdp = parlor_sdp_answer_build (plan->offer, &session, decisions, plan->offer->n_media, &cause);
  if (sdp == NULL)
    take_sdp_error (error, cause);
  return sdp;
}

/* --- what the worker is told
 * --------------------------------------------------------------------------- */

static guint
list_codecs (const ParlorSdpMedia *media, ParlorRouterCodec out[PARLOR_ROUTER_MAX_CODECS])
{
  guint n = 0;
  for (guint i = 0; i < media->n_formats && n < PARLOR_ROUTER_MAX_CODECS; i++)
    {
      const ParlorSdpFormat *format = &media->formats[i];
      const ParlorSdpFormat *red;
      if (!format->kept || format->role != PARLOR_SDP_FORMAT_CODEC)
        continue;
      red = parlor_sdp_media_find_red (media, format->pt);
      out[n++] = (ParlorRouterCodec){
          .key = format->key,
          .pt = format->pt,
          .rtx_pt = format->rtx_pt == PARLOR_SDP_NO_PT ? PARLOR_ROUTER_NO_PT : format->rtx_pt,
          .red_pt = red ? red->pt : PARLOR_ROUTER_NO_PT,
          .nack = (format->feedback & PARLOR_SDP_FB_NACK) != 0,
      };
    }
  return n;
}

static gboolean
has_transport_cc (const Plan *plan)
{
  if (plan->offer->ext_ids[PARLOR_EXT_TRANSPORT_CC] == 0)
    return FALSE;
  for (guint i = 0; i < plan->offer->n_media; i++)
    for (guint f = 0; f < plan->offer->media[i].n_formats; f++)
      if (plan->offer->media[i].formats[f].kept
          && plan->offer->media[i].formats[f].feedback & PARLOR_SDP_FB_TRANSPORT_CC)
        return TRUE;
  return FALSE;
}

static void
tell_transport (Plan *plan)
{
  ParlorMediaEndpoint *endpoint = plan->endpoint;
  ParlorTransportConfig config = {
      .id = endpoint->transport,
      .room = endpoint->room->id,
      .local = plan->local,
      .dtls_role = parlor_sdp_answer_setup (plan->offer) == PARLOR_SDP_SETUP_ACTIVE
                       ? PARLOR_DTLS_CLIENT
                       : PARLOR_DTLS_SERVER,
      .remote_fingerprint = plan->fingerprint,
      .transport_cc = has_transport_cc (plan),
      .rtcp_ssrc = plan->rtcp_ssrc,
  };
  g_strlcpy (config.remote_ufrag, plan->offer->ufrag, sizeof config.remote_ufrag);
  g_strlcpy (config.cname, plan->cname, sizeof config.cname);
  for (guint ext = 0; ext < PARLOR_EXT_COUNT; ext++)
    if (PARLOR_SDP_EXTENSIONS & 1u << ext)
      config.ext_ids[ext] = plan->offer->ext_ids[ext];
  memcpy (endpoint->ext_ids, config.ext_ids, sizeof endpoint->ext_ids);
  parlor_command_add_transport (endpoint->worker, &config);
}

static void
list_layers (const ParlorSdpMedia *media, ParlorSourceConfig *config)
{
  guint n_sources = media->ssrc_simulcast ? media->n_sources : MIN (media->n_sources, 1);
  if (media->n_rids > 0)
    for (guint i = 0; i < MIN (media->n_rids, PARLOR_ROUTER_MAX_LAYERS); i++)
      g_strlcpy (config->layers[config->n_layers++].rid, media->rids[i].rid,
                 PARLOR_ROUTER_RID_SIZE);
  else
    for (guint i = 0; i < MIN (n_sources, PARLOR_ROUTER_MAX_LAYERS); i++)
      {
        config->layers[config->n_layers].ssrc = media->sources[i].ssrc;
        config->layers[config->n_layers++].rtx_ssrc = media->sources[i].rtx_ssrc;
      }
}

static void
tell_source (Plan *plan, guint i)
{
  const ParlorSdpMedia *media = &plan->offer->media[i];
  ParlorSourceConfig config = {.transport = plan->endpoint->transport};
  g_strlcpy (config.mid, media->mid, sizeof config.mid);
  config.n_codecs = list_codecs (media, config.codecs);
  list_layers (media, &config);
  parlor_media_endpoint_publish (plan->endpoint, plan->roles[i].source, &config);
}

/* Both halves of it: packets of this m-line have the number, and the peer tells of them. */
static gboolean
is_counted (const ParlorSdpMedia *media)
{
  for (guint f = 0; f < media->n_formats; f++)
    if (media->formats[f].kept && media->formats[f].feedback & PARLOR_SDP_FB_TRANSPORT_CC)
      return media->ext_ids[PARLOR_EXT_TRANSPORT_CC] != 0;
  return FALSE;
}

static void
note_decoded (ParlorMediaEndpoint *endpoint, const ParlorSlotConfig *slot)
{
  for (guint i = 0; endpoint->n_decoded == 0 && i < slot->n_codecs; i++)
    endpoint->decoded[i] = slot->codecs[i].key;
  if (endpoint->n_decoded == 0)
    endpoint->n_decoded = slot->n_codecs;
}

static void
tell_slot (Plan *plan, guint i)
{
  const ParlorMediaEndpoint *endpoint = plan->endpoint;
  const ParlorMediaSlot *slot = &plan->slots[plan->roles[i].slot];
  ParlorSlotConfig config = {
      .transport = endpoint->transport,
      .index = plan->roles[i].slot,
      .audio = is_audio_slot (slot->kind),
      .automatic = slot->kind == PARLOR_SLOT_AUDIO && endpoint->hears_room,
      .screen = slot->kind == PARLOR_SLOT_SCREEN,
      .transport_cc = is_counted (&plan->offer->media[i]),
      .ssrc = slot->ssrc,
      .rtx_ssrc = slot->rtx_ssrc,
  };
  g_strlcpy (config.mid, slot->mid, sizeof config.mid);
  config.n_codecs = list_codecs (&plan->offer->media[i], config.codecs);
  if (!config.audio)
    note_decoded (plan->endpoint, &config);
  parlor_command_add_slot (endpoint->worker, &config);
}

/* --- taking effect
 * -------------------------------------------------------------------------------------- */

static void
remember_session (Plan *plan)
{
  ParlorMediaEndpoint *endpoint = plan->endpoint;
  endpoint->local = plan->local;
  endpoint->fingerprint = plan->fingerprint;
  endpoint->sdp_id = plan->sdp_id;
  endpoint->sdp_version = plan->sdp_version;
  endpoint->is_stage = plan->is_stage;
  g_strlcpy (endpoint->remote_ufrag, plan->offer->ufrag, sizeof endpoint->remote_ufrag);
  g_strlcpy (endpoint->cname, plan->cname, sizeof endpoint->cname);
  g_ptr_array_set_size (endpoint->mids, 0);
  for (guint i = 0; i < plan->offer->n_media; i++)
    if (!plan->roles[i].is_extra && parlor_sdp_media_is_acceptable (&plan->offer->media[i]))
      g_ptr_array_add (endpoint->mids, g_strdup (plan->offer->media[i].mid));
}

static void
start_session (Plan *plan)
{
  ParlorMediaEndpoint *endpoint = plan->endpoint;
  parlor_media_endpoint_end_session (endpoint);
  endpoint->transport = parlor_media_plane_next_id (endpoint->plane);
  g_hash_table_insert (endpoint->plane->transports, &endpoint->transport, endpoint);
  remember_session (plan);
  endpoint->n_slots = plan->n_slots;
  g_free (endpoint->slots);
  endpoint->slots = g_memdup2 (plan->slots, plan->n_slots * sizeof *plan->slots);
  endpoint->n_decoded = 0;
  tell_transport (plan);
  for (guint i = 0; i < plan->offer->n_media; i++)
    {
      if (plan->roles[i].slot != NO_SLOT)
        tell_slot (plan, i);
      if (plan->roles[i].source != PARLOR_SOURCE_NONE
          && parlor_sdp_media_is_acceptable (&plan->offer->media[i]))
        tell_source (plan, i);
    }
}

static void
restart_session (Plan *plan)
{
  ParlorMediaEndpoint *endpoint = plan->endpoint;
  gboolean has_changed = strcmp (endpoint->remote_ufrag, plan->offer->ufrag) != 0;
  remember_session (plan);
  if (has_changed)
    parlor_command_restart_ice (endpoint->worker, endpoint->transport, &plan->local,
                                plan->offer->ufrag);
}

static void
fill_answer (const Plan *plan, char *sdp, ParlorMediaAnswer *answer)
{
  const ParlorMediaEndpoint *endpoint = plan->endpoint;
  memset (answer, 0, sizeof *answer);
  answer->sdp = sdp;
  answer->ice_ufrag = g_strdup (plan->local.ufrag);
  answer->restarted = plan->is_restart;
  answer->n_slots = endpoint->n_slots;
  for (guint i = 0; i < endpoint->n_slots; i++)
    {
      answer->slots[i].kind = endpoint->slots[i].kind;
      g_strlcpy (answer->slots[i].mid, endpoint->slots[i].mid, sizeof answer->slots[i].mid);
    }
  for (guint kind = 0; kind < PARLOR_N_SOURCES; kind++)
    answer->publishes[kind] = endpoint->sources[kind].mid[0] != '\0';
}

/* --- entry
 * ------------------------------------------------------------------------------------------------
 */

static void
copy_fingerprint (const ParlorSdpOffer *offer, ParlorFingerprint *out)
{
  memset (out, 0, sizeof *out);
  out->hash = offer->fingerprint_size == 32   ? PARLOR_HASH_SHA256
              : offer->fingerprint_size == 48 ? PARLOR_HASH_SHA384
                                              : PARLOR_HASH_SHA512;
  out->length = (guint8)offer->fingerprint_size;
  memcpy (out->bytes, offer->fingerprint, offer->fingerprint_size);
}

static gboolean
is_same_peer (const Plan *plan)
{
  const ParlorFingerprint *old = &plan->endpoint->fingerprint;
  return plan->endpoint->transport != 0 && old->hash == plan->fingerprint.hash
         && old->length == plan->fingerprint.length
         && memcmp (old->bytes, plan->fingerprint.bytes, old->length) == 0;
}

static gboolean
make_plan (Plan *plan, const ParlorMediaOffer *request, GError **error)
{
  GError *cause = NULL;
  plan->offer = parlor_sdp_offer_parse (request->sdp, request->sdp_length, &cause);
  if (plan->offer == NULL)
    {
      take_sdp_error (error, cause);
      return FALSE;
    }
  copy_fingerprint (plan->offer, &plan->fingerprint);
  plan->is_restart = is_same_peer (plan);
  if (plan->is_restart)
    return keep_session (plan, error);
  if (!assign_roles (plan, request, error))
    return FALSE;
  make_identities (plan);
  return TRUE;
}

gboolean
parlor_media_negotiate (ParlorMedia *media, ParlorEndpointId endpoint,
                        const ParlorMediaOffer *offer, ParlorMediaAnswer *answer, GError **error)
{
  g_auto (Plan) plan = {0};
  char *sdp;
  plan.endpoint = parlor_media_endpoint_find (media, endpoint, error);
  if (plan.endpoint == NULL || !make_plan (&plan, offer, error))
    return FALSE;
  sdp = build_answer (&plan, error);
  if (sdp == NULL)
    return FALSE;
  if (plan.is_restart)
    restart_session (&plan);
  else
    start_session (&plan);
  fill_answer (&plan, sdp, answer);
  return TRUE;
}

static void
restart_by_fragment (ParlorMediaEndpoint *self, const char *remote_ufrag, char **answer_fragment,
                     char **ice_ufrag)
{
  const ParlorCandidates *candidates = parlor_media_plane_get_candidates (self->plane);
  make_credentials (self, &self->local);
  g_strlcpy (self->remote_ufrag, remote_ufrag, sizeof self->remote_ufrag);
  parlor_command_restart_ice (self->worker, self->transport, &self->local, remote_ufrag);
  *answer_fragment = parlor_sdp_fragment_build (
      self->local.ufrag, self->local.pwd, (const char *const *)self->mids->pdata, self->mids->len,
      candidates->candidates, candidates->n);
  if (ice_ufrag != NULL)
    *ice_ufrag = g_strdup (self->local.ufrag);
}

gboolean
parlor_media_patch (ParlorMedia *media, ParlorEndpointId endpoint, const char *fragment,
                    gsize length, char **answer_fragment, char **ice_ufrag, GError **error)
{
  ParlorMediaEndpoint *self = parlor_media_endpoint_find (media, endpoint, error);
  g_autoptr (ParlorSdpFragment) parsed = NULL;
  GError *cause = NULL;
  *answer_fragment = NULL;
  if (ice_ufrag != NULL)
    *ice_ufrag = NULL;
  if (self == NULL)
    return FALSE;
  parsed = parlor_sdp_fragment_parse (fragment, length, &cause);
  if (parsed == NULL)
    {
      take_sdp_error (error, cause);
      return FALSE;
    }
  if (self->transport == 0)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                           "there is no session yet; send an offer first");
      return FALSE;
    }
  if (parsed->ufrag[0] != '\0' && strcmp (parsed->ufrag, self->remote_ufrag) != 0)
    restart_by_fragment (self, parsed->ufrag, answer_fragment, ice_ufrag);
  return TRUE;
}
