/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "proto/rtp/ext.h"
#include "proto/sdp/codecs.h"
#include "proto/sdp/error.h"

/* An SDP offer, read strictly into plain structs (RFC 8866, 8829 JSEP, 8843 BUNDLE, 8839 ICE, 8122
 * fingerprints, 5763 setup, 8285 extmap, 8851 rid, 8853 simulcast, 5576 ssrc, 4585 rtcp-fb).
 *
 * What is required: one BUNDLE group with every audio and video m-line (a single one may do
 * without), rtcp-mux, ICE credentials, a SHA-256, -384 or -512 fingerprint, UDP/TLS/RTP/SAVP(F), a
 * mid for each m-line, and payload types and extension ids that mean one thing in the whole group.
 * Offers without are refused with words for whoever made them. What we do not know is left aside.
 *
 * Thread: any; no state outside the struct. Everything in it is constant after parsing and owned by
 * it; strings live as long as it does. Bounds: 256 KiB, 64 m-lines, 64 formats and 64 SSRCs an
 * m-line; work is linear in the text. */

#define PARLOR_SDP_MAX_BYTES (256 * 1024)
#define PARLOR_SDP_MAX_MEDIA 64
#define PARLOR_SDP_MAX_FORMATS 64
#define PARLOR_SDP_MAX_SOURCES 16
#define PARLOR_SDP_MAX_RIDS 4
/* What the RTP header extensions for mid and rid carry in one byte headers. */
#define PARLOR_SDP_MAX_ID_BYTES 16
#define PARLOR_SDP_NO_PT 255

typedef enum
{
  PARLOR_SDP_KIND_AUDIO,
  PARLOR_SDP_KIND_VIDEO,
  PARLOR_SDP_KIND_DATA_CHANNEL, /* m=application …/DTLS/SCTP: answered with port 0 */
  PARLOR_SDP_KIND_OTHER,        /* anything else: answered with port 0 */
} ParlorSdpKind;

/* Bits, seen from whoever wrote the description. */
typedef enum
{
  PARLOR_SDP_INACTIVE = 0,
  PARLOR_SDP_SENDONLY = 1,
  PARLOR_SDP_RECVONLY = 2,
  PARLOR_SDP_SENDRECV = 3,
} ParlorSdpDirection;

typedef enum
{
  PARLOR_SDP_SETUP_ACTPASS,
  PARLOR_SDP_SETUP_ACTIVE,
  PARLOR_SDP_SETUP_PASSIVE,
} ParlorSdpSetup;

/* a=rtcp-fb, what we know of it. */
typedef enum
{
  PARLOR_SDP_FB_NACK = 1 << 0,
  PARLOR_SDP_FB_NACK_PLI = 1 << 1,
  PARLOR_SDP_FB_CCM_FIR = 1 << 2,
  PARLOR_SDP_FB_TRANSPORT_CC = 1 << 3,
  PARLOR_SDP_FB_GOOG_REMB = 1 << 4,
} ParlorSdpFeedback;

typedef enum
{
  PARLOR_SDP_FORMAT_OTHER, /* not forwarded: FEC, DTMF, CN, unknown codecs and profiles */
  PARLOR_SDP_FORMAT_CODEC, /* `key` says which */
  PARLOR_SDP_FORMAT_RTX,   /* RFC 4588; `apt` is the codec's (or RED's) payload type */
  PARLOR_SDP_FORMAT_RED,   /* RFC 2198 audio; `apt` is the payload type of its blocks */
} ParlorSdpFormatRole;

typedef struct
{
  guint8 pt;       /* 0..127 */
  guint8 apt;      /* of RTX and RED; else PARLOR_SDP_NO_PT */
  guint8 rtx_pt;   /* of the RTX for this format; PARLOR_SDP_NO_PT: none offered */
  guint8 channels; /* 1 when not said; 0 for video */
  ParlorSdpFormatRole role;
  /* TRUE: an answer that accepts the m-line keeps it (a codec we forward, its RTX, RED of one). */
  gboolean kept;
  guint32 clock_hz;
  ParlorCodecKey key;   /* of codecs; of RTX and RED: the key of what they wrap; else NONE */
  guint32 feedback;     /* ParlorSdpFeedback bits, a=rtcp-fb:* included */
  const char *encoding; /* as offered */
  const char *fmtp;     /* parameters as offered; "" when none */
} ParlorSdpFormat;

/* A stream that the peer announced by a=ssrc. */
typedef struct
{
  guint32 ssrc;
  guint32 rtx_ssrc;  /* by ssrc-group:FID; 0: none */
  const char *cname; /* "" when not said */
} ParlorSdpSource;

/* A simulcast layer that the peer sends, in the order of a=simulcast:send (by custom lowest quality
 * last or first: go by what arrives, not by the order). */
typedef struct
{
  const char *rid;
  gboolean paused; /* ~ in a=simulcast */
} ParlorSdpRid;

typedef struct
{
  ParlorSdpKind kind;
  ParlorSdpDirection direction; /* the peer's */
  gboolean rejected;            /* port 0 without bundle-only: stays rejected */
  guint line;                   /* of the m= line, from 1, for messages */
  const char *media;            /* "audio", "video", "application", … */
  const char *protocol;         /* "UDP/TLS/RTP/SAVPF", … */
  const char *first_format;     /* the first entry of the fmt list, as offered */
  const char *mid;              /* unique, 1..PARLOR_SDP_MAX_ID_BYTES token characters */
  guint n_formats;
  ParlorSdpFormat *formats; /* in the offered order */
  /* Extension id of each known extension, 1..14, 0 = not offered; and in which directions the peer
   * wants it (ParlorSdpDirection; SENDRECV when not said). */
  guint8 ext_ids[PARLOR_EXT_COUNT];
  guint8 ext_directions[PARLOR_EXT_COUNT];
  guint n_sources; /* 0 when the offer has no ssrc lines (Firefox says some, rid offers may not) */
  ParlorSdpSource sources[PARLOR_SDP_MAX_SOURCES]; /* SIM order when grouped; RTX not listed */
  guint n_rids;                                    /* 0: no simulcast by rid */
  ParlorSdpRid rids[PARLOR_SDP_MAX_RIDS];
  gboolean ssrc_simulcast; /* ssrc-group:SIM: `sources` are layers of one track */
  const char *stream_id;   /* of a=msid; "" when "-" or not said */
  const char *track_id;    /* of a=msid; "" when not said */
  gboolean rtcp_rsize;
} ParlorSdpMedia;

typedef struct
{
  const char *ufrag; /* of the transport that the whole group shares */
  const char *pwd;
  const char *fingerprint_hash; /* "sha-256", "sha-384" or "sha-512": the strongest offered */
  guint fingerprint_size;       /* 32, 48 or 64 */
  guint8 fingerprint[64];
  ParlorSdpSetup setup;
  gboolean trickle; /* a=ice-options:trickle */
  gboolean extmap_allow_mixed;
  gboolean bundled; /* FALSE: a single m-line without a group */
  guint n_media;
  ParlorSdpMedia *media; /* in the offered order */
  /* The group's one meaning of each extension: the union of the m-lines'. */
  guint8 ext_ids[PARLOR_EXT_COUNT];

  /*< private >*/
  GStringChunk *strings;
} ParlorSdpOffer;

/* (transfer full) NULL: `error` says why. `sdp` need not end in NUL; LF and CRLF are both taken. */
ParlorSdpOffer *parlor_sdp_offer_parse (const char *sdp, gsize length, GError **error);
void parlor_sdp_offer_free (ParlorSdpOffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSdpOffer, parlor_sdp_offer_free)

/* (nullable) The m-line of this mid; borrowed. */
const ParlorSdpMedia *parlor_sdp_offer_find_mid (const ParlorSdpOffer *self, const char *mid);
/* (nullable) What this payload type means in the whole group; borrowed. */
const ParlorSdpFormat *parlor_sdp_offer_find_pt (const ParlorSdpOffer *self, guint pt);
/* (nullable) The format by which this peer takes a stream of `source`: an equal key first, else one
 * that decodes it (see parlor_codec_key_decodes). Kept formats only. */
const ParlorSdpFormat *parlor_sdp_media_find_codec (const ParlorSdpMedia *media,
                                                    ParlorCodecKey source);
/* (nullable) The kept RED format around payload type `pt`. */
const ParlorSdpFormat *parlor_sdp_media_find_red (const ParlorSdpMedia *media, guint pt);
