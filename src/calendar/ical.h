/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The calendar (room/calendar.h) over libical, whose zones are the system's (/usr/share/zoneinfo).
 *
 * Control thread: libical keeps the zones it has read, without a lock.
 */
#pragma once

#include "room/calendar.h"

G_BEGIN_DECLS

/** One for all; static. */
const ParlorCalendar *parlor_calendar_ical (void);

G_END_DECLS
