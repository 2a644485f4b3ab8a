/* SPDX-License-Identifier: Apache-2.0 */
/* Is there more room? Part of bwe.h; worker thread. When to probe (goog_cc's ProbeController) and
 * what a probe has shown (its ProbeBitrateEstimator).
 *
 * A forwarding server can only send the layers that there are, so it sends less than the target
 * nearly always, and the slow climb of aimd.h cannot see past 1.5 times of what is sent. Whenever
 * more is wanted than the target allows, a probe at twice the target is asked for: at once when the
 * wish rises, then after 2 to 5 s, as long as neither delay nor loss speaks against it. A probe
 * that got through calls for the next. */
#pragma once
#include <glib.h>

#define PARLOR_BWE_PROBE_CLUSTERS 4

typedef struct
{
  guint8 id; /* 0 = free */
  gboolean handed_out;
  gboolean called_for; /* by the result of another */
  double bps;
  guint32 want_bytes, want_packets;
  gint64 asked_us;
  /* As sent. */
  guint32 sent_bytes, sent_packets;
  /* As told by feedback. */
  guint32 bytes, packets;
  gint64 first_sent_us, last_sent_us, first_arrival_us, last_arrival_us;
  guint32 last_sent_bytes;     /* of all that left at last_sent_us */
  guint32 first_arrival_bytes; /* of the packet that arrived first */
} ParlorBweCluster;

typedef struct
{
  double max_bps;    /* constant */
  double wanted_bps; /* G_MAXDOUBLE = all */
  guint8 last_id;
  double loss;        /* that the path has by itself */
  gint64 next_us;     /* the next probe if there is something to look for */
  gint64 interval_us; /* to the one after it */
  gboolean climbing;  /* the last result came from a probe that another had called for */
  gboolean starting;  /* the first probes are still to be asked for */
  gint64 sent, failed;
  ParlorBweCluster clusters[PARLOR_BWE_PROBE_CLUSTERS];
} ParlorBweProber;

void parlor_bwe_prober_init (ParlorBweProber *self, double max_bps, gint64 now_us);
void parlor_bwe_prober_set_wanted (ParlorBweProber *self, double wanted_bps, double target_bps,
                                   gint64 now_us);
/* 0..1: a probe is longer, and need not come through as whole, by so much. */
void parlor_bwe_prober_set_loss (ParlorBweProber *self, double loss);
/* Timers: drops clusters that lapsed, asks for a new one if it is time and `allowed`. `jitter_us`
 * makes a probe longer than what jitter would blur. */
void parlor_bwe_prober_poll (ParlorBweProber *self, double target_bps, gboolean allowed,
                             gint64 jitter_us, gint64 now_us);
gint64 parlor_bwe_prober_next_us (const ParlorBweProber *self, double target_bps);
/* (nullable): a cluster not handed out yet. */
ParlorBweCluster *parlor_bwe_prober_take (ParlorBweProber *self, gint64 now_us);
gboolean parlor_bwe_prober_is_busy (const ParlorBweProber *self);

void parlor_bwe_prober_on_sent (ParlorBweProber *self, guint8 cluster, guint bytes);
void parlor_bwe_prober_on_received (ParlorBweProber *self, guint8 cluster, guint bytes,
                                    gint64 sent_us, gint64 arrival_us);
/* After each feedback: the rate that a finished cluster has shown, or 0. One that got through asks
 * for the next, if more than that is wanted. `full`: it was more than the path could carry. */
double parlor_bwe_prober_result (ParlorBweProber *self, gint64 jitter_us, gboolean *full,
                                 gint64 now_us);
/* Something has changed for the better, or is not known any more: the next one soon. */
void parlor_bwe_prober_soon (ParlorBweProber *self, gint64 now_us);
