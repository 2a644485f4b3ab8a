/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proto/sdp/offer.h"

/* Inside of proto/sdp: the attributes that describe a transport, at session or media level. A media
 * section that says one of them speaks for itself, else the session's counts (RFC 8866
 * section 5.13, RFC 8839 section 5.4, RFC 8122 section 5, RFC 4145 section 4). */

typedef struct
{
  const char *ufrag; /* NULL: not said; the same for the others */
  const char *pwd;
  const char *hash;
  const char *weak_hash; /* a hash that was offered but is not taken */
  guint weak_line;
  guint fingerprint_size;
  guint8 fingerprint[64];
  gboolean has_setup;
  ParlorSdpSetup setup;
  gboolean trickle;
} ParlorSdpTransport;

typedef enum
{
  PARLOR_SDP_NOT_MINE, /* another kind of attribute */
  PARLOR_SDP_TAKEN,
  PARLOR_SDP_REFUSED, /* `error` is set */
} ParlorSdpOutcome;

ParlorSdpOutcome parlor_sdp_transport_read (ParlorSdpTransport *self, GStringChunk *strings,
                                            const char *key, const char *value, guint line,
                                            GError **error);

/* Fills the offer's transport from `media`'s and `session`'s, or says what is missing; `line` is
 * that of the m-line. */
gboolean parlor_sdp_transport_settle (const ParlorSdpTransport *media,
                                      const ParlorSdpTransport *session, guint line,
                                      ParlorSdpOffer *offer, GError **error);
