/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/arrival.h"
#include "base/seq.h"
#include "base/time.h"

#define CLOCK_LEAP_US (10 * PARLOR_US_PER_SEC)

static gboolean
is_before (const ParlorTwccStatus *a, const ParlorTwccStatus *b)
{
  if (a->received != b->received)
    return a->received;
  if (a->received && a->arrival_us != b->arrival_us)
    return a->arrival_us < b->arrival_us;
  return parlor_seq16_diff (a->seq, b->seq) < 0;
}

static void
sift (ParlorTwccStatus *statuses, guint root, guint n)
{
  for (;;)
    {
      guint child = 2 * root + 1;
      ParlorTwccStatus swap;

      if (child >= n)
        return;
      if (child + 1 < n && is_before (&statuses[child], &statuses[child + 1]))
        child++;
      if (!is_before (&statuses[root], &statuses[child]))
        return;
      swap = statuses[root];
      statuses[root] = statuses[child];
      statuses[child] = swap;
      root = child;
    }
}

static gboolean
is_sorted (const ParlorTwccStatus *statuses, guint n)
{
  for (guint i = 1; i < n; i++)
    if (is_before (&statuses[i], &statuses[i - 1]))
      return FALSE;
  return TRUE;
}

void
parlor_bwe_sort_by_arrival (ParlorTwccStatus *statuses, guint n)
{
  if (is_sorted (statuses, n))
    return;
  for (guint i = n / 2; i-- > 0;)
    sift (statuses, i, n);
  for (guint i = n; i-- > 1;)
    {
      ParlorTwccStatus swap = statuses[0];

      statuses[0] = statuses[i];
      statuses[i] = swap;
      sift (statuses, 0, i);
    }
}

gboolean
parlor_bwe_clock_unwrap (ParlorBweClock *self, gint64 reference_us, gint64 now_us,
                         gint64 *offset_us)
{
  gint64 delta_us = (reference_us - self->reference_us) % PARLOR_TWCC_REFERENCE_PERIOD_US;
  gint64 ours_us = now_us - self->at_us;
  gboolean leapt;

  if (delta_us > PARLOR_TWCC_REFERENCE_PERIOD_US / 2)
    delta_us -= PARLOR_TWCC_REFERENCE_PERIOD_US;
  if (delta_us < -PARLOR_TWCC_REFERENCE_PERIOD_US / 2)
    delta_us += PARLOR_TWCC_REFERENCE_PERIOD_US;
  if (!self->started)
    delta_us = ours_us = 0;
  leapt = ABS (delta_us - ours_us) > CLOCK_LEAP_US;
  if (leapt)
    delta_us = ours_us;
  *offset_us = self->unwrapped_us + delta_us - reference_us;
  if (!self->started || leapt || delta_us > 0)
    *self = (ParlorBweClock){TRUE, reference_us, self->unwrapped_us + delta_us, now_us};
  return !leapt;
}
