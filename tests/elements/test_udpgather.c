/* SPDX-License-Identifier: Apache-2.0 */
#include "udpgather.h"

static guint
pause_after (guint8 first, guint8 second, guint32 length)
{
  const guint8 memory[2] = {first, second};
  ParlorDatagram datagram = {.length = length};
  const ParlorBatchMeta meta = {.n_datagrams = 1, .datagrams = &datagram};
  ParlorUdpGather gather = {.gather_us = PARLOR_GATHER_DEFAULT_US};
  parlor_udp_gather_look (&gather, memory, &meta);
  return parlor_udp_gather_rest_us (&gather);
}

/* Three packets of 1,200 bytes and one of `last` bytes, of which the last has this second byte. */
static guint
pause_after_group (guint8 second, guint32 last)
{
  guint8 memory[4 * 1200] = {0};
  ParlorDatagram datagram = {.length = 3 * 1200 + last, .segment_bytes = 1200};
  const ParlorBatchMeta meta = {.n_datagrams = 1, .datagrams = &datagram};
  ParlorUdpGather gather = {.gather_us = PARLOR_GATHER_DEFAULT_US};
  for (guint i = 0; i < 4; i++)
    {
      memory[i * 1200] = 0x90;
      memory[i * 1200 + 1] = i < 3 ? 96 : second;
    }
  parlor_udp_gather_look (&gather, memory, &meta);
  return parlor_udp_gather_rest_us (&gather);
}

static void
test_group (void)
{
  g_assert_cmpuint (pause_after_group (96, 1200), >, 0);
  g_assert_cmpuint (pause_after_group (0x80 | 96, 1200), ==, 0);
  g_assert_cmpuint (pause_after_group (0x80 | 96, 700), ==, 0);
}

static void
test_open_frame (void)
{
  g_assert_cmpuint (pause_after (0x90, 96, 1200), >, 0);
  g_assert_cmpuint (pause_after (0x90, 0x80 | 96, 1200), ==, 0);
  g_assert_cmpuint (pause_after (0x90, 111, 120), ==, 0);
  g_assert_cmpuint (pause_after (0x16, 0xfe, 1200), ==, 0);
}

static void
test_nothing_read (void)
{
  const ParlorBatchMeta meta = {0};
  ParlorUdpGather gather = {.gather_us = PARLOR_GATHER_DEFAULT_US, .frame_open = TRUE};
  parlor_udp_gather_look (&gather, NULL, &meta);
  g_assert_cmpuint (parlor_udp_gather_rest_us (&gather), ==, 0);
}

/* A second of a worker that is busy for so many percent of the time, in passes of 10 ms. */
static void
work (ParlorUdpGather *gather, guint percent)
{
  for (gint64 at_us = 10000; at_us <= 1000000; at_us += 10000)
    parlor_udp_gather_slept (gather, at_us - 10000 + percent * 100, at_us);
}

static guint
pause_at_fan_out (guint gather_us, guint messages, guint percent)
{
  ParlorUdpGather gather = {.gather_us = gather_us};
  guint64 sent = 0;
  guint pause = 0;
  work (&gather, percent);
  for (guint i = 0; i < 50; i++)
    pause = parlor_udp_gather_after_wake_us (&gather, sent += messages, 2000000 + i * 10000);
  return pause;
}

static void
test_fan_out (void)
{
  g_assert_cmpuint (pause_at_fan_out (2000, 100, 90), ==, 2000);
  g_assert_cmpuint (pause_at_fan_out (2000, 5, 90), ==, 0);
  g_assert_cmpuint (pause_at_fan_out (0, 100, 90), ==, 0);
}

static void
test_busy (void)
{
  guint little = pause_at_fan_out (2000, 100, 50), more = pause_at_fan_out (2000, 100, 70);
  g_assert_cmpuint (pause_at_fan_out (2000, 100, 0), ==, 0);
  g_assert_cmpuint (pause_at_fan_out (2000, 100, 30), ==, 0);
  g_assert_cmpuint (little, >, 200);
  g_assert_cmpuint (little, <, 800);
  g_assert_cmpuint (more, >, 1200);
  g_assert_cmpuint (more, <, 2000);
}

/* A little room hears each packet at once; of many rooms' packets, 100 µs apart, a wake-up brings
 * several. */
static void
test_spacing (void)
{
  ParlorUdpGather gather = {.gather_us = 2000}, never = {0};
  gint64 now_us = 5000000;
  g_assert_cmpuint (parlor_udp_gather_after_wake_us (&gather, 1, now_us), ==, 0);
  g_assert_cmpuint (parlor_udp_gather_after_wake_us (&gather, 2, now_us + 100), ==, 500);
  g_assert_cmpuint (parlor_udp_gather_after_wake_us (&gather, 3, now_us + 700), ==, 500);
  g_assert_cmpuint (parlor_udp_gather_after_wake_us (&gather, 4, now_us + 20000), ==, 0);
  g_assert_cmpuint (parlor_udp_gather_after_wake_us (&never, 1, now_us), ==, 0);
  g_assert_cmpuint (parlor_udp_gather_after_wake_us (&never, 2, now_us + 100), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/udpgather/only-an-open-frame-is-waited-for", test_open_frame);
  g_test_add_func ("/elements/udpgather/the-last-packet-of-a-group-tells", test_group);
  g_test_add_func ("/elements/udpgather/nothing-read-is-no-open-frame", test_nothing_read);
  g_test_add_func ("/elements/udpgather/only-a-wide-fan-out-waits", test_fan_out);
  g_test_add_func ("/elements/udpgather/an-idle-worker-does-not-wait", test_busy);
  g_test_add_func ("/elements/udpgather/the-socket-is-not-read-twice-in-a-moment", test_spacing);
  return g_test_run ();
}
