/* SPDX-License-Identifier: Apache-2.0 */
/** The session descriptions of a load session (RFC 8829), and what it needs of the server's. No
 * I/O. */
#pragma once

#include "base/addr.h"
#include "ice/credentials.h"
#include "secure/certificate.h"

#define LOAD_MAX_STREAMS 48
#define LOAD_ERROR (g_quark_from_static_string ("parlor-load"))

/** Payload types and header extension ids of our own offers. A server that offers has its own. */
#define LOAD_VIDEO_PT 96
#define LOAD_VIDEO_RTX_PT 97
#define LOAD_AUDIO_PT 111
#define LOAD_EXT_MID 1
#define LOAD_EXT_ABS_SEND_TIME 2
#define LOAD_EXT_TRANSPORT_CC 3
#define LOAD_EXT_LEVEL 4
#define LOAD_EXT_RID 5
#define LOAD_EXT_REPAIRED_RID 6
/** A person's m-lines: microphone, camera, then the slots. */
#define LOAD_PERSON_SENDERS 2

typedef struct
{
  gboolean audio;
  char mid[17];
  guint pt;               /**< of Opus or VP8; 0 = neither is there */
  guint32 ssrc, rtx_ssrc; /**< of the server's; 0 = it sends nothing here, or did not say */
} LoadStream;

/** What the server's description says, be it an answer or an offer. */
typedef struct
{
  char ufrag[PARLOR_ICE_UFRAG_SIZE], pwd[PARLOR_ICE_PWD_SIZE];
  ParlorFingerprint fingerprint;
  ParlorAddr server;    /**< the candidate chosen: loopback before others, IPv4 before IPv6 */
  gboolean dtls_active; /**< it begins the handshake: we wait */
  guint8 transport_cc;  /**< extension id, 0 = not there */
  guint n_streams;
  LoadStream streams[LOAD_MAX_STREAMS]; /**< in m-line order */
  char *location; /**< absolute URL by which the session is ended; owned, nullable */
} LoadAnswer;

void load_answer_clear (LoadAnswer *answer);

/** What the client says of itself. */
typedef struct
{
  const ParlorIceCredentials *local;
  const char *fingerprint; /**< of sha-256, as SDP has it */
  gboolean publish;        /**< sendonly, else recvonly */
  gboolean audio_only;
  gboolean layered; /**< three layers by rid (q, h, f); their SSRCs are not told */
  guint32 audio_ssrc, video_ssrc, rtx_ssrc; /**< when publishing; a person's are not told */
  guint n_audio, n_video;                   /**< a person's receive slots */
} LoadOffer;

/** An offer (transfer full). */
char *load_sdp_offer (const LoadOffer *offer);

/** The offer of somebody who publishes (simulcast q, h, f) and has receive slots (transfer full).
 */
char *load_sdp_person (const LoadOffer *own);

/** An answer to the description that `remote` was read from (transfer full): every m-line is
 * received, DTLS active. */
char *load_sdp_answer (const LoadOffer *own, const LoadAnswer *remote);

/** FALSE: `error` says what is missing. `answer` must be zeroed. */
gboolean load_sdp_read (const char *sdp, LoadAnswer *answer, GError **error);
