/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Waking a thread that sleeps in epoll or poll: an eventfd that is written once however often it is
 * rung before the sleeper looks.
 *
 * Order that loses nothing: the ringer first publishes its work, then rings; the sleeper first
 * clears, then looks for work. Thread: ring () any, clear () the sleeper's.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int fd;       /**< readable when rung; to be polled, not read. -1 = closed */
  gint is_rung; /**< atomic */
} ParlorWake;

/** FALSE: no file descriptor left (errno). */
gboolean parlor_wake_init (ParlorWake *self);
void parlor_wake_close (ParlorWake *self);

void parlor_wake_ring (ParlorWake *self);
void parlor_wake_clear (ParlorWake *self);

G_END_DECLS
