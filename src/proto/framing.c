/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/framing.h"

#include <string.h>

#include "base/bytes.h"

void
parlor_frame_reader_init (ParlorFrameReader *self)
{
  self->begin = self->end = 0;
  self->broken = FALSE;
}

guint8 *
parlor_frame_reader_room (ParlorFrameReader *self, gsize *room)
{
  memmove (self->bytes, self->bytes + self->begin, self->end - self->begin);
  self->end -= self->begin;
  self->begin = 0;
  *room = sizeof self->bytes - self->end;
  return self->bytes + self->end;
}

void
parlor_frame_reader_add (ParlorFrameReader *self, gsize n)
{
  g_return_if_fail (n <= sizeof self->bytes - self->end);
  self->end += n;
}

gboolean
parlor_frame_reader_next (ParlorFrameReader *self, const guint8 **packet, gsize *length)
{
  const guint8 *at = self->bytes + self->begin;
  gsize there = self->end - self->begin;
  if (self->broken || there < PARLOR_FRAME_HEADER_BYTES)
    return FALSE;
  *length = parlor_get_u16 (at);
  self->broken = *length == 0 || *length > PARLOR_FRAME_MAX_BYTES;
  if (self->broken || there < PARLOR_FRAME_HEADER_BYTES + *length)
    return FALSE;
  *packet = at + PARLOR_FRAME_HEADER_BYTES;
  self->begin += PARLOR_FRAME_HEADER_BYTES + *length;
  return TRUE;
}

/* --- Out ------------------------------------------------------------------------------------ */

/* What is handed to the kernel in one call: whole frames, which cannot be dropped any more. */
#define BATCH_BYTES ((gsize)(4 * PARLOR_FRAME_MAX_BYTES))

struct _ParlorFrameQueue
{
  gsize capacity, head, used; /* of the ring, which holds whole frames alone */
  gsize batch_length, batch_sent;
  guint8 batch[BATCH_BYTES];
  guint8 ring[];
};

ParlorFrameQueue *
parlor_frame_queue_new (gsize capacity)
{
  g_return_val_if_fail (capacity >= 8 * PARLOR_FRAME_MAX_BYTES, NULL);
  ParlorFrameQueue *self = g_malloc (sizeof *self + capacity);
  self->capacity = capacity;
  self->head = self->used = self->batch_length = self->batch_sent = 0;
  return self;
}

void
parlor_frame_queue_free (ParlorFrameQueue *self)
{
  g_free (self);
}

static void
ring_put (ParlorFrameQueue *self, const guint8 *bytes, gsize n)
{
  gsize at = (self->head + self->used) % self->capacity;
  gsize first = MIN (n, self->capacity - at);
  memcpy (self->ring + at, bytes, first);
  memcpy (self->ring, bytes + first, n - first);
  self->used += n;
}

static gsize
ring_first (const ParlorFrameQueue *self)
{
  guint high = self->ring[self->head], low = self->ring[(self->head + 1) % self->capacity];
  return PARLOR_FRAME_HEADER_BYTES + (high << 8 | low);
}

static void
ring_skip (ParlorFrameQueue *self, gsize n)
{
  self->head = (self->head + n) % self->capacity;
  self->used -= n;
}

static void
ring_take (ParlorFrameQueue *self, guint8 *out, gsize n)
{
  gsize first = MIN (n, self->capacity - self->head);
  memcpy (out, self->ring + self->head, first);
  memcpy (out + first, self->ring, n - first);
  ring_skip (self, n);
}

guint
parlor_frame_queue_push (ParlorFrameQueue *self, const guint8 *packet, gsize length)
{
  guint8 header[PARLOR_FRAME_HEADER_BYTES];
  guint n_dropped = 0;
  if (length == 0 || length > PARLOR_FRAME_MAX_BYTES)
    return 1;
  while (self->capacity - self->used < length + sizeof header)
    {
      ring_skip (self, ring_first (self));
      n_dropped++;
    }
  parlor_put_u16 (header, (guint16)length);
  ring_put (self, header, sizeof header);
  ring_put (self, packet, length);
  return n_dropped;
}

gsize
parlor_frame_queue_peek (ParlorFrameQueue *self, const guint8 **bytes)
{
  if (self->batch_sent == self->batch_length)
    {
      self->batch_sent = self->batch_length = 0;
      while (self->used > 0 && self->batch_length + ring_first (self) <= BATCH_BYTES)
        {
          gsize n = ring_first (self);
          ring_take (self, self->batch + self->batch_length, n);
          self->batch_length += n;
        }
    }
  *bytes = self->batch + self->batch_sent;
  return self->batch_length - self->batch_sent;
}

void
parlor_frame_queue_sent (ParlorFrameQueue *self, gsize n)
{
  g_return_if_fail (n <= self->batch_length - self->batch_sent);
  self->batch_sent += n;
}

gsize
parlor_frame_queue_bytes (const ParlorFrameQueue *self)
{
  return self->used + self->batch_length - self->batch_sent;
}
