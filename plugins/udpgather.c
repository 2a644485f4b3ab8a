/* SPDX-License-Identifier: Apache-2.0 */
#include "udpgather.h"

/* Messages a wake-up from which on gathering pays; a small room never waits for that. */
#define MIN_FAN_OUT 20
/* A frame's packets arrive within some hundred microseconds of each other. */
#define OPEN_FRAME_US 300
/* Less is audio, or the end of a frame whose marker the publisher did not set. */
#define OPEN_FRAME_MIN_BYTES 600

/* Of a group (UDP GRO) the last one. */
static const guint8 *
last_packet (const guint8 *memory, const ParlorDatagram *datagram)
{
  guint32 behind = 0;
  if (datagram->segment_bytes > 0 && datagram->length > 0)
    behind = (datagram->length - 1) / datagram->segment_bytes * datagram->segment_bytes;
  return memory + datagram->offset + behind;
}

/* A full RTP packet without the marker: more of the same frame is right behind it. Both stand in
   the clear (RFC 3550 section 5.1, RFC 3711 section 3.1). */
static gboolean
is_frame_open (const guint8 *memory, const ParlorBatchMeta *meta)
{
  const ParlorDatagram *last = &meta->datagrams[meta->n_datagrams - 1];
  const guint8 *bytes = last_packet (memory, last);
  return last->length >= OPEN_FRAME_MIN_BYTES && bytes[0] >> 6 == 2 && !(bytes[1] & 0x80);
}

void
parlor_udp_gather_look (ParlorUdpGather *self, const guint8 *memory, const ParlorBatchMeta *meta)
{
  self->frame_open = meta->n_datagrams > 0 && is_frame_open (memory, meta);
}

guint
parlor_udp_gather_rest_us (const ParlorUdpGather *self)
{
  return self->frame_open ? MIN (OPEN_FRAME_US, self->gather_us) : 0;
}

guint
parlor_udp_gather_after_wake_us (ParlorUdpGather *self, guint64 messages_out)
{
  guint64 sent = messages_out - self->messages_seen;
  self->messages_seen = messages_out;
  /* About the last eight wake-ups that led to something: feedback alone says nothing of it. */
  if (sent > 0)
    self->fan_out_x16 = (self->fan_out_x16 * 7 + sent * 16) / 8;
  return self->fan_out_x16 / 16 >= MIN_FAN_OUT ? self->gather_us : 0;
}
