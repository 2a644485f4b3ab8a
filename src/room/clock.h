/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam to time. There are two clocks and they are never mixed:
 *
 * - monotonic microseconds (`now_us`): every deadline. The caller reads it once per wake-up and
 * hands it into each call of the domain; the domain reads it only where events of the media come
 * in;
 * - the wall clock in milliseconds since 1970 (UTC): only for stamps that people read
 * (`created_at`, `joined_at`, `at`) and for what must mean something after a restart. A step of an
 * hour moves no deadline.
 *
 * Control thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorClock ParlorClock;
struct _ParlorClock
{
  gint64 (*now_us) (ParlorClock *clock);
  gint64 (*wall_ms) (ParlorClock *clock);
};

G_END_DECLS
