/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The STUN and TURN servers a browser is told of. None unless configured: no third party learns who
 * meets. TURN credentials are those of coturn's `use-auth-secret`
 * (draft-uberti-behave-turn-rest-00): username "EXPIRY:IDENTITY", credential base64 (HMAC-SHA1
 * (secret, username)).
 *
 * Thread: control.
 */
#pragma once

#include "app/config.h"

#include <jansson.h>

G_BEGIN_DECLS

/** RTCIceServer objects (transfer full array). Without an identity only servers that need no
    credentials. */
json_t *parlor_ice_servers (const ParlorConfig *config, const char *identity, gint64 wall_ms);

G_END_DECLS
