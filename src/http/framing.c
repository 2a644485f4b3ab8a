/* SPDX-License-Identifier: Apache-2.0 */
#include "http/framing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* ---- who ------------------------------------------------------------------------------------ */

static gboolean
is_loopback (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return ntohl (((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
  if (address->sa_family != AF_INET6)
    return FALSE;
  const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK (in6) || (IN6_IS_ADDR_V4MAPPED (in6) && in6->s6_addr[12] == 127);
}

static void
print_peer (const struct sockaddr *address, char *text, gsize size)
{
  const void *bytes = NULL;
  if (address->sa_family == AF_INET)
    bytes = &((const struct sockaddr_in *)address)->sin_addr;
  else if (address->sa_family == AF_INET6)
    bytes = &((const struct sockaddr_in6 *)address)->sin6_addr;
  if (!bytes || !inet_ntop (address->sa_family, bytes, text, (socklen_t)size))
    g_strlcpy (text, "unknown", size);
}

/* The last entry was written by our own proxy; everything before it is the client's word. */
static void
take_forwarded (ParlorHttpRequest *request)
{
  struct in6_addr scratch;
  const char *value = parlor_http_header (request, "X-Forwarded-For");
  const char *comma = value ? strrchr (value, ',') : NULL;
  g_autofree char *last = value ? g_strstrip (g_strdup (comma ? comma + 1 : value)) : NULL;
  if (last
      && (inet_pton (AF_INET, last, &scratch) == 1 || inet_pton (AF_INET6, last, &scratch) == 1))
    g_strlcpy (request->peer, last, sizeof request->peer);
}

void
parlor_http_take_peer (ParlorHttpRequest *request, const struct sockaddr *address,
                       gboolean trust_proxy)
{
  g_strlcpy (request->peer, "unknown", sizeof request->peer);
  if (!address)
    return;
  print_peer (address, request->peer, sizeof request->peer);
  request->loopback = is_loopback (address);
  if (trust_proxy)
    take_forwarded (request);
}

/* ---- what ----------------------------------------------------------------------------------- */

/* RFC 9110 section 5.6.2. */
static gboolean
is_token (const char *text)
{
  const char *start = text;
  for (; *text; text++)
    if (!g_ascii_isalnum (*text) && !strchr ("!#$%&'*+-.^_`|~", *text))
      return FALSE;
  return text > start;
}

static gboolean
is_field_value (const char *text)
{
  for (; *text; text++)
    if (((guchar)*text < 0x20 && *text != '\t') || *text == 0x7f)
      return FALSE;
  return TRUE;
}

gboolean
parlor_http_is_header (const char *name, const char *value)
{
  return is_token (name) && is_field_value (value);
}

static guint
count_header (const ParlorHttpRequest *request, const char *name)
{
  guint n = 0;
  for (guint i = 0; i < request->n_headers; i++)
    n += !g_ascii_strcasecmp (request->headers[i].name, name);
  return n;
}

/* Whatever two servers in a row could read as two different messages is refused (RFC 9112 sections
 * 2.2, 3.2, 5.1, 6.3): libmicrohttpd 0.9.75 itself takes the first of two lengths, ignores the
 * length beside chunks, and keeps a name with a space before its colon as another header. */
gboolean
parlor_http_is_ambiguous (const ParlorHttpRequest *request, const char *version)
{
  const char *coding = parlor_http_header (request, "Transfer-Encoding");
  const char *length = parlor_http_header (request, "Content-Length");
  gboolean http11 = !strcmp (version, "HTTP/1.1");
  if (!http11 && strcmp (version, "HTTP/1.0"))
    return TRUE;
  if (count_header (request, "Transfer-Encoding") > 1
      || count_header (request, "Content-Length") > 1 || count_header (request, "Host") != 1)
    return TRUE;
  if (coding && (length || !http11 || g_ascii_strcasecmp (coding, "chunked")))
    return TRUE;
  if (length && (!*length || strspn (length, "0123456789") != strlen (length)))
    return TRUE;
  return request->path[0] != '/' || !is_token (request->method);
}
