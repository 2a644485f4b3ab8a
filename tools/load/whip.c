/* SPDX-License-Identifier: Apache-2.0 */
#include "load/whip.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 10000
#define MAX_ANSWER_BYTES (256 * 1024)

void
load_answer_clear (LoadAnswer *answer)
{
  g_clear_pointer (&answer->location, g_free);
}

/* --- offer ----------------------------------------------------------------------------------- */

static void
append_common (GString *sdp, guint mid, const LoadOffer *offer)
{
  g_string_append_printf (
      sdp,
      "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
      "a=fingerprint:sha-256 "
      "%s\r\na=setup:actpass\r\na=mid:%u\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=%s\r\n"
      "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n",
      offer->local->ufrag, offer->local->pwd, offer->fingerprint, mid,
      offer->publish ? "sendonly" : "recvonly");
}

static char *
make_offer (const LoadOffer *offer)
{
  GString *sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE "
                               "0 1\r\na=msid-semantic: WMS\r\n");

  g_string_append (sdp, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
  append_common (sdp, 0, offer);
  g_string_append (sdp, "a=extmap:4 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                        "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 "
                        "minptime=10;useinbandfec=1\r\na=rtcp-fb:111 transport-cc\r\n");
  if (offer->publish)
    g_string_append_printf (sdp, "a=ssrc:%u cname:load\r\na=msid:load audio\r\n",
                            offer->audio_ssrc);
  g_string_append (sdp, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n");
  append_common (sdp, 1, offer);
  g_string_append (sdp, "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 "
                        "nack\r\na=rtcp-fb:96 nack pli\r\n"
                        "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n");
  if (offer->publish)
    g_string_append_printf (sdp,
                            "a=ssrc-group:FID %u %u\r\na=ssrc:%u cname:load\r\na=ssrc:%u "
                            "cname:load\r\na=msid:load video\r\n",
                            offer->video_ssrc, offer->rtx_ssrc, offer->video_ssrc, offer->rtx_ssrc);
  return g_string_free (sdp, FALSE);
}

/* --- answer ---------------------------------------------------------------------------------- */

/* Loopback is taken before other addresses, IPv4 before IPv6: the load stays on this machine
 * wherever it can. */
static guint
preference (const ParlorAddr *addr)
{
  gboolean ipv4 = parlor_addr_is_ipv4 (addr);
  gboolean loopback = ipv4 ? addr->ip[12] == 127 : addr->ip[15] == 1 && addr->ip[0] == 0;

  return 1 + (ipv4 ? 1 : 0) + (loopback ? 2 : 0);
}

static void
take_candidate (const char *line, LoadAnswer *answer)
{
  char ip[64];
  guint port;
  ParlorAddr addr;

  if (sscanf (line, "a=candidate:%*s %*u %*s %*u %63s %u", ip, &port) != 2
      || !parlor_addr_parse (ip, (guint16)port, &addr))
    return;
  if (parlor_addr_is_none (&answer->server) || preference (&addr) > preference (&answer->server))
    answer->server = addr;
}

static void
take_line (const char *line, LoadAnswer *answer)
{
  LoadStream *stream = answer->n_streams > 0 ? &answer->streams[answer->n_streams - 1] : NULL;
  guint first, second;
  char hash[16], value[256];

  if (g_str_has_prefix (line, "m=") && answer->n_streams < LOAD_MAX_STREAMS)
    answer->streams[answer->n_streams++].audio = g_str_has_prefix (line, "m=audio");
  else if (g_str_has_prefix (line, "a=ice-ufrag:"))
    g_strlcpy (answer->ufrag, line + 12, sizeof answer->ufrag);
  else if (g_str_has_prefix (line, "a=ice-pwd:"))
    g_strlcpy (answer->pwd, line + 10, sizeof answer->pwd);
  else if (sscanf (line, "a=fingerprint:%15s %255s", hash, value) == 2)
    parlor_fingerprint_parse (hash, value, &answer->fingerprint);
  else if (g_str_has_prefix (line, "a=candidate:"))
    take_candidate (line, answer);
  else if (stream != NULL && sscanf (line, "a=ssrc-group:FID %u %u", &first, &second) == 2)
    {
      stream->ssrc = first;
      stream->rtx_ssrc = second;
    }
  else if (stream != NULL && stream->ssrc == 0 && sscanf (line, "a=ssrc:%u", &first) == 1)
    stream->ssrc = first;
}

static gboolean
read_answer (const char *sdp, LoadAnswer *answer, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    take_line (g_strchomp (lines[i]), answer);
  if (answer->ufrag[0] != '\0' && answer->fingerprint.length > 0
      && !parlor_addr_is_none (&answer->server))
    return TRUE;
  g_set_error_literal (error, LOAD_ERROR, 0,
                       "the answer lacks ICE credentials, a fingerprint or a candidate");
  return FALSE;
}

/* --- HTTP ------------------------------------------------------------------------------------ */

static size_t
take_body (char *bytes, size_t size, size_t n, void *user_data)
{
  GString *body = user_data;

  if (body->len + size * n > MAX_ANSWER_BYTES)
    return 0;
  g_string_append_len (body, bytes, (gssize)(size * n));
  return size * n;
}

static size_t
take_header (char *bytes, size_t size, size_t n, void *user_data)
{
  char **location = user_data;
  g_autofree char *line = g_strndup (bytes, size * n);

  if (g_ascii_strncasecmp (line, "location:", 9) == 0)
    {
      g_free (*location);
      *location = g_strdup (g_strstrip (line + 9));
    }
  return size * n;
}

static CURL *
new_request (const char *url, const char *token, struct curl_slist **headers)
{
  CURL *curl = curl_easy_init ();

  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  if (token != NULL)
    {
      g_autofree char *line = g_strdup_printf ("Authorization: Bearer %s", token);

      *headers = curl_slist_append (*headers, line);
    }
  return curl;
}

static char *
absolute (const char *url, const char *location)
{
  const char *host = strstr (url, "://");
  const char *path = host != NULL ? strchr (host + 3, '/') : NULL;

  if (location == NULL || location[0] != '/' || path == NULL)
    return g_strdup (location);
  return g_strdup_printf ("%.*s%s", (int)(path - url), url, location);
}

gboolean
load_whip_post (const char *url, const char *token, const LoadOffer *offer, LoadAnswer *answer,
                GError **error)
{
  struct curl_slist *headers = curl_slist_append (NULL, "Content-Type: application/sdp");
  CURL *curl = new_request (url, token, &headers);
  g_autofree char *sdp = make_offer (offer);
  g_autofree char *location = NULL;
  GString *body = g_string_new (NULL);
  long status = 0;
  gboolean ok = FALSE;
  CURLcode code;

  memset (answer, 0, sizeof *answer);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDS, sdp);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, body);
  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, &location);
  code = curl_easy_perform (curl);
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK)
    g_set_error (error, LOAD_ERROR, 0, "%s: %s", url, curl_easy_strerror (code));
  else if (status != 201)
    g_set_error (error, LOAD_ERROR, 0, "%s: HTTP %ld: %.300s", url, status, body->str);
  else
    ok = read_answer (body->str, answer, error);
  if (ok)
    answer->location = absolute (url, location);
  curl_slist_free_all (headers);
  curl_easy_cleanup (curl);
  g_string_free (body, TRUE);
  return ok;
}

void
load_whip_delete (const char *location, const char *token)
{
  struct curl_slist *headers = NULL;
  CURL *curl;

  if (location == NULL)
    return;
  curl = new_request (location, token, &headers);
  curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, "DELETE");
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_perform (curl);
  curl_slist_free_all (headers);
  curl_easy_cleanup (curl);
}
