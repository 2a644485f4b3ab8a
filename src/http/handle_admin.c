/* SPDX-License-Identifier: Apache-2.0 */
/* The admin port: alive, ready, numbers. It listens on loopback and knows nothing else. */
#include "http/cors.h"
#include "http/problem.h"
#include "http/site.h"

#include <string.h>

gsize
parlor_admin_body_limit (const ParlorHttpRequest *request, gpointer admin)
{
  return 0;
}

static void
reply_ready (const ParlorAdminSite *admin, ParlorHttpReply *reply)
{
  const char *missing = admin->not_ready (admin->user_data);
  if (missing)
    parlor_http_problem (reply, 503, "not_ready", missing);
  else
    parlor_http_reply_text (reply, 200, "text/plain", "ready\n");
}

void
parlor_admin_handle (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  const ParlorAdminSite *admin = user_data;
  /* A page of any site may send a browser of this machine here, under a name of its own that it
   * makes resolve to loopback; the Host then tells. */
  static const ParlorCors own = {.loopback_only = TRUE};
  if (!parlor_cors_allows (&own, request))
    parlor_http_problem (reply, 403, "origin_refused",
                         "The admin port answers under loopback names and addresses only.");
  else if (strcmp (request->method, "GET") && strcmp (request->method, "HEAD"))
    {
      parlor_http_problem (reply, 405, "method_not_allowed", "Only GET.");
      parlor_http_reply_header (reply, "Allow", "GET, HEAD");
    }
  else if (!strcmp (request->path, "/healthz"))
    parlor_http_reply_text (reply, 200, "text/plain", "alive\n");
  else if (!strcmp (request->path, "/readyz"))
    reply_ready (admin, reply);
  else if (!strcmp (request->path, "/metrics"))
    {
      g_autofree char *page = parlor_metrics_print (admin->metrics);
      parlor_http_reply_text (reply, 200, "text/plain; version=0.0.4", page);
    }
  else
    parlor_http_problem (reply, 404, "not_found", "Here are /healthz, /readyz and /metrics.");
}
