/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/allocate.h"

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

  g_assert_cmpuint (parlor_allocate (slots, 2, 10000000, &wanted), ==, 1850000);
  g_assert_cmpint (slots[0].chosen, ==, 2);
  g_assert_cmpint (slots[1].chosen, ==, 0);
  g_assert_cmpuint (wanted, ==, 1850000);
}

static void
test_everybody_before_anybody_large (void)
{
  ParlorAllocateSlot slots[] = {camera (720, -1), camera (360, -1), camera (360, -1)};

  parlor_allocate (slots, 3, 1000000, NULL);
  g_assert_cmpint (slots[0].chosen, ==, 1); /* the largest tile is raised first */
  g_assert_cmpint (slots[1].chosen, ==, 0);
  g_assert_cmpint (slots[2].chosen, ==, 0);
}

static void
test_screen_first (void)
{
  ParlorAllocateSlot slots[] = {camera (720, 0), screen (900000)};

  parlor_allocate (slots, 2, 1040000, NULL);
  g_assert_cmpint (slots[1].chosen, ==, 0);
  g_assert_cmpint (slots[0].chosen, ==, PARLOR_ALLOCATE_NONE);
}

static void
test_kept_while_it_fits (void)
{
  /* 500 kbit/s of room: enough to keep 360 lines, not enough to begin with them. */
  ParlorAllocateSlot has = camera (360, 1), has_not = camera (360, 0);

  parlor_allocate (&has, 1, 500000, NULL);
  parlor_allocate (&has_not, 1, 500000, NULL);
  g_assert_cmpint (has.chosen, ==, 1);
  g_assert_cmpint (has_not.chosen, ==, 0);
}

static void
test_dead_layers (void)
{
  ParlorAllocateSlot slot = camera (720, -1);

  slot.layers[2].alive = FALSE;
  parlor_allocate (&slot, 1, 10000000, NULL);
  g_assert_cmpint (slot.chosen, ==, 1);
  slot.layers[0].alive = slot.layers[1].alive = FALSE;
  parlor_allocate (&slot, 1, 10000000, NULL);
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

  parlor_allocate (&slot, 1, 10000000, NULL);
  g_assert_cmpint (slot.chosen, ==, 2);
}

/* A larger picture that takes less, since it stands still. */
static void
test_larger_for_less (void)
{
  ParlorAllocateSlot slot = camera (720, 0);

  slot.layers[1].bps = 100000;
  parlor_allocate (&slot, 1, 10000000, NULL);
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
      used = parlor_allocate (slots, n, room, NULL);
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

  parlor_allocate (&slot, 1, 250000, NULL);
  g_assert_cmpint (slot.chosen, ==, 1);
  parlor_allocate (&slot, 1, 400000, NULL);
  g_assert_cmpint (slot.chosen, ==, 2);
  slot.wanted_height = 180;
  parlor_allocate (&slot, 1, 1000000, NULL);
  g_assert_cmpint (slot.chosen, ==, 0);
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
  g_test_add_func ("/proto/layers/never-above-the-room", test_random);
  return g_test_run ();
}
