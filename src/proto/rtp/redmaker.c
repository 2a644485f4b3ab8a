/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/redmaker.h"
#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtp/red.h"
#include <string.h>

#define HEAD_SIZE 4
#define STEP_US (2 * PARLOR_US_PER_SEC)
/* Fewer packets say nothing: at 50 a second, a fifth of a second of speech. */
#define LEAST_EXPECTED 10

/* --- writing --------------------------------------------------------------------------------- */

static gboolean
goes_along (const ParlorRedFrame *frame, guint32 newest)
{
  guint32 age = newest - frame->timestamp;
  return frame->size > 0 && frame->size <= PARLOR_RED_FRAME_MAX && age >= 1
         && age <= PARLOR_RED_OFFSET_MAX;
}

gsize
parlor_red_make (guint8 *out, gsize room, guint8 pt, const ParlorRedFrame *frames, guint n)
{
  g_return_val_if_fail (n >= 1 && n <= PARLOR_RED_DEPTH + 1, 0);

  const ParlorRedFrame *own = &frames[n - 1], *along[PARLOR_RED_DEPTH];
  guint8 *at = out;
  guint count = 0;
  gsize total = 1u + own->size;
  for (guint i = 0; i + 1 < n; i++)
    if (goes_along (&frames[i], own->timestamp))
      {
        along[count++] = &frames[i];
        total += HEAD_SIZE + frames[i].size;
      }
  if (room < total)
    return 0;
  for (guint i = 0; i < count; i++, at += HEAD_SIZE)
    {
      at[0] = 0x80 | pt;
      parlor_put_u24 (at + 1, (own->timestamp - along[i]->timestamp) << 10 | along[i]->size);
    }
  *at++ = pt & 0x7f;
  for (guint i = 0; i < count; at += along[i++]->size)
    memcpy (at, along[i]->bytes, along[i]->size);
  if (own->size > 0)
    memcpy (at, own->bytes, own->size);
  return total;
}

/* --- how deep -------------------------------------------------------------------------------- */

/* Loss in permille of the newest n steps; -1 = too little was sent to tell. */
static gint
loss_of (const ParlorRedChoice *self, guint n)
{
  guint64 lost = 0, expected = 0;
  for (guint i = 0; i < n; i++)
    {
      guint at = (self->newest + PARLOR_RED_STEPS - i) % PARLOR_RED_STEPS;
      lost += self->steps[at].lost;
      expected += self->steps[at].expected;
    }
  return expected < LEAST_EXPECTED ? -1 : (gint)(lost * 1000 / expected);
}

/* Moves on to the step that now_us is in; steps without a report are empty. */
static void
step_on (ParlorRedChoice *self, gint64 now_us)
{
  if (!self->started || now_us - self->step_began_us >= PARLOR_RED_STEPS * STEP_US)
    {
      memset (self->steps, 0, sizeof self->steps);
      self->step_began_us = now_us;
      self->started = TRUE;
    }
  for (; now_us - self->step_began_us >= STEP_US; self->step_began_us += STEP_US)
    {
      self->newest = (self->newest + 1) % PARLOR_RED_STEPS;
      self->steps[self->newest].lost = self->steps[self->newest].expected = 0;
    }
}

static guint
depth_for (gint permille)
{
  return permille >= 30 ? 2 : permille >= 10 ? 1 : 0;
}

void
parlor_red_choice_report (ParlorRedChoice *self, guint lost, guint expected, gint64 now_us)
{
  step_on (self, now_us);
  self->steps[self->newest].lost += MIN (lost, expected);
  self->steps[self->newest].expected += expected;

  gint lately = loss_of (self, 2), in_all = loss_of (self, PARLOR_RED_STEPS);
  guint rise = lately < 0 ? 0 : depth_for (lately);
  if (rise > self->depth)
    self->depth = (guint8)rise;
  else if (in_all >= 0 && depth_for (in_all * 2) < self->depth && rise < self->depth
           && self->steps[(self->newest + 1) % PARLOR_RED_STEPS].expected > 0)
    self->depth--;
}
