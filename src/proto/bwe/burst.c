/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/burst.h"
#include "base/time.h"

/* goog_cc inter_arrival_delta.cc. */
#define GROUP_US (5 * PARLOR_US_PER_MS)
#define BURST_ARRIVAL_US (5 * PARLOR_US_PER_MS)
#define BURST_MAX_US (100 * PARLOR_US_PER_MS)
#define CLOCK_JUMP_US (3 * PARLOR_US_PER_SEC)
#define REORDERED_MAX 3

void
parlor_bwe_burst_init (ParlorBweBurst *self)
{
  *self = (ParlorBweBurst){0};
}

static gboolean
belongs (const ParlorBweGroup *group, gint64 sent_us, gint64 arrival_us)
{
  gint64 arrival_delta_us = arrival_us - group->last_arrival_us;
  gint64 sent_delta_us = sent_us - group->last_sent_us;

  if (sent_us - group->first_sent_us <= GROUP_US)
    return TRUE;
  return arrival_delta_us < sent_delta_us && arrival_delta_us <= BURST_ARRIVAL_US
         && arrival_us - group->first_arrival_us < BURST_MAX_US;
}

static void
begin_group (ParlorBweGroup *group, gint64 sent_us, gint64 arrival_us)
{
  *group = (ParlorBweGroup){sent_us, sent_us, arrival_us, arrival_us, 1};
}

/* FALSE: the two groups cannot be compared. */
static gboolean
compare (ParlorBweBurst *self, ParlorBweDelta *delta)
{
  const ParlorBweGroup *now = &self->current, *before = &self->previous;

  if (before->packets == 0)
    return FALSE;
  delta->sent_us = now->last_sent_us - before->last_sent_us;
  delta->arrival_us = now->last_arrival_us - before->last_arrival_us;
  if (ABS (delta->arrival_us - delta->sent_us) > CLOCK_JUMP_US)
    {
      parlor_bwe_burst_init (self);
      return FALSE;
    }
  if (delta->arrival_us >= 0)
    {
      self->n_reordered = 0;
      return TRUE;
    }
  if (++self->n_reordered >= REORDERED_MAX)
    parlor_bwe_burst_init (self);
  return FALSE;
}

gboolean
parlor_bwe_burst_push (ParlorBweBurst *self, gint64 sent_us, gint64 arrival_us,
                       ParlorBweDelta *delta)
{
  ParlorBweGroup *group = &self->current;
  gboolean whole;

  if (group->packets == 0)
    {
      begin_group (group, sent_us, arrival_us);
      return FALSE;
    }
  if (sent_us < group->first_sent_us)
    return FALSE;
  if (belongs (group, sent_us, arrival_us))
    {
      group->last_sent_us = MAX (group->last_sent_us, sent_us);
      group->last_arrival_us = MAX (group->last_arrival_us, arrival_us);
      group->packets++;
      return FALSE;
    }
  whole = compare (self, delta);
  self->previous = self->current;
  begin_group (group, sent_us, arrival_us);
  return whole;
}
