/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The part of RFC 5545's recurrence rules (section 3.3.10) that meetings need: daily, weekly on
 * some days, monthly on a day or on an n-th weekday; every so many; so often or until.
 *
 *     FREQ=DAILY|WEEKLY|MONTHLY [;INTERVAL=1..99] [;COUNT=1..1000 | ;UNTIL=yyyymmdd]
 *     WEEKLY:  [;BYDAY=MO,WE,…]            MONTHLY: [;BYDAY=1MO … 4SU, -1FR | ;BYMONTHDAY=1..31,
 * -1]
 *
 * What is not in it is refused, not skipped: nobody is to find other days in his calendar than
 * here. UNTIL is a local day, itself included; a time after it (…T235959Z) is read and dropped.
 * Pure, any thread; the text may come from anybody.
 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_REPEAT_DAILY,
  PARLOR_REPEAT_WEEKLY,
  PARLOR_REPEAT_MONTHLY,
} ParlorRepeat;

typedef struct
{
  ParlorRepeat every;
  guint interval; /**< 1 to 99 */
  guint days;     /**< bits from Monday (1 << 0) to Sunday; 0 = the start's. MONTHLY: one at most */
  gint nth;       /**< of MONTHLY with a day: 1 to 4, -1 = the last; else 0 */
  gint month_day; /**< 1 to 31, -1 = the last; 0 = the start's */
  guint count;    /**< 1 to 1000; 0 = not said */
  guint until;    /**< yyyymmdd; 0 = not said */
} ParlorRrule;

#define PARLOR_RRULE_SIZE 128

/** FALSE with BAD_REQUEST: `out` is not to be looked at. Any case; "RRULE:" before it is fine. */
gboolean parlor_rrule_parse (const char *text, ParlorRrule *out, GError **error);
/** The one way to write it; parses to the same. */
void parlor_rrule_print (const ParlorRrule *rule, char out[PARLOR_RRULE_SIZE]);
/** Whether there is such a day in the Gregorian calendar, 1970 to 2199. */
gboolean parlor_rrule_is_day (guint yyyymmdd);

G_END_DECLS
