/* SPDX-License-Identifier: Apache-2.0 */
/* The schedule of a line as data: a JSON list of steps by time.
 *
 *   [{"at_ms": 0, "up": {…}, "down": {…}}, {"at_ms": 5000, "rebind": true}, …]
 *
 * A direction that a step names is as it says from then on, whatever was before; {} is a perfect
 * line. A direction that it does not name goes on. Fields, each 0 when absent: delay_ms, jitter_ms,
 * loss (0..1), burst {loss, packets}, reorder {share, ms}, rate_kbps, queue_ms (200 when there is a
 * rate), blackhole. Times may have fractions. An unknown field is an error. */
#pragma once
#include "link.h"

typedef struct
{
  gint64 at_us; /* from when the schedule begins */
  gboolean has_up, has_down, rebind;
  RelayConditions up, down;
} RelayStep;

/* A GArray of RelayStep in order of time, (transfer full); NULL and *why (transfer full) when the
 * text is none. */
GArray *relay_schedule_parse (const char *text, char **why);
