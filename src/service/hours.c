/* SPDX-License-Identifier: Apache-2.0 */
#include "service/hours.h"

#include <string.h>

#define MINUTE_MS G_GINT64_CONSTANT (60000)
#define DAY_MIN 1440

static gboolean
take_number (const char **at, guint digits, guint *out)
{
  guint value = 0, n = 0;
  while (n < digits && g_ascii_isdigit (**at))
    {
      value = value * 10 + (guint)(**at - '0');
      (*at)++;
      n++;
    }
  *out = value;
  return n > 0;
}

static gboolean
take (const char **at, char c)
{
  if (**at != c)
    return FALSE;
  (*at)++;
  return TRUE;
}

static gboolean
take_time (const char **at, guint16 *minutes)
{
  guint hour = 0, minute = 0;
  if (!take_number (at, 2, &hour) || !take (at, ':') || !take_number (at, 2, &minute))
    return FALSE;
  *minutes = (guint16)(hour * 60 + minute);
  return minute < 60 && *minutes <= DAY_MIN;
}

static gboolean
take_span (const char **at, ParlorHours *hours)
{
  guint first = 0, last = 0;
  if (hours->n == PARLOR_HOURS_MAX || !take_number (at, 1, &first))
    return FALSE;
  last = first;
  if (take (at, '-') && !take_number (at, 1, &last))
    return FALSE;
  guint16 from = 0, until = 0;
  if (!take (at, ' ') || !take_time (at, &from) || !take (at, '-') || !take_time (at, &until))
    return FALSE;
  if (first < 1 || last > 7 || first > last || from >= until)
    return FALSE;
  hours->spans[hours->n].first_day = (guint8)first;
  hours->spans[hours->n].last_day = (guint8)last;
  hours->spans[hours->n].from_min = from;
  hours->spans[hours->n++].until_min = until;
  return TRUE;
}

gboolean
parlor_hours_parse (const char *text, ParlorHours *hours)
{
  const char *at = text ? text : "";
  memset (hours, 0, sizeof *hours);
  while (*at)
    {
      while (*at == ' ' || *at == ',')
        at++;
      if (*at && !take_span (&at, hours))
        {
          memset (hours, 0, sizeof *hours);
          return FALSE;
        }
      if (*at && *at != ',')
        {
          memset (hours, 0, sizeof *hours);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
parlor_hours_is_open (const ParlorHours *hours, gint64 wall_ms, int utc_offset_min)
{
  gint64 minutes = wall_ms / MINUTE_MS + utc_offset_min;
  /* 1970-01-01 was a Thursday. */
  guint day = (guint)((minutes / DAY_MIN + 3) % 7) + 1, minute = (guint)(minutes % DAY_MIN);
  for (guint i = 0; i < hours->n; i++)
    if (day >= hours->spans[i].first_day && day <= hours->spans[i].last_day
        && minute >= hours->spans[i].from_min && minute < hours->spans[i].until_min)
      return TRUE;
  return !hours->n;
}

gint64
parlor_hours_next_open_ms (const ParlorHours *hours, gint64 wall_ms, int utc_offset_min)
{
  if (parlor_hours_is_open (hours, wall_ms, utc_offset_min))
    return wall_ms;
  gint64 at = wall_ms - wall_ms % MINUTE_MS;
  for (guint i = 0; i < 8 * DAY_MIN; i++)
    if (parlor_hours_is_open (hours, at += MINUTE_MS, utc_offset_min))
      return at;
  return at;
}
