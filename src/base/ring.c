/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"
#include <string.h>

#define ALIGN 8
#define CAPACITY_MIN 64
#define CAPACITY_MAX ((gsize)1 << 30)
#define CACHE_LINE 64

/* In front of each record. A skip fills the rest of the buffer when a record does not fit in before
 * its end. */
typedef struct
{
  guint32 size;
  guint32 is_skip;
} Head;

struct _ParlorRing
{
  /* constant after new */
  guint8 *bytes;
  gsize mask;
  gboolean many_producers;

  /* producer; head and tail count bytes and never wrap in practice (64 bits) */
  guint8 pad0[CACHE_LINE];
  gsize head;
  gsize tail_seen; /* the producer's last look at tail, to touch its cache line rarely */
  guint64 dropped;
  GMutex mutex;

  /* consumer */
  guint8 pad1[CACHE_LINE];
  gsize tail;
  gsize head_seen;
  gsize current; /* bytes of the record that was peeked, 0 = none */
  guint8 pad2[CACHE_LINE];
};

static gsize
round_capacity (gsize capacity)
{
  gsize rounded = CAPACITY_MIN;
  while (rounded < capacity && rounded < CAPACITY_MAX)
    rounded *= 2;
  return rounded;
}

ParlorRing *
parlor_ring_new (gsize capacity, ParlorRingFlags flags)
{
  ParlorRing *self = g_new0 (ParlorRing, 1);
  capacity = round_capacity (capacity);
  self->bytes = g_malloc (capacity);
  self->mask = capacity - 1;
  self->many_producers = (flags & PARLOR_RING_MANY_PRODUCERS) != 0;
  g_mutex_init (&self->mutex);
  return self;
}

void
parlor_ring_free (ParlorRing *self)
{
  if (!self)
    return;
  g_mutex_clear (&self->mutex);
  g_free (self->bytes);
  g_free (self);
}

/* With n bytes at most half the capacity, a skip (shorter than the record) and the record fit into
 * an empty ring. */
gsize
parlor_ring_record_max (const ParlorRing *self)
{
  return (self->mask + 1) / 2 - sizeof (Head);
}

static gboolean
has_room (ParlorRing *self, gsize need)
{
  gsize capacity = self->mask + 1;
  if (self->head + need - self->tail_seen <= capacity)
    return TRUE;
  self->tail_seen = __atomic_load_n (&self->tail, __ATOMIC_ACQUIRE);
  return self->head + need - self->tail_seen <= capacity;
}

static void
write_head (ParlorRing *self, gsize at, gsize size, gboolean is_skip)
{
  Head head = {(guint32)size, is_skip};
  memcpy (self->bytes + (at & self->mask), &head, sizeof head);
}

static gboolean
push_locked (ParlorRing *self, gconstpointer head, gsize head_size, gconstpointer body,
             gsize body_size)
{
  gsize size = head_size + body_size;
  gsize need = (sizeof (Head) + size + ALIGN - 1) & ~(gsize)(ALIGN - 1);
  gsize to_end = self->mask + 1 - (self->head & self->mask);
  gsize skip = need > to_end ? to_end : 0;
  if (size > parlor_ring_record_max (self) || !has_room (self, skip + need))
    return FALSE;
  if (skip)
    write_head (self, self->head, skip - sizeof (Head), TRUE);
  gsize at = self->head + skip;
  write_head (self, at, size, FALSE);
  guint8 *to = self->bytes + (at & self->mask) + sizeof (Head);
  if (head_size)
    memcpy (to, head, head_size);
  if (body_size)
    memcpy (to + head_size, body, body_size);
  __atomic_store_n (&self->head, at + need, __ATOMIC_RELEASE);
  return TRUE;
}

gboolean
parlor_ring_push2 (ParlorRing *self, gconstpointer head, gsize head_size, gconstpointer body,
                   gsize body_size)
{
  if (self->many_producers)
    g_mutex_lock (&self->mutex);
  gboolean done = push_locked (self, head, head_size, body, body_size);
  if (!done)
    __atomic_store_n (&self->dropped, self->dropped + 1, __ATOMIC_RELAXED);
  if (self->many_producers)
    g_mutex_unlock (&self->mutex);
  return done;
}

gboolean
parlor_ring_push (ParlorRing *self, gconstpointer data, gsize size)
{
  return parlor_ring_push2 (self, data, size, NULL, 0);
}

static gsize
record_bytes (const Head *head)
{
  return (sizeof *head + head->size + ALIGN - 1) & ~(gsize)(ALIGN - 1);
}

gconstpointer
parlor_ring_peek (ParlorRing *self, gsize *size)
{
  for (;;)
    {
      if (self->tail == self->head_seen)
        self->head_seen = __atomic_load_n (&self->head, __ATOMIC_ACQUIRE);
      if (self->tail == self->head_seen)
        return NULL;
      Head head;
      const guint8 *at = self->bytes + (self->tail & self->mask);
      memcpy (&head, at, sizeof head);
      if (!head.is_skip)
        {
          self->current = record_bytes (&head);
          *size = head.size;
          return at + sizeof head;
        }
      __atomic_store_n (&self->tail, self->tail + record_bytes (&head), __ATOMIC_RELEASE);
    }
}

void
parlor_ring_consume (ParlorRing *self)
{
  g_return_if_fail (self->current > 0);
  __atomic_store_n (&self->tail, self->tail + self->current, __ATOMIC_RELEASE);
  self->current = 0;
}

gssize
parlor_ring_pop (ParlorRing *self, gpointer out, gsize room)
{
  gsize size;
  gconstpointer record = parlor_ring_peek (self, &size);
  if (!record)
    return -1;
  if (size > room)
    return -2;
  if (size)
    memcpy (out, record, size);
  parlor_ring_consume (self);
  return (gssize)size;
}

gboolean
parlor_ring_is_empty (const ParlorRing *self)
{
  return __atomic_load_n (&self->tail, __ATOMIC_ACQUIRE)
         == __atomic_load_n (&self->head, __ATOMIC_ACQUIRE);
}

guint64
parlor_ring_dropped (const ParlorRing *self)
{
  return __atomic_load_n (&self->dropped, __ATOMIC_RELAXED);
}
