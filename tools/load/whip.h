/* SPDX-License-Identifier: Apache-2.0 */
/** One WHIP or WHEP exchange over HTTP (RFC 9725), and what a client needs of the answer. Blocking;
 * one thread. */
#pragma once

#include "base/addr.h"
#include "ice/credentials.h"
#include "secure/certificate.h"

#define LOAD_MAX_STREAMS 4
#define LOAD_ERROR (g_quark_from_static_string ("parlor-load"))

typedef struct
{
  gboolean audio;
  guint32 ssrc, rtx_ssrc; /**< of the server's; 0 = it sends nothing here */
} LoadStream;

typedef struct
{
  char ufrag[PARLOR_ICE_UFRAG_SIZE], pwd[PARLOR_ICE_PWD_SIZE];
  ParlorFingerprint fingerprint;
  ParlorAddr
      server; /**< the candidate chosen: of the wanted family and, when asked for, loopback */
  guint n_streams;
  LoadStream streams[LOAD_MAX_STREAMS]; /**< in m-line order */
  char *location;                       /**< absolute URL of the session; owned */
} LoadAnswer;

void load_answer_clear (LoadAnswer *answer);

/** What the client offers. Payload types: VP8 96, its RTX 97, Opus 111. Extension ids: MID 1,
 * abs-send-time 2, transport-cc 3, level 4. */
typedef struct
{
  const ParlorIceCredentials *local;
  const char *fingerprint;                  /**< of sha-256, as SDP has it */
  gboolean publish;                         /**< sendonly, else recvonly */
  guint32 audio_ssrc, video_ssrc, rtx_ssrc; /**< when publishing */
} LoadOffer;

/** POSTs the offer to `url`, with a bearer token unless NULL. FALSE: `error` says what the server
 * said. */
gboolean load_whip_post (const char *url, const char *token, const LoadOffer *offer,
                         LoadAnswer *answer, GError **error);
/** DELETEs the session; says nothing when it is gone already. */
void load_whip_delete (const char *location, const char *token);
