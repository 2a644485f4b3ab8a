/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Errors on HTTP: RFC 9457 `application/problem+json` with a stable member `code`. Clients decide
 * by `code`, people read `detail`.  Thread: control.
 */
#pragma once

#include "http/request.h"

G_BEGIN_DECLS

/** Sets status and body of `reply`; detail is for people and must hold no secret. */
void parlor_http_problem (ParlorHttpReply *reply, guint status, const char *code,
                          const char *detail);

/** 429 with Retry-After; the wait is rounded up to whole seconds, at least 1. */
void parlor_http_too_many (ParlorHttpReply *reply, gint64 wait_us, const char *detail);

/** A domain or media error (PARLOR_ERROR) in HTTP's words; any other domain is a 500 without
 * detail. */
void parlor_http_problem_from_error (ParlorHttpReply *reply, const GError *error);

G_END_DECLS
