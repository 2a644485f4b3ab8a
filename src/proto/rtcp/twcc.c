/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtcp/twcc.h"

#include <string.h>

#include "base/bytes.h"
#include "base/seq.h"
#include "base/time.h"

#define TICK_US 250        /* one unit of a delta */
#define TICKS_PER_UNIT 256 /* 64 ms: one unit of the reference time */
#define HEADER_BYTES 20    /* up to and with the feedback count */
#define PACKET_BYTES 1100  /* with SRTCP, UDP and IPv6 below every path's size */
#define HURRY_PKTS (PARLOR_TWCC_WINDOW / 4)
#define LATE_PKTS (PARLOR_TWCC_WINDOW / 2)
#define MAX_LOST_RUN (PARLOR_TWCC_WINDOW / 4)
#define VECTOR_1BIT 14 /* symbols in a status vector of one bit each, and of two */
#define VECTOR_2BIT 7
#define MAX_RUN 0x1fff
#define NOT_RECEIVED (-1)

enum
{
  SYMBOL_LOST = 0,
  SYMBOL_SMALL = 1, /* one byte of delta, 0..255 */
  SYMBOL_LARGE = 2, /* two bytes, signed */
};

struct _ParlorTwccReceiver
{
  ParlorSeqUnwrapper unwrapper;
  gint64 highest;   /* newest number seen; valid when started */
  gint64 next_base; /* first number that the next report tells of */
  gint64 due_us;    /* PARLOR_NEVER_US: nothing to report */
  guint8 feedback_count;
  gboolean started;
  gint64 arrivals[PARLOR_TWCC_WINDOW]; /* us by number modulo the window, NOT_RECEIVED */
};

/* --- Receiving media ------------------------------------------------------------------------- */

ParlorTwccReceiver *
parlor_twcc_receiver_new (void)
{
  ParlorTwccReceiver *self = g_new0 (ParlorTwccReceiver, 1);

  self->due_us = PARLOR_NEVER_US;
  return self;
}

void
parlor_twcc_receiver_free (ParlorTwccReceiver *self)
{
  g_free (self);
}

static gint64 *
slot (ParlorTwccReceiver *self, gint64 seq)
{
  return &self->arrivals[seq & (PARLOR_TWCC_WINDOW - 1)];
}

static void
begin_at (ParlorTwccReceiver *self, gint64 seq)
{
  for (guint i = 0; i < PARLOR_TWCC_WINDOW; i++)
    self->arrivals[i] = NOT_RECEIVED;
  self->unwrapper = (ParlorSeqUnwrapper){seq, TRUE};
  self->highest = seq;
  self->next_base = seq;
  self->due_us = PARLOR_NEVER_US;
  self->started = TRUE;
}

/* Moves the window up to `seq`; what falls out of it unreported is forgotten. */
static void
advance_to (ParlorTwccReceiver *self, gint64 seq)
{
  for (gint64 lost = self->highest + 1; lost <= seq; lost++)
    *slot (self, lost) = NOT_RECEIVED;
  self->highest = seq;
  self->next_base = MAX (self->next_base, seq - PARLOR_TWCC_WINDOW + 1);
}

void
parlor_twcc_receiver_push (ParlorTwccReceiver *self, guint16 seq, gint64 arrival_us)
{
  gint64 number = parlor_seq_unwrap16 (&self->unwrapper, seq);

  g_return_if_fail (arrival_us >= 0);

  if (!self->started || ABS (number - self->highest) > PARLOR_TWCC_WINDOW)
    begin_at (self, number);
  else if (number > self->highest)
    advance_to (self, number);
  else if (number <= self->highest - LATE_PKTS)
    return;
  if (*slot (self, number) != NOT_RECEIVED)
    return;
  *slot (self, number) = arrival_us;
  self->next_base = MIN (self->next_base, number);
  self->due_us = MIN (self->due_us, arrival_us + PARLOR_TWCC_INTERVAL_US);
  if (self->highest - self->next_base >= HURRY_PKTS)
    self->due_us = MIN (self->due_us, arrival_us);
}

guint
parlor_twcc_receiver_waiting (const ParlorTwccReceiver *self)
{
  return self->due_us == PARLOR_NEVER_US ? 0 : (guint)(self->highest - self->next_base + 1);
}

gint64
parlor_twcc_receiver_next_us (const ParlorTwccReceiver *self)
{
  return self->due_us;
}

/* One feedback packet while it is put together. */
typedef struct
{
  guint n;
  guint n_delta_bytes;
  gint64 reference; /* of 64 ms */
  guint8 symbols[PARLOR_TWCC_WINDOW];
  guint8 deltas[PACKET_BYTES];
} Draft;

/* The most that chunks of n statuses take: each but the last covers seven or more. */
static gsize
chunk_bytes (guint n)
{
  return 2 * ((gsize)n / VECTOR_2BIT + 1);
}

static gboolean
has_room (const Draft *draft, gsize size, guint delta_bytes)
{
  gsize total = HEADER_BYTES + chunk_bytes (draft->n + 1) + draft->n_delta_bytes + delta_bytes;

  return (total + 3) / 4 * 4 <= size;
}

/* FALSE: this arrival must go into another packet. */
static gboolean
add_received (Draft *draft, gsize size, gint64 delta)
{
  gboolean small = delta >= 0 && delta <= G_MAXUINT8;

  if (delta < G_MININT16 || delta > G_MAXINT16 || !has_room (draft, size, small ? 1 : 2))
    return FALSE;
  if (small)
    draft->deltas[draft->n_delta_bytes++] = (guint8)delta;
  else
    {
      parlor_put_u16 (draft->deltas + draft->n_delta_bytes, (guint16)(gint16)delta);
      draft->n_delta_bytes += 2;
    }
  draft->symbols[draft->n++] = small ? SYMBOL_SMALL : SYMBOL_LARGE;
  return TRUE;
}

/* Collects statuses from next_base on for a packet of at most `size` bytes. The packet ends in one
 * that was received; 0: no room for any. */
static guint
collect (ParlorTwccReceiver *self, gsize size, Draft *draft)
{
  gint64 first = self->next_base, last_ticks;
  guint n_ended = 0;

  while (*slot (self, first) == NOT_RECEIVED)
    first++; /* ends: `highest` was received */
  /* A longer gap would fill a packet that tells of nothing; the sender sees it by the numbers. */
  self->next_base = MAX (self->next_base, first - MAX_LOST_RUN);
  last_ticks = *slot (self, first) / TICK_US;
  draft->n = draft->n_delta_bytes = 0;
  draft->reference = last_ticks / TICKS_PER_UNIT;
  last_ticks = draft->reference * TICKS_PER_UNIT;
  for (gint64 seq = self->next_base; seq <= self->highest; seq++)
    {
      gint64 arrival_us = *slot (self, seq);

      if (arrival_us == NOT_RECEIVED)
        {
          if (!has_room (draft, size, 0))
            break;
          draft->symbols[draft->n++] = SYMBOL_LOST;
          continue;
        }
      if (!add_received (draft, size, arrival_us / TICK_US - last_ticks))
        break;
      last_ticks = arrival_us / TICK_US;
      n_ended = draft->n;
    }
  draft->n = n_ended;
  return n_ended;
}

static guint
run_at (const Draft *draft, guint at)
{
  guint i = at;

  while (i < draft->n && i - at < MAX_RUN && draft->symbols[i] == draft->symbols[at])
    i++;
  return i - at;
}

/* Whether the next 14 statuses (or what is left) need only one bit each. */
static gboolean
fits_one_bit (const Draft *draft, guint at)
{
  for (guint i = at; i < MIN (draft->n, at + VECTOR_1BIT); i++)
    if (draft->symbols[i] == SYMBOL_LARGE)
      return FALSE;
  return TRUE;
}

/* Encodes the chunk at status `at`; returns how many statuses it covers. Draft sections 3.1.3 and
 * 3.1.4. */
static guint
encode_chunk (const Draft *draft, guint at, guint16 *chunk)
{
  guint run = run_at (draft, at);
  gboolean one_bit = fits_one_bit (draft, at);
  guint width = one_bit ? 1 : 2;
  guint n = MIN (draft->n - at, one_bit ? (guint)VECTOR_1BIT : (guint)VECTOR_2BIT);

  if (run >= n)
    {
      *chunk = (guint16)(draft->symbols[at] << 13 | run);
      return run;
    }
  *chunk = one_bit ? 0x8000 : 0xc000;
  for (guint i = 0; i < n; i++)
    *chunk |= (guint16)(draft->symbols[at + i] << (14 - width * (i + 1)));
  return n;
}

static gsize
write_packet (ParlorTwccReceiver *self, const Draft *draft, guint32 sender_ssrc, guint32 media_ssrc,
              guint8 *out)
{
  gsize used = HEADER_BYTES, total;

  for (guint at = 0; at < draft->n; used += 2)
    {
      guint16 chunk;

      at += encode_chunk (draft, at, &chunk);
      parlor_put_u16 (out + used, chunk);
    }
  memcpy (out + used, draft->deltas, draft->n_delta_bytes);
  used += draft->n_delta_bytes;
  total = (used + 3) / 4 * 4;
  memset (out + used, 0, total - used);
  out[0] = 0x80 | PARLOR_RTCP_FMT_TWCC;
  out[1] = PARLOR_RTCP_PT_RTPFB;
  parlor_put_u16 (out + 2, (guint16)(total / 4 - 1));
  parlor_put_u32 (out + 4, sender_ssrc);
  parlor_put_u32 (out + 8, media_ssrc);
  parlor_put_u16 (out + 12, (guint16)self->next_base);
  parlor_put_u16 (out + 14, (guint16)draft->n);
  parlor_put_u24 (out + 16, (guint32)draft->reference & 0xffffff);
  out[19] = self->feedback_count++;
  return total;
}

gsize
parlor_twcc_receiver_poll (ParlorTwccReceiver *self, gint64 now_us, guint32 sender_ssrc,
                           guint32 media_ssrc, guint8 *out, gsize size)
{
  gsize written = 0;
  Draft draft;

  if (now_us < self->due_us)
    return 0;
  while (self->next_base <= self->highest)
    {
      if (collect (self, MIN (size - written, PACKET_BYTES), &draft) == 0)
        return written; /* due_us stays: the rest is said by the next poll */
      written += write_packet (self, &draft, sender_ssrc, media_ssrc, out + written);
      self->next_base += draft.n;
    }
  self->due_us = PARLOR_NEVER_US;
  return written;
}

/* --- Sending media --------------------------------------------------------------------------- */

typedef struct
{
  const guint8 *data;
  gsize size;
  gsize offset;
} Cursor;

static gboolean
take_u16 (Cursor *cursor, guint16 *value)
{
  if (cursor->size - cursor->offset < 2)
    return FALSE;
  *value = parlor_get_u16 (cursor->data + cursor->offset);
  cursor->offset += 2;
  return TRUE;
}

/* Symbol `i` of a chunk, and how many it has at most. */
static guint
chunk_symbol (guint16 chunk, guint i)
{
  if ((chunk & 0x8000) == 0)
    return chunk >> 13 & 3;
  if ((chunk & 0x4000) == 0)
    return chunk >> (13 - i) & 1;
  return chunk >> (12 - 2 * i) & 3;
}

static guint
chunk_length (guint16 chunk)
{
  if ((chunk & 0x8000) == 0)
    return chunk & MAX_RUN;
  return (chunk & 0x4000) == 0 ? VECTOR_1BIT : VECTOR_2BIT;
}

/* Reads the chunks into `statuses`; the symbol waits in arrival_us until its delta is read. */
static gboolean
read_chunks (Cursor *cursor, const ParlorTwccFeedback *feedback, ParlorTwccStatus *statuses)
{
  guint n = 0;

  while (n < feedback->n_statuses)
    {
      guint16 chunk;
      guint length;

      if (!take_u16 (cursor, &chunk))
        return FALSE;
      length = MIN (chunk_length (chunk), (guint)(feedback->n_statuses - n));
      for (guint i = 0; i < length; i++, n++)
        {
          guint symbol = chunk_symbol (chunk, i);

          if (symbol > SYMBOL_LARGE)
            return FALSE;
          statuses[n] = (ParlorTwccStatus){
              .seq = (guint16)(feedback->base_seq + n),
              .received = symbol != SYMBOL_LOST,
              .arrival_us = symbol,
          };
        }
    }
  return TRUE;
}

static gboolean
read_deltas (Cursor *cursor, const ParlorTwccFeedback *feedback, ParlorTwccStatus *statuses)
{
  gint64 arrival_us = feedback->reference_us;

  for (guint i = 0; i < feedback->n_statuses; i++)
    {
      guint16 large;

      if (!statuses[i].received)
        continue;
      if (statuses[i].arrival_us == SYMBOL_SMALL)
        {
          if (cursor->offset >= cursor->size)
            return FALSE;
          arrival_us += cursor->data[cursor->offset++] * TICK_US;
        }
      else if (take_u16 (cursor, &large))
        arrival_us += (gint16)large * TICK_US;
      else
        return FALSE;
      statuses[i].arrival_us = arrival_us;
    }
  return TRUE;
}

ParlorRtcpReason
parlor_twcc_parse (const ParlorRtcpPacket *packet, ParlorTwccFeedback *feedback,
                   ParlorTwccStatus *statuses, guint capacity)
{
  const guint8 *body = packet->body;
  Cursor cursor = {body, packet->body_size, HEADER_BYTES - PARLOR_RTCP_HEADER_BYTES};

  if (packet->kind != PARLOR_RTCP_TWCC || packet->body_size < cursor.offset)
    return PARLOR_RTCP_ERROR_FORMAT;
  *feedback = (ParlorTwccFeedback){
      .sender_ssrc = parlor_get_u32 (body),
      .media_ssrc = parlor_get_u32 (body + 4),
      .base_seq = parlor_get_u16 (body + 8),
      .n_statuses = parlor_get_u16 (body + 10),
      .reference_us = (gint64)parlor_get_u24 (body + 12) * TICKS_PER_UNIT * TICK_US,
      .feedback_count = body[15],
  };
  if (feedback->n_statuses == 0 || feedback->n_statuses > capacity
      || feedback->n_statuses > PARLOR_TWCC_MAX_STATUSES)
    return PARLOR_RTCP_ERROR_FORMAT;
  return read_chunks (&cursor, feedback, statuses) && read_deltas (&cursor, feedback, statuses)
             ? PARLOR_RTCP_OK
             : PARLOR_RTCP_ERROR_FORMAT;
}
