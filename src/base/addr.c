/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include "base/bytes.h"

#include <arpa/inet.h>

socklen_t
parlor_addr_to_native (const ParlorAddr *addr, struct sockaddr_storage *to)
{
  memset (to, 0, sizeof *to);
  if (!parlor_addr_is_ipv4 (addr))
    {
      parlor_addr_to_in6 (addr, (struct sockaddr_in6 *)to);
      return sizeof (struct sockaddr_in6);
    }
  struct sockaddr_in *in = (struct sockaddr_in *)to;
  in->sin_family = AF_INET;
  in->sin_port = g_htons (addr->port);
  memcpy (&in->sin_addr, addr->ip + 12, 4);
  return sizeof *in;
}

gboolean
parlor_addr_parse (const char *ip, guint16 port, ParlorAddr *addr)
{
  guint8 bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!ip || (inet_pton (AF_INET, ip, bytes + 12) != 1 && inet_pton (AF_INET6, ip, bytes) != 1))
    return FALSE;
  memcpy (addr->ip, bytes, 16);
  addr->port = port;
  return TRUE;
}

const char *
parlor_addr_to_string (const ParlorAddr *addr, char out[PARLOR_ADDR_STRING_BYTES])
{
  char ip[INET6_ADDRSTRLEN];
  gboolean v4 = parlor_addr_is_ipv4 (addr);
  inet_ntop (v4 ? AF_INET : AF_INET6, v4 ? addr->ip + 12 : addr->ip, ip, sizeof ip);
  g_snprintf (out, PARLOR_ADDR_STRING_BYTES, v4 ? "%s:%u" : "[%s]:%u", ip, addr->port);
  return out;
}

/* Does the address lie in net/bits (IPv4, host order)? */
static gboolean
in_v4_net (const ParlorAddr *addr, guint32 net, guint bits)
{
  return parlor_addr_is_ipv4 (addr) && (parlor_get_u32 (addr->ip + 12) ^ net) >> (32 - bits) == 0;
}

gboolean
parlor_addr_is_unspecified (const ParlorAddr *addr)
{
  return parlor_addr_is_none (addr) || in_v4_net (addr, 0, 32);
}

gboolean
parlor_addr_is_loopback (const ParlorAddr *addr)
{
  static const guint8 one[16] = {[15] = 1};
  return in_v4_net (addr, 0x7f000000, 8) || memcmp (addr->ip, one, 16) == 0;
}

gboolean
parlor_addr_is_link_local (const ParlorAddr *addr)
{
  return in_v4_net (addr, 0xa9fe0000, 16) || (addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80);
}

const char *
parlor_addr_network (const char *address, char out[PARLOR_ADDR_STRING_BYTES])
{
  struct in6_addr in6;
  if (inet_pton (AF_INET6, address, &in6) != 1 || IN6_IS_ADDR_V4MAPPED (&in6))
    return address;
  memset (in6.s6_addr + 8, 0, 8);
  return inet_ntop (AF_INET6, &in6, out, PARLOR_ADDR_STRING_BYTES);
}
