/* SPDX-License-Identifier: Apache-2.0 */
/* Units of time, and NTP timestamps (RFC 5905 section 6; RFC 3550 section 4). Pure, any thread.
 * Inside Parlor time is a gint64 of microseconds, monotonic unless its name says wall. NTP counts
 * seconds since 1900 in the upper 32 bits and 1/2^32 s in the lower ones. */
#pragma once
#include <glib.h>

#define PARLOR_US_PER_MS G_GINT64_CONSTANT (1000)
#define PARLOR_MS_PER_SEC G_GINT64_CONSTANT (1000)
#define PARLOR_US_PER_SEC G_GINT64_CONSTANT (1000000)
#define PARLOR_NS_PER_US G_GINT64_CONSTANT (1000)
#define PARLOR_NS_PER_SEC G_GINT64_CONSTANT (1000000000)

/* No deadline: what next_us functions return when nothing is due. */
#define PARLOR_NEVER_US G_MAXINT64

/* Seconds between 1900-01-01 and 1970-01-01 (RFC 5905 figure 4). */
#define PARLOR_NTP_UNIX_EPOCH_SEC G_GINT64_CONSTANT (2208988800)

/* Wall clock (us since 1970) to the 64-bit NTP timestamp and back. The 32-bit seconds wrap in 2036:
 * the way back takes seconds below 2^31 as of era 1 (RFC 4330 section 3), so it is right from 1968
 * to 2104. Rounds to the nearest us. */
guint64 parlor_ntp_from_unix_us (gint64 wall_us);
gint64 parlor_ntp_to_unix_us (guint64 ntp);

/* A span of time without epoch, in us, as 32.32 fixed point and back; negative spans are not
 * allowed (give 0). */
guint64 parlor_ntp_span_from_us (gint64 span_us);
gint64 parlor_ntp_span_to_us (guint64 span);

/* The middle 32 bits (16.16): the LSR and DLSR of RFC 3550 section 6.4.1. */
static inline guint32
parlor_ntp_compact (guint64 ntp)
{
  return (guint32)(ntp >> 16);
}

/* A span in 16.16 (1/65536 s) to us and back. us beyond the range (65536 s) give G_MAXUINT32,
 * negative ones 0. */
gint64 parlor_ntp_compact_to_us (guint32 span);
guint32 parlor_ntp_compact_from_us (gint64 span_us);

/* abs-send-time: 6.18 fixed-point seconds in 24 bits, wraps every 64 s. Negative time counts as its
 * wrap. */
guint32 parlor_abs_send_time_from_us (gint64 now_us);

/* us to RTP clock units, exact to the unit for 292,000 years of us / clock_hz up to
 * 192,000; rounds down. clock_hz 0 is a programmer's mistake and gives 0. */
gint64 parlor_us_to_rtp (gint64 us, guint32 clock_hz);
