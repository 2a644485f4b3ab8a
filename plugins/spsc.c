/* SPDX-License-Identifier: Apache-2.0 */
#include "spsc.h"

#include <stdalign.h>
#include <string.h>

#define CACHE_LINE 64
#define MIN_BYTES 4096
#define MAX_BYTES (1u << 30)
/* A header that says: the rest up to the end of the ring is empty, go on at its start. */
#define SKIP G_MAXUINT32

typedef struct
{
  guint32 length;
  guint32 reserved;
} Header;

struct _ParlorSpsc
{
  /*< constant after new >*/
  guint8 *bytes;
  gsize capacity;

  /*< producer >*/
  alignas (CACHE_LINE) gsize write_end; /* where the reserved message ends */
  gsize head_seen;
  /*< shared: count bytes ever written and ever taken >*/
  alignas (CACHE_LINE) gsize tail;
  alignas (CACHE_LINE) gsize head;
  /*< consumer >*/
  alignas (CACHE_LINE) gsize tail_seen;
};

static gsize
round_up_8 (gsize n)
{
  return (n + 7) & ~(gsize)7;
}

ParlorSpsc *
parlor_spsc_new (gsize capacity_bytes)
{
  ParlorSpsc *self = g_aligned_alloc0 (1, sizeof *self, CACHE_LINE);
  gsize wanted = CLAMP (capacity_bytes, MIN_BYTES, MAX_BYTES);
  self->capacity = MIN_BYTES;
  while (self->capacity < wanted)
    self->capacity *= 2;
  self->bytes = g_malloc (self->capacity);
  return self;
}

void
parlor_spsc_free (ParlorSpsc *self)
{
  if (self == NULL)
    return;
  g_free (self->bytes);
  g_aligned_free (self);
}

static Header *
header_at (ParlorSpsc *self, gsize position)
{
  return (Header *)(self->bytes + (position & (self->capacity - 1)));
}

static gboolean
has_room (ParlorSpsc *self, gsize end)
{
  if (end - self->head_seen <= self->capacity)
    return TRUE;
  self->head_seen = __atomic_load_n (&self->head, __ATOMIC_ACQUIRE);
  return end - self->head_seen <= self->capacity;
}

gpointer
parlor_spsc_reserve (ParlorSpsc *self, gsize length)
{
  gsize start = self->tail;
  gsize size = sizeof (Header) + round_up_8 (length);
  gsize to_end = self->capacity - (start & (self->capacity - 1));
  gsize skipped = to_end < size ? to_end : 0;
  if (length == 0 || length > self->capacity / 4 || !has_room (self, start + skipped + size))
    return NULL;
  if (skipped > 0)
    header_at (self, start)->length = SKIP;
  header_at (self, start + skipped)->length = (guint32)length;
  self->write_end = start + skipped + size;
  return header_at (self, start + skipped) + 1;
}

void
parlor_spsc_commit (ParlorSpsc *self)
{
  __atomic_store_n (&self->tail, self->write_end, __ATOMIC_RELEASE);
}

gboolean
parlor_spsc_push (ParlorSpsc *self, gconstpointer bytes, gsize length)
{
  gpointer room = parlor_spsc_reserve (self, length);
  if (room == NULL)
    return FALSE;
  memcpy (room, bytes, length);
  parlor_spsc_commit (self);
  return TRUE;
}

static gboolean
is_empty (ParlorSpsc *self)
{
  if (self->head != self->tail_seen)
    return FALSE;
  self->tail_seen = __atomic_load_n (&self->tail, __ATOMIC_ACQUIRE);
  return self->head == self->tail_seen;
}

gpointer
parlor_spsc_peek (ParlorSpsc *self, gsize *length)
{
  Header *header;
  if (is_empty (self))
    return NULL;
  header = header_at (self, self->head);
  if (header->length == SKIP)
    {
      gsize to_end = self->capacity - (self->head & (self->capacity - 1));
      __atomic_store_n (&self->head, self->head + to_end, __ATOMIC_RELEASE);
      header = header_at (self, self->head);
    }
  *length = header->length;
  return header + 1;
}

void
parlor_spsc_pop (ParlorSpsc *self)
{
  gsize size = sizeof (Header) + round_up_8 (header_at (self, self->head)->length);
  __atomic_store_n (&self->head, self->head + size, __ATOMIC_RELEASE);
}
