/* SPDX-License-Identifier: Apache-2.0 */
#include "http/cors.h"

#include <arpa/inet.h>
#include <string.h>

/* "https://a.example:8443/x" → "a.example:8443" (transfer full). */
static char *
host_of (const char *url)
{
  const char *host = strstr (url, "://");
  if (!host)
    return NULL;
  host += 3;
  return g_strndup (host, strcspn (host, "/?#"));
}

static gboolean
is_loopback_host (const char *host)
{
  struct in_addr address;
  g_autofree char *name = g_strdup (host);
  if (name[0] == '[')
    return g_str_has_prefix (name, "[::1]") && (!name[5] || name[5] == ':');
  char *colon = strchr (name, ':');
  if (colon)
    *colon = 0;
  if (!g_ascii_strcasecmp (name, "localhost"))
    return TRUE;
  return inet_pton (AF_INET, name, &address) == 1 && ntohl (address.s_addr) >> 24 == 127;
}

static gboolean
is_public_host (const ParlorCors *cors, const char *host)
{
  g_autofree char *ours = cors->public_url ? host_of (cors->public_url) : NULL;
  return ours && !g_ascii_strcasecmp (ours, host);
}

gboolean
parlor_cors_is_own (const ParlorCors *cors, const ParlorHttpRequest *request)
{
  const char *origin = parlor_http_header (request, "Origin");
  const char *host = parlor_http_header (request, "Host");
  if (!origin)
    return TRUE;
  g_autofree char *from = host_of (origin);
  return from && host && (!g_ascii_strcasecmp (from, host) || is_public_host (cors, from));
}

gboolean
parlor_cors_is_host (const ParlorCors *cors, const ParlorHttpRequest *request)
{
  const char *host = parlor_http_header (request, "Host");
  return host && (!cors->loopback_only || is_loopback_host (host) || is_public_host (cors, host));
}

gboolean
parlor_cors_allows (const ParlorCors *cors, const ParlorHttpRequest *request)
{
  const char *origin = parlor_http_header (request, "Origin");
  if (!parlor_cors_is_host (cors, request))
    return FALSE;
  if (parlor_cors_is_own (cors, request))
    return TRUE;
  for (guint i = 0; cors->origins && cors->origins[i]; i++)
    if (!strcmp (cors->origins[i], origin))
      return TRUE;
  return FALSE;
}

void
parlor_cors_expose (const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const char *origin = parlor_http_header (request, "Origin");
  if (!origin)
    return;
  parlor_http_reply_header (reply, "Access-Control-Allow-Origin", origin);
  parlor_http_reply_header (reply, "Access-Control-Expose-Headers", "Location, ETag, Link");
  parlor_http_reply_header (reply, "Vary", "Origin");
}

void
parlor_cors_preflight (const ParlorHttpRequest *request, const char *methods,
                       ParlorHttpReply *reply)
{
  if (!parlor_http_header (request, "Origin"))
    return;
  parlor_http_reply_header (reply, "Access-Control-Allow-Methods", methods);
  parlor_http_reply_header (reply, "Access-Control-Allow-Headers",
                            "Authorization, Content-Type, If-Match");
  parlor_http_reply_header (reply, "Access-Control-Max-Age", "600");
}
