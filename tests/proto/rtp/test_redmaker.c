/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/redmaker.h"
#include "base/rng.h"
#include "base/time.h"
#include "proto/rtp/red.h"
#include <string.h>

static ParlorRedFrame
frame_of (guint32 timestamp, const char *text)
{
  return (ParlorRedFrame){timestamp, (guint16)strlen (text), (const guint8 *)text};
}

static void
check_block (const guint8 *payload, const ParlorRed *red, guint i, guint ts_offset,
             const char *text)
{
  g_assert_cmpuint (red->blocks[i].pt, ==, 111);
  g_assert_cmpuint (red->blocks[i].ts_offset, ==, ts_offset);
  g_assert_cmpmem (payload + red->blocks[i].offset, red->blocks[i].size, text, strlen (text));
}

static void
test_earlier_frames_go_along (void)
{
  const guint32 ts = 0xfffffc00u;
  const ParlorRedFrame frames[] = {frame_of (ts, "first"), frame_of (ts + 960, "second"),
                                   frame_of (ts + 1920, "own")};
  guint8 out[64];
  ParlorRed red;
  gsize size = parlor_red_make (out, sizeof out, 111, frames, 3);
  g_assert_cmpuint (size, ==, 2 * 4 + 1 + 5 + 6 + 3);
  g_assert_true (parlor_red_parse (out, size, &red));
  g_assert_cmpuint (red.count, ==, 3);
  check_block (out, &red, 0, 1920, "first");
  check_block (out, &red, 1, 960, "second");
  check_block (out, &red, 2, 0, "own");
  g_assert_cmpuint (parlor_red_make (out, size, 111, frames, 3), ==, size);
  g_assert_cmpuint (parlor_red_make (out, size - 1, 111, frames, 3), ==, 0);
  size = parlor_red_make (out, sizeof out, 111, frames + 2, 1);
  g_assert_cmpmem (out, size, "\x6fown", 4);
}

static void
test_what_cannot_be_told_is_left_out (void)
{
  static guint8 large[PARLOR_RED_FRAME_MAX + 1];
  guint8 out[PARLOR_RED_OVERHEAD_MAX + sizeof large];
  const ParlorRedFrame own = frame_of (100000, "own");
  const ParlorRedFrame out_of_place[] = {
      {100000 - 960, 0, NULL},                                        /* lost */
      {100000 - 960, sizeof large, large},                            /* too large */
      {100000 - PARLOR_RED_OFFSET_MAX - 1, 3, (const guint8 *)"old"}, /* before a long silence */
      {100000, 3, (const guint8 *)"now"},                             /* the same again */
      {100960, 3, (const guint8 *)"new"},                             /* newer */
  };
  for (guint i = 0; i < G_N_ELEMENTS (out_of_place); i++)
    {
      const ParlorRedFrame frames[] = {out_of_place[i], own};
      g_assert_cmpuint (parlor_red_make (out, sizeof out, 111, frames, 2), ==, 4);
      g_assert_cmpmem (out, 4, "\x6fown", 4);
    }
  const ParlorRedFrame most[] = {{100000 - PARLOR_RED_OFFSET_MAX, PARLOR_RED_FRAME_MAX, large},
                                 {100000 - 960, PARLOR_RED_FRAME_MAX, large},
                                 {100000, sizeof large, large}};
  g_assert_cmpuint (parlor_red_make (out, sizeof out, 111, most, 3), ==,
                    PARLOR_RED_OVERHEAD_MAX + sizeof large);
}

/* Feeds a report of fifty packets each second. */
static guint
after (ParlorRedChoice *choice, gint64 *now_us, guint lost, guint seconds)
{
  for (guint i = 0; i < seconds; i++, *now_us += PARLOR_US_PER_SEC)
    parlor_red_choice_report (choice, lost, 50, *now_us);
  return parlor_red_choice_depth (choice);
}

static void
test_depth_follows_loss_up_at_once (void)
{
  ParlorRedChoice choice = {0};
  gint64 now_us = 5;
  g_assert_cmpuint (parlor_red_choice_depth (&choice), ==, 0);
  g_assert_cmpuint (after (&choice, &now_us, 0, 20), ==, 0);
  g_assert_cmpuint (after (&choice, &now_us, 5, 1), ==, 2);

  choice = (ParlorRedChoice){0};
  parlor_red_choice_report (&choice, 1, 60, now_us);
  g_assert_cmpuint (parlor_red_choice_depth (&choice), ==, 1);
  choice = (ParlorRedChoice){0};
  parlor_red_choice_report (&choice, 1, 5, now_us);
  g_assert_cmpuint (parlor_red_choice_depth (&choice), ==, 0);
  parlor_red_choice_report (&choice, G_MAXUINT, 5, now_us);
  g_assert_cmpuint (parlor_red_choice_depth (&choice), ==, 2);
}

static void
test_depth_falls_slowly (void)
{
  ParlorRedChoice choice = {0};
  gint64 now_us = 0;
  g_assert_cmpuint (after (&choice, &now_us, 5, 10), ==, 2);
  g_assert_cmpuint (after (&choice, &now_us, 0, 7), ==, 2);
  g_assert_cmpuint (after (&choice, &now_us, 0, 6), ==, 0);
}

static void
test_depth_does_not_tremble (void)
{
  ParlorRedChoice choice = {0};
  gint64 now_us = 0;
  guint changes = 0, last = after (&choice, &now_us, 5, 10);
  /* Just below what would raise it, above half of that. */
  for (guint i = 0; i < 60; i++)
    {
      guint depth = after (&choice, &now_us, i % 2, 1);
      changes += depth != last;
      last = depth;
    }
  g_assert_cmpuint (last, ==, 1);
  g_assert_cmpuint (changes, ==, 1);
}

static void
test_old_reports_are_forgotten (void)
{
  ParlorRedChoice choice = {0};
  gint64 now_us = 0;
  after (&choice, &now_us, 5, 10);
  now_us += 3600 * PARLOR_US_PER_SEC;
  g_assert_cmpuint (after (&choice, &now_us, 0, 10), <=, 1);
  g_assert_cmpuint (after (&choice, &now_us, 0, 2), ==, 0);
}

/* What the depths are for: frames that are still gone at 10 % random loss. */
static void
test_depth_2_leaves_a_thousandth_of_a_tenth (void)
{
  static const double most[] = {0.11, 0.013, 0.002};
  for (guint depth = 0; depth <= PARLOR_RED_DEPTH; depth++)
    {
      guint lost_in_a_row = 0, gone = 0;
      ParlorRng rng;
      parlor_rng_init_seeded (&rng, 7);
      for (guint i = 0; i < 50000; i++)
        {
          lost_in_a_row = parlor_rng_below (&rng, 10) == 0 ? lost_in_a_row + 1 : 0;
          gone += lost_in_a_row > depth;
        }
      g_assert_cmpfloat (gone / 50000.0, <, most[depth]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/redmaker/earlier-frames-go-along", test_earlier_frames_go_along);
  g_test_add_func ("/proto/rtp/redmaker/what-cannot-be-told-is-left-out",
                   test_what_cannot_be_told_is_left_out);
  g_test_add_func ("/proto/rtp/redmaker/depth-follows-loss-up-at-once",
                   test_depth_follows_loss_up_at_once);
  g_test_add_func ("/proto/rtp/redmaker/depth-falls-slowly", test_depth_falls_slowly);
  g_test_add_func ("/proto/rtp/redmaker/depth-does-not-tremble", test_depth_does_not_tremble);
  g_test_add_func ("/proto/rtp/redmaker/old-reports-are-forgotten", test_old_reports_are_forgotten);
  g_test_add_func ("/proto/rtp/redmaker/depth-2-leaves-a-thousandth-of-a-tenth",
                   test_depth_2_leaves_a_thousandth_of_a_tenth);
  return g_test_run ();
}
