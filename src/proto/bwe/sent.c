/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/sent.h"
#include <string.h>
#include "base/seq.h"
#include "base/time.h"

enum
{
  BIT_USED = 1 << 0,
  BIT_RECEIVED = 1 << 1,
  BIT_LOST = 1 << 2,
  BIT_PADDING = 1 << 3,
};

static ParlorBweSentSlot *
slot_of (ParlorBweSent *self, gint64 number)
{
  return &self->ring[number & self->mask];
}

/* Slots are forgotten after seconds, so the lower half of the time is enough. */
static gint64
slot_time (const ParlorBweSent *self, const ParlorBweSentSlot *slot)
{
  return self->last_us - (guint32)((guint32)self->last_us - slot->sent_us);
}

void
parlor_bwe_sent_init (ParlorBweSent *self)
{
  *self = (ParlorBweSent){.mask = PARLOR_BWE_SENT_RING_MIN - 1};
}

void
parlor_bwe_sent_clear (ParlorBweSent *self)
{
  g_clear_pointer (&self->ring, g_free);
}

void
parlor_bwe_sent_forget (ParlorBweSent *self)
{
  if (self->ring != NULL)
    memset (self->ring, 0, (gsize)(self->mask + 1) * sizeof *self->ring);
  self->oldest = self->unacked = self->highest + 1;
  self->flight_bytes = 0;
}

/* Everything below `number` has left the path. */
static void
leave_flight (ParlorBweSent *self, gint64 number)
{
  for (; self->unacked < number; self->unacked++)
    self->flight_bytes -= slot_of (self, self->unacked)->bytes;
}

static void
forget_oldest (ParlorBweSent *self)
{
  leave_flight (self, self->oldest + 1);
  *slot_of (self, self->oldest++) = (ParlorBweSentSlot){0};
}

/* FALSE: it is as large as it may be. */
static gboolean
grow (ParlorBweSent *self)
{
  gint64 mask = 2 * self->mask + 1;
  ParlorBweSentSlot *ring;

  if (mask >= PARLOR_BWE_SENT_RING)
    return FALSE;
  ring = g_new0 (ParlorBweSentSlot, (gsize)mask + 1);
  for (gint64 number = self->oldest; number <= self->highest; number++)
    ring[number & mask] = *slot_of (self, number);
  g_free (self->ring);
  self->ring = ring;
  self->mask = mask;
  return TRUE;
}

/* Is the oldest worth its slot? A jump of the numbers is not worth a larger ring. */
static gboolean
may_be_told_of (const ParlorBweSent *self, const ParlorBweSentSlot *slot, gint64 now_us)
{
  return self->oldest >= self->unacked
         || now_us - slot_time (self, slot) <= PARLOR_BWE_SENT_LATE_US;
}

static void
make_room (ParlorBweSent *self, gint64 number, gint64 now_us)
{
  while (self->oldest <= self->highest)
    {
      const ParlorBweSentSlot *slot = slot_of (self, self->oldest);

      if ((slot->bits & BIT_USED) != 0 && now_us - slot_time (self, slot) <= PARLOR_BWE_SENT_AGE_US)
        {
          if (number - self->oldest <= self->mask)
            return;
          if (number - self->oldest < PARLOR_BWE_SENT_RING && may_be_told_of (self, slot, now_us)
              && grow (self))
            continue;
        }
      forget_oldest (self);
    }
}

gboolean
parlor_bwe_sent_push (ParlorBweSent *self, guint16 seq, guint bytes, guint8 cluster,
                      gboolean padding, gint64 now_us)
{
  gint64 number = self->highest + parlor_seq16_diff (seq, (guint16)self->highest);

  if (!self->started)
    {
      number = (gint64)seq + 0x10000;
      self->oldest = self->unacked = number;
      self->started = TRUE;
      self->ring = g_new0 (ParlorBweSentSlot, PARLOR_BWE_SENT_RING_MIN);
    }
  else if (number <= self->highest)
    return FALSE;
  else
    make_room (self, number, now_us);
  if (self->oldest > self->highest) /* empty: numbers jumped over are not there */
    self->oldest = self->unacked = number;
  *slot_of (self, number) = (ParlorBweSentSlot){
      .sent_us = (guint32)now_us,
      .bytes = (guint16)MIN (bytes, G_MAXUINT16),
      .cluster = cluster,
      .bits = (guint8)(BIT_USED | (padding ? BIT_PADDING : 0)),
  };
  self->flight_bytes += MIN (bytes, G_MAXUINT16);
  self->highest = number;
  self->last_us = now_us;
  return TRUE;
}

ParlorBweTold
parlor_bwe_sent_tell (ParlorBweSent *self, guint16 seq, gboolean received,
                      ParlorBweSentPacket *packet)
{
  gint64 number = self->highest + parlor_seq16_diff (seq, (guint16)self->highest);
  ParlorBweSentSlot *slot;
  guint8 was;

  if (!self->started || number > self->highest || number < self->oldest)
    return PARLOR_BWE_TOLD_UNKNOWN;
  slot = slot_of (self, number);
  if ((slot->bits & BIT_USED) == 0)
    return PARLOR_BWE_TOLD_UNKNOWN;
  *packet = (ParlorBweSentPacket){slot_time (self, slot), slot->bytes, slot->cluster,
                                  (slot->bits & BIT_PADDING) != 0};
  if (received)
    leave_flight (self, number + 1);
  was = slot->bits & (BIT_RECEIVED | BIT_LOST);
  slot->bits |= received ? BIT_RECEIVED : BIT_LOST;
  if (was == 0)
    return PARLOR_BWE_TOLD_NEW;
  return received && (was & BIT_RECEIVED) == 0 ? PARLOR_BWE_TOLD_LATE : PARLOR_BWE_TOLD_AGAIN;
}

gint64
parlor_bwe_sent_oldest_flight_us (ParlorBweSent *self)
{
  for (gint64 number = self->unacked; number <= self->highest; number++)
    if ((slot_of (self, number)->bits & BIT_USED) != 0)
      return slot_time (self, slot_of (self, number));
  return PARLOR_NEVER_US;
}

guint
parlor_bwe_sent_flight_before (ParlorBweSent *self, gint64 before_us, guint enough)
{
  guint bytes = 0;

  for (gint64 number = self->unacked; self->started && number <= self->highest && bytes < enough;
       number++)
    {
      const ParlorBweSentSlot *slot = slot_of (self, number);

      if ((slot->bits & BIT_USED) == 0)
        continue;
      if (slot_time (self, slot) >= before_us)
        break;
      bytes += slot->bytes;
    }
  return MIN (bytes, enough);
}
