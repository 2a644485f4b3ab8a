/* SPDX-License-Identifier: Apache-2.0 */
#include "router/outbox.h"

void
parlor_outbox_commit (ParlorOutbox *self, const ParlorTuple *tuple, gsize length,
                      gsize segment_bytes)
{
  ParlorDatagram *datagram = &self->datagrams[self->n_datagrams++];

  memset (datagram, 0, sizeof *datagram);
  datagram->offset = (guint32)self->used;
  datagram->length = (guint32)length;
  datagram->segment_bytes = segment_bytes < length ? (guint16)segment_bytes : 0;
  parlor_addr_to_in6 (&tuple->peer, &datagram->peer);
  memcpy (&datagram->local, tuple->local.ip, sizeof datagram->local);
  self->n_pkts += datagram->segment_bytes > 0
                      ? (guint)((length + segment_bytes - 1) / segment_bytes)
                      : 1;
  /* The next message begins on a cache line of its own: two writers of one line cost more than the
   * gap. */
  self->used += (length + 63) & ~(gsize)63;
}
