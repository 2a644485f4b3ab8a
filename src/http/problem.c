/* SPDX-License-Identifier: Apache-2.0 */
#include "http/problem.h"

#include "base/error.h"

static const char *
title_of (guint status)
{
  static const struct
  {
    guint status;
    const char *title;
  } titles[] = {
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {409, "Conflict"},
      {410, "Gone"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {500, "Internal Server Error"},
      {503, "Service Unavailable"},
  };
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (titles[i].status == status)
      return titles[i].title;
  return "Error";
}

void
parlor_http_problem (ParlorHttpReply *reply, guint status, const char *code, const char *detail)
{
  json_t *json = json_pack ("{s:s,s:s,s:i,s:s}", "type", "about:blank", "title", title_of (status),
                            "status", (int)status, "code", code);
  json_t *text = detail ? json_string (detail) : NULL; /* NULL as well when it is not UTF-8 */
  if (text)
    json_object_set_new (json, "detail", text);
  char *body = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  parlor_http_reply_text (reply, status, "application/problem+json", body ? body : "{}");
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
  free (body);
}

void
parlor_http_too_many (ParlorHttpReply *reply, gint64 wait_us, const char *detail)
{
  g_autofree char *seconds = g_strdup_printf (
      "%" G_GINT64_FORMAT, MAX ((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC, 1));
  parlor_http_problem (reply, 429, "too_many", detail);
  parlor_http_reply_header (reply, "Retry-After", seconds);
}

void
parlor_http_problem_from_error (ParlorHttpReply *reply, const GError *error)
{
  gboolean ours = error && error->domain == PARLOR_ERROR;
  if (!ours)
    {
      parlor_http_problem (reply, 500, "internal", "Something went wrong on the server.");
      return;
    }
  guint status = parlor_error_http_status (error);
  if (status == 429)
    parlor_http_too_many (reply, G_USEC_PER_SEC, error->message);
  else
    parlor_http_problem (reply, status, parlor_error_name (error), error->message);
}
