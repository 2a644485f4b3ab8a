/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/loss.h"
#include <math.h>
#include "base/time.h"

/* A window is large enough to tell 15 % from 0 at three standard deviations, or as large as one
 * may wait for. */
#define WINDOW_MIN_US (250 * PARLOR_US_PER_MS)
#define WINDOW_MIN_PKTS 40
#define WINDOW_MAX_US PARLOR_US_PER_SEC
#define WINDOW_FEW_PKTS 10
/* Beyond the path's own loss and three standard deviations of it. */
#define EXCESS 0.03
#define INHERENT_MAX 0.45
#define INHERENT_SHARE 0.1
#define CONFIRMED_SHARE 0.02
#define SMOOTHED_WINDOWS 6
#define RUN_SHARE 0.25
#define RUN_MAX 12.0
#define CUT_MIN 0.15
#define CUT_MAX 0.6
/* More, beyond chance, is not believed to be the path's own without asking. */
#define ROOMY_MAX 0.25
#define RATE_SHARE 0.25
/* Nothing came through for so long, of so many: no queue does that. */
#define DARK_US (100 * PARLOR_US_PER_MS)
#define DARK_PKTS 6
/* What was sent so soon after a cut may still meet the queue that was there. */
#define ASK_AFTER_US (100 * PARLOR_US_PER_MS)
#define ASK_MAX_US (3 * PARLOR_US_PER_SEC)
#define GROWTH_PER_SEC 1.08
#define GROWTH_AFTER_US PARLOR_US_PER_SEC
/* draft-ietf-rmcat-gcc-02 section 6. */
#define REPORT_LOW 0.02
#define REPORT_HIGH 0.10

void
parlor_bwe_loss_init (ParlorBweLoss *self)
{
  *self = (ParlorBweLoss){.cap_bps = G_MAXDOUBLE, .run_pkts = 1, .last_excess = -1};
}

static void
note_lost (ParlorBweLoss *self, guint16 seq, gint64 sent_us)
{
  ParlorBweLossWindow *window = &self->window;
  gboolean goes_on = self->run_now > 0 && seq == (guint16)(self->last_lost + 1);

  window->runs += window->lost == 0 || !goes_on;
  window->lost++;
  if (!goes_on)
    self->run_began_us = sent_us;
  self->run_now = goes_on ? self->run_now + 1 : 1;
  self->last_lost = seq;
  window->dark |= self->run_now >= DARK_PKTS && sent_us - self->run_began_us >= DARK_US;
}

void
parlor_bwe_loss_push (ParlorBweLoss *self, gboolean received, guint16 seq, guint bytes,
                      gint64 sent_us)
{
  ParlorBweLossWindow *window = &self->window;

  if (sent_us < self->ignore_before_us)
    return;
  if (window->told == 0)
    window->first_sent_us = window->last_sent_us = sent_us;
  window->first_sent_us = MIN (window->first_sent_us, sent_us);
  window->last_sent_us = MAX (window->last_sent_us, sent_us);
  window->told++;
  window->bits += 8.0 * bytes;
  if (received)
    return;
  note_lost (self, seq, sent_us);
}

void
parlor_bwe_loss_take_back (ParlorBweLoss *self, gint64 sent_us)
{
  if (self->window.lost > 0 && sent_us >= self->window.first_sent_us)
    self->window.lost--;
}

void
parlor_bwe_loss_ignore_before (ParlorBweLoss *self, gint64 sent_us)
{
  self->ignore_before_us = sent_us;
  self->window = (ParlorBweLossWindow){0};
}

static gboolean
is_whole (const ParlorBweLoss *self)
{
  const ParlorBweLossWindow *window = &self->window;
  gint64 span_us = window->last_sent_us - window->first_sent_us;

  return (span_us >= WINDOW_MIN_US && window->told >= WINDOW_MIN_PKTS * self->run_pkts)
         || (span_us >= WINDOW_MAX_US && window->told >= WINDOW_FEW_PKTS);
}

/* How far above `mean` the loss of n packets may be by chance: three standard deviations, of a
 * Gilbert model whose runs have this length. */
static double
chance (const ParlorBweLoss *self, double mean, double n)
{
  return 3 * sqrt (MAX (mean, 0.01) * (1 - mean) / n * (2 * self->run_pkts - 1));
}

static gboolean
is_excess (const ParlorBweLoss *self, double loss, guint n)
{
  double slow_n = n * MIN (self->n_windows, SMOOTHED_WINDOWS);

  return loss > self->inherent + chance (self, self->inherent, n) + EXCESS
         || self->smoothed > self->inherent + chance (self, self->inherent, slow_n) + EXCESS;
}

static void
cut (ParlorBweLoss *self, double loss, double rate_bps, double current_bps, double min_bps,
     gint64 now_us)
{
  double excess = (loss - self->inherent) / (1 - self->inherent);

  self->before_loss = loss;
  self->before_bps = rate_bps;
  self->before_cap_bps = MAX (current_bps, rate_bps);
  self->cap_bps = MAX (MIN (rate_bps, current_bps) * (1 - CLAMP (excess, CUT_MIN, CUT_MAX)),
                       min_bps);
  self->asking = TRUE;
  self->asked_us = now_us;
  self->last_growth_us = now_us;
  parlor_bwe_loss_ignore_before (self, now_us + ASK_AFTER_US);
}

/* The first window after a cut. Half of what a full queue would have given back is the line. */
static void
hear_answer (ParlorBweLoss *self, double loss, double rate_bps, gboolean congested, gint64 now_us)
{
  double share = 1 - MIN (rate_bps / self->before_bps, 1);
  double expected = self->before_loss - share * (1 - self->before_loss);

  self->asking = FALSE;
  self->last_growth_us = now_us;
  expected = MAX (expected, self->inherent);
  if (congested || loss < (self->before_loss + expected) / 2)
    return; /* the cut stays; growth begins from here */
  self->inherent = self->confirmed = MIN ((loss + self->before_loss) / 2, INHERENT_MAX);
  self->cap_bps = self->before_cap_bps;
}

static void
grow (ParlorBweLoss *self, double current_bps, gint64 now_us)
{
  double seconds = CLAMP ((double)(now_us - self->last_growth_us) / 1e6, 0, 1);

  if (self->cap_bps == G_MAXDOUBLE)
    return;
  if (now_us - self->asked_us < GROWTH_AFTER_US)
    {
      self->last_growth_us = now_us;
      return;
    }
  self->cap_bps *= pow (GROWTH_PER_SEC, seconds);
  self->last_growth_us = now_us;
  if (self->cap_bps > 1.5 * current_bps)
    self->cap_bps = G_MAXDOUBLE;
}

static void
note_window (ParlorBweLoss *self, const ParlorBweLossWindow *window, double loss, double rate_bps)
{
  self->n_windows++;
  self->smoothed += MAX (1.0 / SMOOTHED_WINDOWS, 1.0 / self->n_windows) * (loss - self->smoothed);
  self->last_excess = MAX (loss - self->inherent, 0);
  self->rate_bps += (self->rate_bps > 0 ? RATE_SHARE : 1) * (rate_bps - self->rate_bps);
  if (window->runs > 0)
    self->run_pkts += RUN_SHARE
                      * (MIN ((double)window->lost / window->runs, RUN_MAX) - self->run_pkts);
}

void
parlor_bwe_loss_update (ParlorBweLoss *self, double current_bps, double min_bps,
                        ParlorBweLossPath path, gint64 now_us)
{
  const ParlorBweLossWindow window = self->window;
  double loss, rate_bps;

  if (self->asking && now_us - self->asked_us > ASK_MAX_US)
    self->asking = FALSE; /* too little is sent to tell: keep the cut and grow */
  if (!is_whole (self))
    return;
  self->window = (ParlorBweLossWindow){0};
  if (window.dark)
    return;
  loss = (double)window.lost / window.told;
  rate_bps = window.bits * 1e6 / (double)(window.last_sent_us - window.first_sent_us);
  note_window (self, &window, loss, rate_bps);
  if (self->asking)
    {
      hear_answer (self, loss, rate_bps, path == PARLOR_BWE_LOSS_CONGESTED, now_us);
      return;
    }
  if (is_excess (self, loss, window.told))
    {
      loss = MAX (loss, self->smoothed);
      if (path == PARLOR_BWE_LOSS_ROOMY
          && loss <= MIN (ROOMY_MAX + chance (self, ROOMY_MAX, window.told), INHERENT_MAX))
        self->inherent = self->confirmed = loss;
      else
        cut (self, loss, MAX (rate_bps, self->rate_bps), current_bps, min_bps, now_us);
      return;
    }
  /* Down by itself, up only as far as the path was asked: else a queue that loses a little more
   * each time would be taken for a path. */
  self->confirmed -= CONFIRMED_SHARE * MAX (self->confirmed - self->smoothed, 0);
  self->inherent = CLAMP (self->inherent + INHERENT_SHARE * (loss - self->inherent), 0,
                          self->confirmed);
  grow (self, current_bps, now_us);
}

void
parlor_bwe_loss_yield (ParlorBweLoss *self)
{
  self->cap_bps = G_MAXDOUBLE;
  self->asking = FALSE;
}

double
parlor_bwe_loss_by_report (ParlorBweLoss *self, double bps, double fraction, gint64 since_last_us,
                           gboolean wanted_more)
{
  double seconds = CLAMP ((double)since_last_us / 1e6, 0, 2);

  self->smoothed += 0.5 * (fraction - self->smoothed);
  if (fraction > REPORT_HIGH)
    return bps * (1 - 0.5 * fraction);
  if (fraction < REPORT_LOW && wanted_more)
    return bps * pow (GROWTH_PER_SEC, seconds) + 1e3 * seconds;
  return bps;
}
