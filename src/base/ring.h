/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue of byte records from one thread to another, by copy: commands to a worker, events
 * back, clear packets between workers. Neither side ever waits for the other. One thread pops; one
 * thread pushes, or many of them when the ring was made with PARLOR_RING_MANY_PRODUCERS (they take
 * turns under a mutex; the consumer takes none). The ring owns its bytes: nothing pushed needs to
 * outlive the call. Waking the consumer (eventfd) is the caller's part. */
#pragma once
#include <glib.h>

typedef struct _ParlorRing ParlorRing;

typedef enum
{
  PARLOR_RING_ONE_PRODUCER = 0,
  PARLOR_RING_MANY_PRODUCERS = 1 << 0,
} ParlorRingFlags;

/* capacity in bytes, rounded up to a power of two, at least 64, at most 1 GiB. A record of n bytes
 * takes n + 8 rounded up to 8; the largest record is parlor_ring_record_max(), a little under half
 * the capacity. */
ParlorRing *parlor_ring_new (gsize capacity, ParlorRingFlags flags);
/* Both sides must have stopped. NULL is fine. */
void parlor_ring_free (ParlorRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRing, parlor_ring_free)

gsize parlor_ring_record_max (const ParlorRing *self);

/* Producer. FALSE = no room (or too large a record): nothing was written and the drop was counted.
 * size 0 is a record. */
gboolean parlor_ring_push (ParlorRing *self, gconstpointer data, gsize size);
/* The same for one record made of two pieces (a header and a packet), without gluing them first. */
gboolean parlor_ring_push2 (ParlorRing *self, gconstpointer head, gsize head_size,
                            gconstpointer body, gsize body_size);

/* Consumer, without a copy: the oldest record (borrowed until parlor_ring_consume), 8-byte aligned;
 * NULL = empty. */
gconstpointer parlor_ring_peek (ParlorRing *self, gsize *size);
/* Consumer: lets go of the record that the last peek returned. */
void parlor_ring_consume (ParlorRing *self);
/* Consumer, by copy: size of the record; -1 = empty; -2 = does not fit into room, and stays in the
 * ring. */
gssize parlor_ring_pop (ParlorRing *self, gpointer out, gsize room);

/* Any thread; a moment's answer. */
gboolean parlor_ring_is_empty (const ParlorRing *self);
/* Records refused since the ring was made. Any thread. */
guint64 parlor_ring_dropped (const ParlorRing *self);
