/* SPDX-License-Identifier: Apache-2.0 */
#include "media/taphistory.h"

#define MS 1000
#define S (1000 * MS)

static void
push (ParlorTapHistory *history, guint8 number, gint64 at_us, gboolean begins)
{
  parlor_tap_history_push (history, &number, 1, at_us, begins);
}

static guint
oldest (ParlorTapHistory *history)
{
  return parlor_tap_history_get (history, 0).bytes[0];
}

static void
test_begins_with_key_frame (void)
{
  g_autoptr (ParlorTapHistory) history = parlor_tap_history_new ();
  push (history, 1, 0, FALSE);
  g_assert_cmpuint (parlor_tap_history_length (history), ==, 0);
  push (history, 2, 10 * MS, TRUE);
  push (history, 3, 20 * MS, FALSE);
  push (history, 4, 500 * MS, TRUE);
  push (history, 5, 600 * MS, FALSE);
  g_assert_cmpuint (oldest (history), ==, 2);
  /* 4 is a second old now: what comes before it is not needed. */
  push (history, 6, 1500 * MS, TRUE);
  g_assert_cmpuint (oldest (history), ==, 4);
  g_assert_cmpuint (parlor_tap_history_length (history), ==, 3);
  g_assert_cmpint (parlor_tap_history_get (history, 1).arrival_us, ==, 600 * MS);
}

static void
test_sound (void)
{
  g_autoptr (ParlorTapHistory) history = parlor_tap_history_new ();
  for (guint i = 0; i < 500; i++)
    push (history, (guint8)i, (gint64)i * 20 * MS, TRUE);
  g_assert_cmpuint (parlor_tap_history_length (history), ==, 51);
  for (guint i = 0; i < 51; i++)
    g_assert_cmpuint (parlor_tap_history_get (history, i).bytes[0], ==, (guint8)(449 + i));
}

static void
test_held (void)
{
  g_autoptr (ParlorTapHistory) history = parlor_tap_history_new ();
  push (history, 1, 0, TRUE);
  parlor_tap_history_set_held (history, TRUE);
  for (guint i = 1; i <= 9; i++)
    push (history, 2, i * S, TRUE);
  g_assert_cmpuint (oldest (history), ==, 1);
  push (history, 3, PARLOR_TAP_HELD_US + 1, TRUE);
  g_assert_cmpuint (oldest (history), ==, 2);
  parlor_tap_history_set_held (history, FALSE);
  push (history, 4, PARLOR_TAP_HELD_US + 2, TRUE);
  g_assert_cmpint (parlor_tap_history_get (history, 0).arrival_us, ==, 9 * S);
}

/* Nobody sends a key frame: it is given up rather than grown. */
static void
test_bounds (void)
{
  g_autoptr (ParlorTapHistory) history = parlor_tap_history_new ();
  static const guint8 packet[1200];
  parlor_tap_history_push (history, packet, sizeof packet, 0, TRUE);
  for (guint i = 1; i < 2 * PARLOR_TAP_HISTORY_BYTES / sizeof packet; i++)
    parlor_tap_history_push (history, packet, sizeof packet, i, FALSE);
  g_assert_cmpuint (parlor_tap_history_length (history), ==, 0);
  push (history, 1, 0, TRUE);
  push (history, 2, PARLOR_TAP_HELD_US + 1, FALSE);
  g_assert_cmpuint (parlor_tap_history_length (history), ==, 0);
}

static void
test_report (void)
{
  g_autoptr (ParlorTapHistory) history = parlor_tap_history_new ();
  static const guint8 report[100] = {0x80, 200};
  g_assert_cmpuint (parlor_tap_history_report (history).length, ==, 0);
  parlor_tap_history_push_report (history, report, 28, 7);
  parlor_tap_history_push_report (history, report, sizeof report, 8);
  g_assert_cmpuint (parlor_tap_history_report (history).length, ==, 28);
  g_assert_cmpint (parlor_tap_history_report (history).arrival_us, ==, 7);
  g_assert_cmpuint (parlor_tap_history_report (history).bytes[1], ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/taphistory/it-begins-with-a-key-frame", test_begins_with_key_frame);
  g_test_add_func ("/media/taphistory/of-sound-a-second-is-kept", test_sound);
  g_test_add_func ("/media/taphistory/while-nobody-reads-ten-seconds-are-kept", test_held);
  g_test_add_func ("/media/taphistory/it-never-grows-without-bound", test_bounds);
  g_test_add_func ("/media/taphistory/the-last-report-is-kept", test_report);
  return g_test_run ();
}
