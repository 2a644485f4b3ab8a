/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/nack.h"
#include "base/seq.h"
#include "base/time.h"
#include <string.h>

/* Numbers of which it is known whether they came: 2 s at 16 Mbit/s. A power of two. */
#define KNOWN 4096
#define RTT_MIN_US (10 * PARLOR_US_PER_MS)
#define RTT_UNKNOWN_US (100 * PARLOR_US_PER_MS)
#define RTT_SHARE 4 /* of a new sample: one in so many */
/* What the publisher takes before it repeats. */
#define RTT_MARGIN_US (10 * PARLOR_US_PER_MS)
/* Where so much is lost requests are lost too, and each is made twice in its round trip: a lost one
 * would cost the whole of it, the other is some bytes of RTCP. Publishers repeat once a round trip.
 */
#define ECHO_LOSS 0.02
#define LOSS_MEMORY 256
#define ECHO_RTT_US (30 * PARLOR_US_PER_MS)
#define ECHO_US (15 * PARLOR_US_PER_MS)

typedef struct
{
  gint64 seq;
  gint64 since_us;
  gint64 due_us;
  gint64 asked_us; /* last, but for echoes */
  guint tries;
  gboolean echoes; /* the next request is the last one's echo */
} Missing;

struct _ParlorNack
{
  gint64 reorder_wait_us;
  ParlorSeqUnwrapper unwrapper;
  gint64 next_us; /* not later than the nearest due_us; G_MAXINT64 when nothing is missing */
  gboolean advice;
  double lost;   /* share of numbers that did not come by themselves, of the last few hundred */
  gint64 rtt_us; /* from a first request to its repeat, smoothed; 0 = not known */
  guint n;
  Missing missing[PARLOR_NACK_PENDING_MAX]; /* by number, ascending */
  guint64 came[KNOWN / 64];                 /* of the KNOWN numbers up to the highest */
};

ParlorNack *
parlor_nack_new (gint64 reorder_wait_us)
{
  ParlorNack *self = g_new0 (ParlorNack, 1);
  self->reorder_wait_us = MAX (reorder_wait_us, 0);
  self->next_us = PARLOR_NEVER_US;
  return self;
}

void
parlor_nack_free (ParlorNack *self)
{
  g_free (self);
}

void
parlor_nack_reset (ParlorNack *self)
{
  gint64 wait_us = self->reorder_wait_us;
  memset (self, 0, sizeof *self);
  self->reorder_wait_us = wait_us;
  self->next_us = PARLOR_NEVER_US;
}

static guint64 *
came_word (ParlorNack *self, gint64 seq, guint64 *bit)
{
  *bit = G_GUINT64_CONSTANT (1) << (seq & 63);
  return &self->came[(seq & (KNOWN - 1)) / 64];
}

static gboolean
has_come (ParlorNack *self, gint64 seq)
{
  guint64 bit;
  return (*came_word (self, seq, &bit) & bit) != 0;
}

static void
set_come (ParlorNack *self, gint64 seq, gboolean come)
{
  guint64 bit;
  guint64 *word = came_word (self, seq, &bit);
  *word = come ? *word | bit : *word & ~bit;
}

/* Gives up the first n. */
static void
forget_oldest (ParlorNack *self, guint n)
{
  self->n -= n;
  memmove (self->missing, self->missing + n, self->n * sizeof *self->missing);
  if (self->n == 0)
    self->next_us = PARLOR_NEVER_US;
}

static void
add_gap (ParlorNack *self, gint64 first, gint64 end, gint64 now_us)
{
  gint64 gap = end - first;
  if (gap > PARLOR_NACK_PENDING_MAX)
    {
      self->advice = TRUE;
      forget_oldest (self, self->n);
      return;
    }
  if (self->n + gap > PARLOR_NACK_PENDING_MAX)
    {
      self->advice = TRUE;
      forget_oldest (self, (guint)(self->n + gap - PARLOR_NACK_PENDING_MAX));
    }
  gint64 due_us = now_us + self->reorder_wait_us;
  for (gint64 seq = first; seq < end; seq++)
    self->missing[self->n++] = (Missing){.seq = seq, .since_us = now_us, .due_us = due_us};
  if (gap > 0)
    self->next_us = MIN (self->next_us, due_us);
}

static ParlorNackResult
push_newest (ParlorNack *self, gint64 seq, gint64 now_us)
{
  gint64 highest = self->unwrapper.highest;
  if (self->unwrapper.started)
    {
      for (gint64 s = MAX (highest + 1, seq - KNOWN + 1); s < seq; s++)
        {
          set_come (self, s, FALSE);
          self->lost += (1 - self->lost) / LOSS_MEMORY;
        }
      self->lost -= self->lost / LOSS_MEMORY;
      add_gap (self, highest + 1, seq, now_us);
    }
  parlor_seq_note (&self->unwrapper, seq);
  set_come (self, seq, TRUE);
  return PARLOR_NACK_NEW;
}

/* Index of the first missing number >= seq. */
static guint
lower_bound (const ParlorNack *self, gint64 seq)
{
  guint low = 0, high = self->n;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (self->missing[middle].seq < seq)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
note_rtt (ParlorNack *self, const Missing *m, gint64 now_us)
{
  gint64 rtt_us = now_us - m->asked_us;
  if (m->tries == 1)
    self->rtt_us += self->rtt_us == 0 ? rtt_us : (rtt_us - self->rtt_us) / RTT_SHARE;
}

static void
remove_missing (ParlorNack *self, gint64 seq, gint64 now_us)
{
  guint at = lower_bound (self, seq);
  if (at == self->n || self->missing[at].seq != seq)
    return;
  note_rtt (self, &self->missing[at], now_us);
  self->n--;
  memmove (self->missing + at, self->missing + at + 1, (self->n - at) * sizeof *self->missing);
  if (self->n == 0)
    self->next_us = PARLOR_NEVER_US;
}

ParlorNackResult
parlor_nack_push (ParlorNack *self, guint16 seq16, gint64 now_us)
{
  gint64 seq = parlor_seq_peek16 (&self->unwrapper, seq16);
  if (!self->unwrapper.started || seq > self->unwrapper.highest)
    return push_newest (self, seq, now_us);
  if (self->unwrapper.highest - seq >= KNOWN)
    return PARLOR_NACK_TOO_OLD;
  if (has_come (self, seq))
    return PARLOR_NACK_DUPLICATE;
  set_come (self, seq, TRUE);
  remove_missing (self, seq, now_us);
  return PARLOR_NACK_RECOVERED;
}

void
parlor_nack_key_frame (ParlorNack *self, guint16 seq)
{
  if (self->unwrapper.started)
    forget_oldest (self, lower_bound (self, parlor_seq_peek16 (&self->unwrapper, seq)));
}

static gboolean
is_hopeless (const Missing *m, gint64 now_us)
{
  return now_us - m->since_us > PARLOR_NACK_AGE_US
         || (m->tries >= PARLOR_NACK_TRIES_MAX && m->due_us <= now_us && !m->echoes);
}

/* It is asked for now: when it is next? */
static void
note_asked (const ParlorNack *self, Missing *m, gint64 now_us, gint64 rtt_us)
{
  if (m->echoes)
    {
      m->echoes = FALSE;
      m->due_us = MAX (m->asked_us + rtt_us, now_us + 1);
      return;
    }
  m->tries++;
  m->asked_us = now_us;
  m->echoes = self->lost >= ECHO_LOSS && rtt_us >= ECHO_RTT_US;
  m->due_us = now_us + (m->echoes ? ECHO_US : rtt_us);
}

guint
parlor_nack_poll (ParlorNack *self, gint64 now_us, gint64 rtt_us, guint16 *out, guint max)
{
  guint n_out = 0, n_kept = 0;
  if (now_us < self->next_us)
    return 0;
  if (rtt_us <= 0)
    rtt_us = self->rtt_us > 0 ? self->rtt_us + RTT_MARGIN_US : RTT_UNKNOWN_US;
  rtt_us = MAX (rtt_us, RTT_MIN_US);
  self->next_us = PARLOR_NEVER_US;
  for (guint i = 0; i < self->n; i++)
    {
      Missing m = self->missing[i];
      if (is_hopeless (&m, now_us))
        {
          self->advice = TRUE;
          continue;
        }
      if (m.due_us <= now_us && n_out < max)
        {
          out[n_out++] = (guint16)m.seq;
          note_asked (self, &m, now_us, rtt_us);
        }
      self->next_us = MIN (self->next_us, m.due_us);
      self->missing[n_kept++] = m;
    }
  self->n = n_kept;
  return n_out;
}

gint64
parlor_nack_next_us (const ParlorNack *self)
{
  return self->next_us;
}

gboolean
parlor_nack_take_key_frame_advice (ParlorNack *self)
{
  gboolean advice = self->advice;
  self->advice = FALSE;
  return advice;
}

guint
parlor_nack_missing (const ParlorNack *self)
{
  return self->n;
}

/* The least that a receiver may be sent again, and the least burst: ten packets of a key frame. */
#define BUDGET_MIN_BPS 50000
#define BURST_MIN_BITS 100000
/* A gap of half a second is as much media, whatever is lost in the mean. */
#define BURST_MS 600
/* This part of what is saved is kept for what other pictures need: refused, it would cost them all
 * until the next key frame, which a browser asks for after three seconds. */
#define KEPT_PART 4
/* Who asks again after his own round trip is early by what the way up trembles, and by what waited
 * here; refused, he would ask again only a round trip later. */
#define EARLY_PERCENT 75

static gint64
burst_bits (const ParlorNackResponder *self)
{
  return MAX (MAX (self->budget_bps, self->media_bps * BURST_MS / 1000), BURST_MIN_BITS);
}

void
parlor_nack_responder_init (ParlorNackResponder *self, gint64 now_us)
{
  memset (self, 0, sizeof *self);
  self->last_us = now_us;
  self->rtt_us = RTT_UNKNOWN_US;
  self->budget_bps = BUDGET_MIN_BPS;
  self->tokens_bits = BURST_MIN_BITS;
}

static void
refill (ParlorNackResponder *self, gint64 now_us)
{
  gint64 elapsed_us = CLAMP (now_us - self->last_us, 0, 10 * PARLOR_US_PER_SEC);
  gint64 bits = elapsed_us * self->budget_bps / PARLOR_US_PER_SEC;
  if (bits == 0)
    return;
  self->tokens_bits = MIN (self->tokens_bits + bits, burst_bits (self));
  self->last_us = now_us;
}

/* Share in 1/1000: min (50 %, 1.5 × p / (1 - p) + 5 %). */
void
parlor_nack_responder_update (ParlorNackResponder *self, guint32 media_bps, guint8 loss,
                              gint64 rtt_us, gint64 now_us)
{
  guint32 share = MIN (500, 1500u * loss / (256u - loss) + 50);
  refill (self, now_us);
  self->media_bps = MIN (media_bps, G_MAXUINT32 / BURST_MS);
  self->budget_bps = (guint32)MAX ((guint64)media_bps * share / 1000, BUDGET_MIN_BPS);
  self->rtt_us = rtt_us > 0 ? rtt_us : RTT_UNKNOWN_US;
}

ParlorNackAnswer
parlor_nack_responder_ask (ParlorNackResponder *self, ParlorNackEntry *entry, gsize bytes,
                           gboolean spare, gint64 now_us)
{
  guint16 now_ms = (guint16)(now_us / PARLOR_US_PER_MS);
  if (entry->repeats >= PARLOR_NACK_TRIES_MAX)
    {
      self->too_many++;
      return PARLOR_NACK_ANSWER_TOO_MANY;
    }
  if ((entry->repeats > 0 || entry->last_repeat_ms > 0)
      && (guint16)(now_ms - entry->last_repeat_ms)
             < self->rtt_us * EARLY_PERCENT / 100 / PARLOR_US_PER_MS)
    {
      self->too_soon++;
      return PARLOR_NACK_ANSWER_TOO_SOON;
    }
  refill (self, now_us);
  if (self->tokens_bits - (spare ? burst_bits (self) / KEPT_PART : 0) < (gint64)bytes * 8)
    {
      self->over_budget++;
      return PARLOR_NACK_ANSWER_OVER_BUDGET;
    }
  self->tokens_bits -= (gint64)bytes * 8;
  entry->repeats++;
  entry->last_repeat_ms = now_ms;
  self->sent++;
  return PARLOR_NACK_ANSWER_SEND;
}
