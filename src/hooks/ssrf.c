/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ssrf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define URL_MAX 2000

typedef struct
{
  guint8 bytes[16];
  guint bits;
  const char *why;
} Range;

/* IANA IPv4 Special-Purpose Address Registry. */
static const Range ranges4[] = {
    {{0}, 8, "unspecified"},
    {{10}, 8, "private"},
    {{100, 64}, 10, "shared"},
    {{127}, 8, "loopback"},
    {{169, 254}, 16, "link_local"},
    {{172, 16}, 12, "private"},
    {{192, 0, 0}, 24, "special"},
    {{192, 0, 2}, 24, "documentation"},
    {{192, 31, 196}, 24, "special"},
    {{192, 52, 193}, 24, "special"},
    {{192, 88, 99}, 24, "special"},
    {{192, 168}, 16, "private"},
    {{192, 175, 48}, 24, "special"},
    {{198, 18}, 15, "special"},
    {{198, 51, 100}, 24, "documentation"},
    {{203, 0, 113}, 24, "documentation"},
    {{224}, 4, "multicast"},
    {{240}, 4, "reserved"},
};

/* What of 2000::/3 is not public; everything outside 2000::/3 is refused below, but NAT64. */
static const Range ranges6[] = {
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    {{0x20, 0x01}, 23, "special"}, /* Teredo, ORCHID, benchmarking, AS112 … */
    {{0x20, 0x02}, 16, "special"}, /* 6to4 */
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48, "special"},
    {{0x3f, 0xff}, 20, "documentation"},
};

static gboolean
starts_with (const guint8 *address, const guint8 *prefix, guint bits)
{
  guint whole = bits / 8, rest = bits % 8;
  if (memcmp (address, prefix, whole))
    return FALSE;
  return !rest || !((address[whole] ^ prefix[whole]) >> (8 - rest));
}

static const char *
find (const Range *ranges, guint n, const guint8 *address)
{
  for (guint i = 0; i < n; i++)
    if (starts_with (address, ranges[i].bytes, ranges[i].bits))
      return ranges[i].why;
  return NULL;
}

static const char *
judge4 (const guint8 *address)
{
  return find (ranges4, G_N_ELEMENTS (ranges4), address);
}

static const char *
judge6 (const guint8 *address)
{
  static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
  static const guint8 nat64[12] = {0x00, 0x64, 0xff, 0x9b};
  static const guint8 isatap[4] = {0x00, 0x00, 0x5e, 0xfe};
  if (!memcmp (address, mapped, sizeof mapped) || !memcmp (address, nat64, sizeof nat64))
    return judge4 (address + 12);
  if ((address[0] & 0xe0) != 0x20)
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80 ? "link_local"
           : (address[0] & 0xfe) == 0xfc                     ? "private"
           : address[0] == 0xff                              ? "multicast"
           : !memcmp (address, &in6addr_loopback, 16)        ? "loopback"
                                                             : "reserved";
  /* ISATAP carries an IPv4 address in its interface identifier: 0000:5efe or 0200:5efe. */
  if ((address[8] & 0xfd) == 0 && !memcmp (address + 9, isatap + 1, 3))
    return "special";
  return find (ranges6, G_N_ELEMENTS (ranges6), address);
}

/* NULL = of no family we know. */
static const guint8 *
bytes_of (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return (const guint8 *)&((const struct sockaddr_in *)address)->sin_addr;
  if (address->sa_family == AF_INET6)
    return (const guint8 *)&((const struct sockaddr_in6 *)address)->sin6_addr;
  return NULL;
}

const char *
parlor_ssrf_judge (const struct sockaddr *address)
{
  const guint8 *bytes = bytes_of (address);
  if (!bytes)
    return "unknown";
  return address->sa_family == AF_INET ? judge4 (bytes) : judge6 (bytes);
}

gboolean
parlor_net_parse (const char *text, ParlorNet *net)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 3);
  *net = (ParlorNet){0};
  if (!parts[0] || (parts[1] && parts[2]))
    return FALSE;
  net->family = strchr (parts[0], ':') ? AF_INET6 : AF_INET;
  guint64 bits = net->family == AF_INET ? 32 : 128;
  if (inet_pton (net->family, parts[0], net->bytes) != 1
      || (parts[1] && !g_ascii_string_to_unsigned (parts[1], 10, 0, bits, &bits, NULL)))
    return FALSE;
  net->bits = (guint)bits;
  return TRUE;
}

gboolean
parlor_net_holds (const ParlorNet *net, const struct sockaddr *address)
{
  const guint8 *bytes = bytes_of (address);
  return bytes && address->sa_family == net->family && starts_with (bytes, net->bytes, net->bits);
}

/* A host whose last label begins with a digit is an IPv4 address or nothing (the URL standard's
 * "ends in a number"); resolvers also read hexadecimal and octal numbers, and fewer than four. */
static gboolean
is_odd_number (const char *host)
{
  struct in_addr usual;
  g_autofree char *trimmed = g_strdup (host);
  if (*trimmed && trimmed[strlen (trimmed) - 1] == '.')
    trimmed[strlen (trimmed) - 1] = 0;
  const char *last = strrchr (trimmed, '.');
  last = last ? last + 1 : trimmed;
  return g_ascii_isdigit (*last) && inet_pton (AF_INET, host, &usual) != 1;
}

static gboolean
is_host (const char *host)
{
  struct in6_addr usual;
  if (strchr (host, ':'))
    return inet_pton (AF_INET6, host, &usual) == 1;
  for (const char *c = host; *c; c++)
    if (!g_ascii_isalnum (*c) && !strchr (".-_", *c))
      return FALSE;
  return *host && strlen (host) <= 253 && *host != '.' && !strstr (host, "..")
         && !is_odd_number (host);
}

static gboolean
has_odd_bytes (const char *url)
{
  for (const char *c = url; *c; c++)
    if ((guchar)*c <= ' ' || (guchar)*c >= 0x7f || strchr ("\\\"<>^`{|}", *c))
      return TRUE;
  return FALSE;
}

/* "[v6]:port" or "name:port"; FALSE = neither. `*port` is left where there is none. */
static gboolean
split_authority (const char *text, char **host, guint64 *port)
{
  const char *end = *text == '[' ? strchr (text, ']') : NULL;
  if (*text == '[' && !end)
    return FALSE;
  const char *colon = end ? end + 1 : strchr (text, ':');
  if (end)
    *host = g_strndup (text + 1, (gsize)(end - text - 1));
  else
    *host = colon ? g_strndup (text, (gsize)(colon - text)) : g_strdup (text);
  if (!colon || !*colon)
    return end ? strchr (*host, ':') != NULL : TRUE;
  return *colon == ':' && (!end || strchr (*host, ':'))
         && g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, port, NULL);
}

ParlorTarget *
parlor_target_new (const char *url, gboolean plain, const char **why)
{
  const char *rest = g_str_has_prefix (url, "https://")  ? url + 8
                     : g_str_has_prefix (url, "http://") ? url + 7
                                                         : NULL;
  gboolean tls = rest == url + 8;
  *why = strlen (url) > URL_MAX ? "too long"
         : has_odd_bytes (url)  ? "characters that no URL has"
         : !rest                ? "neither https nor http"
         : !tls && !plain    ? "http instead of https, which only parlord --hook-http lets through"
         : strchr (url, '#') ? "a fragment"
                             : NULL;
  if (*why)
    return NULL;
  g_autofree char *authority = g_strndup (rest, strcspn (rest, "/?"));
  guint64 port = tls ? 443 : 80;
  g_autoptr (ParlorTarget) target = g_new0 (ParlorTarget, 1);
  *why = strchr (authority, '@')                              ? "a user or password in it"
         : !split_authority (authority, &target->host, &port) ? "no host and port"
         : !is_host (target->host)                            ? "no host name or address"
                                                              : NULL;
  if (*why)
    return NULL;
  target->scheme = g_strdup (tls ? "https" : "http");
  target->port = (guint16)port;
  return g_steal_pointer (&target);
}

void
parlor_target_free (ParlorTarget *target)
{
  if (!target)
    return;
  g_free (target->scheme);
  g_free (target->host);
  g_free (target);
}
