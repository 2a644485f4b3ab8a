/* SPDX-License-Identifier: Apache-2.0 */
#include "media/candidates.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/addr.h"

#define HIGHEST_PREFERENCE 65535

static gboolean
has_address (const ParlorCandidates *self, const char *text)
{
  for (guint i = 0; i < self->n; i++)
    if (strcmp (self->candidates[i].address, text) == 0)
      return TRUE;
  return FALSE;
}

static void
add (ParlorCandidates *self, const char *text, guint16 port)
{
  ParlorSdpCandidate *candidate;
  if (self->n == PARLOR_MAX_CANDIDATES || has_address (self, text))
    return;
  candidate = &self->candidates[self->n];
  *candidate = (ParlorSdpCandidate){
      .component = 1, .port = port, .type = PARLOR_SDP_CANDIDATE_HOST};
  candidate->priority = parlor_sdp_candidate_priority (PARLOR_SDP_CANDIDATE_HOST,
                                                       (guint16)(HIGHEST_PREFERENCE - self->n));
  g_strlcpy (candidate->address, text, sizeof candidate->address);
  self->n++;
}

/* FALSE: not an address that a peer could use. */
static gboolean
read_address (const struct ifaddrs *entry, ParlorAddr *addr, char text[INET6_ADDRSTRLEN])
{
  const void *bytes;
  if (entry->ifa_addr == NULL || !(entry->ifa_flags & IFF_UP))
    return FALSE;
  if (entry->ifa_addr->sa_family == AF_INET)
    bytes = &((const struct sockaddr_in *)entry->ifa_addr)->sin_addr;
  else if (entry->ifa_addr->sa_family == AF_INET6)
    bytes = &((const struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr;
  else
    return FALSE;
  return inet_ntop (entry->ifa_addr->sa_family, bytes, text, INET6_ADDRSTRLEN) != NULL
         && parlor_addr_parse (text, 0, addr) && !parlor_addr_is_link_local (addr)
         && !parlor_addr_is_unspecified (addr);
}

static guint
add_interfaces (ParlorCandidates *self, const struct ifaddrs *list, guint16 port, gboolean loopback)
{
  guint n_before = self->n;
  for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next)
    {
      char text[INET6_ADDRSTRLEN];
      ParlorAddr addr;
      if (read_address (entry, &addr, text) && parlor_addr_is_loopback (&addr) == loopback)
        add (self, text, port);
    }
  return self->n - n_before;
}

static void
add_all_interfaces (ParlorCandidates *self, guint16 port)
{
  struct ifaddrs *list = NULL;
  if (getifaddrs (&list) != 0)
    return;
  add_interfaces (self, list, port, FALSE);
  self->is_loopback_alone = self->n == 0;
  add_interfaces (self, list, port, TRUE);
  freeifaddrs (list);
}

void
parlor_candidates_collect (ParlorCandidates *self, const char *const *announce,
                           const char *bind_address, guint16 port)
{
  ParlorAddr bound;
  memset (self, 0, sizeof *self);
  for (guint i = 0; announce != NULL && announce[i] != NULL; i++)
    add (self, announce[i], port);
  if (bind_address == NULL || !parlor_addr_parse (bind_address, 0, &bound)
      || parlor_addr_is_unspecified (&bound))
    {
      add_all_interfaces (self, port);
      return;
    }
  self->is_loopback_alone = self->n == 0 && parlor_addr_is_loopback (&bound);
  add (self, bind_address, port);
}

void
parlor_candidates_add_tcp (ParlorCandidates *self, guint16 port)
{
  guint n_udp = self->n;
  for (guint i = 0; i < n_udp && self->n < PARLOR_MAX_CANDIDATES; i++)
    {
      ParlorSdpCandidate *candidate = &self->candidates[self->n++];
      *candidate = self->candidates[i];
      candidate->tcp = TRUE;
      candidate->port = port;
      candidate->priority = parlor_sdp_candidate_tcp_priority ((guint16)(8191 - i));
    }
}
