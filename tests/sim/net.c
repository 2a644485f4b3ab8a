/* SPDX-License-Identifier: Apache-2.0 */
#include "net.h"
#include <math.h>
#include "base/time.h"

typedef struct
{
  gint64 at_us;
  guint64 entered;
  SimEvent event;
  gpointer owner;
  SimPacket *packet;
} Entry;

typedef struct
{
  gint64 at_us;
  guint bytes;
} Departure;

void
sim_world_init (SimWorld *self, guint64 seed)
{
  *self = (SimWorld){.agenda = g_array_new (FALSE, FALSE, sizeof (Entry))};
  parlor_rng_init_seeded (&self->rng, seed);
}

void
sim_world_clear (SimWorld *self)
{
  for (guint i = 0; i < self->agenda->len; i++)
    g_free (g_array_index (self->agenda, Entry, i).packet);
  g_array_unref (self->agenda);
}

static gboolean
is_earlier (const Entry *a, const Entry *b)
{
  return a->at_us != b->at_us ? a->at_us < b->at_us : a->entered < b->entered;
}

void
sim_world_at (SimWorld *self, gint64 at_us, SimEvent event, gpointer owner, SimPacket *packet)
{
  Entry entry = {MAX (at_us, self->now_us), self->n_entered++, event, owner, packet};
  guint at = self->agenda->len;
  Entry *heap;

  g_array_append_val (self->agenda, entry);
  heap = (Entry *)(gpointer)self->agenda->data;
  for (; at > 0 && is_earlier (&entry, &heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = entry;
}

static Entry
take_first (SimWorld *self)
{
  Entry *heap = (Entry *)(gpointer)self->agenda->data;
  Entry first = heap[0], last = heap[self->agenda->len - 1];
  guint at = 0, n = self->agenda->len - 1, child;

  g_array_set_size (self->agenda, n);
  for (; (child = 2 * at + 1) < n; at = child)
    {
      if (child + 1 < n && is_earlier (&heap[child + 1], &heap[child]))
        child++;
      if (!is_earlier (&heap[child], &last))
        break;
      heap[at] = heap[child];
    }
  if (n > 0)
    heap[at] = last;
  return first;
}

void
sim_world_run (SimWorld *self, gint64 until_us)
{
  while (self->agenda->len > 0 && g_array_index (self->agenda, Entry, 0).at_us <= until_us)
    {
      Entry entry = take_first (self);

      self->now_us = entry.at_us;
      entry.event (self, entry.owner, entry.packet);
    }
  self->now_us = until_us;
}

double
sim_world_chance (SimWorld *self)
{
  return (parlor_rng_u32 (&self->rng) + 0.5) / 4294967296.0;
}

double
sim_world_normal (SimWorld *self)
{
  return sqrt (-2 * log (sim_world_chance (self))) * cos (2 * G_PI * sim_world_chance (self));
}

/* --- Links ----------------------------------------------------------------------------------- */

static guint
rate_at (const SimLinkConfig *config, gint64 at_us)
{
  guint kbps = config->rate[0].kbps;

  for (guint i = 1; i < SIM_STEPS_MAX && config->rate[i].kbps != 0; i++)
    if (at_us >= config->rate[i].at_ms * PARLOR_US_PER_MS)
      kbps = config->rate[i].kbps;
  return kbps;
}

void
sim_link_init (SimLink *self, const SimLinkConfig *config)
{
  *self = (SimLink){
      .config = *config,
      .queue_max_bytes = (gint64)config->rate[0].kbps * config->queue_ms / 8,
  };
  g_queue_init (&self->departures);
}

void
sim_link_clear (SimLink *self)
{
  g_queue_clear_full (&self->departures, g_free);
}

static void
let_depart (SimLink *self, gint64 now_us)
{
  Departure *first;

  while ((first = g_queue_peek_head (&self->departures)) != NULL && first->at_us <= now_us)
    {
      self->queued_bytes -= first->bytes;
      g_free (g_queue_pop_head (&self->departures));
    }
}

/* Waits for its turn; FALSE: the queue is full. */
static gboolean
pass_queue (SimLink *self, guint bytes, gint64 now_us, gint64 *out_us)
{
  Departure *departure;
  gint64 start_us = MAX (now_us, self->busy_until_us);
  guint kbps = rate_at (&self->config, start_us);

  *out_us = now_us;
  if (kbps == 0)
    return TRUE;
  let_depart (self, now_us);
  if (self->queued_bytes + bytes > MAX (self->queue_max_bytes, 3000))
    return FALSE;
  self->busy_until_us = start_us + (gint64)bytes * 8000 / kbps;
  departure = g_new (Departure, 1);
  *departure = (Departure){self->busy_until_us, bytes};
  g_queue_push_tail (&self->departures, departure);
  self->queued_bytes += bytes;
  *out_us = self->busy_until_us;
  return TRUE;
}

/* A Gilbert model: in a burst all is lost; its length and the share of loss are as configured. */
static gboolean
is_lost (SimWorld *world, SimLink *self)
{
  const SimLinkConfig *config = &self->config;
  double share = config->burst_permille / 1e3, leave = 1.0 / MAX (config->burst_pkts, 1);

  if (world->now_us < config->loss_from_ms * PARLOR_US_PER_MS)
    return FALSE;
  if (config->burst_permille > 0)
    {
      double enter = leave * share / (1 - share);

      self->in_burst = sim_world_chance (world) < (self->in_burst ? 1 - leave : enter);
      if (self->in_burst)
        return TRUE;
    }
  return config->loss_permille > 0 && sim_world_chance (world) < config->loss_permille / 1e3;
}

void
sim_link_send (SimWorld *world, SimLink *self, SimPacket *packet, SimEvent arrive, gpointer owner)
{
  gint64 now_ms = world->now_us / PARLOR_US_PER_MS, out_us;

  if (!pass_queue (self, packet->bytes, world->now_us, &out_us))
    {
      self->dropped++;
      g_free (packet);
      return;
    }
  if ((now_ms >= self->config.outage.from_ms && now_ms < self->config.outage.to_ms)
      || is_lost (world, self))
    {
      self->lost++;
      g_free (packet);
      return;
    }
  self->passed++;
  out_us += self->config.delay_ms * PARLOR_US_PER_MS;
  if (self->config.jitter_ms > 0)
    out_us += (gint64)(fabs (sim_world_normal (world)) * self->config.jitter_ms * 1e3);
  self->last_out_us = MAX (self->last_out_us, out_us);
  sim_world_at (world, self->last_out_us, arrive, owner, packet);
}

gint64
sim_link_queue_us (const SimLink *self, gint64 now_us)
{
  return MAX (0, self->busy_until_us - now_us);
}

double
sim_link_capacity_bits (const SimLink *self, gint64 from_us, gint64 to_us)
{
  double bits = 0;

  for (gint64 at_us = from_us; at_us < to_us; at_us += 10 * PARLOR_US_PER_MS)
    bits += rate_at (&self->config, at_us) * 10.0;
  return bits;
}
