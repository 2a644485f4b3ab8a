/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Waking a thread that sleeps in epoll or poll: an eventfd that is written once however often it is
 * rung before the sleeper looks.
 *
 * Order that loses nothing: the ringer first publishes its work, then rings; the sleeper first
 * clears, then looks for work. A sleeper that looks for work each time before it sleeps says so by
 * doze () and awake () instead of clear (): then a ring costs a system call only while it sleeps.
 * Thread: ring () any, the others the sleeper's.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PARLOR_WAKE_ASLEEP, /**< who rings writes to the descriptor */
  PARLOR_WAKE_AWAKE,
  PARLOR_WAKE_RUNG,
} ParlorWakeState;

typedef struct
{
  int fd;     /**< readable when rung; to be polled, not read. -1 = closed */
  gint state; /**< atomic, ParlorWakeState */
} ParlorWake;

/** FALSE: no file descriptor left (errno). */
gboolean parlor_wake_init (ParlorWake *self);
void parlor_wake_close (ParlorWake *self);

void parlor_wake_ring (ParlorWake *self);
void parlor_wake_clear (ParlorWake *self);

/** Before sleeping on the descriptor. FALSE: it was rung since awake (), and may not sleep. */
gboolean parlor_wake_doze (ParlorWake *self);
/** After sleeping, or not; `is_readable`: the descriptor is. */
void parlor_wake_awake (ParlorWake *self, gboolean is_readable);

G_END_DECLS
