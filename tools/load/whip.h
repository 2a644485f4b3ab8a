/* SPDX-License-Identifier: Apache-2.0 */
/** One WHIP or WHEP exchange over HTTP (RFC 9725). Blocking; one thread. */
#pragma once

#include "load/sdp.h"

/** POSTs an offer to `url`, with a bearer token unless NULL. FALSE: `error` says what the server
 * said. */
gboolean load_whip_post (const char *url, const char *token, const LoadOffer *offer,
                         LoadAnswer *answer, GError **error);
/** DELETEs the session; says nothing when it is gone already. */
void load_whip_delete (const char *location, const char *token);
