/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/history.h"
#include "base/seq.h"
#include <string.h>

#define SLOTS_MIN 64
#define SLOTS_MAX 16384
#define ARENA_STEP 4096

/* Packets lie in the arena one behind the other as they came. begin counts all bytes that were ever
 * written, so a packet is whole as long as no more than the arena's size was written since it
 * began. */
typedef struct
{
  gint64 put_us;
  guint64 begin;
  guint16 seq;
  guint16 size; /* 0 = empty */
} Slot;

struct _ParlorHistory
{
  /* constant after new */
  gint64 max_age_us;
  guint mask;
  gsize arena_size;
  guint8 *arena;

  /* state */
  guint64 written;
  Slot *slots;
};

static guint
round_slots (guint slots)
{
  guint rounded = SLOTS_MIN;
  while (rounded < slots && rounded < SLOTS_MAX)
    rounded *= 2;
  return rounded;
}

ParlorHistory *
parlor_history_new (guint slots, gsize bytes, gint64 max_age_us)
{
  ParlorHistory *self = g_new0 (ParlorHistory, 1);
  self->max_age_us = max_age_us;
  self->mask = round_slots (slots) - 1;
  self->arena_size = MAX ((bytes + ARENA_STEP - 1) / ARENA_STEP, 1) * ARENA_STEP;
  self->arena = g_malloc (self->arena_size);
  self->slots = g_new0 (Slot, self->mask + 1);
  return self;
}

void
parlor_history_free (ParlorHistory *self)
{
  if (!self)
    return;
  g_free (self->arena);
  g_free (self->slots);
  g_free (self);
}

static gboolean
is_held (const ParlorHistory *self, const Slot *slot, gint64 now_us)
{
  return slot->size > 0 && self->written <= slot->begin + self->arena_size
         && now_us - slot->put_us <= self->max_age_us;
}

/* A packet is never split: what is left at the end of the arena is passed over. */
static guint8 *
reserve (ParlorHistory *self, gsize size, guint64 *begin)
{
  gsize at = self->written % self->arena_size;
  if (at + size > self->arena_size)
    self->written += self->arena_size - at;
  *begin = self->written;
  self->written += size;
  return self->arena + *begin % self->arena_size;
}

gboolean
parlor_history_put (ParlorHistory *self, guint16 seq, const guint8 *packet, gsize size,
                    gint64 now_us)
{
  Slot *slot = &self->slots[seq & self->mask];
  if (size == 0 || size > PARLOR_HISTORY_PACKET_MAX || size > self->arena_size)
    return FALSE;
  if (is_held (self, slot, now_us) && !parlor_seq16_newer (seq, slot->seq))
    return FALSE;
  memcpy (reserve (self, size, &slot->begin), packet, size);
  slot->seq = seq;
  slot->size = (guint16)size;
  slot->put_us = now_us;
  return TRUE;
}

const guint8 *
parlor_history_find (const ParlorHistory *self, guint16 seq, gint64 now_us, gsize *size)
{
  const Slot *slot = &self->slots[seq & self->mask];
  if (slot->seq != seq || !is_held (self, slot, now_us))
    return NULL;
  *size = slot->size;
  return self->arena + slot->begin % self->arena_size;
}

void
parlor_history_clear (ParlorHistory *self)
{
  memset (self->slots, 0, (self->mask + 1) * sizeof *self->slots);
}

gsize
parlor_history_memory (const ParlorHistory *self)
{
  return sizeof *self + self->arena_size + (self->mask + 1) * sizeof *self->slots;
}
