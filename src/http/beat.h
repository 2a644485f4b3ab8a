/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that tick for ever wake the control thread together: at multiples of their periods, by the
 * loop's own clock. Each set for itself, seven of them woke an idle daemon 8.5 times a second, and
 * drifted apart again when they had been set together. Control thread. */
#pragma once
#include <glib.h>
#include <uv.h>

/* The next turn is at the next multiple of `period_ms` (above 0), 1 to period_ms from now; each
 * turn calls this first, for the one after it. uv_timer_stop () and uv_close () end it as they end
 * any timer. */
static inline void
parlor_beat (uv_timer_t *timer, uv_timer_cb turn, guint64 period_ms)
{
  uv_timer_start (timer, turn, period_ms - uv_now (timer->loop) % period_ms, 0);
}
