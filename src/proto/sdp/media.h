/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proto/sdp/lines.h"
#include "proto/sdp/offer.h"
#include "proto/sdp/transport.h"

/* Inside of proto/sdp: reads one m-section into a ParlorSdpMedia. */

/* What belongs to the whole offer. */
typedef struct
{
  ParlorSdpOffer *offer; /* its `strings` hold what sections say */
  const ParlorSdpText *text;
  ParlorSdpDirection direction; /* the session's default */
  GHashTable *ssrcs; /* every SSRC seen so far (as pointers): one belongs to one m-line */
} ParlorSdpSession;

/* Reads m-section `index` into `media` and `transport` (both zeroed). */
gboolean parlor_sdp_media_read (ParlorSdpSession *session, guint index, ParlorSdpMedia *media,
                                ParlorSdpTransport *transport, GError **error);

/* "sendrecv", "sendonly", "recvonly", "inactive". */
const char *parlor_sdp_direction_name (ParlorSdpDirection direction);
/* FALSE: another word. */
gboolean parlor_sdp_direction_from_name (const char *name, ParlorSdpDirection *direction);
