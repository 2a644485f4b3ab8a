/* SPDX-License-Identifier: Apache-2.0 */
#include "wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

gboolean
parlor_wake_init (ParlorWake *self)
{
  self->is_rung = 0;
  self->fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  return self->fd >= 0;
}

void
parlor_wake_close (ParlorWake *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
parlor_wake_ring (ParlorWake *self)
{
  static const guint64 one = 1;
  gssize written;
  if (__atomic_exchange_n (&self->is_rung, 1, __ATOMIC_SEQ_CST))
    return;
  /* It cannot fail: nobody else writes, so the count is 0 and the descriptor does not block. */
  written = write (self->fd, &one, sizeof one);
  (void)written;
}

void
parlor_wake_clear (ParlorWake *self)
{
  guint64 count;
  gssize length = read (self->fd, &count, sizeof count);
  (void)length;
  /* After the read: a ringer in between finds 1 and does not write, but its work is published, and
   * the sleeper looks for work after this. */
  __atomic_store_n (&self->is_rung, 0, __ATOMIC_SEQ_CST);
}
