/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/munger.h"
#include "base/seq.h"
#include "base/time.h"
#include "base/warm.h"
#include <string.h>

#define RANGE_MASK (PARLOR_MUNGER_RANGES - 1)
#define KEY_IDX_MASK 0x1f

enum
{
  STATE_SENT = 1 << 0,        /* something was ever sent */
  STATE_SOURCE = 1 << 1,      /* there is a source */
  STATE_FRESH = 1 << 2,       /* nothing of this source was sent yet */
  STATE_FLOOR_MOVED = 1 << 3, /* the floor is the window's edge, not the switch */
  STATE_PICTURE_IN = 1 << 4,  /* last_picture_id is of this source */
  STATE_PICTURE_OUT = 1 << 5, /* last_out_* were ever written */
};

void
parlor_munger_init (ParlorMunger *self, guint32 ssrc, guint32 clock_hz, guint16 first_seq,
                    guint32 first_ts)
{
  memset (self, 0, sizeof *self);
  self->ssrc = ssrc;
  self->clock_hz = clock_hz;
  self->last_out_seq = (guint16)(first_seq - 1);
  self->last_ts = first_ts;
}

/* Where the new source's first frame stands in time: as much later as it came later, and never at
 * the same instant. */
static guint32
next_timestamp (const ParlorMunger *self, gint64 now_us)
{
  if (!(self->state & STATE_SENT))
    return self->last_ts;
  return self->last_ts
         + (guint32)MAX (parlor_us_to_rtp (now_us - self->last_us, self->clock_hz), 1);
}

void
parlor_munger_switch (ParlorMunger *self, const ParlorMungerIn *in)
{
  gboolean has_out = (self->state & STATE_PICTURE_OUT) != 0;
  self->source = in->source;
  self->floor = in->seq;
  self->highest = (guint16)(in->seq - 1);
  memset (self->seen, 0, sizeof self->seen);
  self->head = 0;
  self->n_ranges = 1;
  self->ranges[0].start = in->seq;
  self->ranges[0].seq_offset = (guint16)(self->last_out_seq + 1 - in->seq);
  self->ranges[0].picture_id_offset = has_out ? (guint16)(self->last_out_picture_id + 1
                                                          - in->picture_id)
                                              : 0;
  self->tl0_offset = has_out ? (guint8)(self->last_out_tl0 + 1 - in->tl0_pic_idx) : 0;
  self->key_idx_offset = has_out ? (guint8)(self->last_out_key_idx + 1 - in->key_idx) : 0;
  self->ts_offset = next_timestamp (self, in->now_us) - in->timestamp;
  self->state = (guint8)((self->state & (STATE_SENT | STATE_PICTURE_OUT)) | STATE_SOURCE
                         | STATE_FRESH);
}

static guint
oldest_range (const ParlorMunger *self)
{
  return (guint)(self->head - self->n_ranges + 1) & RANGE_MASK;
}

/* Ranges and floor follow the window: a number that stayed behind by half the circle would look
 * new. */
static void
move_floor (ParlorMunger *self)
{
  self->floor = (guint16)(self->highest - PARLOR_MUNGER_WINDOW + 1);
  self->state |= STATE_FLOOR_MOVED;
  while (
      self->n_ranges > 1
      && parlor_seq16_diff (self->ranges[(oldest_range (self) + 1) & RANGE_MASK].start, self->floor)
             <= 0)
    self->n_ranges--;
  guint oldest = oldest_range (self);
  if (parlor_seq16_diff (self->ranges[oldest].start, self->floor) < 0)
    self->ranges[oldest].start = self->floor;
}

static void
mark_seen (ParlorMunger *self, guint16 seq)
{
  self->seen[(seq % PARLOR_MUNGER_WINDOW) / 64] |= G_GUINT64_CONSTANT (1) << (seq % 64);
}

static gboolean
was_seen (const ParlorMunger *self, guint16 seq)
{
  return (self->seen[(seq % PARLOR_MUNGER_WINDOW) / 64] >> (seq % 64)) & 1;
}

/* Makes seq the highest number; those between are missing, so far. */
static void
advance (ParlorMunger *self, guint16 seq)
{
  guint steps = (guint16)(seq - self->highest);
  if (steps >= PARLOR_MUNGER_WINDOW)
    memset (self->seen, 0, sizeof self->seen);
  else
    for (guint16 s = (guint16)(self->highest + 1); s != (guint16)(seq + 1); s++)
      self->seen[(s % PARLOR_MUNGER_WINDOW) / 64] &= ~(G_GUINT64_CONSTANT (1) << (s % 64));
  self->highest = seq;
  if (parlor_seq16_diff (seq, self->floor) >= PARLOR_MUNGER_WINDOW)
    move_floor (self);
}

/* Index of the range that holds for a number, -1 = forgotten. */
static gint
find_range (const ParlorMunger *self, guint16 seq)
{
  for (guint i = 0; i < self->n_ranges; i++)
    {
      guint at = (guint)(self->head - i) & RANGE_MASK;
      if (parlor_seq16_diff (seq, self->ranges[at].start) >= 0)
        return (gint)at;
    }
  return -1;
}

/* Takes note of a packet. SEND means that it is the first with its number; *is_newest and *range
 * are set then. */
static ParlorMungerResult
accept (ParlorMunger *self, const ParlorMungerIn *in, gboolean *is_newest, guint *range)
{
  if (!(self->state & STATE_SOURCE) || in->source != self->source)
    return PARLOR_MUNGER_OTHER_SOURCE;
  gint ahead = parlor_seq16_diff (in->seq, self->highest);
  if (ahead > PARLOR_MUNGER_GAP_MAX)
    {
      parlor_munger_switch (self, in);
      ahead = 1;
    }
  *is_newest = ahead > 0;
  *range = self->head;
  if (*is_newest)
    {
      advance (self, in->seq);
    }
  else
    {
      if (parlor_seq16_diff (in->seq, self->floor) < 0)
        return self->state & STATE_FLOOR_MOVED ? PARLOR_MUNGER_TOO_LATE
                                               : PARLOR_MUNGER_OTHER_SOURCE;
      if (was_seen (self, in->seq))
        return PARLOR_MUNGER_DUPLICATE;
      gint found = find_range (self, in->seq);
      if (found < 0)
        return PARLOR_MUNGER_TOO_LATE;
      *range = (guint)found;
    }
  mark_seen (self, in->seq);
  return PARLOR_MUNGER_SEND;
}

static guint16
picture_mask (const ParlorMungerIn *in)
{
  return in->picture_id_bits == 15 ? 0x7fff : 0x7f;
}

static gboolean
picture_is_newer (guint16 a, guint16 b, guint16 mask)
{
  guint16 ahead = (guint16)(a - b) & mask;
  return ahead != 0 && ahead <= mask / 2;
}

/* TRUE when the packet is the first one met of a newer frame. */
static gboolean
note_picture_in (ParlorMunger *self, const ParlorMungerIn *in)
{
  if (in->picture_id_bits == 0)
    return FALSE;
  if ((self->state & STATE_PICTURE_IN)
      && !picture_is_newer (in->picture_id, self->last_picture_id, picture_mask (in)))
    return FALSE;
  self->state |= STATE_PICTURE_IN;
  self->last_picture_id = in->picture_id;
  return TRUE;
}

static void
translate (const ParlorMunger *self, const ParlorMungerIn *in, guint range, ParlorMungerOut *out)
{
  out->ssrc = self->ssrc;
  out->timestamp = in->timestamp + self->ts_offset;
  out->seq = (guint16)(in->seq + self->ranges[range].seq_offset);
  out->picture_id = (guint16)(in->picture_id + self->ranges[range].picture_id_offset)
                    & picture_mask (in);
  out->tl0_pic_idx = (guint8)(in->tl0_pic_idx + self->tl0_offset);
  out->key_idx = (guint8)(in->key_idx + self->key_idx_offset) & KEY_IDX_MASK;
  out->first = FALSE;
}

static void
note_picture_out (ParlorMunger *self, const ParlorMungerIn *in, const ParlorMungerOut *out)
{
  gboolean first = !(self->state & STATE_PICTURE_OUT);
  guint8 key_ahead = (guint8)(out->key_idx - self->last_out_key_idx) & KEY_IDX_MASK;
  if (first || picture_is_newer (out->picture_id, self->last_out_picture_id, picture_mask (in)))
    self->last_out_picture_id = out->picture_id;
  if (first || (gint8)(out->tl0_pic_idx - self->last_out_tl0) > 0)
    self->last_out_tl0 = out->tl0_pic_idx;
  if (first || (key_ahead != 0 && key_ahead <= KEY_IDX_MASK / 2))
    self->last_out_key_idx = out->key_idx;
  self->state |= STATE_PICTURE_OUT;
}

static void
note_number_out (ParlorMunger *self, guint16 seq)
{
  if (parlor_seq16_newer (seq, self->last_out_seq))
    self->last_out_seq = seq;
}

static void
note_sent (ParlorMunger *self, const ParlorMungerIn *in, ParlorMungerOut *out)
{
  out->first = (self->state & STATE_FRESH) != 0;
  if (!(self->state & STATE_SENT) || parlor_seq32_newer (out->timestamp, self->last_ts))
    {
      self->last_ts = out->timestamp;
      self->last_us = in->now_us;
    }
  note_number_out (self, out->seq);
  if (in->picture_id_bits)
    note_picture_out (self, in, out);
  self->state = (guint8)((self->state | STATE_SENT) & ~STATE_FRESH);
}

/* Nearly every packet is the one behind the newest, of a stream that runs. Says what the long way
 * would say; FALSE: that is to be gone. */
static gboolean
map_next (ParlorMunger *self, const ParlorMungerIn *in, ParlorMungerOut *out)
{
  const guint running = STATE_SOURCE | STATE_SENT;
  if (in->seq != (guint16)(self->highest + 1) || in->source != self->source
      || (self->state & (running | STATE_FRESH)) != running)
    return FALSE;
  self->highest = in->seq;
  mark_seen (self, in->seq);
  if (parlor_seq16_diff (in->seq, self->floor) >= PARLOR_MUNGER_WINDOW)
    move_floor (self);
  translate (self, in, self->head, out);
  note_number_out (self, out->seq);
  if (out->timestamp == self->last_ts
      && (in->picture_id_bits == 0 || in->picture_id == self->last_picture_id))
    return TRUE; /* of the same frame, whose picture is noted */
  note_picture_in (self, in);
  note_sent (self, in, out);
  return TRUE;
}

ParlorMungerResult
parlor_munger_map (ParlorMunger *self, const ParlorMungerIn *in, ParlorMungerOut *out)
{
  gboolean is_newest;
  guint range;
  ParlorMungerResult result;
  if (map_next (self, in, out))
    return PARLOR_MUNGER_SEND;
  result = accept (self, in, &is_newest, &range);
  if (result != PARLOR_MUNGER_SEND)
    return result;
  note_picture_in (self, in);
  translate (self, in, range, out);
  note_sent (self, in, out);
  return PARLOR_MUNGER_SEND;
}

/* From number start on, outgoing ones are shifted by these more. A range that no number lies in is
 * changed in place. */
static void
shift_from (ParlorMunger *self, guint16 start, gint seq_shift, gint picture_shift)
{
  guint from = self->head;
  gboolean in_place = self->ranges[from].start == start
                      || (guint16)(self->ranges[from].start + 1) == start;
  if (!in_place)
    {
      self->head = (guint8)((self->head + 1) & RANGE_MASK);
      self->n_ranges = (guint8)MIN (self->n_ranges + 1, PARLOR_MUNGER_RANGES);
    }
  self->ranges[self->head].start = start;
  self->ranges[self->head].seq_offset = (guint16)(self->ranges[from].seq_offset + seq_shift);
  self->ranges[self->head].picture_id_offset = (guint16)(self->ranges[from].picture_id_offset
                                                         + picture_shift);
}

ParlorMungerResult
parlor_munger_drop (ParlorMunger *self, const ParlorMungerIn *in, ParlorMungerOut *out)
{
  gboolean is_newest;
  guint range;
  ParlorMungerResult result = accept (self, in, &is_newest, &range);
  if (result != PARLOR_MUNGER_SEND)
    return result;
  gboolean new_picture = note_picture_in (self, in);
  if (!is_newest)
    {
      translate (self, in, range, out);
      /* The caller may fill the hole, so its number counts as used. */
      note_number_out (self, out->seq);
      return PARLOR_MUNGER_HOLE;
    }
  shift_from (self, (guint16)(in->seq + 1), -1, new_picture ? -1 : 0);
  return PARLOR_MUNGER_DROPPED;
}

gboolean
parlor_munger_timestamp (const ParlorMunger *self, guint32 source, guint32 timestamp, guint32 *out)
{
  if (!(self->state & STATE_SOURCE) || source != self->source)
    return FALSE;
  *out = timestamp + self->ts_offset;
  return TRUE;
}

#define FIRST_SLOTS 64

struct _ParlorNackMap
{
  ParlorNackEntry *entries; /* owned */
  guint mask, max_slots, keep_ms;
};

ParlorNackMap *
parlor_nack_map_new (guint max_slots, guint keep_ms)
{
  ParlorNackMap *self = g_new (ParlorNackMap, 1);
  self->entries = g_new0 (ParlorNackEntry, FIRST_SLOTS);
  self->mask = FIRST_SLOTS - 1;
  self->max_slots = MIN (max_slots, 8192);
  self->keep_ms = keep_ms;
  return self;
}

void
parlor_nack_map_free (ParlorNackMap *self)
{
  if (self == NULL)
    return;
  g_free (self->entries);
  g_free (self);
}

/* Numbers that had places of their own have so among twice as many. */
static void
grow_map (ParlorNackMap *self)
{
  guint mask = 2 * self->mask + 1;
  ParlorNackEntry *entries = g_new0 (ParlorNackEntry, mask + 1);
  for (guint i = 0; i <= self->mask; i++)
    if (self->entries[i].used)
      entries[self->entries[i].seq & mask] = self->entries[i];
  g_free (self->entries);
  self->entries = entries;
  self->mask = mask;
}

static gboolean
is_kept (const ParlorNackMap *self, guint16 seq, guint16 now_ms)
{
  const ParlorNackEntry *old = &self->entries[seq & self->mask];
  return old->used && old->seq != seq && (guint16)(now_ms - old->last_repeat_ms) < self->keep_ms;
}

ParlorNackEntry *
parlor_nack_map_put (ParlorNackMap *self, guint16 seq, guint16 now_ms)
{
  while (self->mask + 1 < self->max_slots && is_kept (self, seq, now_ms))
    grow_map (self);
  ParlorNackEntry *entry = &self->entries[seq & self->mask];
  *entry = (ParlorNackEntry){.seq = seq, .last_repeat_ms = now_ms, .used = TRUE};
  return entry;
}

ParlorNackEntry *
parlor_nack_map_find (ParlorNackMap *self, guint16 seq)
{
  ParlorNackEntry *entry = &self->entries[seq & self->mask];
  return entry->used && entry->seq == seq ? entry : NULL;
}

void
parlor_nack_map_warm (const ParlorNackMap *self, guint16 seq)
{
  parlor_warm (&self->entries[seq & self->mask], 2 * sizeof *self->entries);
}
