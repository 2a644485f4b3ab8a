/* SPDX-License-Identifier: Apache-2.0 */
/* One direction of a bad line, in whatever time the caller keeps: a bottleneck with its queue, then
 * loss, then delay. Pure; all chance comes from the seed, one draw after the other, so that the
 * same packets meet the same fate.
 *
 *   push -> [queue | rate] -> lost? -> [delay + jitter | reordered] -> pop
 *
 * Loss stands behind the bottleneck: what is lost has cost its time there, as on a radio. */
#pragma once
#include <glib.h>

/* All zero = a perfect line. */
typedef struct
{
  guint32 delay_us;  /* one way */
  guint32 jitter_us; /* standard deviation of what is added (its absolute value); keeps the order */
  double loss;       /* 0 to 1, each packet for itself */
  double burst_loss; /* 0 to below 1, share of packets that bursts take (Gilbert) */
  double burst_pkts; /* mean length of a burst, at least 1 */
  double reorder;    /* 0 to 1, share of packets that are held back, and overtaken */
  guint32 reorder_us; /* for so long */
  guint32 rate_kbps;  /* 0 = no bottleneck */
  guint32 queue_ms;   /* what the queue takes, in time at this rate; drop-tail */
  gboolean blackhole; /* everything that is pushed is lost */
} RelayConditions;

typedef struct
{
  guint64 pushed, popped, pushed_bytes, popped_bytes;
  guint64 lost;    /* by chance and in the blackhole */
  guint64 dropped; /* by the full queue */
} RelayCounts;

typedef struct _RelayLink RelayLink;

RelayLink *relay_link_new (guint64 seed);
void relay_link_free (RelayLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayLink, relay_link_free)

/* Takes effect for what is pushed or leaves the queue from now on. */
void relay_link_set (RelayLink *self, const RelayConditions *conditions);
/* Copies the packet. */
void relay_link_push (RelayLink *self, gint64 now_us, const guint8 *bytes, gsize size);
/* The next packet that is due, cut at `room`; 0 = none yet. To be called until it gives 0. */
gsize relay_link_pop (RelayLink *self, gint64 now_us, guint8 *out, gsize room);
/* When pop has something to do again; G_MAXINT64 = nothing is on its way. */
gint64 relay_link_next_us (const RelayLink *self);
/* How long a packet that came now would wait for the bottleneck. */
gint64 relay_link_queue_us (const RelayLink *self, gint64 now_us);
/* How much later than it was due the latest packet was popped since this was last asked: what the
 * caller's own machine adds to the delay. */
gint64 relay_link_take_late_us (RelayLink *self);
const RelayCounts *relay_link_counts (const RelayLink *self);
