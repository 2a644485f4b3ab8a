/* SPDX-License-Identifier: Apache-2.0 */
/* What holds the target below the estimate for a while, and the path's measures that this needs.
 * Part of bwe.h; worker thread.
 *
 * - The path: least one-way delay and round trip of the last 20 to 40 s, so the queue's delay now.
 * - Drain: a path that shrinks to a tenth holds, before any estimator can know, a queue of seconds.
 *   85 % of the new capacity would need ten times as long to empty it. When the queue is above 100
 *   ms and what comes out is well below what goes in, the target falls to a small share of what
 *   comes out until the queue has gone, for as long as its own bytes take and never above 4 s (the
 *   queue of a TCP flow beside us does not go, and is not ours). In place of goog_cc's
 *   congestion-window pushback, which acts on bytes in flight without end.
 * - Overdue: a feedback that tells nothing of what should have come by then. A packet that waits in
 *   a queue is told of only when it has come through; that it has not come is known earlier.
 * Pictures wait for the next feedback.
 * - Silence: packets are sent and no feedback comes.
 * - App-limited: goog_cc's AlrDetector, a budget that fills at 65 % of the target. */
#pragma once
#include <glib.h>

typedef struct
{
  gint64 now, before; /* G_MAXINT64 = none: the least of this window and of the one before */
  gint64 since_us;
} ParlorBweLeast;

typedef struct
{
  ParlorBweLeast delay, rtt;        /* delay: arrival - sent, of two clocks */
  gint64 rtt_us;                    /* smoothed, 0 = not known */
  gint64 queue_us, before_queue_us; /* of this feedback and of the one before */
  gint64 newest_us; /* what its last packet waited, where the one before it waited too */
} ParlorBwePath;

void parlor_bwe_path_init (ParlorBwePath *self);
/* One feedback: the least (arrival - sent) and the least round trip of its packets. */
void parlor_bwe_path_push (ParlorBwePath *self, gint64 delay_us, gint64 rtt_us, gint64 now_us);
/* The same feedback's last two packets, in order of arrival, by their (arrival - sent): a queue
 * that grows is longer by now than it was at the first packet of 50 ms. */
void parlor_bwe_path_push_last (ParlorBwePath *self, gint64 before_us, gint64 last_us);
/* Of the last 20 to 40 s; 0 = not known yet. */
gint64 parlor_bwe_path_least_rtt_us (const ParlorBwePath *self);
/* The receiver's clock leapt: the delays so far mean nothing. */
void parlor_bwe_path_forget_delay (ParlorBwePath *self);

typedef struct
{
  gboolean active;
  gboolean early; /* it was begun so */
  gint64 since_us, until_us;
  double bits;         /* that were under way when it began */
  double capacity_bps; /* what came out when it began, refreshed while it lasts */
  guint n_steep;       /* feedbacks in a row that looked like it */
} ParlorBweDrain;

/* Whether the update asks for `out_bps`: otherwise 0 is as good. */
gboolean parlor_bwe_drain_listens (const ParlorBweDrain *self, const ParlorBwePath *path);

/* After each feedback. `out_bps`: what comes out by the last packets' spacing (0 = cannot be told);
 * `target_bps`: what was allowed in; `flight_bytes`: what is under way; `early`: the
 * queue is surely not of the sender's own making, less of it is enough. TRUE: a drain begins, the
 * estimate is to be set by `capacity_bps`. */
gboolean parlor_bwe_drain_update (ParlorBweDrain *self, const ParlorBwePath *path, double out_bps,
                                  double target_bps, gint64 flight_bytes, gboolean early,
                                  gint64 now_us);
/* What may be sent now; G_MAXDOUBLE when not draining. */
double parlor_bwe_drain_bps (const ParlorBweDrain *self, const ParlorBwePath *path,
                             gint64 flight_bytes);

/* How old the oldest packet in flight is when feedback comes, beyond the least round trip: what is
 * usual follows RFC 6298's way. */
typedef struct
{
  gint64 mean_us, dev_us;
  guint n;         /* feedbacks looked at, up to some */
  guint n_held;    /* in a row */
  gint64 until_us; /* pictures are held until then; 0 = they are not */
} ParlorBweOverdue;

/* What was sent longer ago than the least round trip and this should have been told of; G_MAXINT64
 * while that is not known. */
gint64 parlor_bwe_overdue_limit_us (const ParlorBweOverdue *self);
/* After each feedback. `late_us`: of the oldest packet in flight, 0 when none is; `overdue`: more
 * than one or two packets are, and the queue cannot be the sender's own. Held is three times in a
 * row at most. */
void parlor_bwe_overdue_push (ParlorBweOverdue *self, gint64 late_us, gboolean overdue,
                              gint64 now_us);

typedef struct
{
  double budget_bits; /* -window..window */
  gint64 last_us;
  gboolean limited;
} ParlorBweAppLimit;

void parlor_bwe_app_limit_init (ParlorBweAppLimit *self, gint64 now_us);
/* `bytes` 0: time passes. Padding does not count as sent. */
void parlor_bwe_app_limit_push (ParlorBweAppLimit *self, guint bytes, double target_bps,
                                gint64 now_us);
