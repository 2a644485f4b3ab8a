/* SPDX-License-Identifier: Apache-2.0 */
#include "router/estimate.h"

#include "base/time.h"
#include "router/allocation.h"
#include "router/internal.h"
#include "router/redundancy.h"
#include "router/repair.h"
#include "router/sender.h"
#include "router/transport.h"

/* Where no feedback tells of numbers, reports can only take away. */
#define BLIND_START_BPS (10 * 1000 * 1000)
/* Room is looked for up to this much at first, whoever is shown later: on a good path a frame then
   leaves whole, in one message (decision 0030). */
#define EXPLORE_BPS (8 * 1000 * 1000)
#define EXPLORE_US (2 * PARLOR_US_PER_SEC)
/* Layers are chosen anew when the estimate has moved by this share. */
#define MOVED_PERCENT 3
/* A wish is told when it moved by this share: rates of layers tremble, and a rise asks for probes.
 */
#define WISH_MOVED_PERCENT 20
#define BUDGET_INTERVAL_US (500 * PARLOR_US_PER_MS)
#define PACKET_BYTES 1200
/* So much waits at most, whatever the state is. */
#define WAITING_MAX_US PARLOR_US_PER_SEC

static void
update_budget (ParlorTransport *self, const ParlorBweView *view, gint64 now_us)
{
  gint64 span_us = now_us - self->budget_us;
  guint64 bps;

  if (span_us < BUDGET_INTERVAL_US)
    return;
  bps = (self->media_bytes - self->media_bytes_mark) * 8 * PARLOR_US_PER_SEC / (guint64)span_us;
  parlor_nack_responder_update (
      &self->responder, (guint32)MIN (bps, G_MAXUINT32), (guint8)MIN (view->loss * 256, 255),
      view->least_rtt_us > 0 ? view->least_rtt_us : MAX (self->rtt_us, 0), now_us);
  parlor_redundancy_take_loss (self, view, now_us);
  self->media_bytes_mark = self->media_bytes;
  self->budget_us = now_us;
}

static gboolean
has_moved (guint64 from, guint64 to, guint percent)
{
  return MAX (from, to) - MIN (from, to) > MIN (from, to) * percent / 100;
}

/* What was sent is owed in bytes: at a higher rate it takes less time. Sound, which is not paced
 * but counts, would else owe half a second by the end of a drain. */
static void
owe_anew (ParlorTransport *self, guint32 before_bps, gint64 now_us)
{
  gint64 owed_us = self->pace_us - now_us;

  if (owed_us > 0 && self->pace_bps > before_bps)
    self->pace_us = now_us + (gint64)((double)owed_us * before_bps / self->pace_bps);
}

/* A burst has two packets at least, and is paid for afterwards: where pictures are held, those two
 * would leave at once. */
static void
pay_first (ParlorTransport *self, gint64 now_us)
{
  gint64 packet_us = (gint64)PACKET_BYTES * 8 * PARLOR_US_PER_SEC / MAX (self->pace_bps, 1);

  self->pace_us = MAX (self->pace_us, now_us + packet_us);
}

/* The path is back after a time in which everything was lost. What the history still has can be
 * repeated; after more than that receivers need another beginning. Repeats of the hole's last
 * packets would only be in its way. */
static void
end_outage (ParlorTransport *self, const ParlorBweView *view)
{
  if (view->outages == self->outages)
    return;
  self->outages = view->outages;
  if (view->outage_us <= PARLOR_HISTORY_AGE_US)
    return;
  parlor_send_lane_clear (&self->lanes[PARLOR_LANE_REPEATS]);
  parlor_transport_recover (self);
}

/* The estimator knows something new. */
static void
apply (ParlorTransport *self, gint64 now_us)
{
  ParlorBweProbe probe;
  ParlorBweView view;
  guint32 before_bps = self->pace_bps;
  gint64 waiting_us;

  parlor_bwe_view (self->bwe, &view);
  if (view.rtt_us > 0)
    self->rtt_us = view.rtt_us;
  update_budget (self, &view, now_us);
  self->pace_bps = view.pacing_bps;
  if (has_moved (self->allocated_bps, view.target_bps, MOVED_PERCENT))
    parlor_allocation_run (self, now_us);
  /* Bursts may go faster than the estimate; what never ends may not. */
  self->pace_bps = self->overfull ? view.target_bps : view.pacing_bps;
  owe_anew (self, before_bps, now_us);
  if (view.held && self->pace_bps < before_bps)
    pay_first (self, now_us);
  end_outage (self, &view);
  waiting_us = view.held ? 0 : parlor_sender_waiting_us (self);
  if (waiting_us > WAITING_MAX_US
      || (waiting_us > PARLOR_ESTIMATE_STALE_US && view.state == PARLOR_BWE_OVERUSE))
    parlor_sender_drop_stale (self, waiting_us > WAITING_MAX_US, now_us);
  if (parlor_bwe_take_probe (self->bwe, &probe, now_us))
    parlor_sender_probe (self, &probe, now_us);
}

/* Some of what is sent has a transport-wide number, and the peer tells of it. */
static gboolean
is_counted (const ParlorTransport *self)
{
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL && self->slots[i]->config.transport_cc)
      return self->config.transport_cc && self->extensions.id_of[PARLOR_EXT_TRANSPORT_CC] != 0;
  return FALSE;
}

void
parlor_estimate_begin (ParlorTransport *self, gint64 now_us)
{
  gboolean counted = is_counted (self);
  ParlorBweConfig config = {.start_bps = counted ? PARLOR_ESTIMATE_START_BPS : BLIND_START_BPS,
                            .transport_cc = counted};

  self->bwe = parlor_bwe_new (&config, now_us);
  self->estimate_us = self->budget_us = now_us;
  parlor_bwe_set_wanted (self->bwe, EXPLORE_BPS, now_us);
  parlor_bwe_poll (self->bwe, now_us);
  apply (self, now_us);
}

gboolean
parlor_estimate_take_feedback (ParlorTransport *self, const ParlorRtcpPacket *packet, gint64 now_us)
{
  ParlorTwccStatus *statuses = self->router->statuses;
  ParlorTwccFeedback feedback;

  if (parlor_twcc_parse (packet, &feedback, statuses, PARLOR_TWCC_MAX_STATUSES) != PARLOR_RTCP_OK)
    return FALSE;
  if (self->bwe == NULL)
    return TRUE;
  parlor_repair_take (self, statuses, feedback.n_statuses, now_us);
  parlor_bwe_on_feedback (self->bwe, &feedback, statuses, now_us);
  parlor_bwe_poll (self->bwe, now_us);
  apply (self, now_us);
  return TRUE;
}

void
parlor_estimate_take_report (ParlorTransport *self, guint8 fraction_lost, gint64 rtt_us,
                             gint64 now_us)
{
  if (self->bwe == NULL)
    return;
  parlor_bwe_on_receiver_report (self->bwe, fraction_lost, rtt_us, now_us);
  apply (self, now_us);
}

void
parlor_estimate_take_remb (ParlorTransport *self, guint64 bps, gint64 now_us)
{
  if (self->bwe == NULL)
    return;
  parlor_bwe_on_remb (self->bwe, bps, now_us);
  apply (self, now_us);
}

void
parlor_estimate_route_changed (ParlorTransport *self, gint64 now_us)
{
  if (self->bwe == NULL)
    return;
  parlor_bwe_route_changed (self->bwe, now_us);
  self->probe.cluster = 0;
  apply (self, now_us);
}

void
parlor_estimate_set_wanted (ParlorTransport *self, guint64 bps, gint64 now_us)
{
  if (self->bwe == NULL)
    return;
  if (now_us - self->estimate_us < EXPLORE_US)
    bps = MAX (bps, EXPLORE_BPS);
  if (!has_moved (self->wanted_bps, bps, WISH_MOVED_PERCENT))
    return;
  self->wanted_bps = (guint32)MIN (bps, G_MAXUINT32 - 1);
  parlor_bwe_set_wanted (self->bwe, self->wanted_bps, now_us);
}

void
parlor_estimate_poll (ParlorTransport *self, gint64 now_us)
{
  if (self->bwe == NULL || now_us < parlor_estimate_next_us (self))
    return;
  parlor_bwe_poll (self->bwe, now_us);
  apply (self, now_us);
}

gint64
parlor_estimate_next_us (const ParlorTransport *self)
{
  return self->bwe != NULL ? parlor_bwe_next_us (self->bwe) : PARLOR_NEVER_US;
}
