/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is looked at of a request before anybody reads it: from whom it comes, and whether two
 * servers in a row would read the same message in it.
 *
 * Thread: control.
 */
#pragma once

#include "http/request.h"

#include <sys/socket.h>

G_BEGIN_DECLS

/** Fills peer ("unknown" where `address` is NULL or of another family) and loopback. `trust_proxy`:
 * X-Forwarded-For's last entry, which our own proxy wrote, stands for the peer. */
void parlor_http_take_peer (ParlorHttpRequest *request, const struct sockaddr *address,
                            gboolean trust_proxy);

/** Whether a field has a token for its name and no control in its value (RFC 9110 section 5). */
gboolean parlor_http_is_header (const char *name, const char *value);

/** Whether it could be read as two different messages; `version` as the request line says it. */
gboolean parlor_http_is_ambiguous (const ParlorHttpRequest *request, const char *version);

G_END_DECLS
