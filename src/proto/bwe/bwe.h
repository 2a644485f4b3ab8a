/* SPDX-License-Identifier: Apache-2.0 */
/* Send-side bandwidth estimation: how much one receiver's path can take. One ParlorBwe a receiver,
 * over everything that goes to it (all slots, repeats, padding).
 *
 * Follows Google congestion control (draft-ietf-rmcat-gcc-02, and goog_cc of libwebrtc where it has
 * gone further); docs/bwe.md maps each file and says what differs. The parts:
 *
 *    on_sent ──> sent.h ─┐
 *    on_feedback ────────┴─> acked.h                    what gets through
 *                        ├─> burst.h > trend.h > aimd.h  delay: the queue grows or it does not
 *                        ├─> loss.h                      loss: ours, or the path's own
 *                        └─> probe.h                     is there more room?
 *    pushback.h: drain a queue of our making, app-limited, no feedback  ──> target
 *
 * Pure; worker thread. Rates are bits per second of the bytes that on_sent was told of. Times are
 * us of the caller's monotonic clock and must not run back (a smaller now_us counts as the last
 * one). Feedback is remote data: whatever it says, min_bps <= target <= max_bps, memory stays
 * bounded, and the work is bounded by the number of statuses. */
#pragma once
#include <glib.h>
#include "proto/rtcp/twcc.h"

typedef struct _ParlorBwe ParlorBwe;

typedef struct
{
  guint32 start_bps; /* 0 = 300,000; clamped between the next two */
  guint32 min_bps;   /* 0 = 30,000: what audio needs; never below, not even without feedback */
  guint32 max_bps;   /* 0 = 20,000,000; the cap that holds whatever feedback claims */
  /* FALSE: the receiver did not negotiate transport-wide feedback; REMB and receiver reports alone
   * make the target, and no probe is asked for. So it is, too, for one who has negotiated it and
   * reports, but has sent none after 3 s; until the first comes. */
  gboolean transport_cc;
} ParlorBweConfig;

/* Pacing is this many times the target (goog_cc: 2.5), so that a key frame does not wait long. */
#define PARLOR_BWE_PACING_PERCENT 250

typedef enum
{
  PARLOR_BWE_SENT_MEDIA = 0,
  PARLOR_BWE_SENT_RETRANSMISSION = 1 << 0,
  PARLOR_BWE_SENT_PADDING = 1 << 1, /* sent for the estimate alone */
} ParlorBweSentFlags;

/* For people: what holds the target where it is. In order of precedence. */
typedef enum
{
  PARLOR_BWE_NORMAL = 0,
  PARLOR_BWE_OVERUSE,      /* the queue grows, or is being drained, or feedback is missing */
  PARLOR_BWE_LOSS_LIMITED, /* loss holds the target below what delay alone would allow */
  PARLOR_BWE_PROBING,      /* a probe is being sent or waited for */
  PARLOR_BWE_APP_LIMITED,  /* less is sent than might be: the target is a lower bound of the room */
} ParlorBweState;

/* A probe that the caller is asked to send: packets at `bps`, media first, then padding, each told
 * to on_sent with `cluster`, until `bytes` and `packets` have both been reached. Sends in groups of
 * up to 5 ms are fine. One who cannot send padding just does not; the probe lapses. */
typedef struct
{
  guint8 cluster; /* 1..255, not used again soon */
  guint32 bps;    /* <= max_bps */
  guint32 bytes;
  guint32 packets; /* at least 5 */
} ParlorBweProbe;

typedef struct
{
  guint32 target_bps;  /* to allocate: media, repeats and padding together */
  guint32 pacing_bps;  /* to send at; while a probe is sent, the probe's own rate is to be used */
  guint32 acked_bps;   /* what got through lately; 0 = not known yet */
  guint32 delay_bps;   /* what delay alone would allow */
  guint32 loss_bps;    /* what loss alone would allow; max_bps = does not limit */
  guint32 remb_bps;    /* newest REMB; 0 = none */
  float loss;          /* 0..1, smoothed over some 2 s */
  gint64 rtt_us;       /* smoothed; 0 = not known yet */
  gint64 least_rtt_us; /* of the last 20 to 40 s; 0 = not known yet */
  gint64 queue_us;     /* delay above the path's least; 0 = none or not known */
  ParlorBweState state;
  gboolean held;    /* pacing_bps is next to nothing until the next feedback, 0.1 s at most */
  gint64 outage_us; /* how long the last of `outages` was; 0 = there was none yet */
  /* Counters since _new. */
  guint64 outages; /* silences of the feedback that have ended, and of most of what was sent in them
                      none tells that it came */
  guint64 feedbacks;
  guint64 statuses_unknown;   /* tell of numbers never sent, or sent too long ago */
  guint64 statuses_duplicate; /* tell again of what was told as received */
  guint64 feedbacks_refused;  /* impossible clock, or none of its numbers known */
  guint64 overuses;
  guint64 probes_sent;
  guint64 probes_failed; /* lapsed, or their result thrown away */
} ParlorBweView;

/* (transfer full) 4 KiB, and with transport_cc a ring of what was sent that grows with the rate
 * from 1 to at most 64 KiB (sent.h). */
ParlorBwe *parlor_bwe_new (const ParlorBweConfig *config, gint64 now_us);
/* NULL is fine. */
void parlor_bwe_free (ParlorBwe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorBwe, parlor_bwe_free)

/* A packet leaves. `seq`: its transport-wide number, one more each time (a jump forward is fine,
 * the same or an older number is ignored). `bytes`: as the target counts, 0..65535, best the
 * datagram with IP and UDP headers. `cluster`: of the probe it belongs to, 0 = none. Without
 * transport_cc `seq` is not looked at. */
void parlor_bwe_on_sent (ParlorBwe *self, guint16 seq, gsize bytes, ParlorBweSentFlags flags,
                         guint8 cluster, gint64 now_us);

/* on_sent comes soon: fetches what it writes (base/warm.h). */
void parlor_bwe_warm (const ParlorBwe *self);
/* on_feedback does: all of it (NULL is ignored), then, once that is there, what was sent. */
void parlor_bwe_warm_feedback (const ParlorBwe *self);
void parlor_bwe_warm_feedback_more (const ParlorBwe *self);

/* What parlor_twcc_parse has read: `feedback->n_statuses` of `statuses`, which are put into the
 * order of arrival (in place). */
void parlor_bwe_on_feedback (ParlorBwe *self, const ParlorTwccFeedback *feedback,
                             ParlorTwccStatus *statuses, gint64 now_us);

/* A report block of the receiver (RFC 3550 section 6.4.1); with several blocks the caller takes
 * each in turn. `rtt_us`: from LSR and DLSR; 0 = not known. */
void parlor_bwe_on_receiver_report (ParlorBwe *self, guint8 fraction_lost, gint64 rtt_us,
                                    gint64 now_us);

/* A bound from the receiver; it holds for 15 s unless said again. */
void parlor_bwe_on_remb (ParlorBwe *self, guint64 bps, gint64 now_us);

/* What would be sent if there were room: the sum of the best layers of all slots, with audio. Room
 * above 1.25 times this is not looked for. 0 = nothing (no probes); G_MAXUINT32 = not known (all
 * that max_bps allows). At first it is G_MAXUINT32. A rise above the target asks for a probe soon.
 */
void parlor_bwe_set_wanted (ParlorBwe *self, guint32 wanted_bps, gint64 now_us);

/* The receiver is reached another way (its address moved, ICE restarted): begin anew with the start
 * rate and probe. Feedback on what went the old way is ignored. */
void parlor_bwe_route_changed (ParlorBwe *self, gint64 now_us);

/* Timers: call when parlor_bwe_next_us is due (earlier is harmless). TRUE: the target changed. */
gboolean parlor_bwe_poll (ParlorBwe *self, gint64 now_us);
/* G_MAXINT64 = nothing to do before the next call of another kind. */
gint64 parlor_bwe_next_us (const ParlorBwe *self);

/* TRUE: `probe` is to be sent now. Each is handed out once; ask after on_feedback, set_wanted and
 * poll. */
gboolean parlor_bwe_take_probe (ParlorBwe *self, ParlorBweProbe *probe, gint64 now_us);

guint32 parlor_bwe_target_bps (const ParlorBwe *self);
guint32 parlor_bwe_pacing_bps (const ParlorBwe *self);
void parlor_bwe_view (const ParlorBwe *self, ParlorBweView *view);
/* "normal", "overuse", "loss-limited", "probing", "app-limited". */
const char *parlor_bwe_state_name (ParlorBweState state);
