/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

typedef struct
{
  guint status;
  const char *name;
  const char *rt_name;
} Row;

static const Row rows[PARLOR_N_ERRORS] = {
    [PARLOR_ERROR_BAD_REQUEST] = {400, "bad_request", "bad_message"},
    [PARLOR_ERROR_UNAUTHORIZED] = {401, "unauthorized", "forbidden"},
    [PARLOR_ERROR_FORBIDDEN] = {403, "forbidden", "forbidden"},
    [PARLOR_ERROR_NOT_FOUND] = {404, "not_found", "not_found"},
    [PARLOR_ERROR_CONFLICT] = {409, "conflict", "conflict"},
    [PARLOR_ERROR_GONE] = {410, "gone", "not_found"},
    [PARLOR_ERROR_TOO_LARGE] = {413, "too_large", "bad_message"},
    [PARLOR_ERROR_UNSUPPORTED_MEDIA] = {415, "unsupported_media", "unsupported"},
    [PARLOR_ERROR_UNPROCESSABLE] = {422, "unprocessable", "invalid_sdp"},
    [PARLOR_ERROR_TOO_MANY] = {429, "too_many", "too_many"},
    [PARLOR_ERROR_UNAVAILABLE] = {503, "unavailable", "internal"},
    [PARLOR_ERROR_INTERNAL] = {500, "internal", "internal"},
};

GQuark
parlor_error_quark (void)
{
  return g_quark_from_static_string ("parlor-error-quark");
}

static const Row *
row_of (const GError *error)
{
  if (error->domain != PARLOR_ERROR || error->code < 0 || error->code >= PARLOR_N_ERRORS)
    return &rows[PARLOR_ERROR_INTERNAL];
  return &rows[error->code];
}

guint
parlor_error_http_status (const GError *error)
{
  return row_of (error)->status;
}

const char *
parlor_error_name (const GError *error)
{
  return row_of (error)->name;
}

const char *
parlor_error_rt_name (const GError *error)
{
  return row_of (error)->rt_name;
}
