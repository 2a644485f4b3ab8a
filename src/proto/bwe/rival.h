/* SPDX-License-Identifier: Apache-2.0 */
/* Does somebody else keep the queue full? Part of bwe.h; worker thread.
 *
 * A flow that yields to delay gives all it has to a TCP flow that fills the queue until it
 * overflows: on a queue of 150 ms, 6 to 19 % was left of a fair half in our simulator. goog_cc
 * widens its threshold (trend.h does too), which is not enough on deep queues. So each cut is also
 * a question: a queue of ours falls when our rate falls; one that stays as it was for the second
 * after the cut is refilled by another. Two such answers in a row,
 * and loss within the last 15 s (who fills a queue makes it overflow now and then; flows like ours
 * do not), and for 20 s delay below 400 ms
 * is borne, the rate grows by half of what Reno would (RFC 5681 section 3.1), and loss cuts it.
 * Then, or when the queue has been empty for a second, delay counts again. Who gets less than 0.4
 * of what the path has shown bears 800 ms, and for two minutes (decision 0118): a picture in steps
 * was cut to its sound each time delay was asked again.
 *
 * A short queue never stays: it is empty each time its owner yields, and says "ours" to each
 * question. There the ladder tells (decision 0164): delay cuts who is poor already, at a rate of
 * which a good deal more had passed an empty queue within some seconds; the queue empties, and it
 * happens again further down. A path that takes less has its queue where it always comes. Twice,
 * and loss, and no queue above 150 ms for half a minute: then delay is borne up to one and a half
 * times the deepest that was seen, until the queue has been empty for three seconds, or by time. */
#pragma once
#include <glib.h>

typedef struct
{
  gboolean active, poor;    /* poor: gets little of what the path has shown */
  gboolean is_short;        /* while active: its queue empties each time it yields */
  gint64 bear_us;           /* while that: so much of a queue is borne */
  double best_bps;          /* the highest estimate lately */
  double got_bps;           /* what came through at the last feedback */
  double passed_bps;        /* the most that did lately while the queue was empty */
  double deepest_us;        /* the deepest queue lately */
  gint64 since_us, full_us; /* while active: since when; when the queue was last not empty */
  gint64 lost_us;           /* when the path last lost more than it does by itself; -1 = never */
  gint64 was_there_us;      /* when it was last active; -1 = never */
  gint64 loss_cut_us;       /* last cut for loss, while active; -1 = none */
  /* The question that was asked last; asked_us -1 = none. */
  gint64 asked_us;
  double asked_queue_us, sum_us;
  guint n;
  guint n_refilled; /* answers in a row */
  /* Of a short queue. */
  gboolean emptied; /* since it last filled where more had passed */
  guint n_filled;   /* how often it did */
  gint64 filled_us; /* the last time */
} ParlorBweRival;

void parlor_bwe_rival_init (ParlorBweRival *self);
/* A drain, in which next to nothing was sent, has left a queue: the answer to both questions. TRUE:
 * it is another's, since the path has lost packets too. */
gboolean parlor_bwe_rival_take_drain (ParlorBweRival *self, gint64 now_us);
/* Somebody else kept the queue full not long ago. */
gboolean parlor_bwe_rival_was_there (const ParlorBweRival *self, gint64 now_us);
/* Delay counts again, and nothing is asked; loss is remembered. */
void parlor_bwe_rival_end (ParlorBweRival *self);
/* After each feedback: what came through, the estimate, and the time since the feedback before. */
void parlor_bwe_rival_note_rate (ParlorBweRival *self, double got_bps, double may_bps,
                                 gint64 span_us);
/* With each feedback, also while a drain goes on. */
void parlor_bwe_rival_note_queue (ParlorBweRival *self, gint64 queue_us);
/* After each feedback; `cut`: delay has just lowered the rate. A queue within twice `jitter_us`
 * asks nothing. */
void parlor_bwe_rival_update (ParlorBweRival *self, gint64 queue_us, gint64 jitter_us,
                              gint64 rtt_us, gboolean cut, gint64 now_us);
/* Instead of that while a drain goes on, when it has just lowered the rate. */
void parlor_bwe_rival_note_drain (ParlorBweRival *self, gint64 queue_us, gint64 jitter_us,
                                  gint64 now_us);
/* TRUE: delay is to be borne. */
gboolean parlor_bwe_rival_bears (const ParlorBweRival *self, gint64 queue_us);
/* How much the rate may grow, bits per second each second. */
double parlor_bwe_rival_growth (gint64 rtt_us);
/* A new window of loss, above what the path loses by itself: the factor for the rate, at most one
 * cut in `rtt_us` and a window; 1 = none. */
double parlor_bwe_rival_on_loss (ParlorBweRival *self, double excess, gint64 rtt_us, gint64 now_us);
