/* SPDX-License-Identifier: Apache-2.0 */
/* Making redundant audio (RFC 2198) for a receiver that loses packets: each packet carries the one
 * or two frames before it again. Pure; worker thread.
 *
 * Two parts. parlor_red_make writes a payload from frames that lie in the publisher's history, so
 * that nothing is kept or copied for each receiver. ParlorRedChoice says how many earlier frames a
 * receiver's loss is worth: with depth n a frame is gone only when n + 1 packets in a row are,
 * which at 10 % random loss leaves 1 % or 0.1 %. A frame of speech is 40 to 100 bytes, the head of
 * a packet 70: depth 2 costs about twice the bytes, so it is not worth it on a clean path. */
#pragma once
#include <glib.h>

/* Earlier frames in a packet, at most. */
#define PARLOR_RED_DEPTH 2
/* Larger frames (music at a high rate) are not repeated; the format's own bound is 1,023. */
#define PARLOR_RED_FRAME_MAX 400
/* What parlor_red_make adds to the newest frame, at most. */
#define PARLOR_RED_OVERHEAD_MAX (PARLOR_RED_DEPTH * (4 + PARLOR_RED_FRAME_MAX) + 1)

typedef struct
{
  guint32 timestamp;   /* RTP, as it is sent or as it came: only differences count */
  guint16 size;        /* 0 = lost: left out */
  const guint8 *bytes; /* borrowed for the call */
} ParlorRedFrame;

/* Writes the payload of RED: frames[n - 1] is the packet's own, those before it go along, oldest
 * first. n is 1 to PARLOR_RED_DEPTH + 1. pt is the receiver's number for the frames. An earlier
 * frame is left out when it is lost, larger than PARLOR_RED_FRAME_MAX, or not 1 to
 * PARLOR_RED_OFFSET_MAX units older than the newest. Returns the size, 0 = no room (then nothing is
 * written). */
gsize parlor_red_make (guint8 *out, gsize room, guint8 pt, const ParlorRedFrame *frames, guint n);

/* Loss of the last ten seconds in steps of two. All zero = nothing was reported: depth 0. */
#define PARLOR_RED_STEPS 5
typedef struct
{
  guint8 depth, newest;
  gboolean started;
  gint64 step_began_us;
  struct
  {
    guint32 lost, expected;
  } steps[PARLOR_RED_STEPS];
} ParlorRedChoice;

/* A report of the receiver (a receiver report of the slot, or transport-wide feedback): so many
 * packets were lost of so many that were sent. lost above expected counts as expected. */
void parlor_red_choice_report (ParlorRedChoice *self, guint lost, guint expected, gint64 now_us);
/* Earlier frames that a packet should carry: 0 to PARLOR_RED_DEPTH. Rises within a report (1 %
 * loss: 1, 3 %: 2), falls a step at a time once ten seconds had less than half of that. */
static inline guint
parlor_red_choice_depth (const ParlorRedChoice *self)
{
  return self->depth;
}
