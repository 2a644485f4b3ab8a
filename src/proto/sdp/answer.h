/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "proto/sdp/candidate.h"
#include "proto/sdp/offer.h"

/* The answer to a parsed offer: m-lines in the offer's order with its mids, every codec that we
 * forward kept under the offered payload types, what we do not take with port 0, one BUNDLE group
 * of the accepted mids, ICE-lite, all candidates in the first accepted m-line. Pure: the caller
 * decides and brings SSRCs and credentials; see ParlorSdpOffer for the RFCs. Thread: any. */

/* The extensions that a forwarding server reads, writes or passes on: a mask of 1 << ParlorRtpExt.
 */
#define PARLOR_SDP_EXTENSIONS                                                                      \
  (1u << PARLOR_EXT_MID | 1u << PARLOR_EXT_RID | 1u << PARLOR_EXT_REPAIRED_RID                     \
   | 1u << PARLOR_EXT_ABS_SEND_TIME | 1u << PARLOR_EXT_TRANSPORT_CC | 1u << PARLOR_EXT_AUDIO_LEVEL \
   | 1u << PARLOR_EXT_VIDEO_ORIENTATION | 1u << PARLOR_EXT_PLAYOUT_DELAY                           \
   | 1u << PARLOR_EXT_VIDEO_CONTENT_TYPE | 1u << PARLOR_EXT_DEPENDENCY_DESCRIPTOR)

/* What the caller decided for the m-line of the same index. All zero: rejected. */
typedef struct
{
  gboolean accept; /* ignored for m-lines that cannot be accepted: they get port 0 */
  /* Ours; the answer has what the offer's direction allows of it. */
  ParlorSdpDirection direction;
  /* Mask of 1 << ParlorRtpExt: offered ones outside of it are dropped. 0 drops all. */
  guint32 extensions;

  /* When we send. `ssrc` 0: no ssrc lines. `rtx_ssrc` is said only where an RTX format is kept; 0:
   * none. Strings are borrowed during the call; NULL `stream_id`: no msid ("-" when only the track
   * is named); NULL `cname`: required with `ssrc`. Token characters only. */
  guint32 ssrc;
  guint32 rtx_ssrc;
  const char *cname;
  const char *stream_id;
  const char *track_id;
} ParlorSdpAnswerMedia;

typedef struct
{
  const char *ufrag;              /* ours, RFC 8445 */
  const char *pwd;                /* ours */
  const char *fingerprint_sha256; /* "AB:CD:…", 32 bytes in hexadecimal */
  const ParlorSdpCandidate *candidates;
  guint n_candidates;
  /* Put first in video m-lines in which the peer sends, so that browsers publish it; its RTX goes
   * with it. PARLOR_CODEC_NONE = VP8. Ignored where it is not offered. */
  ParlorCodec preferred_video;
  /* The peer put its formats in the order that it wants: nothing is put first. */
  gboolean keeps_order;
  guint64 session_id;      /* o= line, 1..2^63-1 */
  guint64 session_version; /* o= line, one more for each new answer of the session */
} ParlorSdpAnswerSession;

/* Our DTLS role for this offer: passive unless the offer says passive, then active. Never ACTPASS.
 */
ParlorSdpSetup parlor_sdp_answer_setup (const ParlorSdpOffer *offer);

/* TRUE when the m-line can be accepted at all: audio or video, not rejected, a kept codec. */
gboolean parlor_sdp_media_is_acceptable (const ParlorSdpMedia *media);

/* The decision that takes everything the peer offers to send, without SSRCs of ours: accept,
 * opposite direction, PARLOR_SDP_EXTENSIONS. */
void parlor_sdp_answer_media_default (const ParlorSdpMedia *media, ParlorSdpAnswerMedia *decision);

/* (transfer full) `media` has one decision for each m-line of the offer. NULL and
 * PARLOR_SDP_ERROR_UNPROCESSABLE when no m-line is accepted in the end. */
char *parlor_sdp_answer_build (const ParlorSdpOffer *offer, const ParlorSdpAnswerSession *session,
                               const ParlorSdpAnswerMedia *media, guint n_media, GError **error);
