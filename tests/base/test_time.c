/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

static void
test_epoch (void)
{
  g_assert_cmpuint (parlor_ntp_from_unix_us (0) >> 32, ==, 2208988800u);
  g_assert_cmpuint (parlor_ntp_from_unix_us (500000) & 0xffffffffu, ==, 0x80000000u);
  g_assert_cmpint (parlor_ntp_to_unix_us (G_GUINT64_CONSTANT (2208988800) << 32), ==, 0);
}

static void
test_round_trip (void)
{
  for (gint64 us = 0; us < 4 * PARLOR_US_PER_SEC; us += 997)
    {
      gint64 wall = G_GINT64_CONSTANT (1763796300000000) + us;
      g_assert_cmpint (parlor_ntp_to_unix_us (parlor_ntp_from_unix_us (wall)), ==, wall);
      g_assert_cmpint (parlor_ntp_span_to_us (parlor_ntp_span_from_us (us)), ==, us);
    }
}

static void
test_era (void)
{
  gint64 before = ((G_GINT64_CONSTANT (1) << 32) - PARLOR_NTP_UNIX_EPOCH_SEC) * PARLOR_US_PER_SEC
                  - 1;
  for (gint64 wall = before - 2; wall < before + 5; wall++)
    g_assert_cmpint (parlor_ntp_to_unix_us (parlor_ntp_from_unix_us (wall)), ==, wall);
}

static void
test_compact (void)
{
  /* The example of RFC 3550 figure 2: LSR 0xb7052000, DLSR 5.25 s. */
  g_assert_cmpuint (parlor_ntp_compact_from_us (5250000), ==, 0x00054000);
  g_assert_cmpint (parlor_ntp_compact_to_us (0x00054000), ==, 5250000);
  g_assert_cmpuint (parlor_ntp_compact (G_GUINT64_CONSTANT (0xb44db705) << 32 | 0x20000000u), ==,
                    0xb7052000u);
  g_assert_cmpuint (parlor_ntp_compact_from_us (-1), ==, 0);
  g_assert_cmpuint (parlor_ntp_compact_from_us (G_MAXINT64), ==, G_MAXUINT32);
}

static void
test_abs_send_time (void)
{
  g_assert_cmpuint (parlor_abs_send_time_from_us (PARLOR_US_PER_SEC), ==, 1 << 18);
  g_assert_cmpuint (parlor_abs_send_time_from_us (64 * PARLOR_US_PER_SEC), ==, 0);
}

static void
test_rtp_units (void)
{
  g_assert_cmpint (parlor_us_to_rtp (PARLOR_US_PER_SEC, 90000), ==, 90000);
  g_assert_cmpint (parlor_us_to_rtp (20000, 48000), ==, 960);
  g_assert_cmpint (parlor_us_to_rtp (-1, 90000), ==, -1);
  g_assert_cmpint (parlor_us_to_rtp (G_GINT64_CONSTANT (1763796300000001), 90000), ==,
                   G_GINT64_CONSTANT (158741667000000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/time/the-unix-epoch-is-2208988800-in-ntp", test_epoch);
  g_test_add_func ("/base/time/ntp-round-trip-keeps-every-microsecond", test_round_trip);
  g_test_add_func ("/base/time/seconds-wrap-in-2036-and-come-back-right", test_era);
  g_test_add_func ("/base/time/compact-spans-as-in-rfc-3550-figure-2", test_compact);
  g_test_add_func ("/base/time/abs-send-time-wraps-every-64-seconds", test_abs_send_time);
  g_test_add_func ("/base/time/rtp-units-round-down", test_rtp_units);
  return g_test_run ();
}
