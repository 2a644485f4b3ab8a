/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/bwe.h"
#include <math.h>
#include "base/time.h"
#include "base/warm.h"
#include "proto/bwe/acked.h"
#include "proto/bwe/aimd.h"
#include "proto/bwe/arrival.h"
#include "proto/bwe/burst.h"
#include "proto/bwe/loss.h"
#include "proto/bwe/probe.h"
#include "proto/bwe/pushback.h"
#include "proto/bwe/rival.h"
#include "proto/bwe/sent.h"
#include "proto/bwe/trend.h"

#define START_BPS 300000
#define MIN_BPS 30000
#define MAX_BPS 20000000
#define DEFAULT_RTT_US (200 * PARLOR_US_PER_MS) /* goog_cc's, until one is measured */
#define RTT_MAX_US (10 * PARLOR_US_PER_SEC)
#define REMB_HOLDS_US (15 * PARLOR_US_PER_SEC)
/* Without feedback: when to worry, how often to step down, and how far. */
#define SILENCE_US (500 * PARLOR_US_PER_MS)
#define SILENCE_STEP_US (500 * PARLOR_US_PER_MS)
#define SILENCE_STEP 0.8
#define SILENCE_LEAST 0.1
/* Who has sent no feedback by then, but reports, never will. */
#define MUTE_US (3 * PARLOR_US_PER_SEC)
/* Reports can only take away (see decision 0030 for those who negotiated none). */
#define MUTE_START_BPS 10e6
/* After an outage that swallowed the packets too, this share of what was known. */
#define OUTAGE_SHARE 0.5
#define OUTAGE_RECEIVED 0.8
#define OVERUSE_SHOWN_US (500 * PARLOR_US_PER_MS)
#define PROBE_QUEUE_MAX_US (40 * PARLOR_US_PER_MS)
#define PROBE_LEAP_US PARLOR_US_PER_SEC
#define PROBE_FULL_SHARE 0.5
#define PROBE_LOSS_STEP 1.5
/* Who sends so many times what the average says has begun to send more: a larger picture's key
 * frame. */
#define LEAP_TIMES 1.5
/* Of what was sent before a drain that another's queue began. */
#define RIVAL_SHARE 0.5
/* A queue beyond so many times the jitter is none. */
#define EARLY_JITTERS 6
#define MUCH_JITTER_US (12 * PARLOR_US_PER_MS)
/* A jittery line's small picture: 3 to 6 packets a feedback, of which one in three may be missing.
 */
#define FEW_OF_BYTES 8000
#define FEW_SHARE 0.4
#define SENT_MEMORY_SEC 0.2
/* One packet or two may be lost, or sound alone. */
#define OVERDUE_BYTES 3000
/* Of the sent packets: what a feedback tells of, at 250 kbit/s and more. */
#define WARM_SENT_BYTES 128
/* The path takes at least so many times what is sent: it is not full. */
#define ROOMY_TIMES 2

struct _ParlorBwe
{
  ParlorBweConfig config; /* constant */
  gboolean counts;        /* feedback tells of numbers: negotiated, and not found to stay away */
  gint64 begun_us;

  /* what each packet sent touches: a few lines of each of many receivers */
  gint64 now_us;
  guint32 target_bps, wanted_bps;
  double sent_bps; /* of the last moments */
  gint64 sent_last_us;
  gint64 silent_since_us; /* of what is in flight; G_MAXINT64 = nothing is */
  ParlorBweAppLimit app;
  ParlorBweSent sent;

  ParlorBweAcked acked;
  ParlorBweBurst burst;
  ParlorBweTrend trend;
  ParlorBweAimd aimd;
  ParlorBweLoss loss;
  ParlorBweProber prober;
  ParlorBwePath path;
  ParlorBweDrain drain;
  double before_drain_bps; /* what was sent */
  ParlorBweOverdue overdue;
  ParlorBweRival rival;

  ParlorBweClock clock;

  guint8 feedback_count;  /* of the newest */
  gint64 feedback_us;     /* last one that told something; -1 = none */
  gint64 silence_next_us; /* next step down */
  double silence_factor;  /* 1 = there is feedback */
  gint64 overuse_us;      /* last; -1 = never */
  gint64 probed_us;       /* when a probe last raised the estimate; -1 = never */

  guint32 remb_bps;
  gint64 remb_us;
  double report_bps; /* without transport-wide feedback */
  gint64 report_us, report_rtt_us;

  gint64 passed;    /* numbers below it had left the path at the newest feedback */
  gint64 outage_us; /* the last one */
  gint64 feedbacks, unknown, duplicate, refused, overuses, outages;
};

/* What one feedback packet told. */
typedef struct
{
  guint n_told, n_received;
  gint64 least_delay_us, least_rtt_us;
  gint64 before_delay_us, last_delay_us; /* of the last two packets */
  guint bytes;                           /* of what was received */
  gint64 span_us;                        /* since the feedback before; 0 = there was none */
  ParlorBweUsage usage;
} Told;

static void
begin (ParlorBwe *self, gint64 now_us)
{
  const ParlorBweConfig *config = &self->config;

  parlor_bwe_acked_init (&self->acked);
  parlor_bwe_burst_init (&self->burst);
  parlor_bwe_trend_init (&self->trend);
  parlor_bwe_aimd_init (&self->aimd, config->start_bps, config->min_bps, config->max_bps);
  parlor_bwe_loss_init (&self->loss);
  parlor_bwe_prober_init (&self->prober, config->max_bps, now_us);
  parlor_bwe_path_init (&self->path);
  parlor_bwe_app_limit_init (&self->app, now_us);
  parlor_bwe_rival_init (&self->rival);
  self->drain = (ParlorBweDrain){0};
  self->overdue = (ParlorBweOverdue){0};
  self->now_us = self->sent_last_us = now_us;
  self->sent_bps = 0;
  self->clock = (ParlorBweClock){0};
  self->feedback_us = self->overuse_us = self->probed_us = self->report_us = -1;
  self->silent_since_us = self->silence_next_us = PARLOR_NEVER_US;
  self->silence_factor = 1;
  self->counts = config->transport_cc;
  self->begun_us = now_us;
  self->report_bps = config->start_bps;
  self->report_rtt_us = 0;
  self->remb_bps = 0;
}

G_STATIC_ASSERT (sizeof (ParlorBweSentSlot) == 8);
G_STATIC_ASSERT (sizeof (struct _ParlorBwe) <= 4 * 1024);

ParlorBwe *
parlor_bwe_new (const ParlorBweConfig *config, gint64 now_us)
{
  ParlorBwe *self = g_new0 (ParlorBwe, 1);

  self->config = *config;
  if (self->config.max_bps == 0)
    self->config.max_bps = MAX_BPS;
  if (self->config.min_bps == 0)
    self->config.min_bps = MIN_BPS;
  self->config.min_bps = MIN (self->config.min_bps, self->config.max_bps);
  if (self->config.start_bps == 0)
    self->config.start_bps = START_BPS;
  self->config.start_bps = CLAMP (self->config.start_bps, self->config.min_bps,
                                  self->config.max_bps);
  self->wanted_bps = G_MAXUINT32;
  parlor_bwe_sent_init (&self->sent);
  begin (self, now_us);
  self->target_bps = self->config.start_bps;
  return self;
}

void
parlor_bwe_free (ParlorBwe *self)
{
  if (self == NULL)
    return;
  parlor_bwe_sent_clear (&self->sent);
  g_free (self);
}

static gint64
advance (ParlorBwe *self, gint64 now_us)
{
  self->now_us = MAX (self->now_us, now_us);
  return self->now_us;
}

static double
wanted (const ParlorBwe *self)
{
  return self->wanted_bps == G_MAXUINT32 ? G_MAXDOUBLE : self->wanted_bps;
}

static gboolean
is_overusing (const ParlorBwe *self)
{
  return self->drain.active || self->silence_factor < 1
         || (self->overuse_us >= 0 && self->now_us - self->overuse_us < OVERUSE_SHOWN_US);
}

static gboolean
remb_holds (const ParlorBwe *self)
{
  return self->remb_bps > 0 && self->now_us - self->remb_us < REMB_HOLDS_US;
}

/* The estimate, before what holds it down for a while. */
static double
estimate (const ParlorBwe *self)
{
  double bps = self->counts ? MIN (self->aimd.bps, self->loss.cap_bps) : self->report_bps;

  return remb_holds (self) ? MIN (bps, self->remb_bps) : bps;
}

static gboolean
update_target (ParlorBwe *self)
{
  double bps = MIN (estimate (self),
                    parlor_bwe_drain_bps (&self->drain, &self->path, self->sent.flight_bytes));
  guint32 before = self->target_bps;

  bps *= self->silence_factor;
  self->target_bps = (guint32)CLAMP (bps, self->config.min_bps, self->config.max_bps);
  return self->target_bps != before;
}

/* --- What is sent ---------------------------------------------------------------------------- */

/* exp (-x). Between two messages of a stream x is small, and libm's code and tables are not in any
 * cache by then: Padé's fraction is as good to five digits. */
static double
fade (double x)
{
  double even = 12 + x * x, odd = 6 * x;

  return x < 0.5 ? (even - odd) / (even + odd) : exp (-x);
}

static void
note_sent_rate (ParlorBwe *self, gsize bytes)
{
  double seconds = (double)(self->now_us - self->sent_last_us) / 1e6;

  if (seconds > 0)
    self->sent_bps *= fade (seconds / SENT_MEMORY_SEC);
  self->sent_bps += 8.0 * (double)bytes / SENT_MEMORY_SEC;
  self->sent_last_us = self->now_us;
}

void
parlor_bwe_on_sent (ParlorBwe *self, guint16 seq, gsize bytes, ParlorBweSentFlags flags,
                    guint8 cluster, gint64 now_us)
{
  gboolean padding = (flags & PARLOR_BWE_SENT_PADDING) != 0;

  advance (self, now_us);
  bytes = MIN (bytes, G_MAXUINT16);
  if (self->counts)
    {
      if (!parlor_bwe_sent_push (&self->sent, seq, (guint)bytes, cluster, padding, self->now_us))
        return;
      if (cluster != 0)
        parlor_bwe_prober_on_sent (&self->prober, cluster, (guint)bytes);
      if (self->silent_since_us == PARLOR_NEVER_US)
        self->silent_since_us = self->now_us;
    }
  note_sent_rate (self, bytes);
  parlor_bwe_app_limit_push (&self->app, padding ? 0 : (guint)bytes, self->target_bps,
                             self->now_us);
}

void
parlor_bwe_warm (const ParlorBwe *self)
{
  if (self->sent.ring != NULL)
    parlor_warm (&self->sent.ring[(self->sent.highest + 1) & self->sent.mask],
                 sizeof *self->sent.ring);
}

void
parlor_bwe_warm_feedback (const ParlorBwe *self)
{
  if (self != NULL)
    parlor_warm (self, sizeof *self);
}

void
parlor_bwe_warm_feedback_more (const ParlorBwe *self)
{
  if (self->sent.ring != NULL)
    parlor_warm (&self->sent.ring[self->sent.unacked & self->sent.mask], WARM_SENT_BYTES);
}

/* --- What came through ----------------------------------------------------------------------- */

static void
forget_clock (ParlorBwe *self)
{
  parlor_bwe_burst_init (&self->burst);
  parlor_bwe_trend_init (&self->trend);
  parlor_bwe_acked_init (&self->acked);
  parlor_bwe_path_forget_delay (&self->path);
}

static void
take_received (ParlorBwe *self, const ParlorBweSentPacket *packet, gint64 arrival_us, Told *told)
{
  gint64 delay_us = arrival_us - packet->sent_us;
  ParlorBweDelta delta;

  told->n_received++;
  told->least_delay_us = MIN (told->least_delay_us, delay_us);
  told->before_delay_us = told->last_delay_us;
  told->last_delay_us = delay_us;
  told->bytes += packet->bytes;
  told->least_rtt_us = MIN (told->least_rtt_us, self->now_us - packet->sent_us);
  parlor_bwe_acked_push (&self->acked, arrival_us, packet->bytes, self->app.limited);
  if (packet->cluster != 0)
    {
      parlor_bwe_prober_on_received (&self->prober, packet->cluster, packet->bytes, packet->sent_us,
                                     arrival_us);
      /* A probe makes a queue on purpose, which what comes after it still meets. */
      parlor_bwe_burst_init (&self->burst);
      parlor_bwe_trend_forget (&self->trend);
      return;
    }
  if (!parlor_bwe_burst_push (&self->burst, packet->sent_us, arrival_us, &delta))
    return;
  parlor_bwe_trend_push (&self->trend, delta.sent_us, delta.arrival_us, arrival_us);
  if (self->trend.usage == PARLOR_BWE_USAGE_OVER)
    told->usage = PARLOR_BWE_USAGE_OVER;
}

static void
take_status (ParlorBwe *self, const ParlorTwccStatus *status, gint64 offset_us, Told *told)
{
  ParlorBweSentPacket packet;
  ParlorBweTold word = parlor_bwe_sent_tell (&self->sent, status->seq, status->received, &packet);

  if (word == PARLOR_BWE_TOLD_UNKNOWN)
    self->unknown++;
  if (word == PARLOR_BWE_TOLD_AGAIN && status->received)
    self->duplicate++;
  if (word == PARLOR_BWE_TOLD_UNKNOWN || word == PARLOR_BWE_TOLD_AGAIN)
    return;
  told->n_told++;
  /* A probe may lose what the target would not. */
  if (packet.cluster == 0 && word == PARLOR_BWE_TOLD_NEW)
    parlor_bwe_loss_push (&self->loss, status->received, status->seq, packet.bytes, packet.sent_us);
  else if (packet.cluster == 0)
    parlor_bwe_loss_take_back (&self->loss, packet.sent_us);
  if (status->received)
    take_received (self, &packet, status->arrival_us + offset_us, told);
}

/* libwebrtc's feedback after a gap begins with what came last: of what was lost in it nothing is
 * told, so it is counted by the numbers that were passed over. */
static void
note_outage (ParlorBwe *self, const Told *told)
{
  if ((double)told->n_received >= OUTAGE_RECEIVED * (double)(self->sent.unacked - self->passed))
    return;
  self->outages++;
  self->outage_us = self->now_us - MAX (self->feedback_us, self->begun_us);
}

/* Feedback is back. Of an outage that swallowed the packets too, their loss tells nothing about
 * rates; but the path may be another one. */
static void
end_silence (ParlorBwe *self, const Told *told)
{
  if (self->silence_factor < 1)
    {
      parlor_bwe_loss_ignore_before (&self->loss, self->now_us);
      if (told->n_received < OUTAGE_RECEIVED * told->n_told)
        parlor_bwe_aimd_set (&self->aimd, OUTAGE_SHARE * self->aimd.bps, self->now_us);
      note_outage (self, told);
      parlor_bwe_prober_soon (&self->prober, self->now_us);
    }
  self->silence_factor = 1;
  self->passed = self->sent.unacked;
  self->silence_next_us = PARLOR_NEVER_US;
  self->silent_since_us = self->sent.flight_bytes > 0 ? self->now_us : PARLOR_NEVER_US;
  self->feedback_us = self->now_us;
}

static gint64
jitter_us (const ParlorBwe *self)
{
  return (gint64)(self->trend.jitter_ms * 1e3);
}

/* A slope without a queue is jitter; where there is much of it, one look at the queue is too few.
 */
static gboolean
is_mere_jitter (const ParlorBwe *self)
{
  gint64 queue_us = self->path.queue_us, jitter = jitter_us (self);

  if (jitter > MUCH_JITTER_US)
    queue_us = MIN (queue_us, self->path.before_queue_us);
  return queue_us < jitter * 2;
}

/* Who sends much less than he may makes no queue: one that comes is the path's fall, and each
 * moment of it is heard. Where delays jump about by themselves that cannot be told so early. */
static gboolean
falls_early (const ParlorBwe *self)
{
  return self->app.limited && self->path.newest_us > EARLY_JITTERS * jitter_us (self)
         && !parlor_bwe_rival_was_there (&self->rival, self->now_us);
}

/* Much less has come than was sent in that time, and there were enough packets for that to be no
 * accident of jitter: what the last of them waited counts, not the first. */
static gboolean
came_few (const ParlorBwe *self, const Told *told)
{
  double sent_bytes = self->sent_bps / 8e6 * (double)told->span_us;

  return told->n_received >= 2 && sent_bytes >= FEW_OF_BYTES
         && told->bytes < FEW_SHARE * sent_bytes;
}

/* A queue that a key frame made when little was sent before says nothing of a path that takes as
 * little as the average still tells: the spacing of the burst is the path's rate. */
static double
rate_after_leap (const ParlorBwe *self, double acked_bps)
{
  if (self->sent_bps <= LEAP_TIMES * acked_bps)
    return acked_bps;
  return MAX (acked_bps, parlor_bwe_acked_recent_bps (&self->acked, PARLOR_BWE_ACKED_BURST_US));
}

/* A queue of ours is gone when a drain is over. One that is not is another's, and what the drain
 * gave away is his: half of it comes back, as after one cut of TCP's. */
static void
end_drain (ParlorBwe *self, gboolean early)
{
  if (!early || self->path.queue_us < PROBE_QUEUE_MAX_US + 2 * jitter_us (self)
      || !parlor_bwe_rival_take_drain (&self->rival, self->now_us))
    return;
  parlor_bwe_aimd_set (&self->aimd, MAX (self->aimd.bps, RIVAL_SHARE * self->before_drain_bps),
                       self->now_us);
}

static void
update_delay (ParlorBwe *self, const Told *told)
{
  ParlorBweUsage usage = told->usage == PARLOR_BWE_USAGE_OVER ? told->usage : self->trend.usage;
  gboolean early = falls_early (self);
  double out_bps = 0;
  double in_bps = MIN (self->sent_bps, estimate (self));
  double acked_bps = self->acked.bps
                     / (1 - self->loss.inherent); /* lost by itself is not too much */
  double growth_bps = 0;
  gint64 rtt_us = self->path.rtt_us;
  gboolean cut, drained = self->drain.active, drained_early = self->drain.early;

  parlor_bwe_rival_note_queue (&self->rival, self->path.queue_us);
  /* A look over many packets, for what only a queue asks. */
  if (usage == PARLOR_BWE_USAGE_OVER || parlor_bwe_drain_listens (&self->drain, &self->path))
    out_bps = parlor_bwe_acked_recent_bps (&self->acked, early ? PARLOR_BWE_ACKED_EARLY_US
                                                               : PARLOR_BWE_ACKED_RECENT_US);
  if (usage == PARLOR_BWE_USAGE_OVER && is_mere_jitter (self))
    usage = PARLOR_BWE_USAGE_NORMAL;
  if ((drained || !parlor_bwe_rival_bears (&self->rival, self->path.queue_us))
      && parlor_bwe_drain_update (&self->drain, &self->path, out_bps, in_bps,
                                  self->sent.flight_bytes, early, self->now_us))
    {
      usage = PARLOR_BWE_USAGE_OVER;
      self->before_drain_bps = in_bps;
    }
  if (drained && !self->drain.active)
    end_drain (self, drained_early);
  if (self->drain.active && self->drain.capacity_bps < acked_bps)
    acked_bps = self->drain.capacity_bps;
  if (parlor_bwe_rival_bears (&self->rival, self->path.queue_us))
    {
      usage = PARLOR_BWE_USAGE_NORMAL;
      growth_bps = parlor_bwe_rival_growth (rtt_us);
    }
  if (self->drain.active)
    parlor_bwe_rival_end (&self->rival); /* this queue is ours */
  if (self->drain.active && usage != PARLOR_BWE_USAGE_OVER)
    return; /* what comes out of a queue that empties says nothing of more room */
  if (usage == PARLOR_BWE_USAGE_OVER)
    {
      /* The average is late after a leap of the rate; on a full path the spacing is right too. */
      if (!self->drain.active && self->probed_us >= 0
          && self->now_us - self->probed_us < PROBE_LEAP_US)
        acked_bps = MAX (acked_bps, out_bps);
      if (!self->drain.active)
        acked_bps = rate_after_leap (self, acked_bps);
      self->overuses += is_overusing (self) ? 0 : 1;
      self->overuse_us = self->now_us;
    }
  cut = parlor_bwe_aimd_update (&self->aimd, usage, acked_bps, growth_bps, rtt_us, self->now_us);
  parlor_bwe_rival_note_rate (&self->rival, self->acked.bps, self->aimd.bps, told->span_us);
  if (!self->drain.active)
    parlor_bwe_rival_update (&self->rival, self->path.queue_us, jitter_us (self), rtt_us, cut,
                             self->now_us);
  else if (cut)
    parlor_bwe_rival_note_drain (&self->rival, self->path.newest_us, jitter_us (self),
                                 self->now_us);
}

/* A line that falls is known by what has not come before it is by what came late. A key frame after
 * little makes a queue of its own. */
static void
update_overdue (ParlorBwe *self)
{
  gint64 came_us = self->now_us - parlor_bwe_path_least_rtt_us (&self->path);
  gint64 oldest_us = parlor_bwe_sent_oldest_flight_us (&self->sent);
  gint64 limit_us = parlor_bwe_overdue_limit_us (&self->overdue);
  gboolean may = limit_us != PARLOR_NEVER_US && self->app.limited && !self->drain.active
                 && self->sent_bps <= LEAP_TIMES * self->acked.bps
                 && !parlor_bwe_rival_was_there (&self->rival, self->now_us);

  parlor_bwe_overdue_push (
      &self->overdue, MAX (came_us - oldest_us, 0),
      may
          && parlor_bwe_sent_flight_before (&self->sent, came_us - limit_us, OVERDUE_BYTES)
                 == OVERDUE_BYTES,
      self->now_us);
}

static ParlorBweLossPath
loss_path (const ParlorBwe *self)
{
  double sent_bps = MAX (self->sent_bps, self->acked.bps / (1 - self->loss.smoothed));

  if (is_overusing (self))
    return PARLOR_BWE_LOSS_CONGESTED;
  return self->app.limited && ROOMY_TIMES * sent_bps < estimate (self)
                 && self->path.queue_us < PROBE_QUEUE_MAX_US + jitter_us (self)
             ? PARLOR_BWE_LOSS_ROOMY
             : PARLOR_BWE_LOSS_UNKNOWN;
}

static void
update_loss (ParlorBwe *self)
{
  double factor;

  parlor_bwe_loss_update (&self->loss, estimate (self), self->config.min_bps, loss_path (self),
                          self->now_us);
  factor = parlor_bwe_rival_on_loss (&self->rival, self->loss.last_excess, self->path.rtt_us,
                                     self->now_us);
  self->loss.last_excess = -1;
  if (self->rival.active) /* whose losses these are: one cut for each, as TCP does */
    parlor_bwe_loss_yield (&self->loss);
  if (factor < 1)
    parlor_bwe_aimd_set (&self->aimd, factor * self->aimd.bps, self->now_us);
}

static void
update_probe (ParlorBwe *self)
{
  gboolean full = FALSE;
  double bps = parlor_bwe_prober_result (&self->prober, jitter_us (self), &full, self->now_us);

  if (full && jitter_us (self) < MUCH_JITTER_US)
    {
      parlor_bwe_aimd_note_capacity (&self->aimd, bps);
      if (bps < self->aimd.bps && !self->rival.active) /* the queue that it made is to go */
        parlor_bwe_aimd_set (&self->aimd, bps, self->now_us);
    }
  if (bps <= estimate (self) || is_overusing (self))
    return;
  /* Of a full path, a part of what got through was taken from others: the larger flow would win
   * each time. One that is climbing, probe by probe, is not the larger flow. */
  if (full && !self->prober.climbing)
    bps = estimate (self) + PROBE_FULL_SHARE * (bps - estimate (self));
  /* What a bucket lets through at once is not yet a rate: in steps. */
  if (self->loss.cap_bps < bps && !self->loss.asking)
    self->loss.cap_bps = MIN (bps, PROBE_LOSS_STEP * self->loss.cap_bps);
  if (bps <= self->aimd.bps)
    return;
  parlor_bwe_aimd_set (&self->aimd, bps, self->now_us);
  parlor_bwe_acked_expect_change (&self->acked);
  self->probed_us = self->now_us;
}

static gboolean
may_probe (const ParlorBwe *self)
{
  return self->counts && !is_overusing (self) && !self->loss.asking
         && self->path.queue_us < PROBE_QUEUE_MAX_US + jitter_us (self);
}

/* Of what a lost feedback would have told, the arrivals are missing: it is no low rate. */
static void
note_feedback_count (ParlorBwe *self, guint8 count)
{
  gint8 ahead = (gint8)(guint8)(count - self->feedback_count);

  if (self->feedbacks > 0 && ahead <= 0)
    return; /* told again, or overtaken by a later one */
  if (self->feedbacks > 0 && ahead > 1)
    parlor_bwe_acked_gap (&self->acked);
  self->feedback_count = count;
}

void
parlor_bwe_on_feedback (ParlorBwe *self, const ParlorTwccFeedback *feedback,
                        ParlorTwccStatus *statuses, gint64 now_us)
{
  Told told = {.least_delay_us = G_MAXINT64, .least_rtt_us = RTT_MAX_US};
  gint64 offset_us;

  advance (self, now_us);
  if (!self->config.transport_cc)
    return;
  told.span_us = self->feedback_us < 0 ? 0 : self->now_us - self->feedback_us;
  self->counts = TRUE;
  if (self->silence_factor < 1)
    forget_clock (self); /* what was before the silence cannot be compared */
  note_feedback_count (self, feedback->feedback_count);
  parlor_bwe_sort_by_arrival (statuses, feedback->n_statuses);
  if (!parlor_bwe_clock_unwrap (&self->clock, feedback->reference_us, self->now_us, &offset_us))
    {
      self->refused++;
      forget_clock (self);
    }
  for (guint i = 0; i < feedback->n_statuses; i++)
    take_status (self, &statuses[i], offset_us, &told);
  self->feedbacks++;
  if (told.n_told == 0)
    {
      self->refused++;
      return;
    }
  end_silence (self, &told);
  if (told.n_received > 0)
    {
      parlor_bwe_path_push (&self->path, told.least_delay_us, told.least_rtt_us, self->now_us);
      if (came_few (self, &told))
        parlor_bwe_path_push_last (&self->path, told.before_delay_us, told.last_delay_us);
      update_delay (self, &told);
      update_overdue (self);
    }
  update_loss (self);
  parlor_bwe_prober_set_loss (&self->prober, self->loss.inherent);
  update_probe (self);
  update_target (self);
}

/* It negotiated feedback and reports, but never sends any: reports are what there is. */
static gboolean
is_mute (const ParlorBwe *self)
{
  return self->counts && self->feedback_us < 0 && self->now_us - self->begun_us > MUTE_US;
}

void
parlor_bwe_on_receiver_report (ParlorBwe *self, guint8 fraction_lost, gint64 rtt_us, gint64 now_us)
{
  gint64 since_us;

  advance (self, now_us);
  if (rtt_us > 0)
    self->report_rtt_us = MIN (rtt_us, RTT_MAX_US);
  if (is_mute (self))
    {
      self->counts = FALSE;
      self->silence_factor = 1;
      self->report_bps = MIN (MUTE_START_BPS, self->config.max_bps);
    }
  if (self->counts)
    return;
  since_us = self->report_us < 0 ? 0 : self->now_us - self->report_us;
  self->report_us = self->now_us;
  self->report_bps = parlor_bwe_loss_by_report (
      &self->loss, self->report_bps, fraction_lost / 256.0, since_us,
      !self->app.limited && wanted (self) > self->report_bps);
  self->report_bps = CLAMP (self->report_bps, self->config.min_bps, self->config.max_bps);
  update_target (self);
}

void
parlor_bwe_on_remb (ParlorBwe *self, guint64 bps, gint64 now_us)
{
  advance (self, now_us);
  self->remb_bps = (guint32)CLAMP (bps, self->config.min_bps, self->config.max_bps);
  self->remb_us = self->now_us;
  /* With nothing else to go by, the receiver's own estimate is also what may be tried. */
  if (!self->counts && self->loss.smoothed < 0.02)
    self->report_bps = MAX (self->report_bps, self->remb_bps);
  update_target (self);
}

void
parlor_bwe_set_wanted (ParlorBwe *self, guint32 wanted_bps, gint64 now_us)
{
  advance (self, now_us);
  self->wanted_bps = wanted_bps;
  parlor_bwe_prober_set_wanted (&self->prober, wanted (self), self->target_bps, self->now_us);
}

void
parlor_bwe_route_changed (ParlorBwe *self, gint64 now_us)
{
  double wanted_bps = wanted (self);

  advance (self, now_us);
  parlor_bwe_sent_forget (&self->sent);
  begin (self, self->now_us);
  parlor_bwe_prober_set_wanted (&self->prober, wanted_bps, 0, self->now_us);
  self->target_bps = self->config.start_bps;
}

/* --- Time passes ------------------------------------------------------------------------------ */

/* When what is in flight should have been told of. */
static gint64
silence_due_us (const ParlorBwe *self)
{
  if (self->silent_since_us == PARLOR_NEVER_US || !self->counts)
    return PARLOR_NEVER_US;
  if (self->silence_next_us != PARLOR_NEVER_US)
    return self->silence_next_us;
  return self->silent_since_us + SILENCE_US
         + 2 * (self->path.rtt_us > 0 ? self->path.rtt_us : DEFAULT_RTT_US);
}

static void
poll_silence (ParlorBwe *self)
{
  if (self->now_us < silence_due_us (self))
    return;
  self->silence_factor = MAX (self->silence_factor * SILENCE_STEP, SILENCE_LEAST);
  self->silence_next_us = self->now_us + SILENCE_STEP_US;
}

gboolean
parlor_bwe_poll (ParlorBwe *self, gint64 now_us)
{
  gboolean changed;

  advance (self, now_us);
  if (!self->counts)
    return update_target (self);
  poll_silence (self);
  if (self->now_us >= self->overdue.until_us)
    self->overdue.until_us = 0;
  parlor_bwe_app_limit_push (&self->app, 0, self->target_bps, self->now_us);
  if (self->drain.active && self->now_us >= self->drain.until_us)
    {
      gboolean early = self->drain.early;

      self->drain = (ParlorBweDrain){0};
      /* In an outage the queue known is that of before, and tells of no other flow. */
      if (self->now_us - self->feedback_us < SILENCE_US)
        end_drain (self, early);
    }
  changed = update_target (self);
  parlor_bwe_prober_poll (&self->prober, self->target_bps, may_probe (self), jitter_us (self),
                          self->now_us);
  return changed;
}

gint64
parlor_bwe_next_us (const ParlorBwe *self)
{
  gint64 next_us = PARLOR_NEVER_US;

  if (remb_holds (self))
    next_us = self->remb_us + REMB_HOLDS_US;
  if (!self->counts)
    return next_us;
  next_us = MIN (next_us, silence_due_us (self));
  if (self->drain.active)
    next_us = MIN (next_us, self->drain.until_us);
  if (self->overdue.until_us > 0)
    next_us = MIN (next_us, self->overdue.until_us);
  return MIN (next_us, parlor_bwe_prober_next_us (&self->prober, self->target_bps));
}

gboolean
parlor_bwe_take_probe (ParlorBwe *self, ParlorBweProbe *probe, gint64 now_us)
{
  ParlorBweCluster *cluster;

  advance (self, now_us);
  cluster = parlor_bwe_prober_take (&self->prober, self->now_us);
  if (cluster == NULL)
    return FALSE;
  *probe = (ParlorBweProbe){
      .cluster = cluster->id,
      .bps = (guint32)cluster->bps,
      .bytes = cluster->want_bytes,
      .packets = cluster->want_packets,
  };
  return TRUE;
}

/* --- What to know ----------------------------------------------------------------------------- */

guint32
parlor_bwe_target_bps (const ParlorBwe *self)
{
  return self->target_bps;
}

guint32
parlor_bwe_pacing_bps (const ParlorBwe *self)
{
  if (self->overdue.until_us > 0)
    return self->config.min_bps;
  if (self->drain.active) /* a burst would wait in the queue that is to go, and sound behind it */
    return self->target_bps;
  return (guint32)MIN ((guint64)self->target_bps * PARLOR_BWE_PACING_PERCENT / 100, G_MAXUINT32);
}

static ParlorBweState
state_of (const ParlorBwe *self)
{
  if (is_overusing (self))
    return PARLOR_BWE_OVERUSE;
  if (self->counts ? self->loss.cap_bps < self->aimd.bps : self->loss.smoothed > 0.1)
    return PARLOR_BWE_LOSS_LIMITED;
  if (parlor_bwe_prober_is_busy (&self->prober))
    return PARLOR_BWE_PROBING;
  return self->app.limited ? PARLOR_BWE_APP_LIMITED : PARLOR_BWE_NORMAL;
}

void
parlor_bwe_view (const ParlorBwe *self, ParlorBweView *view)
{
  *view = (ParlorBweView){
      .target_bps = self->target_bps,
      .pacing_bps = parlor_bwe_pacing_bps (self),
      .acked_bps = (guint32)MIN (self->acked.bps, (double)G_MAXUINT32),
      .delay_bps = (guint32)self->aimd.bps,
      .loss_bps = (guint32)MIN (self->loss.cap_bps, (double)self->config.max_bps),
      .remb_bps = remb_holds (self) ? self->remb_bps : 0,
      .loss = (float)self->loss.smoothed,
      .rtt_us = self->path.rtt_us > 0 ? self->path.rtt_us : self->report_rtt_us,
      .least_rtt_us = parlor_bwe_path_least_rtt_us (&self->path),
      .queue_us = self->path.queue_us,
      .state = state_of (self),
      .held = self->overdue.until_us > 0,
      .outage_us = self->outage_us,
      .outages = self->outages,
      .feedbacks = self->feedbacks,
      .statuses_unknown = self->unknown,
      .statuses_duplicate = self->duplicate,
      .feedbacks_refused = self->refused,
      .overuses = self->overuses,
      .probes_sent = self->prober.sent,
      .probes_failed = self->prober.failed,
  };
}

const char *
parlor_bwe_state_name (ParlorBweState state)
{
  static const char *const names[] = {"normal", "overuse", "loss-limited", "probing",
                                      "app-limited"};

  return (guint)state < G_N_ELEMENTS (names) ? names[state] : "unknown";
}
