/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

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
