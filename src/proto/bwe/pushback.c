/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/pushback.h"
#include "base/time.h"

#define LEAST_WINDOW_US (20 * PARLOR_US_PER_SEC)
#define RTT_SHARE 8 /* RFC 6298 section 2 */
/* A queue worth emptying, and one that is empty enough (the goal is 200 ms; feedback comes 50 ms
 * late). */
#define DRAIN_FROM_US (100 * PARLOR_US_PER_MS)
/* The same where the queue cannot be of the sender's making: at 580 of 3,000 kbit/s, a fall to 300
 * was noticed after 350 ms with 386 ms of queue, now after 100 ms with 147 ms (decision 0094). */
#define EARLY_FROM_US (30 * PARLOR_US_PER_MS)
/* So much the packet before the last waited at least: one that is late alone is no queue. */
#define NEWEST_LEAST_US (20 * PARLOR_US_PER_MS)
#define EARLY_BACKLOG_US (60 * PARLOR_US_PER_MS)
#define DRAIN_TO_US (40 * PARLOR_US_PER_MS)
#define DRAIN_MAX_US (4 * PARLOR_US_PER_SEC)
#define DRAIN_PATIENCE 1.5
#define DRAIN_LEARN_US (1000 * PARLOR_US_PER_MS)
#define STEEP_OUT_SHARE 0.7
#define VERY_STEEP_OUT_SHARE 0.4
#define STEEP_FEEDBACKS 2
#define FEEDBACK_US (50 * PARLOR_US_PER_MS)
#define DRAIN_HORIZON_SEC 0.5
#define DRAIN_LEAST_SHARE 0.1
#define DRAIN_MOST_SHARE 0.85
/* RFC 6298 section 2: R' = mean + max (G, 4 × deviation). */
#define OVERDUE_DEVIATIONS 4
#define OVERDUE_LEAST_US (20 * PARLOR_US_PER_MS)
#define OVERDUE_MEAN_SHARE 8
#define OVERDUE_DEV_SHARE 4
#define OVERDUE_LEARN 20
/* Two feedbacks: the next may be lost. */
#define HOLD_US (100 * PARLOR_US_PER_MS)
#define HOLDS_MOST 3
/* goog_cc alr_detector.cc. */
#define APP_SHARE 0.65
#define APP_WINDOW_SEC 0.5
#define APP_START 0.8
#define APP_STOP 0.5

static void
least_init (ParlorBweLeast *self)
{
  *self = (ParlorBweLeast){G_MAXINT64, G_MAXINT64, -1};
}

static gint64
least_push (ParlorBweLeast *self, gint64 value, gint64 now_us)
{
  if (self->since_us < 0 || now_us - self->since_us > LEAST_WINDOW_US)
    {
      self->before = self->now;
      self->now = G_MAXINT64;
      self->since_us = now_us;
    }
  self->now = MIN (self->now, value);
  return MIN (self->now, self->before);
}

void
parlor_bwe_path_init (ParlorBwePath *self)
{
  *self = (ParlorBwePath){0};
  least_init (&self->delay);
  least_init (&self->rtt);
}

void
parlor_bwe_path_forget_delay (ParlorBwePath *self)
{
  least_init (&self->delay);
  self->queue_us = self->newest_us = 0;
}

void
parlor_bwe_path_push (ParlorBwePath *self, gint64 delay_us, gint64 rtt_us, gint64 now_us)
{
  self->before_queue_us = self->queue_us;
  self->queue_us = self->newest_us = delay_us - least_push (&self->delay, delay_us, now_us);
  least_push (&self->rtt, rtt_us, now_us);
  self->rtt_us = self->rtt_us == 0 ? rtt_us : self->rtt_us + (rtt_us - self->rtt_us) / RTT_SHARE;
}

void
parlor_bwe_path_push_last (ParlorBwePath *self, gint64 before_us, gint64 last_us)
{
  gint64 least_us = MIN (self->delay.now, self->delay.before);

  if (before_us - least_us >= NEWEST_LEAST_US)
    self->newest_us = last_us - least_us;
}

gint64
parlor_bwe_path_least_rtt_us (const ParlorBwePath *self)
{
  gint64 least_us = MIN (self->rtt.now, self->rtt.before);

  return least_us == G_MAXINT64 ? 0 : least_us;
}

/* How long what is under way will take beyond what an empty path takes. */
static gint64
backlog_us (const ParlorBwePath *path, double capacity_bps, gint64 flight_bytes)
{
  gint64 base_us = parlor_bwe_path_least_rtt_us (path);

  if (base_us == 0 || capacity_bps <= 0)
    return 0;
  return MAX (0, (gint64)(8e6 * (double)flight_bytes / capacity_bps) - base_us - FEEDBACK_US);
}

static gint64
drain_end_us (const ParlorBweDrain *self)
{
  double seconds = DRAIN_PATIENCE * self->bits / self->capacity_bps;

  return self->since_us + (gint64)MIN (seconds * 1e6, DRAIN_MAX_US);
}

static void
drain_refresh (ParlorBweDrain *self, const ParlorBwePath *path, double out_bps, gint64 flight_bytes,
               gint64 now_us)
{
  /* Later the spacing is that of the little that is sent now. */
  if (out_bps > 0 && now_us - self->since_us < DRAIN_LEARN_US
      && path->queue_us > (self->early ? EARLY_FROM_US : DRAIN_FROM_US))
    {
      self->capacity_bps = MIN (self->capacity_bps, out_bps);
      self->until_us = drain_end_us (self);
    }
  if (now_us >= self->until_us
      || (path->queue_us < DRAIN_TO_US
          && backlog_us (path, self->capacity_bps, flight_bytes) < DRAIN_TO_US))
    *self = (ParlorBweDrain){0};
}

gboolean
parlor_bwe_drain_listens (const ParlorBweDrain *self, const ParlorBwePath *path)
{
  return self->active || MAX (path->queue_us, path->newest_us) >= EARLY_FROM_US;
}

gboolean
parlor_bwe_drain_update (ParlorBweDrain *self, const ParlorBwePath *path, double out_bps,
                         double target_bps, gint64 flight_bytes, gboolean early, gint64 now_us)
{
  gint64 from_us = DRAIN_FROM_US, backlog_least_us = DRAIN_FROM_US, queue_us = path->queue_us;
  gboolean at_once;

  if (self->active)
    {
      drain_refresh (self, path, out_bps, flight_bytes, now_us);
      return FALSE;
    }
  at_once = early || out_bps < VERY_STEEP_OUT_SHARE * target_bps;
  if (early)
    {
      queue_us = path->newest_us;
      from_us = EARLY_FROM_US;
      backlog_least_us = EARLY_BACKLOG_US;
    }
  else if (at_once)
    from_us = DRAIN_FROM_US / 2;
  if (queue_us < from_us || out_bps <= 0 || out_bps > STEEP_OUT_SHARE * target_bps)
    {
      self->n_steep = 0;
      return FALSE;
    }
  if (backlog_us (path, out_bps, flight_bytes) < backlog_least_us
      || (++self->n_steep < STEEP_FEEDBACKS && !at_once))
    return FALSE;
  *self = (ParlorBweDrain){
      .active = TRUE,
      .early = early,
      .since_us = now_us,
      .bits = 8.0 * (double)flight_bytes,
      .capacity_bps = out_bps,
  };
  self->until_us = drain_end_us (self);
  return TRUE;
}

double
parlor_bwe_drain_bps (const ParlorBweDrain *self, const ParlorBwePath *path, gint64 flight_bytes)
{
  double left_sec;

  if (!self->active)
    return G_MAXDOUBLE;
  left_sec = (double)backlog_us (path, self->capacity_bps, flight_bytes) / 1e6;
  return self->capacity_bps
         * CLAMP (DRAIN_MOST_SHARE - left_sec / DRAIN_HORIZON_SEC, DRAIN_LEAST_SHARE,
                  DRAIN_MOST_SHARE);
}

gint64
parlor_bwe_overdue_limit_us (const ParlorBweOverdue *self)
{
  if (self->n < OVERDUE_LEARN)
    return PARLOR_NEVER_US;
  return self->mean_us + MAX (OVERDUE_DEVIATIONS * self->dev_us, OVERDUE_LEAST_US);
}

void
parlor_bwe_overdue_push (ParlorBweOverdue *self, gint64 late_us, gboolean overdue, gint64 now_us)
{
  gint64 off_us = late_us - self->mean_us;

  if (overdue && self->n_held < HOLDS_MOST)
    {
      self->n_held++;
      self->until_us = now_us + HOLD_US;
      return;
    }
  self->n_held = 0;
  self->until_us = 0;
  self->n = MIN (self->n + 1, OVERDUE_LEARN);
  self->mean_us += off_us / OVERDUE_MEAN_SHARE;
  self->dev_us += (ABS (off_us) - self->dev_us) / OVERDUE_DEV_SHARE;
}

void
parlor_bwe_app_limit_init (ParlorBweAppLimit *self, gint64 now_us)
{
  *self = (ParlorBweAppLimit){.last_us = now_us};
}

void
parlor_bwe_app_limit_push (ParlorBweAppLimit *self, guint bytes, double target_bps, gint64 now_us)
{
  double most_bits, level, seconds;

  if (now_us == self->last_us)
    {
      /* Packets of one message: what follows from them is reckoned with the next. */
      self->budget_bits -= 8.0 * bytes;
      return;
    }
  most_bits = APP_SHARE * target_bps * APP_WINDOW_SEC;
  seconds = MIN ((double)(now_us - self->last_us) / 1e6, 2 * APP_WINDOW_SEC);
  self->last_us = now_us;
  self->budget_bits = MAX (self->budget_bits, -most_bits) + APP_SHARE * target_bps * seconds
                      - 8.0 * bytes;
  self->budget_bits = CLAMP (self->budget_bits, -most_bits, most_bits);
  level = self->budget_bits / most_bits;
  self->limited = level > (self->limited ? APP_STOP : APP_START);
}
