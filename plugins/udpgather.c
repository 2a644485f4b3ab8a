/* SPDX-License-Identifier: Apache-2.0 */
#include "udpgather.h"

/* Messages a wake-up from which on gathering pays; a small room never waits for that. */
#define MIN_FAN_OUT 20
/* How busy a worker is when it begins to wait, and when it waits as long as it may. A wait saves
   CPU that nobody misses while the worker sleeps anyway, and delays what could have gone at once.
 */
#define IDLE_PERCENT 40
#define BUSY_PERCENT 75
/* Where packets of many rooms come one by one, each would wake the worker: the socket is not read
   twice in this time. */
#define SPACING_US 600
/* Of looking how busy it is: three frames. */
#define WINDOW_US 100000
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

void
parlor_udp_gather_slept (ParlorUdpGather *self, gint64 from_us, gint64 now_us)
{
  gint64 span_us = now_us - self->window_us;
  if (self->window_us == 0 || span_us < 0)
    {
      self->window_us = now_us;
      self->slept_us = 0;
      return;
    }
  self->slept_us += MAX (now_us - from_us, 0);
  if (span_us < WINDOW_US)
    return;
  guint percent = (guint)(100 - MIN (self->slept_us, span_us) * 100 / span_us);
  self->busy_percent = (self->busy_percent + percent) / 2;
  self->window_us = now_us;
  self->slept_us = 0;
}

static guint
by_load (const ParlorUdpGather *self)
{
  guint above = CLAMP (self->busy_percent, IDLE_PERCENT, BUSY_PERCENT) - IDLE_PERCENT;
  return self->gather_us * above / (BUSY_PERCENT - IDLE_PERCENT);
}

static guint
spacing (const ParlorUdpGather *self, gint64 now_us)
{
  gint64 rest_us = self->read_us + SPACING_US - now_us;
  return self->read_us != 0 && rest_us > 0 ? (guint)MIN (rest_us, self->gather_us) : 0;
}

guint
parlor_udp_gather_after_wake_us (ParlorUdpGather *self, guint64 messages_out, gint64 now_us)
{
  guint wait_us = spacing (self, now_us);
  guint64 sent = messages_out - self->messages_seen;
  self->messages_seen = messages_out;
  /* About the last eight wake-ups that led to something: feedback alone says nothing of it. */
  if (sent > 0)
    self->fan_out_x16 = (self->fan_out_x16 * 7 + sent * 16) / 8;
  if (self->fan_out_x16 / 16 >= MIN_FAN_OUT)
    wait_us = MAX (wait_us, by_load (self));
  self->read_us = now_us + wait_us;
  return wait_us;
}
