/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar/ical.h"
#include "room/rrule.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is taken is written in one way, reads back to the same, and its days come in order. */
static void
look (const ParlorRrule *rule)
{
  char text[PARLOR_RRULE_SIZE], again[PARLOR_RRULE_SIZE];
  ParlorRrule read;
  ParlorOccurrence days[8];
  parlor_rrule_print (rule, text);
  if (!parlor_rrule_parse (text, &read, NULL))
    abort ();
  parlor_rrule_print (&read, again);
  const ParlorRecurrence when = {"UTC", "20261123T093000", 30, text, NULL};
  guint n = parlor_calendar_ical ()->occurrences (&when, 0, days, G_N_ELEMENTS (days));
  if (strcmp (text, again) != 0)
    abort ();
  for (guint i = 1; i < n; i++)
    if (days[i].start_ms <= days[i - 1].start_ms)
      abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  ParlorRrule rule;
  g_autofree char *text = g_strndup ((const char *)data, size);
  if (parlor_rrule_parse (text, &rule, NULL))
    look (&rule);
  return 0;
}
