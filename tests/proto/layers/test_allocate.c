/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/allocate.h"

#include <string.h>

/* A camera with 180, 360 and 720 lines. */
static ParlorAllocateSlot
camera (guint wanted_height, gint current)
{
  return (ParlorAllocateSlot){
      .wanted_height = wanted_height,
      .n_layers = 3,
      .layers = {{150000, 180, TRUE}, {500000, 360, TRUE}, {1700000, 720, TRUE}},
      .current = current};
}

static ParlorAllocateSlot
screen (guint32 bps)
{
  return (ParlorAllocateSlot){.screen = TRUE,
                              .n_layers = 1,
                              .layers = {{bps, 1080, TRUE}},
                              .current = PARLOR_ALLOCATE_NONE};
}

static void
test_room_for_all (void)
{
  ParlorAllocateSlot slots[] = {camera (720, -1), camera (180, -1)};
  guint64 wanted;

  g_assert_cmpuint (parlor_allocate (slots, 2, 10000000, PARLOR_ALLOCATE_NO_BOUND, &wanted), ==,
                    1850000);
  g_assert_cmpint (slots[0].chosen, ==, 2);
  g_assert_cmpint (slots[1].chosen, ==, 0);
  g_assert_cmpuint (wanted, ==, 1850000);
}

static void
test_everybody_before_anybody_large (void)
{
  ParlorAllocateSlot slots[] = {camera (720, -1), camera (360, -1), camera (360, -1)};

  parlor_allocate (slots, 3, 1000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slots[0].chosen, ==, 1); /* the largest tile is raised first */
  g_assert_cmpint (slots[1].chosen, ==, 0);
  g_assert_cmpint (slots[2].chosen, ==, 0);
}

static void
test_screen_first (void)
{
  ParlorAllocateSlot slots[] = {camera (720, 0), screen (900000)};

  parlor_allocate (slots, 2, 1040000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slots[1].chosen, ==, 0);
  g_assert_cmpint (slots[0].chosen, ==, PARLOR_ALLOCATE_NONE);
}

static void
test_kept_while_it_fits (void)
{
  /* 500 kbit/s of room: enough to keep 360 lines, not enough to begin with them. */
  ParlorAllocateSlot has = camera (360, 1), has_not = camera (360, 0);

  parlor_allocate (&has, 1, 500000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  parlor_allocate (&has_not, 1, 500000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (has.chosen, ==, 1);
  g_assert_cmpint (has_not.chosen, ==, 0);
}

static void
test_dead_layers (void)
{
  ParlorAllocateSlot slot = camera (720, -1);

  slot.layers[2].alive = FALSE;
  parlor_allocate (&slot, 1, 10000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, 1);
  slot.layers[0].alive = slot.layers[1].alive = FALSE;
  parlor_allocate (&slot, 1, 10000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, PARLOR_ALLOCATE_NONE);
}

static void
test_layers_in_any_order (void)
{
  ParlorAllocateSlot slot = {
      .wanted_height = 300,
      .n_layers = 3,
      .layers = {{1700000, 720, TRUE}, {150000, 180, TRUE}, {500000, 360, TRUE}},
      .current = -1};

  parlor_allocate (&slot, 1, 10000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, 2);
}

/* A larger picture that takes less, since it stands still. */
static void
test_larger_for_less (void)
{
  ParlorAllocateSlot slot = camera (720, 0);

  slot.layers[1].bps = 100000;
  parlor_allocate (&slot, 1, 10000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, 2);
}

/* Whatever the numbers: never above the room, and a slot of lower priority is never raised in place
 * of a higher one's lowest layer. */
static void
test_random (void)
{
  for (guint round = 0; round < 20000; round++)
    {
      ParlorAllocateSlot slots[25];
      guint n = (guint)g_test_rand_int_range (1, 26);
      guint64 room = (guint64)g_test_rand_int_range (0, 20000000), used;

      for (guint i = 0; i < n; i++)
        {
          slots[i] = camera ((guint)g_test_rand_int_range (0, 1100), g_test_rand_int_range (-1, 3));
          slots[i].screen = g_test_rand_int_range (0, 10) == 0;
          for (guint j = 0; j < 3; j++)
            slots[i].layers[j].alive = g_test_rand_int_range (0, 4) > 0;
        }
      used = parlor_allocate (slots, n, room, PARLOR_ALLOCATE_NO_BOUND, NULL);
      g_assert_cmpuint (used, <=, room);
      for (guint i = 0; i < n; i++)
        g_assert_true (slots[i].chosen == PARLOR_ALLOCATE_NONE
                       || slots[i].layers[slots[i].chosen].alive);
    }
}

/* Of one size, fewer frames come before nothing, and all frames before a larger picture's. */
static void
test_frames_yield_first (void)
{
  ParlorAllocateSlot slot = {
      .n_layers = 3,
      .layers = {{500000, 360, TRUE, 7}, {200000, 360, TRUE, 0}, {300000, 360, TRUE, 1}},
      .current = -1};

  parlor_allocate (&slot, 1, 250000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, 1);
  parlor_allocate (&slot, 1, 400000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, 2);
  slot.wanted_height = 180;
  parlor_allocate (&slot, 1, 1000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slot.chosen, ==, 0);
}

/* --- tables ---------------------------------------------------------------------------------- */

/* As Chromium makes them: 7.5, 15 and 30 frames a second in two, three and five fifths of the bits;
   the order of rows is 180 lines (3 rates), 360 (2), 720 (2). */
static const ParlorAllocateLayer chromium[] = {
    {60000, 180, TRUE, 0, 7},   {90000, 180, TRUE, 1, 15},  {150000, 180, TRUE, 7, 30},
    {300000, 360, TRUE, 1, 15}, {500000, 360, TRUE, 7, 30}, {1020000, 720, TRUE, 1, 15},
    {1700000, 720, TRUE, 7, 30}};

static ParlorAllocateSlot
face (guint wanted_height, gboolean speaker, gint current)
{
  ParlorAllocateSlot slot = {.wanted_height = wanted_height,
                             .speaker = speaker,
                             .n_layers = G_N_ELEMENTS (chromium),
                             .current = current};

  memcpy (slot.layers, chromium, sizeof chromium);
  return slot;
}

/* Does a size that moves to and fro move the picture? */
static void
test_sizes (void)
{
  static const struct
  {
    guint wanted;
    gint current, chosen;
  } rows[] = {
      {216, -1, 2}, {216, 2, 2},  {216, 4, 2}, /* 180 of 216 lines: enough, whatever was before */
      {225, -1, 2}, {225, 4, 2},               /* eight tenths */
      {230, -1, 4}, {230, 4, 4},  {230, 2, 2}, /* between: what there is stays */
      {240, 2, 2},  {241, 2, 4},               /* three quarters */
      {450, -1, 4}, {451, -1, 6}, {470, 4, 4}, {481, 4, 6}, {0, -1, 6}, {1, 6, 2},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ParlorAllocateSlot slot = face (rows[i].wanted, FALSE, rows[i].current);

      parlor_allocate (&slot, 1, 100000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
      g_test_message ("%u lines wanted, %d before", rows[i].wanted, rows[i].current);
      g_assert_cmpint (slot.chosen, ==, rows[i].chosen);
      g_assert_cmpint (slot.ideal, ==, rows[i].chosen);
    }
}

/* Up and down over the edge: one change each way at most. */
static void
test_drag (void)
{
  gint current = PARLOR_ALLOCATE_NONE;
  guint n_changes = 0;

  for (guint i = 0; i < 100; i++)
    {
      ParlorAllocateSlot slot = face (i % 2 == 0 ? 224 : 238, FALSE, current);

      parlor_allocate (&slot, 1, 100000000, PARLOR_ALLOCATE_NO_BOUND, NULL);
      n_changes += slot.chosen != current;
      current = slot.chosen;
    }
  g_assert_cmpuint (n_changes, ==, 1);
}

typedef struct
{
  guint people, main, tile;
  guint64 room_bps, most_bps;
  gint chosen_main, chosen_last;
} Grid;

static void
check_grid (const Grid *row)
{
  ParlorAllocateSlot slots[32];
  guint64 used, wanted, again;

  for (guint i = 0; i < row->people; i++)
    slots[i] = face (i == 0 ? row->main : row->tile, FALSE, PARLOR_ALLOCATE_NONE);
  used = parlor_allocate (slots, row->people, row->room_bps,
                          parlor_allocate_thrift_bps (row->people, 150000), &wanted);
  g_test_message ("%u people, room %" G_GUINT64_FORMAT ": used %" G_GUINT64_FORMAT, row->people,
                  row->room_bps, used);
  g_assert_cmpuint (used, <=, row->most_bps);
  g_assert_cmpuint (used, <=, wanted);
  g_assert_cmpint (slots[0].chosen, ==, row->chosen_main);
  g_assert_cmpint (slots[row->people - 1].chosen, ==, row->chosen_last);
  /* What was chosen once stays chosen. */
  for (guint i = 0; i < row->people; i++)
    slots[i].current = slots[i].chosen;
  again = parlor_allocate (slots, row->people, row->room_bps,
                           parlor_allocate_thrift_bps (row->people, 150000), NULL);
  g_assert_cmpuint (again, >=, used);
  g_assert_cmpuint (again, <=, row->most_bps);
}

static void
test_grids (void)
{
  static const Grid rows[] = {
      /* people, main, tile, room; at most; chosen for the main one and for the last tile */
      {25, 720, 216, 100000000, 2600000, 5, 0}, /* all are seen, the speaker with 720 lines */
      {25, 216, 216, 100000000, 2600000, 2, 0}, /* nobody large: frames go to the first ones */
      {10, 720, 216, 100000000, 2600000, 6, 0},
      {9, 720, 216, 100000000, 2900000, 6, 2}, /* no crowd */
      {25, 720, 216, 1600000, 1600000, 0, 0},  /* everybody first */
      {25, 720, 216, 1000000, 1000000, 1, -1},
      {4, 540, 540, 100000000, 6800000, 6, 6},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_grid (&rows[i]);
}

/* A camera of 20 frames a second: the base layer alone would stand still too long. */
static void
test_slow_base (void)
{
  ParlorAllocateSlot slots[12];

  for (guint i = 0; i < 12; i++)
    {
      slots[i] = face (180, FALSE, PARLOR_ALLOCATE_NONE);
      slots[i].layers[0].fps = 5;
      slots[i].layers[1].fps = 10;
    }
  parlor_allocate (slots, 12, 100000000, 500000, NULL);
  for (guint i = 0; i < 12; i++)
    g_assert_cmpint (slots[i].chosen, ==, 1);
  /* Where the path has not even that, everybody is seen all the same. */
  parlor_allocate (slots, 12, 800000, 500000, NULL);
  g_assert_cmpint (slots[11].chosen, ==, 0);
}

static void
test_speaker_before_equals (void)
{
  ParlorAllocateSlot slots[] = {face (360, FALSE, -1), face (360, TRUE, -1), face (720, FALSE, -1)};

  parlor_allocate (slots, 3, 900000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slots[1].chosen, >, slots[0].chosen);
  slots[2].wanted_height = 1000; /* pinned: the main tile comes before whoever speaks */
  parlor_allocate (slots, 3, 900000, PARLOR_ALLOCATE_NO_BOUND, NULL);
  g_assert_cmpint (slots[2].chosen, >, slots[1].chosen);
}

/* A crowd beside a screen: the screen is not paid out of its share. */
static void
test_crowd_beside_screen (void)
{
  ParlorAllocateSlot slots[12];

  slots[0] = screen (2500000);
  for (guint i = 1; i < 12; i++)
    slots[i] = face (90, FALSE, PARLOR_ALLOCATE_NONE);
  parlor_allocate (slots, 12, 100000000, parlor_allocate_thrift_bps (11, 0), NULL);
  g_assert_cmpint (slots[0].chosen, ==, 0);
  for (guint i = 1; i < 12; i++)
    g_assert_cmpint (slots[i].chosen, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/layers/all-get-what-they-show-when-there-is-room", test_room_for_all);
  g_test_add_func ("/proto/layers/everybody-is-seen-before-anybody-is-large",
                   test_everybody_before_anybody_large);
  g_test_add_func ("/proto/layers/a-screen-comes-first", test_screen_first);
  g_test_add_func ("/proto/layers/what-is-sent-is-kept-while-it-fits", test_kept_while_it_fits);
  g_test_add_func ("/proto/layers/a-layer-that-does-not-arrive-is-not-chosen", test_dead_layers);
  g_test_add_func ("/proto/layers/order-in-the-offer-means-nothing", test_layers_in_any_order);
  g_test_add_func ("/proto/layers/of-one-size-fewer-frames-come-before-nothing",
                   test_frames_yield_first);
  g_test_add_func ("/proto/layers/a-larger-picture-may-take-less", test_larger_for_less);
  g_test_add_func ("/proto/layers/a-tile-is-filled-by-four-fifths-of-its-lines", test_sizes);
  g_test_add_func ("/proto/layers/an-edge-that-is-dragged-drags-no-picture", test_drag);
  g_test_add_func ("/proto/layers/a-crowd-fits-into-its-share", test_grids);
  g_test_add_func ("/proto/layers/a-tile-moves-if-it-can", test_slow_base);
  g_test_add_func ("/proto/layers/who-speaks-comes-before-his-equals", test_speaker_before_equals);
  g_test_add_func ("/proto/layers/a-screen-costs-a-crowd-nothing", test_crowd_beside_screen);
  g_test_add_func ("/proto/layers/never-above-the-room", test_random);
  return g_test_run ();
}
