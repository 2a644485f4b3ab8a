/* SPDX-License-Identifier: Apache-2.0 */
#include "record/layout.h"

static void
check_places (guint width, guint height, const ParlorRect *places, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const ParlorRect *a = &places[i];
      g_assert_cmpuint ((a->x | a->y | a->width | a->height) & 1, ==, 0);
      g_assert_cmpuint (a->width, >, 0);
      g_assert_cmpuint (a->height, >, 0);
      g_assert_cmpuint (a->x + a->width, <=, width);
      g_assert_cmpuint (a->y + a->height, <=, height);
      for (guint j = 0; j < i; j++)
        {
          const ParlorRect *b = &places[j];
          g_assert_true (a->x >= b->x + b->width || b->x >= a->x + a->width
                         || a->y >= b->y + b->height || b->y >= a->y + a->height);
        }
    }
}

static const guint sides[][2] = {{1280, 720}, {720, 1280}, {640, 360}, {1920, 1080}, {400, 64}};

static void
test_grid (void)
{
  ParlorRect places[PARLOR_LAYOUT_TILES_MAX];
  for (guint s = 0; s < G_N_ELEMENTS (sides); s++)
    for (guint n = 1; n <= PARLOR_LAYOUT_TILES_MAX; n++)
      {
        parlor_layout_grid (sides[s][0], sides[s][1], n, places);
        check_places (sides[s][0], sides[s][1], places, n);
        for (guint i = 1; i < n; i++)
          g_assert_cmpuint (places[i].width, ==, places[0].width);
      }
  parlor_layout_grid (1280, 720, 1, places);
  g_assert_cmpuint (places[0].width, ==, 1280);
  g_assert_cmpuint (places[0].height, ==, 720);
  /* Three in a row of two: the third stands in the middle. */
  parlor_layout_grid (1280, 720, 3, places);
  g_assert_cmpuint (places[2].x + places[2].width / 2, ==, 640);
  g_assert_cmpuint (places[2].y, >, places[0].y);
  parlor_layout_grid (1280, 720, 9, places);
  g_assert_cmpuint (places[0].width, >, 400);
}

static void
test_beside (void)
{
  ParlorRect places[PARLOR_LAYOUT_TILES_MAX];
  for (guint s = 0; s < G_N_ELEMENTS (sides); s++)
    for (guint n = 0; n < 4; n++)
      {
        parlor_layout_beside (sides[s][0], sides[s][1], n, places);
        if (sides[s][1] > 64)
          check_places (sides[s][0], sides[s][1], places, n + 1);
      }
  parlor_layout_beside (1280, 720, 0, places);
  g_assert_cmpuint (places[0].width, ==, 1280);
  parlor_layout_beside (1280, 720, 1, places);
  g_assert_cmpuint (places[0].width, ==, 1024);
}

static void
test_fit (void)
{
  const ParlorRect place = {100, 50, 640, 360};
  ParlorRect out = parlor_layout_fit (&place, 1280, 720);
  g_assert_cmpuint (out.width, ==, 640);
  g_assert_cmpuint (out.height, ==, 360);
  out = parlor_layout_fit (&place, 720, 1280);
  g_assert_cmpuint (out.height, ==, 360);
  g_assert_cmpuint (out.width, ==, 202);
  g_assert_cmpuint (out.x, ==, 100 + 218);
  out = parlor_layout_fit (&place, 0, 0);
  g_assert_cmpuint (out.width, ==, 640);
  out = parlor_layout_fit (&place, 65535, 1);
  g_assert_cmpuint (out.height, ==, 2);
  g_assert_cmpuint (out.y + out.height, <=, 410);
}

static void
test_names (void)
{
  for (guint i = 0; i < PARLOR_N_LAYOUTS; i++)
    {
      ParlorLayout layout;
      g_assert_true (parlor_layout_from_name (parlor_layout_name (i), &layout));
      g_assert_cmpuint (layout, ==, i);
    }
  ParlorLayout layout;
  g_assert_false (parlor_layout_from_name ("mosaic", &layout));
  g_assert_false (parlor_layout_from_name (NULL, &layout));
  g_assert_null (parlor_layout_name (PARLOR_N_LAYOUTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/layout/a-grid-fits-and-nothing-overlaps", test_grid);
  g_test_add_func ("/record/layout/a-screen-has-somebody-beside-it", test_beside);
  g_test_add_func ("/record/layout/a-picture-keeps-its-shape", test_fit);
  g_test_add_func ("/record/layout/names-lead-back", test_names);
  return g_test_run ();
}
