/* SPDX-License-Identifier: Apache-2.0 */
#include "load/whip.h"

#include <curl/curl.h>
#include <string.h>

#define TIMEOUT_MS 10000
#define MAX_ANSWER_BYTES (256 * 1024)

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
  g_autofree char *sdp = load_sdp_offer (offer);
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
    ok = load_sdp_read (body->str, answer, error);
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
