/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which addresses the server may be made to call by a URL that a brand configured: public unicast
 * only. Everything of the IANA special-purpose registries (RFC 6890 and its updates) is refused:
 * loopback, private, CGNAT, link-local (cloud metadata), documentation, benchmarking, multicast,
 * broadcast, unique-local, and IPv6 addresses that carry an IPv4 one (mapped, compatible, NAT64,
 * 6to4, Teredo, ISATAP), which are judged by what they carry or refused. Pure, any thread.
 */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/** NULL = may be called; else why not, one word, static: "loopback", "private", … */
const char *parlor_ssrf_judge (const struct sockaddr *address);

/** One network "10.0.0.0/8", "fd00::/8", "127.0.0.1" that a configuration lets through. */
typedef struct
{
  int family; /**< AF_INET or AF_INET6 */
  guint8 bytes[16];
  guint bits;
} ParlorNet;

/** FALSE = not a network. */
gboolean parlor_net_parse (const char *text, ParlorNet *net);
gboolean parlor_net_holds (const ParlorNet *net, const struct sockaddr *address);

typedef struct
{
  char *scheme; /**< "https" or "http" */
  char *host;   /**< without brackets */
  guint16 port;
} ParlorTarget;

/**
 * Takes a URL apart that somebody wants called. Refused (NULL back, `*why` static): another scheme,
 * http unless `plain`, user or password in it, a fragment, no host, blanks or control characters,
 * longer than 2,000 bytes, port 0; a host that is a number in another writing than the usual
 * (0x7f.1, 2130706433), which resolvers read as an IPv4 address.
 */
ParlorTarget *parlor_target_new (const char *url, gboolean plain, const char **why);
void parlor_target_free (ParlorTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTarget, parlor_target_free)

G_END_DECLS
