/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"
#include <math.h>
#include <string.h>
#include "base/rng.h"

/* A queue shorter than two packets would be a wall. */
#define QUEUE_LEAST_BYTES 3000

typedef struct
{
  gint64 at_us; /* queued: when it came; flying: when it is due */
  gsize size;
  guint8 bytes[];
} Packet;

struct _RelayLink
{
  RelayConditions conditions;
  RelayCounts counts;
  ParlorRng rng;
  GQueue queue;     /* waits for the bottleneck, the first one is being sent */
  gint64 served_us; /* when the first one has been sent */
  gsize queued_bytes;
  GQueue flying; /* by at_us */
  gint64 last_due_us, late_us;
  gboolean in_burst;
};

RelayLink *
relay_link_new (guint64 seed)
{
  RelayLink *self = g_new0 (RelayLink, 1);
  parlor_rng_init_seeded (&self->rng, seed);
  g_queue_init (&self->queue);
  g_queue_init (&self->flying);
  return self;
}

void
relay_link_free (RelayLink *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->queue, g_free);
  g_queue_clear_full (&self->flying, g_free);
  g_free (self);
}

void
relay_link_set (RelayLink *self, const RelayConditions *conditions)
{
  self->conditions = *conditions;
}

/* Between 0 and 1, without either. */
static double
chance (RelayLink *self)
{
  return (parlor_rng_u32 (&self->rng) + 0.5) / 4294967296.0;
}

static double
normal (RelayLink *self)
{
  double radius = sqrt (-2 * log (chance (self)));
  return radius * cos (2 * G_PI * chance (self));
}

/* In a burst everything is lost; it begins and ends so that share and mean length come true. */
static gboolean
is_lost (RelayLink *self)
{
  const RelayConditions *now = &self->conditions;
  if (now->blackhole)
    return TRUE;
  if (now->burst_loss > 0)
    {
      double leave = 1 / MAX (now->burst_pkts, 1.0);
      double enter = leave * now->burst_loss / (1 - now->burst_loss);
      self->in_burst = chance (self) < (self->in_burst ? 1 - leave : enter);
      if (self->in_burst)
        return TRUE;
    }
  return now->loss > 0 && chance (self) < now->loss;
}

static void
insert_by_time (RelayLink *self, Packet *packet)
{
  GList *at = g_queue_peek_tail_link (&self->flying);
  while (at != NULL && ((Packet *)at->data)->at_us > packet->at_us)
    at = at->prev;
  g_queue_insert_after (&self->flying, at, packet);
}

/* Behind the bottleneck. */
static void
let_fly (RelayLink *self, Packet *packet, gint64 now_us)
{
  const RelayConditions *is = &self->conditions;
  if (is_lost (self))
    {
      self->counts.lost++;
      g_free (packet);
      return;
    }
  packet->at_us = now_us + is->delay_us;
  if (is->jitter_us > 0)
    packet->at_us += (gint64)(fabs (normal (self)) * is->jitter_us);
  packet->at_us = MAX (packet->at_us, self->last_due_us);
  if (is->reorder > 0 && chance (self) < is->reorder)
    packet->at_us += is->reorder_us;
  else
    self->last_due_us = packet->at_us;
  insert_by_time (self, packet);
}

static gint64
time_of (const RelayLink *self, gsize size)
{
  guint32 kbps = self->conditions.rate_kbps;
  return kbps == 0 ? 0 : (gint64)size * 8000 / kbps;
}

/* What the bottleneck has sent by now. */
static void
serve (RelayLink *self, gint64 now_us)
{
  Packet *first;
  while ((first = g_queue_peek_head (&self->queue)) != NULL && self->served_us <= now_us)
    {
      g_queue_pop_head (&self->queue);
      self->queued_bytes -= first->size;
      let_fly (self, first, self->served_us);
      if ((first = g_queue_peek_head (&self->queue)) != NULL)
        self->served_us = MAX (self->served_us, first->at_us) + time_of (self, first->size);
    }
}

static gboolean
has_room (const RelayLink *self, gsize size)
{
  gsize most = (gsize)self->conditions.rate_kbps * self->conditions.queue_ms / 8;
  return self->conditions.rate_kbps == 0
         || self->queued_bytes + size <= MAX (most, QUEUE_LEAST_BYTES);
}

void
relay_link_push (RelayLink *self, gint64 now_us, const guint8 *bytes, gsize size)
{
  self->counts.pushed++;
  self->counts.pushed_bytes += size;
  serve (self, now_us);
  if (!has_room (self, size))
    {
      self->counts.dropped++;
      return;
    }
  Packet *packet = g_malloc (sizeof *packet + size);
  packet->at_us = now_us;
  packet->size = size;
  memcpy (packet->bytes, bytes, size);
  if (g_queue_is_empty (&self->queue))
    self->served_us = now_us + time_of (self, size);
  g_queue_push_tail (&self->queue, packet);
  self->queued_bytes += size;
  serve (self, now_us);
}

gsize
relay_link_pop (RelayLink *self, gint64 now_us, guint8 *out, gsize room)
{
  serve (self, now_us);
  Packet *first = g_queue_peek_head (&self->flying);
  if (first == NULL || first->at_us > now_us)
    return 0;
  gsize size = MIN (first->size, room);
  self->late_us = MAX (self->late_us, now_us - first->at_us);
  memcpy (out, first->bytes, size);
  self->counts.popped++;
  self->counts.popped_bytes += size;
  g_free (g_queue_pop_head (&self->flying));
  return size;
}

gint64
relay_link_next_us (const RelayLink *self)
{
  const Packet *flying = g_queue_peek_head ((GQueue *)&self->flying);
  gint64 next_us = flying == NULL ? G_MAXINT64 : flying->at_us;
  if (!g_queue_is_empty ((GQueue *)&self->queue))
    next_us = MIN (next_us, self->served_us);
  return next_us;
}

gint64
relay_link_queue_us (const RelayLink *self, gint64 now_us)
{
  const Packet *first = g_queue_peek_head ((GQueue *)&self->queue);
  if (first == NULL)
    return 0;
  return MAX (self->served_us - now_us, 0) + time_of (self, self->queued_bytes - first->size);
}

gint64
relay_link_take_late_us (RelayLink *self)
{
  gint64 late_us = self->late_us;
  self->late_us = 0;
  return late_us;
}

const RelayCounts *
relay_link_counts (const RelayLink *self)
{
  return &self->counts;
}
