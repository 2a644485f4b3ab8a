/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/probe.h"
#include "base/time.h"

/* goog_cc probe_controller.cc: the first probes, and how to go on. */
#define FIRST_SCALE 3.0
#define SECOND_SCALE 6.0
#define FURTHER_SCALE 2.0
#define FURTHER_FROM 0.7
#define FURTHER_STEP 1.2
#define MIN_PKTS 5
#define LOSSY_MORE_PKTS 20 /* at 20 % loss, 9 packets */
/* Five groups of 5 ms, since that is how this server sends; goog_cc's 15 ms would be three. */
#define DURATION_US (25 * PARLOR_US_PER_MS)
#define DURATION_JITTERS 4
#define DURATION_MAX_US (120 * PARLOR_US_PER_MS)
#define WANTED_HEADROOM 1.25
#define INTERVAL_MIN_US (2 * PARLOR_US_PER_SEC)
#define INTERVAL_MAX_US (5 * PARLOR_US_PER_SEC)
#define NOT_NOW_US (500 * PARLOR_US_PER_MS)
#define SOON_US (50 * PARLOR_US_PER_MS)
#define LAPSE_US (1000 * PARLOR_US_PER_MS)
/* goog_cc probe_bitrate_estimator.cc. */
#define RECEIVED_SHARE 0.8
#define SPAN_MAX_US PARLOR_US_PER_SEC
#define PLAUSIBLE_RATIO 2.0
#define FULL_RATIO 0.9
#define FULL_USE 0.95

void
parlor_bwe_prober_init (ParlorBweProber *self, double max_bps, gint64 now_us)
{
  *self = (ParlorBweProber){
      .max_bps = max_bps,
      .wanted_bps = G_MAXDOUBLE,
      .next_us = now_us,
      .interval_us = INTERVAL_MIN_US,
      .starting = TRUE,
  };
}

static double
ceiling (const ParlorBweProber *self)
{
  return self->wanted_bps >= self->max_bps
             ? self->max_bps
             : MIN (self->max_bps, WANTED_HEADROOM * self->wanted_bps);
}

/* Enough of a gap between what is and what is wanted to spend packets on. */
static gboolean
is_worth_it (const ParlorBweProber *self, double target_bps)
{
  return MIN (self->wanted_bps, self->max_bps) > target_bps * 1.02;
}

void
parlor_bwe_prober_soon (ParlorBweProber *self, gint64 now_us)
{
  self->interval_us = INTERVAL_MIN_US;
  self->next_us = MIN (self->next_us, now_us + SOON_US);
}

void
parlor_bwe_prober_set_wanted (ParlorBweProber *self, double wanted_bps, double target_bps,
                              gint64 now_us)
{
  gboolean rises = wanted_bps > self->wanted_bps;

  self->wanted_bps = wanted_bps;
  if (rises && is_worth_it (self, target_bps))
    parlor_bwe_prober_soon (self, now_us);
}

void
parlor_bwe_prober_set_loss (ParlorBweProber *self, double loss)
{
  self->loss = loss;
}

static ParlorBweCluster *
find (ParlorBweProber *self, guint8 id)
{
  for (guint i = 0; i < PARLOR_BWE_PROBE_CLUSTERS; i++)
    if (self->clusters[i].id == id)
      return &self->clusters[i];
  return NULL;
}

static void
ask (ParlorBweProber *self, double bps, gboolean called_for, gint64 jitter_us, gint64 now_us)
{
  ParlorBweCluster *cluster = find (self, 0);
  gint64 duration_us = MIN (DURATION_US + DURATION_JITTERS * jitter_us, DURATION_MAX_US);

  if (cluster == NULL)
    return;
  bps = MIN (bps, ceiling (self));
  self->last_id = self->last_id == G_MAXUINT8 ? 1 : self->last_id + 1;
  *cluster = (ParlorBweCluster){
      .id = self->last_id,
      .called_for = called_for,
      .bps = bps,
      .want_bytes = (guint32)(bps * (double)duration_us / 8e6),
      .want_packets = MIN_PKTS + (guint32)(self->loss * LOSSY_MORE_PKTS),
      .asked_us = now_us,
  };
}

static void
back_off (ParlorBweProber *self, gint64 now_us)
{
  self->interval_us = MIN (self->interval_us * 3 / 2, INTERVAL_MAX_US);
  self->next_us = now_us + self->interval_us;
}

static void
fail (ParlorBweProber *self, ParlorBweCluster *cluster, gint64 now_us)
{
  cluster->id = 0;
  self->failed++;
  self->next_us = MAX (self->next_us, now_us + SOON_US);
}

static void
drop_lapsed (ParlorBweProber *self, gint64 now_us)
{
  for (guint i = 0; i < PARLOR_BWE_PROBE_CLUSTERS; i++)
    if (self->clusters[i].id != 0 && now_us - self->clusters[i].asked_us > LAPSE_US)
      fail (self, &self->clusters[i], now_us);
}

void
parlor_bwe_prober_poll (ParlorBweProber *self, double target_bps, gboolean allowed,
                        gint64 jitter_us, gint64 now_us)
{
  drop_lapsed (self, now_us);
  if (now_us < self->next_us || parlor_bwe_prober_is_busy (self) || !is_worth_it (self, target_bps))
    return;
  self->next_us = now_us + (allowed ? self->interval_us : NOT_NOW_US);
  if (!allowed)
    return;
  if (self->starting)
    {
      self->starting = FALSE;
      ask (self, FIRST_SCALE * target_bps, TRUE, jitter_us, now_us);
      if (SECOND_SCALE * target_bps <= ceiling (self))
        ask (self, SECOND_SCALE * target_bps, TRUE, jitter_us, now_us);
      return;
    }
  ask (self, FURTHER_SCALE * target_bps, FALSE, jitter_us, now_us);
}

gint64
parlor_bwe_prober_next_us (const ParlorBweProber *self, double target_bps)
{
  gint64 next_us = PARLOR_NEVER_US;

  for (guint i = 0; i < PARLOR_BWE_PROBE_CLUSTERS; i++)
    if (self->clusters[i].id != 0)
      next_us = MIN (next_us, self->clusters[i].asked_us + LAPSE_US + 1);
  if (next_us == PARLOR_NEVER_US && is_worth_it (self, target_bps))
    next_us = self->next_us;
  return next_us;
}

ParlorBweCluster *
parlor_bwe_prober_take (ParlorBweProber *self, gint64 now_us)
{
  ParlorBweCluster *oldest = NULL;

  for (guint i = 0; i < PARLOR_BWE_PROBE_CLUSTERS; i++)
    {
      ParlorBweCluster *cluster = &self->clusters[i];

      if (cluster->id != 0 && !cluster->handed_out
          && (oldest == NULL || cluster->bps < oldest->bps))
        oldest = cluster;
    }
  if (oldest == NULL)
    return NULL;
  oldest->handed_out = TRUE;
  oldest->asked_us = now_us;
  self->sent++;
  return oldest;
}

gboolean
parlor_bwe_prober_is_busy (const ParlorBweProber *self)
{
  for (guint i = 0; i < PARLOR_BWE_PROBE_CLUSTERS; i++)
    if (self->clusters[i].id != 0)
      return TRUE;
  return FALSE;
}

void
parlor_bwe_prober_on_sent (ParlorBweProber *self, guint8 id, guint bytes)
{
  ParlorBweCluster *cluster = id == 0 ? NULL : find (self, id);

  if (cluster == NULL)
    return;
  cluster->sent_bytes += bytes;
  cluster->sent_packets++;
}

void
parlor_bwe_prober_on_received (ParlorBweProber *self, guint8 id, guint bytes, gint64 sent_us,
                               gint64 arrival_us)
{
  ParlorBweCluster *cluster = id == 0 ? NULL : find (self, id);

  if (cluster == NULL)
    return;
  if (cluster->packets == 0 || sent_us > cluster->last_sent_us)
    cluster->last_sent_bytes = 0;
  if (cluster->packets == 0 || sent_us >= cluster->last_sent_us)
    {
      cluster->last_sent_us = sent_us;
      cluster->last_sent_bytes += bytes;
    }
  if (cluster->packets == 0 || sent_us < cluster->first_sent_us)
    cluster->first_sent_us = sent_us;
  if (cluster->packets == 0 || arrival_us < cluster->first_arrival_us)
    {
      cluster->first_arrival_us = arrival_us;
      cluster->first_arrival_bytes = bytes;
    }
  if (cluster->packets == 0 || arrival_us > cluster->last_arrival_us)
    cluster->last_arrival_us = arrival_us;
  cluster->bytes += bytes;
  cluster->packets++;
}

static gboolean
is_finished (const ParlorBweProber *self, const ParlorBweCluster *cluster)
{
  double share = RECEIVED_SHARE * (1 - self->loss);

  return cluster->sent_packets >= cluster->want_packets
         && cluster->sent_bytes >= cluster->want_bytes
         && cluster->packets >= share * cluster->sent_packets
         && cluster->bytes >= share * cluster->sent_bytes;
}

/* 0 = the numbers cannot be true. */
static double
measure (const ParlorBweCluster *cluster, gboolean *full)
{
  gint64 sent_us = cluster->last_sent_us - cluster->first_sent_us;
  gint64 arrival_us = cluster->last_arrival_us - cluster->first_arrival_us;
  double sent_bps, arrival_bps;

  if (sent_us <= 0 || arrival_us <= 0 || sent_us > SPAN_MAX_US || arrival_us > SPAN_MAX_US)
    return 0;
  /* The time after the last send, and before the first arrival, is not known. */
  sent_bps = 8e6 * (cluster->bytes - cluster->last_sent_bytes) / (double)sent_us;
  arrival_bps = 8e6 * (cluster->bytes - cluster->first_arrival_bytes) / (double)arrival_us;
  if (arrival_bps > PLAUSIBLE_RATIO * sent_bps)
    return 0;
  *full = arrival_bps < FULL_RATIO * sent_bps;
  return *full ? FULL_USE * arrival_bps : MIN (sent_bps, arrival_bps);
}

static double
finish (ParlorBweProber *self, ParlorBweCluster *cluster, gint64 jitter_us, gboolean *full,
        gint64 now_us)
{
  double bps = measure (cluster, full), asked_bps = cluster->bps;

  if (bps <= 0)
    {
      fail (self, cluster, now_us);
      return 0;
    }
  cluster->id = 0;
  /* Where the wish or the cap ends, a next probe would be this one again. */
  if (bps < FURTHER_FROM * asked_bps
      || MIN (FURTHER_SCALE * bps, ceiling (self)) < FURTHER_STEP * asked_bps)
    {
      back_off (self, now_us);
      return bps;
    }
  self->interval_us = INTERVAL_MIN_US;
  self->next_us = now_us + self->interval_us;
  if (is_worth_it (self, bps) && !parlor_bwe_prober_is_busy (self))
    ask (self, FURTHER_SCALE * bps, TRUE, jitter_us, now_us);
  return bps;
}

double
parlor_bwe_prober_result (ParlorBweProber *self, gint64 jitter_us, gboolean *full, gint64 now_us)
{
  double best_bps = 0;

  *full = FALSE;
  for (guint i = 0; i < PARLOR_BWE_PROBE_CLUSTERS; i++)
    if (self->clusters[i].id != 0 && is_finished (self, &self->clusters[i]))
      {
        gboolean this_full = FALSE, called_for = self->clusters[i].called_for;
        double bps = finish (self, &self->clusters[i], jitter_us, &this_full, now_us);

        if (bps <= best_bps)
          continue;
        best_bps = bps;
        *full = this_full;
        self->climbing = called_for;
      }
  return MIN (best_bps, self->max_bps);
}
