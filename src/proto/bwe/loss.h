/* SPDX-License-Identifier: Apache-2.0 */
/* What loss alone would allow. Part of bwe.h; worker thread.
 *
 * A radio link loses packets at any rate; a full queue loses what is too much. goog_cc's
 * LossBasedBweV2 tells them apart by likelihood over what rates happened to be sent, and bounds
 * what it cannot tell by a fixed curve (at 20 % loss some 670 kbit/s). Here the path is asked: when
 * more is lost than the path is known to lose by itself, the rate is cut once, by at least 15 %,
 * and what was sent after the cut is counted apart. Loss that a full queue makes falls with the
 * rate, by about the cut; loss that does not fall is the path's own, is remembered as such, and
 * the cut is taken back. It costs one dip of about half a second per change of the path, needs no
 * history of rates, and no table of magic. Who sends far less than the path has shown to take is
 * not asked: a cut below what little he sends would starve him, and so few packets give no answer
 * (decision 0033). A full queue loses a share and never all of a tenth of a second: such a gap is
 * no question either. Loss in bursts varies much by chance, so the length of the runs widens what
 * counts as chance, and the average over seconds is looked at too. */
#pragma once
#include <glib.h>

typedef struct
{
  guint32 told, lost;
  guint32 runs; /* of lost packets one after the other */
  double bits;
  gint64 first_sent_us, last_sent_us;
  gboolean dark; /* for a while nothing came through at all: it says nothing of rates */
} ParlorBweLossWindow;

typedef struct
{
  double cap_bps;  /* G_MAXDOUBLE = none */
  double inherent; /* 0..0.45: what the path loses by itself */
  double smoothed; /* 0..1, for people and for the repeats' budget */
  ParlorBweLossWindow window;
  guint16 last_lost;
  guint run_now;       /* packets of the run that the last lost one is of */
  gint64 run_began_us; /* its first one was sent then */
  double run_pkts;     /* mean length of a run, smoothed; at least 1 */
  double rate_bps;     /* what was sent, smoothed over windows; 0 = none yet */
  double confirmed;    /* the most that the path was found to lose by itself */
  guint n_windows;
  double last_excess;      /* of the last window over `inherent`; -1 = taken */
  gint64 ignore_before_us; /* sent before this: says nothing */
  gint64 last_growth_us;
  /* While the path is asked; `asking` FALSE = the rest is meaningless. */
  gboolean asking;
  double before_loss, before_bps, before_cap_bps;
  gint64 asked_us;
} ParlorBweLoss;

void parlor_bwe_loss_init (ParlorBweLoss *self);
/* One word of feedback. Of the lost ones in the order of numbers, or runs are counted too high. */
void parlor_bwe_loss_push (ParlorBweLoss *self, gboolean received, guint16 seq, guint bytes,
                           gint64 sent_us);
/* Told as lost before, and has come after all. */
void parlor_bwe_loss_take_back (ParlorBweLoss *self, gint64 sent_us);
/* What was sent before `sent_us` says nothing: there was an outage, or another path. */
void parlor_bwe_loss_ignore_before (ParlorBweLoss *self, gint64 sent_us);
typedef enum
{
  PARLOR_BWE_LOSS_UNKNOWN = 0,
  PARLOR_BWE_LOSS_CONGESTED, /* the delay says so too: there is nothing to ask */
  PARLOR_BWE_LOSS_ROOMY,     /* far less is sent than came through before, and there is no queue:
                                what is lost now is not lost because of us */
} ParlorBweLossPath;

/* Somebody else decides about loss for now: what was cut is given back, and nothing is asked. */
void parlor_bwe_loss_yield (ParlorBweLoss *self);
/* After each feedback. `current_bps`: the target as it is. */
void parlor_bwe_loss_update (ParlorBweLoss *self, double current_bps, double min_bps,
                             ParlorBweLossPath path, gint64 now_us);
/* For receivers without transport-wide feedback, once a report: goog_cc's first loss controller
 * (draft-ietf-rmcat-gcc-02 section 6). Answers the new rate. */
double parlor_bwe_loss_by_report (ParlorBweLoss *self, double bps, double fraction,
                                  gint64 since_last_us, gboolean wanted_more);
