/* SPDX-License-Identifier: Apache-2.0 */
/* A network address translator that changes UDP ports of IPv4 packets, and forgets them when told
 * (a rebind): the next packet of a flow then leaves from another port, and what still comes to the
 * old one is lost. Before the first rebind ports are left as they are. Pure. Other packets (TCP,
 * IPv6, fragments) pass untouched. Works in place and keeps the checksums right (RFC 1624). */
#pragma once
#include <glib.h>

typedef struct _RelayNat RelayNat;

RelayNat *relay_nat_new (void);
void relay_nat_free (RelayNat *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayNat, relay_nat_free)

void relay_nat_rebind (RelayNat *self);
/* On the way out: the source port. */
void relay_nat_up (RelayNat *self, guint8 *packet, gsize size);
/* On the way back: the destination port. FALSE = nobody has that port (any more): lost. */
gboolean relay_nat_down (RelayNat *self, guint8 *packet, gsize size);

/* What a UDP packet carries, by its first byte (RFC 9443). */
typedef enum
{
  RELAY_OTHER,
  RELAY_CHECK, /* a STUN Binding request */
  RELAY_MEDIA, /* RTP or RTCP */
} RelayKind;
RelayKind relay_kind_of (const guint8 *packet, gsize size);
