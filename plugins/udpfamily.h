/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Names between batches, which know IPv6 with IPv4 mapped into it (RFC 4291 section 2.5.5.2), and a
 * socket of IPv4 alone. Thread: any.
 */
#pragma once

#include <netinet/in.h>
#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

static inline struct in6_addr
parlor_udp_mapped (struct in_addr ip)
{
  struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
  memcpy (mapped.s6_addr + 12, &ip, sizeof ip);
  return mapped;
}

/** The last four bytes, whatever stands before them. */
static inline struct in_addr
parlor_udp_unmapped (const struct in6_addr *ip)
{
  struct in_addr unmapped;
  memcpy (&unmapped, ip->s6_addr + 12, sizeof unmapped);
  return unmapped;
}

/** `from`: the room of an IPv6 name with a sockaddr_in in it, as the kernel left it. */
static inline struct sockaddr_in6
parlor_udp_to_in6 (const struct sockaddr_in6 *from)
{
  struct sockaddr_in name;
  memcpy (&name, from, sizeof name);
  return (struct sockaddr_in6){.sin6_family = AF_INET6,
                               .sin6_port = name.sin_port,
                               .sin6_addr = parlor_udp_mapped (name.sin_addr)};
}

/** Of a mapped address. */
static inline struct sockaddr_in
parlor_udp_to_in (const struct sockaddr_in6 *from)
{
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = from->sin6_port,
                              .sin_addr = parlor_udp_unmapped (&from->sin6_addr)};
}

G_END_DECLS
