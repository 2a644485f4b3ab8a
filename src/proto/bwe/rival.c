/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/rival.h"
#include <math.h>
#include "base/time.h"

#define EMPTY_QUEUE_US (20 * PARLOR_US_PER_MS)
#define ASK_QUEUE_US (40 * PARLOR_US_PER_MS)
#define ASK_JITTERS 2
#define ANSWER_US PARLOR_US_PER_SEC
#define REFILLED_SHARE 0.85
#define REFILLED_MIN 2
#define LOST_WITHIN_US (15 * PARLOR_US_PER_SEC)
#define BEAR_QUEUE_US (400 * PARLOR_US_PER_MS)
#define BEAR_FOR_US (20 * PARLOR_US_PER_SEC)
/* Of who has less than so much of what the path has shown, delay is asked later, and a deep queue
 * is borne: flows like ours leave each other more. */
#define POOR_SHARE 0.4
#define POOR_BEAR_FOR_US (120 * PARLOR_US_PER_SEC)
#define POOR_BEAR_QUEUE_US (800 * PARLOR_US_PER_MS)
/* What the path has shown is forgotten by that. */
#define BEST_MEMORY_US (120.0 * PARLOR_US_PER_SEC)
#define EMPTY_FOR_US PARLOR_US_PER_SEC
#define SHORT_EMPTY_FOR_US (3 * PARLOR_US_PER_SEC)
/* A short queue empties each time its owner yields. What passed while it was empty: remembered so
 * long, and a queue at less than such a share of it is not of our making. */
#define PASSED_MEMORY_US (10.0 * PARLOR_US_PER_SEC)
#define PASSED_SHARE 0.7
#define DEEPEST_MEMORY_US (30.0 * PARLOR_US_PER_SEC)
#define DEEPER 1.5
#define DEEPER_US (20 * PARLOR_US_PER_MS)
#define SHORT_QUEUE_US (20 * PARLOR_US_PER_MS)
#define SHORT_DEEPEST_US (150 * PARLOR_US_PER_MS)
#define FILLED_MIN 2
#define FILLED_WITHIN_US (15 * PARLOR_US_PER_SEC)
/* So long its queue is not taken for a fall of the path. */
#define THERE_FOR_US (60 * PARLOR_US_PER_SEC)
#define PACKET_BITS (1200.0 * 8)
#define SHARE_OF_RENO 0.5
#define RTT_MIN_SEC 0.05
#define LOSS 0.015
#define LOSS_FACTOR 0.75
#define LOSS_WINDOW_US (250 * PARLOR_US_PER_MS)

void
parlor_bwe_rival_init (ParlorBweRival *self)
{
  *self = (ParlorBweRival){.asked_us = -1, .lost_us = -1, .loss_cut_us = -1, .was_there_us = -1};
}

void
parlor_bwe_rival_end (ParlorBweRival *self)
{
  ParlorBweRival before = *self;

  parlor_bwe_rival_init (self);
  self->lost_us = before.lost_us;
  self->was_there_us = before.was_there_us;
  self->best_bps = before.best_bps;
  self->got_bps = before.got_bps;
  self->passed_bps = before.passed_bps;
  self->deepest_us = before.deepest_us;
  self->poor = before.poor;
  self->emptied = before.emptied;
  self->n_filled = before.n_filled;
  self->filled_us = before.filled_us;
}

void
parlor_bwe_rival_note_rate (ParlorBweRival *self, double got_bps, double may_bps, gint64 span_us)
{
  self->best_bps = MAX (self->best_bps * exp (-(double)span_us / BEST_MEMORY_US), may_bps);
  self->poor = got_bps < POOR_SHARE * self->best_bps;
  self->got_bps = got_bps;
  self->passed_bps *= exp (-(double)span_us / PASSED_MEMORY_US);
  self->deepest_us *= exp (-(double)span_us / DEEPEST_MEMORY_US);
}

void
parlor_bwe_rival_note_queue (ParlorBweRival *self, gint64 queue_us)
{
  self->deepest_us = MAX (self->deepest_us, (double)queue_us);
}

/* Who fills a queue makes it overflow. */
static gboolean
overflows (const ParlorBweRival *self, gint64 now_us)
{
  return self->lost_us >= 0 && now_us - self->lost_us <= LOST_WITHIN_US;
}

static void
begin_to_bear (ParlorBweRival *self, gboolean is_short, gint64 now_us)
{
  self->active = TRUE;
  self->is_short = is_short;
  self->bear_us = is_short ? (gint64)(DEEPER * self->deepest_us) + DEEPER_US : BEAR_QUEUE_US;
  self->n_filled = 0;
  self->since_us = self->full_us = self->was_there_us = now_us;
  self->n_refilled = 0;
}

gboolean
parlor_bwe_rival_take_drain (ParlorBweRival *self, gint64 now_us)
{
  if (overflows (self, now_us))
    begin_to_bear (self, FALSE, now_us);
  return self->active;
}

gboolean
parlor_bwe_rival_was_there (const ParlorBweRival *self, gint64 now_us)
{
  return self->was_there_us >= 0 && now_us - self->was_there_us < THERE_FOR_US;
}

/* Gathers the answer to the last question, once what was sent after the cut can be seen. */
static void
hear (ParlorBweRival *self, gint64 queue_us, gint64 rtt_us, gint64 now_us)
{
  if (self->asked_us < 0 || now_us < self->asked_us + rtt_us)
    return;
  self->sum_us += (double)queue_us;
  self->n++;
  if (now_us < self->asked_us + rtt_us + ANSWER_US)
    return;
  if (self->sum_us / self->n >= REFILLED_SHARE * self->asked_queue_us)
    self->n_refilled++;
  else
    self->n_refilled = 0;
  self->asked_us = -1;
}

/* A short queue empties each time its owner yields, so that none stays. But a queue that comes
 * where a good deal more of ours had just passed an empty one, and again, is not of our making. */
static void
note_short (ParlorBweRival *self, gint64 queue_us, gint64 jitter_us, gboolean cut, gint64 now_us)
{
  if (queue_us < EMPTY_QUEUE_US)
    {
      self->passed_bps = MAX (self->passed_bps, self->got_bps);
      self->emptied = TRUE;
    }
  if (self->deepest_us > SHORT_DEEPEST_US)
    self->n_filled = 0;
  if (!cut || !self->emptied || !self->poor || self->deepest_us > SHORT_DEEPEST_US
      || queue_us < SHORT_QUEUE_US + ASK_JITTERS * jitter_us
      || self->got_bps >= PASSED_SHARE * self->passed_bps)
    return;
  self->emptied = FALSE;
  if (self->n_filled > 0 && now_us - self->filled_us > FILLED_WITHIN_US)
    self->n_filled = 0;
  self->n_filled++;
  self->filled_us = now_us;
}

void
parlor_bwe_rival_note_drain (ParlorBweRival *self, gint64 queue_us, gint64 jitter_us, gint64 now_us)
{
  note_short (self, queue_us, jitter_us, TRUE, now_us);
}

void
parlor_bwe_rival_update (ParlorBweRival *self, gint64 queue_us, gint64 jitter_us, gint64 rtt_us,
                         gboolean cut, gint64 now_us)
{
  if (queue_us >= EMPTY_QUEUE_US)
    self->full_us = now_us;
  if (self->active)
    {
      self->was_there_us = now_us;
      note_short (self, queue_us, jitter_us, FALSE, now_us);
      if (now_us - self->full_us >= (self->is_short ? SHORT_EMPTY_FOR_US : EMPTY_FOR_US)
          || now_us - self->since_us >= (self->poor ? POOR_BEAR_FOR_US : BEAR_FOR_US))
        parlor_bwe_rival_end (self);
      return;
    }
  hear (self, queue_us, rtt_us, now_us);
  note_short (self, queue_us, jitter_us, cut, now_us);
  if (cut && self->asked_us < 0 && queue_us >= ASK_QUEUE_US + ASK_JITTERS * jitter_us)
    {
      self->asked_us = now_us;
      self->asked_queue_us = (double)queue_us;
      self->sum_us = 0;
      self->n = 0;
    }
  if (self->n_refilled >= REFILLED_MIN && overflows (self, now_us))
    begin_to_bear (self, FALSE, now_us);
  else if (self->n_filled >= FILLED_MIN && now_us - self->filled_us <= FILLED_WITHIN_US
           && overflows (self, now_us))
    begin_to_bear (self, TRUE, now_us);
}

gboolean
parlor_bwe_rival_bears (const ParlorBweRival *self, gint64 queue_us)
{
  if (self->is_short)
    return self->active && queue_us < self->bear_us;
  return self->active && queue_us < (self->poor ? POOR_BEAR_QUEUE_US : BEAR_QUEUE_US);
}

double
parlor_bwe_rival_growth (gint64 rtt_us)
{
  double seconds = MAX ((double)rtt_us / 1e6, RTT_MIN_SEC);

  return SHARE_OF_RENO * PACKET_BITS / (seconds * seconds);
}

double
parlor_bwe_rival_on_loss (ParlorBweRival *self, double excess, gint64 rtt_us, gint64 now_us)
{
  if (excess > 0)
    self->lost_us = now_us;
  if (!self->active || excess < LOSS
      || (self->loss_cut_us >= 0 && now_us - self->loss_cut_us < rtt_us + LOSS_WINDOW_US))
    return 1;
  self->loss_cut_us = now_us;
  return LOSS_FACTOR;
}
