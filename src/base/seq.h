/* SPDX-License-Identifier: Apache-2.0 */
/* Serial numbers that wrap: RTP sequence numbers (16 bits) and timestamps (32 bits), compared as
 * RFC 1982 section 3.2 says, and unwrapped to 64 bits. Pure, any thread, all inline. */
#pragma once
#include <glib.h>

/* a - b on the circle, -32768 to 32767. Exactly half the circle apart counts as older (-32768). */
static inline gint
parlor_seq16_diff (guint16 a, guint16 b)
{
  return (gint16)(guint16)(a - b);
}

/* Is a strictly after b? False for equal numbers, and false both ways when half the circle apart.
 */
static inline gboolean
parlor_seq16_newer (guint16 a, guint16 b)
{
  return parlor_seq16_diff (a, b) > 0;
}

static inline gint32
parlor_seq32_diff (guint32 a, guint32 b)
{
  return (gint32)(a - b);
}

static inline gboolean
parlor_seq32_newer (guint32 a, guint32 b)
{
  return parlor_seq32_diff (a, b) > 0;
}

/* Turns wrapping numbers into 64-bit ones that do not wrap. All zero = nothing seen. One unwrapper
 * is for one width. The first number gets one full cycle below it, so that older ones that come
 * late stay positive; the low 16 (32) bits of the answer always equal the number given. */
typedef struct
{
  gint64 highest; /* valid when started */
  gboolean started;
} ParlorSeqUnwrapper;

/* What the number would be, without taking note of it. */
static inline gint64
parlor_seq_peek16 (const ParlorSeqUnwrapper *self, guint16 seq)
{
  if (!self->started)
    return (gint64)seq + 0x10000;
  return self->highest + parlor_seq16_diff (seq, (guint16)self->highest);
}

static inline gint64
parlor_seq_note (ParlorSeqUnwrapper *self, gint64 value)
{
  if (!self->started || value > self->highest)
    self->highest = value;
  self->started = TRUE;
  return value;
}

/* The number unwrapped nearest to the highest one so far; a higher one becomes the highest. */
static inline gint64
parlor_seq_unwrap16 (ParlorSeqUnwrapper *self, guint16 seq)
{
  return parlor_seq_note (self, parlor_seq_peek16 (self, seq));
}
