/* SPDX-License-Identifier: Apache-2.0 */
/* An address of UDP: IP and port in 18 bytes without holes, so that it can be compared by memcmp
 * and copied by value. IPv4 is kept as v4-mapped IPv6 (RFC 4291 section 2.5.5.2), because the media
 * socket is dual-stack; that makes both forms of an IPv4 address equal. Pure, any thread. */
#pragma once
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

typedef struct
{
  guint8 ip[16]; /* network order; all zero = none */
  guint16 port;  /* host order */
} ParlorAddr;

/* What belongs to the media path of a datagram at our end: who sent it, and which address of ours
 * it came to (its port may be 0 = the media port), which is also the one to answer from. */
typedef struct
{
  ParlorAddr peer;
  ParlorAddr local; /* all zero = unknown, the kernel chooses */
} ParlorTuple;

static inline gboolean
parlor_addr_equal (const ParlorAddr *a, const ParlorAddr *b)
{
  return memcmp (a->ip, b->ip, 16) == 0 && a->port == b->port;
}

static inline gboolean
parlor_tuple_equal (const ParlorTuple *a, const ParlorTuple *b)
{
  return parlor_addr_equal (&a->peer, &b->peer) && parlor_addr_equal (&a->local, &b->local);
}

static inline gboolean
parlor_addr_is_none (const ParlorAddr *addr)
{
  static const guint8 zero[16];
  return memcmp (addr->ip, zero, 16) == 0;
}

static inline gboolean
parlor_addr_is_ipv4 (const ParlorAddr *addr)
{
  static const guint8 mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return memcmp (addr->ip, mapped, 12) == 0;
}

static inline void
parlor_addr_from_in6 (const struct sockaddr_in6 *from, ParlorAddr *addr)
{
  memcpy (addr->ip, &from->sin6_addr, 16);
  addr->port = g_ntohs (from->sin6_port);
}

/* A sockaddr for the dual-stack socket; the scope id is 0. */
static inline void
parlor_addr_to_in6 (const ParlorAddr *addr, struct sockaddr_in6 *to)
{
  memset (to, 0, sizeof *to);
  to->sin6_family = AF_INET6;
  memcpy (&to->sin6_addr, addr->ip, 16);
  to->sin6_port = g_htons (addr->port);
}

/* AF_INET6, or AF_INET for an IPv4 address; returns the length. */
socklen_t parlor_addr_to_native (const ParlorAddr *addr, struct sockaddr_storage *to);
/* "192.0.2.1", "2001:db8::1"; FALSE for anything else (NULL included), *addr untouched then. */
gboolean parlor_addr_parse (const char *ip, guint16 port, ParlorAddr *addr);

#define PARLOR_ADDR_STRING_BYTES 64
/* "192.0.2.1:7900", "[2001:db8::1]:7900"; returns out. */
const char *parlor_addr_to_string (const ParlorAddr *addr, char out[PARLOR_ADDR_STRING_BYTES]);

/* Whom an address stands for: whoever has one IPv6 address has all 2^64 of its network, so that is
 * "2001:db8::" in out; any other text (IPv4, v4-mapped, no address at all) is returned itself. */
const char *parlor_addr_network (const char *address, char out[PARLOR_ADDR_STRING_BYTES]);

/* By address alone, both families. Unspecified: 0.0.0.0, :: and none. No address is two of these.
 */
gboolean parlor_addr_is_unspecified (const ParlorAddr *addr);
gboolean parlor_addr_is_loopback (const ParlorAddr *addr);
gboolean parlor_addr_is_link_local (const ParlorAddr *addr);
