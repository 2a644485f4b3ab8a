/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Signatures of Standard Webhooks (standardwebhooks.com, specification 1.0): HMAC-SHA256 over
 * "{webhook-id}.{webhook-timestamp}.{body}", base64, prefixed by "v1,". Pure, any thread.
 */
#pragma once

#include "base/ids.h"

G_BEGIN_DECLS

/** "whsec_" and the base64 of 32 random bytes (transfer full). */
char *parlor_secret_new (const ParlorRandom *random);

/** The webhook-signature header for blank-separated secrets: one "v1,…" each, with blanks between
    (transfer full); "" when none is good. */
char *parlor_sign (const char *secrets, const char *id, gint64 timestamp_s, const char *body,
                   gsize length);

/** Whether one of the header's signatures is one of the secrets', in constant time. */
gboolean parlor_sign_check (const char *secrets, const char *id, gint64 timestamp_s,
                            const char *body, gsize length, const char *header);

G_END_DECLS
