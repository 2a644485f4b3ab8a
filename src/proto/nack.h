/* SPDX-License-Identifier: Apache-2.0 */
/* Loss repair (RFC 4585 generic NACK, RFC 4588 RTX): what to ask a publisher for, and what to
 * answer a receiver. Pure; worker thread. The packets of RTCP itself are in rtcp/. */
#pragma once
#include <glib.h>
#include "proto/munger.h"

/* Asking: one a source. */
typedef struct _ParlorNack ParlorNack;

/* Numbers waited for at most; more missing than this is hopeless. */
#define PARLOR_NACK_PENDING_MAX 512
#define PARLOR_NACK_TRIES_MAX 10
#define PARLOR_NACK_AGE_US (2 * G_GINT64_CONSTANT (1000000))

typedef enum
{
  PARLOR_NACK_NEW = 0,   /* the newest so far; what lies between is missing now */
  PARLOR_NACK_RECOVERED, /* was missing, has come (late or by RTX) */
  PARLOR_NACK_DUPLICATE, /* has been here: do not forward */
  PARLOR_NACK_TOO_OLD,   /* further back than can be told (4096 numbers): do not forward */
} ParlorNackResult;

/* reorder_wait_us: how long a gap may be mere reordering before it is asked for; 0 = at once. 5 ms
 * is good on the Internet. */
ParlorNack *parlor_nack_new (gint64 reorder_wait_us);
void parlor_nack_free (ParlorNack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorNack, parlor_nack_free)

/* For each packet of the source, RTX decapsulated ones too. */
ParlorNackResult parlor_nack_push (ParlorNack *self, guint16 seq, gint64 now_us);
/* The numbering began anew (rtp/stats.h says so), or the source paused: nothing is missing. */
void parlor_nack_reset (ParlorNack *self);
/* A key frame began at this number: older ones are not waited for any more. */
void parlor_nack_key_frame (ParlorNack *self, guint16 seq);
/* Writes up to max numbers to ask for now, oldest first; each is then due again after rtt_us (at
 * least 10 ms; 0 = unknown: as repeats have shown it, else 100 ms). Where 2 % and more are lost
 * each request has an echo 15 ms later, which is no try. Gives up a number after
 * PARLOR_NACK_TRIES_MAX asks or PARLOR_NACK_AGE_US. Returns how many. */
guint parlor_nack_poll (ParlorNack *self, gint64 now_us, gint64 rtt_us, guint16 *out, guint max);
/* When the next poll may have something; G_MAXINT64 = nothing is missing. */
gint64 parlor_nack_next_us (const ParlorNack *self);
/* TRUE once after numbers were given up: only a key frame helps a video now. The advice is taken by
 * asking. */
gboolean parlor_nack_take_key_frame_advice (ParlorNack *self);
guint parlor_nack_missing (const ParlorNack *self);

/* Answering: the policy, one a receiver (over all its slots). Plain struct, private members; zero
 * is not valid. */
typedef struct
{
  gint64 last_us;
  gint64 tokens_bits; /* may be negative */
  gint64 rtt_us;
  guint32 budget_bps;
  guint32 media_bps;
  guint64 sent, too_soon, too_many, over_budget; /* counters, may be read */
} ParlorNackResponder;

typedef enum
{
  PARLOR_NACK_ANSWER_SEND = 0,    /* repeat it; the entry was updated */
  PARLOR_NACK_ANSWER_TOO_SOON,    /* one is on its way: less than 3/4 of a round trip since the last
                                   */
  PARLOR_NACK_ANSWER_TOO_MANY,    /* repeated PARLOR_NACK_TRIES_MAX times */
  PARLOR_NACK_ANSWER_OVER_BUDGET, /* this receiver's repeats have taken their share */
} ParlorNackAnswer;

void parlor_nack_responder_init (ParlorNackResponder *self, gint64 now_us);
/* media_bps: what is being sent to the receiver without repeats; loss: fraction 0 to 255 of 256, as
 * in a receiver report; rtt_us: the path's least, 0 = unknown, taken as 100 ms. Budget = media ×
 * min (50 %, 1.5 × p / (1 - p) + 5 %), but at least 50 kbit/s, so that one loss in a quiet stream
 * can be mended; saved up to 0.6 s of the media, so that a burst or a gap can be. Call about once a
 * second and when the loss changes. */
void parlor_nack_responder_update (ParlorNackResponder *self, guint32 media_bps, guint8 loss,
                                   gint64 rtt_us, gint64 now_us);
/* entry: from the receiver's ParlorNackMap, `last_repeat_ms` when it was sent (0 = not told) until
 * it is repeated: a request that comes sooner than a round trip later was made before it came.
 * bytes: the packet on the wire. spare: few pictures or none need it (an upper temporal layer), and
 * the last quarter of what is saved is not for it. */
ParlorNackAnswer parlor_nack_responder_ask (ParlorNackResponder *self, ParlorNackEntry *entry,
                                            gsize bytes, gboolean spare, gint64 now_us);
