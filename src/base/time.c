/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

/* a * b / c without overflow of the product where the quotient fits, rounding towards minus
 * infinity. */
static gint64
scale (gint64 a, gint64 b, gint64 c)
{
  gint64 whole = a / c, rest = a % c;
  if (rest < 0)
    {
      whole--;
      rest += c;
    }
  return whole * b + rest * b / c;
}

guint64
parlor_ntp_span_from_us (gint64 span_us)
{
  if (span_us < 0)
    return 0;
  guint64 sec = (guint64)(span_us / PARLOR_US_PER_SEC);
  guint64 us = (guint64)(span_us % PARLOR_US_PER_SEC);
  return (sec << 32) + ((us << 32) + PARLOR_US_PER_SEC / 2) / PARLOR_US_PER_SEC;
}

gint64
parlor_ntp_span_to_us (guint64 span)
{
  guint64 fraction = ((span & 0xffffffffu) * PARLOR_US_PER_SEC + (G_GUINT64_CONSTANT (1) << 31))
                     >> 32;
  return (gint64)((span >> 32) * PARLOR_US_PER_SEC + fraction);
}

guint64
parlor_ntp_from_unix_us (gint64 wall_us)
{
  return parlor_ntp_span_from_us (wall_us + PARLOR_NTP_UNIX_EPOCH_SEC * PARLOR_US_PER_SEC);
}

gint64
parlor_ntp_to_unix_us (guint64 ntp)
{
  gint64 us = parlor_ntp_span_to_us (ntp);
  if (!(ntp >> 63))
    us += (G_GINT64_CONSTANT (1) << 32) * PARLOR_US_PER_SEC;
  return us - PARLOR_NTP_UNIX_EPOCH_SEC * PARLOR_US_PER_SEC;
}

gint64
parlor_ntp_compact_to_us (guint32 span)
{
  return (gint64)(((guint64)span * PARLOR_US_PER_SEC + (1 << 15)) >> 16);
}

guint32
parlor_ntp_compact_from_us (gint64 span_us)
{
  if (span_us < 0)
    return 0;
  if (span_us >= 65536 * PARLOR_US_PER_SEC)
    return G_MAXUINT32;
  return (guint32)(((guint64)span_us << 16) / PARLOR_US_PER_SEC);
}

guint32
parlor_abs_send_time_from_us (gint64 now_us)
{
  return (guint32)(scale (now_us, 1 << 18, PARLOR_US_PER_SEC) & 0xffffff);
}

gint64
parlor_us_to_rtp (gint64 us, guint32 clock_hz)
{
  return scale (us, clock_hz, PARLOR_US_PER_SEC);
}
