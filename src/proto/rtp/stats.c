/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/stats.h"
#include "base/seq.h"
#include "base/time.h"
#include <string.h>

#define MAX_DROPOUT 3000 /* RFC 3550 A.1 */
/* A.1 says 100; repeats without RTX come up to two seconds late, so this is as wide as MAX_DROPOUT.
 */
#define MAX_MISORDER 3000
#define NO_BAD_SEQ 0x10000u
/* A step of the transit time above this is a jump of somebody's clock, not jitter. */
#define JITTER_STEP_MAX_SEC 5
#define LOST_MAX 0x7fffff
#define LOST_MIN (-0x800000)

void
parlor_rtp_stats_init (ParlorRtpStats *self, guint32 clock_hz)
{
  memset (self, 0, sizeof *self);
  self->clock_hz = clock_hz;
  self->bad_seq = NO_BAD_SEQ;
}

static void
begin (ParlorRtpStats *self, guint16 seq)
{
  self->base_seq = self->max_seq = seq;
  self->bad_seq = NO_BAD_SEQ;
  self->cycles = self->received = self->received_prior = self->expected_prior = 0;
  self->started = TRUE;
  self->has_transit = FALSE;
}

static ParlorRtpStatsResult
update_seq (ParlorRtpStats *self, guint16 seq, gboolean repaired)
{
  if (!self->started)
    {
      begin (self, seq);
      return PARLOR_RTP_STATS_FIRST;
    }
  gint ahead = parlor_seq16_diff (seq, self->max_seq);
  if (ahead > MAX_DROPOUT || (ahead < -MAX_MISORDER && !repaired))
    {
      gboolean confirmed = seq == self->bad_seq;
      self->bad_seq = (guint16)(seq + 1);
      if (!confirmed || repaired)
        return PARLOR_RTP_STATS_JUMP;
      begin (self, seq);
      return PARLOR_RTP_STATS_RESTARTED;
    }
  if (ahead <= 0)
    return PARLOR_RTP_STATS_LATE;
  if (seq < self->max_seq)
    self->cycles += 0x10000;
  self->max_seq = seq;
  self->bad_seq = NO_BAD_SEQ;
  return PARLOR_RTP_STATS_NEWER;
}

/* RFC 3550 A.8 in sixteenths. Packets of one frame leave together, so only its first is measured.
 */
static void
update_jitter (ParlorRtpStats *self, guint32 timestamp, gint64 arrival_us)
{
  guint32 transit = (guint32)parlor_us_to_rtp (arrival_us, self->clock_hz) - timestamp;
  if (self->has_transit && timestamp == self->last_timestamp)
    return;
  gint64 step = ABS ((gint64)parlor_seq32_diff (transit, self->transit));
  if (self->has_transit && step <= (gint64)self->clock_hz * JITTER_STEP_MAX_SEC)
    self->jitter_q4 = (guint32)(self->jitter_q4 + step - ((self->jitter_q4 + 8) >> 4));
  self->transit = transit;
  self->last_timestamp = timestamp;
  self->has_transit = TRUE;
}

ParlorRtpStatsResult
parlor_rtp_stats_push (ParlorRtpStats *self, guint16 seq, guint32 timestamp, gsize bytes,
                       gboolean repaired, gint64 arrival_us)
{
  ParlorRtpStatsResult result = update_seq (self, seq, repaired);
  if (result == PARLOR_RTP_STATS_JUMP)
    return result;
  self->received++;
  self->packets++;
  self->bytes += bytes;
  if (result != PARLOR_RTP_STATS_LATE && !repaired)
    update_jitter (self, timestamp, arrival_us);
  return result;
}

gboolean
parlor_rtp_stats_report (ParlorRtpStats *self, ParlorRtpReport *out)
{
  if (!self->started)
    return FALSE;
  out->highest_seq = self->cycles + self->max_seq;
  guint32 expected = out->highest_seq - self->base_seq + 1;
  out->cumulative_lost = CLAMP ((gint32)(expected - self->received), LOST_MIN, LOST_MAX);
  guint32 expected_interval = expected - self->expected_prior;
  gint32 lost_interval = (gint32)(expected_interval - (self->received - self->received_prior));
  self->expected_prior = expected;
  self->received_prior = self->received;
  out->fraction_lost = 0;
  if (expected_interval > 0 && lost_interval > 0)
    out->fraction_lost = (guint8)MIN (((guint64)(guint32)lost_interval << 8) / expected_interval,
                                      255);
  out->jitter = self->jitter_q4 >> 4;
  return TRUE;
}
