/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/showorder.h"

#include <string.h>

/* Encoders for streaming reorder by two or three pictures; what stands beyond was lost. */
#define DEPTH 6

static void
drop_first (ParlorShowOrder *self)
{
  self->n--;
  memmove (self->waiting, self->waiting + 1, self->n * sizeof self->waiting[0]);
}

static void
insert (ParlorShowOrder *self, gint64 time_ns)
{
  guint at = self->n;
  while (at > 0 && self->waiting[at - 1] > time_ns)
    {
      self->waiting[at] = self->waiting[at - 1];
      at--;
    }
  self->waiting[at] = time_ns;
  self->n++;
}

void
parlor_show_order_in (ParlorShowOrder *self, gint64 time_ns)
{
  gint64 back_ns = self->newest_ns - time_ns;
  if (back_ns > PARLOR_SHOW_ORDER_BACK_NS)
    *self = (ParlorShowOrder){0};
  else if (back_ns > 0)
    self->is_mixed = TRUE;
  self->newest_ns = MAX (self->newest_ns, time_ns);
  insert (self, time_ns);
  if (self->n > DEPTH)
    drop_first (self);
}

gint64
parlor_show_order_out (ParlorShowOrder *self, gint64 time_ns)
{
  if (self->n == 0)
    return time_ns;
  gint64 first_ns = self->waiting[0];
  if (!self->is_mixed) /* it goes with its own; nothing before it is to come */
    {
      while (self->n > 0 && self->waiting[0] <= time_ns)
        drop_first (self);
      return time_ns;
    }
  drop_first (self);
  return first_ns;
}
