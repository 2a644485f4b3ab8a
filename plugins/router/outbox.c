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

static gboolean
is_to (const ParlorDatagram *datagram, const ParlorTuple *tuple)
{
  struct sockaddr_in6 peer;

  parlor_addr_to_in6 (&tuple->peer, &peer);
  return peer.sin6_port == datagram->peer.sin6_port
         && memcmp (&peer.sin6_addr, &datagram->peer.sin6_addr, sizeof peer.sin6_addr) == 0
         && memcmp (&datagram->local, tuple->local.ip, sizeof datagram->local) == 0;
}

gboolean
parlor_outbox_append (ParlorOutbox *self, const ParlorTuple *tuple, const guint8 *bytes,
                      gsize length)
{
  ParlorDatagram *last = self->n_datagrams > 0 ? &self->datagrams[self->n_datagrams - 1] : NULL;
  guint32 part, whole;

  if (last == NULL || length == 0)
    return FALSE;
  part = last->segment_bytes > 0 ? last->segment_bytes : last->length;
  whole = last->length + (guint32)length;
  if (length > part || last->length % part != 0 || last->length / part >= PARLOR_GSO_MAX_SEGMENTS
      || whole > PARLOR_MESSAGE_MAX_BYTES || last->offset + whole > self->capacity
      || !is_to (last, tuple))
    return FALSE;
  memcpy (self->arena + last->offset + last->length, bytes, length);
  last->segment_bytes = (guint16)part;
  last->length = whole;
  self->n_pkts++;
  self->used = (last->offset + whole + 63) & ~(gsize)63;
  return TRUE;
}
