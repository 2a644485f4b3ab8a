/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The error domain of the control plane. Few, stable codes: what a program decides upon; the
 * message is for a person and says what to do. One table (error.c) turns a code into the HTTP
 * status, the text code of REST answers and the text code of the WebSocket's `error`. Pure, any
 * thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_ERROR (parlor_error_quark ())
GQuark parlor_error_quark (void);

typedef enum
{
  PARLOR_ERROR_BAD_REQUEST,       /**< 400 malformed: the sender must change it */
  PARLOR_ERROR_UNAUTHORIZED,      /**< 401 no token, or one that does not hold */
  PARLOR_ERROR_FORBIDDEN,         /**< 403 known, but without the right */
  PARLOR_ERROR_NOT_FOUND,         /**< 404 */
  PARLOR_ERROR_CONFLICT,          /**< 409 true of another state (taken, already so, locked) */
  PARLOR_ERROR_GONE,              /**< 410 was there and ended */
  PARLOR_ERROR_TOO_LARGE,         /**< 413 */
  PARLOR_ERROR_UNSUPPORTED_MEDIA, /**< 415 */
  PARLOR_ERROR_UNPROCESSABLE,     /**< 422 well-formed and impossible */
  PARLOR_ERROR_TOO_MANY,          /**< 429 a cap or a rate; later it may work */
  PARLOR_ERROR_UNAVAILABLE,       /**< 503 something we stand on is away */
  PARLOR_ERROR_INTERNAL,          /**< 500 our fault */
  PARLOR_N_ERRORS,
} ParlorErrorCode;

/** Status of the answer; 500 for an error of another domain. `error` not NULL. */
guint parlor_error_http_status (const GError *error);
/** "bad_request", … "internal" (also for another domain): the `code` of a REST answer. Static. */
const char *parlor_error_name (const GError *error);
/** The `code` of the WebSocket's `error` as docs/protocol.md lists them. Static. */
const char *parlor_error_rt_name (const GError *error);

G_END_DECLS
