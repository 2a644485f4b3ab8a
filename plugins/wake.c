/* SPDX-License-Identifier: Apache-2.0 */
#include "wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

gboolean
parlor_wake_init (ParlorWake *self)
{
  self->state = PARLOR_WAKE_ASLEEP;
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
  if (__atomic_exchange_n (&self->state, PARLOR_WAKE_RUNG, __ATOMIC_SEQ_CST) != PARLOR_WAKE_ASLEEP)
    return;
  /* It cannot fail: nobody else writes, so the count is 0 and the descriptor does not block. */
  written = write (self->fd, &one, sizeof one);
  (void)written;
}

static void
read_count (ParlorWake *self)
{
  guint64 count;
  gssize length = read (self->fd, &count, sizeof count);
  (void)length;
}

void
parlor_wake_clear (ParlorWake *self)
{
  read_count (self);
  /* After the read: a ringer in between finds it rung and does not write, but its work is
   * published, and the sleeper looks for work after this. */
  __atomic_store_n (&self->state, PARLOR_WAKE_ASLEEP, __ATOMIC_SEQ_CST);
}

gboolean
parlor_wake_doze (ParlorWake *self)
{
  gint awake = PARLOR_WAKE_AWAKE;
  return __atomic_compare_exchange_n (&self->state, &awake, PARLOR_WAKE_ASLEEP, FALSE,
                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
         || awake == PARLOR_WAKE_ASLEEP;
}

void
parlor_wake_awake (ParlorWake *self, gboolean is_readable)
{
  if (is_readable)
    read_count (self);
  /* An exchange, not a store: what the ringer published before is seen after it. */
  __atomic_exchange_n (&self->state, PARLOR_WAKE_AWAKE, __ATOMIC_SEQ_CST);
}
