/* SPDX-License-Identifier: Apache-2.0 */
#include "loop.h"

#include "udpgather.h"

ParlorLoop *
parlor_loop_new (const ParlorRouterConfig *router, const ParlorLoopHooks *hooks, gpointer user_data,
                 int fd)
{
  ParlorLoop *self = g_new0 (ParlorLoop, 1);
  self->router = *router;
  if (hooks != NULL)
    self->hooks = *hooks;
  self->user_data = user_data;
  self->fd = fd;
  self->lane_fd = -1;
  self->gather_us = PARLOR_GATHER_DEFAULT_US;
  self->next_us = self->send_retry_us = G_MAXINT64;
  self->refs = 1;
  if (!parlor_wake_init (&self->wake))
    {
      g_free (self);
      return NULL;
    }
  self->tracks = parlor_tracks_new (&self->wake);
  return self;
}

ParlorLoop *
parlor_loop_ref (ParlorLoop *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
parlor_loop_unref (ParlorLoop *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  parlor_tracks_free (self->tracks);
  parlor_wake_close (&self->wake);
  g_free (self);
}

void
parlor_loop_wake (ParlorLoop *self)
{
  parlor_wake_ring (&self->wake);
}
