/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which web origins may use this server (RFC 6454, the Fetch standard's CORS protocol). Credentials
 * are never allowed: what a browser sends by itself counts for this host's own pages alone.
 *
 * Thread: control.
 */
#pragma once

#include "http/request.h"

G_BEGIN_DECLS

typedef struct
{
  const char *const *origins; /**< nullable, NULL-terminated: "https://shop.example" */
  const char *public_url;     /**< nullable: its origin is ours as well */
  gboolean loopback_only; /**< demo and admin port: Host must name this machine (DNS rebinding) */
} ParlorCors;

/**
 * TRUE when the request has no Origin, the Origin is this very host, or it is listed. With
 * loopback_only the Host must be localhost, 127.0.0.0/8 or ::1 as well, or that of public_url.
 */
gboolean parlor_cors_allows (const ParlorCors *cors, const ParlorHttpRequest *request);

/** Whether it comes from a page of this very host, or from no page: what a cookie needs. */
gboolean parlor_cors_is_own (const ParlorCors *cors, const ParlorHttpRequest *request);

/** Whether the Host is one that is served here (with loopback_only: this machine's). */
gboolean parlor_cors_is_host (const ParlorCors *cors, const ParlorHttpRequest *request);

/** The answer's headers for an Origin that was allowed; nothing without an Origin. */
void parlor_cors_expose (const ParlorHttpRequest *request, ParlorHttpReply *reply);

/** Headers of a preflight's answer: `methods` is the value of Access-Control-Allow-Methods. */
void parlor_cors_preflight (const ParlorHttpRequest *request, const char *methods,
                            ParlorHttpReply *reply);

G_END_DECLS
