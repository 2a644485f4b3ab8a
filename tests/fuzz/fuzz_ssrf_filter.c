/* SPDX-License-Identifier: Apache-2.0 */
/* URLs and addresses that a stranger chose. What is let through must mean the same to libcurl,
 * which will call it; no address may be judged public that one of the private ranges holds. */
#include "hooks/ssrf.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
must (gboolean holds)
{
  if (!holds)
    abort ();
}

/* The URL as libcurl understands it. */
static void
compare (const char *url, const ParlorTarget *target)
{
  char *host = NULL, *port = NULL, *user = NULL;
  CURLU *other = curl_url ();
  must (curl_url_set (other, CURLUPART_URL, url, 0) == CURLUE_OK);
  must (curl_url_get (other, CURLUPART_HOST, &host, 0) == CURLUE_OK);
  must (curl_url_get (other, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK);
  must (curl_url_get (other, CURLUPART_USER, &user, 0) == CURLUE_NO_USER);
  g_autofree char *bare = *host == '[' ? g_strndup (host + 1, strlen (host) - 2) : g_strdup (host);
  struct in6_addr a, b;
  if (strchr (target->host, ':'))
    must (inet_pton (AF_INET6, target->host, &a) == 1 && inet_pton (AF_INET6, bare, &b) == 1
          && !memcmp (&a, &b, sizeof a));
  else
    must (!g_ascii_strcasecmp (bare, target->host));
  must (atoi (port) == target->port);
  curl_free (host);
  curl_free (port);
  curl_url_cleanup (other);
}

static gboolean
is_private4 (guint32 a)
{
  return a >> 24 == 10 || a >> 24 == 127 || a >> 24 == 0 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8
         || a >> 16 == 0xa9fe || a >> 22 == 0x191 || a >> 28 >= 14;
}

static void
judge (const guint8 *data, size_t size)
{
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  if (size < 16)
    return;
  memcpy (&v4.sin_addr, data, 4);
  memcpy (&v6.sin6_addr, data, 16);
  const char *of4 = parlor_ssrf_judge ((struct sockaddr *)&v4);
  const char *of6 = parlor_ssrf_judge ((struct sockaddr *)&v6);
  must (of4 != NULL || !is_private4 (ntohl (v4.sin_addr.s_addr)));
  must (of6 != NULL || (data[0] & 0xe0) == 0x20
        || !is_private4 (ntohl (((guint32 *)&v6.sin6_addr)[3])));
  struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
  mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
  memcpy (&mapped.sin6_addr.s6_addr[12], data, 4);
  must ((parlor_ssrf_judge ((struct sockaddr *)&mapped) == NULL) == (of4 == NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const char *why = NULL;
  ParlorNet net;
  g_autofree char *text = size ? g_strndup ((const char *)data, size) : g_strdup ("");
  g_autoptr (ParlorTarget) target = parlor_target_new (text, TRUE, &why);
  must ((target == NULL) == (why != NULL));
  if (target)
    compare (text, target);
  parlor_net_parse (text, &net);
  judge (data, size);
  return 0;
}
