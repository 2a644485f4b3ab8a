/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Opening hours of a group: "1-5 09:00-18:00, 6 10:00-16:00" (1 = Monday … 7 = Sunday; a span of
 * days or one day, a span of time that ends on the same day, 24:00 allowed), in a fixed offset from
 * UTC. "" = always open. Pure, any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_HOURS_MAX 16

typedef struct
{
  guint n; /**< 0 = always open */
  struct
  {
    guint8 first_day, last_day;  /**< 1..7 */
    guint16 from_min, until_min; /**< minutes of the day, from < until <= 1440 */
  } spans[PARLOR_HOURS_MAX];
} ParlorHours;

/** FALSE: it is not of that form; `hours` is then always open. NULL = "". */
gboolean parlor_hours_parse (const char *text, ParlorHours *hours);

/** Whether it is open at this wall clock (milliseconds since 1970, UTC). */
gboolean parlor_hours_is_open (const ParlorHours *hours, gint64 wall_ms, int utc_offset_min);

/** When it is open next: `wall_ms` itself when it is open now; at most 8 days ahead. */
gint64 parlor_hours_next_open_ms (const ParlorHours *hours, gint64 wall_ms, int utc_offset_min);

G_END_DECLS
