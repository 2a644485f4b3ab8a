/* SPDX-License-Identifier: Apache-2.0 */
/* The pages, what they need to know before they ask for anything, and the WebSocket's handshake. */
#include "http/handlers.h"
#include "http/problem.h"
#include "proto/deflate.h"

#include <string.h>

#define SUBPROTOCOL "parlor.v1"

/* ---- pages ---------------------------------------------------------------------------------- */

static gboolean
is_set_up (const ParlorSite *site)
{
  return parlor_keyring_count (site->spec.keyring) || parlor_brands_count (site->spec.brands);
}

/* Where there are no pages to show, not even the one that says how to begin (web/begin.html). */
static void
reply_bare (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  static const char head[] =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Parlor</title>"
      "<h1>Parlor runs, but its pages are not built</h1>"
      "<p>Build them with <code>./dev build</code>, or name their folder with "
      "<code>--web-dir</code>. The API works without them.</p>";
  static const char begin[] =
      "<p>There is no brand and no API key yet. On this machine, as the user that it runs as:</p>"
      "<pre>parlorctl setup --brand shop --name \"The shop\" --login you@shop.example</pre>";
  g_autofree char *page = g_strconcat (head, is_set_up (site) ? "" : begin, "</html>", NULL);
  parlor_http_reply_text (reply, 200, "text/html; charset=utf-8", page);
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
  parlor_static_secure (request, reply);
}

/* A server that is not set up has one page, at each door that people know, and what it loads. */
static gboolean
reply_beginning (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  static const char *const doors[] = {"/", "/signin", "/admin", NULL};
  gboolean is_door = g_strv_contains (doors, request->path);
  gboolean is_part = g_str_has_prefix (request->path, "/assets/")
                     || !strcmp (request->path, "/icon.svg");
  if (site->files && is_part)
    return parlor_static_serve (site->files, request, reply);
  if (!is_door)
    return FALSE;
  if (!site->files || !parlor_static_serve_file (site->files, "begin.html", request, reply))
    reply_bare (site, request, reply);
  return TRUE;
}

gboolean
parlor_handle_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  if (!is_set_up (site))
    return reply_beginning (site, request, reply);
  if (site->files && parlor_static_serve (site->files, request, reply))
    return TRUE;
  if (strcmp (request->path, "/"))
    return FALSE;
  reply_bare (site, request, reply);
  return TRUE;
}

void
parlor_handle_config (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorSiteSpec *spec = &site->spec;
  json_t *servers = spec->ice_servers ? spec->ice_servers (NULL, spec->ice_data) : json_array ();
  ParlorPrincipal who;
  gboolean may_start = parlor_site_anyone_may_start (site)
                       || (parlor_site_principal (site, request, &who)
                           && who.caller == PARLOR_CALLER_USER);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:b,s:s,s:o,s:b}", "demo", spec->demo, "version",
                                     PARLOR_VERSION, "ice_servers", servers, "anyone_may_start",
                                     may_start));
}

/* ---- WebSocket ------------------------------------------------------------------------------ */

/* Whether a comma-separated header holds this word, in any case. */
static gboolean
lists (const ParlorHttpRequest *request, const char *name, const char *word)
{
  const char *value = parlor_http_header (request, name);
  g_auto (GStrv) items = g_strsplit (value ? value : "", ",", 16);
  for (guint i = 0; items[i]; i++)
    if (!g_ascii_strcasecmp (g_strstrip (items[i]), word))
      return TRUE;
  return FALSE;
}

static gboolean
is_key (const char *key)
{
  gsize size = 0;
  if (!key || strlen (key) != 24)
    return FALSE;
  g_autofree guchar *bytes = g_base64_decode (key, &size);
  return size == 16;
}

/* RFC 6455 section 4.2.2. */
static char *
accept_for (const char *key)
{
  guint8 digest[20];
  gsize size = sizeof digest;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_checksum_update (sum, (const guchar *)key, -1);
  g_checksum_update (sum, (const guchar *)"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
  g_checksum_get_digest (sum, digest, &size);
  return g_base64_encode (digest, size);
}

void
parlor_handle_websocket (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const char *version = parlor_http_header (request, "Sec-WebSocket-Version");
  const char *key = parlor_http_header (request, "Sec-WebSocket-Key");
  if (request->http10 || !lists (request, "Upgrade", "websocket")
      || !lists (request, "Connection", "upgrade"))
    {
      parlor_http_problem (reply, 426, "upgrade_required", "This address speaks WebSocket.");
      parlor_http_reply_header (reply, "Upgrade", "websocket");
      return;
    }
  if (!version || strcmp (version, "13"))
    {
      parlor_http_problem (reply, 426, "upgrade_required", "WebSocket version 13 is needed.");
      parlor_http_reply_header (reply, "Sec-WebSocket-Version", "13");
      return;
    }
  if (!is_key (key) || !site->spec.websocket)
    {
      parlor_http_problem (reply, 400, "bad_request",
                           "Sec-WebSocket-Key is not 16 bytes in base64.");
      return;
    }
  g_autofree char *accept = accept_for (key);
  reply->status = 101;
  reply->upgrade = site->spec.websocket;
  reply->upgrade_data = site->spec.websocket_data;
  parlor_http_reply_header (reply, "Upgrade", "websocket");
  parlor_http_reply_header (reply, "Sec-WebSocket-Accept", accept);
  if (lists (request, "Sec-WebSocket-Protocol", SUBPROTOCOL))
    parlor_http_reply_header (reply, "Sec-WebSocket-Protocol", SUBPROTOCOL);
  if (parlor_http_deflates (request))
    parlor_http_reply_header (reply, "Sec-WebSocket-Extensions", PARLOR_DEFLATE_AGREED);
}
